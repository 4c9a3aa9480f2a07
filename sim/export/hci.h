#pragma once
/* What passes between a Bluetooth host and its controller (HCI), as captures of a telephone hold it
 * (LINKTYPE_BLUETOOTH_HCI_H4_WITH_PHDR): the pieces of L2CAP's PDUs, each once, when the controller
 * first sends one, and when it hands one up. */

#include "trace/trace.h"

/* The record is of such a piece. */
struct hci_pass {
    uint32_t node, peer; /* whose host and controller; at the other end of the radio */
    bool is_sent;        /* down; else up */
    bool is_master;      /* the peer is */
    uint8_t channel;     /* of the piconet: each has a handle of its own */
};
bool hci_passes(const struct trace *t, const struct record *r, struct hci_pass *out);
/* Appends the event by which the controller has told that the link stands: without it no dissector
 * knows the handle. Paging is not simulated. */
void hci_connected(const struct hci_pass *pass, struct buf *out);
/* The baseband packet's bytes become those of the capture. */
void hci_packet(struct buf *bytes, bool is_sent);
