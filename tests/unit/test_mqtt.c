/* MQTT packets against what mosquitto 2.0 and its clients send, against the tables of the standard,
 * and cut at every possible place. */
#include "wire/mqtt.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static size_t unhex(const char *hex, uint8_t *out)
{
    size_t n = strlen(hex) / 2;
    for (size_t i = 0; i < n; i++) {
        char two[3] = {hex[2 * i], hex[2 * i + 1], 0};
        out[i] = (uint8_t)strtoul(two, NULL, 16);
    }
    return n;
}

#define TEXT(S)                                                                                    \
    {                                                                                              \
        (const uint8_t *)(S), sizeof(S) - 1                                                        \
    }

static const struct {
    const char *hex;
    struct mqtt_packet p;
} goods[] = {
    /* mosquitto_pub -V 311 -i pub -k 30 --will-topic gone --will-payload x --will-qos 1 */
    {"101800044d515454040e001e00037075620004676f6e65000178",
     {.type = MQTT_CONNECT,
      .client = TEXT("pub"),
      .is_clean = true,
      .keep_alive = 30,
      .has_will = true,
      .topic = TEXT("gone"),
      .payload = TEXT("x"),
      .qos = 1}},
    /* mosquitto_sub -c -i sub -k 60 */
    {"100f00044d5154540400003c0003737562",
     {.type = MQTT_CONNECT, .client = TEXT("sub"), .keep_alive = 60}},
    {"20020000", {.type = MQTT_CONNACK}},
    {"20020100", {.type = MQTT_CONNACK, .session_present = true}},
    {"20020005", {.type = MQTT_CONNACK, .code = MQTT_NOT_AUTHORIZED}},
    {"3011000b686f6d652f6b2f74656d7032312e35",
     {.type = MQTT_PUBLISH, .topic = TEXT("home/k/temp"), .payload = TEXT("21.5")}},
    {"3213000b686f6d652f6b2f74656d70000132312e35",
     {.type = MQTT_PUBLISH,
      .topic = TEXT("home/k/temp"),
      .payload = TEXT("21.5"),
      .qos = 1,
      .id = 1}},
    {"3413000b686f6d652f6b2f74656d70000132312e35",
     {.type = MQTT_PUBLISH,
      .topic = TEXT("home/k/temp"),
      .payload = TEXT("21.5"),
      .qos = 2,
      .id = 1}},
    {"3d050001610007", /* DUP, QoS 2, retain, and nothing said */
     {.type = MQTT_PUBLISH, .topic = TEXT("a"), .qos = 2, .dup = true, .retain = true, .id = 7}},
    {"40020001", {.type = MQTT_PUBACK, .id = 1}},
    {"50020001", {.type = MQTT_PUBREC, .id = 1}},
    {"62020001", {.type = MQTT_PUBREL, .id = 1}},
    {"70020001", {.type = MQTT_PUBCOMP, .id = 1}},
    {"82100001000b686f6d652f2b2f74656d7002",
     {.type = MQTT_SUBSCRIBE, .id = 1, .filters = {{TEXT("home/+/temp"), 2}}, .filter_count = 1}},
    /* figure 3.23: a/b with QoS 1, c/d with QoS 2 */
    {"820e000a0003612f62010003632f6402",
     {.type = MQTT_SUBSCRIBE,
      .id = 10,
      .filters = {{TEXT("a/b"), 1}, {TEXT("c/d"), 2}},
      .filter_count = 2}},
    {"9003000102", {.type = MQTT_SUBACK, .id = 1, .filters = {{.qos = 2}}, .filter_count = 1}},
    {"9005000a000280",
     {.type = MQTT_SUBACK,
      .id = 10,
      .filters = {{.qos = 0}, {.qos = 2}, {.qos = MQTT_QOS_FAILED}},
      .filter_count = 3}},
    {"a20c000a0003612f620003632f64", /* figure 3.30 */
     {.type = MQTT_UNSUBSCRIBE,
      .id = 10,
      .filters = {{TEXT("a/b"), 0}, {TEXT("c/d"), 0}},
      .filter_count = 2}},
    {"b002000a", {.type = MQTT_UNSUBACK, .id = 10}},
    {"c000", {.type = MQTT_PINGREQ}},
    {"d000", {.type = MQTT_PINGRESP}},
    {"e000", {.type = MQTT_DISCONNECT}},
};

static void same_bytes(struct bytes a, struct bytes b)
{
    ck_assert(bytes_equal(a, b));
}

