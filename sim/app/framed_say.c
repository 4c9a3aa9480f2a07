/* What one end of a declared protocol says: its script, its heartbeat, and what goes again. */
#include "app/framed.h"

#include "base/os.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void framed_end_init(struct framed_end *e)
{
    const struct framed_field *serial = framed_header_role(e->p, FRAMED_SERIAL, NULL);
    uint32_t count = e->script ? e->script->count : 0;
    e->next_serial = serial && serial->value.len ? framed_number(serial, serial->value) : 1;
    e->lines = os_alloc((count + 1) * sizeof *e->lines);
    for (uint32_t i = 0; i < count; i++) {
        e->lines[i] = (struct framed_progress){.due = SIM_NEVER};
    }
}

static void settle(struct framed_pending *p)
{
    buf_free(&p->frame);
    buf_free(&p->texts);
    *p = (struct framed_pending){.due = SIM_NEVER};
}

void framed_end_forget(struct framed_end *e)
{
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        settle(&e->pending[i]);
    }
}

void framed_end_free(struct framed_end *e)
{
    framed_end_forget(e);
    talk_free(&e->link);
    framed_frame_free(&e->frame);
    buf_free(&e->sender);
    free(e->lines);
    e->lines = NULL;
}

/* ---- one message ---- */

static uint64_t take_serial(struct framed_end *e)
{
    const struct framed_field *f = framed_header_role(e->p, FRAMED_SERIAL, NULL);
    uint64_t serial = e->next_serial++;
    if (f && f->width < 8) {
        serial &= (UINT64_C(1) << 8 * f->width) - 1;
    }
    return serial;
}

static void add_text(struct buf *out, const char *text)
{
    buf_add(out, bytes_of(text, strlen(text) + 1));
}

/* "position #7", "platform-answer → #7". */
static void tell_name(const struct framed *p, const char *name, const struct framed_frame *read,
                      struct buf *out)
{
    uint64_t serial;
    buf_str(out, name);
    if (framed_role_number(p, read, FRAMED_ANSWERED_SERIAL, &serial)) {
        buf_printf(out, " → #%" PRIu64, serial);
    } else if (framed_role_number(p, read, FRAMED_SERIAL, &serial)) {
        buf_printf(out, " #%" PRIu64, serial);
    }
}

void framed_tell(const struct framed *p, const struct framed_message *m, struct bytes frame,
                 struct buf *out)
{
    struct framed_frame read = {0};
    const struct framed_field *f;
    struct bytes value;
    struct buf text = {0};
    size_t used;
    framed_parse(p, frame, &read, &used);
    for (int l = 0; l < LANG_COUNT; l++) {
        buf_clear(&text);
        tell_name(p, m->name[l], &read, &text);
        add_text(out, buf_cstr(&text));
    }
    for (uint32_t i = 0; read.message && (f = framed_field(p, &read, i, &value)) != NULL; i++) {
        buf_clear(&text);
        framed_value_print(f, value, &text);
        add_text(out, f->name);
        add_text(out, buf_cstr(&text));
    }
    buf_free(&text);
    framed_frame_free(&read);
}

static void send(struct framed_end *e, const struct buf *frame, const struct buf *texts,
                 struct mark answers, unsigned why, struct fx *fx)
{
    struct span said = fx_bytes(fx, &e->link.stream, bytes_of(frame->data, frame->len));
    fx_message_told(fx, 0, said, bytes_of(texts->data, texts->len), answers, why);
    outbox_send(&e->link.out, e->link.handle, said, fx);
}

static struct framed_pending *free_place(struct framed_end *e)
{
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        if (!e->pending[i].message) {
            return &e->pending[i];
        }
    }
    return NULL;
}

static sim_time retry_at(const struct framed_end *e, sim_time now)
{
    return e->p->retry == SIM_NEVER ? SIM_NEVER : time_add(now, e->p->retry);
}

