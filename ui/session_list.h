#pragma once
/* The bundled scenarios and those opened last, for choosing one in the window. */

#include "base/arena.h"
#include "base/words.h"

#include <stdint.h>

#define SESSION_LIST_MAX 400u

#define SKETCH_FLIGHTS 20u

/* A run in the small: flights between lifelines, both axes from 0 to 1; waits are cut short. */
struct session_sketch {
    bool is_made;
    uint8_t lines, count;
    struct sketch_flight {
        float x0, y0, x1, y1;
        uint8_t kind; /* enum packet_kind */
        bool is_again, is_lost;
    } flights[SKETCH_FLIGHTS];
};
struct session_entry {
    const char *path,
        *topic; /* topic: the folder's name, or which lesson: those of one stand together */
    const char *heading[LANG_COUNT]; /* the lesson's title; NULL: the topic is in no lesson */
    const char *title[LANG_COUNT], *about[LANG_COUNT];
    struct session_sketch *sketch;
};
struct session_list {
    struct arena arena;
    struct session_entry entries[SESSION_LIST_MAX]; /* as the course takes them; what it does not
                                                       name behind it, by folder and name */
    unsigned count, recent;                         /* recent: so many of the first */
};

/* Reads the bundled scenarios; those that do not read are left out. Zero before the first call;
 * emptied by session_list_free. */
void session_list_fill(struct session_list *l);
/* Runs the scenario of an entry once, for its picture. One that cannot be run stays without. */
void session_list_sketch(struct session_entry *e);
/* Files opened last, newest first: read from and written to the state folder of the user. They come
 * before the bundled ones, with the topic "recent". */
#define SESSION_RECENT 6u
void session_list_recent(struct session_list *l);
void session_recent_add(const char *path); /* what cannot be written is not remembered */
void session_list_free(struct session_list *l);
