/* What is wanted, and the connections on which it is asked for. */
#include "actor/tcp_call.h"
#include "app/http_inside.h"
#include "base/os.h"

#include <stdio.h>
#include <string.h>

enum { LOWER_TCP };

void http_want(struct http_client *s, uint32_t object, uint32_t trips)
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

const char *http_method_of(const struct http_client *s, const struct want *w)
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
    buf_printf(out, "%s %s HTTP/1.%d\r\n", http_method_of(s, w), target, (int)s->version);
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
void http_watch(struct http_client *s, const struct conn *c, struct fx *fx)
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
    snprintf(name, sizeof name, "%s %s", http_method_of(s, w), target);
    struct span said = fx_bytes(fx, &c->stream, bytes_of(out.data, out.len));
    fx_message(fx, 0, said, name, (struct mark){0}, why_of(c, w));
    outbox_send(&c->out, c->handle, said, fx);
    s->requests++;
    http_watch(s, c, fx);
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

uint32_t http_count(const struct http_client *s, enum conn_state state)
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
    uint32_t opening = http_count(s, CONN_OPENS), waiting = count_waiting(s);
    uint32_t all = opening + http_count(s, CONN_OPEN);
    for (; opening < waiting && all < s->connections; opening++, all++) {
        open_one(s, later(s->wants[next_wanted(s)].trips, s->freed_trips), fx);
    }
}

void http_go_on(struct http_client *s, struct fx *fx)
{
    uint32_t number;
    struct conn *c;
    while ((number = next_wanted(s)) < s->want_count && (c = least_busy(s))) {
        bool is_better_new =
            c->count > 0 && http_count(s, CONN_OPEN) + http_count(s, CONN_OPENS) < s->connections;
        if (is_better_new) {
            break;
        }
        ask(s, c, number, fx);
    }
    open_more(s, fx);
}

void http_close_all(struct http_client *s, struct fx *fx)
{
    for (unsigned i = 0; i < CONNECTIONS_MAX; i++) {
        struct conn *c = &s->list[i];
        if (c->state == CONN_OPEN) {
            c->state = CONN_CLOSES;
            outbox_end(&c->out, c->handle, fx);
        }
    }
}
