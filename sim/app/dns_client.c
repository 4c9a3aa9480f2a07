/* One question at a time: by UDP, again when nothing comes, by TCP when it did not fit; what it has
 * learned it keeps as long as the record says. */
#include "app/dns_inside.h"

#include "actor/tcp_call.h"
#include "wire/udp.h"

#include <stdio.h>
#include <string.h>

enum { LOWER_TCP };
enum { NEXT, ANSWER }; /* timers */
enum { DRAW_ID = 1 };

static void to_state(struct dns_client *s, unsigned state, unsigned why, struct fx *fx)
{
    if (s->state != state) {
        fx_state(fx, 0, s->state, state, why);
        s->state = state;
    }
}

static const char *name_of(const struct dns_client *s)
{
    return *param_text(s->name) ? param_text(s->name) : DNS_NAME_INITIAL;
}

static uint16_t type_of(const struct dns_client *s)
{
    return s->type == DNS_TYPE_A ? DNS_A : s->type == DNS_TYPE_TXT ? DNS_TXT : DNS_AAAA;
}

static void write_query(const struct dns_client *s, struct buf *out)
{
    struct dns_head h = {.id = s->id, .wants_recursion = true, .counts = {1}, .type = type_of(s)};
    snprintf(h.name, sizeof h.name, "%s", name_of(s));
    dns_write_head(&h, out);
}

/* ---- the end of a question ---- */

static void settle(struct dns_client *s, unsigned state, unsigned why, sim_time now, struct fx *fx)
{
    fx_timer(fx, ANSWER, 0, SIM_NEVER);
    to_state(s, state, why, fx);
    s->took += state == DNS_STATE_FOUND ? now - s->began : 0;
    s->failed += state == DNS_STATE_FAILED;
    if (s->looked < s->count) {
        fx_timer(fx, NEXT, 0, time_add(now, s->interval));
    }
}

/* The least time to live of all records counts; the address is that of the first. */
static void read_records(struct dns_client *s, struct bytes message, const struct dns_head *h,
                         size_t at, sim_time now)
{
    uint32_t ttl = UINT32_MAX;
    struct dns_record r;
    for (unsigned i = 0; i < h->counts[1] && dns_read_record(message, &at, &r); i++) {
        bool is_address = r.type == DNS_A && r.data.len == 4 && !s->found;
        s->found = is_address ? get_u32(r.data.data) : s->found;
        ttl = r.ttl < ttl ? r.ttl : ttl;
    }
    s->fresh_until = time_add(now, (sim_time)ttl * SIM_S);
}

static void answered(struct dns_client *s, struct bytes message, const struct dns_head *h,
                     size_t at, sim_time now, struct fx *fx)
{
    bool is_found = h->rcode == DNS_OK && h->counts[1] > 0;
    s->answers++;
    s->fresh_until = 0;
    s->found = 0;
    s->is_sure = h->rcode == DNS_OK || h->rcode == DNS_NO_NAME;
    if (is_found) {
        read_records(s, message, h, at, now);
    }
    settle(s, is_found ? DNS_STATE_FOUND : DNS_STATE_FAILED,
           is_found             ? DNS_FOUND
           : h->rcode == DNS_OK ? DNS_NO_SUCH_RECORD
                                : DNS_NOT_FOUND,
           now, fx);
}

/* Only an answer to this very question counts (RFC 5452 9.1). */
static bool is_ours(const struct dns_client *s, const struct dns_head *h)
{
    return h->is_answer && h->id == s->id && h->counts[0] == 1 && h->type == type_of(s) &&
           dns_same_name(h->name, name_of(s));
}

/* ---- asking ---- */

