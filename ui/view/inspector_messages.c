/* What the packet's bytes say to applications: a row a message, pressed it is chosen, and its bytes
 * are marked below. */
#include "ui/view/inspector.h"
#include "ui/view/messages.h"

#include <stdio.h>
#include <string.h>

#define ROWS 6u

uint32_t inspection_pieces(const struct inspection *in, uint32_t *count)
{
    return talks_of_packet(&in->scene->film->talks, in->packet, count);
}

static const struct talk_piece *piece_at(const struct inspection *in, uint32_t i)
{
    const struct talks *k = &in->scene->film->talks;
    return &k->pieces[k->by_packet[i]];
}

bool inspection_message_has(const struct inspection *in, unsigned byte, bool *is_chosen)
{
    uint32_t count, first = inspection_pieces(in, &count);
    size_t body = in->p->body.len ? in->p->body.len : packet_head(in->p).len;
    for (uint32_t i = first; i < first + count; i++) {
        const struct talk_piece *piece = piece_at(in, i);
        size_t at = in->bytes.len - body + piece->at;
        if (byte >= at && byte < at + (piece->to - piece->from)) {
            *is_chosen = in->scene->message == piece->message + 1;
            return true;
        }
    }
    return false;
}

static char *row_words(const struct ui *ui, const struct scene *s, const struct talk_piece *piece,
                       char *buf, size_t size)
{
    const struct talks *k = &s->film->talks;
    uint32_t answers = k->messages[piece->message].answers;
    char words[160], number[16];
    messages_piece_words(ui, s, piece, words, sizeof words);
    if (answers == UINT32_MAX) {
        snprintf(buf, size, "%s", words);
        return buf;
    }
    snprintf(number, sizeof number, "%u", answers + 1);
    view_format(ui, buf, size, "message.answers", "words", words, "number", number, "name",
                k->messages[answers].name[ui->lang], NULL);
    return view_blank(s, buf, size);
}

/* "id 512 · length 35 · isu 103456789012": what a declared protocol tells of itself; cut where the
 * room ends. Empty: nothing. */
static char *field_words(const struct scene *s, const struct talk_piece *piece, char *buf,
                         size_t size)
{
    const struct app_message *m =
        trace_message(s->trace, s->film->talks.messages[piece->message].number);
    size_t at = 0;
    buf[0] = '\0';
    for (uint32_t i = 0; m && i < m->field_count; i++) {
        const struct message_field *f = &m->fields[i];
        bool fits = at + strlen(f->name) + strlen(f->value) + sizeof " ·   · …" < size;
        int n = fits ? snprintf(buf + at, size - at, "%s%s %s", i ? " · " : "", f->name, f->value)
                     : snprintf(buf + at, size - at, " …");
        at += (size_t)n;
        if (!fits) {
            break;
        }
    }
    return view_blank(s, buf, size);
}

static double draw_message(struct ui *ui, struct inspection *in, const struct talk_piece *piece,
                           struct rect r, bool is_measured)
{
    const struct theme *t = ui->theme;
    struct font font = theme_font(t, TYPE_BODY), small = theme_font(t, TYPE_LABEL);
    bool is_chosen = in->scene->message == piece->message + 1;
    char words[280], fields[400];
    row_words(ui, in->scene, piece, words, sizeof words);
    field_words(in->scene, piece, fields, sizeof fields);
    double pad = 5 * ui->k, text = canvas_paragraph_height(ui->c, font, r.w - 2 * pad, words);
    double below = *fields ? canvas_paragraph_height(ui->c, small, r.w - 2 * pad, fields) + pad : 0;
    double h = text + below + 2 * pad;
    if (is_measured) {
        return h + 2 * ui->k;
    }
    struct rect box = {r.x, r.y, r.w, h};
    char id[32];
    snprintf(id, sizeof id, "message-%u", piece->message + 1);
    struct ui_touch touch = ui_region(ui, id, box, true);
    if (touch.clicked) {
        struct wish *wish = in->scene->wish;
        wish->has_packet = wish->has_message = true;
        wish->packet = in->packet;
        wish->message = is_chosen ? 0 : piece->message + 1;
    }
    canvas_fill_box(ui->c, box, RADIUS_CELL, is_chosen ? t->marker : t->data.pale);
    canvas_paragraph(ui->c, font, (struct rect){r.x + pad, r.y + pad, r.w - 2 * pad, text + 8},
                     is_chosen ? t->on_marker : t->data.text, words);
    canvas_paragraph(ui->c, small,
                     (struct rect){r.x + pad, r.y + 2 * pad + text, r.w - 2 * pad, below + 8},
                     is_chosen ? t->on_marker : t->data.text, fields);
    return h + 2 * ui->k;
}

double inspector_messages(struct ui *ui, struct inspection *in, struct rect r, bool is_measured)
{
    uint32_t count, first = inspection_pieces(in, &count);
    double y = r.y;
    if (count == 0) {
        return 0;
    }
    if (!is_measured) {
        ui_text(ui, TYPE_TAG, r.x, y + 15 * ui->k, ui->theme->ink, ui_word(ui, "message.heading"));
    }
    y += 24 * ui->k;
    for (uint32_t i = first; i < first + count && i < first + ROWS; i++) {
        y += draw_message(ui, in, piece_at(in, i), (struct rect){r.x, y, r.w, 0}, is_measured);
    }
    return y - r.y + 6 * ui->k;
}
