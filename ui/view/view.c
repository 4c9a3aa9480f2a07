/* What the views have in common: times and packets in words, the keys of time, obeying a wish. */

#include "ui/view/view.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ACTORS_MAX 256u /* that are looked at for what a node is */

sim_time view_unit(sim_time end)
{
    return end >= SIM_S ? SIM_S : end >= SIM_MS ? SIM_MS : SIM_US;
}

const char *view_unit_name(sim_time unit)
{
    return unit == SIM_S ? "s" : unit == SIM_MS ? "ms" : "µs";
}

char *view_time(sim_time t, sim_time unit, sim_time step, char buf[32])
{
    sim_time power = unit; /* worth of the last decimal */
    int decimals = 0;
    sim_time rounded;

    while (decimals < 9 && power > 1 && step % power != 0) {
        power /= 10;
        decimals++;
    }
    rounded = (t < 0 ? -t : t) + power / 2;
    rounded -= rounded % power;
    int n = snprintf(buf, 32, "%s%lld", t < 0 && rounded ? "−" : "", (long long)(rounded / unit));
    if (decimals > 0) {
        snprintf(buf + n, 32 - (size_t)n, ".%0*lld", decimals, (long long)(rounded % unit / power));
    }
    return buf;
}

/* "1.500" and "2.000" become "1.5" and "2". */
static void strip_zeros(char *number)
{
    size_t n = strlen(number);

    if (!strchr(number, '.')) {
        return;
    }
    while (number[n - 1] == '0') {
        number[--n] = 0;
    }
    if (number[n - 1] == '.') {
        number[n - 1] = 0;
    }
}

static char *with_unit(sim_time t, sim_time unit, sim_time step, char buf[32])
{
    char number[32];

    view_time(t, unit, step > 0 ? step : 1, number);
    strip_zeros(number);
    snprintf(buf, 32, "%.20s %s", number, view_unit_name(unit));
    return buf;
}

char *view_length(sim_time t, char buf[32])
{
    sim_time unit = view_unit(t);

    return with_unit(t, unit,
                     t >= 100 * unit  ? unit
                     : t >= 10 * unit ? unit / 10
                                      : unit / 100,
                     buf);
}

char *view_time_unit(sim_time t, char buf[32])
{
    sim_time unit = t == 0 ? SIM_S : view_unit(t); /* nothing is nothing of any unit */

    return with_unit(t, unit, unit / 1000, buf);
}

sim_time view_step(double least)
{
    double power, lead;

    if (!(least > 1)) {
        return 1;
    }
    power = pow(10, floor(log10(least)));
    lead = least / power;
    return (sim_time)llround(power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10));
}

/* What a packet was before its bits were flipped: only that has a header to be read. */
static const struct packet *intact(const struct trace *t, uint32_t id)
{
    const struct packet *p = trace_packet(t, id);

    while (p->is_raw && p->parent != 0) {
        p = trace_packet(t, p->parent);
    }
    return p;
}

bool view_is_damaged(const struct trace *t, uint32_t packet)
{
    const struct packet *p = trace_packet(t, packet);

    return p->is_raw && p->parent != 0;
}

char *view_blank(const struct scene *s, char *text, size_t size)
{
    char out[256];
    size_t n = 0;

    for (const char *p = text; s->is_worksheet && *p && n + 5 < sizeof out;) {
        size_t digits = strspn(p, "0123456789");

        if (digits == 0) {
            out[n++] = *p++;
            continue;
        }
        p += digits;
        p += *p == '.' && isdigit((unsigned char)p[1]) ? 1 + strspn(p + 1, "0123456789") : 0;
        memcpy(out + n, "____", 4);
        n += 4;
    }
    if (s->is_worksheet) {
        out[n] = 0;
        snprintf(text, size, "%s", out);
    }
    return text;
}

/* Its header numbers packets, so that its label does. */
static bool is_numbered(const struct packet *p)
{
    int64_t value;

    return packet_field(p->proto->name, packet_head(p), "seq", &value) ||
           packet_field(p->proto->name, packet_head(p), "number", &value);
}

/* A queue on its way has set CE by now. */
static bool is_marked(const struct scene *s, uint32_t packet)
{
    struct hop hops[8];
    bool is_ever = trace_packet(s->trace, packet)->is_marked;
    uint32_t n = is_ever ? trace_hops(s->trace, packet, hops, 8) : 0;
    for (uint32_t i = 0; i < n && i < 8; i++) {
        if (hops[i].tx && hops[i].start <= s->now &&
            (trace_record(s->trace, hops[i].tx)->code & ECN_CE) == ECN_CE) {
            return true;
        }
    }
    return false;
}

/* It carries part of the message that is selected, and is not selected itself. */
static bool is_in_message(const struct scene *s, uint32_t packet)
{
    return s->message && s->film && packet != s->selected &&
           talks_carries(&s->film->talks, packet, s->message - 1);
}

