/* RSVP's common header and objects, read with care: an object's length may neither be less than its
 * header nor lead out of the message, and what must be there is. */
#include "wire/rsvp.h"

bool rsvp_next(struct bytes message, size_t *at, struct rsvp_object *out)
{
    if (*at + RSVP_OBJECT > message.len) {
        return false;
    }
    const uint8_t *p = message.data + *at;
    unsigned len = get_u16(p);
    if (len < RSVP_OBJECT || len % 4 || *at + len > message.len) {
        return false;
    }
    *out = (struct rsvp_object){p[2], p[3], *at,
                                bytes_sub(message, *at + RSVP_OBJECT, len - RSVP_OBJECT)};
    *at += len;
    return true;
}

bool rsvp_is_sound(struct bytes message)
{
    struct rsvp_object o;
    size_t at = RSVP_HEADER;
    if (message.len < RSVP_HEADER || message.data[0] >> 4 != 1 ||
        get_u16(message.data + 6) != message.len) {
        return false;
    }
    while (rsvp_next(message, &at, &o)) {
    }
    return at == message.len;
}

static bool read_tspec(const uint8_t *p, struct rsvp_tspec *t)
{
    t->rate = rsvp_unfloat(get_u32(p + 4));
    t->bucket = rsvp_unfloat(get_u32(p + 8));
    t->peak = rsvp_unfloat(get_u32(p + 12));
    t->min_unit = get_u32(p + 16);
    t->max_packet = get_u32(p + 20);
    return p[0] == 127 && get_u16(p + 2) == 5 && t->rate >= 0 && t->bucket >= 0 && t->peak >= 0;
}

static bool read_flowspec(struct bytes b, struct rsvp_flowspec *f)
{
    bool has_rate = b.len == 44;
    if ((b.len != 32 && !has_rate) || get_u32(b.data) != b.len / 4 - 1 ||
        get_u16(b.data + 6) != b.len / 4 - 2) {
        return false;
    }
    f->service = has_rate ? RSVP_GUARANTEED : RSVP_CONTROLLED_LOAD;
    f->reserved = has_rate ? rsvp_unfloat(get_u32(b.data + 36)) : 0;
    f->slack = has_rate ? get_u32(b.data + 40) : 0;
    bool is_rate = !has_rate || (b.data[32] == 130 && get_u16(b.data + 34) == 2);
    return b.data[4] == f->service && is_rate && f->reserved >= 0 &&
           read_tspec(b.data + 8, &f->tspec);
}

static void read_param(const uint8_t *p, struct rsvp_adspec *a)
{
    uint32_t value = get_u32(p + 4);
    switch (p[0]) {
    case 4: a->hops = value; break;
    case 6: a->bandwidth = rsvp_unfloat(value); break;
    case 8: a->latency_us = value; break;
    case 10: a->mtu = value; break;
    case 133: a->c_total = value; break;
    case 134: a->d_total = value; break;
    case 135: a->c_sum = value; break;
    case 136: a->d_sum = value; break;
    }
}

/* Parameters in any order; those that are not known are passed over. */
static void read_params(struct bytes fragment, struct rsvp_adspec *a)
{
    for (size_t at = 4; at + 8 <= fragment.len;) {
        read_param(fragment.data + at, a);
        at += 4 + 4 * (size_t)get_u16(fragment.data + at + 2);
    }
}

/* The general parameters stand first, each service behind them (RFC 2210 3.3). */
static bool read_adspec(struct bytes b, struct rsvp_adspec *a)
{
    if (b.len < 8 || get_u16(b.data + 2) != b.len / 4 - 1 || b.data[4] != RSVP_GENERAL) {
        return false;
    }
    a->is_broken = b.data[5] & 0x80;
    for (size_t at = 4; at < b.len;) {
        size_t len = 4 + 4 * (size_t)get_u16(b.data + at + 2);
        if (len > b.len - at) {
            return false;
        }
        a->has_guaranteed |= b.data[at] == RSVP_GUARANTEED;
        if (b.data[at] == RSVP_GENERAL || b.data[at] == RSVP_GUARANTEED) {
            read_params(bytes_sub(b, at, len), a);
        }
        at += len;
    }
    return a->bandwidth >= 0;
}

static struct addr read_filter(struct bytes b)
{
    return (struct addr){get_u32(b.data), get_u16(b.data + 6)};
}

