/* What both ends of a link do alike: they number with SEQN, answer with ARQN, and throttle with
 * FLOW. Invariants: a packet is sent until ARQN acknowledges it, and only then SEQN turns; a packet
 * whose SEQN did not turn was there before, whatever its CRC says (7.6.1). */
#include "proto/bluetooth/acl.h"

#include "actor/fx.h"

static bool key_of(struct bytes head, struct net *io)
{
    struct baseband b;
    if (!baseband_decode(head, &b)) {
        return false;
    }
    io->from.port = io->to.port = (uint16_t)(b.channel + 1);
    return true;
}

const struct proto bluetooth_proto = {.name = "baseband",
                                      .carrier = CARRIER_LINK,
                                      .number = 0x88b6,
                                      .trailer = BASEBAND_CRC,
                                      .key = key_of};

static const enum baseband_type types[] = {BASEBAND_DH1, BASEBAND_DH3, BASEBAND_DH5};
const char *const acl_type_names[] = {"DH1", "DH3", "DH5", NULL};

enum baseband_type acl_type(const struct acl *a)
{
    return types[a->type];
}

/* Frames of the master are items of the set "frame" at both ends, the slave's of "back". */
enum { SET_FORTH, SET_BACK };
enum item {
    ITEM_ABSENT,
    ITEM_SENT,
    ITEM_AGAIN,
    ITEM_ACKED,
    ITEM_PASSED_ON,
    ITEM_THROWN,
    ITEM_BUFFERED
};
static const char *const items[] = {"absent",    "sent",   "again",    "acked",
                                    "passed-on", "thrown", "buffered", NULL};

static unsigned set_out(const struct acl *a)
{
    return a->is_master ? SET_FORTH : SET_BACK;
}

static unsigned set_in(const struct acl *a)
{
    return a->is_master ? SET_BACK : SET_FORTH;
}

bool acl_has_data(const struct acl *a)
{
    return a->is_fed ? a->queue_count > 0 : a->frame < (uint64_t)a->frames[!a->is_master];
}

static struct baseband header_of(const struct acl *a, enum baseband_type type)
{
    return (struct baseband){.type = type,
                             .channel = (uint8_t)(a->key.from.port - 1),
                             .lt_addr = 1,
                             .flow = a->kept_count < (unsigned)a->buffer,
                             .arqn = a->arqn,
                             .seqn = a->seqn,
                             .length = baseband_most(type),
                             .llid = BASEBAND_GOES_ON};
}

static void send(struct acl *a, const struct baseband *b, struct span body, struct unit unit,
                 enum acl_why why, struct fx *fx)
{
    uint8_t head[BASEBAND_HEAD_MAX];
    size_t len = baseband_encode(b, head);
    a->has_heard = false;
    fx_send(fx, &a->key, bytes_of(head, len), body, unit, why);
}

/* What the packets of `frames` hold: they are always full. */
static struct acl_piece piece_of_stream(const struct acl *a)
{
    uint32_t most = baseband_most(acl_type(a));
    return (struct acl_piece){{a->frame * most, a->stream, most}, acl_type(a), BASEBAND_GOES_ON};
}

void acl_send_data(struct acl *a, enum acl_why why, struct fx *fx)
{
    struct acl_piece piece = a->is_fed ? acl_piece_next(a) : piece_of_stream(a);
    struct baseband b = header_of(a, piece.type);
    b.length = (uint16_t)piece.body.len;
    b.llid = (uint8_t)piece.llid;
    struct span body = piece.body;
    body.len += BASEBAND_CRC; /* its last bytes are the CRC's */
    fx_item(fx, set_out(a), (int64_t)a->frame, a->copy ? ITEM_AGAIN : ITEM_SENT, why);
    send(a, &b, body, (struct unit){a->frame, 1}, why, fx);
    a->copy++;
}

void acl_send_empty(struct acl *a, enum baseband_type type, enum acl_why why, struct fx *fx)
{
    struct baseband b = header_of(a, type);
    send(a, &b, (struct span){0}, (struct unit){0}, why, fx);
}

static void take_arqn(struct acl *a, bool arqn, struct fx *fx)
{
    if (a->copy > 0 && arqn) {
        fx_item(fx, set_out(a), (int64_t)a->frame, ITEM_ACKED, ACL_ACKED);
        if (a->is_fed) {
            acl_piece_done(a);
        }
        a->frame++;
        a->copy = 0;
        a->seqn = !a->seqn;
    }
}

void acl_give_up(struct acl *a, struct fx *fx)
{
    fx_item(fx, set_out(a), (int64_t)a->frame, ITEM_THROWN, ACL_FLUSHED);
    a->frame++;
    a->copy = 0;
}

static void pass_on(struct acl *a, struct span body, uint64_t frame, enum acl_why why,
                    struct fx *fx)
{
    body.len -= BASEBAND_CRC;
    fx_item(fx, set_in(a), (int64_t)frame, ITEM_PASSED_ON, why);
    fx_indicate(fx, 0, CODE_DATA, (struct bytes){0}, body);
}

