/* Drawing the ladder's rows: an arrow from the sender's lifeline to the receiver's, a cross where a
 * packet died, what happened beside it. */
#include "export/ladder.h"

#include "export/say.h"

#include <inttypes.h>
#include <string.h>

enum {
    TIME_DOT = 4, /* cell of the decimal point: "1234.000" */
    LABEL = 256,  /* bytes */
};

static void flush(struct ladder *l)
{
    row_print(&l->row, l->o->has_colour, &l->line);
    fwrite(l->line.data, 1, l->line.len, l->out);
    buf_clear(&l->line);
}

/* Seconds, rounded to the ladder's decimals, at least three of them shown. */
static void print_time(const struct ladder *l, sim_time t, char out[32])
{
    sim_time step = l->decimals == 6 ? SIM_US : 1;
    char exact[32];
    time_print((t + step / 2) / step * step, exact);
    snprintf(out, 32, "%s", exact);
}

/* A row with its time, unless the row above has the same, and all lifelines. */
static void start(struct ladder *l, sim_time at)
{
    char text[32];
    row_clear(&l->row, l->o->width);
    if (at >= 0 && at != l->last) {
        print_time(l, at, text);
        unsigned dot = (unsigned)strcspn(text, ".");
        row_text(&l->row, dot < TIME_DOT ? TIME_DOT - dot : 0, l->left - 1, text, STYLE_DIM);
        l->last = at;
    }
    for (unsigned i = 0; i < l->column_count; i++) {
        row_put(&l->row, l->at[i], "│", STYLE_DIM);
    }
}

/* Text beside the ladder, on as many rows as it needs; ends the row. */
static void finish(struct ladder *l, unsigned from, const char *text, enum row_style style)
{
    unsigned cells = l->o->width > from ? l->o->width - from : 1;
    for (;;) {
        size_t n = text_wrap(text, cells);
        char part[512];
        size_t len = n < sizeof part ? n : sizeof part - 1;
        memcpy(part, text, len);
        part[len] = '\0';
        row_text(&l->row, from, l->o->width, part, style);
        flush(l);
        text += n;
        text += *text == ' ';
        if (!*text) {
            return;
        }
        start(l, -1);
    }
}

static int column_of(const struct ladder *l, uint32_t node)
{
    for (unsigned i = 0; i < l->column_count; i++) {
        if (l->node[i] == node) {
            return (int)i;
        }
    }
    return -1;
}

static enum row_style packet_style(const struct look *look)
{
    if (look->packet->of) {
        return STYLE_AGAIN;
    }
    if (look->is_unreadable || (look->packet->parent && look->packet->is_raw)) {
        return STYLE_RESET;
    }
    enum packet_kind kind = packet_kind(look->proto, look->head, look->body_len);
    return (enum row_style)(STYLE_CONTROL + (unsigned)kind);
}

/* "↻ DATA 3". One with a flipped bit goes by the name that it was sent under. */
static void packet_text(const struct ladder *l, const struct look *look, char out[LABEL])
{
    char name[48], numbers[LOOK_NUMBERS];
    const struct packet *p = look->packet;
    struct look original = *look;
    if (p->parent && p->is_raw) {
        look_at(trace_packet(l->t, p->parent), &original);
    }
    const char *mark = p->birth == PACKET_FRAGMENT ? ""
                       : p->of                     ? "↻ "
                       : p->birth == PACKET_COPY   ? "⧉ "
                                                   : "";
    look_numbers(&original, numbers);
    snprintf(out, LABEL, "%s%s%s", mark, look_name(&original, name), numbers);
}

static const char *node_name(const struct ladder *l, uint32_t node)
{
    return node < l->t->node_count ? l->t->nodes[node].label[l->o->lang] : "?";
}

static void say_drop(const struct ladder *l, const struct ending *e, struct buf *out)
{
    char key[64];
    snprintf(key, sizeof key, "export.drop.%s", drop_class_name(e->why));
    say(out, l->o->lang, key, "node", node_name(l, e->from), "to", node_name(l, e->to), NULL);
}

static enum row_style say_ending(const struct ladder *l, const struct ending *e, struct buf *out)
{
    char text[32];
    switch (e->outcome) {
    case OUTCOME_ARRIVED:
        print_time(l, trace_record(l->t, e->record)->at, text);
        say(out, l->o->lang, "export.arrives", "time", text, NULL);
        return STYLE_DIM;
    case OUTCOME_UNDERWAY: say(out, l->o->lang, "export.underway", NULL); return STYLE_DIM;
    case OUTCOME_DROPPED: break;
    }
    say_drop(l, e, out);
    return STYLE_LOSS;
}

