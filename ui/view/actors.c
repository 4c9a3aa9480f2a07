/* Looking up of an actor what states and windows show alike. */
#include "ui/view/actors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLOTS_MAX 256u /* of a timer that are looked at for one picture */

sim_time actor_news_since(const struct scene *s)
{
    sim_time since = s->story && s->step < s->story->count ? s->story->steps[s->step].at : 0;
    uint32_t i = player_mark_after(s->player, s->now);
    while (i > 0 && s->player->marks[i - 1].kind == MARK_STATE) {
        i--; /* states follow from what happened */
    }
    return i > 0 && s->player->marks[i - 1].at > since ? s->player->marks[i - 1].at : since;
}

bool actor_is_news(const struct scene *s, uint32_t record)
{
    if (record == 0) {
        return false;
    }
    sim_time at = trace_record(s->trace, record)->at;
    return at >= actor_news_since(s) && at <= s->now;
}

bool actor_var(const struct scene *s, uint32_t actor, const char *name, int64_t *value)
{
    const struct actor_type *type = s->trace->entities[actor].type;
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, name) == 0) {
            return trace_var_at(s->trace, actor, i, s->now, value);
        }
    }
    return false;
}

struct actor_wait actor_wait(const struct scene *s, uint32_t actor)
{
    const struct actor_type *type = s->trace->entities[actor].type;
    struct actor_wait first = {.due = SIM_NEVER};
    for (unsigned i = 0; i < timer_count(type); i++) {
        if (type->timers[i].kind != TIMER_KIND_WAIT) {
            continue;
        }
        first.name = first.name ? first.name : type->timers[i].name;
        for (uint32_t slot = 0; slot < type->timers[i].slots && slot < SLOTS_MAX; slot++) {
            sim_time armed, due = trace_timer_at(s->trace, actor, i, slot, s->now, &armed);
            if (due < first.due) {
                first = (struct actor_wait){type->timers[i].name, armed, due};
            }
        }
    }
    return first;
}

/* What is left, short enough for a ring: the number alone, its unit stands below. */
static const char *left_text(sim_time left, char buf[16])
{
    bool is_seconds = left >= SIM_S;
    double value = (double)left / (double)(is_seconds ? SIM_S : left >= SIM_MS ? SIM_MS : SIM_US);
    snprintf(buf, 16, is_seconds ? "%.2f" : value >= 10 ? "%.0f" : "%.1f", value);
    return is_seconds ? "s" : left >= SIM_MS ? "ms" : "µs";
}

const char *actor_timer_word(const struct ui *ui, const char *timer)
{
    char key[80];
    snprintf(key, sizeof key, "timer.%s.short", timer);
    const char *word = word_find(ui->lang, key);
    return word ? word : timer;
}

void actor_draw_ring(struct ui *ui, const struct scene *s, uint32_t actor, double x, double y,
                     double radius)
{
    struct actor_wait w = actor_wait(s, actor);
    if (!w.name) {
        return;
    }
    char left[16] = "–", below[64];
    double gone = 0;
    const char *unit = "";
    if (w.due != SIM_NEVER) {
        unit = left_text(w.due - s->now, left);
        gone = (double)(s->now - w.armed) / fmax(1, (double)(w.due - w.armed));
    }
    snprintf(below, sizeof below, "%s%s%s", actor_timer_word(ui, w.name), *unit ? ", " : "", unit);
    if (radius < 20 * ui->k && ui_text_width(ui, TYPE_LABEL, below) > 2.7 * radius) {
        snprintf(below, sizeof below, "%s", unit); /* a small ring has little room below it */
    }
    part_timer_ring(ui, x, y, radius, gone, left);
    ui_text_center(ui, TYPE_LABEL, x, y + radius + 18 * ui->k, ui->theme->ink3, below);
}

const char *actor_note(const struct ui *ui, const struct trace *t, uint32_t actor)
{
    char key[96];
    snprintf(key, sizeof key, "actor.%s.note", t->entities[actor].type->name);
    return word_find(ui->lang, key);
}

static bool is_born(const struct scene *s, uint32_t actor)
{
    uint32_t born = s->trace->entities[actor].born;

    return born == 0 || trace_record(s->trace, born)->at <= s->now;
}

uint32_t actor_newest(const struct scene *s, const struct actor_type *type, uint32_t node)
{
    uint32_t found = 0;
    bool is_peer = false; /* the one found has somebody at the other end */

    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        uint32_t actor = s->film->actors[i];
        const struct entity *e = &s->trace->entities[actor];
        bool has_peer = e->remote.ip != 0;

        if (e->type != type || e->node != node || !is_born(s, actor)) {
            continue;
        }
        if (!found || has_peer || !is_peer) {
            found = actor;
            is_peer = has_peer;
        }
    }
    return found;
}