struct capsule view_capsule(const struct scene *s, uint32_t packet, double h, char buf[24])
{
    const struct packet *p = intact(s->trace, packet);
    struct bytes head = packet_head(p);
    struct capsule capsule = {.h = h,
                              .is_selected = packet == s->selected,
                              .is_hovered = packet == s->hovered || is_in_message(s, packet),
                              .is_again = p->of != 0,
                              .is_marked = is_marked(s, packet),
                              .differs =
                                  (s->film && s->film->differs && s->film->differs[packet]) ||
                                  (s->changed && s->changed[packet]),
                              .tries = p->of != 0 ? p->copy : 0,
                              .repeats = s->film ? s->film->repeats[packet] : 0};

    capsule.kind = packet_kind(p->proto->name, head, p->body.len);
    capsule.label = packet_label(p->proto->name, head, p->body.len, buf);
    if (capsule.kind == PACKET_DATA && p->unit.n > 0 && !is_numbered(p)) {
        snprintf(buf, 24, "%llu", (unsigned long long)p->unit.at / p->unit.n + 1);
        capsule.label = buf;
    }
    if (s->is_worksheet) {
        if (capsule.label != buf) {
            snprintf(buf, 24, "%s", capsule.label);
        }
        capsule.label = view_blank(s, buf, 24);
    }
    return capsule;
}

const char *view_node_label(const struct ui *ui, const struct trace *t, uint32_t node)
{
    return t->nodes[node].label[ui->lang];
}

static bool is_said(const char *s, const char *word)
{
    for (const char *at = s; (at = strstr(at, word + 1)) != NULL; at++) {
        if (at > s && tolower((unsigned char)at[-1]) == word[0]) {
            return true;
        }
    }
    return false;
}

/* Its name or its English label has the word, with a capital or without. */
static bool has_word(const struct trace_node *n, const char *word)
{
    return is_said(n->name, word) || is_said(n->label[LANG_EN], word);
}

/* Whoever speaks and whoever listens; a telephone does both. */
static enum icon media_icon(const struct trace *t, uint32_t node)
{
    bool speaks = false, listens = false;

    for (uint32_t e = 1; e <= t->entity_count && e <= ACTORS_MAX; e++) {
        const struct entity *actor = &t->entities[e];
        if (actor->kind == ENTITY_ACTOR && actor->node == node) {
            speaks = speaks || strcmp(actor->type->name, "rtp-source") == 0;
            listens = listens || strcmp(actor->type->name, "rtp-sink") == 0;
        }
    }
    return speaks && listens ? ICON_PHONE : speaks ? ICON_MIC : listens ? ICON_SPEAKER : ICON_NONE;
}

enum icon view_node_icon(const struct trace *t, uint32_t node)
{
    const struct trace_node *n = &t->nodes[node];

    switch (t->nodes[node].kind) {
    case NODE_ROUTER: return ICON_ROUTER;
    case NODE_SWITCH: return ICON_SWITCH;
    case NODE_HOST: break;
    }
    if (has_word(n, "phone")) {
        return ICON_PHONE;
    }
    if (has_word(n, "printer")) {
        return ICON_PRINTER;
    }
    if (has_word(n, "server") || has_word(n, "receiver") || has_word(n, "home")) {
        return ICON_SERVER;
    }
    enum icon icon = media_icon(t, node);
    if (icon != ICON_NONE) {
        return icon;
    }
    return node % 2 == 1 && t->node_count == 2 ? ICON_SERVER : ICON_LAPTOP;
}

char *view_drop_words(const struct ui *ui, const struct trace *t, const struct record *drop,
                      char *buf, size_t size)
{
    uint32_t node = entity_node(t, drop->where);
    const char *reason = record_reason(t, drop);
    char key[64];

    snprintf(key, sizeof key, "drop.%s", reason ? reason : "");
    if (!reason || !word_find(ui->lang, key)) {
        snprintf(key, sizeof key, "drop.%s", drop_class_name((enum drop_class)drop->code));
    }
    return view_format(ui, buf, size, key, "node", view_node_label(ui, t, node), NULL);
}

char *view_loss_words(const struct ui *ui, const struct trace *t, const struct hop *h, char *buf,
                      size_t size)
{
    return view_drop_words(ui, t, trace_record(t, h->end), buf, size);
}

void view_flash(struct ui *ui, double x, double y)
{
    double k = ui->k;
    const struct point bolt[] = {{x + 1.5 * k, y - 8 * k}, {x - 4 * k, y + 1 * k},
                                 {x, y + 1 * k},           {x - 1.5 * k, y + 8 * k},
                                 {x + 4 * k, y - 1.5 * k}, {x, y - 1.5 * k}};

    canvas_begin(ui->c);
    canvas_move(ui->c, bolt[0].x, bolt[0].y);
    for (size_t i = 1; i < sizeof bolt / sizeof *bolt; i++) {
        canvas_to(ui->c, bolt[i].x, bolt[i].y);
    }
    canvas_close(ui->c);
    canvas_stroke(ui->c, ui->theme->panel, (struct stroke){.width = 4 * k, .cap = CAP_ROUND});
    canvas_fill(ui->c, ui->theme->loss.fill);
}

