/* Lists of payload by reference, sorted by offset. Invariant: pieces never overlap, and none is
 * empty. What was there first stays: bytes that arrive again change nothing. */
#include "base/os.h"
#include "proto/tcp/tcp.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static int64_t end_of(const struct tcp_piece *piece)
{
    return piece->at + piece->body.len;
}

static struct tcp_piece *piece_at(const struct tcp_pieces *p, uint32_t i)
{
    return &p->list[p->first + i];
}

/* Room for one more at index i. */
static struct tcp_piece *make_room(struct tcp_pieces *p, uint32_t i)
{
    if (p->first + p->count == p->cap && p->first > 0) {
        assert(p->list);
        memmove(p->list, p->list + p->first, p->count * sizeof *p->list);
        p->first = 0;
    }
    if (p->count == p->cap) {
        p->cap = p->cap ? 2 * p->cap : 1;
        p->list = os_realloc(p->list, p->cap * sizeof *p->list);
    }
    memmove(piece_at(p, i + 1), piece_at(p, i), (p->count - i) * sizeof *p->list);
    p->count++;
    return piece_at(p, i);
}

/* The same stream goes on: one piece serves both, however many SENDs it came in. */
static bool continues(const struct tcp_piece *last, int64_t at, struct span body)
{
    return end_of(last) == at && last->body.stream == body.stream &&
           last->body.at + last->body.len == body.at && last->body.len <= UINT32_MAX - body.len;
}

void pieces_append(struct tcp_pieces *p, int64_t at, struct span body)
{
    struct tcp_piece *last = p->count ? piece_at(p, p->count - 1) : NULL;
    if (body.len == 0) {
        return;
    }
    if (last && continues(last, at, body)) {
        last->body.len += body.len;
        return;
    }
    *make_room(p, p->count) = (struct tcp_piece){at, body};
}

/* Index of the first piece that ends behind `at`. */
static uint32_t first_behind(const struct tcp_pieces *p, int64_t at)
{
    uint32_t low = 0, high = p->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (end_of(piece_at(p, middle)) <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

void pieces_insert(struct tcp_pieces *p, int64_t at, struct span body, struct fx *fx)
{
    int64_t from = at, end = at + body.len;
    for (uint32_t i = first_behind(p, at); from < end; i++) {
        bool is_last = i == p->count;
        int64_t gap_end = is_last || piece_at(p, i)->at > end ? end : piece_at(p, i)->at;
        if (gap_end > from) {
            struct span gap = span_sub(body, (uint32_t)(from - at), (uint32_t)(gap_end - from));
            *make_room(p, i++) = (struct tcp_piece){from, gap};
            fx_item(fx, TCP_PIECE, from, TCP_PIECE_WAITING, TCP_WHY_PIECE);
        }
        from = is_last || i == p->count ? end : end_of(piece_at(p, i));
    }
}

void pieces_cut_some(struct tcp_pieces *p, int64_t at)
{
    while (p->count && end_of(piece_at(p, 0)) <= at) {
        p->first++;
        p->count--;
    }
    struct tcp_piece *head = p->count ? piece_at(p, 0) : NULL;
    if (head && head->at < at) {
        uint32_t n = (uint32_t)(at - head->at);
        head->body = span_sub(head->body, n, head->body.len - n);
        head->at = at;
    }
    if (p->count == 0) {
        p->first = 0;
    }
}

struct span pieces_at(const struct tcp_pieces *p, int64_t at, uint32_t len)
{
    uint32_t i = first_behind(p, at);
    if (i == p->count || piece_at(p, i)->at > at) {
        return (struct span){0};
    }
    const struct tcp_piece *piece = piece_at(p, i);
    int64_t left = end_of(piece) - at;
    return span_sub(piece->body, (uint32_t)(at - piece->at), len < left ? len : (uint32_t)left);
}

int64_t pieces_bytes(const struct tcp_pieces *p)
{
    int64_t bytes = 0;
    for (uint32_t i = 0; i < p->count; i++) {
        bytes += piece_at(p, i)->body.len;
    }
    return bytes;
}

void pieces_free(struct tcp_pieces *p)
{
    free(p->list);
    *p = (struct tcp_pieces){0};
}
