/* It has one name, or a table of them. A question for the one is answered with so many records, for
 * another with the address beside it, for any other with NXDOMAIN; what does not fit a datagram is
 * cut to the header and marked (RFC 2181 9). */
#include "actor/node_call.h"
#include "actor/tcp_call.h"
#include "app/dns.h"
#include "app/talk.h"
#include "base/os.h"
#include "wire/udp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LOWER_TCP };
enum { TEXT_BYTES = 60 }; /* of each TXT record */
enum { WAIT };            /* timer; index: place in the queue */
enum { QUEUE_MAX = 256 };

/* An answer that is being thought about. */
struct due {
    bool is_used;
    uint32_t talk; /* handle of the connection, 0: by datagram */
    struct net net;
    struct dns_head question;
    struct mark end;
};

struct dns_server {
    int64_t name, zone, address, records, ttl, service; /* settings; texts are pointers */
    struct net key;
    struct talk *talks; /* owned */
    uint32_t talk_count;
    struct node_name *names; /* owned; where there are any, `name` and `zone` mean nothing */
    uint32_t name_count;
    struct due queue[QUEUE_MAX];
    uint64_t asked, truncated;
};

static const char *zone_of(const struct dns_server *s)
{
    const char *name = *param_text(s->name) ? param_text(s->name) : DNS_NAME_INITIAL;
    return *param_text(s->zone) ? param_text(s->zone) : name;
}

static const struct node_name *name_called(const struct dns_server *s, const char *name)
{
    for (uint32_t i = 0; i < s->name_count; i++) {
        if (dns_same_name(s->names[i].name, name)) {
            return &s->names[i];
        }
    }
    return NULL;
}

static void learn_name(struct dns_server *s, struct bytes told)
{
    struct node_name name;
    memcpy(&name, told.data, sizeof name);
    s->names = os_realloc(s->names, (s->name_count + 1) * sizeof *s->names);
    s->names[s->name_count++] = name;
}

/* ---- answers ---- */

static void add_records(const struct dns_server *s, const struct dns_head *h, struct buf *out)
{
    struct dns_record r = {.type = h->type, .ttl = (uint32_t)(s->ttl / SIM_S)};
    uint8_t data[1 + TEXT_BYTES];
    const struct node_name *named = name_called(s, h->name);
    uint32_t first = named ? named->ip : (uint32_t)(s->address >> 32);
    memcpy(r.name, h->name, sizeof r.name);
    for (unsigned i = 0; i < h->counts[1]; i++) {
        bool is_text = h->type == DNS_TXT;
        put_u32(data, first + i);
        if (is_text) {
            data[0] = TEXT_BYTES;
            memset(data + 1, 'a' + (int)(i % 26), TEXT_BYTES);
        }
        r.data = bytes_of(data, is_text ? sizeof data : 4);
        dns_write_record(&r, h, out);
    }
}

/* It says that it would look further; but this one name is all there is. */
static struct dns_head head_for(const struct dns_server *s, const struct dns_head *question)
{
    struct dns_head h = *question;
    bool has = s->name_count ? name_called(s, h.name) != NULL : dns_same_name(h.name, zone_of(s));
    bool can = h.opcode == 0 && h.counts[0] == 1;
    h.is_answer = h.is_authoritative = h.can_recurse = true;
    h.is_truncated = false;
    h.rcode = !can ? DNS_NOT_IMPLEMENTED : has ? DNS_OK : DNS_NO_NAME;
    bool has_type = h.type == DNS_A || (h.type == DNS_TXT && !s->name_count);
    int64_t records = s->name_count ? 1 : s->records;
    h.counts[1] = can && has && has_type ? (uint16_t)records : 0;
    h.counts[2] = h.counts[3] = 0;
    return h;
}

static enum dns_why write_answer(struct dns_server *s, const struct dns_head *question, bool by_tcp,
                                 struct buf *out)
{
    struct dns_head h = head_for(s, question);
    dns_write_head(&h, out);
    add_records(s, &h, out);
    if (!by_tcp && out->len > DNS_UDP_MAX) {
        h.is_truncated = true;
        h.counts[1] = 0;
        buf_clear(out);
        dns_write_head(&h, out);
        s->truncated++;
        return DNS_TRUNCATES;
    }
    return h.rcode ? DNS_KNOWS_NOT : by_tcp ? DNS_ANSWERS_BY_TCP : DNS_ANSWERS;
}

static struct talk *talk_of(struct dns_server *s, uint32_t handle)
{
    for (uint32_t i = 0; i < s->talk_count; i++) {
        if (s->talks[i].handle == handle) {
            return &s->talks[i];
        }
    }
    return NULL;
}

static void answer(struct dns_server *s, const struct due *d, struct fx *fx)
{
    struct buf out = {0}, framed = {0};
    struct talk *t = d->talk ? talk_of(s, d->talk) : NULL;
    enum dns_why why = write_answer(s, &d->question, d->talk != 0, &out);
    if (t) {
        char type[12], name[DNS_NAME_MAX + 32];
        dns_frame(bytes_of(out.data, out.len), &framed);
        snprintf(name, sizeof name, "%s %s", why == DNS_KNOWS_NOT ? "NXDOMAIN" : "RESPONSE",
                 dns_type_name(d->question.type, type));
        talk_say(t, bytes_of(framed.data, framed.len), name, d->end, why, fx);
    } else if (!d->talk) {
        dns_send(&d->net, bytes_of(out.data, out.len), why, fx);
    }
    buf_free(&out);
    buf_free(&framed);
}

/* ---- questions ---- */

