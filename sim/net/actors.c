/* Actors in the world: made, stepped, ended. */
#include "net/world.h"

#include "actor/errno_code.h"
#include "actor/node_call.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

static uint32_t timer_slots(const struct actor_type *type)
{
    uint32_t slots = 0;
    for (unsigned i = 0; i < timer_count(type); i++) {
        slots += type->timers[i].slots;
    }
    return slots;
}

/* One slot each, and all keep the run open. */
static bool has_plain_timers(const struct actor_type *type)
{
    for (unsigned i = 0; i < timer_count(type); i++) {
        if (type->timers[i].slots != 1 || type->timers[i].kind == TIMER_KIND_IDLE) {
            return false;
        }
    }
    return true;
}

static void give_settings(const struct actor_type *type, void *self, const struct settings *set)
{
    for (uint32_t i = 0; set && i < set->count; i++) {
        const struct setting *s = &set->list[i];
        const struct param *p = param_find(type, s->param->name);
        if (p && (s->type == type || s->type == NULL)) {
            memcpy((char *)self + p->offset, &s->value, sizeof s->value);
        }
    }
}

/* How many of that kind and type the node has had, this one included. */
static unsigned count_birth(struct world *w, uint32_t node, const char *kind, const char *type)
{
    uint64_t key = dice_make(dice_make(node, kind).key, type).key;
    return (unsigned)++*map_put(&w->births, key);
}

/* "client.tcp1": type and number in order of birth on the host. */
static const char *entity_name(struct world *w, const struct actor_type *type, uint32_t node)
{
    return arena_printf(&w->trace->arena, "%s.%s%u", w->sc->nodes[node].name, type->name,
                        count_birth(w, node, "actor", type->name));
}

const char *world_flow_name(struct world *w, uint32_t node, const char *type)
{
    return arena_printf(&w->trace->arena, "%s.%s%u", w->sc->nodes[node].name, type,
                        count_birth(w, node, "flow", type));
}

static void make_row(struct world *w, uint32_t entity)
{
    while (w->row_count <= entity) {
        if (w->row_count == w->row_cap) {
            w->row_cap += w->row_cap / 4 + 32;
            w->rows = os_realloc(w->rows, w->row_cap * sizeof *w->rows);
        }
        w->rows[w->row_count++] = (struct row){0};
    }
}

uint32_t world_add_row(struct world *w, uint32_t entity)
{
    make_row(w, entity);
    w->fx.next_handle = entity + 1;
    return entity;
}

/* Zero when the first of its type stands on that node. */
static void *shared_state(struct world *w, uint32_t node, const struct actor_type *type)
{
    type = type->host_type ? type->host_type : type;
    struct shared *s = w->nodes[node].shared;
    while (s && s->type != type) {
        s = s->next;
    }
    if (!s && type->host_size > 0) {
        s = arena_alloc(&w->arena, sizeof *s);
        *s = (struct shared){type, arena_alloc(&w->arena, type->host_size), w->nodes[node].shared};
        memset(s->state, 0, type->host_size);
        w->nodes[node].shared = s;
    }
    return s ? s->state : NULL;
}

void actors_forget(struct world *w, uint32_t node)
{
    for (struct shared *s = w->nodes[node].shared; s; s = s->next) {
        if (s->type->host_free) {
            s->type->host_free(s->state);
        }
        memset(s->state, 0, s->type->host_size);
    }
}

/* Endpoints of the type that the node opened before toward a remote address; and one more. */
static uint32_t count_elders(struct world *w, uint32_t node, const struct actor_type *type,
                             bool is_one)
{
    uint64_t *count = map_put(&w->births, dice_make(dice_make(node, "elder").key, type->name).key);
    *count += is_one;
    return (uint32_t)(*count - is_one);
}

/* One block of memory: timers, what lasts as long as the instance, the instance. */
static void give_life(struct world *w, struct row *r, const struct net *key, const char *name)
{
    const struct actor_type *type = r->type;
    uint32_t timers = timer_slots(type), vars = var_count(type);
    size_t before = (timers * sizeof(uint32_t) + 15) / 16 * 16 + LIFE_SIZE;
    char *block = os_alloc(before + type->size);
    r->self = block + before;
    *sure_life(r) =
        (struct life){.host = shared_state(w, r->node, type),
                      .timers = (uint32_t *)(void *)block,
                      .vars = w->watch ? os_alloc((2 * vars + 1) * sizeof(int64_t)) : NULL,
                      .dice = dice_make(w->seed, name),
                      .key = *key,
                      .elders = count_elders(w, r->node, type, key->to.port != 0),
                      .timer_count = timers,
                      .var_count = vars,
                      .has_plain_timers = has_plain_timers(type)};
}

