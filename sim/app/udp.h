#pragma once
/* Traffic over UDP (RFC 768) at a constant rate: a source and a sink. */

#include "actor/actor.h"

extern const struct proto udp_proto;
extern const struct traffic_type udp_constant_rate;
