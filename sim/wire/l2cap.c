#include "wire/l2cap.h"

enum { OPTION_MTU = 1, OPTION_HINT = 0x80, OPTION_HEADER = 2 };

static uint16_t get_low(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

static void add_low(struct buf *out, unsigned value)
{
    buf_char(out, (char)value);
    buf_char(out, (char)(value >> 8));
}

void l2cap_write(uint16_t channel, struct bytes information, struct buf *out)
{
    add_low(out, (unsigned)information.len);
    add_low(out, channel);
    buf_add(out, information);
}

bool l2cap_read(struct bytes pdu, uint16_t *channel, struct bytes *information)
{
    if (pdu.len < L2CAP_HEADER || pdu.len != L2CAP_HEADER + (size_t)get_low(pdu.data)) {
        return false;
    }
    *channel = get_low(pdu.data + 2);
    *information = bytes_sub(pdu, L2CAP_HEADER, pdu.len);
    return true;
}

static void add_mtu(const struct l2cap_command *c, struct buf *out)
{
    if (c->mtu) {
        buf_char(out, OPTION_MTU);
        buf_char(out, 2);
        add_low(out, c->mtu);
    }
}

/* What a refusal of an option repeats of it: its type, and no value. */
static void add_unknown(const struct l2cap_command *c, struct buf *out)
{
    if (c->has_unknown) {
        buf_char(out, (char)c->unknown);
        buf_char(out, 0);
    }
}

static void write_data(const struct l2cap_command *c, struct buf *out)
{
    switch (c->code) {
    case L2CAP_REJECT:
        add_low(out, c->result);
        if (c->result == L2CAP_NO_SUCH_CHANNEL) {
            add_low(out, c->channel);
            add_low(out, c->source);
        }
        break;
    case L2CAP_CONNECT:
        add_low(out, c->psm);
        add_low(out, c->source);
        break;
    case L2CAP_CONNECT_ANSWER:
        add_low(out, c->channel);
        add_low(out, c->source);
        add_low(out, c->result);
        add_low(out, c->status);
        break;
    case L2CAP_CONFIGURE:
        add_low(out, c->channel);
        add_low(out, c->flags);
        add_mtu(c, out);
        add_unknown(c, out);
        break;
    case L2CAP_CONFIGURE_ANSWER:
        add_low(out, c->source);
        add_low(out, c->flags);
        add_low(out, c->result);
        add_mtu(c, out);
        add_unknown(c, out);
        break;
    case L2CAP_DISCONNECT:
    case L2CAP_DISCONNECT_ANSWER:
        add_low(out, c->channel);
        add_low(out, c->source);
        break;
    case L2CAP_ECHO:
    case L2CAP_ECHO_ANSWER: buf_add(out, c->data); break;
    case L2CAP_INFORMATION: add_low(out, c->info); break;
    case L2CAP_INFORMATION_ANSWER:
        add_low(out, c->info);
        add_low(out, c->result);
        buf_add(out, c->data);
        break;
    }
}

void l2cap_write_command(const struct l2cap_command *c, struct buf *out)
{
    size_t at = out->len;
    buf_char(out, (char)c->code);
    buf_char(out, (char)c->id);
    add_low(out, 0);
    write_data(c, out);
    size_t len = out->len - at - L2CAP_COMMAND_HEADER;
    out->data[at + 2] = (uint8_t)len;
    out->data[at + 3] = (uint8_t)(len >> 8);
}

/* Options are TYPE 1 | LENGTH 1 | value (5). A type with its highest bit set is a hint: whoever
 * does not know it passes over it. */
static bool read_options(struct bytes options, struct l2cap_command *out)
{
    while (options.len > 0) {
        size_t len = options.len < OPTION_HEADER ? 0 : options.data[1];
        if (options.len < OPTION_HEADER || options.len < OPTION_HEADER + len) {
            return false;
        }
        unsigned type = options.data[0];
        if (type == OPTION_MTU && len == 2) {
            out->mtu = get_low(options.data + OPTION_HEADER);
        } else if (type == OPTION_MTU) {
            return false;
        } else if (!(type & OPTION_HINT)) {
            out->has_unknown = true;
            out->unknown = (uint8_t)type;
        }
        options = bytes_sub(options, OPTION_HEADER + len, options.len);
    }
    return true;
}

static size_t least_data(unsigned code)
{
    static const uint8_t least[] = {[L2CAP_REJECT] = 2,
                                    [L2CAP_CONNECT] = 4,
                                    [L2CAP_CONNECT_ANSWER] = 8,
                                    [L2CAP_CONFIGURE] = 4,
                                    [L2CAP_CONFIGURE_ANSWER] = 6,
                                    [L2CAP_DISCONNECT] = 4,
                                    [L2CAP_DISCONNECT_ANSWER] = 4,
                                    [L2CAP_ECHO] = 0,
                                    [L2CAP_ECHO_ANSWER] = 0,
                                    [L2CAP_INFORMATION] = 2,
                                    [L2CAP_INFORMATION_ANSWER] = 4};
    return least[code];
}

static bool is_code(unsigned code)
{
    return code >= L2CAP_REJECT && code <= L2CAP_INFORMATION_ANSWER;
}

static bool read_data(struct bytes data, struct l2cap_command *out)
{
    const uint8_t *d = data.data;
    if (data.len < least_data(out->code)) {
        return false;
    }
    switch (out->code) {
    case L2CAP_REJECT:
        out->result = get_low(d);
        if (out->result == L2CAP_NO_SUCH_CHANNEL && data.len >= 6) {
            out->channel = get_low(d + 2);
            out->source = get_low(d + 4);
        }
        return true;
    case L2CAP_CONNECT:
        out->psm = get_low(d);
        out->source = get_low(d + 2);
        return true;
    case L2CAP_CONNECT_ANSWER:
        out->channel = get_low(d);
        out->source = get_low(d + 2);
        out->result = get_low(d + 4);
        out->status = get_low(d + 6);
        return true;
    case L2CAP_CONFIGURE:
        out->channel = get_low(d);
        out->flags = get_low(d + 2);
        return read_options(bytes_sub(data, 4, data.len), out);
    case L2CAP_CONFIGURE_ANSWER:
        out->source = get_low(d);
        out->flags = get_low(d + 2);
        out->result = get_low(d + 4);
        return out->result == L2CAP_UNKNOWN_OPTION ||
               read_options(bytes_sub(data, 6, data.len), out);
    case L2CAP_DISCONNECT:
    case L2CAP_DISCONNECT_ANSWER:
        out->channel = get_low(d);
        out->source = get_low(d + 2);
        return true;
    case L2CAP_ECHO:
    case L2CAP_ECHO_ANSWER: out->data = data; return true;
    case L2CAP_INFORMATION: out->info = get_low(d); return true;
    case L2CAP_INFORMATION_ANSWER:
        out->info = get_low(d);
        out->result = get_low(d + 2);
        out->data = bytes_sub(data, 4, data.len);
        return true;
    }
    return false;
}

enum l2cap_got l2cap_next(struct bytes *rest, struct l2cap_command *out)
{
    *out = (struct l2cap_command){0};
    if (rest->len == 0) {
        return L2CAP_OVER;
    }
    size_t len = rest->len < L2CAP_COMMAND_HEADER ? 0 : get_low(rest->data + 2);
    if (rest->len < L2CAP_COMMAND_HEADER + len) {
        *rest = (struct bytes){0};
        return L2CAP_BROKEN;
    }
    unsigned code = rest->data[0];
    out->id = rest->data[1];
    struct bytes data = bytes_sub(*rest, L2CAP_COMMAND_HEADER, len);
    *rest = bytes_sub(*rest, L2CAP_COMMAND_HEADER + len, rest->len);
    if (!is_code(code)) {
        return L2CAP_UNKNOWN;
    }
    out->code = (enum l2cap_code)code;
    if (!read_data(data, out)) {
        *rest = (struct bytes){0};
        return L2CAP_BROKEN;
    }
    return L2CAP_COMMAND;
}

const char *l2cap_code_name(unsigned code)
{
    static const char *const names[] = {"?",
                                        "COMMAND REJECT",
                                        "CONNECTION REQUEST",
                                        "CONNECTION RESPONSE",
                                        "CONFIGURATION REQUEST",
                                        "CONFIGURATION RESPONSE",
                                        "DISCONNECTION REQUEST",
                                        "DISCONNECTION RESPONSE",
                                        "ECHO REQUEST",
                                        "ECHO RESPONSE",
                                        "INFORMATION REQUEST",
                                        "INFORMATION RESPONSE"};
    return names[is_code(code) ? code : 0];
}
