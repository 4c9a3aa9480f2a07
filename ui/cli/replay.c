/* slowwire replay FILE.pcapng --to 127.0.0.1:PORT: the datagrams of one RTP session of a capture go
 * out again, each when it did then, to a real receiver. Only within this machine unless asked. */
#include "ui/cli/cli.h"

#include "base/os.h"
#include "export/sessions.h"
#include "wire/sdp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FILE_LIMIT   (UINT64_C(1) << 30)
#define LOOPBACK_NET 127u

enum { OPT_TO, OPT_FLOW, OPT_INTERFACE, OPT_SDP, OPT_BEYOND };
static const struct option options[] = {
    [OPT_TO] = {"--to", 0, "ADDRESS:PORT"},
    [OPT_FLOW] = {"--flow", 0, "ADDRESS:PORT"},
    [OPT_INTERFACE] = {"--interface", 0, "NAME|N"},
    [OPT_SDP] = {"--sdp", 0, "FILE"},
    [OPT_BEYOND] = {"--beyond-this-machine", 0, NULL},
    {0},
};

struct request {
    const char *file, *interface, *sdp; /* NULL: not given */
    struct addr to, flow;               /* flow.ip 0: any address; port 0: not given */
    bool may_leave;
};

static bool wrong(struct err *err, const char *key, const char *value)
{
    err_fail(err, key, "value", value, NULL);
    return false;
}

static bool read_port(const char *text, uint16_t *port)
{
    char *end;
    long value = *text >= '0' && *text <= '9' ? strtol(text, &end, 10) : 0;
    if (value < 1 || value > 65535 || *end) {
        return false;
    }
    *port = (uint16_t)value;
    return true;
}

/* ADDRESS:PORT, localhost:PORT; PORT alone only where any address will do. */
static bool read_place(const char *text, bool needs_address, struct addr *out)
{
    const char *colon = strrchr(text, ':');
    char address[20];
    if (!colon) {
        return !needs_address && read_port(text, &out->port);
    }
    size_t len = (size_t)(colon - text);
    if (len >= sizeof address || !read_port(colon + 1, &out->port)) {
        return false;
    }
    memcpy(address, text, len);
    address[len] = 0;
    if (strcmp(address, "localhost") == 0) {
        out->ip = LOOPBACK_NET << 24 | 1;
        return true;
    }
    return ip_parse(address, &out->ip);
}

static bool take(struct args *a, int what, struct request *r)
{
    switch (what) {
    case OPT_TO:
        return read_place(a->value, true, &r->to) || wrong(a->err, "cli.replay.bad-to", a->value);
    case OPT_FLOW:
        return read_place(a->value, false, &r->flow) ||
               wrong(a->err, "cli.replay.bad-flow", a->value);
    case OPT_INTERFACE: r->interface = a->value; return true;
    case OPT_SDP: r->sdp = a->value; return true;
    case OPT_BEYOND: r->may_leave = true; return true;
    case ARGS_WORD:
        if (r->file) {
            return wrong(a->err, "cli.replay.one-file", a->value);
        }
        r->file = a->value;
        return true;
    }
    return false;
}

/* RTCP takes the port behind RTP's, which is even (RFC 3550 11). */
static bool is_good(const struct request *r, struct err *err)
{
    char address[16];
    if (!r->file) {
        err_fail(err, "cli.replay.needs-file", NULL);
        return false;
    }
    if (!r->to.port) {
        err_fail(err, "cli.replay.needs-to", NULL);
        return false;
    }
    if (r->to.port & 1) {
        char port[8];
        snprintf(port, sizeof port, "%u", (unsigned)r->to.port);
        return wrong(err, "cli.replay.odd-port", port);
    }
    if (r->to.ip >> 24 != LOOPBACK_NET && !r->may_leave) {
        return wrong(err, "cli.replay.leaves", ip_print(r->to.ip, address));
    }
    return true;
}

static bool read_request(struct args *a, struct request *r)
{
    int what;
    while ((what = args_next(a)) != ARGS_END) {
        if (!take(a, what, r)) {
            return false;
        }
    }
    return is_good(r, a->err);
}

static void print_place(struct buf *out, struct addr place)
{
    char address[16];
    buf_printf(out, "%s:%u", ip_print(place.ip, address), (unsigned)place.port);
}

