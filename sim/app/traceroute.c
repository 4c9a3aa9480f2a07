/* One probe is under way at a time. After `queries` of them the next distance is asked, until who
 * is looked for has answered (an echo, or that nobody has the port), an error ends the search, or
 * the greatest distance was asked. */
#include "app/traceroute.h"

#include "actor/fx.h"
#include "app/probe.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

enum why { NO_REASON, ROUTER, SILENT, REACHED, REFUSED, TOO_FAR };
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [ROUTER] = {"traceroute.router", "RFC 1812 5.3.1"},
    [SILENT] = {"traceroute.silent", "RFC 1812 4.3.2.8"},
    [REACHED] = {"traceroute.reached", "RFC 1122 3.2.2.1"},
    [REFUSED] = {"traceroute.refused", "RFC 792"},
    [TOO_FAR] = {"traceroute.too-far", "RFC 792"},
    {0},
};

enum state { TRACING, DONE };
enum hop_state { HOP_ABSENT, HOP_ASKED, HOP_ROUTER, HOP_SILENT, HOP_END };
enum by { BY_UDP, BY_ICMP };

enum { TIME_EXCEEDED = 11 << 8, PORT_UNREACHABLE = 3 << 8 | 3 };

struct traceroute {
    int64_t by, first_port, max_hops, queries, size, timeout; /* settings */
    struct net key;
    uint32_t lower, asked; /* asked: probes sent so far, the last one has the number asked - 1 */
    sim_time sent;         /* of that one */
    bool waits;
    struct way_hop *hops; /* owned */
    unsigned hop_count;
    enum state state;
};

static struct way_hop *hop_now(struct traceroute *s)
{
    return &s->hops[s->hop_count - 1];
}

static void add_hop(struct traceroute *s, struct fx *fx)
{
    s->hops[s->hop_count++] = (struct way_hop){.refused = -1};
    fx_item(fx, 0, s->hop_count, HOP_ASKED, NO_REASON);
}

static void ask(struct traceroute *s, sim_time now, struct fx *fx)
{
    struct probe p = {.number = s->asked++,
                      .size = (uint32_t)s->size,
                      .port = (uint16_t)s->first_port,
                      .ttl = (uint8_t)s->hop_count};
    s->sent = now;
    s->waits = true;
    hop_now(s)->asked++;
    fx_request(fx, s->lower, PROBE_SEND, bytes_of(&p, sizeof p), (struct span){0});
    fx_timer(fx, 0, 0, time_add(now, s->timeout));
}

static void finish(struct traceroute *s, enum why why, struct fx *fx)
{
    s->state = DONE;
    fx_state(fx, 0, TRACING, DONE, why);
}

/* A distance has been asked `queries` times: on to the next, or to the end. */
static void go_on(struct traceroute *s, sim_time now, struct fx *fx)
{
    struct way_hop *hop = hop_now(s);
    s->waits = false;
    if (hop->asked < s->queries) {
        ask(s, now, fx);
        return;
    }
    if (hop->answers == 0) {
        fx_item(fx, 0, s->hop_count, HOP_SILENT, SILENT);
    }
    if (hop->is_end || hop->refused >= 0) {
        finish(s, hop->is_end ? REACHED : REFUSED, fx);
    } else if (s->hop_count == s->max_hops) {
        finish(s, TOO_FAR, fx);
    } else {
        add_hop(s, fx);
        ask(s, now, fx);
    }
}

static void count_answer(struct traceroute *s, const struct probe_answer *a, sim_time rtt,
                         struct fx *fx)
{
    struct way_hop *hop = hop_now(s);
    bool is_first = hop->answers == 0;
    bool is_end = a->error == 0 || (a->error == PORT_UNREACHABLE && a->from == s->key.to.ip);
    hop->ip = is_first ? a->from : hop->ip;
    hop->answers++;
    hop->rtt_min = is_first || rtt < hop->rtt_min ? rtt : hop->rtt_min;
    hop->rtt_max = rtt > hop->rtt_max ? rtt : hop->rtt_max;
    hop->rtt_sum += rtt;
    hop->is_end |= is_end;
    if (!is_end && a->error != TIME_EXCEEDED) {
        hop->refused = a->error;
    }
    if (is_first) {
        fx_item(fx, 0, s->hop_count, is_end ? HOP_END : HOP_ROUTER,
                is_end                      ? REACHED
                : a->error == TIME_EXCEEDED ? ROUTER
                                            : REFUSED);
    }
    if (is_end) {
        fx_rtt(fx, rtt);
    }
}

