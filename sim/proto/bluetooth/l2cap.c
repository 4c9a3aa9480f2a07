#include "proto/bluetooth/l2cap.h"

#include "proto/bluetooth/acl.h"

#include <stdio.h>

enum { SET_MESSAGES, MACHINE_FIRST = 1 }; /* machine 0 is the audio stream's */

const char *const l2cap_states[] = {"CLOSED", "WAIT_CONNECT_RSP", "CONFIG",
                                    "OPEN",   "WAIT_DISCONNECT",  NULL};
const struct machine_edge l2cap_edges[] = {
    {L2CAP_CLOSED, L2CAP_WAIT_CONNECT_ANSWER, "l2cap.edge.asks"},
    {L2CAP_CLOSED, L2CAP_CONFIG, "l2cap.edge.asked"},
    {L2CAP_WAIT_CONNECT_ANSWER, L2CAP_CONFIG, "l2cap.edge.taken"},
    {L2CAP_WAIT_CONNECT_ANSWER, L2CAP_CLOSED, "l2cap.edge.refused"},
    {L2CAP_CONFIG, L2CAP_OPEN, "l2cap.edge.agreed"},
    {L2CAP_CONFIG, L2CAP_WAIT_DISCONNECT, "l2cap.edge.leaves"},
    {L2CAP_CONFIG, L2CAP_CLOSED, "l2cap.edge.left"},
    {L2CAP_OPEN, L2CAP_CONFIG, "l2cap.edge.again"},
    {L2CAP_OPEN, L2CAP_WAIT_DISCONNECT, "l2cap.edge.leaves"},
    {L2CAP_OPEN, L2CAP_CLOSED, "l2cap.edge.left"},
    {L2CAP_WAIT_DISCONNECT, L2CAP_CLOSED, "l2cap.edge.gone"},
    {-1, -1, NULL},
};

uint16_t l2cap_own(enum l2cap_which which)
{
    return (uint16_t)(L2CAP_DYNAMIC + which);
}

static struct l2cap_channel *channel_of(struct l2cap *l, unsigned number)
{
    unsigned which = number - L2CAP_DYNAMIC;
    bool is_there = number >= L2CAP_DYNAMIC && which < L2CAP_CHANNELS;
    return is_there && l->channels[which].state != L2CAP_CLOSED ? &l->channels[which] : NULL;
}

static enum l2cap_which which_of(const struct l2cap *l, const struct l2cap_channel *c)
{
    return (enum l2cap_which)(c - l->channels);
}

static void enter(struct l2cap *l, struct l2cap_channel *c, enum l2cap_state to, enum bt_why why,
                  struct fx *fx)
{
    if (c->state != to) {
        fx_state(fx, MACHINE_FIRST + which_of(l, c), c->state, to, why);
        c->state = to;
    }
}

/* ---- saying ---- */

/* The last packet of a PDU has its check behind it: room for two bytes more (acl.h). */
static struct span write_pdu(struct l2cap *l, uint16_t channel, struct bytes information,
                             struct fx *fx)
{
    struct buf pdu = {0};
    l2cap_write(channel, information, &pdu);
    struct span at = fx_bytes(fx, &l->stream, bytes_of(pdu.data, pdu.len));
    buf_free(&pdu);
    return at;
}

static void say(struct l2cap *l, const struct l2cap_command *c, struct mark answers,
                enum bt_why why, struct fx *fx)
{
    struct buf command = {0};
    char name[48];
    l2cap_write_command(c, &command);
    struct span pdu = write_pdu(l, L2CAP_SIGNALLING, bytes_of(command.data, command.len), fx);
    snprintf(name, sizeof name, "L2CAP %s", l2cap_code_name(c->code));
    fx_message(fx, SET_MESSAGES, pdu, name, answers, why);
    fx_request(fx, l->link, ACL_CALL_SEND, (struct bytes){0}, pdu);
    buf_free(&command);
}

/* Identifiers are 1 to 255, and return only when all the others were used (4). */
static void ask(struct l2cap *l, struct l2cap_channel *c, struct l2cap_command *question,
                enum bt_why why, struct fx *fx)
{
    l->last_id = (uint8_t)(l->last_id % 255 + 1);
    question->id = c->asked = l->last_id;
    say(l, question, (struct mark){0}, why, fx);
}

