#include "wire/assembly.h"

#include "base/os.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The first piece that ends behind `at`; count if there is none. */
static uint32_t first_behind(const struct assembly *a, uint32_t at)
{
    uint32_t low = 0, high = a->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (a->pieces[middle].to <= at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* All but the last are multiples of eight bytes; nothing stands behind the end. */
static bool makes_sense(const struct assembly *a, const struct assembly_piece *p, bool is_last)
{
    uint32_t top = a->count ? a->pieces[a->count - 1].to : 0;
    if (p->from >= p->to || p->to > ASSEMBLY_MAX || p->from % 8 || (!is_last && p->to % 8)) {
        return false;
    }
    return is_last ? (a->end == 0 || a->end == p->to) && p->to >= top
                   : a->end == 0 || p->to < a->end;
}

static void insert(struct assembly *a, uint32_t i, struct assembly_piece piece)
{
    if (a->count == a->cap) {
        a->cap = a->cap ? 2 * a->cap : 4;
        a->pieces = os_realloc(a->pieces, a->cap * sizeof *a->pieces);
    }
    assert(a->pieces);
    memmove(&a->pieces[i + 1], &a->pieces[i], (a->count - i) * sizeof *a->pieces);
    a->pieces[i] = piece;
    a->count++;
    a->bytes += piece.to - piece.from;
}

enum assembly_result assembly_add(struct assembly *a, struct assembly_piece piece, bool is_last)
{
    uint32_t i = first_behind(a, piece.from);
    const struct assembly_piece *next = i < a->count ? &a->pieces[i] : NULL;
    bool is_known = next && next->from == piece.from && next->to == piece.to;
    if (is_known && is_last == (a->end == piece.to)) {
        return ASSEMBLY_KNOWN;
    }
    if (!makes_sense(a, &piece, is_last) || (next && next->from < piece.to)) {
        return ASSEMBLY_SPOILT;
    }
    insert(a, i, piece);
    a->end = is_last ? piece.to : a->end;
    return a->end > 0 && a->bytes == a->end ? ASSEMBLY_WHOLE : ASSEMBLY_WAITS;
}

void assembly_free(struct assembly *a)
{
    free(a->pieces);
    *a = (struct assembly){0};
}
