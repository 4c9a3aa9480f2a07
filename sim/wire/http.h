#pragma once
/* HTTP/1.0 and 1.1 messages (RFC 9112): written as text, read from a byte stream that may be cut
 * anywhere. Names of fields know no case (RFC 9110 5.1). */

#include "base/bytes.h"

enum {
    HTTP_TARGET_MAX = 256,
    HTTP_REASON_MAX = 64,
    HTTP_METHOD_MAX = 16,
    HTTP_LINE_MAX = 8000, /* RFC 9112 3: at least that */
};

/* How the end of a body is found (RFC 9112 6.3). */
enum http_framing { HTTP_NO_BODY, HTTP_BY_LENGTH, HTTP_BY_CHUNKS, HTTP_BY_CLOSE };

/* A start line with the fields that steer the exchange. */
struct http_head {
    bool is_request;
    unsigned minor;                /* of HTTP/1.minor; more than 1 is treated as 1 */
    char method[HTTP_METHOD_MAX];  /* request */
    char target[HTTP_TARGET_MAX];  /* request: "/index.html" */
    unsigned status;               /* response */
    char reason[HTTP_REASON_MAX];  /* response; may be empty */
    bool has_host, closes, keeps;  /* Host; Connection: close; Connection: keep-alive */
    bool has_length, has_encoding; /* Content-Length; Transfer-Encoding, ending in chunked */
    uint64_t length;
    unsigned hosts; /* Host fields */
};

/* Whether the connection stays open after this message (RFC 9112 9.3). */
bool http_persists(const struct http_head *h);

/* Why a message is refused: the status that answers such a request. */
enum http_fault {
    HTTP_GOOD,
    HTTP_BAD = 400,
    HTTP_URI_TOO_LONG = 414,
    HTTP_FIELDS_TOO_LARGE = 431,
    HTTP_NOT_IMPLEMENTED = 501,
    HTTP_BAD_VERSION = 505,
};

enum http_place {
    HTTP_START_LINE,
    HTTP_FIELDS,
    HTTP_BODY,
    HTTP_CHUNK_SIZE,
    HTTP_CHUNK,
    HTTP_CHUNK_END,
    HTTP_TRAILER,
    HTTP_DONE,   /* one message is whole; http_next begins the next one */
    HTTP_BROKEN, /* `fault` says why; nothing more can be read here */
};

/* Zero, then http_begin. Owned: free with http_free. */
struct http_reader {
    enum http_place place;
    enum http_fault fault;
    bool reads_requests;
    bool is_for_head; /* responses: the request was HEAD, so there is no body */
    struct http_head head;
    enum http_framing framing;
    uint64_t left;     /* of the body or chunk */
    uint64_t body_len; /* so far, without chunk marks */
    struct buf line;   /* what has come of this line */
    unsigned fields;
};

void http_begin(struct http_reader *r, bool reads_requests);
/* After DONE: ready for the next message on the same connection. */
void http_next(struct http_reader *r);
/* Takes bytes up to the end of one message and returns how many; the body's are appended to `body`
 * (NULL: thrown away). */
size_t http_read(struct http_reader *r, struct bytes in, struct buf *body);
/* The other side sends no more. True: that ends the message (a body by close) or it has not begun;
 * false: it was cut off. */
bool http_ended(struct http_reader *r);
void http_free(struct http_reader *r);

/* The words that the registry of status codes has for it (RFC 9110 15). */
const char *http_reason(unsigned status);
/* One chunk, or the last one when data is empty (RFC 9112 7.1). */
void http_chunk(struct buf *out, struct bytes data);