bool rsvp_add_flow(struct rsvp *m, const struct rsvp_flowspec *flowspec)
{
    if (m->flow_count == RSVP_FLOWS_MAX) {
        return false;
    }
    m->flows[m->flow_count++] = (struct rsvp_flow){.flowspec = *flowspec, .first = m->filter_count};
    return true;
}

bool rsvp_add_filter(struct rsvp *m, struct addr sender)
{
    if (m->flow_count == 0 || m->filter_count == RSVP_FILTERS_MAX) {
        return false;
    }
    m->flows[m->flow_count - 1].filter_count++;
    m->filters[m->filter_count++] = sender;
    return true;
}

static enum rsvp_reading full(struct rsvp *m)
{
    m->error.code = RSVP_SYSTEM_ERROR;
    m->error.value = 0;
    return RSVP_FOREIGN;
}

static enum rsvp_reading read_flow(struct rsvp *m, struct bytes b)
{
    struct rsvp_flowspec spec;
    if (!read_flowspec(b, &spec)) {
        return RSVP_BROKEN;
    }
    return rsvp_add_flow(m, &spec) ? RSVP_SOUND : full(m);
}

/* FF may leave out a flowspec that is that of the one before (3.1.4), a tear any (3.1.6). */
static enum rsvp_reading read_flow_filter(struct rsvp *m, struct bytes b)
{
    struct rsvp_flowspec spec = {.service = RSVP_CONTROLLED_LOAD};
    const struct rsvp_flow *last = m->flow_count ? &m->flows[m->flow_count - 1] : NULL;
    bool is_next = last && m->style == RSVP_FF && last->filter_count == 1;
    if (!last && m->type != RSVP_RESV_TEAR) {
        return RSVP_BROKEN;
    }
    spec = last ? last->flowspec : spec;
    if ((is_next || !last) && !rsvp_add_flow(m, &spec)) {
        return full(m);
    }
    return rsvp_add_filter(m, read_filter(b)) ? RSVP_SOUND : full(m);
}

static enum rsvp_reading read_scope(struct rsvp *m, struct bytes b)
{
    if (b.len % 4) {
        return RSVP_BROKEN;
    }
    if (b.len / 4 > RSVP_SCOPE_MAX) {
        return full(m);
    }
    m->scope_count = (uint16_t)(b.len / 4);
    for (unsigned i = 0; i < m->scope_count; i++) {
        m->scope[i] = get_u32(b.data + 4 * i);
    }
    return RSVP_SOUND;
}

static bool read_body(struct rsvp *m, const struct rsvp_object *o)
{
    const uint8_t *p = o->body.data;
    switch (o->class) {
    case RSVP_SESSION:
        m->session = (struct addr){get_u32(p), get_u16(p + 6)};
        m->protocol = p[4];
        m->session_flags = p[5];
        return true;
    case RSVP_HOP:
        m->hop = get_u32(p);
        m->lih = get_u32(p + 4);
        return true;
    case RSVP_TIME_VALUES: m->refresh_ms = get_u32(p); return true;
    case RSVP_ERROR_SPEC:
        m->error.node = get_u32(p);
        m->error.flags = p[4];
        m->error.code = p[5];
        m->error.value = get_u16(p + 6);
        return true;
    case RSVP_STYLE: m->style = get_u32(p) & 0xffffff; return true;
    case RSVP_SENDER_TEMPLATE: m->sender = read_filter(o->body); return true;
    case RSVP_RESV_CONFIRM: m->confirm = get_u32(p); return true;
    case RSVP_SENDER_TSPEC:
        return get_u32(p) == 7 && p[4] == RSVP_GENERAL && get_u16(p + 6) == 6 &&
               read_tspec(p + 8, &m->tspec);
    case RSVP_ADSPEC: return read_adspec(o->body, &m->adspec);
    }
    return true; /* INTEGRITY, POLICY_DATA: passed over */
}