static void asked(struct dns_server *s, struct due d, sim_time now, struct fx *fx)
{
    uint32_t i = 0;
    s->asked++;
    while (i < QUEUE_MAX && s->queue[i].is_used) {
        i++;
    }
    if (s->service == 0) {
        answer(s, &d, fx);
    } else if (i < QUEUE_MAX) { /* with more than that to do, questions are not heard */
        d.is_used = true;
        s->queue[i] = d;
        fx_timer(fx, WAIT, i, time_add(now, s->service));
    }
}

static void hear_datagram(struct dns_server *s, const struct input *in, struct fx *fx)
{
    struct due d = {.net = {.from = in->net.to, .to = in->net.from, .iface = in->net.iface}};
    size_t at;
    struct bytes m = bytes_sub(in->head, UDP_HEADER, in->head.len);
    if (!dns_read_head(m, &d.question, &at) || d.question.is_answer) {
        fx_drop(fx, DROP_MALFORMED, DNS_NOT_FOR_ME);
        return;
    }
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, in->body);
    asked(s, d, in->now, fx);
}

static void read_data(struct dns_server *s, struct talk *t, const struct input *in, struct fx *fx)
{
    struct bytes message;
    talk_take(t, in);
    while (dns_unframe(talk_bytes(t), &message)) {
        struct due d = {.talk = t->handle, .end = talk_mark(t, 2 + message.len)};
        size_t at;
        fx_heard(fx, 0, d.end, 0);
        if (!dns_read_head(message, &d.question, &at) || d.question.is_answer) {
            talk_hang_up(t, true, fx);
            return;
        }
        talk_drop(t, d.end);
        asked(s, d, in->now, fx);
    }
}

static void opened(struct dns_server *s, uint32_t handle, struct fx *fx)
{
    struct talk *t = talk_of(s, 0);
    if (!t) {
        s->talks = os_realloc(s->talks, ++s->talk_count * sizeof *s->talks);
        t = &s->talks[s->talk_count - 1];
    }
    *t = (struct talk){.handle = handle};
    fx_request(fx, handle, TCP_CALL_NO_DELAY, (struct bytes){0}, (struct span){0});
    fx_request(fx, handle, CODE_READ, (struct bytes){0}, (struct span){.len = UINT32_MAX});
}

static void hear_tcp(struct dns_server *s, const struct input *in, struct fx *fx)
{
    struct talk *t = talk_of(s, in->index);
    if (in->code == CODE_OPENED) {
        opened(s, in->index, fx);
    } else if (t && in->code == CODE_DATA) {
        read_data(s, t, in, fx);
    } else if (t && in->code == CODE_END) {
        talk_hang_up(t, false, fx);
    } else if (t && in->code == CODE_CLOSED) {
        talk_free(t);
    } else if (t) {
        outbox_hear(&t->out, in, fx);
    }
}

static void step(void *self, const struct input *in, struct fx *fx)
{
    struct dns_server *s = self;
    if (in->kind == IN_START) {
        s->key = in->net;
        struct net key = {.from = in->net.from, .iface = in->net.iface};
        uint32_t listener = fx_open(fx, LOWER_TCP, key);
        fx_request(fx, listener, TCP_CALL_LISTEN, (struct bytes){0}, (struct span){0});
    } else if (in->kind == IN_PACKET) {
        hear_datagram(s, in, fx);
    } else if (in->kind == IN_INDICATION) {
        hear_tcp(s, in, fx);
    } else if (in->kind == IN_REQUEST && in->code == NODE_NAME) {
        learn_name(s, in->head);
    } else if (in->kind == IN_TIMER) {
        struct due d = s->queue[in->index];
        s->queue[in->index].is_used = false;
        answer(s, &d, fx);
    }
}

static void free_talks(void *self)
{
    struct dns_server *s = self;
    for (uint32_t i = 0; i < s->talk_count; i++) {
        talk_free(&s->talks[i]);
    }
    free(s->talks);
    free(s->names);
}

static void read(const void *self, int64_t *out)
{
    const struct dns_server *s = self;
    out[0] = (int64_t)s->asked;
    out[1] = (int64_t)s->truncated;
}

#define OF(FIELD) offsetof(struct dns_server, FIELD)
static const struct param params[] = {
    {"name", OF(name), PARAM_TEXT, .max = DNS_NAME_MAX, .is_good = dns_is_name,
     .accepted = "param.accepted.dns-name"},
    {"zone", OF(zone), PARAM_TEXT, .max = DNS_NAME_MAX, .is_good = dns_is_name,
     .accepted = "param.accepted.dns-name"},
    {"address", OF(address), PARAM_ADDRESSES, .initial = INT64_C(0x0a000050) << 32},
    {"records", OF(records), PARAM_COUNT, .initial = 1, .min = 0, .max = DNS_RECORDS_MAX},
    {"ttl", OF(ttl), PARAM_TIME, .initial = 300 * SIM_S, .min = 0,
     .max = INT64_C(2147483647) * SIM_S},
    {"service", OF(service), PARAM_TIME, .initial = 0, .min = 0, .max = SIM_NEVER / 4},
    {0},
};

const struct actor_type dns_server_type = {
    .name = "dns-server",
    .proto = &dns_proto,
    .size = sizeof(struct dns_server),
    .reads_bytes = true,
    .sets = (const struct set[]){{"message", message_states}, {0}},
    .timers = (const struct timer[]){[WAIT] = {"service", QUEUE_MAX, TIMER_KIND_WAIT}, {0}},
    .reasons = dns_reasons,
    .vars = (const struct var[]){{"asked", "", "server"}, {"truncated", "", "server"}, {0}},
    .params = params,
    .lowers = (const char *const[]){"tcp", NULL},
    .step = step,
    .read = read,
    .free = free_talks,
};
