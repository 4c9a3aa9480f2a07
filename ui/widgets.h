#pragma once
/* Widgets, drawn and asked in one call: `if (ui_button(ui, "play", …))`. What must outlive a frame
 * is kept here by id, a name that is unique within its scope. Input comes from events alone: a
 * frame takes queued events up to and including the first press, release or key, so that no two of
 * them meet; `wants_frame` says that more wait or something has changed.
 *
 * A frame: ui_begin, widgets and views, keys nobody took (ui_take_key), ui_end (tooltip on top). */

#include "base/words.h"
#include "ui/canvas.h"
#include "ui/event.h"
#include "ui/icons.h"
#include "ui/theme.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint32_t ui_id; /* hash of scope and name; 0 is nobody */

#define UI_EVENTS   64
#define UI_PLACES   1024
#define UI_SCOPES   8
#define UI_OVERLAYS 4
#define UI_CLIPS    4

struct ui_input {
    double x, y;            /* pointer in logical pixels; far outside when it left */
    double wheel;           /* notches since the last frame; whoever uses it zeroes it */
    bool is_down;           /* left button */
    bool pressed, released; /* left button, this frame */
    bool menu;              /* right button pressed, this frame */
    int clicks;             /* with pressed */
    int key;                /* UI_KEY_NONE, or this frame's; whoever uses it zeroes it */
    unsigned mods;
    char text[64]; /* typed this frame */
};

/* Where a widget was drawn, and where it can be hit. */
struct ui_place {
    ui_id id;
    struct rect rect, hit;
};

/* Given to every view: draw on `c`, in the colours of `theme`, words of `lang`. */
struct ui {
    struct canvas *c;
    struct fonts *fonts;
    const struct theme *theme;
    enum lang lang;
    double k;        /* projector factor: sizes that the theme does not scale are multiplied */
    double w, h;     /* logical size of the whole picture */
    double factor;   /* pixels to a logical pixel */
    double time;     /* seconds of screen time, for tooltips and fades */
    bool is_settled; /* fades and slides are shown finished */
    struct ui_input in;
    double head_taken; /* at the right of the next panel's head, where a choice of views stands */

    bool wants_frame; /* set during a frame: draw another one at once */
    double wakes_at;  /* screen time at which the picture changes by itself; INFINITY: never */

    ui_id hot, active, focus; /* under the pointer, held by the button, keyboard */
    double active_offset;     /* where the thing that is dragged was gripped */

    /* The rest is the layer's own. */
    ui_id scope[UI_SCOPES];
    unsigned scope_count;
    struct ui_event queue[UI_EVENTS];
    unsigned queue_count;
    struct ui_place place[UI_PLACES], place_before[UI_PLACES]; /* in the order of drawing */
    unsigned place_count, place_before_count;
    struct rect clip[UI_CLIPS + 1];
    unsigned clip_count;
    struct rect overlay[UI_OVERLAYS], overlay_before[UI_OVERLAYS];
    unsigned overlay_count, overlay_before_count;
    unsigned overlay_depth; /* as many overlays lie no higher than what is drawn now */
    unsigned overlay_outer[UI_OVERLAYS], overlay_open; /* the depths outside the open ones */
    ui_id tab_first, tab_last;                         /* ends of this frame's Tab order */
    bool tab_next, tab_wrap; /* the focus goes to the next widget, to the last one */
    bool shows_focus;        /* the focus came by key: its ring is drawn */
    ui_id last;              /* the region made last, for its tooltip */
    struct rect last_rect;
    ui_id tip_id;
    double tip_since;
    struct rect tip_rect;
    char tip[160];
    size_t caret; /* of the focused text field, in bytes */
};

void ui_init(struct ui *ui);
void ui_event(struct ui *ui, const struct ui_event *e); /* queued */
/* Takes the next events. w, h, factor as in the struct; c's scale is set to factor. */
void ui_begin(struct ui *ui, struct canvas *c, const struct theme *theme, enum lang lang, double w,
              double h, double factor, double time);
void ui_end(struct ui *ui);

/* Names. */
ui_id ui_name(const struct ui *ui, const char *name);
void ui_push(struct ui *ui, const char *scope, unsigned n); /* "row" 3: names below are row.3.… */
void ui_pop(struct ui *ui);
/* Where the last picture had the widget of that full name ("play", "row.3.name"). */
bool ui_find(const struct ui *ui, const char *name, struct rect *out);

/* This frame's key is `key` with exactly `mods`: true, and it is used up. Shift does not count for
 * keys that type a character, unless they are letters. */
