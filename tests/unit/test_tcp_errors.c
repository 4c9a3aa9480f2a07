/* ICMP errors about segments of ours: RFC 9293 3.9.2.2, RFC 5461, RFC 5927, RFC 1191. */
#include "tcp_rig.h"

#include "wire/icmp.h"
#include "wire/ipv4.h"

#define PORT_UNREACHABLE     (ICMP_UNREACHABLE << 8 | ICMP_PORT)
#define PROTOCOL_UNREACHABLE (ICMP_UNREACHABLE << 8 | ICMP_PROTOCOL)
#define HOST_UNREACHABLE     (ICMP_UNREACHABLE << 8 | ICMP_HOST)
#define NET_UNREACHABLE      (ICMP_UNREACHABLE << 8 | ICMP_NET)
#define TIME_EXCEEDED        (ICMP_TIME_EXCEEDED << 8)
#define TOO_BIG              (ICMP_UNREACHABLE << 8 | ICMP_TOO_BIG)

/* An error that quotes a segment of ours: `seq` counts from our ISS, `len` is the quoted packet's.
 */
static void hear_error(struct tcp_rig *r, unsigned code, int64_t seq, uint16_t len, uint16_t mtu)
{
    struct net key = rig_key();
    struct ipv4 ip = {.from = key.from.ip, .to = key.to.ip, .total_len = len, .protocol = IP_TCP};
    uint8_t packet[IPV4_HEADER + 8] = {0};
    struct buf error = {0};
    ipv4_encode(&ip, packet);
    put_u16(packet + IPV4_HEADER, key.from.port);
    put_u16(packet + IPV4_HEADER + 2, key.to.port);
    put_u32(packet + IPV4_HEADER + 4, tcp_seq_out(r->tcp.iss, seq).v);
    icmp_error(code >> 8, code & 0xff, mtu, bytes_of(packet, sizeof packet), &error);
    rig_forget(r);
    rig_step(r, &(struct input){.kind = IN_ERROR,
                                .code = (uint16_t)code,
                                .head = bytes_of(error.data, error.len)});
    rig_until(r, r->now);
    buf_free(&error);
}

static const struct {
    enum tcp_state from;
    unsigned code;
    int64_t seq;
    enum tcp_state to;
    const char *told;
    enum errno_code soft;
} errors[] = {
    {TCP_SYN_SENT, PORT_UNREACHABLE, 0, TCP_CLOSED, "closed ECONNREFUSED", ERR_NONE},
    {TCP_SYN_SENT, PROTOCOL_UNREACHABLE, 0, TCP_CLOSED, "closed ENOPROTOOPT", ERR_NONE},
    {TCP_SYN_SENT, HOST_UNREACHABLE, 0, TCP_SYN_SENT, "", ERR_EHOSTUNREACH},
    {TCP_SYN_SENT, NET_UNREACHABLE, 0, TCP_SYN_SENT, "", ERR_ENETUNREACH},
    {TCP_SYN_SENT, TIME_EXCEEDED, 0, TCP_SYN_SENT, "", ERR_EHOSTUNREACH},
    {TCP_SYN_SENT, PORT_UNREACHABLE, 2, TCP_SYN_SENT, "", ERR_NONE},
    {TCP_SYN_SENT, PORT_UNREACHABLE, -1, TCP_SYN_SENT, "", ERR_NONE},
    {TCP_SYN_RECEIVED, PORT_UNREACHABLE, 0, TCP_CLOSED, "closed ECONNREFUSED", ERR_NONE},
    {TCP_ESTABLISHED, PORT_UNREACHABLE, 1, TCP_ESTABLISHED, "", ERR_ECONNREFUSED},
    {TCP_ESTABLISHED, HOST_UNREACHABLE, 0, TCP_ESTABLISHED, "", ERR_NONE},
    {TCP_ESTABLISHED, HOST_UNREACHABLE, 2, TCP_ESTABLISHED, "", ERR_NONE},
    {TCP_FIN_WAIT_1, PROTOCOL_UNREACHABLE, 1, TCP_FIN_WAIT_1, "", ERR_ENOPROTOOPT},
    {TCP_CLOSE_WAIT, HOST_UNREACHABLE, 1, TCP_CLOSE_WAIT, "", ERR_EHOSTUNREACH},
    {TCP_LISTEN, PORT_UNREACHABLE, 0, TCP_LISTEN, "", ERR_NONE},
};