static void answer(struct l2cap *l, const struct l2cap_command *to, struct l2cap_command *with,
                   enum bt_why why, struct fx *fx)
{
    with->id = to->id;
    say(l, with, l->question, why, fx);
}

void l2cap_connect(struct l2cap *l, enum l2cap_which which, struct fx *fx)
{
    struct l2cap_channel *c = &l->channels[which];
    *c = (struct l2cap_channel){.state = c->state, .mtu = L2CAP_MTU_DEFAULT};
    enter(l, c, L2CAP_WAIT_CONNECT_ANSWER, BT_CONNECTS, fx);
    struct l2cap_command question = {
        .code = L2CAP_CONNECT, .psm = L2CAP_PSM_AVDTP, .source = l2cap_own(which)};
    ask(l, c, &question, BT_CONNECTS, fx);
}

void l2cap_disconnect(struct l2cap *l, enum l2cap_which which, struct fx *fx)
{
    struct l2cap_channel *c = &l->channels[which];
    if (c->state != L2CAP_CONFIG && c->state != L2CAP_OPEN) {
        return;
    }
    enter(l, c, L2CAP_WAIT_DISCONNECT, BT_DISCONNECTS, fx);
    struct l2cap_command question = {
        .code = L2CAP_DISCONNECT, .channel = c->theirs, .source = l2cap_own(which)};
    ask(l, c, &question, BT_DISCONNECTS, fx);
}

struct span l2cap_send(struct l2cap *l, enum l2cap_which which, struct bytes information,
                       bool is_flushable, struct fx *fx)
{
    struct span pdu = write_pdu(l, l->channels[which].theirs, information, fx);
    fx_request(fx, l->link, is_flushable ? ACL_CALL_SEND_FLUSHABLE : ACL_CALL_SEND,
               (struct bytes){0}, pdu);
    return pdu;
}

/* ---- commands ---- */

struct hearing {
    struct l2cap *l;
    void *self;
    const struct input *in;
    struct fx *fx;
};

static void close_channel(const struct hearing *h, struct l2cap_channel *c, enum bt_why why)
{
    enter(h->l, c, L2CAP_CLOSED, why, h->fx);
    c->asked = 0;
    h->l->upper->closed(h->self, which_of(h->l, c), h->in, h->fx);
}

void l2cap_give_up(struct l2cap *l, enum l2cap_which which, enum bt_why why, void *self,
                   const struct input *in, struct fx *fx)
{
    const struct hearing h = {l, self, in, fx};
    if (l->channels[which].state != L2CAP_CLOSED) {
        close_channel(&h, &l->channels[which], why);
    }
}

static void configure(const struct hearing *h, struct l2cap_channel *c)
{
    struct l2cap_command question = {
        .code = L2CAP_CONFIGURE, .channel = c->theirs, .mtu = L2CAP_MTU_DEFAULT};
    ask(h->l, c, &question, BT_CONFIGURES, h->fx);
}

static void settle(const struct hearing *h, struct l2cap_channel *c)
{
    if (c->state == L2CAP_CONFIG && c->is_ours && c->is_theirs) {
        enter(h->l, c, L2CAP_OPEN, BT_CHANNEL_OPEN, h->fx);
        h->l->upper->opened(h->self, which_of(h->l, c), h->in, h->fx);
    }
}

/* The first channel of a PSM carries signals, the next one media (AVDTP 5.4.1). */
static struct l2cap_channel *free_channel(const struct hearing *h)
{
    struct l2cap_channel *c = h->l->channels;
    enum l2cap_which next = c[L2CAP_SIGNALS].state == L2CAP_CLOSED ? L2CAP_SIGNALS : L2CAP_MEDIA;
    bool is_free = c[next].state == L2CAP_CLOSED && h->l->upper->takes(h->self, next);
    return is_free ? &c[next] : NULL;
}

static void hear_connect(const struct hearing *h, const struct l2cap_command *question)
{
    enum { NO_RESOURCES = 4 };
    struct l2cap_channel *c = question->psm == L2CAP_PSM_AVDTP ? free_channel(h) : NULL;
    struct l2cap_command out = {.code = L2CAP_CONNECT_ANSWER, .source = question->source};
    if (!c) {
        out.result = question->psm == L2CAP_PSM_AVDTP ? NO_RESOURCES : L2CAP_NO_SUCH_PSM;
        answer(h->l, question, &out, BT_REFUSES, h->fx);
        return;
    }
    *c = (struct l2cap_channel){
        .state = c->state, .theirs = question->source, .mtu = L2CAP_MTU_DEFAULT};
    out.channel = l2cap_own(which_of(h->l, c));
    enter(h->l, c, L2CAP_CONFIG, BT_TAKES, h->fx);
    answer(h->l, question, &out, BT_TAKES, h->fx);
    configure(h, c);
}

