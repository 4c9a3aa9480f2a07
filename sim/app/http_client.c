/* What is wanted stands in one list: the page, then what its text refers to, found as it arrives.
 * A connection that is free takes the next one; with pipelining one that waits for answers does,
 * too. Invariant: answers on a connection are for the wants of its queue, in that order. */
#include "actor/tcp_call.h"
#include "app/http.h"
#include "app/outbox.h"
#include "base/os.h"
#include "wire/http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
enum { THINK, LINGER, TIMEOUT }; /* timers; TIMEOUT by place in the list */
enum { CONNECTIONS_MAX = 64 };
enum { METHOD_GET, METHOD_HEAD, METHOD_POST };
enum { VERSION_1_0, VERSION_1_1 };
enum { KEEP_BY_VERSION, KEEP_ON, KEEP_OFF };
enum { STATE_IDLE, STATE_PAGE, STATE_OBJECTS, STATE_DONE, STATE_FAILED };
enum { WHY_NONE = HTTP_NO_WHY };

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

static void to_state(struct http_client *s, unsigned state, unsigned why, struct fx *fx)
{
    if (s->state != state) {
        fx_state(fx, 0, s->state, state, why);
        s->state = state;
    }
}

static struct conn *find(struct http_client *s, uint32_t handle)
{
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        if (s->list[i].state != CONN_FREE && s->list[i].handle == handle) {
            return &s->list[i];
        }
    }
    return NULL;
}

static void want(struct http_client *s, uint32_t object, uint32_t trips)
{
    if (s->want_count == s->want_cap) {
        s->want_cap = s->want_cap ? 2 * s->want_cap : 8;
        s->wants = os_realloc(s->wants, s->want_cap * sizeof *s->wants);
    }
    s->wants[s->want_count++] = (struct want){.object = object, .trips = trips};
}

