/* What the ends of an RTP stream share: their wire formats, their reasons, the way to their RTCP
 * endpoint. */
#include "actor/fx.h"
#include "proto/rtp/ends.h"
#include "wire/udp.h"

static bool ports(struct bytes head, struct net *io)
{
    struct udp udp;
    if (!udp_decode(head, &udp)) {
        return false;
    }
    io->from.port = udp.from;
    io->to.port = udp.to;
    return true;
}

const struct proto rtp_proto = {
    .name = "rtp", .carrier = CARRIER_UDP, .number = 5004, .key = ports};
const struct proto rtcp_proto = {
    .name = "rtcp", .carrier = CARRIER_UDP, .number = 5005, .key = ports};

const struct reason rtp_reasons[] = {
    [RTP_NO_REASON] = {0},
    [RTP_FIRST] = {"rtp.first", "RFC 3550 §5.1"},
    [RTP_BY_CLOCK] = {"rtp.by-clock", "RFC 3550 §5.1"},
    [RTP_TALKSPURT] = {"rtp.talkspurt", "RFC 3551 §4.1"},
    [RTP_FRAME] = {"rtp.frame", "RFC 3550 §5.1"},
    [RTP_SAME_FRAME] = {"rtp.same-frame", "RFC 3550 §5.1"},
    [RTP_SILENT] = {"rtp.silent", "RFC 3551 §4.1"},
    [RTP_ENDED] = {"rtp.ended", "RFC 3550 §6.3.7"},
    [RTP_BUFFERED] = {"rtp.buffered", "RFC 3550 §6.4.1"},
    [RTP_PLAYED] = {"rtp.played", "RFC 3550 §5.1"},
    [RTP_MISSING] = {"rtp.missing", "RFC 3550 §A.3"},
    [RTP_TOO_LATE] = {"rtp.too-late", "RFC 3550 §A.3"},
    [RTP_TWICE] = {"rtp.twice", "RFC 3550 §A.1"},
    [RTP_MALFORMED] = {"rtp.malformed", "RFC 3550 §A.1"},
    [RTP_REPORT] = {"rtp.report", "RFC 3550 §6.3"},
    [RTP_BYE] = {"rtp.bye", "RFC 3550 §6.6"},
    [RTP_ROUND_TRIP] = {"rtp.round-trip", "RFC 3550 §6.4.1"},
    [RTP_ADAPTED] = {"rtp.adapted", "RFC 3550 §5.1"},
    [RTP_IN_STEP] = {"rtp.in-step", "RFC 3550 §6.4.1"},
    [RTP_COLLISION] = {"rtp.collision", "RFC 3550 §8.2"},
    [RTP_LOOP] = {"rtp.loop", "RFC 3550 §8.2"},
    [RTP_FOREIGN] = {"rtp.foreign", "RFC 3550 §8.2"},
    [RTP_BACK_OFF] = {"rtp.back-off", "RFC 3550 §6.3.7"},
    [RTP_JOINED] = {"rtp.joined", "RFC 3550 §6.3.3"},
    [RTP_PARTED] = {"rtp.parted", "RFC 3550 §6.3.4"},
    [RTP_SILENT_FOR_LONG] = {"rtp.silent-for-long", "RFC 3550 §6.3.5"},
    [RTP_NACK] = {"rtp.nack", "RFC 4585 §6.2.1"},
    [RTP_PLI] = {"rtp.pli", "RFC 4585 §6.3.1"},
    [RTP_PAUSED] = {"rtp.paused", "RFC 2326 §10.6"},
    [RTP_MIXED] = {"rtp.mixed", "RFC 3550 §7.1"},
    [RTP_UNMIXED] = {"rtp.unmixed", "RFC 3550 §7.1"},
    [RTP_ALIGNED] = {"rtp.aligned", "RFC 3550 §7.1"},
    [RTP_PASSED_ON] = {"rtp.passed-on", "RFC 3550 §7.2"},
    [RTP_RECODED] = {"rtp.recoded", "RFC 3550 §7.2"},
    [RTP_LOOPED] = {"rtp.looped", "RFC 3550 §8.2"},
    [RTP_REPAIR] = {"rtp.repair", "RFC 4588 §4"},
    [RTP_RECOVERED] = {"rtp.recovered", "RFC 4588 §4"},
    [RTP_FORGOTTEN] = {"rtp.forgotten", "RFC 4588 §8.1"},
    [RTP_INTRA] = {"rtp.intra", "RFC 4585 §6.3.1"},
    [RTP_INTRA_ASKED] = {"rtp.intra-asked", "RFC 4585 §6.3.1"},
    [RTP_UNDECODABLE] = {"rtp.undecodable", "RFC 4585 §6.3.1"},
    [RTP_ASKED_ALREADY] = {"rtp.asked-already", "RFC 4585 §3.5.2"},
    {0},
};

bool rtp_is_app_name(const char *text)
{
    size_t n = 0;
    while (text[n] > ' ' && text[n] < 127) {
        n++;
    }
    return n == 4 && !text[4];
}

const char *const rtp_lowers[] = {"rtcp", NULL};

uint32_t rtp_open_reporter(const struct net *key, struct fx *fx)
{
    struct net above = *key;
    above.from.port++;
    above.to.port = (uint16_t)(above.to.port + (above.to.ip != 0));
    return fx_open(fx, 0, above);
}

void rtp_set_up(uint32_t reporter, uint32_t ssrc, const struct rtp_medium *m, struct fx *fx)
{
    rtp_set_up_toward(reporter, ssrc, m, (struct addr){0}, fx);
}

void rtp_set_up_toward(uint32_t reporter, uint32_t ssrc, const struct rtp_medium *m,
                       struct addr media, struct fx *fx)
{
    struct rtcp_setup setup = {.ssrc = ssrc,
                               .is_carried = m->is_carried,
                               .bandwidth = rtp_rtcp_bandwidth(m),
                               .minimum = m->rtcp_minimum,
                               .has_feedback = rtp_has_feedback(m),
                               .feedback_interval = m->feedback_interval,
                               .peer_count = media.ip != 0,
                               .peers = {{media.ip, (uint16_t)(media.port + 1)}}};
    fx_request(fx, reporter, RTCP_CODE_SETUP, bytes_of(&setup, sizeof setup), (struct span){0});
}

const struct traffic_type rtp_media = {.name = "rtp",
                                       .source = &rtp_source_type,
                                       .sink = &rtp_sink_type,
                                       .has_port = true,
                                       .port = 5004,
                                       .takes_next_port = true};
