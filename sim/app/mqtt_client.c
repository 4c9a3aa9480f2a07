/* One client: it connects, subscribes if it is told to, publishes on its own clock, and comes back
 * when the connection is gone. What it publishes is numbered, so that a subscriber can tell a
 * repetition. */
#include "actor/tcp_call.h"
#include "app/mqtt.h"

#include <stdio.h>
#include <string.h>

enum { LOWER_TCP };
enum { PUBLISH, PING, SILENCE, RETRY }; /* timers */
enum { STATE_AWAY, STATE_OPENING, STATE_CONNECTING, STATE_CONNECTED };

struct mqtt_client {
    /* settings; texts are pointers */
    int64_t client, subscribe, subscribe_qos, publish, qos, retain, size, count, interval, first;
    int64_t keep_alive, clean, will, will_qos, will_retain, reconnect, stays;
    struct net key;
    struct talk link;
    struct mqtt_delivery delivery;
    unsigned state;
    bool is_over;               /* it has left for good */
    bool awaits_ping;           /* PINGREQ was sent, PINGRESP has not come */
    bool has_subscribed;        /* in this session */
    int64_t published, at_once; /* at_once: with QoS 0, so settled when they were sent */
    uint64_t delivered, again, opened;
    int64_t highest; /* number of a delivered publication */
};

static void to_state(struct mqtt_client *s, unsigned state, unsigned why, struct fx *fx)
{
    if (s->state != state) {
        fx_state(fx, 0, s->state, state, why);
        s->state = state;
    }
}

static struct talk *link_of(struct mqtt_client *s)
{
    return s->state == STATE_CONNECTED ? &s->link : NULL;
}

/* The keep-alive counts from the last packet that was sent (3.1.2.10). */
static void say(struct mqtt_client *s, const struct mqtt_packet *p, struct mark answers,
                sim_time now, struct fx *fx)
{
    mqtt_say(&s->link, p, answers, (unsigned)p->type, fx);
    if (s->keep_alive > 0) {
        fx_timer(fx, PING, 0, time_add(now, s->keep_alive));
    }
}

/* ---- coming and going ---- */

