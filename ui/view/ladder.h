#pragma once
/* The ladder: lifelines, slanted flights to true time, timers, folds. Its parts, in files of their
 * own: ladder.c (frame, page, pointer), ladder_lines.c (lifelines), ladder_time.c (ticks, folds,
 * now), ladder_flights.c, ladder_capsules.c, ladder_ghosts.c (what an edit took away),
 * ladder_labels.c (what text stands where), ladder_timers.c (bars beside lifelines),
 * ladder_records.c (states, items, refusals, cuts). */

#include "ui/view/motion.h"

#define LADDER_LABELS 1024u
#define LADDER_RIDERS 32u
#define LADDER_LINES  16u
#define LADDER_BARS   512u

enum ladder_label_kind { LABEL_CAPSULE, LABEL_RING, LABEL_LOSS, LABEL_WORDS, LABEL_GHOST };

/* Room that something with text (or a ring) takes in the picture. */
struct ladder_label {
    struct rect rect;
    double x, y, h;  /* CAPSULE, GHOST: its middle, its height before ui->k */
    uint32_t packet; /* 0: none */
    uint32_t nth;    /* CAPSULE: hop of the packet; GHOST: which ghost */
    enum ladder_label_kind kind;
    bool has_extra; /* CAPSULE: a number stands in it after the label */
};

/* The view's own state. */
struct ladder {
    double scroll;       /* by the wheel: positions from where the page stands */
    sim_time scroll_now; /* the instant for which it holds */
    struct ladder_label labels[LADDER_LABELS]; /* of the last picture */
    uint32_t label_count;
    double y_now; /* where the line of now stood in it */
    struct motion pulse;
};

/* One picture being drawn. */
struct ladder_frame {
    struct ui *ui;
    const struct scene *s;
    struct ladder *self;
    const struct axis *axis;
    struct rect panel, plot;
    double y0;                   /* where position `top` stands */
    double top, scale;           /* logical pixels a position */
    sim_time from, to;           /* what the plot shows */
    sim_time unit, step;         /* of the ticks */
    uint32_t node[LADDER_LINES]; /* lifelines from left to right */
    double x[LADDER_LINES];
    bool is_thin[LADDER_LINES]; /* a router on the way of ends that have states: no lifeline is
                                   drawn, and the hops of a packet make one straight way */
    uint32_t count;
    bool is_narrow;       /* what stands beside lifelines may lie over the axis */
    bool has_tags;        /* states stand beside the lifelines; a narrow ladder leaves them out */
    double capsule_h;     /* before ui->k */
    uint32_t first, last; /* flights */
    bool is_dense;        /* too many to draw each */
    double rider[LADDER_RIDERS]; /* where capsules stand on the line of now */
    uint32_t rider_count;
    struct rect bar[LADDER_BARS]; /* of timers: words keep clear of them */
    uint32_t bar_count;
    struct rect flag; /* of now, at the left: it lies over what is there */
    uint32_t pulsing; /* record of the timer that has just fired, 0: none */
    double pulse;     /* the size of its clock, 1 .. 1.15 */
};

/* Where the page of a ladder that shows `view` begins, as positions of the axis. */
double ladder_page_top(const struct axis *a, double now, double view);
double ladder_y(const struct ladder_frame *f, sim_time t);
int ladder_line(const struct ladder_frame *f, uint32_t node); /* -1: it has no lifeline */
/* The lifeline next to that one in a direction (1, -1) that is not thin; the last one at worst. */
int ladder_next_line(const struct ladder_frame *f, int line, int direction);
double ladder_gap(const struct ladder_frame *f); /* between lifelines that are drawn */
/* -1: the outer side of that lifeline is the left one; 1: the right. */
int ladder_side(const struct ladder_frame *f, int line);
/* Where a flight is at t, on its straight way. */
struct point ladder_point(const struct ladder_frame *f, const struct flight *g, sim_time t);
bool ladder_ends(const struct ladder_frame *f, const struct flight *g, int *from, int *to);
sim_time
flight_start(const struct flight *g); /* first bit leaves; never left: when it was offered */
bool actor_has_timers(const struct actor_type *type);
bool ladder_has_timers(const struct ladder_frame *f, uint32_t node); /* one of its actors has */

/* ladder_lines.c */
void ladder_choose_lines(struct ladder_frame *f, double width);
void ladder_place_lines(struct ladder_frame *f, struct rect in);
void ladder_draw_lines(struct ladder_frame *f, double head_y);
void ladder_draw_heads(struct ladder_frame *f, double y);

/* ladder_time.c */
void ladder_draw_ticks(struct ladder_frame *f);      /* their lines */
void ladder_draw_tick_words(struct ladder_frame *f); /* last, where nothing else stands */
void ladder_reserve_folds(struct ladder_frame *f);   /* the room of their words */
void ladder_draw_folds(struct ladder_frame *f);
void ladder_draw_fold_words(struct ladder_frame *f);
struct rect ladder_flag(const struct ladder_frame *f); /* the room of the flag of now */
void ladder_draw_now(struct ladder_frame *f);
void ladder_draw_now_word(struct ladder_frame *f);
void ladder_draw_hidden(struct ladder_frame *f); /* hatch over the future, if it is hidden */

/* ladder_labels.c */
bool ladder_is_free(const struct ladder_frame *f, struct rect r);
bool ladder_is_clear(const struct ladder_frame *f, struct rect r);             /* of bars, too */
bool ladder_reserve(struct ladder_frame *f, const struct ladder_label *label); /* false: no room */
void ladder_place_labels(struct ladder_frame *f);
const struct ladder_label *ladder_label_of(const struct ladder_frame *f, uint32_t packet,
                                           uint32_t nth);
/* Words at (x, baseline) if nothing is in the way, else a little lower, else nowhere: false. */
bool ladder_words(struct ladder_frame *f, enum type_role role, double x, double y, enum align align,
                  struct color color, const char *words);

/* ladder_flights.c */
void ladder_draw_flights(struct ladder_frame *f); /* ways, bands, threads */
/* Those between lifelines that are shown. */
void ladder_each_flight(struct ladder_frame *f,
                        void (*show)(struct ladder_frame *, const struct flight *));

/* ladder_capsules.c */
void ladder_draw_capsules(struct ladder_frame *f); /* but the selected one; and losses */
void ladder_draw_selected(struct ladder_frame *f);

/* With a corner where it enters or leaves a fold. */
void ladder_draw_way(struct ladder_frame *f, const struct flight *g, sim_time from, sim_time to,
                     struct color color, bool has_head, bool is_dashed);

/* ladder_ghosts.c: what only the run before had, after the labels of what is there. */
void ladder_place_ghosts(struct ladder_frame *f);
void ladder_draw_ghosts(struct ladder_frame *f);
void ladder_draw_ghost_capsules(struct ladder_frame *f);

/* ladder_timers.c, ladder_records.c */
void ladder_draw_timers(struct ladder_frame *f);
void ladder_draw_records(struct ladder_frame *f);
/* Left end of the tags of states at the first lifeline that are that near to y; INFINITY: none. */
double ladder_tags_left(const struct ladder_frame *f, double y, double high);
double ladder_timer_label_width(const struct ladder_frame *f);
