/* Where lines may break. Latin breaks after spaces and hyphens; Han breaks anywhere, except where a
 * closing mark would begin a line or an opening one end it (the rules of GB/T 15834, shortened to
 * the marks that captions use). */

#include "ui/text.h"

#include <string.h>

#include "ui/fonts.h"

#define BOX 0xFFFC

static bool is_one_of(uint32_t code, const uint32_t *list, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (list[i] == code) {
            return true;
        }
    }
    return false;
}

/* Never at the start of a line. */
static bool is_closing(uint32_t code)
{
    static const uint32_t marks[] = {
        0xFF0C, 0x3002, 0x3001, 0xFF1B, 0xFF1A, 0xFF01, 0xFF1F, 0xFF09, 0x300D, 0x300F, 0x300B,
        0x3009, 0x3011, 0x3015, 0x201D, 0x2019, 0x2026, 0x2014, 0xFF5E, 0x00B7, 0x30FB, 0xFF05,
        0x3005, ',',    '.',    ';',    ':',    '!',    '?',    ')',    ']',    '}',    '%',
    };
    return is_one_of(code, marks, sizeof marks / sizeof *marks);
}

/* Never at the end of a line. */
static bool is_opening(uint32_t code)
{
    static const uint32_t marks[] = {
        0xFF08, 0x300C, 0x300E, 0x300A, 0x3008, 0x3010, 0x3014, 0x201C,
        0x2018, '(',    '[',    '{',    0xFFE5, '#',    0x00A7,
    };
    return is_one_of(code, marks, sizeof marks / sizeof *marks);
}

static bool is_space(uint32_t code)
{
    return code == ' ' || code == 0x3000 || code == 0x2009 || code == '\n';
}

static bool is_letter(uint32_t code)
{
    return (code | 32) >= 'a' && (code | 32) <= 'z';
}

bool text_may_break(uint32_t before, uint32_t after)
{
    if (is_space(after) || is_closing(after) || is_opening(before)) {
        return false;
    }
    if (is_space(before)) {
        return true;
    }
    if (before == '-') {
        return is_letter(after);
    }
    return text_is_cjk(before) || text_is_cjk(after);
}

struct breaker {
    struct fonts *fonts;
    struct font font;
    const double *box_width;
    size_t box_count;
    double limit;
    struct text_line *out;
    size_t count, max;
    size_t line_at; /* the line being filled: where it starts, */
    double width;   /* how wide it is with all up to now, */
    size_t end;     /* where its ink ends, */
    double end_width;
    size_t break_at, break_next;   /* the last place to break: end of ink, start of the next line */
    double break_width, next_from; /* widths up to these two */
    bool has_break;
};

static void emit(struct breaker *b, size_t end, double width)
{
    if (b->count < b->max) {
        b->out[b->count] = (struct text_line){b->line_at, end - b->line_at, width};
    }
    b->count++;
}

static void start_line(struct breaker *b, size_t at)
{
    b->line_at = b->end = at;
    b->width = b->end_width = 0;
    b->has_break = false;
}

/* The code point at `at` does not fit: the line ends at the last place to break, else right here.
 */
static void wrap(struct breaker *b, size_t at)
{
    if (!b->has_break) {
        emit(b, b->end, b->end_width);
        start_line(b, at);
        return;
    }
    emit(b, b->break_at, b->break_width);
    double rest = b->width - b->next_from, end_rest = b->end_width - b->next_from;
    size_t end = b->end;
    start_line(b, b->break_next);
    b->width = rest;
    b->end = end > b->line_at ? end : b->line_at;
    b->end_width = end_rest > 0 ? end_rest : 0;
}

static void note_break(struct breaker *b, size_t at)
{
    b->has_break = true;
    b->break_at = b->end;
    b->break_width = b->end_width;
    b->break_next = at;
    b->next_from = b->width;
}

static double width_of(struct breaker *b, uint32_t before, uint32_t code)
{
    if (code == BOX && b->box_width) {
        return b->box_width[b->box_count++];
    }
    double em = fonts_slot(b->fonts, b->font.face, code).em;
    if (b->end > b->line_at) {
        em += fonts_kern(b->fonts, b->font.face, before, code);
    }
    return em * b->font.px;
}

static void take(struct breaker *b, uint32_t before, uint32_t code, size_t at, size_t n)
{
    double w = width_of(b, before, code);
    if (at > b->line_at && text_may_break(before, code)) {
        note_break(b, at);
    }
    if (!is_space(code) && b->width + w > b->limit + 0.01 && b->end > b->line_at) {
        wrap(b, at);
        if (b->width + w > b->limit + 0.01 && b->end > b->line_at) {
            wrap(b, at); /* a word that is wider than the whole line is cut */
        }
    }
    if (is_space(code) && at == b->line_at && b->count) {
        start_line(b, at + n);
        return;
    }
    b->width += w;
    if (!is_space(code)) {
        b->end = at + n;
        b->end_width = b->width;
    }
}

size_t text_lines(struct fonts *f, struct font font, const char *s, double width,
                  const double *box_width, struct text_line *out, size_t max)
{
    struct breaker b = {
        .fonts = f, .font = font, .box_width = box_width, .limit = width, .out = out, .max = max};
    size_t len = strlen(s);
    uint32_t before = ' ', code;
    for (size_t at = 0, n; (n = utf8_next(s + at, len - at, &code)); at += n) {
        if (code == '\n') {
            emit(&b, b.end, b.end_width);
            start_line(&b, at + n);
        } else {
            take(&b, before, code, at, n);
        }
        before = code;
    }
    if (b.end > b.line_at || !b.count) {
        emit(&b, b.end, b.end_width);
    }
    return b.count;
}
