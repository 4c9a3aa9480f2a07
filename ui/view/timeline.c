/* The transport: scrubber with marks and folds, the readout, buttons, loop and speed. */

#include "ui/view/view.h"

#include <math.h>
#include <stdio.h>

#define LOOKS_MAX 300u
#define MARK_GAP  8.0 /* closer marks merge: 6 and what keeps two crosses apart */

struct transport {
    struct ui *ui;
    const struct scene *s;
    const struct axis *axis;
    struct rect area, track;
    sim_time unit;
};

static double track_x(const struct transport *f, sim_time t)
{
    double share = f->axis->length > 0 ? axis_at(f->axis, t) / f->axis->length : 0;

    return f->track.x + f->track.w * fmin(fmax(share, 0), 1);
}

/* The scrubber. */

static void draw_track(const struct transport *f)
{
    struct ui *ui = f->ui;
    struct rect past = f->track;

    past.w = track_x(f, f->s->now) - f->track.x;
    canvas_fill_box(ui->c, f->track, f->track.h / 2, ui->theme->wire2);
    canvas_fill_box(ui->c, past, f->track.h / 2, ui->theme->ink);
}

/* From the first difference that the last edit made: a yellow line under the track. */
static void draw_changed(const struct transport *f)
{
    if (f->s->changed && f->s->changed_from != SIM_NEVER) {
        double k = f->ui->k, x = track_x(f, f->s->changed_from);
        struct rect r = {x, f->track.y + f->track.h + 2 * k, f->track.x + f->track.w - x, 2 * k};

        canvas_fill_box(f->ui->c, r, k, f->ui->theme->marker);
        canvas_vline(f->ui->c, x, r.y - 2 * k, r.y + 3 * k, 2 * k, f->ui->theme->ink);
    }
}

static void draw_loop(const struct transport *f)
{
    const struct player *p = f->s->player;
    struct ui *ui = f->ui;
    double k = ui->k, y0 = f->track.y - 4 * k, y1 = f->track.y + f->track.h + 4 * k;

    if (p->loop_from != SIM_NEVER) {
        canvas_vline(ui->c, track_x(f, p->loop_from), y0, y1, 2 * k, ui->theme->ink2);
    }
    if (p->loop_to != SIM_NEVER) {
        canvas_vline(ui->c, track_x(f, p->loop_to), y0, y1, 2 * k, ui->theme->ink2);
    }
}

/* The zigzag of a folded wait over the track. */
static void draw_fold(const struct transport *f, const struct fold *fold)
{
    struct ui *ui = f->ui;
    double k = ui->k, x0 = track_x(f, fold->from), x1 = track_x(f, fold->to);
    double y = f->track.y + f->track.h / 2, step = 6.2 * k;
    double now = fmin(fmax(track_x(f, f->s->now), x0), x1);
    struct stroke stroke = {.width = 1.5 * k, .cap = CAP_ROUND};
    int i = 0;

    if (x1 - x0 < 3 * step) {
        return;
    }
    canvas_fill_box(ui->c, (struct rect){x0, y - 5 * k, x1 - x0, 10 * k}, 0, ui->theme->panel);
    canvas_begin(ui->c);
    canvas_move(ui->c, x0, y);
    for (double x = x0 + step / 2; x < x1; x += step, i++) {
        canvas_to(ui->c, x, y + (i % 2 ? 4 : -4) * k);
    }
    canvas_to(ui->c, x1, y);
    canvas_stroke(ui->c, ui->theme->wire, stroke);
    canvas_clip(ui->c, (struct rect){x0 - 2, y - 8 * k, now - x0 + 2, 16 * k});
    canvas_stroke(ui->c, ui->theme->ink, stroke);
    canvas_unclip(ui->c);
}

