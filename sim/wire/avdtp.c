#include "wire/avdtp.h"

#include <string.h>

static void add_services(const struct avdtp_services *s, struct buf *out)
{
    if (s->has_transport) {
        buf_char(out, AVDTP_MEDIA_TRANSPORT);
        buf_char(out, 0);
    }
    if (s->bad_category) {
        buf_char(out, (char)s->bad_category);
        buf_char(out, 0);
    }
    if (s->has_codec) {
        buf_char(out, AVDTP_MEDIA_CODEC);
        buf_char(out, (char)(2 + s->info_len));
        buf_char(out, 0); /* audio */
        buf_char(out, (char)s->codec);
        buf_add(out, bytes_of(s->info, s->info_len));
    }
}

static void add_seid(uint8_t seid, struct buf *out)
{
    buf_char(out, (char)(seid << 2));
}

static void write_command(const struct avdtp *m, struct buf *out)
{
    if (m->signal != AVDTP_DISCOVER) {
        add_seid(m->seid, out);
    }
    if (m->signal == AVDTP_SET_CONFIGURATION) {
        add_seid(m->own_seid, out);
    }
    if (m->signal == AVDTP_SET_CONFIGURATION || m->signal == AVDTP_RECONFIGURE) {
        add_services(&m->services, out);
    }
}

static void write_accept(const struct avdtp *m, struct buf *out)
{
    for (unsigned i = 0; m->signal == AVDTP_DISCOVER && i < m->endpoints; i++) {
        const struct avdtp_endpoint *e = &m->endpoint[i];
        buf_char(out, (char)(e->seid << 2 | e->is_used << 1));
        buf_char(out, (char)(e->media << 4 | e->is_sink << 3));
    }
    if (m->signal == AVDTP_GET_CAPABILITIES || m->signal == AVDTP_GET_ALL_CAPABILITIES ||
        m->signal == AVDTP_GET_CONFIGURATION) {
        add_services(&m->services, out);
    }
}

/* What stands before the error code. */
static bool rejects_service(unsigned signal)
{
    return signal == AVDTP_SET_CONFIGURATION || signal == AVDTP_RECONFIGURE;
}

static bool rejects_one_of_several(unsigned signal)
{
    return signal == AVDTP_START || signal == AVDTP_SUSPEND;
}

static void write_reject(const struct avdtp *m, struct buf *out)
{
    if (rejects_service(m->signal)) {
        buf_char(out, (char)m->category);
    } else if (rejects_one_of_several(m->signal)) {
        add_seid(m->seid, out);
    }
    buf_char(out, (char)m->error);
}

void avdtp_write(const struct avdtp *m, struct buf *out)
{
    buf_char(out, (char)((unsigned)m->label << 4 | (unsigned)m->kind));
    buf_char(out, (char)m->signal);
    switch (m->kind) {
    case AVDTP_COMMAND: write_command(m, out); break;
    case AVDTP_ACCEPT: write_accept(m, out); break;
    case AVDTP_REJECT: write_reject(m, out); break;
    case AVDTP_GENERAL_REJECT: break;
    }
}

/* Services are CATEGORY 1 | LENGTH 1 | value. False: the last is cut off. */
static bool read_services(struct bytes b, struct avdtp_services *out)
{
    while (b.len > 0) {
        size_t len = b.len < 2 ? 0 : b.data[1];
        if (b.len < 2 + len) {
            return false;
        }
        unsigned category = b.data[0];
        if (category == AVDTP_MEDIA_TRANSPORT) {
            out->has_transport = true;
        } else if (category == AVDTP_MEDIA_CODEC) {
            if (len < 2 || len > 2 + AVDTP_CODEC_MAX) {
                return false;
            }
            out->has_codec = true;
            out->codec = b.data[3];
            out->info_len = (uint8_t)(len - 2);
            memset(out->info, 0, sizeof out->info); /* the last of several counts */
            memcpy(out->info, b.data + 4, len - 2);
        } else if (category == 0 || category > AVDTP_DELAY_REPORTING) {
            out->bad_category = (uint8_t)category;
        }
        b = bytes_sub(b, 2 + len, b.len);
    }
    return true;
}

static bool read_command(struct bytes b, struct avdtp *out)
{
    if (out->signal == AVDTP_DISCOVER) {
        return b.len == 0;
    }
    if (b.len == 0) {
        return false;
    }
    out->seid = b.data[0] >> 2;
    switch (out->signal) {
    case AVDTP_SET_CONFIGURATION:
        out->own_seid = b.len > 1 ? b.data[1] >> 2 : 0;
        return b.len > 1 && read_services(bytes_sub(b, 2, b.len), &out->services);
    case AVDTP_RECONFIGURE: return read_services(bytes_sub(b, 1, b.len), &out->services);
    case AVDTP_GET_CAPABILITIES:
    case AVDTP_GET_ALL_CAPABILITIES:
    case AVDTP_GET_CONFIGURATION:
    case AVDTP_OPEN:
    case AVDTP_CLOSE:
    case AVDTP_ABORT: return b.len == 1;
    }
    return true; /* several endpoints, or what this signal's own rules say */
}

