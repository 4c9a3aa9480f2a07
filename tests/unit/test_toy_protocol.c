/* A protocol that nothing else knows, defined wholly in this file and run from a catalogue of its
 * own: what a new protocol has to touch is its folder, its codec and a line in two tables
 * (ARCHITECTURE.md). Here not even the codec stands in `wire/`. The reader, the engine, the trace,
 * its index and every exporter take it as it is.
 *
 * A caller hails three times, one each `every`; the other side answers each hail. */
#include "actor/fx.h"
#include "base/os.h"
#include "expect/expect.h"
#include "export/jsonl.h"
#include "export/summary.h"
#include "export/text.h"
#include "net/world.h"
#include "scenario/read.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

enum { QUIET, CALLING, HEARD };
enum { NO_WHY, HAIL, REPLY };
enum { CALL_ABSENT, CALL_MADE, CALL_ANSWERED };

static const struct reason reasons[] = {{0}, {"toy.hail", "TOY 1"}, {"toy.reply", "TOY 2"}, {0}};

struct caller {
    int64_t hails, every;
    int64_t made, answered, refused;
    unsigned state;
    uint32_t stream;
    struct net key;
};

static bool toy_key(struct bytes head, struct net *io)
{
    struct udp ports;
    if (!udp_decode(head, &ports)) {
        return false;
    }
    io->from.port = ports.from;
    io->to.port = ports.to;
    return true;
}

static void say(const struct net *key, struct unit unit, uint32_t stream, unsigned why,
                struct fx *fx)
{
    uint8_t head[UDP_HEADER];
    uint32_t len = why == HAIL ? 42 : 2;
    udp_encode(key->from.port, key->to.port, len, head);
    fx_send(fx, key, bytes_of(head, sizeof head),
            (struct span){.at = unit.at * len, .stream = stream, .len = len}, unit, why);
}

static void enter(struct caller *c, unsigned to, unsigned why, struct fx *fx)
{
    fx_state(fx, 0, c->state, to, why);
    c->state = to;
}

static void hail(struct caller *c, sim_time now, struct fx *fx)
{
    enter(c, CALLING, HAIL, fx);
    fx_item(fx, 0, c->made, CALL_MADE, HAIL);
    say(&c->key, (struct unit){(uint64_t)c->made, 1}, c->stream, HAIL, fx);
    c->made++;
    if (c->made < c->hails) {
        fx_timer(fx, 0, (uint32_t)c->made, now + c->every);
    }
}

static void caller_step(void *self, const struct input *in, struct fx *fx)
{
    struct caller *c = self;
    if (in->kind == IN_START) {
        c->key = in->net;
        c->stream = in->body.stream;
        hail(c, in->now, fx);
    } else if (in->kind == IN_TIMER) {
        hail(c, in->now, fx);
    } else if (in->kind == IN_PACKET && in->is_damaged) {
        fx_drop(fx, DROP_CHECKSUM, NO_WHY);
    } else if (in->kind == IN_PACKET) {
        enter(c, HEARD, REPLY, fx);
        fx_item(fx, 0, c->answered++, CALL_ANSWERED, REPLY);
        fx_note(fx, REPLY);
    } else if (in->kind == IN_ERROR) {
        c->refused++;
    }
}

static void caller_read(const void *self, int64_t *vars)
{
    const struct caller *c = self;
    vars[0] = c->made;
    vars[1] = c->answered;
    vars[2] = c->refused;
}

struct answerer {
    struct net key;
};

static void answerer_step(void *self, const struct input *in, struct fx *fx)
{
    struct answerer *a = self;
    if (in->kind == IN_START) {
        a->key = in->net;
    } else if (in->kind == IN_PACKET && in->is_damaged) {
        fx_drop(fx, DROP_CHECKSUM, NO_WHY);
    } else if (in->kind == IN_PACKET) {
        fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
        say(&a->key, (struct unit){0}, 0, REPLY, fx);
    }
}

static double answered_share(const void *self, const struct path *path)
{
    const struct caller *c = self;
    (void)path;
    return (double)c->answered / (double)c->made;
}

static const struct machine machines[] = {
    {"mood", (const char *const[]){"QUIET", "CALLING", "HEARD", NULL},
     (const struct machine_edge[]){
         {QUIET, CALLING, NULL}, {CALLING, HEARD, NULL}, {HEARD, CALLING, NULL}, {-1, -1, NULL}}},
    {0}};
