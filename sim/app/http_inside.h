#pragma once
/* What the files of the browser share: http_client.c hears, http_ask.c asks, http_type.c is the
 * table of all that the rest of the program sees of it. */

#include "app/http.h"
#include "app/outbox.h"
#include "wire/http.h"

enum { THINK, LINGER, TIMEOUT }; /* timers; TIMEOUT by place in the list */
enum { CONNECTIONS_MAX = 64 };
enum { METHOD_GET, METHOD_HEAD, METHOD_POST };
enum { VERSION_1_0, VERSION_1_1 };
enum { KEEP_BY_VERSION, KEEP_ON, KEEP_OFF };
enum { STATE_IDLE, STATE_PAGE, STATE_OBJECTS, STATE_DONE, STATE_FAILED };

enum want_state { WANT_WAITS, WANT_ASKED, WANT_HAS, WANT_FAILED };
struct want {
    uint32_t object; /* 0: the page */
    enum want_state state;
    uint32_t tries;
    uint32_t trips; /* round trips after which it was known that it is wanted; once answered: after
                       which it was there */
};

enum conn_state { CONN_FREE, CONN_OPENS, CONN_OPEN, CONN_CLOSES };
struct conn {
    enum conn_state state;
    uint32_t handle, stream;
    struct outbox out;
    struct http_reader reader;
    struct mark got; /* what has been read so far */
    uint32_t *queue; /* wants that were asked for here; owned */
    uint32_t count, cap;
    uint32_t answers; /* so far: the first one tells whether it persists */
    uint32_t trips;   /* round trips after which this connection was where it is now */
};

struct http_client {
    int64_t version, method, pipelining, connections, keep, visits, think, linger, retries, upload,
        timeout;
    int64_t path, host, no_delay; /* settings, all of them; texts are pointers */
    struct net key;
    struct conn list[CONNECTIONS_MAX];
    struct want *wants; /* owned; [0] is the page */
    uint32_t want_count, want_cap;
    struct buf html; /* the page's text */
    size_t scanned;  /* of it */
    unsigned state;
    uint32_t visit;       /* this one, from 1 */
    sim_time now;         /* of this step */
    sim_time began;       /* this visit */
    sim_time took;        /* all whole visits */
    uint32_t refusals;    /* of connections, in this visit */
    uint32_t whole;       /* visits that found everything */
    uint32_t freed_trips; /* of the connection that last made room for another */
    uint64_t requests, responses, opened, trips, failed;
};

/* http_ask.c */
void http_want(struct http_client *s, uint32_t object, uint32_t trips);
const char *http_method_of(const struct http_client *s, const struct want *w);
uint32_t http_count(const struct http_client *s, enum conn_state state);
/* Arms or stops the timer of an answer that is waited for. */
void http_watch(struct http_client *s, const struct conn *c, struct fx *fx);
/* What waits is asked for, on connections that stand or new ones. */
void http_go_on(struct http_client *s, struct fx *fx);
void http_close_all(struct http_client *s, struct fx *fx);

/* http_client.c */
void http_client_step(void *self, const struct input *in, struct fx *fx);
void http_client_free(void *self);
