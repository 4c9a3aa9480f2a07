/* RTP and RTCP: bytes worked out by hand, appendix A of RFC 3550 by its own words, and what whole
 * runs put on the wire. */
#include "world_rig.h"

#include "base/os.h"
#include "proto/rtp/rtp.h"
#include "wire/dissect.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

START_TEST(a_header_is_laid_out_as_rfc_3550_5_1_draws_it)
{
    static const uint8_t want[] = {0x82, 0x80 | 96, 0x03, 0xe8, 0x00, 0x00, 0x1f, 0x40, 0x12, 0x34,
                                   0x56, 0x78,      0,    0,    0,    1,    0,    0,    0,    2};
    struct rtp h = {.marker = true,
                    .payload_type = 96,
                    .seq = 1000,
                    .timestamp = 8000,
                    .ssrc = 0x12345678,
                    .csrc_count = 2,
                    .csrc = {1, 2}},
               back;
    uint8_t out[RTP_HEADER_MAX];
    ck_assert_uint_eq(rtp_encode(&h, out), sizeof want);
    ck_assert_mem_eq(out, want, sizeof want);
    ck_assert_uint_eq(rtp_decode(bytes_of(want, sizeof want), &back), sizeof want);
    ck_assert(back.marker && !back.has_padding && !back.has_extension);
    ck_assert_uint_eq(back.payload_type, 96);
    ck_assert_uint_eq(back.seq, 1000);
    ck_assert_uint_eq(back.timestamp, 8000);
    ck_assert_uint_eq(back.csrc[1], 2);
}
END_TEST

/* How long the header is; 0: refused. */
static const struct {
    const char *what;
    uint8_t bytes[20];
    size_t len, header;
} headers[] = {
    {"plain", {0x80}, 20, 12},
    {"version 1", {0x40}, 20, 0},
    {"too short", {0x80}, 11, 0},
    {"two CSRCs", {0x82}, 20, 20},
    {"three CSRCs cut short", {0x83}, 20, 0},
    {"extension of one word", {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 1}, 20, 20},
    {"extension cut short", {0x90, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xbe, 0xde, 0, 2}, 20, 0},
};

START_TEST(a_header_tells_its_own_length)
{
    struct rtp h;
    ck_assert_msg(rtp_decode(bytes_of(headers[_i].bytes, headers[_i].len), &h) ==
                      headers[_i].header,
                  "%s", headers[_i].what);
}
END_TEST

START_TEST(a_sender_report_with_a_block_and_a_name)
{
    static const uint8_t want[] = {
        0x81, 200,  0,    12,   0,    0,    0,    1,    /* one block, 13 words, SSRC 1 */
        0x83, 0xaa, 0x7e, 0x81, 0x80, 0,    0,    0,    /* 1.5 s after 1970 began */
        0,    0,    0x2e, 0xe0, 0,    0,    0,    75,   /* 12000; 75 packets */
        0,    0,    0x2e, 0xe0,                         /* 12000 bytes */
        0,    0,    0,    2,    0x40, 0xff, 0xff, 0xff, /* SSRC 2; 64/256; -1 */
        0,    1,    0,    5,    0,    0,    0,    13,   /* cycle 1, number 5; jitter */
        0x7e, 0x81, 0x80, 0,    0,    0,    0x80, 0,    /* LSR; DLSR 0.5 s */
        0x81, 202,  0,    3,    0,    0,    0,    1,    /* SDES of 4 words */
        1,    4,    'a',  '@',  'h',  'x',  0,    0,    /* CNAME, and zeros to a whole word */
        0x81, 203,  0,    1,    0,    0,    0,    1,    /* BYE */
    };
    struct buf out = {0};
    struct rtcp_sender_info info = {ntp_of(1500 * SIM_MS), 12000, 75, 12000};
    struct rtcp_block block = {2, 64, -1, 0x10005, 13, ntp_middle(info.ntp), 0x8000};
    rtcp_add_sr(&out, 1, &info, &block, 1);
    rtcp_add_cname(&out, 1, "a@hx");
    rtcp_add_bye(&out, 1);
    ck_assert_uint_eq(out.len, sizeof want);
    ck_assert_mem_eq(out.data, want, sizeof want);
    ck_assert(rtcp_is_valid(bytes_of(out.data, out.len)));

    struct bytes rest = bytes_of(out.data, out.len);
    struct rtcp_packet p;
    ck_assert(rtcp_next(&rest, &p));
    ck_assert(rtcp_sender_info(&p, &info) && rtcp_block(&p, 0, &block));
    ck_assert(!rtcp_block(&p, 1, &block));
    ck_assert_int_eq(block.lost, -1);
    ck_assert_uint_eq(info.packets, 75);
    buf_free(&out);
}
END_TEST

