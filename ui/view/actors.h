#pragma once
/* What the views of states and windows look up of an actor alike. */

#include "ui/parts.h"
#include "ui/view/view.h"

/* The instant of the present caption step, or of the packet that was sent, arrived or got lost
 * after it: what changed since then is "just now". */
sim_time actor_news_since(const struct scene *s);
/* Changed at or after that instant, and by now. */
bool actor_is_news(const struct scene *s, uint32_t record);
/* Value of a variable by name at the scene's time; false: no such variable, or no value yet. */
bool actor_var(const struct scene *s, uint32_t actor, const char *name, int64_t *value);

/* The newest endpoint of that type at a node by now, one that only listens last; 0: none. */
uint32_t actor_newest(const struct scene *s, const struct actor_type *type, uint32_t node);

/* The wait of an actor that a reader should see: of its timers that do not merely pace, the running
 * one that ends first. */
struct actor_wait {
    const char *name;    /* of the timer; NULL: the actor has none */
    sim_time armed, due; /* due SIM_NEVER: none runs */
};
struct actor_wait actor_wait(const struct scene *s, uint32_t actor);
/* The timer's name beside a bar or below a ring: "RTO timer". */
const char *actor_timer_word(const struct ui *ui, const char *timer);
/* The ring of a wait with its word below; nothing if there is no timer. */
void actor_draw_ring(struct ui *ui, const struct scene *s, uint32_t actor, double x, double y,
                     double radius);
/* What this end does, in a few words ("takes only the frame it expects"); NULL: nothing is known.
 */
const char *actor_note(const struct ui *ui, const struct trace *t, uint32_t actor);
