/* Figures from struct flow and struct link_figures; what nobody could measure is left out. */
#include "export/summary.h"

#include "actor/errno_code.h"
#include "trace/figures.h"

#include <string.h>

static void drops(const uint64_t counts[DROP_CLASS_COUNT], struct json *j)
{
    json_key(j, "drops");
    json_open(j, "{");
    for (unsigned c = 1; c < DROP_CLASS_COUNT; c++) {
        if (counts[c] > 0) {
            json_key(j, drop_class_name((enum drop_class)c));
            json_uint(j, counts[c]);
        }
    }
    json_close(j, "}");
}

static void open_once(struct json *j, const char *key, bool *is_open)
{
    if (!*is_open) {
        json_key(j, key);
        json_open(j, "{");
        *is_open = true;
    }
}

/* "delivered": {"again": 3, "never": 2}: only where something was wrong. */
static void faults(const struct flow *f, struct json *j)
{
    bool is_open = false;
    for (unsigned i = DELIVER_AGAIN; i <= DELIVER_DAMAGED; i++) {
        if (f->faults[i] > 0) {
            open_once(j, "delivered", &is_open);
            json_key(j, deliver_fault_name((enum deliver_fault)i));
            json_uint(j, f->faults[i]);
        }
    }
    if (f->never_count > 0) {
        open_once(j, "delivered", &is_open);
        json_key(j, "never");
        json_uint(j, f->never_count);
    }
    if (is_open) {
        json_close(j, "}");
    }
}

static void marks(uint64_t n, struct json *j)
{
    if (n > 0) {
        json_number(j, "marks", (int64_t)n);
    }
}

static void times(sim_time min, sim_time sum, sim_time max, uint64_t count, struct json *j)
{
    json_key(j, "rtt_ns");
    json_open(j, "{");
    json_number(j, "min", min);
    json_key(j, "mean");
    json_double(j, (double)sum / (double)count);
    json_number(j, "max", max);
    json_close(j, "}");
}

static void round_trips(const struct flow *f, struct json *j)
{
    if (f->rtt_count > 0) {
        times(f->rtt_min, f->rtt_sum, f->rtt_max, f->rtt_count, j);
    }
}

/* The protocol's own, "jitter.mean_ms" as an object in an object. */
static void own_figures(const struct flow *f, struct json *j)
{
    char group[32] = "";
    for (unsigned i = 0; i < f->figure_count; i++) {
        const char *name = f->figures[i].name, *dot = strchr(name, '.');
        size_t n = dot ? (size_t)(dot - name) : 0;
        if (group[0] && (n != strlen(group) || strncmp(group, name, n) != 0)) {
            json_close(j, "}");
            group[0] = '\0';
        }
        if (dot && !group[0] && n < sizeof group) {
            memcpy(group, name, n);
            group[n] = '\0';
            json_key(j, group);
            json_open(j, "{");
        }
        json_key(j, dot ? dot + 1 : name);
        json_double(j, f->figures[i].value);
    }
    if (group[0]) {
        json_close(j, "}");
    }
}

static uint32_t node_with(const struct trace *t, uint32_t ip)
{
    for (uint32_t i = 0; i < t->node_count; i++) {
        for (uint32_t a = 0; a < t->nodes[i].ip_count; a++) {
            if (t->nodes[i].ips[a] == ip) {
                return i;
            }
        }
    }
    return UINT32_MAX;
}

/* The route that it found: who answered at each distance. */
static void way(const struct trace *t, const struct flow *f, struct json *j)
{
    char ip[16];
    if (f->hop_count == 0) {
        return;
    }
    json_key(j, "way");
    json_open(j, "[");
    for (unsigned i = 0; i < f->hop_count; i++) {
        const struct way_hop *hop = &f->hops[i];
        json_open(j, "{");
        json_number(j, "hop", i + 1);
        if (hop->answers > 0) {
            json_text(j, "address", ip_print(hop->ip, ip));
        }
        if (hop->answers > 0 && node_with(t, hop->ip) != UINT32_MAX) {
            json_text(j, "node", t->nodes[node_with(t, hop->ip)].name);
        }
        json_number(j, "asked", hop->asked);
        json_number(j, "answers", hop->answers);
        if (hop->answers > 0) {
            times(hop->rtt_min, hop->rtt_sum, hop->rtt_max, hop->answers, j);
        }
        json_close(j, "}");
    }
    json_close(j, "]");
}

