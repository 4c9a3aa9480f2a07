/* The panel of a question: a dark head, the question, cards to choose from, a hint, how it went so
 * far. Told, the right card is ticked, and what the story says of it stands below. */
#include "ui/shell_inside.h"

#include "ui/view/sentence.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

bool shell_wants_lesson(const struct shell *s)
{
    return quiz_question(s) || s->quiz.is_over;
}

static double draw_head(struct shell *s, struct rect r, const char *title)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    double h = 46 * ui->k, middle = r.y + h / 2;
    struct rect head = {r.x, r.y, r.w, h};
    canvas_fill_box(ui->c, r, RADIUS_PANEL, t->panel);
    canvas_clip(ui->c, head);
    canvas_fill_box(ui->c, (struct rect){r.x, r.y, r.w, h + 2 * RADIUS_PANEL}, RADIUS_PANEL,
                    t->ink);
    canvas_unclip(ui->c);
    canvas_stroke_box(ui->c, r, RADIUS_PANEL, STROKE_BORDER, t->hair);
    icon_draw(ui->c, ICON_BULB, r.x + 26 * ui->k, middle, 18 * ui->k, t->panel);
    canvas_text_in(ui->c, theme_font(t, TYPE_SCENARIO),
                   (struct rect){r.x + 42 * ui->k, r.y, r.w - 58 * ui->k, h}, ALIGN_LEFT, t->panel,
                   title);
    return h;
}

/* A marked text in a rectangle; returns its height. */
static double draw_marked(struct shell *s, struct buf *marked, struct rect r, enum type_role role,
                          struct color color, double alpha, unsigned lines, bool is_measured)
{
    struct scene scene = shell_scene(s);
    struct sentence text = {0};
    sentence_of(&scene, marked, alpha, &text);
    double h = sentence_draw(&s->ui, &text, r, role, color_fade(color, alpha), lines, is_measured);
    sentence_free(&text);
    return h;
}

static double draw_question(struct shell *s, const struct lesson_question *q, struct rect r)
{
    struct buf marked = {0};
    lesson_ask(&s->session.trace, q, s->lang, &marked);
    double h = draw_marked(s, &marked, r, TYPE_SCENARIO, s->theme.ink, 1, 5, false);
    buf_free(&marked);
    return h;
}

/* Cards. */

struct card {
    const struct lesson_question *q;
    unsigned option;
    bool is_right, is_chosen, is_told, is_pointed_at;
};

static void draw_letter(struct shell *s, const struct card *k, double x, double y)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    double size = 26 * ui->k;
    struct rect r = {x, y, size, size};
    bool is_wrong = k->is_told && k->is_chosen && !k->is_right, is_good = k->is_told && k->is_right;
    struct color fill = is_wrong           ? t->loss.fill
                        : is_good          ? t->data.fill
                        : k->is_pointed_at ? t->ink
                                           : t->tint;
    char letter[2] = {(char)('A' + k->option), '\0'};
    canvas_fill_box(ui->c, r, RADIUS_CONTROL, fill);
    if (is_wrong || is_good) {
        icon_draw_heavy(ui->c, is_good ? ICON_CHECK : ICON_CROSS, x + size / 2, y + size / 2,
                        16 * ui->k, 3, is_good ? t->data.on : t->loss.on);
        return;
    }
    canvas_text_in(ui->c, theme_font(t, TYPE_TITLE), r, ALIGN_CENTER,
                   k->is_pointed_at ? t->panel : t->ink2, letter);
}

static double draw_card(struct shell *s, struct card *k, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    struct buf marked = {0};
    double alpha = k->is_told && !k->is_right && !k->is_chosen ? 0.5 : 1;
    struct rect text = {r.x + 50 * ui->k, r.y, r.w - 64 * ui->k, 0};
    lesson_tell(&s->session.trace, k->q, k->option, s->is_relative, s->lang, &marked);
    double high = draw_marked(s, &marked, text, TYPE_REASON, t->ink, alpha, 2, true);
    r.h = fmax(high + (s->quiz.is_low ? 6 : 20) * ui->k, (s->quiz.is_low ? 36 : 46) * ui->k);
    char name[16];
    snprintf(name, sizeof name, "answer.%c", 'a' + (int)k->option);
    struct ui_touch touch = ui_region(ui, name, r, !k->is_told);
    bool is_strong = k->is_told ? k->is_right : touch.hover || touch.focused;
    canvas_fill_box(ui->c, r, RADIUS_CONTROL + 1, touch.hover && !k->is_told ? t->tint : t->panel);
    canvas_stroke_box(ui->c, r, RADIUS_CONTROL + 1, is_strong ? 2 : 1,
                      k->is_told && k->is_right    ? t->data.fill
                      : k->is_told && k->is_chosen ? t->loss.fill
                      : is_strong                  ? t->ink
                                                   : t->hair);
    draw_letter(s, k, r.x + 12 * ui->k, r.y + (r.h - 26 * ui->k) / 2);
    text.y = r.y + (r.h - high) / 2;
    draw_marked(s, &marked, text, TYPE_REASON, t->ink, alpha, 2, false);
    buf_free(&marked);
    if (touch.clicked) {
        quiz_answer(s, k->option);
    }
    return r.h;
}

