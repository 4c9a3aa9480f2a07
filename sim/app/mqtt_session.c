/* Sessions, and publications on their way to them. */
#include "app/mqtt_inside.h"
#include "base/os.h"

#include <stdlib.h>
#include <string.h>

struct bytes mqtt_text(const struct buf *b)
{
    return bytes_of(b->data, b->len);
}

void mqtt_set_text(struct buf *b, struct bytes text)
{
    buf_clear(b);
    if (text.len) {
        buf_add(b, text);
    }
}

void mqtt_free_kept(struct kept *k)
{
    buf_free(&k->topic);
    buf_free(&k->payload);
    *k = (struct kept){0};
}

void mqtt_keep(struct kept *k, const struct mqtt_packet *p)
{
    mqtt_set_text(&k->topic, p->topic);
    mqtt_set_text(&k->payload, p->payload);
    k->qos = p->qos;
    k->retain = p->retain;
}

struct mqtt_packet mqtt_kept_packet(const struct kept *k)
{
    return (struct mqtt_packet){.type = MQTT_PUBLISH,
                                .topic = mqtt_text(&k->topic),
                                .payload = mqtt_text(&k->payload),
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
    while (i < b->retained_count && !bytes_equal(mqtt_text(&b->retained[i].topic), p->topic)) {
        i++;
    }
    if (p->payload.len == 0) { /* an empty one takes the old one away (3.3.1.3) */
        if (i < b->retained_count) {
            mqtt_free_kept(&b->retained[i]);
            b->retained[i] = b->retained[--b->retained_count];
        }
        return;
    }
    if (i == b->retained_count) {
        b->retained = os_realloc(b->retained, ++b->retained_count * sizeof *b->retained);
        b->retained[i] = (struct kept){0};
    }
    mqtt_keep(&b->retained[i], p);
}

/* The greatest QoS that a matching filter was granted (3.3.5); -1: none matches. */
static int granted(const struct session *s, struct bytes topic)
{
    int qos = -1;
    for (uint32_t i = 0; i < s->count; i++) {
        if (mqtt_matches(mqtt_text(&s->list[i].filter), topic) && s->list[i].qos > qos) {
            qos = s->list[i].qos;
        }
    }
    return qos;
}

void mqtt_spread(struct mqtt_broker *b, const struct mqtt_packet *p, unsigned why, struct fx *fx)
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

void mqtt_clear_will(struct session *s)
{
    s->has_will = false;
    mqtt_free_kept(&s->will);
}

void mqtt_forget(struct session *s)
{
    for (uint32_t i = 0; i < s->count; i++) {
        buf_free(&s->list[i].filter);
    }
    free(s->list);
    buf_free(&s->client);
    mqtt_clear_will(s);
    mqtt_delivery_free(&s->delivery);
    *s = (struct session){0};
}

struct session *mqtt_session_of(struct mqtt_broker *b, struct bytes client)
{
    for (uint32_t i = 0; i < b->session_count; i++) {
        if (b->sessions[i].exists && bytes_equal(mqtt_text(&b->sessions[i].client), client)) {
            return &b->sessions[i];
        }
    }
    return NULL;
}

struct session *mqtt_new_session(struct mqtt_broker *b, struct bytes client)
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
    mqtt_set_text(&b->sessions[i].client, client);
    return &b->sessions[i];
}

/* The connection is gone, or is as good as gone: the will speaks unless the client took its leave.
 */
void mqtt_part(struct mqtt_broker *b, struct conn *c, struct fx *fx)
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
        struct mqtt_packet p = mqtt_kept_packet(&will);
        s->will = (struct kept){0};
        s->has_will = false;
        mqtt_spread(b, &p, MQTT_WHY_WILL, fx);
        mqtt_free_kept(&will);
    }
}

void mqtt_drop_clean(struct mqtt_broker *b)
{
    for (uint32_t i = 0; i < b->session_count; i++) {
        if (b->sessions[i].exists && b->sessions[i].is_clean && b->sessions[i].conn == 0) {
            mqtt_forget(&b->sessions[i]);
        }
    }
}

void mqtt_cut(struct mqtt_broker *b, struct conn *c, unsigned why, struct fx *fx)
{
    fx_note(fx, why);
    talk_hang_up(&c->link, true, fx);
    mqtt_part(b, c, fx);
    mqtt_drop_clean(b);
}
