/* CUBIC (RFC 9438): congestion avoidance by a cubic function of the time since it began. The
 * function rises steeply towards W_max, the window in which congestion was noticed last, is flat
 * there, and then looks for more; it depends on time, not on the round trip. Where Reno would have
 * the larger window, CUBIC has Reno's (the Reno-friendly region).
 *
 * All in integers: windows in bytes, time in milliseconds, C = 0.4 = 4/10, beta = 0.7 = 7/10 and
 * alpha = 3 (1 - beta) / (1 + beta) = 9/17. What a division leaves is kept for the next one.
 * Recovery is NewReno's. HyStart is not here. */
#include "proto/tcp/cc.h"

#define SPAN_MAX (INT64_C(1) << 20) /* ms beyond which the cube would not fit in 64 bits */

/* What a sign of congestion changes. */
struct course {
    sim_time epoch;
    int64_t k;
    uint32_t w_max, w_est, cwnd_prior;
};

struct cubic {
    struct course before; /* as it was before the last one (4.9) */
    sim_time epoch; /* when this congestion avoidance began; what the application left idle moves it
                       on. 0: it has not begun */
    sim_time seen;  /* the last acknowledgement of this epoch */
    int64_t k;      /* K, ms: from the epoch to W_max */
    uint64_t rest;  /* of the last division, bytes of cwnd times cwnd */
    uint64_t rest_est;
    uint32_t w_max, w_est, cwnd_prior; /* bytes */
    bool is_anew;                      /* the next epoch knows of no W_max: after a timeout (4.8) */
    bool is_drained;                   /* nothing was under way behind the last acknowledgement */
};
_Static_assert(sizeof(struct cubic) <= sizeof((struct tcp){0}.cc_own), "it has no other place");

static struct cubic *own(struct tcp *t)
{
    return (struct cubic *)t->cc_own;
}

/* floor of the cube root, bit by bit from the highest. */
uint32_t cubic_root(uint64_t x)
{
    uint64_t root = 0;
    for (int shift = 63; shift >= 0; shift -= 3) {
        root *= 2;
        uint64_t more = 3 * root * (root + 1) + 1; /* (root + 1)^3 - root^3 */
        if (x >> shift >= more) {
            x -= more << shift;
            root++;
        }
    }
    return (uint32_t)root;
}

/* W_cubic(t) = C (t - K)^3 + W_max (figure 1), bytes; t in ms. */
int64_t cubic_window(int64_t w_max, int64_t k, uint32_t mss, int64_t t)
{
    int64_t d = t - k;
    d = d > SPAN_MAX ? SPAN_MAX : d < -SPAN_MAX ? -SPAN_MAX : d;
    return w_max + d * d * d / 1000000 * 4 * mss / 10000;
}

/* K = cbrt((W_max - cwnd_epoch) / C) (figure 2), ms. */
int64_t cubic_k(uint32_t w_max, uint32_t cwnd_epoch, uint32_t mss)
{
    uint64_t below = w_max > cwnd_epoch ? w_max - cwnd_epoch : 0;
    return cubic_root(below * 2500000000 / mss);
}

/* 4.6, and 4.7: a flow whose W_max has shrunk since the last time leaves room for others. */
static uint32_t threshold(struct tcp *t)
{
    struct cubic *c = own(t);
    c->before = (struct course){c->epoch, c->k, c->w_max, c->w_est, c->cwnd_prior};
    uint64_t reduced = (uint64_t)cc_lost_flight(t) * 7 / 10;
    bool has_shrunk = t->cwnd < c->w_max;
    c->cwnd_prior = t->cwnd;
    c->w_max = has_shrunk ? (uint32_t)((uint64_t)t->cwnd * 17 / 20) : t->cwnd;
    c->epoch = 0;
    c->is_anew = false;
    return reduced > 2 * t->snd_mss ? (uint32_t)reduced : 2 * t->snd_mss;
}

