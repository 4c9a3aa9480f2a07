#pragma once
/* Automatic repeat request: reliable transfer from first principles (MODEL.md, ARQ). A sender and a
 * receiver share the frame format of wire/arq.h; each protocol is one file of the same shape. */

#include "actor/actor.h"
#include "wire/arq.h"

extern const struct proto arq_proto;
extern const struct traffic_type arq_stop_and_wait;    /* stop_wait.c */
extern const struct traffic_type arq_go_back_n;        /* go_back_n.c */
extern const struct traffic_type arq_selective_repeat; /* selective.c */

#define ARQ_WINDOW_MAX 4096

/* The reasons of every ARQ protocol; the tables of a sender and of a receiver are the same. What
 * the protocols do for the same reason in their own way has a key of each protocol's own. */
enum arq_why {
    WHY_NO_REASON,
    WHY_FIRST,        /* the first frame of all */
    WHY_NEXT,         /* the one before it is acknowledged */
    WHY_ARRIVED,      /* the layer above has a new frame */
    WHY_TIMEOUT,      /* no acknowledgement came in time */
    WHY_TIMER,        /* a frame's transmission ended: its timer starts */
    WHY_ACKED,        /* the acknowledgement that was waited for */
    WHY_OLD_ACK,      /* one of an earlier frame: ignored */
    WHY_ACK,          /* answers a new frame */
    WHY_ACK_AGAIN,    /* answers a frame that was there before */
    WHY_DELIVERED,    /* a frame in order is passed on */
    WHY_DUPLICATE,    /* thrown away: it was there before */
    WHY_DAMAGED,      /* thrown away: its CRC is wrong */
    WHY_DONE,         /* all frames are acknowledged */
    WHY_FILL,         /* the window has room for one more */
    WHY_SLIDE,        /* an acknowledgement moved the window */
    WHY_BACK,         /* go-back-N: it follows the frame that went again */
    WHY_OUT_OF_ORDER, /* go-back-N: thrown away, another is expected */
    WHY_ACK_SAME,     /* go-back-N: names again what is expected */
    WHY_NAK,          /* a frame before it is missing */
    WHY_NAKED,        /* a NAK asks for it */
    WHY_BUFFERED,     /* selective repeat: kept until those before it are there */
    WHY_GAP_FILLED,   /* selective repeat: what was buffered behind it is passed on too */
    WHY_OUTSIDE,      /* outside the receiver's window */
    WHY_ACK_ALL,      /* selective repeat, cumulative: stands for all so far */
    WHY_KEPT,         /* the same: kept, but the answer cannot say so */
    WHY_TIMEOUT_ALL,  /* the same: no answer has stood for it in time */
    WHY_ACKED_ALL,    /* the same: all up to there are acknowledged */
    WHY_OWED,         /* the answer waits for a frame of the other direction */
    WHY_ALONE,        /* no such frame left in time */
    WHY_COUNT,
};
extern const struct reason arq_reasons[], arq_go_back_reasons[], arq_selective_reasons[];

/* `acks: next | last`: an ACK names the next frame expected, or the last one received. */
enum arq_convention { ARQ_ACKS_NEXT, ARQ_ACKS_LAST };
/* `timer: oldest | restart`: go-back-N's timer runs from the oldest frame's last transmission, or
 * from each new acknowledgement. */
enum arq_timer_rule { ARQ_TIMER_OLDEST, ARQ_TIMER_RESTART };
extern const char *const arq_conventions[], *const arq_timer_rules[];

/* What every end of every ARQ protocol begins with, so that one table of params serves all. */
struct arq_end {
    int64_t frames;        /* how many */
    int64_t frame_bytes;   /* of a whole frame, header and CRC included */
    int64_t timeout;       /* ns; -1: no timer */
    int64_t sequence_bits; /* 0 to 16 */
    int64_t arrivals;      /* frames in 10^9 s; -1: all are there at once */
    int64_t acks;          /* enum arq_convention */
    int64_t crc;           /* 0: damaged frames are taken as they are */
    int64_t ack_bytes;     /* of an ACK or NAK */
    int64_t window;        /* frames */
    int64_t naks;          /* NAKs are sent */
    int64_t timer_rule;    /* enum arq_timer_rule */
    int64_t buffer;        /* frames that a receiver keeps; -1: as many as the window */
    int64_t adaptive;      /* the timeout follows what answers take; `timeout` is the first */
    int64_t cumulative;    /* selective repeat: an ACK stands for all frames before it too */
    int64_t piggyback;     /* answers ride on the frames of the other direction */
    int64_t ack_delay;     /* ns that an answer waits for such a frame; -1: for ever */
    int64_t numbers_acks;  /* stop-and-wait; 0: the sender looks at no ACK's number */
    struct net key;
    struct arq_host *host; /* what the endpoints of this host share; NULL: none */
    uint32_t stream;       /* of the data */
    sim_time started;
    sim_time now;          /* of the step that runs, for a receiver's answers */
    sim_time rto;          /* now in force; 0: `timeout` */
    sim_time srtt, rttvar; /* RFC 6298 2, of what was sent once (Karn); srtt 0: none yet */
};

