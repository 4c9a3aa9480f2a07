#pragma once
/* What every view is: a function of (trace, now) drawn into a rectangle. A view changes nothing but
 * its own drawing state; what the user asks for through it stands in the scene's wish, and whoever
 * drew it obeys. */

#include "trace/story.h"
#include "trace/trace.h"
#include "ui/player.h"
#include "ui/view/film.h"
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
    const struct story *story;  /* of this trace */
    uint32_t step;              /* caption step in force, UINT32_MAX: before the first */
    struct wish *wish;
};

struct view {
    const char *name; /* as in a scenario's `view:` and --view: "stage" */
    const char *title_key;
    size_t size; /* of `self`, zeroed before the first draw; holds no memory of its own */
    void (*draw)(void *self, struct ui *ui, const struct scene *s, struct rect area);
};

/* `area` is the whole panel, frame and title included. */
extern const struct view view_stage, view_ladder;
extern const struct view view_machine, view_window, view_inspector;
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
/* Time in the unit that suits `step` ("1.052", "125.0"): decimals so that steps differ. */
char *view_time(sim_time t, sim_time step, bool is_ms, char buf[32]);
/* Time with its unit in words of the catalogue ("1.052 s", "125 ms"), as short as it is exact to
 * about a thousandth. */
char *view_time_unit(sim_time t, char buf[32]);
/* The capsule of a packet: kind, label, try number, selected and hovered. label points into buf. */
struct capsule;
struct capsule view_capsule(const struct scene *s, uint32_t packet, double h, char buf[24]);
/* Why a packet died, in words ("lost on the wire", "dropped at R1: queue full"). */
char *view_loss_words(const struct ui *ui, const struct trace *t, const struct hop *h, char *buf,
                      size_t size);
/* Words of a key with {names} replaced; pairs of name and value, ended by NULL. */
char *view_format(const struct ui *ui, char *buf, size_t size, const char *key, ...);