static void draw_ticks(const struct transport *f)
{
    struct ui *ui = f->ui;
    double k = ui->k, y = f->track.y + f->track.h + 3 * k, last = -1e9;
    double room = 92 * k / fmax(f->track.w, 1) * f->axis->length;
    sim_time step = view_step(room), after;
    char text[32];

    for (sim_time t = 0; t <= f->axis->end; t += step) {
        double x, half;

        if (axis_is_folded(f->axis, t, &after)) {
            t = (after + step - 1) / step * step;
        }
        if (t > f->axis->end) {
            break;
        }
        x = track_x(f, t);
        view_time(t, f->unit, step, text);
        half = ui_text_width(ui, TYPE_AXIS, text) / 2;
        if (x - half < last + 6 * k || axis_is_folded(f->axis, t, &after)) {
            continue;
        }
        canvas_vline(ui->c, x, y, y + 4 * k, 1, ui->theme->ink3);
        ui_text_center(ui, TYPE_AXIS, x, y + (k > 1 ? 14 : 16) * k, ui->theme->ink3, text);
        last = x + half;
    }
}

/* What wins when marks merge. */
static int weight(const struct scene *s, const struct mark *m)
{
    const struct packet *p;

    switch (m->kind) {
    case MARK_LOST: return 6;
    case MARK_FIRED: return 5;
    case MARK_SENT:
        p = trace_packet(s->trace, m->packet);
        return p->of != 0 ? 4 : p->unit.n > 0 ? 3 : 2; /* what nobody repeats is an answer */
    case MARK_STATE: return 1;
    case MARK_ARRIVED: break;
    }
    return 0;
}

static void draw_mark(const struct transport *f, const struct mark *m)
{
    struct ui *ui = f->ui;
    double x = track_x(f, m->at), y = f->track.y - 15 * ui->k;
    double alpha = m->at > f->s->now ? 0.4 : 1;
    struct capsule capsule = {0};
    char buf[24];

    if (m->packet != 0) {
        capsule = view_capsule(f->s, m->packet, 10, buf);
    }
    switch (m->kind) {
    case MARK_LOST: part_mark(ui, x, y, MARK_LOSS, PACKET_DATA, false, alpha); break;
    case MARK_FIRED: part_mark(ui, x, y, MARK_TIMEOUT, PACKET_DATA, false, alpha); break;
    case MARK_SENT: part_mark(ui, x, y, MARK_PACKET, capsule.kind, capsule.is_again, alpha); break;
    case MARK_ARRIVED:
    case MARK_STATE:
        canvas_fill_circle(ui->c, x, y, 1.8 * ui->k, color_fade(ui->theme->ink3, alpha));
        break;
    }
}

/* First mark whose place is at or right of x, from mark i on. */
static uint32_t mark_right_of(const struct transport *f, double x)
{
    double at = (x - f->track.x) / fmax(f->track.w, 1) * f->axis->length;

    return player_mark_after(f->s->player, axis_time(f->axis, at) - 1);
}

/* The heaviest of the marks within one gap; *next is the first beyond. Of very many, some hundreds
 * are looked at, evenly. */
static const struct mark *heaviest(const struct transport *f, uint32_t i, uint32_t *next)
{
    const struct player *p = f->s->player;
    const struct mark *best = &p->marks[i];
    uint32_t stride;

    *next = mark_right_of(f, track_x(f, best->at) + MARK_GAP * f->ui->k);
    *next = *next > i ? *next : i + 1;
    stride = 1 + (*next - i) / LOOKS_MAX;
    for (; i < *next; i += stride) {
        if (weight(f->s, &p->marks[i]) > weight(f->s, best)) {
            best = &p->marks[i];
        }
    }
    return best;
}

static void draw_marks(const struct transport *f)
{
    const struct player *p = f->s->player;

    for (uint32_t i = 0; i < p->mark_count;) {
        uint32_t next = i + 1;
        const struct mark *m = heaviest(f, i, &next);

        if (m->at > f->s->now && p->hides_future) {
            break;
        }
        draw_mark(f, m);
        i = next;
    }
}

/* What is to come is not told. */
static void draw_hidden(const struct transport *f)
{
    struct ui *ui = f->ui;
    double x = track_x(f, f->s->now), k = ui->k;
    struct rect r = {x, f->track.y - 3 * k, f->track.x + f->track.w - x, f->track.h + 6 * k};

    if (!f->s->player->hides_future || r.w < 1) {
        return;
    }
    canvas_fill_box(ui->c, r, RADIUS_CELL, ui->theme->sunk);
    canvas_begin(ui->c);
    canvas_box(ui->c, r, RADIUS_CELL);
    canvas_hatch(ui->c, ui->theme->hair, 7 * k, 1.5 * k);
}

