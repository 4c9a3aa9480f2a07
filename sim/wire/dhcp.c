/* DHCP messages: the fixed part of BOOTP, then options as code, length, data. */
#include "wire/dhcp.h"

#include "wire/eth.h"
#include "wire/udp.h"

#include <string.h>

/* Offsets in the message, which stands behind the UDP header. */
enum { AT_FLAGS = 10, AT_CHADDR = 28, AT_SNAME = 44, AT_FILE = 108, AT_COOKIE = 236 };
enum { SNAME_SIZE = 64, FILE_SIZE = 128, OVERLOAD_FILE = 1, OVERLOAD_SNAME = 2 };

const char *dhcp_type_name(enum dhcp_type t)
{
    static const char *const names[] = {
        [DHCP_NONE] = "BOOTP",          [DHCP_DISCOVER] = "DHCPDISCOVER",
        [DHCP_OFFER] = "DHCPOFFER",     [DHCP_REQUEST] = "DHCPREQUEST",
        [DHCP_DECLINE] = "DHCPDECLINE", [DHCP_ACK] = "DHCPACK",
        [DHCP_NAK] = "DHCPNAK",         [DHCP_RELEASE] = "DHCPRELEASE",
        [DHCP_INFORM] = "DHCPINFORM"};
    return names[t];
}

/* Writing. All options stand first in one list; then they are dealt out. */

static void add_option(struct buf *list, enum dhcp_code code, const void *data, size_t len)
{
    const uint8_t *from = data;
    do {
        size_t part = len > 255 ? 255 : len;
        buf_char(list, (char)code);
        buf_char(list, (char)part);
        buf_add(list, bytes_of(from, part));
        from += part;
        len -= part;
    } while (len > 0);
}

static void add_u32(struct buf *list, enum dhcp_code code, uint32_t value)
{
    uint8_t data[4];
    put_u32(data, value);
    add_option(list, code, data, sizeof data);
}

static void add_address(struct buf *list, enum dhcp_code code, uint32_t ip)
{
    if (ip) {
        add_u32(list, code, ip);
    }
}

static void add_pair(struct buf *list, enum dhcp_code code, const uint32_t ip[2])
{
    uint8_t data[8];
    put_u32(data, ip[0]);
    put_u32(data + 4, ip[1]);
    if (ip[0]) {
        add_option(list, code, data, ip[1] ? 8 : 4);
    }
}

static void add_text(struct buf *list, enum dhcp_code code, const struct dhcp_text *t)
{
    if (t->len > 0) {
        add_option(list, code, t->data, t->len);
    }
}

static void list_options(const struct dhcp *m, struct buf *list)
{
    if (m->type != DHCP_NONE) {
        uint8_t type = (uint8_t)m->type;
        add_option(list, DHCP_OPT_TYPE, &type, 1);
    }
    add_text(list, DHCP_OPT_CLIENT, &m->client_id);
    add_address(list, DHCP_OPT_REQUESTED, m->requested);
    add_address(list, DHCP_OPT_SERVER, m->server);
    if (m->has_lease) {
        add_u32(list, DHCP_OPT_LEASE, m->lease);
    }
    add_address(list, DHCP_OPT_T1, m->t1);
    add_address(list, DHCP_OPT_T2, m->t2);
    add_address(list, DHCP_OPT_MASK, m->mask);
    add_pair(list, DHCP_OPT_ROUTER, m->router);
    add_pair(list, DHCP_OPT_DNS, m->dns);
    add_text(list, DHCP_OPT_HOST, &m->host);
    add_text(list, DHCP_OPT_DOMAIN, &m->domain);
    add_address(list, DHCP_OPT_BROADCAST, m->broadcast);
    add_text(list, DHCP_OPT_VENDOR, &m->vendor);
    add_text(list, DHCP_OPT_CLASS, &m->class_id);
    add_text(list, DHCP_OPT_PARAMS, &m->params);
    add_text(list, DHCP_OPT_MESSAGE, &m->message);
    if (m->size && !m->is_reply) { /* in a reply it is the room that the client gave */
        uint8_t size[2];
        put_u16(size, m->size);
        add_option(list, DHCP_OPT_SIZE, size, 2);
    }
    add_text(list, DHCP_OPT_RELAY, &m->relay);
}

