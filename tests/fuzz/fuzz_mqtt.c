/* Any bytes as what comes on an MQTT connection: a packet is whole at its last byte and at no
 * earlier one, what is read lies within it and is written so that it reads the same; and topics
 * against filters, cut out of the same bytes. */
#include "fuzz/fuzz.h"

#include "wire/mqtt.h"

#include <string.h>

enum { PREFIXES = 64 }; /* that are tried of one packet */

static void lies_within(struct bytes part, struct bytes whole)
{
    CLAIM(part.len == 0 ||
          (part.data >= whole.data && part.data + part.len <= whole.data + whole.len));
}

static bool is_same(const struct mqtt_packet *a, const struct mqtt_packet *b)
{
    bool same = a->type == b->type && a->id == b->id && bytes_equal(a->topic, b->topic) &&
                bytes_equal(a->payload, b->payload) && a->qos == b->qos && a->dup == b->dup &&
                a->retain == b->retain && bytes_equal(a->client, b->client) &&
                a->is_clean == b->is_clean && a->has_will == b->has_will &&
                a->has_user == b->has_user && a->has_password == b->has_password &&
                bytes_equal(a->user, b->user) && bytes_equal(a->password, b->password) &&
                a->keep_alive == b->keep_alive && a->session_present == b->session_present &&
                a->code == b->code && a->filter_count == b->filter_count;
    for (unsigned i = 0; same && i < a->filter_count; i++) {
        same = bytes_equal(a->filters[i].topic, b->filters[i].topic) &&
               a->filters[i].qos == b->filters[i].qos;
    }
    return same;
}

static void check_packet(const struct mqtt_packet *p, struct bytes whole)
{
    struct mqtt_packet back;
    struct buf again = {0};
    size_t used;
    CLAIM(p->type >= MQTT_CONNECT && p->type <= MQTT_DISCONNECT && p->qos <= 2);
    CLAIM(p->filter_count <= MQTT_FILTERS_MAX);
    const struct bytes parts[] = {p->topic, p->payload, p->client, p->user, p->password};
    for (unsigned i = 0; i < sizeof parts / sizeof *parts; i++) {
        lies_within(parts[i], whole);
    }
    for (unsigned i = 0; i < p->filter_count; i++) {
        lies_within(p->filters[i].topic, whole);
    }
    mqtt_write(p, &again);
    CLAIM(mqtt_parse(bytes_of(again.data, again.len), &back, &used) == MQTT_WHOLE);
    CLAIM(used == again.len && is_same(p, &back));
    buf_free(&again);
}

static void check_prefixes(struct bytes whole)
{
    struct mqtt_packet p;
    size_t used, step = whole.len / PREFIXES + 1;
    for (size_t n = 0; n < whole.len; n += step) {
        CLAIM(mqtt_parse(bytes_sub(whole, 0, n), &p, &used) == MQTT_MORE);
    }
}

static void check_topics(struct bytes all)
{
    size_t half = all.len / 2;
    struct bytes filter = bytes_sub(all, 0, half), topic = bytes_sub(all, half, all.len);
    bool matches = mqtt_is_filter(filter) && mqtt_is_topic(topic) && mqtt_matches(filter, topic);
    CLAIM(!matches || memchr(filter.data, '#', filter.len) ||
          memchr(filter.data, '+', filter.len) || bytes_equal(filter, topic));
    if (mqtt_is_topic(topic)) {
        CLAIM(mqtt_is_filter(topic) && mqtt_matches(topic, topic));
        CLAIM(mqtt_matches(bytes_str("#"), topic) == (topic.data[0] != '$'));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bytes in = bytes_of(data, size);
    struct mqtt_packet p;
    size_t used = 0;
    check_topics(in);
    while (in.len > 0 && mqtt_parse(in, &p, &used) == MQTT_WHOLE) {
        CLAIM(used >= 2 && used <= in.len);
        struct bytes whole = bytes_sub(in, 0, used);
        check_packet(&p, whole);
        check_prefixes(whole);
        in = bytes_sub(in, used, in.len);
    }
    return 0;
}
