/* What one end of a declared protocol hears: frames are found, answers go to what waits for them,
 * messages are taken once and answered each time. */
#include "app/framed.h"

#include "base/draw.h"

/* ---- frames ---- */

static const unsigned whys[FRAMED_READ_COUNT] = {
    [FRAMED_UNKNOWN] = FRAMED_WHY_UNKNOWN,       [FRAMED_GARBAGE] = FRAMED_WHY_GARBAGE,
    [FRAMED_BAD_ESCAPE] = FRAMED_WHY_BAD_ESCAPE, [FRAMED_BAD_CHECK] = FRAMED_WHY_BAD_CHECK,
    [FRAMED_BAD_LENGTH] = FRAMED_WHY_BAD_LENGTH, [FRAMED_UNFIT] = FRAMED_WHY_UNFIT,
    [FRAMED_TOO_LONG] = FRAMED_WHY_TOO_LONG,
};

static void tell_broken(struct framed_end *e, enum framed_read found, size_t used, struct fx *fx)
{
    e->counts->broken[found] += found == FRAMED_GARBAGE ? used : 1;
    fx_note(fx, whys[found]);
    if (e->frame.is_lost) {
        fx_note(fx, FRAMED_WHY_LOST);
    }
}

enum framed_read framed_end_next(struct framed_end *e, struct mark *end, struct fx *fx)
{
    enum framed_read found;
    size_t used = 0;
    do {
        found = framed_parse(e->p, talk_bytes(&e->link), &e->frame, &used);
        *end = talk_mark(&e->link, used);
        talk_drop(&e->link, *end);
        if (found == FRAMED_WHOLE || found == FRAMED_UNKNOWN) {
            e->counts->broken[found] += found == FRAMED_UNKNOWN;
            return found;
        }
        if (found != FRAMED_MORE) {
            tell_broken(e, found, used, fx);
        }
    } while (found != FRAMED_MORE && !e->frame.is_lost);
    return found;
}

/* ---- answers to ours ---- */

static bool is_answer(const struct framed *p, const struct framed_message *m)
{
    for (uint32_t i = 0; i < p->message_count; i++) {
        if (p->messages[i].answer == m) {
            return true;
        }
    }
    return p->otherwise == m;
}

/* By the serial number that it names, or repeats; where a protocol has none, by its kind. */
static bool answers(const struct framed_end *e, const struct framed_pending *w)
{
    const struct framed_message *m = e->frame.message;
    uint64_t serial;
    struct bytes id;
    if (w->message->answer != m && e->p->otherwise != m) {
        return false;
    }
    if (framed_body_role(m, FRAMED_ANSWERED_ID, NULL) &&
        framed_role_bytes(e->p, &e->frame, FRAMED_ANSWERED_ID, &id) &&
        !bytes_equal(id, w->message->id)) {
        return false;
    }
    enum framed_role role =
        framed_body_role(m, FRAMED_ANSWERED_SERIAL, NULL) ? FRAMED_ANSWERED_SERIAL : FRAMED_SERIAL;
    return !framed_role_number(e->p, &e->frame, role, &serial) || serial == w->serial;
}

static struct framed_pending *answered(struct framed_end *e)
{
    struct framed_pending *first = NULL;
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        struct framed_pending *w = &e->pending[i];
        if (w->message && answers(e, w) && (!first || w->serial < first->serial)) {
            first = w;
        }
    }
    return first;
}

static void take_answer(struct framed_end *e, struct framed_pending *w, sim_time now, struct fx *fx)
{
    uint64_t result;
    if (w->tries == 0) { /* of a repeated one nobody knows which copy was answered */
        fx_rtt(fx, now - w->said);
    }
    if (framed_role_number(e->p, &e->frame, FRAMED_RESULT, &result) && result != e->p->done) {
        fx_note(fx, FRAMED_WHY_REFUSED);
    }
    e->counts->answered++;
    buf_free(&w->frame);
    buf_free(&w->texts);
    *w = (struct framed_pending){.due = SIM_NEVER};
}

/* ---- messages of the other side ---- */

