#pragma once
/* `traffic: tcp`: so many bytes over one connection. The source connects at its start, sends, and
 * closes; the sink listens, reads, and closes when the source has. */

#include "actor/actor.h"

extern const struct traffic_type bulk_tcp;
