/* Time, addresses, bytes, arena, randomness and streams of sim/base. */
#include "base/arena.h"
#include "base/fresh.h"
#include "base/bytes.h"
#include "base/draw.h"
#include "base/map.h"
#include "base/net.h"
#include "base/seq.h"
#include "base/simtime.h"
#include "base/stream_sum.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* One row = one sentence: .bytes at .rate_bps take .ns, a started nanosecond counting whole. */
static const struct {
    uint64_t bytes;
    int64_t rate_bps;
    sim_time ns;
} transmissions[] = {
    {0, 1000, 0},
    {1, 8, SIM_S},
    {1500, 10000000, 1200000},
    {1, 3, INT64_C(2666666667)}, /* 8/3 s = 2.666 666 666 6… s */
    {1, INT64_C(8000000001), 1}, /* 0.999… ns */
    {1, INT64_MAX, 1},
    {UINT64_C(4294967296), INT64_C(400000000000), 85899346},
    {UINT64_C(1152921504), 1, INT64_C(9223372032000000000)},
    {UINT64_C(1152921505), 1, SIM_NEVER}, /* 9 223 372 040 s do not fit */
    {UINT64_MAX, 1, SIM_NEVER},
    {UINT64_MAX, INT64_MAX, INT64_C(16000000001)}, /* 16 s and a bit of 2^64 - 1 over 2^63 - 1 */
};

START_TEST(transmission_time_is_rounded_up)
{
    ck_assert_int_eq(time_of_bytes(transmissions[_i].bytes, transmissions[_i].rate_bps),
                     transmissions[_i].ns);
}
END_TEST

START_TEST(time_never_overflows)
{
    ck_assert_int_eq(time_add(2, 3), 5);
    ck_assert_int_eq(time_add(SIM_NEVER - 1, 1), SIM_NEVER);
    ck_assert_int_eq(time_add(SIM_NEVER - 1, 2), SIM_NEVER);
    ck_assert_int_eq(time_add(SIM_NEVER, SIM_NEVER), SIM_NEVER);
    ck_assert_int_eq(time_add(0, SIM_NEVER), SIM_NEVER);
}
END_TEST

START_TEST(products_are_kept_whole_before_the_division)
{
    ck_assert_int_eq(muldiv(INT64_MAX, 1000000, 1000000), INT64_MAX);
    ck_assert_int_eq(muldiv(7, 3, 2), 10);
    ck_assert_int_eq(muldiv(SIM_S, 50, 1000000), 50000);
}
END_TEST

static const struct {
    sim_time t;
    const char *text;
} times[] = {
    {0, "0.000"},
    {1, "0.000000001"},
    {12500, "0.0000125"},
    {1150 * SIM_MS, "1.150"},
    {20 * SIM_S, "20.000"},
    {1234567891, "1.234567891"},
    {3600 * SIM_S + 10 * SIM_US, "3600.00001"},
    {SIM_NEVER, "9223372036.854775807"},
};

START_TEST(time_is_printed_exactly)
{
    char buf[32];
    ck_assert_str_eq(time_print(times[_i].t, buf), times[_i].text);
}
END_TEST

static const struct {
    const char *text;
    bool good;
    uint32_t ip;
} addresses[] = {
    {"10.0.0.1", true, 0x0a000001},
    {"0.0.0.0", true, 0},
    {"255.255.255.255", true, 0xffffffff},
    {"192.168.1.100", true, 0xc0a80164},
    {"256.0.0.1", false, 0},
    {"10.0.0", false, 0},
    {"10.0.0.1.2", false, 0},
    {"10.0.0.1 ", false, 0},
    {" 10.0.0.1", false, 0},
    {"10.0.0.01", false, 0},
    {"10..0.1", false, 0},
    {"10.0.0.", false, 0},
    {"10.0.0.1234", false, 0},
    {"10.0.0.99999999999", false, 0},
    {"10.0.0.-1", false, 0},
    {"a.b.c.d", false, 0},
    {"", false, 0},
};

