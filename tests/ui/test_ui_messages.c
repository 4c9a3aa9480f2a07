/* Messages of applications above the segments that carry them: which bytes of which packet are
 * whose, who answers whom, and one selection for all views. */
#include "shell_rig.h"

#include "registry.h"
#include "run.h"
#include "scenario/read.h"
#include "ui/view/film.h"
#include "wire/dissect.h"

#define NAGLE SOURCE_DIR "/scenarios/app/http-nagle.yaml"
#define PAGES SOURCE_DIR "/scenarios/app/http-round-trips.yaml"
#define MQTT  SOURCE_DIR "/scenarios/app/mqtt-why-puback.yaml"
#define DNS   SOURCE_DIR "/scenarios/app/dns-too-long.yaml"
#define TAXI  SOURCE_DIR "/scenarios/app/taxi-session.yaml"
#define CUT   SOURCE_DIR "/scenarios/app/length-or-delimiter.yaml"

static const char *const talkative[] = {
    NAGLE,
    PAGES,
    MQTT,
    DNS,
    TAXI,
    SOURCE_DIR "/scenarios/app/taxi-answer-lost.yaml",
    SOURCE_DIR "/scenarios/app/http-close-as-end.yaml",
    SOURCE_DIR "/scenarios/app/mqtt-last-will.yaml",
    SOURCE_DIR "/scenarios/rtp/rtsp.yaml",
    SOURCE_DIR "/scenarios/rtp/rtsp-session-lost.yaml",
    SOURCE_DIR "/scenarios/rtp/rtsp-interleaved.yaml",
};
#define TALKATIVE (int)(sizeof talkative / sizeof *talkative)

struct told {
    struct scenario *scenario;
    struct trace trace;
    struct talks k;
};

static void tell_of(struct told *r, const char *path)
{
    struct err err = {0};
    *r = (struct told){0};
    ck_assert(scenario_read(path, registry(), NULL, 0, &r->scenario, &err));
    const struct run_options watch = {.watch = true};
    ck_assert(run_scenario(r->scenario, &watch, &r->trace, &err));
    talks_make(&r->k, &r->trace);
}

static void told_free(struct told *r)
{
    talks_free(&r->k);
    trace_free(&r->trace);
    scenario_free(r->scenario);
}

static void build(const struct trace *t, uint32_t packet, struct buf *out)
{
    const struct packet *p = trace_packet(t, packet);
    struct packet_view v = {.proto = p->proto->name,
                            .net = p->net,
                            .head = packet_head(p),
                            .body = p->body,
                            .streams = &t->streams};
    packet_build(&v, out);
}

/* The bytes on the wire are those that the application has written. */
START_TEST(each_piece_holds_the_bytes_of_its_message)
{
    struct told r;
    tell_of(&r, talkative[_i]);
    ck_assert_uint_gt(r.k.piece_count, 0);
    for (uint32_t i = 0; i < r.k.piece_count; i++) {
        const struct talk_piece *piece = &r.k.pieces[i];
        const struct talk_message *m = &r.k.messages[piece->message];
        size_t len = piece->to - piece->from,
               body = trace_packet(&r.trace, piece->packet)->body.len;
        struct buf wire = {0}, said = {0};
        if (m->number == 0) {
            continue; /* a datagram is its own message */
        }
        struct span span = r.trace.messages[m->number].body;
        build(&r.trace, piece->packet, &wire);
        span_read(&r.trace.streams,
                  (struct span){span.at + piece->from, span.stream, (uint32_t)len}, &said);
        ck_assert_uint_le(piece->to, m->bytes);
        ck_assert(memcmp(wire.data + wire.len - body + piece->at, said.data, len) == 0);
        buf_free(&wire);
        buf_free(&said);
    }
    told_free(&r);
}
END_TEST

/* Pieces of a message that was read whole leave none of its bytes out. */
START_TEST(what_was_read_whole_was_carried_whole)
{
    struct told r;
    uint32_t read = 0;
    tell_of(&r, talkative[_i]);
    for (uint32_t n = 0; n < r.k.message_count; n++) {
        const struct talk_message *m = &r.k.messages[n];
        uint32_t covered = 0;
        for (uint32_t i = m->first; i < m->first + m->piece_count; i++) {
            ck_assert_uint_eq(r.k.pieces[i].message, n);
            covered = r.k.pieces[i].from <= covered && r.k.pieces[i].to > covered ? r.k.pieces[i].to
                                                                                  : covered;
        }
        if (m->received != SIM_NEVER) {
            ck_assert_uint_eq(covered, m->bytes);
            read++;
        }
    }
    ck_assert_uint_gt(read, 0);
    told_free(&r);
}
END_TEST