/* The zeros that end the items fill a word; a name that fills one gets a word of zeros. */
START_TEST(names_of_every_length_end_on_a_whole_word)
{
    static const char name[] = "abcdefghijk";
    for (size_t len = 0; len < sizeof name; len++) {
        struct buf out = {0};
        rtcp_add_rr(&out, 9, NULL, 0);
        rtcp_add_cname(&out, 9, name + sizeof name - 1 - len);
        ck_assert(rtcp_is_valid(bytes_of(out.data, out.len)));
        ck_assert_uint_eq(out.data[out.len - 1], 0);
        ck_assert_uint_eq(out.len, 8 + 8 + (len + 3 + 3) / 4 * 4);
        buf_free(&out);
    }
}
END_TEST

static const struct {
    const char *what;
    uint8_t bytes[12];
    size_t len;
} broken[] = {
    {"nothing", {0}, 0},
    {"version 1", {0x40, 201, 0, 1}, 8},
    {"begins with SDES", {0x80, 202, 0, 0}, 4},
    {"the first is padded", {0xa0, 201, 0, 1}, 8},
    {"longer than it is", {0x80, 201, 0, 2}, 8},
    {"half a word behind it", {0x80, 201, 0, 1, 0, 0, 0, 0, 0x80, 203}, 10},
};

START_TEST(a_compound_that_is_none_is_refused)
{
    ck_assert_msg(!rtcp_is_valid(bytes_of(broken[_i].bytes, broken[_i].len)), "%s",
                  broken[_i].what);
}
END_TEST

START_TEST(middle_of_ntp_are_16_bits_of_seconds_and_16_of_fraction)
{
    ck_assert_uint_eq(ntp_of(0), UINT64_C(0x83aa7e8000000000)); /* 2208988800 s */
    ck_assert_uint_eq(ntp_of(-SIM_S / 4), UINT64_C(0x83aa7e7fc0000000));
    ck_assert_uint_eq(ntp_middle(UINT64_C(0x83aa7e8140000000)), 0x7e814000);
}
END_TEST

/* A.1 and A.3: numbers as they come, then what is believed. */
static const struct {
    const char *what;
    int seqs[8]; /* ended by -1 */
    uint32_t highest;
    int64_t lost;
} receptions[] = {
    {"one after the other", {1, 2, 3, 4, -1}, 4, 0},
    {"one is missing", {1, 2, 4, -1}, 4, 1},
    {"two change places", {1, 3, 2, 4, -1}, 4, 0},
    {"a copy counts as received", {1, 2, 2, 3, -1}, 3, -1},
    {"over the end", {65534, 65535, 0, 1, -1}, 65537, 0},
    {"an old one after the end", {65534, 0, 65535, 1, -1}, 65537, 0},
    {"a jump is not believed at once", {1, 2, 40000, 3, -1}, 3, 0},
    {"a jump that goes on is a new beginning", {1, 2, 40000, 40001, 40002, -1}, 40002, 0},
    {"a gap of 2999 is a loss", {1, 3000, -1}, 3000, 2998},
};

START_TEST(sequence_numbers_by_appendix_a_1)
{
    struct rtp_reception r = {0};
    int64_t extended;
    for (const int *seq = receptions[_i].seqs; *seq >= 0; seq++) {
        rtp_reception_seq(&r, (uint16_t)*seq, &extended);
    }
    ck_assert_msg(rtp_reception_highest(&r) == receptions[_i].highest, "%s", receptions[_i].what);
    ck_assert_msg(rtp_reception_lost(&r) == receptions[_i].lost, "%s", receptions[_i].what);
}
END_TEST

/* Ten of which two are lost: 2 * 256 / 10 = 51; then ten of ten: 0, and still two in all; then nine
 * of ten: 256 / 10 = 25. */
