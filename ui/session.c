/* Opening, editing and running a scenario. A text is read and run whole before it takes the place
 * of the present one. */
#include "ui/session_inside.h"

#include "base/os.h"
#include "registry.h"
#include "run.h"
#include "scenario/edit.h"
#include "scenario/pattern.h"
#include "scenario/read.h"
#include "wire/dissect.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *copied(const char *text)
{
    size_t size = strlen(text) + 1;
    return memcpy(os_alloc(size), text, size);
}

static void forget_run(struct session *s)
{
    if (s->scenario) {
        trace_free(&s->trace); /* it borrows from the scenario */
        scenario_free(s->scenario);
    }
    s->scenario = NULL;
}

static void forget_texts(struct session *s, uint32_t from)
{
    for (uint32_t i = from; i < s->count; i++) {
        free(s->texts[i]);
    }
    s->count = from < s->count ? from : s->count;
}

void session_free(struct session *s)
{
    rescue_end(s, !session_is_edited(s));
    forget_run(s);
    forget_texts(s, 0);
    free(s->texts);
    free(s->path);
    free(s->set_path);
    session_forget_before(s);
    free(s->change.is_new);
    free(s->change.is_gone);
    *s = (struct session){0};
}

/* Reads and runs `text`; on success it is the session's run. */
static bool run_text(struct session *s, const char *path, const char *text, bool is_edit,
                     struct err *err)
{
    struct scenario *scenario;
    if (!scenario_read_text(path, text, registry(), NULL, 0, &scenario, err)) {
        return false;
    }
    struct trace trace = {0};
    const struct run_options watch = {.watch = true, .max_events = SESSION_EVENTS_MAX};
    if (!run_scenario(scenario, &watch, &trace, err)) {
        trace_free(&trace);
        scenario_free(scenario);
        return false;
    }
    sim_time from;
    enum diagnosis found = diagnose(scenario, &trace, SESSION_EVENTS_MAX, &from, err);
    if (found == DIAGNOSIS_UNREADABLE) {
        trace_free(&trace);
        scenario_free(scenario);
        return false;
    }
    s->diagnosis = found;
    s->diagnosed_from = from;
    struct trace before = s->trace;
    struct scenario *scenario_before = s->scenario;
    s->scenario = scenario;
    s->trace = trace;
    session_compare(s, scenario_before, &before, is_edit);
    return true;
}

static void set_stamp(struct session *s)
{
    s->stamp = (struct os_stamp){0};
    os_stamp_of(s->path, &s->stamp);
    s->seen = s->stamp;
}

static void push_text(struct session *s, char *text)
{
    free(s->set_path);
    s->set_path = NULL;
    forget_texts(s, s->count ? s->at + 1 : 0);
    if (s->saved >= s->count) {
        s->saved = UINT32_MAX; /* what the file holds can no longer be come back to */
    }
    s->texts = os_realloc(s->texts, (s->count + 1) * sizeof *s->texts);
    s->texts[s->count] = text;
    s->at = s->count++;
}

bool session_open(struct session *s, const char *path, struct err *err)
{
    struct buf text = {0};
    if (!os_read_file(path, SCENARIO_FILE_LIMIT, &text)) {
        err_fail(err, "session.unreadable", "file", path, "why", strerror(errno), NULL);
        buf_free(&text);
        return false;
    }
    bool is_good = run_text(s, path, buf_cstr(&text), false, err);
    if (is_good) {
        char *own = copied(path); /* may be the session's own path */
        rescue_end(s, true);
        forget_texts(s, 0);
        push_text(s, copied(buf_cstr(&text)));
        free(s->path);
        s->path = own;
        s->saved = s->at;
        set_stamp(s);
    }
    buf_free(&text);
    return is_good;
}

/* What a pattern is asked about a packet of the trace. */
static struct packet_facts facts_of(const struct trace *t, uint32_t id)
{
    const struct packet *p = trace_packet(t, id);
    return (struct packet_facts){.from = entity_node(t, p->sender),
                                 .to = packet_to_node(t, id),
                                 .link = {NO_NODE, NO_NODE},
                                 .proto = p->proto->name,
                                 .head = packet_head(p),
                                 .body_len = packet_body_len(p),
                                 .flow = t->flows[p->flow].name};
}

struct pattern pattern_of(const struct trace *t, uint32_t id)
{
    const struct packet *p = trace_packet(t, id);
    struct pattern exact = {.given = PATTERN_FROM | PATTERN_IS,
                            .from = entity_node(t, p->sender),
                            .is = packet_is(p->proto->name, packet_head(p), p->body.len)};
    if (t->flow_count > 1 && p->flow) {
        exact.given |= PATTERN_FLOW;
        exact.flow = t->flows[p->flow].name;
    }
    for (uint32_t i = 1; i <= id; i++) {
        struct packet_facts facts = facts_of(t, i);
        bool is_copy = trace_packet(t, i)->parent != 0;
        exact.nth += !is_copy && pattern_matches(&exact, &facts);
    }
    exact.given |= PATTERN_NTH;
    return exact;
}

bool session_edit_to(struct session *s, char *text, struct err *err)
{
    if (!run_text(s, s->path, text, true, err)) {
        free(text);
        return false;
    }
    push_text(s, text);
    rescue_keep(s);
    return true;
}

