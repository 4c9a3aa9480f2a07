/* The server of a declared protocol: it answers by the protocol's rules, asks what its own script
 * has, and gives up a connection on which nothing is heard. Repetitions are known by who sent them,
 * so they are known in another connection, too. */
#include "actor/tcp_call.h"
#include "app/framed.h"
#include "base/os.h"

#include <stdlib.h>

enum { LOWER_TCP };
enum { SAY, RETRY, IDLE, SERVICE }; /* timers; index: place in the list of connections */
enum { CONNECTIONS_MAX = 256 };     /* more are reset */

struct conn {
    struct framed_end end; /* handle 0: this place is free */
    bool is_over;          /* nothing more is read */
    bool has_ended;        /* the other side says no more: what has come is still worked on */
    bool is_working;       /* on end.frame, found at `end_mark` as `found` */
    enum framed_read found;
    struct mark end_mark;
};

struct framed_server {
    int64_t protocol, asks, service; /* settings; the first two are pointers */
    struct conn **conns;             /* owned, each of them; a place may be NULL */
    uint32_t conn_count;
    struct framed_memory memory;
    struct framed_tally counts;
};

static const struct framed *protocol_of(const struct framed_server *s)
{
    return (const struct framed *)(intptr_t)s->protocol;
}

static void set_timers(struct framed_server *s, uint32_t place, struct fx *fx)
{
    struct conn *c = s->conns[place];
    fx_timer(fx, SAY, place, c && !c->is_over ? framed_end_due(&c->end) : SIM_NEVER);
    fx_timer(fx, RETRY, place, c && !c->is_over ? framed_end_retry_due(&c->end) : SIM_NEVER);
}

static void listen_for(const struct framed_server *s, uint32_t place, sim_time now, struct fx *fx)
{
    const struct conn *c = s->conns[place];
    sim_time idle = protocol_of(s)->idle;
    bool waits = idle != SIM_NEVER && c && !c->is_over;
    fx_timer(fx, IDLE, place, waits ? time_add(now, idle) : SIM_NEVER);
}

static void cut(struct framed_server *s, uint32_t place, struct fx *fx)
{
    struct conn *c = s->conns[place];
    c->is_over = true;
    talk_hang_up(&c->end.link, true, fx);
    set_timers(s, place, fx);
    fx_timer(fx, IDLE, place, SIM_NEVER);
    fx_timer(fx, SERVICE, place, SIM_NEVER);
}

/* All that the other side had to say has been looked at. */
static void finish(struct framed_server *s, uint32_t place, struct fx *fx)
{
    struct conn *c = s->conns[place];
    c->is_over = true;
    set_timers(s, place, fx);
    talk_hang_up(&c->end.link, false, fx);
}

/* ---- frames ---- */

static void hear(struct framed_server *s, uint32_t place, sim_time now, struct fx *fx)
{
    struct conn *c = s->conns[place];
    fx_heard(fx, 0, c->end_mark, 0);
    framed_end_hear(&c->end, c->found, c->end_mark, now, fx);
    framed_end_speak(&c->end, now, fx);
}

static void go_on(struct framed_server *s, uint32_t place, sim_time now, struct fx *fx)
{
    struct conn *c = s->conns[place];
    while (!c->is_over && !c->is_working) {
        c->found = framed_end_next(&c->end, &c->end_mark, fx);
        bool is_frame = c->found == FRAMED_WHOLE || c->found == FRAMED_UNKNOWN;
        if (!is_frame) {
            break;
        }
        c->is_working = s->service > 0;
        if (c->is_working) {
            fx_timer(fx, SERVICE, place, time_add(now, s->service));
        } else {
            hear(s, place, now, fx);
        }
    }
    if (!c->is_over && !c->is_working && c->found != FRAMED_MORE) {
        cut(s, place, fx);
    } else if (c->has_ended && !c->is_over && !c->is_working) {
        finish(s, place, fx);
    } else {
        set_timers(s, place, fx);
    }
}

static void read_data(struct framed_server *s, uint32_t place, const struct input *in,
                      struct fx *fx)
{
    struct conn *c = s->conns[place];
    if (c->is_over) {
        return;
    }
    talk_take(&c->end.link, in);
    listen_for(s, place, in->now, fx);
    go_on(s, place, in->now, fx);
}

/* ---- connections ---- */

static uint32_t find(const struct framed_server *s, uint32_t handle)
{
    for (uint32_t i = 0; i < s->conn_count; i++) {
        if (s->conns[i] && s->conns[i]->end.link.handle == handle) {
            return i;
        }
    }
    return UINT32_MAX;
}

static uint32_t free_place(struct framed_server *s)
{
    for (uint32_t i = 0; i < s->conn_count; i++) {
        if (!s->conns[i]) {
            return i;
        }
    }
    if (s->conn_count == CONNECTIONS_MAX) {
        return UINT32_MAX;
    }
    s->conns = os_realloc(s->conns, (s->conn_count + 1) * sizeof(struct conn *));
    s->conns[s->conn_count] = NULL;
    return s->conn_count++;
}

