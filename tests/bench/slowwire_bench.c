/* What a TCP segment costs: builds a scenario of one link or of a dumbbell, runs it, and prints one
 * line of key=value as the peers do, in processor time. Numbers are given as `name value`:
 *
 *   slowwire-bench bytes 1e9 window 4e5 loss 1 flows 100 dumbbell 1 mbps 1000 stop 3 watch 1 write
 * 1
 */
#define _DEFAULT_SOURCE /* clock_gettime, getrusage */
#include "base/os.h"
#include "export/jsonl.h"
#include "export/pcapng.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

struct setup {
    double bytes, window, loss, flows, dumbbell, mbps, stop, watch, write;
};

static const struct option {
    const char *name;
    size_t offset;
} options[] = {
    {"bytes", offsetof(struct setup, bytes)}, /* of a flow */
    {"window", offsetof(struct setup, window)},
    {"loss", offsetof(struct setup, loss)}, /* percent, toward the receivers */
    {"flows", offsetof(struct setup, flows)},
    {"dumbbell", offsetof(struct setup, dumbbell)}, /* 1: hosts of their own, three hops */
    {"mbps", offsetof(struct setup, mbps)},
    {"stop", offsetof(struct setup, stop)}, /* seconds, 0: when all is sent */
    {"watch", offsetof(struct setup, watch)},
    {"write", offsetof(struct setup, write)}, /* 1: time the exports too */
};

static double cpu_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

static long rss_kb(void)
{
    struct rusage use;
    getrusage(RUSAGE_SELF, &use);
    return use.ru_maxrss;
}

static void host(struct buf *y, char side, unsigned i, const struct setup *s)
{
    buf_printf(y, "  %c%u: {address: 10.%u.%u.%u, tcp: {receive-buffer: %.0f B}}\n", side, i,
               (side == 'a' ? 1 : 101) + i / 62500, i / 250 % 250, i % 250 + 1, s->window);
}

static void shared_link(struct buf *y, const char *from, const char *to, const struct setup *s)
{
    buf_printf(y, "  - {between: [%s, %s], rate: %.0f Mbit/s, delay: 10 ms, queue: 1000 packets",
               from, to, s->mbps);
    if (s->loss > 0) {
        buf_printf(y, ", toward: {%s: {loss: %g %%}}", to, s->loss);
    }
    buf_str(y, "}\n");
}

/* A router takes 65 000 links: more hosts are at further dumbbells beside the first. */
enum { HOSTS_AT_ROUTER = 50000 };

static void dumbbells(struct buf *y, unsigned hosts, const struct setup *s)
{
    unsigned routers = (hosts + HOSTS_AT_ROUTER - 1) / HOSTS_AT_ROUTER;
    buf_str(y, "routers:\n");
    for (unsigned k = 0; k < routers; k++) {
        buf_printf(y, "  l%u: {addresses: 10.250.%u.1}\n  m%u: {addresses: 10.250.%u.2}\n", k, k, k,
                   k);
    }
    buf_str(y, "links:\n");
    for (unsigned i = 0; i < hosts; i++) {
        unsigned k = i / HOSTS_AT_ROUTER;
        buf_printf(y, "  - {between: [a%u, l%u], rate: 10 Gbit/s, delay: 1 ms}\n", i, k);
        buf_printf(y, "  - {between: [m%u, b%u], rate: 10 Gbit/s, delay: 1 ms}\n", k, i);
    }
    for (unsigned k = 0; k < routers; k++) {
        char from[16], to[16];
        snprintf(from, sizeof from, "l%u", k);
        snprintf(to, sizeof to, "m%u", k);
        shared_link(y, from, to, s);
    }
}

static void links(struct buf *y, unsigned hosts, const struct setup *s)
{
    if (s->dumbbell > 0) {
        dumbbells(y, hosts, s);
    } else {
        buf_str(y, "links:\n");
        shared_link(y, "a0", "b0", s);
    }
}

static void describe(struct buf *y, const struct setup *s)
{
    unsigned flows = (unsigned)s->flows, hosts = s->dumbbell > 0 ? flows : 1;
    if (s->stop > 0) {
        buf_printf(y, "stop: %g s\n", s->stop);
    }
    buf_str(y, "hosts:\n");
    for (unsigned i = 0; i < hosts; i++) {
        host(y, 'a', i, s);
        host(y, 'b', i, s);
    }
    links(y, hosts, s);
    buf_str(y, "traffic:\n");
    for (unsigned i = 0; i < flows; i++) {
        buf_printf(y, "  - tcp: {from: a%u, to: b%u:80, bytes: %.0f B}\n", i % hosts, i % hosts,
                   s->bytes);
    }
}

