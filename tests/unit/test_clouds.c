/* Clouds that are joined: whole runs of mixers and translators, held against what RFC 3550 7.2 and
 * 7.3 say must and must not go through. */
#include "scenario/read.h"
#include "world_check.h"

#include "proto/rtp/g711.h"
#include "wire/dissect.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/udp.h"

#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* Everybody 1 ms from one router. */
#define STAR                                                                                       \
    "title: t\nhosts: {a: 10.0.1.1/24, b: 10.0.2.1/24, c: 10.0.3.1/24, m: 10.0.4.1/24, n: "        \
    "10.0.5.1/24}\n"                                                                               \
    "routers: {R: {addresses: [10.0.1.2/24, 10.0.2.2/24, 10.0.3.2/24, 10.0.4.2/24, "               \
    "10.0.5.2/24]}}\n"                                                                             \
    "links: [{between: [a, R], delay: 1 ms}, {between: [b, R], delay: 1 ms}, {between: [c, R], "   \
    "delay: 1 ms}, {between: [m, R], delay: 1 ms}, {between: [n, R], delay: 1 ms}]\ntraffic:\n"
#define MIX                                                                                        \
    "  - mixer: {from: m, to: a, rtcp: {minimum: 500 ms}}\n"                                       \
    "  - mixer: {from: m, to: b, rtcp: {minimum: 500 ms}}\n"                                       \
    "  - mixer: {from: m, to: c, rtcp: {minimum: 500 ms}}\n"
#define VOICE(who, more)                                                                           \
    "  - conference: {from: " who ", to: m, rtcp: {minimum: 500 ms}, " more "}\n"

struct run {
    struct scenario *sc;
    struct trace trace;
};

static struct run *run_text(const char *text)
{
    struct run *r = os_alloc(sizeof *r);
    struct run_options opt = {.watch = true};
    struct err err = {0};
    struct buf what = {0};
    bool good = scenario_read_text("clouds.yaml", text, registry(), NULL, 0, &r->sc, &err);
    if (!good) {
        err_print(&err, stderr, false);
    }
    ck_assert(good && run_scenario(r->sc, &opt, &r->trace, &err));
    ck_assert_msg(trace_invariants(&r->trace, &what), "%s", buf_cstr(&what));
    buf_free(&what);
    err_free(&err);
    return r;
}

static void end_run(struct run *r)
{
    trace_free(&r->trace);
    scenario_free(r->sc);
    free(r);
}

static uint32_t ip_of(const struct run *r, const char *node)
{
    for (uint32_t i = 0; i < r->sc->node_count; i++) {
        if (strcmp(r->sc->nodes[i].name, node) == 0) {
            return r->sc->nodes[i].addresses[0].ip;
        }
    }
    return 0;
}

/* The next packet after `id` of that format from one host to another; 0: no more. */
static uint32_t next_sent(const struct run *r, uint32_t id, const char *proto, const char *from,
                          const char *to)
{
    while (++id <= r->trace.packets.count) {
        const struct packet *p = trace_packet(&r->trace, id);
        if (strcmp(p->proto->name, proto) == 0 && p->net.from.ip == ip_of(r, from) &&
            p->net.to.ip == ip_of(r, to)) {
            return id;
        }
    }
    return 0;
}

static struct bytes inside(const struct run *r, uint32_t id)
{
    struct bytes head = packet_head(trace_packet(&r->trace, id));
    return bytes_sub(head, UDP_HEADER, head.len);
}

static struct rtp rtp_of(const struct run *r, uint32_t id)
{
    struct rtp rtp;
    ck_assert(rtp_decode(inside(r, id), &rtp) > 0);
    return rtp;
}

/* All that one host has said to another, sample by sample. */
static void all_said(const struct run *r, const char *from, const char *to, struct buf *out)
{
    uint32_t id = 0;
    while ((id = next_sent(r, id, "rtp", from, to)) != 0) {
        span_read(&r->trace.streams, trace_packet(&r->trace, id)->body, out);
    }
}

/* Both come after 2 ms and wait for 40: sample 336 of the mixer's line. Its first packet that holds
 * anything begins at 320, so sixteen samples of silence stand before them. */
