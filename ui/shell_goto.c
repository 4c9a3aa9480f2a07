/* Going to a place that is named: an instant, so long before or after now, a packet, the next loss,
 * timeout or repeat, the next time that anybody enters a state. */
#include "ui/shell_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static bool same_word(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

/* A length of time: number and unit, seconds without one. */
static bool read_time(const char *text, double *ns)
{
    static const struct {
        const char *unit;
        double ns;
    } units[] = {{"", 1e9}, {"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"µs", 1e3}, {"ns", 1}};
    char *end;
    double value = strtod(text, &end);
    if (end == text || !isfinite(value)) {
        return false;
    }
    end += strspn(end, " ");
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(end, units[i].unit) == 0) {
            *ns = value * units[i].ns;
            return fabs(*ns) < 9e18;
        }
    }
    return false;
}

static void go(struct shell *s, sim_time at)
{
    s->player.is_playing = false;
    player_go(&s->player, at);
    s->wants_draw = true;
}

static bool go_to_time(struct shell *s, const char *place)
{
    double ns;
    if (!read_time(place, &ns)) {
        return false;
    }
    bool is_relative = *place == '+' || *place == '-';
    double at = is_relative ? (double)s->player.now + ns : ns;
    go(s, at > 0 ? (sim_time)llround(fmin(at, 9e18)) : 0);
    return true;
}

static bool go_to_packet(struct shell *s, const char *place)
{
    char *end;
    unsigned long id = *place == '#' ? strtoul(place + 1, &end, 10) : 0;
    if (id == 0 || *end || id > s->session.trace.packets.count) {
        return false;
    }
    s->selected = (uint32_t)id;
    go(s, film_packet_sent(s->film, (uint32_t)id));
    return true;
}

/* Does the record fit the word after "next"? */
static bool is_kind(const struct trace *t, const struct record *r, const char *word)
{
    if (same_word(word, "loss")) {
        return r->kind == REC_DROP;
    }
    if (same_word(word, "timeout")) {
        const struct actor_type *type = t->entities[r->where].type;
        return r->kind == REC_FIRE && type && type->timers[r->code].kind == TIMER_KIND_WAIT;
    }
    if (same_word(word, "retransmit")) {
        return r->kind == REC_SEND && trace_packet(t, r->packet)->of != 0;
    }
    if (r->kind != REC_STATE) {
        return false;
    }
    const struct machine *m = &t->entities[r->where].type->machines[r->code >> 8];
    return same_word(word, m->states[r->code & 0xff]);
}

static bool go_to_next(struct shell *s, const char *place)
{
    const struct trace *t = &s->session.trace;
    const char *word = strncmp(place, "next ", 5) == 0 ? place + 5 : place;
    word = strncmp(word, "state ", 6) == 0 ? word + 6 : word;
    for (uint32_t n = trace_first_after(t, s->player.now); n <= t->count; n++) {
        if (is_kind(t, trace_record(t, n), word)) {
            go(s, trace_record(t, n)->at);
            return true;
        }
    }
    return false;
}

bool shell_goto(struct shell *s, const char *place)
{
    place += strspn(place, " ");
    return go_to_time(s, place) || go_to_packet(s, place) || go_to_next(s, place);
}