/* What stands at the right of a packet. */
static enum row_style packet_note(const struct ladder *l, const struct look *look,
                                  const struct ending *e, struct buf *out)
{
    static const char *const made[] = {[PACKET_COPY] = "export.copied",
                                       [PACKET_FLIPPED] = "export.altered",
                                       [PACKET_FRAGMENT] = "export.cut",
                                       [PACKET_TRANSLATED] = "export.translated",
                                       [PACKET_WHOLE] = "export.whole"};
    const struct packet *p = look->packet;
    char time[32];
    if (p->is_marked && e->outcome == OUTCOME_ARRIVED) {
        print_time(l, trace_record(l->t, e->record)->at, time);
        say(out, l->o->lang, "export.arrives-marked", "time", time, NULL);
        return STYLE_AGAIN;
    }
    const char *key = p->of && p->birth != PACKET_FRAGMENT ? "export.again" : made[p->birth];
    if (!key) {
        return say_ending(l, e, out);
    }
    struct buf rest = {0};
    enum row_style style = say_ending(l, e, &rest);
    say(out, l->o->lang, key, "rest", buf_cstr(&rest), NULL);
    buf_free(&rest);
    return style;
}

/* The cell where a packet's way ends. from, to: columns' cells of its first and last node. */
static unsigned end_cell(const struct ladder *l, const struct ending *e, unsigned from, unsigned to)
{
    int a = column_of(l, e->from), b = column_of(l, e->to);
    if (e->outcome == OUTCOME_ARRIVED) {
        return to;
    }
    if (a < 0 || b < 0) {
        return (from + to) / 2;
    }
    unsigned at = l->at[a], next = l->at[b];
    if (e->outcome == OUTCOME_DROPPED && e->waited) {
        return at == from ? (to > from ? from + 2 : from - 2) : at;
    }
    return (at + next) / 2;
}

static bool fits(unsigned from, unsigned to, const char *label, const char *more)
{
    return text_cells(label) + text_cells(more) + 6 <= (to > from ? to - from : from - to);
}

/* The label stands after the sender's lifeline, and gives way when the packet died near it. */
static void draw_arrow(struct ladder *l, const struct ending *e, unsigned from, unsigned to,
                       const char *label, enum row_style style)
{
    unsigned end = end_cell(l, e, from, to), cells = text_cells(label);
    bool right = to > from;
    unsigned low = right ? from + 1 : end, high = right ? end : from;
    row_fill(&l->row, low + (right ? 0 : 1), high, "─", style);
    for (unsigned i = 0; i < l->column_count; i++) {
        if (l->at[i] > low && l->at[i] < high) {
            row_put(&l->row, l->at[i], "┼", style);
        }
    }
    row_put(&l->row, from, right ? "├" : "┤", style);
    unsigned far = right ? to : from, near = right ? from : to;
    if (fits(near, far, label, "")) {
        unsigned at = right ? from + 4 : from - 3 - cells;
        row_put(&l->row, at - 1, " ", style);
        row_text(&l->row, at, l->row.width, label, style);
        row_put(&l->row, at + cells, " ", style);
    }
    if (e->outcome == OUTCOME_DROPPED) {
        row_put(&l->row, end, "╳", STYLE_LOSS);
    } else if (e->outcome == OUTCOME_UNDERWAY) {
        row_put(&l->row, end, right ? "╴" : "╶", style);
    } else {
        row_put(&l->row, right ? to - 1 : to + 1, right ? "►" : "◄", style);
    }
}

static unsigned longest_name(const struct ladder *l)
{
    unsigned longest = 0;
    for (uint32_t i = 0; i < l->t->node_count; i++) {
        unsigned cells = text_cells(node_name(l, i));
        longest = cells > longest ? cells : longest;
    }
    return longest < 20 ? longest : 20;
}