START_TEST(a_mix_is_the_sum_of_what_came_sample_by_sample)
{
    struct run *r = run_text(STAR VOICE("a", "for: 200 ms, tone: 500") VOICE(
        "c", "for: 200 ms, tone: 1200") VOICE("b", "for: 400 ms, listen: on") MIX);
    struct buf a = {0}, c = {0}, mix = {0};
    all_said(r, "a", "m", &a);
    all_said(r, "c", "m", &c);
    all_said(r, "m", "b", &mix);
    ck_assert_uint_eq(a.len, 1600);
    ck_assert_uint_eq(mix.len, 11 * 160);
    for (size_t i = 0; i < mix.len; i++) {
        bool speaks = i >= 16 && i - 16 < a.len;
        int sum = speaks ? g711_from_ulaw(a.data[i - 16]) + g711_from_ulaw(c.data[i - 16]) : 0;
        ck_assert_uint_eq(mix.data[i], g711_ulaw((int16_t)sum));
    }
    buf_free(&a);
    buf_free(&c);
    buf_free(&mix);
    end_run(r);
}
END_TEST

static uint32_t own_ssrc(const struct run *r, const char *from, const char *to)
{
    return rtp_of(r, next_sent(r, 0, "rtp", from, to)).ssrc;
}

static bool names(const struct rtp *rtp, uint32_t ssrc)
{
    for (unsigned i = 0; i < rtp->csrc_count; i++) {
        if (rtp->csrc[i] == ssrc) {
            return true;
        }
    }
    return false;
}

/* 7.1: a stream of its own: one SSRC, numbers without a gap, timestamps by the packet time. */
START_TEST(a_mixer_speaks_for_itself_and_names_the_others)
{
    struct run *r =
        run_text(STAR VOICE("a", "for: 1 s") VOICE("c", "for: 1 s, silence: {talk: 300 ms, "
                                                        "pause: 10 s}") MIX);
    uint32_t a = own_ssrc(r, "a", "m"), c = own_ssrc(r, "c", "m"), m = own_ssrc(r, "m", "a"),
             id = 0;
    struct rtp last = {0};
    unsigned alone = 0;
    while ((id = next_sent(r, id, "rtp", "m", "b")) != 0) {
        struct rtp rtp = rtp_of(r, id);
        ck_assert(names(&rtp, a));
        ck_assert_uint_le(rtp.csrc_count, 2);
        alone += rtp.csrc_count == 1; /* who is silent is not named */
        ck_assert(rtp.ssrc != a && rtp.ssrc != c);
        ck_assert(last.ssrc == 0 || (rtp.ssrc == last.ssrc && rtp.seq == (uint16_t)(last.seq + 1) &&
                                     rtp.timestamp == last.timestamp + 160));
        ck_assert(rtp.marker == (last.ssrc == 0)); /* a talkspurt's first */
        last = rtp;
    }
    ck_assert_uint_ge(alone, 30);
    while ((id = next_sent(r, id, "rtp", "m", "a")) != 0) {
        struct rtp rtp = rtp_of(r, id);
        ck_assert(rtp.ssrc == m && rtp.csrc_count == 1 && rtp.csrc[0] == c); /* not herself */
    }
    end_run(r);
}
END_TEST

/* 7.3: "It MUST NOT send these reception reports to the other clouds"; "The CNAMEs MUST be
 * forwarded"; "Mixers MUST forward BYE packets". */
START_TEST(of_reports_only_names_and_goodbyes_go_through_a_mixer)
{
    struct run *r = run_text(STAR VOICE("a", "for: 2 s") VOICE("b", "for: 3 s, listen: on")
                                 VOICE("c", "for: 2500 ms") MIX);
    uint32_t a = own_ssrc(r, "a", "m"), m = own_ssrc(r, "m", "b"), id = 0;
    unsigned named = 0, left = 0, reports = 0;
    while ((id = next_sent(r, id, "rtcp", "m", "b")) != 0) {
        struct bytes rest = inside(r, id), name;
        struct rtcp_packet p;
        struct rtcp_block block;
        uint32_t ssrc;
        ck_assert(rtcp_is_valid(rest));
        while (rtcp_next(&rest, &p)) {
            if (p.type == RTCP_SR || p.type == RTCP_RR) {
                ck_assert_uint_eq(p.ssrc, m);
                ck_assert(!rtcp_block(&p, 0, &block)); /* Bob says nothing that could be told of */
                reports += p.type == RTCP_SR;
            }
            for (unsigned i = 0; rtcp_name(&p, i, &ssrc, &name); i++) {
                named += ssrc == a && bytes_equal(name, bytes_str("10.0.1.1"));
            }
            for (unsigned i = 0; rtcp_bye_source(&p, i, &ssrc); i++) {
                left += ssrc == a;
            }
        }
    }
    ck_assert_uint_ge(reports, 2);
    ck_assert_uint_ge(named, 2);
    ck_assert_uint_eq(left, 1);
    while ((id = next_sent(r, id, "rtcp", "m", "a")) != 0) {
        struct bytes rest = inside(r, id);
        struct rtcp_packet p;
        struct rtcp_block block;
        for (rtcp_next(&rest, &p); rtcp_block(&p, 0, &block); p.type = 0) {
            ck_assert_uint_eq(block.ssrc, a); /* in her cloud there is nobody but her */
        }
    }
    end_run(r);
}
END_TEST

