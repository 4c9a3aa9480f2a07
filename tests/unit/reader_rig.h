#pragma once
/* A small catalogue for tests of the reader's words, so that they change only when the reader does:
 * a protocol that is added elsewhere has no place in them. */

#include "scenario/model.h"

static const char *const rig_states[] = {"IDLE", "SENDING", "WAIT-ACK", "DONE", NULL};
static const struct machine rig_machines[] = {{.name = "sender", .states = rig_states}, {0}};
static const char *const rig_conventions[] = {"next", "last", NULL};
static const struct param rig_sender_params[] = {
    {"frames", 0, PARAM_COUNT, .initial = 10, .min = 1, .max = INT64_C(1) << 40},
    {"frame", 8, PARAM_BYTES, .initial = 1000, .min = 8, .max = 65535},
    {"timeout", 16, PARAM_TIME, .initial = SIM_S, .min = 1, .max = SIM_NEVER / 2},
    {"sequence-bits", 24, PARAM_COUNT, .initial = 1, .max = 16},
    {"acks", 32, PARAM_CHOICE, .max = 1, .choices = rig_conventions},
    {"crc", 40, PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};
static const struct param rig_receiver_params[] = {
    {"sequence-bits", 0, PARAM_COUNT, .initial = 1, .max = 16},
    {"crc", 8, PARAM_SWITCH, .initial = 1, .max = 1},
    {0},
};
static const struct param rig_datagram_params[] = {
    {"rate", 0, PARAM_RATE, .initial = 100000, .min = 1, .max = INT64_C(1000000000000000)},
    {"size", 8, PARAM_BYTES, .initial = 500, .min = 1, .max = 65507},
    {"for", 16, PARAM_TIME, .may_be_off = true, .initial = -1, .min = 1, .max = SIM_NEVER / 2},
    {0},
};
static const struct param rig_window_params[] = {
    {"frames", 0, PARAM_COUNT, .initial = 10, .min = 1, .max = 1000},
    {"window", 8, PARAM_COUNT, .initial = 4, .min = 1, .max = 32768},
    {"sequence-bits", 16, PARAM_COUNT, .initial = 3, .max = 16},
    {0},
};
static const struct param rig_keeper_params[] = {
    {"receiver-buffer", 0, PARAM_COUNT, .initial = 4, .min = 1, .max = 32768},
    {0},
};
static const struct proto rig_frames = {.name = "arq", .carrier = CARRIER_LINK};
static const struct proto rig_datagrams = {.name = "udp", .carrier = CARRIER_IP, .number = 17};
static const struct actor_type rig_sender = {.name = "stop-and-wait-sender",
                                             .proto = &rig_frames,
                                             .machines = rig_machines,
                                             .params = rig_sender_params};
static const struct actor_type rig_receiver = {
    .name = "stop-and-wait-receiver", .proto = &rig_frames, .params = rig_receiver_params};
static const struct actor_type rig_window = {
    .name = "window-sender", .proto = &rig_frames, .params = rig_window_params};
static const struct actor_type rig_keeper = {
    .name = "window-receiver", .proto = &rig_frames, .params = rig_keeper_params};
struct rig_datagrams {
    int64_t rate, size, duration;
};
static void rig_need(const void *self, struct flow_need *out)
{
    const struct rig_datagrams *s = self;
    uint32_t packet = (uint32_t)s->size + 28;
    *out = (struct flow_need){muldiv_up(packet, s->rate, 8 * s->size), packet, packet, packet};
}
static const struct actor_type rig_source = {.name = "udp-source",
                                             .proto = &rig_datagrams,
                                             .size = sizeof(struct rig_datagrams),
                                             .params = rig_datagram_params,
                                             .need = rig_need};
static const struct actor_type rig_sink = {.name = "udp-sink", .proto = &rig_datagrams};
/* A protocol of hosts, which a scenario may set up: `echo: {backlog: 5}`. */
static const struct param rig_echo_params[] = {
    {"backlog", 0, PARAM_COUNT, .initial = 5, .min = 1, .max = 100},
    {"delayed-ack", 8, PARAM_TIME, .may_be_off = true, .initial = 0, .max = SIM_S},
    {0},
};
static const struct actor_type rig_echo = {.name = "echo", .params = rig_echo_params};
static const struct param rig_rsvp_params[] = {
    {"share", 0, PARAM_CHANCE, .initial = 750000000, .max = 1000000000},
    {"refresh", 8, PARAM_TIME, .initial = 30 * SIM_S, .min = SIM_MS, .max = 3600 * SIM_S},
    {"lost", 16, PARAM_COUNT, .initial = 3, .min = 1, .max = 100},
    {0},
};
static const struct actor_type rig_rsvp = {.name = "rsvp", .params = rig_rsvp_params};

static const struct traffic_type rig_stop_and_wait = {
    .name = "stop-and-wait", .source = &rig_sender, .sink = &rig_receiver};
static const struct traffic_type rig_udp = {
    .name = "udp", .source = &rig_source, .sink = &rig_sink, .has_port = true, .takes_group = true};
static const struct traffic_type rig_go_back_n = {
    .name = "go-back-n", .source = &rig_window, .sink = &rig_receiver};
static const struct traffic_type rig_selective = {
    .name = "selective-repeat", .source = &rig_window, .sink = &rig_keeper};
static const struct actor_type *const rig_actors[] = {&rig_echo, &rig_rsvp, NULL};
static const struct traffic_type *const rig_traffic[] = {&rig_stop_and_wait, &rig_go_back_n,
                                                         &rig_selective, &rig_udp, NULL};
static const struct catalogue rig_catalogue = {rig_actors, rig_traffic, 0};
