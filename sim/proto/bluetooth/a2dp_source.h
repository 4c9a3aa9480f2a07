#pragma once
/* What the files of the source share: a2dp_source.c leads the conversation, a2dp_choice.c chooses
 * the configuration. */

#include "proto/bluetooth/a2dp.h"

enum plan { PLAN_SUSPEND, PLAN_RESUME, PLAN_END, PLAN_COUNT };
struct a2dp_source {
    struct av av;
    int64_t codec, sampling, bitpool, frames, insists; /* settings */
    int64_t at[PLAN_COUNT];                            /* since the first START; -1: not */
    int64_t ending;

    uint8_t label; /* of the last command */
    uint8_t waits; /* signal whose answer is due; 0: none */
    uint8_t seid;  /* of the sink's endpoint */
    uint8_t refusals;
    struct sbc_info offer; /* what the sink can */
    sim_time started;      /* first START accepted */
    bool has_started, is_done[PLAN_COUNT];
};

/* The services to ask for, and the frames that follow from them. False: the two have nothing in
 * common. */
bool a2dp_choose(const struct a2dp_source *s, struct avdtp_services *out, struct sbc *sbc);
