/* Valid scenarios: every value arrives in the model, in base units; overrides; bundled files. */
#include "base/os.h"
#include "registry.h"
#include "scenario/edit.h"
#include "scenario/read.h"
#include "wire/dissect.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static const char *const whole =
    "\xef\xbb\xbf# a byte order mark, as some editors write it\n"
    "title: {en: Everything, zh: 全部}\n"
    "about: One text for all languages\n"
    "seed: 7\n"
    "stop: 20 s\n"
    "view: {panels: [stage, ladder], speed: 0.25}\n"
    "expect:\n"
    "  - {at: 1.3 s, a: DONE, b: {received: 3 kB, flow: cbr}}\n"
    "  - exchange:\n"
    "      - {from: a, is: DATA, at: 100 ms, lost: true}\n"
    "      - {from: b, is: ACK, at: 1150 ms, within: 1 ms, lost: no}\n"
    "  - {count: {from: a, is: DATA}, equals: 2}\n"
    "  - {count: {from: a}, at-least: 1, at-most: 9}\n"
    "  - {none: {is: RST}, from: 1 s, until: 2 s}\n"
    "  - {end: {a: {state: DONE, sent: 1 kB, retransmissions: 1}, b: {received: 0 B}}}\n"
    "  - {figure: utilization, flow: cbr, equals: 50 %, within: 0.001}\n"
    "  - {figure: rtt_ns, at-least: 20 ms}\n"
    "faults:\n"
    "  - drop: {from: a, to: b, is: DATA, nth: 1, at: 118 ms}\n"
    "  - drop: {proto: udp, flow: cbr, len: 500}\n"
    "  - delay: {link: [a, R1], seq: 3, by: 3 s}\n"
    "  - duplicate: {from: a, ack: 4, window: 1 kB, after: 5 s}\n"
    "  - corrupt: {from: b, flags: SYN+ACK, absolute: yes, bit: 12}\n"
    "  - {for: 3 s, cut: [b, a], at: 2 s}\n"
    "  - {at: 6 s, crash: R1}\n"
    "  - {at: 7 s, restart: R1, forget: [leases, routes]}\n"
    "traffic:\n"
    "  - stop-and-wait: {from: a, to: b, frames: 10, frame: 1000 B, timeout: 300 ms, crc: off}\n"
    "  - udp: {to: b:9, from: a:5000, rate: 100 kbit/s, for: off, as: cbr, start: 1 s}\n"
    "links:\n"
    "  - between: [a, b]\n"
    "    rate: 10 Mbit/s\n"
    "    delay: 50 ms\n"
    "    jitter: 1 ms\n"
    "    queue: 20 packets\n"
    "    toward: {b: {loss: 5 %, queue: 64 kB}, a: {delay: 1 ms}}\n"
    "  - {between: [a, R1], loss: {every: 10}, bit-errors: 1e-6, duplicate: 1 %,\n"
    "     reorder: {chance: 2 %, by: 30 ms}, mtu: 576 B}\n"
    "  - {between: [R1, b], loss: {list: [3, {unit: 7, copy: 2}, {unit: 8}]}}\n"
    "  - between: [R1, b]\n"
    "    loss: {gilbert-elliott: {good-to-bad: 1 %, bad-to-good: 30 %, loss-good: 0 %, loss-bad: "
    "50 %}}\n"
    "hosts:\n"
    "  a: 10.0.1.1\n"
    "  b:\n"
    "    address: 10.0.2.2/24\n"
    "    label: {en: Bob, zh: 鲍勃}\n"
    "    place: [0.75, 1]\n"
    "    gateway: 10.0.2.1\n"
    "    clock: {offset: -20 ms, drift: 50 ppm}\n"
    "routers:\n"
    "  R1: {addresses: [10.0.1.254/24, 10.0.2.1/24], routes: {10.0.9.0/24: 10.0.2.2}}\n";

static struct scenario *read_with(const char *text, const struct override *sets, uint32_t count)
{
    struct scenario *sc = NULL;
    struct err err = {0};
    struct buf said = {0};
    bool good = scenario_read_text("dir/whole.yaml", text, registry(), sets, count, &sc, &err);
    err_format(&err, &said);
    ck_assert_msg(good, "%s", buf_cstr(&said));
    buf_free(&said);
    err_free(&err);
    return sc;
}

