/* Echo n leaves at start + (n - 1) * interval, n from 1, and is waited for until `timeout` after.
 * Its number on the wire is n modulo 65536. A ring remembers the echoes that may still be answered:
 * those below `oldest` are settled. */
#include "app/ping.h"

#include "actor/fx.h"
#include "actor/icmp_proto.h"
#include "base/os.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

#include <math.h>
#include <stdlib.h>

enum why {
    NO_REASON,
    FIRST,
    ON_TIME,
    ANSWERED,
    AGAIN,
    LATE,
    LOST,
    NET_UNREACHABLE,
    HOST_UNREACHABLE,
    UNREACHABLE,
    TOO_BIG,
    TTL,
    REASSEMBLY,
    FINISHED
};
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [FIRST] = {"ping.first", "RFC 792"},
    [ON_TIME] = {"ping.next", "RFC 792"},
    [ANSWERED] = {"ping.answered", "RFC 1122 3.2.2.6"},
    [AGAIN] = {"ping.again", "RFC 792"},
    [LATE] = {"ping.late", "RFC 792"},
    [LOST] = {"ping.lost", "RFC 792"},
    [NET_UNREACHABLE] = {"ping.net-unreachable", "RFC 1812 5.2.7.1"},
    [HOST_UNREACHABLE] = {"ping.host-unreachable", "RFC 1812 5.2.7.1"},
    [UNREACHABLE] = {"ping.unreachable", "RFC 1122 3.2.2.1"},
    [TOO_BIG] = {"ping.too-big", "RFC 1191 4"},
    [TTL] = {"ping.ttl", "RFC 1812 5.3.1"},
    [REASSEMBLY] = {"ping.reassembly", "RFC 1122 3.3.2"},
    [FINISHED] = {"ping.finished", "RFC 792"},
    {0},
};

enum state { ASKING, FINISHED_ASKING };
enum echo_state { ECHO_ABSENT, ECHO_ASKED, ECHO_ANSWERED, ECHO_LOST, ECHO_REFUSED };
enum timers { TIMER_NEXT, TIMER_TIMEOUT };

struct echo {
    sim_time sent;
    enum echo_state state;
};

struct ping {
    int64_t count, interval, size, timeout, ttl, df; /* settings; count -1: until the run stops */
    struct net key;
    uint32_t stream;
    sim_time started;
    uint64_t sent, oldest; /* oldest: number of the first that is not settled */
    uint64_t answered, lost, refused, late, again;
    uint16_t next_hop_mtu; /* of the last ICMP error that told one */
    struct echo *ring;     /* owned; a power of two that holds all that are waited for */
    uint32_t room;
    enum state state;
};

#define ROOM_MAX                                                                                   \
    32768u /* half of the numbers on the wire: an answer is never taken for another's */

static struct echo *echo_of(const struct ping *p, uint64_t n)
{
    return &p->ring[n & (p->room - 1)];
}

static void settle(struct ping *p, uint64_t n, enum echo_state state, enum why why, struct fx *fx)
{
    echo_of(p, n)->state = state;
    fx_item(fx, 0, (int64_t)n, state, why);
}

static bool is_waited_for(const struct ping *p, uint64_t n)
{
    return echo_of(p, n)->state == ECHO_ASKED;
}

/* Past what is settled; the timeout is that of the oldest that is not. */
static void advance(struct ping *p, struct fx *fx)
{
    uint64_t before = p->oldest;
    while (p->oldest <= p->sent && !is_waited_for(p, p->oldest)) {
        p->oldest++;
    }
    bool is_idle = p->oldest > p->sent;
    if (is_idle || p->oldest != before) {
        fx_timer(fx, TIMER_TIMEOUT, 0,
                 is_idle ? SIM_NEVER : time_add(echo_of(p, p->oldest)->sent, p->timeout));
    }
    if (is_idle && p->state == ASKING && p->count >= 0 && p->sent == (uint64_t)p->count) {
        p->state = FINISHED_ASKING;
        fx_state(fx, 0, ASKING, FINISHED_ASKING, FINISHED);
    }
}

static void give_up(struct ping *p, struct fx *fx)
{
    p->lost++;
    settle(p, p->oldest, ECHO_LOST, LOST, fx);
    advance(p, fx);
}

