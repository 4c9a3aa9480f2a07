#pragma once
/* MQTT 3.1.1 over the project's own TCP: clients that publish and subscribe, and a broker. What
 * both ends share stands here: a connection that speaks in packets, and the delivery of
 * publications with QoS 0, 1 and 2 (4.3), which outlives a connection where the session does. */

#include "actor/fx.h"
#include "app/talk.h"
#include "wire/mqtt.h"

extern const struct traffic_type mqtt_traffic;
extern const struct actor_type mqtt_client_type, mqtt_broker_type;

/* Reasons of both ends: the first ones are the types of packets. */
enum mqtt_why {
    MQTT_WHY_AGAIN = MQTT_DISCONNECT + 1, /* PUBLISH or PUBREL, sent again in a new connection */
    MQTT_WHY_FORWARD,                     /* PUBLISH to a subscriber */
    MQTT_WHY_RETAINED,                    /* PUBLISH kept for those who come late */
    MQTT_WHY_WILL,                        /* PUBLISH of the will */
    MQTT_WHY_REFUSED,                     /* CONNACK that is none */
    MQTT_WHY_DELIVERED,                   /* PUBLISH handed to the application */
    MQTT_WHY_KNOWN,                       /* the same QoS 2 PUBLISH once more: not handed on */
    MQTT_WHY_LOST_TOUCH,                  /* nothing was heard for too long */
    MQTT_WHY_BROKEN,                      /* what came is no packet, or not now */
    MQTT_WHY_TAKEN_OVER,                  /* another connection with the same client identifier */
};
extern const struct reason mqtt_reasons[];

/* answers: where the packet ended that this one answers; {0}: none. */
void mqtt_say(struct talk *l, const struct mqtt_packet *p, struct mark answers, unsigned why,
              struct fx *fx);
/* The next packet that is whole, valid until the next call. *end: where the one before ended, {0}
 * at first; then where this one does. */
enum mqtt_read mqtt_next(struct talk *l, struct mqtt_packet *out, struct mark *end);

/* ---- publications under way (4.3, 4.4, 4.6) ---- */

enum mqtt_stage { MQTT_QUEUED, MQTT_PUBLISHED, MQTT_RELEASED };
struct mqtt_sent {
    uint16_t id;
    uint8_t qos;
    bool retain, was_sent;
    enum mqtt_stage stage;
    struct buf topic, payload; /* owned */
};
/* Both directions of one session. Invariant: `list` is in the order of publication. */
struct mqtt_delivery {
    struct mqtt_sent *list; /* owned; QoS 1 and 2, not yet settled */
    uint32_t count, cap;
    uint16_t last_id;
    uint16_t *received; /* owned; QoS 2 of the other side, not yet released */
    uint32_t received_count, received_cap;
    uint64_t settled; /* publications of ours that were acknowledged */
};
/* Sends it, or keeps it for the next connection if there is none now (l NULL; QoS 0 is lost). */
void mqtt_publish(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                  unsigned why, struct fx *fx);
/* PUBACK, PUBREC, PUBREL, PUBCOMP. */
void mqtt_settle(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                 struct mark end, struct fx *fx);
/* PUBLISH: answered as its QoS asks. False: it has been handed on before. */
bool mqtt_receive(struct mqtt_delivery *d, struct talk *l, const struct mqtt_packet *p,
                  struct mark end, struct fx *fx);
/* A new connection for an old session: all that is not settled goes again, in order (4.4). */
void mqtt_resume(struct mqtt_delivery *d, struct talk *l, struct fx *fx);
void mqtt_delivery_free(struct mqtt_delivery *d);