static void ask_by_tcp(struct dns_client *s, sim_time now, struct fx *fx)
{
    struct net key = s->key;
    key.from.port = 0; /* whichever is free */
    to_state(s, DNS_BY_TCP, DNS_ASKS_BY_TCP, fx);
    s->over_tcp++;
    talk_free(&s->talk); /* the connection before may still be closing */
    s->talk.handle = fx_open(fx, LOWER_TCP, key);
    fx_request(fx, s->talk.handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, s->talk.handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
    fx_timer(fx, ANSWER, 0, time_add(now, s->timeout));
}

static void ask_by_udp(struct dns_client *s, sim_time now, struct fx *fx)
{
    struct buf out = {0};
    to_state(s, DNS_BY_UDP, 0, fx);
    write_query(s, &out);
    dns_send(&s->key, bytes_of(out.data, out.len), s->tries ? DNS_ASKS_AGAIN : DNS_ASKS, fx);
    buf_free(&out);
    s->tries++;
    s->queries++;
    fx_timer(fx, ANSWER, 0, time_add(now, s->timeout));
}

void dns_client_look_up(struct dns_client *s, const struct input *in, struct fx *fx)
{
    s->looked++;
    s->began = in->now;
    s->tries = 0;
    if (s->cache && s->fresh_until > in->now) {
        s->from_cache++;
        fx_note(fx, DNS_CACHED);
        settle(s, DNS_STATE_FOUND, DNS_CACHED, in->now, fx);
        return;
    }
    s->id = (uint16_t)draw(in->dice, DRAW_ID, s->drawn++);
    if (s->by_tcp == DNS_TCP_ONLY) {
        ask_by_tcp(s, in->now, fx);
    } else {
        ask_by_udp(s, in->now, fx);
    }
}

static void give_up(struct dns_client *s, sim_time now, struct fx *fx)
{
    if (s->talk.handle) {
        talk_hang_up(&s->talk, true, fx);
    }
    s->is_sure = false;
    settle(s, DNS_STATE_FAILED, DNS_GIVES_UP, now, fx);
}

static void timed_out(struct dns_client *s, sim_time now, struct fx *fx)
{
    if (s->state == DNS_BY_UDP && s->tries < s->attempts) {
        ask_by_udp(s, now, fx);
    } else {
        give_up(s, now, fx);
    }
}

/* ---- hearing ---- */

static void hear_datagram(struct dns_client *s, const struct input *in, struct fx *fx)
{
    struct dns_head h;
    size_t at;
    struct bytes m = bytes_sub(in->head, UDP_HEADER, in->head.len);
    if (s->state != DNS_BY_UDP || !dns_read_head(m, &h, &at) || !is_ours(s, &h)) {
        fx_drop(fx, DROP_DUPLICATE, DNS_NOT_FOR_ME);
        return;
    }
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
    if (s->tries == 1) {
        fx_rtt(fx, in->now - s->began);
    }
    if (h.is_truncated && s->by_tcp == DNS_TCP_FALLBACK) {
        ask_by_tcp(s, in->now, fx);
    } else {
        answered(s, m, &h, at, in->now, fx);
    }
}

static void say_query(struct dns_client *s, struct fx *fx)
{
    struct buf out = {0}, framed = {0};
    char name[DNS_NAME_MAX + 32], type[12];
    write_query(s, &out);
    dns_frame(bytes_of(out.data, out.len), &framed);
    snprintf(name, sizeof name, "QUERY %s %s", name_of(s), dns_type_name(type_of(s), type));
    fx_request(fx, s->talk.handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    talk_say(&s->talk, bytes_of(framed.data, framed.len), name, (struct mark){0}, DNS_ASKS_BY_TCP,
             fx);
    s->queries++;
    buf_free(&out);
    buf_free(&framed);
}

static void read_data(struct dns_client *s, const struct input *in, struct fx *fx)
{
    struct bytes message;
    struct dns_head h;
    size_t at;
    talk_take(&s->talk, in);
    if (s->state != DNS_BY_TCP || !dns_unframe(talk_bytes(&s->talk), &message)) {
        return;
    }
    fx_heard(fx, 0, talk_mark(&s->talk, 2 + message.len), 0);
    if (dns_read_head(message, &h, &at) && is_ours(s, &h)) {
        answered(s, message, &h, at, in->now, fx);
        talk_hang_up(&s->talk, false, fx);
    } else {
        give_up(s, in->now, fx);
    }
}

static void hear_tcp(struct dns_client *s, const struct input *in, struct fx *fx)
{
    if (in->index != s->talk.handle) {
        return;
    }
    switch (in->code) {
    case CODE_OPENED: say_query(s, fx); break;
    case CODE_DATA: read_data(s, in, fx); break;
    case CODE_END: talk_hang_up(&s->talk, false, fx); break;
    case CODE_CLOSED:
        talk_free(&s->talk);
        if (s->state == DNS_BY_TCP) {
            give_up(s, in->now, fx);
        }
        break;
    default: outbox_hear(&s->talk.out, in, fx); break;
    }
}

void dns_client_hear(struct dns_client *s, const struct input *in, struct fx *fx)
{
    if (in->kind == IN_PACKET) {
        hear_datagram(s, in, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(s, in, fx);
    } else if (in->kind == IN_TIMER && in->code == NEXT) {
        dns_client_look_up(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        timed_out(s, in->now, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct dns_client *s = self;
    if (in->kind == IN_START) {
        s->key = in->net;
        dns_client_look_up(s, in, fx);
    } else {
        dns_client_hear(s, in, fx);
    }
}

void dns_client_free(void *self)
{
    talk_free(&((struct dns_client *)self)->talk);
}

/* ---- both ends ---- */

void dns_send(const struct net *net, struct bytes message, unsigned why, struct fx *fx)
{
    struct buf head = {0};
    udp_encode(net->from.port, net->to.port, (uint32_t)message.len, buf_extend(&head, UDP_HEADER));
    buf_add(&head, message);
    fx_send(fx, net, bytes_of(head.data, head.len), (struct span){0}, (struct unit){0}, why);
    buf_free(&head);
}

void dns_frame(struct bytes message, struct buf *out)
{
    put_u16(buf_extend(out, 2), (unsigned)message.len);
    buf_add(out, message);
}

bool dns_unframe(struct bytes in, struct bytes *message)
{
    if (in.len < 2 || in.len < 2u + get_u16(in.data)) {
        return false;
    }
    *message = bytes_sub(in, 2, get_u16(in.data));
    return true;
}

static bool dns_key(struct bytes head, struct net *io)
{
    if (head.len < UDP_HEADER) {
        return false;
    }
    io->from.port = get_u16(head.data);
    io->to.port = get_u16(head.data + 2);
    return true;
}

const struct proto dns_proto = {
    .name = "dns", .carrier = CARRIER_UDP, .number = DNS_PORT, .key = dns_key};

const struct reason dns_reasons[] = {
    [DNS_NO_WHY] = {0},
    [DNS_ASKS] = {"dns.asks", "RFC 1035 §4.1.2"},
    [DNS_ASKS_AGAIN] = {"dns.asks-again", "RFC 1035 §4.2.1"},
    [DNS_ASKS_BY_TCP] = {"dns.asks-by-tcp", "RFC 7766 §5"},
    [DNS_ANSWERS] = {"dns.answers", "RFC 1035 §4.1.3"},
    [DNS_ANSWERS_BY_TCP] = {"dns.answers-by-tcp", "RFC 7766 §8"},
    [DNS_TRUNCATES] = {"dns.truncates", "RFC 1035 §4.2.1"},
    [DNS_KNOWS_NOT] = {"dns.knows-not", "RFC 1035 §4.1.1"},
    [DNS_FOUND] = {"dns.found", "RFC 1034 §5.3.1"},
    [DNS_NOT_FOUND] = {"dns.not-found", "RFC 1035 §4.1.1"},
    [DNS_NO_SUCH_RECORD] = {"dns.no-such-record", "RFC 2308 §2.2"},
    [DNS_CACHED] = {"dns.cached", "RFC 1034 §3.6"},
    [DNS_GIVES_UP] = {"dns.gives-up", "RFC 1035 §4.2.1"},
    [DNS_NOT_FOR_ME] = {"dns.not-for-me", "RFC 5452 §9.1"},
    {0},
};

static double figure_queries(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct dns_client *)self)->queries;
}

static double figure_answers(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct dns_client *)self)->answers;
}

static double figure_tcp(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct dns_client *)self)->over_tcp;
}