void acl_read_on(struct acl *a, sim_time now, struct fx *fx)
{
    struct span body = a->kept[0];
    a->kept_count--;
    for (unsigned i = 0; i < a->kept_count; i++) {
        a->kept[i] = a->kept[i + 1];
    }
    fx_note(fx, ACL_READ);
    pass_on(a, body, a->got - a->kept_count - 1, ACL_READ, fx);
    if (a->kept_count) {
        fx_timer(fx, ACL_TIMER_READ, 0, time_add(now, a->reading));
    }
}

static void accept(struct acl *a, const struct baseband *b, const struct input *in, struct fx *fx)
{
    uint64_t frame = a->got++;
    if (a->is_fed && b->llid == BASEBAND_BEGINS) {
        fx_indicate(fx, 0, ACL_CALL_BEGIN, (struct bytes){0}, (struct span){0});
    }
    if (a->reading < 0) {
        pass_on(a, in->body, frame, ACL_DELIVERED, fx);
        return;
    }
    fx_item(fx, set_in(a), (int64_t)frame, ITEM_BUFFERED, ACL_BUFFERED);
    a->kept[a->kept_count++] = in->body;
    if (a->kept_count == 1) {
        fx_timer(fx, ACL_TIMER_READ, 0, time_add(in->now, a->reading));
    }
}

static void refuse(struct acl *a, enum drop_class c, enum acl_why why, enum acl_why answer,
                   struct fx *fx)
{
    fx_drop(fx, c, why);
    a->answer = answer;
}

/* 7.6.1: SEQN is looked at before the CRC. */
static void take_data(struct acl *a, const struct baseband *b, const struct input *in,
                      struct fx *fx)
{
    a->arqn = false;
    if (b->seqn == a->seqn_old) {
        a->arqn = true;
        fx_item(fx, set_in(a), (int64_t)a->got - 1, ITEM_THROWN, ACL_DUPLICATE);
        refuse(a, DROP_DUPLICATE, ACL_DUPLICATE, ACL_ACK_AGAIN, fx);
    } else if (in->is_damaged) {
        refuse(a, DROP_CHECKSUM, ACL_CRC, ACL_NAK, fx);
    } else if (a->kept_count == (unsigned)a->buffer) {
        refuse(a, DROP_QUEUE, ACL_FULL, ACL_NAK_FULL, fx);
    } else {
        a->seqn_old = b->seqn;
        a->arqn = true;
        a->answer = ACL_ACK;
        accept(a, b, in, fx);
    }
}

bool acl_hear(struct acl *a, const struct input *in, struct fx *fx)
{
    struct baseband b;
    if (!baseband_decode(in->head, &b) || !b.hec_holds) {
        a->arqn = false;
        fx_drop(fx, DROP_CHECKSUM, ACL_HEC);
        return false;
    }
    acl_supervise(a, in->now, fx);
    a->heard_at = in->now;
    a->has_heard = true;
    a->was_stopped = !a->may_go;
    a->may_go = b.flow;
    a->was_idle = b.length == 0;
    a->answer = ACL_ANSWER;
    take_arqn(a, b.arqn, fx);
    if (b.length) {
        take_data(a, &b, in, fx);
    }
    return true;
}

const struct reason acl_reasons[ACL_WHY_COUNT + 1] = {
    [ACL_FIRST] = {"bt.first", "Bluetooth Core 2.B §7.6"},
    [ACL_NEXT] = {"bt.next", "Bluetooth Core 2.B §7.6.1"},
    [ACL_NAKED] = {"bt.naked", "Bluetooth Core 2.B §7.6.1"},
    [ACL_SILENCE] = {"bt.silence", "Bluetooth Core 2.B §7.6.1"},
    [ACL_GO] = {"bt.go", "Bluetooth Core 2.B §6.4.3"},
    [ACL_ASSUMED] = {"bt.assumed", "Bluetooth Core 2.B §6.4.3"},
    [ACL_STOPPED] = {"bt.stopped", "Bluetooth Core 2.B §6.4.3"},
    [ACL_POLL] = {"bt.poll", "Bluetooth Core 2.B §6.5.1.3"},
    [ACL_ACK] = {"bt.ack", "Bluetooth Core 2.B §7.6.1"},
    [ACL_ACK_AGAIN] = {"bt.ack-again", "Bluetooth Core 2.B §7.6.2"},
    [ACL_NAK] = {"bt.nak", "Bluetooth Core 2.B §7.6.1"},
    [ACL_NAK_FULL] = {"bt.nak-full", "Bluetooth Core 2.B §6.4.3"},
    [ACL_ANSWER] = {"bt.answer", "Bluetooth Core 2.B §6.5.1.2"},
    [ACL_RODE] = {"bt.rode", "Bluetooth Core 2.B §7.6.1"},
    [ACL_DELIVERED] = {"bt.delivered", "Bluetooth Core 2.B §7.6"},
    [ACL_BUFFERED] = {"bt.buffered", "Bluetooth Core 2.B §4.5.3"},
    [ACL_READ] = {"bt.read", "Bluetooth Core 2.B §4.5.3"},
    [ACL_DUPLICATE] = {"bt.duplicate", "Bluetooth Core 2.B §7.6.2"},
    [ACL_HEC] = {"bt.hec", "Bluetooth Core 2.B §7.1.1"},
    [ACL_CRC] = {"bt.crc", "Bluetooth Core 2.B §7.1.2"},
    [ACL_FULL] = {"bt.full", "Bluetooth Core 2.B §6.4.3"},
    [ACL_ACKED] = {"bt.acked", "Bluetooth Core 2.B §7.6.1"},
    [ACL_DONE] = {"bt.done", "Bluetooth Core 2.B §7.6"},
    [ACL_FLUSHED] = {"bt.flushed", "Bluetooth Core 2.B §7.6.3"},
    [ACL_LOST] = {"bt.lost", "Bluetooth Core 2.B §3.1"},
};

