/* What the window shows, in words: for scripts and tests. And where its controls are. */
#include "ui/shell_inside.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *yes(bool is)
{
    return is ? "yes" : "no";
}

static const char *const boxes[] = {"none", "help",   "error",   "save",   "menu",   "open",
                                    "goto", "beside", "unsaved", "export", "hidden", "rescue"};

static const char *const diagnoses[] = {"none", "right", "wrong", "unreadable"};
static const char *const predicts[] = {"off", "lesson", "quiz"};

/* What is a word; NULL: no such name. */
static const char *word_of(const struct shell *s, const char *name)
{
    const struct {
        const char *name, *value;
    } words[] = {
        {"playing", yes(s->player.is_playing)},
        {"lang", lang_code(s->lang)},
        {"theme", theme_code(s->theme_name)},
        {"loop", yes(s->player.loops)},
        {"folded", yes(!s->player.is_plain)},
        {"future", yes(!s->player.hides_future)},
        {"edited", yes(session_is_edited(&s->session))},
        {"box", boxes[s->box]},
        {"predict", predicts[s->quiz.mode]},
        {"asking", !quiz_question(s) ? "no"
                   : s->quiz.is_told ? "told"
                                     : "yes"},
        {"ask", quiz_question(s) ? ask_name(quiz_question(s)->ask) : "none"},
        {"score-shown", yes(s->quiz.is_over)},
        {"blank", yes(s->blank)},
        {"drawer", yes(s->drawer)},
        {"inspector", yes(!s->no_inspector)},
        {"main", shell_main_view(s)->name},
        {"alone", yes(s->is_alone)},
        {"full", yes(s->is_full)},
        {"ghosts-hidden", yes(s->hides_ghosts)},
        {"relative", yes(s->is_relative)},
        {"panel", s->lower_count ? s->lower[s->lower_at]->name : "none"},
        {"home", yes(s->at_home)},
        {"card", s->at_home && s->home_at < s->list.count
                     ? s->list.entries[s->home_at].title[s->lang]
                     : "none"},
        {"title", s->film ? s->session.scenario->title[s->lang] : ""},
        {"file", s->session.path ? s->session.path : ""},
        {"error", s->error && (s->box == BOX_ERROR || s->box == BOX_BESIDE) ? s->error : ""},
        {"misplaced", s->box == BOX_GOTO ? s->misplaced : ""},
        {"hides", yes(shell_hides(s))},
        {"diagnosis", diagnoses[s->session.diagnosis]},
        {"settings", yes(s->settings.is_open)},
        {"moving",
         yes(s->player.is_playing || s->player.glide_to != SIM_NEVER || s->ui.wants_frame)},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].name, name) == 0) {
            return words[i].value;
        }
    }
    return NULL;
}

static bool figure_of(const struct shell *s, const char *name, double *value)
{
    uint32_t step = shell_step(s);
    const struct {
        const char *name;
        double value;
    } figures[] = {
        {"projector", s->projector},
        {"zoom", s->player.zoom},
        {"scale", s->zoom},
        {"speed", player_speeds[s->player.speed]},
        {"step", step == UINT32_MAX ? 0 : step + 1},
        {"steps", s->story.count},
        {"questions", s->quiz.count},
        {"right", quiz_right(s)},
        {"answer", quiz_question(s) ? quiz_question(s)->right + 1 : 0},
        {"packets", s->session.trace.packets.count},
        {"message", s->film ? shell_message(s) : 0},
        {"messages", s->film ? s->film->talks.message_count : 0},
        {"changed", s->session.change.count},
        {"gone", s->session.change.gone},
        {"ghosts", s->hides_ghosts ? 0 : s->ghosts.count},
        {"expectations", s->film ? s->session.scenario->expect_count : 0},
        {"split-left", round(s->split_left)},
        {"split-right", round(s->split_right)},
        {"split-lower", round(s->split_lower)},
        {"split-lease", round(s->split_lease)},
    };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++) {
        if (strcmp(figures[i].name, name) == 0) {
            *value = figures[i].value;
            return true;
        }
    }
    return false;
}

bool shell_query(const struct shell *s, const char *name, char *buf, size_t size)
{
    const char *text = word_of(s, name);
    double value;
    char time[32];
    if (text) {
        snprintf(buf, size, "%s", text);
    } else if (figure_of(s, name, &value)) {
        snprintf(buf, size, "%g", value);
    } else if (strcmp(name, "now") == 0) {
        snprintf(buf, size, "%s", time_print(s->player.now, time));
    } else if (strcmp(name, "selected") == 0 && !s->selected) {
        snprintf(buf, size, "none");
    } else if (strcmp(name, "selected") == 0) {
        snprintf(buf, size, "%" PRIu32, s->selected);
    } else {
        return false;
    }
    return true;
}

bool shell_place(const struct shell *s, const char *id, double *x, double *y)
{
    struct rect r;
    if (!ui_find(&s->ui, id, &r)) {
        return false;
    }
    *x = (r.x + r.w / 2) * s->ui.factor;
    *y = (r.y + r.h / 2) * s->ui.factor;
    return true;
}
