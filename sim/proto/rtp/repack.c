/* Packets cut anew. Within a talkspurt the number of a packet is that of the piece of time that it
 * holds, so what was lost before leaves gaps behind, too. Invariant: in front of `filled` stands
 * what came, and silence where something did not. */
#include "proto/rtp/repack.h"

#include "proto/rtp/g711.h"

#include <string.h>

#define L16_UP   441 /* samples of L16 for L16_DOWN of G.711 */
#define L16_DOWN 80
#define RESTART  1000 /* numbers back: the source was started anew (A.1 has confirmed it) */

static int64_t codec_of(uint8_t payload_type)
{
    return payload_type == payload_formats[PAYLOAD_PCMU].type   ? PAYLOAD_PCMU
           : payload_type == payload_formats[PAYLOAD_PCMA].type ? PAYLOAD_PCMA
                                                                : REPACK_AS_IS;
}

bool repack_is_needed(const struct repack *r, uint8_t payload_type)
{
    int64_t codec = codec_of(payload_type);
    bool is_recoded = r->codec != REPACK_AS_IS && r->codec != codec;
    return codec != REPACK_AS_IS && (is_recoded || r->units > 0);
}

static int64_t codec_out(const struct repack *r)
{
    return r->codec == REPACK_AS_IS ? r->codec_in : r->codec;
}

/* ---- what goes out ---- */

static uint32_t timestamp_out(const struct repack *r, uint32_t timestamp)
{
    int64_t since = (int32_t)(timestamp - r->first);
    return codec_out(r) == PAYLOAD_L16 ? r->first + (uint32_t)muldiv(since, L16_UP, L16_DOWN)
                                       : timestamp;
}

/* Samples between two of the telephone's lie on the line between them. */
static uint32_t write_l16(const struct repack *r, uint8_t *out)
{
    uint32_t count = r->filled * L16_UP / L16_DOWN;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i * L16_DOWN / L16_UP, rest = i * L16_DOWN % L16_UP;
        int a = r->samples[at], b = r->samples[at + 1 < r->filled ? at + 1 : at];
        put_u16(out + 2 * i, (uint16_t)(a + (b - a) * (int)rest / L16_UP));
    }
    return 2 * count;
}

static uint32_t write_samples(const struct repack *r, uint8_t *out)
{
    if (codec_out(r) == PAYLOAD_L16) {
        return write_l16(r, out);
    }
    for (uint32_t i = 0; i < r->filled; i++) {
        out[i] = g711_code(codec_out(r), r->samples[i]);
    }
    return r->filled;
}

unsigned repack_flush(struct repack *r, uint32_t ssrc, struct repack_out *out)
{
    if (!r->is_filling) {
        return 0;
    }
    out->rtp = (struct rtp){.marker = r->marker,
                            .payload_type = payload_formats[codec_out(r)].type,
                            .seq = (uint16_t)r->now.number,
                            .timestamp = timestamp_out(r, r->start),
                            .ssrc = ssrc,
                            .csrc_count = (uint8_t)r->who.count};
    memcpy(out->rtp.csrc, r->who.ssrcs, r->who.count * sizeof *r->who.ssrcs);
    out->len = write_samples(r, out->payload);
    r->past[(uint64_t)r->now.number % REPACK_PAST] = r->now;
    r->out_last = r->now.number;
    r->is_filling = r->marker = false;
    return 1;
}

/* ---- what comes ---- */

static void begin_spurt(struct repack *r, uint32_t timestamp, int64_t number)
{
    r->spurt = timestamp;
    r->spurt_number = number;
}

static void begin(struct repack *r, const struct rtp *rtp, int64_t extended)
{
    r->is_known = true;
    r->in_first = r->out_first = extended;
    r->first = rtp->timestamp;
    r->out_last = extended - 1;
    begin_spurt(r, rtp->timestamp, extended);
}

/* Time has gone on by more or less than the numbers have: a silence lies between. What was lost
 * there is counted in packets of the new length. */
static unsigned look_for_spurt(struct repack *r, const struct rtp *rtp, int64_t lost, uint32_t len,
                               uint32_t units, struct repack_out *out)
{
    int64_t passed = (int32_t)(rtp->timestamp - r->in_end);
    if (r->units == 0) { /* one for one: the numbers stay */
        begin_spurt(r, rtp->timestamp, r->in_last + lost + 1);
        return 0;
    }
    if (passed == lost * len && !rtp->marker) {
        return 0;
    }
    unsigned count = repack_flush(r, rtp->ssrc, out);
    begin_spurt(r, rtp->timestamp, r->out_last + 1 + (lost * len + units - 1) / units);
    return count;
}

static void begin_packet(struct repack *r, const struct rtp *rtp, int64_t number, uint32_t start)
{
    r->is_filling = true;
    r->gaps += number - r->out_last - 1;
    r->now.number = number;
    r->start = start;
    r->filled = 0;
    r->who = (struct mix_speakers){0};
    r->marker = rtp->marker;
    memset(r->samples, 0, sizeof r->samples);
}

/* As much as fits into the packet that these samples belong to. */
static uint32_t fill(struct repack *r, const struct rtp *rtp, int64_t extended, uint32_t within,
                     struct bytes payload, uint32_t units)
{
    uint32_t len = units - within < payload.len ? units - within : (uint32_t)payload.len;
    for (uint32_t i = 0; i < len; i++) {
        r->samples[within + i] = g711_sample(r->codec_in, payload.data[i]);
    }
    for (uint32_t i = 0; i < rtp->csrc_count; i++) {
        mix_name(&r->who, rtp->csrc[i]);
    }
    r->filled = within + len;
    r->now.in_last = extended;
    r->now.missing = r->missing;
    r->now.gaps = r->gaps;
    return len;
}

