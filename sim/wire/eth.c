/* Ethernet II frames. */
#include "wire/eth.h"

#include <stdio.h>
#include <string.h>

void eth_encode(const struct eth *h, uint8_t out[ETH_HEADER])
{
    memcpy(out, h->to, 6);
    memcpy(out + 6, h->from, 6);
    put_u16(out + 12, h->type);
}

bool eth_decode(struct bytes frame, struct eth *out)
{
    if (frame.len < ETH_HEADER) {
        return false;
    }
    memcpy(out->to, frame.data, 6);
    memcpy(out->from, frame.data + 6, 6);
    out->type = get_u16(frame.data + 12);
    return true;
}

uint32_t eth_frame_size(uint32_t len)
{
    return ethernet_size(len);
}

void eth_build(const struct eth *h, struct bytes payload, struct buf *out)
{
    eth_encode(h, buf_extend(out, ETH_HEADER));
    buf_add(out, payload);
    if (payload.len < ETH_MIN_PAYLOAD) {
        size_t pad = ETH_MIN_PAYLOAD - payload.len;
        memset(buf_extend(out, pad), 0, pad);
    }
}

uint64_t mac_get(const uint8_t mac[6])
{
    return (uint64_t)get_u16(mac) << 32 | get_u32(mac + 2);
}

void mac_put(uint8_t mac[6], uint64_t value)
{
    put_u16(mac, (uint32_t)(value >> 32) & 0xffff);
    put_u32(mac + 2, (uint32_t)value);
}

static int hex_digit(char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c | 0x20) : NULL;
    return at ? (int)(at - digits) : -1;
}

bool mac_parse(const char *text, uint64_t *out)
{
    uint64_t value = 0;
    for (int i = 0; i < 6; i++, text += 3) {
        int high = hex_digit(text[0]), low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0 || text[2] != (i < 5 ? ':' : '\0')) {
            return false;
        }
        value = value << 8 | (uint64_t)(high << 4 | low);
    }
    *out = value;
    return true;
}

char *mac_print(const uint8_t mac[6], char buf[18])
{
    snprintf(buf, 18, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
             mac[5]);
    return buf;
}

static const struct field_spec fields[] = {
    {"to", FIELD_ADDRESS, 0, 48},
    {"from", FIELD_ADDRESS, 48, 48},
    {"type", FIELD_NAMED, 96, 16},
    {NULL, FIELD_NUMBER, 0, 0},
};

static const char *type_name(uint64_t type)
{
    return type == ETHERTYPE_IPV4  ? "IPv4"
           : type == ETHERTYPE_ARP ? "ARP"
           : type == ETHERTYPE_ARQ ? "ARQ"
                                   : "";
}

static void describe(struct bytes head, struct field *f)
{
    if (f->form == FIELD_ADDRESS) {
        mac_print(head.data + f->bit / 8, f->text);
    } else {
        snprintf(f->text, sizeof f->text, "%s", type_name(f->value));
    }
}

/* A layer only: no packet of the simulation is "eth", so it has no short name. */
const struct format eth_format = {
    .name = "eth", .carrier = CARRIER_NONE, .fields = fields, .describe = describe};
