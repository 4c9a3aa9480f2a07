/* The talks of applications, one below the other: who says it at the left, the exchanges from left
 * to right, each question at the left of what answers it. Exchanges that do not fit side by side
 * make pages; the one with the latest message is shown, so that the picture is a function of now.
 */
#include "ui/view/messages.h"

#include <math.h>
#include <stdio.h>

#define NAMES_W     92.0
#define GAP         16.0 /* between exchanges, with room for a tie */
#define NEXT        14.0 /* between messages of one side in an exchange */
#define EXCHANGE    24u  /* messages of an exchange that are kept apart */
#define TALKS_SHOWN 16u

/* Where the messages of one exchange stand. */
struct exchange {
    struct {
        uint32_t message;
        double x;
    } at[EXCHANGE];
    unsigned count;
    double right;
};

static double place_of(const struct exchange *e, uint32_t message, double other)
{
    for (unsigned i = 0; i < e->count; i++) {
        if (e->at[i].message == message) {
            return e->at[i].x;
        }
    }
    return other;
}

/* Each as far left as its side has room, but no further than what it answers. */
static void lay_exchange(const struct messages_frame *f, uint32_t root, double x,
                         struct exchange *e)
{
    double k = f->ui->k, room[2] = {x, x};
    *e = (struct exchange){.right = x};
    for (uint32_t i = root; i != UINT32_MAX && e->count < EXCHANGE; i = f->k->messages[i].next) {
        const struct talk_message *m = &f->k->messages[i];
        double at = fmax(room[m->side], place_of(e, m->answers, x)), w = messages_width(f, i);
        e->at[e->count].message = i;
        e->at[e->count++].x = at;
        e->right = fmax(e->right, at + w);
        room[m->side] = at + w + NEXT * k;
    }
}

static void draw_exchange(struct messages_frame *f, const struct exchange *e)
{
    for (unsigned i = 0; i < e->count; i++) {
        uint32_t answers = f->k->messages[e->at[i].message].answers;
        double x = place_of(e, answers, NAN);
        if (answers != UINT32_MAX && !isnan(x)) {
            messages_draw_tie(f, e->at[i].message, messages_box(f, answers, x),
                              messages_box(f, e->at[i].message, e->at[i].x));
        }
    }
    for (unsigned i = 0; i < e->count; i++) {
        messages_draw_box(f, e->at[i].message, messages_box(f, e->at[i].message, e->at[i].x));
    }
}

static bool is_root(const struct messages_frame *f, uint32_t message, uint32_t talk)
{
    return f->k->messages[message].talk == talk && f->k->messages[message].root == message;
}

/* The exchange of the latest message of a talk; the first one before any. */
static uint32_t current_root(const struct messages_frame *f, uint32_t talk)
{
    uint32_t root = UINT32_MAX;
    for (uint32_t i = 0; i < f->k->message_count; i++) {
        const struct talk_message *m = &f->k->messages[i];
        if (m->talk == talk && (root == UINT32_MAX || m->sent <= f->s->now)) {
            root = m->root;
        }
    }
    return root;
}

/* Goes through the pages of a talk's exchanges: the one with `current` is drawn, or told by its
 * first exchange. */
static uint32_t page_of(const struct messages_frame *f, uint32_t talk, uint32_t current)
{
    double left = f->body.x, right = f->body.x + f->body.w, x = left;
    uint32_t page = UINT32_MAX;
    struct exchange e;
    for (uint32_t i = 0; i < f->k->message_count; i++) {
        if (!is_root(f, i, talk)) {
            continue;
        }
        lay_exchange(f, i, x, &e);
        if (x > left && e.right > right) {
            if (i > current) {
                return page;
            }
            lay_exchange(f, i, left, &e);
            page = i;
        }
        page = page == UINT32_MAX ? i : page;
        x = e.right + GAP * f->ui->k;
    }
    return page;
}

