/* Every run of six frames with up to so many faults, over channels that keep the order. A fault is
 * what may happen to one packet: it is lost, it arrives twice, or it is held up (and with it what
 * comes behind) until timers have run out. Whenever the window fits the numbers, all frames are
 * passed on once and in order; where it does not, a counterexample is found. Time in ms. */
#include "arq_rig.h"
#include "proto/arq/arq.h"

#include <check.h>

enum { FRAMES = 6, PAYLOAD = 992, FAULTS_MAX = 6, FLYING = 256, TIMERS = 16 };
enum fate { ARRIVES, LOST, TWICE, HELD, FATES };
enum { FRAME = 8, DELAY = 10, HOLD = 150 };

struct fault {
    unsigned packet; /* the n-th of both directions */
    enum fate fate;
};
struct setup {
    const struct traffic_type *type;
    int window, bits, timeout;
    bool naks, fits, cumulative;
};
struct flight {
    sim_time at;
    uint8_t head[ARQ_HEADER];
    struct span body;
};
struct way { /* packets that arrive in the order they left */
    struct flight list[FLYING];
    unsigned first, count;
};

struct play {
    struct arq_rig *ends; /* sender, receiver */
    struct way to[2];
    sim_time leaves, timers[TIMERS];
    uint32_t timer_index[TIMERS];
    struct flight leaving;
    uint32_t leaving_frame;
    const struct fault *faults;
    unsigned fault_count, packets, passed;
    bool is_wrong, is_done;
};

static void fly(struct play *p, unsigned to, struct flight f)
{
    enum fate fate = ARRIVES;
    struct way *way = &p->to[to];
    for (unsigned i = 0; i < p->fault_count; i++) {
        fate = p->faults[i].packet == p->packets ? p->faults[i].fate : fate;
    }
    p->packets++;
    f.at += DELAY * SIM_MS + (fate == HELD ? HOLD * SIM_MS : 0);
    if (way->count > way->first && way->list[way->count - 1].at > f.at) {
        f.at = way->list[way->count - 1].at;
    }
    for (int n = fate == LOST ? 0 : fate == TWICE ? 2 : 1; n > 0 && way->count < FLYING; n--) {
        way->list[way->count++] = f;
    }
}

static void take_effect(struct play *p, unsigned end, const struct effect *e, sim_time now)
{
    if (e->kind == FX_SEND) {
        const struct packet *packet = packet_at(&p->ends[end].packets, e->index);
        struct flight f = {.at = now, .body = packet->body};
        memcpy(f.head, packet_head(packet).data, ARQ_HEADER);
        if (end == 1) {
            fly(p, 0, f);
        } else {
            p->leaving = f;
            p->leaving_frame = (uint32_t)packet->unit.at;
            p->leaves = now + FRAME * SIM_MS;
        }
        packet_release(&p->ends[end].packets, e->index);
    } else if (e->kind == FX_TIMER) {
        p->timers[e->index % TIMERS] = e->value;
        p->timer_index[e->index % TIMERS] = e->index;
    } else if (e->kind == FX_INDICATE) {
        p->is_wrong |= e->body.at != (uint64_t)p->passed * PAYLOAD;
        p->passed++;
    } else if (e->kind == FX_STATE) {
        const char *state = p->ends[end].type->machines[0].states[e->index & 0xffff];
        p->is_done |= strcmp(state, "DONE") == 0;
    }
}

static void step(struct play *p, unsigned end, struct input in, sim_time now)
{
    struct arq_rig *r = &p->ends[end];
    const struct effect *e;
    in.now = now;
    in.net = (struct net){.from.port = 1, .to.port = 1};
    r->type->step(r->self, &in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        take_effect(p, end, e, now);
    }
}

static void arrive(struct play *p, unsigned to)
{
    struct flight f = p->to[to].list[p->to[to].first++];
    struct input in = {.kind = IN_PACKET, .head = bytes_of(f.head, sizeof f.head), .body = f.body};
    step(p, to, in, f.at);
}

/* The next event; false: none is left. Arrivals before the end of a transmission before timers. */
static bool go_on(struct play *p)
{
    sim_time soonest = p->leaves;
    int what = soonest == SIM_NEVER ? -1 : 2;
    for (int to = 0; to < 2; to++) {
        const struct way *w = &p->to[to];
        if (w->first < w->count && w->list[w->first].at <= soonest) {
            soonest = w->list[w->first].at;
            what = to;
        }
    }
    for (int i = 0; i < TIMERS; i++) {
        if (p->timers[i] < soonest) {
            soonest = p->timers[i];
            what = 3 + i;
        }
    }
    if (what < 0) {
        return false;
    }
    if (what < 2) {
        arrive(p, (unsigned)what);
    } else if (what == 2) {
        struct flight f = p->leaving;
        f.at = soonest;
        p->leaves = SIM_NEVER;
        fly(p, 1, f);
        step(p, 0, (struct input){.kind = IN_SENT, .index = p->leaving_frame}, soonest);
    } else {
        p->timers[what - 3] = SIM_NEVER;
        step(p, 0, (struct input){.kind = IN_TIMER, .index = p->timer_index[what - 3]}, soonest);
    }
    return true;
}

