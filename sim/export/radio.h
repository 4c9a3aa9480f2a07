#pragma once
/* Bluetooth's baseband packets as captures of a radio hold them (LINKTYPE_BLUETOOTH_BREDR_BB). */

#include "base/bytes.h"

/* The packet's bytes as the run has them become those of the capture: its pseudo-header, then the
 * payload as it was on the air. */
void radio_packet(struct buf *bytes);
