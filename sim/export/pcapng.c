/* Blocks of pcapng: a section header, an interface description for each captured end of a link (and
 * format of its frames), an enhanced packet block for each packet that leaves or reaches it. */
#include "export/pcapng.h"

#include "base/err.h"
#include "base/os.h"
#include "base/soon.h"
#include "export/hci.h"
#include "export/pcapng_read.h"
#include "export/radio.h"
#include "export/starts.h"
#include "wire/dissect.h"
#include "wire/eth.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPT_END = 0, OPT_COMMENT = 1, OPT_NAME = 2, OPT_EPB_FLAGS = 2, OPT_TSRESOL = 9 };
enum { OPT_USERAPPL = 4, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };

/* On a LAN everything is an IP packet's Ethernet frame. */
enum { TAP_IP, TAP_FRAME, TAP_RADIO, TAP_HCI, TAP_KINDS };

/* One end of one link, as the capturing program sees it: what leaves by one direction, what comes
 * by the other. `number` 0: no packet of that format passes, so no interface is described. */
struct tap {
    uint32_t out, in;           /* directions */
    uint32_t number[TAP_KINDS]; /* 1 + interface number */
    bool is_lan;
    uint16_t links_told; /* a bit a channel whose first piece has passed the HCI */
};

struct capture {
    const struct trace *t;
    const struct pcapng_options *opt;
    FILE *file;
    struct tap *taps;
    uint32_t tap_count, interface_count;
    /* 1 + index of the tap that sees what leaves, what comes by that direction; 0: none does. */
    uint32_t *leaving, *coming;
    bool *is_dropped; /* by packet */
    bool has_frames;  /* some packet may stand without IP */
    struct buf out;   /* blocks that are not written out yet */
    size_t begun;     /* where the last of them begins */
    struct buf bytes, comment;
    struct stream_sums sums;
    struct starts starts;
};

enum { WRITE_AT_ONCE = 1 << 15, PACKETS_AHEAD = 16 };

/* pcapng lets the writer choose the byte order; little-endian here, on every machine. Returns where
 * the next one goes. */
static inline uint8_t *put_low_u32(uint8_t *p, uint32_t v)
{
    const uint8_t low_first[] = {(uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16),
                                 (uint8_t)(v >> 24)};
    memcpy(p, low_first, sizeof low_first);
    return p + 4;
}

static void add_words(struct buf *b, const uint32_t *words, size_t count)
{
    uint8_t *p = buf_extend(b, 4 * count);
    for (size_t i = 0; i < count; i++) {
        p = put_low_u32(p, words[i]);
    }
}

static void add_padded(struct buf *b, struct bytes value)
{
    buf_add(b, value);
    buf_add(b, bytes_of("\0\0\0", (4 - value.len % 4) % 4));
}

static void add_option(struct buf *b, unsigned code, struct bytes value)
{
    const uint32_t head = code | (uint32_t)value.len << 16;
    add_words(b, &head, 1);
    add_padded(b, value);
}

/* `words`: its fixed fields. */
static void begin_block(struct capture *c, uint32_t type, const uint32_t *words, size_t count)
{
    c->begun = c->out.len;
    add_words(&c->out, (const uint32_t[]){type, 0}, 2);
    add_words(&c->out, words, count);
}

static void write_out(struct capture *c)
{
    fwrite(c->out.data, 1, c->out.len, c->file);
    buf_clear(&c->out);
}

/* Its length stands before and behind it. */
static inline void end_block(struct capture *c)
{
    uint32_t total = (uint32_t)(c->out.len - c->begun) + 8;
    put_low_u32(put_low_u32(buf_extend(&c->out, 8), OPT_END), total);
    put_low_u32(c->out.data + c->begun + 4, total);
    if (c->out.len > WRITE_AT_ONCE) {
        write_out(c);
    }
}

