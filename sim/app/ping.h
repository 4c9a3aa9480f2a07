#pragma once
/* Ping: ICMP echoes at a constant pace, and what became of each. */

#include "actor/actor.h"

extern const struct traffic_type ping_traffic;
