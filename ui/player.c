/* The playhead. Playing goes evenly along the axis, so a folded wait passes quickly but is seen;
 * everything else names an instant and goes there. */

#include "ui/player.h"

#include <math.h>

#define GLIDE_SECONDS 0.35
#define ZOOM_STEP     1.4142135623730951
#define ZOOM_MAX      4096.0

const double player_speeds[PLAYER_SPEEDS] = {0.25, 0.5, 1, 2, 4};

/* The largest of 1, 2, 5 times a power of ten that is not above `ns`, at least 1. */
static sim_time round_down(double ns)
{
    double power = pow(10, floor(log10(fmax(ns, 1))));
    double lead = fmax(ns, 1) / power;

    return (sim_time)llround(power * (lead >= 5 ? 5 : lead >= 2 ? 2 : 1));
}

void player_init(struct player *p, const struct axis *plain, const struct axis *folded,
                 const struct mark *marks, uint32_t mark_count, double pace)
{
    *p = (struct player){.axis = folded,
                         .axes = {plain, folded},
                         .marks = marks,
                         .mark_count = mark_count,
                         .pace = pace * (double)SIM_S,
                         .speed = PLAYER_SPEEDS / 2,
                         .loop_from = SIM_NEVER,
                         .loop_to = SIM_NEVER,
                         .zoom = 1,
                         .glide_to = SIM_NEVER};
    p->tick = round_down(p->pace / 40);
}

void player_replace(struct player *p, const struct axis *plain, const struct axis *folded,
                    const struct mark *marks, uint32_t mark_count)
{
    p->axes[0] = plain;
    p->axes[1] = folded;
    p->axis = p->is_plain ? plain : folded;
    p->marks = marks;
    p->mark_count = mark_count;
    player_go(p, p->now);
}