static double figure_cached(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct dns_client *)self)->from_cache;
}

static double figure_failed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct dns_client *)self)->failed;
}

/* Mean of those that were found, cached ones included. */
static double figure_lookup(const void *self, const struct path *path)
{
    const struct dns_client *s = self;
    uint64_t found = (uint64_t)s->looked - s->failed;
    (void)path;
    return found ? (double)s->took / (double)found : 0;
}

const struct var dns_client_vars[] = {
    {"queries", "", "resolver"}, {"answers", "", "resolver"}, {"from-cache", "", "resolver"}, {0}};

void dns_client_read(const void *self, int64_t *out)
{
    const struct dns_client *s = self;
    out[0] = (int64_t)s->queries;
    out[1] = (int64_t)s->answers;
    out[2] = (int64_t)s->from_cache;
}

#define OF(FIELD) offsetof(struct dns_client, FIELD)
static const struct param params[] = {
    {"name", OF(name), PARAM_TEXT, .max = DNS_NAME_MAX, .is_good = dns_is_name,
     .accepted = "param.accepted.dns-name"},
    {"type", OF(type), PARAM_CHOICE, .initial = DNS_TYPE_A, .max = DNS_TYPE_AAAA,
     .choices = (const char *const[]){"a", "txt", "aaaa", NULL}},
    {"timeout", OF(timeout), PARAM_TIME, .initial = 5 * SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"attempts", OF(attempts), PARAM_COUNT, .initial = 2, .min = 1, .max = 100},
    {"count", OF(count), PARAM_COUNT, .initial = 1, .min = 1, .max = 1000000000},
    {"interval", OF(interval), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"cache", OF(cache), PARAM_SWITCH, .initial = 1, .max = 1},
    {"tcp", OF(by_tcp), PARAM_CHOICE, .initial = DNS_TCP_FALLBACK, .max = DNS_TCP_OFF,
     .choices = (const char *const[]){"fallback", "only", "never", NULL}},
    {0},
};

