/* The steps of a script: timed calls, one host a step. `at` steps stand alone; `after` and `when`
 * are armed when the step above has run. A condition is tested when the list of effects of an event
 * is empty, and schedules its call as a new event of the same instant. Calls go to the socket
 * application of their host. */
#include "net/world.h"

#include "actor/socket_call.h"
#include "base/os.h"
#include "scenario/pattern.h"
#include "wire/dissect.h"
#include "wire/ipv4.h"
#include "wire/tcp.h"

#include <assert.h>
#include <string.h>

#define RESERVE_VARS_MAX 16

static void schedule(struct world *w, uint32_t step, sim_time at)
{
    struct event ev = {.at = at, .packet = step, .what = EV_CALL, .slot = CALL_OF_SCRIPT};
    sched_at(&w->sched, ev, sched_tie(&w->sched));
}

static void arm(struct world *w, uint32_t step)
{
    const struct step *s = &w->sc->steps[step];
    if (s->kind == STEP_AFTER) {
        schedule(w, step, time_add(sched_now(&w->sched), s->time));
    } else if (s->kind == STEP_WHEN) {
        w->waiting[w->waiting_count++] = (struct waiting){.step = step};
    }
}

static const struct actor_type *socket_type(const struct world *w)
{
    for (const struct actor_type *const *t = w->known->actors; *t; t++) {
        if (strcmp((*t)->name, "socket") == 0) {
            return *t;
        }
    }
    return NULL;
}

static void open_socket(struct world *w, uint32_t node)
{
    const struct actor_type *type = socket_type(w);
    if (type) {
        w->sockets[node] = actor_open(w, type, node, (struct net){0}, 0, 0, NULL, 0);
        actor_start(w, w->sockets[node], START_OPENED, 0, 0);
        effects_apply(w);
    }
}

void script_open(struct world *w)
{
    uint32_t nodes = w->sc->node_count, steps = w->sc->step_count;
    w->sockets = arena_alloc(&w->arena, (nodes + 1) * sizeof *w->sockets);
    w->script_sent = arena_alloc(&w->arena, (nodes + 1) * sizeof *w->script_sent);
    w->script_streams = arena_alloc(&w->arena, (nodes + 1) * sizeof *w->script_streams);
    w->waiting = os_alloc((steps + 1) * sizeof *w->waiting);
    w->trace->step_ran = arena_alloc(&w->trace->arena, steps + 1);
    w->trace->step_count = steps;
    for (uint32_t i = 0; i < steps; i++) {
        const struct step *s = &w->sc->steps[i];
        if (w->sockets[s->node] == 0 && !w->sc->nodes[s->node].is_raw) {
            open_socket(w, s->node);
        }
        if (s->kind == STEP_AT) {
            schedule(w, i, s->time);
        } else if (i == 0) {
            arm(w, i);
        }
    }
    script_look(w);
}

void script_host_is_up(struct world *w, uint32_t node)
{
    if (w->sockets[node]) {
        open_socket(w, node);
    }
}

static bool is_listener(const struct world *w, uint32_t row)
{
    return w->trace->entities[row].remote.port == 0;
}

static bool is_of_flow(const struct world *w, const struct row *r, const char *flow)
{
    return !flow || (r->flow && strcmp(w->trace->flows[r->flow].name, flow) == 0);
}

/* The newest endpoint of the node that has states: a connection, else a listener. */
static uint32_t newest(const struct world *w, uint32_t node, const char *flow, bool listens)
{
    for (uint32_t row = w->row_count; row-- > 1;) {
        const struct row *r = &w->rows[row];
        if (r->type && r->node == node && r->type->machines && r->type->proto &&
            is_listener(w, row) == listens && is_of_flow(w, r, flow)) {
            return row;
        }
    }
    return 0;
}

static uint32_t connection_of(const struct world *w, uint32_t node, const char *flow)
{
    uint32_t row = newest(w, node, flow, false);
    return row ? row : newest(w, node, flow, true);
}

static bool writes_text(const struct world *w, uint32_t node)
{
    for (uint32_t i = 0; i < w->sc->step_count; i++) {
        if (w->sc->steps[i].node == node && w->sc->steps[i].call.text) {
            return true;
        }
    }
    return false;
}

/* All that a host's calls send is one stream, so that TCP may join what two calls gave: a pattern,
 * or real bytes if any of the calls has text. */
