/* The broker: what is published goes to every session with a filter that matches, whether its
 * client is there or not. Invariant: a live session and its connection name each other. */
#include "actor/tcp_call.h"
#include "app/mqtt_inside.h"
#include "base/os.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
enum { SILENCE, WORK };          /* timers; index: place in the list of connections */
enum { CONNECTIONS_MAX = 1024 }; /* more are reset */
#define FIRST_WORD (10 * SIM_S)  /* so long a connection may stand without CONNECT */

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
        mqtt_keep(&s->will, p);
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
    struct session *s = mqtt_session_of(b, client);
    if (s && s->conn) { /* the newer connection wins (3.1.4) */
        mqtt_cut(b, &b->conns[s->conn - 1], MQTT_WHY_TAKEN_OVER, fx);
        s = mqtt_session_of(b, client);
    }
    if (s && p->is_clean) {
        mqtt_forget(s);
        s = NULL;
    }
    struct mqtt_packet answer = {.type = MQTT_CONNACK, .session_present = s != NULL};
    s = s ? s : mqtt_new_session(b, client);
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
    while (i < s->count && !bytes_equal(mqtt_text(&s->list[i].filter), f->topic)) {
        i++;
    }
    if (i == s->count) {
        s->list = os_realloc(s->list, ++s->count * sizeof *s->list);
        s->list[i] = (struct subscription){0};
        mqtt_set_text(&s->list[i].filter, f->topic);
    }
    s->list[i].qos = f->qos;
}

static void tell_retained(struct mqtt_broker *b, struct session *s, struct conn *c,
                          const struct mqtt_filter *f, struct fx *fx)
{
    for (uint32_t i = 0; i < b->retained_count; i++) {
        struct mqtt_packet p = mqtt_kept_packet(&b->retained[i]);
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
    assert(s);
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
    assert(s);
    struct mqtt_packet answer = {.type = MQTT_UNSUBACK, .id = p->id};
    for (unsigned i = 0; i < p->filter_count; i++) {
        for (uint32_t k = 0; k < s->count; k++) {
            if (bytes_equal(mqtt_text(&s->list[k].filter), p->filters[i].topic)) {
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
    mqtt_clear_will(s);
    mqtt_part(b, c, fx);
    mqtt_drop_clean(b);
    talk_hang_up(&c->link, false, fx);
}

static void publish(struct mqtt_broker *b, struct session *s, struct conn *c,
                    const struct mqtt_packet *p, struct mark end, struct fx *fx)
{
    if (mqtt_receive(&s->delivery, &c->link, p, end, fx)) {
        b->taken++;
        mqtt_spread(b, p, MQTT_WHY_FORWARD, fx);
    } else {
        fx_note(fx, MQTT_WHY_KNOWN);
    }
}

static void hear(struct mqtt_broker *b, struct conn *c, const struct mqtt_packet *p,
                 struct mark end, struct fx *fx)
{
    struct session *s = c->session ? &b->sessions[c->session - 1] : NULL;
    if ((p->type == MQTT_CONNECT) != !s) { /* CONNECT comes first, and once (3.1) */
        mqtt_cut(b, c, MQTT_WHY_BROKEN, fx);
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
    default: mqtt_cut(b, c, MQTT_WHY_BROKEN, fx); break; /* not for a broker */
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
            mqtt_cut(b, c, MQTT_WHY_BROKEN, fx);
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
    mqtt_part(b, c, fx);
    mqtt_drop_clean(b);
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
        mqtt_part(b, c, fx);
        mqtt_drop_clean(b);
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
        mqtt_cut(b, &b->conns[in->index], MQTT_WHY_LOST_TOUCH, fx);
    }
}

static void free_all(void *self)
{
    struct mqtt_broker *b = self;
    for (uint32_t i = 0; i < b->conn_count; i++) {
        talk_free(&b->conns[i].link);
    }
    for (uint32_t i = 0; i < b->session_count; i++) {
        mqtt_forget(&b->sessions[i]);
    }
    for (uint32_t i = 0; i < b->retained_count; i++) {
        mqtt_free_kept(&b->retained[i]);
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
