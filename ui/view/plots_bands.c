/* What lies behind the curves: the states of the chart's machine, and the waits that ended with its
 * timer. However many there are, a picture looks at no more than it has pixels. */
#include "ui/view/plots.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int machine_of(const struct plot_frame *f)
{
    const struct actor_type *type = f->s->trace->entities[f->chart->owner].type;
    for (unsigned i = 0; type && f->chart->row->machine && i < machine_count(type); i++) {
        if (strcmp(type->machines[i].name, f->chart->row->machine) == 0) {
            return (int)i;
        }
    }
    return -1;
}

int plot_timer(const struct plot_frame *f)
{
    const struct actor_type *type = f->s->trace->entities[f->chart->owner].type;
    for (unsigned i = 0; type && f->chart->row->timer && i < timer_count(type); i++) {
        if (strcmp(type->timers[i].name, f->chart->row->timer) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* Number of records in the list before t. */
static uint32_t records_before(const struct trace *t, struct list l, sim_time at)
{
    uint32_t low = 0, high = l.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace_record(t, l.at[middle])->at < at) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

/* The first state is the beginning, the second the usual one, all others are trouble. */
static struct color band_color(const struct theme *t, unsigned state)
{
    return state == 0 ? t->control.pale : state == 1 ? t->sunk : t->retx.pale;
}

static struct color word_color(const struct theme *t, unsigned state)
{
    return state == 0 ? t->control.text : state == 1 ? t->ink2 : t->retx.text;
}

/* Lines begin at words, or between Chinese characters. */
static bool is_broken_well(const char *word, const struct text_line *second)
{
    unsigned char before = (unsigned char)word[second->at - 1];
    return before == ' ' || before >= 0x80;
}

/* Its name on top, in one line or two, if it has room. */
static void name_band(struct plot_frame *f, double x0, double x1, const char *word,
                      struct color color)
{
    struct ui *ui = f->ui;
    struct font font = theme_font(ui->theme, TYPE_LABEL);
    double k = ui->k, w = text_width(ui->fonts, font, word), middle = (x0 + x1) / 2;
    struct text_line lines[2];
    size_t count = text_lines(ui->fonts, font, word, fmax(x1 - x0, 1), NULL, lines, 2);
    double room = x1 - x0 + 2 * k;
    if (count > 2 || lines[0].width > room ||
        (count > 1 && (lines[1].width > room || !is_broken_well(word, &lines[1])))) {
        return;
    }
    double y = f->plot.y - 7 * k - (count > 1 ? 13 * k : 0);
    w = count > 1 ? fmax(lines[0].width, lines[1].width) : w;
    if (!plot_reserve(f, (struct rect){middle - w / 2, y - 11 * k, w, (count > 1 ? 27 : 14) * k})) {
        return;
    }
    canvas_unclip(ui->c);
    for (size_t i = 0; i < count; i++) {
        canvas_text_n(ui->c, font, middle - lines[i].width / 2, y + 13 * k * (double)i, color,
                      word + lines[i].at, lines[i].len);
    }
    canvas_clip(ui->c, (struct rect){f->plot.x - 1, f->plot.y - 4, f->plot.w + 2, f->plot.h + 8});
}

static const char *state_word(const struct plot_frame *f, int machine, unsigned state, char buf[64])
{
    const struct machine *m =
        &f->s->trace->entities[f->chart->owner].type->machines[(unsigned)machine];
    snprintf(buf, 64, "state.%s", m->states[state]);
    const char *word = word_find(f->ui->lang, buf);
    return word ? word : m->states[state];
}

static void draw_band(struct plot_frame *f, int machine, unsigned state, sim_time from, sim_time to)
{
    double x0 = fmax(plot_x(f, from), f->plot.x), x1 = fmin(plot_x(f, to), f->plot.x + f->plot.w);
    char buf[64];
    bool is_future = from > f->s->now;
    if (x1 - x0 < 0.5 || (is_future && f->s->player->hides_future)) {
        return;
    }
    struct color color = band_color(f->ui->theme, state);
    canvas_fill_box(f->ui->c, (struct rect){x0, f->plot.y, fmax(x1 - x0 - 1, 1), f->plot.h}, 0,
                    is_future ? color_fade(color, 0.45) : color);
    name_band(f, x0, x1, state_word(f, machine, state, buf),
              color_fade(word_color(f->ui->theme, state), is_future ? 0.6 : 1));
}

/* One band after the other; changes that fall within a pixel are passed over. */
static void draw_states(struct plot_frame *f, int machine)
{
    const struct trace *t = f->s->trace;
    struct list l = trace_of_subject(t, REC_STATE, f->chart->owner, (unsigned)machine, 0);
    sim_time at = f->chart->count ? f->chart->curves[0]->points[0].at : 0;
    at = at > f->from ? at : f->from;
    while (at < f->to) {
        uint32_t next = records_before(t, l, at + 1);
        unsigned state = next ? trace_record(t, l.at[next - 1])->code & 0xffu : 0;
        sim_time end = next < l.count ? trace_record(t, l.at[next])->at : f->to;
        sim_time pixel = plot_time(f, plot_x(f, at) + 1);
        bool is_split = at < f->s->now && end > f->s->now; /* the future is paler */
        draw_band(f, machine, state, at, is_split ? f->s->now : end);
        if (is_split && !f->s->player->hides_future) {
            draw_band(f, machine, state, f->s->now + 1, end);
        }
        at = end > pixel ? end : pixel > at ? pixel : at + 1;
    }
}

/* The wait of a timer that fired, as far as it has come. */
static void draw_wait(struct plot_frame *f, uint32_t fire)
{
    const struct trace *t = f->s->trace;
    const struct record *r = trace_record(t, fire);
    struct list l = trace_of_subject(t, REC_TIMER, r->where, r->code, r->packet);
    uint32_t i = records_before(t, l, r->at);
    const struct record *set = i ? trace_record(t, l.at[i - 1]) : NULL;
    if (!set || set->kind != REC_TIMER || set->at > f->s->now) {
        return;
    }
    double x0 = fmax(plot_x(f, set->at), f->plot.x);
    double x1 = fmin(plot_x(f, r->at < f->s->now ? r->at : f->s->now), f->plot.x + f->plot.w);
    if (x1 - x0 < 2) {
        return;
    }
    canvas_fill_box(f->ui->c, (struct rect){x0, f->plot.y, x1 - x0, f->plot.h}, 0,
                    f->ui->theme->loss.pale);
    name_band(f, x0, x1, ui_word(f->ui, "plots.wait"), f->ui->theme->loss.text);
}

static void draw_waits(struct plot_frame *f, int timer)
{
    const struct curves *c = &f->s->film->curves;
    double last = -INFINITY;
    for (uint32_t i = events_at_or_after(c->firings, c->firing_count, f->from); i < c->firing_count;
         i++) {
        const struct plot_event *e = &c->firings[i];
        double x = plot_x(f, e->at);
        if (e->owner == f->chart->owner && e->timer == (uint32_t)timer && x > last + 2) {
            draw_wait(f, e->record);
            last = x;
        }
    }
}

void plot_draw_bands(struct plot_frame *f)
{
    int machine = machine_of(f), timer = plot_timer(f);
    if (timer >= 0) {
        draw_waits(f, timer); /* their names come first */
    }
    if (machine >= 0) {
        draw_states(f, machine);
    }
    if (timer >= 0) {
        draw_waits(f, timer); /* and they lie over the states */
    }
}

const char *plot_news(const struct plot_frame *f)
{
    int machine = machine_of(f);
    char key[96];
    if (machine < 0) {
        return NULL;
    }
    uint32_t last =
        trace_subject_at(f->s->trace, REC_STATE, f->chart->owner, (unsigned)machine, 0, f->s->now);
    const char *reason = last && actor_is_news(f->s, last)
                             ? record_reason(f->s->trace, trace_record(f->s->trace, last))
                             : NULL;
    snprintf(key, sizeof key, "plots.why.%s", reason ? reason : "");
    return reason ? word_find(f->ui->lang, key) : NULL;
}