static void hear_connect_answer(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_channel *c = channel_of(h->l, m->source);
    if (!c || c->state != L2CAP_WAIT_CONNECT_ANSWER || c->asked != m->id ||
        m->result == L2CAP_PENDING) {
        return;
    }
    if (m->result != L2CAP_CONNECTED) {
        close_channel(h, c, BT_REFUSES);
        return;
    }
    c->theirs = m->channel;
    enter(h->l, c, L2CAP_CONFIG, BT_TAKES, h->fx);
    configure(h, c);
}

static void reject(const struct hearing *h, uint8_t id, enum l2cap_reject reason,
                   const struct l2cap_command *m)
{
    struct l2cap_command out = {.code = L2CAP_REJECT, .id = id, .result = (uint16_t)reason};
    if (m) {
        out.channel = m->channel;
        out.source = m->source;
    }
    say(h->l, &out, h->l->question, BT_REJECTS, h->fx);
}

static void hear_configure(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_channel *c = channel_of(h->l, m->channel);
    if (!c || (c->state != L2CAP_CONFIG && c->state != L2CAP_OPEN)) {
        reject(h, m->id, L2CAP_NO_SUCH_CHANNEL, m);
        return;
    }
    enter(h->l, c, L2CAP_CONFIG, BT_CONFIGURES, h->fx); /* also an open one's (7.1.3) */
    struct l2cap_command out = {
        .code = L2CAP_CONFIGURE_ANSWER, .source = c->theirs, .flags = m->flags & 1};
    bool is_small = m->mtu && m->mtu < L2CAP_MTU_LEAST;
    if (m->has_unknown) {
        out.result = L2CAP_UNKNOWN_OPTION;
        out.has_unknown = true;
        out.unknown = m->unknown;
    } else if (is_small) {
        out.result = L2CAP_UNACCEPTABLE;
        out.mtu = L2CAP_MTU_LEAST;
    } else {
        c->mtu = m->mtu ? m->mtu : c->mtu;
        out.mtu = c->mtu;
    }
    bool is_good = out.result == L2CAP_AGREED;
    answer(h->l, m, &out, is_good ? BT_AGREES : BT_DISAGREES, h->fx);
    c->is_theirs = is_good && !(m->flags & 1);
    settle(h, c);
}

static void hear_configure_answer(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_channel *c = channel_of(h->l, m->source);
    if (!c || c->state != L2CAP_CONFIG || c->asked != m->id) {
        return;
    }
    if (m->result != L2CAP_AGREED) { /* it is as little as may be asked for */
        l2cap_disconnect(h->l, which_of(h->l, c), h->fx);
        return;
    }
    c->asked = 0;
    c->is_ours = true;
    settle(h, c);
}

static void hear_disconnect(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_channel *c = channel_of(h->l, m->channel);
    if (!c || c->theirs != m->source) {
        reject(h, m->id, L2CAP_NO_SUCH_CHANNEL, m);
        return;
    }
    struct l2cap_command out = {
        .code = L2CAP_DISCONNECT_ANSWER, .channel = m->channel, .source = m->source};
    answer(h->l, m, &out, BT_DISCONNECTED, h->fx);
    close_channel(h, c, BT_DISCONNECTED);
}

static void hear_disconnect_answer(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_channel *c = channel_of(h->l, m->source);
    if (c && c->state == L2CAP_WAIT_DISCONNECT && c->asked == m->id && c->theirs == m->channel) {
        close_channel(h, c, BT_DISCONNECTED);
    }
}

/* Whoever does not understand a command will never do what it asks. */
static void hear_reject(const struct hearing *h, const struct l2cap_command *m)
{
    for (unsigned i = 0; i < L2CAP_CHANNELS; i++) {
        struct l2cap_channel *c = &h->l->channels[i];
        if (c->state != L2CAP_CLOSED && c->asked == m->id) {
            close_channel(h, c, BT_REFUSES);
        }
    }
}

