/* The broker: what is published goes to every session with a filter that matches, whether its
 * client is there or not. Invariant: a live session and its connection name each other. */
#include "actor/tcp_call.h"
#include "app/mqtt.h"
#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
enum { SILENCE, WORK };          /* timers; index: place in the list of connections */
enum { CONNECTIONS_MAX = 1024 }; /* more are reset */
#define FIRST_WORD (10 * SIM_S)  /* so long a connection may stand without CONNECT */

struct subscription {
    struct buf filter;
    uint8_t qos;
};

/* A publication that outlives its publisher: a will, or one that is retained. */
struct kept {
    struct buf topic, payload;
    uint8_t qos;
    bool retain;
};

struct session {
    struct buf client; /* its identifier */
    bool exists, is_clean, has_will;
    uint32_t conn; /* place + 1 of its connection, 0: it is away */
    struct kept will;
    struct subscription *list; /* owned */
    uint32_t count, cap;
    struct mqtt_delivery delivery;
};

struct conn {
    struct talk link; /* handle 0: this place is free */
    uint32_t session; /* place + 1, 0: CONNECT has not come */
    sim_time silence; /* so long it may be silent, SIM_NEVER: for ever */
    bool is_over;     /* nothing more is read */
    bool is_working;  /* on the publication at the front; what follows it waits */
};

struct mqtt_broker {
    int64_t service;    /* setting */
    struct conn *conns; /* owned */
    uint32_t conn_count;
    struct session *sessions; /* owned */
    uint32_t session_count;
    struct kept *retained; /* owned */
    uint32_t retained_count;
    uint32_t named; /* clients without an identifier, so far */
    uint64_t taken, forwarded;
};

static struct bytes text_of(const struct buf *b)
{
    return bytes_of(b->data, b->len);
}

static void set_text(struct buf *b, struct bytes text)
{
    buf_clear(b);
    if (text.len) {
        buf_add(b, text);
    }
}

static void free_kept(struct kept *k)
{
    buf_free(&k->topic);
    buf_free(&k->payload);
    *k = (struct kept){0};
}

static void keep(struct kept *k, const struct mqtt_packet *p)
{
    set_text(&k->topic, p->topic);
    set_text(&k->payload, p->payload);
    k->qos = p->qos;
    k->retain = p->retain;
}

static struct mqtt_packet packet_of(const struct kept *k)
{
    return (struct mqtt_packet){.type = MQTT_PUBLISH,
                                .topic = text_of(&k->topic),
                                .payload = text_of(&k->payload),
                                .qos = k->qos,
                                .retain = k->retain};
}

static struct talk *link_of(struct mqtt_broker *b, const struct session *s)
{
    return s->conn ? &b->conns[s->conn - 1].link : NULL;
}

/* ---- publications ---- */

static void retain(struct mqtt_broker *b, const struct mqtt_packet *p)
{
    uint32_t i = 0;
    while (i < b->retained_count && !bytes_equal(text_of(&b->retained[i].topic), p->topic)) {
        i++;
    }
    if (p->payload.len == 0) { /* an empty one takes the old one away (3.3.1.3) */
        if (i < b->retained_count) {
            free_kept(&b->retained[i]);
            b->retained[i] = b->retained[--b->retained_count];
        }
        return;
    }
    if (i == b->retained_count) {
        b->retained = os_realloc(b->retained, ++b->retained_count * sizeof *b->retained);
        b->retained[i] = (struct kept){0};
    }
    keep(&b->retained[i], p);
}

/* The greatest QoS that a matching filter was granted (3.3.5); -1: none matches. */
static int granted(const struct session *s, struct bytes topic)
{
    int qos = -1;
    for (uint32_t i = 0; i < s->count; i++) {
        if (mqtt_matches(text_of(&s->list[i].filter), topic) && s->list[i].qos > qos) {
            qos = s->list[i].qos;
        }
    }
    return qos;
}

