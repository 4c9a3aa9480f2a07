#pragma once
/* The playhead and the axis of time. Pure: it knows no trace, no screen and no clock; marks and
 * quiet stretches come in as data, and what it says of an instant never depends on how that instant
 * was reached. */

#include "base/simtime.h"

#include <stdbool.h>
#include <stdint.h>

/* A wait that is drawn short. */
struct fold {
    sim_time from, to;
    double at; /* position where it begins */
};

#define AXIS_FOLDS 4096u

/* Maps simulated time to a position: nanoseconds, but each fold takes `width` of them. */
struct axis {
    sim_time end;       /* time runs from 0 to end */
    double length;      /* position of end */
    double span;        /* positions that a ladder of the default zoom shows */
    double width;       /* of a fold */
    struct fold *folds; /* ascending, AXIS_FOLDS at most; owned */
    uint32_t count;
};

struct quiet { /* nothing happens between these two */
    sim_time from, to;
};

/* Folds every quiet stretch longer than a quarter of the span (the longest AXIS_FOLDS of them), but
 * for a little at either end. span <= 0: nothing is folded. Free with axis_free. */
void axis_make(struct axis *a, sim_time end, double span, const struct quiet *quiet,
               uint32_t count);
void axis_free(struct axis *a);
double axis_at(const struct axis *a, sim_time t);    /* t before 0 or after end goes on 1 : 1 */
sim_time axis_time(const struct axis *a, double at); /* the inverse, rounded */
/* First fold that ends after `at`; count if there is none. */
uint32_t axis_fold_after(const struct axis *a, sim_time at);

/* t lies inside a fold, which ends at *after. */
bool axis_is_folded(const struct axis *a, sim_time t, sim_time *after);

enum mark_kind { MARK_SENT, MARK_ARRIVED, MARK_LOST, MARK_FIRED, MARK_STATE };

/* Something that happens: a stop of the playhead. */
struct mark {
    sim_time at;
    enum mark_kind kind;
    uint32_t record;
    uint32_t packet; /* 0: none */
};

#define PLAYER_SPEEDS 5u
extern const double player_speeds[PLAYER_SPEEDS]; /* 0.25 .. 4, 1 in the middle */

struct player {
    const struct axis *axis;    /* the one in use */
    const struct axis *axes[2]; /* plain, folded; borrowed */
    const struct mark *marks;   /* ascending in time; borrowed */
    uint32_t mark_count;
    sim_time tick; /* what `,` and `.` move by */
    sim_time now;
    double pace;    /* simulated nanoseconds a second of screen time at speed 1 */
    unsigned speed; /* index into player_speeds */
    bool is_playing, loops, is_plain, hides_future;
    sim_time loop_from, loop_to; /* both SIM_NEVER: the whole run */
    double zoom;                 /* of views with a time axis; 1 shows axis->span, 0 all of it */
    sim_time glide_to;           /* a step forward under way, SIM_NEVER: none */
    double glide_left;           /* seconds */
    double part;                 /* of a nanosecond not yet played, as position */
};

enum player_command {
    PLAYER_NOTHING,
    PLAYER_TOGGLE, /* play, pause; at the end: from the start */
    PLAYER_PAUSE,
    PLAYER_NEXT, /* event */
    PLAYER_PREVIOUS,
    PLAYER_NEXT_TROUBLE, /* loss, timeout or state change */
    PLAYER_PREVIOUS_TROUBLE,
    PLAYER_TICK,
    PLAYER_TICK_BACK,
    PLAYER_START,
    PLAYER_END,
    PLAYER_SLOWER,
    PLAYER_FASTER,
    PLAYER_LOOP,
    PLAYER_LOOP_END, /* the next end of the loop is now; the third time: the whole run again */
    PLAYER_FOLD,     /* waits folded or not */
    PLAYER_FUTURE,   /* hidden or not */
    PLAYER_ZOOM_IN,
    PLAYER_ZOOM_OUT,
    PLAYER_ZOOM_FIT,
};

/* At 0, paused, speed 1. pace: simulated seconds in a second of the screen. */
void player_init(struct player *p, const struct axis *plain, const struct axis *folded,
                 const struct mark *marks, uint32_t mark_count, double pace);
/* Another run of an edited scenario: the same instant, settings kept, end and marks new. */
void player_replace(struct player *p, const struct axis *plain, const struct axis *folded,
                    const struct mark *marks, uint32_t mark_count);
/* glides: a step forward moves there within 350 ms of player_advance; else at once. */
void player_do(struct player *p, enum player_command command, bool glides);
void player_go(struct player *p, sim_time t); /* held to 0 .. end; ends playing's glide */
void player_speed(struct player *p, unsigned speed);
/* Screen time goes on by `seconds`. True: now has changed. */
bool player_advance(struct player *p, double seconds);
/* The instant that a command would go to; now if nowhere. */
sim_time player_target(const struct player *p, enum player_command command);
/* First mark later than t; mark_count if none. */
uint32_t player_mark_after(const struct player *p, sim_time t);
