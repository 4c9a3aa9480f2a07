#pragma once
/* What the files of SEGMENT ARRIVES share: input.c (the checks), acks.c (the fifth), opening.c
 * (LISTEN and SYN-SENT). Checks answer whether the next one may run. */

#include "proto/tcp/tcp.h"

static inline bool seg_has(const struct tcp_arrival *a, enum tcp_flag flag)
{
    return a->seg.flags & flag;
}

/* False, always: the segment is dropped; tcp_refuse also says so with an acknowledgement. */
bool tcp_refuse(struct tcp *t, enum drop_class c, enum tcp_why why, struct fx *fx);
bool tcp_discard(enum tcp_why why, struct fx *fx);

/* timestamps.c, ecn.c: checks too. */
bool tcp_check_paws(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);
bool tcp_note_timestamp(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);
bool tcp_check_mark(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);

/* acks.c */
bool tcp_check_ack(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);
void tcp_advance(struct tcp *t, int64_t ack, sim_time now, struct fx *fx); /* SND.UNA = ack */
/* SND.WND, WL1, WL2: what SEG.SEQ and SEG.ACK say of the window; hear: unless a newer segment has
 * said it before, and false then. */
void tcp_set_window(struct tcp *t, int64_t seq, int64_t ack, uint32_t wnd);
bool tcp_hear_window(struct tcp *t, int64_t seq, int64_t ack, uint32_t wnd);
void tcp_tell_of_room(struct tcp *t, struct fx *fx); /* the application, if it waits for some */
void tcp_establish(struct tcp *t, sim_time now, enum tcp_why why, struct fx *fx);

/* opening.c */
void tcp_listen_arrives(struct tcp *t, const struct tcp_arrival *a, const struct input *in,
                        struct fx *fx);
void tcp_syn_sent_arrives(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);

/* straight.c: the short way. False: the segment is not one of those that it is for, and nothing has
 * been done. */
bool tcp_arrives_straight(struct tcp *t, const struct input *in, struct fx *fx);

/* input.c */
void tcp_acknowledge_later(struct tcp *t, sim_time now, struct fx *fx);
bool tcp_check_fin(struct tcp *t, struct tcp_arrival *a, sim_time now, struct fx *fx);
/* Pieces that wait for what has just come in. True: there was one. */
bool tcp_join_waiting(struct tcp *t, struct fx *fx);
/* What lies in the window of the payload that begins at `at`, and not before `from`. */
struct span tcp_in_window(const struct tcp *t, int64_t at, int64_t from, struct span body);
