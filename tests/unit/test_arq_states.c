/* Every state that six frames can lead to, over channels that keep the order and hold up to two
 * packets each (SLOWWIRE_LONG: three): at any moment the first packet of a channel arrives, arrives
 * and stays (a copy), or is lost, a frame leaves the transmitter, or a running timer runs out; so
 * all losses, duplications and timings are there. Where the window fits the numbers no state is
 * wrong and none is stuck; where it does not, the shortest way to a wrong one is found, and
 * printed. The clock stands still: what timers do depends on their running alone. */
#include "arq_rig.h"
#include "base/draw.h"
#include "proto/arq/arq.h"

#include <check.h>
#include <malloc.h>

enum { FRAMES = 6, PAYLOAD = 992, CAP = 3, TIMERS = 8, BYTES = 96, STATES = 1 << 22 };
enum { COPIES_AT = 16 }; /* behind a state and a frame */

struct flight {
    uint8_t head[ARQ_HEADER], frame;
};
struct way {
    uint8_t count;
    struct flight list[CAP];
};
struct state {
    uint8_t ends[2][BYTES], heaps[2][BYTES]; /* sender, receiver */
    struct way to[2];
    struct flight leaving;
    uint8_t is_leaving, passed, is_done, armed[TIMERS]; /* 1 + index */
};
enum act { ARRIVES, ARRIVES_TWICE, LOST, LEAVES, TIMEOUT };
struct from {
    uint32_t state;
    uint8_t act, which;
};
struct setup {
    const struct traffic_type *type;
    int window, bits;
    bool naks, cumulative, fits;
};

static struct arq_rig ends[2];
static uint8_t *heap[2];
static bool is_wrong;
static unsigned room; /* packets that a channel holds */

static size_t own_bytes(unsigned end)
{
    return ends[end].type->size - sizeof(struct arq_end);
}

static size_t heap_bytes(unsigned end)
{
    size_t n = heap[end] ? malloc_usable_size(heap[end]) : 0;
    return n < BYTES ? n : BYTES;
}

static void load(const struct state *s)
{
    for (unsigned end = 0; end < 2; end++) {
        memcpy((uint8_t *)ends[end].self + sizeof(struct arq_end), s->ends[end], own_bytes(end));
        memcpy(heap[end] ? heap[end] : ends[end].self, s->heaps[end], heap_bytes(end));
    }
}

static void save(struct state *s)
{
    for (unsigned end = 0; end < 2; end++) {
        memcpy(s->ends[end], (uint8_t *)ends[end].self + sizeof(struct arq_end), own_bytes(end));
        memcpy(s->heaps[end], heap[end] ? heap[end] : ends[end].self, heap_bytes(end));
    }
    if (ends[0].type == arq_stop_and_wait.source) { /* its count of copies: none, one, several */
        uint32_t copies;
        memcpy(&copies, s->ends[0] + COPIES_AT, sizeof copies);
        copies = copies > 2 ? 2 : copies;
        memcpy(s->ends[0] + COPIES_AT, &copies, sizeof copies);
    }
}

static void take_effect(struct state *s, unsigned end, const struct effect *e)
{
    if (e->kind == FX_SEND) {
        const struct packet *p = packet_at(&ends[end].packets, e->index);
        struct flight f = {.frame = (uint8_t)p->unit.at};
        memcpy(f.head, packet_head(p).data, ARQ_HEADER);
        if (end == 0) {
            s->leaving = f;
            s->is_leaving = 1;
        } else if (s->to[0].count < room) {
            s->to[0].list[s->to[0].count++] = f;
        }
        packet_release(&ends[end].packets, e->index);
    } else if (e->kind == FX_TIMER && end == 0 && e->code == 0) {
        s->armed[e->index % TIMERS] = e->value == SIM_NEVER ? 0 : (uint8_t)(e->index + 1);
    } else if (e->kind == FX_INDICATE) {
        is_wrong |= e->body.at != (uint64_t)s->passed * PAYLOAD;
        s->passed++;
    } else if (e->kind == FX_STATE) {
        const char *state = ends[end].type->machines[0].states[e->index & 0xffff];
        s->is_done |= strcmp(state, "DONE") == 0;
    }
}