static void write_section(struct capture *c)
{
    /* Byte order, version 1.0, and no length of the section. */
    const uint32_t fixed[] = {0x1a2b3c4d, 1, UINT32_MAX, UINT32_MAX};
    begin_block(c, BLOCK_SECTION, fixed, 4);
    add_option(&c->out, OPT_COMMENT, bytes_str(c->t->title[c->opt->lang]));
    add_option(&c->out, OPT_USERAPPL, bytes_str("slowwire " SLOWWIRE_VERSION));
    end_block(c);
}

static void write_interface(struct capture *c, const struct tap *tap, unsigned linktype)
{
    const struct trace *t = c->t;
    const char *node = t->nodes[direction_from(t, tap->out)].name;
    struct buf name = {0};
    buf_printf(&name, "%s (%s)%s", node, t->entities[tap->out].name,
               linktype == LINKTYPE_HCI ? " HCI" : "");
    begin_block(c, BLOCK_INTERFACE, (const uint32_t[]){linktype, c->opt->snaplen}, 2);
    add_option(&c->out, OPT_NAME, bytes_of(name.data, name.len));
    add_option(&c->out, OPT_TSRESOL, bytes_of("\x09", 1));
    end_block(c);
    buf_free(&name);
}

/* The one behind `r`, which is number n - 1: in one chunk they stand in a row. */
static inline const struct record *record_after(const struct trace *t, const struct record *r,
                                                uint32_t n)
{
    return (n - 1) % TRACE_CHUNK ? r + 1 : trace_record(t, n);
}

static bool is_frame(const struct packet *p)
{
    return p->proto->carrier == CARRIER_LINK;
}

/* On a LAN everything stands in an Ethernet frame. */
static bool is_radio(const struct packet *p)
{
    return packet_form(p->proto->name) == LINK_FORM_BASEBAND;
}

/* Which of the tap's interfaces. */
static unsigned interface_of(const struct capture *c, const struct tap *tap, const struct record *r)
{
    if (tap->is_lan || !c->has_frames) {
        return 0;
    }
    const struct packet *p = trace_packet(c->t, r->packet);
    return !is_frame(p)                                 ? TAP_IP
           : r->kind != REC_TX && r->kind != REC_ARRIVE ? TAP_HCI
           : is_radio(p)                                ? TAP_RADIO
                                                        : TAP_FRAME;
}

static void add_tap(struct capture *c, const struct trace_link *link, int side)
{
    struct tap tap = {
        .out = link->direction[side], .in = link->direction[!side], .is_lan = link->is_lan};
    c->taps[c->tap_count++] = tap;
    c->leaving[tap.out] = c->coming[tap.in] = c->tap_count;
}

static void collect_taps(struct capture *c)
{
    const struct trace *t = c->t;
    c->taps = os_alloc((2 * t->link_count + 1) * sizeof *c->taps);
    c->leaving = os_alloc((t->entity_count + 1) * sizeof *c->leaving);
    c->coming = os_alloc((t->entity_count + 1) * sizeof *c->coming);
    for (uint32_t i = 0; i < t->link_count; i++) {
        for (int side = 0; side < 2; side++) {
            if (c->opt->tap == PCAPNG_TAP_ALL || c->opt->tap == t->links[i].node[side]) {
                add_tap(c, &t->links[i], side);
            }
        }
    }
}

/* The end of that radio link at which a host and its controller meet; NULL: nothing passes there.
 */
static struct tap *tap_of_host(const struct capture *c, const struct record *r)
{
    struct hci_pass pass;
    bool passes = hci_passes(c->t, r, &pass);
    for (uint32_t i = 0; passes && i < c->tap_count; i++) {
        struct tap *tap = &c->taps[i];
        if (direction_from(c->t, tap->out) == pass.node &&
            direction_to(c->t, tap->out) == pass.peer) {
            return tap;
        }
    }
    return NULL;
}