static void send_echo(struct ping *p, sim_time now, struct fx *fx)
{
    if (p->oldest + p->room <= p->sent + 1) {
        give_up(p, fx); /* its place is needed */
    }
    uint64_t n = ++p->sent;
    uint32_t size = (uint32_t)p->size;
    uint8_t head[ICMP_HEADER];
    struct icmp m = {.type = ICMP_ECHO, .id = p->key.from.port, .number = (uint16_t)n};
    icmp_encode(&m, head);
    struct net net = p->key;
    net.ttl = (uint8_t)p->ttl;
    net.df = p->df;
    struct span body = {.at = (n - 1) * size, .stream = size ? p->stream : 0, .len = size};
    *echo_of(p, n) = (struct echo){.sent = now, .state = ECHO_ASKED};
    fx_send(fx, &net, bytes_of(head, sizeof head), body, (struct unit){n - 1, 1},
            n > 1 ? ON_TIME : FIRST);
    fx_item(fx, 0, (int64_t)n, ECHO_ASKED, NO_REASON);
    if (p->oldest == n) {
        fx_timer(fx, TIMER_TIMEOUT, 0, time_add(now, p->timeout));
    }
    if (p->count < 0 || n < (uint64_t)p->count) {
        fx_timer(fx, TIMER_NEXT, 0, time_add(p->started, muldiv((int64_t)n, p->interval, 1)));
    }
}

static void start(struct ping *p, const struct input *in, struct fx *fx)
{
    uint64_t at_once = (uint64_t)(p->timeout / p->interval) + 2;
    for (p->room = 8; p->room < at_once && p->room < ROOM_MAX;) {
        p->room *= 2;
    }
    p->ring = os_alloc(p->room * sizeof *p->ring);
    p->key = in->net;
    p->stream = in->body.stream;
    p->started = in->now;
    p->oldest = 1;
    send_echo(p, in->now, fx);
}

/* The number of the echo that a message on the wire speaks of; 0: none that is remembered. */
static uint64_t number_of(const struct ping *p, uint16_t number)
{
    uint16_t back = (uint16_t)((uint16_t)p->sent - number);
    return back < p->sent && back < p->room ? p->sent - back : 0;
}

static void hear_answer(struct ping *p, const struct input *in, struct fx *fx)
{
    struct icmp m;
    uint64_t n = icmp_decode(in->head, &m) ? number_of(p, m.number) : 0;
    if (n == 0) {
        fx_drop(fx, DROP_LATE, LATE);
    } else if (echo_of(p, n)->state == ECHO_LOST) {
        p->late++;
        fx_drop(fx, DROP_LATE, LATE);
    } else if (echo_of(p, n)->state == ECHO_ASKED) {
        p->answered++;
        fx_rtt(fx, in->now - echo_of(p, n)->sent);
        settle(p, n, ECHO_ANSWERED, ANSWERED, fx);
        advance(p, fx);
    } else {
        p->again++;
        fx_drop(fx, DROP_DUPLICATE, AGAIN);
    }
}

static enum why why_refused(const struct icmp *m)
{
    if (m->type == ICMP_TIME_EXCEEDED) {
        return m->code ? REASSEMBLY : TTL;
    }
    return m->code == ICMP_NET       ? NET_UNREACHABLE
           : m->code == ICMP_HOST    ? HOST_UNREACHABLE
           : m->code == ICMP_TOO_BIG ? TOO_BIG
                                     : UNREACHABLE;
}

static void hear_error(struct ping *p, const struct input *in, struct fx *fx)
{
    struct icmp error, echo;
    struct ipv4 ip;
    struct bytes quote = icmp_quote(in->head);
    if (!icmp_decode(in->head, &error) || !ipv4_decode(quote, &ip) ||
        !icmp_decode(bytes_sub(quote, ip.header_len, ICMP_HEADER), &echo)) {
        return;
    }
    p->next_hop_mtu = error.mtu ? error.mtu : p->next_hop_mtu;
    uint64_t n = number_of(p, echo.number);
    if (n > 0 && is_waited_for(p, n)) {
        p->refused++;
        settle(p, n, ECHO_REFUSED, why_refused(&error), fx);
        advance(p, fx);
    }
}

