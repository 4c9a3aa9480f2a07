#pragma once
/* Network address and port translation on a router (RFC 3022, RFC 4787, RFC 5382, RFC 5508): the
 * table of who inside stands behind which port outside, and how long it remembers. */

#include "actor/actor.h"

extern const struct actor_type nat_type;