START_TEST(the_small_sections_arrive)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    ck_assert_str_eq(sc->title[LANG_ZH], "全部");
    ck_assert_str_eq(sc->title[LANG_EN], "Everything");
    ck_assert_str_eq(sc->about[LANG_ZH], "One text for all languages");
    ck_assert_uint_eq(sc->seed, 7);
    ck_assert_int_eq(sc->stop, 20 * SIM_S);
    ck_assert_str_eq(sc->view_panels[0], "stage");
    ck_assert_str_eq(sc->view_panels[1], "ladder");
    ck_assert_ptr_null(sc->view_panels[2]);
    ck_assert(sc->view_speed == 0.25);
    ck_assert_str_eq(sc->text, whole);
    scenario_free(sc);
}
END_TEST

START_TEST(hosts_and_routers_arrive)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct scenario_node *a = &sc->nodes[0], *b = &sc->nodes[1], *r = &sc->nodes[2];
    ck_assert_uint_eq(sc->node_count, 3);
    ck_assert_str_eq(a->name, "a");
    ck_assert_uint_eq(a->addresses[0].ip, 0x0a000101);
    ck_assert_uint_eq(a->addresses[0].prefix, 0);
    ck_assert(a->x == -1 && a->y == -1);
    ck_assert_uint_eq(b->addresses[0].prefix, 24);
    ck_assert_str_eq(b->label[LANG_ZH], "鲍勃");
    ck_assert(b->x == 0.75f && b->y == 1);
    ck_assert_uint_eq(b->gateway, 0x0a000201);
    ck_assert_int_eq(b->clock_offset, -20 * SIM_MS);
    ck_assert_int_eq(b->clock_drift_ppb, 50000);
    ck_assert_int_eq(r->kind, SCENARIO_ROUTER);
    ck_assert_uint_eq(r->address_count, 2);
    ck_assert_uint_eq(r->routes[0].network, 0x0a000900);
    ck_assert_uint_eq(r->routes[0].prefix, 24);
    ck_assert_uint_eq(r->routes[0].via, 0x0a000202);
    ck_assert_uint_eq(b->place.line, 44);
    ck_assert_uint_eq(b->place.column, 3);
    scenario_free(sc);
}
END_TEST

START_TEST(links_arrive_in_both_directions)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct scenario_direction *to_b = &sc->links[0].direction[0];
    const struct scenario_direction *to_a = &sc->links[0].direction[1];
    ck_assert_uint_eq(sc->link_count, 4);
    ck_assert_int_eq(to_b->rate_bps, 10000000);
    ck_assert_int_eq(to_b->delay, 50 * SIM_MS);
    ck_assert_int_eq(to_a->delay, SIM_MS);
    ck_assert_int_eq(to_a->jitter, SIM_MS);
    ck_assert_int_eq(to_b->loss.kind, LOSS_CHANCE);
    ck_assert_int_eq(to_b->loss.chance, 50000000);
    ck_assert_int_eq(to_a->loss.kind, LOSS_NONE);
    ck_assert_uint_eq(to_a->queue_packets, 20);
    ck_assert_uint_eq(to_b->queue_bytes, 64000);
    ck_assert_uint_eq(sc->links[1].direction[0].queue_packets, 100);
    ck_assert_str_eq(sc->links[0].text, "10 Mbit/s · 50 ms / 1 ms · ± 1 ms · × 5 % / 0 %");
    scenario_free(sc);
}
END_TEST

START_TEST(impairments_arrive)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct scenario_direction *d = &sc->links[1].direction[1];
    ck_assert_int_eq(d->loss.kind, LOSS_EVERY);
    ck_assert_uint_eq(d->loss.every, 10);
    ck_assert_int_eq(d->bit_errors, INT64_C(1000000000000));
    ck_assert_int_eq(d->duplicate, 10000000);
    ck_assert_int_eq(d->reorder_chance, 20000000);
    ck_assert_int_eq(d->reorder_by, 30 * SIM_MS);
    ck_assert_uint_eq(d->mtu, 576);
    const struct loss *list = &sc->links[2].direction[0].loss;
    ck_assert_int_eq(list->kind, LOSS_LIST);
    ck_assert_uint_eq(list->list_count, 3);
    ck_assert(!list->list[0].is_unit && list->list[0].n == 3);
    ck_assert(list->list[1].is_unit && list->list[1].n == 7 && list->list[1].copy == 2);
    ck_assert(list->list[2].is_unit && list->list[2].copy == 0);
    const struct loss *ge = &sc->links[3].direction[0].loss;
    ck_assert_int_eq(ge->kind, LOSS_GILBERT_ELLIOTT);
    ck_assert_int_eq(ge->good_to_bad, 10000000);
    ck_assert_int_eq(ge->bad_to_good, 300000000);
    ck_assert_int_eq(ge->loss_good, 0);
    ck_assert_int_eq(ge->loss_bad, 500000000);
    scenario_free(sc);
}
END_TEST

