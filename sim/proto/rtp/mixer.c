/* One side of a mixer. What it hears becomes samples, which the other sides add up each packet
 * time; what they hear it says here, under its own SSRC, with those who spoke as contributors. SR
 * and RR end here and begin here; names and goodbyes are passed on. Invariant: timestamp(slot) =
 * base + slot * packet time, spoken or not. */
#include "proto/rtp/mixer.h"

#include "actor/fx.h"
#include "base/os.h"
#include "proto/rtp/ends.h"
#include "proto/rtp/g711.h"
#include "wire/udp.h"

#include <stdlib.h>
#include <string.h>

#define NAMES_MAX 31 /* chunks of one SDES */

static void send_packet(struct rtp_mixer *m, const struct mix_speakers *who, struct bytes payload,
                        bool begins, struct fx *fx)
{
    uint8_t head[UDP_HEADER + RTP_HEADER_MAX];
    struct rtp rtp = {.marker = begins,
                      .payload_type = rtp_payload_type(&m->medium),
                      .seq = m->seq++,
                      .timestamp = m->timestamp,
                      .ssrc = m->ssrc,
                      .csrc_count = (uint8_t)who->count};
    memcpy(rtp.csrc, who->ssrcs, who->count * sizeof *who->ssrcs);
    size_t header = rtp_encode(&rtp, head + UDP_HEADER);
    struct span body = fx_bytes(fx, &m->stream, payload);
    for (uint32_t i = 0; i < m->peer_count; i++) {
        struct net net = m->key;
        net.to = m->peers[i];
        udp_encode(net.from.port, net.to.port, (uint32_t)(header + payload.len), head);
        struct unit unit = {.at = m->packets, .n = m->peer_count == 1};
        fx_send(fx, &net, bytes_of(head, UDP_HEADER + header), body, unit, RTP_MIXED);
    }
    m->packets++;
    m->octets += payload.len;
}

/* All that was heard on the other sides within the packet time that has just gone by. */
static bool gather(const struct rtp_mixer *m, int64_t from, uint32_t len, int32_t *sum,
                   struct mix_speakers *who)
{
    bool speaks = false;
    for (uint32_t s = 0; s < m->crossing->side_count; s++) {
        const struct rtp_mixer *side = rtp_mixer_other(m, s);
        for (uint32_t i = 0; side && i < side->voice_count; i++) {
            speaks |= mix_add(side->voices[i], from, len, sum, who);
        }
    }
    return speaks;
}

static uint64_t units_at(const struct rtp_mixer *m, uint64_t slot)
{
    return (uint64_t)rtp_units(&m->medium, (sim_time)slot * m->medium.ptime);
}

static void say(struct rtp_mixer *m, struct fx *fx)
{
    uint64_t from = units_at(m, m->slot);
    uint32_t len = (uint32_t)(units_at(m, m->slot + 1) - from);
    int32_t sum[MIX_PACKET_MAX] = {0};
    uint8_t payload[MIX_PACKET_MAX];
    struct mix_speakers who = {0};
    m->timestamp = m->base + (uint32_t)from;
    m->slot++;
    bool speaks = gather(m, rtp_mixer_place(m->began) + (int64_t)from, len, sum, &who);
    m->mixed = who.count;
    if (speaks) {
        for (uint32_t i = 0; i < len; i++) {
            payload[i] = g711_code(m->medium.codec, mix_saturate(sum[i]));
        }
        send_packet(m, &who, bytes_of(payload, len), m->is_silent, fx);
    } else if (!m->is_silent) {
        fx_note(fx, RTP_UNMIXED);
    }
    m->is_silent = !speaks;
}

static void wait_for_slot(const struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    sim_time due = m->began + (sim_time)(m->slot + 1) * m->medium.ptime;
    fx_timer(fx, 0, 0, in->now + (due > in->clock ? due - in->clock : 0));
}

static void take_name(struct rtp_mixer *m, const struct input *in)
{
    memcpy(&m->ssrc, in->head.data, sizeof m->ssrc);
    m->heard.renamed++;
    m->told_packets = m->packets;
    m->told_octets = m->octets;
}

