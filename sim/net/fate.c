/* What becomes of a packet on one hop, known when it is handed over: what chance does, and the
 * faults of the scenario. */
#include "net/flight.h"

static void fate_by_chance(struct direction *d, const struct packet *p, uint64_t key, uint64_t copy,
                           struct fate *fate)
{
    if (impair_is_lost(d, key, p, copy)) {
        fate->is_lost = true;
        fate->why = DROP_LOSS;
    }
    fate->bit = impair_bit(d, key, (uint64_t)link_size(d, p) * 8);
    fate->is_doubled = d->set->duplicate &&
                       draw_chance(draw_long(&d->dice, DRAW_DUPLICATE, key, 0), d->set->duplicate);
    if (d->set->reorder_chance &&
        draw_chance(draw_long(&d->dice, DRAW_REORDER, key, 0), d->set->reorder_chance)) {
        fate->late = d->set->reorder_by;
        fate->may_be_overtaken = true;
    }
}

static void fate_by_faults(struct world *w, const struct direction *d, uint32_t packet,
                           struct fate *fate)
{
    uint32_t cursor = 0;
    for (const struct fault *f; (f = fault_on(w, d, packet, &cursor));) {
        switch (f->kind) {
        case FAULT_DROP:
            fate->is_lost |= f->at == SIM_NEVER;
            fate->fault = w->sc->hidden ? DROP_LOSS : DROP_FAULT;
            fate->why = f->at == SIM_NEVER ? fate->fault : fate->why;
            if (f->at >= sched_now(&w->sched) && f->at < fate->at) {
                fate->at = f->at;
            }
            break;
        case FAULT_DELAY:
            fate->late = time_add(fate->late, f->by);
            fate->may_be_overtaken = true;
            break;
        case FAULT_DUPLICATE:
            fate->is_doubled = true;
            fate->after = f->by;
            break;
        case FAULT_CORRUPT: {
            const struct packet *p = packet_at(&w->trace->packets, packet);
            uint64_t bits = (uint64_t)link_size(d, p) * 8;
            uint64_t drawn = draw_long(&d->dice, DRAW_BIT, impair_key(w, p, p->copy), 0);
            fate->bit = f->bit >= 0 ? f->bit % (int64_t)bits : (int64_t)draw_below(drawn, bits);
            break;
        }
        case FAULT_CUT:
        case FAULT_CRASH:
        case FAULT_RESTART: break;
        }
    }
}

/* Of that unit (or unnumbered packet), over that direction, whoever of the flow sends it. */
static uint64_t count_copy(struct world *w, struct direction *d, const struct packet *p)
{
    return copies_count(&d->copies, hash_mix(p->flow, p->unit.n > 0), p->unit.at,
                        units_horizon(w, p), sched_now(&w->sched));
}

bool fate_is_lost(struct world *w, struct direction *d, const struct packet *p)
{
    uint64_t copy = count_copy(w, d, p);
    return impair_is_lost(d, impair_key(w, p, copy), p, copy);
}

void fate_decide(struct world *w, struct direction *d, uint32_t packet, uint64_t *key,
                 struct fate *fate)
{
    *fate = (struct fate){.bit = -1, .at = SIM_NEVER};
    const struct packet *p = packet_at(&w->trace->packets, packet);
    *key = 0;
    if (impair_asks_copies(d->set)) {
        uint64_t copy = count_copy(w, d, p);
        *key = impair_key(w, p, copy);
        fate_by_chance(d, p, *key, copy, fate);
    } else if (d->set->loss.kind != LOSS_NONE && impair_is_lost(d, 0, p, 1)) {
        fate->is_lost = true;
        fate->why = DROP_LOSS;
    }
    if (w->has_packet_faults && p->birth != PACKET_COPY && p->birth != PACKET_FLIPPED) {
        fault_look(w, packet, d);
        fate_by_faults(w, d, packet, fate);
    }
}
