#pragma once
/* What must hold of any run, asked of every scenario of the network's tests: the invariants of a
 * trace, two runs equal to the byte, watching changes no figure, no transmitter busier than time.
 */

#include "base/os.h"
#include "expect/expect.h"
#include "export/jsonl.h"
#include "world_rig.h"

#include <check.h>
#include <stdlib.h>

/* The whole trace as text, without what numbers of bytes could hide. Freed by the caller. */
static inline char *trace_text(const struct trace *t)
{
    FILE *out = tmpfile();
    jsonl_write(t, out);
    size_t len = (size_t)ftell(out);
    char *text = os_alloc(len + 1);
    rewind(out);
    ck_assert_uint_eq(fread(text, 1, len, out), len);
    fclose(out);
    return text;
}

static inline void check_figures(const struct trace *a, const struct trace *b)
{
    ck_assert_uint_eq(a->events, b->events);
    ck_assert_int_eq(a->sim_ns, b->sim_ns);
    ck_assert_int_eq(a->end, b->end);
    ck_assert_uint_eq(a->flow_count, b->flow_count);
    for (uint32_t i = 1; i <= a->flow_count; i++) {
        struct flow x = a->flows[i], y = b->flows[i];
        ck_assert_str_eq(x.name, y.name);
        ck_assert_mem_eq(x.drops, y.drops, sizeof trace_no_drops);
        ck_assert_uint_eq(x.packets, y.packets);
        ck_assert_uint_eq(x.bytes, y.bytes);
        ck_assert_uint_eq(x.delivered_bytes, y.delivered_bytes);
        ck_assert_uint_eq(x.delivered_bits, y.delivered_bits);
        ck_assert_uint_eq(x.retransmissions, y.retransmissions);
        ck_assert_int_eq(x.start, y.start);
        ck_assert_int_eq(x.end, y.end);
        ck_assert_int_eq(x.last_delivery, y.last_delivery);
    }
    for (uint32_t i = 0; i < 2 * a->link_count; i++) {
        const struct link_figures *x = &a->link_figures[i], *y = &b->link_figures[i];
        ck_assert_int_eq(x->busy, y->busy);
        ck_assert_uint_eq(x->queue_packets_max, y->queue_packets_max);
        ck_assert_mem_eq(x->drops, y->drops, sizeof trace_no_drops);
    }
}

static inline void check_invariants(const struct trace *t)
{
    struct buf what = {0};
    bool held = trace_invariants(t, &what);
    ck_assert_msg(held, "%s", buf_cstr(&what));
    buf_free(&what);
    for (uint32_t i = 0; i < 2 * t->link_count; i++) {
        ck_assert_int_le(t->link_figures[i].busy, t->sim_ns);
    }
}

/* Byte by byte; what stands beside the records (names, packets, flows) as text, while it is short.
 */
static inline void check_same(const struct trace *a, const struct trace *b)
{
    ck_assert_uint_eq(a->count, b->count);
    for (uint32_t n = 1; n <= a->count; n++) {
        if (memcmp(trace_record(a, n), trace_record(b, n), sizeof(struct record)) != 0) {
            ck_abort_msg("record %u differs", n);
        }
    }
    if (a->count < 500) {
        char *first = trace_text(a), *second = trace_text(b);
        ck_assert_str_eq(first, second);
        free(first);
        free(second);
    }
}

/* Runs watched, unwatched and watched again, and compares; r->trace is the last one. */
static inline void rig_run_checked(struct rig *r)
{
    rig_run(r, true);
    check_invariants(&r->trace);
    struct trace watched = r->trace;
    r->trace = (struct trace){0};
    rig_run(r, false);
    check_figures(&watched, &r->trace);
    rig_run(r, true);
    check_same(&watched, &r->trace);
    trace_free(&watched);
}

/* The hops of a packet; a test asks for one that is there. */
static inline struct hop hop_of(const struct trace *t, uint32_t packet, uint32_t which)
{
    struct hop hops[16];
    uint32_t count = trace_hops(t, packet, hops, 16);
    ck_assert_uint_lt(which, count);
    return hops[which];
}

/* The n-th packet of a flow, from 1, that is no copy of another. */
static inline uint32_t nth_packet(const struct trace *t, uint32_t flow, uint32_t n)
{
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        const struct packet *p = trace_packet(t, id);
        n -= p->flow == flow && p->parent == 0 && n > 0;
        if (n == 0) {
            return id;
        }
    }
    return 0;
}

/* Why the packet was refused by a node or an actor, or lost on a link; 0: it was not. */
static inline unsigned drop_of(const struct trace *t, uint32_t packet, sim_time *when,
                               uint32_t *where)
{
    struct list all = trace_of_packet(t, packet);
    for (uint32_t i = 0; i < all.count; i++) {
        const struct record *r = trace_record(t, all.at[i]);
        if (r->kind == REC_DROP) {
            *when = r->at;
            *where = r->where;
            return r->code;
        }
    }
    return 0;
}
