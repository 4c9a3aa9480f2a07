#pragma once
/* Framed protocols that a scenario declares: how a message is packed into the bytes of a stream,
 * and how it is found there again, wherever the stream is cut. A frame is, in this order: start
 * mark, header, body, check, end mark; what a protocol does not have takes no room. */

#include "base/bytes.h"
#include "base/simtime.h"
#include "base/words.h"

enum {
    FRAMED_WIDTH_MAX = 256, /* of a field, bytes */
    FRAMED_UINT_MAX = 8,    /* of a number */
    FRAMED_MARK_MAX = 8,    /* of a mark, a delimiter, an escape sequence */
    FRAMED_ESCAPES_MAX = 16,
    FRAMED_SENDER_MAX = 32,
    FRAMED_SIZE_MAX = 1000000, /* of a frame */
};

enum framed_type { FRAMED_UINT, FRAMED_BCD, FRAMED_BYTES, FRAMED_TEXT };

/* What a field is filled with, and read for, by the protocol itself. */
enum framed_role {
    FRAMED_PLAIN,
    FRAMED_ID,     /* which message it is */
    FRAMED_LENGTH, /* of what `counts` says */
    FRAMED_SERIAL, /* number of the message among those of its sender */
    FRAMED_SENDER, /* who the terminal is, whichever connection it speaks on */
    FRAMED_ANSWERED_SERIAL,
    FRAMED_ANSWERED_ID,
    FRAMED_RESULT,
    FRAMED_ROLE_COUNT,
};

struct framed_field {
    const char *name;
    enum framed_type type;
    uint16_t width; /* bytes; 0: all that is left of the body */
    bool is_little; /* UINT: the low byte first */
    enum framed_role role;
    bool is_fixed;      /* a constant: a frame with another value is none of this protocol */
    struct bytes value; /* unless it is said otherwise; as it stands on the wire */
};

struct framed_message {
    const char *key;              /* "register" */
    const char *name[LANG_COUNT]; /* never NULL */
    struct bytes id;              /* as the field with role ID holds it; empty: there is none */
    const struct framed_field *fields;
    uint32_t field_count;
    const struct framed_message *answer; /* NULL: none is due */
};

enum framed_kind { FRAMED_BY_MARKS, FRAMED_BY_LENGTH, FRAMED_BY_DELIMITER };
enum framed_counts { FRAMED_COUNTS_BODY, FRAMED_COUNTS_AFTER, FRAMED_COUNTS_FRAME };
enum framed_check {
    FRAMED_CHECK_NONE,
    FRAMED_XOR8,
    FRAMED_SUM8,
    FRAMED_CRC16_CCITT_FALSE,
    FRAMED_CRC16_XMODEM,
    FRAMED_CRC16_KERMIT,
    FRAMED_CRC16_X25,
    FRAMED_CRC16_MODBUS,
    FRAMED_CRC16_ARC,
    FRAMED_CRC32,
};
extern const char *const framed_check_names[]; /* "xor8", NULL-terminated */
extern const char *const framed_role_names[];
enum framed_span { FRAMED_SPAN_CONTENT, FRAMED_SPAN_BODY, FRAMED_SPAN_FRAME };

struct framed_escape {
    uint8_t byte;
    struct bytes instead;
};

struct framed {
    const char *name;
    enum framed_kind kind;
    struct bytes start, end; /* marks; BY_DELIMITER: end is the delimiter */
    const struct framed_escape *escapes;
    uint32_t escape_count;
    enum framed_counts counts; /* what the field with role LENGTH counts */
    uint32_t size_max;         /* bytes of a frame as it stands in the stream */
    enum framed_check check;
    enum framed_span span;
    bool checks_escaped; /* over the bytes as they stand in the stream */
    bool check_is_little;
    const struct framed_field *header;
    uint32_t header_count, header_len;
    const struct framed_message *messages;
    uint32_t message_count;
    sim_time retry;   /* an answer is waited for so long; SIM_NEVER: for ever */
    uint32_t retries; /* then it is said again so often */
    const struct framed_message *heartbeat; /* NULL: none */
    sim_time heartbeat_every;
    sim_time idle;                          /* a silence that ends a connection; SIM_NEVER */
    const struct framed_message *otherwise; /* answers what nobody knows; NULL: nothing does */
    uint64_t done, unknown;                 /* values of a RESULT */
};

unsigned framed_check_width(enum framed_check c); /* bytes */
uint32_t framed_check_of(enum framed_check c, struct bytes all);

