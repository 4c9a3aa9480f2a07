/* What a participant of several knows of those it hears. Invariant: the list holds one entry a
 * source that was believed; whose address it is, the session decides (8.2). */
#include "proto/rtp/heard.h"

#include "base/os.h"

#include <stdlib.h>

#define HEARD_MAX 4096 /* sources: whoever makes up more is not kept apart any further */

struct rtp_heard *rtp_heard_find(const struct rtp_heard_list *all, uint32_t ssrc)
{
    for (uint32_t i = 0; i < all->count; i++) {
        if (all->list[i].ssrc == ssrc) {
            return &all->list[i];
        }
    }
    return NULL;
}

struct rtp_heard *rtp_heard_add(struct rtp_heard_list *all, uint32_t ssrc, struct addr from)
{
    if (all->count == HEARD_MAX) {
        return NULL;
    }
    all->list = os_realloc(all->list, (all->count + 1) * sizeof *all->list);
    all->list[all->count] = (struct rtp_heard){.ssrc = ssrc, .from = from};
    all->list[all->count].reception.ssrc = ssrc;
    return &all->list[all->count++];
}

static void take_sender(struct rtp_heard_list *all, const struct rtcp_packet *p, sim_time clock)
{
    struct rtcp_sender_info info;
    struct rtp_heard *h = rtcp_sender_info(p, &info) ? rtp_heard_find(all, p->ssrc) : NULL;
    if (h) {
        h->lsr = ntp_middle(info.ntp);
        h->sr_at = clock;
    }
}

static void forget_left(struct rtp_heard_list *all, const struct rtcp_packet *p)
{
    uint32_t ssrc;
    for (unsigned i = 0; rtcp_bye_source(p, i, &ssrc); i++) {
        struct rtp_heard *h = rtp_heard_find(all, ssrc);
        rtp_crossing_part(&all->names, ssrc, 0);
        if (h) {
            all->lost_before += h->is_repair ? 0 : rtp_reception_lost(&h->reception);
            rtp_gaps_free(&h->gaps);
            *h = all->list[--all->count];
        }
    }
}

void rtp_heard_report(struct rtp_heard_list *all, struct bytes compound, sim_time clock)
{
    struct rtcp_packet p;
    while (rtcp_next(&compound, &p)) {
        take_sender(all, &p, clock);
        forget_left(all, &p);
    }
}

/* A member of a crowd hears what the first hears. */
static void add_block(struct rtp_heard *h, bool is_first, sim_time clock, struct buf *out)
{
    struct rtcp_block block;
    struct rtp_reception copy = h->reception;
    rtp_reception_report(is_first ? &h->reception : &copy, &block);
    block.lsr = h->lsr;
    block.dlsr = h->lsr ? (uint32_t)muldiv(clock - h->sr_at, 65536, SIM_S) : 0;
    buf_add(out, bytes_of(&block, sizeof block));
    h->is_told = h->is_told && !is_first;
}

uint32_t rtp_heard_blocks(struct rtp_heard_list *all, bool is_first, sim_time clock,
                          struct buf *out)
{
    uint32_t told = 0;
    for (uint32_t i = 0; i < all->count && told < RTCP_BLOCKS_MAX; i++) {
        if (all->list[i].is_told || !is_first) { /* who is silent is not told of */
            add_block(&all->list[i], is_first, clock, out);
            told++;
        }
    }
    return told;
}

int64_t rtp_heard_lost(const struct rtp_heard_list *all)
{
    int64_t sum = all->lost_before;
    for (uint32_t i = 0; i < all->count; i++) {
        sum += all->list[i].is_repair ? 0 : rtp_reception_lost(&all->list[i].reception);
    }
    return sum;
}

uint32_t rtp_heard_sources(const struct rtp_heard_list *all)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < all->count; i++) {
        count += !all->list[i].is_repair;
    }
    return count;
}

void rtp_heard_free(struct rtp_heard_list *all)
{
    for (uint32_t i = 0; i < all->count; i++) {
        rtp_gaps_free(&all->list[i].gaps);
    }
    free(all->list);
    rtp_crossing_free(&all->names);
    *all = (struct rtp_heard_list){0};
}