static void flow(const struct trace *t, const struct flow *f, struct json *j)
{
    double value;
    char nobody[16];
    json_open(j, "{");
    json_text(j, "flow", f->name);
    json_text(j, "proto", f->proto);
    json_text(j, "from", t->nodes[f->from].name);
    json_text(j, "to",
              f->group   ? f->group
              : f->to_ip ? ip_print(f->to_ip, nobody)
                         : t->nodes[f->to].name);
    json_number(j, "packets", (int64_t)f->packets);
    json_number(j, "bytes", (int64_t)f->bytes);
    json_number(j, "delivered_bytes", (int64_t)f->delivered_bytes);
    json_number(j, "retransmissions", (int64_t)f->retransmissions);
    if (f->error) {
        json_text(j, "error", errno_code_name(f->error));
    }
    drops(f->drops, j);
    marks(f->marks, j);
    faults(f, j);
    json_number(j, "start_ns", f->start);
    json_number(j, "end_ns", f->end);
    if (flow_goodput(f, &value)) {
        json_key(j, "goodput_bps");
        json_double(j, value);
    }
    if (flow_utilization(f, &value)) {
        json_key(j, "utilization");
        json_double(j, value);
    }
    round_trips(f, j);
    own_figures(f, j);
    way(t, f, j);
    json_close(j, "}");
}

static void direction(const struct trace *t, uint32_t link, unsigned which, struct json *j)
{
    const struct link_figures *f = &t->link_figures[2 * link + which];
    struct buf name = {0};
    link_name(t, link, &name);
    json_open(j, "{");
    json_text(j, "link", buf_cstr(&name));
    json_text(j, "toward", t->nodes[t->links[link].node[1 - which]].name);
    json_key(j, "utilization");
    json_double(j, link_utilization(t, link, which));
    json_number(j, "queue_packets_max", f->queue_packets_max);
    drops(f->drops, j);
    marks(f->marks, j);
    json_close(j, "}");
    buf_free(&name);
}

static void lists(const struct trace *t, struct json *j)
{
    json_key(j, "flows");
    json_open(j, "[");
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        flow(t, &t->flows[i], j);
    }
    json_close(j, "]");
    json_key(j, "links");
    json_open(j, "[");
    for (uint32_t i = 0; i < t->link_count; i++) {
        direction(t, i, 0, j);
        direction(t, i, 1, j);
    }
    json_close(j, "]");
}

static void services(const struct trace *t, struct json *j)
{
    json_key(j, "services");
    json_open(j, "[");
    for (uint32_t i = 0; i < t->service_count; i++) {
        const struct service *s = &t->services[i];
        json_open(j, "{");
        json_text(j, "node", t->nodes[s->node].name);
        json_text(j, "type", s->type->name);
        for (unsigned f = 0; s->type->figures[f].name; f++) {
            json_key(j, s->type->figures[f].name);
            json_double(j, s->values[f]);
        }
        json_close(j, "}");
    }
    json_close(j, "]");
}

static void ending(const struct trace *t, struct json *j)
{
    json_key(j, "events");
    json_uint(j, t->events);
    json_text(j, "reason", end_reason_name(t->end));
    lists(t, j);
    if (t->service_count > 0) {
        services(t, j);
    }
}

void summary_fields(const struct trace *t, struct json *j)
{
    json_number(j, "sim_ns", t->sim_ns);
    ending(t, j);
}

void summary_write(const struct trace *t, int64_t wall_ns, FILE *out)
{
    struct json j = {.to = out};
    json_open(&j, "{");
    json_number(&j, "sim_ns", t->sim_ns);
    if (wall_ns >= 0) {
        json_number(&j, "wall_ns", wall_ns);
    }
    ending(t, &j);
    json_close(&j, "}");
    json_line(&j);
    json_flush(&j);
}
