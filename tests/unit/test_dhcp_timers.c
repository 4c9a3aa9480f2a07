/* T1, T2 and the end of a lease, to the nanosecond: they count from the last sending of the REQUEST
 * before its ACK (RFC 2131 4.4.1), 0.5 and 0.875 of the lease unless the server tells others
 * (4.4.5). */
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/dhcp.h"
#include "wire/dissect.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

struct ran {
    struct scenario *sc;
    struct trace trace;
    uint32_t client; /* entity of laptop's DHCP client */
};

/* laptop -- sw -- home, the server with these settings; faults and script as given. */
static struct ran ran_new(const char *server, const char *client, const char *rest)
{
    struct ran r = {0};
    struct err err = {.lang = LANG_EN};
    char text[2000];
    snprintf(text, sizeof text,
             "hosts:\n"
             "  laptop: {address: dhcp, dhcp-client: {fuzz: off%s}}\n"
             "  home: {address: 192.168.1.1/24, dhcp-server: {pool: 192.168.1.100 - 192.168.1.110, "
             "%s}}\n"
             "switches: {sw: {}}\n"
             "links:\n"
             "  - {between: [laptop, sw], rate: 100 Mbit/s, delay: 10 us}\n"
             "  - {between: [home, sw], rate: 10 Mbit/s, delay: 3 ms}\n"
             "%s",
             client, server, rest);
    bool good = scenario_read_text("test.yaml", text, registry(), NULL, 0, &r.sc, &err);
    struct buf told = {0};
    err_format(&err, &told);
    ck_assert_msg(good, "%s", buf_cstr(&told));
    buf_free(&told);
    const struct run_options watch = {.watch = true, .max_events = 1000000};
    ck_assert(run_scenario(r.sc, &watch, &r.trace, &err));
    err_free(&err);
    for (uint32_t e = 1; e <= r.trace.entity_count; e++) {
        const struct entity *one = &r.trace.entities[e];
        if (one->kind == ENTITY_ACTOR && strcmp(one->type->name, "dhcp-client") == 0) {
            r.client = e;
        }
    }
    return r;
}

static void ran_free(struct ran *r)
{
    trace_free(&r->trace);
    scenario_free(r->sc);
}

/* The n-th (from 1) record of that kind and name by the client; NULL: there are fewer. */
static const struct record *nth(const struct ran *r, enum record_kind kind, const char *name,
                                unsigned n)
{
    const struct trace *t = &r->trace;
    for (uint32_t i = 1; i <= t->count; i++) {
        const struct record *one = trace_record(t, i);
        if (one->where != r->client || one->kind != kind) {
            continue;
        }
        const struct packet *p = kind == REC_SEND ? trace_packet(t, one->packet) : NULL;
        const char *is = p ? packet_is(p->proto->name, packet_head(p), p->body.len)
                           : t->entities[r->client].type->timers[one->code].name;
        if (strcmp(is, name) == 0 && --n == 0) {
            return one;
        }
    }
    return NULL;
}

static sim_time at(const struct ran *r, enum record_kind kind, const char *name, unsigned n)
{
    const struct record *found = nth(r, kind, name, n);
    ck_assert_msg(found, "%s %u is not there", name, n);
    return found->at;
}

/* Nanoseconds after the REQUEST; -1: never. */
static const struct {
    const char *server;
    sim_time t1, t2, end;
} leases[] = {
    {"lease: 60 s", 30 * SIM_S, 52500 * SIM_MS, 60 * SIM_S},
    {"lease: 61 s", 30500 * SIM_MS, 53375 * SIM_MS, 61 * SIM_S},
    {"lease: 1 s", 500 * SIM_MS, 875 * SIM_MS, SIM_S},
    {"lease: 7 s", 3500 * SIM_MS, 6125 * SIM_MS, 7 * SIM_S},
    {"lease: 3 h", 5400 * SIM_S, 9450 * SIM_S, 10800 * SIM_S},
    {"lease: 60 s, t1: 10 s, t2: 20 s", 10 * SIM_S, 20 * SIM_S, 60 * SIM_S},
    {"lease: 60 s, t1: 50 s", 50 * SIM_S, 52500 * SIM_MS, 60 * SIM_S},
};

