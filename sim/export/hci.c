#include "export/hci.h"

#include "wire/baseband.h"

#include <string.h>

enum {
    H4_ACL = 2,
    H4_EVENT = 4,
    CONNECTED = 3,
    HANDLE_FIRST = 1,
    BEGINS = 2 << 12,
    GOES_ON = 1 << 12
};
enum { RECEIVED = 1 };

/* Only what an end below another layer carries consists of L2CAP's PDUs. */
static bool is_piece(const struct trace *t, const struct packet *p)
{
    return packet_form(p->proto->name) == LINK_FORM_BASEBAND && p->body.len > 0 && !p->is_raw &&
           t->entities[p->sender].upper != 0;
}

bool hci_passes(const struct trace *t, const struct record *r, struct hci_pass *out)
{
    bool is_sent = r->kind == REC_SEND;
    if ((!is_sent && r->kind != REC_DELIVER) || r->packet == 0) {
        return false;
    }
    const struct packet *p = trace_packet(t, r->packet);
    if (!is_piece(t, p) || (is_sent && p->of != 0) || p->flow == 0) {
        return false;
    }
    const struct flow *f = &t->flows[p->flow];
    uint32_t from = t->entities[p->sender].node, to = f->from == from ? f->to : f->from;
    uint32_t peer = is_sent ? to : from;
    struct baseband b;
    baseband_decode(packet_head(p), &b);
    *out = (struct hci_pass){is_sent ? from : to, peer, is_sent, peer == f->from, b.channel};
    return true;
}

void hci_connected(const struct hci_pass *pass, struct buf *out)
{
    uint32_t lap = BASEBAND_LAP + 2u * pass->channel + !pass->is_master;
    const uint8_t event[] = {0,
                             0,
                             0,
                             RECEIVED,
                             H4_EVENT,
                             CONNECTED,
                             11, /* bytes that follow */
                             0,  /* status */
                             (uint8_t)(HANDLE_FIRST + pass->channel),
                             0,
                             (uint8_t)lap,
                             (uint8_t)(lap >> 8),
                             (uint8_t)(lap >> 16),
                             BASEBAND_UAP,
                             0,
                             0,
                             1, /* ACL */
                             0};
    buf_add(out, bytes_of(event, sizeof event));
}

/* Direction, high byte first; the kind of H4; handle with the flag of a beginning, length, data. */
void hci_packet(struct buf *bytes, bool is_sent)
{
    struct bytes all = bytes_of(bytes->data, bytes->len);
    struct baseband b;
    struct buf out = {0};
    if (!baseband_decode(all, &b)) {
        return;
    }
    struct bytes data = bytes_sub(all, all.len - BASEBAND_CRC - b.length, b.length);
    unsigned handle = (HANDLE_FIRST + b.channel) | (b.llid == BASEBAND_BEGINS ? BEGINS : GOES_ON);
    const uint8_t head[] = {0,
                            0,
                            0,
                            is_sent ? 0 : RECEIVED,
                            H4_ACL,
                            (uint8_t)handle,
                            (uint8_t)(handle >> 8),
                            (uint8_t)data.len,
                            (uint8_t)(data.len >> 8)};
    buf_add(&out, bytes_of(head, sizeof head));
    buf_add(&out, data);
    buf_free(bytes);
    *bytes = out;
}
