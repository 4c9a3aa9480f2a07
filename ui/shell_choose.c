/* Which views suit a scenario: what stands in the middle, what shares the place under the network.
 */
#include "ui/shell_inside.h"

#include <string.h>

static bool has_var(const struct actor_type *type, const char *name)
{
    for (unsigned i = 0; i < var_count(type); i++) {
        if (strcmp(type->vars[i].name, name) == 0) {
            return true;
        }
    }
    return false;
}

enum strips { STRIPS_NONE, STRIPS_FRAMES, STRIPS_BYTES };

/* Strips need a set, and a variable that says where its window stands; or numbered bytes. */
static enum strips strips_of(const struct shell *s)
{
    enum strips found = STRIPS_NONE;
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        const struct actor_type *type = s->session.trace.entities[s->film->actors[i]].type;
        if (set_count(type) && (has_var(type, "base") || has_var(type, "frame"))) {
            return STRIPS_FRAMES;
        }
        found = has_var(type, "snd.una") ? STRIPS_BYTES : found;
    }
    return found;
}

static bool names_panel(const struct shell *s, const struct view *v)
{
    const char **names = s->session.scenario->view_panels;
    while (names && *names && strcmp(*names, v->name) != 0) {
        names++;
    }
    return names && *names;
}

/* Plots stand in the middle if the scenario names them; a diagram of states, if it names that and
 * not the packet's panel. Beside either the ladder is at the right. Leases stand over the ladder,
 * if the scenario names them or no panels at all. */
static void choose_main(struct shell *s)
{
    memset(s->has_main, 0, sizeof s->has_main);
    s->has_main[MAIN_LADDER] = true;
    s->has_main[MAIN_PLOTS] = s->film->curves.count > 0;
    s->has_main[MAIN_LEASE] = s->film->leases.client_count > 0;
    s->has_main[MAIN_MESSAGES] = s->film->talks.message_count > 0;
    s->has_main[MAIN_PLAYOUT] = s->film->media.stream_count > 0;
    for (uint32_t i = 1; i <= s->session.trace.entity_count; i++) {
        const struct entity *e = &s->session.trace.entities[i];
        bool has_states = e->kind == ENTITY_ACTOR && e->type && machine_count(e->type) > 0;
        s->has_main[MAIN_MACHINE] = s->has_main[MAIN_MACHINE] || has_states;
    }
    bool is_diagram = names_panel(s, &view_machine) && !names_panel(s, &view_inspector);
    bool is_lease = names_panel(s, &view_lease) || !s->session.scenario->view_panels;
    bool is_playout = names_panel(s, &view_playout) || !s->session.scenario->view_panels;
    s->main = is_lease && s->has_main[MAIN_LEASE]                            ? MAIN_LEASE
              : is_playout && s->has_main[MAIN_PLAYOUT]                      ? MAIN_PLAYOUT
              : names_panel(s, &view_messages) && s->has_main[MAIN_MESSAGES] ? MAIN_MESSAGES
              : names_panel(s, &view_plots) && s->has_main[MAIN_PLOTS]       ? MAIN_PLOTS
              : is_diagram && s->has_main[MAIN_MACHINE]                      ? MAIN_MACHINE
                                                                             : MAIN_LADDER;
}

static bool is_lower(const struct shell *s, const struct view *v)
{
    for (unsigned i = 0; i < s->lower_count; i++) {
        if (s->lower[i] == v) {
            return true;
        }
    }
    return false;
}

static void add_lower(struct shell *s, const struct view *v)
{
    if (!is_lower(s, v) && s->lower_count < LOWER_MAX) {
        s->lower[s->lower_count++] = v;
    }
}

/* Of a stream: its reports, its jitter, and, with pictures beside it, how far they are apart. */
static void add_media(struct shell *s)
{
    const struct media *m = &s->film->media;
    bool has_mates = false;
    for (uint32_t i = 0; i < m->stream_count; i++) {
        has_mates = has_mates || m->streams[i].mate != UINT32_MAX;
    }
    if (m->report_count > 0) {
        add_lower(s, &view_reports);
    }
    if (m->stream_count > 0) {
        add_lower(s, &view_jitter);
    }
    if (has_mates) {
        add_lower(s, &view_sync);
    }
    if (m->member_count > 0) {
        add_lower(s, &view_members);
    }
}

/* The views that share the place under the network: those that the scenario names, in its order (a
 * diagram if plots have the middle), then windows where a protocol keeps them, and states; of a
 * protocol of bytes the states first. */
static void choose_lower(struct shell *s)
{
    static const struct view *const known[] = {&view_state,  &view_window, &view_reports,
                                               &view_jitter, &view_sync,   &view_members,
                                               &view_shares, &view_machine};
    const char **names = s->session.scenario->view_panels;
    bool has_diagram = s->main == MAIN_PLOTS || s->main == MAIN_LEASE;
    unsigned count = has_diagram ? 8 : 7;
    s->lower_count = s->lower_at = 0;
    for (; names && *names; names++) {
        for (unsigned i = 0; i < count; i++) {
            if (strcmp(*names, known[i]->name) == 0) {
                add_lower(s, known[i]);
            }
        }
    }
    if (s->main == MAIN_LEASE) {
        add_lower(s, &view_machine);
    }
    if (s->film->reserves.count > 0) {
        add_lower(s, &view_shares);
    }
    add_media(s);
    if (strips_of(s) == STRIPS_FRAMES) {
        add_lower(s, &view_window);
    }
    add_lower(s, &view_state);
    if (strips_of(s) == STRIPS_BYTES) {
        add_lower(s, &view_window);
    }
}

void shell_choose_views(struct shell *s)
{
    choose_main(s);
    choose_lower(s);
}
