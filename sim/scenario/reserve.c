/* `reserve` of a flow: what its receivers ask of the network by RSVP. What is not said follows from
 * the flow's own packets; so it is read when their settings are known. */
#include "scenario/reader.h"

#include "base/os.h"
#include "wire/rsvp.h"

#include <stdlib.h>
#include <string.h>

#define PACKET_MAX 65535
#define BUCKET_MAX (INT64_C(1) << 30)
#define SLACK_MAX  (INT64_C(3600) * SIM_S) /* the field counts microseconds in 32 bits */
/* What was sent at one instant may stand in a queue until the next comes. */
#define BURSTS 2

void *traffic_sample(const struct scenario_traffic *t)
{
    const struct actor_type *type = t->type->source;
    void *self = os_alloc(type->size);
    params_initial(type, self);
    for (uint32_t i = 0; i < t->settings.count; i++) {
        const struct param *p = param_find(type, t->settings.list[i].param->name);
        if (p) {
            *(int64_t *)(void *)((char *)self + p->offset) = t->settings.list[i].value;
        }
    }
    return self;
}

/* ---- values ---- */

/* Bytes a second, so that whatever was asked for fits in. */
static void read_rate_of(struct reader *r, const struct doc_node *v, int64_t *out)
{
    int64_t bits;
    if (!reader_quantity(r, v, QUANTITY_RATE, &bits)) {
        return;
    }
    if (bits == 0) {
        wrong(r, v, "reader.reserve.zero", "key", v->key->text);
        return;
    }
    *out = muldiv_up(bits, 1, 8);
}

static void read_bytes_of(struct reader *r, const struct doc_node *v, int64_t most, int64_t *out)
{
    char limit[48];
    int64_t bytes;
    if (!reader_quantity(r, v, QUANTITY_BYTES, &bytes)) {
        return;
    }
    if (bytes < 1 || bytes > most) {
        wrong(r, v, "reader.reserve.bytes", "key", v->key->text, "most",
              quantity_print(most, QUANTITY_BYTES, limit));
        return;
    }
    *out = bytes;
}

static void read_packet_of(struct reader *r, const struct doc_node *v, uint32_t *out)
{
    int64_t bytes = *out;
    read_bytes_of(r, v, PACKET_MAX, &bytes);
    *out = (uint32_t)bytes;
}

/* ---- keys ---- */

static void read_rate(struct reader *r, const struct doc_node *v, void *into)
{
    read_rate_of(r, v, &((struct scenario_reserve *)into)->rate);
}

static void read_bucket(struct reader *r, const struct doc_node *v, void *into)
{
    read_bytes_of(r, v, BUCKET_MAX, &((struct scenario_reserve *)into)->bucket);
}

static void read_peak(struct reader *r, const struct doc_node *v, void *into)
{
    read_rate_of(r, v, &((struct scenario_reserve *)into)->peak);
}

static void read_min_unit(struct reader *r, const struct doc_node *v, void *into)
{
    read_packet_of(r, v, &((struct scenario_reserve *)into)->min_unit);
}

static void read_max_packet(struct reader *r, const struct doc_node *v, void *into)
{
    read_packet_of(r, v, &((struct scenario_reserve *)into)->max_packet);
}

static const char *const service_names[] = {"controlled-load", "guaranteed", NULL};

/* With its rate, which check_service looks at. */
static void read_service(struct reader *r, const struct doc_node *v, void *into)
{
    uint32_t which;
    (void)into;
    reader_word_of(r, v, service_names, &which);
}

static void read_reserved(struct reader *r, const struct doc_node *v, void *into)
{
    read_rate_of(r, v, &((struct scenario_reserve *)into)->reserved);
}

static void read_slack(struct reader *r, const struct doc_node *v, void *into)
{
    sim_time slack;
    if (reader_quantity(r, v, QUANTITY_TIME, &slack) && slack > SLACK_MAX) {
        wrong(r, v, "reader.reserve.slack", "found", v->text);
    } else {
        ((struct scenario_reserve *)into)->slack = slack;
    }
}

