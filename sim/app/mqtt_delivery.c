#include "app/mqtt.h"
#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- a connection that speaks in packets ---- */

/* "PUBLISH home/temp (QoS 1, 3)", "PUBACK 3", "CONNECT sensor". */
static void name_packet(const struct mqtt_packet *p, char out[128])
{
    struct bytes what = p->type == MQTT_CONNECT   ? p->client
                        : p->type == MQTT_PUBLISH ? p->topic
                                                  : (struct bytes){0};
    if (p->type == MQTT_SUBSCRIBE || p->type == MQTT_UNSUBSCRIBE) {
        what = p->filters[0].topic;
    }
    int n = snprintf(out, 128, "%s%s%.*s", mqtt_type_name(p->type), what.len ? " " : "",
                     (int)(what.len < 60 ? what.len : 60), what.len ? (const char *)what.data : "");
    if (p->type == MQTT_PUBLISH && p->qos > 0) {
        snprintf(out + n, 128 - (size_t)n, " (QoS %u, id %u%s)", p->qos, p->id,
                 p->dup ? ", DUP" : "");
    } else if (p->id) {
        snprintf(out + n, 128 - (size_t)n, " (id %u)", p->id);
    }
}

void mqtt_say(struct talk *l, const struct mqtt_packet *p, struct mark answers, unsigned why,
              struct fx *fx)
{
    struct buf out = {0};
    char name[128];
    mqtt_write(p, &out);
    name_packet(p, name);
    talk_say(l, bytes_of(out.data, out.len), name, answers, why, fx);
    buf_free(&out);
}

enum mqtt_read mqtt_next(struct talk *l, struct mqtt_packet *out, struct mark *end)
{
    size_t used;
    talk_drop(l, *end); /* what was returned last, which points in here */
    enum mqtt_read got = mqtt_parse(talk_bytes(l), out, &used);
    *end = got == MQTT_WHOLE ? talk_mark(l, used) : (struct mark){0};
    return got;
}

/* ---- publications under way ---- */

static bool is_used(const struct mqtt_delivery *d, uint16_t id)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (d->list[i].id == id) {
            return true;
        }
    }
    return false;
}

/* An identifier that is not in use, and not zero (2.3.1). */
static uint16_t next_id(struct mqtt_delivery *d)
{
    do {
        d->last_id++;
    } while (d->last_id == 0 || is_used(d, d->last_id));
    return d->last_id;
}

static struct mqtt_packet packet_of(const struct mqtt_sent *s)
{
    return (struct mqtt_packet){.type = MQTT_PUBLISH,
                                .id = s->id,
                                .qos = s->qos,
                                .retain = s->retain,
                                .dup = s->was_sent,
                                .topic = bytes_of(s->topic.data, s->topic.len),
                                .payload = bytes_of(s->payload.data, s->payload.len)};
}

void mqtt_publish(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                  unsigned why, struct fx *fx)
{
    if (p->qos == 0) {
        if (l) {
            mqtt_say(l, p, (struct mark){0}, why, fx);
        }
        return;
    }
    if (d->count == UINT16_MAX) {
        return; /* every identifier is in use */
    }
    if (d->count == d->cap) {
        d->cap = d->cap ? 2 * d->cap : 4;
        d->list = os_realloc(d->list, d->cap * sizeof *d->list);
    }
    struct mqtt_sent *s = &d->list[d->count];
    *s = (struct mqtt_sent){.id = next_id(d), .qos = p->qos, .retain = p->retain};
    d->count++;
    buf_add(&s->topic, p->topic);
    if (p->payload.len) {
        buf_add(&s->payload, p->payload);
    }
    if (l) {
        struct mqtt_packet first = packet_of(s);
        s->stage = MQTT_PUBLISHED;
        s->was_sent = true;
        mqtt_say(l, &first, (struct mark){0}, why, fx);
    }
}

static struct mqtt_sent *find(struct mqtt_delivery *d, uint16_t id)
{
    for (uint32_t i = 0; i < d->count; i++) {
        if (d->list[i].id == id) {
            return &d->list[i];
        }
    }
    return NULL;
}

static void done(struct mqtt_delivery *d, struct mqtt_sent *s)
{
    uint32_t at = (uint32_t)(s - d->list);
    buf_free(&s->topic);
    buf_free(&s->payload);
    memmove(s, s + 1, (d->count - at - 1) * sizeof *s);
    d->count--;
    d->settled++;
}

static void answer(struct talk *l, enum mqtt_type type, uint16_t id, struct mark end, struct fx *fx)
{
    struct mqtt_packet p = {.type = type, .id = id};
    mqtt_say(l, &p, end, (unsigned)type, fx);
}

static void forget_received(struct mqtt_delivery *d, uint16_t id)
{
    for (uint32_t i = 0; i < d->received_count; i++) {
        if (d->received[i] == id) {
            d->received[i] = d->received[--d->received_count];
        }
    }
}

/* An answer to what is settled already is answered all the same: it may be a repetition (4.3.3). */
void mqtt_settle(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                 struct mark end, struct fx *fx)
{
    struct mqtt_sent *s = find(d, p->id);
    if (p->type == MQTT_PUBREL) {
        forget_received(d, p->id);
        answer(l, MQTT_PUBCOMP, p->id, end, fx);
    } else if (p->type == MQTT_PUBREC) {
        if (s && s->qos == 2) {
            s->stage = MQTT_RELEASED;
        }
        answer(l, MQTT_PUBREL, p->id, end, fx);
    } else if (s && ((p->type == MQTT_PUBACK && s->qos == 1) ||
                     (p->type == MQTT_PUBCOMP && s->stage == MQTT_RELEASED))) {
        done(d, s);
    }
}

bool mqtt_receive(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                  struct mark end, struct fx *fx)
{
    bool is_known = false;
    if (p->qos == 1) {
        answer(l, MQTT_PUBACK, p->id, end, fx);
    } else if (p->qos == 2) {
        for (uint32_t i = 0; i < d->received_count; i++) {
            is_known |= d->received[i] == p->id;
        }
        if (!is_known && d->received_count == d->received_cap) {
            d->received_cap = d->received_cap ? 2 * d->received_cap : 4;
            d->received = os_realloc(d->received, d->received_cap * sizeof *d->received);
        }
        if (!is_known) {
            d->received[d->received_count++] = p->id;
        }
        answer(l, MQTT_PUBREC, p->id, end, fx);
    }
    return !is_known;
}

void mqtt_resume(struct mqtt_delivery *d, struct talk *l, struct fx *fx)
{
    for (uint32_t i = 0; i < d->count; i++) {
        struct mqtt_sent *s = &d->list[i];
        struct mqtt_packet p = packet_of(s);
        if (s->stage == MQTT_RELEASED) {
            p = (struct mqtt_packet){.type = MQTT_PUBREL, .id = s->id};
        }
        mqtt_say(l, &p, (struct mark){0}, s->was_sent ? MQTT_WHY_AGAIN : MQTT_PUBLISH, fx);
        s->stage = s->stage == MQTT_RELEASED ? MQTT_RELEASED : MQTT_PUBLISHED;
        s->was_sent = true;
    }
}

void mqtt_delivery_free(struct mqtt_delivery *d)
{
    for (uint32_t i = 0; i < d->count; i++) {
        buf_free(&d->list[i].topic);
        buf_free(&d->list[i].payload);
    }
    free(d->list);
    free(d->received);
    *d = (struct mqtt_delivery){0};
}