uint32_t player_mark_after(const struct player *p, sim_time t)
{
    uint32_t low = 0, high = p->mark_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (p->marks[middle].at > t) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

static bool is_trouble(const struct mark *m)
{
    return m->kind == MARK_LOST || m->kind == MARK_FIRED || m->kind == MARK_STATE;
}

static sim_time mark_forward(const struct player *p, bool only_trouble)
{
    for (uint32_t i = player_mark_after(p, p->now); i < p->mark_count; i++) {
        if (!only_trouble || is_trouble(&p->marks[i])) {
            return p->marks[i].at;
        }
    }
    return only_trouble ? p->now : p->axis->end;
}

static sim_time mark_backward(const struct player *p, bool only_trouble)
{
    for (uint32_t i = player_mark_after(p, p->now); i > 0; i--) {
        const struct mark *m = &p->marks[i - 1];

        if (m->at < p->now && (!only_trouble || is_trouble(m))) {
            return m->at;
        }
    }
    return only_trouble ? p->now : 0;
}

static sim_time held(const struct player *p, sim_time t)
{
    return t < 0 ? 0 : t > p->axis->end ? p->axis->end : t;
}

sim_time player_target(const struct player *p, enum player_command command)
{
    switch (command) {
    case PLAYER_NEXT: return mark_forward(p, false);
    case PLAYER_PREVIOUS: return mark_backward(p, false);
    case PLAYER_NEXT_TROUBLE: return mark_forward(p, true);
    case PLAYER_PREVIOUS_TROUBLE: return mark_backward(p, true);
    case PLAYER_TICK: return held(p, p->now + p->tick);
    case PLAYER_TICK_BACK: return held(p, p->now - p->tick);
    case PLAYER_START: return 0;
    case PLAYER_END: return p->axis->end;
    case PLAYER_NOTHING:
    case PLAYER_TOGGLE:
    case PLAYER_PAUSE:
    case PLAYER_SLOWER:
    case PLAYER_FASTER:
    case PLAYER_LOOP:
    case PLAYER_LOOP_END:
    case PLAYER_FOLD:
    case PLAYER_FUTURE:
    case PLAYER_ZOOM_IN:
    case PLAYER_ZOOM_OUT:
    case PLAYER_ZOOM_FIT: break;
    }
    return p->now;
}

void player_go(struct player *p, sim_time t)
{
    p->now = held(p, t);
    p->part = 0;
    p->glide_to = SIM_NEVER;
}

void player_speed(struct player *p, unsigned speed)
{
    p->speed = speed < PLAYER_SPEEDS ? speed : PLAYER_SPEEDS - 1;
}

static double per_second(const struct player *p)
{
    return p->pace * player_speeds[p->speed];
}

/* Goes to the target, and ends playing; forward it may glide. */
static void step(struct player *p, enum player_command command, bool glides)
{
    sim_time to;

    if (p->glide_to != SIM_NEVER) {
        player_go(p, p->glide_to);
    }
    to = player_target(p, command);
    p->is_playing = false;
    if (glides && to > p->now) {
        double way = axis_at(p->axis, to) - axis_at(p->axis, p->now);

        p->glide_to = to;
        p->glide_left = fmin(GLIDE_SECONDS, way / per_second(p));
        return;
    }
    player_go(p, to);
}

static void toggle(struct player *p)
{
    p->glide_to = SIM_NEVER;
    p->is_playing = !p->is_playing;
    if (p->is_playing && p->now >= p->axis->end) {
        player_go(p, p->loops && p->loop_to != SIM_NEVER ? p->loop_from : 0);
    }
}

static void loop_end(struct player *p)
{
    if (p->loop_from == SIM_NEVER) {
        p->loop_from = p->now;
    } else if (p->loop_to == SIM_NEVER && p->now != p->loop_from) {
        p->loop_to = p->now > p->loop_from ? p->now : p->loop_from;
        p->loop_from = p->now < p->loop_from ? p->now : p->loop_from;
        p->loops = true;
    } else {
        p->loop_from = p->loop_to = SIM_NEVER;
    }
}

static void zoom(struct player *p, double by)
{
    double fit = p->axis->length > 0 ? p->axis->span / p->axis->length : 1;
    double from = p->zoom > 0 ? p->zoom : fit;

    p->zoom = fmin(fmax(from * by, fmin(fit, 1)), ZOOM_MAX);
}

static void zoom_fit(struct player *p)
{
    p->zoom = p->zoom == 0 ? 1 : 0;
}

static void fold(struct player *p)
{
    p->is_plain = !p->is_plain;
    p->axis = p->axes[p->is_plain ? 0 : 1];
    p->part = 0;
}

void player_do(struct player *p, enum player_command command, bool glides)
{
    switch (command) {
    case PLAYER_NOTHING: break;
    case PLAYER_TOGGLE: toggle(p); break;
    case PLAYER_PAUSE: p->is_playing = false; break;
    case PLAYER_NEXT:
    case PLAYER_NEXT_TROUBLE: step(p, command, glides); break;
    case PLAYER_PREVIOUS:
    case PLAYER_PREVIOUS_TROUBLE:
    case PLAYER_TICK:
    case PLAYER_TICK_BACK:
    case PLAYER_START:
    case PLAYER_END: step(p, command, false); break;
    case PLAYER_SLOWER: player_speed(p, p->speed > 0 ? p->speed - 1 : 0); break;
    case PLAYER_FASTER: player_speed(p, p->speed + 1); break;
    case PLAYER_LOOP: p->loops = !p->loops; break;
    case PLAYER_LOOP_END: loop_end(p); break;
    case PLAYER_FOLD: fold(p); break;
    case PLAYER_FUTURE: p->hides_future = !p->hides_future; break;
    case PLAYER_ZOOM_IN: zoom(p, ZOOM_STEP); break;
    case PLAYER_ZOOM_OUT: zoom(p, 1 / ZOOM_STEP); break;
    case PLAYER_ZOOM_FIT: zoom_fit(p); break;
    }
}

static bool glide(struct player *p, double seconds)
{
    double at, to;

    if (seconds >= p->glide_left) {
        player_go(p, p->glide_to);
        return true;
    }
    at = axis_at(p->axis, p->now) + p->part;
    to = axis_at(p->axis, p->glide_to);
    at += (to - at) * seconds / p->glide_left;
    p->glide_left -= seconds;
    p->now = axis_time(p->axis, at);
    p->part = at - axis_at(p->axis, p->now);
    return true;
}

/* Playing came to an end: once more, or stop. */
static void at_end(struct player *p, sim_time end)
{
    if (p->loops) {
        player_go(p, p->loop_to != SIM_NEVER ? p->loop_from : 0);
        return;
    }
    player_go(p, end);
    p->is_playing = false;
}

bool player_advance(struct player *p, double seconds)
{
    sim_time before = p->now, end = p->axis->end;
    double at;

    if (p->glide_to != SIM_NEVER) {
        return glide(p, seconds);
    }
    if (!p->is_playing || seconds <= 0) {
        return false;
    }
    if (p->loops && p->loop_to != SIM_NEVER && p->now <= p->loop_to) {
        end = p->loop_to;
    }
    at = axis_at(p->axis, p->now) + p->part + seconds * per_second(p);
    if (at >= axis_at(p->axis, end)) {
        at_end(p, end);
        return true;
    }
    p->now = axis_time(p->axis, at);
    p->part = at - axis_at(p->axis, p->now);
    return p->now != before;
}
