#pragma once
/* Flights that only the run before an edit had: they are drawn faintly, where they were. */

#include "ui/view/film.h"
#include "wire/dissect.h"

struct ghost {
    struct flight flight; /* directions are those of the present trace; packet 0 */
    enum packet_kind kind;
    char label[24];
};

#define GHOSTS_MAX 2000u

/* Ascending by hop.offered; the earliest GHOSTS_MAX of them. */
struct ghosts {
    struct ghost *all; /* owned */
    uint32_t count;
};

/* is_gone: by packet of `before`: `now` has none like it. What stood at a link or host that is no
 * longer there is left out. */
void ghosts_make(struct ghosts *g, const struct trace *now, const struct trace *before,
                 const uint8_t *is_gone);
void ghosts_free(struct ghosts *g);
/* The present run sends what looks the same at the same instant on the same way, only its fate is
 * another. */
bool ghost_has_twin(const struct film *f, const struct ghost *g);
