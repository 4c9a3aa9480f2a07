#include "ui/view/theory.h"

#include "trace/figures.h"
#include "ui/parts.h"

#include <math.h>
#include <stdio.h>

const struct flow *theory_flow(const struct trace *t)
{
    double value;
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        if (flow_figure(&t->flows[i], "utilization_theory", &value)) {
            return &t->flows[i];
        }
    }
    return NULL;
}

bool theory_ideal(const struct flow *f, double *share)
{
    return flow_figure(f, "utilization_theory", share) && isfinite(*share);
}

void theory_percent(double share, char buf[24])
{
    snprintf(buf, 24, "%.1f %%", share * 100);
}

static void print_bits(double bits, char buf[24])
{
    static const char *const units[] = {"bit", "kbit", "Mbit", "Gbit"};
    unsigned i = 0;
    for (; bits >= 1000 && i < 3; i++) {
        bits /= 1000;
    }
    snprintf(buf, 24, "%.4g %s", bits, units[i]);
}

void theory_pipe(enum lang lang, const struct flow *f, struct buf *out)
{
    double bits, frames;
    char size[24], count[24];
    if (!flow_figure(f, "bandwidth_delay_bits", &bits) || !isfinite(bits) ||
        !flow_figure(f, "window_fills", &frames) || !isfinite(frames)) {
        return;
    }
    print_bits(bits, size);
    snprintf(count, sizeof count, "%.0f", frames);
    text_fill(out, word(lang, "window.pipe"), (const char *const[]){"bits", size, "n", count}, 2);
}

static void sentences(enum lang lang, const struct flow *f, bool is_long, struct buf *out)
{
    char share[24], best[24];
    struct buf pipe = {0};
    double measured = 0, ideal = 0;
    const char *assumed = flow_assumptions(f, lang);
    flow_utilization(f, &measured);
    theory_ideal(f, &ideal);
    theory_percent(measured, share);
    theory_percent(ideal, best);
    theory_pipe(lang, f, &pipe);
    const char *const pairs[] = {"share", share,           "ideal",   best,
                                 "pipe",  buf_cstr(&pipe), "assumed", assumed ? assumed : ""};
    text_fill(out, word(lang, is_long ? "window.theory" : "window.theory.short"), pairs, 4);
    buf_free(&pipe);
}

void theory_draw(struct ui *ui, const struct trace *t, struct rect *r, double keep)
{
    const struct flow *f = theory_flow(t);
    double share;
    if (!f || !flow_utilization(f, &share) || !theory_ideal(f, &share)) {
        return;
    }
    for (int is_long = 1; is_long >= 0; is_long--) {
        struct buf text = {0};
        sentences(ui->lang, f, is_long, &text);
        double h =
            rich_text(ui, *r, TYPE_LABEL, ui->theme->ink3, buf_cstr(&text), NULL, 0, 6, true);
        bool fits = r->h - h >= keep;
        if (fits) {
            rich_text(ui, rect_cut_bottom(r, h), TYPE_LABEL, ui->theme->ink3, buf_cstr(&text), NULL,
                      0, 6, false);
        }
        buf_free(&text);
        if (fits) {
            return;
        }
    }
}
