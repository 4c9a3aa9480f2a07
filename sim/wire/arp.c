/* ARP: 28 bytes without a check of their own; the frame's check sequence covers them. */
#include "wire/arp.h"

#include "wire/eth.h"

#include <stdio.h>
#include <string.h>

enum { HARDWARE_ETHERNET = 1 };

void arp_encode(const struct arp *a, uint8_t out[ARP_SIZE])
{
    put_u16(out, HARDWARE_ETHERNET);
    put_u16(out + 2, ETHERTYPE_IPV4);
    out[4] = 6;
    out[5] = 4;
    put_u16(out + 6, a->op);
    mac_put(out + 8, a->sender_mac);
    put_u32(out + 14, a->sender_ip);
    mac_put(out + 18, a->target_mac);
    put_u32(out + 24, a->target_ip);
}

bool arp_decode(struct bytes head, struct arp *out)
{
    const uint8_t *p = head.data;
    if (head.len < ARP_SIZE || get_u16(p) != HARDWARE_ETHERNET ||
        get_u16(p + 2) != ETHERTYPE_IPV4 || p[4] != 6 || p[5] != 4) {
        return false;
    }
    unsigned op = get_u16(p + 6);
    *out = (struct arp){.op = (enum arp_op)op,
                        .sender_mac = mac_get(p + 8),
                        .sender_ip = get_u32(p + 14),
                        .target_mac = mac_get(p + 18),
                        .target_ip = get_u32(p + 24)};
    return op == ARP_REQUEST || op == ARP_REPLY;
}

static const struct field_spec fields[] = {
    {"hardware", FIELD_NUMBER, 0, 16},     {"protocol", FIELD_HEX, 16, 16},
    {"hardware_len", FIELD_NUMBER, 32, 8}, {"protocol_len", FIELD_NUMBER, 40, 8},
    {"op", FIELD_NAMED, 48, 16},           {"sender_mac", FIELD_ADDRESS, 64, 48},
    {"sender_ip", FIELD_ADDRESS, 112, 32}, {"target_mac", FIELD_ADDRESS, 144, 48},
    {"target_ip", FIELD_ADDRESS, 192, 32}, {NULL, FIELD_NUMBER, 0, 0},
};

static const char *const json[] = {"op",         "sender_mac", "sender_ip",
                                   "target_mac", "target_ip",  NULL};

static const char *is(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct arp a;
    if (!arp_decode(head, &a)) {
        return "?";
    }
    if (a.op == ARP_REPLY) {
        return "ARP-REPLY";
    }
    return a.sender_ip == 0             ? "ARP-PROBE"
           : a.sender_ip == a.target_ip ? "ARP-ANNOUNCE"
                                        : "ARP-REQUEST";
}

static enum packet_kind kind(struct bytes head, uint32_t body_len)
{
    (void)body_len;
    struct arp a;
    return arp_decode(head, &a) && a.op == ARP_REPLY ? PACKET_ACK : PACKET_CONTROL;
}

static void label(struct bytes head, uint32_t body_len, char buf[24])
{
    snprintf(buf, 24, "%s", is(head, body_len));
    char *hyphen = strchr(buf, '-');
    if (hyphen) {
        *hyphen = ' ';
    }
}

/* What stands behind it is the frame's padding. */
static bool split(struct bytes message, size_t *head_len, size_t *body_len)
{
    struct arp a;
    *head_len = message.len < ARP_SIZE ? 0 : ARP_SIZE;
    *body_len = 0;
    return arp_decode(message, &a);
}

static bool intact(struct bytes message, const struct net *net)
{
    (void)message;
    (void)net;
    return true;
}

static void describe(struct bytes head, struct field *f)
{
    if (strcmp(f->name, "op") == 0) {
        snprintf(f->text, sizeof f->text, "%s",
                 f->value == ARP_REQUEST ? "request"
                 : f->value == ARP_REPLY ? "reply"
                                         : "");
    } else if (f->form == FIELD_ADDRESS && f->bits == 48) {
        mac_print(head.data + f->bit / 8, f->text);
    } else if (f->form == FIELD_ADDRESS) {
        ip_print((uint32_t)f->value, f->text);
    }
}

const struct format arp_format = {.name = "arp",
                                  .carrier = CARRIER_LINK,
                                  .number = ETHERTYPE_ARP,
                                  .fields = fields,
                                  .json = json,
                                  .is = is,
                                  .kind = kind,
                                  .label = label,
                                  .split = split,
                                  .intact = intact,
                                  .describe = describe};