static int64_t setting_of(const struct scenario_traffic *t, const struct actor_type *type,
                          const char *name)
{
    for (uint32_t i = 0; i < t->settings.count; i++) {
        const struct setting *s = &t->settings.list[i];
        if (s->type == type && strcmp(s->param->name, name) == 0) {
            return s->value;
        }
    }
    ck_abort_msg("no setting %s", name);
}

START_TEST(traffic_arrives_with_its_settings)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct scenario_traffic *arq = &sc->traffic[0], *udp = &sc->traffic[1];
    ck_assert_uint_eq(sc->traffic_count, 2);
    ck_assert_str_eq(arq->type->name, "stop-and-wait");
    ck_assert_uint_eq(arq->port, 0);
    ck_assert_int_eq(setting_of(arq, arq->type->source, "frames"), 10);
    ck_assert_int_eq(setting_of(arq, arq->type->source, "timeout"), 300 * SIM_MS);
    ck_assert_int_eq(setting_of(arq, arq->type->source, "crc"), 0);
    ck_assert_int_eq(setting_of(arq, arq->type->sink, "crc"), 0);
    ck_assert_ptr_null(arq->name);
    ck_assert_uint_eq(udp->from, 0);
    ck_assert_uint_eq(udp->to, 1);
    ck_assert_uint_eq(udp->port, 9);
    ck_assert_uint_eq(udp->from_port, 5000);
    ck_assert_int_eq(udp->start, SIM_S);
    ck_assert_str_eq(udp->name, "cbr");
    ck_assert_int_eq(setting_of(udp, udp->type->source, "rate"), 100000);
    ck_assert_int_eq(setting_of(udp, udp->type->source, "for"), -1);
    scenario_free(sc);
}
END_TEST

START_TEST(faults_arrive)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct fault *f = sc->faults;
    ck_assert_uint_eq(sc->fault_count, 8);
    ck_assert_uint_eq(f[0].pattern.given, PATTERN_FROM | PATTERN_TO | PATTERN_IS | PATTERN_NTH);
    ck_assert_str_eq(f[0].pattern.is, "DATA");
    ck_assert_int_eq(f[0].at, 118 * SIM_MS);
    ck_assert_int_eq(f[1].at, SIM_NEVER);
    ck_assert_int_eq(f[1].pattern.len, 500);
    ck_assert_str_eq(f[1].pattern.flow, "cbr");
    ck_assert(f[2].kind == FAULT_DELAY && f[2].by == 3 * SIM_S && f[2].pattern.seq == 3);
    ck_assert(f[2].pattern.link[0] == 0 && f[2].pattern.link[1] == 2);
    ck_assert(f[3].kind == FAULT_DUPLICATE && f[3].by == 5 * SIM_S && f[3].pattern.window == 1000);
    ck_assert(f[4].kind == FAULT_CORRUPT && f[4].bit == 12);
    ck_assert_str_eq(f[4].pattern.flags, "SYN+ACK");
    ck_assert(f[4].pattern.given & PATTERN_ABSOLUTE);
    ck_assert(f[5].kind == FAULT_CUT && f[5].at == 2 * SIM_S && f[5].by == 3 * SIM_S);
    ck_assert(f[5].node[0] == 1 && f[5].node[1] == 0);
    ck_assert(f[6].kind == FAULT_CRASH && f[6].node[0] == 2);
    ck_assert(f[7].kind == FAULT_RESTART && f[7].forget[2] == NULL);
    ck_assert_str_eq(f[7].forget[1], "routes");
    scenario_free(sc);
}
END_TEST

