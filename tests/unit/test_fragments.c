/* Fragments: the bookkeeping of pieces against a naive one that looks at every byte, and whole runs
 * in which everything that arrives was sent, whatever the MTUs, the losses and the order. */
#include "base/draw.h"
#include "base/os.h"
#include "wire/assembly.h"
#include "wire/checksum.h"
#include "wire/ipv4.h"
#include "world_check.h"

#include <string.h>

struct naive {
    uint32_t owner[ASSEMBLY_MAX + 1]; /* by byte: 1 + index of the piece; 0: missing */
    struct assembly_piece pieces[64];
    bool last[64];
    uint32_t count, end;
};

static enum assembly_result naive_add(struct naive *n, struct assembly_piece p, bool is_last)
{
    uint32_t bytes = 0;
    for (uint32_t i = 0; i < n->count; i++) {
        if (n->pieces[i].from == p.from && n->pieces[i].to == p.to && n->last[i] == is_last) {
            return ASSEMBLY_KNOWN;
        }
    }
    bool bad = p.from >= p.to || p.to > ASSEMBLY_MAX || p.from % 8 || (!is_last && p.to % 8);
    for (uint32_t at = p.from; !bad && at < p.to; at++) {
        bad = n->owner[at] != 0;
    }
    for (uint32_t i = 0; i < n->count && !bad; i++) {
        bad = (is_last && (n->pieces[i].to > p.to || n->last[i])) ||
              (n->last[i] && p.to > n->pieces[i].to);
    }
    if (bad) {
        return ASSEMBLY_SPOILT;
    }
    for (uint32_t at = p.from; at < p.to; at++) {
        n->owner[at] = n->count + 1;
    }
    n->last[n->count] = is_last;
    n->pieces[n->count++] = p;
    n->end = is_last ? p.to : n->end;
    for (uint32_t at = 0; at < n->end; at++) {
        bytes += n->owner[at] != 0;
    }
    return n->end && bytes == n->end ? ASSEMBLY_WHOLE : ASSEMBLY_WAITS;
}

static uint32_t below(const struct dice *d, uint32_t n, uint32_t range)
{
    return (uint32_t)draw_below(draw(d, 1, n), range);
}

/* Pieces of a short datagram in any order, some twice, some that overlap or lie about the end. */
START_TEST(pieces_are_kept_like_a_naive_reassembler_keeps_them)
{
    unsigned whole = 0, spoilt = 0, known = 0;
    for (unsigned round = 0; round < 3000; round++) {
        struct dice d = dice_make(round, "fragments");
        struct assembly a = {0};
        struct naive *n = os_alloc(sizeof *n);
        uint32_t size = 8 * (1 + below(&d, 1, 8)), draws = 2;
        for (uint32_t k = 0; k < 24; k++) {
            uint32_t from = 8 * below(&d, draws, size / 8), len = 8 * (1 + below(&d, draws + 1, 3));
            bool is_odd = below(&d, draws + 2, 40) == 0;
            struct assembly_piece p = {from, from + len + is_odd, k};
            p.to = p.to > size && !is_odd ? size : p.to;
            bool is_last = p.to == size || below(&d, draws + 3, 60) == 0;
            draws += 4;
            enum assembly_result expected = naive_add(n, p, is_last);
            ck_assert_int_eq(assembly_add(&a, p, is_last), expected);
            whole += expected == ASSEMBLY_WHOLE;
            spoilt += expected == ASSEMBLY_SPOILT;
            known += expected == ASSEMBLY_KNOWN;
            if (expected == ASSEMBLY_WHOLE) {
                break;
            }
        }
        assembly_free(&a);
        free(n);
    }
    ck_assert_uint_gt(whole, 100); /* each case was met */
    ck_assert_uint_gt(spoilt, 1000);
    ck_assert_uint_gt(known, 1000);
}
END_TEST

static const struct {
    struct assembly_piece first;
    bool first_is_last;
    struct assembly_piece second;
    bool second_is_last;
    enum assembly_result result;
} pairs[] = {
    {{0, 8, 1}, false, {8, 12, 2}, true, ASSEMBLY_WHOLE},
    {{8, 12, 1}, true, {0, 8, 2}, false, ASSEMBLY_WHOLE},
    {{0, 8, 1}, false, {16, 24, 2}, false, ASSEMBLY_WAITS},
    {{0, 8, 1}, false, {0, 8, 2}, false, ASSEMBLY_KNOWN},
    {{0, 16, 1}, false, {8, 24, 2}, true, ASSEMBLY_SPOILT},       /* teardrop */
    {{0, 24, 1}, false, {8, 16, 2}, false, ASSEMBLY_SPOILT},      /* inside another */
    {{16, 20, 1}, true, {24, 32, 2}, false, ASSEMBLY_SPOILT},     /* behind the end */
    {{16, 20, 1}, true, {24, 28, 2}, true, ASSEMBLY_SPOILT},      /* two ends */
    {{0, 8, 1}, false, {8, 13, 2}, false, ASSEMBLY_SPOILT},       /* no multiple of 8 */
    {{0, 8, 1}, false, {65528, 65544, 2}, true, ASSEMBLY_SPOILT}, /* ping of death */
    {{0, 8, 1}, false, {8, 8, 2}, true, ASSEMBLY_SPOILT},         /* empty */
    {{0, 8, 1}, false, {0, 8, 2}, true, ASSEMBLY_SPOILT},         /* the same, but the end */
};