/* C-Type and length of the body of those that are read; 0: any length. */
static const struct {
    uint8_t ctype, len;
} shapes[RSVP_RESV_CONFIRM + 1] = {
    [RSVP_SESSION] = {1, 8},       [RSVP_HOP] = {1, 8},         [RSVP_TIME_VALUES] = {1, 4},
    [RSVP_ERROR_SPEC] = {1, 8},    [RSVP_SCOPE] = {1, 0},       [RSVP_STYLE] = {1, 4},
    [RSVP_FLOWSPEC] = {2, 0},      [RSVP_FILTER_SPEC] = {1, 8}, [RSVP_SENDER_TEMPLATE] = {1, 8},
    [RSVP_SENDER_TSPEC] = {2, 32}, [RSVP_ADSPEC] = {2, 0},      [RSVP_RESV_CONFIRM] = {1, 4},
    [RSVP_INTEGRITY] = {1, 0},     [RSVP_POLICY] = {1, 0},
};

static enum rsvp_reading read_object(struct rsvp *m, const struct rsvp_object *o)
{
    bool is_known = o->class <= RSVP_RESV_CONFIRM && shapes[o->class].ctype;
    if (!is_known && (o->class >= 0x80 || o->class == RSVP_NULL)) {
        return RSVP_SOUND; /* 3.10: it may be ignored */
    }
    if (!is_known || shapes[o->class].ctype != o->ctype) {
        m->error.code = is_known ? RSVP_UNKNOWN_CTYPE : RSVP_UNKNOWN_CLASS;
        m->error.value = (uint16_t)(o->class << 8 | o->ctype);
        return RSVP_FOREIGN;
    }
    if (shapes[o->class].len && shapes[o->class].len != o->body.len) {
        return RSVP_BROKEN;
    }
    m->given |= 1u << o->class;
    switch (o->class) {
    case RSVP_FLOWSPEC: return read_flow(m, o->body);
    case RSVP_FILTER_SPEC: return read_flow_filter(m, o->body);
    case RSVP_SCOPE: return read_scope(m, o->body);
    default: return read_body(m, o) ? RSVP_SOUND : RSVP_BROKEN;
    }
}

/* What each type must have (3.1.3 to 3.1.8). */
static uint32_t needed(unsigned type)
{
    enum {
        S = 1 << RSVP_SESSION,
        H = 1 << RSVP_HOP,
        T = 1 << RSVP_TIME_VALUES,
        E = 1 << RSVP_ERROR_SPEC,
        Y = 1 << RSVP_STYLE,
        SENDER = 1 << RSVP_SENDER_TEMPLATE,
        SPEC = 1 << RSVP_SENDER_TSPEC,
    };
    switch (type) {
    case RSVP_PATH: return S | H | T | SENDER | SPEC;
    case RSVP_RESV: return S | H | T | Y;
    case RSVP_PATH_ERR: return S | E;
    case RSVP_RESV_ERR: return S | H | E | Y;
    case RSVP_PATH_TEAR: return S | H | SENDER;
    case RSVP_RESV_TEAR: return S | H | Y;
    case RSVP_RESV_CONF: return S | E | Y | 1 << RSVP_RESV_CONFIRM;
    }
    return UINT32_MAX;
}

bool rsvp_flows_fit(const struct rsvp *m)
{
    bool may_lack = m->type == RSVP_RESV_TEAR || m->type == RSVP_RESV_ERR;
    if (!(m->given >> RSVP_STYLE & 1)) {
        return m->flow_count == 0;
    }
    for (unsigned i = 0; i < m->flow_count; i++) {
        if ((m->style == RSVP_WF) != (m->flows[i].filter_count == 0)) {
            return false;
        }
    }
    return m->flow_count > 0 || may_lack;
}

enum rsvp_reading rsvp_read(struct bytes message, struct rsvp *out)
{
    struct rsvp_object o;
    size_t at = RSVP_HEADER;
    *out = (struct rsvp){0};
    if (!rsvp_is_sound(message)) {
        return RSVP_BROKEN;
    }
    out->type = message.data[1];
    out->send_ttl = message.data[4];
    uint8_t code = 0;
    uint16_t value = 0;
    while (rsvp_next(message, &at, &o)) {
        enum rsvp_reading r = read_object(out, &o);
        if (r == RSVP_BROKEN) {
            return r;
        }
        if (r == RSVP_FOREIGN && !code) {
            code = out->error.code;
            value = out->error.value;
        }
    }
    if (code) {
        out->error.code = code;
        out->error.value = value;
        return RSVP_FOREIGN;
    }
    uint32_t must = needed(out->type);
    return (out->given & must) == must && rsvp_flows_fit(out) ? RSVP_SOUND : RSVP_BROKEN;
}
