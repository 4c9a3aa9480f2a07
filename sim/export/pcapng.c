/* Blocks of pcapng: a section header, an interface description for each captured end of a link (and
 * format of its frames), an enhanced packet block for each packet that leaves or reaches it. */
#include "export/pcapng.h"

#include "base/err.h"
#include "base/os.h"
#include "export/pcapng_read.h"
#include "export/radio.h"
#include "wire/dissect.h"
#include "wire/eth.h"

#include <stdlib.h>

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum { OPT_END = 0, OPT_COMMENT = 1, OPT_NAME = 2, OPT_EPB_FLAGS = 2, OPT_TSRESOL = 9 };
enum { OPT_USERAPPL = 4, FLAG_INBOUND = 1, FLAG_OUTBOUND = 2 };

/* One end of one link, as the capturing program sees it: what leaves by one direction, what comes
 * by the other. `number` 0: no packet of that format passes, so no interface is described. */
struct tap {
    uint32_t out, in;   /* directions */
    uint32_t number[3]; /* 1 + interface number: IP packets (on a LAN all), frames that stand alone,
                           packets of a radio */
    bool is_lan;
};

struct capture {
    const struct trace *t;
    const struct pcapng_options *opt;
    FILE *file;
    struct tap *taps;
    uint32_t tap_count, interface_count;
    struct buf block, bytes, comment;
};

/* pcapng lets the writer choose the byte order; little-endian here, on every machine. */
static void add_u16(struct buf *b, unsigned v)
{
    buf_char(b, (char)(v & 255));
    buf_char(b, (char)(v >> 8 & 255));
}

static void add_u32(struct buf *b, uint32_t v)
{
    add_u16(b, v & 0xffff);
    add_u16(b, v >> 16);
}

static void pad(struct buf *b)
{
    while (b->len % 4) {
        buf_char(b, 0);
    }
}

static void add_option(struct buf *b, unsigned code, struct bytes value)
{
    add_u16(b, code);
    add_u16(b, (unsigned)value.len);
    buf_add(b, value);
    pad(b);
}

static void write_block(struct capture *c, uint32_t type)
{
    struct buf head = {0};
    uint32_t total = (uint32_t)c->block.len + 12;
    add_u32(&head, type);
    add_u32(&head, total);
    fwrite(head.data, 1, head.len, c->file);
    fwrite(c->block.data, 1, c->block.len, c->file);
    buf_clear(&head);
    add_u32(&head, total);
    fwrite(head.data, 1, head.len, c->file);
    buf_free(&head);
    buf_clear(&c->block);
}

static void write_section(struct capture *c)
{
    add_u32(&c->block, 0x1a2b3c4d);
    add_u16(&c->block, 1);
    add_u16(&c->block, 0);
    add_u32(&c->block, 0xffffffff); /* length of the section: not told */
    add_u32(&c->block, 0xffffffff);
    add_option(&c->block, OPT_COMMENT, bytes_str(c->t->title[c->opt->lang]));
    add_option(&c->block, OPT_USERAPPL, bytes_str("slowwire " SLOWWIRE_VERSION));
    add_option(&c->block, OPT_END, (struct bytes){0});
    write_block(c, BLOCK_SECTION);
}

static void write_interface(struct capture *c, const struct tap *tap, unsigned linktype)
{
    const struct trace *t = c->t;
    const char *node = t->nodes[direction_from(t, tap->out)].name;
    struct buf name = {0};
    buf_printf(&name, "%s (%s)", node, t->entities[tap->out].name);
    add_u16(&c->block, linktype);
    add_u16(&c->block, 0);
    add_u32(&c->block, 0); /* no snapshot length: packets stand whole */
    add_option(&c->block, OPT_NAME, bytes_of(name.data, name.len));
    add_option(&c->block, OPT_TSRESOL, bytes_of("\x09", 1));
    add_option(&c->block, OPT_END, (struct bytes){0});
    write_block(c, BLOCK_INTERFACE);
    buf_free(&name);
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
    const struct packet *p = trace_packet(c->t, r->packet);
    return tap->is_lan || !is_frame(p) ? 0 : is_radio(p) ? 2 : 1;
}

static void collect_taps(struct capture *c)
{
    const struct trace *t = c->t;
    c->taps = os_alloc((2 * t->link_count + 1) * sizeof *c->taps);
    for (uint32_t i = 0; i < t->link_count; i++) {
        for (int side = 0; side < 2; side++) {
            if (c->opt->tap == PCAPNG_TAP_ALL || c->opt->tap == t->links[i].node[side]) {
                c->taps[c->tap_count++] = (struct tap){t->links[i].direction[side],
                                                       t->links[i].direction[!side],
                                                       {0, 0},
                                                       t->links[i].is_lan};
            }
        }
    }
}