static struct span content(struct world *w, uint32_t node, const struct call *call)
{
    struct streams *streams = &w->trace->streams;
    struct dice dice = dice_make(w->seed, w->sc->nodes[node].name);
    uint64_t key = draw(&dice, DRAW_PAYLOAD, 0);
    bool is_real = writes_text(w, node);
    if (w->script_streams[node] == 0) {
        w->script_streams[node] =
            is_real ? stream_add_growing(streams) : stream_add_pattern(streams, key);
    }
    struct span span = {w->script_sent[node], w->script_streams[node], (uint32_t)call->bytes};
    w->script_sent[node] += span.len;
    if (is_real && call->text) {
        stream_append(streams, span.stream, bytes_of(call->text, call->bytes));
    } else if (is_real) {
        struct buf bytes = {0};
        struct span pattern = {span.at, stream_add_pattern(streams, key), span.len};
        span_read(streams, pattern, &bytes);
        stream_append(streams, span.stream, bytes_of(bytes.data, bytes.len));
        buf_free(&bytes);
    }
    return span;
}

static const struct {
    enum socket_call code;
    bool needs_handle;
} calls[VERB_COUNT] = {
    [VERB_LISTEN] = {SOCKET_LISTEN, false},   [VERB_ACCEPT] = {SOCKET_ACCEPT, true},
    [VERB_CONNECT] = {SOCKET_CONNECT, false}, [VERB_SEND] = {SOCKET_SEND, true},
    [VERB_READ] = {SOCKET_READ, true},        [VERB_SHUTDOWN] = {SOCKET_SHUTDOWN, true},
    [VERB_CLOSE] = {SOCKET_CLOSE, true},      [VERB_ABORT] = {SOCKET_ABORT, true},
    [VERB_SET] = {SOCKET_SET, true},
};

static struct socket_args args_of(const struct world *w, const struct step *s)
{
    const struct call *c = &s->call;
    struct socket_args args = {.backlog = c->backlog,
                               .is_by_hand = c->is_by_hand,
                               .amount = c->bytes,
                               .reads = !w->sc->nodes[s->node].reads_by_hand};
    args.key.from.port = c->port;
    args.key.to = (struct addr){c->to_ip, c->to_port};
    if (calls[c->verb].needs_handle) {
        args.handle = c->verb == VERB_ACCEPT ? newest(w, s->node, c->flow, true)
                                             : connection_of(w, s->node, c->flow);
    }
    if (c->verb == VERB_SHUTDOWN) {
        args.amount = (uint64_t)c->how;
    }
    return args;
}

/* Relative numbers count from the two sides' initial ones: the raw host's own is its key `isn`. */
static void number_segment(const struct world *w, const struct step *s, const struct net *net,
                           struct tcp_seg *seg)
{
    const struct hand_made *h = &s->call.inject;
    uint32_t own = w->sc->nodes[s->node].raw_isn, peer = 0;
    if (h->is_absolute) {
        own = 0;
    } else {
        peer = raw_peer_initial(w, s->node, net);
    }
    seg->seq = seq(own + (uint32_t)h->seq);
    seg->ack = seq(h->flags & TCP_ACK ? peer + (uint32_t)h->ack : (uint32_t)h->ack);
    for (unsigned i = 0; i < h->options.sack_count; i++) {
        seg->sack[i].left = seq(peer + (uint32_t)h->options.sack[2 * i]);
        seg->sack[i].right = seq(peer + (uint32_t)h->options.sack[2 * i + 1]);
    }
}

/* The segment as the script describes it, payload a pattern, in an IPv4 packet. */
/* Payload by its sequence number, so that what is sent twice is the same. */
static struct span numbered_content(struct world *w, const struct step *s, seq32 at)
{
    const struct hand_made *h = &s->call.inject;
    uint32_t first = w->sc->nodes[s->node].raw_isn + 1;
    struct dice dice = dice_make(w->seed, w->sc->nodes[s->node].name);
    if (w->script_streams[s->node] == 0) {
        w->script_streams[s->node] =
            stream_add_pattern(&w->trace->streams, draw(&dice, DRAW_PAYLOAD, 0));
    }
    return (struct span){at.v + !!(h->flags & TCP_SYN) - first, w->script_streams[s->node], h->len};
}

