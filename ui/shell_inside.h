#pragma once
/* What the files of the shell share: its state, and who does what. */

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

enum shell_box { BOX_NONE, BOX_HELP, BOX_ERROR, BOX_SAVE, BOX_MENU, BOX_OPEN, BOX_GOTO };
enum shell_pane {
    PANE_STAGE,
    PANE_STATES,
    PANE_LADDER,
    PANE_MACHINE,
    PANE_PLOTS,
    PANE_LEASE,
    PANE_INSPECTOR,
    PANE_CAPTION,
    PANE_TIMELINE,
    PANE_COUNT
};

/* What may stand in the middle; beside any but the ladder the ladder stands at the right. */
/* MAIN_LEASE: the leases above the ladder. */
enum shell_main { MAIN_LADDER, MAIN_MACHINE, MAIN_PLOTS, MAIN_LEASE, MAIN_COUNT };

#define LOWER_MAX 4u

struct shell {
    struct shell_options o;
    struct ui ui;
    struct theme theme;
    struct session session;
    struct film *film;
    struct story story;
    struct player player;
    struct wish wish;
    uint32_t selected, hovered; /* packets, 0: none */
    uint32_t step;              /* caption step that a key went to; several share an instant */

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

    enum shell_box box;
    char *error;       /* text of BOX_ERROR; owned */
    char file[1024];   /* BOX_SAVE */
    char place[64];    /* BOX_GOTO */
    bool misplaced;    /* what stands there leads nowhere */
    struct point menu; /* BOX_MENU: its corner */
    unsigned menu_row;
    struct session_list list; /* BOX_OPEN */
    double box_scroll;

    enum shell_wish wish_out;
    int64_t wall_first, wall_last;
    double time; /* seconds since the first tick */
    bool has_ticked, wants_draw;
    char title[256];
};

struct scene shell_scene(struct shell *s);
bool shell_is_settled(const struct shell *s);
/* The view in the middle, and its pane. */
const struct view *shell_main_view(const struct shell *s);
enum shell_pane shell_main_pane(const struct shell *s);
/* Room left of the third column? */
bool shell_has_third(const struct shell *s, double w);

/* shell_draw.c */
void shell_layout(struct shell *s, struct rect root);
/* shell_bar.c: the top bar. */
void shell_bar(struct shell *s, struct rect r);
/* shell_box.c: what lies above the rest. */
void shell_boxes(struct shell *s, struct rect root);
void shell_open_list(struct shell *s);
void shell_open_menu(struct shell *s, double x, double y);
void shell_show_error(struct shell *s, struct err *err); /* takes what err says, and empties it */
/* shell_goto.c: "1.2 s", "+200 ms", "#42", "next loss", a state. False: it leads nowhere. */
bool shell_goto(struct shell *s, const char *place);
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