START_TEST(dotted_decimal_is_read_strictly)
{
    uint32_t ip = 0;
    ck_assert_int_eq(ip_parse(addresses[_i].text, &ip), addresses[_i].good);
    if (addresses[_i].good) {
        char buf[16];
        ck_assert_uint_eq(ip, addresses[_i].ip);
        ck_assert_str_eq(ip_print(ip, buf), addresses[_i].text);
    }
}
END_TEST

/* RFC 9293 3.4: .b is .ahead of .a on the circle. */
static const struct {
    uint32_t a, b;
    int32_t ahead;
} circle[] = {
    {0, 1, 1},
    {1, 0, -1},
    {5, 5, 0},
    {0xffffffff, 0, 1},
    {0, 0xffffffff, -1},
    {0xfffffff0, 0x10, 32},
    {0, 0x7fffffff, INT32_MAX},
};

START_TEST(sequence_numbers_are_ordered_on_the_circle)
{
    seq32 a = seq(circle[_i].a), b = seq(circle[_i].b);
    int32_t ahead = circle[_i].ahead;
    ck_assert_int_eq(seq_diff(a, b), ahead);
    ck_assert_int_eq(seq_lt(a, b), ahead > 0);
    ck_assert_int_eq(seq_le(a, b), ahead >= 0);
    ck_assert_int_eq(seq_eq(a, b), ahead == 0);
    ck_assert(seq_eq(seq_add(a, (uint32_t)ahead), b));
}
END_TEST

START_TEST(a_view_is_clipped_to_what_it_views)
{
    struct bytes b = bytes_str("abcdef");
    ck_assert(bytes_equal(bytes_sub(b, 2, 3), bytes_str("cde")));
    ck_assert(bytes_equal(bytes_sub(b, 4, 9), bytes_str("ef")));
    ck_assert_uint_eq(bytes_sub(b, 6, 1).len, 0);
    ck_assert_uint_eq(bytes_sub(b, 7, SIZE_MAX).len, 0);
    ck_assert(bytes_equal(bytes_of(NULL, 0), bytes_str("")));
    ck_assert(!bytes_equal(bytes_str("ab"), bytes_str("ac")));
    ck_assert(!bytes_equal(bytes_str("ab"), bytes_str("abc")));
}
END_TEST

START_TEST(a_buffer_keeps_all_that_was_appended)
{
    struct buf b = {0};
    ck_assert_str_eq(buf_cstr(&b), "");
    for (int i = 0; i < 1000; i++) {
        buf_printf(&b, "%d,", i);
    }
    ck_assert_uint_eq(b.len, 10 * 2 + 90 * 3 + 900 * 4);
    ck_assert(bytes_equal(bytes_of(b.data, 6), bytes_str("0,1,2,")));
    ck_assert_str_eq(buf_cstr(&b) + b.len - 8, "998,999,");
    buf_clear(&b);
    buf_char(&b, 'x');
    buf_str(&b, "yz");
    buf_add(&b, bytes_of(NULL, 0));
    ck_assert_str_eq(buf_cstr(&b), "xyz");
    ck_assert_uint_eq(b.len, 3);
    buf_free(&b);
    ck_assert_ptr_null(b.data);
    ck_assert_uint_eq(b.cap, 0);
}
END_TEST

START_TEST(numbers_are_big_endian_on_the_wire)
{
    uint8_t wire[4];
    put_u32(wire, 0x0a0bfffe);
    ck_assert(bytes_equal(bytes_of(wire, 4), bytes_str("\x0a\x0b\xff\xfe")));
    ck_assert_uint_eq(get_u32(wire), 0x0a0bfffe);
    ck_assert_uint_eq(get_u16(wire + 2), 0xfffe);
    put_u16(wire, 0x12345);
    ck_assert_uint_eq(get_u16(wire), 0x2345);
}
END_TEST

static bool is_filled(const uint8_t *place, size_t size, uint8_t with)
{
    size_t i = 0;
    while (i < size && place[i] == with) {
        i++;
    }
    return i == size;
}

