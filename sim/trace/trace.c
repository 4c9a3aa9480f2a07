/* Writing the trace and its tables. Record n stands in chunk (n - 1) / CHUNK and never moves. */
#include "trace/trace.h"

#include "base/os.h"
#include "trace/index.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK TRACE_CHUNK

static void add_chunk(struct trace *t)
{
    uint32_t chunks = t->count / CHUNK;
    t->chunks = os_realloc(t->chunks, (chunks + 1) * sizeof(struct record *));
    t->chunks[chunks] = fresh_alloc(&t->memory, CHUNK * sizeof(struct record));
}

uint32_t trace_add(struct trace *t, const struct record *r)
{
    if (t->witness) {
        t->witness->saw(t->witness->self, t, r);
    }
    if (!t->keep) {
        return 0;
    }
    uint32_t at = t->count % CHUNK;
    if (at == 0) {
        add_chunk(t);
    }
    t->chunks[t->count / CHUNK][at] = *r;
    t->has_drops |= r->kind == REC_DROP;
    return ++t->count;
}

uint32_t trace_first_after(const struct trace *t, sim_time at)
{
    uint32_t low = 1, high = t->count + 1;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (trace_record(t, middle)->at > at) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    return low;
}

uint32_t trace_add_entity(struct trace *t, const struct entity *e)
{
    if (t->entity_count + 1 >= t->entity_cap) {
        t->entity_cap = t->entity_cap ? t->entity_cap * 2 : 32;
        t->entities = os_realloc(t->entities, t->entity_cap * sizeof *t->entities);
        t->entities[0] = (struct entity){.name = ""};
    }
    t->entities[++t->entity_count] = *e;
    t->entities[t->entity_count].born = t->count;
    return t->entity_count;
}

uint32_t trace_add_flow(struct trace *t, const char *name, const char *proto)
{
    if (t->flow_count + 1 >= t->flow_cap) {
        t->flow_cap = t->flow_cap ? t->flow_cap * 2 : 16;
        t->flows = os_realloc(t->flows, t->flow_cap * sizeof *t->flows);
        t->flows[0] = (struct flow){.name = "", .proto = "", .drops = trace_no_drops};
    }
    t->flows[++t->flow_count] =
        (struct flow){.name = name, .proto = proto, .drops = trace_no_drops, .rtt_min = SIM_NEVER};
    return t->flow_count;
}

const uint64_t trace_no_drops[DROP_CLASS_COUNT] = {0};

void trace_count_drop(struct trace *t, const uint64_t **drops, enum drop_class why)
{
    uint64_t *own = (uint64_t *)*drops;
    if (*drops == trace_no_drops) {
        own = arena_alloc(&t->arena, sizeof trace_no_drops);
        *drops = own;
    }
    own[why]++;
}

void trace_add_figure(struct flow *f, const char *name, double value)
{
    f->figures = os_realloc(f->figures, (f->figure_count + 1) * sizeof *f->figures);
    f->figures[f->figure_count++] = (struct own_figure){name, value};
}

void trace_add_lan_hop(struct trace *t, struct lan_hop hop)
{
    if (hop.record == 0) {
        return; /* nobody watches */
    }
    if (t->lan_hop_count == t->lan_hop_cap) {
        t->lan_hop_cap = t->lan_hop_cap ? t->lan_hop_cap * 2 : 64;
        t->lan_hops = os_realloc(t->lan_hops, t->lan_hop_cap * sizeof *t->lan_hops);
    }
    t->lan_hops[t->lan_hop_count++] = hop;
}

const struct lan_hop *trace_lan_hop(const struct trace *t, uint32_t record)
{
    const struct record *r = trace_record(t, record);
    uint32_t tx = r->kind == REC_TX ? record : r->cause, low = 0, high = t->lan_hop_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (t->lan_hops[middle].record < tx) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    bool found = low < t->lan_hop_count && t->lan_hops[low].record == tx;
    return found ? &t->lan_hops[low] : NULL;
}

uint32_t trace_wire_size(const struct trace *t, uint32_t packet, uint32_t direction)
{
    uint32_t size = trace_packet(t, packet)->size;
    return t->links[t->entities[direction].link].is_lan ? ethernet_size(size) : size;
}

void trace_finish(struct trace *t)
{
    if (t->keep && !t->index) {
        t->index = index_new(t);
    }
}

void trace_free(struct trace *t)
{
    index_free(t->index);
    fresh_free(&t->memory);
    free(t->chunks);
    free(t->entities);
    free(t->nodes);
    free(t->links);
    free(t->link_figures);
    for (uint32_t i = 0; i < t->service_count; i++) {
        free(t->services[i].values);
    }
    free(t->services);
    free(t->lan_hops);
    free(t->messages);
    map_free(&t->message_ends);
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        free(t->flows[i].hops);
        free(t->flows[i].figures);
    }
    free(t->flows);
    packets_free(&t->packets);
    streams_free(&t->streams);
    arena_free(&t->arena);
    *t = (struct trace){0};
}

const char *end_reason_name(enum end_reason r)
{
    static const char *const names[] = {[END_NOTHING_LEFT] = "done",
                                        [END_STOP] = "stop",
                                        [END_EVENTS] = "events",
                                        [END_RECORDS] = "records",
                                        [END_INSTANT] = "instant"};
    return names[r];
}

const char *deliver_fault_name(enum deliver_fault f)
{
    static const char *const names[] = {"right", "again", "out-of-order", "damaged"};
    return names[f];
}

const char *record_kind_name(unsigned kind)
{
    static const char *const names[REC_KIND_COUNT] = {
        [REC_NONE] = "none",       [REC_SEND] = "send",     [REC_QUEUE] = "queue",
        [REC_TX] = "transmit",     [REC_ARRIVE] = "arrive", [REC_DROP] = "drop",
        [REC_STATE] = "state",     [REC_ITEM] = "item",     [REC_VAR] = "var",
        [REC_TIMER] = "timer",     [REC_FIRE] = "timer",    [REC_CALL] = "call",
        [REC_DELIVER] = "deliver", [REC_NOTE] = "note",     [REC_SHARE] = "share",
    };
    return names[kind];
}

static const struct reason *reason_of(const struct trace *t, const struct record *r)
{
    const struct entity *e = &t->entities[r->where];
    if (r->why == 0 || r->where == 0 || e->kind != ENTITY_ACTOR || !e->type->reasons) {
        return NULL;
    }
    return &e->type->reasons[r->why];
}

const char *record_reason(const struct trace *t, const struct record *r)
{
    const struct reason *reason = reason_of(t, r);
    return reason ? reason->key : NULL;
}

const char *record_rfc(const struct trace *t, const struct record *r)
{
    const struct reason *reason = reason_of(t, r);
    return reason ? reason->rfc : NULL;
}

const struct packet *trace_packet(const struct trace *t, uint32_t id)
{
    assert(id >= 1 && id <= t->packets.count);
    return packet_at(&t->packets, id);
}

uint32_t direction_from(const struct trace *t, uint32_t direction)
{
    return t->entities[direction].node;
}

uint32_t direction_to(const struct trace *t, uint32_t direction)
{
    const struct trace_link *link = &t->links[t->entities[direction].link];
    return link->node[0] == t->entities[direction].node ? link->node[1] : link->node[0];
}

uint32_t entity_node(const struct trace *t, uint32_t entity)
{
    return t->entities[entity].node;
}
