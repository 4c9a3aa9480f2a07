#pragma once
/* Inside the RTCP endpoint: its state and when it speaks (report.c), what it says (compound.c). */

#include "actor/fx.h"
#include "proto/rtp/feedback.h"
#include "proto/rtp/rtp.h"
#include "proto/rtp/session.h"

#define REPORTER_UNDER 28u /* IPv4 and UDP headers */

struct reporter {
    struct net key;
    struct rtcp_setup setup;
    struct rtcp_session *sessions; /* owned; the first is the one that is shown */
    struct rtcp_feedback feedback; /* of the first */
    uint32_t count;
    struct addr other; /* who reports to us, where NAT shows it; ip 0: nobody yet */
    bool is_leaving, had_others;
};

struct rtcp_session *reporter_first(struct reporter *r);
/* Sets the timer to the next report of all its members. */
void reporter_arm(struct reporter *r, const struct input *in, struct fx *fx);

/* compound.c. The input of the first two holds struct rtcp_facts. */
void reporter_report(struct reporter *r, const struct input *in, struct fx *fx);
/* One that leaves at once carries a last report. */
void reporter_say_last(struct reporter *r, const struct input *in, struct fx *fx);
/* RFC 4585 3.5.2: a report before its time, and the next but one is the next. */
void reporter_send_early(struct reporter *r, const struct input *in, struct fx *fx);
/* Whole RTCP packets of others, behind an empty report of our own (RFC 3550 7.2). */
void reporter_pass_on(struct reporter *r, const struct input *in, struct fx *fx);
void reporter_build_bye(struct reporter *r, uint32_t index, struct buf *out);
void reporter_say_bye(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx);
void reporter_send(struct reporter *r, struct bytes compound, enum rtp_why why, struct fx *fx);