static void inject(struct world *w, const struct step *s)
{
    const struct hand_made *h = &s->call.inject;
    struct net net = {.from = {w->nodes[s->node].ifaces[0].ip, h->port},
                      .to = {h->to_ip, h->to_port},
                      .ttl = WORLD_TTL};
    struct tcp_seg seg = {.from = h->port,
                          .to = h->to_port,
                          .flags = h->flags,
                          .window = (uint16_t)h->window,
                          .urgent = (uint16_t)h->urgent,
                          .options = (uint8_t)h->options.given,
                          .mss = h->options.mss,
                          .wscale = h->options.wscale,
                          .ts_val = h->options.ts_val,
                          .ts_ecr = h->options.ts_ecr,
                          .sack_count = (uint8_t)h->options.sack_count};
    uint8_t head[TCP_HEADER_MAX];
    struct buf wire = {0};
    number_segment(w, s, &net, &seg);
    struct packet_view view = {.proto = "tcp",
                               .net = net,
                               .head = bytes_of(head, tcp_encode(&seg, head)),
                               .body = h->len ? numbered_content(w, s, seg.seq) : (struct span){0},
                               .streams = &w->trace->streams};
    packet_build(&view, &wire);
    if (h->has_bad_checksum) {
        wire.data[IPV4_HEADER + 16] ^= 0xff;
    }
    raw_inject(w, s->node, bytes_of(wire.data, wire.len),
               h->is_absolute ? NULL : &w->sc->nodes[s->node].raw_isn);
    buf_free(&wire);
}

static void make_call(struct world *w, const struct step *s, unsigned code,
                      const struct socket_args *a, uint32_t cause)
{
    struct socket_args args = *a;
    struct input in = {.kind = IN_REQUEST, .code = (uint16_t)code, .index = args.handle};
    in.head = bytes_of(&args, sizeof args);
    if (s->call.verb == VERB_SEND) {
        in.body = content(w, s->node, &s->call);
    }
    int64_t number = s->call.verb == VERB_LISTEN    ? s->call.port
                     : s->call.verb == VERB_CONNECT ? s->call.to_port
                                                    : (int64_t)args.amount;
    uint32_t socket = w->sockets[s->node];
    uint32_t call = world_record(w, REC_CALL, socket, 0, code, number, cause, 0);
    w->next_flow = s->call.as;
    actor_step(w, socket, &in, 0, call);
    effects_apply(w);
    w->next_flow = NULL;
}

/* `set` with several options is as many calls. */
static void call_socket(struct world *w, const struct step *s)
{
    struct socket_args args = args_of(w, s);
    unsigned code = calls[s->call.verb].code;
    if (s->call.verb != VERB_SET) {
        make_call(w, s, code, &args, 0);
        return;
    }
    for (uint32_t i = 0; i < s->call.set.count; i++) {
        const struct setting *one = &s->call.set.list[i];
        args.amount = (uint64_t)one->value;
        make_call(w, s, code + socket_option_called(one->param->name), &args, 0);
    }
}

/* A program asks for the address before it connects. */
static void resolve(struct world *w, const struct step *s)
{
    struct lookup asker = {.number = (uint32_t)(s - w->sc->steps)};
    uint32_t call = world_record(w, REC_CALL, w->sockets[s->node], 0, SOCKET_RESOLVE, 0, 0, 0);
    names_ask(w, s->node, s->call.to_name, asker, call);
}

void script_named(struct world *w, uint32_t step, uint32_t ip, uint32_t error, uint32_t cause)
{
    const struct step *s = &w->sc->steps[step];
    struct socket_args args = args_of(w, s);
    args.key.to.ip = ip;
    if (error) {
        world_record(w, REC_CALL, w->sockets[s->node], 0, CODE_RESULT | CALL_UP, error, cause, 0);
    } else {
        make_call(w, s, SOCKET_CONNECT, &args, cause);
    }
}

void script_event(struct world *w, const struct event *ev)
{
    const struct step *s = &w->sc->steps[ev->packet];
    if (s->call.verb == VERB_POWER_OFF) {
        fault_crash(w, s->node, 0);
    } else if (s->call.verb == VERB_POWER_ON) {
        fault_restart(w, s->node, false, 0);
    } else if (s->call.verb == VERB_INJECT) {
        inject(w, s);
    } else if (!service_call(w, s) && !w->nodes[s->node].is_down && w->sockets[s->node]) {
        if (s->call.to_name) {
            resolve(w, s);
        } else {
            call_socket(w, s);
        }
    }
    w->trace->step_ran[ev->packet] = true;
    if (ev->packet + 1 < w->sc->step_count) {
        arm(w, ev->packet + 1);
    }
}

/* Whether the type's first machine has a state of that name. */
static bool knows_state(const struct actor_type *type, const char *name)
{
    for (const char *const *s = type->machines ? type->machines[0].states : NULL; s && *s; s++) {
        if (strcmp(*s, name) == 0) {
            return true;
        }
    }
    return false;
}