static uint32_t later(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

/* ---- asking ---- */

static const char *path_of(const struct http_client *s)
{
    return *param_text(s->path) ? param_text(s->path) : "/";
}

static void target_of(const struct http_client *s, const struct want *w, char out[HTTP_TARGET_MAX])
{
    if (w->object == 0) {
        snprintf(out, HTTP_TARGET_MAX, "%s", path_of(s));
    } else {
        snprintf(out, HTTP_TARGET_MAX, HTTP_OBJECT_NAME "%u", w->object);
    }
}

static const char *method_of(const struct http_client *s, const struct want *w)
{
    static const char *const names[] = {"GET", "HEAD", "POST"};
    return names[w->object ? METHOD_GET : s->method];
}

static void write_host(const struct http_client *s, struct buf *out)
{
    uint32_t ip = s->key.to.ip;
    buf_str(out, "Host: ");
    if (*param_text(s->host)) {
        buf_str(out, param_text(s->host));
    } else {
        buf_printf(out, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
    }
    if (s->key.to.port != 80) {
        buf_printf(out, ":%u", s->key.to.port);
    }
    buf_str(out, "\r\n");
}

static void write_request(const struct http_client *s, const struct want *w, const char *target,
                          struct buf *out)
{
    bool has_body = w->object == 0 && s->method == METHOD_POST;
    buf_printf(out, "%s %s HTTP/1.%d\r\n", method_of(s, w), target, (int)s->version);
    write_host(s, out);
    buf_str(out, "User-Agent: slowwire\r\n");
    if (s->version == VERSION_1_0 && s->keep == KEEP_ON) {
        buf_str(out, "Connection: keep-alive\r\n");
    } else if (s->version == VERSION_1_1 && s->keep == KEEP_OFF) {
        buf_str(out, "Connection: close\r\n");
    }
    if (has_body) {
        buf_printf(out, "Content-Type: text/plain\r\nContent-Length: %lld\r\n",
                   (long long)s->upload);
    }
    buf_str(out, "\r\n");
    for (int64_t i = 0; has_body && i < s->upload; i++) {
        buf_char(out, (char)('a' + i % 26));
    }
}

static enum http_why why_of(const struct conn *c, const struct want *w)
{
    return w->tries > 1   ? HTTP_ASKS_AGAIN
           : c->count > 1 ? HTTP_ASKS_BEHIND
           : w->object    ? HTTP_ASKS_OBJECT
                          : HTTP_ASKS_PAGE;
}

/* An answer that stands still is waited for no longer than that. */
static void watch(struct http_client *s, const struct conn *c, struct fx *fx)
{
    sim_time due = c->count > 0 ? time_add(s->now, s->timeout) : SIM_NEVER;
    fx_timer(fx, TIMEOUT, (uint32_t)(c - s->list), due);
}

static void ask(struct http_client *s, struct conn *c, uint32_t number, struct fx *fx)
{
    struct want *w = &s->wants[number];
    struct buf out = {0};
    char target[HTTP_TARGET_MAX], name[HTTP_TARGET_MAX + HTTP_METHOD_MAX + 2];
    if (c->count == c->cap) {
        c->cap = c->cap ? 2 * c->cap : 4;
        c->queue = os_realloc(c->queue, c->cap * sizeof *c->queue);
    }
    c->queue[c->count++] = number;
    w->state = WANT_ASKED;
    w->tries++;
    w->trips = later(w->trips, c->trips) + 1;
    target_of(s, w, target);
    write_request(s, w, target, &out);
    snprintf(name, sizeof name, "%s %s", method_of(s, w), target);
    struct span said = fx_bytes(fx, &c->stream, bytes_of(out.data, out.len));
    fx_message(fx, 0, said, name, (struct mark){0}, why_of(c, w));
    outbox_send(&c->out, c->handle, said, fx);
    s->requests++;
    watch(s, c, fx);
    buf_free(&out);
}

/* ---- connections ---- */

static void open_one(struct http_client *s, uint32_t trips, struct fx *fx)
{
    struct conn *c = s->list;
    while (c->state != CONN_FREE) {
        c++;
    }
    *c = (struct conn){
        .state = CONN_OPENS, .handle = fx_open(fx, LOWER_TCP, s->key), .trips = trips};
    s->key.from.port = 0; /* of the next one: whichever is free */
    http_begin(&c->reader, false);
    if (s->no_delay) {
        fx_request(fx, c->handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    }
    fx_request(fx, c->handle, TCP_CALL_CONNECT, (struct bytes){0}, (struct span){0});
    s->opened++;
}

static uint32_t count_of(const struct http_client *s, enum conn_state state)
{
    uint32_t n = 0;
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        n += s->list[i].state == state;
    }
    return n;
}

static uint32_t next_wanted(const struct http_client *s)
{
    uint32_t i = 0;
    while (i < s->want_count && s->wants[i].state != WANT_WAITS) {
        i++;
    }
    return i;
}

/* Whether one more request may go here. Behind others only with pipelining, and once the server has
 * shown that the connection persists (RFC 9112 9.3.2). */
static bool has_room(const struct http_client *s, const struct conn *c)
{
    if (c->state != CONN_OPEN) {
        return false;
    }
    return c->count == 0 || (s->pipelining && s->version == VERSION_1_1 && c->answers > 0);
}

static struct conn *least_busy(struct http_client *s)
{
    struct conn *best = NULL;
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        struct conn *c = &s->list[i];
        if (has_room(s, c) && (!best || c->count < best->count)) {
            best = c;
        }
    }
    return best;
}

static uint32_t count_waiting(const struct http_client *s)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->want_count; i++) {
        n += s->wants[i].state == WANT_WAITS;
    }
    return n;
}

/* As many connections as may be, but no more than there is to fetch. */
static void open_more(struct http_client *s, struct fx *fx)
{
    uint32_t opening = count_of(s, CONN_OPENS), waiting = count_waiting(s);
    uint32_t all = opening + count_of(s, CONN_OPEN);
    for (; opening < waiting && all < s->connections; opening++, all++) {
        open_one(s, later(s->wants[next_wanted(s)].trips, s->freed_trips), fx);
    }
}

