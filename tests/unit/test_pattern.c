/* Packet patterns against packets, one key at a time. */
#include "scenario/pattern.h"
#include "wire/arq.h"
#include "wire/tcp.h"
#include "wire/udp.h"

#include <check.h>
#include <stdlib.h>

#define ROWS(table) (int)(sizeof(table) / sizeof *(table))

/* The packets of the table. */
enum sample { FRAME_3, ACK_4, DATAGRAM, SYN, SYN_ACK, SEGMENT, SAMPLE_COUNT };

static void make(enum sample which, struct packet_facts *f, uint8_t head[TCP_HEADER_MAX])
{
    static const struct tcp_seg segments[SAMPLE_COUNT] = {
        [SYN] = {.flags = TCP_SYN, .seq = {5000}, .window = 1000},
        [SYN_ACK] = {.flags = TCP_SYN | TCP_ACK, .seq = {0xffffffff}, .ack = {5001}},
        [SEGMENT] = {.flags = TCP_ACK | TCP_PSH, .seq = {4}, .ack = {5001}, .window = 1000},
    };
    *f = (struct packet_facts){.from = 0, .to = 2, .link = {0, 1}, .flow = "f1"};
    switch (which) {
    case FRAME_3:
        arq_encode(&(struct arq_frame){.kind = ARQ_DATA, .number = 3}, head);
        f->proto = "arq";
        f->head = bytes_of(head, ARQ_HEADER);
        f->body_len = 992;
        return;
    case ACK_4:
        arq_encode(&(struct arq_frame){.kind = ARQ_ACK, .number = 4}, head);
        f->proto = "arq";
        f->head = bytes_of(head, ARQ_HEADER);
        return;
    case DATAGRAM:
        udp_encode(1000, 9, 500, head);
        f->proto = "udp";
        f->head = bytes_of(head, UDP_HEADER);
        f->body_len = 500;
        f->flow = NULL;
        return;
    case SYN:
    case SYN_ACK:
    case SEGMENT:
        f->proto = "tcp";
        f->head = bytes_of(head, tcp_encode(&segments[which], head));
        f->body_len = which == SEGMENT ? 100 : 0;
        f->seq_base = which == SYN ? 5000 : 0xffffffff;
        f->ack_base = which == SYN ? 0 : 5000;
        return;
    case SAMPLE_COUNT: break;
    }
}

