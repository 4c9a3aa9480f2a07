#pragma once
/* What the inspector is told of a PDU of L2CAP and of what stands in it: commands, AVDTP, media. */

#include "wire/format.h"

/* `pdu` may be cut short, where its rest is in further packets; at is its place in the packet. The
 * channels are those that the ends here give out: the first carries AVDTP, the second media. */
void l2cap_dissect(struct bytes pdu, uint32_t at, struct dissection *out);
