/* State at any time, looked up in the index; packets on their hops. */
#include "trace/trace.h"

#include <string.h>

/* How many numbers of the list belong to records at or before `at`. */
static uint32_t count_until(const struct trace *t, struct list list, sim_time at)
{
    uint32_t low = 0, high = list.count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace_record(t, list.at[middle])->at > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

uint32_t trace_subject_at(const struct trace *t, enum record_kind kind, uint32_t entity,
                          unsigned which, int64_t key, sim_time at)
{
    struct list list = trace_of_subject(t, kind, entity, which, key);
    uint32_t n = count_until(t, list, at);
    return n ? list.at[n - 1] : 0;
}

unsigned trace_state_at(const struct trace *t, uint32_t entity, unsigned machine, sim_time at)
{
    uint32_t n = trace_subject_at(t, REC_STATE, entity, machine, 0, at);
    return n ? trace_record(t, n)->code & 255u : 0;
}

bool trace_var_at(const struct trace *t, uint32_t entity, unsigned var, sim_time at, int64_t *value)
{
    uint32_t n = trace_subject_at(t, REC_VAR, entity, var, 0, at);
    if (n) {
        *value = trace_record(t, n)->value;
    }
    return n != 0;
}

unsigned trace_item_at(const struct trace *t, uint32_t entity, unsigned set, int64_t key,
                       sim_time at)
{
    uint32_t n = trace_subject_at(t, REC_ITEM, entity, set, key, at);
    return n ? trace_record(t, n)->code & 255u : 0;
}

sim_time trace_timer_at(const struct trace *t, uint32_t entity, unsigned timer, uint32_t index,
                        sim_time at, sim_time *armed)
{
    uint32_t n = trace_subject_at(t, REC_TIMER, entity, timer, index, at);
    if (n == 0 || trace_record(t, n)->kind == REC_FIRE) {
        return SIM_NEVER;
    }
    if (armed) {
        *armed = trace_record(t, n)->at;
    }
    return trace_record(t, n)->value;
}

static bool has_crashed(const struct trace *t, const struct entity *e, uint32_t end)
{
    for (uint32_t n = e->born + 1; n < end; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_CALL && r->code == CALL_CRASH && r->where == t->nodes[e->node].entity) {
            return true;
        }
    }
    return false;
}

uint32_t trace_service_at(const struct trace *t, uint32_t node, const char *type, sim_time at)
{
    uint32_t end = trace_first_after(t, at);
    for (uint32_t i = t->entity_count; i > 0; i--) {
        const struct entity *e = &t->entities[i];
        if (e->kind == ENTITY_ACTOR && e->node == node && e->born < end &&
            strcmp(e->type->name, type) == 0) {
            return has_crashed(t, e, end) ? 0 : i;
        }
    }
    return 0;
}

/* Transmission ends `size` bytes after it began, at the direction's rate. */
static sim_time end_of_transmission(const struct trace *t, uint32_t direction, uint32_t packet,
                                    sim_time start)
{
    const struct trace_link *link = &t->links[t->entities[direction].link];
    int64_t rate = link->rate_bps[link->direction[1] == direction];
    return rate ? time_add(start, time_of_bytes(trace_wire_size(t, packet, direction), rate))
                : start;
}

static void open_hop(struct hop *hop, const struct record *r, uint32_t n)
{
    *hop = (struct hop){.direction = r->where,
                        .offered = r->at,
                        .start = SIM_NEVER,
                        .sent = SIM_NEVER,
                        .arrive = SIM_NEVER,
                        .died = SIM_NEVER,
                        .queued = r->kind == REC_QUEUE ? n : 0};
}

static void note_in_hop(const struct trace *t, struct hop *hop, const struct record *r, uint32_t n)
{
    if (r->kind == REC_TX) {
        hop->tx = n;
        hop->start = r->at;
        hop->sent = end_of_transmission(t, r->where, r->packet, r->at);
        hop->arrive = r->value;
    } else if (r->kind == REC_ARRIVE) {
        hop->end = n;
        hop->arrive = r->at;
    } else if (r->kind == REC_DROP) {
        hop->end = n;
        hop->died = r->at;
        hop->why = (enum drop_class)r->code;
    }
}

/* The hop that is under way there. A flooded frame is on several links at once. */
static struct hop *open_on(struct hop *hops, uint32_t count, uint32_t direction)
{
    while (count-- > 0) {
        if (hops[count].direction == direction) {
            return hops[count].end ? NULL : &hops[count];
        }
    }
    return NULL;
}

uint32_t trace_hops(const struct trace *t, uint32_t packet, struct hop *out, uint32_t cap)
{
    struct list list = trace_of_packet(t, packet);
    uint32_t count = 0;
    for (uint32_t i = 0; i < list.count; i++) {
        const struct record *r = trace_record(t, list.at[i]);
        bool on_link = t->entities[r->where].kind == ENTITY_DIRECTION &&
                       (r->kind == REC_QUEUE || r->kind == REC_TX || r->kind == REC_ARRIVE ||
                        r->kind == REC_DROP);
        if (!on_link) {
            continue;
        }
        struct hop *hop = open_on(out, count, r->where);
        if (!hop && count == cap) {
            break;
        }
        if (!hop) {
            hop = &out[count++];
            open_hop(hop, r, list.at[i]);
        }
        note_in_hop(t, hop, r, list.at[i]);
    }
    return count;
}

static uint32_t node_of_ip(const struct trace *t, uint32_t ip)
{
    for (uint32_t i = 0; i < t->node_count; i++) {
        for (uint32_t k = 0; k < t->nodes[i].ip_count; k++) {
            if (t->nodes[i].ips[k] == ip) {
                return i;
            }
        }
    }
    return UINT32_MAX;
}

uint32_t packet_from_node(const struct trace *t, uint32_t packet)
{
    return entity_node(t, trace_packet(t, packet)->sender);
}

uint32_t packet_to_node(const struct trace *t, uint32_t packet)
{
    const struct packet *p = trace_packet(t, packet);
    return p->goal ? p->goal - 1 : node_of_ip(t, p->net.to.ip);
}