START_TEST(the_fraction_is_of_the_last_interval_the_count_of_all)
{
    struct rtp_reception r = {0};
    struct rtcp_block b;
    int64_t extended;
    for (uint16_t seq = 1; seq <= 10; seq++) {
        if (seq != 4 && seq != 5) {
            rtp_reception_seq(&r, seq, &extended);
        }
    }
    rtp_reception_report(&r, &b);
    ck_assert_uint_eq(b.fraction, 51);
    ck_assert_int_eq(b.lost, 2);
    for (uint16_t seq = 11; seq <= 20; seq++) {
        rtp_reception_seq(&r, seq, &extended);
    }
    rtp_reception_report(&r, &b);
    ck_assert_uint_eq(b.fraction, 0);
    ck_assert_int_eq(b.lost, 2);
    ck_assert_uint_eq(b.highest, 20);
    for (uint16_t seq = 22; seq <= 30; seq++) {
        rtp_reception_seq(&r, seq, &extended);
    }
    rtp_reception_report(&r, &b);
    ck_assert_uint_eq(b.fraction, 25);
    ck_assert_int_eq(b.lost, 3);
}
END_TEST

/* A.7 with an average of 128 B and 4000 bit/s = 500 B/s, in ms. Receivers share three quarters,
 * senders one, if those are a quarter of the members at most. */
static const struct {
    const char *what;
    uint32_t members, senders;
    bool we_sent, is_initial;
    int64_t td_us;
} intervals[] = {
    {"two: the minimum", 2, 1, true, false, 5000000},
    {"half of it before the first", 2, 1, true, true, 2500000},
    {"a receiver of 1000: 128 * 998 / 375", 1000, 2, false, false, 340650666},
    {"a sender of 1000: 128 * 2 / 125", 1000, 2, true, false, 5000000},
    {"many senders share it all: 128 * 100 / 500", 100, 50, true, false, 25600000},
    {"a quarter is not yet many: 128 * 25 / 125", 100, 25, true, false, 25600000},
    {"and their receivers: 128 * 75 / 375", 100, 25, false, false, 25600000},
};

static struct rtcp_timing timing_of(uint32_t members, uint32_t senders)
{
    return (struct rtcp_timing){.members = members,
                                .pmembers = members,
                                .senders = senders,
                                .bandwidth = 4000,
                                .average16 = 16 * 128,
                                .minimum = 5 * SIM_S};
}

START_TEST(the_calculated_interval_is_that_of_appendix_a_7)
{
    struct rtcp_timing t = timing_of(intervals[_i].members, intervals[_i].senders);
    t.we_sent = intervals[_i].we_sent;
    t.is_initial = intervals[_i].is_initial;
    ck_assert_msg(rtcp_interval_calculated(&t) / 1000 == intervals[_i].td_us, "%s",
                  intervals[_i].what);
}
END_TEST

/* 5 s * 0.5 / 1.21828 = 2.052 s to 5 s * 1.5 / 1.21828 = 6.156 s. */
START_TEST(the_drawn_interval_lies_between_a_half_and_one_and_a_half)
{
    struct rtcp_timing t = timing_of(2, 1);
    ck_assert_int_eq(rtcp_interval_drawn(&t, 0) / SIM_MS, 2052);
    ck_assert_int_eq(rtcp_interval_drawn(&t, UINT64_MAX) / SIM_MS, 6156);
}
END_TEST

/* 10 members of 20 are left: what is still to wait, and what was waited, is halved. */
START_TEST(when_members_leave_the_next_report_comes_earlier)
{
    struct rtcp_timing t = timing_of(10, 1);
    t.pmembers = 20;
    t.tp = 100 * SIM_S;
    t.tn = 120 * SIM_S;
    rtcp_timing_reverse(&t, 110 * SIM_S);
    ck_assert_int_eq(t.tn, 115 * SIM_S);
    ck_assert_int_eq(t.tp, 105 * SIM_S);
}
END_TEST

/* Receivers of a session with one sender that does not count here: each draws, and draws again when
 * its time has come (6.3.6). */
static const uint32_t sessions[] = {50, 200, 1000};

