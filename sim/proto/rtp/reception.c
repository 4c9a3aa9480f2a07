/* What a receiver knows of a source: sequence numbers (RFC 3550 A.1), loss (A.3), jitter (A.8).
 * Invariant: every packet that A.1 takes is counted in `received`, copies and late ones too. */
#include "proto/rtp/rtp.h"

static void begin(struct rtp_reception *r, uint16_t seq)
{
    r->base_seq = r->max_seq = seq;
    r->bad_seq = RTP_SEQ_MOD + 1; /* so that seq == bad_seq is false */
    r->cycles = r->received = r->received_prior = r->expected_prior = 0;
    r->is_known = true;
}

/* A number behind the highest one belongs to the cycle before if it is greater than it. */
static int64_t extend(const struct rtp_reception *r, uint16_t seq)
{
    return (int64_t)r->cycles + seq - (seq > r->max_seq ? RTP_SEQ_MOD : 0);
}

bool rtp_reception_seq(struct rtp_reception *r, uint16_t seq, int64_t *extended)
{
    if (!r->is_known) {
        begin(r, seq);
    }
    uint16_t ahead = (uint16_t)(seq - r->max_seq);
    if (ahead < RTP_MAX_DROPOUT) {
        r->cycles += seq < r->max_seq ? RTP_SEQ_MOD : 0;
        r->max_seq = seq;
    } else if (ahead <= RTP_SEQ_MOD - RTP_MAX_MISORDER) {
        if (seq != r->bad_seq) {
            r->bad_seq = (seq + 1u) & (RTP_SEQ_MOD - 1);
            return false;
        }
        begin(r, seq); /* two in order: the other side has begun anew */
    }
    r->received++;
    *extended = extend(r, seq);
    return true;
}

static int64_t magnitude(int64_t v)
{
    return v < 0 ? -v : v;
}

/* Dissectors measure the same in time: arrivals as captured, timestamps made into ns. */
static void measure_ns(struct rtp_reception *r, uint32_t timestamp, sim_time now, int64_t rate)
{
    if (r->received > 1) {
        int64_t apart = muldiv((int32_t)(timestamp - r->last_timestamp), SIM_S, rate);
        int64_t d = magnitude(now - r->last_at - apart);
        r->j16 += d - r->j16 / 16;
        r->j16_max = r->j16 > r->j16_max ? r->j16 : r->j16_max;
        r->j16_sum += r->j16;
        r->j_count++;
    }
    r->last_at = now;
    r->last_timestamp = timestamp;
}

void rtp_reception_jitter(struct rtp_reception *r, uint32_t timestamp, int64_t arrival,
                          sim_time now, int64_t rate)
{
    uint32_t transit = (uint32_t)arrival - timestamp;
    if (r->received > 1) {
        r->difference = (int32_t)(transit - (uint32_t)r->transit);
        r->jitter += (uint32_t)magnitude(r->difference) - ((r->jitter + 8) >> 4);
    }
    r->transit = transit;
    measure_ns(r, timestamp, now, rate);
}

uint32_t rtp_reception_highest(const struct rtp_reception *r)
{
    return r->cycles + r->max_seq;
}

static int64_t expected(const struct rtp_reception *r)
{
    return r->is_known ? (int64_t)rtp_reception_highest(r) - r->base_seq + 1 : 0;
}

int64_t rtp_reception_lost(const struct rtp_reception *r)
{
    return expected(r) - r->received;
}

void rtp_reception_report(struct rtp_reception *r, struct rtcp_block *out)
{
    int64_t lost = rtp_reception_lost(r);
    uint32_t due = (uint32_t)expected(r) - r->expected_prior;
    int64_t missing = (int64_t)due - (r->received - r->received_prior);
    lost = lost > 0x7fffff ? 0x7fffff : lost < -0x800000 ? -0x800000 : lost;
    *out = (struct rtcp_block){
        .ssrc = r->ssrc,
        .fraction = (uint8_t)(due == 0 || missing <= 0 ? 0 : (missing << 8) / due),
        .lost = (int32_t)lost,
        .highest = rtp_reception_highest(r),
        .jitter = r->jitter >> 4,
    };
    r->expected_prior = (uint32_t)expected(r);
    r->received_prior = r->received;
}