/* The tap that this record is seen at, NULL: none. */
static inline struct tap *tap_of(const struct capture *c, const struct record *r)
{
    if (r->kind != REC_TX && r->kind != REC_ARRIVE) {
        return c->has_frames ? tap_of_host(c, r) : NULL;
    }
    uint32_t number = (r->kind == REC_TX ? c->leaving : c->coming)[r->where];
    return number ? &c->taps[number - 1] : NULL;
}

/* May a packet stand without IP? On links that are no LAN only what such a protocol sends does. */
static bool has_frames(const struct trace *t)
{
    for (uint32_t i = 1; i <= t->entity_count; i++) {
        const struct actor_type *type = t->entities[i].type;
        if (type && type->proto && type->proto->carrier == CARRIER_LINK) {
            return true;
        }
    }
    return false;
}

/* Interfaces are described before the first packet, and a packet is told at its first hop what will
 * become of it, so one pass looks ahead; unless all is IP and arrives. */
static void look_ahead(struct capture *c)
{
    c->is_dropped = os_alloc(c->t->packets.count + 1);
    c->has_frames = has_frames(c->t);
    if (!c->has_frames && !c->t->has_drops) {
        return;
    }
    const struct record *r = NULL;
    for (uint32_t n = 1; n <= c->t->count; n++) {
        r = record_after(c->t, r, n);
        struct tap *tap = tap_of(c, r);
        if (tap) {
            tap->number[interface_of(c, tap, r)] = 1;
        }
        if (r->kind == REC_DROP) {
            c->is_dropped[r->packet] = true;
        }
    }
}

static void describe_interfaces(struct capture *c)
{
    for (uint32_t i = 0; i < c->tap_count; i++) {
        const uint32_t *n = c->taps[i].number;
        const uint16_t types[TAP_KINDS] = {c->taps[i].is_lan ? LINKTYPE_ETHERNET : LINKTYPE_RAW,
                                           LINKTYPE_USER0, LINKTYPE_RADIO, LINKTYPE_HCI};
        bool is_quiet = !n[TAP_IP] && !n[TAP_FRAME] && !n[TAP_RADIO] && !n[TAP_HCI];
        for (int which = 0; which < TAP_KINDS; which++) {
            if (n[which] || (is_quiet && !which)) {
                c->taps[i].number[which] = ++c->interface_count;
                write_interface(c, &c->taps[i], types[which]);
            }
        }
    }
}

static void say(struct capture *c, const char *key, const char *name, const char *place,
                const char *why, sim_time at)
{
    char time[32];
    const char *pairs[] = {"what", name, "place", place, "why", why, "time", time_print(at, time)};
    if (c->comment.len) {
        buf_str(&c->comment, "\n");
    }
    text_fill(&c->comment, word(c->opt->lang, key), pairs, 4);
}

/* Why it was sent, where it was lost, who refused it. */
static void comment_on(struct capture *c, uint32_t packet, const struct packet *p)
{
    struct list list = trace_of_packet(c->t, packet);
    if (p->is_flipped) {
        say(c, "pcapng.flipped", "", "", "", trace_record(c->t, list.at[0])->at);
    }
    for (uint32_t i = 0; i < list.count; i++) {
        const struct record *r = trace_record(c->t, list.at[i]);
        const struct entity *e = &c->t->entities[r->where];
        if (r->kind == REC_DROP) {
            const char *why = drop_class_name((enum drop_class)r->code);
            char key[40];
            snprintf(key, sizeof key, "pcapng.why.%s", why);
            bool on_wire = e->kind == ENTITY_DIRECTION;
            say(c, on_wire ? "pcapng.lost" : "pcapng.refused", "",
                on_wire ? e->name : c->t->nodes[e->node].name, word(c->opt->lang, key), r->at);
        } else if (r->kind == REC_SEND && p->of) {
            say(c, "pcapng.again", "", "", "", r->at);
        }
    }
}