/* "10.0.0.2:5004 (500 packets from 10.0.0.1:49152)", one after the other. */
static void print_sessions(const struct sessions *s, enum lang lang, struct buf *out)
{
    for (uint32_t i = 0; i < s->count; i++) {
        const struct media_session *m = &s->list[i];
        struct buf to = {0}, from = {0};
        char packets[16];
        snprintf(packets, sizeof packets, "%u", (unsigned)m->packets);
        print_place(&to, m->to);
        print_place(&from, m->from);
        const char *pairs[] = {"to", buf_cstr(&to), "from", buf_cstr(&from), "packets", packets};
        buf_str(out, i ? "\n  " : "");
        text_fill(out, word(lang, "cli.replay.session"), pairs, 3);
        buf_free(&to);
        buf_free(&from);
    }
}

static bool matches(const struct request *r, const struct media_session *m)
{
    return r->flow.port == 0 ||
           (m->to.port == r->flow.port && (r->flow.ip == 0 || m->to.ip == r->flow.ip));
}

/* The one session that is meant; NULL: err says that there is none, or more than one. */
static struct media_session *choose(const struct request *r, const struct sessions *s,
                                    struct err *err)
{
    struct media_session *found = NULL;
    unsigned count = 0;
    for (uint32_t i = 0; i < s->count; i++) {
        if (matches(r, &s->list[i])) {
            found = count++ ? found : &s->list[i];
        }
    }
    if (count == 1) {
        return found;
    }
    struct buf all = {0};
    print_sessions(s, err->lang, &all);
    const char *none = s->fragments ? "cli.replay.only-fragments"
                       : s->cut     ? "cli.replay.only-cut"
                                    : "cli.replay.none";
    const char *key = s->count == 0 ? none
                      : count == 0  ? "cli.replay.no-such-flow"
                                    : "cli.replay.several";
    err_fail(err, key, "file", r->file, "sessions", buf_cstr(&all), NULL);
    buf_free(&all);
    return NULL;
}

static bool is_named(const struct capture_reader *c, uint32_t iface, const char *name)
{
    char number[16];
    snprintf(number, sizeof number, "%u", (unsigned)iface);
    return strcmp(c->ifaces[iface].name, name) == 0 || strcmp(number, name) == 0;
}

static bool choose_interface(const struct request *r, const struct capture_reader *c,
                             struct media_session *m, struct err *err)
{
    struct buf all = {0};
    for (uint32_t i = 0; r->interface && i < c->iface_count; i++) {
        if (is_named(c, i, r->interface)) {
            m->iface = i;
            buf_free(&all);
            return true;
        }
        buf_printf(&all, "%s%u: %s", i ? ", " : "", (unsigned)i, c->ifaces[i].name);
    }
    if (r->interface) {
        err_fail(err, "cli.replay.no-such-interface", "value", r->interface, "interfaces",
                 buf_cstr(&all), NULL);
    }
    buf_free(&all);
    return !r->interface;
}

/* What a receiver must know, for where the packets go now. */
static bool write_sdp(const struct request *r, const struct media_session *m, struct err *err)
{
    const struct payload_format *f = payload_by_type(m->payload_type);
    struct sdp sdp = {
        .title = "slowwire replay", .id = m->ssrc, .origin = r->to.ip, .to = r->to.ip};
    sdp.media[0] = f ? sdp_media_of(f, r->to.port)
                     : (struct sdp_media){.port = r->to.port, .type = m->payload_type};
    sdp.count = 1;
    return cli_write_sdp(&sdp, r->sdp, err);
}

struct sent {
    uint32_t packets, reports;
    sim_time lasted;
};

static int compare(const void *a, const void *b)
{
    const struct datagram *const *x = a, *const *y = b;
    int by_place = *x < *y ? -1 : *x > *y;
    return (*x)->at < (*y)->at ? -1 : (*x)->at > (*y)->at ? 1 : by_place;
}