/* Only the probe that is waited for counts: an answer after the timeout is too late. */
static void hear(struct traceroute *s, const struct input *in, struct fx *fx)
{
    struct probe_answer a;
    memcpy(&a, in->head.data, sizeof a);
    if (s->waits && a.number == s->asked - 1) {
        fx_timer(fx, 0, 0, SIM_NEVER);
        count_answer(s, &a, in->now - s->sent, fx);
        go_on(s, in->now, fx);
    }
}

static void source_step(void *self, const struct input *in, struct fx *fx)
{
    struct traceroute *s = self;
    if (in->kind == IN_START) {
        s->key = in->net;
        s->hops = os_alloc((size_t)s->max_hops * sizeof *s->hops);
        s->lower = fx_open(fx, (unsigned)s->by, s->key);
        add_hop(s, fx);
        ask(s, in->now, fx);
    } else if (in->kind == IN_INDICATION && in->code == PROBE_ANSWER) {
        hear(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        go_on(s, in->now, fx);
    }
}

static void source_free(void *self)
{
    free(((struct traceroute *)self)->hops);
}

static bool hop(const void *self, unsigned i, struct way_hop *out)
{
    const struct traceroute *s = self;
    if (i >= s->hop_count) {
        return false;
    }
    *out = s->hops[i];
    return true;
}

static double figure_hops(const void *self, const struct path *path)
{
    (void)path;
    return ((const struct traceroute *)self)->hop_count;
}

static double figure_reached(const void *self, const struct path *path)
{
    const struct traceroute *s = self;
    (void)path;
    return s->hop_count > 0 && s->hops[s->hop_count - 1].is_end;
}

enum { VAR_HOP, VAR_ASKED };
static const struct var vars[] = {
    [VAR_HOP] = {"hop", "", "way"}, [VAR_ASKED] = {"probes", "", "way"}, {0}};

static void source_read(const void *self, int64_t *out)
{
    const struct traceroute *s = self;
    out[VAR_HOP] = s->hop_count;
    out[VAR_ASKED] = s->asked;
}

#define OF(FIELD) offsetof(struct traceroute, FIELD)
static const struct param params[] = {
    {"by", OF(by), PARAM_CHOICE, .initial = BY_UDP, .max = BY_ICMP,
     .choices = (const char *const[]){"udp", "icmp", NULL}},
    {"max-hops", OF(max_hops), PARAM_COUNT, .initial = 30, .min = 1, .max = 255},
    {"queries", OF(queries), PARAM_COUNT, .initial = 3, .min = 1, .max = 100},
    {"size", OF(size), PARAM_BYTES, .initial = 32, .min = 0, .max = 65507},
    {"timeout", OF(timeout), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"first-port", OF(first_port), PARAM_COUNT, .initial = 33434, .min = 1, .max = 40000},
    {0},
};

static const struct machine_edge edges[] = {{TRACING, DONE, "traceroute.edge.done"},
                                            {-1, -1, NULL}};

static const struct actor_type source_type = {
    .name = "traceroute",
    .size = sizeof(struct traceroute),
    .machines =
        (const struct machine[]){
            {"traceroute", (const char *const[]){"TRACING", "DONE", NULL}, edges}, {0}},
    .sets = (const struct set[]){{"hop", (const char *const[]){"absent", "asked", "router",
                                                               "silent", "end", NULL}},
                                 {0}},
    .timers = (const struct timer[]){{"timeout", 1, false}, {0}},
    .reasons = reasons,
    .vars = vars,
    .params = params,
    .figures = (const struct figure[]){{"hops", figure_hops}, {"reached", figure_reached}, {0}},
    .hop = hop,
    .lowers = (const char *const[]){"probe-udp", "probe-icmp", NULL},
    .step = source_step,
    .read = source_read,
    .free = source_free,
};

const struct traffic_type traceroute_traffic = {
    .name = "traceroute", .source = &source_type, .takes_address = true};