/* True: it has been taken before. A serial number that comes with other content is a new one. */
static bool is_known(struct framed_end *e)
{
    struct bytes who = {0}, content = bytes_of(e->frame.content.data, e->frame.content.len);
    struct framed_heard h = {.who = e->link.handle};
    if (!framed_header_role(e->p, FRAMED_SERIAL, NULL)) {
        return false;
    }
    framed_role_number(e->p, &e->frame, FRAMED_SERIAL, &h.serial);
    if (framed_role_bytes(e->p, &e->frame, FRAMED_SENDER, &who)) {
        h.who = 0;
    }
    for (size_t i = 0; i < who.len; i++) {
        h.who = hash_mix(h.who, who.data[i]);
    }
    for (size_t i = 0; i < content.len; i++) {
        h.content = hash_mix(h.content, content.data[i]);
    }
    struct framed_memory *m = e->memory;
    uint32_t kept = m->count < FRAMED_MEMORY ? m->count : FRAMED_MEMORY;
    for (uint32_t i = 0; i < kept; i++) {
        if (m->list[i].who == h.who && m->list[i].serial == h.serial &&
            m->list[i].content == h.content) {
            return true;
        }
    }
    m->list[m->count++ % FRAMED_MEMORY] = h;
    return false;
}

static uint64_t own_serial(struct framed_end *e, const struct framed_message *answer,
                           uint64_t asked)
{
    const struct framed_field *f = framed_header_role(e->p, FRAMED_SERIAL, NULL);
    if (!framed_body_role(answer, FRAMED_ANSWERED_SERIAL, NULL)) {
        return asked; /* no other place tells what it answers */
    }
    uint64_t serial = e->next_serial++;
    return f && f->width < 8 ? serial & ((UINT64_C(1) << 8 * f->width) - 1) : serial;
}

static void answer(struct framed_end *e, const struct framed_message *m, uint64_t result,
                   struct mark end, unsigned why, struct fx *fx)
{
    struct framed_say s = {.message = m, .result = result};
    struct buf frame = {0}, texts = {0}, id = {0};
    struct bytes asked_id = {0};
    framed_role_number(e->p, &e->frame, FRAMED_SERIAL, &s.answered_serial);
    framed_role_bytes(e->p, &e->frame, FRAMED_ID, &asked_id);
    buf_add(&id, asked_id);
    s.answered_id = bytes_of(id.data, id.len);
    s.sender = bytes_of(e->sender.data, e->sender.len);
    s.serial = own_serial(e, m, s.answered_serial);
    framed_write(e->p, &s, &frame);
    framed_tell(e->p, m, bytes_of(frame.data, frame.len), &texts);
    struct span said = fx_bytes(fx, &e->link.stream, bytes_of(frame.data, frame.len));
    fx_message_told(fx, 0, said, bytes_of(texts.data, texts.len), end, why);
    outbox_send(&e->link.out, e->link.handle, said, fx);
    buf_free(&frame);
    buf_free(&texts);
    buf_free(&id);
}

static void take(struct framed_end *e, struct mark end, struct fx *fx)
{
    const struct framed_message *m = e->frame.message;
    bool again = is_known(e);
    e->counts->taken += !again;
    e->counts->duplicates += again;
    if (again || !m->answer) {
        fx_note(fx, again ? FRAMED_WHY_KNOWN : FRAMED_WHY_TAKEN);
    }
    if (m->answer) {
        answer(e, m->answer, e->p->done, end, again ? FRAMED_WHY_ANSWER_AGAIN : FRAMED_WHY_ANSWER,
               fx);
    }
}

static void remember_sender(struct framed_end *e)
{
    struct bytes who;
    if (framed_role_bytes(e->p, &e->frame, FRAMED_SENDER, &who)) {
        buf_clear(&e->sender);
        buf_add(&e->sender, who);
    }
}

void framed_end_hear(struct framed_end *e, enum framed_read found, struct mark end, sim_time now,
                     struct fx *fx)
{
    remember_sender(e);
    if (found == FRAMED_UNKNOWN) {
        fx_note(fx, FRAMED_WHY_UNKNOWN);
        if (e->p->otherwise) {
            answer(e, e->p->otherwise, e->p->unknown, end, FRAMED_WHY_ANSWER, fx);
        }
        return;
    }
    struct framed_pending *w = answered(e);
    if (w) {
        take_answer(e, w, now, fx);
    } else if (is_answer(e->p, e->frame.message)) {
        fx_note(fx, FRAMED_WHY_NOT_DUE);
    } else {
        take(e, end, fx);
    }
}
