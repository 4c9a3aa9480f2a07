/* Declared protocols: frames that others have published, checks of the catalogue of CRCs, streams
 * cut at every possible place, and what is wrong with a frame. */
#include "unit/framed_rig.h"

#include <stdio.h>

/* ---- frames of JT/T 905 and 808 ---- */

/* From the tests and pages of public implementations (JT905 and JT808 of SmallChi): the bytes, and
 * what they say there. */
static const struct {
    const char *hex, *message, *fields;
} known[] = {
    {"7E02000023103456789012007D02000000010000000200BA7F0E07E4F11C003C00211015211010010400000064020"
     "202"
     "007D01347E",
     NULL, NULL}, /* spoilt by a byte too many: see below */
    {"7E02000023103456789012007D02000000010000000200BA7F0E07E4F11C003C00211015211010010400000064020"
     "2"
     "007D01347E",
     "position",
     "id=0x0200 length=35 isu=103456789012 serial=126 alarm=1 status=2 latitude=12222222 "
     "longitude=132444444 speed=60 direction=0 time=211015211010 more=0104000000640202007d"},
    {"7E8001000510800000031600000064020000677E", "platform-answer",
     "id=0x8001 length=5 isu=108000000316 serial=0 answered=100 answered-id=0x0200 result=0"},
    {"7E80010005012345678900000A0064020000617E", "platform-answer",
     "id=0x8001 length=5 isu=012345678900 serial=10 answered=100 answered-id=0x0200 result=0"},
    {"7E00020000012345678900000A817E", "heartbeat",
     "id=0x0002 length=0 isu=012345678900 serial=10"},
    {"7E00020000040021679287002B7D027E", "heartbeat", /* its check is 7e itself */
     "id=0x0002 length=0 isu=040021679287 serial=43"},
    {"7E0001000501234567890004B303E8000200D37E", "terminal-answer",
     "id=0x0001 length=5 isu=012345678900 serial=1203 answered=1000 answered-id=0x0002 result=0"},
    {"7E010200090123456789003039343536313231313131BE7E", "authenticate",
     "id=0x0102 length=9 isu=012345678900 serial=12345 code=456121111"},
    {"7E81000009012345678900000A006400313233343536687E", "register-answer",
     "id=0x8100 length=9 isu=012345678900 serial=10 answered=100 result=0 code=123456"},
    {"7E0100002D000123456789000A002800323132333400736D616C6C636869313233000000000000000000434849313"
     "23"
     "30001D4C14131323334358A7E",
     "register",
     "id=0x0100 length=45 isu=000123456789 serial=10 province=40 city=50 maker=1234 "
     "model=smallchi123 "
     "terminal=CHI123 colour=1 plate=d4c1413132333435"},
};

static void print_fields(const struct framed *p, const struct framed_frame *f, struct buf *out)
{
    const struct framed_field *field;
    struct bytes value;
    for (uint32_t i = 0; (field = framed_field(p, f, i, &value)) != NULL; i++) {
        buf_printf(out, "%s%s=", i ? " " : "", field->name);
        framed_value_print(field, value, out);
    }
}

/* The frame once more, from what it says. */
static void claim_written(const struct framed *p, const struct framed_frame *f, struct bytes wire)
{
    struct framed_value values[32];
    struct framed_say s = {.message = f->message, .values = values};
    const struct framed_field *field;
    struct buf again = {0}, a = {0}, b = {0};
    struct bytes value;
    for (uint32_t i = 0; (field = framed_field(p, f, i, &value)) != NULL; i++) {
        bool is_own = field->role == FRAMED_LENGTH || field->role == FRAMED_ID;
        if (!is_own) {
            values[s.value_count++] = (struct framed_value){field, value};
        }
    }
    framed_write(p, &s, &again);
    to_hex(bytes_of(again.data, again.len), &a);
    to_hex(wire, &b);
    ck_assert_str_eq(buf_cstr(&a), buf_cstr(&b));
    buf_free(&again);
    buf_free(&a);
    buf_free(&b);
}

START_TEST(published_frames_are_read_and_written)
{
    struct scenario *sc = declare("protocols:\n" TAXI);
    const struct framed *p = &sc->protocols[0];
    struct buf wire = {0}, said = {0};
    struct framed_frame f = {0};
    size_t used;
    unhex(known[_i].hex, &wire);
    enum framed_read found = framed_parse(p, bytes_of(wire.data, wire.len), &f, &used);
    if (!known[_i].message) {
        ck_assert_int_ne(found, FRAMED_WHOLE);
    } else {
        ck_assert_int_eq(found, FRAMED_WHOLE);
        ck_assert_uint_eq(used, wire.len);
        ck_assert_str_eq(f.message->key, known[_i].message);
        print_fields(p, &f, &said);
        ck_assert_str_eq(buf_cstr(&said), known[_i].fields);
        claim_written(p, &f, bytes_of(wire.data, wire.len));
    }
    framed_frame_free(&f);
    buf_free(&wire);
    buf_free(&said);
    scenario_free(sc);
}
END_TEST

