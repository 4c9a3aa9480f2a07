#pragma once
/* Reading a scenario file: YAML 1.2 -> struct scenario, or every error of the file in one go. The
 * only user of libfyaml. */

#include "base/err.h"
#include "scenario/model.h"

#define SCENARIO_FILE_LIMIT (16u << 20) /* bytes; a longer file is an error */

/* `--set PATH=VALUE`: links.0.loss=5% . Applied to the document before it is checked. */
struct override {
    const char *text;
};

/* Reads `path` ("-": standard input). False: *out is NULL and err has at least one error. Warnings
 * may stand in err either way. Free with scenario_free. */
bool scenario_read(const char *path, const struct catalogue *known, const struct override *sets,
                   uint32_t set_count, struct scenario **out, struct err *err);
/* The same from text in memory; `name` is what errors call the file. */
bool scenario_read_text(const char *name, const char *text, const struct catalogue *known,
                        const struct override *sets, uint32_t set_count, struct scenario **out,
                        struct err *err);
/* The scenario anew, with its diagnosis in the place of what it hides. */
bool scenario_read_diagnosed(const struct scenario *sc, const struct catalogue *known,
                             struct scenario **out, struct err *err);
void scenario_free(struct scenario *sc);
