/* Divisions of counted integers, made in one place so that every output rounds alike. */
#include "trace/figures.h"

#include "base/words.h"

#include <stdio.h>
#include <string.h>

bool flow_goodput(const struct flow *f, double *bps)
{
    sim_time took = f->last_delivery - f->start;
    if (f->delivered_bytes == 0 || took <= 0) {
        return false;
    }
    *bps = (double)f->delivered_bytes * 8 * (double)SIM_S / (double)took;
    return true;
}

bool flow_utilization(const struct flow *f, double *share)
{
    sim_time took = f->end - f->start;
    if (f->rate_bps <= 0 || took <= 0) {
        return false;
    }
    *share = (double)f->delivered_bits * (double)SIM_S / ((double)f->rate_bps * (double)took);
    return true;
}

const char *flow_assumptions(const struct flow *f, enum lang lang)
{
    char key[64];
    double chance;
    uint64_t lost = f->drops[DROP_LOSS] + f->drops[DROP_FAULT] + f->drops[DROP_CHECKSUM];
    bool is_named = flow_figure(f, "loss_theory", &chance) && chance == 0 && lost > 0;
    snprintf(key, sizeof key, "export.ideal.%s", is_named ? "no-loss" : f->proto);
    return word_find(lang, key);
}

uint64_t drops_total(const uint64_t drops[DROP_CLASS_COUNT])
{
    uint64_t sum = 0;
    for (unsigned c = 0; c < DROP_CLASS_COUNT; c++) {
        sum += drops[c];
    }
    return sum;
}

static bool counted(const struct flow *f, const char *name, uint64_t *value)
{
    const struct {
        const char *name;
        uint64_t value;
    } rows[] = {
        {"packets", f->packets},
        {"bytes", f->bytes},
        {"delivered_bytes", f->delivered_bytes},
        {"retransmissions", f->retransmissions},
        {"drops", drops_total(f->drops)},
        {"start_ns", (uint64_t)f->start},
        {"end_ns", (uint64_t)f->end},
        {"marks", f->marks},
        {"delivered.never", f->never_count},
        {"delivered.again", f->faults[DELIVER_AGAIN]},
        {"delivered.out-of-order", f->faults[DELIVER_OUT_OF_ORDER]},
        {"delivered.damaged", f->faults[DELIVER_DAMAGED]},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (strcmp(name, rows[i].name) == 0) {
            *value = rows[i].value;
            return true;
        }
    }
    for (unsigned c = 1; strncmp(name, "drops.", 6) == 0 && c < DROP_CLASS_COUNT; c++) {
        if (strcmp(name + 6, drop_class_name((enum drop_class)c)) == 0) {
            *value = f->drops[c];
            return true;
        }
    }
    return false;
}

static bool round_trip(const struct flow *f, const char *name, double *value)
{
    if (f->rtt_count == 0) {
        return false;
    }
    if (strcmp(name, "rtt_ns.min") == 0) {
        *value = (double)f->rtt_min;
    } else if (strcmp(name, "rtt_ns.max") == 0) {
        *value = (double)f->rtt_max;
    } else if (strcmp(name, "rtt_ns.mean") == 0) {
        *value = (double)f->rtt_sum / (double)f->rtt_count;
    } else {
        return false;
    }
    return true;
}

/* "hop.2.rtt_ns", "hop.2.answers": of a route that was traced. */
static bool of_hop(const struct flow *f, const char *name, double *value)
{
    unsigned number = 0;
    int end = 0;
    if (sscanf(name, "hop.%u.%n", &number, &end) != 1 || end == 0 || number == 0 ||
        number > f->hop_count) {
        return false;
    }
    const struct way_hop *hop = &f->hops[number - 1];
    bool is_rtt = strcmp(name + end, "rtt_ns") == 0;
    if (is_rtt ? hop->answers == 0 : strcmp(name + end, "answers") != 0) {
        return false;
    }
    *value = is_rtt ? (double)hop->rtt_sum / (double)hop->answers : (double)hop->answers;
    return true;
}

bool flow_figure(const struct flow *f, const char *name, double *value)
{
    uint64_t n;
    if (counted(f, name, &n)) {
        *value = (double)n;
        return true;
    }
    if (strcmp(name, "goodput_bps") == 0) {
        return flow_goodput(f, value);
    }
    if (strcmp(name, "utilization") == 0) {
        return flow_utilization(f, value);
    }
    for (unsigned i = 0; i < f->figure_count; i++) {
        if (strcmp(name, f->figures[i].name) == 0) {
            *value = f->figures[i].value;
            return true;
        }
    }
    return round_trip(f, name, value) || of_hop(f, name, value);
}

void link_name(const struct trace *t, uint32_t link, struct buf *out)
{
    const struct trace_link *l = &t->links[link];
    buf_printf(out, "%s-%s", t->nodes[l->node[0]].name, t->nodes[l->node[1]].name);
}

double link_utilization(const struct trace *t, uint32_t link, unsigned which)
{
    sim_time busy = t->link_figures[2 * link + which].busy;
    return t->sim_ns > 0 ? (double)busy / (double)t->sim_ns : 0;
}
