/* The sender's scoreboard (RFC 6675 section 3 and 4): what the peer has said it holds beyond
 * SND.UNA. Invariant: t->sacked lies between SND.UNA and SND.NXT; it is empty, and costs nothing,
 * unless something is out of order. */
#include "proto/tcp/sack.h"

#define DUP_THRESH 3 /* RFC 6675 2 */

/* RFC 2883 5: the first block is below the acknowledgement, or within the second. */
static bool is_dsack(struct tcp_range first, int64_t ack, struct tcp_range second)
{
    return first.from < ack || (first.from >= second.from && first.to <= second.to);
}

static struct tcp_range block_of(const struct tcp *t, const struct tcp_seg *seg, unsigned i)
{
    return (struct tcp_range){tcp_offset(t->iss, t->snd_una, seg->sack[i].left),
                              tcp_offset(t->iss, t->snd_una, seg->sack[i].right)};
}

/* A block that speaks of what was never sent says nothing. Who counts duplicates has a window that
 * grows by each, and must not know besides what has left the network. */
int64_t sack_update(struct tcp *t, const struct tcp_seg *seg, int64_t ack, struct tcp_range *dsack)
{
    bool counts = sack_has_scoreboard(t);
    int64_t fresh = 0;
    for (unsigned i = 0; i < seg->sack_count; i++) {
        struct tcp_range b = block_of(t, seg, i), next = {0};
        if (i == 0 && seg->sack_count > 1) {
            next = block_of(t, seg, 1);
        }
        if (i == 0 && b.from < b.to && is_dsack(b, ack, next)) {
            *dsack = b;
        }
        if (counts && b.from < b.to && b.to <= t->snd_nxt) {
            fresh += ranges_add(&t->sacked, b.from > t->snd_una ? b.from : t->snd_una, b.to);
        }
    }
    return fresh;
}

/* IsLost: three ranges of what has arrived, or more than two segments, lie above it. Whatever lacks
 * further down is lost then as well, so that one number tells all. */
int64_t sack_lost_to(const struct tcp *t)
{
    int64_t bytes = 0;
    for (uint32_t i = t->sacked.count; i > 0; i--) {
        const struct tcp_range *r = &t->sacked.list[i - 1];
        bytes += r->to - r->from;
        if (t->sacked.count - i + 1 >= DUP_THRESH ||
            bytes > (int64_t)(DUP_THRESH - 1) * t->snd_mss) {
            return r->from;
        }
    }
    return t->snd_una;
}

static int64_t lacking(const struct tcp *t, int64_t from, int64_t to)
{
    return to > from ? to - from - ranges_within(&t->sacked, from, to) : 0;
}

/* Each number that lacks counts once if it is not lost, and once if it was sent again. */
int64_t sack_pipe(const struct tcp *t)
{
    return lacking(t, sack_lost_to(t), t->snd_nxt) + lacking(t, t->snd_una, t->high_rxt);
}

int64_t sack_hole(const struct tcp *t, int64_t at)
{
    const struct tcp_range *r = ranges_behind(&t->sacked, at);
    return r && r->from <= at ? r->to : at;
}

int64_t sack_hole_end(const struct tcp *t, int64_t at)
{
    const struct tcp_range *r = ranges_behind(&t->sacked, at);
    /* A peer that reports SND.UNA itself contradicts its acknowledgement: it lacks nevertheless. */
    return r && r->from > at ? r->from : t->snd_nxt;
}
