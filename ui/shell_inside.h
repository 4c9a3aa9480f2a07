#pragma once
/* What the files of the shell share: its state, and who does what. */

#include "expect/lesson.h"
#include "ui/parts.h"
#include "ui/session.h"
#include "ui/session_list.h"
#include "ui/shell.h"
#include "ui/view/view.h"

#define SHELL_MIN_W 1024.0 /* a smaller window scrolls */
#define SHELL_MIN_H 640.0
#define SHELL_WIDE  1800.0 /* a larger one is scaled up */
#define SHELL_THIRD 1200.0 /* below: the right column is a drawer */
#define SPLIT_MIN   280.0

enum shell_box {
    BOX_NONE,
    BOX_HELP,
    BOX_ERROR,
    BOX_SAVE,
    BOX_MENU,
    BOX_OPEN,
    BOX_GOTO,
    BOX_BESIDE,
    BOX_UNSAVED,
    BOX_EXPORT,
    BOX_HIDDEN,
    BOX_RESCUE
};
enum shell_pane {
    PANE_STAGE,
    PANE_STATES,
    PANE_LADDER,
    PANE_MACHINE,
    PANE_PLOTS,
    PANE_LEASE,
    PANE_PLAYOUT,
    PANE_MESSAGES,
    PANE_INSPECTOR,
    PANE_CAPTION,
    PANE_TIMELINE,
    PANE_COUNT
};

/* What may stand in the middle; beside a diagram or plots the ladder stands at the right.
 * MAIN_LEASE, MAIN_MESSAGES: they stand above the ladder. */
enum shell_main {
    MAIN_LADDER,
    MAIN_MACHINE,
    MAIN_PLOTS,
    MAIN_LEASE,
    MAIN_PLAYOUT,
    MAIN_MESSAGES,
    MAIN_COUNT
};

#define LOWER_MAX 8u

/* What is asked while the run plays: nothing, the scenario's own questions, made-up ones. */
enum predict { PREDICT_OFF, PREDICT_LESSON, PREDICT_QUIZ };
enum quiz_mark { QUIZ_LATER, QUIZ_RIGHT, QUIZ_WRONG, QUIZ_SHOWN };

#define QUIZ_MAX  64u
#define QUIZ_NONE UINT32_MAX

struct quiz {
    enum predict mode;
    bool is_unwanted; /* turned off by hand: the next scenario does not ask either */
    struct lesson lesson;
    uint32_t order[QUIZ_MAX]; /* questions that have an answer, by their moment */
    uint32_t count;
    enum quiz_mark marks[QUIZ_MAX]; /* in that order */
    uint32_t at;                    /* what is asked now, in that order; QUIZ_NONE: nothing */
    bool is_told;                   /* the answer is shown */
    bool is_over;                   /* the score is */
    unsigned chosen;                /* option; LESSON_OPTIONS: none of them */
    char typed[32];
    uint64_t round; /* of made-up questions: each asks others */
    double scroll, scroll_high;
    bool is_low; /* the panel has no room for a card a line */
};

enum export_what { EXPORT_VIEW, EXPORT_LADDER, EXPORT_WINDOW };

/* A picture to be taken home; shell_export.c. */
struct exporting {
    unsigned what, form; /* export_what; SVG, PNG, PDF */
    bool is_worksheet;
    char file[1024];
    char done[1200]; /* what was written last */
};

/* What a link and a host are set to, with sliders and fields; shell_settings.c. */
struct settings_panel {
    bool is_open;
    double scroll, high;
    char editing[96]; /* path of the value that is being typed; "": none */
    char text[64];
    char set_path[96], set_value[64]; /* asked for while it was drawn; "": nothing */
    bool is_drag;
    char wanted[32]; /* link or node to be scrolled to at the next drawing; "": none */
};