static void go_on(struct http_client *s, struct fx *fx)
{
    uint32_t number;
    struct conn *c;
    while ((number = next_wanted(s)) < s->want_count && (c = least_busy(s))) {
        bool is_better_new =
            c->count > 0 && count_of(s, CONN_OPEN) + count_of(s, CONN_OPENS) < s->connections;
        if (is_better_new) {
            break;
        }
        ask(s, c, number, fx);
    }
    open_more(s, fx);
}

static void close_all(struct http_client *s, struct fx *fx)
{
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        struct conn *c = &s->list[i];
        if (c->state == CONN_OPEN) {
            c->state = CONN_CLOSES;
            outbox_end(&c->out, c->handle, fx);
        }
    }
}

/* ---- visits ---- */

static void begin_visit(struct http_client *s, sim_time now, struct fx *fx)
{
    s->want_count = 0;
    s->scanned = 0;
    s->trips = s->freed_trips = 0;
    s->refusals = 0;
    buf_clear(&s->html);
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        s->list[i].trips = 0;
    }
    s->visit++;
    s->began = now;
    want(s, 0, 0);
    to_state(s, STATE_PAGE, WHY_NONE, fx);
    go_on(s, fx);
}

static bool is_settled(const struct http_client *s)
{
    for (uint32_t i = 0; i < s->want_count; i++) {
        if (s->wants[i].state == WANT_WAITS || s->wants[i].state == WANT_ASKED) {
            return false;
        }
    }
    return true;
}

static void end_visit(struct http_client *s, sim_time now, struct fx *fx)
{
    bool is_whole = true;
    for (uint32_t i = 0; i < s->want_count; i++) {
        is_whole &= s->wants[i].state == WANT_HAS;
    }
    s->whole += is_whole;
    s->took += is_whole ? now - s->began : 0;
    to_state(s, is_whole ? STATE_DONE : STATE_FAILED, is_whole ? HTTP_PAGE_WHOLE : HTTP_GIVES_UP,
             fx);
    if (s->visit < s->visits) {
        fx_timer(fx, THINK, 0, time_add(now, s->think));
    } else {
        fx_timer(fx, LINGER, 0, time_add(now, s->linger));
    }
}

/* Whatever has changed: what waits is asked for, what is settled ends the visit. */
static void look_around(struct http_client *s, sim_time now, struct fx *fx)
{
    if (s->state != STATE_PAGE && s->state != STATE_OBJECTS) {
        return;
    }
    if (is_settled(s)) {
        end_visit(s, now, fx);
    } else {
        go_on(s, fx);
    }
}

/* ---- answers ---- */

/* Every image that the text names and that has not been seen is wanted. */
static void scan(struct http_client *s, uint32_t trips)
{
    static const char mark[] = "src=\"" HTTP_OBJECT_NAME;
    const char *text = buf_cstr(&s->html), *at;
    while ((at = strstr(text + s->scanned, mark))) {
        const char *end = strchr(at + sizeof mark - 1, '"');
        if (!end) {
            return;
        }
        s->scanned = (size_t)(end - text);
        want(s, (uint32_t)strtoul(at + sizeof mark - 1, NULL, 10), trips);
    }
}

static bool is_page(const struct http_client *s, const struct conn *c)
{
    return c->count > 0 && s->wants[c->queue[0]].object == 0;
}

static void answered(struct http_client *s, struct conn *c, struct fx *fx)
{
    struct want *w = &s->wants[c->queue[0]];
    uint32_t trips = w->trips;
    bool is_good = c->reader.head.status / 100 == 2;
    w->state = is_good ? WANT_HAS : WANT_FAILED;
    s->failed += !is_good;
    s->responses++;
    s->trips = trips > s->trips ? trips : s->trips;
    c->trips = trips > c->trips ? trips : c->trips;
    c->answers++;
    fx_heard(fx, 0, c->got, HTTP_ANSWER_READ);
    if (w->object == 0 && is_good) {
        scan(s, trips);
        if (s->want_count > 1) {
            to_state(s, STATE_OBJECTS, WHY_NONE, fx);
        }
    }
    memmove(c->queue, c->queue + 1, --c->count * sizeof *c->queue);
}