static void opened(struct framed_server *s, uint32_t handle, sim_time now, struct fx *fx)
{
    uint32_t place = free_place(s);
    if (place == UINT32_MAX) {
        fx_request(fx, handle, CODE_ABORT, (struct bytes){0}, (struct span){0});
        return;
    }
    struct conn *c = os_alloc(sizeof *c);
    *c = (struct conn){.end = {.p = protocol_of(s),
                               .script = (const struct framed_script *)(intptr_t)s->asks,
                               .memory = &s->memory,
                               .counts = &s->counts,
                               .link = {.handle = handle}}};
    s->conns[place] = c;
    framed_end_init(&c->end);
    fx_request(fx, handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    framed_end_opened(&c->end, now, fx);
    listen_for(s, place, now, fx);
    set_timers(s, place, fx);
}

static void closed(struct framed_server *s, uint32_t place, struct fx *fx)
{
    struct conn *c = s->conns[place];
    c->is_over = true;
    set_timers(s, place, fx);
    fx_timer(fx, IDLE, place, SIM_NEVER);
    fx_timer(fx, SERVICE, place, SIM_NEVER);
    framed_end_free(&c->end);
    free(c);
    s->conns[place] = NULL;
}

static void hear_tcp(struct framed_server *s, const struct input *in, struct fx *fx)
{
    uint32_t place = find(s, in->index);
    if (in->code == CODE_OPENED) {
        opened(s, in->index, in->now, fx);
    } else if (place == UINT32_MAX) {
        return;
    } else if (in->code == CODE_DATA) {
        read_data(s, place, in, fx);
    } else if (in->code == CODE_END) {
        s->conns[place]->has_ended = true;
        fx_timer(fx, IDLE, place, SIM_NEVER);
        go_on(s, place, in->now, fx);
    } else if (in->code == CODE_CLOSED) {
        closed(s, place, fx);
    } else {
        outbox_hear(&s->conns[place]->end.link.out, in, fx);
    }
}

static void fired(struct framed_server *s, const struct input *in, struct fx *fx)
{
    uint32_t place = in->index;
    struct conn *c = s->conns[place];
    switch (in->code) {
    case SAY: framed_end_speak(&c->end, in->now, fx); break;
    case RETRY:
        if (!framed_end_retry(&c->end, in->now, fx)) {
            cut(s, place, fx);
            return;
        }
        break;
    case IDLE:
        fx_note(fx, FRAMED_WHY_IDLE);
        cut(s, place, fx);
        return;
    default:
        hear(s, place, in->now, fx);
        c->is_working = false;
        go_on(s, place, in->now, fx);
        return;
    }
    set_timers(s, place, fx);
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct framed_server *s = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        fired(s, in, fx);
    }
}

static void free_all(void *self)
{
    struct framed_server *s = self;
    for (uint32_t i = 0; i < s->conn_count; i++) {
        if (s->conns[i]) {
            framed_end_free(&s->conns[i]->end);
            free(s->conns[i]);
        }
    }
    free(s->conns);
}

/* ---- the tables ---- */

static uint64_t other_broken(const struct framed_server *s)
{
    return s->counts.broken[FRAMED_UNFIT] + s->counts.broken[FRAMED_TOO_LONG];
}

#define FIGURE(NAME, EXPRESSION)                                                                   \
    static double figure_##NAME(const void *self, const struct path *path)                         \
    {                                                                                              \
        const struct framed_server *s = self;                                                      \
        (void)path;                                                                                \
        return (double)(EXPRESSION);                                                               \
    }
FIGURE(taken, s->counts.taken)
FIGURE(duplicates, s->counts.duplicates)
FIGURE(bad_checks, s->counts.broken[FRAMED_BAD_CHECK])
FIGURE(bad_escapes, s->counts.broken[FRAMED_BAD_ESCAPE])
FIGURE(bad_lengths, s->counts.broken[FRAMED_BAD_LENGTH])
FIGURE(bad_frames, other_broken(s))
FIGURE(unknown, s->counts.broken[FRAMED_UNKNOWN])
FIGURE(garbage, s->counts.broken[FRAMED_GARBAGE])
#undef FIGURE

static void read(const void *self, int64_t *out)
{
    const struct framed_server *s = self;
    int64_t connected = 0, broken = 0;
    for (uint32_t i = 0; i < s->conn_count; i++) {
        connected += s->conns[i] && !s->conns[i]->is_over;
    }
    for (int i = FRAMED_BAD_ESCAPE; i < FRAMED_READ_COUNT; i++) {
        broken += (int64_t)s->counts.broken[i];
    }
    out[0] = connected;
    out[1] = (int64_t)s->counts.taken;
    out[2] = (int64_t)s->counts.duplicates;
    out[3] = broken;
    out[4] = (int64_t)s->counts.broken[FRAMED_GARBAGE];
}

#define OF(FIELD) offsetof(struct framed_server, FIELD)
static const struct param params[] = {
    {"protocol", OF(protocol), PARAM_PROTOCOL, .is_required = true},
    {"asks", OF(asks), PARAM_SAYINGS, .may_be_off = false},
    {"service", OF(service), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {0},
};

const struct actor_type framed_server_type = {
    .name = "framed-server",
    .size = sizeof(struct framed_server),
    .reads_bytes = true,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[SAY] = {"say", CONNECTIONS_MAX, TIMER_KIND_PACE},
                                     [RETRY] = {"retry", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     [IDLE] = {"idle", CONNECTIONS_MAX, TIMER_KIND_IDLE},
                                     [SERVICE] = {"service", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = framed_reasons,
    .vars = (const struct var[]){{"connected", "", "server"},
                                 {"taken", "", "server"},
                                 {"duplicates", "", "server"},
                                 {"broken", "", "server"},
                                 {"garbage", "B", "server"},
                                 {0}},
    .params = params,
    .figures = (const struct figure[]){{"taken", figure_taken},
                                       {"duplicates", figure_duplicates},
                                       {"bad_checks", figure_bad_checks},
                                       {"bad_escapes", figure_bad_escapes},
                                       {"bad_lengths", figure_bad_lengths},
                                       {"bad_frames", figure_bad_frames},
                                       {"unknown", figure_unknown},
                                       {"garbage", figure_garbage},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = read,
    .free = free_all,
};