/* 7.3: "A mixer that is about to cease forwarding packets SHOULD send a BYE packet to each
 * connected cloud containing all the SSRC identifiers that were previously being forwarded into
 * that cloud". */
START_TEST(a_mixer_that_ceases_says_goodbye_for_all)
{
    struct run *r =
        run_text(STAR VOICE("a", "for: 2 s")
                     VOICE("b", "for: 2 s, listen: on") "  - mixer: {from: m, to: a, for: 1 s}\n"
                                                        "  - mixer: {from: m, to: b, for: 1 s}\n");
    uint32_t a = own_ssrc(r, "a", "m"), m = own_ssrc(r, "m", "b"), id = 0, ssrc;
    unsigned hers = 0, own = 0;
    while ((id = next_sent(r, id, "rtcp", "m", "b")) != 0) {
        struct bytes rest = inside(r, id);
        struct rtcp_packet p;
        while (rtcp_next(&rest, &p)) {
            for (unsigned i = 0; rtcp_bye_source(&p, i, &ssrc); i++) {
                hers += ssrc == a;
                own += ssrc == m;
            }
        }
    }
    ck_assert_uint_eq(own, 1);
    ck_assert_uint_ge(hers, 1);
    end_run(r);
}
END_TEST

/* Figure 3: of what another mixer has mixed, those in it are told, and not that mixer. */
START_TEST(behind_two_mixers_the_speakers_are_still_known)
{
    struct run *r = run_text(
        STAR VOICE("a", "for: 500 ms") "  - mixer: {from: m, to: a}\n"
                                       "  - mixer: {from: m, to: n, port: 16384}\n"
                                       "  - mixer: {from: n, to: m, port: 16384}\n"
                                       "  - mixer: {from: n, to: b}\n"
                                       "  - conference: {from: b, to: n, listen: on, for: 1 s}\n");
    uint32_t a = own_ssrc(r, "a", "m"), id = next_sent(r, 0, "rtp", "n", "b");
    struct rtp rtp = rtp_of(r, id);
    ck_assert_uint_eq(rtp.csrc_count, 1);
    ck_assert_uint_eq(rtp.csrc[0], a);
    ck_assert_uint_ne(rtp.ssrc, own_ssrc(r, "m", "n"));
    end_run(r);
}
END_TEST

/* 8.2: whose number is borne by somebody in another cloud takes another, mixers too. */
START_TEST(a_mixer_gives_way_to_a_source_of_its_number)
{
    struct run *r =
        run_text(STAR VOICE("a", "for: 1 s, ssrc: 7, start: 200 ms") VOICE("c", "for: 1 s")
                     VOICE("b", "for: 2 s, listen: on") "  - mixer: {from: m, to: a}\n"
                                                        "  - mixer: {from: m, to: c}\n"
                                                        "  - mixer: {from: m, to: b, ssrc: 7}\n");
    ck_assert_uint_eq(own_ssrc(r, "m", "b"), 7);
    uint32_t id = 0, now = 7;
    bool names_her = false;
    while ((id = next_sent(r, id, "rtp", "m", "b")) != 0) {
        struct rtp rtp = rtp_of(r, id);
        ck_assert(!names(&rtp, rtp.ssrc));
        now = rtp.ssrc;
        names_her = names_her || names(&rtp, 7);
    }
    ck_assert_uint_ne(now, 7);
    ck_assert(names_her);
    end_run(r);
}
END_TEST