START_TEST(expectations_arrive_one_a_host)
{
    struct scenario *sc = read_with(whole, NULL, 0);
    const struct expect *e = sc->expects;
    ck_assert_uint_eq(sc->expect_count, 9);
    ck_assert(e[0].kind == EXPECT_AT && e[0].at == 1300 * SIM_MS && e[0].count == 1);
    ck_assert_str_eq(e[0].conditions->state, "DONE");
    ck_assert(e[0].conditions->received == -1 && e[0].conditions->node == 0);
    ck_assert(e[1].kind == EXPECT_AT && e[1].conditions->received == 3000);
    ck_assert_str_eq(e[1].conditions->flow, "cbr");
    ck_assert(e[2].kind == EXPECT_EXCHANGE && e[2].count == 2);
    ck_assert(e[2].patterns[0].lost && e[2].patterns[0].at == 100 * SIM_MS);
    ck_assert(!e[2].patterns[1].lost && (e[2].patterns[1].given & PATTERN_LOST));
    ck_assert_int_eq(e[2].patterns[1].within, SIM_MS);
    ck_assert(e[3].kind == EXPECT_COUNT && e[3].equals == 2 && e[3].at_least == -1);
    ck_assert(e[4].equals == -1 && e[4].at_least == 1 && e[4].at_most == 9);
    ck_assert(e[5].kind == EXPECT_NONE && e[5].from == SIM_S && e[5].until == 2 * SIM_S);
    ck_assert(e[6].kind == EXPECT_END && e[6].count == 2);
    ck_assert(e[6].conditions[0].sent == 1000 && e[6].conditions[0].retransmissions == 1);
    ck_assert(e[6].conditions[1].received == 0);
    ck_assert(e[7].kind == EXPECT_FIGURE && e[7].figure_equals == 0.5);
    ck_assert(e[7].figure_within == 0.001 && isnan(e[7].figure_at_least));
    ck_assert(e[8].figure_at_least == 20e6 && e[8].flow == NULL);
    scenario_free(sc);
}
END_TEST

START_TEST(what_is_not_given_has_its_default)
{
    struct scenario *sc = read_with("hosts: {甲: 10.0.0.1}\ntraffic: []\n", NULL, 0);
    ck_assert_uint_eq(sc->seed, 1);
    ck_assert_int_eq(sc->stop, SIM_NEVER);
    ck_assert_str_eq(sc->title[LANG_EN], "whole");
    ck_assert_str_eq(sc->about[LANG_ZH], "");
    ck_assert_ptr_null(sc->view_panels);
    ck_assert(sc->view_speed == 0);
    ck_assert_uint_eq(sc->link_count + sc->traffic_count + sc->fault_count + sc->expect_count, 0);
    scenario_free(sc);
}
END_TEST

START_TEST(aliases_repeat_what_they_name)
{
    struct scenario *sc = read_with("hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
                                    "links:\n"
                                    "  - &slow {between: [a, b], delay: &d 10 ms}\n"
                                    "  - *slow\n"
                                    "  - {between: [a, b], delay: *d}\n"
                                    "traffic: []\n",
                                    NULL, 0);
    ck_assert_uint_eq(sc->link_count, 3);
    ck_assert_int_eq(sc->links[1].direction[0].delay, 10 * SIM_MS);
    ck_assert_int_eq(sc->links[2].direction[1].delay, 10 * SIM_MS);
    scenario_free(sc);
}
END_TEST

START_TEST(overrides_change_values_before_they_are_checked)
{
    const struct override sets[] = {
        {"links.0.toward.b.loss=10%"},
        {"links.0.rate=2 Mbit/s"},
        {"seed=99"},
        {"title={en: Other, zh: 另一个}"},
        {"traffic.0.stop-and-wait.frames=3"},
        {"traffic.0.stop-and-wait.sequence-bits=4"},
        {"links.1.loss={every: 3}"},
    };
    struct scenario *sc = read_with(whole, sets, ROWS(sets));
    ck_assert_int_eq(sc->links[0].direction[0].loss.chance, 100000000);
    ck_assert_int_eq(sc->links[0].direction[0].rate_bps, 2000000);
    ck_assert_uint_eq(sc->seed, 99);
    ck_assert_str_eq(sc->title[LANG_ZH], "另一个");
    ck_assert_int_eq(setting_of(&sc->traffic[0], sc->traffic[0].type->source, "frames"), 3);
    ck_assert_int_eq(setting_of(&sc->traffic[0], sc->traffic[0].type->sink, "sequence-bits"), 4);
    ck_assert_uint_eq(sc->links[1].direction[0].loss.every, 3);
    ck_assert_uint_eq(sc->links[0].place.line, 31);
    scenario_free(sc);
}
END_TEST