/* The frame as it should be goes again; what a hand has spoilt is spoilt once. */
static void say(struct framed_end *e, struct framed_say *s, struct framed_pending *waits,
                unsigned why, struct fx *fx)
{
    struct buf frame = {0}, texts = {0}, right = {0};
    struct framed_say good = *s;
    good.is_bare = good.is_bad_check = false;
    framed_write(e->p, s, &frame);
    framed_write(e->p, &good, &right);
    framed_tell(e->p, s->message, bytes_of(right.data, right.len), &texts);
    send(e, &frame, &texts, (struct mark){0}, why, fx);
    e->counts->said++;
    if (waits) {
        *waits = (struct framed_pending){
            .message = s->message, .serial = s->serial, .frame = right, .texts = texts};
    } else {
        buf_free(&right);
        buf_free(&texts);
    }
    buf_free(&frame);
}

static struct framed_say plain_say(struct framed_end *e, const struct framed_message *m)
{
    struct framed_say s = {.message = m, .serial = take_serial(e)};
    s.sender = bytes_of(e->sender.data, e->sender.len);
    if (e->values) {
        s.more = e->values->list;
        s.more_count = e->values->count;
    }
    return s;
}

void framed_end_beat(struct framed_end *e, sim_time now, struct fx *fx)
{
    struct framed_pending *waits = e->p->heartbeat->answer ? free_place(e) : NULL;
    if (e->p->heartbeat->answer && !waits) {
        return;
    }
    struct framed_say s = plain_say(e, e->p->heartbeat);
    say(e, &s, waits, FRAMED_WHY_HEARTBEAT, fx);
    if (waits) {
        waits->said = now;
        waits->due = retry_at(e, now);
    }
}

/* ---- the script ---- */

static void say_raw(struct framed_end *e, struct bytes raw, struct fx *fx)
{
    struct buf texts = {0};
    for (int l = 0; l < LANG_COUNT; l++) {
        add_text(&texts, word((enum lang)l, "framed.raw-bytes"));
    }
    struct buf frame = {0};
    buf_add(&frame, raw);
    send(e, &frame, &texts, (struct mark){0}, FRAMED_WHY_RAW, fx);
    buf_free(&frame);
    buf_free(&texts);
}

/* False: too much waits for answers already. */
static bool can_say(struct framed_end *e, const struct framed_line *line)
{
    return !line->message || !line->message->answer || free_place(e);
}

static void say_line(struct framed_end *e, uint32_t n, sim_time now, struct fx *fx)
{
    const struct framed_line *line = &e->script->list[n];
    if (!line->message) {
        say_raw(e, line->raw, fx);
        return;
    }
    struct framed_pending *waits = line->message->answer ? free_place(e) : NULL;
    struct framed_say s = plain_say(e, line->message);
    s.values = line->values.list;
    s.value_count = line->values.count;
    s.is_bare = line->is_bare;
    s.is_bad_check = line->is_bad_check;
    unsigned why = line->is_bare        ? FRAMED_WHY_BARE
                   : line->is_bad_check ? FRAMED_WHY_SPOILT
                                        : FRAMED_WHY_SAID;
    say(e, &s, waits, why, fx);
    if (waits) {
        waits->line = n + 1;
        waits->said = now;
        waits->due = retry_at(e, now);
    }
}

static bool waits_for_line(const struct framed_end *e, uint32_t n)
{
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        if (e->pending[i].message && e->pending[i].line == n + 1) {
            return true;
        }
    }
    return false;
}

static uint32_t times_of(const struct framed_line *line)
{
    return line->every == SIM_NEVER ? 1 : line->count;
}

static bool is_settled(const struct framed_end *e, uint32_t n)
{
    return e->lines[n].said >= times_of(&e->script->list[n]) && !waits_for_line(e, n);
}

static void arm(struct framed_end *e, sim_time now)
{
    for (uint32_t i = 0; i < e->script->count; i++) {
        const struct framed_line *line = &e->script->list[i];
        struct framed_progress *at = &e->lines[i];
        if (at->said > 0 || at->due != SIM_NEVER) {
            continue;
        }
        if (line->at != SIM_NEVER) {
            at->due = line->at;
        } else if (i == 0 || is_settled(e, i - 1)) {
            at->due = time_add(now, line->after);
        }
    }
}