/* One row = one sentence: .packet matches .pattern, or does not. */
static const struct {
    enum sample packet;
    struct pattern pattern;
    bool matches;
} rows[] = {
    {FRAME_3, {0}, true},
    {FRAME_3, {.given = PATTERN_FROM, .from = 0}, true},
    {FRAME_3, {.given = PATTERN_FROM, .from = 2}, false},
    {FRAME_3, {.given = PATTERN_TO, .to = 2}, true},
    {FRAME_3, {.given = PATTERN_TO, .to = 1}, false},
    {FRAME_3, {.given = PATTERN_LINK, .link = {0, 1}}, true},
    {FRAME_3, {.given = PATTERN_LINK, .link = {1, 0}}, true},
    {FRAME_3, {.given = PATTERN_LINK, .link = {1, 2}}, false},
    {FRAME_3, {.given = PATTERN_PROTO, .proto = "arq"}, true},
    {FRAME_3, {.given = PATTERN_PROTO, .proto = "udp"}, false},
    {FRAME_3, {.given = PATTERN_IS, .is = "DATA"}, true},
    {FRAME_3, {.given = PATTERN_IS, .is = "ACK"}, false},
    {FRAME_3, {.given = PATTERN_SEQ, .seq = 3}, true},
    {FRAME_3, {.given = PATTERN_SEQ, .seq = 4}, false},
    {FRAME_3, {.given = PATTERN_ACK, .ack = 3}, false},
    {FRAME_3, {.given = PATTERN_LEN, .len = 992}, true},
    {FRAME_3, {.given = PATTERN_LEN, .len = 1000}, false},
    {FRAME_3, {.given = PATTERN_FLOW, .flow = "f1"}, true},
    {FRAME_3, {.given = PATTERN_FLOW, .flow = "f2"}, false},
    {FRAME_3, {.given = PATTERN_WINDOW, .window = 0}, false},
    {FRAME_3, {.given = PATTERN_FLAGS, .flags = "SYN"}, false},
    {FRAME_3, {.given = PATTERN_NTH | PATTERN_AT | PATTERN_LOST, .nth = 9, .lost = true}, true},
    {FRAME_3, {.given = PATTERN_FROM | PATTERN_IS | PATTERN_SEQ, .is = "DATA", .seq = 3}, true},
    {FRAME_3, {.given = PATTERN_FROM | PATTERN_IS | PATTERN_SEQ, .is = "DATA", .seq = 2}, false},
    {ACK_4, {.given = PATTERN_ACK, .ack = 4}, true},
    {ACK_4, {.given = PATTERN_SEQ, .seq = 4}, false},
    {ACK_4, {.given = PATTERN_LEN, .len = 0}, true},
    {DATAGRAM, {.given = PATTERN_IS, .is = "DATA"}, true},
    {DATAGRAM, {.given = PATTERN_SEQ, .seq = 0}, false},
    {DATAGRAM, {.given = PATTERN_FLOW, .flow = "f1"}, false},
    {SYN, {.given = PATTERN_IS, .is = "SYN"}, true},
    {SYN, {.given = PATTERN_SEQ, .seq = 0}, true},
    {SYN, {.given = PATTERN_SEQ, .seq = 5000}, false},
    {SYN, {.given = PATTERN_SEQ | PATTERN_ABSOLUTE, .seq = 5000}, true},
    {SYN, {.given = PATTERN_WINDOW, .window = 1000}, true},
    {SYN, {.given = PATTERN_FLAGS, .flags = "SYN"}, true},
    {SYN, {.given = PATTERN_FLAGS, .flags = "SYN+ACK"}, false},
    {SYN_ACK, {.given = PATTERN_IS, .is = "SYN"}, false},
    {SYN_ACK, {.given = PATTERN_FLAGS, .flags = "SYN+ACK"}, true},
    {SYN_ACK, {.given = PATTERN_FLAGS, .flags = "SYN"}, true},
    {SYN_ACK, {.given = PATTERN_ACK, .ack = 1}, true},
    {SYN_ACK, {.given = PATTERN_ACK | PATTERN_ABSOLUTE, .ack = 5001}, true},
    {SEGMENT, {.given = PATTERN_SEQ, .seq = 5}, true}, /* around 2^32 */
    {SEGMENT, {.given = PATTERN_SEQ, .seq = 4}, false},
    {SEGMENT, {.given = PATTERN_FLAGS, .flags = "PSH+ACK"}, true},
    {SEGMENT, {.given = PATTERN_FLAGS, .flags = "PSH+FIN"}, false},
    {SEGMENT, {.given = PATTERN_FLAGS, .flags = "NOSUCHFLAGATALLHERE"}, false},
};

START_TEST(a_pattern_matches_what_it_says)
{
    uint8_t head[TCP_HEADER_MAX];
    struct packet_facts facts;
    make(rows[_i].packet, &facts, head);
    ck_assert_int_eq(pattern_matches(&rows[_i].pattern, &facts), rows[_i].matches);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("pattern");
    TCase *t = tcase_create("table");
    tcase_add_loop_test(t, a_pattern_matches_what_it_says, 0, ROWS(rows));
    suite_add_tcase(s, t);
    SRunner *r = srunner_create(s);
    srunner_set_fork_status(r, CK_NOFORK);
    srunner_run_all(r, CK_NORMAL);
    int failed = srunner_ntests_failed(r);
    srunner_free(r);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
