/* Any bytes as what comes on an HTTP connection, in pieces of any size: the pieces make no
 * difference, what is found keeps to its limits, and a reader that has broken stays broken. The
 * first byte chooses the size of the pieces, the second the side and whether HEAD was asked. */
#include "fuzz/fuzz.h"

#include "base/draw.h"
#include "wire/http.h"

#include <string.h>

enum { MESSAGES_MAX = 200 };

static void check(const struct http_reader *r)
{
    const struct http_head *h = &r->head;
    CLAIM(strlen(h->method) < HTTP_METHOD_MAX && strlen(h->target) < HTTP_TARGET_MAX);
    CLAIM(strlen(h->reason) < HTTP_REASON_MAX && r->line.len <= HTTP_LINE_MAX + 2);
    CLAIM((r->place == HTTP_BROKEN) == (r->fault != HTTP_GOOD));
    CLAIM(r->fault == HTTP_GOOD || *http_reason(r->fault));
    CLAIM(!r->is_for_head || r->body_len == 0);
}

static uint64_t sum_of(const struct http_reader *r, const struct buf *body)
{
    const struct http_head *h = &r->head;
    uint64_t sum = hash_mix(h->status, h->length);
    for (const char *c = h->target; *c; c++) {
        sum = hash_mix(sum, (uint8_t)*c);
    }
    CLAIM(r->body_len == body->len);
    for (size_t i = 0; i < body->len; i++) {
        sum = hash_mix(sum, body->data[i]);
    }
    return hash_mix(sum, (uint64_t)r->framing << 8 | (uint64_t)h->closes << 4 | h->keeps);
}

/* A sum over all messages, and how it ends. */
static uint64_t read_all(struct bytes stream, size_t piece, uint8_t how)
{
    struct http_reader r = {0};
    struct buf body = {0};
    uint64_t sum = 0;
    unsigned messages = 0;
    http_begin(&r, how & 1);
    r.is_for_head = !(how & 1) && how & 2;
    for (size_t at = 0; at < stream.len && r.place != HTTP_BROKEN && messages < MESSAGES_MAX;) {
        struct bytes in = bytes_sub(stream, at, piece - at % piece);
        size_t taken = http_read(&r, in, &body);
        CLAIM(taken <= in.len && (taken > 0 || r.place == HTTP_DONE || r.place == HTTP_BROKEN));
        check(&r);
        at += taken;
        if (r.place == HTTP_DONE) {
            sum = hash_mix(sum, sum_of(&r, &body));
            buf_clear(&body);
            http_next(&r);
            messages++;
        }
    }
    bool is_broken = r.place == HTTP_BROKEN, ended = http_ended(&r);
    CLAIM(!is_broken || http_read(&r, stream, NULL) <= stream.len);
    CLAIM(!is_broken || r.place == HTTP_BROKEN);
    sum = hash_mix(hash_mix(sum, messages), (uint64_t)is_broken << 1 | ended);
    http_free(&r);
    buf_free(&body);
    return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 2) {
        struct bytes stream = bytes_of(data + 2, size - 2);
        size_t piece = 1 + (size_t)data[0];
        CLAIM(read_all(stream, piece, data[1]) == read_all(stream, stream.len, data[1]));
    }
    return 0;
}
