/* Ghosts are copied out of the run before, which need not be kept for them. */
#include "ui/view/ghosts.h"

#include "base/os.h"

#include <stdlib.h>
#include <string.h>

#define HOPS_MAX 64u

/* The direction of that name in another trace; 0: it has none. */
static uint32_t same_direction(const struct trace *t, const struct entity *of)
{
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        if (t->entities[e].kind == ENTITY_DIRECTION && strcmp(t->entities[e].name, of->name) == 0) {
            return e;
        }
    }
    return 0;
}

static struct ghost ghost_of(const struct trace *before, uint32_t id, const struct hop *hop,
                             uint32_t nth)
{
    const struct packet *p = trace_packet(before, id);
    struct ghost g = {.flight = {.hop = *hop, .nth = nth, .is_first = p->of == 0}};
    char buf[24];
    const char *label = packet_label(p->proto->name, packet_head(p), p->body.len, buf);
    g.kind = packet_kind(p->proto->name, packet_head(p), p->body.len);
    strncpy(g.label, label, sizeof g.label - 1);
    return g;
}

static int by_offer(const void *a, const void *b)
{
    const struct ghost *x = a, *y = b;
    sim_time s = x->flight.hop.offered, t = y->flight.hop.offered;
    return s < t ? -1 : s > t;
}

void ghosts_make(struct ghosts *g, const struct trace *now, const struct trace *before,
                 const uint8_t *is_gone)
{
    struct hop hops[HOPS_MAX];
    g->all = os_alloc(GHOSTS_MAX * sizeof *g->all);
    for (uint32_t id = 1; id <= before->packets.count; id++) {
        uint32_t n = is_gone[id] ? trace_hops(before, id, hops, HOPS_MAX) : 0;
        for (uint32_t i = 0; i < n && i < HOPS_MAX && g->count < GHOSTS_MAX; i++) {
            struct ghost ghost = ghost_of(before, id, &hops[i], i);
            uint32_t direction = same_direction(now, &before->entities[hops[i].direction]);
            ghost.flight.hop.direction = direction;
            if (direction && hops[i].tx) {
                g->all[g->count++] = ghost;
            }
        }
    }
    qsort(g->all, g->count, sizeof *g->all, by_offer);
}

void ghosts_free(struct ghosts *g)
{
    free(g->all);
    *g = (struct ghosts){0};
}

bool ghost_has_twin(const struct film *f, const struct ghost *g)
{
    for (uint32_t i = film_first_offered(f, g->flight.hop.offered);
         i < f->flight_count && f->flights[i].hop.offered == g->flight.hop.offered; i++) {
        const struct packet *p = trace_packet(f->trace, f->flights[i].packet);
        char buf[24];
        if (f->flights[i].hop.direction == g->flight.hop.direction &&
            strcmp(packet_label(p->proto->name, packet_head(p), p->body.len, buf), g->label) == 0) {
            return true;
        }
    }
    return false;
}
