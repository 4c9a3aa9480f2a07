/* The window by SDL. On X11, and on the drivers without a display, pictures go to the window's own
 * surface, with SDL's detour over OpenGL switched off: many times faster without a GPU. Elsewhere
 * (native Wayland has no such surface) they go through a renderer and one texture. */

#define SDL_MAIN_HANDLED
#include "ui/platform.h"

#include <stdlib.h>
#include <string.h>

#include <SDL.h>

#define PENDING 4

struct platform {
    SDL_Window *window;
    SDL_Renderer *renderer; /* NULL: the window's surface is used */
    SDL_Texture *texture;
    int texture_w, texture_h;
    bool is_full;
    Uint64 next_frame;                /* performance counter */
    struct ui_event pending[PENDING]; /* one of SDL's events may be two of ours */
    int pending_count;
};

/* Opening. */

static bool has_surface(void)
{
    const char *driver = SDL_GetCurrentVideoDriver();
    return driver &&
           (!strcmp(driver, "x11") || !strcmp(driver, "dummy") || !strcmp(driver, "offscreen"));
}

static bool open_picture(struct platform *p)
{
    if (has_surface()) {
        SDL_SetHint(SDL_HINT_FRAMEBUFFER_ACCELERATION, "0");
        if (SDL_GetWindowSurface(p->window)) {
            return true;
        }
    }
    p->renderer = SDL_CreateRenderer(p->window, -1, SDL_RENDERER_PRESENTVSYNC);
    if (!p->renderer) {
        p->renderer = SDL_CreateRenderer(p->window, -1, 0);
    }
    return p->renderer != NULL;
}

/* SDL goes on without a screen rather than fail: nobody would see that window, unless a test asks
 * for it by name. */
static bool is_seen(void)
{
    const char *driver = SDL_GetCurrentVideoDriver(), *asked = SDL_getenv("SDL_VIDEODRIVER");
    bool blind = driver && (!strcmp(driver, "dummy") || !strcmp(driver, "offscreen") ||
                            !strcmp(driver, "evdev"));
    return driver && (!blind || (asked && *asked));
}

static void fail(struct err *err)
{
    const char *why = SDL_GetError();
    bool blind = SDL_WasInit(SDL_INIT_VIDEO) && !is_seen();
    err_fail(err, "window.no-display", "why",
             blind || !*why ? word(err->lang, "window.no-screen") : why, NULL);
}

struct platform *platform_new(const char *title, int w, int h, struct err *err)
{
    SDL_SetMainReady();
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    struct platform *p = calloc(1, sizeof *p);
    if (!p) {
        err_fail(err, "window.no-display", "why", word(err->lang, "window.no-memory"), NULL);
        return NULL;
    }
    Uint32 flags = SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI;
    bool good = !SDL_Init(SDL_INIT_VIDEO) && is_seen();
    if (good) {
        p->window =
            SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, w, h, flags);
        good = p->window && open_picture(p);
    }
    if (!good) {
        fail(err);
        platform_free(p);
        return NULL;
    }
    SDL_SetWindowMinimumSize(p->window, 480, 320);
    SDL_StartTextInput();
    return p;
}

/* An open window is left to the end of the process. SDL wakes its own loop by an event that a
 * second connection sends to the window; where a window is destroyed before the X server has read
 * that one, closing the connection ends the process with BadWindow, and "q" would look like a
 * crash. */
void platform_free(struct platform *p)
{
    if (!p) {
        return;
    }
    if (!p->window) {
        SDL_Quit();
    }
    free(p);
}

static void window_size(const struct platform *p, int *w, int *h)
{
    SDL_GetWindowSize(p->window, w, h);
    *w = *w > 0 ? *w : 1;
    *h = *h > 0 ? *h : 1;
}

void platform_size(const struct platform *p, int *w, int *h, double *scale)
{
    int points, points_h;
    window_size(p, &points, &points_h);
    SDL_GetWindowSizeInPixels(p->window, w, h);
    *w = *w > 0 ? *w : points;
    *h = *h > 0 ? *h : points_h;
    *scale = (double)*w / points;
}

/* Events. */

static unsigned mods_of(Uint16 m)
{
    return (m & KMOD_SHIFT ? UI_SHIFT : 0u) | (m & (KMOD_CTRL | KMOD_GUI) ? UI_CTRL : 0u) |
           (m & KMOD_ALT ? UI_ALT : 0u);
}

