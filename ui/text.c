/* Measuring and laying out: sums of advances, one code point after the other. */

#include "ui/text.h"

#include "ui/fonts.h"

#include <string.h>

size_t utf8_next(const char *s, size_t len, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (!len) {
        return 0;
    }
    unsigned char c = (unsigned char)s[0];
    size_t n = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
    uint32_t v = n == 1 ? c : c & (0x7Fu >> n);
    bool good = n && n <= len;
    for (size_t i = 1; good && i < n; i++) {
        unsigned char next = (unsigned char)s[i];
        good = next >> 6 == 2;
        v = v << 6 | (next & 63u);
    }
    good = good && v >= least[n] && v <= 0x10FFFF && v >> 11 != 27;
    *code = good ? v : 0xFFFD;
    return good ? n : 1;
}

bool text_is_cjk(uint32_t c)
{
    return (c >= 0x2E80 && c <= 0x9FFF) || (c >= 0xAC00 && c <= 0xD7AF) ||
           (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE4F) ||
           (c >= 0xFF00 && c <= 0xFFEF) || (c >= 0x20000 && c <= 0x3FFFF);
}

/* One code point further: how far its pen is moved by kerning, and its slot. */
struct walk {
    struct fonts *fonts;
    enum face face;
    uint32_t before;
    double em; /* where the next pen stands */
};

static struct slot walk_on(struct walk *w, uint32_t code)
{
    struct slot slot = fonts_slot(w->fonts, w->face, code);
    w->em += fonts_kern(w->fonts, w->face, w->before, code);
    w->before = code;
    return slot;
}

double text_width_n(struct fonts *f, struct font font, const char *s, size_t len)
{
    struct walk w = {f, font.face, 0, 0};
    uint32_t code;
    for (size_t at = 0, n; (n = utf8_next(s + at, len - at, &code)); at += n) {
        struct slot slot = walk_on(&w, code);
        w.em += slot.em;
    }
    return w.em * font.px;
}

double text_width(struct fonts *f, struct font font, const char *s)
{
    return text_width_n(f, font, s, strlen(s));
}

double text_ascent(struct fonts *f, struct font font)
{
    return fonts_metrics(f, font.face).ascent * font.px;
}

double text_descent(struct fonts *f, struct font font)
{
    return fonts_metrics(f, font.face).descent * font.px;
}

double text_cap(struct fonts *f, struct font font)
{
    return fonts_metrics(f, font.face).cap * font.px;
}

double text_line_height(struct font font)
{
    return 1.45 * font.px;
}

size_t text_fit(struct fonts *f, struct font font, const char *s, size_t len, double width)
{
    struct walk w = {f, font.face, 0, 0};
    uint32_t code;
    size_t at = 0;
    for (size_t n; (n = utf8_next(s + at, len - at, &code)); at += n) {
        struct slot slot = walk_on(&w, code);
        w.em += slot.em;
        if (w.em * font.px > width) {
            break;
        }
    }
    return at;
}

char *text_ellipsis(struct fonts *f, struct font font, const char *s, double width, char *buf,
                    size_t size)
{
    static const char dots[] = "\xE2\x80\xA6";
    size_t len = strlen(s);
    bool fits = text_width_n(f, font, s, len) <= width + 0.01 && len < size;
    if (!fits) {
        len = text_fit(f, font, s, len, width - text_width(f, font, dots));
        while (len && (len > size - sizeof dots || s[len - 1] == ' ' || (s[len] & 0xC0) == 0x80)) {
            len--;
        }
    }
    memcpy(buf, s, len);
    memcpy(buf + len, fits ? "" : dots, fits ? 1 : sizeof dots);
    return buf;
}

size_t text_layout(struct fonts *f, struct font font, const char *s, size_t len, struct glyph *out,
                   size_t max, double *width)
{
    struct walk w = {f, font.face, 0, 0};
    uint32_t code;
    size_t count = 0;
    for (size_t at = 0, n; count < max && (n = utf8_next(s + at, len - at, &code)); at += n) {
        struct slot slot = walk_on(&w, code);
        out[count++] = (struct glyph){slot.face, slot.index, w.em * font.px};
        w.em += slot.em;
    }
    *width = w.em * font.px;
    return count;
}
