/* RSVP's common header and objects, written word by word. */
#include "wire/rsvp.h"

static uint8_t *add_object(struct buf *out, enum rsvp_class class, unsigned ctype, size_t body)
{
    uint8_t *p = buf_extend(out, RSVP_OBJECT + body);
    put_u16(p, (unsigned)(RSVP_OBJECT + body));
    p[2] = (uint8_t) class;
    p[3] = (uint8_t)ctype;
    return p + RSVP_OBJECT;
}

static void add_session(const struct rsvp *m, struct buf *out)
{
    uint8_t *p = add_object(out, RSVP_SESSION, 1, 8);
    put_u32(p, m->session.ip);
    p[4] = m->protocol;
    p[5] = m->session_flags;
    put_u16(p + 6, m->session.port);
}

static void add_hop(const struct rsvp *m, struct buf *out)
{
    uint8_t *p = add_object(out, RSVP_HOP, 1, 8);
    put_u32(p, m->hop);
    put_u32(p + 4, m->lih);
}

static void add_word(struct buf *out, enum rsvp_class class, uint32_t word)
{
    put_u32(add_object(out, class, 1, 4), word);
}

static void add_error(const struct rsvp *m, struct buf *out)
{
    uint8_t *p = add_object(out, RSVP_ERROR_SPEC, 1, 8);
    put_u32(p, m->error.node);
    p[4] = m->error.flags;
    p[5] = m->error.code;
    put_u16(p + 6, m->error.value);
}

/* FILTER_SPEC and SENDER_TEMPLATE are of one form. */
static void add_filter(struct buf *out, enum rsvp_class class, struct addr who)
{
    uint8_t *p = add_object(out, class, 1, 8);
    put_u32(p, who.ip);
    put_u16(p + 4, 0);
    put_u16(p + 6, who.port);
}

/* A parameter's head (RFC 2210 3): number, flags, words. */
static void put_param(uint8_t *p, unsigned id, unsigned flags, unsigned words)
{
    p[0] = (uint8_t)id;
    p[1] = (uint8_t)flags;
    put_u16(p + 2, words);
}

static void put_tspec(uint8_t *p, const struct rsvp_tspec *t)
{
    put_param(p, 127, 0, 5);
    put_u32(p + 4, rsvp_float(t->rate));
    put_u32(p + 8, rsvp_float(t->bucket));
    put_u32(p + 12, rsvp_float(t->peak));
    put_u32(p + 16, t->min_unit);
    put_u32(p + 20, t->max_packet);
}

static void add_tspec(const struct rsvp_tspec *t, struct buf *out)
{
    uint8_t *p = add_object(out, RSVP_SENDER_TSPEC, 2, 32);
    put_u32(p, 7); /* version 0, seven words */
    put_param(p + 4, RSVP_GENERAL, 0, 6);
    put_tspec(p + 8, t);
}

static void add_flowspec(const struct rsvp_flowspec *f, struct buf *out)
{
    bool has_rate = f->service == RSVP_GUARANTEED;
    uint8_t *p = add_object(out, RSVP_FLOWSPEC, 2, has_rate ? 44 : 32);
    put_u32(p, has_rate ? 10 : 7);
    put_param(p + 4, f->service, 0, has_rate ? 9 : 6);
    put_tspec(p + 8, &f->tspec);
    if (has_rate) {
        put_param(p + 32, 130, 0, 2);
        put_u32(p + 36, rsvp_float(f->reserved));
        put_u32(p + 40, f->slack);
    }
}

/* A parameter of one word. */
static uint8_t *put_value(uint8_t *p, unsigned id, uint32_t value)
{
    put_param(p, id, 0, 1);
    put_u32(p + 4, value);
    return p + 8;
}

/* The default general parameters, guaranteed service's, and that controlled load is to be had, too
 * (RFC 2210 3.3). */
static void add_adspec(const struct rsvp_adspec *a, struct buf *out)
{
    size_t words = a->has_guaranteed ? 19 : 10;
    uint8_t *p = add_object(out, RSVP_ADSPEC, 2, 4 + 4 * words);
    unsigned flags = a->is_broken ? 0x80 : 0;
    put_u32(p, (uint32_t)words);
    put_param(p + 4, RSVP_GENERAL, flags, 8);
    p = put_value(p + 8, 4, a->hops);
    p = put_value(p, 6, rsvp_float(a->bandwidth));
    p = put_value(p, 8, a->latency_us);
    p = put_value(p, 10, a->mtu);
    if (a->has_guaranteed) {
        put_param(p, RSVP_GUARANTEED, flags, 8);
        p = put_value(p + 4, 133, a->c_total);
        p = put_value(p, 134, a->d_total);
        p = put_value(p, 135, a->c_sum);
        p = put_value(p, 136, a->d_sum);
    }
    put_param(p, RSVP_CONTROLLED_LOAD, flags, 0);
}

static void add_flows(const struct rsvp *m, struct buf *out)
{
    for (unsigned i = 0; i < m->flow_count; i++) {
        const struct rsvp_flow *f = &m->flows[i];
        add_flowspec(&f->flowspec, out);
        for (unsigned k = 0; k < f->filter_count; k++) {
            add_filter(out, RSVP_FILTER_SPEC, m->filters[f->first + k]);
        }
    }
}

static void add_scope(const struct rsvp *m, struct buf *out)
{
    uint8_t *p = add_object(out, RSVP_SCOPE, 1, 4 * (size_t)m->scope_count);
    for (unsigned i = 0; i < m->scope_count; i++) {
        put_u32(p + 4 * i, m->scope[i]);
    }
}

static void add_class(const struct rsvp *m, enum rsvp_class class, struct buf *out)
{
    switch (class) {
    case RSVP_SESSION: add_session(m, out); break;
    case RSVP_HOP: add_hop(m, out); break;
    case RSVP_TIME_VALUES: add_word(out, RSVP_TIME_VALUES, m->refresh_ms); break;
    case RSVP_ERROR_SPEC: add_error(m, out); break;
    case RSVP_RESV_CONFIRM: add_word(out, RSVP_RESV_CONFIRM, m->confirm); break;
    case RSVP_SCOPE: add_scope(m, out); break;
    case RSVP_SENDER_TEMPLATE: add_filter(out, RSVP_SENDER_TEMPLATE, m->sender); break;
    case RSVP_SENDER_TSPEC: add_tspec(&m->tspec, out); break;
    case RSVP_ADSPEC: add_adspec(&m->adspec, out); break;
    default: break;
    }
}

void rsvp_write(const struct rsvp *m, struct buf *out)
{
    static const enum rsvp_class order[] = {
        RSVP_SESSION,         RSVP_HOP,          RSVP_TIME_VALUES,
        RSVP_ERROR_SPEC,      RSVP_RESV_CONFIRM, RSVP_SCOPE,
        RSVP_SENDER_TEMPLATE, RSVP_SENDER_TSPEC, RSVP_ADSPEC};
    size_t start = out->len;
    buf_extend(out, RSVP_HEADER);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        if (m->given >> order[i] & 1) {
            add_class(m, order[i], out);
        }
    }
    if (m->given >> RSVP_STYLE & 1) {
        add_word(out, RSVP_STYLE, m->style); /* the last but for what it is about */
        add_flows(m, out);
    }
    uint8_t *p = out->data + start;
    p[0] = 1 << 4;
    p[1] = (uint8_t)m->type;
    put_u16(p + 2, 0);
    p[4] = m->send_ttl;
    p[5] = 0;
    put_u16(p + 6, (unsigned)(out->len - start));
}
