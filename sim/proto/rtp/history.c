/* What a source has sent of late: a ring in the order of the numbers, so that a number is its
 * place. Invariant: list[first + i] has number seq(first) + i. */
#include "base/os.h"
#include "proto/rtp/rtp.h"

#include <assert.h>
#include <stdlib.h>

static struct rtp_sent *at(const struct rtp_history *h, uint32_t i)
{
    assert(h->cap > 0);
    return &h->list[(h->first + i) % h->cap];
}

static void grow(struct rtp_history *h)
{
    uint32_t cap = h->cap ? 2 * h->cap : 64;
    struct rtp_sent *list = os_alloc(cap * sizeof *list);
    for (uint32_t i = 0; i < h->count; i++) {
        list[i] = *at(h, i);
    }
    free(h->list);
    *h = (struct rtp_history){list, 0, h->count, cap};
}

void rtp_history_add(struct rtp_history *h, const struct rtp_sent *sent, sim_time keep)
{
    while (h->count > 0 && (sent->at - at(h, 0)->at > keep || h->count > UINT16_MAX)) {
        h->first = (h->first + 1) % h->cap;
        h->count--;
    }
    if (h->count == h->cap) {
        grow(h);
    }
    *at(h, h->count++) = *sent;
}

const struct rtp_sent *rtp_history_find(const struct rtp_history *h, uint16_t seq, sim_time now,
                                        sim_time keep)
{
    uint16_t place = h->count ? (uint16_t)(seq - at(h, 0)->seq) : 0;
    if (place >= h->count || now - at(h, place)->at > keep) {
        return NULL;
    }
    return at(h, place);
}

void rtp_history_free(struct rtp_history *h)
{
    free(h->list);
    *h = (struct rtp_history){0};
}
