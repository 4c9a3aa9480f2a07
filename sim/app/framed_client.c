/* The client of a declared protocol: it connects, says what its script has, beats while it is
 * silent, and comes back when the connection is gone or an answer never comes. */
#include "actor/tcp_call.h"
#include "app/framed.h"

enum { LOWER_TCP };
enum { SAY, RETRY, HEARTBEAT, RECONNECT }; /* timers */
enum { STATE_AWAY, STATE_OPENING, STATE_OPEN };

struct framed_client {
    int64_t protocol, say, values, reconnect, stays; /* settings; the first three are pointers */
    struct net key;
    struct framed_end end;
    struct framed_memory memory;
    struct framed_tally counts;
    unsigned state;
    bool is_over; /* it has left for good */
    uint64_t opened;
};

static void to_state(struct framed_client *s, unsigned state, unsigned why, struct fx *fx)
{
    if (s->state != state) {
        fx_state(fx, 0, s->state, state, why);
        s->state = state;
    }
}

static void open_connection(struct framed_client *s, struct fx *fx)
{
    s->end.link.handle = fx_open(fx, LOWER_TCP, s->key);
    s->key.from.port = 0; /* of the next one: whichever is free */
    fx_request(fx, s->end.link.handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, s->end.link.handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
    s->opened++;
    to_state(s, STATE_OPENING, 0, fx);
}

static void begin(struct framed_client *s, const struct input *in, struct fx *fx)
{
    s->key = in->net;
    s->end.p = (const struct framed *)(intptr_t)s->protocol;
    s->end.script = (const struct framed_script *)(intptr_t)s->say;
    s->end.values = (const struct framed_values *)(intptr_t)s->values;
    s->end.memory = &s->memory;
    s->end.counts = &s->counts;
    framed_end_init(&s->end);
    open_connection(s, fx);
}

/* Nothing is said in this connection any more. */
static void fall_silent(struct framed_client *s, struct fx *fx)
{
    s->end.is_open = false;
    for (unsigned timer = SAY; timer <= HEARTBEAT; timer++) {
        fx_timer(fx, timer, 0, SIM_NEVER);
    }
}

static void leave(struct framed_client *s, struct fx *fx)
{
    s->is_over = true;
    fall_silent(s, fx);
    talk_hang_up(&s->end.link, false, fx);
}

/* The timers follow what waits; all done, it leaves. */
static void go_on(struct framed_client *s, struct fx *fx)
{
    if (s->state != STATE_OPEN || !s->end.is_open) {
        return;
    }
    if (!s->stays && framed_end_is_done(&s->end)) {
        leave(s, fx);
        return;
    }
    fx_timer(fx, SAY, 0, framed_end_due(&s->end));
    fx_timer(fx, RETRY, 0, framed_end_retry_due(&s->end));
}

/* The heartbeat counts from the last message of our own. */
static void speak(struct framed_client *s, sim_time now, struct fx *fx)
{
    uint64_t before = s->counts.said + s->counts.repeated;
    framed_end_speak(&s->end, now, fx);
    if (s->end.p->heartbeat && s->end.is_open && s->counts.said + s->counts.repeated != before) {
        fx_timer(fx, HEARTBEAT, 0, time_add(now, s->end.p->heartbeat_every));
    }
    go_on(s, fx);
}

static void opened(struct framed_client *s, sim_time now, struct fx *fx)
{
    fx_request(fx, s->end.link.handle, CODE_READ, (struct bytes){0},
               (struct span){.len = UINT32_MAX});
    to_state(s, STATE_OPEN, 0, fx);
    framed_end_opened(&s->end, now, fx);
    if (s->end.p->heartbeat) {
        fx_timer(fx, HEARTBEAT, 0, time_add(now, s->end.p->heartbeat_every));
    }
    go_on(s, fx);
}

static void break_off(struct framed_client *s, struct fx *fx)
{
    to_state(s, STATE_AWAY, 0, fx);
    fall_silent(s, fx);
    talk_hang_up(&s->end.link, true, fx);
}

static void closed(struct framed_client *s, sim_time now, struct fx *fx)
{
    fall_silent(s, fx);
    framed_end_closed(&s->end);
    to_state(s, STATE_AWAY, 0, fx);
    if (!s->is_over && s->reconnect >= 0) {
        fx_timer(fx, RECONNECT, 0, time_add(now, s->reconnect));
    } else {
        framed_end_forget(&s->end);
    }
}

static void read_data(struct framed_client *s, const struct input *in, struct fx *fx)
{
    struct mark end = {0};
    enum framed_read found = FRAMED_MORE;
    if (s->state != STATE_OPEN) {
        return;
    }
    talk_take(&s->end.link, in);
    while (!s->is_over && ((found = framed_end_next(&s->end, &end, fx)) == FRAMED_WHOLE ||
                           found == FRAMED_UNKNOWN)) {
        fx_heard(fx, 0, end, 0);
        framed_end_hear(&s->end, found, end, in->now, fx);
        speak(s, in->now, fx);
    }
    if (!s->is_over && found != FRAMED_MORE) {
        break_off(s, fx);
    }
}

static void hear_tcp(struct framed_client *s, const struct input *in, struct fx *fx)
{
    if (in->index != s->end.link.handle) {
        return;
    }
    switch (in->code) {
    case CODE_OPENED: opened(s, in->now, fx); break;
    case CODE_DATA: read_data(s, in, fx); break;
    case CODE_END:
        fall_silent(s, fx);
        talk_hang_up(&s->end.link, false, fx);
        break;
    case CODE_CLOSED: closed(s, in->now, fx); break;
    default: outbox_hear(&s->end.link.out, in, fx); break;
    }
}

static void beat(struct framed_client *s, sim_time now, struct fx *fx)
{
    framed_end_beat(&s->end, now, fx);
    fx_timer(fx, HEARTBEAT, 0, time_add(now, s->end.p->heartbeat_every));
    go_on(s, fx);
}

static void fired(struct framed_client *s, const struct input *in, struct fx *fx)
{
    if (in->code == RECONNECT) {
        open_connection(s, fx);
    } else if (s->state != STATE_OPEN || !s->end.is_open) {
        return;
    } else if (in->code == SAY) {
        speak(s, in->now, fx);
    } else if (in->code == HEARTBEAT) {
        beat(s, in->now, fx);
    } else if (framed_end_retry(&s->end, in->now, fx)) {
        go_on(s, fx);
    } else {
        break_off(s, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct framed_client *s = self;
    if (in->kind == IN_START) {
        begin(s, in, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        fired(s, in, fx);
    }
}

static void free_all(void *self)
{
    struct framed_client *s = self;
    framed_end_free(&s->end);
}

/* ---- the tables ---- */

#define FIGURE(NAME, EXPRESSION)                                                                   \
    static double figure_##NAME(const void *self, const struct path *path)                         \
    {                                                                                              \
        const struct framed_client *s = self;                                                      \
        (void)path;                                                                                \
        return (double)(EXPRESSION);                                                               \
    }
FIGURE(said, s->counts.said)
FIGURE(answered, s->counts.answered)
FIGURE(repeated, s->counts.repeated)
FIGURE(given_up, s->counts.given_up)
FIGURE(connections, s->opened)
#undef FIGURE

static void read(const void *self, int64_t *out)
{
    const struct framed_client *s = self;
    out[0] = (int64_t)s->counts.said;
    out[1] = framed_end_pending(&s->end);
    out[2] = (int64_t)s->counts.answered;
    out[3] = (int64_t)s->counts.repeated;
}

#define OF(FIELD) offsetof(struct framed_client, FIELD)
static const struct param params[] = {
    {"protocol", OF(protocol), PARAM_PROTOCOL, .is_required = true},
    {"say", OF(say), PARAM_SAYINGS, .may_be_off = false},
    {"values", OF(values), PARAM_VALUES, .may_be_off = false},
    {"reconnect", OF(reconnect), PARAM_TIME, .may_be_off = true, .initial = SIM_S, .min = 0,
     .max = SIM_NEVER / 4},
    {"stay", OF(stays), PARAM_SWITCH, .initial = 0, .max = 1},
    {0},
};

static const struct machine_edge edges[] = {{STATE_AWAY, STATE_OPENING, "framed.edge.opens"},
                                            {STATE_OPENING, STATE_OPEN, "framed.edge.stands"},
                                            {STATE_OPENING, STATE_AWAY, "framed.edge.lost"},
                                            {STATE_OPEN, STATE_AWAY, "framed.edge.lost"},
                                            {-1, -1, NULL}};

const struct reason framed_reasons[] = {
    [0] = {0},
    [FRAMED_WHY_SAID] = {"framed.said", NULL},
    [FRAMED_WHY_AGAIN] = {"framed.again", NULL},
    [FRAMED_WHY_ANSWER] = {"framed.answer", NULL},
    [FRAMED_WHY_ANSWER_AGAIN] = {"framed.answer-again", NULL},
    [FRAMED_WHY_HEARTBEAT] = {"framed.heartbeat", NULL},
    [FRAMED_WHY_RAW] = {"framed.raw", NULL},
    [FRAMED_WHY_BARE] = {"framed.bare", NULL},
    [FRAMED_WHY_SPOILT] = {"framed.spoilt", NULL},
    [FRAMED_WHY_GARBAGE] = {"framed.garbage", NULL},
    [FRAMED_WHY_BAD_ESCAPE] = {"framed.bad-escape", NULL},
    [FRAMED_WHY_BAD_CHECK] = {"framed.bad-check", NULL},
    [FRAMED_WHY_BAD_LENGTH] = {"framed.bad-length", NULL},
    [FRAMED_WHY_UNFIT] = {"framed.unfit", NULL},
    [FRAMED_WHY_TOO_LONG] = {"framed.too-long", NULL},
    [FRAMED_WHY_UNKNOWN] = {"framed.unknown", NULL},
    [FRAMED_WHY_LOST] = {"framed.lost", NULL},
    [FRAMED_WHY_KNOWN] = {"framed.known", NULL},
    [FRAMED_WHY_NOT_DUE] = {"framed.not-due", NULL},
    [FRAMED_WHY_REFUSED] = {"framed.refused", NULL},
    [FRAMED_WHY_GAVE_UP] = {"framed.gave-up", NULL},
    [FRAMED_WHY_IDLE] = {"framed.idle", NULL},
    [FRAMED_WHY_TAKEN] = {"framed.taken", NULL},
    {0},
};

const struct actor_type framed_client_type = {
    .name = "framed-client",
    .size = sizeof(struct framed_client),
    .reads_bytes = true,
    .machines =
        (const struct machine[]){
            {"session", (const char *const[]){"AWAY", "OPENING", "OPEN", NULL}, edges}, {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[SAY] = {"say", 1, TIMER_KIND_PACE},
                                     [RETRY] = {"retry", 1, TIMER_KIND_WAIT},
                                     [HEARTBEAT] = {"heartbeat", 1, TIMER_KIND_PACE},
                                     [RECONNECT] = {"reconnect", 1, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = framed_reasons,
    .vars = (const struct var[]){{"said", "", "session"},
                                 {"unanswered", "", "session"},
                                 {"answered", "", "session"},
                                 {"repeated", "", "session"},
                                 {0}},
    .params = params,
    .figures = (const struct figure[]){{"said", figure_said},
                                       {"answered", figure_answered},
                                       {"repeated", figure_repeated},
                                       {"given_up", figure_given_up},
                                       {"connections", figure_connections},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = read,
    .free = free_all,
};

const struct traffic_type framed_traffic = {.name = "framed",
                                            .source = &framed_client_type,
                                            .sink = &framed_server_type,
                                            .has_port = true,
                                            .shares_sink = true};