static void step(struct state *s, unsigned end, struct input in)
{
    const struct effect *e;
    struct arq_rig *r = &ends[end];
    in.net = (struct net){.from.port = 1, .to.port = 1};
    r->type->step(r->self, &in, &r->fx);
    while (fx_next(&r->fx, &e)) {
        take_effect(s, end, e);
    }
}

static void arrive(struct state *s, unsigned to, bool stays)
{
    struct flight f = s->to[to].list[0];
    if (!stays) {
        s->to[to].count--;
        memmove(s->to[to].list, s->to[to].list + 1, sizeof s->to[to].list - sizeof f);
        memset(&s->to[to].list[CAP - 1], 0, sizeof f);
    }
    step(s, to,
         (struct input){.kind = IN_PACKET,
                        .head = bytes_of(f.head, sizeof f.head),
                        .body = {.at = (uint64_t)f.frame * PAYLOAD, .len = PAYLOAD}});
}

/* False: that cannot happen in this state. `to`: 0 the sender hears, 1 the receiver. */
static bool happens(struct state *s, enum act act, unsigned which)
{
    bool on_way = act <= LOST;
    if ((on_way && (which > 1 || s->to[which].count == 0)) ||
        (act == LEAVES && (which > 0 || !s->is_leaving)) ||
        (act == TIMEOUT && (which >= TIMERS || !s->armed[which]))) {
        return false;
    }
    load(s);
    if (act == LOST) {
        s->to[which].count--;
        memmove(s->to[which].list, s->to[which].list + 1, 2 * sizeof(struct flight));
        memset(&s->to[which].list[CAP - 1], 0, sizeof(struct flight));
    } else if (on_way) {
        arrive(s, which, act == ARRIVES_TWICE);
    } else if (act == LEAVES) {
        uint32_t frame = s->leaving.frame;
        s->is_leaving = 0;
        if (s->to[1].count < room) {
            s->to[1].list[s->to[1].count++] = s->leaving;
        }
        memset(&s->leaving, 0, sizeof s->leaving);
        step(s, 0, (struct input){.kind = IN_SENT, .index = frame});
    } else {
        uint32_t index = s->armed[which] - 1u;
        s->armed[which] = 0;
        step(s, 0, (struct input){.kind = IN_TIMER, .index = index});
    }
    save(s);
    return true;
}

static void begin(const struct setup *setup, struct state *s)
{
    const struct actor_type *types[] = {setup->type->source, setup->type->sink};
    memset(s, 0, sizeof *s);
    for (unsigned end = 2; end-- > 0;) {
        struct arq_rig *r = &ends[end];
        arq_rig_open(r, types[end]);
        arq_rig_set(r, "frames", FRAMES);
        arq_rig_set(r, "window", setup->window);
        arq_rig_set(r, "sequence-bits", setup->bits);
        arq_rig_set(r, "naks", setup->naks);
        arq_rig_set(r, "cumulative", setup->cumulative);
        ck_assert_uint_le(own_bytes(end), BYTES);
        step(s, end, (struct input){.kind = IN_START});
        heap[end] = NULL; /* all else is a small number yet */
        for (size_t at = sizeof(struct arq_end); at + 8 <= r->type->size; at += 8) {
            uint64_t word;
            memcpy(&word, (uint8_t *)r->self + at, 8);
            heap[end] = word > 1u << 20 && word % 16 == 0 ? (uint8_t *)(uintptr_t)word : heap[end];
        }
        ck_assert_uint_le(heap[end] ? malloc_usable_size(heap[end]) : 0, BYTES);
    }
    save(s);
}

static uint64_t hash_of(const struct state *s)
{
    uint64_t words[sizeof *s / 8 + 1] = {0}, h = 1;
    memcpy(words, s, sizeof *s);
    for (size_t i = 0; i < sizeof words / 8; i++) {
        h = hash_mix(h, words[i]);
    }
    return h ? h : 1;
}

struct search {
    uint64_t *seen; /* hashes, open addressing */
    struct state *states;
    struct from *from;
    uint32_t count, cap;
};

