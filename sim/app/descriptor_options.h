#pragma once
/* Socket options of a descriptor: what they are worth, which values they take, and what TCP is told
 * of them. Between descriptors.c and descriptor_options.c. */

#include "app/descriptors.h"

/* The call that runs now fails. */
void descriptor_fail(struct descriptors *d, enum errno_code error);

void descriptor_default_options(struct descriptor *f);
void descriptor_apply_options(const struct descriptor *f, struct fx *fx); /* all that were set */
void descriptor_set(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a,
                    struct fx *fx);
void descriptor_get(struct descriptors *d, struct descriptor *f, const struct descriptor_args *a);