/* ---- checks ---- */

/* Of "123456789": the check values of the catalogue of parametrised CRCs; XOR and sum by hand. */
static const struct {
    enum framed_check check;
    uint32_t value;
} checks[] = {
    {FRAMED_XOR8, 0x31},
    {FRAMED_SUM8, 0xdd},
    {FRAMED_CRC16_CCITT_FALSE, 0x29b1},
    {FRAMED_CRC16_XMODEM, 0x31c3},
    {FRAMED_CRC16_KERMIT, 0x2189},
    {FRAMED_CRC16_X25, 0x906e},
    {FRAMED_CRC16_MODBUS, 0x4b37},
    {FRAMED_CRC16_ARC, 0xbb3d},
    {FRAMED_CRC32, 0xcbf43926},
};

START_TEST(checks_have_the_values_of_the_catalogue)
{
    ck_assert_uint_eq(framed_check_of(checks[_i].check, bytes_str("123456789")), checks[_i].value);
}
END_TEST

/* ---- frames by hand ---- */

#define MESSAGE "    messages: {hello: {body: {words: bytes}}}\n"
/* One row, one way to pack the body 7d 7e 03 (and no header but where it is said). */
static const struct {
    const char *frame, *hex;
} packed[] = {
    {"    frame: {start: 7e, end: 7e, escapes: {7e: 7d 5e, 7d: 7d 5d}}\n    check: crc16-x25\n",
     /* CRCs of 7d 7e 03, here and below: a bit at a time in another language */
     "7e 7d5d 7d5e 03 e124 7e"},
    {"    frame: {start: 02, end: 10 03, escapes: {10: 10 10}}\n", "02 7d7e03 1003"},
    {"    frame: {delimiter: 0d 0a}\n", "7d7e03 0d0a"},
    {"    frame: {length: {width: 2}}\n", "0003 7d7e03"},
    {"    frame: {length: {width: 2, order: little}}\n", "0300 7d7e03"},
    {"    frame: {length: {width: 2, counts: after}}\n    check: sum8\n", "0004 7d7e03 02"},
    {"    frame: {start: aa 55, length: {width: 1, counts: frame}}\n    check: sum8\n",
     "aa55 07 7d7e03 05"},
    {"    frame: {length: {width: 1}}\n    check: {kind: xor8, over: body}\n", "03 7d7e03 00"},
    {"    frame: {start: 7e, end: 7e, escapes: {7e: 7d 02, 7d: 7d 01}}\n"
     "    check: {kind: xor8, over: frame}\n",
     /* 7e ^ 7d ^ 7e ^ 03 = 7e, which is escaped */
     "7e 7d01 7d02 03 7d02 7e"},
    {"    frame: {start: 7e, end: 7e, escapes: {7e: 7d 02, 7d: 7d 01}}\n"
     "    check: {kind: xor8, over: content, made: after-escaping}\n",
     /* 7d ^ 01 ^ 7d ^ 02 ^ 03 = 00 */
     "7e 7d01 7d02 03 00 7e"},
    {"    frame: {start: 7e, end: 7e, escapes: {7e: 7d 02, 7d: 7d 01}}\n"
     "    check: {kind: sum8, over: body, made: after-escaping}\n"
     "    header: {mark: {type: uint 1, value: 0x7e}}\n",
     "7e 7d02 7d01 7d02 03 00 7e"},
    {"    frame: {length: {width: 1}}\n    check: {kind: crc16-modbus, over: body, order: "
     "little}\n",
     "03 7d7e03 8079"},
    {"    frame: {length: header}\n    header: {kind: {type: uint 1, constant: 9}, size: {type: "
     "uint 2, holds: length}}\n",
     "09 0003 7d7e03"},
};