static void draw_head(const struct transport *f)
{
    struct ui *ui = f->ui;
    double x = track_x(f, f->s->now), y = f->track.y + f->track.h / 2, k = ui->k;

    canvas_fill_circle(ui->c, x, y, 11 * k, ui->theme->panel);
    canvas_fill_circle(ui->c, x, y, 8.5 * k, ui->theme->ink);
}

static void scrub(const struct transport *f)
{
    struct ui *ui = f->ui;
    struct rect hit = {f->track.x - 12 * ui->k, f->track.y - 22 * ui->k, f->track.w + 24 * ui->k,
                       f->track.h + 40 * ui->k};
    struct ui_touch touch = ui_region(ui, "scrubber", hit, false);
    double share = (ui->in.x - f->track.x) / fmax(f->track.w, 1);

    if (touch.held || touch.pressed) {
        f->s->wish->has_time = true;
        f->s->wish->time = axis_time(f->axis, fmin(fmax(share, 0), 1) * f->axis->length);
    }
}

static void draw_scrubber(const struct transport *f)
{
    draw_track(f);
    draw_changed(f);
    draw_ticks(f);
    for (uint32_t i = 0; i < f->axis->count; i++) {
        draw_fold(f, &f->axis->folds[i]);
    }
    draw_hidden(f);
    draw_loop(f);
    draw_marks(f);
    draw_head(f);
    scrub(f);
}

/* Readout, buttons, speed. */

static void draw_readout(const struct transport *f, double y)
{
    struct ui *ui = f->ui;
    double x = f->track.x, k = ui->k, baseline = y + 8 * k;
    sim_time tick = f->s->player->tick, step = tick < f->unit ? tick : f->unit / 10;
    char time[32], end[32], text[64];

    view_time(f->s->now, f->unit, step, time);
    view_time(f->axis->end, f->unit, step, end);
    x += ui_text(ui, TYPE_CLOCK, x, baseline, ui->theme->ink, time) + 6 * k;
    x += ui_text(ui, TYPE_BODY, x, baseline, ui->theme->ink3, view_unit_name(f->unit)) + 8 * k;
    snprintf(text, sizeof text, "/ %s %s", end, view_unit_name(f->unit));
    ui_text(ui, TYPE_CODE, x, baseline, ui->theme->ink3, text);
}

struct transport_button {
    const char *name, *tip, *key;
    enum icon icon;
    double at; /* from the middle */
    enum player_command command;
};

static const struct transport_button buttons[] = {
    {"first", "transport.first", "Home", ICON_FIRST, -110, PLAYER_START},
    {"previous", "transport.previous", "Left", ICON_PREVIOUS, -61, PLAYER_PREVIOUS},
    {"next", "transport.next", "Right", ICON_NEXT, 61, PLAYER_NEXT},
    {"last", "transport.last", "End", ICON_LAST, 110, PLAYER_END},
};

static void draw_buttons(const struct transport *f, double y)
{
    struct ui *ui = f->ui;
    double x = f->area.x + f->area.w / 2, k = ui->k, size = 36 * k;
    bool is_playing = f->s->player->is_playing;

    for (size_t i = 0; i < sizeof buttons / sizeof *buttons; i++) {
        const struct transport_button *b = &buttons[i];
        struct rect r = {x + b->at * k - size / 2, y - size / 2, size, size};

        if (ui_button(ui, b->name, r, UI_GHOST, b->icon, NULL, false)) {
            f->s->wish->command = b->command;
        }
        ui_tooltip(ui, ui_word(ui, b->tip), b->key);
    }
    if (ui_round_button(ui, "play", x, y, (k > 1 ? 17.5 : SIZE_TRANSPORT / 2) * k,
                        is_playing ? ICON_PAUSE : ICON_PLAY)) {
        f->s->wish->command = PLAYER_TOGGLE;
    }
    ui_tooltip(ui, ui_word(ui, is_playing ? "transport.pause" : "transport.play"), "Space");
}

