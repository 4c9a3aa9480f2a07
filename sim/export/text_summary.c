/* The figures of a run in words, and what its scenario expected. */
#include "actor/errno_code.h"
#include "export/row.h"
#include "export/say.h"
#include "export/text.h"
#include "trace/figures.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* What stands between two parts: the catalogue cannot hold a blank at the end of a text. */
static void separate(struct buf *out, enum lang lang, const char *key)
{
    say(out, lang, key, "left", "", "right", "", NULL);
}

enum { LISTED_MAX = 20 }; /* flows and links told unless the whole is asked for */

static void end_line(struct buf *line, FILE *out)
{
    buf_char(line, '\n');
    fwrite(line->data, 1, line->len, out);
    buf_clear(line);
}

static void heading(const char *key, const struct text_options *o, FILE *out)
{
    fprintf(out, "%s%s%s\n", style_on(STYLE_BOLD, o->has_colour), word(o->lang, key),
            style_off(o->has_colour));
}

static void say_end(const struct trace *t, const struct text_options *o, FILE *out)
{
    struct buf line = {0}, when = {0};
    char key[32], events[24];
    snprintf(key, sizeof key, "export.end.%s", end_reason_name(t->end));
    snprintf(events, sizeof events, "%" PRIu64, t->events);
    say_time(&when, t->sim_ns);
    say(&line, o->lang, key, "time", buf_cstr(&when), "events", events, NULL);
    end_line(&line, out);
    buf_free(&when);
    buf_free(&line);
}

/* "2 lost on the wire, 1 in a full queue" */
static void say_losses(const uint64_t drops[DROP_CLASS_COUNT], enum lang lang, struct buf *out)
{
    bool is_first = true;
    for (unsigned c = 1; c < DROP_CLASS_COUNT; c++) {
        if (drops[c] > 0) {
            char key[64];
            snprintf(key, sizeof key, "export.dropped.%s", drop_class_name((enum drop_class)c));
            if (!is_first) {
                separate(out, lang, "export.comma");
            }
            say_count(out, lang, key, drops[c]);
            is_first = false;
        }
    }
}

static void say_marks(uint64_t n, enum lang lang, struct buf *line)
{
    if (n > 0) {
        separate(line, lang, "export.semicolon");
        say_count(line, lang, "export.marked", n);
    }
}

static void say_packets(const struct flow *f, enum lang lang, struct buf *line)
{
    say_count(line, lang, "export.packets", f->packets);
    if (f->retransmissions > 0) {
        separate(line, lang, "export.comma");
        say_count(line, lang, "export.of-them-again", f->retransmissions);
    }
    if (drops_total(f->drops) > 0) {
        separate(line, lang, "export.semicolon");
        say_losses(f->drops, lang, line);
    }
    say_marks(f->marks, lang, line);
}

static bool is_wrong(const struct flow *f)
{
    return f->faults[DELIVER_AGAIN] || f->faults[DELIVER_OUT_OF_ORDER] ||
           f->faults[DELIVER_DAMAGED];
}

/* Its packets carry nothing for anybody: what counts are the answers. */
static bool asks_the_way(const struct flow *f)
{
    double loss;
    return f->hop_count > 0 || flow_figure(f, "loss", &loss);
}

static void say_delivered(const struct flow *f, enum lang lang, struct buf *line)
{
    if (f->group || ((f->bytes == 0 || asks_the_way(f)) && f->delivered_bytes == 0)) {
        return;
    }
    struct buf got = {0}, all = {0}, what = {0};
    double bps;
    say_bytes(&got, f->delivered_bytes);
    say_bytes(&all, f->bytes);
    bool both_ways =
        f->delivered_bytes > f->bytes && f->delivered_bytes <= f->bytes + f->bytes_back;
    say(&what, lang,
        is_wrong(f)                      ? "export.delivered-wrong"
        : both_ways                      ? "export.delivered-both"
        : f->delivered_bytes == f->bytes ? "export.delivered"
        : f->delivered_bytes < f->bytes  ? "export.delivered-of"
                                         : "export.delivered-more",
        "n", buf_cstr(&got), "all", buf_cstr(&all), NULL);
    if (flow_goodput(f, &bps)) {
        buf_clear(&got);
        buf_clear(&all);
        say_time(&got, f->last_delivery - f->start);
        say_rate(&all, bps);
        say(line, lang, "export.goodput", "what", buf_cstr(&what), "time", buf_cstr(&got), "rate",
            buf_cstr(&all), NULL);
    } else {
        buf_str(line, buf_cstr(&what));
    }
    buf_free(&got);
    buf_free(&all);
    buf_free(&what);
}

