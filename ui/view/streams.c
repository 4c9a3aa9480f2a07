/* Which connection, which of its directions, and where the rows lie. */
#include "ui/view/streams.h"

#include <math.h>
#include <string.h>

#define STREAMS_MAX 2u
#define CELL_LEAST  14.0 /* a full segment is at least so wide, else the strip turns pages */
#define PAGE        0.6
#define WRAP        4294967296.0

double stream_x(const struct stream_frame *f, double byte)
{
    double x = f->x + (byte - f->first) / f->shown * f->w;
    return fmin(fmax(x, f->x), f->x + f->w);
}

uint32_t stream_number(const struct stream_frame *f, double byte)
{
    int64_t start = 0;
    if (!f->s->is_relative) {
        actor_var(f->s, f->stream.sender, "iss", &start);
    }
    return (uint32_t)((uint64_t)start + (uint64_t)byte);
}

/* ---- the connection ---- */

static bool is_stream(const struct actor_type *type)
{
    for (unsigned i = 0; type && i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, "snd.una") == 0) {
            return true;
        }
    }
    return false;
}

static uint32_t flow_of(const struct scene *s)
{
    uint32_t selected = s->selected ? trace_packet(s->trace, s->selected)->flow : 0, best = 0;
    uint64_t most = 0;
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        const struct entity *e = &s->trace->entities[s->film->actors[i]];
        const struct flow *flow = &s->trace->flows[e->flow];
        if (e->flow == 0 || !is_stream(e->type)) {
            continue;
        }
        if (e->flow == selected) {
            return selected;
        }
        if (flow->packets > most) {
            most = flow->packets;
            best = e->flow;
        }
    }
    return best;
}

/* The newest end of the flow at a node that has a peer; 0: none yet. */
static uint32_t end_of(const struct scene *s, uint32_t flow, uint32_t node)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        uint32_t actor = s->film->actors[i];
        const struct entity *e = &s->trace->entities[actor];
        if (e->flow == flow && e->node == node && e->remote.ip && is_stream(e->type)) {
            found = actor;
        }
    }
    return found;
}

/* Data is more than a SYN and a FIN. */
static bool sends_data(const struct way *x)
{
    for (uint32_t i = 0; i < x->sent->count; i++) {
        if (x->sent->spans[i].to > x->sent->spans[i].from + 1) {
            return true;
        }
    }
    return false;
}

static unsigned streams_of(const struct scene *s, uint32_t flow, struct way *out)
{
    const struct flow *f = &s->trace->flows[flow];
    uint32_t ends[2] = {end_of(s, flow, f->from), end_of(s, flow, f->to)};
    unsigned n = 0;
    for (unsigned i = 0; i < 2; i++) {
        struct way x = {.sender = ends[i], .receiver = ends[1 - i]};
        if (!ends[i] || !curves_spans(&s->film->curves, ends[i], &x.sent, &x.reported)) {
            continue;
        }
        if (sends_data(&x)) {
            out[n++] = x;
        }
    }
    if (n == 0 && ends[0]) {
        out[n] = (struct way){.sender = ends[0], .receiver = ends[1]};
        n += curves_spans(&s->film->curves, ends[0], &out[n].sent, &out[n].reported);
    }
    return n;
}

/* ---- what holds now ---- */

/* A number of the wire as an offset, near what was sent last. */
static double offset_of(const struct stream_frame *f, uint32_t actor, const char *name,
                        const char *start)
{
    int64_t value = 0, from = 0;
    if (!actor || !actor_var(f->s, actor, name, &value) || !actor_var(f->s, actor, start, &from) ||
        value == 0) {
        return 0;
    }
    uint32_t n = spans_at_or_after(f->stream.sent, f->s->now + 1);
    double near = n ? (double)f->stream.sent->spans[n - 1].to : 0;
    double offset = (uint32_t)((uint32_t)value - (uint32_t)from);
    return offset + WRAP * fmax(0, floor((near - offset) / WRAP + 0.5));
}

static double size_of(const struct stream_frame *f, uint32_t actor, const char *name)
{
    int64_t value = 0;
    return actor && actor_var(f->s, actor, name, &value) ? (double)value : 0;
}