START_TEST(an_answer_comes_from_the_other_side_of_its_talk)
{
    struct told r;
    uint32_t answers = 0;
    tell_of(&r, talkative[_i]);
    for (uint32_t n = 0; n < r.k.message_count; n++) {
        const struct talk_message *m = &r.k.messages[n];
        if (m->answers == UINT32_MAX) {
            ck_assert_uint_eq(m->root, n);
            continue;
        }
        const struct talk_message *q = &r.k.messages[m->answers];
        ck_assert_uint_lt(m->answers, n);
        ck_assert_uint_eq(m->talk, q->talk);
        ck_assert_uint_ne(m->side, q->side);
        ck_assert_uint_eq(m->root, q->root);
        answers++;
    }
    bool is_one_sided = strcmp(talkative[_i], CUT) == 0; /* reports that nobody answers */
    ck_assert_int_eq(answers == 0, is_one_sided);
    told_free(&r);
}
END_TEST

START_TEST(the_pieces_of_a_packet_are_found)
{
    struct told r;
    uint32_t found = 0;
    tell_of(&r, talkative[_i]);
    for (uint32_t id = 1; id <= r.trace.packets.count; id++) {
        uint32_t count, first = talks_of_packet(&r.k, id, &count);
        for (uint32_t i = first; i < first + count; i++) {
            ck_assert_uint_eq(r.k.pieces[r.k.by_packet[i]].packet, id);
            ck_assert(talks_carries(&r.k, id, r.k.pieces[r.k.by_packet[i]].message));
        }
        found += count;
    }
    ck_assert_uint_eq(found, r.k.piece_count);
    ck_assert(!talks_carries(&r.k, 1, r.k.message_count));
    told_free(&r);
}
END_TEST

/* .message (from 1) of .file: between whom, and its name, length and question. The page of Nagle's
 * lesson is 84 bytes of header and 2000 of body; a segment takes 1460 of them. */
static const struct {
    const char *file;
    uint32_t message;
    const char *name, *from, *to;
    uint32_t bytes, answers, pieces;
} known[] = {
    {NAGLE, 1, "GET /", "browser", "server", 56, 0, 1},
    {NAGLE, 2, "200 OK", "server", "browser", 2084, 1, 2},
    {NAGLE, 3, "GET /object1", "browser", "server", 63, 0, 1},
    {MQTT, 5, "CONNACK", "broker", "careful", 4, 3, 1}, /* the broker is one actor for all */
    {DNS, 1, "QUERY A", "client", "server", 41, 0, 1},
    {DNS, 3, "TRUNCATED", "server", "client", 41, 2, 1}, /* answers the second, the first is lost */
    {DNS, 5, "RESPONSE A", "server", "client", 675, 4, 1},
    {TAXI, 1, "register #124", "terminal", "platform", 58, 0, 1},
    {TAXI, 2, "registered → #124", "platform", "terminal", 22, 1, 1},
    {CUT, 1, "note", "counts", "server", 30, 0, 2}, /* 16 bytes a segment */
};

START_TEST(a_declared_message_has_a_name_in_each_language_and_its_fields)
{
    struct told r;
    tell_of(&r, TAXI);
    ck_assert_str_eq(r.k.messages[0].name[LANG_ZH], "注册 #124");
    const struct app_message *m = trace_message(&r.trace, r.k.messages[0].number);
    ck_assert_uint_eq(m->field_count, 11);
    ck_assert_str_eq(m->fields[0].name, "id");
    ck_assert_str_eq(m->fields[0].value, "0x0100");
    ck_assert_str_eq(m->fields[10].name, "plate");
    ck_assert_str_eq(m->fields[10].value, "B-T905");
    told_free(&r);
}
END_TEST

START_TEST(a_message_is_known_with_its_talk)
{
    struct told r;
    tell_of(&r, known[_i].file);
    const struct talk_message *m = &r.k.messages[known[_i].message - 1];
    const struct talk *talk = &r.k.talks[m->talk];
    ck_assert_str_eq(m->name[LANG_EN], known[_i].name);
    ck_assert_uint_eq(m->bytes, known[_i].bytes);
    ck_assert_uint_eq(m->answers + 1, known[_i].answers);
    ck_assert_uint_eq(m->piece_count, known[_i].pieces);
    ck_assert_str_eq(r.trace.nodes[talk->node[m->side]].name, known[_i].from);
    ck_assert_str_eq(r.trace.nodes[talk->node[1 - m->side]].name, known[_i].to);
    told_free(&r);
}
END_TEST

/* The window. */