/* The tap that this record is seen at: the next one from *from on, NULL: none (more). */
static struct tap *tap_of(const struct capture *c, const struct record *r, uint32_t *from)
{
    for (; *from < c->tap_count; ++*from) {
        struct tap *tap = &c->taps[*from];
        if ((r->kind == REC_TX && tap->out == r->where) ||
            (r->kind == REC_ARRIVE && tap->in == r->where)) {
            ++*from;
            return tap;
        }
    }
    return NULL;
}

/* Interfaces are described before the first packet, so one pass looks for what will pass. */
static void describe_interfaces(struct capture *c)
{
    for (uint32_t n = 1; n <= c->t->count; n++) {
        const struct record *r = trace_record(c->t, n);
        uint32_t from = 0;
        for (struct tap *tap; (tap = tap_of(c, r, &from));) {
            tap->number[interface_of(c, tap, r)] = 1;
        }
    }
    for (uint32_t i = 0; i < c->tap_count; i++) {
        const uint32_t *n = c->taps[i].number;
        const uint16_t types[] = {c->taps[i].is_lan ? LINKTYPE_ETHERNET : LINKTYPE_RAW,
                                  LINKTYPE_USER0, LINKTYPE_RADIO};
        bool is_quiet = !n[0] && !n[1] && !n[2];
        for (int which = 0; which < 3; which++) {
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
static void comment_on(struct capture *c, uint32_t packet)
{
    struct list list = trace_of_packet(c->t, packet);
    buf_clear(&c->comment);
    if (trace_packet(c->t, packet)->is_flipped) {
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
        } else if (r->kind == REC_SEND && trace_packet(c->t, packet)->of) {
            say(c, "pcapng.again", "", "", "", r->at);
        }
    }
}

static unsigned ttl_of(const struct capture *c, const struct record *r)
{
    const struct record *tx = r->kind == REC_TX || r->cause == 0 ? r : trace_record(c->t, r->cause);
    return tx->kind == REC_TX ? tx->code : 0;
}

/* The Ethernet header of that hop around what is in c->bytes. */
static void frame_packet(struct capture *c, uint32_t number, const struct packet *p)
{
    const struct lan_hop *hop = trace_lan_hop(c->t, number);
    if (!hop) {
        return;
    }
    bool is_alone = p->proto->carrier == CARRIER_LINK;
    struct eth h = {.type = is_alone ? p->proto->number : ETHERTYPE_IPV4};
    struct buf frame = {0};
    mac_put(h.to, hop->to);
    mac_put(h.from, hop->from);
    eth_build(&h, bytes_of(c->bytes.data, c->bytes.len), &frame);
    buf_free(&c->bytes);
    c->bytes = frame;
}

static void build_packet(struct capture *c, uint32_t number, const struct record *r)
{
    const struct packet *p = trace_packet(c->t, r->packet);
    struct packet_view view = {.proto = p->proto->name,
                               .net = p->net,
                               .ip_id = p->ip_id,
                               .is_raw = p->is_raw,
                               .raw_ttl = p->net.ttl,
                               .head = packet_head(p),
                               .body = p->body,
                               .streams = &c->t->streams};
    unsigned hop = ttl_of(c, r);
    view.net.ttl = (uint8_t)(hop >> 8);
    view.net.ecn = hop & 3;
    buf_clear(&c->bytes);
    packet_build(&view, &c->bytes);
    if (is_radio(p)) {
        radio_packet(&c->bytes);
    }
    frame_packet(c, number, p);
}

static void write_packet(struct capture *c, const struct tap *tap, uint32_t number,
                         const struct record *r)
{
    build_packet(c, number, r);
    comment_on(c, r->packet);
    add_u32(&c->block, tap->number[interface_of(c, tap, r)] - 1);
    add_u32(&c->block, (uint32_t)((uint64_t)r->at >> 32));
    add_u32(&c->block, (uint32_t)r->at);
    add_u32(&c->block, (uint32_t)c->bytes.len);
    add_u32(&c->block, (uint32_t)c->bytes.len);
    buf_add(&c->block, bytes_of(c->bytes.data, c->bytes.len));
    pad(&c->block);
    struct buf flags = {0};
    add_u32(&flags, r->kind == REC_TX ? FLAG_OUTBOUND : FLAG_INBOUND);
    add_option(&c->block, OPT_EPB_FLAGS, bytes_of(flags.data, flags.len));
    if (c->comment.len) {
        add_option(&c->block, OPT_COMMENT, bytes_of(c->comment.data, c->comment.len));
    }
    add_option(&c->block, OPT_END, (struct bytes){0});
    write_block(c, BLOCK_PACKET);
    buf_free(&flags);
}

void pcapng_write(const struct trace *t, const struct pcapng_options *opt, FILE *out)
{
    struct capture c = {.t = t, .opt = opt, .file = out};
    write_section(&c);
    collect_taps(&c);
    describe_interfaces(&c);
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        uint32_t from = 0;
        for (const struct tap *tap; (tap = tap_of(&c, r, &from));) {
            write_packet(&c, tap, n, r);
        }
    }
    free(c.taps);
    buf_free(&c.block);
    buf_free(&c.bytes);
    buf_free(&c.comment);
}
