/* Why a packet was sent: its causes, nearest first, each a sentence of the story. Pressed, the head
 * goes to that instant, and the packet that the sentence is about is selected: so one walks back
 * along the chain. */
#include "ui/view/inspector.h"
#include "ui/view/sentence.h"

#include <math.h>
#include <stdio.h>

enum { CAUSES = 5, LINKS = 64 }; /* shown; looked at */

/* A link that the story has a sentence for. */
static bool is_told(const struct trace *t, const struct record *r)
{
    switch ((enum record_kind)r->kind) {
    case REC_SEND:
    case REC_DROP:
    case REC_FIRE:
    case REC_NOTE: return true;
    case REC_STATE: return r->why != 0;
    case REC_CALL: return r->code >= CALL_CUT && r->code <= CALL_RESTART;
    case REC_NONE:
    case REC_QUEUE:
    case REC_TX:
    case REC_ARRIVE:
    case REC_ITEM:
    case REC_VAR:
    case REC_TIMER:
    case REC_DELIVER:
    case REC_SHARE:
    case REC_KIND_COUNT: break;
    }
    (void)t;
    return false;
}

static uint32_t send_of(const struct trace *t, uint32_t packet)
{
    struct list all = trace_of_packet(t, packet);
    return all.count ? all.at[0] : 0;
}

/* Of several at one instant and place the one nearest to the effect: it tells the others. */
static unsigned chain_of(const struct trace *t, uint32_t packet, uint32_t out[CAUSES])
{
    unsigned count = 0;
    uint32_t n = send_of(t, packet), before = 0;
    for (unsigned links = 0; n && links < LINKS && count < CAUSES; links++) {
        const struct record *r = trace_record(t, n), *b = before ? trace_record(t, before) : NULL;
        bool is_same = b && b->at == r->at && entity_node(t, b->where) == entity_node(t, r->where);
        if (is_told(t, r) && !is_same) {
            out[count++] = before = n;
        }
        n = r->cause;
    }
    return count;
}

static double draw_link(struct ui *ui, const struct inspection *in, uint32_t record, unsigned nth,
                        struct rect r, bool is_measured)
{
    const struct scene *s = in->scene;
    const struct record *rec = trace_record(s->trace, record);
    const struct story_wire wire = {packet_field, packet_label, s->is_relative};
    struct sentence text = {0};
    struct buf marked = {0};
    char time[32];
    double k = ui->k, left = 74 * k;
    story_headline(s->trace, &wire, record, ui->lang, &marked);
    sentence_of(s, &marked, 1, &text);
    struct rect words = {r.x + left, r.y + 4 * k, r.w - left - 6 * k, 0};
    double h = fmax(sentence_draw(ui, &text, words, TYPE_BODY, ui->theme->ink, 3, true), 20 * k);
    r.h = h + 8 * k;
    if (!is_measured) {
        ui_push(ui, "cause", nth);
        struct ui_touch touch = ui_region(ui, "go", r, true);
        if (touch.hover || touch.focused) {
            canvas_fill_box(ui->c, r, RADIUS_CONTROL, ui->theme->tint);
        }
        ui_text_right(ui, TYPE_AXIS, r.x + left - 8 * k, r.y + 17 * k, ui->theme->ink3,
                      view_time_unit(rec->at, time));
        sentence_draw(ui, &text, words, TYPE_BODY, ui->theme->ink, 3, false);
        if (touch.clicked) {
            s->wish->has_time = s->wish->has_packet = true;
            s->wish->time = rec->at;
            s->wish->packet = story_packet(s->trace, record);
        }
        ui_pop(ui);
    }
    buf_free(&marked);
    sentence_free(&text);
    return r.h;
}

double inspector_why(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    uint32_t chain[CAUSES];
    unsigned count = chain_of(in->scene->trace, in->packet, chain);
    double y = r.y + 26 * ui->k;
    if (count == 0) {
        return 0;
    }
    if (!is_measured) {
        ui_text(ui, TYPE_TITLE, r.x, r.y + 18 * ui->k, ui->theme->ink,
                ui_word(ui, "inspector.why"));
    }
    for (unsigned i = 0; i < count; i++) {
        y += draw_link(ui, in, chain[i], i, (struct rect){r.x, y, r.w, 0}, is_measured);
    }
    return y - r.y + 10 * ui->k;
}