static void open_connection(struct mqtt_client *s, struct fx *fx)
{
    s->link.handle = fx_open(fx, LOWER_TCP, s->key);
    s->key.from.port = 0; /* of the next one: whichever is free */
    fx_request(fx, s->link.handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, s->link.handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
    s->opened++;
    to_state(s, STATE_OPENING, 0, fx);
}

static struct bytes client_id(const struct mqtt_client *s, char buf[24])
{
    if (*param_text(s->client)) {
        return bytes_str(param_text(s->client));
    }
    snprintf(buf, 24, "client-%u", s->key.from.ip & 255);
    return bytes_str(buf);
}

static void connect(struct mqtt_client *s, sim_time now, struct fx *fx)
{
    char id[24];
    struct mqtt_packet p = {.type = MQTT_CONNECT,
                            .client = client_id(s, id),
                            .is_clean = s->clean,
                            .keep_alive =
                                (uint16_t)(s->keep_alive > 0 ? s->keep_alive / SIM_S : 0)};
    if (*param_text(s->will)) {
        p.has_will = true;
        p.topic = bytes_str(param_text(s->will));
        p.payload = bytes_str("gone");
        p.qos = (uint8_t)s->will_qos;
        p.retain = s->will_retain;
    }
    fx_request(fx, s->link.handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
    to_state(s, STATE_CONNECTING, 0, fx);
    say(s, &p, (struct mark){0}, now, fx);
}

static bool publishes(const struct mqtt_client *s)
{
    return *param_text(s->publish) != 0;
}

/* All of its own is settled, and it does not stay for more. */
static void leave_if_done(struct mqtt_client *s, sim_time now, struct fx *fx)
{
    bool is_done =
        publishes(s) && s->count >= 0 && s->published >= s->count && s->delivery.count == 0;
    if (is_done && !s->stays && s->state == STATE_CONNECTED && !s->is_over) {
        struct mqtt_packet p = {.type = MQTT_DISCONNECT};
        s->is_over = true;
        say(s, &p, (struct mark){0}, now, fx);
        talk_hang_up(&s->link, false, fx);
        fx_timer(fx, PING, 0, SIM_NEVER);
    }
}

static void lose_touch(struct mqtt_client *s, unsigned why, struct fx *fx)
{
    to_state(s, STATE_AWAY, why, fx);
    talk_hang_up(&s->link, true, fx);
}

static void closed(struct mqtt_client *s, sim_time now, struct fx *fx)
{
    talk_free(&s->link);
    fx_timer(fx, PING, 0, SIM_NEVER);
    fx_timer(fx, SILENCE, 0, SIM_NEVER);
    s->awaits_ping = false;
    to_state(s, STATE_AWAY, 0, fx);
    s->has_subscribed &= !s->clean;
    if (s->clean) {
        mqtt_delivery_free(&s->delivery);
    }
    if (!s->is_over && s->reconnect >= 0) {
        fx_timer(fx, RETRY, 0, time_add(now, s->reconnect));
    }
}

/* ---- publishing ---- */

/* "17", and dots up to the size that is asked for. */
static void publish_one(struct mqtt_client *s, sim_time now, struct fx *fx)
{
    struct buf payload = {0};
    buf_printf(&payload, "%lld", (long long)++s->published);
    while ((int64_t)payload.len < s->size) {
        buf_char(&payload, '.');
    }
    struct mqtt_packet p = {.type = MQTT_PUBLISH,
                            .topic = bytes_str(param_text(s->publish)),
                            .payload = bytes_of(payload.data, payload.len),
                            .qos = (uint8_t)s->qos,
                            .retain = s->retain};
    mqtt_publish(&s->delivery, link_of(s), &p, MQTT_PUBLISH, fx);
    s->at_once += s->qos == 0;
    buf_free(&payload);
    if (link_of(s) && s->keep_alive > 0) {
        fx_timer(fx, PING, 0, time_add(now, s->keep_alive));
    }
    if (s->count < 0 || s->published < s->count) {
        fx_timer(fx, PUBLISH, 0, time_add(now, s->interval));
    }
}

/* ---- hearing ---- */

static void subscribe(struct mqtt_client *s, sim_time now, struct fx *fx)
{
    struct mqtt_packet p = {.type = MQTT_SUBSCRIBE, .id = 1, .filter_count = 1};
    p.filters[0] =
        (struct mqtt_filter){bytes_str(param_text(s->subscribe)), (uint8_t)s->subscribe_qos};
    s->has_subscribed = true;
    say(s, &p, (struct mark){0}, now, fx);
}

static void connected(struct mqtt_client *s, const struct mqtt_packet *p, sim_time now,
                      struct fx *fx)
{
    if (p->code != MQTT_ACCEPTED) {
        s->is_over = true;
        lose_touch(s, MQTT_WHY_REFUSED, fx);
        return;
    }
    to_state(s, STATE_CONNECTED, MQTT_CONNACK, fx);
    if (!p->session_present) {
        s->has_subscribed = false; /* the broker knows nothing of what was before (3.1.2.4) */
    }
    if (*param_text(s->subscribe) && !s->has_subscribed) {
        subscribe(s, now, fx);
    }
    mqtt_resume(&s->delivery, &s->link, fx);
    if (publishes(s) && s->published == 0) {
        fx_timer(fx, PUBLISH, 0, time_add(now, s->first));
    }
}

/* What the application sees: a number that it has had is a repetition. */
static void deliver(struct mqtt_client *s, const struct mqtt_packet *p, struct fx *fx)
{
    int64_t number = 0;
    for (size_t i = 0; i < p->payload.len && p->payload.data[i] >= '0' && p->payload.data[i] <= '9';
         i++) {
        number = number * 10 + (p->payload.data[i] - '0');
        if (number > UINT32_MAX) {
            break;
        }
    }
    bool is_again = number > 0 && number <= s->highest;
    s->highest = number > s->highest ? number : s->highest;
    s->delivered++;
    s->again += is_again;
    fx_note(fx, MQTT_WHY_DELIVERED);
}

static void hear(struct mqtt_client *s, const struct mqtt_packet *p, struct mark end, sim_time now,
                 struct fx *fx)
{
    switch (p->type) {
    case MQTT_CONNACK: connected(s, p, now, fx); break;
    case MQTT_PUBLISH:
        if (mqtt_receive(&s->delivery, &s->link, p, end, fx)) {
            deliver(s, p, fx);
        } else {
            fx_note(fx, MQTT_WHY_KNOWN);
        }
        break;
    case MQTT_PUBACK:
    case MQTT_PUBREC:
    case MQTT_PUBREL:
    case MQTT_PUBCOMP: mqtt_settle(&s->delivery, &s->link, p, end, fx); break;
    case MQTT_PINGRESP:
        s->awaits_ping = false;
        fx_timer(fx, SILENCE, 0, SIM_NEVER);
        break;
    case MQTT_SUBACK:
    case MQTT_UNSUBACK: break;
    default: lose_touch(s, MQTT_WHY_BROKEN, fx); break; /* not for a client */
    }
}

/* The first packet of a broker is CONNACK (3.2). */
static void read_data(struct mqtt_client *s, const struct input *in, struct fx *fx)
{
    struct mqtt_packet p;
    struct mark end = {0};
    enum mqtt_read got;
    talk_take(&s->link, in);
    while ((got = mqtt_next(&s->link, &p, &end)) == MQTT_WHOLE && s->state != STATE_AWAY) {
        fx_heard(fx, 0, end, 0);
        if ((p.type == MQTT_CONNACK) != (s->state == STATE_CONNECTING)) {
            lose_touch(s, MQTT_WHY_BROKEN, fx);
        } else {
            hear(s, &p, end, in->now, fx);
        }
    }
    if (got == MQTT_BROKEN && s->state != STATE_AWAY) {
        lose_touch(s, MQTT_WHY_BROKEN, fx);
    }
    leave_if_done(s, in->now, fx);
}

/* ---- the step ---- */

static void hear_tcp(struct mqtt_client *s, const struct input *in, struct fx *fx)
{
    if (in->index != s->link.handle) {
        return;
    }
    switch (in->code) {
    case CODE_OPENED: connect(s, in->now, fx); break;
    case CODE_DATA: read_data(s, in, fx); break;
    case CODE_END: talk_hang_up(&s->link, false, fx); break;
    case CODE_CLOSED: closed(s, in->now, fx); break;
    default: outbox_hear(&s->link.out, in, fx); break;
    }
}

static void fired(struct mqtt_client *s, const struct input *in, struct fx *fx)
{
    switch (in->code) {
    case PUBLISH:
        publish_one(s, in->now, fx);
        leave_if_done(s, in->now, fx);
        break;
    case PING: {
        struct mqtt_packet p = {.type = MQTT_PINGREQ};
        if (s->state == STATE_CONNECTED) {
            say(s, &p, (struct mark){0}, in->now, fx);
        }
        if (s->state == STATE_CONNECTED && !s->awaits_ping) {
            s->awaits_ping = true;
            fx_timer(fx, SILENCE, 0, time_add(in->now, s->keep_alive));
        }
        break;
    }
    case SILENCE: lose_touch(s, MQTT_WHY_LOST_TOUCH, fx); break;
    default: open_connection(s, fx); break;
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct mqtt_client *s = self;
    if (in->kind == IN_START) {
        s->key = in->net;
        open_connection(s, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(s, in, fx);
    } else if (in->kind == IN_TIMER) {
        fired(s, in, fx);
    }
}

static void free_all(void *self)
{
    struct mqtt_client *s = self;
    talk_free(&s->link);
    mqtt_delivery_free(&s->delivery);
}

/* ---- the tables ---- */

static double figure_published(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct mqtt_client *)self)->published;
}

/* QoS 1 and 2 when the broker has said so; QoS 0 as soon as it is with TCP. */
static double figure_settled(const void *self, const struct path *path)
{
    const struct mqtt_client *s = self;
    (void)path;
    return (double)(s->delivery.settled + (uint64_t)s->at_once);
}

static double figure_delivered(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct mqtt_client *)self)->delivered;
}