/* Those of the session in the order of time, which a file need not keep. */
static const struct datagram **in_order(const struct sessions *s, const struct media_session *m,
                                        uint32_t *count)
{
    const struct datagram **list = os_alloc((s->datagram_count + 1) * sizeof *list);
    *count = 0;
    for (uint32_t i = 0; i < s->datagram_count; i++) {
        if (session_has(m, m->iface, &s->datagrams[i])) {
            list[(*count)++] = &s->datagrams[i];
        }
    }
    qsort(list, *count, sizeof *list, compare);
    return list;
}

static bool send_all(const struct request *r, const struct sessions *s,
                     const struct media_session *m, struct os_udp *socket, struct sent *sent)
{
    uint32_t count;
    const struct datagram **list = in_order(s, m, &count);
    int64_t began = os_wall_ns();
    bool all = true;
    for (uint32_t i = 0; i < count && all; i++) {
        const struct datagram *d = list[i];
        bool is_report = datagram_is_report(d);
        sent->lasted = d->at - list[0]->at;
        os_sleep_until(began + sent->lasted);
        all = os_udp_send(socket, r->to.ip, (uint16_t)(r->to.port + (d->to.port - m->to.port)),
                          d->payload);
        sent->packets += !is_report;
        sent->reports += is_report;
    }
    free(list);
    return all;
}

static void tell_sent(const struct request *r, const struct sent *sent, enum lang lang)
{
    char packets[16], reports[16], time[32];
    struct buf to = {0}, text = {0};
    snprintf(packets, sizeof packets, "%u", (unsigned)sent->packets);
    snprintf(reports, sizeof reports, "%u", (unsigned)sent->reports);
    print_place(&to, r->to);
    const char *pairs[] = {"packets", packets,      "reports",
                           reports,   "time",       time_print(sent->lasted, time),
                           "to",      buf_cstr(&to)};
    text_fill(&text, word(lang, "cli.replay.sent"), pairs, 4);
    printf("%s\n", buf_cstr(&text));
    buf_free(&to);
    buf_free(&text);
}

static int play(const struct request *r, const struct sessions *s, const struct media_session *m,
                struct err *err)
{
    struct os_udp socket;
    struct sent sent = {0};
    if (r->sdp && !write_sdp(r, m, err)) {
        return cli_tell(err, STATUS_UNABLE);
    }
    bool all = os_udp_open(&socket);
    if (all) {
        all = send_all(r, s, m, &socket, &sent);
        int why = errno;
        os_udp_close(&socket);
        errno = why;
    }
    if (!all) {
        err_fail(err, "cli.replay.cannot-send", "why", strerror(errno), NULL);
        return cli_tell(err, STATUS_UNABLE);
    }
    tell_sent(r, &sent, err->lang);
    return STATUS_HELD;
}

static int tell_bad_file(const struct request *r, const struct capture_reader *c, struct err *err)
{
    char where[24];
    snprintf(where, sizeof where, "%zu", c->where);
    err_add(err, ERR_ERROR, (struct err_place){.file = r->file}, c->wrong, "where", where, NULL);
    return cli_tell(err, STATUS_WRONG);
}

static int replay(const struct request *r, struct bytes file, struct err *err)
{
    struct capture_reader c;
    struct sessions s = {0};
    int status;
    if (!capture_open(&c, file) || !sessions_read(&s, &c)) {
        status = tell_bad_file(r, &c, err);
    } else {
        struct media_session *m = choose(r, &s, err);
        status = m && choose_interface(r, &c, m, err) ? play(r, &s, m, err)
                                                      : cli_tell(err, STATUS_WRONG);
    }
    sessions_free(&s);
    capture_close(&c);
    return status;
}

static int run(struct err *err, const struct command *self, int argc, char **argv)
{
    struct request r = {0};
    struct args a = {.command = self, .err = err, .list = argv, .count = argc};
    struct buf file = {0};
    if (!read_request(&a, &r)) {
        return cli_tell(err, STATUS_WRONG);
    }
    if (!os_read_file(r.file, FILE_LIMIT, &file)) {
        err_fail(err, "cli.cannot-read", "file", r.file, "why", strerror(errno), NULL);
        buf_free(&file);
        return cli_tell(err, STATUS_WRONG);
    }
    int status = replay(&r, bytes_of(file.data, file.len), err);
    buf_free(&file);
    return status;
}

const struct command command_replay = {"replay", "FILE.pcapng --to ADDRESS:PORT", options, run};