/* 4.8: what was before a timeout says nothing of the way after it. */
static void timeout(struct tcp *t, struct fx *fx)
{
    cc_collapse(t, fx);
    own(t)->epoch = 0;
    own(t)->is_anew = true;
}

/* 4.9.1: the timeout was spurious. */
static void restore(struct tcp *t)
{
    struct cubic *c = own(t);
    c->epoch = c->before.epoch;
    c->k = c->before.k;
    c->w_max = c->before.w_max;
    c->w_est = c->before.w_est;
    c->cwnd_prior = c->before.cwnd_prior;
    c->is_anew = false;
}

static void begin(struct tcp *t, struct cubic *c, sim_time now)
{
    if (c->is_anew || t->cwnd > c->w_max) { /* 4.8, 4.10: K = 0 */
        c->w_max = t->cwnd;
        c->is_anew = false;
    }
    c->k = cubic_k(c->w_max, t->cwnd, t->snd_mss);
    c->epoch = c->seen = now;
    c->w_est = t->cwnd;
    c->rest = c->rest_est = 0;
    c->is_drained = false;
}

/* 4.2: time in which the application, not the network, kept the window from growing does not
 * count. Whoever had nothing under way began again a round trip ago. */
static void leave_out_idling(const struct tcp *t, struct cubic *c, bool is_full, sim_time now)
{
    sim_time until = is_full ? now - t->srtt : now;
    if ((!is_full || c->is_drained) && until > c->seen) {
        c->epoch += until - c->seen;
    }
    c->seen = now;
    c->is_drained = cc_flight(t) == 0;
}

/* 4.3: alpha segments a window; one as soon as Reno would be where congestion was noticed. */
static void grow_estimate(const struct tcp *t, struct cubic *c, uint32_t n)
{
    uint64_t per = 17 * (uint64_t)t->cwnd;
    c->rest_est += (c->w_est < c->cwnd_prior ? 9 : 17) * (uint64_t)n * t->snd_mss;
    c->w_est += (uint32_t)(c->rest_est / per);
    c->rest_est %= per;
}

/* 4.4 and 4.5: towards where the function will be in a round trip, by half of cwnd at most. */
static void grow_towards(struct tcp *t, struct cubic *c, uint32_t n, int64_t target)
{
    int64_t most = t->cwnd + t->cwnd / 2;
    target = target > most ? most : target;
    if (target > t->cwnd) {
        c->rest += (uint64_t)(target - t->cwnd) * n;
        uint32_t more = (uint32_t)(c->rest / t->cwnd);
        c->rest %= t->cwnd;
        cc_add(t, more);
    }
}

static void grow(struct tcp *t, uint32_t n, sim_time now, struct fx *fx)
{
    struct cubic *c = own(t);
    bool is_full = cc_flight(t) + n + t->snd_mss > t->cwnd; /* before the acknowledgement */
    if (t->cwnd < t->ssthresh) {
        cc_grow(t, n, now, fx);
        return;
    }
    cc_enter(t, TCP_AVOIDANCE, TCP_WHY_THRESHOLD, fx);
    if (c->epoch == 0) {
        begin(t, c, now);
    }
    leave_out_idling(t, c, is_full, now);
    if (!is_full) {
        return; /* 5.8 */
    }
    int64_t elapsed = (now - c->epoch) / SIM_MS, ahead = (now - c->epoch + t->srtt) / SIM_MS;
    grow_estimate(t, c, n + t->cwnd_acked);
    t->cwnd_acked = 0;
    if (cubic_window(c->w_max, c->k, t->snd_mss, elapsed) < c->w_est) {
        t->cwnd = c->w_est > t->cwnd ? c->w_est : t->cwnd;
    } else {
        grow_towards(t, c, n, cubic_window(c->w_max, c->k, t->snd_mss, ahead));
    }
}

const struct cc_algorithm cc_cubic = {.name = "cubic",
                                      .start = cc_initial_window,
                                      .threshold = threshold,
                                      .grow = grow,
                                      .acked = newreno_acked,
                                      .duplicate = newreno_duplicate,
                                      .timeout = timeout,
                                      .restore = restore};