static void same(const struct mqtt_packet *a, const struct mqtt_packet *b)
{
    ck_assert_int_eq(a->type, b->type);
    ck_assert_uint_eq(a->id, b->id);
    ck_assert_uint_eq(a->qos, b->qos);
    ck_assert(a->dup == b->dup && a->retain == b->retain && a->is_clean == b->is_clean);
    ck_assert(a->has_will == b->has_will && a->session_present == b->session_present);
    ck_assert_uint_eq(a->keep_alive, b->keep_alive);
    ck_assert_int_eq(a->code, b->code);
    same_bytes(a->topic, b->topic);
    same_bytes(a->payload, b->payload);
    same_bytes(a->client, b->client);
    ck_assert_uint_eq(a->filter_count, b->filter_count);
    for (unsigned i = 0; i < a->filter_count; i++) {
        same_bytes(a->filters[i].topic, b->filters[i].topic);
        ck_assert_uint_eq(a->filters[i].qos, b->filters[i].qos);
    }
}

START_TEST(bytes_are_what_mosquitto_sends)
{
    uint8_t bytes[64];
    size_t n = unhex(goods[_i].hex, bytes), used = 0;
    struct mqtt_packet p;
    struct buf out = {0};
    ck_assert_int_eq(mqtt_parse(bytes_of(bytes, n), &p, &used), MQTT_WHOLE);
    ck_assert_uint_eq(used, n);
    same(&p, &goods[_i].p);
    mqtt_write(&goods[_i].p, &out);
    ck_assert_uint_eq(out.len, n);
    ck_assert_mem_eq(out.data, bytes, n);
    buf_free(&out);
}
END_TEST

START_TEST(a_part_is_no_packet_yet)
{
    uint8_t bytes[64];
    size_t n = unhex(goods[_i].hex, bytes), used;
    struct mqtt_packet p;
    for (size_t cut = 0; cut < n; cut++) {
        ck_assert_int_eq(mqtt_parse(bytes_of(bytes, cut), &p, &used), MQTT_MORE);
    }
    bytes[n] = 0xc0;
    ck_assert_int_eq(mqtt_parse(bytes_of(bytes, n + 1), &p, &used), MQTT_WHOLE);
    ck_assert_uint_eq(used, n);
}
END_TEST

static const char *const bads[] = {
    "00",                                 /* type 0 */
    "f0",                                 /* type 15 */
    "10ffffffff7f",                       /* five bytes of length (2.2.3) */
    "41020001",                           /* flags of PUBACK (2.2.2) */
    "60020001",                           /* flags of PUBREL */
    "80060001000161010000",               /* flags of SUBSCRIBE */
    "40020000",                           /* identifier 0 (2.3.1) */
    "4003000100",                         /* more than there may be */
    "400100",                             /* less */
    "36050001610001",                     /* QoS 3 (3.3.1.2) */
    "38030001610a",                       /* DUP with QoS 0 */
    "3003000123",                         /* topic "#" */
    "300400022f2b",                       /* topic "/+" */
    "30020000",                           /* no topic at all */
    "300400026100",                       /* U+0000 in it (1.5.3) */
    "30050003eda080",                     /* a surrogate */
    "300400 02c080",                      /* not the shortest form */
    "820200 01",                          /* no filter (3.8.3) */
    "820600010001610300",                 /* QoS 3 asked for */
    "82080001000361236201",               /* filter "a#b" */
    "900300 0103",                        /* SUBACK with 3 */
    "20020200",                           /* a reserved flag */
    "20020101",                           /* session present, yet refused (3.2.2.2) */
    "c00100",                             /* PINGREQ with something */
    "100d00044d51545404010000000161",     /* reserved flag of CONNECT (3.1.2.3) */
    "100d00044d515454044000000001 61",    /* password without user (3.1.2.9) */
    "100d00044d51545404080000000161",     /* QoS of no will (3.1.2.6) */
    "100d00044d51545405020000000161",     /* level 5 */
    "100f00064d514973647003020000000161", /* MQIsdp, level 3 */
};

START_TEST(what_is_wrong_is_broken)
{
    char hex[128];
    size_t n = 0, used;
    for (const char *s = bads[_i]; *s; s++) {
        if (*s != ' ') {
            hex[n++] = *s;
        }
    }
    hex[n] = '\0';
    uint8_t bytes[64];
    struct mqtt_packet p;
    ck_assert_int_eq(mqtt_parse(bytes_of(bytes, unhex(hex, bytes)), &p, &used), MQTT_BROKEN);
}
END_TEST