/* Without columns: "alice ── DATA 3 ─► bob". */
static unsigned draw_line(struct ladder *l, const struct ending *e, uint32_t from, uint32_t to,
                          const char *label, enum row_style style)
{
    unsigned at = l->left, end = l->row.width;
    row_text(&l->row, at, end, node_name(l, from), STYLE_PLAIN);
    at += longest_name(l);
    at += row_text(&l->row, at, end, " ── ", style);
    at += row_text(&l->row, at, end, label, style);
    if (e->outcome == OUTCOME_DROPPED) {
        at += row_text(&l->row, at, end, " ─╳  ", STYLE_LOSS);
    } else {
        at += row_text(&l->row, at, end, e->outcome == OUTCOME_ARRIVED ? " ─► " : " ── ", style);
    }
    return at + row_text(&l->row, at, end, node_name(l, to), STYLE_PLAIN) + 2;
}

/* Also of one that ended before: cut, or for nobody known. */
static uint32_t goal_of(const struct ladder *l, uint32_t packet, const struct ending *e)
{
    uint32_t to = packet_to_node(l->t, packet);
    return e->outcome == OUTCOME_ARRIVED ? e->node : to != UINT32_MAX ? to : e->to;
}

void ladder_print_packet(struct ladder *l, uint32_t record)
{
    const struct record *r = trace_record(l->t, record);
    const struct packet *p = trace_packet(l->t, r->packet);
    struct look look;
    struct ending e;
    char label[LABEL], blocks[LOOK_NUMBERS];
    look_at(p, &look);
    packet_ending(l->t, r->packet, &e);
    packet_text(l, &look, label);
    look_blocks(&look, blocks);
    uint32_t from = entity_node(l->t, r->where), to = goal_of(l, r->packet, &e);
    enum row_style style = packet_style(&look);
    int a = column_of(l, from), b = column_of(l, to);
    start(l, r->at);
    unsigned notes = l->notes;
    struct buf note = {0};
    if (*blocks && a >= 0 && b >= 0 && a != b && !fits(l->at[a], l->at[b], label, blocks)) {
        buf_printf(&note, "%s  ", blocks + 1);
    } else {
        strcat(label, blocks);
    }
    if (a >= 0 && b >= 0 && a != b) {
        draw_arrow(l, &e, l->at[a], l->at[b], label, style);
    } else {
        unsigned at = draw_line(l, &e, from, to, label, style);
        notes = at > notes ? at : notes;
    }
    style = packet_note(l, &look, &e, &note);
    finish(l, notes, buf_cstr(&note), style);
    buf_free(&note);
}

/* Cells to the right of a lifeline before the next one. */
static unsigned room_of(const struct ladder *l, unsigned column)
{
    return column + 1 < l->column_count ? l->at[column + 1] - l->at[column] - 3 : 0;
}

void ladder_print_event(struct ladder *l, sim_time at, uint32_t node, const char *mark,
                        enum row_style style, const char *text)
{
    int column = column_of(l, node);
    start(l, at);
    if (column < 0) {
        struct buf named = {0};
        buf_printf(&named, "%s %s: %s", mark, node_name(l, node), text);
        finish(l, l->column_count ? l->notes : l->left, buf_cstr(&named), style);
        buf_free(&named);
        return;
    }
    unsigned cell = l->at[column];
    row_put(&l->row, cell, mark, style);
    if (text_cells(text) <= room_of(l, (unsigned)column)) {
        row_text(&l->row, cell + 2, l->row.width, text, style);
        flush(l);
        return;
    }
    finish(l, l->notes, text, style);
}

static void start_gap(struct ladder *l)
{
    start(l, -1);
    for (unsigned i = 0; i < l->column_count; i++) {
        row_put(&l->row, l->at[i], "⋮", STYLE_DIM);
    }
}

void ladder_print_wait(struct ladder *l, sim_time wait)
{
    struct buf text = {0}, length = {0};
    say_time(&length, wait);
    say(&text, l->o->lang, "export.later", "time", buf_cstr(&length), NULL);
    start_gap(l);
    finish(l, l->notes, buf_cstr(&text), STYLE_DIM);
    buf_free(&text);
    buf_free(&length);
}

void ladder_print_gap(struct ladder *l, uint32_t lines, sim_time from, sim_time until)
{
    char count[16], first[32], last[32];
    struct buf text = {0};
    snprintf(count, sizeof count, "%" PRIu32, lines);
    print_time(l, from, first);
    print_time(l, until, last);
    say(&text, l->o->lang, "export.left-out", "n", count, "from", first, "until", last, NULL);
    start_gap(l);
    finish(l, l->column_count > 1 ? l->left + 2 : l->left, buf_cstr(&text), STYLE_BOLD);
    l->last = -1;
    buf_free(&text);
}