static int named_key(SDL_Keycode sym)
{
    static const struct {
        SDL_Keycode sym;
        int key;
    } keys[] = {
        {SDLK_TAB, UI_KEY_TAB},
        {SDLK_RETURN, UI_KEY_ENTER},
        {SDLK_KP_ENTER, UI_KEY_ENTER},
        {SDLK_ESCAPE, UI_KEY_ESCAPE},
        {SDLK_SPACE, UI_KEY_SPACE},
        {SDLK_DELETE, UI_KEY_DELETE},
        {SDLK_LEFT, UI_KEY_LEFT},
        {SDLK_RIGHT, UI_KEY_RIGHT},
        {SDLK_UP, UI_KEY_UP},
        {SDLK_DOWN, UI_KEY_DOWN},
        {SDLK_PAGEUP, UI_KEY_PAGE_UP},
        {SDLK_PAGEDOWN, UI_KEY_PAGE_DOWN},
        {SDLK_HOME, UI_KEY_HOME},
        {SDLK_END, UI_KEY_END},
        {SDLK_BACKSPACE, UI_KEY_BACKSPACE},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (keys[i].sym == sym) {
            return keys[i].key;
        }
    }
    return sym >= SDLK_F1 && sym <= SDLK_F12 ? UI_KEY_F1 + (int)(sym - SDLK_F1) : UI_KEY_NONE;
}

/* A key with Ctrl or Alt types nothing: what stands on it counts, and "=" is where "+" is. */
static int command_key(SDL_Keycode sym)
{
    switch (sym) {
    case SDLK_KP_PLUS:
    case SDLK_EQUALS: return '+';
    case SDLK_KP_MINUS: return '-';
    case SDLK_KP_0: return '0';
    default: return sym > 32 && sym < 127 ? (int)sym : UI_KEY_NONE;
    }
}

static bool key_event(const SDL_KeyboardEvent *k, struct ui_event *out)
{
    out->kind = UI_KEY;
    out->mods = mods_of(k->keysym.mod);
    out->key = named_key(k->keysym.sym);
    if (out->key == UI_KEY_NONE && out->mods & (UI_CTRL | UI_ALT)) {
        out->key = command_key(k->keysym.sym);
    }
    return out->key != UI_KEY_NONE;
}

/* What was typed is a text and, if it is one ASCII character, a key too: on every keyboard "?" is
 * the key that types it. The space bar has been a key already. */
static bool text_event(struct platform *p, const char *text, struct ui_event *out)
{
    unsigned char c = (unsigned char)text[0];
    struct ui_event typed = {.kind = UI_TEXT};
    SDL_strlcpy(typed.text, text, sizeof typed.text);
    bool is_key = c > 32 && c < 127 && !text[1];
    if (!is_key) {
        *out = typed;
        return true;
    }
    bool is_capital = c >= 'A' && c <= 'Z';
    *out = (struct ui_event){
        .kind = UI_KEY, .key = is_capital ? c + 32 : c, .mods = is_capital ? UI_SHIFT : 0u};
    if (p->pending_count < PENDING) {
        p->pending[p->pending_count++] = typed;
    }
    return true;
}

static bool mouse_event(const struct platform *p, struct ui_event *out, enum ui_event_kind kind,
                        int x, int y)
{
    int w, h, points, points_h;
    double scale;
    platform_size(p, &w, &h, &scale);
    window_size(p, &points, &points_h);
    out->kind = kind;
    out->x = (double)x * w / points;
    out->y = (double)y * h / points_h;
    out->mods = mods_of((Uint16)SDL_GetModState());
    return true;
}

static bool button_event(const struct platform *p, const SDL_MouseButtonEvent *b,
                         struct ui_event *out)
{
    out->button = b->button == SDL_BUTTON_LEFT    ? UI_LEFT
                  : b->button == SDL_BUTTON_RIGHT ? UI_RIGHT
                                                  : UI_MIDDLE;
    out->clicks = b->clicks;
    return mouse_event(p, out, b->type == SDL_MOUSEBUTTONDOWN ? UI_PRESS : UI_RELEASE, b->x, b->y);
}

static bool window_event(Uint8 what, struct ui_event *out)
{
    switch (what) {
    case SDL_WINDOWEVENT_SIZE_CHANGED:
    case SDL_WINDOWEVENT_EXPOSED:
    case SDL_WINDOWEVENT_SHOWN: out->kind = UI_RESIZE; return true;
    case SDL_WINDOWEVENT_LEAVE: out->kind = UI_LEAVE; return true;
    default: return false;
    }
}