START_TEST(an_arena_gives_zeroed_aligned_room_that_does_not_move)
{
    static const size_t sizes[] = {0, 1, 15, 16, 17, 4096, 65536, 65537, 1000000, 3, 0, 60000};
    enum { COUNT = sizeof sizes / sizeof *sizes };
    struct arena a = {0};
    uint8_t *places[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        places[i] = arena_alloc(&a, sizes[i]);
        ck_assert_uint_eq((uintptr_t)places[i] % 16, 0);
        ck_assert(is_filled(places[i], sizes[i], 0));
        memset(places[i], (int)i + 1, sizes[i]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        ck_assert(is_filled(places[i], sizes[i], (uint8_t)(i + 1)));
    }
    arena_free(&a);
    ck_assert_ptr_null(a.chunks);
}
END_TEST

/* Sizes as the trace asks for them: what is never touched costs nothing, and yet address space is
 * bounded by what was asked for. */
START_TEST(fresh_memory_does_not_move_and_is_at_most_doubled)
{
    enum { COUNT = 300 };
    struct fresh f = {0};
    uint8_t *places[COUNT];
    size_t asked = 0;
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 7 == 0 ? 200003 : i % 5 == 0 ? 1 : 262144;
        places[i] = fresh_alloc(&f, size);
        ck_assert_uint_eq((uintptr_t)places[i] % 64, 0);
        memset(places[i], (int)(i % 251) + 1, size);
        asked += size;
        ck_assert_uint_le(f.total, 3 * asked + (1u << 20));
    }
    for (size_t i = 0; i < COUNT; i++) {
        size_t size = i % 7 == 0 ? 200003 : i % 5 == 0 ? 1 : 262144;
        ck_assert(is_filled(places[i], size, (uint8_t)(i % 251 + 1)));
    }
    fresh_free(&f);
    ck_assert_ptr_null(f.blocks);
    ck_assert_uint_eq(f.total, 0);
}
END_TEST

START_TEST(one_large_piece_of_fresh_memory_has_a_block_of_its_own)
{
    struct fresh f = {0};
    const size_t size = (size_t)40 << 20;
    uint8_t *place = fresh_alloc(&f, size);
    place[0] = place[size - 1] = 1;
    ck_assert_uint_eq(f.total, size);
    ck_assert_uint_eq(f.count, 1);
    fresh_free(&f);
}
END_TEST

START_TEST(an_arena_copies_text)
{
    struct arena a = {0};
    ck_assert_str_eq(arena_strdup(&a, "slow"), "slow");
    ck_assert_str_eq(arena_strndup(&a, "wire and more", 4), "wire");
    ck_assert_str_eq(arena_strndup(&a, "x", 0), "");
    ck_assert_str_eq(arena_printf(&a, "%s-%d", "frame", 7), "frame-7");
    arena_free(&a);
}
END_TEST

/* The first outputs of splitmix64 from state 0, as its author published them. */
START_TEST(the_hash_is_splitmix64)
{
    ck_assert_uint_eq(hash_mix(0, 0), UINT64_C(0xe220a8397b1dcdaf));
    ck_assert_uint_eq(hash_mix(0, 1), UINT64_C(0x6e789e6aa1b965f4));
    ck_assert_uint_eq(hash_mix(0, 2), UINT64_C(0x06c45d188009454f));
}
END_TEST

START_TEST(a_draw_depends_on_each_part_of_its_key)
{
    struct dice d = dice_make(7, "client");
    uint64_t base = draw(&d, DRAW_LOSS, 3);
    struct dice same = dice_make(7, "client"), other_seed = dice_make(8, "client"),
                other_name = dice_make(7, "cliens");
    ck_assert_uint_eq(draw(&same, DRAW_LOSS, 3), base);
    ck_assert_uint_ne(draw(&other_seed, DRAW_LOSS, 3), base);
    ck_assert_uint_ne(draw(&other_name, DRAW_LOSS, 3), base);
    ck_assert_uint_ne(draw(&d, DRAW_JITTER, 3), base);
    ck_assert_uint_ne(draw(&d, DRAW_LOSS, 4), base);
    ck_assert_uint_ne(draw_long(&d, DRAW_LOSS, 3, 0), draw_long(&d, DRAW_LOSS, 3, 1));
    ck_assert_uint_ne(draw_long(&d, DRAW_LOSS, 3, 1), draw_long(&d, DRAW_LOSS, 1, 3));
    ck_assert_uint_ne(draw_long(&d, DRAW_LOSS, 0, 0),
                      draw_long(&d, DRAW_LOSS, UINT64_C(1) << 32, 0));
}
END_TEST

