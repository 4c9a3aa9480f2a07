#pragma once
/* What every view is: a function of (trace, now) drawn into a rectangle. A view changes nothing but
 * its own drawing state; what the user asks for through it stands in the scene's wish, and whoever
 * drew it obeys. */

#include "trace/story.h"
#include "trace/trace.h"
#include "ui/parts.h"
#include "ui/player.h"
#include "ui/view/film.h"
#include "ui/view/ghosts.h"
#include "ui/widgets.h"

/* What was asked for while a picture was drawn; zeroed before it. */
struct wish {
    enum player_command command;
    bool skips_motion; /* with command: be there at once */
    bool has_time;
    sim_time time; /* the playhead goes there and pauses */
    bool has_packet;
    uint32_t packet;  /* to be selected, 0: none */
    uint32_t hovered; /* packet under the pointer, 0: none */
    bool has_message;
    uint32_t message; /* with has_packet: of the film's talks, from 1; to be selected with it */
    const char *kind; /* a thing of the network was pressed: "link", "node"; NULL: none */
    uint32_t thing;   /* its number */
    bool has_speed;
    unsigned speed; /* index into player_speeds */
    bool has_zoom;
    double zoom;
};

struct scene {
    const struct trace *trace;   /* finished; may be empty */
    const struct film *film;     /* made from it */
    const struct player *player; /* player->now is now */
    sim_time now;
    uint32_t selected, hovered; /* packet ids, 0: none; hovered of the picture before */
    uint32_t message;           /* selected, of the film's talks, from 1; 0: none */
    const struct story *story;  /* of this trace */
    uint32_t step;              /* caption step in force, UINT32_MAX: before the first */
    struct wish *wish;
    const uint8_t *changed; /* by packet: the edit before changed it; NULL: nothing is compared */
    sim_time changed_from;  /* the first of them; SIM_NEVER: none */
    const struct ghosts *ghosts; /* what the edit before took away; NULL: nothing, or hidden */
    bool is_asked;     /* a question about what comes: the future is hidden until it is answered */
    bool is_relative;  /* sequence numbers count from the start of their side */
    bool is_worksheet; /* numbers are left out, to be filled in by hand */
};

struct view {
    const char *name; /* as in a scenario's `view:` and --view: "stage" */
    const char *title_key;
    size_t size; /* of `self`, zeroed before the first draw; holds no memory of its own */
    void (*draw)(void *self, struct ui *ui, const struct scene *s, struct rect area);
};

/* `area` is the whole panel, frame and title included. */
extern const struct view view_stage, view_ladder;
extern const struct view view_state, view_window, view_machine, view_inspector, view_plots;
extern const struct view view_lease, view_messages, view_shares;
extern const struct view view_playout, view_reports, view_jitter, view_members, view_sync;
/* The caption: step, headline, reason, reference. */
extern const struct view view_caption;
/* The transport at the bottom: scrubber, readout, buttons, speed. */
extern const struct view view_timeline;

/* The keys of time, packets and zoom (look: "Interaction"), taken if nobody took them before. */
void view_keys(struct ui *ui, const struct scene *s);
/* Does what the wish says: the player moves, *selected changes. True: something did. Steps glide
 * unless `is_settled`. */
bool wish_obey(const struct wish *w, struct player *p, uint32_t *selected, bool is_settled);

/* What views write alike. */
/* Unit of time axes for a run of that length: SIM_S, SIM_MS or SIM_US. */
sim_time view_unit(sim_time end);
const char *view_unit_name(sim_time unit); /* "s", "ms", "us" of the catalogue's unit.* keys */
/* t in units, with as many decimals as tell multiples of `step` apart ("1.052", "125.0"). */
char *view_time(sim_time t, sim_time unit, sim_time step, char buf[32]);
/* A length of time with its unit, to three digits at least ("1.05 s", "300 ms", "12.5 us"). */
char *view_length(sim_time t, char buf[32]);
/* An instant with its unit, to a thousandth ("1.052 s", "136.064 ms", "10 ms"). */
char *view_time_unit(sim_time t, char buf[32]);
/* Multiple of 1, 2 or 5 times a power of ten that is not below `least`. */
sim_time view_step(double least);

/* The capsule of a packet: kind, label, copy, selected and hovered. The label points into buf. */
struct capsule view_capsule(const struct scene *s, uint32_t packet, double h, char buf[24]);
/* A corrupted copy: its bits were flipped on the way. */
bool view_is_damaged(const struct trace *t, uint32_t packet);
/* Why a packet ended at a REC_DROP, in words ("lost on the wire", "dropped at R1: queue full"). */
char *view_drop_words(const struct ui *ui, const struct trace *t, const struct record *drop,
                      char *buf, size_t size);
char *view_loss_words(const struct ui *ui, const struct trace *t, const struct hop *h, char *buf,
                      size_t size); /* of a hop on which its packet died */
const char *view_node_label(const struct ui *ui, const struct trace *t, uint32_t node);
enum icon view_node_icon(const struct trace *t, uint32_t node);
/* The flash of a damaged packet, beside or on its capsule. */
void view_flash(struct ui *ui, double x, double y);
/* On a worksheet each number of the text becomes a blank, in place. Returns text. */
char *view_blank(const struct scene *s, char *text, size_t size);
/* Words of a key with {names} replaced: pairs of name and value, ended by NULL. */
char *view_format(const struct ui *ui, char *buf, size_t size, const char *key, ...);