static void read_now(struct stream_frame *f)
{
    uint32_t a = f->stream.sender, b = f->stream.receiver;
    struct stream_now *n = &f->now;
    n->una = offset_of(f, a, "snd.una", "iss");
    n->nxt = fmax(offset_of(f, a, "snd.nxt", "iss"), n->una);
    n->window = n->una + size_of(f, a, "snd.wnd");
    n->cwnd = size_of(f, a, "cwnd");
    n->usable = fmin(n->window, n->una + n->cwnd);
    n->rcv_nxt = offset_of(f, b, "rcv.nxt", "irs");
    n->rcv_edge = n->rcv_nxt + size_of(f, b, "rcv.wnd");
    n->read = n->rcv_nxt - size_of(f, b, "unread");
}

/* ---- the page ---- */

static double all_bytes(const struct stream_frame *f)
{
    double most = 1;
    for (uint32_t i = f->stream.sent->count, k = 0; i-- > 0 && k < 4096; k++) {
        most = fmax(most, (double)f->stream.sent->spans[i].to);
    }
    return most;
}

/* Everything, if its segments can be told apart; else pages of 60 % of what is visible. */
static void choose_page(struct stream_frame *f)
{
    double all = all_bytes(f), mss = fmax(size_of(f, f->stream.sender, "mss"), 1);
    double most = fmax(mss * f->w / (CELL_LEAST * f->ui->k), 1);
    f->shown = fmin(all * 1.15, most);
    f->first = 0;
    if (f->shown < all) {
        double page = f->shown * PAGE;
        f->first = fmax(0, floor(f->now.una / page) * page - f->shown * 0.06);
        f->first = fmin(f->first, all * 1.04 - f->shown);
    }
}

/* ---- rows ---- */

static void draw_owner(const struct stream_frame *f, uint32_t actor, const char *key, double y)
{
    struct ui *ui = f->ui;
    if (!actor) {
        return;
    }
    const struct entity *e = &f->s->trace->entities[actor];
    double x = f->x + ui_text(ui, TYPE_TITLE, f->x, y, ui->theme->ink,
                              view_node_label(ui, f->s->trace, e->node));
    ui_text(ui, TYPE_LABEL, x + 8 * ui->k, y, ui->theme->ink3, ui_word(ui, key));
}

static void place_rows(struct stream_frame *f, struct rect r)
{
    double k = f->ui->k;
    f->has_pointers = r.h >= 108 * k;
    f->has_between = r.h >= 168 * k;
    double fixed = (20 + (f->has_pointers ? 20 + 20 : 6) + 16) * k;
    f->cell = fmin(fmax((r.h - fixed - (f->has_between ? 56 : 8) * k) / 2, 12 * k), 34 * k);
    f->top = r.y + 20 * k + 12 * k;
    f->bottom = r.y + r.h - (f->has_pointers ? 38 : 4) * k - f->cell;
}

static void draw_stream(struct ui *ui, const struct scene *s, const struct way *x, struct rect r)
{
    struct stream_frame f = {.ui = ui, .s = s, .stream = *x, .x = r.x, .w = r.w};
    read_now(&f);
    choose_page(&f);
    place_rows(&f, r);
    draw_owner(&f, x->sender, "streams.sends", r.y + 13 * ui->k);
    stream_draw_sender(&f);
    if (f.has_between) {
        stream_draw_between(&f);
    }
    stream_draw_receiver(&f);
    if (f.has_pointers) {
        draw_owner(&f, x->receiver, "streams.receives", r.y + r.h - 4 * ui->k);
    }
}

bool streams_draw(struct ui *ui, const struct scene *s, struct rect r)
{
    struct way streams[STREAMS_MAX];
    uint32_t flow = flow_of(s);
    unsigned n = flow ? streams_of(s, flow, streams) : 0;
    if (n == 0) {
        return false;
    }
    bool has_sack = streams[0].reported->count > 0 || (n > 1 && streams[1].reported->count > 0);
    double legend = stream_legend(ui, r, has_sack, true), gap = 14 * ui->k;
    struct rect below = rect_cut_bottom(&r, legend);
    double h = (r.h - gap * n) / n;
    for (unsigned i = 0; i < n; i++) {
        ui_push(ui, "stream", i);
        draw_stream(ui, s, &streams[i], (struct rect){r.x, r.y + i * (h + gap), r.w, h});
        ui_pop(ui);
    }
    stream_legend(ui, below, has_sack, false);
    return true;
}
