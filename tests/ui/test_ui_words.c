/* No words over words: the ladder of every bundled scenario, as wide, as low and as narrow as the
 * window draws it, on a canvas that keeps what text was put where and what was painted over it.
 * What rides on the line of now passes over what stands there, and is left out. */
#include "view_rig.h"

#include "ui/shell.h"

#include "base/os.h"

#include <math.h>

#define SAID_MAX  4096u
#define CLIPS_MAX 16u

struct said {
    struct rect r; /* of its capitals */
    char words[48];
};

struct listener {
    struct canvas base;
    struct said said[SAID_MAX];
    unsigned count, clip_count;
    struct rect clip[CLIPS_MAX];
    char half[96]; /* what was painted over in part, and by what; "": nothing was */
    struct rect half_at;
};

static struct listener *of(struct canvas *c)
{
    return (struct listener *)c;
}

static struct rect common(struct rect a, struct rect b)
{
    double x0 = fmax(a.x, b.x), y0 = fmax(a.y, b.y);
    double x1 = fmin(a.x + a.w, b.x + b.w), y1 = fmin(a.y + a.h, b.y + b.h);
    return (struct rect){x0, y0, fmax(x1 - x0, 0), fmax(y1 - y0, 0)};
}

static struct rect clipped(const struct listener *l, struct rect r)
{
    for (unsigned i = 0; i < l->clip_count; i++) {
        r = common(r, l->clip[i]);
    }
    return r;
}

static struct rect bounds(const struct canvas *c)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (size_t i = 0; i < c->point_count; i++) {
        x0 = fmin(x0, c->point[i].x);
        y0 = fmin(y0, c->point[i].y);
        x1 = fmax(x1, c->point[i].x);
        y1 = fmax(y1, c->point[i].y);
    }
    return c->point_count ? (struct rect){x0, y0, x1 - x0, y1 - y0} : (struct rect){0};
}

/* What lies below is gone, whole or, which must not be, in part. */
static void fill(struct canvas *c, struct color color)
{
    struct listener *l = of(c);
    struct rect r = clipped(l, bounds(c));
    if (color.a < 200 || r.w < 15 || r.h < 15) {
        return; /* shines through; or a dot, a line, the head of an arrow */
    }
    for (unsigned i = 0; i < l->count; i++) {
        struct rect both = common(l->said[i].r, r);
        bool is_whole = both.w >= l->said[i].r.w - 1 && both.h >= l->said[i].r.h - 1;
        if (is_whole) {
            l->said[i--] = l->said[--l->count];
        } else if (both.w > 2 && both.h > 2 && !l->half[0]) {
            snprintf(l->half, sizeof l->half, "'%s'", l->said[i].words);
            l->half_at = both;
        }
    }
}

static void text(struct canvas *c, struct font font, double x, double baseline, struct color color,
                 const char *s, size_t len)
{
    struct listener *l = of(c);
    double cap = text_cap(c->fonts, font);
    struct rect r = {x, baseline - cap, text_width_n(c->fonts, font, s, len), cap};
    struct rect seen = clipped(l, r);
    if (color.a == 0 || seen.w < 2 || seen.h < 2) {
        return;
    }
    ck_assert_uint_lt(l->count, SAID_MAX);
    struct said *said = &l->said[l->count++];
    said->r = seen;
    snprintf(said->words, sizeof said->words, "%.*s", (int)len, s);
}

static void nothing(struct canvas *c)
{
    (void)c;
}

static void stroke(struct canvas *c, struct color color, const struct stroke *s)
{
    (void)c, (void)color, (void)s;
}

static void clip_rect(struct canvas *c, struct rect r)
{
    ck_assert_uint_lt(of(c)->clip_count, CLIPS_MAX);
    of(c)->clip[of(c)->clip_count++] = r;
}

static void clip_path(struct canvas *c)
{
    clip_rect(c, bounds(c));
}

static void unclip(struct canvas *c)
{
    of(c)->clip_count--;
}

