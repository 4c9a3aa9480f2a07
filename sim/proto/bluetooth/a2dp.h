#pragma once
/* Bluetooth audio: a source that plays and a sink that listens (A2DP), which agree on a stream by
 * AVDTP over one channel of L2CAP and send it over another. av.c holds what both ends share.
 * Machine 0 is the audio stream (AVDTP 6.5), 1 and 2 are the channels. */

#include "proto/bluetooth/l2cap.h"
#include "wire/avdtp.h"

extern const struct actor_type a2dp_source_type, a2dp_sink_type;

enum av_state { AV_IDLE, AV_CONFIGURED, AV_OPEN, AV_STREAMING, AV_CLOSING, AV_ABORTING };
enum av_lower { AV_LOWER_LINK, AV_LOWER_MEDIA }; /* order of both types' lowers */
extern const struct machine av_machines[];
extern const struct set av_sets[];

#define AV_SEID 1 /* each end has one endpoint */

struct av {
    struct l2cap l2cap;
    struct net key;
    uint32_t media; /* handle of the RTP end, 0: not yet */
    enum av_state state;
    struct sbc sbc; /* that was agreed on; from CONFIGURED on */
    uint64_t packets;
    bool is_over;
};

void av_begin(struct av *a, const struct l2cap_upper *upper, const struct input *in, struct fx *fx);
void av_enter(struct av *a, enum av_state to, enum bt_why why, struct fx *fx);
/* answers: {0}: it is a command. Returns where it ends. */
struct mark av_say(struct av *a, const struct avdtp *m, struct mark answers, enum bt_why why,
                   struct fx *fx);
/* Opens the RTP end for the agreed stream: packets of that many frames. */
void av_open_media(struct av *a, unsigned frames, struct fx *fx);
void av_tell_media(struct av *a, unsigned code, struct bytes head, struct span body, struct fx *fx);
enum bt_why av_why(unsigned signal); /* of a command */
void av_free(void *self);
