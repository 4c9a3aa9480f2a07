/* Motion that playing on, not time itself, causes. */

#include "ui/view/motion.h"

#include <math.h>

#define JUMP 0.5 /* seconds of playing: a longer way between two pictures is a jump */

/* The last mark of that kind at or before now and after the picture before; NULL: none. */
static const struct mark *just_passed(const struct motion *m, const struct scene *s,
                                      enum mark_kind kind)
{
    const struct player *p = s->player;

    for (uint32_t i = player_mark_after(p, s->now); i > 0; i--) {
        if (p->marks[i - 1].at <= m->before) {
            break;
        }
        if (p->marks[i - 1].kind == kind) {
            return &p->marks[i - 1];
        }
    }
    return NULL;
}

static bool is_jump(const struct motion *m, const struct scene *s)
{
    const struct axis *a = s->player->axis;
    double way = axis_at(a, s->now) - axis_at(a, m->before);

    return way < 0 || way > s->player->pace * player_speeds[s->player->speed] * JUMP;
}

double motion_part(struct motion *m, struct ui *ui, const struct scene *s, enum mark_kind kind,
                   double seconds, uint32_t *record)
{
    const struct mark *mark = NULL;
    double part;

    if (is_jump(m, s)) {
        m->record = 0;
    } else if ((mark = just_passed(m, s, kind)) != NULL) {
        m->record = mark->record;
        m->since = ui->time;
    }
    m->before = s->now;
    part = m->record != 0 && !ui->is_settled ? (ui->time - m->since) / seconds : 1;
    *record = 0;
    if (!(part < 1)) {
        return 1;
    }
    *record = m->record;
    ui->wants_frame = true;
    return fmax(part, 0);
}