uint32_t actor_open(struct world *w, const struct actor_type *type, uint32_t node, struct net key,
                    uint32_t flow, uint32_t upper, const struct settings *set, uint32_t handle)
{
    struct entity e = {.kind = ENTITY_ACTOR,
                       .name = entity_name(w, type, node),
                       .type = type,
                       .node = node,
                       .flow = flow,
                       .upper = upper,
                       .local = key.from,
                       .remote = key.to};
    uint32_t entity = trace_add_entity(w->trace, &e);
    assert(handle == 0 || entity == handle);
    make_row(w, entity);
    if (handle == 0) {
        w->fx.next_handle = entity + 1;
    }
    struct row *r = &w->rows[entity];
    *r = (struct row){.type = type, .node = node, .flow = flow, .upper = upper};
    give_life(w, r, &key, e.name);
    params_initial(type, r->self);
    give_settings(type, r->self, &w->sc->nodes[node].settings);
    give_settings(type, r->self, set);
    if (type->proto) {
        node_add_endpoint(w, node, entity);
    }
    return entity;
}

/* A source of data gets a stream of its own: its content depends on names alone. */
static struct span own_stream(struct world *w, uint32_t row)
{
    const struct row *r = &w->rows[row];
    const struct life *life = sure_life(r);
    uint64_t key = draw(&life->dice, DRAW_PAYLOAD, 0);
    bool has_ports = r->type->proto && r->type->proto->carrier == CARRIER_IP;
    return (struct span){.stream = stream_add_pattern(&w->trace->streams, key),
                         .len = has_ports ? life->elders : 0};
}

void actor_start(struct world *w, uint32_t row, enum start_code code, uint32_t opener,
                 uint32_t cause)
{
    actor_start_told(w, row, code, opener, (struct bytes){0}, cause);
}

void actor_start_told(struct world *w, uint32_t row, enum start_code code, uint32_t opener,
                      struct bytes peers, uint32_t cause)
{
    struct input in = {.kind = IN_START,
                       .code = (uint16_t)code,
                       .index = opener,
                       .net = sure_life(&w->rows[row])->key,
                       .head = peers,
                       .body = own_stream(w, row)};
    actor_step(w, row, &in, 0, cause);
}

/* VAR records for what differs from the last reading; all of them at the first. */
static void observe(struct world *w, uint32_t row, uint32_t cause)
{
    const struct row *r = &w->rows[row];
    struct life *life = sure_life(r);
    int64_t *now = life->vars + life->var_count;
    r->type->read(r->self, now);
    for (unsigned i = 0; i < life->var_count; i++) {
        if (!life->was_read || now[i] != life->vars[i]) {
            world_record(w, REC_VAR, row, 0, i, now[i], cause, 0);
            life->vars[i] = now[i];
        }
    }
    life->was_read = true;
}

/* A drift of 1 ppm makes the clock gain a microsecond in a second. */
static sim_time clock_of(const struct scenario_node *node, sim_time now)
{
    sim_time gained = node->clock_drift_ppb ? muldiv(now, node->clock_drift_ppb, SIM_S) : 0;
    return now + node->clock_offset + gained;
}

void actor_step(struct world *w, uint32_t row, struct input *in, uint32_t packet, uint32_t cause)
{
    const struct row *r = &w->rows[row];
    const struct life *life = life_of(r);
    if (!life) {
        return;
    }
    const struct node *n = &w->nodes[r->node];
    in->now = sched_now(&w->sched);
    in->clock = n->has_clock ? clock_of(n->set, in->now) : in->now;
    in->dice = &life->dice;
    in->host_dice = &n->dice;
    in->host = life->host;
    w->fx.author = row;
    w->fx.cause = cause;
    w->fx.packet = packet;
    w->fx.proto = r->type->proto;
    w->fx.flow = r->flow;
    r->type->step(r->self, in, &w->fx);
    if (w->watch && life->var_count) {
        observe(w, row, cause);
    }
}

static void free_life(struct life *life)
{
    if (life->units) {
        units_free(life->units);
        free(life->units);
    }
    free(life->holes);
    free(life->vars);
    free(life->timers); /* where the block begins */
}

void actor_end(struct world *w, uint32_t row)
{
    struct row *r = &w->rows[row];
    struct life *life = life_of(r);
    if (!life) {
        return;
    }
    for (uint32_t i = 0; i < life->timer_count; i++) {
        if (life->timers[i]) {
            sched_timer_free(&w->sched, life->timers[i]);
        }
    }
    if (w->idle_count > 0) {
        idle_forget(w, row);
    }
    if (r->type->proto) {
        node_remove_endpoint(w, r->node, row);
    }
    if (r->type->free) {
        r->type->free(r->self);
    }
    free_life(life);
    r->self = NULL;
}

void actor_timer(struct world *w, const struct event *ev)
{
    uint32_t cause = world_record(w, REC_FIRE, ev->target, ev->packet, ev->slot, 0, ev->cause, 0);
    struct input in;
    input_begin(&in, IN_TIMER, ev->slot, ev->packet);
    actor_step(w, ev->target, &in, 0, cause);
}