START_TEST(reports_of_all_members_take_their_share_of_the_bandwidth)
{
    enum { MOST = 1000, INTERVALS = 100 };
    static sim_time tp[MOST], tn[MOST];
    uint32_t members = sessions[_i], draws = 0;
    uint64_t reports = 0;
    struct rtcp_timing t = timing_of(members, 0);
    struct dice dice = dice_make(1, "session");
    sim_time td = rtcp_interval_calculated(&t), end = INTERVALS * td;
    ck_assert_int_gt(td, t.minimum);
    for (uint32_t i = 0; i < members; i++) {
        tp[i] = 0;
        tn[i] = rtcp_interval_drawn(&t, draw(&dice, DRAW_BACKOFF, draws++));
    }
    for (uint32_t i = 0; i < members; i++) { /* members do not depend on each other here */
        while (tn[i] < end) {
            sim_time now = tn[i];
            tn[i] = tp[i] + rtcp_interval_drawn(&t, draw(&dice, DRAW_BACKOFF, draws++));
            if (tn[i] <= now) {
                reports++;
                tp[i] = now;
                tn[i] = now + rtcp_interval_drawn(&t, draw(&dice, DRAW_BACKOFF, draws++));
            }
        }
    }
    /* Receivers alone: three quarters of the 5 % are theirs. */
    double bits = (double)reports * 128 * 8, share = bits / ((double)end / 1e9) / 4000;
    ck_assert_double_ge(share, 0.75 * 0.9);
    ck_assert_double_le(share, 0.75 * 1.1);
}
END_TEST

static struct scenario_traffic *stream(struct rig *r, sim_time delay, sim_time lasts)
{
    rig_init(r);
    uint32_t a = rig_node(r, "alice", SCENARIO_HOST), b = rig_node(r, "bob", SCENARIO_HOST);
    /* 20 ms of L16 are more than Ethernet takes in one piece. */
    rig_link(r, a, b, 0, delay)->direction[0].mtu = 2000;
    struct scenario_traffic *t = rig_traffic(r, "rtp", a, b);
    t->port = 5004;
    rig_set(t, "for", lasts);
    return t;
}

static int64_t field(const struct packet *p, const char *name)
{
    int64_t value = -1;
    ck_assert(packet_field(p->proto->name, packet_head(p), name, &value));
    return value;
}

/* Codec, units of the timestamp and bytes in 20 ms (RFC 3551 4.5: G722's clock says 8000 although
 * it samples 16000 times a second). */
static const struct {
    int64_t codec, units, bytes, type;
} codecs[] = {{0, 160, 160, 0},
              {1, 160, 160, 8},
              {2, 160, 160, 9},
              {3, 882, 1764, 11},
              {PAYLOAD_OPUS, 960, 80, 111}};

START_TEST(timestamps_count_samples_and_numbers_count_packets)
{
    struct rig r;
    struct scenario_traffic *t = stream(&r, SIM_MS, 200 * SIM_MS);
    rig_set(t, "codec", codecs[_i].codec);
    rig_set(t, "rtcp", 0);
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.packets.count, 10);
    for (uint32_t id = 2; id <= 10; id++) {
        const struct packet *p = trace_packet(&r.trace, id), *o = trace_packet(&r.trace, id - 1);
        uint32_t apart = (uint32_t)(field(p, "timestamp") - field(o, "timestamp"));
        ck_assert_uint_eq(apart, (uint32_t)codecs[_i].units);
        ck_assert_uint_eq((uint16_t)(field(p, "seq") - field(o, "seq")), 1);
        ck_assert_uint_eq(p->body.len, (uint32_t)codecs[_i].bytes);
        ck_assert_int_eq(field(p, "payload_type"), codecs[_i].type);
        ck_assert_int_eq(field(p, "marker"), 0); /* no silence is left out (RFC 3551 4.1) */
    }
    rig_free(&r);
}
END_TEST

/* Talk of 100 ms, a pause of 200 ms: after packets 0 to 4 ten packet times are left out. */
START_TEST(after_a_silence_the_timestamp_has_gone_on_and_the_marker_is_set)
{
    struct rig r;
    struct scenario_traffic *t = stream(&r, SIM_MS, 600 * SIM_MS);
    rig_set(t, "silence.talk", 100 * SIM_MS);
    rig_set(t, "silence.pause", 200 * SIM_MS);
    rig_set(t, "rtcp", 0);
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.packets.count, 10);
    const struct packet *before = trace_packet(&r.trace, 5), *after = trace_packet(&r.trace, 6);
    ck_assert_uint_eq((uint32_t)(field(after, "timestamp") - field(before, "timestamp")),
                      160 + 10 * 160);
    ck_assert_uint_eq((uint16_t)(field(after, "seq") - field(before, "seq")), 1);
    for (uint32_t id = 1; id <= 10; id++) {
        ck_assert_int_eq(field(trace_packet(&r.trace, id), "marker"), id == 1 || id == 6);
    }
    rig_free(&r);
}
END_TEST

