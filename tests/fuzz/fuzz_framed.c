/* Any bytes as a stream of a declared protocol, in pieces of any size. The first three bytes choose
 * the way to find a frame, the check, what it covers, and the size of the pieces. The pieces make
 * no difference, what is found lies within what came, and a frame that is whole is written again
 * byte for byte from what it says. */
#include "fuzz/fuzz.h"

#include "base/draw.h"
#include "wire/framed.h"

#include <string.h>

#define BYTES(TEXT)                                                                                \
    {                                                                                              \
        (const uint8_t *)(TEXT), sizeof(TEXT) - 1                                                  \
    }

static const struct framed_escape hdlc[] = {{0x7e, BYTES("\x7d\x02")}, {0x7d, BYTES("\x7d\x01")}};
static const struct framed_escape dle[] = {{0x10, BYTES("\x10\x10")}};
static const struct framed_escape slip[] = {{0xc0, BYTES("\xdb\xdc")}, {0xdb, BYTES("\xdb\xdd")}};
static const struct framed_escape two[] = {
    {2, BYTES("\x1b\x01")}, {3, BYTES("\x1b\x02")}, {0x1b, BYTES("\x1b\x1b")}};

static const struct framed_field body[] = {
    {.name = "n", .type = FRAMED_UINT, .width = 2, .is_little = true},
    {.name = "digits", .type = FRAMED_BCD, .width = 1},
    {.name = "words", .type = FRAMED_TEXT},
};
static const struct framed_field answer[] = {
    {.name = "answered", .type = FRAMED_UINT, .width = 1, .role = FRAMED_ANSWERED_SERIAL},
    {.name = "id", .type = FRAMED_UINT, .width = 1, .role = FRAMED_ANSWERED_ID},
    {.name = "result", .type = FRAMED_UINT, .width = 1, .role = FRAMED_RESULT},
};
static const struct framed_message messages[] = {
    {.key = "ask", .id = BYTES("\x01"), .fields = body, .field_count = 3},
    {.key = "done", .id = BYTES("\x02"), .fields = answer, .field_count = 3},
    {.key = "beat", .id = BYTES("\x03")},
};

#define ID                                                                                         \
    {                                                                                              \
        .name = "kind", .type = FRAMED_UINT, .width = 1, .role = FRAMED_ID                         \
    }
#define SERIAL                                                                                     \
    {                                                                                              \
        .name = "serial", .type = FRAMED_UINT, .width = 1, .role = FRAMED_SERIAL                   \
    }
#define LENGTH(WIDTH, LITTLE)                                                                      \
    {                                                                                              \
        .name = "length", .type = FRAMED_UINT, .width = WIDTH, .is_little = LITTLE,                \
        .role = FRAMED_LENGTH                                                                      \
    }
static const struct framed_field plain[] = {ID, SERIAL};
static const struct framed_field sized[] = {LENGTH(1, false), ID, SERIAL};
static const struct framed_field wide[] = {
    ID,
    SERIAL,
    LENGTH(3, true),
    {.name = "v", .type = FRAMED_BYTES, .width = 1, .is_fixed = true, .value = BYTES("\x7e")}};

#define HEADER(LIST, LEN)                                                                          \
    .header = (LIST), .header_count = sizeof(LIST) / sizeof *(LIST), .header_len = (LEN)
#define ESCAPES(LIST) .escapes = (LIST), .escape_count = sizeof(LIST) / sizeof *(LIST)
static const struct framed kinds[] = {
    {.start = BYTES("\x7e"), .end = BYTES("\x7e"), ESCAPES(hdlc), HEADER(plain, 2)},
    {.start = BYTES("\x7e"), .end = BYTES("\x7e"), ESCAPES(hdlc), HEADER(wide, 6)},
    {.start = BYTES("\x10\x02"), .end = BYTES("\x10\x03"), ESCAPES(dle), HEADER(sized, 3)},
    {.start = BYTES("\x02"), .end = BYTES("\x03"), ESCAPES(two), HEADER(plain, 2)},
    {.kind = FRAMED_BY_DELIMITER, .end = BYTES("\r\n"), HEADER(plain, 2)},
    {.kind = FRAMED_BY_DELIMITER, .end = BYTES("\xc0"), ESCAPES(slip), HEADER(sized, 3)},
    {.kind = FRAMED_BY_LENGTH, HEADER(sized, 3)},
    {.kind = FRAMED_BY_LENGTH, .start = BYTES("\xaa\x55"), HEADER(sized, 3)},
    {.kind = FRAMED_BY_LENGTH, HEADER(wide, 6)},
};

