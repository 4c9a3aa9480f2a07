/* Many clients on one LAN, fewer addresses, losses, and hosts whose power fails at random, the
 * server's too (its books are on disk): no address is ever held by two, and the server's figures
 * are what crossed the wire. With SLOWWIRE_LONG: 100 clients, 50 addresses, an hour, 50 seeds. */
#include "expect/expect.h"
#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "wire/dissect.h"

#include "base/draw.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct size {
    unsigned clients, addresses, seconds, seeds;
};
static const struct size brief = {24, 12, 900, 6}, whole = {100, 50, 3600, 50};

static struct size size_of_test(void)
{
    return getenv("SLOWWIRE_LONG") ? whole : brief;
}

static uint64_t lot(unsigned seed, unsigned what, unsigned n, uint64_t below)
{
    return draw_below(hash_mix(hash_mix(seed, what), n), below);
}

/* Three of four hosts are without power for a while in each half of the run, the server as well. */
static void add_faults(struct buf *out, const struct size *size, unsigned seed)
{
    unsigned half = size->seconds / 2;
    buf_str(out, "faults:\n");
    for (unsigned i = 0; i < 2 * (size->clients + 1); i++) {
        unsigned who = i / 2, when = i % 2 * half + (unsigned)lot(seed, 2, i, half / 2);
        char name[16];
        snprintf(name, sizeof name, who < size->clients ? "h%u" : "home", who);
        if (lot(seed, 1, i, 4) > 0) {
            buf_printf(out, "  - {at: %u s, crash: %s}\n  - {at: %u s, restart: %s}\n", when, name,
                       when + 5 + (unsigned)lot(seed, 3, i, half / 2 - 10), name);
        }
    }
}

static void write_scenario(struct buf *out, const struct size *size, unsigned seed)
{
    buf_printf(out, "seed: %u\nstop: %u s\nhosts:\n", seed, size->seconds);
    buf_printf(out,
               "  home: {address: 10.0.0.1/16, dhcp-server: {pool: 10.0.1.1 - 10.0.1.%u, "
               "lease: %u s, ping: 500 ms}}\n",
               size->addresses, 60 + 60 * (seed % 8));
    for (unsigned i = 0; i < size->clients; i++) {
        buf_printf(out, "  h%u: {address: dhcp, dhcp-client: {broadcast: %s, start-wait: on}}\n", i,
                   i % 3 ? "off" : "on");
    }
    buf_str(out, "switches: {sw: {}}\nlinks:\n"
                 "  - {between: [home, sw], rate: 1 Gbit/s, delay: 10 us, loss: 1 %}\n");
    for (unsigned i = 0; i < size->clients; i++) {
        buf_printf(out,
                   "  - {between: [h%u, sw], rate: 100 Mbit/s, delay: 10 us, loss: 2 %%, "
                   "duplicate: 1 %%}\n",
                   i);
    }
    add_faults(out, size, seed);
    buf_str(out, "script: []\n");
}

static void run_text(struct buf *text, struct scenario **sc, struct trace *t)
{
    struct err err = {.lang = LANG_EN};
    struct buf told = {0};
    bool good = scenario_read_text("many.yaml", buf_cstr(text), registry(), NULL, 0, sc, &err);
    err_format(&err, &told);
    ck_assert_msg(good, "%s", buf_cstr(&told));
    buf_free(&told);
    const struct run_options watch = {.watch = true, .max_events = 100000000};
    ck_assert(run_scenario(*sc, &watch, t, &err));
    ck_assert_int_ne(t->end, END_EVENTS);
    err_free(&err);
}

enum { OFFERS, ACKS, NAKS, SENT, EXPIRED = SENT, DECLINED, FIGURES };

static bool is_server(const struct trace *t, uint32_t entity)
{
    const struct entity *e = &t->entities[entity];
    return e->kind == ENTITY_ACTOR && strcmp(e->type->name, "dhcp-server") == 0;
}