START_TEST(packets_of_a_picture_share_a_timestamp_and_the_last_is_marked)
{
    struct rig r;
    struct scenario_traffic *t = stream(&r, SIM_MS, 80 * SIM_MS);
    rig_set(t, "video.fps", 25 * SIM_S);
    rig_set(t, "video.frame", 3000);
    rig_set(t, "rtcp", 0);
    rig_run(&r, true);
    ck_assert_uint_eq(r.trace.packets.count, 6);
    for (uint32_t id = 1; id <= 6; id++) {
        const struct packet *p = trace_packet(&r.trace, id);
        uint32_t since =
            (uint32_t)(field(p, "timestamp") - field(trace_packet(&r.trace, 1), "timestamp"));
        ck_assert_uint_eq(since, id <= 3 ? 0 : 3600); /* 90000 / 25 */
        ck_assert_int_eq(field(p, "marker"), id % 3 == 0);
        ck_assert_uint_eq(p->body.len, id % 3 == 0 ? 600 : 1200);
    }
    rig_free(&r);
}
END_TEST

/* The report's two times are of one instant, and its RTP time has the stream's random base: at t
 * the media clock stands at base + 8 t / ms. What is sent so far is counted. */
START_TEST(a_sender_report_ties_the_wall_clock_to_the_media_clock)
{
    struct rig r;
    stream(&r, 10 * SIM_MS, 30 * SIM_S);
    r.nodes[0].clock_offset = 7 * SIM_S;
    rig_run(&r, true);
    uint32_t base = (uint32_t)field(trace_packet(&r.trace, 1), "timestamp");
    unsigned seen = 0;
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        const struct packet *p = rec->kind == REC_SEND ? trace_packet(&r.trace, rec->packet) : NULL;
        if (!p || strcmp(packet_is(p->proto->name, packet_head(p), 0), "SR") != 0) {
            continue;
        }
        seen++;
        ck_assert_uint_eq((uint32_t)field(p, "timestamp"), base + (uint32_t)(rec->at / 125000));
        ck_assert_int_eq(field(p, "ntp_seconds"), 2208988800 + 7 + rec->at / SIM_S);
        int64_t sent = rec->at / (20 * SIM_MS) + 1;
        ck_assert_int_eq(field(p, "packets"), sent);
        ck_assert_int_eq(field(p, "bytes"), 160 * sent);
    }
    ck_assert_uint_ge(seen, 3);
    rig_free(&r);
}
END_TEST

/* A.8 once more, from the trace alone. */
START_TEST(the_last_jitter_is_what_a_8_makes_of_the_arrivals)
{
    struct rig r;
    struct scenario_traffic *t = stream(&r, 30 * SIM_MS, 20 * SIM_S);
    r.links[0].direction[0].jitter = 25 * SIM_MS;
    rig_set(t, "rtcp", 0);
    rig_run(&r, true);
    int64_t jitter = 0, last = 0;
    unsigned count = 0;
    for (uint32_t n = 1; n <= r.trace.count; n++) {
        const struct record *rec = trace_record(&r.trace, n);
        if (rec->kind != REC_ARRIVE) {
            continue;
        }
        int64_t arrival = rec->at / 125000;
        int64_t transit = arrival - field(trace_packet(&r.trace, rec->packet), "timestamp");
        if (count++ > 0) {
            int64_t d = (int32_t)(uint32_t)(transit - last);
            jitter += (d < 0 ? -d : d) - ((jitter + 8) >> 4);
        }
        last = transit;
    }
    ck_assert_uint_eq(count, 1000);
    const struct flow *f = &r.trace.flows[1];
    for (unsigned i = 0; i < f->figure_count; i++) {
        if (strcmp(f->figures[i].name, "jitter.last_units") == 0) {
            ck_assert_int_eq((int64_t)f->figures[i].value, jitter >> 4);
            count = 0;
        }
    }
    ck_assert_uint_eq(count, 0);
    rig_free(&r);
}
END_TEST

/* A host that starts anew draws another SSRC: its listener believes it at once. */
START_TEST(a_source_that_starts_anew_is_heard)
{
    struct rig r;
    stream(&r, 10 * SIM_MS, 4 * SIM_S);
    rig_fault(&r, (struct fault){.kind = FAULT_CRASH, .at = 1010 * SIM_MS});
    rig_fault(&r, (struct fault){.kind = FAULT_RESTART, .at = 2 * SIM_S});
    rig_run(&r, true);
    /* 51 packets up to 1 s, of which the last is under way, then 200 of the new source. */
    ck_assert_uint_eq(r.trace.flows[1].drops[DROP_MALFORMED], 0);
    ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, (51 + 200) * 160);
    rig_free(&r);
}
END_TEST

