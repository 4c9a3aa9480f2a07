#pragma once
/* Writing into the text of a scenario: what is asked for changes, every other byte stays. Each edit
 * is read again before it is handed out: if the new text does not say exactly what the old one said
 * plus the change, the edit fails. */

#include "scenario/model.h"

#include "base/err.h"

/* Appends `item`, a fault as flow text without dash (`drop: {from: a, nth: 1}`), to `faults:`; the
 * section is made if there is none, before `script:` or `expect:`, else at the end. *out gets the
 * whole new text. False: err says why; *out is then undefined. */
bool edit_add_fault(const char *text, const char *item, struct buf *out, struct err *err);
/* The same for `expect:`, which comes before `lesson:` or `view:`. */
bool edit_add_expect(const char *text, const char *item, struct buf *out, struct err *err);
/* Takes the last item of `faults:` out again; false also when there is none. */
bool edit_remove_last_fault(const char *text, struct buf *out, struct err *err);
/* Puts `value` (YAML) at `path`, as --set does: a value that stands there is replaced, a key that
 * its mapping lacks is added at its end. */
bool edit_set(const char *text, const char *path, const char *value, struct buf *out,
              struct err *err);
/* The same where mappings on the way are missing: they are made. A host that is just its address
 * becomes a mapping with that address. */
bool edit_put(const char *text, const char *path, const char *value, struct buf *out,
              struct err *err);

/* A fault as a student would write it: `drop: {from: client, is: SYN, nth: 1, at: 118 ms}`. */
void fault_print(const struct scenario *sc, const struct fault *f, struct buf *out);