static void end(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    if (!m->has_ended) {
        m->has_ended = true;
        fx_note(fx, RTP_ENDED);
        fx_timer(fx, 0, 0, SIM_NEVER);
        rtp_mixer_tell(m, in, RTCP_CODE_LEAVE, fx);
    }
}

/* Unless it was told how long, it stays until nobody is left on any side. */
static void end_if_alone(struct rtp_mixer *m, struct fx *fx)
{
    struct rtp_crossing *c = m->crossing;
    bool is_over = m->duration < 0;
    m->is_alone = true;
    for (uint32_t i = 0; i < c->side_count; i++) {
        const struct rtp_mixer *side = c->sides[i].self;
        is_over = is_over && (!side || side->is_alone);
    }
    for (uint32_t i = 0; i < c->side_count && is_over; i++) {
        if (c->sides[i].self) {
            fx_request(fx, c->sides[i].entity, MIXER_END, (struct bytes){0}, (struct span){0});
        }
    }
}

static void hear_reporter(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    if (in->code == RTCP_CODE_DUE && !m->has_ended) {
        rtp_mixer_tell(m, in, RTCP_CODE_FACTS, fx);
    } else if (in->code == RTCP_CODE_HEARD) {
        m->is_alone = false;
        rtp_mixer_hear_report(m, in, fx);
    } else if (in->code == RTCP_CODE_GONE) {
        end_if_alone(m, fx);
    } else if (in->code == RTCP_CODE_RENAMED) {
        take_name(m, in);
    }
}

static void open_reporter(struct rtp_mixer *m, struct fx *fx)
{
    struct rtcp_setup setup = {.ssrc = m->ssrc,
                               .bandwidth = rtp_rtcp_bandwidth(&m->medium),
                               .minimum = m->medium.rtcp_minimum,
                               .peer_count = m->peer_count};
    for (uint32_t i = 0; i < m->peer_count; i++) {
        setup.peers[i] = (struct addr){m->peers[i].ip, (uint16_t)(m->peers[i].port + 1)};
    }
    if (m->medium.rtcp_on) {
        m->reporter = rtp_open_reporter(&m->key, fx);
        fx_request(fx, m->reporter, RTCP_CODE_SETUP, bytes_of(&setup, sizeof setup),
                   (struct span){0});
    }
}

static void start(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    m->key = in->net;
    m->medium.fps = -1;
    size_t count = in->head.len / sizeof *m->peers;
    m->peer_count = (uint32_t)(count < RTCP_PEERS_MAX ? count : RTCP_PEERS_MAX);
    memcpy(m->peers, in->head.data, m->peer_count * sizeof *m->peers);
    m->began = in->clock;
    m->is_silent = m->is_alone = true;
    m->ssrc = m->ssrc_set >= 0 ? (uint32_t)m->ssrc_set : (uint32_t)draw(in->dice, DRAW_SSRC, 0);
    m->seq = (uint16_t)(m->seq_set >= 0 ? (uint64_t)m->seq_set : draw(in->dice, DRAW_SSRC, 1));
    m->base = (uint32_t)(m->base_set >= 0 ? (uint64_t)m->base_set : draw(in->dice, DRAW_SSRC, 2));
    if (!rtp_crossing_enter(in->host, m, fx->author, &m->side)) {
        m->has_ended = true;
        return;
    }
    m->crossing = in->host;
    open_reporter(m, fx);
    wait_for_slot(m, in, fx);
}

