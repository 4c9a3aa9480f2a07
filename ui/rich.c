/* Text in which packets stand as capsules. */

#include "ui/parts.h"

#include <math.h>
#include <string.h>

#define LINES_MAX    8
#define CAPSULES_MAX 16
#define BOX_SIDE     0.08 /* room beside a capsule, in em */

static const char box[] = "\xEF\xBF\xBC";

/* A capsule in running text is 1.35 em high. */
static void measure(struct ui *ui, struct font font, struct capsule *capsules, unsigned count,
                    double *widths)
{
    for (unsigned i = 0; i < CAPSULES_MAX; i++) {
        widths[i] = 0;
        if (i < count) {
            capsules[i].h = 1.3 * font.px / ui->k;
            capsules[i].no_rim = true;
            widths[i] = capsule_width(ui, &capsules[i]) + 2 * BOX_SIDE * font.px;
        }
    }
}

struct run {
    struct ui *ui;
    struct font font;
    struct color color;
    double x, baseline;
    const struct capsule *capsules;
    unsigned count, next;
};

static void draw_box(struct run *r)
{
    if (r->next >= r->count) {
        return;
    }
    const struct capsule *p = &r->capsules[r->next++];
    double w = capsule_width(r->ui, p) + 2 * BOX_SIDE * r->font.px;
    double y = r->baseline - text_cap(r->ui->fonts, r->font) / 2;
    capsule_draw(r->ui, r->x + w / 2, y, p);
    r->x += w;
}

static void draw_line(struct run *r, const char *s, size_t len)
{
    while (len) {
        const char *at = s;
        while ((at = memchr(at, box[0], len - (size_t)(at - s))) && strncmp(at, box, 3) != 0) {
            at++;
        }
        size_t n = at ? (size_t)(at - s) : len;
        r->x += canvas_text_n(r->ui->c, r->font, r->x, r->baseline, r->color, s, n);
        s += n;
        len -= n;
        if (len) {
            draw_box(r);
            s += 3;
            len -= 3;
        }
    }
}

double rich_text(struct ui *ui, struct rect r, enum type_role role, struct color color,
                 const char *s, struct capsule *capsules, unsigned count, unsigned max_lines,
                 bool is_measured)
{
    struct font font = theme_font(ui->theme, role);
    double widths[CAPSULES_MAX], step = text_line_height(font) * 1.06;
    count = count < CAPSULES_MAX ? count : CAPSULES_MAX;
    measure(ui, font, capsules, count, widths);
    struct text_line lines[LINES_MAX];
    size_t all = text_lines(ui->fonts, font, s, r.w, widths, lines, LINES_MAX);
    size_t shown = all < max_lines ? all : max_lines;
    shown = shown < LINES_MAX ? shown : LINES_MAX;
    struct run run = {ui, font, color, 0, 0, capsules, count, 0};
    for (size_t i = 0; i < shown && !is_measured; i++) {
        run.x = r.x;
        run.baseline = r.y + step * (double)i + (step + text_cap(ui->fonts, font)) / 2;
        draw_line(&run, s + lines[i].at, lines[i].len);
        if (i + 1 == shown && all > shown) {
            canvas_text(ui->c, font, run.x, run.baseline, ALIGN_LEFT, color, "\xE2\x80\xA6");
        }
    }
    return step * (double)shown;
}