START_TEST(frames_are_packed_as_by_hand)
{
    struct buf text = {0}, out = {0}, hex = {0}, want = {0}, bytes = {0};
    struct framed_frame f = {0};
    struct bytes body = {0};
    size_t used;
    buf_printf(&text, "protocols:\n  p:\n%s" MESSAGE, packed[_i].frame);
    struct scenario *sc = declare(buf_cstr(&text));
    const struct framed *p = &sc->protocols[0];
    const struct framed_message *m = &p->messages[0];
    static const uint8_t content[] = {0x7d, 0x7e, 0x03};
    struct framed_value value = {&m->fields[0], {content, sizeof content}};
    framed_write(p, &(struct framed_say){.message = m, .values = &value, .value_count = 1}, &out);
    to_hex(bytes_of(out.data, out.len), &hex);
    unhex(packed[_i].hex, &bytes);
    to_hex(bytes_of(bytes.data, bytes.len), &want);
    ck_assert_str_eq(buf_cstr(&hex), buf_cstr(&want));
    ck_assert_int_eq(framed_parse(p, bytes_of(out.data, out.len), &f, &used), FRAMED_WHOLE);
    ck_assert_uint_eq(used, out.len);
    ck_assert(framed_field(p, &f, p->header_count, &body) == &m->fields[0]);
    ck_assert(bytes_equal(body, bytes_of(content, sizeof content)));
    framed_frame_free(&f);
    buf_free(&text);
    buf_free(&out);
    buf_free(&hex);
    buf_free(&want);
    buf_free(&bytes);
    scenario_free(sc);
}
END_TEST

/* ---- streams ---- */

#define HEARTBEAT "7E00020000012345678900000A817E"
#define ANSWER    "7E80010005012345678900000A0064020000617E"

/* What a reader makes of a stream: a letter a frame, and "gN" for N bytes of garbage in a row. */
static const char letters[FRAMED_READ_COUNT + 1] = "?WU.ECLFT";

struct listener {
    const struct framed *p;
    struct buf in, found;
    struct framed_frame frame;
    size_t garbage;
    bool is_lost;
};

static void end_garbage(struct listener *l)
{
    if (l->garbage > 0) {
        buf_printf(&l->found, "g%zu", l->garbage);
    }
    l->garbage = 0;
}

static void hear(struct listener *l, struct bytes piece)
{
    enum framed_read found;
    size_t used;
    buf_add(&l->in, piece);
    while (!l->is_lost && (found = framed_parse(l->p, bytes_of(l->in.data, l->in.len), &l->frame,
                                                &used)) != FRAMED_MORE) {
        ck_assert_uint_gt(used, 0);
        ck_assert_uint_le(used, l->in.len);
        if (found == FRAMED_GARBAGE) {
            l->garbage += used;
        } else {
            end_garbage(l);
            buf_char(&l->found, letters[found]);
        }
        l->is_lost = l->frame.is_lost;
        memmove(l->in.data, l->in.data + used, l->in.len - used);
        l->in.len -= used;
    }
}

static void hear_end(struct listener *l, const char *want, size_t first, size_t second)
{
    end_garbage(l);
    if (strcmp(buf_cstr(&l->found), want) != 0) {
        ck_abort_msg("cut at %zu and %zu: found %s instead of %s", first, second,
                     buf_cstr(&l->found), want);
    }
    framed_frame_free(&l->frame);
    buf_free(&l->in);
    buf_free(&l->found);
}

#define PLAIN "protocols:\n  p:\n    frame: {delimiter: 0d 0a}\n    check: sum8\n" MESSAGE
#define LENGTH                                                                                     \
    "protocols:\n  p:\n    frame: {length: {width: 1}, max: 20 B}\n    check: sum8\n" MESSAGE
#define SYNCED                                                                                     \
    "protocols:\n  p:\n    frame: {start: aa 55, length: {width: 1}, max: 20 B}\n    check: "      \
    "sum8\n" MESSAGE
#define DLE                                                                                        \
    "protocols:\n  p:\n    frame: {start: 10 02, end: 10 03, escapes: {10: 10 10}, max: 20 "       \
    "B}\n" MESSAGE

