#pragma once
/* What is open: a scenario's text with the edits of this sitting, and the trace of its run. Every
 * edit is a text of its own, so undo and redo are exact; whatever cannot be read or run leaves the
 * last good run standing. */

#include "base/err.h"
#include "base/os.h"
#include "diagnose.h"
#include "scenario/model.h"
#include "trace/trace.h"

#include <stdbool.h>

#define SESSION_EVENTS_MAX 3000000u /* a window keeps the whole trace, about 200 bytes an event */

/* What the last edit changed, against the run before it. */
struct session_change {
    uint8_t *is_new;      /* by packet id: no packet of the run before was like it to the end */
    uint8_t *is_gone;     /* by packet id of that run: none is like it now */
    uint32_t count, gone; /* packets that are new; of the run before that are not here */
    sim_time from;        /* the first of them was sent; SIM_NEVER: no difference */
};

/* Where edits stand that no file holds; session_rescue.c. */
struct rescue {
    bool is_on; /* the session keeps them */
    bool is_open;
    struct os_journal journal;
    char file[1024];
};

struct session {
    char *path;                /* of the file; NULL: nothing is open */
    char **texts;              /* [0] as opened, then one an edit; texts[at] is the present one */
    uint32_t count, at, saved; /* saved: the one that stands in the file */
    struct scenario *scenario;
    struct trace trace;    /* of texts[at]; empty while nothing is open */
    struct os_stamp stamp; /* of the file as it was read or written last */
    struct os_stamp seen;  /* as it was looked at last */
    char *set_path;        /* what the present text has set: a drag is one edit */
    struct session_change change;
    struct scenario *scenario_before; /* of the run that `change` compares with; NULL: forgotten, */
    struct trace before;              /* or nothing of it is gone */
    struct rescue rescue;
    enum diagnosis diagnosis; /* of what the scenario hides */
    sim_time diagnosed_from;  /* WRONG: where the run would first differ */
};

void session_free(struct session *s); /* back to zero */
/* Reads and runs a file. False: *err tells why, and what was open stays. */
bool session_open(struct session *s, const char *path, struct err *err);
/* Adds a fault to one packet (DROP, DELAY, DUPLICATE, CORRUPT) and runs again. at: DROP: where on
 * its way it dies, SIM_NEVER: half-way. by: DELAY by, DUPLICATE after. */
bool session_fault(struct session *s, enum fault_kind kind, uint32_t packet, sim_time at,
                   sim_time by, struct err *err);
/* Puts a value into the scenario (path as --set takes it, mappings on the way are made) and runs
 * again. is_drag: the text takes the place of the one before if that set the same path. */
bool session_set(struct session *s, const char *path, const char *value, bool is_drag,
                 struct err *err);
/* Adds expectations to the scenario that say what was seen up to `now`: the packets in their order
 * (the one selected alone, if there is one: 0 is none), the states at that instant. All of them
 * hold in this run. */
bool session_freeze(struct session *s, sim_time now, uint32_t packet, struct err *err);
/* Looks whether somebody else has written the file. RELOADED: the new text is run; undo goes back
 * to what was here. BROKEN: *err tells, the run before stays. A file counts as written when it has
 * stayed the same between two calls. */
enum session_news { SESSION_SAME, SESSION_RELOADED, SESSION_BROKEN };
enum session_news session_watch(struct session *s, struct err *err);
/* Whoever has seen what was gone sets the run before free. */
void session_forget_before(struct session *s);
/* False without an error in *err: there is nothing to undo (redo). */
bool session_undo(struct session *s, struct err *err);
bool session_redo(struct session *s, struct err *err);
bool session_is_edited(const struct session *s); /* differs from the file */
bool session_save(struct session *s, const char *path, struct err *err);
/* Types whose settings stand at a host. NULL-terminated. */
const struct actor_type *const *session_actor_types(void);
/* Edits that a window left behind when it ended without being asked. Any: the path of a scenario
 * that has some. Is_left: of the one that is open. Take: they are its next edit. Drop: they are
 * gone. Forget: those of this sitting are. */
bool session_rescue_any(char *path, size_t size);
bool session_rescue_is_left(const struct session *s);
bool session_rescue_take(struct session *s, struct err *err);
void session_rescue_drop(const char *path);
void session_rescue_forget(struct session *s);
/* Where "save as" suggests: the file's name with -2, -3 … before its ending, the first that is
 * free. Returns buf. */
char *session_free_name(const struct session *s, char *buf, size_t size);