#define SPLIT_FROM 17u /* shorter options stay whole */

/* Moves options from the front of *list to `to` while they and an END fit in `room`; of a long one
 * as much as fits (RFC 3396: in parts). */
static size_t deal(struct buf *list, size_t *from, uint8_t *to, size_t room)
{
    size_t used = 0;
    while (*from < list->len) {
        uint8_t *option = list->data + *from;
        size_t size = 2u + option[1], left = room - used - 1;
        if (size > left && (option[1] < SPLIT_FROM || left < 3)) {
            break;
        }
        size_t part = size <= left ? size : left;
        memcpy(to + used, option, part);
        to[used + 1] = (uint8_t)(part - 2);
        used += part;
        *from += part;
        if (part < size) { /* what is left becomes an option of the same code */
            *from -= 2;
            list->data[*from + 1] = (uint8_t)(size - part);
            list->data[*from] = to[used - part];
            break;
        }
    }
    to[used] = DHCP_OPT_END;
    return used + 1;
}

static void put_fixed(const struct dhcp *m, uint8_t *to)
{
    memset(to, 0, DHCP_FIXED);
    to[0] = m->is_reply ? 2 : 1;
    to[1] = 1; /* Ethernet */
    to[2] = 6;
    to[3] = m->hops;
    put_u32(to + 4, m->xid);
    put_u16(to + 8, m->secs);
    put_u16(to + AT_FLAGS, m->wants_broadcast ? 0x8000 : 0);
    put_u32(to + 12, m->ciaddr);
    put_u32(to + 16, m->yiaddr);
    put_u32(to + 20, m->siaddr);
    put_u32(to + 24, m->giaddr);
    mac_put(to + AT_CHADDR, m->chaddr);
}

/* Options into the message; what does not fit in `room` goes into file, then sname. */
static size_t put_options(struct buf *list, uint8_t *message, size_t room)
{
    uint8_t *at = message + AT_COOKIE + 4;
    size_t from = 0;
    if (list->len + 1 <= room) {
        return deal(list, &from, at, room);
    }
    at[0] = DHCP_OPT_OVERLOAD;
    at[1] = 1;
    size_t used = 3 + deal(list, &from, at + 3, room - 3);
    if (from < list->len) {
        deal(list, &from, message + AT_FILE, FILE_SIZE);
        at[2] = OVERLOAD_FILE;
    }
    if (from < list->len) {
        deal(list, &from, message + AT_SNAME, SNAME_SIZE);
        at[2] |= OVERLOAD_SNAME;
    }
    return used;
}

void dhcp_encode(const struct dhcp *m, uint16_t from_port, uint16_t to_port, struct buf *out)
{
    static const size_t before = 28 + DHCP_FIXED + 4; /* IP, UDP, fixed part, cookie */
    struct buf list = {0};
    list_options(m, &list);
    size_t room = m->is_reply && m->size > before + DHCP_ROOM ? m->size - before : DHCP_ROOM - 4;
    uint8_t *head = buf_extend(out, UDP_HEADER + DHCP_FIXED + 4 + room);
    uint8_t *message = head + UDP_HEADER;
    put_fixed(m, message);
    put_u32(message + AT_COOKIE, DHCP_COOKIE);
    size_t len = AT_COOKIE + 4 + put_options(&list, message, room);
    if (len < DHCP_MIN) {
        memset(message + len, 0, DHCP_MIN - len);
        len = DHCP_MIN;
    }
    udp_encode(from_port, to_port, (uint32_t)len, head);
    out->len -= DHCP_FIXED + 4 + room - len;
    buf_free(&list);
}