/* What was asked here and not answered is asked elsewhere, for a GET may be repeated (RFC 9110
 * 9.2.2); a POST may not. */
static void give_back(struct http_client *s, struct conn *c)
{
    for (uint32_t i = 0; i < c->count; i++) {
        struct want *w = &s->wants[c->queue[i]];
        bool may_repeat = w->object || s->method != METHOD_POST;
        bool again = may_repeat && w->tries <= s->retries;
        w->state = again ? WANT_WAITS : WANT_FAILED;
        s->failed += !again;
        if (w->object == 0) {
            buf_clear(&s->html);
        }
    }
    c->count = 0;
}

/* Nobody takes the connection: after as many tries as an answer gets, what waits for one is given
 * up. */
static void refused(struct http_client *s)
{
    if (++s->refusals <= s->retries) {
        return;
    }
    for (uint32_t i = 0; i < s->want_count; i++) {
        if (s->wants[i].state == WANT_WAITS) {
            s->wants[i].state = WANT_FAILED;
            s->failed++;
        }
    }
}

static void leave(struct http_client *s, struct conn *c, struct fx *fx)
{
    give_back(s, c);
    s->freed_trips = c->state == CONN_OPEN ? c->trips : s->freed_trips;
    c->state = CONN_CLOSES;
    outbox_end(&c->out, c->handle, fx);
}

static void read_data(struct http_client *s, struct conn *c, const struct input *in, struct fx *fx)
{
    size_t used = 0;
    while (used < in->head.len && c->count > 0 && c->reader.place != HTTP_BROKEN) {
        c->reader.is_for_head = strcmp(method_of(s, &s->wants[c->queue[0]]), "HEAD") == 0;
        used += http_read(&c->reader, bytes_sub(in->head, used, in->head.len),
                          is_page(s, c) ? &s->html : NULL);
        c->got = (struct mark){in->body.at + used, in->body.stream};
        if (c->reader.place == HTTP_DONE && c->reader.head.status / 100 == 1) {
            http_next(&c->reader); /* an interim answer: the real one follows (RFC 9110 15.2) */
        } else if (c->reader.place == HTTP_DONE) {
            bool persists = http_persists(&c->reader.head) && c->reader.framing != HTTP_BY_CLOSE;
            answered(s, c, fx);
            http_next(&c->reader);
            if (!persists) { /* it is the server that closes, and soon (RFC 9112 9.6) */
                give_back(s, c);
                c->state = CONN_CLOSES;
                s->freed_trips = c->trips;
            }
        }
    }
    watch(s, c, fx);
    if (c->reader.place == HTTP_BROKEN && c->state == CONN_OPEN) {
        leave(s, c, fx);
    }
}

/* ---- the step ---- */

static void forget(struct conn *c)
{
    outbox_free(&c->out);
    http_free(&c->reader);
    free(c->queue);
    *c = (struct conn){0};
}