bool ui_take_key(struct ui *ui, int key, unsigned mods);
bool ui_hovers(const struct ui *ui,
               struct rect r); /* the pointer is on r, and no overlay between */

/* A region that can be pressed and dragged, the base of all widgets. `tab`: it takes part in the
 * Tab order. The hit area is r, grown to 32 x 32 if r is a control. */
struct ui_touch {
    bool hover, held; /* held: pressed here and still down */
    bool pressed;     /* this frame */
    bool clicked;     /* released on it, or Enter or Space with the focus */
    bool focused;
    double x, y; /* pointer */
};
struct ui_touch ui_region(struct ui *ui, const char *name, struct rect r, bool tab);
/* The same by id, with a hit area of its own, and no key but Tab. */
struct ui_touch ui_region_of(struct ui *ui, ui_id id, struct rect r, struct rect hit, bool tab);
void ui_focus_ring(struct ui *ui, struct rect r, double radius);
/* Tooltip of the widget just drawn: shown after it was hovered for 500 ms. key: "Space", or NULL.
 */
void ui_tooltip(struct ui *ui, const char *text, const char *key);

enum ui_look { UI_PLAIN, UI_PRIMARY, UI_GHOST }; /* ghost: no border until hovered */
/* Icon, label, or both (label NULL, icon ICON_NONE). Height is r.h. */
bool ui_button(struct ui *ui, const char *name, struct rect r, enum ui_look look, enum icon icon,
               const char *label, bool is_disabled);
double ui_button_width(struct ui *ui, enum icon icon, const char *label);
/* A round filled button (play). */
bool ui_round_button(struct ui *ui, const char *name, double x, double y, double radius,
                     enum icon icon);
bool ui_toggle(struct ui *ui, const char *name, struct rect r, const char *label, bool *on);
/* True when *chosen changed. Segments share r.w by the widths of their labels. */
bool ui_segmented(struct ui *ui, const char *name, struct rect r, const char *const *labels,
                  unsigned count, unsigned *chosen, bool is_mono);
double ui_segmented_width(struct ui *ui, const char *const *labels, unsigned count, bool is_mono);
/* The same, equal widths over the whole of r: tabs above a page. */
bool ui_tabs(struct ui *ui, const char *name, struct rect r, const char *const *labels,
             unsigned count, unsigned *chosen);
/* Arrow keys move by `step` when focused. */
bool ui_slider(struct ui *ui, const char *name, struct rect r, double min, double max, double step,
               double *value);
struct ui_item {
    const char *label, *note; /* note at the right; may be NULL */
};
/* Rows of 30 px; Up, Down, Home, End when focused. True: a row was chosen (click or Enter). */
bool ui_list(struct ui *ui, const char *name, struct rect r, const struct ui_item *items,
             unsigned count, unsigned *chosen, double *scroll);
/* One line of text. True: Enter was pressed. Takes the focus by click. */
bool ui_text_field(struct ui *ui, const char *name, struct rect r, char *text, size_t size,
                   const char *placeholder);
/* A splitter between panes: r is the gap. *at moves with the pointer (or arrow keys), held in
 * min..max. True when it changed. */
bool ui_splitter(struct ui *ui, const char *name, struct rect r, bool is_vertical, double min,
                 double max, double *at);
/* A scrolled region: clips to r; draw `content` pixels of height from the y returned; the wheel and
 * the bar change *scroll. Ends with ui_scroll_end. */
double ui_scroll_begin(struct ui *ui, const char *name, struct rect r, double content,
                       double *scroll);
void ui_scroll_end(struct ui *ui);
/* What lies above the rest (menu, drawer, dialog), drawn last: widgets below r hear no pointer. */
void ui_overlay_begin(struct ui *ui, struct rect r);
void ui_overlay_end(struct ui *ui);

/* Screen-time animation: `since` is the screen time at which it began. 0 → 1 over `seconds`,
 * ease-out cubic; 1 at once when settled. Asks for frames until it is done. */
double ui_ease(struct ui *ui, double since, double seconds);

/* Text in a role of the theme; short names, for views write little else. */
double ui_text(struct ui *ui, enum type_role role, double x, double baseline, struct color color,
               const char *s);
double ui_text_right(struct ui *ui, enum type_role role, double x, double baseline,
                     struct color color, const char *s);
double ui_text_center(struct ui *ui, enum type_role role, double x, double baseline,
                      struct color color, const char *s);
double ui_text_width(struct ui *ui, enum type_role role, const char *s);
const char *ui_word(const struct ui *ui, const char *key); /* word() in the language of the ui */