static const struct machine_edge edges[] = {{DNS_IDLE, DNS_BY_UDP, "dns.edge.asks"},
                                            {DNS_IDLE, DNS_BY_TCP, "dns.edge.asks"},
                                            {DNS_BY_UDP, DNS_BY_TCP, "dns.edge.too-long"},
                                            {DNS_BY_UDP, DNS_STATE_FOUND, "dns.edge.answer"},
                                            {DNS_BY_TCP, DNS_STATE_FOUND, "dns.edge.answer"},
                                            {DNS_BY_UDP, DNS_STATE_FAILED, "dns.edge.failed"},
                                            {DNS_BY_TCP, DNS_STATE_FAILED, "dns.edge.failed"},
                                            {DNS_STATE_FOUND, DNS_BY_UDP, "dns.edge.asks"},
                                            {DNS_STATE_FAILED, DNS_BY_UDP, "dns.edge.asks"},
                                            {DNS_STATE_FOUND, DNS_BY_TCP, "dns.edge.asks"},
                                            {DNS_STATE_FAILED, DNS_BY_TCP, "dns.edge.asks"},
                                            {DNS_IDLE, DNS_STATE_FOUND, "dns.edge.cached"},
                                            {-1, -1, NULL}};

const struct machine dns_client_machines[] = {
    {"lookup", (const char *const[]){"IDLE", "BY-UDP", "BY-TCP", "FOUND", "FAILED", NULL}, edges},
    {0}};

const struct timer dns_client_timers[] = {
    [NEXT] = {"next", 1, TIMER_KIND_PACE}, [ANSWER] = {"answer", 1, TIMER_KIND_WAIT}, {0}};

const struct actor_type dns_client_type = {
    .name = "dns-client",
    .proto = &dns_proto,
    .size = sizeof(struct dns_client),
    .reads_bytes = true,
    .machines = dns_client_machines,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = dns_client_timers,
    .reasons = dns_reasons,
    .vars = dns_client_vars,
    .params = params,
    .figures = (const struct figure[]){{"queries", figure_queries},
                                       {"answers", figure_answers},
                                       {"by_tcp", figure_tcp},
                                       {"from_cache", figure_cached},
                                       {"failed", figure_failed},
                                       {"lookup_ns", figure_lookup},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = dns_client_read,
    .free = dns_client_free,
};

const struct traffic_type dns_traffic = {.name = "dns",
                                         .source = &dns_client_type,
                                         .sink = &dns_server_type,
                                         .has_port = true,
                                         .shares_sink = true,
                                         .port = DNS_PORT};
