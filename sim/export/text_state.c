/* What held at one instant: of every host its endpoints, and the packets under way. */
#include "base/os.h"
#include "export/look.h"
#include "export/row.h"
#include "export/say.h"
#include "export/text.h"

#include <inttypes.h>
#include <stdlib.h>

struct view {
    const struct trace *t;
    const struct text_options *o;
    FILE *out;
    sim_time at;
    uint32_t records; /* that had happened */
    struct buf line;
};

/* "    NAME      TEXT" */
static void print_pair(struct view *v, const char *name)
{
    unsigned cells = text_cells(name);
    fprintf(v->out, "    %s%*s%s\n", name, cells < 18 ? (int)(18 - cells) : 1, "",
            buf_cstr(&v->line));
    buf_clear(&v->line);
}

static void print_machines(struct view *v, uint32_t entity)
{
    const struct actor_type *type = v->t->entities[entity].type;
    for (unsigned m = 0; m < machine_count(type); m++) {
        buf_str(&v->line, type->machines[m].states[trace_state_at(v->t, entity, m, v->at)]);
        print_pair(v, type->machines[m].name);
    }
}

static void print_vars(struct view *v, uint32_t entity)
{
    const struct actor_type *type = v->t->entities[entity].type;
    for (unsigned i = 0; i < var_count(type); i++) {
        int64_t value;
        if (trace_var_at(v->t, entity, i, v->at, &value)) {
            say_value(&v->line, value, type->vars[i].unit);
            print_pair(v, type->vars[i].name);
        }
    }
}

static void print_timer(struct view *v, const struct timer *timer, uint32_t index, sim_time due)
{
    struct buf name = {0}, left = {0};
    char text[32];
    buf_str(&name, timer->name);
    if (timer->slots > 1) {
        buf_printf(&name, " %" PRIu32, index);
    }
    say_time(&left, due - v->at);
    say(&v->line, v->o->lang, "export.timer-left", "left", buf_cstr(&left), "due",
        time_print(due, text), NULL);
    print_pair(v, buf_cstr(&name));
    buf_free(&name);
    buf_free(&left);
}

static void print_timers(struct view *v, uint32_t entity)
{
    enum { SLOTS_SHOWN = 4096 };
    const struct actor_type *type = v->t->entities[entity].type;
    for (unsigned i = 0; i < timer_count(type); i++) {
        uint32_t slots = type->timers[i].slots < SLOTS_SHOWN ? type->timers[i].slots : SLOTS_SHOWN;
        for (uint32_t index = 0; index < slots; index++) {
            sim_time due = trace_timer_at(v->t, entity, i, index, v->at, NULL);
            if (due != SIM_NEVER) {
                print_timer(v, &type->timers[i], index, due);
            }
        }
    }
}

/* A row each: their names are long. */
static void print_messages(struct view *v, uint32_t entity, unsigned set, struct keys keys)
{
    const struct set *s = &v->t->entities[entity].type->sets[set];
    for (uint32_t i = 0; i < keys.count; i++) {
        unsigned state = trace_item_at(v->t, entity, set, keys.at[i], v->at);
        if (state != 0) {
            buf_printf(&v->line, "%s %s",
                       trace_message(v->t, (uint32_t)keys.at[i])->name[v->o->lang],
                       s->states[state]);
            print_pair(v, s->name);
        }
    }
}

/* "0–3 acked, 4 sent": runs of keys that share a state. */
static void print_items(struct view *v, uint32_t entity, unsigned set)
{
    const struct set *s = &v->t->entities[entity].type->sets[set];
    struct keys keys = trace_item_keys(v->t, entity, set);
    char *(*named)(int64_t, char[48]) = v->t->entities[entity].type->print_key;
    if (s->states == message_states) {
        print_messages(v, entity, set, keys);
        return;
    }
    for (uint32_t i = 0; i < keys.count;) {
        unsigned state = trace_item_at(v->t, entity, set, keys.at[i], v->at);
        uint32_t end = i + 1;
        while (!named && end < keys.count && keys.at[end] == keys.at[end - 1] + 1 &&
               trace_item_at(v->t, entity, set, keys.at[end], v->at) == state) {
            end++;
        }
        if (state != 0) {
            char key[48];
            snprintf(key, sizeof key, "%" PRId64, keys.at[i]);
            buf_printf(&v->line, "%s%s", v->line.len ? ", " : "",
                       named ? named(keys.at[i], key) : key);
            if (end > i + 1) {
                buf_printf(&v->line, "–%" PRId64, keys.at[end - 1]);
            }
            buf_printf(&v->line, " %s", s->states[state]);
        }
        i = end;
    }
    if (v->line.len > 0) {
        print_pair(v, s->name);
    }
}

