/* Any text as a scenario: it is read, or something is said of it; and what was read can be edited,
 * and then reads as before with the edit. */
#include "fuzz/fuzz.h"

#include "registry.h"
#include "scenario/edit.h"
#include "scenario/read.h"

#include <string.h>

static void edit(const char *text, const struct scenario *sc)
{
    struct err err = {0};
    struct buf out = {0}, back = {0};
    if (edit_add_fault(text, "drop: {nth: 3}", &out, &err)) {
        struct scenario *now = NULL;
        CLAIM(scenario_read_text("fuzz", buf_cstr(&out), registry(), NULL, 0, &now, &err));
        CLAIM(now->fault_count == sc->fault_count + 1);
        scenario_free(now);
        CLAIM(edit_remove_last_fault(buf_cstr(&out), &back, &err));
    }
    err_free(&err);
    buf_free(&out);
    buf_free(&back);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = {0}, said = {0};
    struct err err = {.lang = size % 2 ? LANG_ZH : LANG_EN};
    struct scenario *sc = NULL;
    buf_add(&text, bytes_of(data, size));
    bool good = scenario_read_text("fuzz", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    err_format(&err, &said);
    CLAIM(good == (err.errors == 0));
    CLAIM(good == (sc != NULL));
    CLAIM(good || said.len > 0);
    if (good) {
        edit(buf_cstr(&text), sc);
    }
    scenario_free(sc);
    err_free(&err);
    buf_free(&text);
    buf_free(&said);
    return 0;
}