/* One below the other; in a low panel two in a row. */
static double draw_cards(struct shell *s, const struct lesson_question *q, struct rect r)
{
    double k = s->ui.k, gap = (s->quiz.is_low ? 6 : 10) * k, y = r.y, high = 0;
    unsigned columns = s->quiz.is_low ? 2 : 1;
    double w = (r.w - (columns - 1) * gap) / columns;
    for (unsigned i = 0; i < q->option_count; i++) {
        struct card card = {q, i, i == q->right, i == s->quiz.chosen, s->quiz.is_told, false};
        double h = draw_card(s, &card, (struct rect){r.x + i % columns * (w + gap), y, w, 0});
        high = fmax(i % columns ? high : 0, h);
        if ((i + 1) % columns == 0 || i + 1 == q->option_count) {
            y += high + gap;
        }
    }
    return y - r.y;
}

static bool is_typed(const struct lesson_question *q)
{
    return q->ask == ASK_ACK || q->ask == ASK_SEQ || q->ask == ASK_TIME;
}

static double draw_field(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    r.h = SIZE_CONTROL * ui->k;
    if (ui_text_field(ui, "typed", r, s->quiz.typed, sizeof s->quiz.typed,
                      ui_word(ui, "lesson.type"))) {
        quiz_type(s);
    }
    return r.h + 12 * ui->k;
}

/* A hint before, the reason after. */
static double draw_note(struct shell *s, const struct lesson_question *q, struct rect r)
{
    struct ui *ui = &s->ui;
    struct buf marked = {0};
    char key[32];
    snprintf(key, sizeof key, "lesson.hint.%s", ask_name(q->ask));
    if (s->quiz.is_told) {
        struct scene scene = shell_scene(s);
        const struct story_wire wire = {packet_field, packet_label, scene.is_relative};
        lesson_why(&s->session.trace, q, &wire, s->lang, &marked);
    } else {
        buf_str(&marked, ui_word(ui, key));
    }
    struct rect text = {0, 0, r.w - 32, 0};
    r.h = draw_marked(s, &marked, text, TYPE_BODY, s->theme.ink2, 1, 8, true) + 24;
    struct rect inside = part_explanation(ui, r);
    draw_marked(s, &marked, (struct rect){inside.x, inside.y, text.w, inside.h}, TYPE_BODY,
                s->theme.ink2, 1, 8, false);
    buf_free(&marked);
    return r.h;
}

/* How it went: a disc a question. */
static void draw_marks(struct shell *s, double x, double y)
{
    struct ui *ui = &s->ui;
    const struct theme *t = &s->theme;
    const struct quiz *z = &s->quiz;
    for (uint32_t i = 0; i < z->count && i < 12; i++) {
        double cx = x + (10 + 24 * i) * ui->k, radius = 8.5 * ui->k;
        bool is_right = z->marks[i] == QUIZ_RIGHT, is_wrong = z->marks[i] == QUIZ_WRONG;
        struct hue hue = is_right ? t->data : t->loss;
        struct rect disc = {cx - radius, y - radius, 2 * radius, 2 * radius};
        canvas_fill_circle(ui->c, cx, y, radius, is_right || is_wrong ? hue.pale : t->panel);
        canvas_stroke_box(ui->c, disc, radius, 1.6 * ui->k,
                          is_right || is_wrong ? hue.fill
                          : i == z->at         ? t->ink
                                               : t->hair);
        if (is_right || is_wrong) {
            icon_draw_heavy(ui->c, is_right ? ICON_CHECK : ICON_CROSS, cx, y, 11 * ui->k, 3.4,
                            hue.fill);
        } else if (z->marks[i] == QUIZ_SHOWN) {
            canvas_fill_circle(ui->c, cx, y, 2.5 * ui->k, t->ink3);
        }
    }
}

static void draw_foot(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    double middle = r.y + r.h / 2;
    draw_marks(s, r.x, middle);
    if (!s->quiz.is_told) {
        ui_text_right(ui, TYPE_LABEL, r.x + r.w, middle + 4 * ui->k, s->theme.ink3,
                      ui_word(ui, "lesson.keys"));
        return;
    }
    const char *word = ui_word(ui, "lesson.go-on");
    double w = ui_button_width(ui, ICON_PLAY, word), h = SIZE_CONTROL * ui->k;
    if (ui_button(ui, "go-on", (struct rect){r.x + r.w - w, middle - h / 2, w, h}, UI_PRIMARY,
                  ICON_PLAY, word, false)) {
        quiz_go_on(s);
    }
}

