/* The index against a walk over all records: every list, and the state at any time, for a run with
 * losses, duplicates and a router. */
#include "world_rig.h"

#include <check.h>

static struct rig rig;

static void run_lossy(void)
{
    rig_init(&rig);
    uint32_t a = rig_node(&rig, "a", SCENARIO_HOST), b = rig_node(&rig, "b", SCENARIO_HOST);
    uint32_t c = rig_node(&rig, "c", SCENARIO_HOST), router = rig_node(&rig, "R", SCENARIO_ROUTER);
    struct scenario_link *ab = rig_link(&rig, a, b, 1000000, 10 * SIM_MS);
    rig_link(&rig, b, router, 1000000, SIM_MS);
    rig_link(&rig, router, c, 400000, SIM_MS)->direction[0].queue_packets = 3;
    ab->direction[0].loss = (struct loss){.kind = LOSS_CHANCE, .chance = 200000000};
    ab->direction[1].duplicate = 200000000;
    struct scenario_traffic *arq = rig_traffic(&rig, "stop-and-wait", a, b);
    rig_set(arq, "frames", 40);
    rig_set(arq, "timeout", 50 * SIM_MS);
    struct scenario_traffic *udp = rig_traffic(&rig, "udp", b, c);
    rig_set(udp, "rate", 600000);
    rig_set(udp, "for", SIM_S);
    rig_run(&rig, true);
}

static void free_lossy(void)
{
    rig_free(&rig);
}

START_TEST(a_packets_list_holds_its_records_and_no_other)
{
    const struct trace *t = &rig.trace;
    uint32_t all = 0, spoken = 0;
    for (uint32_t id = 1; id <= t->packets.count; id++) {
        struct list list = trace_of_packet(t, id);
        for (uint32_t i = 0; i < list.count; i++) {
            ck_assert_uint_eq(trace_record(t, list.at[i])->packet, id);
            ck_assert(i == 0 || list.at[i] > list.at[i - 1]);
        }
        all += list.count;
    }
    for (uint32_t n = 1; n <= t->count; n++) {
        const struct record *r = trace_record(t, n);
        spoken += r->packet > 0 && r->kind != REC_TIMER && r->kind != REC_FIRE;
    }
    ck_assert_uint_gt(spoken, 500);
    ck_assert_uint_eq(all, spoken);
}
END_TEST

START_TEST(a_records_children_name_it_as_their_cause)
{
    const struct trace *t = &rig.trace;
    uint32_t all = 0;
    for (uint32_t n = 0; n <= t->count; n++) {
        struct list list = trace_of_cause(t, n);
        for (uint32_t i = 0; i < list.count; i++) {
            ck_assert_uint_eq(trace_record(t, list.at[i])->cause, n);
            ck_assert_uint_gt(list.at[i], n);
        }
        all += list.count;
    }
    ck_assert_uint_eq(all, t->count);
}
END_TEST

/* The same by walking: the last value of that variable at or before `at`. */
static bool var_by_walking(const struct trace *t, uint32_t entity, unsigned var, sim_time at,
                           int64_t *value)
{
    bool is_known = false;
    for (uint32_t n = 1; n <= t->count && trace_record(t, n)->at <= at; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_VAR && r->where == entity && r->code == var) {
            *value = r->value;
            is_known = true;
        }
    }
    return is_known;
}

static unsigned state_by_walking(const struct trace *t, uint32_t entity, unsigned machine,
                                 sim_time at)
{
    unsigned state = 0;
    for (uint32_t n = 1; n <= t->count && trace_record(t, n)->at <= at; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_STATE && r->where == entity && r->code >> 8 == machine) {
            state = r->code & 255u;
        }
    }
    return state;
}

static unsigned item_by_walking(const struct trace *t, uint32_t entity, int64_t key, sim_time at)
{
    unsigned state = 0;
    for (uint32_t n = 1; n <= t->count && trace_record(t, n)->at <= at; n++) {
        const struct record *r = trace_record(t, n);
        if (r->kind == REC_ITEM && r->where == entity && r->value == key) {
            state = r->code & 255u;
        }
    }
    return state;
}

static sim_time timer_by_walking(const struct trace *t, uint32_t entity, unsigned timer,
                                 sim_time at)
{
    sim_time due = SIM_NEVER;
    for (uint32_t n = 1; n <= t->count && trace_record(t, n)->at <= at; n++) {
        const struct record *r = trace_record(t, n);
        if (r->where == entity && r->code == timer && r->kind == REC_TIMER) {
            due = r->value;
        } else if (r->where == entity && r->code == timer && r->kind == REC_FIRE) {
            due = SIM_NEVER;
        }
    }
    return due;
}

