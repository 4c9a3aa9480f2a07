#include "wire/l2cap_format.h"

#include "wire/avdtp.h"
#include "wire/l2cap.h"
#include "wire/rtp.h"
#include "wire/udp.h"

#include <stdio.h>

/* The layer that is filled, the bytes that it is read from, and the first bit not read yet. */
struct filling {
    struct dissection *out;
    struct bytes from;
    uint16_t bit;
};

static struct field *add(struct filling *f, const char *name, enum field_form form, unsigned bits,
                         uint64_t value)
{
    struct field_spec spec = {name, form, f->bit, (uint16_t)bits};
    if ((f->bit + bits + 7u) / 8 > f->from.len) {
        return NULL;
    }
    f->bit = (uint16_t)(f->bit + bits);
    return dissect_add_field(f->out, &spec, value);
}

/* As the bits stand. */
static struct field *take(struct filling *f, const char *name, enum field_form form, unsigned bits)
{
    return add(f, name, form, bits, bits_read(f->from, f->bit, bits));
}

/* L2CAP's numbers: the low byte first. */
static struct field *take_low(struct filling *f, const char *name, enum field_form form)
{
    uint64_t low = bits_read(f->from, f->bit, 8), high = bits_read(f->from, f->bit + 8u, 8);
    return add(f, name, form, 16, low | high << 8);
}

static void name_it(struct field *field, const char *text)
{
    if (field) {
        snprintf(field->text, sizeof field->text, "%s", text);
    }
}

/* A layer for which there is no room more has no fields either. */
static struct filling begin(struct dissection *out, const char *layer, size_t at, struct bytes from)
{
    bool has_room = dissect_add_layer(out, layer, at, from.len) != NULL;
    return (struct filling){.out = out, .from = has_room ? from : (struct bytes){0}};
}

static size_t left(const struct filling *f)
{
    return f->from.len - f->bit / 8u;
}

/* ---- commands ---- */

static void add_options(struct filling *f)
{
    while (left(f) >= 4 && bits_read(f->from, f->bit, 16) == 0x0102) {
        take(f, "option", FIELD_NUMBER, 8);
        take(f, "option_length", FIELD_NUMBER, 8);
        take_low(f, "mtu", FIELD_NUMBER);
    }
}

static void add_command_data(struct filling *f, unsigned code)
{
    switch (code) {
    case L2CAP_REJECT: take_low(f, "reason", FIELD_NUMBER); break;
    case L2CAP_CONNECT:
        name_it(take_low(f, "psm", FIELD_NAMED),
                bits_read(f->from, 32, 16) == 0x1900 ? "AVDTP" : "");
        take_low(f, "source", FIELD_HEX);
        break;
    case L2CAP_CONNECT_ANSWER:
        take_low(f, "destination", FIELD_HEX);
        take_low(f, "source", FIELD_HEX);
        take_low(f, "result", FIELD_NUMBER);
        take_low(f, "status", FIELD_NUMBER);
        break;
    case L2CAP_CONFIGURE:
        take_low(f, "destination", FIELD_HEX);
        take_low(f, "flags", FIELD_HEX);
        add_options(f);
        break;
    case L2CAP_CONFIGURE_ANSWER:
        take_low(f, "source", FIELD_HEX);
        take_low(f, "flags", FIELD_HEX);
        take_low(f, "result", FIELD_NUMBER);
        add_options(f);
        break;
    case L2CAP_DISCONNECT:
    case L2CAP_DISCONNECT_ANSWER:
        take_low(f, "destination", FIELD_HEX);
        take_low(f, "source", FIELD_HEX);
        break;
    case L2CAP_INFORMATION: take_low(f, "info", FIELD_NUMBER); break;
    case L2CAP_INFORMATION_ANSWER:
        take_low(f, "info", FIELD_NUMBER);
        take_low(f, "result", FIELD_NUMBER);
        break;
    default: break;
    }
}

static void add_commands(struct bytes information, size_t at, struct dissection *out)
{
    while (information.len >= L2CAP_COMMAND_HEADER) {
        size_t len =
            L2CAP_COMMAND_HEADER + (size_t)(information.data[2] | information.data[3] << 8);
        struct filling f = begin(out, "l2cap-command", at, bytes_sub(information, 0, len));
        unsigned code = information.data[0];
        name_it(take(&f, "code", FIELD_NAMED, 8), l2cap_code_name(code));
        take(&f, "id", FIELD_NUMBER, 8);
        take_low(&f, "command_length", FIELD_NUMBER);
        add_command_data(&f, code);
        at += len;
        information = bytes_sub(information, len, information.len);
    }
}