unsigned repack_add(struct repack *r, const struct rtp *rtp, int64_t extended, struct bytes payload,
                    struct repack_out *out, bool *is_late)
{
    uint32_t len = payload.len < MIX_PACKET_MAX ? (uint32_t)payload.len : MIX_PACKET_MAX - 1;
    uint32_t units = r->units ? r->units : len;
    unsigned count = 0;
    r->codec_in = codec_of(rtp->payload_type);
    if (r->is_known && extended < r->in_last - RESTART) {
        *r = (struct repack){.codec = r->codec, .units = r->units, .codec_in = r->codec_in};
    }
    *is_late = r->is_known && extended <= r->in_last;
    if (*is_late || len == 0) {
        return 0;
    }
    if (!r->is_known) {
        begin(r, rtp, extended);
    } else {
        int64_t lost = extended - r->in_last - 1;
        r->missing += lost;
        count += look_for_spurt(r, rtp, lost, len, units, out);
    }
    for (uint32_t done = 0; done < len && count + 2 < REPACK_OUT_MAX;) {
        uint32_t since = rtp->timestamp + done - r->spurt;
        int64_t number = r->spurt_number + since / units;
        if (r->is_filling && r->now.number != number) {
            count += repack_flush(r, rtp->ssrc, &out[count]);
        }
        if (!r->is_filling) {
            struct rtp head = *rtp;
            head.marker = rtp->marker && done == 0;
            begin_packet(r, &head, number, r->spurt + since / units * units);
        }
        done += fill(r, rtp, extended, since % units, bytes_sub(payload, done, len - done), units);
        if (r->filled == units) {
            count += repack_flush(r, rtp->ssrc, &out[count]);
        }
    }
    r->in_last = extended;
    r->in_units = len;
    r->in_end = rtp->timestamp + len;
    return count;
}

/* ---- reports ---- */

/* Packets that so many of the source's are on the other side. */
static int64_t scaled(const struct repack *r, int64_t packets)
{
    return r->units && r->in_units ? muldiv(packets, r->in_units, r->units) : packets;
}

/* Counted from the packets that have gone out: before them and after them by the lengths. A sample
 * of G.711 is a byte, one of L16 is two. */
void repack_sender_info(const struct repack *r, struct rtcp_sender_info *info)
{
    if (!r->is_known) {
        return;
    }
    const struct repack_past *last = &r->past[(uint64_t)r->out_last % REPACK_PAST];
    bool has_sent = r->out_last >= r->out_first;
    int64_t out = has_sent ? r->out_last - r->out_first + 1 : 0;
    int64_t in = has_sent ? last->in_last - r->in_first + 1 : 0;
    int64_t all = out + scaled(r, (int64_t)info->packets - in);
    info->packets = (uint32_t)(all > 0 ? all : 0);
    info->timestamp = timestamp_out(r, info->timestamp);
    if (codec_out(r) == PAYLOAD_L16) {
        info->bytes = (uint32_t)(2 * muldiv(info->bytes, L16_UP, L16_DOWN));
    }
}

static struct repack_pair *pair_of(struct repack *r, uint32_t reporter, bool *is_new)
{
    *is_new = false;
    for (uint32_t i = 0; i < r->pair_count; i++) {
        if (r->pairs[i].reporter == reporter) {
            return &r->pairs[i];
        }
    }
    *is_new = true;
    uint32_t at = r->pair_count < REPACK_PAIRS ? r->pair_count++ : reporter % REPACK_PAIRS;
    r->pairs[at] = (struct repack_pair){.reporter = reporter};
    return &r->pairs[at];
}

/* A.3, once more: of what was expected and lost between two reports. */
static uint8_t fraction(struct repack *r, uint32_t reporter, int64_t expected, int64_t lost,
                        uint8_t told)
{
    bool is_new;
    struct repack_pair *p = pair_of(r, reporter, &is_new);
    int64_t more = expected - p->expected, gone = lost - p->lost;
    *p = (struct repack_pair){reporter, expected, lost};
    if (is_new) {
        return told;
    }
    return more <= 0 || gone <= 0 ? 0 : gone >= more ? 255 : (uint8_t)((gone << 8) / more);
}

/* Of the numbers that it missed, some were never sent: those stand for what was lost before. Each
 * of the others stands for the packets that went into one. */
static int64_t lost_in(const struct repack *r, const struct repack_past *p, int64_t lost)
{
    int64_t ours = lost >= p->gaps ? p->missing : 0;
    int64_t after = lost >= p->gaps ? lost - p->gaps : lost;
    bool is_cut = r->units && r->in_units;
    int64_t up = after > 0 && is_cut ? r->in_units - 1 : 0; /* part of one is one */
    return ours + (is_cut ? (after * r->units + up) / r->in_units : after);
}

bool repack_block(struct repack *r, uint32_t reporter, struct rtcp_block *block)
{
    if (!r->is_known) {
        return true;
    }
    int64_t number = r->out_last + (int16_t)(block->highest - (uint32_t)r->out_last);
    const struct repack_past *p = &r->past[(uint64_t)number % REPACK_PAST];
    if (number < r->out_first || p->number != number) {
        return false;
    }
    int64_t lost = lost_in(r, p, block->lost);
    block->fraction = fraction(r, reporter, p->in_last - r->in_first + 1, lost, block->fraction);
    block->lost = (int32_t)(lost > 0x7fffff ? 0x7fffff : lost);
    block->highest = (uint32_t)p->in_last;
    if (codec_out(r) == PAYLOAD_L16) {
        block->jitter = (uint32_t)muldiv(block->jitter, L16_DOWN, L16_UP);
    }
    return true;
}
