#pragma once
/* A token bucket of a router: what it is asked about passes while there are tokens, a byte each;
 * what is too much is thrown away (a policer) or waits its turn (a shaper). In any time t no more
 * than rate * t + burst passes (RFC 2697 and RFC 3290 5.1 name the same two figures). */

#include "actor/actor.h"
#include "base/tokens.h"

extern const struct actor_type token_bucket_type;