static void spread(struct mqtt_broker *b, const struct mqtt_packet *p, unsigned why, struct fx *fx)
{
    if (p->retain) {
        retain(b, p);
    }
    for (uint32_t i = 0; i < b->session_count; i++) {
        struct session *s = &b->sessions[i];
        int qos = s->exists ? granted(s, p->topic) : -1;
        if (qos >= 0) {
            struct mqtt_packet copy = {
                .type = MQTT_PUBLISH, .topic = p->topic, .payload = p->payload};
            copy.qos = (uint8_t)(qos < p->qos ? qos : p->qos);
            b->forwarded++;
            mqtt_publish(&s->delivery, link_of(b, s), &copy, why, fx);
        }
    }
}

/* ---- sessions ---- */

static void clear_will(struct session *s)
{
    s->has_will = false;
    free_kept(&s->will);
}

static void forget(struct session *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        buf_free(&s->list[i].filter);
    }
    free(s->list);
    buf_free(&s->client);
    clear_will(s);
    mqtt_delivery_free(&s->delivery);
    *s = (struct session){0};
}

static struct session *session_of(struct mqtt_broker *b, struct bytes client)
{
    for (uint32_t i = 0; i < b->session_count; i++) {
        if (b->sessions[i].exists && bytes_equal(text_of(&b->sessions[i].client), client)) {
            return &b->sessions[i];
        }
    }
    return NULL;
}

static struct session *new_session(struct mqtt_broker *b, struct bytes client)
{
    uint32_t i = 0;
    while (i < b->session_count && b->sessions[i].exists) {
        i++;
    }
    if (i == b->session_count) {
        b->sessions = os_realloc(b->sessions, ++b->session_count * sizeof *b->sessions);
        b->sessions[i] = (struct session){0};
    }
    b->sessions[i].exists = true;
    set_text(&b->sessions[i].client, client);
    return &b->sessions[i];
}

/* The connection is gone, or is as good as gone: the will speaks unless the client took its leave.
 */
static void part(struct mqtt_broker *b, struct conn *c, struct fx *fx)
{
    struct session *s = c->session ? &b->sessions[c->session - 1] : NULL;
    c->session = 0;
    c->is_over = true;
    if (!s) {
        return;
    }
    s->conn = 0;
    if (s->has_will) {
        struct kept will = s->will;
        struct mqtt_packet p = packet_of(&will);
        s->will = (struct kept){0};
        s->has_will = false;
        spread(b, &p, MQTT_WHY_WILL, fx);
        free_kept(&will);
    }
}

static void drop_clean(struct mqtt_broker *b)
{
    for (uint32_t i = 0; i < b->session_count; i++) {
        if (b->sessions[i].exists && b->sessions[i].is_clean && b->sessions[i].conn == 0) {
            forget(&b->sessions[i]);
        }
    }
}

static void cut(struct mqtt_broker *b, struct conn *c, unsigned why, struct fx *fx)
{
    fx_note(fx, why);
    talk_hang_up(&c->link, true, fx);
    part(b, c, fx);
    drop_clean(b);
}

/* ---- packets ---- */

static void say(struct conn *c, const struct mqtt_packet *p, struct mark answers, struct fx *fx)
{
    mqtt_say(&c->link, p, answers, (unsigned)p->type, fx);
}

static void refuse(struct conn *c, enum mqtt_return code, struct mark end, struct fx *fx)
{
    struct mqtt_packet p = {.type = MQTT_CONNACK, .code = code};
    c->is_over = true;
    mqtt_say(&c->link, &p, end, MQTT_WHY_REFUSED, fx);
    talk_hang_up(&c->link, false, fx);
}

static void remember(struct session *s, const struct mqtt_packet *p)
{
    s->is_clean = p->is_clean;
    s->has_will = p->has_will;
    if (p->has_will) {
        keep(&s->will, p);
    }
}

/* One and a half times the keep-alive may pass in silence (3.1.2.10). */
static void listen_for(const struct mqtt_broker *b, const struct conn *c, sim_time now,
                       struct fx *fx)
{
    bool waits = c->silence != SIM_NEVER && !c->is_over;
    fx_timer(fx, SILENCE, (uint32_t)(c - b->conns), waits ? time_add(now, c->silence) : SIM_NEVER);
}

