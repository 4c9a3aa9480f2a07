#pragma once
/* What the files of a session share. */

#include "ui/session.h"

/* session_change.c: fills s->change, and takes the run before, which is kept if something of it is
 * gone. is_edit: it is to be compared with. */
void session_compare(struct session *s, struct scenario *scenario_before, struct trace *before,
                     bool is_edit);
/* session.c: this text, owned by the session from then on, is one more edit. */
bool session_edit_to(struct session *s, char *text, struct err *err);
/* session_rescue.c: the text has changed; and it is over, or goes on another time. */
void rescue_keep(struct session *s);
void rescue_end(struct session *s, bool is_over);
/* session_freeze.c: the present text with expectations added. */
bool freeze_text(struct session *s, sim_time now, uint32_t packet, struct buf *out,
                 struct err *err);
/* The pattern that fits this packet and no other: who sends, what it is, the how-many-th. */
struct pattern pattern_of(const struct trace *t, uint32_t id);
