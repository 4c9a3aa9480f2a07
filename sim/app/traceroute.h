#pragma once
/* Traceroute: probes whose TTL runs out one router further each time, so that the errors name the
 * routers of the way (RFC 1393 1 tells of the method, RFC 792 of the messages). */

#include "actor/actor.h"

extern const struct traffic_type traceroute_traffic;
/* What its probes are: datagrams to ports that nobody has, or echoes. */
extern const struct actor_type probe_udp_type, probe_icmp_type;