static void print_entity(struct view *v, uint32_t entity)
{
    const struct entity *e = &v->t->entities[entity];
    bool colour = v->o->has_colour;
    fprintf(v->out, "  %s%s%s  %s%s%s\n", style_on(STYLE_BOLD, colour), e->name, style_off(colour),
            style_on(STYLE_DIM, colour), e->type->name, style_off(colour));
    print_machines(v, entity);
    print_vars(v, entity);
    print_timers(v, entity);
    for (unsigned set = 0; set < set_count(e->type); set++) {
        print_items(v, entity, set);
    }
}

static void print_node(struct view *v, uint32_t node)
{
    const struct trace_node *n = &v->t->nodes[node];
    bool is_idle = true;
    fprintf(v->out, "%s%s%s  %s\n", style_on(STYLE_BOLD, v->o->has_colour), n->label[v->o->lang],
            style_off(v->o->has_colour), n->addresses ? n->addresses : "");
    for (uint32_t i = 1; i <= v->t->entity_count; i++) {
        const struct entity *e = &v->t->entities[i];
        if (e->kind == ENTITY_ACTOR && e->node == node && e->born <= v->records) {
            print_entity(v, i);
            is_idle = false;
        }
    }
    if (is_idle) {
        fprintf(v->out, "  %s\n", word(v->o->lang, "export.nothing-runs"));
    }
}

/* Where a packet is: its last record up to now. */
struct place {
    uint32_t queued, sent; /* records, 0: none; both 0: it is not under way */
};

static void note_place(struct place *places, const struct record *r, uint32_t n)
{
    if (r->kind == REC_QUEUE) {
        places[r->packet] = (struct place){.queued = n};
    } else if (r->kind == REC_TX) {
        places[r->packet] = (struct place){.sent = n};
    } else if (r->kind == REC_ARRIVE || r->kind == REC_DROP) {
        places[r->packet] = (struct place){0};
    }
}

static void print_packet(struct view *v, uint32_t id, const struct place *p)
{
    const struct record *r = trace_record(v->t, p->sent ? p->sent : p->queued);
    struct look look;
    char name[48], since[32], arrives[32];
    look_at(trace_packet(v->t, id), &look);
    say(&v->line, v->o->lang, p->sent ? "export.on-wire" : "export.in-queue", "from",
        v->t->nodes[direction_from(v->t, r->where)].label[v->o->lang], "to",
        v->t->nodes[direction_to(v->t, r->where)].label[v->o->lang], "since",
        time_print(r->at, since), "arrives", time_print(p->sent ? r->value : 0, arrives), NULL);
    print_pair(v, look_name(&look, name));
}

static void print_underway(struct view *v)
{
    uint32_t packets = v->t->packets.count;
    struct place *places = os_alloc((packets + 1) * sizeof *places);
    bool is_first = true;
    for (uint32_t n = 1; n <= v->records; n++) {
        note_place(places, trace_record(v->t, n), n);
    }
    for (uint32_t id = 1; id <= packets; id++) {
        if (places[id].queued || places[id].sent) {
            if (is_first) {
                fprintf(v->out, "%s%s%s\n", style_on(STYLE_BOLD, v->o->has_colour),
                        word(v->o->lang, "export.under-way"), style_off(v->o->has_colour));
                is_first = false;
            }
            print_packet(v, id, &places[id]);
        }
    }
    free(places);
}

void text_state(const struct trace *t, sim_time at, const struct text_options *o, FILE *out)
{
    struct view v = {.t = t, .o = o, .out = out, .at = at};
    char time[32];
    v.records = trace_first_after(t, at) - 1;
    say(&v.line, o->lang, "export.state-at", "title", t->title[o->lang], "time",
        time_print(at, time), NULL);
    fprintf(out, "%s%s%s\n\n", style_on(STYLE_BOLD, o->has_colour), buf_cstr(&v.line),
            style_off(o->has_colour));
    buf_clear(&v.line);
    for (uint32_t i = 0; i < t->node_count; i++) {
        print_node(&v, i);
    }
    print_underway(&v);
    buf_free(&v.line);
}