static void say_utilization(const struct flow *f, enum lang lang, struct buf *line)
{
    struct buf text = {0}, what = {0};
    double share, theory;
    if (!flow_utilization(f, &share) || asks_the_way(f)) {
        return;
    }
    say_percent(&text, share);
    say(&what, lang, "export.utilization", "share", buf_cstr(&text), NULL);
    if (flow_figure(f, "utilization_theory", &theory) && isfinite(theory)) {
        buf_clear(&text);
        say_percent(&text, theory);
        say(line, lang, "export.theory", "what", buf_cstr(&what), "share", buf_cstr(&text), NULL);
    } else {
        buf_str(line, buf_cstr(&what));
    }
    buf_free(&text);
    buf_free(&what);
}

/* What the idealised figure takes for granted, in the words of its protocol. */
static void say_ideal(const struct flow *f, enum lang lang, struct buf *line)
{
    double theory, share;
    const char *text = flow_assumptions(f, lang);
    if (text && flow_utilization(f, &share) && flow_figure(f, "utilization_theory", &theory)) {
        buf_str(line, text);
    }
}

/* "the way holds 10 kbit; a window of 4 frames keeps it full" */
static void say_pipe(const struct flow *f, enum lang lang, struct buf *line)
{
    double bits, frames;
    if (!flow_figure(f, "bandwidth_delay_bits", &bits) ||
        !flow_figure(f, "window_fills", &frames)) {
        return;
    }
    char count[24];
    struct buf size = {0};
    say_bits(&size, bits);
    snprintf(count, sizeof count, "%.0f", frames);
    say(line, lang, "export.pipe", "bits", buf_cstr(&size), "n", count, NULL);
    buf_free(&size);
}

static void say_round_trips(const struct flow *f, enum lang lang, struct buf *line)
{
    struct buf low = {0}, mean = {0}, high = {0};
    if (f->rtt_count > 0) {
        say_time(&low, f->rtt_min);
        say_time(&mean, f->rtt_sum / (int64_t)f->rtt_count);
        say_time(&high, f->rtt_max);
        say(line, lang, "export.rtt", "min", buf_cstr(&low), "mean", buf_cstr(&mean), "max",
            buf_cstr(&high), NULL);
    }
    buf_free(&low);
    buf_free(&mean);
    buf_free(&high);
}

/* "4 echoes: 3 answered, 1 refused, 0 without an answer; 25 % lost" */
static void say_echoes(const struct flow *f, enum lang lang, struct buf *line)
{
    static const char *const names[] = {"answered", "refused", "lost", "late", "duplicates"};
    double loss, value;
    if (!flow_figure(f, "loss", &loss) || !flow_figure(f, names[0], &value)) {
        return;
    }
    struct buf list = {0}, share = {0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char key[32];
        if (flow_figure(f, names[i], &value) && value > 0) {
            snprintf(key, sizeof key, "export.echo.%s", names[i]);
            if (list.len > 0) {
                separate(&list, lang, "export.comma");
            }
            say_count(&list, lang, key, (uint64_t)value);
        }
    }
    say_percent(&share, loss);
    say(line, lang, "export.echoes", "list", buf_cstr(&list), "share", buf_cstr(&share), NULL);
    buf_free(&list);
    buf_free(&share);
}

/* The name of who has the address; "": nobody has. */
static const char *name_of(const struct trace *t, uint32_t ip, enum lang lang)
{
    for (uint32_t i = 0; i < t->node_count; i++) {
        for (uint32_t a = 0; a < t->nodes[i].ip_count; a++) {
            if (t->nodes[i].ips[a] == ip) {
                return t->nodes[i].label[lang];
            }
        }
    }
    return "";
}