static const struct param params[] = {
    {"hails", offsetof(struct caller, hails), PARAM_COUNT, .initial = 3, .min = 1, .max = 100},
    {"every", offsetof(struct caller, every), PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_S},
    {0}};

#define CALLER(PROTO)                                                                              \
    {                                                                                              \
        .name = "caller", .proto = PROTO, .size = sizeof(struct caller), .machines = machines,     \
        .sets =                                                                                    \
            (const struct set[]){                                                                  \
                {"call", (const char *const[]){"absent", "made", "answered", NULL}}, {0}},         \
        .timers = (const struct timer[]){{"again", 4, true}, {0}}, .reasons = reasons,             \
        .vars =                                                                                    \
            (const struct var[]){                                                                  \
                {"made", "", "calls"}, {"answered", "", "calls"}, {"refused", "", "calls"}, {0}},  \
        .params = params, .figures = (const struct figure[]){{"answered", answered_share}, {0}},   \
        .step = caller_step, .read = caller_read                                                   \
    }
#define ANSWERER(PROTO)                                                                            \
    {                                                                                              \
        .name = "answerer", .proto = PROTO, .size = sizeof(struct answerer), .reasons = reasons,   \
        .step = answerer_step                                                                      \
    }

/* Over UDP its header is UDP's own, so its bytes are known; two that share a wire format are still
 * two protocols to the endpoints of a host. */
static const struct proto link_proto = {
    .name = "toy", .carrier = CARRIER_LINK, .number = 0x1234, .key = toy_key};
static const struct proto toy_udp = {
    .name = "udp", .carrier = CARRIER_UDP, .number = 5005, .key = toy_key};
static const struct proto toy_mute = {
    .name = "udp", .carrier = CARRIER_UDP, .number = 5006, .key = toy_key};
static const struct actor_type link_caller = CALLER(&link_proto),
                               link_answerer = ANSWERER(&link_proto), udp_caller = CALLER(&toy_udp),
                               udp_answerer = ANSWERER(&toy_udp),
                               mute_answerer = ANSWERER(&toy_mute);
static const struct traffic_type hail_link = {
    .name = "hail", .source = &link_caller, .sink = &link_answerer};
static const struct traffic_type hail_udp = {
    .name = "hail-udp", .source = &udp_caller, .sink = &udp_answerer, .has_port = true};
static const struct traffic_type hail_mute = {
    .name = "hail-mute", .source = &udp_caller, .sink = &mute_answerer, .has_port = true};
static const struct actor_type *const no_actors[] = {NULL};
static const struct traffic_type *const toys[] = {&hail_link, &hail_udp, &hail_mute, NULL};
static const struct catalogue toy_shop = {.actors = no_actors, .traffic = toys};

static const char near_text[] =
    "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
    "links: [{between: [a, b], rate: 400 kbit/s, delay: 10 ms}]\n" /* 50 B: 1 ms; 10 B: 0.2 ms */
    "traffic: [{hail: {from: a, to: b, hails: 3, every: 100 ms}}]\n"
    "expect:\n"
    "  - {at: 21 ms, a: CALLING}\n"
    "  - {at: 21.2 ms, a: HEARD}\n"
    "  - {at: 250 ms, b: {received: 126 B}}\n"
    "  - {end: {a: HEARD}}\n";
static const char far_text[] =
    "hosts: {a: 10.0.0.1, b: 10.0.1.2}\n"
    "routers: {R: {addresses: [10.0.0.9/24, 10.0.1.9/24]}}\n"
    "links: [{between: [a, R], delay: 10 ms}, {between: [R, b], delay: 10 ms}]\n"
    "traffic: [{TYPE: {from: a, to: \"b:77\", every: 100 ms}}]\n";

struct toy {
    struct scenario *sc;
    struct trace trace;
    struct err err;
};

static void toy_run(struct toy *t, const char *text, const struct fault *fault)
{
    *t = (struct toy){.trace.keep = true};
    bool good = scenario_read_text("toy.yaml", text, &toy_shop, NULL, 0, &t->sc, &t->err);
    if (!good) {
        err_print(&t->err, stderr, false);
    }
    ck_assert(good);
    if (fault) {
        t->sc->faults = (struct fault *)fault;
        t->sc->fault_count = 1;
    }
    struct world *w = world_new(t->sc, &toy_shop, 1, &t->trace);
    ck_assert(!world_run(w, SIM_S * 10, 1000));
    world_finish(w, SIM_NEVER);
    world_free(w);
    trace_finish(&t->trace);
    struct buf what = {0};
    ck_assert_msg(trace_invariants(&t->trace, &what), "%s", buf_cstr(&what));
    buf_free(&what);
}