/* Chi-square over 256 cells, 255 degrees of freedom: 330.5 is the 99.9 % point, 190.9 the 0.1 %. */
static void assert_uniform(const unsigned cells[256], double expected)
{
    double sum = 0;
    for (int i = 0; i < 256; i++) {
        double off = cells[i] - expected;
        sum += off * off / expected;
    }
    ck_assert_double_gt(sum, 190.9);
    ck_assert_double_lt(sum, 330.5);
}

START_TEST(draws_are_uniform)
{
    struct dice d = dice_make((uint64_t)_i, "link");
    unsigned high[256] = {0}, low[256] = {0}, below[256] = {0};
    enum { DRAWS = 65536 };
    for (uint32_t n = 0; n < DRAWS; n++) {
        uint64_t bits = draw(&d, DRAW_LOSS, n);
        high[bits >> 56]++;
        low[bits & 255]++;
        below[draw_below(bits, 256 * 1000) / 1000]++;
    }
    assert_uniform(high, DRAWS / 256.0);
    assert_uniform(low, DRAWS / 256.0);
    assert_uniform(below, DRAWS / 256.0);
}
END_TEST

START_TEST(a_draw_stays_below_its_range)
{
    ck_assert_uint_eq(draw_below(0, 10), 0);
    ck_assert_uint_eq(draw_below(UINT64_MAX, 10), 9);
    ck_assert_uint_eq(draw_below(UINT64_MAX, 1), 0);
    ck_assert_uint_eq(draw_below(UINT64_MAX, UINT64_MAX), UINT64_MAX - 1);
    ck_assert_uint_eq(draw_below(UINT64_C(1) << 63, 10), 5);
}
END_TEST

START_TEST(a_chance_is_met_as_often_as_it_says)
{
    struct dice d = dice_make(1, "wire");
    int met = 0;
    enum { DRAWS = 100000 };
    for (uint32_t n = 0; n < DRAWS; n++) {
        met += draw_chance(draw(&d, DRAW_LOSS, n), 50000000); /* 5 % */
    }
    ck_assert_int_gt(met, 5000 - 228); /* 3.3 standard deviations of sqrt(100000 · 0.05 · 0.95) */
    ck_assert_int_lt(met, 5000 + 228);
    ck_assert_int_eq(draw_chance(0, 0), 0);
    ck_assert_int_eq(draw_chance(UINT64_MAX, 1000000000), 1);
    ck_assert_int_eq(draw_chance(UINT64_MAX, 999999999), 0);
}
END_TEST

START_TEST(a_stream_gives_the_same_bytes_by_offset)
{
    struct streams s = {0};
    uint32_t pattern = stream_add_pattern(&s, 99), twin = stream_add_pattern(&s, 99),
             other = stream_add_pattern(&s, 98);
    struct buf whole = {0}, part = {0};
    span_read(&s, (struct span){0, pattern, 100}, &whole);
    span_read(&s, (struct span){13, pattern, 30}, &part);
    ck_assert_uint_eq(whole.len, 100);
    ck_assert(bytes_equal(bytes_of(part.data, 30), bytes_of(whole.data + 13, 30)));
    uint64_t word = hash_mix(99, 1);
    ck_assert_uint_eq(whole.data[8], word & 255);
    ck_assert_uint_eq(whole.data[15], word >> 56);
    ck_assert(span_equal(&s, (struct span){13, pattern, 30},
                         (struct span){0, stream_add_bytes(&s, bytes_of(part.data, 30)), 30}));
    ck_assert(span_equal(&s, (struct span){5, pattern, 50}, (struct span){5, twin, 50}));
    ck_assert(!span_equal(&s, (struct span){5, pattern, 50}, (struct span){6, twin, 50}));
    ck_assert(!span_equal(&s, (struct span){5, pattern, 50}, (struct span){5, other, 50}));
    ck_assert(!span_equal(&s, (struct span){5, pattern, 50}, (struct span){5, pattern, 49}));
    buf_free(&whole);
    buf_free(&part);
    streams_free(&s);
}
END_TEST

