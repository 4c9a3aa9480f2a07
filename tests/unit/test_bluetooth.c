/* Bluetooth's baseband: the checks against the Core specification's sample data (volume 2, part G),
 * the rates of its table of ACL packets, and that every packet arrives once and in order whatever
 * is lost. */
#include "world_rig.h"

#include "scenario/read.h"
#include "wire/baseband.h"

#include <check.h>

/* Ten header bits, UAP, HEC: the specification's list. */
static const struct {
    uint8_t uap;
    uint16_t bits;
    uint8_t hec;
} hecs[] = {{0x00, 0x123, 0xe1}, {0x47, 0x123, 0x06}, {0x00, 0x124, 0x32}, {0x47, 0x124, 0xd5},
            {0x00, 0x125, 0x5a}, {0x47, 0x125, 0xbd}, {0x00, 0x126, 0xe2}, {0x47, 0x126, 0x05}};

START_TEST(the_header_check_is_the_specifications)
{
    ck_assert_uint_eq(baseband_hec(hecs[_i].bits, hecs[_i].uap), hecs[_i].hec);
}
END_TEST

/* 4e 01 02 … 09 under UAP 47: 6d d2. */
START_TEST(the_payload_check_is_the_specifications)
{
    uint8_t data[] = {0x4e, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    uint16_t crc = baseband_crc(bytes_of(data, sizeof data), 0x47);
    ck_assert_uint_eq(crc & 255, 0x6d);
    ck_assert_uint_eq(crc >> 8, 0xd2);
}
END_TEST

/* Access code of LAP 2a1b3c, by the rule that makes 475c58cc73345e72 of 9e8b33. LT_ADDR 1, TYPE 4,
 * FLOW 1, ARQN 0, SEQN 1 leave as 100 0010 1 0 1, which is 0x2a1; length 27, go, LLID 1. */
START_TEST(a_packet_stands_as_the_header_says)
{
    struct baseband b = {BASEBAND_DH1, 0, 1, true, false, true, false, 27, 1}, back;
    uint8_t head[BASEBAND_HEAD_MAX];
    char label[24];
    ck_assert_uint_eq(baseband_encode(&b, head), 17);
    ck_assert_mem_eq(head, "\xad\x1e\xbf\x4c\x94\xf3\x61\x50\xd5", 9);
    unsigned header = (unsigned)head[9] << 16 | (unsigned)head[10] << 8 | head[11];
    ck_assert_uint_eq(header >> 14, 0x0a5); /* 001 0100 1 0 1 */
    ck_assert_uint_eq(header >> 6 & 255, baseband_hec(0x2a1, 0x47));
    ck_assert_uint_eq(head[16], 0xdd); /* 11011 1 01 */
    struct bytes bytes = bytes_of(head, 17);
    ck_assert(baseband_decode(bytes, &back) && back.hec_holds);
    ck_assert(back.type == BASEBAND_DH1 && back.flow && !back.arqn && back.seqn);
    ck_assert_uint_eq(back.length, 27);
    ck_assert_str_eq(packet_label("baseband", bytes, 29, label), "DH1 1");
    head[10] ^= 0x80; /* ARQN */
    ck_assert(baseband_decode(bytes, &back) && !back.hec_holds);
}
END_TEST

static uint64_t run(int64_t type, int64_t forth, int64_t back, int64_t loss_ppb, uint64_t seed,
                    double *kbps, uint64_t *received)
{
    struct rig r;
    rig_init(&r);
    uint32_t a = rig_node(&r, "a", SCENARIO_HOST), b = rig_node(&r, "b", SCENARIO_HOST);
    rig_link(&r, a, b, 1000000, 0);
    for (int i = 0; i < 2; i++) {
        r.links[0].direction[i].loss = (struct loss){.kind = LOSS_CHANCE, .chance = loss_ppb};
    }
    struct scenario_traffic *t = rig_traffic(&r, "bluetooth-acl", a, b);
    rig_set(t, "frames", forth);
    rig_set(t, "frames-back", back);
    rig_set(t, "packet", type);
    r.sc.seed = seed;
    r.sc.stop = 1000 * SIM_S;
    rig_run(&r, true);
    const struct flow *f = &r.trace.flows[1];
    uint64_t delivered = f->delivered_bytes, wrong = f->faults[DELIVER_AGAIN] +
                                                     f->faults[DELIVER_OUT_OF_ORDER] +
                                                     f->faults[DELIVER_DAMAGED];
    *kbps = (double)delivered * 8 / ((double)(f->last_delivery - f->start) / 1e6);
    *received = 0;
    for (uint32_t n = 1; n <= r.trace.count; n++) { /* what the master's application got */
        const struct record *rec = trace_record(&r.trace, n);
        bool is_back = rec->kind == REC_DELIVER && r.trace.entities[rec->where].node == a;
        *received += is_back ? (uint64_t)rec->value : 0;
        wrong += is_back && rec->code != DELIVER_RIGHT;
    }
    rig_free(&r);
    ck_assert_uint_eq(wrong, 0);
    return delivered;
}

/* The specification's table of ACL packets: 172.8, 585.6 and 723.2 kbit/s one way; the slave's
 * NULLs take a slot. */
static const struct {
    int64_t type;
    unsigned data;
    double kbps;
} rates[] = {{0, 27, 172.8}, {1, 183, 585.6}, {2, 339, 723.2}};

START_TEST(the_rates_are_the_specifications)
{
    double kbps;
    uint64_t received;
    uint64_t n = run(rates[_i].type, 4000, 0, 0, 1, &kbps, &received);
    ck_assert_uint_eq(n, 4000 * rates[_i].data);
    ck_assert_double_eq_tol(kbps, rates[_i].kbps, rates[_i].kbps / 1000);
}
END_TEST

START_TEST(whatever_is_lost_all_arrives_once_and_in_order)
{
    double kbps;
    uint64_t received;
    ck_assert_uint_eq(run(_i % 3, 200, 150, 300000000, (uint64_t)_i + 1, &kbps, &received),
                      200 * rates[_i % 3].data);
    ck_assert_uint_eq(received, 150 * rates[_i % 3].data);
}
END_TEST

/* Two to the forty frames are the most that are counted, each way. */
START_TEST(frames_are_bounded)
{
    static const struct {
        const char *key;
        long long frames;
        bool is_good;
    } rows[] = {{"frames", 1LL << 40, true},
                {"frames", (1LL << 40) + 1, false},
                {"frames-back", 1LL << 40, true},
                {"frames-back", (1LL << 40) + 1, false}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct err err = {.lang = LANG_EN};
        struct scenario *sc = NULL;
        char text[200];
        snprintf(text, sizeof text,
                 "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\n"
                 "traffic: [{bluetooth-acl: {from: a, to: b, %s: %lld}}]\n",
                 rows[i].key, rows[i].frames);
        bool good = scenario_read_text("t.yaml", text, registry(), NULL, 0, &sc, &err);
        ck_assert_msg(good == rows[i].is_good, "%s: %lld", rows[i].key, rows[i].frames);
        scenario_free(sc);
        err_free(&err);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("bluetooth");
    TCase *c = tcase_create("baseband");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, the_header_check_is_the_specifications, 0,
                        (int)(sizeof hecs / sizeof *hecs));
    tcase_add_test(c, frames_are_bounded);
    tcase_add_test(c, the_payload_check_is_the_specifications);
    tcase_add_test(c, a_packet_stands_as_the_header_says);
    tcase_add_loop_test(c, the_rates_are_the_specifications, 0, 3);
    tcase_add_loop_test(c, whatever_is_lost_all_arrives_once_and_in_order, 0, 12);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