/* TTL and ECN of that hop; 0: it stands on none. */
static uint16_t ttl_of(const struct capture *c, const struct record *r)
{
    const struct record *tx = r->kind == REC_TX || r->cause == 0 ? r : trace_record(c->t, r->cause);
    return tx->kind == REC_TX ? tx->code : 0;
}

/* The Ethernet header of that hop around a packet; in c->bytes. */
static void frame_packet(struct capture *c, const struct lan_hop *hop, const struct packet *p,
                         struct bytes packet)
{
    bool is_alone = p->proto->carrier == CARRIER_LINK;
    struct eth h = {.type = is_alone ? p->proto->number : ETHERTYPE_IPV4};
    struct buf frame = {0};
    mac_put(h.to, hop->to);
    mac_put(h.from, hop->from);
    eth_build(&h, packet, &frame);
    buf_free(&c->bytes);
    c->bytes = frame;
}

static struct packet_view view_of(const struct capture *c, const struct packet *p, uint16_t hop)
{
    struct packet_view view = {.proto = p->proto->name,
                               .net = p->net,
                               .ip_id = p->ip_id,
                               .is_raw = p->is_raw,
                               .raw_ttl = p->net.ttl,
                               .head = packet_head(p),
                               .body = p->body,
                               .streams = &c->t->streams};
    view.net.ttl = (uint8_t)(hop >> 8);
    view.net.ecn = hop & 3;
    return view;
}

/* The packet's first bytes: what is kept of it, or more. Borrowed until the next one is built. */
static struct bytes build_start(struct capture *c, uint32_t number, const struct record *r,
                                const struct packet *p, uint32_t keep)
{
    uint32_t hop = r->kind == REC_TX ? number : r->cause; /* which begins with its TX */
    struct bytes known = starts_get(&c->starts, r->packet, hop);
    if (known.len > 0) {
        return known;
    }
    struct packet_view view = view_of(c, p, ttl_of(c, r));
    buf_clear(&c->bytes);
    packet_build_start(&view, keep, &c->sums, &c->bytes);
    struct bytes built = bytes_of(c->bytes.data, c->bytes.len);
    starts_put(&c->starts, r->packet, hop, built);
    return built;
}

static struct bytes build_by_radio(struct capture *c, const struct record *r,
                                   const struct packet *p)
{
    struct packet_view view = view_of(c, p, ttl_of(c, r));
    buf_clear(&c->bytes);
    packet_build(&view, &c->bytes);
    if (r->kind == REC_TX || r->kind == REC_ARRIVE) {
        radio_packet(&c->bytes);
    } else {
        hci_packet(&c->bytes, r->kind == REC_SEND);
    }
    return bytes_of(c->bytes.data, c->bytes.len);
}

/* What is kept of the frame, or more; *size: how long it is on the wire. */
static struct bytes build_frame(struct capture *c, const struct tap *tap, uint32_t number,
                                const struct record *r, const struct packet *p, uint32_t *size)
{
    if (c->has_frames && is_radio(p)) { /* what is cut stands in its frame */
        struct bytes frame = build_by_radio(c, r, p);
        *size = (uint32_t)frame.len;
        return frame;
    }
    const struct lan_hop *hop = tap->is_lan ? trace_lan_hop(c->t, number) : NULL;
    struct bytes start =
        build_start(c, number, r, p, c->opt->snaplen ? c->opt->snaplen : UINT32_MAX);
    *size = p->size;
    if (hop) {
        frame_packet(c, hop, p, start);
        *size = eth_frame_size(p->size) - ETH_FCS;
        return bytes_of(c->bytes.data, c->bytes.len);
    }
    return start;
}