static void opened(struct conn *c, struct fx *fx)
{
    c->state = CONN_OPEN;
    c->trips++;
    fx_request(fx, c->handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
}

static void ended(struct http_client *s, struct conn *c, struct fx *fx)
{
    if (c->count > 0 && c->reader.place != HTTP_START_LINE && http_ended(&c->reader)) {
        answered(s, c, fx);
    }
    leave(s, c, fx);
}

static void stood_still(const struct conn *c, struct fx *fx)
{
    fx_note(fx, HTTP_STANDS_STILL);
    fx_request(fx, c->handle, CODE_ABORT, (struct bytes){0}, (struct span){0}); /* CLOSED follows */
}

static void hear(struct http_client *s, const struct input *in, struct fx *fx)
{
    struct conn *c = find(s, in->index);
    if (!c) {
        return;
    }
    switch (in->code) {
    case CODE_OPENED: opened(c, fx); break;
    case CODE_DATA: read_data(s, c, in, fx); break;
    case CODE_END: ended(s, c, fx); break;
    case CODE_CLOSED:
        give_back(s, c);
        watch(s, c, fx);
        if (c->state == CONN_OPENS) {
            refused(s);
        }
        forget(c);
        break;
    default: outbox_hear(&c->out, in, fx); return;
    }
    look_around(s, in->now, fx);
}

static void client_step(void *self, const struct input *in, struct fx *fx)
{
    struct http_client *s = self;
    s->now = in->now;
    if (in->kind == IN_START) {
        s->key = in->net;
        begin_visit(s, in->now, fx);
    } else if (in->kind == IN_INDICATION) {
        hear(s, in, fx);
    } else if (in->kind == IN_TIMER && in->code == THINK) {
        begin_visit(s, in->now, fx);
    } else if (in->kind == IN_TIMER && in->code == TIMEOUT) {
        stood_still(&s->list[in->index], fx);
    } else if (in->kind == IN_TIMER) {
        close_all(s, fx);
    }
}

static void client_free(void *self)
{
    struct http_client *s = self;
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        forget(&s->list[i]);
    }
    free(s->wants);
    buf_free(&s->html);
}

/* ---- the tables ---- */

static double figure_requests(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->requests;
}

static double figure_responses(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->responses;
}

static double figure_connections(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->opened;
}

static double figure_trips(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->trips;
}

static double figure_failed(const void *self, const struct path *path)
{
    (void)path;
    return (double)((const struct http_client *)self)->failed;
}

/* Mean over the visits that found everything. */
static double figure_page(const void *self, const struct path *path)
{
    const struct http_client *s = self;
    (void)path;
    return s->whole ? (double)s->took / s->whole : 0;
}

enum { VAR_TRIPS, VAR_WANTED, VAR_HAS, VAR_OPEN, VAR_COUNT };
static const struct var vars[] = {[VAR_TRIPS] = {"round-trips", "", "page"},
                                  [VAR_WANTED] = {"wanted", "", "page"},
                                  [VAR_HAS] = {"fetched", "", "page"},
                                  [VAR_OPEN] = {"connections", "", "page"},
                                  {0}};

static void client_read(const void *self, int64_t *out)
{
    const struct http_client *s = self;
    int64_t has = 0;
    for (uint32_t i = 0; i < s->want_count; i++) {
        has += s->wants[i].state == WANT_HAS;
    }
    out[VAR_TRIPS] = (int64_t)s->trips;
    out[VAR_WANTED] = s->want_count;
    out[VAR_HAS] = has;
    out[VAR_OPEN] = count_of(s, CONN_OPENS) + count_of(s, CONN_OPEN);
}