/* Returns how many exchanges of the talk stand on later pages. */
static void draw_page(struct messages_frame *f, uint32_t talk, uint32_t first)
{
    double x = f->body.x;
    struct exchange e;
    for (uint32_t i = first; i < f->k->message_count; i++) {
        if (!is_root(f, i, talk)) {
            continue;
        }
        lay_exchange(f, i, x, &e);
        if (x > f->body.x && e.right > f->body.x + f->body.w) {
            return;
        }
        draw_exchange(f, &e);
        x = e.right + GAP * f->ui->k;
    }
}

static bool has_again(const struct talks *k, uint32_t talk)
{
    for (uint32_t i = 0; i < k->piece_count; i++) {
        if (k->pieces[i].is_again && k->messages[k->pieces[i].message].talk == talk) {
            return true;
        }
    }
    return false;
}

static void draw_names(const struct messages_frame *f, uint32_t talk, struct rect r)
{
    const struct talk *at = &f->k->talks[talk];
    const struct theme *t = f->ui->theme;
    double k = f->ui->k;
    for (unsigned side = 0; side < 2; side++) {
        struct rect name = {r.x, r.y + side * f->lane_h, NAMES_W * k - 8 * k, f->box_h};
        canvas_text_in(f->ui->c, theme_font(t, TYPE_TITLE), name, ALIGN_LEFT, t->ink,
                       view_node_label(f->ui, f->s->trace, at->node[side]));
        name.y += f->box_h + 2 * k;
        name.h = f->piece_h;
        const char *below = side == 0 && at->flow ? f->s->trace->flows[at->flow].name : "";
        canvas_text_in(f->ui->c, theme_font(t, TYPE_LABEL), name, ALIGN_LEFT, t->ink3, below);
        canvas_hline(f->ui->c, r.x + NAMES_W * k, r.x + r.w, r.y + side * f->lane_h + f->box_h / 2,
                     STROKE_GRID, t->hair2);
    }
}

static double talk_height(const struct messages_frame *f, uint32_t talk)
{
    double k = f->ui->k;
    double pieces = f->piece_h + (has_again(f->k, talk) ? f->piece_h + 2 * k : 0);
    return 2 * (f->box_h + 3 * k + pieces + 6 * k);
}

static double draw_talk(struct messages_frame *f, uint32_t talk, struct rect r)
{
    double k = f->ui->k, h = talk_height(f, talk);
    f->lane_h = h / 2;
    f->body = (struct rect){r.x + NAMES_W * k + 8 * k, r.y, r.w - NAMES_W * k - 8 * k, h};
    draw_names(f, talk, r);
    uint32_t first = page_of(f, talk, current_root(f, talk));
    if (first != UINT32_MAX) {
        draw_page(f, talk, first);
    }
    return h;
}

/* When something was last said in a talk, by now; -1: nothing yet. */
static sim_time last_said(const struct messages_frame *f, uint32_t talk)
{
    sim_time at = -1;
    for (uint32_t i = 0; i < f->k->message_count; i++) {
        const struct talk_message *m = &f->k->messages[i];
        at = m->talk == talk && m->sent <= f->s->now ? m->sent : at;
    }
    return at;
}

/* The talks that fit, those of late; shown in their own order. */
static uint32_t choose_talks(const struct messages_frame *f, double room, bool *is_shown)
{
    uint32_t count = 0, most = f->k->talk_count < TALKS_SHOWN ? f->k->talk_count : TALKS_SHOWN;
    for (uint32_t n = 0; n < most; n++) {
        uint32_t best = UINT32_MAX;
        sim_time when = -2;
        for (uint32_t i = 0; i < most; i++) {
            sim_time at = last_said(f, i);
            if (!is_shown[i] && at > when) {
                best = i;
                when = at;
            }
        }
        double h = talk_height(f, best) + 10 * f->ui->k;
        if (n > 0 && h > room) {
            break;
        }
        room -= h;
        is_shown[best] = true;
        count++;
    }
    return count;
}

