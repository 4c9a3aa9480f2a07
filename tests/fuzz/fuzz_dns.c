/* Any bytes as a DNS message: names end, pointers lead backwards, records lie within the message;
 * what is read and bears a name that may be written is written so that it reads the same; and the
 * inspector keeps within the datagram. */
#include "fuzz/fuzz.h"

#include "base/net.h"
#include "wire/dissect.h"
#include "wire/dns.h"
#include "wire/ipv4.h"
#include "wire/udp.h"

#include <string.h>

static void check_name(const char *name)
{
    CLAIM(strlen(name) <= DNS_NAME_MAX);
    CLAIM(dns_same_name(name, name));
}

static void check_head(const struct dns_head *h)
{
    struct dns_head back;
    struct buf out = {0};
    size_t at;
    if (h->counts[0] != 1 || !dns_is_name(h->name)) {
        return;
    }
    dns_write_head(h, &out);
    CLAIM(dns_read_head(bytes_of(out.data, out.len), &back, &at) && at == out.len);
    CLAIM(back.id == h->id && back.is_answer == h->is_answer && back.rcode == h->rcode);
    CLAIM(back.is_truncated == h->is_truncated && back.opcode == h->opcode);
    CLAIM(back.type == h->type && strcmp(back.name, h->name) == 0);
    buf_free(&out);
}

static void check_record(const struct dns_record *r, const struct dns_head *h)
{
    struct dns_record back;
    struct buf out = {0};
    if (!dns_is_name(r->name) || !dns_is_name(h->name)) {
        return;
    }
    dns_write_head(h, &out);
    size_t at = out.len;
    dns_write_record(r, h, &out);
    struct bytes message = bytes_of(out.data, out.len);
    CLAIM(dns_read_record(message, &at, &back) && at == out.len);
    CLAIM(back.type == r->type && back.ttl == r->ttl && bytes_equal(back.data, r->data));
    CLAIM(dns_same_name(back.name, r->name));
    buf_free(&out);
}

static void check_message(struct bytes message)
{
    struct dns_head h;
    struct dns_record r;
    size_t at;
    if (!dns_read_head(message, &h, &at)) {
        CLAIM(!dns_is_sound(message));
        return;
    }
    CLAIM(at >= DNS_HEADER && at <= message.len);
    check_name(h.name);
    check_head(&h);
    unsigned promised = (unsigned)h.counts[1] + h.counts[2] + h.counts[3], read = 0;
    for (size_t before = at; read < promised && dns_read_record(message, &at, &r); before = at) {
        CLAIM(at > before && at <= message.len);
        CLAIM(r.data.len == 0 || (r.data.data >= message.data &&
                                  r.data.data + r.data.len <= message.data + message.len));
        check_name(r.name);
        check_record(&r, &h);
        read++;
    }
    CLAIM(!dns_is_sound(message) || (read == promised && at == message.len));
}

/* As it stands in a datagram to port 53. */
static void check_picture(struct bytes message)
{
    static struct dissection d;
    struct buf wire = {0};
    size_t len = IPV4_HEADER + UDP_HEADER + message.len;
    struct ipv4 ip = {.total_len = (uint16_t)len, .protocol = IP_UDP, .from = 1, .to = 2};
    uint8_t *p = buf_extend(&wire, IPV4_HEADER + UDP_HEADER);
    ipv4_encode(&ip, p);
    udp_encode(5353, DNS_PORT, (uint32_t)message.len, p + IPV4_HEADER);
    buf_add(&wire, message);
    dissect(bytes_of(wire.data, wire.len), LINK_FORM_IP, &d);
    for (unsigned i = 0; i < d.layer_count; i++) {
        CLAIM(d.layers[i].at + (size_t)d.layers[i].len <= wire.len);
    }
    buf_free(&wire);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes message = bytes_of(data, size);
    if (size <= 2000) {
        check_message(message);
        check_picture(message);
    }
    return 0;
}