/* ---- AVDTP ---- */

static void add_seid(struct filling *f, const char *name)
{
    take(f, name, FIELD_NUMBER, 6);
    take(f, "unused", FIELD_UNUSED, 2);
}

static void add_endpoints(struct filling *f)
{
    while (left(f) >= 2) {
        take(f, "seid", FIELD_NUMBER, 6);
        take(f, "in_use", FIELD_FLAG, 1);
        take(f, "unused", FIELD_UNUSED, 1);
        name_it(take(f, "media_type", FIELD_NAMED, 4), "audio");
        struct field *kind = take(f, "sep_type", FIELD_NAMED, 1);
        name_it(kind, kind && kind->value ? "sink" : "source");
        take(f, "unused", FIELD_UNUSED, 3);
    }
}

static void add_sbc_info(struct filling *f)
{
    take(f, "samplings", FIELD_HEX, 4);
    take(f, "modes", FIELD_HEX, 4);
    take(f, "blocks", FIELD_HEX, 4);
    take(f, "subbands", FIELD_HEX, 2);
    take(f, "allocations", FIELD_HEX, 2);
    take(f, "bitpool_least", FIELD_NUMBER, 8);
    take(f, "bitpool_most", FIELD_NUMBER, 8);
}

static void add_codec(struct filling *f, size_t len)
{
    static const char *const names[] = {"SBC", "MPEG-1,2", "MPEG-2,4 AAC"};
    take(f, "media_type", FIELD_NAMED, 4);
    take(f, "unused", FIELD_UNUSED, 4);
    struct field *codec = take(f, "codec", FIELD_NAMED, 8);
    uint64_t which = codec ? codec->value : 0;
    name_it(codec, which < 3 ? names[which] : "");
    if (codec && which == AVDTP_SBC && len == 2 + SBC_INFO) {
        add_sbc_info(f);
    } else if (len > 2) {
        take(f, "codec_info", FIELD_BYTES, (unsigned)(8 * (len - 2)));
    }
}

static void add_services(struct filling *f)
{
    while (left(f) >= 2) {
        struct field *category = take(f, "category", FIELD_NAMED, 8);
        name_it(category, avdtp_category_name(category ? (unsigned)category->value : 0));
        size_t len = (size_t)bits_read(f->from, f->bit, 8);
        take(f, "service_length", FIELD_NUMBER, 8);
        if (len > left(f)) {
            return;
        }
        if (category && category->value == AVDTP_MEDIA_CODEC && len >= 2) {
            add_codec(f, len);
        } else if (len > 0) {
            take(f, "service", FIELD_BYTES, (unsigned)(8 * len));
        }
    }
}

static void add_error(struct filling *f)
{
    struct field *error = take(f, "error", FIELD_NAMED, 8);
    name_it(error, avdtp_error_name(error ? (unsigned)error->value : 0));
}

static void add_reject(struct filling *f, unsigned signal)
{
    if (signal == AVDTP_SET_CONFIGURATION || signal == AVDTP_RECONFIGURE) {
        struct field *category = take(f, "category", FIELD_NAMED, 8);
        name_it(category, avdtp_category_name(category ? (unsigned)category->value : 0));
    } else if (signal == AVDTP_START || signal == AVDTP_SUSPEND) {
        add_seid(f, "seid");
    }
    add_error(f);
}

static bool tells_services(unsigned signal)
{
    return signal == AVDTP_GET_CAPABILITIES || signal == AVDTP_GET_ALL_CAPABILITIES ||
           signal == AVDTP_GET_CONFIGURATION;
}

static void add_signal_data(struct filling *f, enum avdtp_kind kind, unsigned signal)
{
    if (kind == AVDTP_REJECT) {
        add_reject(f, signal);
    } else if (kind == AVDTP_ACCEPT && signal == AVDTP_DISCOVER) {
        add_endpoints(f);
    } else if (kind == AVDTP_ACCEPT && tells_services(signal)) {
        add_services(f);
    } else if (kind == AVDTP_COMMAND && signal != AVDTP_DISCOVER) {
        add_seid(f, "seid");
        if (signal == AVDTP_SET_CONFIGURATION) {
            add_seid(f, "own_seid");
        }
        if (signal == AVDTP_SET_CONFIGURATION || signal == AVDTP_RECONFIGURE) {
            add_services(f);
        }
    }
}