static bool drop_event(const SDL_DropEvent *d, struct ui_event *out)
{
    out->kind = UI_DROP;
    SDL_strlcpy(out->text, d->file ? d->file : "", sizeof out->text);
    SDL_free(d->file);
    return out->text[0] != 0;
}

static bool translate(struct platform *p, const SDL_Event *e, struct ui_event *out)
{
    *out = (struct ui_event){0};
    switch (e->type) {
    case SDL_QUIT: out->kind = UI_QUIT; return true;
    case SDL_KEYDOWN: return key_event(&e->key, out);
    case SDL_TEXTINPUT: return text_event(p, e->text.text, out);
    case SDL_MOUSEMOTION: return mouse_event(p, out, UI_MOVE, e->motion.x, e->motion.y);
    case SDL_MOUSEBUTTONDOWN:
    case SDL_MOUSEBUTTONUP: return button_event(p, &e->button, out);
    case SDL_MOUSEWHEEL:
        out->wheel =
            (double)e->wheel.preciseY * (e->wheel.direction == SDL_MOUSEWHEEL_FLIPPED ? -1 : 1);
        return mouse_event(p, out, UI_WHEEL, e->wheel.mouseX, e->wheel.mouseY);
    case SDL_WINDOWEVENT: return window_event(e->window.event, out);
    case SDL_DROPFILE: return drop_event(&e->drop, out);
    default: return false;
    }
}

bool platform_event(struct platform *p, int wait_ms, struct ui_event *out)
{
    if (p->pending_count) {
        *out = p->pending[0];
        p->pending_count--;
        memmove(p->pending, p->pending + 1, (size_t)p->pending_count * sizeof *p->pending);
        return true;
    }
    SDL_Event e;
    if (wait_ms > 0 && SDL_WaitEventTimeout(&e, wait_ms)) {
        if (translate(p, &e, out)) {
            return true;
        }
    }
    while (SDL_PollEvent(&e)) {
        if (translate(p, &e, out)) {
            return true;
        }
    }
    return false;
}

/* Pictures. */

static void to_surface(struct platform *p, struct pixels from)
{
    SDL_Surface *s = SDL_GetWindowSurface(p->window);
    if (!s) {
        return;
    }
    int w = from.w < s->w ? from.w : s->w, h = from.h < s->h ? from.h : s->h;
    SDL_ConvertPixels(w, h, SDL_PIXELFORMAT_RGB888, from.data, from.stride, s->format->format,
                      s->pixels, s->pitch);
    SDL_UpdateWindowSurface(p->window);
}

static void to_texture(struct platform *p, struct pixels from)
{
    if (!p->texture || p->texture_w != from.w || p->texture_h != from.h) {
        SDL_DestroyTexture(p->texture);
        p->texture = SDL_CreateTexture(p->renderer, SDL_PIXELFORMAT_RGB888,
                                       SDL_TEXTUREACCESS_STREAMING, from.w, from.h);
        p->texture_w = from.w;
        p->texture_h = from.h;
    }
    if (p->texture) {
        SDL_Rect at = {0, 0, from.w, from.h};
        SDL_UpdateTexture(p->texture, NULL, from.data, from.stride);
        SDL_RenderClear(p->renderer);
        SDL_RenderCopy(p->renderer, p->texture, NULL, &at);
        SDL_RenderPresent(p->renderer);
    }
}

void platform_present(struct platform *p, struct pixels picture)
{
    if (p->renderer) {
        to_texture(p, picture);
    } else {
        to_surface(p, picture);
    }
}

void platform_pace(struct platform *p)
{
    Uint64 second = SDL_GetPerformanceFrequency(), frame = second / 60;
    Uint64 now = SDL_GetPerformanceCounter();
    if (now < p->next_frame) {
        SDL_Delay((Uint32)((p->next_frame - now) * 1000 / second));
        p->next_frame += frame;
    } else {
        p->next_frame = now + frame;
    }
}

void platform_fullscreen(struct platform *p)
{
    p->is_full = !p->is_full;
    SDL_SetWindowFullscreen(p->window, p->is_full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0);
}

void platform_title(struct platform *p, const char *title)
{
    SDL_SetWindowTitle(p->window, title);
}
