/* The table of wire formats, and what can be asked of one by its name. A new protocol is one line
 * here. */
#include "wire/arp.h"
#include "wire/arq.h"
#include "wire/baseband.h"
#include "wire/dhcp.h"
#include "wire/dns.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"
#include "wire/rsvp.h"
#include "wire/rtcp.h"
#include "wire/rtp.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

/* Those first that there are most of. */
static const struct format *const formats[] = {
    &tcp_format, &udp_format,  &rtp_format,  &arq_format,  &baseband_format, &icmp_format,
    &arp_format, &ipv4_format, &dhcp_format, &rtcp_format, &dns_format,      &rsvp_format,
};

static const char *const names[] = {"arp",  "arq",  "baseband", "dhcp", "dns", "icmp", "ipv4",
                                    "rsvp", "rtcp", "rtp",      "tcp",  "udp", NULL};

/* SCENARIO.md's closed list, by protocol. */
static const char *const is_names[] = {
    "DATA",         "ACK",        "NAK",                                  /* arq */
    "DH1",          "DH3",        "DH5",         "NULL",         "POLL",  /* baseband */
    "SYN",          "SYN+ACK",    "FIN",         "RST",          "EMPTY", /* tcp */
    "ECHO",         "ECHO-REPLY", "UNREACHABLE", "TOO-BIG",      "TIME-EXCEEDED",
    "ICMP",                                                      /* icmp */
    "FRAGMENT",     "IP",                                        /* ipv4 */
    "ARP-REQUEST",  "ARP-REPLY",  "ARP-PROBE",   "ARP-ANNOUNCE", /* arp */
    "DHCPDISCOVER", "DHCPOFFER",  "DHCPREQUEST", "DHCPDECLINE",  /* dhcp */
    "DHCPACK",      "DHCPNAK",    "DHCPRELEASE", "DHCPINFORM",   "BOOTP",
    "RTP",          "SR",         "RR",          "SDES",         "BYE",
    "APP",          "NACK",       "RTX",         "PLI",          "RTCP", /* rtp, rtcp */
    "QUERY",        "RESPONSE",                                          /* dns */
    "PATH",         "RESV",       "PATH-ERR",    "RESV-ERR",             /* rsvp */
    "PATH-TEAR",    "RESV-TEAR",  "RESV-CONF",   "RSVP",         NULL,
};

_Static_assert(sizeof formats / sizeof *formats + 1 == sizeof names / sizeof *names,
               "every format has its name in the list");

const struct format *format_find(const char *name)
{
    const size_t count = sizeof formats / sizeof *formats;
    for (size_t i = 0; i < count; i++) { /* mostly it is the very same text */
        if (formats[i]->name == name) {
            return formats[i];
        }
    }
    for (size_t i = 0; name && i < count; i++) {
        if (strcmp(formats[i]->name, name) == 0) {
            return formats[i];
        }
    }
    return NULL;
}

const struct format *format_by_number(enum carrier carrier, uint16_t number)
{
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        if (formats[i]->carrier == carrier && formats[i]->number == number) {
            return formats[i];
        }
    }
    return NULL;
}

/* RTP and RTCP are told apart by their second byte (RFC 5761 4), whatever the port's parity. */
static const struct format *format_of_media(struct bytes datagram)
{
    struct bytes inside = bytes_sub(datagram, UDP_HEADER, datagram.len);
    struct rtp rtp;
    bool looks = inside.len >= 8 && inside.data[0] >> 6 == RTP_VERSION &&
                 rtp_uses_ports(get_u16(datagram.data), get_u16(datagram.data + 2));
    if (!looks) {
        return NULL;
    }
    if (inside.data[1] >= 192 && inside.data[1] <= 223) {
        return rtcp_is_valid(inside) ? &rtcp_format : NULL;
    }
    return rtp_decode(inside, &rtp) ? &rtp_format : NULL;
}

const struct format *format_in_udp(struct bytes datagram)
{
    if (datagram.len < UDP_HEADER) {
        return NULL;
    }
    const struct format *f = format_by_number(CARRIER_UDP, get_u16(datagram.data + 2));
    f = f ? f : format_by_number(CARRIER_UDP, get_u16(datagram.data));
    if (f == &dns_format && !dns_is_sound(bytes_sub(datagram, UDP_HEADER, datagram.len))) {
        f = NULL; /* that port is anybody's */
    }
    return f ? f : format_of_media(datagram);
}

bool proto_known(const char *name)
{
    return format_find(name) != NULL;
}

const char *const *proto_names(void)
{
    return names;
}

enum carrier proto_carrier(const char *name)
{
    const struct format *f = format_find(name);
    return f ? f->carrier : CARRIER_NONE;
}

enum link_form packet_form(const char *proto)
{
    const struct format *f = format_find(proto);
    return !f || f->carrier != CARRIER_LINK ? LINK_FORM_IP
           : f == &arp_format               ? LINK_FORM_ARP
           : f == &baseband_format          ? LINK_FORM_BASEBAND
                                            : LINK_FORM_FRAME;
}

const char *packet_is(const char *proto, struct bytes head, uint32_t body_len)
{
    const struct format *f = format_find(proto);
    return f ? f->is(head, body_len) : "?";
}

enum packet_kind packet_kind(const char *proto, struct bytes head, uint32_t body_len)
{
    const struct format *f = format_find(proto);
    return f ? f->kind(head, body_len) : PACKET_DATA;
}

const char *const *packet_is_names(void)
{
    return is_names;
}

char *packet_label(const char *proto, struct bytes head, uint32_t body_len, char buf[24])
{
    const struct format *f = format_find(proto);
    if (f && f->label) {
        f->label(head, body_len, buf);
        return buf;
    }
    snprintf(buf, 24, "%s", packet_is(proto, head, body_len));
    for (char *plus = buf; (plus = strchr(plus, '+'));) {
        *plus = ' ';
    }
    return buf;
}

uint64_t bits_read(struct bytes head, unsigned bit, unsigned bits)
{
    uint64_t value = 0;
    for (unsigned i = bit; i < bit + bits; i++) {
        unsigned byte = i / 8 < head.len ? head.data[i / 8] : 0;
        value = value << 1 | (byte >> (7 - i % 8) & 1);
    }
    return value;
}

static const struct field_spec *spec_find(const struct field_spec *specs, const char *name)
{
    for (; specs->name; specs++) {
        if (strcmp(specs->name, name) == 0) {
            return specs;
        }
    }
    return NULL;
}

static bool field_of(const struct format *f, struct bytes head, const char *field, int64_t *value)
{
    const struct field_spec *s = spec_find(f->fields, field);
    if (!s && f->more) {
        s = spec_find(f->more(head), field);
    }
    if (s) {
        *value = (int64_t)bits_read(head, s->bit, s->bits);
        return (s->bit + s->bits + 7u) / 8 <= head.len;
    }
    return f->value && f->value(head, field, value);
}

bool packet_field(const char *proto, struct bytes head, const char *field, int64_t *value)
{
    const struct format *f = format_find(proto);
    return f && field_of(f, head, field, value);
}

size_t packet_fields(const char *proto, struct bytes head, struct field_value *out)
{
    const struct format *f = format_find(proto);
    size_t count = f && f->all ? f->all(head, out) : 0;
    for (const char *const *name = f && count == 0 ? f->json : NULL; name && *name; name++) {
        out[count].name = *name;
        count += field_of(f, head, *name, &out[count].value);
    }
    return count;
}

const char *const *packet_field_names(const char *proto)
{
    static const char *const none[] = {NULL};
    const struct format *f = format_find(proto);
    return f && f->json ? f->json : none;
}