/* Packets of a capture at both ends of each link. */
static uint32_t captured(const struct trace *t)
{
    uint32_t count = 0;
    for (uint32_t n = 1; n <= t->count; n++) {
        unsigned kind = trace_record(t, n)->kind;
        count += kind == REC_TX || kind == REC_ARRIVE;
    }
    return count;
}

static double capture_ns(const struct trace *t, uint32_t snaplen, FILE *out)
{
    struct pcapng_options opt = {.tap = PCAPNG_TAP_ALL, .snaplen = snaplen};
    double began = cpu_ns();
    pcapng_write(t, &opt, out);
    double took = cpu_ns() - began;
    return took / captured(t);
}

static void print_exports(const struct trace *t)
{
    FILE *nowhere = fopen("/dev/null", "w");
    double began = cpu_ns();
    jsonl_write(t, nowhere);
    printf(" ns_per_line=%.1f", (cpu_ns() - began) / t->count);
    printf(" ns_per_packet=%.1f", capture_ns(t, 0, nowhere));
    printf(" ns_per_packet_of_66=%.1f", capture_ns(t, 66, nowhere));
    fclose(nowhere);
}

/* `state at t` at a thousand times spread over the run. */
static void print_questions(const struct trace *t)
{
    unsigned sum = 0;
    double began = cpu_ns();
    for (unsigned i = 0; i < 1000; i++) {
        sum += trace_state_at(t, t->entity_count, 0, t->sim_ns / 1000 * i);
    }
    printf(" us_per_state_at=%.3f states=%u", (cpu_ns() - began) / 1e6, sum);
}

static void run(const struct scenario *sc, const struct setup *s)
{
    struct run_options opt = {.watch = s->watch > 0, .max_events = UINT64_MAX};
    struct trace t = {0};
    struct err err = {0};
    double began = cpu_ns();
    long rss = rss_kb();
    struct run *r = run_open(sc, &opt, &t, &err);
    double opened = cpu_ns();
    run_until(r, SIM_NEVER);
    double ran = cpu_ns(), packets = 0, delivered = 0;
    run_close(r);
    double closed = cpu_ns();
    for (uint32_t i = 1; i <= t.flow_count; i++) {
        packets += (double)t.flows[i].packets;
        delivered += (double)t.flows[i].delivered_bytes;
    }
    double segments = delivered / 1460;
    printf("ns_per_seg=%.1f ev_per_seg=%.2f segs=%.0f sent=%.0f cpu_ms=%.1f setup_ms=%.1f "
           "rss_kb_per_flow=%.1f records=%u",
           (ran - opened) / segments, (double)t.events / segments, segments, packets,
           (ran - opened) / 1e6, (opened - began) / 1e6, (double)(rss_kb() - rss) / s->flows,
           t.count);
    if (s->watch > 0) {
        printf(" bytes_per_record=%.1f index_ns_per_record=%.1f",
               1024.0 * (double)(rss_kb() - rss) / t.count, (closed - ran) / t.count);
        print_questions(&t);
    }
    if (s->write > 0) {
        print_exports(&t);
    }
    printf("\n");
    trace_free(&t);
}

int main(int argc, char **argv)
{
    struct setup s = {.bytes = 1e8, .window = 4e5, .flows = 1, .mbps = 100};
    for (int i = 1; i + 1 < argc; i += 2) {
        for (size_t k = 0; k < sizeof options / sizeof *options; k++) {
            if (strcmp(argv[i], options[k].name) == 0) {
                double value = atof(argv[i + 1]);
                memcpy((char *)&s + options[k].offset, &value, sizeof value);
            }
        }
    }
    struct buf text = {0};
    struct err err = {0};
    struct scenario *sc;
    struct catalogue known = *registry();
    known.node_limit = UINT32_MAX; /* 10^5 hosts are more than a file may have */
    describe(&text, &s);
    if (!scenario_read_text("bench", buf_cstr(&text), &known, NULL, 0, &sc, &err)) {
        err_print(&err, stderr, false);
        return 2;
    }
    run(sc, &s);
    scenario_free(sc);
    buf_free(&text);
    return 0;
}
