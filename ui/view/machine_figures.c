/* The figures of state machines as the standards print them: RFC 9293 figure 5, RFC 2131 figure 5.
 * A place is measured in the figure's own width and height. */

#include "ui/view/machine.h"

static const struct figure_box tcp_boxes[] = {
    {"CLOSED", {350, 24}, false},
    {"LISTEN", {350, 102}, false},
    {"SYN-RECEIVED", {82, 184}, false},
    {"SYN-SENT", {618, 184}, false},
    {"ESTABLISHED", {350, 274}, false},
    {"FIN-WAIT-1", {82, 364}, false},
    {"CLOSING", {350, 364}, false},
    {"CLOSE-WAIT", {618, 364}, false},
    {"FIN-WAIT-2", {82, 450}, false},
    {"TIME-WAIT", {350, 450}, false},
    {"LAST-ACK", {618, 450}, false},
    {"CLOSED", {350, 518}, true},
    {NULL, {0, 0}, false},
};

static const struct figure_route tcp_routes[] = {
    {"CLOSED", "LISTEN", 2, {{350, 42}, {350, 84}}, {350, 63}},
    {"CLOSED", "SYN-SENT", 3, {{412, 24}, {618, 24}, {618, 166}}, {515, 24}},
    {"LISTEN", "SYN-RECEIVED", 3, {{288, 102}, {82, 102}, {82, 166}}, {186, 102}},
    {"LISTEN", "SYN-SENT", 3, {{412, 102}, {578, 102}, {578, 166}}, {495, 102}},
    {"SYN-SENT", "SYN-RECEIVED", 2, {{556, 184}, {144, 184}}, {350, 184}},
    {"SYN-RECEIVED", "ESTABLISHED", 3, {{106, 202}, {106, 268}, {288, 268}}, {208, 268}},
    {"SYN-SENT", "ESTABLISHED", 3, {{618, 202}, {618, 268}, {412, 268}}, {518, 268}},
    {"ESTABLISHED", "FIN-WAIT-1", 4, {{310, 292}, {310, 318}, {106, 318}, {106, 346}}, {208, 318}},
    {"ESTABLISHED", "CLOSE-WAIT", 4, {{390, 292}, {390, 318}, {618, 318}, {618, 346}}, {504, 318}},
    {"SYN-RECEIVED", "FIN-WAIT-1", 2, {{58, 202}, {58, 346}}, {58, 268}},
    {"FIN-WAIT-1", "FIN-WAIT-2", 2, {{82, 382}, {82, 432}}, {76, 407}},
    {"FIN-WAIT-1", "CLOSING", 2, {{144, 364}, {288, 364}}, {216, 364}},
    {"CLOSING", "TIME-WAIT", 2, {{374, 382}, {374, 432}}, {374, 407}},
    {"FIN-WAIT-1", "TIME-WAIT", 4, {{128, 382}, {128, 407}, {322, 407}, {322, 432}}, {225, 407}},
    {"FIN-WAIT-2", "TIME-WAIT", 2, {{144, 450}, {288, 450}}, {216, 450}},
    {"CLOSE-WAIT", "LAST-ACK", 2, {{618, 382}, {618, 432}}, {618, 407}},
    {"TIME-WAIT", "CLOSED", 2, {{350, 468}, {350, 504}}, {350, 485}},
    {"LAST-ACK", "CLOSED", 3, {{618, 468}, {618, 518}, {412, 518}}, {518, 518}},
    {NULL, NULL, 0, {{0, 0}}, {0, 0}},
};

/* The way to an address on top, what keeps it below, what remembers it at the bottom. */
static const struct figure_box dhcp_boxes[] = {
    {"INIT", {74, 30}, false},
    {"SELECTING", {224, 30}, false},
    {"REQUESTING", {374, 30}, false},
    {"REBINDING", {74, 124}, false},
    {"RENEWING", {224, 124}, false},
    {"BOUND", {374, 124}, false},
    {"INIT-REBOOT", {74, 238}, false},
    {"REBOOTING", {224, 238}, false},
    {NULL, {0, 0}, false},
};

static const struct figure_route dhcp_routes[] = {
    {"INIT", "SELECTING", 2, {{124, 30}, {174, 30}}, {149, 6}},
    {"SELECTING", "REQUESTING", 2, {{274, 30}, {324, 30}}, {299, 6}},
    {"REQUESTING", "BOUND", 2, {{386, 46}, {386, 108}}, {386, 78}},
    {"BOUND", "RENEWING", 2, {{324, 124}, {274, 124}}, {299, 104}},
    {"RENEWING", "REBINDING", 2, {{174, 124}, {124, 124}}, {149, 108}},
    {"RENEWING", "BOUND", 4, {{244, 140}, {244, 166}, {358, 166}, {358, 140}}, {301, 166}},
    {"REBINDING", "BOUND", 4, {{74, 140}, {74, 190}, {380, 190}, {380, 140}}, {170, 190}},
    {"REBINDING", "INIT", 2, {{52, 108}, {52, 46}}, {62, 78}},
    {"RENEWING", "INIT", 4, {{206, 108}, {206, 88}, {108, 88}, {108, 46}}, {172, 88}},
    {"REQUESTING", "INIT", 4, {{350, 46}, {350, 66}, {116, 66}, {116, 46}}, {262, 66}},
    {"INIT", "INIT-REBOOT", 4, {{24, 30}, {8, 30}, {8, 238}, {24, 238}}, {46, 214}},
    {"INIT-REBOOT", "REBOOTING", 2, {{124, 238}, {174, 238}}, {149, 214}},
    {"REBOOTING", "BOUND", 3, {{274, 238}, {404, 238}, {404, 140}}, {340, 238}},
    {NULL, NULL, 0, {{0, 0}}, {0, 0}},
};

const struct drawing machine_figures[] = {
    {.boxes = tcp_boxes,
     .routes = tcp_routes,
     .w = 700,
     .h = 536,
     .box_w = 124,
     .box_h = 36,
     .last_h = 28,
     .row = 66,
     .kind = PACKET_CONTROL,
     .has_room = true},
    {.boxes = dhcp_boxes,
     .routes = dhcp_routes,
     .w = 436,
     .h = 262,
     .box_w = 100,
     .box_h = 32,
     .last_h = 32,
     .row = 66,
     .kind = PACKET_REPORT},
    {.boxes = NULL},
};