static const struct {
    const char *set, *message;
} bad_sets[] = {
    {"links.0.dealy.x=1", "--set links.0.dealy.x=1: error: 'links.0' has no key 'dealy'; did you "
                          "mean 'delay'?\n"},
    {"links.9.delay=1 ms", "--set links.9.delay=1 ms: error: 'links' has no item '9'; it has 4, "
                           "counted from 0\n"},
    {"links.x=1", "--set links.x=1: error: 'links' has no item 'x'; it has 4, counted from 0\n"},
    {"lnks.0.loss=1",
     "--set lnks.0.loss=1: error: the scenario has no key 'lnks'; did you mean 'links'?\n"},
    {"nothing.here=1", "--set nothing.here=1: error: the scenario has no key 'nothing'\n"},
    {"links.0.loss", "--set links.0.loss: error: write PATH=VALUE, as in links.0.loss=5%\n"},
    {"=5", "--set =5: error: write PATH=VALUE, as in links.0.loss=5%\n"},
    {"links.0.loss=[1", "--set links.0.loss=[1: error: '[1' is no value; is a bracket or a quote "
                        "missing?\n"},
    {"seed=1\nstop: 1", "--set seed=1\nstop: 1: error: '1\nstop: 1' is no value; is a bracket or a "
                        "quote missing?\n"},
    {"links.0.delay=5", "--set links.0.delay=5: error: '5' has no unit; write for example 'delay: "
                        "20 ms' (units: ns us µs ms s min h d)\n"},
    {"sead=5", "--set sead=5: error: unknown key 'sead' in a scenario; did you mean 'seed'?\n"},
    {"stop.x=5", "--set stop.x=5: error: 'stop' has no key 'x'\n"},
};

START_TEST(a_wrong_override_is_told)
{
    struct override set = {bad_sets[_i].set};
    struct scenario *sc = NULL;
    struct err err = {0};
    struct buf said = {0};
    ck_assert(!scenario_read_text("x.yaml", whole, registry(), &set, 1, &sc, &err));
    err_format(&err, &said);
    ck_assert_str_eq(buf_cstr(&said), bad_sets[_i].message);
    buf_free(&said);
    err_free(&err);
}
END_TEST

static const struct {
    const char *traffic, *message; /* NULL: it is right */
} texts[] = {
    {"dns: {from: a, to: b, name: www..example}",
     "'name' cannot be 'www..example': it takes labels"},
    {"dns: {from: a, to: b, zone: -._}", NULL},
    {"mqtt: {from: a, to: b, publish: home/+/temp}",
     "'publish' cannot be 'home/+/temp': it takes a topic "},
    {"mqtt: {from: a, to: b, will: '#'}", "'will' cannot be '#': it takes a topic "},
    {"mqtt: {from: a, to: b, subscribe: 'home/#/temp'}",
     "'subscribe' cannot be 'home/#/temp': it takes a topic filter"},
    {"mqtt: {from: a, to: b, subscribe: '+/temp/#', publish: 房间/温度}", NULL},
    {"http: {from: a, to: b, path: index.html}", "'path' cannot be 'index.html': it takes a path"},
    {"http: {from: a, to: b, path: '/a b'}", "'path' cannot be '/a b': it takes a path"},
    {"http: {from: a, to: b, host: 'two words', path: /}",
     "'host' cannot be 'two words': it takes a name"},
};

START_TEST(a_text_that_no_protocol_says_is_told)
{
    struct buf text = {0}, said = {0};
    struct scenario *sc = NULL;
    struct err err = {0};
    buf_printf(&text,
               "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\ntraffic: [{%s}]\n",
               texts[_i].traffic);
    bool is_read = scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err);
    ck_assert_int_eq(is_read, texts[_i].message == NULL);
    err_format(&err, &said);
    ck_assert(is_read || strstr(buf_cstr(&said), texts[_i].message));
    if (is_read) {
        scenario_free(sc);
    }
    buf_free(&text);
    buf_free(&said);
    err_free(&err);
}
END_TEST

/* Every bundled scenario is right, and stays right when a click adds a fault. */
struct folder {
    const char *path;
    unsigned files;
};

/* Wherever it stands: what is hidden in a file comes behind what it shows. */
static bool has_fault_at(const struct scenario *sc, sim_time at)
{
    bool found = false;
    for (uint32_t i = 0; i < sc->fault_count; i++) {
        found = found || sc->faults[i].at == at;
    }
    return found;
}

