/* Lip sync: each stream's sender reports tie its timestamps to the sender's one clock (RFC 3550
 * 6.4.1), so the receiver can tell how old what it plays is, and lets every stream of that sender
 * wait for the oldest. Clocks of sender and receiver need not agree: their difference is the same
 * in both streams. */
#include "proto/rtp/rtp.h"

struct sync_stream *sync_join(struct sync_host *h, uint32_t sender)
{
    if (!h || h->count == SYNC_STREAMS) {
        return NULL;
    }
    struct sync_stream *s = &h->streams[h->count++];
    *s = (struct sync_stream){.sender = sender};
    return s;
}

static bool are_mates(const struct sync_stream *own, const struct sync_stream *other)
{
    return other != own && own->is_mapped && other->is_mapped && other->sender == own->sender;
}

sim_time sync_wait(const struct sync_host *h, const struct sync_stream *own)
{
    sim_time most = own->wants;
    for (uint32_t i = 0; i < h->count; i++) {
        const struct sync_stream *other = &h->streams[i];
        most = are_mates(own, other) && other->wants > most ? other->wants : most;
    }
    return most - own->wants;
}

bool sync_error(const struct sync_host *h, const struct sync_stream *own, struct sync_apart *out)
{
    for (uint32_t i = 0; i < h->count; i++) {
        const struct sync_stream *other = &h->streams[i];
        if (are_mates(own, other)) {
            *out = (struct sync_apart){own->wants - other->wants, own->plays - other->plays};
            return true;
        }
    }
    return false;
}
