#pragma once
/* Putting fragments together (RFC 791 3.2, RFC 815): which pieces of a datagram's payload are
 * there. A piece that stands there already is told apart from one that overlaps another in part:
 * that makes no sense and spoils the datagram, as RFC 5722 rules for IPv6 and hosts do for IPv4,
 * since what the overlap hides from a filter cannot be trusted. */

#include <stdbool.h>
#include <stdint.h>

#define ASSEMBLY_MAX 65535u /* bytes of a datagram's payload */

struct assembly_piece {
    uint32_t from, to; /* bytes of the payload: from .. to - 1 */
    uint32_t packet;   /* who brought it */
};

/* Zero is the start. */
struct assembly {
    struct assembly_piece *pieces; /* ascending, apart; owned */
    uint32_t count, cap;
    uint32_t end; /* of the whole; 0: the last piece is not there yet */
    uint32_t bytes;
};

enum assembly_result { ASSEMBLY_WAITS, ASSEMBLY_WHOLE, ASSEMBLY_KNOWN, ASSEMBLY_SPOILT };

/* Takes a piece unless it is KNOWN or SPOILT. is_last: no more fragments follow. */
enum assembly_result assembly_add(struct assembly *a, struct assembly_piece piece, bool is_last);
void assembly_free(struct assembly *a);