/* A DHCP client has no connection: it is asked about when its states are meant. */
static uint32_t lease_of(const struct world *w, const struct condition *c)
{
    uint32_t row = w->nodes[c->node].lease;
    bool is_meant = row && knows_state(w->rows[row].type, c->state);
    return is_meant && is_of_flow(w, &w->rows[row], c->flow) ? row : 0;
}

static unsigned machine_called(const struct actor_type *type, const char *name)
{
    unsigned m = 0;
    while (name && type->machines[m].name && strcmp(type->machines[m].name, name) != 0) {
        m++;
    }
    return type->machines[m].name ? m : 0;
}

static bool is_in_state(const struct world *w, const struct condition *c)
{
    uint32_t lease = lease_of(w, c);
    uint32_t row = lease ? lease : connection_of(w, c->node, c->flow);
    if (row == 0) {
        return false;
    }
    const struct row *r = &w->rows[row];
    unsigned m = machine_called(r->type, c->machine);
    return strcmp(r->type->machines[m].states[r->state[m & 3]], c->state) == 0;
}

/* Bytes that applications of the node have read (of one flow), or given to be sent; sent again. */
static bool counts_hold(const struct world *w, const struct condition *c)
{
    uint64_t received = 0, sent = 0, again = 0;
    for (uint32_t row = 1; row < w->row_count; row++) {
        const struct row *r = &w->rows[row];
        if (r->type && r->node == c->node && is_of_flow(w, r, c->flow)) {
            received += r->received;
            sent += r->sent;
            again += r->retransmissions;
        }
    }
    return (c->received < 0 || received >= (uint64_t)c->received) &&
           (c->sent < 0 || sent >= (uint64_t)c->sent) &&
           (c->retransmissions < 0 || again >= (uint64_t)c->retransmissions);
}

static int64_t reserve_figure(const struct world *w, uint32_t node, const char *figure)
{
    uint32_t row = w->nodes[node].rsvp;
    const struct row *r = row && w->rows[row].self ? &w->rows[row] : NULL;
    int64_t vars[RESERVE_VARS_MAX] = {0}, value = 0;
    assert(!r || var_count(r->type) <= RESERVE_VARS_MAX);
    if (r) {
        r->type->read(r->self, vars);
    }
    for (unsigned v = 0; r && v < var_count(r->type); v++) {
        value = strcmp(r->type->vars[v].name, figure) == 0 ? vars[v] : value;
    }
    return value;
}

/* So many at least, as above. */
static bool reserve_holds(const struct world *w, const struct condition *c)
{
    bool holds = true;
    for (unsigned i = 0; i < RESERVE_FIGURES; i++) {
        holds &=
            c->reserve[i] < 0 || reserve_figure(w, c->node, reserve_figures[i]) >= c->reserve[i];
    }
    return holds;
}

static bool holds(const struct world *w, const struct waiting *waiting)
{
    const struct condition *c = &w->sc->steps[waiting->step].when;
    if (c->packet && !waiting->packet_came) {
        return false;
    }
    return c->node == NO_NODE ||
           ((!c->state || is_in_state(w, c)) && counts_hold(w, c) && reserve_holds(w, c));
}

void script_look(struct world *w)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->waiting_count; i++) {
        struct waiting waiting = w->waiting[i];
        if (holds(w, &waiting)) {
            schedule(w, waiting.step, sched_now(&w->sched));
        } else {
            waiting.packet_came = false; /* only arrivals of the instant count */
            w->waiting[kept++] = waiting;
        }
    }
    w->waiting_count = kept;
}

/* Where it arrives, what NAT has made is the packet. */
static bool is_as_sent(const struct packet *p)
{
    return p->birth == PACKET_SENT || p->birth == PACKET_TRANSLATED || p->birth == PACKET_WHOLE;
}

void script_hear(struct world *w, uint32_t packet)
{
    const struct packet *p = packet_at(&w->trace->packets, packet);
    struct packet_facts facts = {.from = w->trace->entities[p->sender].node,
                                 .to = node_of_ip(w, p->net.to.ip),
                                 .link = {NO_NODE, NO_NODE},
                                 .proto = p->proto->name,
                                 .head = packet_head(p),
                                 .body_len = p->body.len,
                                 .flow = w->trace->flows[p->flow].name,
                                 .seq_base = p->seq_base,
                                 .ack_base = p->ack_base};
    for (uint32_t i = 0; i < w->waiting_count; i++) {
        const struct pattern *pattern = w->sc->steps[w->waiting[i].step].when.packet;
        if (pattern && is_as_sent(p) && pattern_matches(pattern, &facts)) {
            w->waiting[i].packet_came = true;
        }
    }
}
