#pragma once
/* The bundled scenarios, for choosing one in the window. */

#include "base/arena.h"
#include "base/words.h"

#include <stdint.h>

#define SESSION_LIST_MAX 200u

struct session_entry {
    const char *path, *topic; /* topic: the folder's name */
    const char *title[LANG_COUNT];
};
struct session_list {
    struct arena arena;
    struct session_entry entries[SESSION_LIST_MAX]; /* by topic, then by file name */
    unsigned count;
};

/* Reads the bundled scenarios; those that do not read are left out. Zero before the first call;
 * emptied by session_list_free. */
void session_list_fill(struct session_list *l);
void session_list_free(struct session_list *l);
