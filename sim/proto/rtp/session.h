#pragma once
/* One member's view of a session (RFC 3550 6.3, 8.2): who else is in it, when it is its turn to
 * report, and when it may say goodbye. Pure: it is told what was heard and what time it is, and
 * tells what to do. Invariant: timing.members counts this member, once it has joined, and those of
 * the list that are present. */

#include "base/bytes.h"
#include "base/draw.h"
#include "base/map.h"
#include "base/net.h"
#include "proto/rtp/timing.h"

enum rtcp_presence { RTCP_ABSENT, RTCP_LISTENS, RTCP_SENDS, RTCP_TIMED_OUT, RTCP_SAID_BYE };
struct rtcp_member {
    uint32_t ssrc;
    struct addr media, control; /* where its RTP and its RTCP come from; ip 0: not heard yet */
    sim_time heard, spoke;      /* the last packet of any kind, the last of RTP or SR */
    enum rtcp_presence presence;
    bool is_told; /* that it has timed out */
};

/* An address from which our own SSRC was heard (8.2). */
struct rtcp_conflict {
    struct addr from;
    sim_time seen;
};
#define RTCP_CONFLICTS 8
#define RTCP_BYE_SLOTS 11 /* tenths of a second, so that they hold any whole second */

enum rtcp_phase { RTCP_OUTSIDE, RTCP_INSIDE, RTCP_BACKING_OFF, RTCP_LEFT };
struct rtcp_session {
    uint32_t ssrc;
    enum rtcp_phase phase;
    struct rtcp_timing timing;
    struct rtcp_member *list; /* owned */
    uint32_t count, cap;
    struct map places; /* SSRC -> 1 + place in the list */
    struct rtcp_conflict conflicts[RTCP_CONFLICTS];
    uint32_t conflict_count;
    uint32_t packets[2];           /* sent in all at the last report and at the one before */
    sim_time silence;              /* minimum of the interval that time-outs count in */
    uint32_t draws, salt;          /* salt: tells members apart that share the dice */
    uint32_t byes[RTCP_BYE_SLOTS]; /* backing off: bytes of others' BYEs by tenths of a second */
    sim_time byes_tenth;           /* the last of them, counted from the beginning of the run */
    bool has_spoken;               /* who never sent anything says no BYE (6.3.7) */
};

/* What became of a packet that bears an SSRC. */
enum rtcp_verdict {
    RTCP_KNOWN,
    RTCP_NEW,       /* a member that was not there */
    RTCP_COLLISION, /* our own SSRC, from an address that it never came from */
    RTCP_LOOPED,    /* our own SSRC from such an address again: our packets come back */
    RTCP_FOREIGN,   /* another's SSRC, but not from its address: not believed */
    RTCP_GONE,      /* it has said BYE: what is still under way counts no more */
};
enum rtcp_act { RTCP_WAIT, RTCP_SAY_REPORT, RTCP_SAY_BYE };

struct rtcp_terms {    /* of the session, agreed on elsewhere */
    int64_t bandwidth; /* of all RTCP, bit/s */
    sim_time minimum;
    sim_time silence; /* in its place for time-outs (RFC 4585 3.5.4); 0: they are the same */
};

/* Enters: the first report is due after half the minimum (6.2). */
void rtcp_session_join(struct rtcp_session *s, uint32_t ssrc, const struct rtcp_terms *terms,
                       sim_time now, const struct dice *dice);
/* An RTP packet or an RTCP packet of that SSRC came from there (6.3.3, 8.2). */
enum rtcp_verdict rtcp_session_meet(struct rtcp_session *s, uint32_t ssrc, struct addr from,
                                    bool is_media, bool sends, sim_time now);
/* A source that a mixer names, in a list of CSRCs or in an SDES: a member behind the mixer's
 * address. Judged as one that speaks for itself (8.2). */
enum rtcp_verdict rtcp_session_contributor(struct rtcp_session *s, uint32_t ssrc, struct addr from,
                                           bool is_media, sim_time now);
/* A member has said BYE (6.3.4, 6.3.7). True: it was there. */
bool rtcp_session_part(struct rtcp_session *s, uint32_t ssrc, sim_time now);
/* A whole compound; `size` with the headers below it. The worst verdict of its packets; `told` gets
 * the SSRC it is about. */
enum rtcp_verdict rtcp_session_compound(struct rtcp_session *s, struct bytes compound, size_t size,
                                        struct addr from, sim_time now, uint32_t *told);
/* We send media from now on (6.3). */
void rtcp_session_speaks(struct rtcp_session *s);
/* timing.tn has come (6.3.5, 6.3.6). WAIT: timing.tn is later now. */
enum rtcp_act rtcp_session_expire(struct rtcp_session *s, sim_time now, const struct dice *dice);
/* A report of that size went out; `packets`: of RTP, sent in all. */
void rtcp_session_reported(struct rtcp_session *s, size_t size, uint32_t packets, sim_time now,
                           const struct dice *dice);
/* The one that was due is left out (RFC 4585 3.5.3). */
void rtcp_session_skipped(struct rtcp_session *s, sim_time now, const struct dice *dice);
/* Leaves (6.3.7). SAY_BYE: at once. WAIT: at timing.tn at the earliest, or never. `size` is that
 * of the BYE. */
enum rtcp_act rtcp_session_leave(struct rtcp_session *s, size_t size, sim_time now,
                                 const struct dice *dice);
void rtcp_session_left(struct rtcp_session *s); /* BYE was said */
/* Whether SR is due rather than RR: RTP went out since the report before the last (6.4). */
bool rtcp_session_is_sender(const struct rtcp_session *s, uint32_t packets);
/* After a collision: another name. The member that bears the old one counts as present. */
void rtcp_session_rename(struct rtcp_session *s, uint32_t ssrc, struct addr from, bool is_media,
                         sim_time now);
const struct rtcp_member *rtcp_session_find(const struct rtcp_session *s, uint32_t ssrc);
void rtcp_session_free(struct rtcp_session *s);
