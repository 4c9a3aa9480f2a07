#pragma once
/* ARP (RFC 826): one actor a node answers for its addresses, finds those of others, remembers them
 * for a while, and asks for an actor above whether an address is in use (RFC 5227). */

#include "actor/actor.h"

#define ARP_TRIES             3 /* RFC 1122 2.3.2.1: at most one request a second */
#define ARP_RETRY             (1 * SIM_S)
#define ARP_VALID_FOR         (60 * SIM_S) /* RFC 1122 2.3.2.1: entries age, "on the order of a minute" */
#define ARP_ANNOUNCE_INTERVAL (2 * SIM_S)  /* RFC 5227 1.1 */
#define ARP_DEFEND_INTERVAL   (10 * SIM_S) /* RFC 5227 1.1 */

extern const struct actor_type arp_type;