static void accept(struct mqtt_broker *b, struct conn *c, const struct mqtt_packet *p,
                   struct mark end, struct fx *fx)
{
    char name[24];
    struct bytes client = p->client;
    if (client.len == 0) {
        snprintf(name, sizeof name, "auto-%u", ++b->named);
        client = bytes_str(name);
    }
    struct session *s = session_of(b, client);
    if (s && s->conn) { /* the newer connection wins (3.1.4) */
        cut(b, &b->conns[s->conn - 1], MQTT_WHY_TAKEN_OVER, fx);
        s = session_of(b, client);
    }
    if (s && p->is_clean) {
        forget(s);
        s = NULL;
    }
    struct mqtt_packet answer = {.type = MQTT_CONNACK, .session_present = s != NULL};
    s = s ? s : new_session(b, client);
    s->conn = (uint32_t)(c - b->conns) + 1;
    c->session = (uint32_t)(s - b->sessions) + 1;
    c->silence = p->keep_alive ? p->keep_alive * (SIM_S + SIM_S / 2) : SIM_NEVER;
    remember(s, p);
    say(c, &answer, end, fx);
    mqtt_resume(&s->delivery, &c->link, fx);
}

static void connect(struct mqtt_broker *b, struct conn *c, const struct mqtt_packet *p,
                    struct mark end, struct fx *fx)
{
    if (p->client.len == 0 && !p->is_clean) {
        refuse(c, MQTT_BAD_CLIENT_ID, end, fx);
    } else {
        accept(b, c, p, end, fx);
    }
}

static void subscribe_to(struct session *s, const struct mqtt_filter *f)
{
    uint32_t i = 0;
    while (i < s->count && !bytes_equal(text_of(&s->list[i].filter), f->topic)) {
        i++;
    }
    if (i == s->count) {
        s->list = os_realloc(s->list, ++s->count * sizeof *s->list);
        s->list[i] = (struct subscription){0};
        set_text(&s->list[i].filter, f->topic);
    }
    s->list[i].qos = f->qos;
}

static void tell_retained(struct mqtt_broker *b, struct session *s, struct conn *c,
                          const struct mqtt_filter *f, struct fx *fx)
{
    for (uint32_t i = 0; i < b->retained_count; i++) {
        struct mqtt_packet p = packet_of(&b->retained[i]);
        if (mqtt_matches(f->topic, p.topic)) {
            p.qos = f->qos < p.qos ? f->qos : p.qos;
            b->forwarded++;
            mqtt_publish(&s->delivery, &c->link, &p, MQTT_WHY_RETAINED, fx);
        }
    }
}

static void subscribe(struct mqtt_broker *b, struct session *s, struct conn *c,
                      const struct mqtt_packet *p, struct mark end, struct fx *fx)
{
    struct mqtt_packet answer = {.type = MQTT_SUBACK, .id = p->id, .filter_count = p->filter_count};
    for (unsigned i = 0; i < p->filter_count; i++) {
        subscribe_to(s, &p->filters[i]);
        answer.filters[i].qos = p->filters[i].qos;
    }
    say(c, &answer, end, fx);
    for (unsigned i = 0; i < p->filter_count; i++) {
        tell_retained(b, s, c, &p->filters[i], fx);
    }
}

static void unsubscribe(struct session *s, struct conn *c, const struct mqtt_packet *p,
                        struct mark end, struct fx *fx)
{
    struct mqtt_packet answer = {.type = MQTT_UNSUBACK, .id = p->id};
    for (unsigned i = 0; i < p->filter_count; i++) {
        for (uint32_t k = 0; k < s->count; k++) {
            if (bytes_equal(text_of(&s->list[k].filter), p->filters[i].topic)) {
                buf_free(&s->list[k].filter);
                s->list[k] = s->list[--s->count];
                break;
            }
        }
    }
    say(c, &answer, end, fx);
}

