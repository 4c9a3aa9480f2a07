/* Reports through a translator (RFC 3550 7.2): SR and RR go through, each number in the words of
 * the stream that it speaks of there; SDES, BYE, APP and feedback go through as they are, but for a
 * NACK in numbers that the source does not know. */
#include "proto/rtp/translator.h"

#include "actor/fx.h"
#include "proto/rtp/rtp.h"

#include <string.h>

#define BYES_MAX 31

/* ---- what comes ---- */

static bool is_doubtful(struct rtp_translator *t, struct bytes compound, struct addr from,
                        sim_time now)
{
    struct rtcp_packet p;
    bool good = true;
    while (rtcp_next(&compound, &p) && good) {
        if (p.type == RTCP_SR || p.type == RTCP_RR) {
            good = rtp_crossing_meet(t->crossing, p.ssrc, t->side, from, false, now);
        }
    }
    return !good;
}

static void take_names(struct rtp_translator *t, struct bytes compound)
{
    struct rtcp_packet p;
    struct bytes name;
    uint32_t ssrc;
    while (rtcp_next(&compound, &p)) {
        for (unsigned i = 0; rtcp_name(&p, i, &ssrc, &name); i++) {
            struct rtp_crosser *k = rtp_crossing_find(t->crossing, ssrc);
            if (k && k->side == t->side && name.len > 0 && name.len <= sizeof k->name) {
                k->name_len = (uint8_t)name.len;
                memcpy(k->name, name.data, name.len);
            }
        }
        for (unsigned i = 0; rtcp_bye_source(&p, i, &ssrc); i++) {
            rtp_crossing_part(t->crossing, ssrc, t->side);
        }
    }
}

void rtp_translator_hear_report(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    struct addr from;
    memcpy(&from, in->head.data, sizeof from);
    struct bytes compound = bytes_sub(in->head, sizeof from, in->head.len);
    struct buf all = {0};
    if (is_doubtful(t, compound, from, in->now)) {
        t->heard.refused++;
        fx_request(fx, t->relay, RELAY_DOUBT, (struct bytes){0}, (struct span){0});
        return;
    }
    take_names(t, compound);
    rtp_heard_report(&t->heard, compound, in->clock);
    buf_add(&all, bytes_of(&t->side, sizeof t->side));
    buf_add(&all, compound);
    for (uint32_t s = 0; s < t->crossing->side_count; s++) {
        if (rtp_translator_other(t, s)) {
            fx_request(fx, t->crossing->sides[s].entity, TRANSLATOR_RTCP,
                       bytes_of(all.data, all.len), (struct span){0});
        }
    }
    buf_free(&all);
}

/* ---- what goes ---- */

/* Of a stream that has been changed on its way to `there`, where the report comes from, what it
 * says is put back; of one that is changed on its way here, nothing is said. */
static unsigned tell_blocks(struct rtp_translator *t, struct rtp_translator *there,
                            const struct rtcp_packet *p, struct rtcp_block out[RTCP_BLOCKS_MAX])
{
    struct rtcp_block b;
    unsigned count = 0;
    for (unsigned i = 0; rtcp_block(p, i, &b) && count < RTCP_BLOCKS_MAX; i++) {
        struct rtp_toward *w = there ? rtp_translator_toward(there, b.ssrc) : NULL;
        const struct rtp_toward *own = rtp_translator_toward(t, b.ssrc);
        bool is_changed_here = own && own->repack->is_known;
        if (w ? repack_block(w->repack, p->ssrc, &b) : !is_changed_here) {
            out[count++] = b;
        }
    }
    return count;
}

/* The numbers that a NACK asks for are those of the changed stream (RFC 4585 6.2.1). */
static bool asks_in_vain(struct rtp_translator *there, const struct rtcp_packet *p)
{
    const struct rtp_toward *w = NULL;
    if (p->type == RTCP_RTPFB && p->whole.len >= 12 && there) {
        w = rtp_translator_toward(there, get_u32(p->whole.data + 8));
    }
    return w && w->repack->is_known;
}

static void tell_packet(struct rtp_translator *t, struct rtp_translator *there,
                        const struct rtcp_packet *p, struct buf *out)
{
    struct rtcp_block blocks[RTCP_BLOCKS_MAX];
    struct rtcp_sender_info info;
    if (p->type == RTCP_SR && rtcp_sender_info(p, &info)) {
        const struct rtp_toward *w = rtp_translator_toward(t, p->ssrc);
        if (w) {
            repack_sender_info(w->repack, &info);
        }
        unsigned count = tell_blocks(t, there, p, blocks);
        rtcp_add_sr(out, p->ssrc, &info, blocks, count);
    } else if (p->type == RTCP_RR) {
        unsigned count = tell_blocks(t, there, p, blocks);
        rtcp_add_rr(out, p->ssrc, blocks, count);
    } else if (!asks_in_vain(there, p)) {
        buf_add(out, p->whole);
    }
}

static void hear_byes(struct rtp_translator *t, struct bytes compound, struct fx *fx)
{
    struct rtcp_packet p;
    uint32_t ssrc;
    while (rtcp_next(&compound, &p)) {
        for (unsigned i = 0; rtcp_bye_source(&p, i, &ssrc); i++) {
            rtp_translator_finish(t, ssrc, fx);
        }
    }
}

void rtp_translator_pass_report(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    uint32_t side;
    struct buf out = {0};
    struct rtcp_packet p;
    struct bytes rest = bytes_sub(in->head, sizeof side, in->head.len);
    memcpy(&side, in->head.data, sizeof side);
    hear_byes(t, rest, fx);
    while (rtcp_next(&rest, &p)) {
        tell_packet(t, rtp_translator_other(t, side), &p, &out);
    }
    if (t->relay) {
        fx_request(fx, t->relay, RELAY_SEND, bytes_of(out.data, out.len), (struct span){0});
    }
    buf_free(&out);
}

/* It has no name of its own: the first whom it speaks for begins the compound. */
void rtp_translator_leave(struct rtp_translator *t, const struct input *in, struct fx *fx)
{
    uint32_t list[BYES_MAX];
    struct rtcp_named names[BYES_MAX];
    struct buf out = {0};
    unsigned count = 0, named = 0;
    for (uint32_t i = 0; i < t->crossing->count && count < BYES_MAX; i++) {
        const struct rtp_crosser *k = &t->crossing->list[i];
        if (k->side != t->side && rtp_crosser_is_there(k, in->now)) {
            list[count++] = k->ssrc;
            names[named] = (struct rtcp_named){k->ssrc, bytes_of(k->name, k->name_len)};
            named += k->name_len > 0;
        }
    }
    if (count > 0 && t->relay) {
        rtcp_add_rr(&out, list[0], NULL, 0);
        if (named > 0) {
            rtcp_add_names(&out, names, named);
        }
        rtcp_add_byes(&out, list, count);
        fx_request(fx, t->relay, RELAY_SEND, bytes_of(out.data, out.len), (struct span){0});
    }
    buf_free(&out);
}
