#pragma once
/* What the files of the broker share: mqtt_broker.c hears, mqtt_session.c keeps sessions,
 * subscriptions and what is published. */

#include "app/mqtt.h"

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

/* mqtt_session.c */
struct bytes mqtt_text(const struct buf *b);
void mqtt_set_text(struct buf *b, struct bytes text);
void mqtt_free_kept(struct kept *k);
void mqtt_keep(struct kept *k, const struct mqtt_packet *p);
struct mqtt_packet mqtt_kept_packet(const struct kept *k);
void mqtt_spread(struct mqtt_broker *b, const struct mqtt_packet *p, unsigned why, struct fx *fx);
void mqtt_clear_will(struct session *s);
void mqtt_forget(struct session *s);
struct session *mqtt_session_of(struct mqtt_broker *b, struct bytes client);
struct session *mqtt_new_session(struct mqtt_broker *b, struct bytes client);
void mqtt_part(struct mqtt_broker *b, struct conn *c, struct fx *fx);
void mqtt_drop_clean(struct mqtt_broker *b);
void mqtt_cut(struct mqtt_broker *b, struct conn *c, unsigned why, struct fx *fx);
