/* The sessions of two callers, into which a third party at the router speaks under their names: RTP
 * and RTCP compounds about sources that exist or do not. */
#include "fuzz/peer.h"

#include "wire/ipv4.h"
#include "wire/payload.h"
#include "wire/rtcp.h"
#include "wire/rtcp_feedback.h"
#include "wire/rtp.h"
#include "wire/udp.h"

static const char scenario[] =
    "hosts:\n"
    "  peer: {address: 10.0.3.1/24, raw: on}\n"
    "  alice: {address: 10.0.1.1/24}\n"
    "  host: {address: 10.0.2.1/24}\n"
    "routers:\n"
    "  R: {addresses: [10.0.1.254/24, 10.0.2.254/24, 10.0.3.254/24]}\n"
    "links:\n"
    "  - {between: [alice, R], delay: 5 ms}\n"
    "  - {between: [R, host], delay: 5 ms, jitter: 3 ms}\n"
    "  - {between: [peer, R]}\n"
    "traffic:\n"
    "  - rtp: {from: alice, to: 'host:5004', codec: PCMU, for: 6 s, ssrc: 77,\n"
    "      playout: {delay: 60 ms, adaptive: on}, rtcp: {bandwidth: 5 %},\n"
    "      feedback: {nack: on, again: 50 ms}, retransmission: 1 s}\n"
    "  - rtp: {from: host, to: 'alice:6004', codec: PCMU, for: 6 s, padding: 64,\n"
    "      video: {fps: 10 /s, frame: 1 kB, intra: 4 kB}, extension: {element: x},\n"
    "      feedback: {nack: on, pli: on, interval: 1 s}, retransmission: 300 ms}\n";

static uint32_t some_ssrc(struct peer *p)
{
    uint8_t which = take_u8(&p->c);
    return which < 128 ? 77 : which < 240 ? which : take_u32(&p->c);
}

static void say_rtp(struct peer *p)
{
    static const uint8_t types[] = {0, PAYLOAD_RTX, PAYLOAD_RTX_CODED, 98};
    uint8_t how = take_u8(&p->c), type = how & 4 ? take_u8(&p->c) : 0, words[16];
    for (unsigned i = 0; i < sizeof words; i++) {
        words[i] = how & 16 ? take_u8(&p->c) : 0;
    }
    struct rtp h = {.marker = how & 1,
                    .has_padding = how & 2,
                    .has_extension = how & 16,
                    .extension_profile = how & 32 ? RTP_ONE_BYTE : type,
                    .extension_words = how & 16 ? sizeof words / 4 : 0,
                    .extension = words,
                    .payload_type = type < 128 ? type : types[type & 3],
                    .seq = take_u16(&p->c),
                    .timestamp = (uint32_t)take_u16(&p->c) * (how & 8 ? 160u : 65536u),
                    .ssrc = some_ssrc(p),
                    .csrc_count = how >> 6};
    uint8_t *head = buf_extend(&p->made, RTP_HEADER_MAX);
    p->made.len -= RTP_HEADER_MAX - rtp_encode(&h, head);
    for (unsigned n = take_u8(&p->c); n > 0; n--) {
        buf_char(&p->made, (char)n);
    }
}

static void some_block(struct peer *p, struct rtcp_block *b)
{
    *b = (struct rtcp_block){.ssrc = some_ssrc(p),
                             .fraction = take_u8(&p->c),
                             .lost = (int32_t)take_u32(&p->c) >> 8,
                             .highest = take_u32(&p->c),
                             .jitter = take_u16(&p->c),
                             .lsr = take_u32(&p->c),
                             .dlsr = take_u32(&p->c)};
}

static void say_rtcp(struct peer *p)
{
    for (unsigned n = 1 + take_u8(&p->c) % 4; n > 0; n--) {
        uint8_t how = take_u8(&p->c);
        struct rtcp_sender_info info = {.ntp = (uint64_t)take_u32(&p->c) << 32 | how,
                                        .timestamp = take_u16(&p->c),
                                        .packets = how,
                                        .bytes = how * 160u};
        struct rtcp_block blocks[3] = {{0}};
        unsigned count = how >> 6;
        for (unsigned i = 0; i < count; i++) {
            some_block(p, &blocks[i]);
        }
        struct rtcp_nack nack = {(uint16_t)blocks[0].highest, (uint16_t)(how * 257u)};
        switch (how % 7) {
        case 0: rtcp_add_sr(&p->made, some_ssrc(p), &info, blocks, count); break;
        case 1: rtcp_add_rr(&p->made, some_ssrc(p), blocks, count); break;
        case 2: rtcp_add_cname(&p->made, some_ssrc(p), how & 32 ? "mallory@10.0.3.1" : ""); break;
        case 3: rtcp_add_bye(&p->made, some_ssrc(p)); break;
        case 4: rtcp_add_app(&p->made, some_ssrc(p), how >> 3, "fuzz", (struct bytes){0}); break;
        case 5: rtcp_add_nack(&p->made, some_ssrc(p), some_ssrc(p), &nack, 1); break;
        case 6: rtcp_add_pli(&p->made, some_ssrc(p), some_ssrc(p)); break;
        }
    }
}

static void say(struct peer *p, uint8_t *protocol)
{
    uint8_t how = take_u8(&p->c);
    bool is_report = how & 1;
    uint16_t to = (uint16_t)((how & 2 ? 5004 : 6004) + is_report);
    uint16_t from = how & 4 ? to : (uint16_t)(how & 8 ? 16384 : 40000);
    p->other = how & 2 ? 0x0a000201 : 0x0a000101;
    p->ip = how & 16 ? 0x0a000301 : how & 2 ? 0x0a000101 : 0x0a000201;
    buf_extend(&p->made, UDP_HEADER);
    (is_report ? say_rtcp : say_rtp)(p);
    for (unsigned n = how >> 6; n > 0; n--) {
        uint8_t at = take_u8(&p->c);
        p->made.data[UDP_HEADER + at % (p->made.len - UDP_HEADER)] = take_u8(&p->c);
    }
    udp_encode(from, to, (uint32_t)p->made.len - UDP_HEADER, p->made.data);
    *protocol = IP_UDP;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct peer_target target = {scenario, NULL, false, 0x0a000301, 0x0a000201, say};
    peer_play(&target, data, size);
    return 0;
}