/* Reading. */

/* The next option of a field that begins at *at; false: END, the field's end, or a cut option. */
static bool next_option(struct bytes field, size_t *at, uint8_t *code, struct bytes *data,
                        bool *is_cut)
{
    while (*at < field.len && field.data[*at] == DHCP_OPT_PAD) {
        ++*at;
    }
    if (*at >= field.len || field.data[*at] == DHCP_OPT_END) {
        return false;
    }
    if (*at + 1 >= field.len || *at + 2u + field.data[*at + 1] > field.len) {
        *is_cut = true;
        return false;
    }
    *code = field.data[*at];
    *data = bytes_sub(field, *at + 2, field.data[*at + 1]);
    *at += 2 + data->len;
    return true;
}

/* Field 0 is the options', 1 is file, 2 is sname (RFC 3396 section 5: in this order). */
static struct bytes field_at(struct bytes message, int which, uint8_t overload)
{
    if (which == 0) {
        return bytes_sub(message, AT_COOKIE + 4, message.len);
    }
    if (which == 1) {
        return bytes_sub(message, AT_FILE, overload & OVERLOAD_FILE ? FILE_SIZE : 0);
    }
    return bytes_sub(message, AT_SNAME, overload & OVERLOAD_SNAME ? SNAME_SIZE : 0);
}

static int gather(struct bytes field, uint8_t wanted, uint8_t *out, size_t room, int so_far)
{
    uint8_t code;
    struct bytes data;
    bool is_cut = false;
    for (size_t at = 0; next_option(field, &at, &code, &data, &is_cut);) {
        if (code != wanted) {
            continue;
        }
        so_far = so_far < 0 ? 0 : so_far;
        size_t left = room - (size_t)so_far, n = data.len < left ? data.len : left;
        if (n > 0) {
            memcpy(out + so_far, data.data, n);
        }
        so_far += (int)n;
    }
    return so_far;
}

int dhcp_option(struct bytes head, enum dhcp_code code, uint8_t *out, size_t room)
{
    struct bytes message = bytes_sub(head, UDP_HEADER, head.len);
    uint8_t overload = 0;
    gather(field_at(message, 0, 0), DHCP_OPT_OVERLOAD, &overload, 1, -1);
    int len = -1;
    for (int i = 0; i < 3; i++) {
        len = gather(field_at(message, i, overload), (uint8_t)code, out, room, len);
    }
    return len;
}

static bool has_cut_option(struct bytes message)
{
    uint8_t overload = 0, code;
    struct bytes data;
    bool is_cut = false;
    gather(field_at(message, 0, 0), DHCP_OPT_OVERLOAD, &overload, 1, -1);
    for (int i = 0; i < 3; i++) {
        struct bytes field = field_at(message, i, overload);
        for (size_t at = 0; next_option(field, &at, &code, &data, &is_cut);) {
        }
    }
    return is_cut;
}

static void read_fixed(const uint8_t *p, struct dhcp *m)
{
    *m = (struct dhcp){.is_reply = p[0] == 2,
                       .hops = p[3],
                       .xid = get_u32(p + 4),
                       .secs = get_u16(p + 8),
                       .wants_broadcast = (get_u16(p + AT_FLAGS) & 0x8000) != 0,
                       .ciaddr = get_u32(p + 12),
                       .yiaddr = get_u32(p + 16),
                       .siaddr = get_u32(p + 20),
                       .giaddr = get_u32(p + 24),
                       .chaddr = mac_get(p + AT_CHADDR)};
}

/* Options of fixed size: false if one has another. */
static bool read_number(struct bytes head, enum dhcp_code code, int size, uint32_t *out)
{
    uint8_t data[8];
    int len = dhcp_option(head, code, data, sizeof data);
    if (len == size) {
        *out = size == 4 ? get_u32(data) : size == 2 ? get_u16(data) : data[0];
    }
    return len < 0 || len == size;
}