/* The first line that is due and can be said; UINT32_MAX: none. */
static uint32_t due_line(struct framed_end *e, sim_time now)
{
    for (uint32_t i = 0; i < e->script->count; i++) {
        if (e->lines[i].due <= now && can_say(e, &e->script->list[i])) {
            return i;
        }
    }
    return UINT32_MAX;
}

void framed_end_speak(struct framed_end *e, sim_time now, struct fx *fx)
{
    uint32_t n;
    if (!e->script || !e->is_open) {
        return;
    }
    arm(e, now);
    while ((n = due_line(e, now)) != UINT32_MAX) {
        say_line(e, n, now, fx);
        const struct framed_line *line = &e->script->list[n];
        struct framed_progress *at = &e->lines[n];
        at->said++;
        at->due = at->said < times_of(line) ? time_add(now, line->every) : SIM_NEVER;
        arm(e, now);
    }
}

/* What cannot be said yet is looked at again when an answer comes. */
sim_time framed_end_due(struct framed_end *e)
{
    sim_time due = SIM_NEVER;
    for (uint32_t i = 0; e->is_open && e->script && i < e->script->count; i++) {
        bool is_next = e->lines[i].due < due && can_say(e, &e->script->list[i]);
        due = is_next ? e->lines[i].due : due;
    }
    return due;
}

bool framed_end_is_done(const struct framed_end *e)
{
    for (uint32_t i = 0; e->script && i < e->script->count; i++) {
        if (!is_settled(e, i)) {
            return false;
        }
    }
    return framed_end_pending(e) == 0;
}

/* ---- again ---- */

uint32_t framed_end_pending(const struct framed_end *e)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        n += e->pending[i].message != NULL;
    }
    return n;
}

sim_time framed_end_retry_due(const struct framed_end *e)
{
    sim_time due = SIM_NEVER;
    for (uint32_t i = 0; e->is_open && i < FRAMED_PENDING_MAX; i++) {
        const struct framed_pending *w = &e->pending[i];
        due = w->message && w->due < due ? w->due : due;
    }
    return due;
}

static void repeat(struct framed_end *e, struct framed_pending *w, sim_time now, struct fx *fx)
{
    e->counts->repeated++;
    w->due = retry_at(e, now);
    send(e, &w->frame, &w->texts, (struct mark){0}, FRAMED_WHY_AGAIN, fx);
}

bool framed_end_retry(struct framed_end *e, sim_time now, struct fx *fx)
{
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        struct framed_pending *w = &e->pending[i];
        if (!w->message || w->due > now) {
            continue;
        }
        if (w->tries == e->p->retries) {
            e->counts->given_up++;
            fx_note(fx, FRAMED_WHY_GAVE_UP);
            return false;
        }
        w->tries++;
        repeat(e, w, now, fx);
    }
    return true;
}

/* Of lines that open every connection: what still waited from the last one is superseded. */
static void say_again_lines(struct framed_end *e, sim_time now, struct fx *fx)
{
    for (uint32_t n = 0; e->script && n < e->script->count; n++) {
        if (!e->script->list[n].is_again || e->lines[n].said == 0) {
            continue;
        }
        for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
            if (e->pending[i].message && e->pending[i].line == n + 1) {
                settle(&e->pending[i]);
            }
        }
        if (can_say(e, &e->script->list[n])) {
            say_line(e, n, now, fx);
        }
    }
}

void framed_end_opened(struct framed_end *e, sim_time now, struct fx *fx)
{
    bool waited[FRAMED_PENDING_MAX];
    e->is_open = true;
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        uint32_t line = e->pending[i].line;
        bool is_superseded = line && e->script->list[line - 1].is_again;
        waited[i] = e->pending[i].message && !is_superseded;
    }
    say_again_lines(e, now, fx);
    for (uint32_t i = 0; i < FRAMED_PENDING_MAX; i++) {
        if (waited[i]) {
            e->pending[i].tries = 0;
            repeat(e, &e->pending[i], now, fx);
        }
    }
    framed_end_speak(e, now, fx);
}

void framed_end_closed(struct framed_end *e)
{
    talk_free(&e->link);
    e->is_open = false;
}
