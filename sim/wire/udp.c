/* UDP: eight bytes, of which a simulated sender leaves the checksum to whoever reads them. */
#include "wire/udp.h"

#include "wire/checksum.h"
#include "wire/ipv4.h"

#include <string.h>

void udp_encode(uint16_t from, uint16_t to, uint32_t body_len, uint8_t out[UDP_HEADER])
{
    put_u16(out, from);
    put_u16(out + 2, to);
    put_u16(out + 4, UDP_HEADER + body_len);
    put_u16(out + 6, 0);
}

bool udp_decode(struct bytes head, struct udp *out)
{
    if (head.len < UDP_HEADER) {
        return false;
    }
    *out = (struct udp){get_u16(head.data), get_u16(head.data + 2), get_u16(head.data + 4),
                        get_u16(head.data + 6)};
    return true;
}

static uint16_t sum(struct bytes datagram, const struct net *net)
{
    struct checksum c = {0};
    checksum_add_pseudo(&c, net->from.ip, net->to.ip, IP_UDP, datagram.len);
    checksum_add(&c, datagram);
    return checksum_end(&c);
}

void udp_seal_head(uint8_t *head, size_t head_len, uint16_t rest, size_t len, const struct net *net)
{
    struct checksum c = {.sum = rest};
    put_u16(head + 6, 0);
    checksum_add_pseudo(&c, net->from.ip, net->to.ip, IP_UDP, len);
    checksum_add(&c, bytes_of(head, head_len));
    uint16_t made = checksum_end(&c);
    put_u16(head + 6, made ? made : 0xffff);
}

void udp_seal(uint8_t *datagram, size_t len, const struct net *net)
{
    udp_seal_head(datagram, len, 0, len, net);
}

static const struct field_spec fields[] = {
    {"src_port", FIELD_NUMBER, 0, 16}, {"dst_port", FIELD_NUMBER, 16, 16},
    {"length", FIELD_NUMBER, 32, 16},  {"checksum", FIELD_HEX, 48, 16},
    {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"src_port", "dst_port", "length", NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return "DATA";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)head;
    (void)body_len;
    return PACKET_DATA;
}

static void key(struct bytes head, struct net *net)
{
    net->from.port = get_u16(head.data);
    net->to.port = get_u16(head.data + 2);
}

static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    *head_len = *body_len = 0;
    if (message.len < UDP_HEADER) {
        return false;
    }
    uint16_t len = get_u16(message.data + 4);
    bool fits = len >= UDP_HEADER && len <= message.len;
    *head_len = UDP_HEADER;
    *body_len = (fits ? len : message.len) - UDP_HEADER;
    return fits;
}

/* What stands behind the datagram's own length is not part of it. */
static bool intact(struct bytes message, const struct net *net)
{
    size_t head_len, body_len;
    split(message, &head_len, &body_len);
    return get_u16(message.data + 6) == 0 ||
           sum(bytes_sub(message, 0, head_len + body_len), net) == 0;
}

const struct format udp_format = {.name = "udp",
                                  .carrier = CARRIER_IP,
                                  .number = IP_UDP,
                                  .fields = fields,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .key = key,
                                  .split = split,
                                  .seal = udp_seal,
                                  .seal_head = udp_seal_head,
                                  .intact = intact};