START_TEST(t1_t2_and_the_end_count_from_the_request)
{
    struct ran r = ran_new(leases[_i].server, ", probes: off",
                           "stop: 4 h\nfaults:\n  - drop: {is: DHCPREQUEST, nth: 2}\n"
                           "script:\n  - {at: 0 s, laptop: dhcp-start}\n"
                           "  - {at: 200 ms, home: power-off}\n");
    sim_time request = at(&r, REC_SEND, "DHCPREQUEST", 1);
    ck_assert_int_eq(at(&r, REC_FIRE, "t1", 1) - request, leases[_i].t1);
    ck_assert_int_eq(at(&r, REC_FIRE, "t2", 1) - request, leases[_i].t2);
    ck_assert_int_eq(at(&r, REC_FIRE, "expiry", 1) - request, leases[_i].end);
    ck_assert_int_eq(at(&r, REC_SEND, "DHCPREQUEST", 2), at(&r, REC_FIRE, "t1", 1));
    ran_free(&r);
}
END_TEST

/* The first copy is lost; 4 s later the second is answered: the lease counts from that. */
START_TEST(a_repeated_request_counts_from_its_last_sending)
{
    struct ran r = ran_new("lease: 60 s", ", probes: off",
                           "stop: 50 s\nfaults:\n  - drop: {is: DHCPREQUEST, nth: 1}\n");
    sim_time second = at(&r, REC_SEND, "DHCPREQUEST", 2);
    ck_assert_int_eq(second - at(&r, REC_SEND, "DHCPREQUEST", 1), 4 * SIM_S);
    ck_assert_int_eq(at(&r, REC_FIRE, "t1", 1) - second, 30 * SIM_S);
    ran_free(&r);
}
END_TEST

/* It is of no use any more, and the client begins anew at once. */
START_TEST(a_lease_may_be_over_when_its_ack_comes)
{
    struct ran r = ran_new("lease: 1 s", ", probes: off",
                           "stop: 3 s\nfaults:\n  - delay: {is: DHCPACK, nth: 1, by: 2 s}\n");
    sim_time request = at(&r, REC_SEND, "DHCPREQUEST", 1);
    ck_assert_int_gt(at(&r, REC_FIRE, "expiry", 1), request + 2 * SIM_S);
    ck_assert_int_lt(at(&r, REC_FIRE, "expiry", 1), request + 2100 * SIM_MS);
    ck_assert_int_gt(at(&r, REC_SEND, "DHCPDISCOVER", 2), at(&r, REC_FIRE, "expiry", 1) - 1);
    ran_free(&r);
}
END_TEST

/* The wait of the ARP probe does not lengthen the lease, nor does a slow answer. */
START_TEST(a_checked_address_keeps_its_times)
{
    struct ran r = ran_new("lease: 60 s", ", probes: 3", "stop: 50 s\n");
    ck_assert_int_eq(at(&r, REC_FIRE, "t1", 1) - at(&r, REC_SEND, "DHCPREQUEST", 1), 30 * SIM_S);
    ran_free(&r);
}
END_TEST

/* A renewal begins a new lease at its own REQUEST. */
START_TEST(a_renewed_lease_counts_anew)
{
    struct ran r = ran_new("lease: 60 s", ", probes: off", "stop: 100 s\n");
    sim_time renewal = at(&r, REC_SEND, "DHCPREQUEST", 2);
    ck_assert_int_eq(renewal, at(&r, REC_FIRE, "t1", 1));
    ck_assert_int_eq(at(&r, REC_FIRE, "t1", 2) - renewal, 30 * SIM_S);
    ck_assert_ptr_null(nth(&r, REC_FIRE, "t2", 1));
    ran_free(&r);
}
END_TEST

