#pragma once
/* What is open: a scenario's text with the edits of this sitting, and the trace of its run. Every
 * edit is a text of its own, so undo and redo are exact; whatever cannot be read or run leaves the
 * last good run standing. */

#include "base/err.h"
#include "scenario/model.h"
#include "trace/trace.h"

#include <stdbool.h>

#define SESSION_EVENTS_MAX 3000000u /* a window keeps the whole trace, about 200 bytes an event */

struct session {
    char *path;                /* of the file; NULL: nothing is open */
    char **texts;              /* [0] as opened, then one an edit; texts[at] is the present one */
    uint32_t count, at, saved; /* saved: the one that stands in the file */
    struct scenario *scenario;
    struct trace trace; /* of texts[at]; empty while nothing is open */
};

void session_free(struct session *s); /* back to zero */
/* Reads and runs a file. False: *err tells why, and what was open stays. */
bool session_open(struct session *s, const char *path, struct err *err);
/* Adds a fault to one packet (DROP, DELAY, DUPLICATE, CORRUPT) and runs again. at: DROP: where on
 * its way it dies, SIM_NEVER: half-way. by: DELAY by, DUPLICATE after. */
bool session_fault(struct session *s, enum fault_kind kind, uint32_t packet, sim_time at,
                   sim_time by, struct err *err);
/* False without an error in *err: there is nothing to undo (redo). */
bool session_undo(struct session *s, struct err *err);
bool session_redo(struct session *s, struct err *err);
bool session_is_edited(const struct session *s); /* differs from the file */
bool session_save(struct session *s, const char *path, struct err *err);
/* Where "save as" suggests: the file's name with -2, -3 … before its ending, the first that is
 * free. Returns buf. */
char *session_free_name(const struct session *s, char *buf, size_t size);