START_TEST(errors_end_only_what_is_being_opened)
{
    struct tcp_rig r = rig_in(errors[_i].from);
    hear_error(&r, errors[_i].code, errors[_i].seq, 40, 0);
    ck_assert_int_eq(r.tcp.state, errors[_i].to);
    ck_assert_str_eq(r.told, errors[_i].told);
    ck_assert_int_eq(r.tcp.soft_error, errors[_i].soft);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* What ICMP hinted at is what the application hears in the end, unless something got through. */
START_TEST(a_hint_explains_the_end)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 100);
    hear_error(&r, HOST_UNREACHABLE, 1, 140, 0);
    rig_until(&r, 300 * SIM_S);
    ck_assert(strstr(r.told, "closed EHOSTUNREACH") != NULL);
    rig_free(&r);
    r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 100);
    hear_error(&r, HOST_UNREACHABLE, 1, 140, 0);
    rig_hear(&r, ". 1:1 ack 101");
    rig_call(&r, CODE_SEND, 100);
    rig_until(&r, 300 * SIM_S);
    ck_assert(strstr(r.told, "closed ETIMEDOUT") != NULL);
    rig_free(&r);
}
END_TEST

/* RFC 1191 4 and 7: the next hop's MTU, or the plateau below the quoted packet; never below 68,
 * never larger than before. */
static const struct {
    uint16_t len, mtu;
    uint32_t mss;
} sizes[] = {
    {1500, 1000, 960},  {1500, 0, 1452},    {1006, 0, 468}, {1500, 20, 28},
    {1500, 1500, 1460}, {1500, 9000, 1460}, {68, 0, 28},    {60, 0, 28},
};

START_TEST(too_big_makes_segments_smaller)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 1460);
    hear_error(&r, TOO_BIG, 1, sizes[_i].len, sizes[_i].mtu);
    ck_assert_uint_eq(r.tcp.snd_mss, sizes[_i].mss);
    rig_free(&r);
}
END_TEST

/* RFC 1191 6.5: at once, and no sign of congestion. */
START_TEST(what_was_too_big_goes_again_in_pieces)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    rig_call(&r, CODE_SEND, 2920);
    uint32_t cwnd = r.tcp.cwnd;
    hear_error(&r, TOO_BIG, 1, 1500, 1000);
    ck_assert_str_eq(r.said,
                     ". 1:961 ack 1; . 961:1921 ack 1; . 1921:2881 ack 1; P. 2881:2921 ack 1");
    ck_assert_uint_eq(r.tcp.cwnd, cwnd);
    ck_assert_uint_eq(r.last_why, TCP_WHY_TOO_BIG);
    hear_error(&r, TOO_BIG, 1461, 1500, 1000); /* about the second of them: known already */
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

START_TEST(discovery_can_be_switched_off)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.path_mtu_discovery = 0;
    rig_call(&r, CODE_SEND, 1460);
    hear_error(&r, TOO_BIG, 1, 1500, 1000);
    ck_assert_uint_eq(r.tcp.snd_mss, 1460);
    ck_assert_str_eq(r.said, "");
    rig_free(&r);
}
END_TEST