/* The server's own figures, of all its lives. */
static void add_vars(const struct trace *t, int64_t sum[FIGURES])
{
    static const char *const names[] = {"offers", "acks", "naks", "expired", "declined"};
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        for (unsigned v = 0; is_server(t, e) && v < var_count(t->entities[e].type); v++) {
            for (unsigned i = 0; i < FIGURES; i++) {
                int64_t value = 0;
                if (strcmp(t->entities[e].type->vars[v].name, names[i]) == 0 &&
                    trace_var_at(t, e, v, SIM_NEVER - 1, &value)) {
                    sum[i] += value;
                }
            }
        }
    }
}

/* What it sent, how often a lease ran out in its books, how often an address was marked. */
static void add_records(const struct trace *t, int64_t sum[FIGURES])
{
    static const char *const names[] = {"DHCPOFFER", "DHCPACK", "DHCPNAK"};
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_SEND && is_server(t, r->where)) {
            const struct packet *p = trace_packet(t, r->packet);
            const char *is = packet_is(p->proto->name, packet_head(p), p->body.len);
            for (unsigned i = 0; i < SENT; i++) {
                sum[i] += strcmp(is, names[i]) == 0;
            }
        } else if (r->kind == REC_ITEM && is_server(t, r->where)) {
            const char *why = record_reason(t, r);
            sum[EXPIRED] += why && strcmp(why, "dhcp.lease-over") == 0;
            sum[DECLINED] += why && (strcmp(why, "dhcp.declined") == 0 ||
                                     strcmp(why, "dhcp.ping-answered") == 0);
        }
    }
}

/* A client that believes in its address stands in the server's books with it: the server counts its
 * ACK, which is later than the REQUEST from which the client counts. */
static unsigned count_bound(const struct trace *t)
{
    unsigned bound = 0;
    for (uint32_t e = 1; e <= t->entity_count; e++) {
        const struct entity *one = &t->entities[e];
        if (one->kind == ENTITY_ACTOR && strcmp(one->type->name, "dhcp-client") == 0) {
            int64_t held = 0;
            bound += trace_var_at(t, e, 0, SIM_NEVER - 1, &held) && held != 0;
        }
    }
    return bound;
}

START_TEST(no_address_is_held_twice_and_the_figures_add_up)
{
    const struct size size = size_of_test();
    if ((unsigned)_i >= size.seeds) {
        return;
    }
    struct buf text = {0}, what = {0};
    struct scenario *sc = NULL;
    struct trace t = {0};
    write_scenario(&text, &size, (unsigned)_i + 1);
    run_text(&text, &sc, &t);
    struct address_twice twice;
    ck_assert_msg(!trace_address_twice(&t, &twice), "seed %d: an address twice at %lld", _i + 1,
                  (long long)(trace_address_twice(&t, &twice) ? twice.at : 0));
    int64_t own[FIGURES] = {0}, seen[FIGURES] = {0};
    add_vars(&t, own);
    add_records(&t, seen);
    for (unsigned i = 0; i < FIGURES; i++) {
        ck_assert_int_eq(own[i], seen[i]);
    }
    ck_assert_uint_eq(t.service_count, 1); /* what the summary has: the server's last life */
    ck_assert_double_le(t.services[0].values[0], (double)own[OFFERS]);
    ck_assert_double_le(t.services[0].values[5], size.addresses); /* bound */
    ck_assert_int_ge(own[ACKS], size.addresses);                  /* all were lent */
    ck_assert_int_gt(own[EXPIRED], 0);                            /* and some ran out */
    ck_assert_uint_gt(count_bound(&t), size.addresses / 2);
    ck_assert_msg(trace_invariants(&t, &what), "%s", buf_cstr(&what));
    trace_free(&t);
    scenario_free(sc);
    buf_free(&text);
    buf_free(&what);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("dhcp many");
    TCase *c = tcase_create("a crowd");
    tcase_set_timeout(c, 300);
    tcase_add_loop_test(c, no_address_is_held_twice_and_the_figures_add_up, 0,
                        (int)size_of_test().seeds);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
