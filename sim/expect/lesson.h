#pragma once
/* What a lesson asks about a run, and what is right: looked up in the trace, never written by hand.
 * A question stops just before something is sent (or arrives) and offers up to four answers that
 * this run makes plausible. */

#include "base/bytes.h"
#include "base/words.h"
#include "scenario/model.h"
#include "trace/story.h"

#define LESSON_OPTIONS 4u

/* One answer offered; which members count, the question's `ask` says. */
struct lesson_option {
    int64_t number;   /* ACK, SEQ: as on the wire. TIME: ns */
    int64_t relative; /* ACK, SEQ: counted from where the side began */
    const char *text; /* FLAGS, STATE: in the protocol's words, the same in all languages */
    uint32_t node;    /* NEXT: who sends */
    uint32_t packet;  /* NEXT: one like it in this run; 0: sends nothing */
};

struct lesson_question {
    const struct question *from; /* NULL: made up for a quiz */
    enum ask ask;
    bool is_after;
    const char *fault; /* why there is no answer, a language key; NULL: there is one */
    sim_time moment; /* the last time at which nothing of the answer shows; -1: before the start */
    sim_time reveal; /* when it shows */
    uint32_t packet; /* BEFORE: about to be sent. AFTER: arriving */
    uint32_t node;   /* who sends it, or gets it */
    uint32_t of;     /* STATE: whose */
    uint32_t record; /* tells why the answer is what it is, for the story; 0: nothing to tell */
    bool has_flags;  /* FLAGS: a segment's flags; else what kind of message it is */
    struct lesson_option options[LESSON_OPTIONS];
    unsigned option_count, right;
};
struct lesson {
    struct arena arena;
    struct lesson_question *questions;
    uint32_t count;
};

/* One a line of the scenario's `lesson`, in its order. The trace must have been kept. */
void lesson_make(const struct scenario *sc, const struct trace *t, struct lesson *out);
/* At most `most` questions made up about the run; the same seed asks the same. In order of time. */
void lesson_quiz(const struct trace *t, uint64_t seed, uint32_t most, struct lesson *out);
void lesson_free(struct lesson *l);

/* In words, packets as \x01 ID \x02 (story.h). Appended to out. */
void lesson_ask(const struct trace *t, const struct lesson_question *q, enum lang lang,
                struct buf *out);
void lesson_tell(const struct trace *t, const struct lesson_question *q, unsigned option,
                 bool is_relative, enum lang lang, struct buf *out);
/* Why it is so: headline and reason of the story; may append nothing. */
void lesson_why(const struct trace *t, const struct lesson_question *q,
                const struct story_wire *wire, enum lang lang, struct buf *out);
/* Is what somebody typed the right answer? A number or a time by its value, the rest by name. */
bool lesson_is_right(const struct lesson_question *q, const char *typed, bool is_relative);
const char *ask_name(enum ask a); /* "ack" */