static const struct canvas_ops ops = {.fill = fill,
                                      .stroke = stroke,
                                      .clip_rect = clip_rect,
                                      .clip_path = clip_path,
                                      .unclip = unclip,
                                      .text = text,
                                      .free = nothing};

/* The places that the window gives it: alone, under leases, beside plots, in a hall. */
static const struct look {
    double w, h, k;
} looks[] = {{478, 508, 1}, {478, 214, 1}, {362, 508, 1}, {700, 620, 1.5}};

struct ladder_rig {
    struct view_rig *view;
    struct listener *ear;
    struct ladder *self;
    const char *name;
    char found[400];
    unsigned count; /* of faults */
};

static void tell(struct ladder_rig *r, const struct look *look, const char *a, const char *b,
                 struct rect at)
{
    if (r->count++ == 0) {
        snprintf(r->found, sizeof r->found,
                 "%s (%s, %.0f x %.0f, at %.6f s): %s and %s at %.0f, %.0f", r->name,
                 lang_code(r->view->lang), look->w, look->h, (double)r->view->player.now / 1e9, a,
                 b, at.x, at.y);
    }
}

static void compare(struct ladder_rig *r, const struct look *look, double y_now)
{
    const struct listener *l = r->ear;
    double band = 16 * look->k;
    if (l->half[0] && (l->half_at.y > y_now + band || l->half_at.y + l->half_at.h < y_now - band)) {
        tell(r, look, l->half, "something over it", l->half_at);
    }
    for (unsigned i = 0; i < l->count; i++) {
        const struct rect *a = &l->said[i].r;
        if (a->y < y_now + band && a->y + a->h > y_now - band) {
            continue;
        }
        for (unsigned k = 0; k < i; k++) {
            struct rect both = common(*a, l->said[k].r);
            if (both.w > 1 && both.h > 1) {
                tell(r, look, l->said[i].words, l->said[k].words, both);
            }
        }
    }
}

static void look_at(struct ladder_rig *r, const struct look *look, sim_time t)
{
    struct view_rig *v = r->view;
    struct theme theme = theme_make(THEME_LIGHT, look->k);
    struct rect area = {0, 0, look->w, look->h};
    player_go(&v->player, t);
    v->scene.now = v->player.now;
    v->wish = (struct wish){0};
    r->ear->count = r->ear->clip_count = 0;
    r->ear->half[0] = '\0';
    ui_begin(&v->ui, &r->ear->base, &theme, v->lang, look->w, look->h, 1, v->seconds++);
    view_ladder.draw(r->self, &v->ui, &v->scene, area);
    ui_end(&v->ui);
    compare(r, look, r->self->y_now);
}

static void check_file(struct ladder_rig *r, const char *name)
{
    r->view = rig_open(name, 100, 100, THEME_LIGHT, 1);
    r->name = name;
    r->ear->base = (struct canvas){.ops = &ops, .fonts = r->view->fonts, .scale = 1};
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        *r->self = (struct ladder){0};
        for (int at = 1; at <= 4; at++) {
            r->view->lang = (i + (size_t)at) % 2 ? LANG_ZH : LANG_EN;
            look_at(r, &looks[i], r->view->film->plain.end * at / 4);
        }
    }
    free(r->ear->base.op);
    free(r->ear->base.point);
    rig_close(r->view);
}

/* Are packets still under way when the run ends? They ride over what stands there. */
static bool ends_in_flight(const char *name)
{
    struct view_rig *v = rig_open(name, 100, 100, THEME_LIGHT, 1);
    bool is = false;
    for (uint32_t i = 0; i < v->film->flight_count; i++) {
        is = is ||
             (v->film->flights[i].hop.tx && flight_end(&v->film->flights[i]) > v->film->plain.end);
    }
    rig_close(v);
    return is;
}