/* A stream to port 5004 is RTP inside UDP, to the byte; the same bytes to port 9 are data. */
static const struct {
    uint16_t port;
    const char *layers[4];
} looks[] = {{5004, {"ipv4", "udp", "rtp", "payload"}}, {9, {"ipv4", "udp", "payload", NULL}}};

START_TEST(the_inspector_finds_rtp_on_its_ports)
{
    uint8_t head[UDP_HEADER + RTP_HEADER_MAX];
    struct rtp rtp = {.payload_type = 8, .seq = 77};
    uint32_t len = (uint32_t)rtp_encode(&rtp, head + UDP_HEADER);
    udp_encode(40000, looks[_i].port, len + 160, head);
    struct packet_view view = {.proto = "rtp",
                               .net = {.from = {1, 40000}, .to = {2, looks[_i].port}},
                               .head = bytes_of(head, UDP_HEADER + len),
                               .body = {.len = 160}};
    struct buf wire = {0};
    struct dissection d;
    packet_build(&view, &wire);
    ck_assert_uint_eq(wire.len, 20 + 8 + 12 + 160);
    dissect(bytes_of(wire.data, wire.len), LINK_FORM_IP, &d);
    for (unsigned i = 0; i < 4 && looks[_i].layers[i]; i++) {
        ck_assert_str_eq(d.layers[i].proto, looks[_i].layers[i]);
        ck_assert(!d.layers[i].is_damaged);
    }
    if (_i == 0) {
        const struct field *seq = &d.fields[d.layers[2].first + 6];
        ck_assert_str_eq(seq->name, "seq");
        ck_assert_uint_eq(seq->value, 77);
        ck_assert_uint_eq(seq->bit, 16);
        ck_assert_uint_eq(d.layers[2].at, 28);
    }
    buf_free(&wire);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("rtp");
    TCase *wire = tcase_create("wire"), *receiver = tcase_create("appendix A"),
          *runs = tcase_create("runs");
    tcase_add_test(wire, a_header_is_laid_out_as_rfc_3550_5_1_draws_it);
    tcase_add_loop_test(wire, a_header_tells_its_own_length, 0, ROWS(headers));
    tcase_add_test(wire, a_sender_report_with_a_block_and_a_name);
    tcase_add_test(wire, names_of_every_length_end_on_a_whole_word);
    tcase_add_loop_test(wire, a_compound_that_is_none_is_refused, 0, ROWS(broken));
    tcase_add_test(wire, middle_of_ntp_are_16_bits_of_seconds_and_16_of_fraction);
    tcase_add_loop_test(wire, the_inspector_finds_rtp_on_its_ports, 0, ROWS(looks));
    tcase_add_loop_test(receiver, sequence_numbers_by_appendix_a_1, 0, ROWS(receptions));
    tcase_add_test(receiver, the_fraction_is_of_the_last_interval_the_count_of_all);
    tcase_add_loop_test(receiver, the_calculated_interval_is_that_of_appendix_a_7, 0,
                        ROWS(intervals));
    tcase_add_test(receiver, the_drawn_interval_lies_between_a_half_and_one_and_a_half);
    tcase_add_test(receiver, when_members_leave_the_next_report_comes_earlier);
    tcase_add_loop_test(receiver, reports_of_all_members_take_their_share_of_the_bandwidth, 0,
                        ROWS(sessions));
    tcase_add_loop_test(runs, timestamps_count_samples_and_numbers_count_packets, 0, ROWS(codecs));
    tcase_add_test(runs, after_a_silence_the_timestamp_has_gone_on_and_the_marker_is_set);
    tcase_add_test(runs, packets_of_a_picture_share_a_timestamp_and_the_last_is_marked);
    tcase_add_test(runs, a_sender_report_ties_the_wall_clock_to_the_media_clock);
    tcase_add_test(runs, the_last_jitter_is_what_a_8_makes_of_the_arrivals);
    tcase_add_test(runs, a_source_that_starts_anew_is_heard);
    suite_add_tcase(s, wire);
    suite_add_tcase(s, receiver);
    suite_add_tcase(s, runs);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