/* By hand: the words of the first lap, each 16 of their bits 27 947 higher for each lap in one's
 * complement. */
static uint8_t pattern_byte(uint64_t key, uint64_t at)
{
    uint64_t word = hash_mix(key, at / 8 % 8191), more = at / 8 / 8191 % 65535 * 27947 % 65535;
    uint64_t lane = (word >> (at % 8 / 2 * 16) & 0xffff) + more;
    lane = lane > 0xffff ? lane - 0xffff : lane;
    return (uint8_t)(at % 2 ? lane >> 8 : lane);
}

static const struct span pieces[] = {
    {0, 1, 0},
    {0, 1, 1},
    {7, 1, 1},
    {3, 1, 4},
    {5, 1, 3},
    {5, 1, 4},
    {0, 1, 8},
    {1, 1, 1460},
    {1460, 1, 1460},
    {11, 1, 1461},
    {65520, 1, 16},
    {65528, 1, 8},
    {65521, 1, 1460},
    {131050, 1, 13},
    {131055, 1, 3},
    {65528 * 3 + 5, 1, 65528 * 2 + 9},
    {65527, 1, 2},
    {65528, 1, 65528},
    {65529, 1, 65527},
    {UINT64_C(65528) * 65534 + 1, 1, 70000},
    {UINT64_C(65528) * 65535, 1, 1460}, /* from here on the bytes come again */
    {UINT64_C(1) << 40, 1, 1460},
};

START_TEST(a_generated_stream_differs_from_lap_to_lap)
{
    struct streams s = {0};
    struct buf out = {0};
    stream_add_pattern(&s, 99);
    span_read(&s, pieces[_i], &out);
    ck_assert_uint_eq(out.len, pieces[_i].len);
    for (uint32_t i = 0; i < out.len; i++) {
        ck_assert_uint_eq(out.data[i], pattern_byte(99, pieces[_i].at + i));
    }
    struct span real = {0, stream_add_bytes(&s, bytes_of(out.data, out.len)), pieces[_i].len};
    struct span later = {pieces[_i].at + 8 * STREAM_LAP, 1, pieces[_i].len};
    ck_assert(span_equal(&s, pieces[_i], real));
    ck_assert(pieces[_i].len < 8 || !span_equal(&s, pieces[_i], later));
    buf_free(&out);
    streams_free(&s);
}
END_TEST

/* As RFC 1071 says it: pairs of bytes, the first one high, carries come round. */
static uint32_t plain_sum(const struct streams *s, struct span span)
{
    struct buf out = {0};
    uint32_t sum = 0;
    span_read(s, span, &out);
    for (uint32_t i = 0; i < out.len; i++) {
        sum += i % 2 ? out.data[i] : (uint32_t)out.data[i] << 8;
        sum = (sum & 0xffff) + (sum >> 16);
    }
    buf_free(&out);
    return sum;
}

/* Generated with a table and without, real, repeated, still growing. */
START_TEST(a_sum_is_that_of_the_bytes)
{
    enum { REAL = 2, REPEATING, GROWING, WITHOUT_TABLE = 1500 };
    struct streams s = {0};
    struct stream_sums sums = {0};
    struct buf text = {0};
    for (int i = 0; i < 3001; i++) {
        buf_char(&text, (char)(i * 7 + i / 256));
    }
    struct bytes all = bytes_of(text.data, text.len);
    stream_add_pattern(&s, 99);
    stream_add_bytes(&s, all);
    stream_add_repeating(&s, all);
    stream_append(&s, stream_add_growing(&s), all);
    while (s.count < WITHOUT_TABLE) {
        stream_add_pattern(&s, s.count);
    }
    static const uint32_t asked[] = {1, REAL, REPEATING, GROWING, WITHOUT_TABLE};
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        struct span span = pieces[_i];
        span.stream = asked[i];
        span.at = i == 0 || i == 4 ? span.at : span.at % 1500;
        ck_assert_uint_eq(span_sum(&sums, &s, span) % 0xffff, plain_sum(&s, span) % 0xffff);
    }
    stream_sums_free(&sums);
    streams_free(&s);
    buf_free(&text);
}
END_TEST