static void add(struct search *q, const struct state *s, uint32_t from, enum act act, unsigned n)
{
    uint64_t h = hash_of(s);
    size_t at = h & (4 * STATES - 1);
    for (; q->seen[at] && q->seen[at] != h; at = (at + 1) & (4 * STATES - 1)) {
    }
    if (q->seen[at]) {
        return;
    }
    q->seen[at] = h;
    if (q->count == q->cap) {
        q->cap = q->cap ? 2 * q->cap : 1024;
        q->states = realloc(q->states, q->cap * sizeof *q->states);
        q->from = realloc(q->from, q->cap * sizeof *q->from);
    }
    q->states[q->count] = *s;
    q->from[q->count++] = (struct from){from, (uint8_t)act, (uint8_t)n};
    ck_assert_uint_lt(q->count, STATES);
}

static void print_way(const struct search *q, uint32_t state, enum act act, unsigned which)
{
    static const char *const names[2][5] = {
        {"ACK arrives", "ACK arrives, a copy stays", "ACK lost", "leaves", "timeout"},
        {"DATA arrives", "DATA arrives, a copy stays", "DATA lost", "", ""}};
    if (state > 0) {
        print_way(q, q->from[state].state, (enum act)q->from[state].act, q->from[state].which);
    }
    printf(" %s;", names[act <= LOST ? which : 0][act]);
}

static const struct setup setups[] = {
    {&arq_stop_and_wait, 1, 1, false, false, true},
    {&arq_stop_and_wait, 1, 0, false, false, false},
    {&arq_go_back_n, 1, 1, false, false, true},
    {&arq_go_back_n, 3, 2, false, false, true},
    {&arq_go_back_n, 3, 2, true, false, true},
    {&arq_go_back_n, 2, 1, false, false, false},
    {&arq_go_back_n, 4, 2, false, false, false},
    {&arq_selective_repeat, 1, 1, false, false, true},
    {&arq_selective_repeat, 2, 2, false, false, true},
    {&arq_selective_repeat, 2, 2, true, false, true},
    {&arq_selective_repeat, 2, 2, false, true, true},
    {&arq_selective_repeat, 2, 1, false, false, false},
    {&arq_selective_repeat, 3, 2, false, false, false},
    {&arq_selective_repeat, 3, 2, false, true, false},
};

/* Looks at all that may happen in state n. False: something is wrong then. */
static bool look(struct search *q, uint32_t n, const struct setup *setup)
{
    bool goes_on = q->states[n].is_done;
    for (unsigned act = ARRIVES; act <= TIMEOUT; act++) {
        for (unsigned which = 0; which < TIMERS; which++) {
            struct state next = q->states[n];
            is_wrong = false;
            if (!happens(&next, (enum act)act, which)) {
                continue;
            }
            goes_on = true;
            if (is_wrong || (next.is_done && next.passed != FRAMES)) {
                printf("%s, window %d, %d bits:", setup->type->name, setup->window, setup->bits);
                print_way(q, n, (enum act)act, which);
                printf(" wrong\n");
                return false;
            }
            add(q, &next, n, (enum act)act, which);
        }
    }
    ck_assert_msg(goes_on, "%s W %d: a state in which nothing can happen", setup->type->name,
                  setup->window);
    return true;
}

START_TEST(no_state_is_wrong_exactly_when_the_window_fits)
{
    const struct setup *setup = &setups[_i];
    struct search q = {.seen = calloc(4 * STATES, sizeof *q.seen)};
    struct state first;
    bool holds = true;
    room = getenv("SLOWWIRE_LONG") ? CAP : CAP - 1;
    begin(setup, &first);
    add(&q, &first, 0, LEAVES, 0);
    for (uint32_t n = 0; n < q.count && holds; n++) {
        holds = look(&q, n, setup);
    }
    printf("%s, window %d, %d bits%s%s: %u states%s\n", setup->type->name, setup->window,
           setup->bits, setup->naks ? ", NAKs" : "", setup->cumulative ? ", cumulative" : "",
           q.count, holds ? ", none wrong" : "");
    ck_assert_int_eq(holds, setup->fits);
    free(q.seen);
    free(q.states);
    free(q.from);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("arq states");
    TCase *c = tcase_create("all");
    tcase_set_timeout(c, 600);
    tcase_add_loop_test(c, no_state_is_wrong_exactly_when_the_window_fits, 0,
                        (int)(sizeof setups / sizeof *setups));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