static void take_leave(struct mqtt_broker *b, struct conn *c, struct session *s, struct fx *fx)
{
    clear_will(s);
    part(b, c, fx);
    drop_clean(b);
    talk_hang_up(&c->link, false, fx);
}

static void publish(struct mqtt_broker *b, struct session *s, struct conn *c,
                    const struct mqtt_packet *p, struct mark end, struct fx *fx)
{
    if (mqtt_receive(&s->delivery, &c->link, p, end, fx)) {
        b->taken++;
        spread(b, p, MQTT_WHY_FORWARD, fx);
    } else {
        fx_note(fx, MQTT_WHY_KNOWN);
    }
}

static void hear(struct mqtt_broker *b, struct conn *c, const struct mqtt_packet *p,
                 struct mark end, struct fx *fx)
{
    struct session *s = c->session ? &b->sessions[c->session - 1] : NULL;
    if ((p->type == MQTT_CONNECT) != !s) { /* CONNECT comes first, and once (3.1) */
        cut(b, c, MQTT_WHY_BROKEN, fx);
        return;
    }
    switch (p->type) {
    case MQTT_CONNECT: connect(b, c, p, end, fx); break;
    case MQTT_PUBLISH: publish(b, s, c, p, end, fx); break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP: mqtt_settle(&s->delivery, &c->link, p, end, fx); break;
    case MQTT_SUBSCRIBE: subscribe(b, s, c, p, end, fx); break;
    case MQTT_UNSUBSCRIBE: unsubscribe(s, c, p, end, fx); break;
    case MQTT_PINGREQ: {
        struct mqtt_packet answer = {.type = MQTT_PINGRESP};
        say(c, &answer, end, fx);
        break;
    }
    case MQTT_DISCONNECT: take_leave(b, c, s, fx); break;
    default: cut(b, c, MQTT_WHY_BROKEN, fx); break; /* not for a broker */
    }
}

/* It looks at publications for a while before it takes them. True: not yet. */
static bool is_at_work(struct mqtt_broker *b, struct conn *c, const struct mqtt_packet *p,
                       sim_time now, struct fx *fx)
{
    if (b->service == 0 || p->type != MQTT_PUBLISH) {
        return false;
    }
    c->is_working = !c->is_working;
    if (c->is_working) {
        fx_timer(fx, WORK, (uint32_t)(c - b->conns), time_add(now, b->service));
    }
    return c->is_working;
}

static void go_on(struct mqtt_broker *b, struct conn *c, sim_time now, struct fx *fx)
{
    struct mqtt_packet p;
    struct mark end = {0};
    enum mqtt_read got = MQTT_MORE;
    while (!c->is_over && (got = mqtt_next(&c->link, &p, &end)) == MQTT_WHOLE) {
        if (is_at_work(b, c, &p, now, fx)) {
            return;
        }
        fx_heard(fx, 0, end, 0);
        hear(b, c, &p, end, fx);
    }
    if (!c->is_over && got == MQTT_BROKEN) {
        if (p.type == MQTT_CONNECT && p.code == MQTT_BAD_VERSION && !c->session) {
            refuse(c, MQTT_BAD_VERSION, end, fx);
        } else {
            cut(b, c, MQTT_WHY_BROKEN, fx);
        }
    }
}

static void read_data(struct mqtt_broker *b, struct conn *c, const struct input *in, struct fx *fx)
{
    if (c->is_over) {
        return;
    }
    talk_take(&c->link, in);
    if (!c->is_working) {
        go_on(b, c, in->now, fx);
    }
    listen_for(b, c, in->now, fx);
}

/* ---- connections ---- */

static struct conn *find(struct mqtt_broker *b, uint32_t handle)
{
    for (uint32_t i = 0; i < b->conn_count; i++) {
        if (b->conns[i].link.handle == handle) {
            return &b->conns[i];
        }
    }
    return NULL;
}

