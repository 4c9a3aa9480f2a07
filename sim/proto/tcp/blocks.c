/* The receiver's side of SACK (RFC 2018 section 4) and of D-SACK (RFC 2883): which blocks an
 * acknowledgement carries. Invariant: the first is the one that grew last, or the duplicate that
 * has just come; none stands there twice. */
#include "proto/tcp/sack.h"

#include <string.h>

#define OPTION_ROOM (TCP_HEADER_MAX - TCP_HEADER)

uint32_t sack_blocks(const struct tcp *t)
{
    uint32_t all = t->held.count + (t->dup_to > t->dup_from);
    if (!t->sack_ok || all == 0) {
        return 0;
    }
    uint32_t room = OPTION_ROOM - (t->ts_on ? TS_LENGTH : 0);
    room = room < t->snd_mss / 2 ? room : t->snd_mss / 2;
    uint32_t most = room < 4 ? 0 : (room - 4) / 8;
    return all < most ? all : most;
}

/* The newest first; of two in one block the older is forgotten. */
static void remember(struct tcp *t, int64_t at)
{
    const struct tcp_range *block = ranges_behind(&t->held, at);
    int64_t kept[TCP_SACK_BLOCKS] = {at};
    for (unsigned i = 0, n = 1; i < TCP_SACK_BLOCKS && n < TCP_SACK_BLOCKS; i++) {
        if (t->recent[i] < block->from || t->recent[i] >= block->to) {
            kept[n++] = t->recent[i];
        }
    }
    memcpy(t->recent, kept, sizeof kept);
}

void sack_hold(struct tcp *t, int64_t at, uint32_t len)
{
    int64_t fresh = t->sack_ok ? ranges_add(&t->held, at, at + len) : 0;
    if (fresh > 0) {
        remember(t, at);
    }
}

/* RFC 2883 4 (1): what the segment brought again is one contiguous piece, its first. */
bool sack_duplicate(struct tcp *t, int64_t at, uint32_t len)
{
    int64_t end = at + len;
    if (!t->sack_ok || len == 0 || (at >= t->rcv_nxt && t->held.count == 0)) {
        return false;
    }
    const struct tcp_range *known = ranges_behind(&t->held, at);
    if (at < t->rcv_nxt) {
        t->dup_from = at;
        t->dup_to = end < t->rcv_nxt ? end : t->rcv_nxt;
    } else if (known && known->from < end) {
        t->dup_from = known->from > at ? known->from : at;
        t->dup_to = known->to < end ? known->to : end;
    } else {
        return false;
    }
    return true;
}

/* Among those from `first` on: a duplicate that is a whole block is told by saying it twice. */
static bool has_block(const struct tcp_seg *seg, unsigned first, struct tcp_sack block)
{
    for (unsigned i = first; i < seg->sack_count; i++) {
        if (seg->sack[i].left.v == block.left.v && seg->sack[i].right.v == block.right.v) {
            return true;
        }
    }
    return false;
}

static void add_block(const struct tcp *t, struct tcp_seg *seg, struct tcp_range r)
{
    struct tcp_sack block = {tcp_seq_out(t->irs, r.from), tcp_seq_out(t->irs, r.to)};
    if (!has_block(seg, t->dup_to > t->dup_from, block)) {
        seg->sack[seg->sack_count++] = block;
    }
}

/* The block that holds `at`, if one still does. */
static void add_holder(const struct tcp *t, struct tcp_seg *seg, int64_t at)
{
    const struct tcp_range *r = ranges_behind(&t->held, at);
    if (r && r->from <= at) {
        add_block(t, seg, *r);
    }
}

/* First the duplicate and the block that it belongs to, then those that grew last, then, while
 * there is room, any other (RFC 2018 4: as many distinct blocks as possible). */
void sack_report(struct tcp *t, struct tcp_seg *seg)
{
    uint32_t most = sack_count(t);
    if (most == 0) {
        return;
    }
    seg->options |= TCP_OPT_SACK;
    if (t->dup_to > t->dup_from) {
        add_block(t, seg, (struct tcp_range){t->dup_from, t->dup_to});
        if (seg->sack_count < most) {
            add_holder(t, seg, t->dup_from);
        }
    }
    for (unsigned i = 0; i < TCP_SACK_BLOCKS && seg->sack_count < most; i++) {
        add_holder(t, seg, t->recent[i]);
    }
    for (unsigned i = 0; i < t->held.count && seg->sack_count < most; i++) {
        add_block(t, seg, t->held.list[i]);
    }
    t->dup_from = t->dup_to = 0;
}