struct shell {
    struct shell_options o;
    struct ui ui;
    struct theme theme;
    struct session session;
    struct film *film;
    struct ghosts ghosts; /* of the run before the last edit */
    bool hides_ghosts;
    struct story story;
    struct player player;
    struct wish wish;
    uint32_t selected, hovered; /* packets, 0: none */
    uint32_t message;           /* that was chosen with the selected packet, from 1; 0: none */
    struct quiz quiz;
    struct settings_panel settings;
    struct exporting exporting;
    bool is_worksheet; /* while a picture is made */
    bool is_revealed;  /* what the scenario hides is shown */
    bool is_recording;
    struct player shown; /* the player as the views see it: while it is asked the future is
                            hidden */
    uint32_t step;       /* caption step that a key went to; several share an instant */

    enum theme_name theme_name;
    enum lang lang;
    double projector; /* 1, 1.5, 2 */
    int zoom;         /* steps of the interface scale, 0 is 1 */

    const struct view *lower[LOWER_MAX]; /* views that share the place under the network */
    unsigned lower_count, lower_at;
    enum shell_main main; /* what stands in the middle */
    bool has_main[MAIN_COUNT];
    bool is_relative;                               /* sequence numbers */
    void *self[PANE_COUNT], *lower_self[LOWER_MAX]; /* drawing state of the views */
    double split_left, split_right, split_lower,
        split_lease; /* logical pixels, in the last picture */
    double part_left, part_right, part_lower,
        part_lease;            /* where the user has put them, of the whole; 0: nowhere */
    double laid_w;             /* width that was laid out last */
    double scroll_x, scroll_y; /* of a window that is too small */
    bool drawer, no_inspector, blank, looped_once;
    bool is_alone; /* the middle pane has the room of all three */
    bool is_full;  /* the window has the screen, as far as it was asked for */

    enum shell_box box;
    char *error;         /* text of BOX_ERROR; owned */
    char file[1024];     /* BOX_SAVE */
    char rescued[1024];  /* BOX_RESCUE: the scenario that has unsaved edits */
    bool has_looked;     /* for such, once */
    char next[1024];     /* BOX_UNSAVED: what is opened after it; "": the window closes */
    bool goes_on;        /* after saving, to that file */
    bool is_leaving;     /* edits are thrown away */
    char place[64];      /* BOX_GOTO */
    char misplaced[240]; /* why what stands there leads nowhere; "": nobody has tried */
    struct point menu;   /* BOX_MENU: its corner */
    unsigned menu_row;
    struct session_list list; /* BOX_OPEN, and the first page */
    bool at_home, home_opens, home_follows,
        has_sketched;                   /* the first page is shown; its card opens */
    unsigned home_at;                   /* card */
    struct rect card[SESSION_LIST_MAX]; /* of the last picture */
    double box_scroll;

    enum shell_wish wish_out;
    int64_t wall_first, wall_last;
    double watched;
    double time; /* seconds since the first tick */
    bool has_ticked, wants_draw;
    char title[256];
};

struct scene shell_scene(struct shell *s);
bool shell_is_settled(const struct shell *s);
uint32_t shell_step(const struct shell *s); /* of the story, in force now */
/* Selected and carried by the selected packet: of the film's talks, from 1; 0: none. */
uint32_t shell_message(const struct shell *s);
/* The view in the middle, and its pane. */
const struct view *shell_main_view(const struct shell *s);
enum shell_pane shell_main_pane(const struct shell *s);
/* Room left of the third column? */
bool shell_has_third(const struct shell *s, double w);