/* W whole, U unknown, E escape, C check, L length, F unfit, T too long. */
static const struct {
    const char *protocol, *hex, *found;
} streams[] = {
    {"protocols:\n" TAXI, HEARTBEAT ANSWER HEARTBEAT, "WWW"},
    {"protocols:\n" TAXI, "0102" HEARTBEAT "03" ANSWER "04", "g2Wg1Wg1"},
    {"protocols:\n" TAXI, HEARTBEAT "7e" HEARTBEAT, "Wg1W"},              /* a mark too many */
    {"protocols:\n" TAXI, "7E00020000012345678900000A807E" ANSWER, "CW"}, /* a bit is wrong */
    {"protocols:\n" TAXI, "7E00020000017d45678900000A807E" ANSWER, "EW"}, /* 7d 45 is no escape */
    {"protocols:\n" TAXI, "7E00020001012345678900000A807E" ANSWER, "LW"}, /* the length is not 1 */
    {"protocols:\n" TAXI, "7E09990000012345678900000A137E" ANSWER, "UW"},
    {"protocols:\n" TAXI, "7E80010004012345678900000A00640200607E" ANSWER, "FW"}, /* a byte short */
    {"protocols:\n" TAXI, "7E0002817E" ANSWER, "FW"}, /* no whole header */
    /* a position that was not escaped: 7e ends it, the rest is none, and the next one is found */
    {"protocols:\n" TAXI,
     "7E020000001034567890120000000000"
     "7e"
     "01020355"
     "7e" ANSWER,
     "Cg5W"},
    /* no end mark: the next start mark ends it, so that the next frame has lost its beginning */
    {"protocols:\n" TAXI, "7E00020000012345678900000A81" ANSWER HEARTBEAT, "Wg19W"},
    {DLE,
     "1002 61 1010 62 1003"
     "1002 1010 1003",
     "WW"},
    {DLE,
     "1002 61 1003"
     "1002 61 10 04 1003"
     "1002 62 1003",
     "WEW"},
    {DLE, "1002 61 62 1002 63 1003", "g4W"}, /* a new start says that the end is missing */
    {DLE, "1002 000000000000000000000000000000000000000000 1003 1002 61 1003", "Tg5W"},
    {DLE, "1002 1003 1002 61 1003", "g4W"}, /* nothing in it */
    {PLAIN, "616263 26 0d0a 0d0d0a", "WC"}, /* 0d alone is a body's byte; its sum is not 0 */
    {PLAIN, "61 61 0d0a 0d0a 62 62 0d0a", "Wg2W"},
    {LENGTH, "02 6162 c5 01 63 64", "WW"},
    {LENGTH, "02 6162 c4 01 63 64", "CW"},
    {LENGTH, "ff 6162 c5", "T"}, /* and nothing can be found after it */
    {SYNCED, "aa55 ff 6162 c5 aa55 01 63 63", "Tg4C"},
    {SYNCED, "aa55 ff 6162 c5 aa55 01 63 63 aa aa55 01 63 63", "Tg4Cg1C"},
};

START_TEST(a_stream_is_read_the_same_wherever_it_is_cut)
{
    struct scenario *sc = declare(streams[_i].protocol);
    struct buf bytes = {0};
    unhex(streams[_i].hex, &bytes);
    struct bytes all = bytes_of(bytes.data, bytes.len);
    for (size_t first = 0; first <= all.len; first++) {
        for (size_t second = first; second <= all.len; second++) {
            struct listener l = {.p = &sc->protocols[0]};
            hear(&l, bytes_sub(all, 0, first));
            hear(&l, bytes_sub(all, first, second - first));
            hear(&l, bytes_sub(all, second, all.len));
            hear_end(&l, streams[_i].found, first, second);
        }
    }
    struct listener l = {.p = &sc->protocols[0]};
    for (size_t at = 0; at < all.len; at++) {
        hear(&l, bytes_sub(all, at, 1));
    }
    hear_end(&l, streams[_i].found, 1, 1);
    buf_free(&bytes);
    scenario_free(sc);
}
END_TEST

/* ---- values ---- */

static const struct {
    struct framed_field field;
    const char *text, *hex; /* hex NULL: it does not fit */
} values[] = {
    {{.type = FRAMED_UINT, .width = 2}, "258", "0102"},
    {{.type = FRAMED_UINT, .width = 2, .is_little = true}, "258", "0201"},
    {{.type = FRAMED_UINT, .width = 2}, "0xffff", "ffff"},
    {{.type = FRAMED_UINT, .width = 2}, "65536", NULL},
    {{.type = FRAMED_UINT, .width = 8}, "18446744073709551615", "ffffffffffffffff"},
    {{.type = FRAMED_UINT, .width = 8}, "18446744073709551616", NULL},
    {{.type = FRAMED_UINT, .width = 1}, "-1", NULL},
    {{.type = FRAMED_UINT, .width = 1}, "0x", NULL},
    {{.type = FRAMED_BCD, .width = 3}, "12345", "012345"},
    {{.type = FRAMED_BCD, .width = 3}, "1234567", NULL},
    {{.type = FRAMED_BCD, .width = 3}, "12a", NULL},
    {{.type = FRAMED_BYTES, .width = 2}, "7e 01", "7e01"},
    {{.type = FRAMED_BYTES, .width = 2}, "0x7e01", "7e01"},
    {{.type = FRAMED_BYTES, .width = 2}, "7e", NULL},
    {{.type = FRAMED_BYTES}, "7e 0", NULL},
    {{.type = FRAMED_TEXT, .width = 4}, "ab", "61620000"},
    {{.type = FRAMED_TEXT, .width = 4}, "abcde", NULL},
    {{.type = FRAMED_TEXT}, "粤", "e7b2a4"},
};