/* RFC 1191 6.2 and 6.3: other connections know it, for ten minutes. */
START_TEST(the_host_remembers_the_path)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    uint32_t ip = rig_key().to.ip;
    rig_call(&r, CODE_SEND, 1460);
    hear_error(&r, TOO_BIG, 1, 1500, 1000);
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip, 1500, r.now), 1000);
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip, 900, r.now), 900);
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip + 1, 1500, r.now), 1500);
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip, 1500, 600 * SIM_S), 1500);
    for (uint32_t i = 1; i <= TCP_PATHS; i++) {
        tcp_path_learnt(&r.host, ip + i, 1200, i * SIM_S);
    }
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip, 1500, r.now), 1500); /* the oldest made room */
    ck_assert_uint_eq(tcp_path_mtu(&r.host, ip + TCP_PATHS, 1500, r.now), 1200);
    rig_free(&r);
}
END_TEST

/* RFC 1191 6.3: after ten minutes the first full segment tries the whole MTU again. */
START_TEST(larger_segments_are_tried_again_in_time)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    tcp_take_mss(&r.tcp, 1400);
    rig_call(&r, CODE_SEND, 1400);
    hear_error(&r, TOO_BIG, 1, 1440, 1000);
    rig_hear(&r, ". 1:1 ack 1401");
    r.now = 600 * SIM_S - 1;
    rig_call(&r, CODE_SEND, 960);
    ck_assert_str_eq(r.said, "P. 1401:2361 ack 1");
    ck_assert_uint_eq(r.tcp.snd_mss, 960);
    rig_hear(&r, ". 1:1 ack 2361");
    r.now = 600 * SIM_S;
    rig_call(&r, CODE_SEND, 2800);
    ck_assert_str_eq(r.said, ". 2361:3761 ack 1; P. 3761:5161 ack 1");
    hear_error(&r, TOO_BIG, 2361, 1440, 1000); /* it has not changed */
    ck_assert_uint_eq(r.tcp.snd_mss, 960);
    rig_free(&r);
}
END_TEST

/* RFC 2923 2.1: nobody says why large segments vanish. */
START_TEST(small_segments_are_tried_after_so_many_timeouts)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.black_hole = 2;
    rig_call(&r, CODE_SEND, 1460);
    rig_until(&r, 3 * SIM_S);
    ck_assert_str_eq(r.said, "P. 1:1461 ack 1; P. 1:1461 ack 1; P. 1:1461 ack 1");
    rig_forget(&r);
    rig_until(&r, 7 * SIM_S);
    ck_assert_str_eq(r.said, ". 1:537 ack 1");
    rig_free(&r);
}
END_TEST

/* Segments just above the safe size shrink as well, those of it do not. */
static const struct {
    uint32_t mss, then;
} shrinking[] = {{600, 536}, {537, 536}, {536, 536}, {100, 100}};

START_TEST(only_larger_segments_shrink)
{
    struct tcp_rig r = rig_in(TCP_ESTABLISHED);
    r.tcp.set.black_hole = 1;
    r.tcp.snd_mss = shrinking[_i].mss;
    rig_call(&r, CODE_SEND, shrinking[_i].mss);
    rig_until(&r, SIM_S);
    ck_assert_uint_eq(r.tcp.snd_mss, shrinking[_i].mss);
    rig_until(&r, 3 * SIM_S);
    ck_assert_uint_eq(r.tcp.snd_mss, shrinking[_i].then);
    rig_free(&r);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("errors");
    tcase_add_loop_test(c, errors_end_only_what_is_being_opened, 0, ROWS(errors));
    tcase_add_test(c, a_hint_explains_the_end);
    tcase_add_loop_test(c, too_big_makes_segments_smaller, 0, ROWS(sizes));
    tcase_add_test(c, what_was_too_big_goes_again_in_pieces);
    tcase_add_test(c, discovery_can_be_switched_off);
    tcase_add_test(c, the_host_remembers_the_path);
    tcase_add_test(c, larger_segments_are_tried_again_in_time);
    tcase_add_test(c, small_segments_are_tried_after_so_many_timeouts);
    tcase_add_loop_test(c, only_larger_segments_shrink, 0, ROWS(shrinking));
    return rig_run("tcp-errors", c);
}