/* In our words, and in those of the RFC. */
static const struct {
    const char *name;
    enum rsvp_style style;
} styles[] = {{"fixed", RSVP_FF},
              {"shared-explicit", RSVP_SE},
              {"wildcard", RSVP_WF},
              {"fixed-filter", RSVP_FF},
              {"wildcard-filter", RSVP_WF},
              {"FF", RSVP_FF},
              {"SE", RSVP_SE},
              {"WF", RSVP_WF}};
enum { STYLE_COUNT = sizeof styles / sizeof *styles };

static void read_style(struct reader *r, const struct doc_node *v, void *into)
{
    const char *names[STYLE_COUNT + 1] = {NULL};
    uint32_t which;
    for (size_t i = 0; i < STYLE_COUNT; i++) {
        names[i] = styles[i].name;
    }
    if (reader_word_of(r, v, names, &which)) {
        ((struct scenario_reserve *)into)->style = (uint8_t)styles[which].style;
    }
}

static void read_confirm(struct reader *r, const struct doc_node *v, void *into)
{
    reader_switch(r, v, &((struct scenario_reserve *)into)->confirms);
}

static void read_at(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct scenario_reserve *)into)->start);
}

static void read_until(struct reader *r, const struct doc_node *v, void *into)
{
    reader_quantity(r, v, QUANTITY_TIME, &((struct scenario_reserve *)into)->until);
}

static const struct key keys[] = {
    {"rate", read_rate},
    {"bucket", read_bucket},
    {"peak", read_peak},
    {"min-unit", read_min_unit},
    {"max-packet", read_max_packet},
    {"service", read_service},
    {"reserved", read_reserved},
    {"slack", read_slack},
    {"style", read_style},
    {"confirm", read_confirm},
    {"at", read_at},
    {"until", read_until},
    {NULL, NULL},
};

/* ---- what belongs together ---- */

static const char *rate_text(const struct reader *r, int64_t bytes)
{
    char buf[48];
    return arena_strdup(r->arena, quantity_print(8 * bytes, QUANTITY_RATE, buf));
}

static const char *bytes_text(const struct reader *r, int64_t bytes)
{
    char buf[48];
    return arena_strdup(r->arena, quantity_print(bytes, QUANTITY_BYTES, buf));
}

/* The key if it stands there, else the whole. */
static const struct doc_node *at_key(const struct doc_node *v, const char *key)
{
    return v->kind == DOC_MAP && reader_has(v, key) ? doc_get(v, key) : v;
}

/* What was not given fits what was. */
static void complete(const struct doc_node *v, struct scenario_reserve *of)
{
    if (!reader_has(v, "bucket") && of->bucket < of->max_packet) {
        of->bucket = of->max_packet;
    }
    if (!reader_has(v, "min-unit") && of->min_unit > of->max_packet) {
        of->min_unit = of->max_packet;
    }
}

static void check_bucket(struct reader *r, const struct doc_node *v,
                         const struct scenario_reserve *of)
{
    if (of->peak < of->rate) {
        wrong(r, at_key(v, "peak"), "reader.reserve.peak", "peak", rate_text(r, of->peak), "rate",
              rate_text(r, of->rate));
    }
    if (of->min_unit > of->max_packet) {
        wrong(r, at_key(v, "min-unit"), "reader.reserve.units", "least",
              bytes_text(r, of->min_unit), "most", bytes_text(r, of->max_packet));
    } else if (of->bucket < of->max_packet) {
        wrong(r, at_key(v, "bucket"), "reader.reserve.bucket", "bucket", bytes_text(r, of->bucket),
              "packet", bytes_text(r, of->max_packet));
    }
}

