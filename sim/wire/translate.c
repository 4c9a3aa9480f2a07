#include "wire/translate.h"

#include "wire/checksum.h"
#include "wire/icmp.h"
#include "wire/ipv4.h"

enum { TCP_SUM = 16, UDP_SUM = 6, ICMP_SUM = 2, ICMP_ID = 4 };

static bool is_echo(uint8_t type)
{
    return type == ICMP_ECHO || type == ICMP_ECHO_REPLY;
}

/* Ports of a message, or of an echo its identifier; false: neither is there. */
static bool read_ports(struct bytes message, uint8_t protocol, struct ends *out)
{
    if (message.len < 8) {
        return false;
    }
    const uint8_t *p = message.data;
    if (protocol == IP_TCP || protocol == IP_UDP) {
        out->from.port = get_u16(p);
        out->to.port = get_u16(p + 2);
        return true;
    }
    if (protocol == IP_ICMP && is_echo(p[0])) {
        out->from.port = p[0] == ICMP_ECHO ? get_u16(p + ICMP_ID) : 0;
        out->to.port = p[0] == ICMP_ECHO ? 0 : get_u16(p + ICMP_ID);
        return true;
    }
    return false;
}

bool translate_read(struct bytes wire, struct ends *out, uint8_t *protocol, bool *is_error)
{
    struct ipv4 ip;
    struct icmp m;
    if (!ipv4_decode(wire, &ip)) {
        return false;
    }
    struct bytes message = bytes_sub(wire, ip.header_len, wire.len);
    *is_error = ip.protocol == IP_ICMP && icmp_decode(message, &m) && icmp_is_error(&m);
    if (*is_error) {
        struct ends inner;
        bool unused;
        bool good = translate_read(icmp_quote(message), &inner, protocol, &unused) && !unused;
        *out = (struct ends){inner.to, inner.from};
        return good;
    }
    *out = (struct ends){{.ip = ip.from}, {.ip = ip.to}};
    *protocol = ip.protocol;
    return ip.offset == 0 && read_ports(message, ip.protocol, out);
}

/* A 16-bit word changes, and with it up to two checksums that cover it (NULL: none). */
static void change(uint8_t *at, uint16_t to, uint8_t *sum, uint8_t *other)
{
    uint16_t from = get_u16(at);
    put_u16(at, to);
    if (sum) {
        put_u16(sum, checksum_adjust(get_u16(sum), from, to));
    }
    if (other) {
        put_u16(other, checksum_adjust(get_u16(other), from, to));
    }
}

static void change_address(uint8_t *at, uint32_t to, uint8_t *sum, uint8_t *other)
{
    change(at, (uint16_t)(to >> 16), sum, other);
    change(at + 2, (uint16_t)to, sum, other);
}

size_t translate_sum_at(uint8_t protocol)
{
    return protocol == IP_TCP ? TCP_SUM : protocol == IP_UDP ? UDP_SUM : ICMP_SUM;
}

/* The checksum of the transport; NULL: it is cut off, or a UDP sender made none. */
static uint8_t *transport_sum(uint8_t *message, size_t len, uint8_t protocol)
{
    size_t at = translate_sum_at(protocol);
    bool is_none = protocol == IP_UDP && len >= UDP_SUM + 2 && get_u16(message + at) == 0;
    return len < at + 2 || is_none ? NULL : message + at;
}

static void write_ports(uint8_t *message, size_t len, uint8_t protocol, const struct ends *new,
                        uint8_t *sum)
{
    if (protocol == IP_ICMP) {
        change(message + ICMP_ID, message[0] == ICMP_ECHO ? new->from.port : new->to.port, sum,
               NULL);
    } else if (len >= 4) {
        change(message, new->from.port, sum, NULL);
        change(message + 2, new->to.port, sum, NULL);
    }
    if (protocol == IP_UDP && sum && get_u16(sum) == 0) {
        put_u16(sum, 0xffff); /* RFC 768: zero would say that there is none */
    }
}

/* The checksum of an error covers its quote, and what changed in there is not worth following. */
static void write_error(uint8_t *message, size_t len, const struct ends *new)
{
    struct ends turned = {new->to, new->from};
    uint16_t before = checksum_of(bytes_of(message, len));
    translate_write(message + ICMP_HEADER, len - ICMP_HEADER, &turned, &turned);
    uint16_t after = checksum_of(bytes_of(message, len));
    put_u16(message + ICMP_SUM,
            checksum_adjust(get_u16(message + ICMP_SUM), (uint16_t)~before, (uint16_t)~after));
}

void translate_write(uint8_t *wire, size_t len, const struct ends *new, const struct ends *outer)
{
    struct ipv4 ip;
    struct icmp m;
    if (!ipv4_decode(bytes_of(wire, len), &ip)) {
        return;
    }
    uint8_t *message = wire + ip.header_len;
    size_t rest = len - ip.header_len;
    bool is_error =
        ip.protocol == IP_ICMP && icmp_decode(bytes_of(message, rest), &m) && icmp_is_error(&m);
    bool has_pseudo = ip.protocol != IP_ICMP;
    uint8_t *sum = is_error ? NULL : transport_sum(message, rest, ip.protocol);
    change_address(wire + 12, outer->from.ip, wire + 10, has_pseudo ? sum : NULL);
    change_address(wire + 16, outer->to.ip, wire + 10, has_pseudo ? sum : NULL);
    if (is_error) {
        write_error(message, rest, new);
    } else {
        write_ports(message, rest, ip.protocol, new, sum);
    }
}
