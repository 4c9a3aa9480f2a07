/* Sequence and acknowledgement numbers of packets. */

#include "ui/view/numbers.h"

#include "wire/dissect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LONG_FROM  1000000u /* a number of so many digits is not read, only recognized */
#define NTP_EPOCH  0x7e80u  /* seconds of 1970-01-01 in the middle 32 bits of NTP */
#define LOOKED_MAX 256u     /* packets whose numbers are looked at */

struct numbers {
    uint32_t seq, ack;
    bool has_ack;
};

bool numbers_are_long(const struct trace *t)
{
    for (uint32_t id = 1; id <= t->packets.count && id <= LOOKED_MAX; id++) {
        const struct packet *p = trace_packet(t, id);

        if (p->seq_base >= LONG_FROM || p->ack_base >= LONG_FROM) {
            return true;
        }
    }
    return false;
}

/* False: its header has no such numbers. */
static bool numbers_of(const struct scene *s, const struct packet *p, struct numbers *out)
{
    struct bytes head = packet_head(p);
    int64_t seq, ack = 0;

    if (p->is_raw || !packet_field(p->proto->name, head, "seq", &seq) ||
        !packet_field(p->proto->name, head, "ack", &ack)) {
        return false;
    }
    *out = (struct numbers){(uint32_t)seq, (uint32_t)ack, ack != 0};
    if (s->is_relative) {
        out->seq -= p->seq_base;
        out->ack -= p->ack_base;
    }
    return true;
}

/* An address of an RSVP message; false: it has none of that name. */
static bool address_of(const struct packet *p, const char *field, char buf[24])
{
    char ip[16];
    int64_t value;

    if (p->is_raw || strcmp(p->proto->name, "rsvp") != 0 ||
        !packet_field(p->proto->name, packet_head(p), field, &value)) {
        return false;
    }
    snprintf(buf, 24, "%s:%u", ip_print((uint32_t)(value >> 16), ip), (unsigned)(value & 0xffff));
    return true;
}

/* Who sends to whom, and how fast. */
static unsigned lines_of_rsvp(const struct packet *p, char lines[2][48])
{
    char from[24], to[24], rate[32];
    int64_t bytes;
    unsigned count = 0;

    if (address_of(p, "session", to)) {
        bool has_from = address_of(p, "sender", from);
        snprintf(lines[count++], 48, "%s%s%s", has_from ? from : "", has_from ? " → " : "→ ", to);
    }
    if (count && packet_field(p->proto->name, packet_head(p), "rate", &bytes)) {
        value_print(8 * bytes, "bit/s", rate);
        snprintf(lines[count++], 48, "%s", rate);
    }
    return count;
}

const char *numbers_extra(const struct scene *s, uint32_t packet, char buf[24])
{
    const struct packet *p = trace_packet(s->trace, packet);
    struct numbers n;

    buf[0] = 0;
    if (address_of(p, "session", buf)) {
        return view_blank(s, buf, 24);
    }
    if (!numbers_of(s, p, &n)) {
        return buf;
    }
    switch (packet_kind(p->proto->name, packet_head(p), p->body.len)) {
    case PACKET_DATA: snprintf(buf, 24, "%" PRIu32 " B", p->body.len); break;
    case PACKET_ACK: snprintf(buf, 24, "%" PRIu32, n.ack); break;
    case PACKET_CONTROL:
    case PACKET_RESET: snprintf(buf, 24, "%" PRIu32, n.seq); break;
    case PACKET_REPORT:
    case PACKET_MEDIA: break;
    }
    return view_blank(s, buf, 24);
}

/* "sack 4381:5841, 7301:8761": as many blocks as fit; "": it has none. */
static void say_blocks(const struct scene *s, const struct packet *p, char line[48])
{
    char left[] = "sack1_left", right[] = "sack1_right", block[32];
    uint32_t base = s->is_relative ? p->ack_base : 0;
    int64_t from, to;

    line[0] = 0;
    while (packet_field(p->proto->name, packet_head(p), left, &from) &&
           packet_field(p->proto->name, packet_head(p), right, &to)) {
        snprintf(block, sizeof block, "%s%" PRIu32 ":%" PRIu32, *line ? ", " : "sack ",
                 (uint32_t)from - base, (uint32_t)to - base);
        if (strlen(line) + strlen(block) >= 48) {
            return;
        }
        strcat(line, block);
        left[4]++;
        right[4]++;
    }
}