static void check_service(struct reader *r, const struct doc_node *v, struct scenario_reserve *of)
{
    const struct doc_node *service = doc_get(v, "service");
    bool is_guaranteed =
        service && service->kind == DOC_SCALAR && strcmp(service->text, service_names[1]) == 0;
    for (const char *const *key = (const char *const[]){"reserved", "slack", NULL}; *key; key++) {
        if (!is_guaranteed && reader_has(v, *key)) {
            wrong(r, doc_get(v, *key)->key, "reader.reserve.guaranteed", "key", *key);
        }
    }
    of->reserved = is_guaranteed && !reader_has(v, "reserved") ? of->rate : of->reserved;
    if (is_guaranteed && of->reserved < of->rate) {
        wrong(r, doc_get(v, "reserved"), "reader.reserve.reserved", "reserved",
              rate_text(r, of->reserved), "rate", rate_text(r, of->rate));
    }
}

static void check_when(struct reader *r, const struct doc_node *v,
                       const struct scenario_reserve *of)
{
    if (of->until <= of->start) {
        wrong(r, at_key(v, "until"), "reader.reserve.until", "at", reader_time(r, of->start),
              "until", reader_time(r, of->until));
    }
}

static void check_enough(struct reader *r, const struct doc_node *v,
                         const struct scenario_reserve *of, const struct flow_need *need)
{
    if (of->rate < need->rate) {
        suspect(r, at_key(v, "rate"), "reader.reserve.too-little", "rate", rate_text(r, of->rate),
                "need", rate_text(r, need->rate));
    }
    if (of->max_packet < need->most) {
        suspect(r, at_key(v, "max-packet"), "reader.reserve.too-small", "packet",
                bytes_text(r, of->max_packet), "need", bytes_text(r, need->most));
    }
}

/* ---- the whole ---- */

static struct flow_need need_of(const struct scenario_traffic *t)
{
    struct flow_need need = {0};
    void *self = traffic_sample(t);
    t->type->source->need(self, &need);
    free(self);
    return need;
}

static bool read_wish(struct reader *r, const struct doc_node *v, struct scenario_reserve *of)
{
    static const struct key_reading how = {.keys = keys, .what = "reader.a.reserve"};
    bool is_on = true;
    if (v->kind == DOC_SCALAR) {
        return reader_switch(r, v, &is_on) && is_on;
    }
    return reader_map(r, v, &how, of);
}

void read_reserve(struct reader *r, const struct doc_node *flow, struct scenario_traffic *t)
{
    const struct doc_node *v = doc_get(flow, "reserve");
    unsigned before = r->err->errors;
    if (!v || !t->type->source->need) {
        return;
    }
    struct flow_need need = need_of(t);
    struct scenario_reserve *of = arena_alloc(r->arena, sizeof *of);
    *of = (struct scenario_reserve){.rate = need.rate,
                                    .bucket = BURSTS * need.burst,
                                    .peak = INT64_MAX,
                                    .min_unit = need.least,
                                    .max_packet = need.most,
                                    .style = RSVP_FF,
                                    .until = SIM_NEVER};
    if (!read_wish(r, v, of)) {
        return;
    }
    if (v->kind == DOC_MAP) {
        complete(v, of);
        check_service(r, v, of);
    }
    if (r->err->errors == before) {
        check_bucket(r, v, of);
        check_when(r, v, of);
    }
    if (t->group && t->group->ip == 0) {
        wrong(r, v->key, "reader.reserve.mesh", "name", t->group->name);
    }
    if (r->err->errors == before) {
        check_enough(r, v, of, &need);
        t->reserve = of;
        r->sc->has_reservations = true;
    }
}

bool read_rsvp(struct reader *r, const struct doc_node *v, struct scenario_node *node)
{
    bool is_on = true;
    if (v->kind != DOC_SCALAR) {
        return false;
    }
    if (reader_switch(r, v, &is_on)) {
        node->has_no_rsvp = !is_on;
    }
    return true;
}