static void ping_step(void *self, const struct input *in, struct fx *fx)
{
    struct ping *p = self;
    switch (in->kind) {
    case IN_START: start(p, in, fx); break;
    case IN_PACKET: hear_answer(p, in, fx); break;
    case IN_ERROR: hear_error(p, in, fx); break;
    case IN_TIMER:
        if (in->code == TIMER_NEXT) {
            send_echo(p, in->now, fx);
        } else {
            give_up(p, fx);
        }
        break;
    case IN_SENT:
    case IN_REQUEST:
    case IN_INDICATION: break; /* nobody above, nothing below */
    }
}

static void ping_free(void *self)
{
    free(((struct ping *)self)->ring);
}

enum { VAR_SENT, VAR_ANSWERED, VAR_LOST, VAR_REFUSED, VAR_MTU };
static const struct var vars[] = {
    [VAR_SENT] = {"sent", "", "echoes"},       [VAR_ANSWERED] = {"answered", "", "echoes"},
    [VAR_LOST] = {"lost", "", "echoes"},       [VAR_REFUSED] = {"refused", "", "echoes"},
    [VAR_MTU] = {"next-hop-mtu", "B", "path"}, {0},
};

static void ping_read(const void *self, int64_t *out)
{
    const struct ping *p = self;
    out[VAR_SENT] = (int64_t)p->sent;
    out[VAR_ANSWERED] = (int64_t)p->answered;
    out[VAR_LOST] = (int64_t)p->lost;
    out[VAR_REFUSED] = (int64_t)p->refused;
    out[VAR_MTU] = p->next_hop_mtu;
}

#define FIGURE(NAME, VALUE)                                                                        \
    static double NAME(const void *self, const struct path *path)                                  \
    {                                                                                              \
        const struct ping *p = self;                                                               \
        (void)path;                                                                                \
        return VALUE;                                                                              \
    }
FIGURE(figure_answered, (double)p->answered)
FIGURE(figure_lost, (double)p->lost)
FIGURE(figure_refused, (double)p->refused)
FIGURE(figure_late, (double)p->late)
FIGURE(figure_again, (double)p->again)
FIGURE(figure_loss, p->sent ? (double)(p->sent - p->answered) / (double)p->sent : NAN)
FIGURE(figure_mtu, p->next_hop_mtu ? (double)p->next_hop_mtu : NAN)

static uint64_t least_events(const void *self, sim_time span)
{
    const struct ping *p = self;
    uint64_t fits = (uint64_t)(span / p->interval) + 1;
    return p->count >= 0 && (uint64_t)p->count < fits ? (uint64_t)p->count : fits;
}

#define OF(FIELD) offsetof(struct ping, FIELD)
static const struct param params[] = {
    {"count", OF(count), PARAM_COUNT, .may_be_off = true, .initial = 4, .min = 1,
     .max = INT64_C(1) << 40},
    {"interval", OF(interval), PARAM_TIME, .initial = SIM_S, .min = SIM_US, .max = SIM_NEVER / 4},
    {"size", OF(size), PARAM_BYTES, .initial = 56, .min = 0, .max = 65507},
    {"timeout", OF(timeout), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"ttl", OF(ttl), PARAM_COUNT, .initial = 64, .min = 1, .max = 255},
    {"df", OF(df), PARAM_SWITCH, .max = 1},
    {0},
};

static const struct machine_edge edges[] = {{ASKING, FINISHED_ASKING, "ping.edge.finished"},
                                            {-1, -1, NULL}};

static const struct actor_type ping_type = {
    .name = "ping",
    .proto = &icmp_proto,
    .size = sizeof(struct ping),
    .machines =
        (const struct machine[]){{"ping", (const char *const[]){"ASKING", "DONE", NULL}, edges},
                                 {0}},
    .sets = (const struct set[]){{"echo", (const char *const[]){"absent", "asked", "answered",
                                                                "lost", "refused", NULL}},
                                 {0}},
    .timers = (const struct timer[]){{"next", 1, true}, {"timeout", 1, false}, {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .figures = (const struct figure[]){{"answered", figure_answered},
                                       {"lost", figure_lost},
                                       {"refused", figure_refused},
                                       {"late", figure_late},
                                       {"duplicates", figure_again},
                                       {"loss", figure_loss},
                                       {"next_hop_mtu", figure_mtu},
                                       {0}},
    .step = ping_step,
    .read = ping_read,
    .free = ping_free,
    .least_events = least_events,
};

const struct traffic_type ping_traffic = {
    .name = "ping", .source = &ping_type, .takes_address = true};