static double figure_again(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct mqtt_client *)self)->again;
}

static double figure_connections(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct mqtt_client *)self)->opened;
}

static const struct var vars[] = {{"published", "", "session"},
                                  {"unsettled", "", "session"},
                                  {"delivered", "", "session"},
                                  {"repeated", "", "session"},
                                  {0}};

static void read(const void *self, int64_t *out)
{
    const struct mqtt_client *s = self;
    out[0] = s->published;
    out[1] = s->delivery.count;
    out[2] = (int64_t)s->delivered;
    out[3] = (int64_t)s->again;
}

static bool is_topic(const char *text)
{
    return mqtt_is_topic(bytes_str(text));
}

static bool is_filter(const char *text)
{
    return mqtt_is_filter(bytes_str(text));
}

#define OF(FIELD) offsetof(struct mqtt_client, FIELD)
static const struct param params[] = {
    {"client-id", OF(client), PARAM_TEXT, .max = 65535},
    {"subscribe", OF(subscribe), PARAM_TEXT, .max = 65535, .is_good = is_filter,
     .accepted = "param.accepted.mqtt-filter"},
    {"subscribe-qos", OF(subscribe_qos), PARAM_COUNT, .initial = 0, .max = 2},
    {"publish", OF(publish), PARAM_TEXT, .max = 65535, .is_good = is_topic,
     .accepted = "param.accepted.mqtt-topic"},
    {"qos", OF(qos), PARAM_COUNT, .initial = 0, .max = 2},
    {"retain", OF(retain), PARAM_SWITCH, .initial = 0, .max = 1},
    {"size", OF(size), PARAM_BYTES, .initial = 20, .min = 0, .max = 16000000},
    {"count", OF(count), PARAM_COUNT, .may_be_off = true, .initial = 1, .min = 0,
     .max = 1000000000},
    {"interval", OF(interval), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"first", OF(first), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {"keep-alive", OF(keep_alive), PARAM_TIME, .may_be_off = true, .initial = 60 * SIM_S,
     .min = SIM_S, .max = 65535 * SIM_S},
    {"clean-session", OF(clean), PARAM_SWITCH, .initial = 1, .max = 1},
    {"will", OF(will), PARAM_TEXT, .max = 65535, .is_good = is_topic,
     .accepted = "param.accepted.mqtt-topic"},
    {"will-qos", OF(will_qos), PARAM_COUNT, .initial = 0, .max = 2},
    {"will-retain", OF(will_retain), PARAM_SWITCH, .initial = 0, .max = 1},
    {"reconnect", OF(reconnect), PARAM_TIME, .may_be_off = true, .initial = SIM_S, .min = 0,
     .max = SIM_NEVER / 4},
    {"stay", OF(stays), PARAM_SWITCH, .initial = 0, .max = 1},
    {0},
};

static const struct machine_edge edges[] = {
    {STATE_AWAY, STATE_OPENING, "mqtt.edge.opens"},
    {STATE_OPENING, STATE_CONNECTING, "mqtt.edge.connects"},
    {STATE_CONNECTING, STATE_CONNECTED, "mqtt.edge.accepted"},
    {STATE_OPENING, STATE_AWAY, "mqtt.edge.lost"},
    {STATE_CONNECTING, STATE_AWAY, "mqtt.edge.lost"},
    {STATE_CONNECTED, STATE_AWAY, "mqtt.edge.lost"},
    {-1, -1, NULL}};

const struct reason mqtt_reasons[] = {
    [0] = {0},
    [MQTT_CONNECT] = {"mqtt.connect", "MQTT 3.1.1 §3.1"},
    [MQTT_CONNACK] = {"mqtt.connack", "MQTT 3.1.1 §3.2"},
    [MQTT_PUBLISH] = {"mqtt.publish", "MQTT 3.1.1 §3.3"},
    [MQTT_PUBACK] = {"mqtt.puback", "MQTT 3.1.1 §4.3.2"},
    [MQTT_PUBREC] = {"mqtt.pubrec", "MQTT 3.1.1 §4.3.3"},
    [MQTT_PUBREL] = {"mqtt.pubrel", "MQTT 3.1.1 §4.3.3"},
    [MQTT_PUBCOMP] = {"mqtt.pubcomp", "MQTT 3.1.1 §4.3.3"},
    [MQTT_SUBSCRIBE] = {"mqtt.subscribe", "MQTT 3.1.1 §3.8"},
    [MQTT_SUBACK] = {"mqtt.suback", "MQTT 3.1.1 §3.9"},
    [MQTT_UNSUBSCRIBE] = {"mqtt.unsubscribe", "MQTT 3.1.1 §3.10"},
    [MQTT_UNSUBACK] = {"mqtt.unsuback", "MQTT 3.1.1 §3.11"},
    [MQTT_PINGREQ] = {"mqtt.pingreq", "MQTT 3.1.1 §3.12"},
    [MQTT_PINGRESP] = {"mqtt.pingresp", "MQTT 3.1.1 §3.13"},
    [MQTT_DISCONNECT] = {"mqtt.disconnect", "MQTT 3.1.1 §3.14"},
    [MQTT_WHY_AGAIN] = {"mqtt.again", "MQTT 3.1.1 §4.4"},
    [MQTT_WHY_FORWARD] = {"mqtt.forward", "MQTT 3.1.1 §3.3.5"},
    [MQTT_WHY_RETAINED] = {"mqtt.retained", "MQTT 3.1.1 §3.3.1.3"},
    [MQTT_WHY_WILL] = {"mqtt.will", "MQTT 3.1.1 §3.1.2.5"},
    [MQTT_WHY_REFUSED] = {"mqtt.refused", "MQTT 3.1.1 §3.2.2.3"},
    [MQTT_WHY_DELIVERED] = {"mqtt.delivered", "MQTT 3.1.1 §4.3"},
    [MQTT_WHY_KNOWN] = {"mqtt.known", "MQTT 3.1.1 §4.3.3"},
    [MQTT_WHY_LOST_TOUCH] = {"mqtt.lost-touch", "MQTT 3.1.1 §3.1.2.10"},
    [MQTT_WHY_BROKEN] = {"mqtt.broken", "MQTT 3.1.1 §4.8"},
    [MQTT_WHY_TAKEN_OVER] = {"mqtt.taken-over", "MQTT 3.1.1 §3.1.4"},
    {0},
};

const struct actor_type mqtt_client_type = {
    .name = "mqtt-client",
    .size = sizeof(struct mqtt_client),
    .reads_bytes = true,
    .machines =
        (const struct machine[]){
            {"session", (const char *const[]){"AWAY", "OPENING", "CONNECTING", "CONNECTED", NULL},
             edges},
            {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[PUBLISH] = {"publish", 1, TIMER_KIND_PACE},
                                     [PING] = {"keep-alive", 1, TIMER_KIND_PACE},
                                     [SILENCE] = {"silence", 1, TIMER_KIND_WAIT},
                                     [RETRY] = {"reconnect", 1, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = mqtt_reasons,
    .vars = vars,
    .params = params,
    .figures = (const struct figure[]){{"published", figure_published},
                                       {"settled", figure_settled},
                                       {"delivered", figure_delivered},
                                       {"repeated", figure_again},
                                       {"connections", figure_connections},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = read,
    .free = free_all,
};

const struct traffic_type mqtt_traffic = {.name = "mqtt",
                                          .source = &mqtt_client_type,
                                          .sink = &mqtt_broker_type,
                                          .has_port = true,
                                          .shares_sink = true,
                                          .port = 1883};