unsigned numbers_lines(const struct ui *ui, const struct scene *s, uint32_t packet,
                       char lines[2][48])
{
    const struct packet *p = trace_packet(s->trace, packet);
    char number[16], length[16];
    unsigned count = 0;
    struct numbers n;

    if (!numbers_of(s, p, &n)) {
        count = lines_of_rsvp(p, lines);
        for (unsigned i = 0; i < count; i++) {
            view_blank(s, lines[i], 48);
        }
        return count;
    }
    enum packet_kind kind = packet_kind(p->proto->name, packet_head(p), p->body.len);
    if (kind != PACKET_ACK) {
        snprintf(number, sizeof number, "%" PRIu32, n.seq);
        snprintf(length, sizeof length, "%" PRIu32, p->body.len);
        view_format(ui, lines[count++], 48, p->body.len > 0 ? "stage.seq-bytes" : "stage.seq", "n",
                    number, "bytes", length, NULL);
    }
    if (n.has_ack && kind != PACKET_DATA) {
        snprintf(number, sizeof number, "%" PRIu32, n.ack);
        view_format(ui, lines[count++], 48, "stage.ack", "n", number, NULL);
    }
    if (count < 2) {
        say_blocks(s, p, lines[count]);
        count += lines[count][0] != 0;
    }
    for (unsigned i = 0; i < count; i++) {
        view_blank(s, lines[i], 48);
    }
    return count;
}

/* What an address in a DHCP message says beside itself; empty: it is not told. */
static const char *note_of_address(const struct ui *ui, const struct packet *p, const char *field,
                                   char buf[48])
{
    char key[32];
    int64_t value = 0;

    snprintf(key, sizeof key, "note.dhcp.%s", field);
    const char *words = word_find(ui->lang, key);
    bool is_told = words && packet_field(p->proto->name, packet_head(p), field, &value) && value;
    snprintf(buf, 48, "%s", is_told ? words : "");
    return buf;
}

/* What a report measures in units, in time; empty: it is told elsewhere. */
static const char *note_of_report(const struct scene *s, const struct packet *p, const char *field,
                                  char buf[48])
{
    const struct media *m = &s->film->media;

    for (uint32_t i = 0; i < m->report_count; i++) {
        const struct media_report *r = &m->reports[i];
        double rate = (double)r->rate;
        if (trace_packet(s->trace, r->packet) != p) {
            continue;
        }
        if (strcmp(field, "jitter") == 0) {
            snprintf(buf, 48, "%" PRIu32 " / %g = %.1f ms", r->jitter, rate / 1000,
                     (double)r->jitter * 1000 / rate);
        } else if (strcmp(field, "lsr") == 0 && r->lsr) {
            snprintf(buf, 48, "%.3f s", (double)(r->lsr - (NTP_EPOCH << 16)) / 65536);
        }
        break;
    }
    return buf;
}

const char *numbers_block_note(const struct packet *p, const char *text, char buf[48])
{
    uint32_t left, right;

    if (p->ack_base == 0 || sscanf(text, "%" SCNu32 ":%" SCNu32, &left, &right) != 2) {
        return text;
    }
    snprintf(buf, 48, "%.22s (%" PRIu32 ":%" PRIu32 ")", text, left - p->ack_base,
             right - p->ack_base);
    return buf;
}

const char *numbers_note(const struct ui *ui, const struct scene *s, const struct packet *p,
                         const char *field, char buf[48])
{
    bool is_seq = strcmp(field, "seq") == 0, is_ack = strcmp(field, "ack") == 0;
    struct numbers n;
    struct scene absolute = *s;

    buf[0] = 0;
    if (strcmp(p->proto->name, "dhcp") == 0) {
        return note_of_address(ui, p, field, buf);
    }
    if (strcmp(p->proto->name, "rtcp") == 0 && !s->is_worksheet && s->film) {
        return note_of_report(s, p, field, buf);
    }
    absolute.is_relative = false;
    if (s->is_worksheet || (!is_seq && !is_ack) || !numbers_of(&absolute, p, &n)) {
        return buf;
    }
    uint32_t base = is_seq ? p->seq_base : p->ack_base, value = is_seq ? n.seq : n.ack;
    if (base == 0 || (is_ack && !n.has_ack)) {
        return buf;
    }
    if (value != base) {
        snprintf(buf, 48, "%" PRIu32 " + %" PRIu32, base, value - base);
        return buf;
    }
    uint32_t node = entity_node(s->trace, p->sender);
    return view_format(ui, buf, 48, "number.first", "node", node_short(s->trace, node, ui->lang),
                       NULL);
}
