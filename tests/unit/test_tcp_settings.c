/* What a scenario may set of TCP: defaults, as the model's page has them, and limits. */
#include "tcp_rig.h"

#define MAX_TIME (SIM_NEVER / 4)
#define GIB      (INT64_C(1) << 30)

/* -1 is off; a default outside the limits means: as the RFC says. */
static const struct {
    const char *name;
    int64_t initial, min, max;
    bool may_be_off;
} settings[] = {
    {"isn", -1, 0, UINT32_MAX, true},
    {"mss", -1, 1, 65495, true},
    {"mtu", 1500, 68, 65535, false},
    {"receive-buffer", 65535, 1, GIB, false},
    {"send-buffer", 4194304, 1, GIB, false},
    {"window-scale", TCP_SCALE_AUTO, 0, 14, true},
    {"nagle", 1, 0, 1, false},
    {"delayed-ack", 200 * SIM_MS, 1, 500 * SIM_MS, true}, /* RFC 9293 3.8.6.3: under 0.5 s */
    {"initial-window", 10, 1, 1000, false},
    {"initial-rto", SIM_S, 1, MAX_TIME, false},
    {"min-rto", SIM_S, 1, MAX_TIME, false},
    {"max-rto", 60 * SIM_S, 1, MAX_TIME, false},
    {"retries", -1, 0, 1000, true},
    {"msl", 120 * SIM_S, 1, MAX_TIME, false},
    {"challenge-acks", 10, 1, 1000000, true}, /* RFC 5961 7: 10 in 5 s, for example */
    {"backlog", 128, 1, 65535, false},
    {"syn-cookies", 0, 0, 1, false},
    {"handshake", TCP_THREE_WAY, 0, 1, false},
    {"persist", 1, 0, 1, false},
    {"path-mtu-discovery", 1, 0, 1, false},
    {"black-hole-detection", -1, 1, 100, true},
    {"user-timeout", -1, 1, MAX_TIME, true},
    {"keep-alive", -1, SIM_S, MAX_TIME, true},
    {"keep-alive-interval", 75 * SIM_S, SIM_S, MAX_TIME, false},
    {"keep-alive-probes", 9, 1, 100, false},
    {"congestion", 0, 0, 3, false},
    {"timestamps", 0, 0, 1, false},
    {"ecn", 0, 0, 1, false},
    {"sack", 1, 0, 1, false},
    {"f-rto", 0, 0, 1, false},
    {"recovery", 0, 0, 5, false},
};

START_TEST(settings_have_their_defaults_and_limits)
{
    struct tcp_rig r = rig_closed();
    const struct param *p = param_find(&tcp_type, settings[_i].name);
    ck_assert_ptr_nonnull(p);
    ck_assert_int_eq(p->initial, settings[_i].initial);
    ck_assert_int_eq(p->min, settings[_i].min);
    ck_assert_int_eq(p->max, settings[_i].max);
    ck_assert_int_eq(p->may_be_off, settings[_i].may_be_off);
    params_initial(&tcp_type, &r.tcp);
    int64_t value;
    memcpy(&value, (const char *)&r.tcp + p->offset, sizeof value);
    ck_assert_int_eq(value, settings[_i].initial);
    rig_free(&r);
}
END_TEST

START_TEST(no_setting_goes_unlisted)
{
    int count = 0;
    while (tcp_type.params[count].name) {
        count++;
    }
    ck_assert_int_eq(count, ROWS(settings));
}
END_TEST

/* A connection without buffered data takes little room: thousands of them fit in a cache. */
START_TEST(a_connection_is_small)
{
    ck_assert_uint_le(sizeof(struct tcp), 1024);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("settings");
    tcase_add_loop_test(c, settings_have_their_defaults_and_limits, 0, ROWS(settings));
    tcase_add_test(c, no_setting_goes_unlisted);
    tcase_add_test(c, a_connection_is_small);
    return rig_run("tcp-settings", c);
}