static bool read_endpoints(struct bytes b, struct avdtp *out)
{
    for (; b.len >= 2; b = bytes_sub(b, 2, b.len)) {
        if (out->endpoints < AVDTP_ENDPOINTS_MAX) {
            out->endpoint[out->endpoints++] = (struct avdtp_endpoint){.seid = b.data[0] >> 2,
                                                                      .is_used = b.data[0] & 2,
                                                                      .media = b.data[1] >> 4,
                                                                      .is_sink = b.data[1] & 8};
        }
    }
    return b.len == 0 && out->endpoints > 0;
}

static bool read_accept(struct bytes b, struct avdtp *out)
{
    switch (out->signal) {
    case AVDTP_DISCOVER: return read_endpoints(b, out);
    case AVDTP_GET_CAPABILITIES:
    case AVDTP_GET_ALL_CAPABILITIES:
    case AVDTP_GET_CONFIGURATION: return read_services(b, &out->services);
    case AVDTP_SECURITY_CONTROL: return true;
    }
    return b.len == 0;
}

static bool read_reject(struct bytes b, struct avdtp *out)
{
    bool has_more = rejects_service(out->signal) || rejects_one_of_several(out->signal);
    if (b.len != 1u + has_more) {
        return false;
    }
    out->category = rejects_service(out->signal) ? b.data[0] : 0;
    out->seid = rejects_one_of_several(out->signal) ? b.data[0] >> 2 : 0;
    out->error = b.data[b.len - 1];
    return true;
}

enum avdtp_got avdtp_read(struct bytes message, struct avdtp *out)
{
    *out = (struct avdtp){0};
    if (message.len < AVDTP_HEADER || message.data[0] & 0x0c) {
        return AVDTP_READ_NOT_ONE;
    }
    out->label = message.data[0] >> 4;
    out->kind = (enum avdtp_kind)(message.data[0] & 3);
    out->signal = message.data[1] & 0x3f;
    struct bytes b = bytes_sub(message, AVDTP_HEADER, message.len);
    bool fits = out->kind == AVDTP_COMMAND  ? read_command(b, out)
                : out->kind == AVDTP_ACCEPT ? read_accept(b, out)
                : out->kind == AVDTP_REJECT ? read_reject(b, out)
                                            : b.len == 0;
    return fits ? AVDTP_READ : AVDTP_READ_BAD_LENGTH;
}

const char *avdtp_signal_name(unsigned signal)
{
    static const char *const names[] = {"?",
                                        "DISCOVER",
                                        "GET CAPABILITIES",
                                        "SET CONFIGURATION",
                                        "GET CONFIGURATION",
                                        "RECONFIGURE",
                                        "OPEN",
                                        "START",
                                        "CLOSE",
                                        "SUSPEND",
                                        "ABORT",
                                        "SECURITY CONTROL",
                                        "GET ALL CAPABILITIES",
                                        "DELAY REPORT"};
    return names[signal <= AVDTP_DELAY_REPORT ? signal : 0];
}

const char *avdtp_error_name(unsigned error)
{
    static const struct {
        enum avdtp_error error;
        const char *name;
    } names[] = {{AVDTP_BAD_HEADER, "BAD HEADER FORMAT"},
                 {AVDTP_BAD_LENGTH, "BAD LENGTH"},
                 {AVDTP_BAD_SEID, "BAD ACP SEID"},
                 {AVDTP_SEP_IN_USE, "SEP IN USE"},
                 {AVDTP_SEP_NOT_IN_USE, "SEP NOT IN USE"},
                 {AVDTP_BAD_CATEGORY, "BAD SERV CATEGORY"},
                 {AVDTP_BAD_PAYLOAD, "BAD PAYLOAD FORMAT"},
                 {AVDTP_NOT_SUPPORTED, "NOT SUPPORTED COMMAND"},
                 {AVDTP_INVALID_CAPABILITIES, "INVALID CAPABILITIES"},
                 {AVDTP_UNSUPPORTED_CONFIGURATION, "UNSUPPORTED CONFIGURATION"},
                 {AVDTP_BAD_STATE, "BAD STATE"},
                 {A2DP_INVALID_CODEC, "INVALID CODEC TYPE"},
                 {A2DP_NOT_SUPPORTED_CODEC, "NOT SUPPORTED CODEC TYPE"},
                 {A2DP_INVALID_SAMPLING, "INVALID SAMPLING FREQUENCY"},
                 {A2DP_NOT_SUPPORTED_SAMPLING, "NOT SUPPORTED SAMPLING FREQUENCY"},
                 {A2DP_NOT_SUPPORTED_BITPOOL, "NOT SUPPORTED MAXIMUM BITPOOL VALUE"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if ((unsigned)names[i].error == error) {
            return names[i].name;
        }
    }
    return "?";
}

const char *avdtp_category_name(unsigned category)
{
    static const char *const names[] = {"?",
                                        "MEDIA TRANSPORT",
                                        "REPORTING",
                                        "RECOVERY",
                                        "CONTENT PROTECTION",
                                        "HEADER COMPRESSION",
                                        "MULTIPLEXING",
                                        "MEDIA CODEC",
                                        "DELAY REPORTING"};
    return names[category <= AVDTP_DELAY_REPORTING ? category : 0];
}