/* Everything but head and foot, scrolled if it is higher than the panel. */
static double draw_body(struct shell *s, const struct lesson_question *q, struct rect r)
{
    double k = s->ui.k, y = r.y;
    r.y = y += 4 * k;
    y += draw_question(s, q, r) + (s->quiz.is_low ? 8 : 16) * k;
    r.y = y;
    y += draw_cards(s, q, r);
    if (is_typed(q) && !s->quiz.is_told) {
        y += draw_field(s, (struct rect){r.x, y, r.w, 0});
    }
    y += draw_note(s, q, (struct rect){r.x, y + 4 * k, r.w, 0});
    return y + 12 * k;
}

static const char *head_word(const struct shell *s)
{
    if (!quiz_question(s)) {
        return "lesson.over";
    }
    return !s->quiz.is_told                          ? "lesson.title"
           : s->quiz.marks[s->quiz.at] == QUIZ_RIGHT ? "lesson.right"
           : s->quiz.marks[s->quiz.at] == QUIZ_WRONG ? "lesson.wrong"
                                                     : "lesson.shown";
}

static void draw_score(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    char right[12], all[12], words[96];
    snprintf(right, sizeof right, "%u", quiz_right(s));
    snprintf(all, sizeof all, "%u", s->quiz.count);
    view_format(ui, words, sizeof words, "lesson.score", "right", right, "all", all, NULL);
    ui_text(ui, TYPE_HEADLINE, r.x, r.y + 30 * ui->k, s->theme.ink, words);
    draw_marks(s, r.x, r.y + 62 * ui->k);
    double y = r.y + 92 * ui->k, h = SIZE_CONTROL * ui->k;
    const char *again =
        ui_word(ui, s->quiz.mode == PREDICT_QUIZ ? "lesson.others" : "lesson.again");
    double w = ui_button_width(ui, ICON_LOOP, again);
    if (ui_button(ui, "again", (struct rect){r.x, y, w, h}, UI_PRIMARY, ICON_LOOP, again, false)) {
        quiz_again(s);
    }
    const char *close = ui_word(ui, "box.close");
    double w2 = ui_button_width(ui, ICON_NONE, close);
    if (ui_button(ui, "score-close", (struct rect){r.x + w + 10 * ui->k, y, w2, h}, UI_PLAIN,
                  ICON_NONE, close, false)) {
        s->quiz.is_over = false;
        ui->wants_frame = true;
    }
}

void shell_lesson(struct shell *s, struct rect r)
{
    struct ui *ui = &s->ui;
    const struct lesson_question *q = quiz_question(s);
    ui_push(ui, "lesson", 0);
    double head = draw_head(s, r, ui_word(ui, head_word(s)));
    rect_cut_top(&r, head);
    struct rect in = {r.x + 20 * ui->k, r.y + 12, r.w - 40 * ui->k, r.h - 24};
    if (!q) {
        draw_score(s, in);
        ui_pop(ui);
        return;
    }
    struct rect foot = rect_cut_bottom(&in, 40 * ui->k);
    s->quiz.is_low = in.h < (150 + 56 * q->option_count) * ui->k;
    double y = ui_scroll_begin(ui, "body", in, s->quiz.scroll_high, &s->quiz.scroll);
    s->quiz.scroll_high = draw_body(s, q, (struct rect){in.x, y, in.w - 8, in.h}) - y;
    ui_scroll_end(ui);
    draw_foot(s, foot);
    ui_pop(ui);
}

static void letter_keys(struct shell *s)
{
    for (unsigned i = 0; i < LESSON_OPTIONS; i++) {
        if (ui_take_key(&s->ui, 'a' + (int)i, 0) || ui_take_key(&s->ui, '1' + (int)i, 0)) {
            quiz_answer(s, i);
        }
    }
}

void shell_lesson_keys(struct shell *s)
{
    struct ui *ui = &s->ui;
    const struct lesson_question *q = quiz_question(s);
    if (!q && s->quiz.is_over && ui_take_key(ui, UI_KEY_ESCAPE, 0)) {
        s->quiz.is_over = false;
        ui->wants_frame = true;
    }
    if (!q) {
        return;
    }
    if (ui_take_key(ui, UI_KEY_ESCAPE, 0)) {
        quiz_go_on(s);
    } else if (ui_take_key(ui, UI_KEY_ENTER, 0) || ui_take_key(ui, UI_KEY_SPACE, 0)) {
        if (s->quiz.is_told) {
            quiz_go_on(s);
        } else {
            quiz_tell(s);
        }
    } else if (!s->quiz.is_told) {
        letter_keys(s);
    }
}
