/* What a medium's coding says of its packets: payload type, clock, size. */
#include "proto/rtp/rtp.h"

#include "actor/media_call.h"

#include <string.h>

#define HEADERS 40 /* IPv4, UDP, RTP */

bool rtp_is_coded(const struct rtp_medium *m)
{
    return m->fps >= 0 && m->intra > 0;
}

bool rtp_has_feedback(const struct rtp_medium *m)
{
    return m->nack || m->pli;
}

static const struct payload_format *format_of(const struct rtp_medium *m)
{
    return m->agreed ? m->agreed : payload_of(m->codec, m->fps >= 0, rtp_is_coded(m));
}

uint8_t rtp_repair_type(const struct rtp_medium *m)
{
    return payload_repair_of(rtp_payload_type(m));
}

void rtp_medium_setup(struct rtp_medium *m, struct bytes media_setup)
{
    struct media_setup setup;
    memcpy(&setup, media_setup.data, sizeof setup);
    m->is_carried = setup.is_carried;
    m->fps = setup.is_sound ? -1 : m->fps;
    m->agreed = setup.agreed;
    if (m->agreed) {
        m->units = setup.units;
        m->bytes = (uint32_t)(media_setup.len - sizeof setup);
        m->ptime = muldiv(m->units, SIM_S, m->agreed->rate);
        m->rtcp_on = 0;
        m->fps = -1;
    }
}

int64_t rtp_clock_rate(const struct rtp_medium *m)
{
    return format_of(m)->rate;
}

uint8_t rtp_payload_type(const struct rtp_medium *m)
{
    return format_of(m)->type;
}

/* L16 holds whole samples of two bytes. */
uint32_t rtp_payload_bytes(const struct rtp_medium *m)
{
    if (m->agreed) {
        return m->bytes;
    }
    int64_t bits = muldiv(format_of(m)->bits, m->ptime, SIM_S);
    return (uint32_t)(bits / 16 * 2);
}

int64_t rtp_rtcp_bandwidth(const struct rtp_medium *m)
{
    int64_t session = m->fps >= 0
                          ? muldiv(m->frame * 8, m->fps, SIM_S)
                          : muldiv((rtp_payload_bytes(m) + HEADERS) * INT64_C(8), SIM_S, m->ptime);
    int64_t share = muldiv(session, m->rtcp_share, 1000000000);
    return share > 0 ? share : 1;
}

int64_t rtp_units(const struct rtp_medium *m, sim_time ns)
{
    int64_t units = muldiv(ns, rtp_clock_rate(m), SIM_S);
    return muldiv(units, SIM_S, rtp_clock_rate(m)) > ns ? units - 1 : units;
}
