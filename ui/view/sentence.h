#pragma once
/* Sentences of the story and of lessons, in which packets stand as \x01 ID \x02: drawn as text with
 * capsules in it. */

#include "ui/parts.h"
#include "ui/view/view.h"

#define SENTENCE_CAPSULES 12u /* in one sentence */

struct sentence {
    struct buf text;
    struct capsule capsules[SENTENCE_CAPSULES];
    /* What the capsules point to: a sentence is not copied. */
    char labels[SENTENCE_CAPSULES][24], extras[SENTENCE_CAPSULES][24];
    unsigned count;
};

/* Takes a marked text apart; alpha is that of the capsules. Zero before; free with sentence_free.
 */
void sentence_of(const struct scene *s, const struct buf *marked, double alpha,
                 struct sentence *out);
/* Returns the height used; with is_measured only that. */
double sentence_draw(struct ui *ui, struct sentence *text, struct rect r, enum type_role role,
                     struct color color, unsigned lines, bool is_measured);
void sentence_free(struct sentence *s);