/* "3  R2  10.0.2.1  2 of 3 probes answered, 40 ms on average" */
static void say_hop(const struct trace *t, const struct way_hop *hop, unsigned number,
                    enum lang lang, struct buf *line)
{
    char ip[16], at[16], n[16], all[16];
    struct buf mean = {0};
    snprintf(at, sizeof at, "%2u", number);
    snprintf(n, sizeof n, "%u", hop->answers);
    snprintf(all, sizeof all, "%u", hop->asked);
    if (hop->answers > 0) {
        say_time(&mean, hop->rtt_sum / hop->answers);
    }
    say(line, lang, hop->answers == 0 ? "export.hop-silent" : "export.hop", "at", at, "name",
        name_of(t, hop->ip, lang), "ip", ip_print(hop->ip, ip), "n", n, "all", all, "time",
        mean.len ? buf_cstr(&mean) : "", NULL);
    buf_free(&mean);
}

static void say_way(const struct trace *t, const struct flow *f, const struct text_options *o,
                    FILE *out)
{
    struct buf line = {0};
    for (unsigned i = 0; i < f->hop_count; i++) {
        buf_str(&line, "  ");
        say_hop(t, &f->hops[i], i + 1, o->lang, &line);
        end_line(&line, out);
    }
    buf_free(&line);
}

static void list_frame(struct buf *list, uint64_t unit, unsigned found, enum lang lang)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, unit);
    if (found) {
        separate(list, lang, "export.comma");
    }
    say(list, lang, "export.wrong.frame", "unit", text, NULL);
}

/* "frame 0, frame 4 and 3 more" */
static void list_more(struct buf *list, uint64_t rest, enum lang lang)
{
    struct buf more = {0};
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, rest);
    say(&more, lang, "export.wrong.more", "list", buf_cstr(list), "n", text, NULL);
    buf_clear(list);
    buf_str(list, buf_cstr(&more));
    buf_free(&more);
}

/* What was passed on with that fault. */
static void list_wrong(const struct trace *t, const struct flow *f, enum deliver_fault fault,
                       enum lang lang, struct buf *list)
{
    enum { NAMED = 8 };
    unsigned found = 0;
    for (uint32_t n = 1; n <= t->count && found < NAMED; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_DELIVER && r->code == fault &&
            &t->flows[t->entities[r->where].flow] == f) {
            list_frame(list, trace_packet(t, r->packet)->unit.at, found++, lang);
        }
    }
    if (f->faults[fault] > found && found > 0) {
        list_more(list, f->faults[fault] - found, lang);
    }
}

static void list_never(const struct flow *f, enum lang lang, struct buf *list)
{
    unsigned found = 0;
    for (; found < f->never_count && found < FLOW_NEVER_MAX; found++) {
        list_frame(list, f->never[found], found, lang);
    }
    if (f->never_count > found) {
        list_more(list, f->never_count - found, lang);
    }
}

static void say_list(const char *key, struct buf *list, const struct text_options *o, FILE *out)
{
    struct buf line = {0};
    if (list->len) {
        buf_str(&line, "  ");
        say(&line, o->lang, key, "list", buf_cstr(list), NULL);
        end_line(&line, out);
    }
    buf_free(&line);
    buf_free(list);
}

static void say_wrong(const struct trace *t, const struct flow *f, const struct text_options *o,
                      FILE *out)
{
    struct buf list = {0};
    for (unsigned i = DELIVER_AGAIN; i <= DELIVER_DAMAGED; i++) {
        char key[48];
        snprintf(key, sizeof key, "export.wrong.%s", deliver_fault_name((enum deliver_fault)i));
        if (f->faults[i] > 0) {
            list_wrong(t, f, (enum deliver_fault)i, o->lang, &list);
        }
        say_list(key, &list, o, out);
    }
    list_never(f, o->lang, &list);
    say_list("export.wrong.never", &list, o, out);
}

static void say_error(const struct flow *f, enum lang lang, struct buf *line)
{
    const char *name = f->error ? errno_code_name(f->error) : NULL;
    char key[40];
    if (name) {
        snprintf(key, sizeof key, "errno.%s", name);
        say(line, lang, "export.ended-with", "errno", name, "why", word(lang, key), NULL);
    }
}

