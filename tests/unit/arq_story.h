#pragma once
/* A table of what one endpoint is told and says; its settings as "window 4 naks 1", timeout in
 * milliseconds. */
#include "arq_rig.h"

#include <check.h>

struct arq_row {
    const char *told, *says;
};
struct arq_story {
    const char *name, *settings;
    struct arq_row rows[24];
};

static inline void arq_story_settings(struct arq_rig *rig, const char *text)
{
    char name[24];
    long value;
    for (int used; sscanf(text, "%23s %ld %n", name, &value, &used) == 2; text += used) {
        arq_rig_set(rig, name, strcmp(name, "timeout") == 0 ? value * SIM_MS : value);
    }
}

static inline void arq_story_tell(const struct actor_type *type, const struct arq_story *s)
{
    struct arq_rig rig;
    arq_rig_open(&rig, type);
    arq_rig_set(&rig, "timeout", 100 * SIM_MS);
    arq_story_settings(&rig, s->settings);
    for (const struct arq_row *row = s->rows; row->told; row++) {
        const char *said = arq_rig_tell(&rig, row->told);
        ck_assert_msg(strcmp(said, row->says) == 0, "%s: told '%s', it says '%s' instead of '%s'",
                      s->name, row->told, said, row->says);
    }
    arq_rig_close(&rig);
}