/* RFC 2131 4.4.5: half of what is left until T2, then until the end, a minute at least. Lease 600
 * s: T1 300, then 300 + 112.5, 412.5 + 60 (56.25 is under a minute), T2 525, 525 + 60 > 600: no
 * more. */
START_TEST(renewals_are_tried_at_the_times_of_the_rfc)
{
    static const sim_time after[] = {300 * SIM_S, 412500 * SIM_MS, 472500 * SIM_MS, 525 * SIM_S};
    struct ran r = ran_new("lease: 600 s", ", probes: off",
                           "stop: 599 s\nscript:\n  - {at: 0 s, laptop: dhcp-start}\n"
                           "  - {at: 1 s, home: power-off}\n");
    sim_time request = at(&r, REC_SEND, "DHCPREQUEST", 1);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(at(&r, REC_SEND, "DHCPREQUEST", i + 2) - request, after[i]);
    }
    ck_assert_int_eq(at(&r, REC_SEND, "DHCPREQUEST", 6) - request, 585 * SIM_S);
    ran_free(&r);
}
END_TEST

/* RFC 2131 4.4.1: one to ten seconds before the first DISCOVER; T1 as far from its half as allowed.
 */
/* The field secs: since the client began to ask (RFC 2131 table 1); not when it was switched on. */
START_TEST(a_message_tells_for_how_long_the_client_has_asked)
{
    struct ran r = ran_new("lease: 1 h", ", probes: off",
                           "script: [{at: 30 s, laptop: dhcp-start}]\nstop: 60 s\nfaults:\n"
                           "  - drop: {from: laptop, is: DHCPDISCOVER, nth: 1}\n"
                           "  - drop: {from: laptop, is: DHCPDISCOVER, nth: 2}\n");
    static const struct {
        const char *is;
        unsigned nth, secs; /* waits of 4 and 8 s (4.1) */
    } said[] = {{"DHCPDISCOVER", 1, 0}, {"DHCPDISCOVER", 2, 4}, {"DHCPDISCOVER", 3, 12}};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        const struct record *one = nth(&r, REC_SEND, said[i].is, said[i].nth);
        struct dhcp m;
        ck_assert_ptr_nonnull(one);
        ck_assert(dhcp_decode(packet_head(trace_packet(&r.trace, one->packet)), &m) == DHCP_SOUND);
        ck_assert_uint_eq(m.secs, said[i].secs);
    }
    ran_free(&r);
}
END_TEST

START_TEST(waits_vary_within_their_bounds)
{
    for (unsigned seed = 1; seed <= 40; seed++) {
        char rest[120];
        snprintf(rest, sizeof rest, "seed: %u\nstop: 50 s\n", seed);
        struct ran r =
            ran_new("lease: 60 s", ", probes: off, start-wait: on, timer-fuzz: 2 s", rest);
        sim_time first = at(&r, REC_SEND, "DHCPDISCOVER", 1);
        sim_time t1 = at(&r, REC_FIRE, "t1", 1) - at(&r, REC_SEND, "DHCPREQUEST", 1);
        ck_assert(first >= SIM_S && first <= 10 * SIM_S);
        ck_assert(t1 >= 28 * SIM_S && t1 <= 32 * SIM_S);
        ran_free(&r);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dhcp timers");
    TCase *c = tcase_create("exact");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, t1_t2_and_the_end_count_from_the_request, 0,
                        (int)(sizeof leases / sizeof *leases));
    tcase_add_test(c, a_repeated_request_counts_from_its_last_sending);
    tcase_add_test(c, a_lease_may_be_over_when_its_ack_comes);
    tcase_add_test(c, a_checked_address_keeps_its_times);
    tcase_add_test(c, a_renewed_lease_counts_anew);
    tcase_add_test(c, renewals_are_tried_at_the_times_of_the_rfc);
    tcase_add_test(c, a_message_tells_for_how_long_the_client_has_asked);
    tcase_add_test(c, waits_vary_within_their_bounds);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
