#pragma once
/* What getsockopt answers. Between run_call.c and run_option.c. */

#include "app/descriptors.h"
#include "proto/tcp/tcp.h"
#include "run_call.h"
#include "run_inside.h"

/* The endpoint of a descriptor; NULL: it has none, or it is over. */
const struct tcp *run_tcp_of(const struct run *r, const struct descriptor *f);
void run_answer_option(struct run *r, uint32_t node, const struct descriptor_args *a,
                       const struct descriptors *d, struct run_answer *out);