#define OF(FIELD) offsetof(struct http_client, FIELD)
static const struct param params[] = {
    {"version", OF(version), PARAM_CHOICE, .initial = VERSION_1_1, .max = VERSION_1_1,
     .choices = (const char *const[]){"1.0", "1.1", NULL}},
    {"method", OF(method), PARAM_CHOICE, .initial = METHOD_GET, .max = METHOD_POST,
     .choices = (const char *const[]){"get", "head", "post", NULL}},
    {"path", OF(path), PARAM_TEXT, .max = HTTP_TARGET_MAX - 1},
    {"host", OF(host), PARAM_TEXT, .max = 253},
    {"upload", OF(upload), PARAM_BYTES, .initial = 1000, .min = 0, .max = 16000000},
    {"pipelining", OF(pipelining), PARAM_SWITCH, .initial = 0, .max = 1},
    {"connections", OF(connections), PARAM_COUNT, .initial = 1, .min = 1, .max = 32},
    {"keep-alive", OF(keep), PARAM_CHOICE, .initial = KEEP_BY_VERSION, .max = KEEP_OFF,
     .choices = (const char *const[]){"by-version", "on", "off", NULL}},
    {"retries", OF(retries), PARAM_COUNT, .initial = 3, .min = 0, .max = 100},
    {"timeout", OF(timeout), PARAM_TIME, .initial = 60 * SIM_S, .min = 1, .max = SIM_NEVER / 4},
    {"visits", OF(visits), PARAM_COUNT, .initial = 1, .min = 1, .max = 1000000},
    {"no-delay", OF(no_delay), PARAM_SWITCH, .initial = 1, .max = 1},
    {"think", OF(think), PARAM_TIME, .initial = SIM_S, .min = 0, .max = SIM_NEVER / 4},
    {"linger", OF(linger), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {0},
};

static const struct machine_edge edges[] = {{STATE_IDLE, STATE_PAGE, "http.edge.asks"},
                                            {STATE_PAGE, STATE_OBJECTS, "http.edge.objects"},
                                            {STATE_PAGE, STATE_DONE, "http.edge.done"},
                                            {STATE_OBJECTS, STATE_DONE, "http.edge.done"},
                                            {STATE_PAGE, STATE_FAILED, "http.edge.failed"},
                                            {STATE_OBJECTS, STATE_FAILED, "http.edge.failed"},
                                            {STATE_DONE, STATE_PAGE, "http.edge.asks"},
                                            {STATE_FAILED, STATE_PAGE, "http.edge.asks"},
                                            {-1, -1, NULL}};

const struct reason http_reasons[] = {
    [HTTP_NO_WHY] = {0},
    [HTTP_ASKS_PAGE] = {"http.asks-page", "RFC 9112 3"},
    [HTTP_ASKS_OBJECT] = {"http.asks-object", "RFC 9112 9.3"},
    [HTTP_ASKS_BEHIND] = {"http.asks-behind", "RFC 9112 9.3.2"},
    [HTTP_ASKS_AGAIN] = {"http.asks-again", "RFC 9110 9.2.2"},
    [HTTP_ANSWERS] = {"http.answers", "RFC 9112 6.3"},
    [HTTP_REFUSES] = {"http.refuses", "RFC 9110 15.5"},
    [HTTP_ANSWERS_ALL] = {"http.answers-by-close", "RFC 9112 6.3"},
    [HTTP_ANSWER_READ] = {"http.answer-read", "RFC 9112 6.3"},
    [HTTP_REQUEST_READ] = {"http.request-read", "RFC 9112 2.2"},
    [HTTP_PAGE_WHOLE] = {"http.page-whole", "RFC 9112 9.3"},
    [HTTP_STANDS_STILL] = {"http.stands-still", "RFC 9112 9.5"},
    [HTTP_GIVES_UP] = {"http.gives-up", "RFC 9110 9.2.2"},
    {0},
};

const struct actor_type http_client_type = {
    .name = "http-client",
    .size = sizeof(struct http_client),
    .reads_bytes = true,
    .machines =
        (const struct machine[]){
            {"page", (const char *const[]){"IDLE", "PAGE", "OBJECTS", "DONE", "FAILED", NULL},
             edges},
            {0}},
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[THINK] = {"think", 1, TIMER_KIND_PACE},
                                     [LINGER] = {"linger", 1, TIMER_KIND_PACE},
                                     [TIMEOUT] = {"timeout", CONNECTIONS_MAX, TIMER_KIND_WAIT},
                                     {0}},
    .reasons = http_reasons,
    .vars = vars,
    .params = params,
    .figures = (const struct figure[]){{"requests", figure_requests},
                                       {"responses", figure_responses},
                                       {"connections", figure_connections},
                                       {"round_trips", figure_trips},
                                       {"failed", figure_failed},
                                       {"page_ns", figure_page},
                                       {0}},
    .lowers = (const char *const[]){"tcp", NULL},
    .step = client_step,
    .read = client_read,
    .free = client_free,
};

const struct traffic_type http_traffic = {.name = "http",
                                          .source = &http_client_type,
                                          .sink = &http_server_type,
                                          .has_port = true,
                                          .shares_sink = true,
                                          .port = 80};
