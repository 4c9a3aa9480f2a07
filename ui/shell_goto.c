/* Going to a place that is named: an instant, so long before or after now, a packet, the next loss,
 * timeout or repeat, the next time that anybody enters a state. */
#include "ui/shell_inside.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *with)
{
    while (*with && tolower((unsigned char)*text) == tolower((unsigned char)*with)) {
        text++;
        with++;
    }
    return !*with;
}

static bool same_word(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Why a place cannot be gone to, into s->misplaced. */
static bool nowhere(struct shell *s, const char *key, const char *found, const char *near)
{
    char last[16], time[32];
    bool has_near = near && *near;
    char full[64];
    snprintf(full, sizeof full, "box.goto.%s%s", key, has_near ? ".near" : "");
    snprintf(last, sizeof last, "%u", s->session.trace.packets.count);
    view_format(&s->ui, s->misplaced, sizeof s->misplaced, full, "found", found, "near",
                has_near ? near : "", "last", last, "time", view_time_unit(s->player.now, time),
                NULL);
    return false;
}

static const char *const unit_names[] = {"s", "ms", "us", "µs", "ns", NULL};
static const double unit_ns[] = {1e9, 1e6, 1e3, 1e3, 1};

/* A length of time: number and unit, seconds without one. *unit: what stands behind the number. */
static bool read_time(const char *text, double *ns, const char **unit)
{
    char *end;
    double value = strtod(text, &end);
    *unit = end + strspn(end, " ");
    if (end == text || !isfinite(value)) {
        *unit = NULL;
        return false;
    }
    for (size_t i = 0; unit_names[i]; i++) {
        if (strcmp(*unit, unit_names[i]) == 0 || (i == 0 && !**unit)) {
            *ns = value * unit_ns[i];
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
    const char *unit;
    if (!read_time(place, &ns, &unit)) {
        return unit ? nowhere(s, "unit", unit, nearest_word(unit, unit_names))
                    : nowhere(s, "number", place, NULL);
    }
    bool is_relative = *place == '+' || *place == '-';
    double at = is_relative ? (double)s->player.now + ns : ns;
    go(s, at > 0 ? (sim_time)llround(fmin(at, 9e18)) : 0);
    return true;
}

static bool go_to_packet(struct shell *s, const char *place)
{
    char *end;
    unsigned long id = strtoul(place + 1, &end, 10);
    if (id == 0 || *end || id > s->session.trace.packets.count) {
        return nowhere(s, "packet", place, NULL);
    }
    s->selected = (uint32_t)id;
    s->message = 0;
    go(s, film_packet_sent(s->film, (uint32_t)id));
    return true;
}

/* What may be looked for, as it is typed in either language. */
enum { FIND_LOSS, FIND_TIMEOUT, FIND_RETRANSMIT, FIND_KINDS };
static const char *const kinds[FIND_KINDS][LANG_COUNT] = {
    {"loss", "丢失"}, {"timeout", "超时"}, {"retransmit", "重传"}};

static int kind_of(const char *word)
{
    for (int i = 0; i < FIND_KINDS; i++) {
        for (unsigned lang = 0; lang < LANG_COUNT; lang++) {
            if (same_word(word, kinds[i][lang])) {
                return i;
            }
        }
    }
    return -1;
}

static bool is_of_kind(const struct trace *t, const struct record *r, int kind)
{
    const struct actor_type *type = t->entities[r->where].type;
    switch (kind) {
    case FIND_LOSS: return r->kind == REC_DROP;
    case FIND_TIMEOUT:
        return r->kind == REC_FIRE && type && type->timers[r->code].kind == TIMER_KIND_WAIT;
    case FIND_RETRANSMIT: return r->kind == REC_SEND && trace_packet(t, r->packet)->of != 0;
    default: return false;
    }
}

static const char *state_entered(const struct trace *t, const struct record *r)
{
    return r->kind == REC_STATE
               ? t->entities[r->where].type->machines[r->code >> 8].states[r->code & 0xff]
               : NULL;
}

#define WORDS_MAX 256u

/* All that could be meant: the kinds (unless a state is wanted), the states of this run's actors.
 */
static const char *near_to(const struct shell *s, const char *word, bool is_state)
{
    const char *words[WORDS_MAX + 1];
    char upper[64];
    uint32_t n = 0;
    for (int i = 0; i < FIND_KINDS && !is_state; i++) {
        words[n++] = kinds[i][LANG_EN];
    }
    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        const struct actor_type *type = s->session.trace.entities[s->film->actors[i]].type;
        for (unsigned m = 0; m < machine_count(type); m++) {
            const char *const *states = type->machines[m].states;
            for (; *states && n < WORDS_MAX; states++) {
                words[n++] = *states;
            }
        }
    }
    words[n] = NULL;
    for (n = 0; word[n] && n + 1 < sizeof upper; n++) {
        upper[n] = (char)toupper((unsigned char)word[n]);
    }
    upper[n] = '\0';
    const char *near = nearest_word(word, words);
    return near ? near : nearest_word(upper, words);
}

/* Past one of these words, if the place begins with it. */
static const char *behind(const char *place, const char *const *words)
{
    for (; *words; words++) {
        size_t n = strlen(*words);
        if (begins(place, *words)) {
            return place + n + strspn(place + n, " ");
        }
    }
    return NULL;
}

static bool go_to_next(struct shell *s, const char *place)
{
    static const char *const next[] = {"next ", "下一次", "下一个", NULL};
    static const char *const state[] = {"state ", "状态", NULL};
    const struct trace *t = &s->session.trace;
    const char *word = behind(place, next), *name;
    word = word ? word : place;
    name = behind(word, state);
    int kind = name ? -1 : kind_of(word);
    bool is_known = kind >= 0;
    word = name ? name : word;
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        const char *entered = kind < 0 ? state_entered(t, r) : NULL;
        bool is_it = kind >= 0 ? is_of_kind(t, r, kind) : entered && same_word(word, entered);
        is_known = is_known || is_it;
        if (is_it && r->at > s->player.now) {
            go(s, r->at);
            return true;
        }
    }
    const char *near = is_known ? NULL : near_to(s, word, name != NULL);
    is_known = is_known || (near && same_word(near, word)); /* a state that nobody enters */
    return is_known ? nowhere(s, "no-more", word, NULL)
                    : nowhere(s, name ? "state" : "word", word, near);
}

bool shell_goto(struct shell *s, const char *place)
{
    place += strspn(place, " ");
    s->misplaced[0] = '\0';
    if (*place == '#') {
        return go_to_packet(s, place);
    }
    return strchr("+-.0123456789", *place) && *place ? go_to_time(s, place) : go_to_next(s, place);
}
