#pragma once
/* The network seen from above: stage.c places it and draws what stands, stage_packets.c what moves
 * on it: packets, queues, losses. */

#include "ui/view/motion.h"

#define STAGE_HITS 256u

struct stage {
    struct { /* packets of the last picture, for the pointer */
        struct rect rect;
        uint32_t packet;
    } hits[STAGE_HITS];
    uint32_t hit_count;
    struct motion loss;
};

struct stage_frame {
    struct ui *ui;
    const struct scene *s;
    struct stage *self;
    struct rect panel, net; /* net: where nodes may stand */
    double size;            /* of a host */
};

struct point stage_node(const struct stage_frame *f, uint32_t node); /* its middle */
/* Does the middle of another node stand between `up` and `down` below its own, in its column? */
bool stage_is_beset(const struct stage_frame *f, uint32_t node, double up, double down);
/* The point of a direction's way at a share of it, from the edge of one node to the other's. */
struct point stage_way(const struct stage_frame *f, uint32_t direction, double share);
bool stage_is_off(const struct stage_frame *f, uint32_t entity); /* cut or crashed now */

/* stage_ghosts.c: what only the run before had. */
void stage_draw_ghosts(struct stage_frame *f);
/* Its sample in the legend; returns its width, 0: there is nothing of it, or no room. */
double stage_ghost_legend(const struct stage_frame *f, double x, double y, double right);
void stage_draw_losses(struct stage_frame *f);
void stage_draw_share(const struct stage_frame *f, const struct trace_link *link);
const char *stage_share_words(const struct stage_frame *f, const struct trace_link *link,
                              char buf[64]);
void stage_draw_queues(struct stage_frame *f);
void stage_draw_packets(struct stage_frame *f);