static void begin(const struct setup *s, struct arq_rig *r)
{
    if (r->type->free) {
        r->type->free(r->self);
    }
    memset(r->self, 0, r->type->size);
    params_initial(r->type, r->self);
    arq_rig_set(r, "frames", FRAMES);
    arq_rig_set(r, "timeout", s->timeout * SIM_MS);
    arq_rig_set(r, "window", s->window);
    arq_rig_set(r, "sequence-bits", s->bits);
    arq_rig_set(r, "naks", s->naks);
    arq_rig_set(r, "cumulative", s->cumulative);
}

/* False: a frame was passed on twice, out of order, or not at all. *packets: how many there were.
 */
static bool holds(const struct setup *s, struct arq_rig *ends, const struct fault *faults,
                  unsigned count, unsigned *packets)
{
    static struct play p;
    p.ends = ends;
    p.faults = faults;
    p.fault_count = count;
    p.leaves = SIM_NEVER;
    p.packets = p.passed = 0;
    p.is_wrong = p.is_done = false;
    for (int i = 0; i < TIMERS; i++) {
        p.timers[i] = SIM_NEVER;
    }
    for (int end = 1; end >= 0; end--) {
        p.to[end].first = p.to[end].count = 0;
        begin(s, &ends[end]);
        step(&p, (unsigned)end, (struct input){.kind = IN_START}, 0);
    }
    for (int events = 0; events < 600 && !p.is_wrong && go_on(&p); events++) {
    }
    *packets = p.packets;
    return !p.is_wrong && p.is_done && p.passed == FRAMES;
}

/* All runs with the faults so far and up to `more` later ones; false: one of them is left in
 * `faults`. */
static bool search(const struct setup *s, struct arq_rig *ends, struct fault *faults,
                   unsigned *count, unsigned more, unsigned *runs)
{
    unsigned packets, from = *count ? faults[*count - 1].packet + 1 : 0;
    ++*runs;
    if (!holds(s, ends, faults, *count, &packets)) {
        return false;
    }
    for (unsigned at = from; more > 0 && at < packets && at < 40; at++) {
        for (int fate = LOST; fate < FATES; fate++) {
            faults[(*count)++] = (struct fault){at, (enum fate)fate};
            if (!search(s, ends, faults, count, more - 1, runs)) {
                return false;
            }
            --*count;
        }
    }
    return true;
}

static const struct setup setups[] = {
    {&arq_stop_and_wait, 1, 1, 60, false, true, false},
    {&arq_stop_and_wait, 1, 1, 15, false, true, false},
    {&arq_stop_and_wait, 1, 0, 60, false, false, false},
    {&arq_go_back_n, 1, 1, 60, false, true, false},
    {&arq_go_back_n, 3, 2, 60, false, true, false},
    {&arq_go_back_n, 3, 2, 15, false, true, false},
    {&arq_go_back_n, 3, 2, 60, true, true, false},
    {&arq_go_back_n, 2, 1, 60, false, false, false},
    {&arq_go_back_n, 4, 2, 60, false, false, false},
    {&arq_selective_repeat, 1, 1, 60, false, true, false},
    {&arq_selective_repeat, 2, 2, 60, false, true, false},
    {&arq_selective_repeat, 2, 2, 15, false, true, false},
    {&arq_selective_repeat, 2, 2, 60, true, true, false},
    {&arq_selective_repeat, 2, 2, 60, false, true, true},
    {&arq_selective_repeat, 2, 2, 15, true, true, true},
    {&arq_selective_repeat, 2, 1, 60, false, false, false},
    {&arq_selective_repeat, 3, 2, 60, false, false, false},
    {&arq_selective_repeat, 3, 2, 60, false, false, true},
};

START_TEST(in_order_and_once_exactly_when_the_window_fits)
{
    const struct setup *s = &setups[_i];
    unsigned most = getenv("SLOWWIRE_LONG") ? 4 : 3, count = 0, runs = 0;
    struct fault faults[FAULTS_MAX];
    struct arq_rig ends[2];
    bool all_hold = true;
    arq_rig_open(&ends[0], s->type->source);
    arq_rig_open(&ends[1], s->type->sink);
    /* What breaks needs at most as many losses as the window has ACKs, and the fewest are found
     * first. */
    for (unsigned more = s->fits ? most : 0; more <= (s->fits ? most : 4) && all_hold; more++) {
        count = 0;
        all_hold = search(s, ends, faults, &count, more, &runs);
    }
    arq_rig_close(&ends[0]);
    arq_rig_close(&ends[1]);
    char told[200] = "";
    for (unsigned i = 0; i < count; i++) {
        static const char *const names[] = {"", "lost", "twice", "held up"};
        size_t at = strlen(told);
        snprintf(told + at, sizeof told - at, " packet %u %s", faults[i].packet + 1,
                 names[faults[i].fate]);
    }
    ck_assert_msg(all_hold == s->fits, "%s W %d, %d bits, timeout %d: %s%s (%u runs)",
                  s->type->name, s->window, s->bits, s->timeout,
                  all_hold ? "nothing goes wrong" : "it goes wrong:", told, runs);
    ck_assert_uint_gt(runs, s->fits ? 100 : 1);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arq search");
    TCase *c = tcase_create("search");
    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, in_order_and_once_exactly_when_the_window_fits, 0,
                        (int)(sizeof setups / sizeof *setups));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
