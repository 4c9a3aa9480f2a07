/* Who is in a session, and when it is our turn: RFC 3550 6.3 step by step. */
#include "proto/rtp/session.h"

#include "base/os.h"
#include "wire/rtcp.h"

#include <stdlib.h>

#define UNDER       28 /* IPv4 and UDP headers count in avg_rtcp_size (RFC 3550 6.2) */
#define FIRST_SIZE  100
#define PATIENCE    5  /* intervals until a member has timed out (6.3.5) */
#define BYE_AT_ONCE 50 /* members; more than these back off (6.3.7) */
#define BYE_SHARE   9  /* tenths of the RTCP bandwidth that BYEs of others may fill */

static sim_time interval(struct rtcp_session *s, const struct dice *dice)
{
    return rtcp_interval_drawn(&s->timing, draw(dice, DRAW_BACKOFF, s->salt + s->draws++));
}

void rtcp_session_join(struct rtcp_session *s, uint32_t ssrc, const struct rtcp_terms *terms,
                       sim_time now, const struct dice *dice)
{
    struct rtcp_timing *t = &s->timing;
    s->ssrc = ssrc;
    s->phase = RTCP_INSIDE;
    t->members = t->pmembers = t->members + 1; /* some may have been heard already */
    t->bandwidth = terms->bandwidth;
    t->minimum = terms->minimum;
    s->silence = terms->silence ? terms->silence : terms->minimum;
    t->average16 = 16 * (UNDER + FIRST_SIZE);
    t->is_initial = true;
    t->tp = now;
    t->tn = now + interval(s, dice);
}

static struct rtcp_member *member_of(const struct rtcp_session *s, uint32_t ssrc)
{
    uint64_t place = map_get(&s->places, ssrc);
    return place ? &s->list[place - 1] : NULL;
}

const struct rtcp_member *rtcp_session_find(const struct rtcp_session *s, uint32_t ssrc)
{
    return member_of(s, ssrc);
}

static struct rtcp_member *put_member(struct rtcp_session *s, uint32_t ssrc)
{
    uint64_t *place = map_put(&s->places, ssrc);
    if (*place == 0) {
        if (s->count == s->cap) {
            s->cap = s->cap ? 2 * s->cap : 4;
            s->list = os_realloc(s->list, s->cap * sizeof *s->list);
        }
        s->list[s->count++] = (struct rtcp_member){.ssrc = ssrc};
        *place = s->count;
    }
    return &s->list[*place - 1];
}

static bool is_present(const struct rtcp_member *m)
{
    return m->presence == RTCP_LISTENS || m->presence == RTCP_SENDS;
}

/* Keeps the two counts of A.7 with the list. While a BYE waits they mean something else (6.3.7). */
static void set_presence(struct rtcp_session *s, struct rtcp_member *m, enum rtcp_presence to)
{
    struct rtcp_member old = *m;
    m->presence = to;
    m->is_told = false;
    if (s->phase == RTCP_BACKING_OFF || s->phase == RTCP_LEFT) {
        return;
    }
    s->timing.members = s->timing.members - is_present(&old) + is_present(m);
    s->timing.senders = s->timing.senders - (old.presence == RTCP_SENDS) + (to == RTCP_SENDS);
}

static bool is_same(struct addr a, struct addr b)
{
    return a.ip == b.ip && a.port == b.port;
}

/* 8.2: an address that our SSRC has come from before is one behind which our packets loop. */
static enum rtcp_verdict judge_own(struct rtcp_session *s, struct addr from, sim_time now)
{
    for (uint32_t i = 0; i < s->conflict_count; i++) {
        if (is_same(s->conflicts[i].from, from)) {
            s->conflicts[i].seen = now;
            return RTCP_LOOPED;
        }
    }
    uint32_t at = s->conflict_count < RTCP_CONFLICTS ? s->conflict_count++ : RTCP_CONFLICTS - 1;
    s->conflicts[at] = (struct rtcp_conflict){from, now};
    return RTCP_COLLISION;
}

enum rtcp_verdict rtcp_session_meet(struct rtcp_session *s, uint32_t ssrc, struct addr from,
                                    bool is_media, bool sends, sim_time now)
{
    if (ssrc == s->ssrc && s->phase != RTCP_OUTSIDE) {
        return judge_own(s, from, now);
    }
    struct rtcp_member *m = put_member(s, ssrc);
    struct addr *known = is_media ? &m->media : &m->control;
    if (m->presence == RTCP_SAID_BYE) {
        return RTCP_GONE;
    }
    if (known->ip && !is_same(*known, from) && m->presence != RTCP_TIMED_OUT) {
        return RTCP_FOREIGN;
    }
    *known = from;
    bool is_new = !is_present(m);
    m->heard = now;
    m->spoke = sends ? now : m->spoke;
    if (is_new || (sends && m->presence == RTCP_LISTENS)) {
        set_presence(s, m, sends ? RTCP_SENDS : RTCP_LISTENS);
    }
    return is_new ? RTCP_NEW : RTCP_KNOWN;
}

