/* Broken DHCP messages on a LAN: each is put into a whole frame with right checksums and sent to a
 * server. It is refused, nobody answers it, and the next sound one is answered. */
#include "dhcp_frame.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/udp.h"

#include <check.h>
#include <string.h>

#define MESSAGE UDP_HEADER
#define OPTIONS (UDP_HEADER + DHCP_FIXED + 4)
#define CLIENT  UINT64_C(0x020000000077)

static const char lan[] = "hosts:\n"
                          "  home: {address: 10.0.0.1/24, mac: \"02:00:00:00:00:01\", "
                          "dhcp-server: {pool: 10.0.0.100 - 10.0.0.110}}\n"
                          "  peer: {address: 10.0.0.9/24, raw: on}\n"
                          "switches: {sw: {}}\n"
                          "links:\n"
                          "  - {between: [home, sw]}\n"
                          "  - {between: [peer, sw]}\n"
                          "script:\n"
                          "  - {at: 0 s, home: listen 80}\n";

static const struct {
    const char *name;
    size_t at, count;
    uint8_t bytes[12];
    bool is_answered;
} messages[] = {
    {"a sound DISCOVER", MESSAGE, 1, {1}, true},
    {"op 0", MESSAGE, 1, {0}, false},
    {"op 2: an answer that nobody asked for", MESSAGE, 1, {2}, false},
    {"a hardware type that is not Ethernet", MESSAGE + 1, 1, {6}, false},
    {"a hardware address of 255 bytes", MESSAGE + 2, 1, {255}, false},
    {"a wrong cookie", MESSAGE + 236, 1, {98}, false},
    {"a message type of no length", OPTIONS, 3, {53, 0, 255}, false},
    {"a message type of four bytes", OPTIONS, 7, {53, 4, 1, 1, 1, 1, 255}, false},
    {"message type 99", OPTIONS, 4, {53, 1, 99, 255}, false},
    {"an OFFER to a server", OPTIONS, 4, {53, 1, 2, 255}, false},
    {"an option cut by the end", OPTIONS, 5, {53, 1, 1, 61, 250}, false},
    {"a requested address of three bytes", OPTIONS + 3, 6, {50, 3, 10, 0, 0, 255}, false},
    {"a lease time of two bytes", OPTIONS + 3, 5, {51, 2, 0, 9, 255}, false},
    {"an empty host name", OPTIONS + 3, 3, {12, 0, 255}, false},
    {"a client identifier of one byte", OPTIONS + 3, 4, {61, 1, 7, 255}, false},
    {"a largest message of one byte", OPTIONS + 3, 4, {57, 1, 9, 255}, false},
    {"an overload that leads into a cut option", OPTIONS + 3, 4, {52, 1, 1, 255}, true},
    {"an option of unknown code", OPTIONS + 3, 5, {224, 2, 1, 2, 255}, true},
    {"padding between the options", OPTIONS + 3, 5, {0, 0, 12, 1, 'h'}, true},
};

/* The frame of a DISCOVER with some of its bytes changed. */
static void build(struct buf *out, size_t at, const uint8_t *bytes, size_t count)
{
    struct dhcp m = {.type = DHCP_DISCOVER, .xid = 7, .chaddr = CLIENT, .wants_broadcast = true};
    struct buf head = {0};
    dhcp_encode(&m, DHCP_CLIENT_PORT, DHCP_SERVER_PORT, &head);
    memcpy(head.data + at, bytes, count);
    dhcp_frame(bytes_of(head.data, head.len), CLIENT, out);
    buf_free(&head);
}

static unsigned count_drops(const struct trace *t, enum drop_class class)
{
    unsigned n = 0;
    for (uint32_t i = 1; i <= t->count; i++) {
        const struct record *r = trace_record(t, i);
        n += r->kind == REC_DROP && r->code == class;
    }
    return n;
}

/* Injects it and says whether an OFFER came within a second. */
static bool is_offered(struct run *r, size_t at, const uint8_t *bytes, size_t count)
{
    struct buf frame = {0};
    struct raw_view got;
    bool offered = false;
    build(&frame, at, bytes, count);
    ck_assert(run_inject(r, bytes_of(frame.data, frame.len)));
    sim_time until = run_now(r) + SIM_S;
    while (run_next(r, until, &got)) {
        offered |= strcmp(got.is, "DHCPOFFER") == 0;
    }
    buf_free(&frame);
    return offered;
}

START_TEST(a_broken_message_is_refused_and_not_answered)
{
    struct err err = {.lang = LANG_EN};
    struct scenario *sc;
    struct trace t = {0};
    const struct run_options watch = {.watch = true};
    const uint8_t sound[] = {1};
    ck_assert(scenario_read_text("test.yaml", lan, registry(), NULL, 0, &sc, &err));
    struct run *r = run_open(sc, &watch, &t, &err);
    ck_assert_ptr_nonnull(r);
    ck_assert(run_is_raw(r));
    bool offered = is_offered(r, messages[_i].at, messages[_i].bytes, messages[_i].count);
    ck_assert_msg(offered == messages[_i].is_answered, "%s", messages[_i].name);
    ck_assert_msg(is_offered(r, MESSAGE, sound, 1), "no answer after %s", messages[_i].name);
    run_close(r);
    ck_assert_msg(count_drops(&t, DROP_MALFORMED) == !messages[_i].is_answered, "%s",
                  messages[_i].name);
    trace_free(&t);
    scenario_free(sc);
    err_free(&err);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dhcp broken");
    TCase *c = tcase_create("frames");
    tcase_add_loop_test(c, a_broken_message_is_refused_and_not_answered, 0,
                        (int)(sizeof messages / sizeof *messages));
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
