#pragma once
/* ICMP as a wire format that nodes and applications share: nodes answer echoes and send errors,
 * applications send echoes and get the answers. An echo's identifier stands for the port of who
 * asks. */

#include "actor/actor.h"

extern const struct proto icmp_proto;
