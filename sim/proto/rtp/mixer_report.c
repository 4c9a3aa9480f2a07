/* A mixer's reports (RFC 3550 7.3): its own on each side; of the other sides names and goodbyes, no
 * more. */
#include "proto/rtp/mixer.h"

#include "actor/fx.h"

#include <string.h>

#define NAMES_MAX 31 /* chunks of one SDES */

/* Those of other sides whose CNAME is known (7.3). */
static void add_names(const struct rtp_mixer *m, sim_time now, struct buf *out)
{
    struct rtcp_named list[NAMES_MAX];
    unsigned count = 0;
    for (uint32_t i = 0; i < m->crossing->count && count < NAMES_MAX; i++) {
        const struct rtp_crosser *k = &m->crossing->list[i];
        if (k->side != m->side && k->name_len > 0 && rtp_crosser_is_there(k, now)) {
            list[count++] = (struct rtcp_named){k->ssrc, bytes_of(k->name, k->name_len)};
        }
    }
    if (count > 0) {
        rtcp_add_names(out, list, count);
    }
}

/* Before it ceases, it says goodbye for all that it has passed on (7.3). */
static void add_byes(const struct rtp_mixer *m, sim_time now, struct buf *out)
{
    uint32_t list[NAMES_MAX];
    unsigned count = 0;
    for (uint32_t i = 0; i < m->crossing->count && count < NAMES_MAX; i++) {
        const struct rtp_crosser *k = &m->crossing->list[i];
        if (k->side != m->side && rtp_crosser_is_there(k, now)) {
            list[count++] = k->ssrc;
        }
    }
    if (count > 0) {
        rtcp_add_byes(out, list, count);
    }
}

void rtp_mixer_tell(struct rtp_mixer *m, const struct input *in, unsigned code, struct fx *fx)
{
    struct buf blocks = {0}, along = {0}, all = {0};
    uint32_t elapsed = (uint32_t)rtp_units(&m->medium, in->clock - m->began);
    struct rtcp_facts f = {.has_sent = m->packets > 0,
                           .info = {.ntp = ntp_of(in->clock),
                                    .timestamp = m->base + elapsed,
                                    .packets = (uint32_t)(m->packets - m->told_packets),
                                    .bytes = (uint32_t)(m->octets - m->told_octets)}};
    f.more_count = rtp_heard_blocks(&m->heard, true, in->clock, &blocks);
    add_names(m, in->now, &along);
    if (code == RTCP_CODE_LEAVE) {
        add_byes(m, in->now, &along);
    }
    f.along = (uint32_t)along.len;
    buf_add(&all, bytes_of(&f, sizeof f));
    buf_add(&all, bytes_of(blocks.data, blocks.len));
    buf_add(&all, bytes_of(along.data, along.len));
    if (m->reporter) {
        fx_request(fx, m->reporter, code, bytes_of(all.data, all.len), (struct span){0});
    }
    buf_free(&blocks);
    buf_free(&along);
    buf_free(&all);
}

static void learn_names(struct rtp_mixer *m, const struct rtcp_packet *p, const struct input *in)
{
    uint32_t ssrc;
    struct bytes name;
    for (unsigned i = 0; rtcp_name(p, i, &ssrc, &name); i++) {
        if (name.len == 0 || name.len > 255 || rtp_mixer_own(m, ssrc) ||
            !rtp_crossing_meet(m->crossing, ssrc, m->side, (struct addr){0}, false, in->now)) {
            continue;
        }
        struct rtp_crosser *k = rtp_crossing_find(m->crossing, ssrc);
        if (k) {
            k->name_len = (uint8_t)name.len;
            memcpy(k->name, name.data, name.len);
        }
    }
}

static void note_left(struct rtp_mixer *m, uint32_t ssrc)
{
    for (uint32_t i = 0; i < m->voice_count; i++) {
        m->voices[i]->has_left = m->voices[i]->has_left || m->voice_ssrcs[i] == ssrc;
    }
}

/* Who has left on this side has left for the others, too. */
static void hear_byes(struct rtp_mixer *m, const struct rtcp_packet *p, struct fx *fx)
{
    uint32_t ssrc, left[NAMES_MAX], count = 0;
    for (unsigned i = 0; rtcp_bye_source(p, i, &ssrc); i++) {
        note_left(m, ssrc);
        if (rtp_crossing_part(m->crossing, ssrc, m->side)) {
            left[count++] = ssrc;
        }
    }
    for (uint32_t s = 0; s < m->crossing->side_count && count > 0; s++) {
        if (rtp_mixer_other(m, s)) {
            fx_request(fx, m->crossing->sides[s].entity, MIXER_PART,
                       bytes_of(left, count * sizeof *left), (struct span){0});
        }
    }
}

void rtp_mixer_hear_report(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    struct bytes rest = in->head;
    struct rtcp_packet p;
    rtp_heard_report(&m->heard, in->head, in->clock);
    while (rtcp_next(&rest, &p)) {
        learn_names(m, &p, in);
        hear_byes(m, &p, fx);
    }
}

void rtp_mixer_pass_byes(const struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    uint32_t left[NAMES_MAX];
    unsigned count = (unsigned)(in->head.len / sizeof *left);
    struct buf bye = {0};
    if (m->reporter && !m->has_ended) {
        memcpy(left, in->head.data, in->head.len);
        rtcp_add_byes(&bye, left, count);
        fx_request(fx, m->reporter, RTCP_CODE_PASS, bytes_of(bye.data, bye.len), (struct span){0});
    }
    buf_free(&bye);
}