/* A receiver begins with these; selective repeat's has a buffer as well. */
struct arq_receiver {
    struct arq_end end;
    uint64_t expected;
};

void arq_start(struct arq_end *end, const struct input *in);
uint16_t arq_number(const struct arq_end *end, uint64_t frame); /* on the wire */
/* The timeout in force; -1: none. */
sim_time arq_timeout(const struct arq_end *end);
/* An answer came that long after the last bit of a frame that was sent once. */
void arq_measured(struct arq_end *end, sim_time rtt);
void arq_timed_out(struct arq_end *end); /* adaptive: the next wait is twice as long */
/* When a timer that starts at `from` runs out; SIM_NEVER: there is none. */
sim_time arq_due(const struct arq_end *end, sim_time from);
/* When frame n arrives from the layer above. */
sim_time arq_arrival(const struct arq_end *end, uint64_t n);
void arq_send_data(const struct arq_end *end, uint64_t frame, enum arq_why why, struct fx *fx);
void arq_send_answer(const struct arq_end *end, enum arq_kind kind, uint64_t frame,
                     enum arq_why why, struct fx *fx);
/* A frame of that kind, or of `other`; false: it was refused, and is told so. */
bool arq_hear(const struct arq_end *end, const struct input *in, enum arq_kind kind,
              enum arq_kind other, struct arq_frame *out, struct fx *fx);
/* piggyback.c: answers that ride on frames of the other direction. */
extern const struct actor_type arq_host_type;
void arq_piggyback_join(struct arq_end *sender, const struct fx *fx);
/* The frame takes along what waits for one to its peer. */
void arq_piggyback_load(const struct arq_end *sender, struct arq_frame *frame, struct fx *fx);
/* Answers now, or leaves the answer to the next frame. stands_for_all: a later answer says what an
 * earlier one says; else one that still waits goes alone when the next is due. */
void arq_answer(struct arq_end *receiver, uint64_t frame, bool stands_for_all, enum arq_why why,
                struct fx *fx);
/* The receiver's part of a step that is no frame of its own: its timer, or what became of its
 * answer. */
void arq_piggyback_step(struct arq_end *receiver, const struct input *in, struct fx *fx);
/* Hands the answer in a frame to the sender that waits for it. */
void arq_piggyback_tell(const struct arq_end *receiver, const struct arq_frame *frame,
                        struct fx *fx);
/* An answer came to a sender, as a frame or in one. False: it was refused, or is none. */
bool arq_hear_answer(const struct arq_end *sender, const struct input *in, struct arq_frame *out,
                     struct fx *fx);
void arq_old_answer(const struct input *in, struct fx *fx); /* it tells nothing new */

/* ends.c: what the ends have in common. */
enum arq_window_state { ARQ_IDLE, ARQ_ACTIVE, ARQ_DONE };
enum arq_sent_item { SENT_ABSENT, SENT_ONCE, SENT_AGAIN, SENT_ACKED };
enum arq_got_item { GOT_ABSENT, GOT_PASSED_ON, GOT_THROWN, GOT_BUFFERED };
enum arq_sender_timer { TIMER_TIMEOUT, TIMER_ARRIVAL };
enum arq_receiver_timer { TIMER_ACK };
extern const struct machine arq_window_machines[];
extern const struct set arq_sent_sets[], arq_got_sets[];
extern const struct timer arq_sender_timers[], arq_receiver_timers[];
extern const struct var arq_window_vars[], arq_receiver_vars[];
/* Every change of a window sender's state: checked against the edges, told to the trace. */
void arq_window_enter(enum arq_window_state *state, enum arq_window_state to, enum arq_why why,
                      struct fx *fx);
