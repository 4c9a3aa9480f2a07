/* What is reserved on a link (RSVP): a band of it, as wide as its share of the rate, on the side of
 * the direction that it is for; and how much that is, in words. */

#include "ui/view/stage.h"

#include <math.h>

#define BODY  6.0 /* width of a link within its outline */
#define LEAST 1.6
#define TOLD  0.05 /* of the rate: less has no words */

static double share_of(const struct stage_frame *f, const struct trace_link *link, unsigned d)
{
    int64_t bps = film_reserved(f->s->film, link->direction[d], f->s->now);
    int64_t rate = link->rate_bps[d];

    return bps == 0 ? 0 : rate == 0 ? LEAST / BODY : fmin((double)bps / (double)rate, 1);
}

void stage_draw_share(const struct stage_frame *f, const struct trace_link *link)
{
    double k = f->ui->k;

    for (unsigned d = 0; d < 2; d++) {
        double share = share_of(f, link, d), w = fmax(BODY * share, LEAST) * k;
        struct point a = stage_way(f, link->direction[d], 0);
        struct point b = stage_way(f, link->direction[d], 1);
        double length = fmax(hypot(b.x - a.x, b.y - a.y), 1), off = BODY / 2 * k - w / 2;
        double x = -(b.y - a.y) / length * off, y = (b.x - a.x) / length * off;

        if (share > 0) {
            canvas_line(f->ui->c, a.x + x, a.y + y, b.x + x, b.y + y, (struct stroke){.width = w},
                        f->ui->theme->report.fill);
        }
    }
}

/* "80 kbit/s reserved": of the direction that has more; "": none has, or next to nothing. */
const char *stage_share_words(const struct stage_frame *f, const struct trace_link *link,
                              char buf[64])
{
    int64_t bps = 0;
    char rate[32];

    for (unsigned d = 0; d < 2; d++) {
        int64_t here = film_reserved(f->s->film, link->direction[d], f->s->now);
        bps = here > bps && share_of(f, link, d) >= TOLD ? here : bps;
    }
    if (bps == 0) {
        return "";
    }
    value_print(bps, "bit/s", rate);
    return view_format(f->ui, buf, 64, "stage.reserved", "rate", rate, NULL);
}