START_TEST(a_stream_of_real_bytes_is_copied_in)
{
    struct streams s = {0};
    char text[] = "hello, wire";
    uint32_t numbers[40];
    for (int i = 0; i < 40; i++) {
        numbers[i] = stream_add_bytes(&s, bytes_str(text));
        ck_assert_uint_eq(numbers[i], (unsigned)i + 1);
    }
    memset(text, '#', sizeof text - 1);
    struct buf out = {0};
    span_read(&s, span_sub((struct span){0, numbers[39], 11}, 7, 4), &out);
    span_read(&s, (struct span){0}, &out);
    ck_assert_str_eq(buf_cstr(&out), "wire");
    ck_assert(span_equal(&s, (struct span){7, numbers[0], 4}, (struct span){7, numbers[9], 4}));
    ck_assert(span_equal(&s, (struct span){0}, (struct span){3, numbers[1], 0}));
    buf_free(&out);
    streams_free(&s);
}
END_TEST

START_TEST(a_map_keeps_what_was_put)
{
    enum { KEYS = 5000 };
    struct map m = {0};
    ck_assert_uint_eq(map_get(&m, 7), 0);
    for (uint64_t i = 0; i < KEYS; i++) {
        uint64_t *value = map_put(&m, i << 32);
        ck_assert_uint_eq(*value, 0);
        *value = i + 1;
    }
    ck_assert_uint_eq(m.count, KEYS);
    for (uint64_t i = 0; i < KEYS; i++) {
        ck_assert_uint_eq(map_get(&m, i << 32), i + 1);
        ck_assert_uint_eq(*map_put(&m, i << 32), i + 1);
        ck_assert_uint_eq(map_get(&m, (i << 32) + 1), 0);
    }
    ck_assert_uint_eq(m.count, KEYS);
    map_free(&m);
    ck_assert_uint_eq(map_get(&m, 0), 0);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

int main(void)
{
    Suite *suite = suite_create("base");
    TCase *c = tcase_create("base");
    tcase_add_loop_test(c, transmission_time_is_rounded_up, 0, ROWS(transmissions));
    tcase_add_test(c, time_never_overflows);
    tcase_add_test(c, products_are_kept_whole_before_the_division);
    tcase_add_loop_test(c, time_is_printed_exactly, 0, ROWS(times));
    tcase_add_loop_test(c, dotted_decimal_is_read_strictly, 0, ROWS(addresses));
    tcase_add_loop_test(c, sequence_numbers_are_ordered_on_the_circle, 0, ROWS(circle));
    tcase_add_test(c, a_view_is_clipped_to_what_it_views);
    tcase_add_test(c, a_buffer_keeps_all_that_was_appended);
    tcase_add_test(c, numbers_are_big_endian_on_the_wire);
    tcase_add_test(c, an_arena_gives_zeroed_aligned_room_that_does_not_move);
    tcase_add_test(c, fresh_memory_does_not_move_and_is_at_most_doubled);
    tcase_add_test(c, one_large_piece_of_fresh_memory_has_a_block_of_its_own);
    tcase_add_test(c, an_arena_copies_text);
    tcase_add_test(c, the_hash_is_splitmix64);
    tcase_add_test(c, a_draw_depends_on_each_part_of_its_key);
    tcase_add_loop_test(c, draws_are_uniform, 0, 8);
    tcase_add_test(c, a_draw_stays_below_its_range);
    tcase_add_test(c, a_chance_is_met_as_often_as_it_says);
    tcase_add_test(c, a_stream_gives_the_same_bytes_by_offset);
    tcase_add_loop_test(c, a_generated_stream_differs_from_lap_to_lap, 0, ROWS(pieces));
    tcase_add_loop_test(c, a_sum_is_that_of_the_bytes, 0, ROWS(pieces));
    tcase_add_test(c, a_stream_of_real_bytes_is_copied_in);
    tcase_add_test(c, a_map_keeps_what_was_put);
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