void arq_window_read(const struct arq_end *end, uint64_t base, uint64_t next, uint64_t top,
                     int64_t *vars);
void arq_receiver_read(const void *self, int64_t *vars);
/* The cumulative answer: names the frame expected now, or the one before it. */
void arq_receiver_ack(struct arq_receiver *r, enum arq_why why, struct fx *fx);
void arq_receiver_pass_on(struct arq_receiver *r, struct span body, struct fx *fx);
/* True: a frame came that may be looked at. */
bool arq_receiver_hears(struct arq_receiver *r, const struct input *in, struct arq_frame *out,
                        struct fx *fx);
/* A frame arrives, and so does its ACK, unless the time is up before. */
uint64_t arq_least_events(const void *end, sim_time span);

/* Theory, as textbooks have it. cycle = 1 + 2a + A: from a frame's first bit to its answer, in
 * frame times; an answer of no size makes it 1 + 2a. NAN without a rate. */
double arq_cycle(const struct arq_end *end, const struct path *path);
double arq_loss(const struct path *path);                            /* of a frame, 0 .. 1 */
double arq_chance_of_loss(const void *end, const struct path *path); /* the same, as a figure */
double arq_pipe_bits(const void *end, const struct path *path);      /* rate times delay, one way */
double arq_window_fills(const void *end, const struct path *path);   /* frames that fill the pipe */
/* The figures that the three protocols share; the first one is each protocol's own. */
#define ARQ_FIGURES(theory)                                                                        \
    {"utilization_theory", theory}, {"loss_theory", arq_chance_of_loss},                           \
        {"bandwidth_delay_bits", arq_pipe_bits},                                                   \
    {                                                                                              \
        "window_fills", arq_window_fills                                                           \
    }

#define ARQ_OF(field) offsetof(struct arq_end, field)
/* Params of both ends; bits: the initial number of sequence bits. */
#define ARQ_SHARED_PARAMS(bits, convention)                                                        \
    {"sequence-bits", ARQ_OF(sequence_bits), PARAM_COUNT, .initial = (bits), .min = 0, .max = 16}, \
        {"acks",                                                                                   \
         ARQ_OF(acks),                                                                             \
         PARAM_CHOICE,                                                                             \
         .initial = (convention),                                                                  \
         .max = ARQ_ACKS_LAST,                                                                     \
         .choices = arq_conventions},                                                              \
        {"piggyback", ARQ_OF(piggyback), PARAM_SWITCH, .max = 1},                                  \
        {"ack-delay",        ARQ_OF(ack_delay),      PARAM_TIME,                                   \
         .may_be_off = true, .initial = 50 * SIM_MS, .max = SIM_NEVER / 2},                        \
        {"crc", ARQ_OF(crc), PARAM_SWITCH, .initial = 1, .max = 1},                                \
    {                                                                                              \
        "ack-size", ARQ_OF(ack_bytes), PARAM_BYTES, .initial = ARQ_HEADER, .min = ARQ_HEADER,      \
                                                    .max = 65535                                   \
    }
/* clang-format off */
#define ARQ_SENDER_PARAMS                                                                          \
    {"frames", ARQ_OF(frames), PARAM_COUNT, .initial = 10, .min = 1, .max = INT64_C(1) << 40},     \
    {"frame", ARQ_OF(frame_bytes), PARAM_BYTES, .initial = 1000, .min = ARQ_HEADER, .max = 65535}, \
    {"timeout", ARQ_OF(timeout), PARAM_TIME, .may_be_off = true, .initial = SIM_S, .min = 1,       \
     .max = SIM_NEVER / 2},                                                                        \
    {"adaptive-timeout", ARQ_OF(adaptive), PARAM_SWITCH, .max = 1},                                \
    {"arrivals", ARQ_OF(arrivals), PARAM_FREQUENCY, .may_be_off = true, .initial = -1, .min = 1,   \
     .max = INT64_C(1000000000) * SIM_S}
/* clang-format on */
#define ARQ_WINDOW_PARAMS                                                                          \
    {"window", ARQ_OF(window), PARAM_COUNT, .initial = 4, .min = 1, .max = ARQ_WINDOW_MAX},        \
    {                                                                                              \
        "naks", ARQ_OF(naks), PARAM_SWITCH, .initial = 0, .max = 1                                 \
    }
