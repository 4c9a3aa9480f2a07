/* The panel of a protocol's states: which machine it shows, and of which ends. machine_picture.c
 * draws it. */

#include "ui/view/machine_picture.h"

#include "ui/view/actors.h"

#include <stdio.h>
#include <string.h>

#define CHOICES_MAX 6u

/* One machine of one type of endpoint. */
struct choice {
    const struct actor_type *type;
    unsigned machine;
};

struct machine_view {
    unsigned chosen;
    bool is_asked; /* the reader chose it */
};

#define SMALL_W 520.0 /* figure 5 is not read in less */
#define SMALL_H 360.0

/* Choosing what is shown. */

/* Two types may share their machines: the ends of one conversation. */
static unsigned add_choices(const struct actor_type *type, struct choice *out, unsigned n)
{
    for (unsigned m = 0; m < machine_count(type); m++) {
        bool is_known = false;

        for (unsigned j = 0; j < n; j++) {
            is_known = is_known || (out[j].type->machines == type->machines && out[j].machine == m);
        }
        if (!is_known && n < CHOICES_MAX) {
            out[n++] = (struct choice){type, m};
        }
    }
    return n;
}

/* Those of protocols; where none has any, those of the applications above them. */
static unsigned collect_choices(const struct scene *s, struct choice *out)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < s->film->actor_count; i++) {
        n = add_choices(s->trace->entities[s->film->actors[i]].type, out, n);
    }
    for (uint32_t i = 1, none = n == 0; none && i <= s->trace->entity_count; i++) {
        const struct entity *e = &s->trace->entities[i];

        if (e->kind == ENTITY_ACTOR && e->type) {
            n = add_choices(e->type, out, n);
        }
    }
    return n;
}

/* The end on that node with those machines: the newest, rather one with a peer. */
static uint32_t end_on(const struct scene *s, const struct actor_type *type, uint32_t node)
{
    uint32_t found = type->proto ? actor_newest(s, type, node) : 0;

    for (uint32_t i = 1; !type->proto && i <= s->trace->entity_count; i++) {
        const struct entity *e = &s->trace->entities[i];
        bool is_born = e->born == 0 || trace_record(s->trace, e->born)->at <= s->now;
        bool fits = e->kind == ENTITY_ACTOR && e->type && e->type->machines == type->machines;

        if (fits && e->node == node && is_born) {
            found = i;
        }
    }
    return found;
}

static size_t letter_len(const char *s)
{
    unsigned char c = (unsigned char)*s;

    return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

/* "A" of "Client A", else the first letter of the label; two ends with the same are A and B. */
static void name_ends(struct machine_picture *p)
{
    for (unsigned i = 0; i < p->end_count; i++) {
        const char *name = node_short(p->s->trace, p->ends[i].node, p->ui->lang);
        int len = *name ? (int)letter_len(name) : 0;

        snprintf(p->ends[i].letter, sizeof p->ends[i].letter, "%.*s", len, name);
        if (len == 1 && name[0] >= 'a' && name[0] <= 'z') {
            p->ends[i].letter[0] = (char)(name[0] - 'a' + 'A');
        }
    }
    if (p->end_count == 2 && strcmp(p->ends[0].letter, p->ends[1].letter) == 0) {
        strcpy(p->ends[0].letter, "A");
        strcpy(p->ends[1].letter, "B");
    }
}

/* Of a machine beside the first (congestion) an end that never moves is left out, if another does.
 */
static void drop_idle_ends(struct machine_picture *p, unsigned machine)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < p->end_count; i++) {
        struct list l = trace_of_subject(p->s->trace, REC_STATE, p->ends[i].actor, machine, 0);

        if (machine > 0 && l.count > 0) {
            p->ends[kept++] = p->ends[i];
        }
    }
    p->end_count = kept > 0 ? kept : p->end_count;
}