START_TEST(two_pieces)
{
    struct assembly a = {0};
    assembly_add(&a, pairs[_i].first, pairs[_i].first_is_last);
    ck_assert_int_eq(assembly_add(&a, pairs[_i].second, pairs[_i].second_is_last),
                     pairs[_i].result);
    assembly_free(&a);
}
END_TEST

/* a - R1 - R2 - b with MTUs drawn anew for each direction, loss, reordering and copies: what
 * arrives is whole, and the figures add up (rig_run_checked). */
START_TEST(whatever_is_cut_is_whole_again_or_not_there)
{
    uint64_t delivered = 0, sent = 0;
    for (unsigned round = 0; round < 60; round++) {
        struct rig r;
        struct dice d = dice_make(round, "mtus");
        rig_init(&r);
        rig_node(&r, "a", SCENARIO_HOST);
        rig_node(&r, "b", SCENARIO_HOST);
        rig_node(&r, "R1", SCENARIO_ROUTER);
        rig_node(&r, "R2", SCENARIO_ROUTER);
        const uint32_t ways[][2] = {{0, 2}, {2, 3}, {3, 1}};
        for (uint32_t i = 0; i < 3; i++) {
            rig_link(&r, ways[i][0], ways[i][1], 1000000, SIM_MS);
            for (uint32_t side = 0; side < 2; side++) {
                struct scenario_direction *s = &r.links[i].direction[side];
                s->mtu = 68 + below(&d, 4 * i + side, 1500);
                s->queue_packets = 1000;
                if (round % 2) {
                    s->loss = (struct loss){.kind = LOSS_CHANCE, .chance = 20000000};
                    s->reorder_chance = 300000000;
                    s->reorder_by = 5 * SIM_MS;
                    s->duplicate = 100000000;
                }
            }
        }
        rig_udp(&r, 0, 1, 1 + below(&d, 40, 4000), 8, SIM_S);
        rig_run_checked(&r);
        sent += r.trace.flows[1].bytes;
        delivered += r.trace.flows[1].delivered_bytes;
        if (round % 2 == 0) {
            ck_assert_uint_eq(r.trace.flows[1].delivered_bytes, r.trace.flows[1].bytes);
        }
        rig_free(&r);
    }
    ck_assert_uint_gt(delivered, sent / 2);
}
END_TEST

/* RFC 1624 against a checksum made anew, for every word of a header and many values. */
START_TEST(a_checksum_follows_a_changed_word)
{
    for (unsigned round = 0; round < 5000; round++) {
        struct dice d = dice_make(round, "checksum");
        uint8_t data[20];
        for (unsigned i = 0; i < sizeof data; i++) {
            data[i] = (uint8_t)(below(&d, 100 + i, 8) ? below(&d, i, 256) : 255 * (round & 1));
        }
        put_u16(data + 10, 0);
        put_u16(data + 10, checksum_of(bytes_of(data, sizeof data)));
        unsigned at = 2 * below(&d, 50, 10);
        uint16_t before = get_u16(data + at), after = (uint16_t)below(&d, 51, 65536);
        if (at == 10) {
            continue;
        }
        put_u16(data + at, after);
        put_u16(data + 10, checksum_adjust(get_u16(data + 10), before, after));
        ck_assert_uint_eq(checksum_of(bytes_of(data, sizeof data)), 0);
    }
}
END_TEST

int main(void)
{
    Suite *s = suite_create("fragments");
    TCase *t = tcase_create("pieces");
    tcase_set_timeout(t, 120);
    tcase_add_test(t, pieces_are_kept_like_a_naive_reassembler_keeps_them);
    tcase_add_loop_test(t, two_pieces, 0, (int)(sizeof pairs / sizeof *pairs));
    tcase_add_test(t, whatever_is_cut_is_whole_again_or_not_there);
    tcase_add_test(t, a_checksum_follows_a_changed_word);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