/* The whole window at the end of a run, when nothing moves. */
static void check_window(struct ladder_rig *r, const char *name, struct fonts *fonts,
                         enum lang lang, double w, double h)
{
    struct shell_options o = {.fonts = fonts, .at = -1, .select = -1, .is_settled = true};
    struct look look = {w, h, 1};
    struct view_rig view = {.lang = lang};
    struct err err = {0};
    char path[256];
    o.lang = lang;
    struct shell *shell = shell_new(&o);
    snprintf(path, sizeof path, SOURCE_DIR "/scenarios/%s.yaml", name);
    ck_assert(shell_open(shell, path, &err));
    err_free(&err);
    r->name = name;
    r->view = &view;
    r->ear->base = (struct canvas){.ops = &ops, .fonts = fonts, .scale = 1};
    struct ui_event end = {.kind = UI_KEY, .key = UI_KEY_END};
    for (int i = 0; i < 3; i++) {
        shell_tick(shell, i * 16666667);
        r->ear->count = r->ear->clip_count = 0;
        r->ear->half[0] = '\0';
        shell_draw(shell, &r->ear->base, w, h, 1);
        shell_event(shell, &end);
    }
    compare(r, &look, -100);
    shell_free(shell);
    free(r->ear->base.op);
    free(r->ear->base.point);
}

static const char *const topics[] = {"app", "arq", "dhcp", "find", "net", "rtp", "tcp", "udp"};

struct names {
    char list[200][64];
    unsigned count;
};

static void add(void *context, const char *name)
{
    struct names *n = context;
    size_t len = strlen(name);
    if (len > 5 && strcmp(name + len - 5, ".yaml") == 0) {
        ck_assert_uint_lt(n->count, 200);
        snprintf(n->list[n->count++], sizeof n->list[0], "%.*s", (int)len - 5, name);
    }
}

START_TEST(no_words_stand_over_words)
{
    struct names *names = calloc(1, sizeof *names);
    struct ladder_rig r = {.ear = calloc(1, sizeof *r.ear), .self = calloc(1, sizeof *r.self)};
    char folder[256], path[128];
    snprintf(folder, sizeof folder, SOURCE_DIR "/scenarios/%s", topics[_i]);
    ck_assert(os_list(folder, add, names));
    ck_assert_uint_gt(names->count, 1);
    for (unsigned i = 0; i < names->count; i++) {
        snprintf(path, sizeof path, "%s/%s", topics[_i], names->list[i]);
        unsigned before = r.count;
        check_file(&r, path);
        if (r.count > before && getenv("SLOWWIRE_ALL")) {
            printf("%s\n", r.found);
            r.count = 0;
        }
    }
    ck_assert_msg(r.count == 0, "%u places; %s", r.count, r.found);
    free(r.ear);
    free(r.self);
    free(names);
}
END_TEST

START_TEST(no_words_stand_over_words_in_the_window)
{
    struct names *names = calloc(1, sizeof *names);
    struct ladder_rig r = {.ear = calloc(1, sizeof *r.ear)};
    struct err err = {0};
    struct fonts *fonts = fonts_new(SOURCE_DIR "/assets/fonts", &err);
    char folder[256], path[128];
    snprintf(folder, sizeof folder, SOURCE_DIR "/scenarios/%s", topics[_i]);
    ck_assert(fonts && os_list(folder, add, names));
    for (unsigned i = 0; i < names->count; i++) {
        unsigned before = r.count;
        snprintf(path, sizeof path, "%s/%s", topics[_i], names->list[i]);
        if (ends_in_flight(path)) {
            continue;
        }
        check_window(&r, path, fonts, LANG_EN, 1280, 800);
        check_window(&r, path, fonts, LANG_ZH, 1600, 900);
        if (r.count > before && getenv("SLOWWIRE_ALL")) {
            printf("%s\n", r.found);
            r.count = 0;
        }
    }
    ck_assert_msg(r.count == 0, "%u places; %s", r.count, r.found);
    fonts_free(fonts);
    free(r.ear);
    free(names);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("words");
    TCase *t = tcase_create("words");
    tcase_set_timeout(t, 300);
    tcase_add_loop_test(t, no_words_stand_over_words, 0, sizeof topics / sizeof *topics);
    tcase_add_loop_test(t, no_words_stand_over_words_in_the_window, 0,
                        sizeof topics / sizeof *topics);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed != 0;
}
