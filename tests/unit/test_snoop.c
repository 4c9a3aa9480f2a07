/* DHCP snooping on a switch: who is behind another port may not give back, or declare as taken,
 * what was lent to a client; the client itself may. The forged messages are whole frames of a raw
 * host. */
#include "dhcp_frame.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <check.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))
#define MALLORY     UINT64_C(0x020000000077)
#define LENT        0x0a000064u /* the first of the pool: the laptop's */

#define LAN(snooping)                                                                              \
    "hosts:\n"                                                                                     \
    "  home: {address: 10.0.0.1/24, dhcp-server: {pool: 10.0.0.100 - 10.0.0.110}}\n"               \
    "  laptop: {address: dhcp, dhcp-client: {probes: off}}\n"                                      \
    "  mallory: {address: 10.0.0.9/24, raw: on}\n"                                                 \
    "switches: {sw: {" snooping "}}\n"                                                             \
    "links: [{between: [home, sw]}, {between: [laptop, sw]}, {between: [mallory, sw]}]\n"          \
    "script: [{at: 0 s, laptop: dhcp-start}, {at: 5 s, laptop: dhcp-release}]\n"
#define TRUSTS "dhcp-snooping: {trust: [home]}"

static const struct {
    const char *what, *text;
    struct dhcp forged;
    unsigned forged_passed; /* of one that mallory sends */
} stories[] = {
    {"a release of what another holds",
     LAN(TRUSTS),
     {.type = DHCP_RELEASE, .ciaddr = LENT, .server = 0x0a000001u},
     0},
    {"a decline of what another holds",
     LAN(TRUSTS),
     {.type = DHCP_DECLINE, .requested = LENT, .server = 0x0a000001u},
     0},
    {"a release of what nobody holds",
     LAN(TRUSTS),
     {.type = DHCP_RELEASE, .ciaddr = LENT + 1, .server = 0x0a000001u},
     1},
    {"where nobody looks",
     LAN(""),
     {.type = DHCP_RELEASE, .ciaddr = LENT, .server = 0x0a000001u},
     1},
};

static void forge(struct run *r, const struct dhcp *forged)
{
    struct dhcp m = *forged;
    struct buf head = {0}, frame = {0};
    m.chaddr = MALLORY;
    m.xid = 7;
    dhcp_encode(&m, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, &head);
    dhcp_frame(bytes_of(head.data, head.len), MALLORY, &frame);
    ck_assert(run_inject(r, bytes_of(frame.data, frame.len)));
    buf_free(&head);
    buf_free(&frame);
}

/* Messages of that type from that station which the switch has passed on to the server. */
static unsigned passed(const struct trace *t, enum dhcp_type type, bool is_forged)
{
    unsigned count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        struct dhcp m;
        if (r->kind == REC_TX && strcmp(t->entities[r->where].name, "sw>home") == 0 &&
            strcmp(trace_packet(t, r->packet)->proto->name, "dhcp") == 0 &&
            dhcp_decode(packet_head(trace_packet(t, r->packet)), &m) == DHCP_SOUND) {
            count += m.type == type && (m.chaddr == MALLORY) == is_forged;
        }
    }
    return count;
}

START_TEST(what_was_lent_is_given_back_from_its_own_port_alone)
{
    struct err err = {.lang = LANG_EN};
    struct scenario *sc;
    struct trace t = {0};
    const struct run_options watch = {.watch = true};
    struct raw_view got;
    ck_assert(scenario_read_text("t.yaml", stories[_i].text, registry(), NULL, 0, &sc, &err));
    struct run *r = run_open(sc, &watch, &t, &err);
    ck_assert_ptr_nonnull(r);
    while (run_next(r, 2 * SIM_S, &got)) {
    }
    forge(r, &stories[_i].forged);
    while (run_next(r, 10 * SIM_S, &got)) {
    }
    run_close(r);
    unsigned forged = passed(&t, stories[_i].forged.type, true);
    ck_assert_msg(forged == stories[_i].forged_passed, "%s: %u", stories[_i].what, forged);
    ck_assert_uint_eq(passed(&t, DHCP_REQUEST, false), 1);
    ck_assert_msg(passed(&t, DHCP_RELEASE, false) == 1, "%s", stories[_i].what);
    trace_free(&t);
    scenario_free(sc);
    err_free(&err);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("snoop");
    TCase *c = tcase_create("ports");
    tcase_add_loop_test(c, what_was_lent_is_given_back_from_its_own_port_alone, 0, ROWS(stories));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
