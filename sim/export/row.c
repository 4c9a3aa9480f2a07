/* Cells of a line, and how wide characters are (Unicode's East Asian Width: W and F are two). */
#include "export/row.h"

#include <string.h>

static const char *const escapes[STYLE_COUNT] = {
    [STYLE_PLAIN] = "",           [STYLE_DIM] = "\033[2m",     [STYLE_BOLD] = "\033[1m",
    [STYLE_CONTROL] = "\033[34m", [STYLE_DATA] = "\033[32m",   [STYLE_ACK] = "\033[36m",
    [STYLE_RESET] = "\033[31m",   [STYLE_REPORT] = "\033[35m", [STYLE_MEDIA] = "\033[94m",
    [STYLE_AGAIN] = "\033[33m",   [STYLE_LOSS] = "\033[1;31m", [STYLE_TIMER] = "\033[31m",
    [STYLE_GOOD] = "\033[32m",
};

const char *style_on(enum row_style style, bool colour)
{
    return colour ? escapes[style] : "";
}

const char *style_off(bool colour)
{
    return colour ? "\033[0m" : "";
}

/* Decodes one character; what is not UTF-8 is one byte and reads as U+FFFD. */
static size_t decode(const char *text, uint32_t *point)
{
    const unsigned char *s = (const unsigned char *)text;
    size_t len = s[0] < 0x80 ? 1 : s[0] >= 0xf0 ? 4 : s[0] >= 0xe0 ? 3 : s[0] >= 0xc2 ? 2 : 0;
    *point = len == 1 ? s[0] : s[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if ((s[i] & 0xc0) != 0x80) {
            len = 0;
            break;
        }
        *point = *point << 6 | (s[i] & 0x3fu);
    }
    if (len == 0) {
        *point = 0xfffd;
        return 1;
    }
    return len;
}

static unsigned cells_of(uint32_t c)
{
    static const struct {
        uint32_t first, last;
        unsigned cells;
    } ranges[] = {
        {0x0300, 0x036f, 0},   {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},   {0x2e80, 0x303e, 2},
        {0x3041, 0x4dbf, 2},   {0x4e00, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},   {0xf900, 0xfaff, 2},
        {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
        {0x1f300, 0x1f64f, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        if (c >= ranges[i].first && c <= ranges[i].last) {
            return ranges[i].cells;
        }
    }
    return 1;
}

static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0);
}

void row_clear(struct row *r, unsigned width)
{
    r->width = width < ROW_CELLS_MAX ? width : ROW_CELLS_MAX;
    for (unsigned i = 0; i < r->width; i++) {
        r->cells[i] = (struct cell){" ", 1, STYLE_PLAIN};
    }
}

/* Half of a wide character that is covered leaves a blank. */
static void uncover(struct row *r, unsigned at)
{
    if (r->cells[at].len == 0 && at > 0) {
        r->cells[at - 1] = (struct cell){" ", 1, STYLE_PLAIN};
    }
    if (at + 1 < r->width && r->cells[at + 1].len == 0) {
        r->cells[at + 1] = (struct cell){" ", 1, STYLE_PLAIN};
    }
}

static void put(struct row *r, unsigned at, const char *text, size_t len, unsigned cells,
                enum row_style style)
{
    for (unsigned i = 0; i < cells; i++) {
        uncover(r, at + i);
        r->cells[at + i] = (struct cell){"", 0, (uint8_t)style};
    }
    memcpy(r->cells[at].text, text, len);
    r->cells[at].len = (uint8_t)len;
}

void row_put(struct row *r, unsigned at, const char *glyph, enum row_style style)
{
    if (at < r->width) {
        put(r, at, glyph, strlen(glyph), 1, style);
    }
}

void row_fill(struct row *r, unsigned from, unsigned end, const char *glyph, enum row_style style)
{
    for (unsigned at = from; at < end; at++) {
        row_put(r, at, glyph, style);
    }
}

/* What combines joins the character before it, as far as there is room. */
static void combine(struct row *r, unsigned at, const char *text, size_t len)
{
    struct cell *c = &r->cells[at];
    if (c->len + len <= sizeof c->text) {
        memcpy(c->text + c->len, text, len);
        c->len = (uint8_t)(c->len + len);
    }
}

unsigned row_text(struct row *r, unsigned at, unsigned end, const char *text, enum row_style style)
{
    end = end < r->width ? end : r->width;
    unsigned start = at, last = at, room = at < end ? end - at : 0;
    bool fits = text_cells(text) <= room;
    if (!fits && room > 0) {
        end--;
    }
    while (*text) {
        uint32_t point;
        size_t len = decode(text, &point);
        unsigned cells = cells_of(point);
        if (at + cells > end) {
            break;
        }
        if (cells == 0) {
            if (at > start) {
                combine(r, last, text, len);
            }
        } else if (is_control(point) || point == 0xfffd) {
            put(r, at, "\xef\xbf\xbd", 3, 1, style);
        } else {
            put(r, at, text, len, cells, style);
        }
        last = cells ? at : last;
        at += cells;
        text += len;
    }
    if (!fits && room > 0) {
        put(r, at++, "…", 3, 1, style);
    }
    return at - start;
}

void row_print(const struct row *r, bool colour, struct buf *out)
{
    unsigned end = r->width;
    while (end > 0 && r->cells[end - 1].len == 1 && r->cells[end - 1].text[0] == ' ') {
        end--;
    }
    unsigned style = STYLE_PLAIN;
    for (unsigned i = 0; i < end; i++) {
        const struct cell *c = &r->cells[i];
        bool is_blank = c->len == 1 && c->text[0] == ' ';
        if (colour && !is_blank && c->style != style) {
            buf_str(out, style != STYLE_PLAIN ? style_off(true) : "");
            style = c->style;
            buf_str(out, escapes[style]);
        }
        buf_add(out, bytes_of(c->text, c->len));
    }
    buf_str(out, colour && style != STYLE_PLAIN ? style_off(true) : "");
    buf_char(out, '\n');
}

unsigned text_cells(const char *text)
{
    unsigned cells = 0;
    while (*text) {
        uint32_t point;
        text += decode(text, &point);
        cells += cells_of(point);
    }
    return cells;
}

/* Closes what stands before it, and so never begins a line. */
static bool is_closing(uint32_t c)
{
    static const uint32_t closing[] = {0x3001, 0x3002, 0x300d, 0x300f, 0x3011, 0xff01,
                                       0xff09, 0xff0c, 0xff1a, 0xff1b, 0xff1f, 0x201d};
    for (size_t i = 0; i < sizeof closing / sizeof *closing; i++) {
        if (c == closing[i]) {
            return true;
        }
    }
    return false;
}

size_t text_wrap(const char *text, unsigned cells)
{
    size_t at = 0, good = 0;
    unsigned used = 0, before = 1;
    while (text[at]) {
        uint32_t point;
        size_t len = decode(text + at, &point);
        unsigned width = cells_of(point);
        if (point == ' ' || (at > 0 && before == 2 && width == 2 && !is_closing(point))) {
            good = at;
        }
        if (used + width > cells) {
            return good > 0 ? good : at > 0 ? at : len;
        }
        used += width;
        before = width;
        at += len;
    }
    return at;
}
