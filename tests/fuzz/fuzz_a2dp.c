/* Either end of Bluetooth audio by itself: frames of L2CAP that are well formed, bent or anything,
 * whole or in pieces, timers, packets of media. The machines keep to their edges, timers to their
 * slots; what is read is written so that it reads the same, and the inspector stays within. */
#include "fuzz/fuzz.h"

#include "actor/fx.h"
#include "actor/media_call.h"
#include "base/os.h"
#include "proto/bluetooth/a2dp.h"
#include "proto/bluetooth/acl.h"
#include "wire/l2cap_format.h"
#include "wire/rtp.h"

#include <string.h>

enum { STEPS_MAX = 400, LINK = 1, TIMERS = 2, MACHINES = 3 };

struct end {
    struct cursor c;
    const struct actor_type *type;
    void *self;
    struct packets packets;
    struct streams streams;
    struct fx fx;
    struct dice dice;
    sim_time now, timers[TIMERS];
    unsigned states[MACHINES];
    uint64_t at; /* in the other side's stream */
};

static void apply(struct end *e, const struct effect *f)
{
    switch (f->kind) {
    case FX_STATE:
        CLAIM(edge_allowed(&e->type->machines[f->code], f->index >> 16, f->index & 0xffff));
        CLAIM(e->states[f->code] == f->index >> 16);
        e->states[f->code] = f->index & 0xffff;
        break;
    case FX_TIMER:
        CLAIM(f->code < TIMERS && f->value >= e->now);
        e->timers[f->code] = f->value;
        break;
    case FX_MESSAGE: CLAIM(strlen((const char *)f->head.data) < 96); break;
    default: break;
    }
}

static void step(struct end *e, struct input in)
{
    const struct effect *f;
    int64_t vars[8];
    in.now = in.clock = e->now;
    in.dice = in.host_dice = &e->dice;
    e->type->step(e->self, &in, &e->fx);
    while (fx_next(&e->fx, &f)) {
        apply(e, f);
    }
    e->type->read(e->self, vars);
}

static void indicate(struct end *e, unsigned code, uint32_t from, struct bytes head)
{
    struct span body = {.at = e->at, .stream = 99, .len = (uint32_t)head.len};
    e->at += code == CODE_DATA ? head.len : 0;
    step(e, (struct input){.kind = IN_INDICATION,
                           .code = (uint16_t)code,
                           .index = from,
                           .head = head,
                           .body = body});
}

static void fire(struct end *e)
{
    unsigned first = e->timers[1] < e->timers[0];
    if (e->timers[first] == SIM_NEVER) {
        return;
    }
    e->now = e->timers[first] > e->now ? e->timers[first] : e->now;
    e->timers[first] = SIM_NEVER;
    step(e, (struct input){.kind = IN_TIMER, .code = (uint16_t)first});
}

/* ---- what is heard ---- */

static void add_command(struct end *e, struct buf *out)
{
    uint8_t how = take_u8(&e->c);
    struct l2cap_command c = {.code = (enum l2cap_code)(1 + how % 11),
                              .id = take_u8(&e->c) % 8,
                              .psm = how & 16 ? take_u8(&e->c) : L2CAP_PSM_AVDTP,
                              .channel = (uint16_t)(0x40 + take_u8(&e->c) % 3),
                              .source = (uint16_t)(0x40 + take_u8(&e->c) % 3),
                              .result = how & 32 ? take_u8(&e->c) : 0,
                              .flags = how & 64,
                              .mtu = how & 128 ? take_u16(&e->c) : 0};
    l2cap_write_command(&c, out);
}

static void add_signal(struct end *e, struct buf *out)
{
    uint8_t how = take_u8(&e->c), what = take_u8(&e->c);
    struct avdtp m = {.label = take_u8(&e->c) & 15,
                      .kind = (enum avdtp_kind)(how & 3),
                      .signal = 1 + what % 14,
                      .seid = how & 64 ? take_u8(&e->c) & 63 : 1,
                      .own_seid = 1,
                      .category = AVDTP_MEDIA_CODEC,
                      .error = take_u8(&e->c),
                      .endpoints = 1,
                      .endpoint = {{1, how & 16, !(how & 32), 0}},
                      .services = {.has_transport = !(what & 64),
                                   .has_codec = !(what & 128),
                                   .codec = how & 128 ? take_u8(&e->c) : AVDTP_SBC,
                                   .info_len = SBC_INFO}};
    for (unsigned i = 0; i < SBC_INFO; i++) {
        m.services.info[i] = take_u8(&e->c);
    }
    avdtp_write(&m, out);
}

static void add_anything(struct end *e, struct buf *out)
{
    for (unsigned n = take_u8(&e->c) % 40; n > 0; n--) {
        buf_char(out, (char)take_u8(&e->c));
    }
}