START_TEST(values_stand_on_the_wire_as_their_type_says)
{
    struct buf out = {0}, hex = {0};
    bool good = framed_value_read(&values[_i].field, values[_i].text, &out);
    ck_assert_int_eq(good, values[_i].hex != NULL);
    if (good) {
        to_hex(bytes_of(out.data, out.len), &hex);
        ck_assert_str_eq(buf_cstr(&hex), values[_i].hex);
    }
    buf_free(&out);
    buf_free(&hex);
}
END_TEST

/* ---- what is told of a flow ---- */

#define LINES                                                                                      \
    "protocols:\n  lines:\n    frame: {delimiter: 0a}\n    header: {number: {type: uint 1, "       \
    "holds: "                                                                                      \
    "serial}}\n    messages: {line: {body: {words: text 3}}}\n"

static const struct {
    const char *traffic, *message;
} wrongs[] = {
    {"{from: a, to: b, protocol: lines}", "a port"},
    {"{from: a, to: b:1, protocol: line}",
     "9:42: error: 'protocol' cannot be 'line'; did you mean 'lines'?"},
    {"{from: a, to: b:1}", "needs the key 'protocol'"},
    {"{from: a, to: b:1, protocol: lines, values: {nummer: 1}}",
     "unknown key 'nummer' in the header; did you mean 'number'?"},
    {"{from: a, to: b:1, protocol: lines, say: [lin]}", "did you mean 'line'?"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, values: {words: four}}]}",
     "'four' is no value of 'words'; accepted: a text of at most 3 bytes"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, values: {word: abc}}]}",
     "unknown key 'word' in 'line'; did you mean 'words'?"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, at: 1 s, after: 1 s}]}",
     "'at' and 'after' both say when"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, bytes: 0a}]}",
     "needs 'message' or 'bytes', and only one"},
    {"{from: a, to: b:1, protocol: lines, say: [{at: 1 s}]}",
     "needs 'message' or 'bytes', and only one"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, count: 3}]}", "needs 'every'"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, every: 1 s, again: on}]}",
     "'again' is for what opens every connection"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, every: 1 ns}]}", "too often"},
    {"{from: a, to: b:1, protocol: lines, say: [{message: line, escaped: off}]}",
     "unknown key 'escaped' in what an end says; did you mean 'escape'?"},
};

static void claim_told(const char *protocols, const char *traffic, const char *message)
{
    struct buf text = {0}, said = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    buf_printf(&text,
               "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\n%straffic:\n  - "
               "framed: %s\n",
               protocols, traffic);
    ck_assert(!scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err));
    err_format(&err, &said);
    if (!strstr(buf_cstr(&said), message)) {
        ck_abort_msg("%s\ndoes not say: %s", buf_cstr(&said), message);
    }
    buf_free(&text);
    buf_free(&said);
    err_free(&err);
}

START_TEST(a_flow_that_cannot_be_said_is_told)
{
    claim_told(LINES, wrongs[_i].traffic, wrongs[_i].message);
}
END_TEST

START_TEST(a_protocol_that_nobody_declared_is_told)
{
    claim_told("", "{from: a, to: b:1, protocol: taxi}", "there is no protocol 'taxi'");
}
END_TEST

#define ROWS(TABLE) (int)(sizeof(TABLE) / sizeof(TABLE)[0])

int main(void)
{
    Suite *s = suite_create("framed");
    TCase *t = tcase_create("framed");
    tcase_set_timeout(t, 60);
    tcase_add_loop_test(t, published_frames_are_read_and_written, 0, ROWS(known));
    tcase_add_loop_test(t, checks_have_the_values_of_the_catalogue, 0, ROWS(checks));
    tcase_add_loop_test(t, frames_are_packed_as_by_hand, 0, ROWS(packed));
    tcase_add_loop_test(t, a_stream_is_read_the_same_wherever_it_is_cut, 0, ROWS(streams));
    tcase_add_loop_test(t, values_stand_on_the_wire_as_their_type_says, 0, ROWS(values));
    tcase_add_loop_test(t, a_flow_that_cannot_be_said_is_told, 0, ROWS(wrongs));
    tcase_add_test(t, a_protocol_that_nobody_declared_is_told);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_ENV);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed > 0;
}
