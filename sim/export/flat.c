/* Units follow from names, for the summary's names end in them. */
#include "export/flat.h"

#include "export/json.h"
#include "trace/figures.h"

#include <inttypes.h>
#include <string.h>

struct flat {
    const struct trace *t;
    flat_each each;
    void *context;
    struct buf prefix;
};

/* Does a name end in `part`, or have it before a dot? */
static bool has_part(const char *name, const char *part)
{
    size_t n = strlen(part);
    for (const char *s = name; (s = strstr(s, part)); s += n) {
        if (s[n] == '\0' || s[n] == '.') {
            return true;
        }
    }
    return false;
}

static const char *unit_of(const char *name)
{
    static const struct {
        const char *part, *unit;
    } units[] = {
        {"_ns", "ns"},
        {"_ms", "ms"},
        {"_bps", "bit/s"},
        {"bytes", "B"},
        {"_bits", "bit"},
        {"_units", "timestamp units"},
        {"packets", "packets"},
        {"packets_max", "packets"},
        {"retransmissions", "packets"},
        {"lost", "packets"},
        {"late", "packets"},
        {"marks", "packets"},
        {"events", "events"},
    };
    if (strncmp(name, "drops", 5) == 0 || strncmp(name, "delivered.", 10) == 0) {
        return "packets";
    }
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (has_part(name, units[i].part)) {
            return units[i].unit;
        }
    }
    return "1";
}

static void tell(struct flat *f, const char *name, const char *value)
{
    struct buf whole = {0};
    buf_add(&whole, bytes_of(f->prefix.data, f->prefix.len));
    buf_str(&whole, name);
    f->each(f->context, buf_cstr(&whole), unit_of(name), value);
    buf_free(&whole);
}

static void tell_count(struct flat *f, const char *name, uint64_t n)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, n);
    tell(f, name, text);
}

static void tell_real(struct flat *f, const char *name, double value)
{
    struct json j = {0};
    json_double(&j, value);
    tell(f, name, buf_cstr(&j.text));
    buf_free(&j.text);
}

static void tell_drops(struct flat *f, const uint64_t drops[DROP_CLASS_COUNT])
{
    tell_count(f, "drops", drops_total(drops));
    for (unsigned c = 1; c < DROP_CLASS_COUNT; c++) {
        if (drops[c] > 0) {
            char name[48];
            snprintf(name, sizeof name, "drops.%s", drop_class_name((enum drop_class)c));
            tell_count(f, name, drops[c]);
        }
    }
}

static void tell_marks(struct flat *f, uint64_t n)
{
    if (n > 0) {
        tell_count(f, "marks", n);
    }
}

static void begin(struct flat *f, const char *name, uint32_t nth)
{
    buf_clear(&f->prefix);
    buf_str(&f->prefix, name);
    if (nth > 1) {
        buf_printf(&f->prefix, "#%u", nth);
    }
    buf_char(&f->prefix, '.');
}

static uint32_t nth_flow(const struct trace *t, uint32_t flow)
{
    uint32_t nth = 1;
    for (uint32_t i = 1; i < flow; i++) {
        nth += strcmp(t->flows[i].name, t->flows[flow].name) == 0;
    }
    return nth;
}

static void tell_flow(struct flat *f, uint32_t number)
{
    static const char *const measured[] = {"goodput_bps", "utilization", "rtt_ns.min",
                                           "rtt_ns.mean", "rtt_ns.max"};
    const struct flow *flow = &f->t->flows[number];
    double value;
    begin(f, flow->name, nth_flow(f->t, number));
    tell_count(f, "packets", flow->packets);
    tell_count(f, "bytes", flow->bytes);
    tell_count(f, "delivered_bytes", flow->delivered_bytes);
    tell_count(f, "retransmissions", flow->retransmissions);
    tell_drops(f, flow->drops);
    tell_marks(f, flow->marks);
    tell_count(f, "start_ns", (uint64_t)flow->start);
    tell_count(f, "end_ns", (uint64_t)flow->end);
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
        if (flow_figure(flow, measured[i], &value)) {
            tell_real(f, measured[i], value);
        }
    }
    for (unsigned i = 0; i < flow->figure_count; i++) {
        tell_real(f, flow->figures[i].name, flow->figures[i].value);
    }
}

static void tell_direction(struct flat *f, uint32_t link, unsigned which)
{
    const struct trace *t = f->t;
    const char *name = t->entities[t->links[link].direction[which]].name;
    uint32_t nth = 1;
    for (uint32_t i = 0; i < link; i++) {
        nth += strcmp(t->entities[t->links[i].direction[0]].name, name) == 0 ||
               strcmp(t->entities[t->links[i].direction[1]].name, name) == 0;
    }
    begin(f, name, nth);
    tell_real(f, "utilization", link_utilization(t, link, which));
    tell_count(f, "queue_packets_max", t->link_figures[2 * link + which].queue_packets_max);
    tell_drops(f, t->link_figures[2 * link + which].drops);
    tell_marks(f, t->link_figures[2 * link + which].marks);
}

void flat_figures(const struct trace *t, flat_each each, void *context)
{
    struct flat f = {.t = t, .each = each, .context = context};
    tell_count(&f, "sim_ns", (uint64_t)t->sim_ns);
    tell_count(&f, "events", t->events);
    for (uint32_t i = 1; i <= t->flow_count; i++) {
        tell_flow(&f, i);
    }
    for (uint32_t i = 0; i < t->link_count; i++) {
        tell_direction(&f, i, 0);
        tell_direction(&f, i, 1);
    }
    buf_free(&f.prefix);
}
