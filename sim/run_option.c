/* getsockopt: an option is worth what the connection goes by now; without a connection, what was
 * set of the descriptor, else what the scenario says of its host. */
#include "run_option.h"

#include <string.h>

const struct tcp *run_tcp_of(const struct run *r, const struct descriptor *f)
{
    const struct row *row = f->handle ? &r->world->rows[f->handle] : NULL;
    return row && row->self && row->type == &tcp_type ? row->self : NULL;
}

/* A connection that does not exist yet, with all that the scenario sets on its host. */
static struct tcp unborn(const struct run *r, uint32_t node)
{
    struct tcp t = {0};
    const struct settings *set = &r->sc->nodes[node].settings;
    params_initial(&tcp_type, &t);
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->list[i].type == &tcp_type) {
            memcpy((char *)&t + set->list[i].param->offset, &set->list[i].value, sizeof(int64_t));
        }
    }
    return t;
}

/* What holds now, as TCP knows it. */
static int64_t option_now(const struct tcp *t, enum socket_option_name option, int64_t kept)
{
    switch (option) {
    case OPTION_NODELAY: return !t->set.nagle;
    case OPTION_MAXSEG: return tcp_is_synchronized(t->state) ? t->snd_mss : tcp_own_mss(t);
    case OPTION_KEEPALIVE: return t->set.keep_alive >= 0;
    case OPTION_KEEPIDLE: return t->set.keep_alive >= 0 ? t->set.keep_alive / SIM_S : kept;
    case OPTION_KEEPINTVL: return t->set.keep_interval / SIM_S;
    case OPTION_KEEPCNT: return t->set.keep_count;
    case OPTION_USER_TIMEOUT: return t->set.user_timeout >= 0 ? t->set.user_timeout / SIM_MS : 0;
    case OPTION_SNDBUF: return t->set.send_buffer;
    case OPTION_RCVBUF: return t->set.receive_buffer;
    case OPTION_TTL: return t->set.ttl ? t->set.ttl : WORLD_TTL;
    case OPTION_LINGER:
    case OPTION_REUSEADDR:
    case OPTION_ERROR:
    case OPTION_COUNT: break;
    }
    return kept;
}

/* What was set before there is a connection is kept by the descriptor. */
static int64_t option_of(const struct run *r, uint32_t node, const struct descriptor *f,
                         const struct descriptor_args *a, int64_t kept)
{
    const struct tcp *t = run_tcp_of(r, f);
    struct tcp none = unborn(r, node);
    if (!t && f->is_set & 1u << a->option) {
        return kept;
    }
    return option_now(t ? t : &none, a->option, kept);
}

void run_answer_option(struct run *r, uint32_t node, const struct descriptor_args *a,
                       const struct descriptors *d, struct run_answer *out)
{
    if (out->error == ERR_NONE && a->option == OPTION_ERROR) {
        out->word = d->value ? errno_code_name((unsigned)d->value) : NULL;
    } else if (out->error == ERR_NONE) {
        out->value = option_of(r, node, &d->list[a->fd], a, d->value);
    }
}
