/* The lives of leases as the lease panel reads them from a trace: the times are those of the
 * timers, each span ends as the run says. */
#include "view_rig.h"

#include <check.h>
#include <string.h>

static const struct lease_client *client(const struct view_rig *r, const char *node)
{
    for (uint32_t i = 0; i < r->film->leases.client_count; i++) {
        const struct lease_client *c = &r->film->leases.clients[i];
        if (strcmp(r->trace.nodes[c->node].name, node) == 0) {
            return c;
        }
    }
    ck_abort_msg("no client %s", node);
    return NULL;
}

/* One row: the n-th span (from 0) of that host in that scenario. */
static const struct {
    const char *scenario, *node;
    uint32_t nth, of;
    sim_time lease; /* seconds */
    enum span_fate fate;
} lives[] = {
    {"dhcp/life-of-a-lease", "laptop", 0, 2, 600, SPAN_EXTENDED},
    {"dhcp/life-of-a-lease", "laptop", 1, 2, 500, SPAN_HOLDS},
    {"dhcp/life-of-a-lease", "phone", 0, 3, 600, SPAN_EXTENDED},
    {"dhcp/life-of-a-lease", "printer", 0, 2, 600, SPAN_EXTENDED},
    {"dhcp/lease-runs-out", "laptop", 0, 1, 60, SPAN_OVER},
    {"dhcp/every-option", "laptop", 0, 1, 600, SPAN_RELEASED},
    {"dhcp/wrong-network", "laptop", 0, 2, 3600, SPAN_CRASHED},
    {"dhcp/wrong-network", "laptop", 1, 2, 3600, SPAN_HOLDS},
};

START_TEST(a_span_ends_as_the_run_says)
{
    struct view_rig *r = rig_open(lives[_i].scenario, 600, 400, THEME_LIGHT, 1);
    const struct lease_client *c = client(r, lives[_i].node);
    ck_assert_uint_eq(c->span_count, lives[_i].of);
    const struct lease_span *s = &c->spans[lives[_i].nth];
    ck_assert_int_eq(s->end - s->start, lives[_i].lease * SIM_S);
    ck_assert_int_eq(s->fate, lives[_i].fate);
    ck_assert(s->start <= s->told && s->told < s->until);
    rig_close(r);
}
END_TEST

/* T1, T2 and the attempts of the laptop: at T1, half of what is left later, a minute later, at T2.
 */
START_TEST(every_attempt_to_extend_is_found)
{
    static const sim_time after[] = {300 * SIM_S, 412500 * SIM_MS, 472500 * SIM_MS, 525 * SIM_S};
    struct view_rig *r = rig_open("dhcp/life-of-a-lease", 600, 400, THEME_LIGHT, 1);
    const struct lease_client *c = client(r, "laptop");
    ck_assert_int_eq(c->spans[0].t1 - c->spans[0].start, after[0]);
    ck_assert_int_eq(c->spans[0].t2 - c->spans[0].start, after[3]);
    ck_assert_uint_eq(c->try_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        ck_assert_int_eq(c->tries[i].at - c->spans[0].start, after[i]);
        ck_assert(c->tries[i].is_answered == (i == 3));
    }
    rig_close(r);
}
END_TEST

START_TEST(an_address_is_known_only_while_it_is_held)
{
    struct view_rig *r = rig_open("dhcp/lease-runs-out", 600, 400, THEME_LIGHT, 1);
    const struct lease_client *c = client(r, "laptop");
    ck_assert_ptr_null(lease_span_at(c, 500 * SIM_MS));
    ck_assert_uint_eq(lease_span_at(c, 30 * SIM_S)->ip, 0xc0a80164);
    ck_assert_ptr_null(lease_span_at(c, 65 * SIM_S));
    ck_assert_uint_eq(r->film->leases.outage_count, 1);
    ck_assert_int_eq(r->film->leases.outages[0].at, 10 * SIM_S);
    rig_close(r);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("leases");
    TCase *c = tcase_create("found");
    tcase_set_timeout(c, 60);
    tcase_add_loop_test(c, a_span_ends_as_the_run_says, 0, (int)(sizeof lives / sizeof *lives));
    tcase_add_test(c, every_attempt_to_extend_is_found);
    tcase_add_test(c, an_address_is_known_only_while_it_is_held);
    suite_add_tcase(s, c);
    SRunner *runner = srunner_create(s);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? 1 : 0;
}