static void check_commands(struct bytes rest)
{
    struct l2cap_command c, back;
    while (l2cap_next(&rest, &c) == L2CAP_COMMAND) {
        struct buf again = {0};
        l2cap_write_command(&c, &again);
        struct bytes written = bytes_of(again.data, again.len);
        CLAIM(l2cap_next(&written, &back) == L2CAP_COMMAND && written.len == 0);
        CLAIM(back.code == c.code && back.id == c.id && back.channel == c.channel);
        CLAIM(back.source == c.source && back.result == c.result && back.data.len == c.data.len);
        buf_free(&again);
    }
}

static void check_signal(struct bytes signal)
{
    struct avdtp m, back;
    if (avdtp_read(signal, &m) == AVDTP_READ) {
        struct buf again = {0};
        avdtp_write(&m, &again);
        enum avdtp_got got = avdtp_read(bytes_of(again.data, again.len), &back);
        CLAIM(got != AVDTP_READ_NOT_ONE);
        CLAIM(got == AVDTP_READ_BAD_LENGTH || memcmp(&m, &back, sizeof m) == 0);
        buf_free(&again);
    }
}

static void check_picture(struct bytes pdu)
{
    static struct dissection d;
    d.layer_count = d.field_count = 0;
    l2cap_dissect(pdu, 7, &d);
    for (unsigned i = 0; i < d.layer_count; i++) {
        const struct layer *l = &d.layers[i];
        CLAIM(l->at >= 7 && l->at + (size_t)l->len <= 7 + pdu.len);
        for (unsigned k = l->first; k < l->first + (unsigned)l->count; k++) {
            CLAIM((d.fields[k].bit + d.fields[k].bits + 7u) / 8 <= l->len);
        }
    }
}

static void make_pdu(struct end *e, struct buf *pdu)
{
    uint8_t how = take_u8(&e->c);
    struct buf inside = {0};
    uint16_t channel = how % 4 == 0   ? L2CAP_SIGNALLING
                       : how % 4 == 3 ? (uint16_t)(L2CAP_DYNAMIC + 1)
                                      : L2CAP_DYNAMIC;
    do {
        void (*const add[])(struct end *, struct buf *) = {add_command, add_signal, add_signal,
                                                           add_anything};
        add[how & 32 ? 3 : how % 4](e, &inside);
    } while (how & 64 && inside.len < 100 && !cursor_is_over(&e->c));
    struct bytes information = bytes_of(inside.data, inside.len);
    check_commands(information);
    check_signal(information);
    l2cap_write(channel, information, pdu);
    if (how & 128) {
        pdu->data[take_u8(&e->c) % pdu->len] ^= take_u8(&e->c);
    }
    check_picture(bytes_of(pdu->data, pdu->len));
    buf_free(&inside);
}

static void hear(struct end *e)
{
    struct buf pdu = {0};
    make_pdu(e, &pdu);
    uint8_t how = take_u8(&e->c);
    size_t piece = how & 1 ? 1u + how / 2u : pdu.len;
    if (how != 254) {
        indicate(e, ACL_CALL_BEGIN, LINK, (struct bytes){0});
    }
    for (size_t at = 0; at < pdu.len; at += piece) {
        indicate(e, CODE_DATA, LINK, bytes_sub(bytes_of(pdu.data, pdu.len), at, piece));
    }
    buf_free(&pdu);
}

/* Of the RTP end, which is opened below. */
static void hear_media(struct end *e)
{
    uint8_t packet[RTP_HEADER_MAX + 4] = {0};
    struct rtp rtp = {.payload_type = 112, .seq = take_u8(&e->c)};
    size_t len = rtp_encode(&rtp, packet);
    indicate(e, MEDIA_RTP, LINK + 1, bytes_of(packet, len + 4));
}

static void set(struct end *e)
{
    params_initial(e->type, e->self);
    for (const struct param *p = e->type->params; p && p->name; p++) {
        uint8_t how = take_u8(&e->c);
        int64_t value = how % 2 ? p->initial : p->min + how / 2;
        value = value > p->max ? p->max : value;
        value = p->kind == PARAM_TIME && how % 2 == 0 ? value * SIM_MS : value;
        memcpy((char *)e->self + p->offset, &value, sizeof value);
    }
}

static void end_free(struct end *e)
{
    e->type->free(e->self);
    free(e->self);
    fx_free(&e->fx);
    packets_free(&e->packets);
    streams_free(&e->streams);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct end e = {.c = {data, size, 0},
                    .dice = dice_make(1, "fuzz"),
                    .timers = {SIM_NEVER, SIM_NEVER},
                    .packets.keep = true};
    e.type = take_u8(&e.c) & 1 ? &a2dp_source_type : &a2dp_sink_type;
    e.self = os_alloc(e.type->size);
    e.fx.packets = &e.packets;
    e.fx.streams = &e.streams;
    e.fx.next_handle = LINK;
    set(&e);
    step(&e, (struct input){.kind = IN_START});
    for (unsigned n = 0; n < STEPS_MAX && !cursor_is_over(&e.c); n++) {
        switch (take_u8(&e.c) % 16) {
        case 0: fire(&e); break;
        case 1: hear_media(&e); break;
        case 2: indicate(&e, ACL_CALL_LOST, LINK, (struct bytes){0}); break;
        default: hear(&e); break;
        }
    }
    end_free(&e);
    return 0;
}