static void take_slot(struct rtp_mixer *m, const struct input *in, struct fx *fx)
{
    say(m, fx);
    rtp_mixer_forget_voices(m, rtp_mixer_place(in->clock));
    bool is_over = m->duration >= 0 && (sim_time)m->slot * m->medium.ptime >= m->duration;
    if (is_over || (m->is_ending && m->is_silent)) {
        end(m, in, fx);
    } else {
        wait_for_slot(m, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct rtp_mixer *m = self;
    if (in->kind == IN_START) {
        start(m, in, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_reporter(m, in, fx);
    } else if (in->kind == IN_REQUEST && in->code == MIXER_END) {
        m->is_ending = true;
    } else if (in->kind == IN_REQUEST) {
        rtp_mixer_pass_byes(m, in, fx);
    } else if (in->kind == IN_TIMER) {
        take_slot(m, in, fx);
    } else if (in->kind == IN_PACKET && !m->has_ended) {
        rtp_mixer_hear(m, in, fx);
    }
}

static void read(const void *self, int64_t *vars)
{
    const struct rtp_mixer *m = self;
    vars[0] = (int64_t)m->packets;
    vars[1] = m->timestamp;
    vars[2] = m->mixed;
    vars[3] = m->heard.count;
    vars[4] = (int64_t)m->late;
}

static double lost(const void *self, const struct path *path)
{
    (void)path;
    return (double)rtp_heard_lost(&((const struct rtp_mixer *)self)->heard);
}

static double late(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_mixer *)self)->late;
}

static double sources(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_mixer *)self)->heard.count;
}

static double mixed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_mixer *)self)->packets;
}

static double renamed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_mixer *)self)->heard.renamed;
}

static double refused(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct rtp_mixer *)self)->heard.refused;
}

static void let_go(void *self)
{
    struct rtp_mixer *m = self;
    if (m->crossing) {
        rtp_crossing_leave(m->crossing, m);
    }
    for (uint32_t i = 0; i < m->voice_count; i++) {
        free(m->voices[i]);
    }
    free(m->voices);
    free(m->voice_ssrcs);
    rtp_heard_free(&m->heard);
}

static void host_free(void *host)
{
    rtp_crossing_free(host);
}

static const char *const codecs[] = {"PCMU", "PCMA", NULL};

static const struct param params[] = {
    {"codec", RTP_MEDIUM(struct rtp_mixer, codec), PARAM_CHOICE, .choices = codecs},
    {"ptime", RTP_MEDIUM(struct rtp_mixer, ptime), PARAM_TIME, .initial = 20 * SIM_MS,
     .min = 5 * SIM_MS, .max = 120 * SIM_MS},
    {"playout.delay", offsetof(struct rtp_mixer, delay), PARAM_TIME, .initial = 40 * SIM_MS,
     .min = 0, .max = SIM_S},
    {"for", offsetof(struct rtp_mixer, duration), PARAM_TIME, .may_be_off = true, .initial = -1,
     .min = 1, .max = SIM_NEVER / 4},
    RTP_REPORT_PARAMS(struct rtp_mixer),
    RTP_NUMBER_PARAMS(struct rtp_mixer),
    {0},
};

const struct actor_type rtp_mixer_type = {
    .name = "rtp-mixer",
    .proto = &rtp_proto,
    .size = sizeof(struct rtp_mixer),
    .host_size = sizeof(struct rtp_crossing),
    .timers = (const struct timer[]){{"next", 1, TIMER_KIND_PACE}, {0}},
    .reasons = rtp_reasons,
    .vars = (const struct var[]){{"packets", "", "media"},
                                 {"timestamp", "", "media"},
                                 {"mixed", "", "media"},
                                 {"sources", "", "media"},
                                 {"late", "", "media"},
                                 {0}},
    .params = params,
    .figures = (const struct figure[]){{"lost", lost},
                                       {"late", late},
                                       {"sources", sources},
                                       {"mixed", mixed},
                                       {"renamed", renamed},
                                       {"refused", refused},
                                       {0}},
    .lowers = rtp_lowers,
    .step = step,
    .read = read,
    .host_free = host_free,
    .free = let_go,
};

const struct traffic_type rtp_mixer_traffic = {.name = "mixer",
                                               .source = &rtp_mixer_type,
                                               .has_port = true,
                                               .port = 5004,
                                               .takes_group = true,
                                               .keeps_to_peer = true,
                                               .takes_next_port = true};