bool session_fault(struct session *s, enum fault_kind kind, uint32_t packet, sim_time at,
                   sim_time by, struct err *err)
{
    while (packet && trace_packet(&s->trace, packet)->parent) {
        packet = trace_packet(&s->trace, packet)->parent;
    }
    if (!s->path || packet == 0) {
        return false;
    }
    struct fault fault = {
        .kind = kind, .pattern = pattern_of(&s->trace, packet), .at = at, .by = by, .bit = -1};
    struct buf item = {0}, text = {0};
    fault_print(s->scenario, &fault, &item);
    bool is_written = edit_add_fault(s->texts[s->at], buf_cstr(&item), &text, err);
    char *whole = is_written ? copied(buf_cstr(&text)) : NULL;
    buf_free(&item);
    buf_free(&text);
    return is_written && session_edit_to(s, whole, err);
}

/* The text of an edit, made by `make`; owned. NULL: err tells. */
static char *text_taken(struct buf *text, bool is_written)
{
    char *whole = is_written ? copied(buf_cstr(text)) : NULL;
    buf_free(text);
    return whole;
}

bool session_set(struct session *s, const char *path, const char *value, bool is_drag,
                 struct err *err)
{
    struct buf text = {0};
    bool is_more = is_drag && s->set_path && s->at > 0 && strcmp(s->set_path, path) == 0;
    char *whole =
        s->path ? text_taken(&text, edit_put(s->texts[s->at], path, value, &text, err)) : NULL;
    if (!whole || !run_text(s, s->path, whole, true, err)) {
        free(whole);
        return false;
    }
    if (is_more) { /* the same edit goes on */
        s->at--;
    }
    push_text(s, whole);
    rescue_keep(s);
    s->set_path = is_drag ? copied(path) : NULL;
    return true;
}

bool session_freeze(struct session *s, sim_time now, uint32_t packet, struct err *err)
{
    struct buf text = {0};
    bool is_written = s->path && freeze_text(s, now, packet, &text, err);
    char *whole = text_taken(&text, is_written);
    return whole && session_edit_to(s, whole, err);
}

/* Somebody has saved: their text is one more edit, and the one that stands in the file. */
static enum session_news take_file(struct session *s, struct err *err)
{
    struct buf text = {0};
    enum session_news news = SESSION_SAME;
    if (!os_read_file(s->path, SCENARIO_FILE_LIMIT, &text)) {
        err_fail(err, "session.unreadable", "file", s->path, "why", strerror(errno), NULL);
        news = SESSION_BROKEN;
    } else if (strcmp(buf_cstr(&text), s->texts[s->at]) == 0) {
        s->saved = s->at;
        rescue_keep(s);
        news = SESSION_RELOADED; /* an error that was shown is gone */
    } else if (session_edit_to(s, copied(buf_cstr(&text)), err)) {
        s->saved = s->at;
        rescue_keep(s);
        news = SESSION_RELOADED;
    } else {
        news = SESSION_BROKEN;
    }
    buf_free(&text);
    return news;
}

static bool same_stamp(const struct os_stamp *a, const struct os_stamp *b)
{
    return a->changed_ns == b->changed_ns && a->size == b->size && a->number == b->number;
}

enum session_news session_watch(struct session *s, struct err *err)
{
    struct os_stamp now;
    if (!s->path || !os_stamp_of(s->path, &now) || same_stamp(&now, &s->stamp)) {
        return SESSION_SAME;
    }
    bool is_quiet = same_stamp(&now, &s->seen);
    s->seen = now;
    if (!is_quiet) {
        return SESSION_SAME;
    }
    s->stamp = now;
    return take_file(s, err);
}

/* Back, nothing is marked as changed: an edit that is undone leaves no trace. */
static bool go_to(struct session *s, uint32_t at, struct err *err)
{
    if (!run_text(s, s->path, s->texts[at], at > s->at, err)) {
        return false;
    }
    s->at = at;
    rescue_keep(s);
    return true;
}

bool session_undo(struct session *s, struct err *err)
{
    return s->count && s->at > 0 && go_to(s, s->at - 1, err);
}

bool session_redo(struct session *s, struct err *err)
{
    return s->at + 1 < s->count && go_to(s, s->at + 1, err);
}

bool session_is_edited(const struct session *s)
{
    return s->count > 0 && s->at != s->saved;
}

bool session_save(struct session *s, const char *path, struct err *err)
{
    struct os_out out;
    bool is_open = os_out_open(&out, path);
    if (is_open) {
        fputs(s->texts[s->at], out.file);
    }
    if (!is_open || !os_out_commit(&out)) {
        err_fail(err, "session.unwritable", "file", path, "why", strerror(errno), NULL);
        return false;
    }
    char *own = copied(path);
    rescue_end(s, true);
    free(s->path);
    s->path = own;
    s->saved = s->at;
    set_stamp(s);
    return true;
}

char *session_free_name(const struct session *s, char *buf, size_t size)
{
    const char *path = s->path ? s->path : "scenario.yaml";
    const char *slash = strrchr(path, '/'), *dot = strrchr(slash ? slash : path, '.');
    size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    unsigned n = 2;
    do {
        snprintf(buf, size, "%.*s-%u%s", (int)stem, path, n++, dot ? dot : "");
    } while (os_is_file(buf) && n < 1000);
    return buf;
}

const struct actor_type *const *session_actor_types(void)
{
    return registry()->actors;
}