static void use_pointer(struct messages_frame *f, struct rect area)
{
    struct ui_touch touch = ui_region(f->ui, "messages", area, false);
    struct wish *wish = f->s->wish;
    for (uint32_t i = f->self->hit_count; touch.hover && i > 0; i--) {
        if (!rect_has(f->self->hits[i - 1].rect, f->ui->in.x, f->ui->in.y)) {
            continue;
        }
        wish->hovered = f->self->hits[i - 1].packet;
        if (touch.pressed && wish->hovered) {
            wish->has_packet = wish->has_message = true;
            wish->packet = wish->hovered;
            wish->message = f->self->hits[i - 1].message;
        }
        return;
    }
}

/* What the selected packet holds of the selected message, or of its first. */
static void draw_words(const struct messages_frame *f, struct rect r)
{
    uint32_t count, first = talks_of_packet(f->k, f->s->selected, &count);
    const struct talk_piece *piece = NULL;
    char words[200], label[24], line[256];
    for (uint32_t i = first; f->s->selected && i < first + count; i++) {
        const struct talk_piece *at = &f->k->pieces[f->k->by_packet[i]];
        piece = !piece || at->message + 1 == f->s->message ? at : piece;
    }
    if (f->k->message_count == 0) {
        canvas_text_in(f->ui->c, theme_font(f->ui->theme, TYPE_BODY), r, ALIGN_LEFT,
                       f->ui->theme->ink3, ui_word(f->ui, "messages.none"));
        return;
    }
    if (!piece && f->ui->k > 1) {
        return; /* a hall needs no legend */
    }
    if (!piece) {
        canvas_text_in(f->ui->c, theme_font(f->ui->theme, TYPE_LABEL), r, ALIGN_LEFT,
                       f->ui->theme->ink3, ui_word(f->ui, "messages.legend"));
        return;
    }
    struct capsule capsule = view_capsule(f->s, piece->packet, 18, label);
    messages_piece_words(f->ui, f->s, piece, words, sizeof words);
    view_format(f->ui, line, sizeof line, "messages.holds", "packet", capsule.label, "bytes", words,
                NULL);
    canvas_text_in(f->ui->c, theme_font(f->ui->theme, TYPE_BODY), r, ALIGN_LEFT, f->ui->theme->ink2,
                   line);
}

static void messages_draw(void *self, struct ui *ui, const struct scene *s, struct rect area)
{
    struct messages_frame f = {.ui = ui,
                               .s = s,
                               .self = self,
                               .k = &s->film->talks,
                               .box_h = 22 * ui->k,
                               .piece_h = 16 * ui->k};
    bool is_shown[TALKS_SHOWN] = {false};
    char said[64], n[16], all[16];
    uint32_t by_now = 0;
    for (uint32_t i = 0; i < f.k->message_count; i++) {
        by_now += f.k->messages[i].sent <= s->now;
    }
    snprintf(n, sizeof n, "%u", by_now);
    snprintf(all, sizeof all, "%u", f.k->message_count);
    view_format(ui, said, sizeof said, "messages.said", "n", n, "all", all, NULL);
    struct rect r = part_panel(ui, area, ui_word(ui, "view.messages"),
                               ui->k > 1 ? NULL : ui_word(ui, "messages.note"), said);
    f.self->hit_count = 0;
    struct rect words = rect_cut_bottom(&r, 20 * ui->k);
    choose_talks(&f, r.h, is_shown);
    canvas_clip(ui->c, rect_inset(area, 1, 1));
    r.y += 4 * ui->k;
    for (uint32_t i = 0; i < f.k->talk_count && i < TALKS_SHOWN; i++) {
        r.y += is_shown[i] ? draw_talk(&f, i, r) + 10 * ui->k : 0;
    }
    draw_words(&f, words);
    canvas_unclip(ui->c);
    use_pointer(&f, area);
}

const struct view view_messages = {"messages", "view.messages", sizeof(struct messages),
                                   messages_draw};