/* shell_choose.c: of a scenario that has just been opened. */
void shell_choose_views(struct shell *s);
/* shell_draw.c */
void shell_layout(struct shell *s, struct rect root);
/* shell_bar.c: the top bar. */
void shell_bar(struct shell *s, struct rect r);
/* shell_box.c: what lies above the rest. */
void shell_boxes(struct shell *s, struct rect root);
void shell_open_list(struct shell *s);
void shell_open_menu(struct shell *s, double x, double y);
/* Opens a file (NULL: closes the window), but asks first where there are edits. */
void shell_go_to_file(struct shell *s, const char *path);
void shell_load(struct shell *s, const char *path); /* whatever there is; errors are shown */
/* shell_memory.c: how the window is arranged, read and written. */
void shell_remember(struct shell *s);
void shell_keep(const struct shell *s);
/* shell_home.c */
void shell_home_draw(struct shell *s, struct rect root);
/* shell_settings.c */
void shell_settings(struct shell *s, struct rect r);
/* "link.0", "node.1": opens the panel there. */
void shell_open_settings(struct shell *s, const char *where);
void shell_show_error(struct shell *s, struct err *err); /* takes what err says, and empties it */
/* shell_goto.c: "1.2 s", "+200 ms", "#42", "next loss", a state. False: it leads nowhere, and
 * s->misplaced says why. */
bool shell_goto(struct shell *s, const char *place);
/* shell_quiz.c: which question is asked when, and how it went. */
void quiz_load(struct shell *s, bool is_new); /* after the run has changed */
void quiz_choose_mode(struct shell *s, enum predict mode);
bool quiz_may_be(const struct shell *s, enum predict mode);
bool quiz_stops(struct shell *s, sim_time before); /* the head has come from there: true: it asks */
const struct lesson_question *quiz_question(const struct shell *s); /* asked now; NULL: none */
bool quiz_hides(const struct shell *s); /* what comes would give an answer away */
void quiz_answer(struct shell *s, unsigned option);
void quiz_type(struct shell *s);  /* what stands in the field is the answer */
void quiz_tell(struct shell *s);  /* shows the answer without one */
void quiz_go_on(struct shell *s); /* told: plays on; before: skips */
void quiz_leave(struct shell *s); /* the head was taken elsewhere: nothing is asked any more */
void quiz_next(struct shell *s);  /* to the next question at once */
void quiz_again(struct shell *s); /* all of them, from the start */
unsigned quiz_right(const struct shell *s);
/* shell_lesson.c: the panel of a question or of the score. */
bool shell_wants_lesson(const struct shell *s);
void shell_lesson(struct shell *s, struct rect r);
void shell_lesson_keys(struct shell *s);

/* shell_keys.c */
void shell_keys(struct shell *s);
void shell_theme(struct shell *s);
void shell_lang(struct shell *s);
void shell_projector(struct shell *s);
void shell_lower(struct shell *s, int direction);
/* Edits; each shows an error box if it cannot be done. */
void shell_edit(struct shell *s, enum fault_kind kind);
void shell_undo(struct shell *s, bool redo);
/* After the session's run has changed: film, story, player. */
void shell_rerun(struct shell *s, bool is_new);
/* shell_box.c: a panel of that size in the middle, the rest dimmed; and a field that has the focus
 * when the box opens. */
struct rect shell_begin_box(struct shell *s, struct rect root, double w, double h,
                            const char *title);
void shell_end_box(struct shell *s);
void shell_focus_field(struct ui *ui, const char *name, const char *text);
void shell_offer_rescue(struct shell *s); /* shell_rescue.c: if there is something to be offered */
void shell_draw_rescue(struct shell *s, struct rect root);
void shell_close_button(struct shell *s, struct rect foot); /* Enter, too */
/* shell_hidden.c: what the scenario hides, and whoever looks for it. */
bool shell_hides(const struct shell *s);
bool shell_covers(const struct shell *s, const char *path); /* a value, as `--set` names it */
void shell_reveal(struct shell *s);                         /* and covers again */
void shell_draw_hidden(struct shell *s, struct rect root);
/* In the bar; takes its room from r. */
void shell_draw_hidden_tag(struct shell *s, struct rect *r, double middle);
/* shell_export.c */
void shell_open_export(struct shell *s);
void shell_draw_export(struct shell *s, struct rect root);
void shell_record(struct shell *s, enum shell_wish how); /* begins a film, or ends it */