static void toy_free(struct toy *t)
{
    trace_free(&t->trace);
    scenario_free(t->sc);
    err_free(&t->err);
}

static char *contents(FILE *out)
{
    size_t len = (size_t)ftell(out);
    char *text = os_alloc(len + 1);
    rewind(out);
    ck_assert_uint_eq(fread(text, 1, len, out), len);
    fclose(out);
    return text;
}

START_TEST(the_reader_takes_its_traffic_key_and_its_states)
{
    struct toy t;
    struct verdict v;
    toy_run(&t, near_text, NULL);
    expect_check(t.sc, &t.trace, LANG_EN, &v);
    ck_assert_uint_eq(v.count, 4);
    ck_assert_uint_eq(v.failed, 0);
    verdict_free(&v);
    toy_free(&t);
}
END_TEST

START_TEST(the_reader_names_it_when_a_key_is_misspelt)
{
    struct scenario *sc = NULL;
    struct err err = {0};
    ck_assert(!scenario_read_text("toy.yaml",
                                  "hosts: {a: 10.0.0.1, b: 10.0.0.2}\n"
                                  "links: [{between: [a, b]}]\n"
                                  "traffic: [{hial: {from: a, to: b}}]\n",
                                  &toy_shop, NULL, 0, &sc, &err));
    FILE *out = tmpfile();
    err_print(&err, out, false);
    char *text = contents(out);
    ck_assert_ptr_nonnull(strstr(text, "hail"));
    free(text);
    err_free(&err);
}
END_TEST

/* Hails leave at 0, 100, 200 ms; the answer is there 1 + 10 + 0.2 + 10 ms later. */
static const struct {
    sim_time at;
    unsigned mood;
    int64_t made, answered;
    unsigned first_call;
} moments[] = {{0, CALLING, 1, 0, CALL_MADE},
               {21199999, CALLING, 1, 0, CALL_MADE},
               {21200000, HEARD, 1, 1, CALL_ANSWERED},
               {100 * SIM_MS, CALLING, 2, 1, CALL_ANSWERED},
               {SIM_S, HEARD, 3, 3, CALL_ANSWERED}};

START_TEST(its_state_at_any_time_is_known)
{
    struct toy t;
    toy_run(&t, near_text, NULL);
    uint32_t caller = 0;
    for (uint32_t e = 1; e <= t.trace.entity_count; e++) {
        caller = t.trace.entities[e].type == &link_caller ? e : caller;
    }
    sim_time at = moments[_i].at;
    int64_t value = -1;
    ck_assert_uint_eq(trace_state_at(&t.trace, caller, 0, at), moments[_i].mood);
    ck_assert(trace_var_at(&t.trace, caller, 0, at, &value));
    ck_assert_int_eq(value, moments[_i].made);
    ck_assert(trace_var_at(&t.trace, caller, 1, at, &value));
    ck_assert_int_eq(value, moments[_i].answered);
    ck_assert_uint_eq(trace_item_at(&t.trace, caller, 0, 0, at), moments[_i].first_call);
    toy_free(&t);
}
END_TEST

static const char *const said_in_jsonl[] = {
    "\"proto\":\"toy\"",   "\"machine\":\"mood\"",    "\"old\":\"QUIET\",\"new\":\"CALLING\"",
    "\"set\":\"call\"",    "\"new\":\"answered\"",    "\"name\":\"refused\"",
    "\"name\":\"again\"",  "\"reason\":\"toy.hail\"", "\"ev\":\"note\"",
    "\"flow\":\"a.hail1\""};

START_TEST(its_names_stand_in_the_json_lines)
{
    struct toy t;
    toy_run(&t, near_text, NULL);
    FILE *out = tmpfile();
    jsonl_write(&t.trace, out);
    char *text = contents(out);
    ck_assert_msg(strstr(text, said_in_jsonl[_i]) != NULL, "%s is not in\n%s", said_in_jsonl[_i],
                  text);
    free(text);
    toy_free(&t);
}
END_TEST

