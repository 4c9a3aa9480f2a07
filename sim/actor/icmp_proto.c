#include "actor/icmp_proto.h"

enum { ECHO_REPLY = 0, ECHO = 8, ID = 4, HEADER = 8 };

/* A reply is for whoever asked, a request comes from there; other messages have no such end. */
static bool icmp_key(struct bytes head, struct net *io)
{
    if (head.len < HEADER) {
        return false;
    }
    uint16_t id = get_u16(head.data + ID);
    io->from.port = head.data[0] == ECHO ? id : 0;
    io->to.port = head.data[0] == ECHO_REPLY ? id : 0;
    return true;
}

const struct proto icmp_proto = {
    .name = "icmp", .carrier = CARRIER_IP, .number = 1, .key = icmp_key};