static void compare_actor(const struct trace *t, uint32_t entity, sim_time at)
{
    const struct actor_type *type = t->entities[entity].type;
    for (unsigned i = 0; i < var_count(type); i++) {
        int64_t seen = -1, walked = -1;
        ck_assert(trace_var_at(t, entity, i, at, &seen) ==
                  var_by_walking(t, entity, i, at, &walked));
        ck_assert_int_eq(seen, walked);
    }
    for (unsigned i = 0; i < machine_count(type); i++) {
        ck_assert_uint_eq(trace_state_at(t, entity, i, at), state_by_walking(t, entity, i, at));
    }
    for (unsigned i = 0; i < timer_count(type); i++) {
        ck_assert_int_eq(trace_timer_at(t, entity, i, 0, at, NULL),
                         timer_by_walking(t, entity, i, at));
    }
    for (int64_t key = 0; key < 42 && set_count(type); key++) {
        ck_assert_uint_eq(trace_item_at(t, entity, 0, key, at),
                          item_by_walking(t, entity, key, at));
    }
}

START_TEST(the_state_at_any_time_is_that_of_a_walk)
{
    const struct trace *t = &rig.trace;
    for (uint32_t i = 0; i <= 40; i++) {
        sim_time at = t->sim_ns / 40 * i;
        uint32_t near = 1 + (t->count - 1) / 40 * i;
        for (uint32_t entity = 1; entity <= t->entity_count; entity++) {
            if (t->entities[entity].kind == ENTITY_ACTOR) {
                compare_actor(t, entity, at);
                compare_actor(t, entity, trace_record(t, near)->at);
                compare_actor(t, entity, trace_record(t, near)->at - 1);
            }
        }
    }
}
END_TEST

START_TEST(items_are_listed_once_and_in_order)
{
    const struct trace *t = &rig.trace;
    uint32_t sets = 0;
    for (uint32_t entity = 1; entity <= t->entity_count; entity++) {
        struct keys keys = trace_item_keys(t, entity, 0);
        for (uint32_t i = 0; i < keys.count; i++) {
            ck_assert_int_eq(keys.at[i], i); /* frames 0 .. 39 */
        }
        ck_assert(keys.count == 0 || keys.count == 40);
        sets += keys.count > 0;
    }
    ck_assert_uint_eq(sets, 2);
}
END_TEST

START_TEST(records_are_in_time_order_and_found_by_time)
{
    const struct trace *t = &rig.trace;
    for (uint32_t n = 2; n <= t->count; n++) {
        ck_assert_int_ge(trace_record(t, n)->at, trace_record(t, n - 1)->at);
    }
    ck_assert_uint_eq(trace_first_after(t, -1), 1);
    ck_assert_uint_eq(trace_first_after(t, t->sim_ns), t->count + 1);
    for (uint32_t n = 1; n <= t->count; n += 7) {
        uint32_t after = trace_first_after(t, trace_record(t, n)->at);
        ck_assert_uint_gt(after, n);
        ck_assert(after > t->count || trace_record(t, after)->at > trace_record(t, after - 1)->at);
    }
}
END_TEST

START_TEST(a_trace_without_records_answers_nothing)
{
    struct trace t = {0};
    trace_finish(&t);
    ck_assert_uint_eq(trace_of_packet(&t, 1).count, 0);
    ck_assert_uint_eq(trace_of_cause(&t, 0).count, 0);
    ck_assert_uint_eq(trace_item_keys(&t, 1, 0).count, 0);
    ck_assert_uint_eq(trace_state_at(&t, 1, 0, 5), 0);
    trace_free(&t);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("trace");
    TCase *c = tcase_create("index");
    tcase_add_unchecked_fixture(c, run_lossy, free_lossy);
    tcase_add_test(c, a_packets_list_holds_its_records_and_no_other);
    tcase_add_test(c, a_records_children_name_it_as_their_cause);
    tcase_add_test(c, the_state_at_any_time_is_that_of_a_walk);
    tcase_add_test(c, items_are_listed_once_and_in_order);
    tcase_add_test(c, records_are_in_time_order_and_found_by_time);
    tcase_add_test(c, a_trace_without_records_answers_nothing);
    tcase_set_timeout(c, 60);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
