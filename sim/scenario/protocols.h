#pragma once
/* Inside of the section `protocols`: protocols.c puts a declaration together, frames.c reads its
 * frame and check, fields.c its fields and values, sayings.c what the ends of a flow have to say.
 */

#include "scenario/reader.h"
#include "wire/framed.h"

/* The header, or the body of a message: a mapping of names and fields, in the order of the wire. */
struct framed_field *read_framed_fields(struct reader *r, const struct doc_node *n, bool is_body,
                                        uint32_t *count);
/* A value for a field; false: told. */
bool read_framed_value(struct reader *r, const struct doc_node *n, const struct framed_field *f,
                       struct bytes *out);
/* Bytes for marks and escapes: hexadecimal digits, or a quoted text. False: told. */
bool read_framed_bytes(struct reader *r, const struct doc_node *n, size_t most, struct bytes *out);
bool read_framed_number(struct reader *r, const struct doc_node *n, uint64_t *out);
/* NULL: no such message, told. */
const struct framed_message *read_framed_message(struct reader *r, const struct doc_node *n,
                                                 const struct framed *p);

/* A frame under way: what its keys hold until all are known. */
struct frame_draft {
    struct framed *p;
    const struct doc_node *start, *end, *delimiter, *length, *escapes;
    int64_t length_width;
    bool length_is_little;
};
void read_framed_frame(struct reader *r, const struct doc_node *n, struct frame_draft *d);
void read_framed_check(struct reader *r, const struct doc_node *v, struct framed *p);
