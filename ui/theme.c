/* The tables of the look. */

#include "ui/theme.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#define C(hex)                                                                                     \
    {                                                                                              \
        (hex) >> 16 & 255, (hex) >> 8 & 255, (hex)&255, 255                                        \
    }

static const struct theme themes[THEME_COUNT] =
    {
        [THEME_LIGHT] =
            {
                .name = THEME_LIGHT,
                .bg = C(0xF4F4F1),
                .panel = C(0xFFFFFF),
                .sunk = C(0xF7F7F5),
                .tint = C(0xF0F1F3),
                .hair = C(0xDFE1E5),
                .hair2 = C(0xECEDEF),
                .wire = C(0xC9CED6),
                .wire2 = C(0xE9EBEE),
                .ink = C(0x171B22),
                .ink2 = C(0x4A5361),
                .ink3 = C(0x667080),
                .marker = C(0xFFE45C),
                .on_marker = C(0x171B22),
                .control = {C(0x0067A6), C(0xFFFFFF), C(0x005B94), C(0xDDEDF8)},
                .data = {C(0x00775A), C(0xFFFFFF), C(0x006B50), C(0xDDF1EA)},
                .retx = {C(0xF0A81C), C(0x171B22), C(0x8A5A00), C(0xFDF0D2)},
                .loss = {C(0xC24400), C(0xFFFFFF), C(0xB03C00), C(0xFBE6DB)},
                .report = {C(0x97407A), C(0xFFFFFF), C(0x8A3670), C(0xF5E4EF)},
                .media = {C(0x5DB5EA), C(0x0A1B29), C(0x1F6FA3), C(0xDFF0FB)},
                .ack = C(0x39424F),
                .hatch = C(0xD58A00),
            },
        [THEME_DARK] =
            {
                .name = THEME_DARK,
                .bg = C(0x0D1015),
                .panel = C(0x161A21),
                .sunk = C(0x11151B),
                .tint = C(0x1F252E),
                .hair = C(0x2B323C),
                .hair2 = C(0x222831),
                .wire = C(0x4A5462),
                .wire2 = C(0x262D37),
                .ink = C(0xF1F3F6),
                .ink2 = C(0xB4BDC9),
                .ink3 = C(0x808B99),
                .marker = C(0xF7E24A),
                .on_marker = C(0x12151A),
                .control = {C(0x55B2F0), C(0x06131D), C(0x6FC0F5), C(0x15293A)},
                .data = {C(0x2FCB9C), C(0x04150F), C(0x4BD7AC), C(0x12302A)},
                .retx = {C(0xFFBE3B), C(0x171105), C(0xFFC95C), C(0x33280F)},
                .loss = {C(0xFF7B3D), C(0x1B0A02), C(0xFF925F), C(0x371E12)},
                .report = {C(0xEA94C8), C(0x200B18), C(0xF0A8D3), C(0x331F2D)},
                .media = {C(0xB4E2FA), C(0x06131D), C(0xB4E2FA), C(0x152B3A)},
                .ack = C(0xD3DAE3),
                .hatch = C(0xD9931A),
            },
};

static const struct font roles[TYPE_COUNT] = {
    [TYPE_HEADLINE] = {FACE_SANS_SEMIBOLD, 20},
    [TYPE_CLOCK] = {FACE_MONO_SEMIBOLD, 22},
    [TYPE_SCENARIO] = {FACE_SANS_SEMIBOLD, 15},
    [TYPE_REASON] = {FACE_SANS, 15},
    [TYPE_TITLE] = {FACE_SANS_SEMIBOLD, 13},
    [TYPE_BODY] = {FACE_SANS, 13},
    [TYPE_VALUE] = {FACE_MONO_SEMIBOLD, 13},
    [TYPE_CODE] = {FACE_MONO, 13},
    [TYPE_LABEL] = {FACE_SANS_MEDIUM, 11.5},
    [TYPE_TAG] = {FACE_SANS_SEMIBOLD, 11.5},
    [TYPE_AXIS] = {FACE_MONO, 11},
};

static const char *const codes[THEME_COUNT] = {"light", "dark"};

struct color color_fade(struct color c, double alpha)
{
    c.a = (uint8_t)lround(c.a * fmin(fmax(alpha, 0), 1));
    return c;
}

static uint8_t blend(uint8_t a, uint8_t b, double t)
{
    return (uint8_t)lround(a + (b - a) * t);
}

struct color color_mix(struct color a, struct color b, double t)
{
    t = fmin(fmax(t, 0), 1);
    return (struct color){blend(a.r, b.r, t), blend(a.g, b.g, t), blend(a.b, b.b, t),
                          blend(a.a, b.a, t)};
}

/* sRGB to linear light, as WCAG 2.1 defines relative luminance. */
static double linear(uint8_t v)
{
    double s = v / 255.0;
    return s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
}

static double luminance(struct color c)
{
    return 0.2126 * linear(c.r) + 0.7152 * linear(c.g) + 0.0722 * linear(c.b);
}

double color_contrast(struct color a, struct color b)
{
    double la = luminance(a), lb = luminance(b);
    return (fmax(la, lb) + 0.05) / (fmin(la, lb) + 0.05);
}

struct theme theme_make(enum theme_name name, double projector)
{
    struct theme t = themes[name];
    t.projector = projector;
    return t;
}

const char *theme_code(enum theme_name name)
{
    return codes[name];
}

bool theme_parse(const char *code, enum theme_name *out)
{
    for (int i = 0; i < THEME_COUNT; i++) {
        if (!strcmp(code, codes[i])) {
            *out = (enum theme_name)i;
            return true;
        }
    }
    return false;
}

static double least_px(double projector)
{
    return projector >= 2 ? 24 : projector > 1 ? 18 : 11;
}

struct font theme_font(const struct theme *t, enum type_role role)
{
    struct font f = roles[role];
    f.px = fmax(f.px * t->projector, least_px(t->projector));
    return f;
}
