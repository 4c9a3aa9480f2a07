#pragma once
/* A probe's endpoint, and what it and the application above say to each other: head is the bytes of
 * a struct. */

#include "actor/actor.h"

enum probe_call {
    PROBE_SEND = CODE_INSIDE + 64, /* down: struct probe */
    PROBE_ANSWER,                  /* up: struct probe_answer */
};

struct probe {
    uint32_t number; /* from 0 */
    uint32_t size;   /* payload, bytes */
    uint16_t port;   /* datagrams: of the first probe; each has the next */
    uint8_t ttl;
};

struct probe_answer {
    uint32_t number;
    uint32_t from;  /* who answered */
    uint16_t error; /* ICMP type << 8 | code; 0: an echo's reply */
};
