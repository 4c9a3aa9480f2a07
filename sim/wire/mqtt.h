#pragma once
/* MQTT 3.1.1 control packets (OASIS Standard, 29 October 2014): written, and read from a byte
 * stream that may be cut anywhere. */

#include "base/bytes.h"

enum mqtt_type { /* 2.2.1 */
                 MQTT_CONNECT = 1,
                 MQTT_CONNACK,
                 MQTT_PUBLISH,
                 MQTT_PUBACK,
                 MQTT_PUBREC,
                 MQTT_PUBREL,
                 MQTT_PUBCOMP,
                 MQTT_SUBSCRIBE,
                 MQTT_SUBACK,
                 MQTT_UNSUBSCRIBE,
                 MQTT_UNSUBACK,
                 MQTT_PINGREQ,
                 MQTT_PINGRESP,
                 MQTT_DISCONNECT,
};
/* "CONNECT" */
const char *mqtt_type_name(enum mqtt_type t);

enum mqtt_return { /* of CONNACK, 3.2.2.3 */
                   MQTT_ACCEPTED,
                   MQTT_BAD_VERSION,
                   MQTT_BAD_CLIENT_ID,
                   MQTT_UNAVAILABLE,
                   MQTT_BAD_USER,
                   MQTT_NOT_AUTHORIZED,
};

enum {
    MQTT_REMAINING_MAX = 268435455, /* 2.2.3: four bytes of seven bits */
    MQTT_FILTERS_MAX = 8,           /* that one SUBSCRIBE or UNSUBSCRIBE may name here */
    MQTT_QOS_FAILED = 0x80,         /* SUBACK, 3.9.3 */
};

struct mqtt_filter {
    struct bytes topic;
    uint8_t qos; /* SUBSCRIBE; in a SUBACK what was granted */
};

/* All types in one; what a type does not name is zero. Bytes are borrowed. */
struct mqtt_packet {
    enum mqtt_type type;
    uint16_t id;                 /* packet identifier, 2.3.1; PUBLISH: with QoS 1 or 2 */
    struct bytes topic, payload; /* PUBLISH; CONNECT: of the will */
    uint8_t qos;
    bool dup, retain;
    struct bytes client; /* CONNECT */
    bool is_clean, has_will, has_user, has_password;
    struct bytes user, password;
    uint16_t keep_alive;  /* s, 0: off */
    bool session_present; /* CONNACK */
    enum mqtt_return code;
    struct mqtt_filter filters[MQTT_FILTERS_MAX]; /* SUBSCRIBE, UNSUBSCRIBE, SUBACK */
    unsigned filter_count;
};

void mqtt_write(const struct mqtt_packet *p, struct buf *out);

enum mqtt_read { MQTT_MORE, MQTT_WHOLE, MQTT_BROKEN };
/* Looks at the front of `in`. WHOLE: *out is filled, pointing into `in`, and *used says how long
 * the packet is. BROKEN: this is no packet, and the connection must be closed (4.8); *out->type is
 * CONNECT with code BAD_VERSION where only the protocol level is unknown (3.1.2.2). */
enum mqtt_read mqtt_parse(struct bytes in, struct mqtt_packet *out, size_t *used);

/* Whether a topic's name matches a filter (4.7). Names that begin with $ match no wildcard at the
 * start. */
bool mqtt_matches(struct bytes filter, struct bytes topic);
bool mqtt_is_filter(struct bytes filter);
bool mqtt_is_topic(struct bytes topic); /* a name to publish under: no wildcards */