enum rtcp_verdict rtcp_session_contributor(struct rtcp_session *s, uint32_t ssrc, struct addr from,
                                           bool is_media, sim_time now)
{
    return rtcp_session_meet(s, ssrc, from, is_media, false, now);
}

bool rtcp_session_part(struct rtcp_session *s, uint32_t ssrc, sim_time now)
{
    struct rtcp_member *m = member_of(s, ssrc);
    if (s->phase == RTCP_BACKING_OFF) {
        s->timing.members++; /* whoever it was, known or not */
        return m && m->presence != RTCP_SAID_BYE;
    }
    if (!m || !is_present(m)) {
        return false;
    }
    set_presence(s, m, RTCP_SAID_BYE);
    m->heard = now;
    if (s->phase == RTCP_INSIDE) {
        rtcp_timing_reverse(&s->timing, now);
    }
    return true;
}

static bool has_bye(struct bytes compound)
{
    struct rtcp_packet p;
    while (rtcp_next(&compound, &p)) {
        if (p.type == RTCP_BYE) {
            return true;
        }
    }
    return false;
}

/* Forgets the tenths of a second that are over for long enough. */
static void pass_tenths(struct rtcp_session *s, sim_time now)
{
    sim_time tenth = now / (SIM_S / 10);
    sim_time from = tenth - s->byes_tenth > RTCP_BYE_SLOTS ? tenth - RTCP_BYE_SLOTS : s->byes_tenth;
    for (sim_time t = from + 1; t <= tenth; t++) {
        s->byes[t % RTCP_BYE_SLOTS] = 0;
    }
    s->byes_tenth = tenth;
}

static void count_bye(struct rtcp_session *s, size_t size, sim_time now)
{
    pass_tenths(s, now);
    s->byes[s->byes_tenth % RTCP_BYE_SLOTS] += (uint32_t)size;
}

static bool is_doubt(enum rtcp_verdict v)
{
    return v == RTCP_FOREIGN || v == RTCP_LOOPED || v == RTCP_COLLISION;
}

/* *about: the source that the verdict is on. */
static enum rtcp_verdict take_packet(struct rtcp_session *s, const struct rtcp_packet *p,
                                     uint32_t speaker, struct addr from, sim_time now,
                                     uint32_t *about)
{
    uint32_t ssrc;
    *about = p->ssrc;
    if (p->type == RTCP_BYE) {
        for (unsigned i = 0; rtcp_bye_source(p, i, &ssrc); i++) {
            rtcp_session_part(s, ssrc, now);
        }
        return RTCP_KNOWN;
    }
    struct bytes cname;
    bool names = p->type == RTCP_SR || p->type == RTCP_RR;
    for (unsigned i = 0; rtcp_name(p, i, &ssrc, &cname); i++) {
        enum rtcp_verdict v = ssrc == speaker ? RTCP_KNOWN /* else a mixer passes it on */
                                              : rtcp_session_contributor(s, ssrc, from, false, now);
        if (v == RTCP_COLLISION || v == RTCP_LOOPED) { /* another's own: that chunk is left out */
            *about = ssrc;
            return v;
        }
    }
    return names ? rtcp_session_meet(s, p->ssrc, from, false, p->type == RTCP_SR, now) : RTCP_KNOWN;
}

enum rtcp_verdict rtcp_session_compound(struct rtcp_session *s, struct bytes compound, size_t size,
                                        struct addr from, sim_time now, uint32_t *told)
{
    enum rtcp_verdict worst = RTCP_KNOWN;
    struct rtcp_packet p;
    bool leaves = has_bye(compound);
    uint32_t speaker = compound.len >= 8 ? get_u32(compound.data + 4) : 0;
    if (s->phase != RTCP_BACKING_OFF || leaves) {
        rtcp_timing_size(&s->timing, size);
    }
    if (s->phase == RTCP_BACKING_OFF && leaves) {
        count_bye(s, size, now);
    }
    while (rtcp_next(&compound, &p)) {
        uint32_t about;
        enum rtcp_verdict v = take_packet(s, &p, speaker, from, now, &about);
        if (v != RTCP_KNOWN && (worst == RTCP_KNOWN || is_doubt(v))) {
            worst = v;
            *told = about;
        }
        if (is_doubt(v)) {
            break; /* nothing else that it says is believed */
        }
    }
    return worst;
}

void rtcp_session_speaks(struct rtcp_session *s)
{
    if (!s->timing.we_sent && s->phase == RTCP_INSIDE) {
        s->timing.we_sent = true;
        s->timing.senders++;
        s->has_spoken = true;
    }
}