/* 5.1: fifteen are named, all are heard. */
START_TEST(of_seventeen_speakers_fifteen_are_named)
{
    struct buf text = {0};
    buf_str(&text, "hosts: {b: 10.0.1.1/16, m: 10.0.1.2/16");
    for (int i = 0; i < 17; i++) {
        buf_printf(&text, ", s%d: 10.0.2.%d/16", i, i + 1);
    }
    buf_str(&text, "}\nswitches: {sw: {}}\nlinks: [{between: [b, sw]}, {between: [m, sw]}");
    for (int i = 0; i < 17; i++) {
        buf_printf(&text, ", {between: [s%d, sw]}", i);
    }
    buf_str(&text, "]\ngroups: {239.1.1.1: [m");
    for (int i = 0; i < 17; i++) {
        buf_printf(&text, ", s%d", i);
    }
    buf_str(&text,
            "]}\ntraffic:\n  - mixer: {from: m, to: 239.1.1.1}\n  - mixer: {from: m, to: b}\n");
    for (int i = 0; i < 17; i++) {
        buf_printf(&text, "  - conference: {from: s%d, to: 239.1.1.1, for: 200 ms, rtcp: off}\n",
                   i);
    }
    buf_str(&text, "  - conference: {from: b, to: m, listen: on, for: 1 s}\n");
    struct run *r = run_text(buf_cstr(&text));
    uint32_t id = next_sent(r, 0, "rtp", "m", "b");
    ck_assert_uint_eq(rtp_of(r, id).csrc_count, 15);
    struct buf mix = {0};
    all_said(r, "m", "b", &mix);
    int peak = 0;
    for (size_t i = 0; i < mix.len; i++) {
        int size = abs(g711_from_ulaw(mix.data[i]));
        peak = size > peak ? size : peak;
    }
    ck_assert_int_ge(peak, 32000); /* 17 times 8000, cut off */
    buf_free(&mix);
    buf_free(&text);
    end_run(r);
}
END_TEST

/* 7.2: SR, RR, SDES and BYE "without change" where the media are not changed, and the media, too.
 */
START_TEST(what_a_translator_need_not_change_it_does_not)
{
    struct run *r =
        run_text(STAR VOICE("a", "for: 2 s")
                     VOICE("b", "for: 2 s, listen: on") "  - translator: {from: m, to: a}\n"
                                                        "  - translator: {from: m, to: b}\n");
    static const char *const protos[] = {"rtp", "rtcp"};
    for (int k = 0; k < 2; k++) {
        uint32_t came = 0, went = 0;
        unsigned count = 0;
        while ((came = next_sent(r, came, protos[k], "a", "m")) != 0) {
            went = next_sent(r, went, protos[k], "m", "b");
            ck_assert(went && bytes_equal(inside(r, came), inside(r, went)));
            ck_assert(span_equal(&r->trace.streams, trace_packet(&r->trace, came)->body,
                                 trace_packet(&r->trace, went)->body));
            count++;
        }
        ck_assert_uint_ge(count, k ? 2 : 100);
        ck_assert_uint_eq(next_sent(r, went, protos[k], "m", "b"), 0);
    }
    end_run(r);
}
END_TEST

/* 7.2: "it MUST change the 'sender's packet count' field": at its end Bob has as many as he is told
 * of. */
START_TEST(a_sender_report_says_what_its_hearer_can_count)
{
    struct run *r = run_text(STAR VOICE("a", "for: 2 s") VOICE(
        "b",
        "for: 3 s, listen: on") "  - translator: {from: m, to: a}\n"
                                "  - translator: {from: m, to: b, ptime: 60 ms, codec: PCMA}\n");
    unsigned packets = 0, bytes = 0;
    uint32_t id = 0;
    struct rtcp_sender_info info = {0};
    while ((id = next_sent(r, id, "rtp", "m", "b")) != 0) {
        ck_assert_uint_eq(rtp_of(r, id).payload_type, 8);
        packets++;
        bytes += trace_packet(&r->trace, id)->body.len;
    }
    while ((id = next_sent(r, id, "rtcp", "m", "b")) != 0) {
        struct bytes rest = inside(r, id);
        struct rtcp_packet p;
        if (rtcp_next(&rest, &p)) {
            rtcp_sender_info(&p, &info);
        }
    }
    ck_assert_uint_eq(packets, 34); /* 100 packets of 20 ms: 33 of 60 and one of 20 */
    ck_assert_uint_eq(info.packets, packets);
    ck_assert_uint_eq(info.bytes, bytes);
    end_run(r);
}
END_TEST

