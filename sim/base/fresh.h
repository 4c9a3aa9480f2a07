#pragma once
/* Memory for what only grows and is freed as a whole: records, packets. Zero is an empty one. The
 * first touch of a page costs more than what is written to it, so large blocks ask for large
 * pages. */

#include <stddef.h>

struct fresh {
    void **blocks;
    unsigned count, cap;
    size_t used, size; /* of the last block */
    size_t total;
};

void *fresh_alloc(struct fresh *f, size_t size); /* uninitialised, aligned to 64; never moves */
void fresh_free(struct fresh *f);                /* everything; back to zero */
