/* What a relay agent changes in a message (RFC 1542 4, RFC 3046 2.1). It works on the bytes, so
 * that what it does not know passes through it unchanged. */
#include "wire/dhcp.h"

#include "wire/udp.h"

#include <string.h>

enum { AT_HOPS = 3, AT_GIADDR = 24, AT_OPTIONS = DHCP_FIXED + 4 };

/* The end of the option that begins at `at`, clipped to the message. */
static size_t option_end(struct bytes m, size_t at)
{
    if (m.data[at] == DHCP_OPT_PAD || m.data[at] == DHCP_OPT_END || at + 1 >= m.len) {
        return at + 1;
    }
    size_t end = at + 2u + m.data[at + 1];
    return end > m.len ? m.len : end;
}

/* Copies the options up to END, but for those of code 82, and pads to BOOTP's size. */
static void copy_options(struct bytes m, struct bytes info, struct buf *out, size_t begin)
{
    for (size_t at = AT_OPTIONS; at < m.len && m.data[at] != DHCP_OPT_END;) {
        size_t end = option_end(m, at);
        if (m.data[at] != DHCP_OPT_RELAY) {
            buf_add(out, bytes_sub(m, at, end - at));
        }
        at = end;
    }
    if (info.len > 0) { /* RFC 3046 2.1: the last one */
        buf_char(out, (char)DHCP_OPT_RELAY);
        buf_char(out, (char)info.len);
        buf_add(out, info);
    }
    buf_char(out, (char)DHCP_OPT_END);
    while (out->len - begin < UDP_HEADER + DHCP_MIN) {
        buf_char(out, DHCP_OPT_PAD);
    }
}

void dhcp_relay(struct bytes head, const struct dhcp_relaying *how, struct buf *out)
{
    struct bytes m = bytes_sub(head, UDP_HEADER, head.len);
    size_t begin = out->len;
    buf_extend(out, UDP_HEADER);
    buf_add(out, bytes_sub(m, 0, AT_OPTIONS));
    uint8_t *p = out->data + begin + UDP_HEADER;
    p[AT_HOPS] = how->hops;
    put_u32(p + AT_GIADDR, how->giaddr);
    copy_options(m, how->info, out, begin);
    udp_encode(DHCP_SERVER_PORT, how->to_port, (uint32_t)(out->len - begin - UDP_HEADER),
               out->data + begin);
}