/* Bob misses one packet and asks for it. Where numbers stay, Alice gets the question and he her
 * answer; where they are new she would look for the wrong one. */
static const struct {
    const char *ptime;
    bool goes_through;
} nacks[] = {{"off", true}, {"40 ms", false}};

START_TEST(a_nack_goes_only_as_far_as_its_numbers_mean_something)
{
    struct buf text = {0};
    buf_printf(
        &text,
        STAR VOICE("a", "for: 1 s, feedback: {nack: on}") VOICE(
            "b", "for: 1 s, listen: on, feedback: {nack: on}") "  - translator: {from: m, to: a}\n"
                                                               "  - translator: {from: m, to: b, "
                                                               "ptime: %s}\n"
                                                               "faults: [{drop: {from: m, to: b, "
                                                               "is: RTP, nth: 10}}]\n",
        nacks[_i].ptime);
    struct run *r = run_text(buf_cstr(&text));
    unsigned asked = 0, reached = 0;
    uint32_t id = 0;
    while ((id = next_sent(r, id, "rtcp", "b", "m")) != 0) {
        const struct packet *p = trace_packet(&r->trace, id);
        asked += strcmp(packet_is("rtcp", packet_head(p), 0), "NACK") == 0;
    }
    while ((id = next_sent(r, id, "rtcp", "m", "a")) != 0) {
        const struct packet *p = trace_packet(&r->trace, id);
        reached += strcmp(packet_is("rtcp", packet_head(p), 0), "NACK") == 0;
    }
    ck_assert_uint_ge(asked, 1);
    ck_assert_uint_eq(reached, nacks[_i].goes_through ? asked : 0);
    buf_free(&text);
    end_run(r);
}
END_TEST

START_TEST(a_translator_that_ceases_says_goodbye_for_all)
{
    struct run *r = run_text(STAR VOICE("a", "for: 2 s") VOICE(
        "b", "for: 2 s, listen: on") "  - translator: {from: m, to: a}\n"
                                     "  - translator: {from: m, to: b, for: 1 s}\n");
    uint32_t a = own_ssrc(r, "a", "m"), id = 0, last = 0, ssrc = 0;
    while ((id = next_sent(r, id, "rtcp", "m", "b")) != 0) {
        last = id;
    }
    struct bytes rest = inside(r, last);
    struct rtcp_packet p = {0};
    ck_assert(rtcp_is_valid(rest));
    while (rtcp_next(&rest, &p) && p.type != RTCP_BYE) {
    }
    ck_assert(rtcp_bye_source(&p, 0, &ssrc) && ssrc == a);
    unsigned media = 0;
    while ((id = next_sent(r, id, "rtp", "m", "b")) != 0) {
        media++;
    }
    ck_assert_uint_eq(media, 50); /* and nothing goes out after it */
    end_run(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("clouds");
    TCase *mixers = tcase_create("mixers"), *translators = tcase_create("translators");
    tcase_add_test(mixers, a_mix_is_the_sum_of_what_came_sample_by_sample);
    tcase_add_test(mixers, a_mixer_speaks_for_itself_and_names_the_others);
    tcase_add_test(mixers, of_reports_only_names_and_goodbyes_go_through_a_mixer);
    tcase_add_test(mixers, a_mixer_that_ceases_says_goodbye_for_all);
    tcase_add_test(mixers, behind_two_mixers_the_speakers_are_still_known);
    tcase_add_test(mixers, a_mixer_gives_way_to_a_source_of_its_number);
    tcase_add_test(mixers, of_seventeen_speakers_fifteen_are_named);
    tcase_add_test(translators, what_a_translator_need_not_change_it_does_not);
    tcase_add_test(translators, a_sender_report_says_what_its_hearer_can_count);
    tcase_add_loop_test(translators, a_nack_goes_only_as_far_as_its_numbers_mean_something, 0,
                        ROWS(nacks));
    tcase_add_test(translators, a_translator_that_ceases_says_goodbye_for_all);
    suite_add_tcase(s, mixers);
    suite_add_tcase(s, translators);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