/* The field of the header or of a message with that role; NULL: none. *at: where it begins in the
 * header or body (may be NULL). */
const struct framed_field *framed_header_role(const struct framed *p, enum framed_role role,
                                              size_t *at);
const struct framed_field *framed_body_role(const struct framed_message *m, enum framed_role role,
                                            size_t *at);
const struct framed_message *framed_find(const struct framed *p, struct bytes id); /* or NULL */

/* ---- values ---- */

/* A value as people write it (258, 0x0102; digits of BCD; pairs of hexadecimal digits; text), as
 * the field holds it; appended. False: it does not fit. */
bool framed_value_read(const struct framed_field *f, const char *text, struct buf *out);
/* The other way round, identifiers as 0x0102. Appended. */
void framed_value_print(const struct framed_field *f, struct bytes value, struct buf *out);
uint64_t framed_number(const struct framed_field *f, struct bytes value); /* of a UINT or BCD */
void framed_put_number(const struct framed_field *f, uint64_t n, struct buf *out);
/* "7e", "0x7e", "7d 02". False: no bytes, or more than `most`. */
bool framed_bytes_read(const char *text, size_t most, struct buf *out);

/* ---- writing ---- */

/* A value for a field of the header or of the message. */
struct framed_value {
    const struct framed_field *field;
    struct bytes value;
};
struct framed_say {
    const struct framed_message *message;
    uint64_t serial;
    struct bytes sender; /* empty: the header's own */
    uint64_t answered_serial, result;
    struct bytes answered_id;
    const struct framed_value *values; /* by hand, whatever the rules say; later ones win */
    uint32_t value_count;
    const struct framed_value *more; /* before those */
    uint32_t more_count;
    bool is_bare;      /* by hand: nothing is escaped */
    bool is_bad_check; /* by hand */
};
/* Appended. */
void framed_write(const struct framed *p, const struct framed_say *s, struct buf *out);

/* ---- reading ---- */

enum framed_read {
    FRAMED_MORE, /* nothing is whole yet */
    FRAMED_WHOLE,
    FRAMED_UNKNOWN, /* whole and right, and no message has this id */
    FRAMED_GARBAGE, /* no frame begins here */
    FRAMED_BAD_ESCAPE,
    FRAMED_BAD_CHECK,
    FRAMED_BAD_LENGTH, /* the length field says otherwise than the marks */
    FRAMED_UNFIT,      /* too short for its fields, or a constant is another */
    FRAMED_TOO_LONG,
    FRAMED_READ_COUNT,
};
/* What was found; owns its bytes, which the next frame overwrites. Begins as zero. */
struct framed_frame {
    const struct framed_message *message; /* WHOLE */
    struct buf content;                   /* header, body, check: unescaped */
    uint32_t header_len, body_len;
    bool is_lost; /* nothing says where the next frame begins */
};
/* Looks at the front of `in`; *used: so many bytes are done with (MORE: 0). Where the stream is cut
 * makes no difference to what is found; garbage may come in pieces. */
enum framed_read framed_parse(const struct framed *p, struct bytes in, struct framed_frame *out,
                              size_t *used);
void framed_frame_free(struct framed_frame *f);
/* Field i of header and message, counted through; NULL: there is none. */
const struct framed_field *framed_field(const struct framed *p, const struct framed_frame *f,
                                        uint32_t i, struct bytes *value);
/* Of the field with that role, header first; false: there is none, and *out is as it was. */
bool framed_role_bytes(const struct framed *p, const struct framed_frame *f, enum framed_role role,
                       struct bytes *out);
bool framed_role_number(const struct framed *p, const struct framed_frame *f, enum framed_role role,
                        uint64_t *out);

/* ---- what an end has to say, as a scenario declares it ---- */

struct framed_values {
    const struct framed_value *list;
    uint32_t count;
};
/* Invariant: either a message or bytes. */
struct framed_line {
    const struct framed_message *message;
    struct bytes raw; /* by hand: no frame at all */
    sim_time at;      /* SIM_NEVER: `after` the line above it is settled */
    sim_time after;
    sim_time every; /* SIM_NEVER: once */
    uint32_t count; /* UINT32_MAX: no end */
    bool is_again;  /* in every connection, before what waits for an answer is repeated */
    struct framed_values values;
    bool is_bare, is_bad_check;
};
struct framed_script {
    const struct framed_line *list;
    uint32_t count;
};