/* How the playing compares with what it shows: "20× slower than real". */
static void pace_words(const struct transport *f, char *buf, size_t size)
{
    const struct player *p = f->s->player;
    double pace = p->pace * player_speeds[p->speed] / (double)SIM_S;
    bool is_slow = pace < 1;
    double times = is_slow ? 1 / fmax(pace, 1e-12) : pace;
    char number[32];

    if (fabs(times - 1) < 0.02) {
        snprintf(buf, size, "%s", ui_word(f->ui, "transport.real"));
        return;
    }
    snprintf(number, sizeof number, times < 9.5 ? "%.1f" : "%.0f", times);
    view_format(f->ui, buf, size, is_slow ? "transport.slower" : "transport.faster", "n", number,
                NULL);
}

static double draw_speeds(const struct transport *f, double right, double y)
{
    static const char *const labels[PLAYER_SPEEDS] = {"0.25×", "0.5×", "1×", "2×", "4×"};
    struct ui *ui = f->ui;
    double w = ui_segmented_width(ui, labels, PLAYER_SPEEDS, true), h = 30 * ui->k;
    unsigned chosen = f->s->player->speed;

    if (right - w <
        f->area.x + f->area.w / 2 + 134 * ui->k) { /* over the buttons: only what is set */
        const char *now = labels[chosen];

        ui_text_right(ui, TYPE_CODE, right, y + 4 * ui->k, ui->theme->ink2, now);
        return right - ui_text_width(ui, TYPE_CODE, now);
    }
    if (ui_segmented(ui, "speed", (struct rect){right - w, y - h / 2, w, h}, labels, PLAYER_SPEEDS,
                     &chosen, true)) {
        f->s->wish->has_speed = true;
        f->s->wish->speed = chosen;
    }
    ui_tooltip(ui, ui_word(ui, "transport.speed-tip"), "[ ]");
    return right - w;
}

static void draw_loop_button(const struct transport *f, double right, double y)
{
    struct ui *ui = f->ui;
    double size = 32 * ui->k;
    struct rect r = {right - size, y - size / 2, size, size};
    bool loops = f->s->player->loops;

    if (ui_button(ui, "loop", r, loops ? UI_PLAIN : UI_GHOST, ICON_LOOP, NULL, false)) {
        f->s->wish->command = PLAYER_LOOP;
    }
    ui_tooltip(ui, ui_word(ui, "transport.loop"), "L");
}

static void draw_speed(const struct transport *f, double y)
{
    struct ui *ui = f->ui;
    double k = ui->k, right = f->track.x + f->track.w, x = draw_speeds(f, right, y) - 12 * k;
    double middle = f->area.x + f->area.w / 2 + 150 * k;
    const char *speed = ui_word(ui, "transport.speed");
    char words[64];

    pace_words(f, words, sizeof words);
    if (x - ui_text_width(ui, TYPE_LABEL, words) - 52 * k > middle && k <= 1) {
        speed = words;
    }
    if (x - ui_text_width(ui, TYPE_LABEL, speed) - 40 * k > middle) {
        ui_text_right(ui, TYPE_LABEL, x, y + 4 * k, ui->theme->ink3, speed);
        x -= ui_text_width(ui, TYPE_LABEL, speed) + 8 * k;
    }
    if (x - 32 * k > f->area.x + f->area.w / 2 + 132 * k) {
        draw_loop_button(f, x, y);
    }
}

static void timeline_draw(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct transport f = {.ui = ui, .s = s, .axis = s->player->axis, .area = area};
    double k = ui->k, middle = area.y + area.h - 28 * k;

    (void)self;
    f.unit = view_unit(f.axis->end);
    f.track = (struct rect){area.x + 24 * k, area.y + 29.5 * k, area.w - 48 * k, 6 * k};
    canvas_fill_box(ui->c, area, RADIUS_PANEL, ui->theme->panel);
    canvas_stroke_box(ui->c, area, RADIUS_PANEL, STROKE_BORDER, ui->theme->hair);
    draw_scrubber(&f);
    draw_readout(&f, middle);
    draw_buttons(&f, middle);
    draw_speed(&f, middle);
}

const struct view view_timeline = {"timeline", "view.timeline", 1, timeline_draw};
