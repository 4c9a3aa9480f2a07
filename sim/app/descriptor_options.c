/* Socket options (IEEE Std 1003.1, 2.10.16; tcp(7) for those of TCP). A descriptor keeps what was
 * set until there is an endpoint that can be told; a connection begins with those of its listener.
 */
#include "app/descriptor_options.h"

#include "actor/fx.h"
#include "actor/tcp_call.h"

/* What an option is worth before anybody sets it; the sizes are TCP's defaults. */
void descriptor_default_options(struct descriptor *f)
{
    f->options[OPTION_LINGER] = -1;
    f->options[OPTION_MAXSEG] = 1460;
    f->options[OPTION_KEEPIDLE] = 7200;
    f->options[OPTION_KEEPINTVL] = 75;
    f->options[OPTION_KEEPCNT] = 9;
    f->options[OPTION_SNDBUF] = INT64_C(4) << 20;
    f->options[OPTION_RCVBUF] = 65535;
    f->options[OPTION_TTL] = 64;
}

static void set(const struct descriptor *f, enum tcp_set_option which, int64_t value, struct fx *fx)
{
    struct span body = {.at = (uint64_t)value, .len = which};
    fx_request(fx, f->handle, TCP_CALL_SET, (struct bytes){0}, body);
}

/* An option as TCP knows it: keep-alive is one of its settings and two options. */
static void apply_option(const struct descriptor *f, enum socket_option_name option, struct fx *fx)
{
    const struct socket_option *o = &socket_options[option];
    int64_t value = socket_option_value(option, f->options[option]);
    if (o->set == TCP_SET_KEEP_ALIVE) {
        value = socket_option_value(OPTION_KEEPIDLE, f->options[OPTION_KEEPIDLE]);
        value = f->options[OPTION_KEEPALIVE] ? value : -1;
    }
    if (o->set != SOCKET_OPTION_OWN) {
        set(f, (enum tcp_set_option)o->set, option == OPTION_NODELAY ? !value : value, fx);
    }
}

void descriptor_apply_options(const struct descriptor *f, struct fx *fx)
{
    for (unsigned option = 0; option < OPTION_COUNT; option++) {
        if (f->is_set & 1u << option) {
            apply_option(f, option, fx);
        }
    }
}

void descriptor_set(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a,
                    struct fx *fx)
{
    bool is_switch = socket_options[a->option].param.kind == PARAM_SWITCH;
    if (a->option == OPTION_ERROR || !socket_option_takes(a->option, a->value)) {
        descriptor_fail(d, a->option == OPTION_ERROR ? ERR_ENOPROTOOPT : ERR_EINVAL);
        return;
    }
    f->options[a->option] = is_switch ? a->value != 0 : a->value;
    f->is_set |= 1u << a->option;
    if (f->state == FD_OPEN || f->state == FD_CONNECTING || f->state == FD_LISTENING) {
        apply_option(f, a->option, fx);
    }
}

void descriptor_get(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a)
{
    d->value = a->option == OPTION_ERROR ? (int64_t)f->error : f->options[a->option];
    if (a->option == OPTION_ERROR) {
        f->error = ERR_NONE;
    }
}
