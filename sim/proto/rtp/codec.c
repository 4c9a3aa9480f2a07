/* Kinds of media: payload types, clocks and sizes (RFC 3551 6; Opus: RFC 7587; video: dynamic). */
#include "proto/rtp/rtp.h"

#define VIDEO_RATE 90000
#define VIDEO_TYPE 96
#define HEADERS    40 /* IPv4, UDP, RTP */

const struct rtp_codec rtp_codecs[] = {
    {"PCMU", 0, 8000, 64000},   {"PCMA", 8, 8000, 64000},    {"G722", 9, 8000, 64000},
    {"L16", 11, 44100, 705600}, {"Opus", 111, 48000, 32000},
};
const char *const rtp_codec_names[] = {"PCMU", "PCMA", "G722", "L16", "Opus", NULL};

static const struct rtp_codec *codec_of(const struct rtp_medium *m)
{
    return &rtp_codecs[m->codec];
}

int64_t rtp_clock_rate(const struct rtp_medium *m)
{
    return m->fps >= 0 ? VIDEO_RATE : codec_of(m)->rate;
}

uint8_t rtp_payload_type(const struct rtp_medium *m)
{
    return m->fps >= 0 ? VIDEO_TYPE : codec_of(m)->payload_type;
}

/* L16 holds whole samples of two bytes. */
uint32_t rtp_payload_bytes(const struct rtp_medium *m)
{
    int64_t bits = muldiv(codec_of(m)->bits, m->ptime, SIM_S);
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
