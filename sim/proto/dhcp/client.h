#pragma once
/* Inside the DHCP client: its instance, and what its files do for each other. client.c hears and
 * steps, client_machine.c has the states, client_message.c what it says, client_get.c the way to an
 * address, client_keep.c the life of the lease. */

#include "proto/dhcp/dhcp.h"

#include "actor/fx.h"
#include "actor/node_call.h"

enum client_timer { TIMER_RETRY, TIMER_T1, TIMER_T2, TIMER_EXPIRY, TIMER_WAIT };
enum client_why {
    NO_REASON,
    DISCOVER,
    AGAIN,
    OFFERED,
    CHOSEN,
    GRANTED,
    IN_USE,
    RENEW,
    RENEWED,
    REBIND,
    EXPIRED,
    REFUSED,
    REMEMBERED,
    RELEASED,
    ASKED,
    INFORMED,
    TOO_SILENT,
    LATE_OFFER,
    NOT_MINE,
    T1_AFTER_T2,
    AFTER_DECLINE,
    AFTER_WAIT,
    UNINFORMED,
    AGAIN_RENEW,
    AGAIN_REBIND,
};
struct client {
    int64_t fuzz, broadcast, lease_wanted, probes, collect; /* params */
    int64_t start_wait, timer_fuzz, size;
    int64_t host_name, class_id, vendor, client_id; /* texts */

    enum dhcp_client_state state;
    struct node_interface own; /* its hardware; ip is the address asked for or held, 0: none */
    uint32_t arp;
    bool is_held; /* the node has the address */
    uint32_t xid;
    sim_time began;   /* secs counts from here */
    sim_time sent_at; /* the last transmission */
    unsigned waits;   /* of the message that is being repeated */
    unsigned draws;   /* so far, for xid and fuzz */
    uint64_t units;   /* different messages so far */
    struct dhcp out;  /* what was sent last, for its repetitions */
    bool to_server;   /* it went to the server alone */
    struct dhcp got;  /* the best offer, or the ACK that is being checked */
    bool has_offer;
    uint32_t server;
    uint8_t prefix;
    sim_time start, lease; /* of the lease held */
    sim_time t2_at;        /* when it asks everyone */
    bool asks_only;        /* an INFORM waits for its answer */
    bool waits_to_begin;   /* the wait before the first DISCOVER */
};

extern const struct machine client_machines[];
extern const struct reason client_reasons[];

/* client_machine.c: every change of state goes through here. */
void client_enter(struct client *c, enum dhcp_client_state to, unsigned why, struct fx *fx);

/* client_message.c */
/* A message of this client; the caller adds what its kind needs. */
struct dhcp client_message(struct client *c, enum dhcp_type type, const struct input *in);
void client_transmit(struct client *c, const struct input *in, unsigned why, struct fx *fx);
/* to_server: to the server alone, else to everyone. */
void client_send(struct client *c, const struct dhcp *m, bool to_server, const struct input *in,
                 unsigned why, struct fx *fx);
/* A draw from -by to by, in ns. */
sim_time client_fuzzy(struct client *c, sim_time by, const struct input *in);
uint32_t client_new_xid(struct client *c, const struct input *in);
void client_arm_retry(struct client *c, const struct input *in, struct fx *fx);

/* client_get.c: from INIT to the ACK. */
void client_start(struct client *c, const struct input *in, struct fx *fx);
void client_discover(struct client *c, unsigned why, const struct input *in, struct fx *fx);
void client_choose(struct client *c, const struct input *in, struct fx *fx);
/* The address is gone; from the beginning, at once. */
void client_start_over(struct client *c, unsigned why, const struct input *in, struct fx *fx);
void client_hear_offer(struct client *c, const struct dhcp *m, const struct input *in,
                       struct fx *fx);
void client_hear_ack(struct client *c, const struct dhcp *m, const struct input *in, struct fx *fx);
void client_probed(struct client *c, const struct input *in, struct fx *fx);
void client_inform(struct client *c, const struct input *in, struct fx *fx);

/* client_keep.c: the lease that it holds. */
void client_stop_timers(struct fx *fx);
void client_tell_address(const struct client *c, uint32_t ip, bool is_new, struct fx *fx);
void client_bind(struct client *c, unsigned why, const struct input *in, struct fx *fx);
void client_renew(struct client *c, const struct input *in, struct fx *fx);
void client_rebind(struct client *c, const struct input *in, struct fx *fx);
void client_release(struct client *c, const struct input *in, struct fx *fx);
