/* The bucket knows sizes, the node has the packets. Invariants: what waits is older than what
 * comes, and the timer stands at the moment at which the first of them may pass. */
#include "proto/bucket/bucket.h"

#include "actor/fx.h"
#include "actor/node_call.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

enum why { NO_REASON, WAITS, EXCEEDS, NO_ROOM };
static const struct reason reasons[] = {
    [NO_REASON] = {0},
    [WAITS] = {"bucket.waits", "RFC 2475 2.3.3.3"},
    [EXCEEDS] = {"bucket.exceeds", "RFC 2475 2.3.3.4"},
    [NO_ROOM] = {"bucket.no-room", "RFC 2475 2.3.3.3"},
    {0},
};

struct bucket {
    struct node_bucket set;
    struct tokens tokens;
    uint32_t *sizes; /* of what waits, a ring; owned */
    uint32_t head, count;
    uint64_t passed, passed_bytes, dropped, delayed;
};

static void tell(const struct bucket *b, enum node_verdict verdict, struct fx *fx)
{
    struct node_passage p = {.number = b->set.number, .verdict = verdict};
    fx_indicate(fx, 0, NODE_PASSED, bytes_of(&p, sizeof p), (struct span){0});
}

static void pass(struct bucket *b, uint32_t bytes, enum node_verdict verdict, struct fx *fx)
{
    b->passed++;
    b->passed_bytes += bytes;
    tell(b, verdict, fx);
}

static void refuse(struct bucket *b, enum why why, struct fx *fx)
{
    b->dropped++;
    fx_note(fx, why);
    tell(b, VERDICT_DROP, fx);
}

static void judge(struct bucket *b, uint32_t bytes, sim_time now, struct fx *fx)
{
    if (b->count == 0 && tokens_take(&b->tokens, bytes, now)) {
        pass(b, bytes, VERDICT_PASS, fx);
    } else if (!b->set.waits || bytes > b->tokens.burst) {
        refuse(b, EXCEEDS, fx);
    } else if (b->count == b->set.room) {
        refuse(b, NO_ROOM, fx);
    } else {
        b->sizes[(b->head + b->count++) % b->set.room] = bytes;
        b->delayed++;
        fx_note(fx, WAITS);
        tell(b, VERDICT_WAIT, fx);
        if (b->count == 1) {
            fx_timer(fx, 0, 0, tokens_due(&b->tokens, bytes));
        }
    }
}

static void release(struct bucket *b, sim_time now, struct fx *fx)
{
    while (b->count > 0 && tokens_take(&b->tokens, b->sizes[b->head], now)) {
        uint32_t bytes = b->sizes[b->head];
        b->head = (b->head + 1) % b->set.room;
        b->count--;
        pass(b, bytes, VERDICT_RELEASE, fx);
    }
    if (b->count > 0) {
        fx_timer(fx, 0, 0, tokens_due(&b->tokens, b->sizes[b->head]));
    }
}

/* It begins full. */
static void set_up(struct bucket *b, const struct input *in)
{
    memcpy(&b->set, in->head.data, sizeof b->set);
    b->tokens = (struct tokens){.rate_bps = b->set.rate_bps,
                                .burst = b->set.burst,
                                .level = b->set.burst * TOKENS_PER_BYTE,
                                .at = in->now};
    b->sizes = os_alloc(b->set.room * sizeof *b->sizes);
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct bucket *b = self;
    struct node_passage p;
    if (in->kind == IN_REQUEST && in->code == NODE_BUCKET) {
        set_up(b, in);
    } else if (in->kind == IN_REQUEST && in->code == NODE_PASS) {
        memcpy(&p, in->head.data, sizeof p);
        judge(b, p.bytes, in->now, fx);
    } else if (in->kind == IN_TIMER) {
        release(b, in->now, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct bucket *b = self;
    vars[0] = b->tokens.level / TOKENS_PER_BYTE;
    vars[1] = b->count;
}

static void let_go(void *self)
{
    free(((struct bucket *)self)->sizes);
}

static double passed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct bucket *)self)->passed;
}

static double passed_bytes(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct bucket *)self)->passed_bytes;
}

static double delayed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct bucket *)self)->delayed;
}

static double dropped(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct bucket *)self)->dropped;
}

const struct actor_type token_bucket_type = {
    .name = "token-bucket",
    .size = sizeof(struct bucket),
    .timers = (const struct timer[]){{"tokens", 1, TIMER_KIND_PACE}, {0}},
    .reasons = reasons,
    .vars = (const struct var[]){{"tokens", "B", "bucket"}, {"waiting", "packets", "bucket"}, {0}},
    .figures = (const struct figure[]){{"passed", passed},
                                       {"passed_bytes", passed_bytes},
                                       {"delayed", delayed},
                                       {"dropped", dropped},
                                       {0}},
    .step = step,
    .read = read,
    .free = let_go,
};