static void opened(struct mqtt_broker *b, uint32_t handle, sim_time now, struct fx *fx)
{
    struct conn *c = find(b, 0);
    if (!c && b->conn_count == CONNECTIONS_MAX) {
        fx_request(fx, handle, CODE_ABORT, (struct bytes){0}, (struct span){0});
        return;
    }
    if (!c) {
        b->conns = os_realloc(b->conns, ++b->conn_count * sizeof *b->conns);
        c = &b->conns[b->conn_count - 1];
    }
    *c = (struct conn){.link = {.handle = handle}, .silence = FIRST_WORD};
    fx_request(fx, handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    listen_for(b, c, now, fx);
}

static void closed(struct mqtt_broker *b, struct conn *c, sim_time now, struct fx *fx)
{
    part(b, c, fx);
    drop_clean(b);
    listen_for(b, c, now, fx);
    fx_timer(fx, WORK, (uint32_t)(c - b->conns), SIM_NEVER);
    talk_free(&c->link);
    *c = (struct conn){0};
}

static void hear_tcp(struct mqtt_broker *b, const struct input *in, struct fx *fx)
{
    struct conn *c = find(b, in->index);
    if (in->code == CODE_OPENED) {
        opened(b, in->index, in->now, fx);
    } else if (c && in->code == CODE_DATA) {
        read_data(b, c, in, fx);
    } else if (c && in->code == CODE_END) {
        part(b, c, fx);
        drop_clean(b);
        listen_for(b, c, in->now, fx);
        talk_hang_up(&c->link, false, fx);
    } else if (c && in->code == CODE_CLOSED) {
        closed(b, c, in->now, fx);
    } else if (c) {
        outbox_hear(&c->link.out, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct mqtt_broker *b = self;
    if (in->kind == IN_START) {
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(b, in, fx);
    } else if (in->kind == IN_TIMER && in->code == WORK) {
        go_on(b, &b->conns[in->index], in->now, fx);
    } else if (in->kind == IN_TIMER) {
        cut(b, &b->conns[in->index], MQTT_WHY_LOST_TOUCH, fx);
    }
}

static void free_all(void *self)
{
    struct mqtt_broker *b = self;
    for (uint32_t i = 0; i < b->conn_count; i++) {
        talk_free(&b->conns[i].link);
    }
    for (uint32_t i = 0; i < b->session_count; i++) {
        forget(&b->sessions[i]);
    }
    for (uint32_t i = 0; i < b->retained_count; i++) {
        free_kept(&b->retained[i]);
    }
    free(b->conns);
    free(b->sessions);
    free(b->retained);
}

static void read(const void *self, int64_t *out)
{
    const struct mqtt_broker *b = self;
    int64_t live = 0, kept_sessions = 0, waiting = 0;
    for (uint32_t i = 0; i < b->session_count; i++) {
        const struct session *s = &b->sessions[i];
        live += s->exists && s->conn;
        kept_sessions += s->exists && !s->conn;
        waiting += s->exists ? s->delivery.count : 0;
    }
    out[0] = live;
    out[1] = kept_sessions;
    out[2] = waiting;
    out[3] = (int64_t)b->taken;
    out[4] = (int64_t)b->forwarded;
}

static const struct param params[] = {
    {"service", offsetof(struct mqtt_broker, service), PARAM_TIME, .initial = 0, .min = 0,
     .max = SIM_NEVER / 4},
    {0},
};

const struct actor_type mqtt_broker_type = {
    .name = "mqtt-broker",
    .size = sizeof(struct mqtt_broker),
    .reads_bytes = true,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[SILENCE] = {"silence", CONNECTIONS_MAX, TIMER_KIND_IDLE},
                                     [WORK] = {"service", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = mqtt_reasons,
    .vars = (const struct var[]){{"connected", "", "broker"},
                                 {"away", "", "broker"},
                                 {"unsettled", "", "broker"},
                                 {"taken", "", "broker"},
                                 {"forwarded", "", "broker"},
                                 {0}},
    .params = params,
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = read,
    .free = free_all,
};