/* What stands in `frame`, `size` bytes on the wire, with the comment. */
static void write_bytes(struct capture *c, uint32_t interface, sim_time at, struct bytes frame,
                        uint32_t size, uint32_t direction)
{
    uint32_t snaplen = c->opt->snaplen, kept = snaplen && snaplen < size ? snaplen : size;
    uint32_t padded = (kept + 3) / 4 * 4;
    c->begun = c->out.len;
    uint8_t *p = buf_extend(&c->out, 28 + padded + 8);
    p = put_low_u32(p, BLOCK_PACKET);
    p = put_low_u32(p, 0); /* its length comes last */
    p = put_low_u32(p, interface - 1);
    p = put_low_u32(p, (uint32_t)((uint64_t)at >> 32));
    p = put_low_u32(p, (uint32_t)at);
    p = put_low_u32(p, kept);
    p = put_low_u32(p, size);
    if (kept > 0) {
        put_low_u32(p + padded - 4, 0); /* what pads the last bytes */
        memcpy(p, frame.data, kept);
    }
    p = put_low_u32(p + padded, OPT_EPB_FLAGS | 4 << 16);
    put_low_u32(p, direction);
    if (c->comment.len) {
        add_option(&c->out, OPT_COMMENT, bytes_of(c->comment.data, c->comment.len));
    }
    end_block(c);
}

static void write_connected(struct capture *c, struct tap *tap, const struct record *r)
{
    struct hci_pass pass;
    if (hci_passes(c->t, r, &pass) && !(tap->links_told >> pass.channel & 1)) {
        tap->links_told |= (uint16_t)(1u << pass.channel);
        buf_clear(&c->bytes);
        buf_clear(&c->comment);
        hci_connected(&pass, &c->bytes);
        write_bytes(c, tap->number[TAP_HCI], r->at, bytes_of(c->bytes.data, c->bytes.len),
                    (uint32_t)c->bytes.len, FLAG_INBOUND);
    }
}

/* Packets leave much in the order in which they were made: the one to look at soon. */
static const struct packet *packet_ahead(const struct trace *t, uint32_t packet)
{
    uint32_t last = t->packets.count;
    return packet_at(&t->packets, packet + PACKETS_AHEAD < last ? packet + PACKETS_AHEAD : last);
}

static void write_packet(struct capture *c, struct tap *tap, uint32_t number,
                         const struct record *r)
{
    if (r->kind == REC_TX) {
        soon(packet_ahead(c->t, r->packet), sizeof(struct packet));
    }
    unsigned interface = interface_of(c, tap, r);
    if (interface == TAP_HCI) {
        write_connected(c, tap, r);
    }
    const struct packet *p = packet_at(&c->t->packets, r->packet);
    uint32_t size;
    struct bytes frame = build_frame(c, tap, number, r, p, &size);
    c->comment.len = 0;
    if (c->is_dropped[r->packet] || p->is_flipped || p->of) {
        comment_on(c, r->packet, p);
    }
    bool is_out = r->kind == REC_TX || r->kind == REC_SEND;
    write_bytes(c, tap->number[interface], r->at, frame, size,
                is_out ? FLAG_OUTBOUND : FLAG_INBOUND);
}

static void free_capture(struct capture *c)
{
    free(c->taps);
    free(c->leaving);
    free(c->coming);
    free(c->is_dropped);
    buf_free(&c->out);
    buf_free(&c->bytes);
    buf_free(&c->comment);
    stream_sums_free(&c->sums);
    starts_free(&c->starts);
}

void pcapng_write(const struct trace *t, const struct pcapng_options *opt, FILE *out)
{
    struct capture c = {.t = t, .opt = opt, .file = out, .starts = starts_new(opt->snaplen)};
    write_section(&c);
    collect_taps(&c);
    look_ahead(&c);
    describe_interfaces(&c);
    const struct record *r = NULL;
    for (uint32_t n = 1; n <= t->count; n++) {
        r = record_after(t, r, n);
        struct tap *tap = tap_of(&c, r);
        if (tap) {
            write_packet(&c, tap, n, r);
        }
    }
    write_out(&c);
    free_capture(&c);
}
