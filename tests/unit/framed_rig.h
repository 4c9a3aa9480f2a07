#pragma once
/* Declared protocols for tests: the scenario's own text is what declares them. */

#include "registry.h"
#include "scenario/read.h"
#include "wire/framed.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

/* JT/T 905 with the bodies of JT/T 808-2013, which has the same header. */
#define TAXI                                                                                       \
    "  taxi:\n"                                                                                    \
    "    frame: {start: 7e, end: 7e, escapes: {7e: 7d 02, 7d: 7d 01}, max: 1 kB}\n"                \
    "    check: xor8\n"                                                                            \
    "    header:\n"                                                                                \
    "      id: {type: uint 2, holds: id}\n"                                                        \
    "      length: {type: uint 2, holds: length}\n"                                                \
    "      isu: {type: bcd 6, holds: sender}\n"                                                    \
    "      serial: {type: uint 2, holds: serial}\n"                                                \
    "    messages:\n"                                                                              \
    "      terminal-answer:\n"                                                                     \
    "        id: 0x0001\n"                                                                         \
    "        body: &answer\n"                                                                      \
    "          answered: {type: uint 2, holds: answered-serial}\n"                                 \
    "          answered-id: {type: uint 2, holds: answered-id}\n"                                  \
    "          result: {type: uint 1, holds: result}\n"                                            \
    "      heartbeat: {id: 0x0002, answer: platform-answer}\n"                                     \
    "      register:\n"                                                                            \
    "        id: 0x0100\n"                                                                         \
    "        body: {province: uint 2, city: uint 2, maker: text 5, model: text 20, terminal: "     \
    "text 7, colour: uint 1, plate: bytes rest}\n"                                                 \
    "        answer: register-answer\n"                                                            \
    "      authenticate: {id: 0x0102, body: {code: text}, answer: platform-answer}\n"              \
    "      position:\n"                                                                            \
    "        id: 0x0200\n"                                                                         \
    "        body: {alarm: uint 4, status: uint 4, latitude: uint 4, longitude: uint 4, speed: "   \
    "uint 2, direction: uint 1, time: bcd 6, more: bytes rest}\n"                                  \
    "        answer: platform-answer\n"                                                            \
    "      platform-answer: {id: 0x8001, body: *answer}\n"                                         \
    "      register-answer:\n"                                                                     \
    "        id: 0x8100\n"                                                                         \
    "        body:\n"                                                                              \
    "          answered: {type: uint 2, holds: answered-serial}\n"                                 \
    "          result: {type: uint 1, holds: result}\n"                                            \
    "          code: text\n"                                                                       \
    "    otherwise: platform-answer\n"

/* `protocols` holds their declarations; they live as long as the scenario. */
static struct scenario *declare(const char *protocols)
{
    struct buf text = {0}, said = {0};
    struct err err = {0};
    struct scenario *sc = NULL;
    buf_printf(&text, "hosts: {a: 10.0.0.1, b: 10.0.0.2}\nlinks: [{between: [a, b]}]\n%s\n",
               protocols);
    if (!scenario_read_text("x.yaml", buf_cstr(&text), registry(), NULL, 0, &sc, &err)) {
        err_format(&err, &said);
        ck_abort_msg("%s", buf_cstr(&said));
    }
    buf_free(&text);
    err_free(&err);
    return sc;
}

/* "7e0002", spaces left out. */
static inline void unhex(const char *hex, struct buf *out)
{
    for (; *hex; hex += *hex == ' ' ? 1 : 2) {
        char two[3] = {hex[0], hex[1], 0};
        if (*hex != ' ') {
            buf_char(out, (char)strtoul(two, NULL, 16));
        }
    }
}

static inline void to_hex(struct bytes b, struct buf *out)
{
    for (size_t i = 0; i < b.len; i++) {
        buf_printf(out, "%02x", b.data[i]);
    }
}

static inline const struct framed_message *message_named(const struct framed *p, const char *key)
{
    for (uint32_t i = 0; i < p->message_count; i++) {
        if (strcmp(p->messages[i].key, key) == 0) {
            return &p->messages[i];
        }
    }
    ck_abort_msg("no message %s", key);
    return NULL;
}