enum { VAR_FRAME, VAR_SEQN, VAR_GO, VAR_EXPECTED, VAR_SEQN_OLD, VAR_ARQN, VAR_KEPT, VAR_QUEUE };
const struct var acl_vars[] = {
    [VAR_FRAME] = {"frame", "", "window"},
    [VAR_SEQN] = {"seqn", "", "window"},
    [VAR_GO] = {"may-go", "", "window"},
    [VAR_EXPECTED] = {"expected", "", "window"},
    [VAR_SEQN_OLD] = {"seqn-old", "", "window"},
    [VAR_ARQN] = {"arqn", "", "window"},
    [VAR_KEPT] = {"kept", "", "window"},
    [VAR_QUEUE] = {"queue", "frames", "queue"},
    {0},
};

void acl_read_vars(const void *self, int64_t *out)
{
    const struct acl *a = self;
    out[VAR_FRAME] = (int64_t)a->frame;
    out[VAR_SEQN] = a->seqn;
    out[VAR_GO] = a->may_go;
    out[VAR_EXPECTED] = (int64_t)a->got;
    out[VAR_SEQN_OLD] = a->seqn_old;
    out[VAR_ARQN] = a->arqn;
    out[VAR_KEPT] = a->kept_count;
    out[VAR_QUEUE] = a->queue_count;
}

#define OF(field) offsetof(struct acl, field)
/* clang-format off */
#define ACL_PARAMS                                                                                 \
    {"frames", OF(frames[0]), PARAM_COUNT, .initial = 10, .min = 0, .max = INT64_C(1) << 40},      \
    {"frames-back", OF(frames[1]), PARAM_COUNT, .min = 0, .max = INT64_C(1) << 40},                \
    {"packet", OF(type), PARAM_CHOICE, .max = 2, .choices = acl_type_names},                           \
    {"receiver-buffer", OF(buffer), PARAM_COUNT, .initial = 1, .min = 1, .max = ACL_BUFFER_MAX},   \
    {"reading", OF(reading), PARAM_TIME, .may_be_off = true, .initial = -1, .min = 1,              \
     .max = SIM_NEVER / 2},                                                                        \
    {0}
/* clang-format on */
/* A table each: a setting belongs to one end's. */
static const struct param master_params[] = {ACL_PARAMS}, slave_params[] = {ACL_PARAMS};
const struct set acl_sets[] = {{"frame", items}, {"back", items}, {0}};
const struct timer acl_timers[] = {{"slot", 1, TIMER_KIND_PACE},
                                   {"read", 1, TIMER_KIND_PACE},
                                   {"supervision", 1, TIMER_KIND_PACE},
                                   {0}};
static const struct machine_edge edges[] = {
    {ACL_IDLE, ACL_ACTIVE, "arq.edge.send"},
    {ACL_ACTIVE, ACL_DONE_STATE, "arq.edge.done"},
    {-1, -1, NULL},
};
static const struct machine machines[] = {
    {"master", (const char *const[]){"IDLE", "ACTIVE", "DONE", NULL}, edges}, {0}};

static const struct actor_type master = {.name = "bluetooth-master",
                                         .proto = &bluetooth_proto,
                                         .size = sizeof(struct acl),
                                         .machines = machines,
                                         .sets = acl_sets,
                                         .timers = acl_timers,
                                         .reasons = acl_reasons,
                                         .vars = acl_vars,
                                         .params = master_params,
                                         .step = acl_master_step,
                                         .read = acl_read_vars};
static const struct actor_type slave = {.name = "bluetooth-slave",
                                        .proto = &bluetooth_proto,
                                        .size = sizeof(struct acl),
                                        .sets = acl_sets,
                                        .timers = acl_timers,
                                        .reasons = acl_reasons,
                                        .vars = acl_vars,
                                        .params = slave_params,
                                        .step = acl_slave_step,
                                        .read = acl_read_vars};

const struct traffic_type bluetooth_acl = {
    .name = "bluetooth-acl", .source = &master, .sink = &slave};