static void say_flow(const struct trace *t, const struct flow *f, const struct text_options *o,
                     FILE *out)
{
    static void (*const sentences[])(const struct flow *, enum lang, struct buf *) = {
        say_packets, say_delivered, say_error,  say_utilization,
        say_ideal,   say_pipe,      say_echoes, say_round_trips};
    struct buf line = {0};
    char nobody[16];
    say(&line, o->lang, "export.flow", "flow", f->name, "proto", f->proto, "from",
        t->nodes[f->from].label[o->lang], "to",
        f->group   ? f->group
        : f->to_ip ? ip_print(f->to_ip, nobody)
                   : t->nodes[f->to].label[o->lang],
        NULL);
    end_line(&line, out);
    for (size_t i = 0; i < sizeof sentences / sizeof *sentences; i++) {
        buf_str(&line, "  ");
        sentences[i](f, o->lang, &line);
        if (line.len > 2) {
            end_line(&line, out);
        }
        buf_clear(&line);
    }
    buf_free(&line);
    say_way(t, f, o, out);
    say_wrong(t, f, o, out);
}

static void say_direction(const struct trace *t, uint32_t link, unsigned which,
                          const struct text_options *o, FILE *out)
{
    const struct link_figures *f = &t->link_figures[2 * link + which];
    struct buf line = {0}, share = {0};
    say_percent(&share, link_utilization(t, link, which));
    uint32_t to = t->links[link].node[1 - which];
    bool has_rate = t->links[link].rate_bps[which] > 0;
    buf_str(&line, "  ");
    say(&line, o->lang, has_rate ? "export.busy" : "export.toward", "to",
        t->nodes[to].label[o->lang], "share", buf_cstr(&share), NULL);
    if (f->queue_packets_max > 0) {
        separate(&line, o->lang, "export.comma");
        say_count(&line, o->lang, "export.queue", f->queue_packets_max);
    }
    if (drops_total(f->drops) > 0) {
        separate(&line, o->lang, "export.semicolon");
        say_losses(f->drops, o->lang, &line);
    }
    say_marks(f->marks, o->lang, &line);
    if (has_rate || f->queue_packets_max > 0 || drops_total(f->drops) > 0) {
        end_line(&line, out);
    }
    buf_free(&share);
    buf_free(&line);
}

static void say_link(const struct trace *t, uint32_t link, const struct text_options *o, FILE *out)
{
    struct buf line = {0};
    const struct trace_link *l = &t->links[link];
    say(&line, o->lang, "export.link", "a", t->nodes[l->node[0]].label[o->lang], "b",
        t->nodes[l->node[1]].label[o->lang], NULL);
    if (l->text && *l->text) {
        buf_printf(&line, " · %s", l->text);
    }
    end_line(&line, out);
    buf_free(&line);
    say_direction(t, link, 0, o, out);
    say_direction(t, link, 1, o, out);
}

/* How many of a list are told; the rest is counted by say_rest. */
static uint32_t listed(uint32_t count, const struct text_options *o)
{
    return o->is_whole || count <= LISTED_MAX ? count : LISTED_MAX;
}

static void say_rest(uint32_t rest, const char *key, const struct text_options *o, FILE *out)
{
    struct buf line = {0};
    if (rest > 0) {
        say_count(&line, o->lang, key, rest);
        end_line(&line, out);
    }
    buf_free(&line);
}

void text_summary(const struct trace *t, const struct text_options *o, FILE *out)
{
    uint32_t flows = listed(t->flow_count, o), links = listed(t->link_count, o);
    heading("export.summary", o, out);
    say_end(t, o, out);
    for (uint32_t i = 1; i <= flows; i++) {
        say_flow(t, &t->flows[i], o, out);
    }
    say_rest(t->flow_count - flows, "export.more-flows", o, out);
    for (uint32_t i = 0; i < links; i++) {
        say_link(t, i, o, out);
    }
    say_rest(t->link_count - links, "export.more-links", o, out);
    fputc('\n', out);
}
