#pragma once
/* Input as plain data: what the platform, a script and a test all speak. Widgets read position,
 * buttons and modifiers from these and from nowhere else. */

#include <stdbool.h>

enum ui_event_kind {
    UI_MOVE,
    UI_PRESS, /* a mouse button went down; clicks = 2 for a double click */
    UI_RELEASE,
    UI_WHEEL,
    UI_KEY,    /* a key went down (or repeats) */
    UI_TEXT,   /* text was typed */
    UI_DROP,   /* a file was dropped on the window: text is its path */
    UI_RESIZE, /* the picture changed its size */
    UI_LEAVE,  /* the pointer left the window */
    UI_QUIT,
};

enum ui_button { UI_LEFT = 1, UI_MIDDLE = 2, UI_RIGHT = 3 };

enum ui_mod { UI_SHIFT = 1, UI_CTRL = 2, UI_ALT = 4 };

/* A key that types a character is that character as it is typed: 'a', '?', '+', '['; a letter is
 * always small, UI_SHIFT tells. The others have numbers of their own. */
enum ui_key {
    UI_KEY_NONE = 0,
    UI_KEY_TAB = 9,
    UI_KEY_ENTER = 13,
    UI_KEY_ESCAPE = 27,
    UI_KEY_SPACE = 32,
    UI_KEY_DELETE = 127,
    UI_KEY_LEFT = 256,
    UI_KEY_RIGHT,
    UI_KEY_UP,
    UI_KEY_DOWN,
    UI_KEY_PAGE_UP,
    UI_KEY_PAGE_DOWN,
    UI_KEY_HOME,
    UI_KEY_END,
    UI_KEY_BACKSPACE,
    UI_KEY_F1,
    UI_KEY_F11 = UI_KEY_F1 + 10,
    UI_KEY_F12,
};

struct ui_event {
    enum ui_event_kind kind;
    double x, y;  /* pointer, in pixels of the picture */
    double wheel; /* notches, positive is up (away from the user) */
    enum ui_button button;
    int clicks;
    int key;        /* enum ui_key or a character */
    unsigned mods;  /* enum ui_mod */
    char text[512]; /* UI_TEXT, UI_DROP: UTF-8, zero-terminated */
};

/* "space", "shift+tab", "ctrl+z", "f11", "pgdn", "?" … into key and mods; false: no such key. */
bool ui_key_parse(const char *name, int *key, unsigned *mods);
