#pragma once
/* The socket application: one a host, owns the host's connections, and does what scripts and probes
 * ask of it (actor/socket_call.h). */

#include "actor/actor.h"

extern const struct actor_type socket_type;