START_TEST(an_unknown_level_is_told_apart)
{
    uint8_t bytes[64];
    size_t used, n = unhex("100d00044d51545405020000000161", bytes);
    struct mqtt_packet p;
    ck_assert_int_eq(mqtt_parse(bytes_of(bytes, n), &p, &used), MQTT_BROKEN);
    ck_assert(p.type == MQTT_CONNECT && p.code == MQTT_BAD_VERSION);
}
END_TEST

/* Table 2.4: the digits of the remaining length. */
static const struct {
    size_t length, digits;
} lengths[] = {{0, 1}, {127, 1}, {128, 2}, {16383, 2}, {16384, 3}, {2097151, 3}, {2097152, 4}};

START_TEST(lengths_take_as_many_bytes_as_the_table_says)
{
    size_t left = lengths[_i].length < 3 ? 0 : lengths[_i].length - 3, used;
    char *said = calloc(1, left + 1);
    struct mqtt_packet p = {
        .type = MQTT_PUBLISH, .topic = bytes_str("a"), .payload = bytes_of(said, left)};
    if (lengths[_i].length == 0) {
        p = (struct mqtt_packet){.type = MQTT_PINGREQ};
    }
    struct buf out = {0};
    struct mqtt_packet back;
    mqtt_write(&p, &out);
    ck_assert_uint_eq(out.len, 1 + lengths[_i].digits + lengths[_i].length);
    ck_assert_int_eq(mqtt_parse(bytes_of(out.data, out.len), &back, &used), MQTT_WHOLE);
    ck_assert_uint_eq(back.payload.len, left);
    buf_free(&out);
    free(said);
}
END_TEST

/* The standard's own examples (4.7.1, 4.7.2), and mosquitto's answers to the rest. */
static const struct {
    const char *filter, *topic;
    bool matches;
} topics[] = {
    {"sport/tennis/player1/#", "sport/tennis/player1", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/ranking", true},
    {"sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true},
    {"sport/#", "sport", true},
    {"#", "sport/tennis", true},
    {"sport/tennis/+", "sport/tennis/player1", true},
    {"sport/tennis/+", "sport/tennis/player1/ranking", false},
    {"sport/+", "sport", false},
    {"sport/+", "sport/", true},
    {"+/+", "/finance", true},
    {"/+", "/finance", true},
    {"+", "/finance", false},
    {"#", "$SYS/a", false},
    {"+/monitor/Clients", "$SYS/monitor/Clients", false},
    {"$SYS/#", "$SYS/a", true},
    {"$SYS/monitor/+", "$SYS/monitor/Clients", true},
    {"a/b", "a/b", true},
    {"a/b", "a/B", false},
    {"a/b", "a/bc", false},
    {"a/bc", "a/b", false},
    {"a", "/a", false},
    {"+/tennis/#", "sport/tennis", true},
    {"+//b", "a//b", true},
    {"a//+", "a/b", false},
};

START_TEST(filters_match_as_the_standard_says)
{
    ck_assert(mqtt_is_filter(bytes_str(topics[_i].filter)));
    ck_assert(mqtt_is_topic(bytes_str(topics[_i].topic)));
    ck_assert_int_eq(mqtt_matches(bytes_str(topics[_i].filter), bytes_str(topics[_i].topic)),
                     topics[_i].matches);
}
END_TEST

static const char *const no_filters[] = {"",   "sport/tennis#", "sport/tennis/#/ranking", "sport+",
                                         "+a", "a/b+/c"};

START_TEST(wildcards_stand_for_whole_levels)
{
    ck_assert(!mqtt_is_filter(bytes_str(no_filters[_i])));
}
END_TEST

#define COUNT(LIST) ((int)(sizeof LIST / sizeof *LIST))

int main(void)
{
    TCase *c = tcase_create("mqtt");
    tcase_add_loop_test(c, bytes_are_what_mosquitto_sends, 0, COUNT(goods));
    tcase_add_loop_test(c, a_part_is_no_packet_yet, 0, COUNT(goods));
    tcase_add_loop_test(c, what_is_wrong_is_broken, 0, COUNT(bads));
    tcase_add_test(c, an_unknown_level_is_told_apart);
    tcase_add_loop_test(c, lengths_take_as_many_bytes_as_the_table_says, 0, COUNT(lengths));
    tcase_add_loop_test(c, filters_match_as_the_standard_says, 0, COUNT(topics));
    tcase_add_loop_test(c, wildcards_stand_for_whole_levels, 0, COUNT(no_filters));
    Suite *suite = suite_create("mqtt");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
