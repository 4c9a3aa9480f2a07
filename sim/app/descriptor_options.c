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

/* An option as TCP knows it. */
static void apply_option(const struct descriptor *f, enum descriptor_option option, struct fx *fx)
{
    int64_t value = f->options[option];
    switch (option) {
    case OPTION_NODELAY: set(f, TCP_SET_NAGLE, value == 0, fx); break;
    case OPTION_MAXSEG: set(f, TCP_SET_MSS, value, fx); break;
    case OPTION_KEEPALIVE:
    case OPTION_KEEPIDLE: {
        int64_t idle = f->options[OPTION_KEEPIDLE] * SIM_S;
        set(f, TCP_SET_KEEP_ALIVE, f->options[OPTION_KEEPALIVE] ? idle : -1, fx);
        break;
    }
    case OPTION_KEEPINTVL: set(f, TCP_SET_KEEP_INTERVAL, value * SIM_S, fx); break;
    case OPTION_KEEPCNT: set(f, TCP_SET_KEEP_COUNT, value, fx); break;
    case OPTION_USER_TIMEOUT:
        set(f, TCP_SET_USER_TIMEOUT, value > 0 ? value * SIM_MS : -1, fx);
        break;
    case OPTION_SNDBUF: set(f, TCP_SET_SEND_BUFFER, value, fx); break;
    case OPTION_RCVBUF: set(f, TCP_SET_RECEIVE_BUFFER, value, fx); break;
    case OPTION_TTL: set(f, TCP_SET_TTL, value < 0 ? 0 : value, fx); break;
    case OPTION_LINGER:
    case OPTION_REUSEADDR:
    case OPTION_ERROR:
    case OPTION_COUNT: break; /* the descriptor's own */
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

/* What TCP and IP let a program ask for. */
static bool is_valid(enum descriptor_option option, int64_t value)
{
    switch (option) {
    case OPTION_MAXSEG: return value >= 1 && value <= 65495;
    case OPTION_KEEPIDLE:
    case OPTION_KEEPINTVL: return value >= 1 && value <= 32767;
    case OPTION_KEEPCNT: return value >= 1 && value <= 127;
    case OPTION_USER_TIMEOUT: return value >= 0;
    case OPTION_SNDBUF:
    case OPTION_RCVBUF: return value >= 1 && value <= INT64_C(1) << 30;
    case OPTION_TTL: return value == -1 || (value >= 1 && value <= 255);
    case OPTION_LINGER: return value >= -1;
    case OPTION_NODELAY:
    case OPTION_KEEPALIVE:
    case OPTION_REUSEADDR: return true;
    case OPTION_ERROR:
    case OPTION_COUNT: break;
    }
    return false;
}

void descriptor_set(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a,
                    struct fx *fx)
{
    bool is_switch = a->option == OPTION_NODELAY || a->option == OPTION_KEEPALIVE ||
                     a->option == OPTION_REUSEADDR;
    if (a->option == OPTION_ERROR || !is_valid(a->option, a->value)) {
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