static void add_avdtp(struct bytes message, size_t at, struct dissection *out)
{
    static const char *const kinds[] = {"command", "general reject", "accept", "reject"};
    struct filling f = begin(out, "avdtp", at, message);
    take(&f, "label", FIELD_NUMBER, 4);
    take(&f, "packet_type", FIELD_NUMBER, 2);
    struct field *kind = take(&f, "message_type", FIELD_NAMED, 2);
    take(&f, "unused", FIELD_UNUSED, 2);
    struct field *signal = take(&f, "signal", FIELD_NAMED, 6);
    if (kind && signal) {
        name_it(kind, kinds[kind->value]);
        name_it(signal, avdtp_signal_name((unsigned)signal->value));
        add_signal_data(&f, (enum avdtp_kind)kind->value, (unsigned)signal->value);
    }
}

/* ---- media ---- */

/* RTP's own table counts from the header of UDP, which is not there. */
static void add_rtp(struct bytes head, size_t at, struct dissection *out)
{
    struct filling f = begin(out, "rtp", at, head);
    for (const struct field_spec *s = rtp_format.fields; s->name; s++) {
        f.bit = (uint16_t)(s->bit - 8 * UDP_HEADER);
        struct field *field = take(&f, s->name, s->form, s->bits);
        if (field && rtp_format.describe) {
            rtp_format.describe(head, field);
        }
    }
}

static void add_sbc(struct bytes payload, size_t at, struct dissection *out)
{
    static const char *const samplings[] = {"16 kHz", "32 kHz", "44.1 kHz", "48 kHz"};
    static const char *const modes[] = {"mono", "dual channel", "stereo", "joint stereo"};
    struct filling f = begin(out, "sbc", at, bytes_sub(payload, 0, 5));
    take(&f, "fragmented", FIELD_FLAG, 1);
    take(&f, "starts", FIELD_FLAG, 1);
    take(&f, "last", FIELD_FLAG, 1);
    take(&f, "unused", FIELD_UNUSED, 1);
    take(&f, "frames", FIELD_NUMBER, 4);
    take(&f, "sync", FIELD_HEX, 8);
    struct field *sampling = take(&f, "sampling", FIELD_NAMED, 2);
    name_it(sampling, samplings[sampling ? sampling->value : 0]);
    struct field *blocks = take(&f, "blocks", FIELD_NAMED, 2);
    if (blocks) {
        snprintf(blocks->text, sizeof blocks->text, "%u", 4 + 4 * (unsigned)blocks->value);
    }
    struct field *mode = take(&f, "mode", FIELD_NAMED, 2);
    name_it(mode, modes[mode ? mode->value : 0]);
    struct field *allocation = take(&f, "allocation", FIELD_NAMED, 1);
    name_it(allocation, allocation && allocation->value ? "SNR" : "loudness");
    struct field *subbands = take(&f, "subbands", FIELD_NAMED, 1);
    name_it(subbands, subbands && subbands->value ? "8" : "4");
    take(&f, "bitpool", FIELD_NUMBER, 8);
    take(&f, "check", FIELD_HEX, 8);
}

static void add_media(struct bytes packet, size_t at, struct dissection *out)
{
    struct rtp rtp;
    size_t head = rtp_decode(packet, &rtp);
    if (head == 0) {
        return;
    }
    add_rtp(bytes_sub(packet, 0, head), at, out);
    if (packet.len > head) {
        add_sbc(bytes_sub(packet, head, packet.len), at + head, out);
    }
}

void l2cap_dissect(struct bytes pdu, uint32_t at, struct dissection *out)
{
    if (pdu.len < L2CAP_HEADER) {
        return;
    }
    struct filling f = begin(out, "l2cap", at, bytes_sub(pdu, 0, L2CAP_HEADER));
    take_low(&f, "length", FIELD_NUMBER);
    unsigned channel = pdu.data[2] | (unsigned)pdu.data[3] << 8;
    take_low(&f, "channel", FIELD_HEX);
    struct bytes information =
        bytes_sub(pdu, L2CAP_HEADER, (size_t)(pdu.data[0] | pdu.data[1] << 8));
    if (channel == L2CAP_SIGNALLING) {
        add_commands(information, at + L2CAP_HEADER, out);
    } else if (channel == L2CAP_DYNAMIC) {
        add_avdtp(information, at + L2CAP_HEADER, out);
    } else if (channel == L2CAP_DYNAMIC + 1) {
        add_media(information, at + L2CAP_HEADER, out);
    }
}