START_TEST(the_ladder_the_state_and_the_summary_print_it)
{
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct toy t;
        struct text_options o = {.lang = (enum lang)lang, .width = 100, .is_whole = true};
        toy_run(&t, near_text, NULL);
        FILE *out = tmpfile();
        text_ladder(&t.trace, &o, out);
        text_state(&t.trace, 50 * SIM_MS, &o, out);
        text_summary(&t.trace, &o, out);
        summary_write(&t.trace, -1, out);
        char *text = contents(out);
        ck_assert_ptr_nonnull(strstr(text, "HEARD"));
        ck_assert_ptr_nonnull(strstr(text, "a.hail1"));
        ck_assert_ptr_nonnull(strstr(text, "answered"));
        free(text);
        toy_free(&t);
    }
}
END_TEST

/* Over UDP and a router, with an answer; and to a host where nobody speaks it. */
static const char *far_of(const char *type, struct buf *text)
{
    const char *mark = strstr(far_text, "TYPE");
    buf_add(text, bytes_of(far_text, (size_t)(mark - far_text)));
    buf_printf(text, "%s%s", type, mark + 4);
    return buf_cstr(text);
}

START_TEST(it_rides_on_udp_as_well)
{
    struct toy t;
    struct buf text = {0};
    toy_run(&t, far_of("hail-udp", &text), NULL);
    ck_assert_uint_eq(t.trace.flows[1].delivered_bytes, 3 * 42);
    ck_assert_int_eq(t.trace.flows[1].end, 240 * SIM_MS);
    ck_assert_uint_eq(trace_packet(&t.trace, 1)->size, 20 + 8 + 42);
    buf_free(&text);
    toy_free(&t);
}
END_TEST

START_TEST(it_is_told_that_nobody_answers)
{
    struct toy t;
    struct buf text = {0};
    toy_run(&t, far_of("hail-mute", &text), NULL);
    ck_assert_uint_eq(t.trace.flows[1].drops[DROP_NO_LISTENER], 3);
    int64_t refused = 0;
    for (uint32_t e = 1; e <= t.trace.entity_count; e++) {
        if (t.trace.entities[e].type == &udp_caller) {
            trace_var_at(&t.trace, e, 2, SIM_S, &refused);
        }
    }
    ck_assert_int_eq(refused, 3);
    buf_free(&text);
    toy_free(&t);
}
END_TEST

/* The engine's faults strike it like any other: the second hail is lost, or has a flipped bit. */
static const struct {
    struct fault fault;
    uint64_t delivered;
} faults[] = {
    {{.kind = FAULT_DROP,
      .at = SIM_NEVER,
      .pattern = {.given = PATTERN_FROM | PATTERN_NTH, .from = 0, .nth = 2}},
     2 * 42},
    {{.kind = FAULT_DUPLICATE,
      .pattern = {.given = PATTERN_FROM | PATTERN_NTH, .from = 0, .nth = 2}},
     4 * 42},
    {{.kind = FAULT_CORRUPT,
      .bit = 100,
      .pattern = {.given = PATTERN_FROM | PATTERN_NTH, .from = 0, .nth = 2}},
     2 * 42},
};

START_TEST(faults_strike_it_like_any_other)
{
    struct toy t;
    toy_run(&t, near_text, &faults[_i].fault);
    ck_assert_uint_eq(t.trace.flows[1].delivered_bytes, faults[_i].delivered);
    toy_free(&t);
}
END_TEST

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

static Suite *suite(void)
{
    Suite *s = suite_create("toy protocol");
    TCase *t = tcase_create("unknown to all");
    tcase_add_test(t, the_reader_takes_its_traffic_key_and_its_states);
    tcase_add_test(t, the_reader_names_it_when_a_key_is_misspelt);
    tcase_add_loop_test(t, its_state_at_any_time_is_known, 0, ROWS(moments));
    tcase_add_loop_test(t, its_names_stand_in_the_json_lines, 0, ROWS(said_in_jsonl));
    tcase_add_test(t, the_ladder_the_state_and_the_summary_print_it);
    tcase_add_test(t, it_rides_on_udp_as_well);
    tcase_add_test(t, it_is_told_that_nobody_answers);
    tcase_add_loop_test(t, faults_strike_it_like_any_other, 0, ROWS(faults));
    suite_add_tcase(s, t);
    return s;
}

int main(void)
{
    SRunner *runner = srunner_create(suite());
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
