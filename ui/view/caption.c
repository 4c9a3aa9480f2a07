/* The caption: which step of the story, what happened, why, and where the standard says so. Packets
 * in the sentences are drawn as capsules. It stands at the same height in every layout. */
#include "ui/parts.h"
#include "ui/view/sentence.h"
#include "wire/dissect.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FADE 0.16 /* seconds */

struct caption {
    uint32_t record;
    double since;
};

/* Returns the place of the line behind it. */
static double draw_number(struct ui *ui, const struct scene *s, struct rect area)
{
    const struct theme *t = ui->theme;
    struct font big = theme_font(t, TYPE_CLOCK), small = theme_font(t, TYPE_AXIS);
    double x = area.x + 22 * ui->k, middle = area.y + area.h / 2;
    char step[16], count[16], of[48];
    snprintf(step, sizeof step, "%u", s->step == UINT32_MAX ? 0 : s->step + 1);
    snprintf(count, sizeof count, "%u", s->story ? s->story->count : 0);
    view_format(ui, of, sizeof of, "caption.of", "n", count, NULL);
    canvas_fill_box(ui->c,
                    (struct rect){area.x, area.y + 14 * ui->k, 4 * ui->k, area.h - 28 * ui->k},
                    2 * ui->k, t->ink);
    canvas_text(ui->c, big, x, middle - 1 * ui->k, ALIGN_LEFT, t->ink, step);
    canvas_text(ui->c, small, x, middle + 18 * ui->k, ALIGN_LEFT, t->ink3, of);
    double edge = fmax(area.x + 78 * ui->k, x + ui_text_width(ui, TYPE_AXIS, of) + 6 * ui->k);
    canvas_vline(ui->c, edge, area.y + 16 * ui->k, area.y + area.h - 16 * ui->k, STROKE_BORDER,
                 t->hair);
    return edge;
}

/* Headline above reason, both together in the middle of r. */
static void draw_words(struct ui *ui, struct rect r, struct sentence *headline,
                       struct sentence *reason, double alpha)
{
    const struct theme *t = ui->theme;
    double gap = 3 * ui->k, line = text_line_height(theme_font(t, TYPE_REASON)) * 1.06;
    double top = sentence_draw(ui, headline, r, TYPE_HEADLINE, t->ink, 2, true);
    double left = r.h - top - gap;
    unsigned lines = left < 2 * line ? 1 : 2;
    double below = sentence_draw(ui, reason, r, TYPE_REASON, t->ink2, lines, true);
    double all = top + (below > 0 ? gap + below : 0);
    struct rect at = r;
    at.y += fmax(0, (r.h - all) / 2);
    sentence_draw(ui, headline, at, TYPE_HEADLINE, color_fade(t->ink, alpha), 2, false);
    at.y += top + gap;
    sentence_draw(ui, reason, at, TYPE_REASON, color_fade(t->ink2, alpha), lines, false);
}

/* Where the step is written: the RFC's paragraph, or the name of the protocol. */
static const char *reference_of(const struct ui *ui, const struct trace *t, uint32_t record)
{
    const char *text = story_reference(t, record);
    const struct actor_type *type = t->entities[trace_record(t, record)->where].type;
    if (!text || !type || strncmp(text, "RFC", 3) == 0) {
        return text;
    }
    char key[96];
    snprintf(key, sizeof key, "actor.%s.reference", type->name);
    const char *own = word_find(ui->lang, key);
    return own ? own : text;
}

static double draw_reference(struct ui *ui, struct rect area, const char *reference)
{
    if (!reference || ui->k > 1.25) {
        return 0;
    }
    struct rect box = part_tag(ui, area.x + area.w - 16 * ui->k, area.y + 27 * ui->k, ALIGN_RIGHT,
                               reference, true);
    ui_region(ui, "reference", box, false);
    ui_tooltip(ui, ui_word(ui, "caption.reference"), NULL);
    return box.w + 16 * ui->k;
}

static void draw_step(struct caption *self, struct ui *ui, const struct scene *s, struct rect r,
                      uint32_t record)
{
    if (self->record != record) {
        self->record = record;
        self->since = ui->time;
    }
    double alpha = 0.25 + 0.75 * ui_ease(ui, self->since, FADE);
    const struct story_wire wire = {packet_field, packet_label, s->is_relative};
    struct sentence headline = {0}, reason = {0};
    struct buf marked = {0};
    story_headline(s->trace, &wire, record, ui->lang, &marked);
    sentence_of(s, &marked, alpha, &headline);
    buf_clear(&marked);
    story_reason(s->trace, &wire, record, ui->lang, &marked);
    sentence_of(s, &marked, alpha, &reason);
    draw_words(ui, r, &headline, &reason, alpha);
    buf_free(&marked);
    sentence_free(&headline);
    sentence_free(&reason);
}

static void draw_caption(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    const struct theme *t = ui->theme;
    canvas_fill_box(ui->c, area, RADIUS_PANEL, t->panel);
    canvas_stroke_box(ui->c, area, RADIUS_PANEL, STROKE_BORDER, t->hair);
    double edge = draw_number(ui, s, area) - area.x;
    bool has_step = s->story && s->step < s->story->count;
    uint32_t record = has_step ? s->story->steps[s->step].record : 0;
    double taken = draw_reference(ui, area, has_step ? reference_of(ui, s->trace, record) : NULL);
    struct rect r = {area.x + edge + 20 * ui->k, area.y + 8,
                     area.w - edge - 36 * ui->k - taken - 12 * ui->k, area.h - 16};
    if (has_step) {
        draw_step(self, ui, s, r, record);
        return;
    }
    struct sentence headline = {0}, reason = {0};
    buf_str(&headline.text, s->trace->title[ui->lang] ? s->trace->title[ui->lang] : "");
    buf_str(&reason.text, ui_word(ui, "caption.start"));
    draw_words(ui, r, &headline, &reason, 1);
    sentence_free(&headline);
    sentence_free(&reason);
}

const struct view view_caption = {.name = "caption",
                                  .title_key = "view.caption",
                                  .size = sizeof(struct caption),
                                  .draw = draw_caption};