static void find_ends(struct machine_picture *p, const struct choice *c)
{
    const struct film *film = p->s->film;

    for (uint32_t i = 0; i < p->s->trace->node_count && p->end_count < ENDS_MAX; i++) {
        uint32_t node = film->order[i], actor = end_on(p->s, c->type, node);

        if (actor != 0) {
            p->ends[p->end_count++] = (struct end){.node = node, .actor = actor};
        }
    }
    drop_idle_ends(p, c->machine);
    name_ends(p);
}

static bool is_small(const struct ui *ui, struct rect area)
{
    return area.w < SMALL_W * ui->k || area.h < SMALL_H * ui->k;
}

/* Which machine, if there are several: its name, after that of the type if types differ. */
static void choose(struct machine_view *self, struct ui *ui, const struct choice *choices,
                   unsigned n, struct rect area)
{
    char names[CHOICES_MAX][64];
    const char *labels[CHOICES_MAX];
    char key[64];

    for (unsigned i = 0; i < n; i++) {
        const struct machine *m = &choices[i].type->machines[choices[i].machine];
        const char *word;

        snprintf(key, sizeof key, "diagram.machine.%s", m->name);
        word = word_find(ui->lang, key);
        snprintf(names[i], sizeof names[i], "%s", word ? word : m->name);
        labels[i] = names[i];
    }
    double w = ui_segmented_width(ui, labels, n, false);
    struct rect at = {area.x + area.w - w - 12, area.y + 9, w, 28 * ui->k};
    if (is_small(ui, area)) { /* what shares the panel's place has its names on top */
        at = (struct rect){area.x + area.w - w - 8, area.y + area.h - 32 * ui->k, w, 26 * ui->k};
    }
    if (w < area.w * 0.7 && ui_segmented(ui, "machine", at, labels, n, &self->chosen, false)) {
        self->is_asked = true;
    }
}

/* Unless the reader chose: the first, or where that cannot be read, the one with fewest states. */
static unsigned usual_choice(const struct ui *ui, const struct choice *choices, unsigned n,
                             struct rect area)
{
    unsigned best = 0;

    for (unsigned i = 1; i < n && is_small(ui, area); i++) {
        const char *const *states = choices[i].type->machines[choices[i].machine].states;
        const char *const *least = choices[best].type->machines[choices[best].machine].states;

        best = state_count(states) < state_count(least) ? i : best;
    }
    return best;
}

static void machine_draw(void *data, struct ui *ui, const struct scene *s, struct rect area)
{
    struct machine_view *self = data;
    struct machine_picture p = {.ui = ui, .s = s};
    struct choice choices[CHOICES_MAX];
    unsigned n = collect_choices(s, choices);

    if (self->chosen >= n || !self->is_asked) {
        self->chosen = usual_choice(ui, choices, n, area);
    }
    if (n == 0) {
        struct rect in = part_panel(ui, area, ui_word(ui, "view.machine"), NULL, NULL);
        ui_text(ui, TYPE_BODY, in.x, in.y + 16 * ui->k, ui->theme->ink3,
                ui_word(ui, "diagram.none"));
        return;
    }
    struct choice *c = &choices[self->chosen];
    char key[64], title[64];
    p.machine = &c->type->machines[c->machine];
    p.which = c->machine;
    find_ends(&p, c);
    snprintf(key, sizeof key, "diagram.%s.%s", c->type->name, p.machine->name);
    snprintf(title, sizeof title, "diagram.%s.%s.note", c->type->name, p.machine->name);
    const char *name = word_find(ui->lang, key), *note = word_find(ui->lang, title);
    struct rect in = part_panel(ui, area, name ? name : ui_word(ui, "view.machine"),
                                n > 1 && !is_small(ui, area) ? note : NULL, n > 1 ? NULL : note);
    canvas_clip(ui->c, rect_inset(area, 1, 1));
    machine_picture_draw(&p, in);
    canvas_unclip(ui->c);
    if (n > 1) {
        choose(self, ui, choices, n, area);
    }
}

const struct view view_machine = {"machine", "view.machine", sizeof(struct machine_view),
                                  machine_draw};