/* 6.3.5: silent for five intervals of a receiver: gone; no RTP for two of ours: a listener. */
static void look_for_silent(struct rtcp_session *s, sim_time now)
{
    struct rtcp_timing receiver = s->timing;
    receiver.we_sent = false;
    receiver.minimum = s->silence;
    sim_time patience = PATIENCE * rtcp_interval_calculated(&receiver);
    sim_time recent = 2 * rtcp_interval_calculated(&s->timing);
    for (uint32_t i = 0; i < s->count; i++) {
        struct rtcp_member *m = &s->list[i];
        if (is_present(m) && now - m->heard > patience) {
            set_presence(s, m, RTCP_TIMED_OUT);
        } else if (m->presence == RTCP_SENDS && now - m->spoke > recent) {
            set_presence(s, m, RTCP_LISTENS);
        } else if (m->presence == RTCP_SAID_BYE && now - m->heard > patience) {
            m->presence = RTCP_TIMED_OUT; /* who comes again with that SSRC is believed */
            m->is_told = true;
        }
    }
    rtcp_timing_reverse(&s->timing, now);
}

/* RFC 3550 lets members at rest begin as though the time they waited had stored up bandwidth, and
 * five hundred spend it in one second. So a BYE waits on while others' fill the second. */
static bool is_crowded(struct rtcp_session *s, sim_time now)
{
    int64_t share = s->timing.bandwidth / 8 * BYE_SHARE / 10, heard = 0;
    pass_tenths(s, now);
    for (unsigned i = 0; i < RTCP_BYE_SLOTS; i++) {
        heard += s->byes[i];
    }
    return heard > 0 && heard + s->timing.average16 / 16 > share;
}

enum rtcp_act rtcp_session_expire(struct rtcp_session *s, sim_time now, const struct dice *dice)
{
    struct rtcp_timing *t = &s->timing;
    if (s->phase == RTCP_INSIDE) {
        look_for_silent(s, now);
    }
    t->tn = t->tp + interval(s, dice);
    t->pmembers = t->members;
    if (t->tn > now) {
        return RTCP_WAIT;
    }
    if (s->phase == RTCP_BACKING_OFF && is_crowded(s, now)) {
        t->tp = now;
        t->tn = now + interval(s, dice);
        return RTCP_WAIT;
    }
    return s->phase == RTCP_BACKING_OFF ? RTCP_SAY_BYE : RTCP_SAY_REPORT;
}

bool rtcp_session_is_sender(const struct rtcp_session *s, uint32_t packets)
{
    return packets != s->packets[1];
}

/* 6.3.8: who sent no RTP in two intervals counts as a receiver. */
static void note_sent(struct rtcp_session *s, uint32_t packets)
{
    bool sends = rtcp_session_is_sender(s, packets);
    s->timing.senders = s->timing.senders - s->timing.we_sent + sends;
    s->timing.we_sent = sends;
    s->packets[1] = s->packets[0];
    s->packets[0] = packets;
}

void rtcp_session_reported(struct rtcp_session *s, size_t size, uint32_t packets, sim_time now,
                           const struct dice *dice)
{
    rtcp_timing_size(&s->timing, size);
    note_sent(s, packets);
    s->has_spoken = true;
    rtcp_session_skipped(s, now, dice);
}

void rtcp_session_skipped(struct rtcp_session *s, sim_time now, const struct dice *dice)
{
    s->timing.is_initial = false;
    s->timing.tp = now;
    s->timing.tn = now + interval(s, dice);
}

enum rtcp_act rtcp_session_leave(struct rtcp_session *s, size_t size, sim_time now,
                                 const struct dice *dice)
{
    struct rtcp_timing *t = &s->timing;
    if (!s->has_spoken) {
        rtcp_session_left(s);
        return RTCP_WAIT;
    }
    if (t->members <= BYE_AT_ONCE) {
        return RTCP_SAY_BYE;
    }
    s->phase = RTCP_BACKING_OFF;
    t->tp = now;
    t->members = t->pmembers = 1;
    t->senders = 0;
    t->we_sent = false;
    t->is_initial = true;
    t->average16 = 16 * (int64_t)size;
    t->tn = now + interval(s, dice);
    return RTCP_WAIT;
}

void rtcp_session_left(struct rtcp_session *s)
{
    s->phase = RTCP_LEFT;
    s->timing.tn = SIM_NEVER;
}

void rtcp_session_rename(struct rtcp_session *s, uint32_t ssrc, struct addr from, bool is_media,
                         sim_time now)
{
    uint32_t old = s->ssrc;
    s->ssrc = ssrc;
    rtcp_session_meet(s, old, from, is_media, is_media, now);
}

void rtcp_session_free(struct rtcp_session *s)
{
    free(s->list);
    map_free(&s->places);
    *s = (struct rtcp_session){0};
}