static struct framed choose(uint8_t kind, uint8_t how)
{
    struct framed p = kinds[kind % (sizeof kinds / sizeof *kinds)];
    p.check = (enum framed_check)(how % (FRAMED_CRC32 + 1));
    p.span = (enum framed_span)(how / 16 % 3);
    p.counts = (enum framed_counts)(kind / 16 % 3);
    p.checks_escaped = kind & 0x80;
    p.check_is_little = how & 0x80;
    p.size_max = 60;
    p.messages = messages;
    p.message_count = sizeof messages / sizeof *messages;
    return p;
}

static void claim_written(const struct framed *p, const struct framed_frame *f, struct bytes wire)
{
    struct framed_value values[16];
    struct framed_say s = {.message = f->message, .values = values};
    const struct framed_field *field;
    struct bytes value;
    struct buf again = {0}, text = {0};
    for (uint32_t i = 0; (field = framed_field(p, f, i, &value)) != NULL; i++) {
        CLAIM(value.len == 0 || (value.data >= f->content.data &&
                                 value.data + value.len <= f->content.data + f->content.len));
        framed_value_print(field, value, &text);
        if (field->role != FRAMED_LENGTH && field->role != FRAMED_ID) {
            values[s.value_count++] = (struct framed_value){field, value};
        }
    }
    framed_write(p, &s, &again);
    CLAIM(bytes_equal(bytes_of(again.data, again.len), wire));
    buf_free(&again);
    buf_free(&text);
}

/* A sum over all that is found, and where; garbage may come in pieces. */
static uint64_t read_all(const struct framed *p, struct bytes stream, size_t piece)
{
    struct framed_frame f = {0};
    uint64_t sum = 0;
    size_t from = 0, used;
    for (size_t to = 0; to < stream.len && !f.is_lost;) {
        to = stream.len - to > piece ? to + piece : stream.len;
        enum framed_read found;
        while (!f.is_lost && (found = framed_parse(p, bytes_sub(stream, from, to - from), &f,
                                                   &used)) != FRAMED_MORE) {
            CLAIM(used > 0 && used <= to - from);
            if (found == FRAMED_WHOLE) {
                claim_written(p, &f, bytes_sub(stream, from, used));
            }
            from += used;
            if (found != FRAMED_GARBAGE) {
                sum = hash_mix(hash_mix(sum, found), f.is_lost ? 0 : from);
            }
        }
    }
    sum = f.is_lost ? sum : hash_mix(sum, from);
    framed_frame_free(&f);
    return sum;
}

/* Each message in a row, as the protocol itself writes them: the fuzzer starts from frames. */
static void say_some(const struct framed *p, struct bytes words, struct buf *out)
{
    for (uint32_t i = 0; i < p->message_count; i++) {
        struct framed_value value = {&body[2], bytes_sub(words, i, 12)};
        struct framed_say s = {
            .message = &messages[i], .serial = i, .values = &value, .value_count = 1};
        framed_write(p, &s, out);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 3) {
        return 0;
    }
    struct framed p = choose(data[0], data[1]);
    struct bytes stream = bytes_of(data + 3, size - 3);
    struct buf mixed = {0};
    if (data[2] & 0x80) {
        say_some(&p, stream, &mixed);
    }
    buf_add(&mixed, stream);
    say_some(&p, stream, &mixed);
    struct bytes all = bytes_of(mixed.data, mixed.len);
    CLAIM(read_all(&p, all, 1 + (data[2] & 0x7f)) == read_all(&p, all, all.len));
    buf_free(&mixed);
    return 0;
}