static void hear_command(const struct hearing *h, const struct l2cap_command *m)
{
    struct l2cap_command out = {0};
    switch (m->code) {
    case L2CAP_REJECT: hear_reject(h, m); break;
    case L2CAP_CONNECT: hear_connect(h, m); break;
    case L2CAP_CONNECT_ANSWER: hear_connect_answer(h, m); break;
    case L2CAP_CONFIGURE: hear_configure(h, m); break;
    case L2CAP_CONFIGURE_ANSWER: hear_configure_answer(h, m); break;
    case L2CAP_DISCONNECT: hear_disconnect(h, m); break;
    case L2CAP_DISCONNECT_ANSWER: hear_disconnect_answer(h, m); break;
    case L2CAP_ECHO:
        out = (struct l2cap_command){.code = L2CAP_ECHO_ANSWER, .data = m->data};
        answer(h->l, m, &out, BT_ECHOES, h->fx);
        break;
    case L2CAP_INFORMATION:
        out = (struct l2cap_command){
            .code = L2CAP_INFORMATION_ANSWER, .info = m->info, .result = L2CAP_NOT_SUPPORTED};
        answer(h->l, m, &out, BT_INFORMS, h->fx);
        break;
    case L2CAP_ECHO_ANSWER:
    case L2CAP_INFORMATION_ANSWER: break; /* nobody asked */
    }
}

static void hear_commands(const struct hearing *h, struct bytes information)
{
    struct l2cap_command m;
    for (enum l2cap_got got; (got = l2cap_next(&information, &m)) != L2CAP_OVER;) {
        if (got == L2CAP_COMMAND) {
            hear_command(h, &m);
        } else if (got == L2CAP_UNKNOWN) {
            reject(h, m.id, L2CAP_NOT_UNDERSTOOD, NULL);
        } else {
            fx_note(h->fx, BT_UNREADABLE);
        }
    }
}

/* ---- PDUs out of packets ---- */

static void hear_pdu(const struct hearing *h, struct mark end)
{
    uint16_t number;
    struct bytes information;
    struct l2cap *l = h->l;
    if (!l2cap_read(bytes_of(l->frame.data, l->frame.len), &number, &information)) {
        fx_note(h->fx, BT_UNREADABLE);
        return;
    }
    struct l2cap_channel *c = channel_of(l, number);
    l->question = end;
    if (number == L2CAP_SIGNALLING) {
        fx_heard(h->fx, SET_MESSAGES, end, BT_NO_REASON);
        hear_commands(h, information);
    } else if (c && c->state == L2CAP_OPEN) {
        l->upper->heard(h->self, which_of(l, c), information, end, h->in, h->fx);
    } else {
        fx_note(h->fx, BT_UNREADABLE); /* for a channel that is not there (3.1) */
    }
}

static void give_up_frame(struct l2cap *l, struct fx *fx)
{
    if (l->frame.len > 0 && l->is_within) {
        l->incomplete++;
        fx_note(fx, BT_INCOMPLETE);
    }
    buf_clear(&l->frame);
}

static size_t frame_length(const struct l2cap *l)
{
    const uint8_t *d = l->frame.data;
    return l->frame.len < 2 ? SIZE_MAX : L2CAP_HEADER + (size_t)(d[0] | d[1] << 8);
}

void l2cap_hear(struct l2cap *l, void *self, const struct input *in, struct fx *fx)
{
    if (in->code == ACL_CALL_BEGIN) {
        give_up_frame(l, fx);
        l->is_within = true;
        return;
    }
    if (in->code == ACL_CALL_LOST) {
        l->is_within = false;
        buf_clear(&l->frame);
        l2cap_give_up(l, L2CAP_SIGNALS, BT_LINK_LOST, self, in, fx);
        l2cap_give_up(l, L2CAP_MEDIA, BT_LINK_LOST, self, in, fx);
        return;
    }
    if (in->code != CODE_DATA || !l->is_within) {
        return;
    }
    buf_add(&l->frame, in->head);
    size_t length = frame_length(l);
    if (l->frame.len < length) {
        return;
    }
    if (l->frame.len == length) {
        const struct hearing h = {l, self, in, fx};
        hear_pdu(&h, span_end(in->body));
    } else {
        fx_note(fx, BT_UNREADABLE);
    }
    l->is_within = false;
    buf_clear(&l->frame);
}

void l2cap_free(struct l2cap *l)
{
    buf_free(&l->frame);
}
