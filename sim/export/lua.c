/* The declarations as Lua tables: every field with its name, type, width and role, every message by
 * its id. */
#include "export/lua.h"

#include "scenario/model.h"
#include "wire/framed.h"

#include <inttypes.h>
#include <string.h>

/* dissector.lua, made by the build. */
extern const unsigned char dissector_lua[];
extern const size_t dissector_lua_len;

/* In quotes, every byte that is no plain letter or digit as a number. */
static void say_string(struct bytes b, struct buf *out)
{
    buf_char(out, '"');
    for (size_t i = 0; i < b.len; i++) {
        uint8_t c = b.data[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == ' ' || c == '-';
        if (is_plain) {
            buf_char(out, (char)c);
        } else {
            buf_printf(out, "\\%03u", c);
        }
    }
    buf_char(out, '"');
}

/* A label keeps its letters, of whatever language. */
static void say_label(const char *text, struct buf *out)
{
    buf_char(out, '"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == '"' || c == '\\') {
            buf_printf(out, "\\%03u", c);
        } else {
            buf_char(out, (char)c);
        }
    }
    buf_char(out, '"');
}

static void say_field(const struct framed_field *f, struct buf *out)
{
    static const char *const types[] = {"uint", "bcd", "bytes", "text"};
    buf_printf(out, "{ name = \"%s\", type = \"%s\", width = %u", f->name, types[f->type],
               f->width);
    if (f->is_little) {
        buf_str(out, ", little = true");
    }
    if (f->role != FRAMED_PLAIN) {
        buf_printf(out, ", role = \"%s\"", framed_role_names[f->role]);
    }
    if (f->is_fixed) {
        buf_str(out, ", constant = ");
        say_string(f->value, out);
    }
    buf_str(out, " },\n");
}

static void say_fields(const char *indent, const struct framed_field *fields, uint32_t count,
                       struct buf *out)
{
    for (uint32_t i = 0; i < count; i++) {
        buf_str(out, indent);
        say_field(&fields[i], out);
    }
}

static void say_message(const struct framed_message *m, enum lang lang, struct buf *out)
{
    buf_str(out, "      [");
    say_string(m->id, out);
    buf_printf(out, "] = { key = \"%s\", label = ", m->key);
    say_label(m->name[lang], out);
    buf_str(out, ", fields = {\n");
    say_fields("        ", m->fields, m->field_count, out);
    buf_str(out, "      } },\n");
}

static void say_frame(const struct framed *p, struct buf *out)
{
    static const char *const kinds[] = {"marks", "length", "delimiter"};
    static const char *const counts[] = {"body", "after", "frame"};
    static const char *const spans[] = {"content", "body", "frame"};
    buf_printf(out, "    kind = \"%s\", counts = \"%s\", max = %" PRIu32 ",\n    start = ",
               kinds[p->kind], counts[p->counts], p->size_max);
    say_string(p->start, out);
    buf_str(out, ", ending = ");
    say_string(p->end, out);
    buf_str(out, ",\n    escapes = {");
    for (uint32_t i = 0; i < p->escape_count; i++) {
        buf_str(out, " { byte = ");
        say_string(bytes_of(&p->escapes[i].byte, 1), out);
        buf_str(out, ", instead = ");
        say_string(p->escapes[i].instead, out);
        buf_str(out, " },");
    }
    buf_printf(out,
               " },\n    check = { kind = \"%s\", width = %u, over = \"%s\", escaped = %s, little "
               "= %s },\n",
               framed_check_names[p->check], framed_check_width(p->check), spans[p->span],
               p->checks_escaped ? "true" : "false", p->check_is_little ? "true" : "false");
}

/* Where its flows go. */
static void say_ports(const struct scenario *sc, const struct framed *p, struct buf *out)
{
    for (uint32_t i = 0; i < sc->traffic_count; i++) {
        const struct scenario_traffic *t = &sc->traffic[i];
        for (uint32_t k = 0; k < t->settings.count; k++) {
            const struct setting *s = &t->settings.list[k];
            bool is_its = s->param->kind == PARAM_PROTOCOL && s->type == t->type->source &&
                          s->value == (int64_t)(intptr_t)p;
            if (is_its) {
                buf_printf(out, " %u,", t->port);
            }
        }
    }
}

static void say_protocol(const struct scenario *sc, const struct framed *p, enum lang lang,
                         struct buf *out)
{
    buf_printf(out, "  {\n    name = \"%s\", title = \"%s\", ports = {", p->name, p->name);
    say_ports(sc, p, out);
    buf_str(out, " },\n");
    say_frame(p, out);
    buf_str(out, "    header = {\n");
    say_fields("      ", p->header, p->header_count, out);
    buf_str(out, "    },\n    messages = {\n");
    for (uint32_t i = 0; i < p->message_count; i++) {
        say_message(&p->messages[i], lang, out);
    }
    buf_str(out, "    },\n  },\n");
}

void lua_dissector(const struct scenario *sc, enum lang lang, struct buf *out)
{
    buf_printf(out, "-- %s\n-- tshark -X lua_script:THIS_FILE -r CAPTURE\n\nlocal protocols = {\n",
               word(lang, "lua.about"));
    for (uint32_t i = 0; i < sc->protocol_count; i++) {
        say_protocol(sc, &sc->protocols[i], lang, out);
    }
    buf_str(out, "}\n");
    buf_add(out, bytes_of(dissector_lua, dissector_lua_len));
}