/* The value of {name}, or NULL. */
static const char *value_of(const char *name, size_t len, va_list pairs)
{
    const char *key, *value;

    while ((key = va_arg(pairs, const char *)) != NULL) {
        value = va_arg(pairs, const char *);
        if (strlen(key) == len && memcmp(key, name, len) == 0) {
            return value;
        }
    }
    return NULL;
}

static size_t put(char *buf, size_t size, size_t at, const char *s, size_t len)
{
    size_t room = size - 1 - at, n = len < room ? len : room;

    memcpy(buf + at, s, n);
    return at + n;
}

char *view_format(const struct ui *ui, char *buf, size_t size, const char *key, ...)
{
    const char *s = ui_word(ui, key);
    size_t at = 0;

    while (*s) {
        const char *end = *s == '{' ? strchr(s, '}') : NULL;
        const char *value = NULL;

        if (end) {
            va_list pairs;

            va_start(pairs, key);
            value = value_of(s + 1, (size_t)(end - s) - 1, pairs);
            va_end(pairs);
        }
        if (value) {
            at = put(buf, size, at, value, strlen(value));
            s = end + 1;
        } else {
            at = put(buf, size, at, s++, 1);
        }
    }
    buf[at] = 0;
    return buf;
}

/* Keys that stand for a command; with `shift` only when Shift is down. */
static const struct key_command {
    int key;
    unsigned mods;
    enum player_command command;
} key_commands[] = {
    {UI_KEY_SPACE, 0, PLAYER_TOGGLE},
    {UI_KEY_RIGHT, 0, PLAYER_NEXT},
    {UI_KEY_RIGHT, UI_SHIFT, PLAYER_NEXT},
    {UI_KEY_LEFT, 0, PLAYER_PREVIOUS},
    {UI_KEY_LEFT, UI_SHIFT, PLAYER_PREVIOUS},
    {'n', 0, PLAYER_NEXT_TROUBLE},
    {'n', UI_SHIFT, PLAYER_PREVIOUS_TROUBLE},
    {',', 0, PLAYER_TICK_BACK},
    {'.', 0, PLAYER_TICK},
    {UI_KEY_HOME, 0, PLAYER_START},
    {UI_KEY_END, 0, PLAYER_END},
    {'[', 0, PLAYER_SLOWER},
    {']', 0, PLAYER_FASTER},
    {'l', 0, PLAYER_LOOP},
    {'l', UI_SHIFT, PLAYER_LOOP_END},
    {'z', 0, PLAYER_FOLD},
    {'h', 0, PLAYER_FUTURE},
    {'+', 0, PLAYER_ZOOM_IN},
    {'=', 0, PLAYER_ZOOM_IN},
    {'-', 0, PLAYER_ZOOM_OUT},
    {'0', 0, PLAYER_ZOOM_FIT},
};

static void packet_key(struct ui *ui, const struct scene *s, int key, int direction)
{
    uint32_t packet;

    if (!ui_take_key(ui, key, 0)) {
        return;
    }
    packet = film_packet_next(s->film, s->selected, s->now, direction);
    if (packet != 0) {
        s->wish->has_packet = true;
        s->wish->packet = packet;
        s->wish->has_time = true;
        s->wish->time = film_packet_sent(s->film, packet);
    }
}

void view_keys(struct ui *ui, const struct scene *s)
{
    for (size_t i = 0; i < sizeof key_commands / sizeof *key_commands; i++) {
        if (ui_take_key(ui, key_commands[i].key, key_commands[i].mods)) {
            s->wish->command = key_commands[i].command;
            s->wish->skips_motion = (key_commands[i].mods & UI_SHIFT) != 0;
        }
    }
    packet_key(ui, s, UI_KEY_DOWN, 1);
    packet_key(ui, s, UI_KEY_UP, -1);
}

bool wish_obey(const struct wish *w, struct player *p, uint32_t *selected, bool is_settled)
{
    if (w->has_packet) {
        *selected = w->packet;
    }
    if (w->has_time) {
        player_go(p, w->time);
        p->is_playing = false;
    }
    if (w->has_speed) {
        player_speed(p, w->speed);
    }
    if (w->has_zoom) {
        p->zoom = w->zoom;
    }
    player_do(p, w->command, !is_settled && !w->skips_motion);
    return w->has_packet || w->has_time || w->has_speed || w->has_zoom ||
           w->command != PLAYER_NOTHING;
}