/* One or more addresses; the first two are kept. */
static bool read_addresses(struct bytes head, enum dhcp_code code, uint32_t out[2])
{
    uint8_t data[64];
    int len = dhcp_option(head, code, data, sizeof data);
    for (int i = 0; i < 2 && len >= 4 * (i + 1); i++) {
        out[i] = get_u32(data + 4 * i);
    }
    return len < 0 || (len > 0 && len % 4 == 0);
}

static bool read_text(struct bytes head, enum dhcp_code code, int least, struct dhcp_text *out)
{
    int len = dhcp_option(head, code, out->data, sizeof out->data);
    out->len = (uint16_t)(len < 0 ? 0 : len);
    return len < 0 || len >= least;
}

static bool read_numbers(struct bytes head, struct dhcp *m)
{
    uint32_t size = 0;
    uint8_t any[4];
    bool good = read_number(head, DHCP_OPT_REQUESTED, 4, &m->requested) &&
                read_number(head, DHCP_OPT_SERVER, 4, &m->server) &&
                read_number(head, DHCP_OPT_LEASE, 4, &m->lease) &&
                read_number(head, DHCP_OPT_T1, 4, &m->t1) &&
                read_number(head, DHCP_OPT_T2, 4, &m->t2) &&
                read_number(head, DHCP_OPT_MASK, 4, &m->mask) &&
                read_number(head, DHCP_OPT_BROADCAST, 4, &m->broadcast) &&
                read_number(head, DHCP_OPT_SIZE, 2, &size);
    m->size = (uint16_t)size;
    m->has_lease = dhcp_option(head, DHCP_OPT_LEASE, any, sizeof any) == 4;
    return good;
}

static bool read_texts(struct bytes head, struct dhcp *m)
{
    return read_addresses(head, DHCP_OPT_ROUTER, m->router) &&
           read_addresses(head, DHCP_OPT_DNS, m->dns) &&
           read_text(head, DHCP_OPT_HOST, 1, &m->host) &&
           read_text(head, DHCP_OPT_DOMAIN, 1, &m->domain) &&
           read_text(head, DHCP_OPT_VENDOR, 1, &m->vendor) &&
           read_text(head, DHCP_OPT_PARAMS, 1, &m->params) &&
           read_text(head, DHCP_OPT_MESSAGE, 1, &m->message) &&
           read_text(head, DHCP_OPT_CLASS, 1, &m->class_id) &&
           read_text(head, DHCP_OPT_CLIENT, 2, &m->client_id) &&
           read_text(head, DHCP_OPT_RELAY, 1, &m->relay);
}

enum dhcp_fault dhcp_decode(struct bytes head, struct dhcp *out)
{
    struct bytes message = bytes_sub(head, UDP_HEADER, head.len);
    if (message.len < DHCP_FIXED + 4) {
        return DHCP_TOO_SHORT;
    }
    const uint8_t *p = message.data;
    if (p[0] < 1 || p[0] > 2 || p[1] != 1 || p[2] != 6) {
        return DHCP_BAD_HEADER;
    }
    if (get_u32(p + AT_COOKIE) != DHCP_COOKIE) {
        return DHCP_NO_COOKIE;
    }
    if (has_cut_option(message)) {
        return DHCP_CUT_OPTION;
    }
    uint32_t type = 0;
    read_fixed(p, out);
    if (!read_number(head, DHCP_OPT_TYPE, 1, &type) || !read_numbers(head, out) ||
        !read_texts(head, out)) {
        return DHCP_BAD_LENGTH;
    }
    uint8_t any;
    bool has_type = dhcp_option(head, DHCP_OPT_TYPE, &any, 1) >= 0;
    out->type = type <= DHCP_INFORM ? (enum dhcp_type)type : DHCP_NONE;
    return has_type && out->type == DHCP_NONE ? DHCP_BAD_TYPE : DHCP_SOUND;
}
