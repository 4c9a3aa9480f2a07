/* Keys by name, for scripts and for tooltips' sake. */

#include "ui/event.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

static const struct {
    const char *name;
    int key;
} names[] = {
    {"tab", UI_KEY_TAB},        {"enter", UI_KEY_ENTER},
    {"escape", UI_KEY_ESCAPE},  {"esc", UI_KEY_ESCAPE},
    {"space", UI_KEY_SPACE},    {"delete", UI_KEY_DELETE},
    {"del", UI_KEY_DELETE},     {"left", UI_KEY_LEFT},
    {"right", UI_KEY_RIGHT},    {"up", UI_KEY_UP},
    {"down", UI_KEY_DOWN},      {"pgup", UI_KEY_PAGE_UP},
    {"pgdn", UI_KEY_PAGE_DOWN}, {"home", UI_KEY_HOME},
    {"end", UI_KEY_END},        {"backspace", UI_KEY_BACKSPACE},
};

static const struct {
    const char *prefix;
    unsigned mod;
} mods_by_name[] = {{"shift+", UI_SHIFT}, {"ctrl+", UI_CTRL}, {"alt+", UI_ALT}};

/* Takes one modifier off the front; the last "+" of "ctrl++" is the key. */
static bool take_mod(const char **name, unsigned *mods)
{
    for (size_t i = 0; i < sizeof mods_by_name / sizeof *mods_by_name; i++) {
        size_t n = strlen(mods_by_name[i].prefix);
        if (!strncmp(*name, mods_by_name[i].prefix, n) && (*name)[n]) {
            *name += n;
            *mods |= mods_by_name[i].mod;
            return true;
        }
    }
    return false;
}

static bool function_key(const char *name, int *key)
{
    if (name[0] != 'f' || !isdigit((unsigned char)name[1])) {
        return false;
    }
    int n = name[1] - '0';
    if (isdigit((unsigned char)name[2])) {
        n = 10 * n + name[2] - '0';
    }
    *key = UI_KEY_F1 + n - 1;
    return n >= 1 && n <= 12 && !name[n > 9 ? 3 : 2];
}

bool ui_key_parse(const char *name, int *key, unsigned *mods)
{
    *mods = 0;
    while (take_mod(&name, mods)) {
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!strcmp(name, names[i].name)) {
            *key = names[i].key;
            return true;
        }
    }
    if (name[0] && !name[1] && isgraph((unsigned char)name[0])) {
        *mods |= isupper((unsigned char)name[0]) ? UI_SHIFT : 0;
        *key = tolower((unsigned char)name[0]);
        return true;
    }
    return function_key(name, key);
}