static void check_bundled(void *context, const char *name)
{
    struct folder *in = context;
    struct buf path = {0}, text = {0}, edited = {0};
    struct err err = {0};
    buf_printf(&path, "%s/%s", in->path, name);
    if (os_is_directory(buf_cstr(&path))) {
        struct folder sub = {buf_cstr(&path), 0};
        ck_assert(os_list(sub.path, check_bundled, &sub));
        in->files += sub.files;
    } else if (strstr(name, ".yaml")) {
        in->files++;
        ck_assert(os_read_file(buf_cstr(&path), SCENARIO_FILE_LIMIT, &text));
        ck_assert_msg(strncmp(buf_cstr(&text), "# yaml-language-server: $schema=", 32) == 0,
                      "%s does not name its schema", buf_cstr(&path));
        struct scenario *before = read_with(buf_cstr(&text), NULL, 0);
        ck_assert_msg(edit_add_fault(before->text, "drop: {nth: 9, at: 1 h}", &edited, &err), "%s",
                      buf_cstr(&path));
        struct scenario *after = read_with(buf_cstr(&edited), NULL, 0);
        ck_assert_uint_eq(after->fault_count, before->fault_count + 1);
        ck_assert_msg(has_fault_at(after, 3600 * SIM_S), "%s", buf_cstr(&path));
        scenario_free(before);
        scenario_free(after);
    }
    buf_free(&path);
    buf_free(&text);
    buf_free(&edited);
    err_free(&err);
}

START_TEST(bundled_scenarios_are_right)
{
    struct folder all = {SOURCE_DIR "/scenarios", 0};
    ck_assert(os_list(all.path, check_bundled, &all));
    ck_assert_uint_ge(all.files, 9);
}
END_TEST

static void ck_schema_has(const char *schema, const char *word)
{
    struct buf quoted = {0};
    buf_printf(&quoted, "\"%s\"", word);
    ck_assert_msg(strstr(schema, buf_cstr(&quoted)) != NULL, "the schema does not know %s", word);
    buf_free(&quoted);
}

/* "playout.delay" is the key `delay` in the mapping `playout`. */
static void ck_schema_has_path(const char *schema, const char *path)
{
    char part[64];
    for (; *path; path += *path == '.') {
        size_t len = strcspn(path, ".");
        ck_assert_uint_lt(len, sizeof part);
        memcpy(part, path, len);
        part[len] = '\0';
        ck_schema_has(schema, part);
        path += len;
    }
}

static void ck_schema_has_params(const char *schema, const struct actor_type *t)
{
    for (const struct param *p = t ? t->params : NULL; p && p->name; p++) {
        ck_schema_has_path(schema, p->name);
        for (const char *const *c = p->choices; c && *c; c++) {
            ck_schema_has(schema, *c);
        }
    }
}

START_TEST(the_schema_knows_what_the_program_knows)
{
    struct buf schema = {0};
    ck_assert(os_read_file(SOURCE_DIR "/scenarios/scenario.schema.json", 1 << 24, &schema));
    const char *text = buf_cstr(&schema);
    for (const struct traffic_type *const *t = registry()->traffic; *t; t++) {
        ck_schema_has(text, (*t)->name);
        ck_schema_has_params(text, (*t)->source);
        ck_schema_has_params(text, (*t)->sink);
    }
    for (const struct actor_type *const *t = registry()->actors; *t; t++) {
        ck_schema_has_params(text, *t);
    }
    for (const char *const *name = proto_names(); *name; name++) {
        ck_schema_has(text, *name);
    }
    for (const char *const *name = packet_is_names(); *name; name++) {
        ck_schema_has(text, *name);
    }
    buf_free(&schema);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("scenario");
    TCase *t = tcase_create("model");
    tcase_add_test(t, the_small_sections_arrive);
    tcase_add_test(t, hosts_and_routers_arrive);
    tcase_add_test(t, links_arrive_in_both_directions);
    tcase_add_test(t, impairments_arrive);
    tcase_add_test(t, traffic_arrives_with_its_settings);
    tcase_add_test(t, faults_arrive);
    tcase_add_test(t, expectations_arrive_one_a_host);
    tcase_add_test(t, what_is_not_given_has_its_default);
    tcase_add_test(t, aliases_repeat_what_they_name);
    tcase_add_test(t, overrides_change_values_before_they_are_checked);
    tcase_add_loop_test(t, a_wrong_override_is_told, 0, ROWS(bad_sets));
    tcase_add_loop_test(t, a_text_that_no_protocol_says_is_told, 0, ROWS(texts));
    tcase_add_test(t, bundled_scenarios_are_right);
    tcase_add_test(t, the_schema_knows_what_the_program_knows);
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