START_TEST(keys_go_from_message_to_message)
{
    struct rig r = rig_open(NAGLE, 1440, 900);
    ck_assert_str_eq(ask(&r, "main"), "messages");
    ck_assert_str_eq(ask(&r, "messages"), "12");
    press_keys(&r, "shift+down");
    ck_assert_str_eq(ask(&r, "message"), "1");
    press_keys(&r, "shift+down");
    ck_assert_str_eq(ask(&r, "message"), "2");
    ck_assert_str_eq(ask(&r, "now"), "0.0150192"); /* its first segment leaves */
    press_keys(&r, "shift+up");
    ck_assert_str_eq(ask(&r, "message"), "1");
    press_keys(&r, "down"); /* another packet, and no message any more */
    ck_assert_str_eq(ask(&r, "message"), "0");
    press_keys(&r, "shift+down esc");
    ck_assert_str_eq(ask(&r, "selected"), "none");
    ck_assert_str_eq(ask(&r, "message"), "0");
    rig_free(&r);
}
END_TEST

static void click(struct rig *r, double x, double y)
{
    hear(r, (struct ui_event){.kind = UI_MOVE, .x = x, .y = y});
    hear(r, (struct ui_event){.kind = UI_PRESS, .x = x, .y = y, .button = UI_LEFT, .clicks = 1});
    hear(r, (struct ui_event){.kind = UI_RELEASE, .x = x, .y = y, .button = UI_LEFT});
}

/* In the inspector the message is a row: pressed, it is chosen, pressed again, no more. */
START_TEST(a_row_of_the_packet_chooses_its_message)
{
    struct rig r = rig_open(NAGLE, 1440, 900);
    double x, y;
    press_keys(&r, "shift+down shift+down");
    size_t size;
    uint8_t *chosen = picture(&r, &size);
    ck_assert(shell_place(r.shell, "inspector.0.message-2", &x, &y));
    click(&r, x, y);
    ck_assert_str_eq(ask(&r, "message"), "0");
    ck_assert_str_ne(ask(&r, "selected"), "none");
    ck_assert(memcmp(chosen, canvas_cairo_pixels(r.canvas).data, size) != 0);
    click(&r, x, y);
    ck_assert_str_eq(ask(&r, "message"), "2");
    free(chosen);
    rig_free(&r);
}
END_TEST

/* A click into a box; which one stands there is told by what is selected. */
START_TEST(a_click_on_a_box_chooses_message_and_packet)
{
    struct rig r = rig_open(NAGLE, 1440, 900);
    double x, y;
    press_keys(&r, "end home shift+down shift+down esc");
    ck_assert(shell_place(r.shell, "messages.0.messages", &x, &y));
    unsigned seen = 0;
    for (int row = -70; row <= 60; row += 4) { /* down through the boxes at the left */
        click(&r, x - 140, y + row);
        seen |= 1u << (unsigned)atoi(ask(&r, "message"));
    }
    ck_assert_uint_eq(seen & 6u, 6u); /* the question, and below it the answer */
    rig_free(&r);
}
END_TEST

START_TEST(a_picture_with_messages_does_not_depend_on_the_way_to_it)
{
    struct rig r = rig_open(PAGES, 1440, 900);
    size_t size;
    press_keys(&r, "shift+down shift+down shift+down shift+down shift+down");
    uint8_t *before = picture(&r, &size);
    press_keys(&r, "end shift+up home esc shift+down shift+down shift+down shift+down shift+down");
    ck_assert_str_eq(ask(&r, "message"), "5");
    same_picture(&r, before, size, "there and back");
    free(before);
    rig_free(&r);
}
END_TEST

static void add_tests(TCase *c)
{
    tcase_add_loop_test(c, each_piece_holds_the_bytes_of_its_message, 0, TALKATIVE);
    tcase_add_loop_test(c, what_was_read_whole_was_carried_whole, 0, TALKATIVE);
    tcase_add_loop_test(c, an_answer_comes_from_the_other_side_of_its_talk, 0, TALKATIVE);
    tcase_add_loop_test(c, the_pieces_of_a_packet_are_found, 0, TALKATIVE);
    tcase_add_loop_test(c, a_message_is_known_with_its_talk, 0,
                        (int)(sizeof known / sizeof *known));
    tcase_add_test(c, a_declared_message_has_a_name_in_each_language_and_its_fields);
    tcase_add_test(c, keys_go_from_message_to_message);
    tcase_add_test(c, a_row_of_the_packet_chooses_its_message);
    tcase_add_test(c, a_click_on_a_box_chooses_message_and_packet);
    tcase_add_test(c, a_picture_with_messages_does_not_depend_on_the_way_to_it);
}

int main(void)
{
    return rig_suite("messages", add_tests);
}
