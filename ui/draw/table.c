/* The table below runs that stand side by side. A row that tells nothing of any run is left out. */
#include "trace/figures.h"
#include "ui/draw/draw.h"
#include "ui/parts.h"
#include "ui/view/theory.h"

#include <math.h>
#include <stdio.h>

enum { MARGIN = 12, ROW = 26, WORDS = 36, IDEALISED = 4 };

/* Figures of all flows of a run together; NAN: it has none. */
struct row {
    const char *key;
    double (*value)(const struct drawn *d);
    void (*print)(double value, char buf[40]);
    enum { NONE_BEST, LESS_IS_BETTER, MORE_IS_BETTER } order;
};

static double time_taken(const struct drawn *d)
{
    double most = 0;
    for (uint32_t i = 1; i <= d->trace.flow_count; i++) {
        most = fmax(most, (double)d->trace.flows[i].end);
    }
    return most;
}

static double packets_sent(const struct drawn *d)
{
    double sum = 0;
    for (uint32_t i = 1; i <= d->trace.flow_count; i++) {
        sum += (double)d->trace.flows[i].packets;
    }
    return sum;
}

static double sent_again(const struct drawn *d)
{
    double sum = 0;
    for (uint32_t i = 1; i <= d->trace.flow_count; i++) {
        sum += (double)d->trace.flows[i].retransmissions;
    }
    return sum;
}

static double utilization(const struct drawn *d)
{
    double most = 0, u = 0;
    for (uint32_t i = 1; i <= d->trace.flow_count; i++) {
        most = flow_utilization(&d->trace.flows[i], &u) ? fmax(most, u) : most;
    }
    return most;
}

static double idealised(const struct drawn *d)
{
    const struct flow *f = theory_flow(&d->trace);
    double share;
    return f && theory_ideal(f, &share) ? share : NAN;
}

static double window_fills(const struct drawn *d)
{
    const struct flow *f = theory_flow(&d->trace);
    double frames;
    return f && flow_figure(f, "window_fills", &frames) ? frames : NAN;
}

static double differing(const struct drawn *d)
{
    return d->film->differ_count;
}

static void print_time(double value, char buf[40])
{
    view_length((sim_time)value, buf);
}

static void print_count(double value, char buf[40])
{
    snprintf(buf, 40, "%.0f", value);
}

static void print_share(double value, char buf[40])
{
    theory_percent(value, buf);
}

static const struct row rows[] = {
    {"draw.time", time_taken, print_time, LESS_IS_BETTER},
    {"draw.sent", packets_sent, print_count, LESS_IS_BETTER},
    {"draw.again", sent_again, print_count, LESS_IS_BETTER},
    {"draw.utilization", utilization, print_share, MORE_IS_BETTER},
    {"draw.idealised", idealised, print_share, NONE_BEST},
    {"draw.fills", window_fills, print_count, NONE_BEST},
    {"draw.differ", differing, print_count, NONE_BEST},
};
enum { ROWS = sizeof rows / sizeof *rows };

static bool is_told(const struct draw_options *o, const struct drawn *runs, const struct row *row)
{
    for (unsigned i = 0; i < o->run_count; i++) {
        if (!isnan(row->value(&runs[i]))) {
            return true;
        }
    }
    return false;
}

double table_height(const struct draw_options *o, const struct drawn *runs)
{
    double h = MARGIN;
    if (o->run_count < 2) {
        return 0;
    }
    for (unsigned i = 0; i < ROWS; i++) {
        h += is_told(o, runs, &rows[i]) ? ROW : 0;
    }
    return h + (is_told(o, runs, &rows[IDEALISED]) ? WORDS : 0);
}

/* Better than another run's, and worse than none. */
static bool is_best(const struct draw_options *o, const struct drawn *runs, const struct row *row,
                    double value)
{
    bool beats = false;
    for (unsigned i = 0; i < o->run_count; i++) {
        double other = row->value(&runs[i]);
        bool is_less = row->order == LESS_IS_BETTER ? other < value : other > value;
        if (row->order == NONE_BEST || is_less) {
            return false;
        }
        beats |= other != value;
    }
    return beats;
}

static void draw_cell(struct ui *ui, const struct draw_options *o, const struct row *row,
                      double value, bool best, struct rect r)
{
    char text[40] = "–";
    if (!isnan(value)) {
        row->print(value, text);
    }
    if (best) {
        canvas_fill_box(ui->c, r, RADIUS_CELL, ui->theme->data.pale);
    }
    r = rect_inset(r, 8, 0);
    if (row->value == differing) {
        part_diamond(ui, r.x + 5, r.y + r.h / 2, 4.5);
        rect_cut_left(&r, 16);
    }
    canvas_text_in(ui->c, theme_font(ui->theme, TYPE_BODY), r, ALIGN_LEFT, ui->theme->ink2,
                   word(o->lang, row->key));
    canvas_text_in(ui->c, theme_font(ui->theme, best ? TYPE_VALUE : TYPE_CODE), r, ALIGN_RIGHT,
                   ui->theme->ink, text);
}

/* What the idealised figure takes for granted. */
static void draw_words(struct ui *ui, const struct draw_options *o, const struct drawn *d,
                       struct rect r)
{
    const struct flow *f = theory_flow(&d->trace);
    const char *text = f ? flow_assumptions(f, o->lang) : NULL;
    if (text) {
        rich_text(ui, rect_inset(r, 8, 3), TYPE_LABEL, ui->theme->ink3, text, NULL, 0, 2, false);
    }
}

void table_draw(struct ui *ui, const struct draw_options *o, const struct drawn *runs,
                struct rect area)
{
    double column = (area.w - MARGIN) / o->run_count;
    for (unsigned n = 0; n < ROWS; n++) {
        if (!is_told(o, runs, &rows[n])) {
            continue;
        }
        struct rect line = rect_cut_top(&area, ROW);
        for (unsigned i = 0; i < o->run_count; i++) {
            double v = rows[n].value(&runs[i]);
            struct rect r = {line.x + MARGIN + i * column, line.y, column - MARGIN, ROW};
            draw_cell(ui, o, &rows[n], v, is_best(o, runs, &rows[n], v), r);
        }
    }
    for (unsigned i = 0; i < o->run_count; i++) {
        struct rect r = {area.x + MARGIN + i * column, area.y, column - MARGIN, WORDS};
        draw_words(ui, o, &runs[i], r);
    }
}
