/* The course of a lesson: playing stops at the moment of each question that has not been asked; an
 * answer takes the head to where it shows. Nothing of a question is kept in the trace or the
 * scenario, so an edited scenario is asked anew. */
#include "ui/shell_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define QUIZ_QUESTIONS 8u /* made up in one round */

const struct lesson_question *quiz_question(const struct shell *s)
{
    const struct quiz *z = &s->quiz;
    return z->at < z->count ? &z->lesson.questions[z->order[z->at]] : NULL;
}

static const struct lesson_question *nth(const struct quiz *z, uint32_t i)
{
    return &z->lesson.questions[z->order[i]];
}

/* Insertion: a lesson is short. */
static void sort_in(struct quiz *z, uint32_t question)
{
    uint32_t i = z->count++;
    while (i > 0 && nth(z, i - 1)->moment > z->lesson.questions[question].moment) {
        z->order[i] = z->order[i - 1];
        i--;
    }
    z->order[i] = question;
}

static void make(struct shell *s)
{
    struct quiz *z = &s->quiz;
    lesson_free(&z->lesson);
    z->count = 0;
    z->at = QUIZ_NONE;
    z->is_told = z->is_over = false;
    if (z->mode == PREDICT_LESSON) {
        lesson_make(s->session.scenario, &s->session.trace, &z->lesson);
    } else if (z->mode == PREDICT_QUIZ) {
        lesson_quiz(&s->session.trace, s->session.scenario->seed + z->round, QUIZ_QUESTIONS,
                    &z->lesson);
    }
    for (uint32_t i = 0; i < z->lesson.count && z->count < QUIZ_MAX; i++) {
        if (!z->lesson.questions[i].fault) {
            sort_in(z, i);
        }
    }
}

static void forget_marks(struct quiz *z)
{
    memset(z->marks, 0, sizeof z->marks);
}

bool quiz_may_be(const struct shell *s, enum predict mode)
{
    return mode != PREDICT_LESSON || (s->film && s->session.scenario->question_count > 0);
}

void quiz_choose_mode(struct shell *s, enum predict mode)
{
    s->quiz.mode = quiz_may_be(s, mode) ? mode : PREDICT_QUIZ;
    s->quiz.is_unwanted = mode == PREDICT_OFF;
    forget_marks(&s->quiz);
    make(s);
    s->wants_draw = true;
}

void quiz_load(struct shell *s, bool is_new)
{
    struct quiz *z = &s->quiz;
    uint32_t before = z->count;
    if (is_new && !z->is_unwanted) {
        z->mode = s->session.scenario->question_count > 0 ? PREDICT_LESSON : PREDICT_OFF;
        z->round = 0;
    } else if (!quiz_may_be(s, z->mode)) {
        z->mode = PREDICT_OFF;
    }
    make(s);
    if (is_new || z->count != before) {
        forget_marks(z);
    }
}

static void ask(struct shell *s, uint32_t i)
{
    struct quiz *z = &s->quiz;
    z->at = i;
    z->is_told = z->is_over = false;
    z->chosen = LESSON_OPTIONS;
    z->typed[0] = '\0';
    z->scroll = 0;
    s->player.is_playing = false;
    player_go(&s->player, nth(z, i)->moment > 0 ? nth(z, i)->moment : 0);
    s->ui.focus = 0;
    s->selected = 0;
    s->drawer = false;
    s->step = UINT32_MAX;
    s->wants_draw = true;
}

bool quiz_stops(struct shell *s, sim_time before)
{
    struct quiz *z = &s->quiz;
    for (uint32_t i = 0; i < z->count && z->at == QUIZ_NONE; i++) {
        sim_time moment = nth(z, i)->moment;
        bool is_crossed = before <= (moment > 0 ? moment : 0) && s->player.now > moment;
        if (z->marks[i] == QUIZ_LATER && is_crossed) {
            ask(s, i);
            return true;
        }
    }
    return false;
}

bool quiz_hides(const struct shell *s)
{
    const struct quiz *z = &s->quiz;
    bool is_left = z->at != QUIZ_NONE && !z->is_told;
    for (uint32_t i = 0; i < z->count && (s->player.is_playing || z->is_told); i++) {
        is_left |= z->marks[i] == QUIZ_LATER && nth(z, i)->reveal > s->player.now;
    }
    return is_left;
}

/* Another question about what happens by `until`, and not before this one; QUIZ_NONE: there is
 * none.
 */
static uint32_t another(const struct quiz *z, sim_time until)
{
    for (uint32_t i = z->at + 1; i < z->count; i++) {
        if (z->marks[i] == QUIZ_LATER && nth(z, i)->moment < until) {
            return i;
        }
    }
    return QUIZ_NONE;
}

/* The head goes to where the answer shows, unless that would answer the next question as well. */
static void tell(struct shell *s, enum quiz_mark mark)
{
    const struct lesson_question *q = quiz_question(s);
    assert(q);
    s->quiz.marks[s->quiz.at] = mark;
    s->quiz.is_told = true;
    s->ui.focus = 0;
    if (another(&s->quiz, q->reveal) == QUIZ_NONE) {
        player_go(&s->player, q->reveal);
    }
    s->wants_draw = true;
}

void quiz_answer(struct shell *s, unsigned option)
{
    const struct lesson_question *q = quiz_question(s);
    if (q && !s->quiz.is_told && option < q->option_count) {
        s->quiz.chosen = option;
        tell(s, option == q->right ? QUIZ_RIGHT : QUIZ_WRONG);
    }
}

void quiz_type(struct shell *s)
{
    const struct lesson_question *q = quiz_question(s);
    if (q && !s->quiz.is_told && s->quiz.typed[0]) {
        bool is_right = lesson_is_right(q, s->quiz.typed, s->is_relative);
        s->quiz.chosen = is_right ? q->right : LESSON_OPTIONS;
        tell(s, is_right ? QUIZ_RIGHT : QUIZ_WRONG);
    }
}

void quiz_tell(struct shell *s)
{
    if (quiz_question(s) && !s->quiz.is_told) {
        tell(s, QUIZ_SHOWN);
    }
}

static bool is_all_asked(const struct quiz *z)
{
    for (uint32_t i = 0; i < z->count; i++) {
        if (z->marks[i] == QUIZ_LATER) {
            return false;
        }
    }
    return z->count > 0;
}

void quiz_go_on(struct shell *s)
{
    struct quiz *z = &s->quiz;
    if (!quiz_question(s)) {
        return;
    }
    bool was_told = z->is_told;
    uint32_t next = another(z, quiz_question(s)->reveal);
    z->marks[z->at] = was_told ? z->marks[z->at] : QUIZ_SHOWN;
    if (next != QUIZ_NONE) {
        ask(s, next);
        return;
    }
    z->at = QUIZ_NONE;
    z->is_told = false;
    z->is_over = is_all_asked(z);
    s->player.is_playing = was_told && s->player.now < s->player.axis->end;
    s->ui.focus = 0;
    s->wants_draw = true;
}

void quiz_leave(struct shell *s)
{
    if (quiz_question(s)) {
        s->quiz.is_over = s->quiz.is_told && is_all_asked(&s->quiz);
        s->quiz.at = QUIZ_NONE;
        s->quiz.is_told = false;
        s->wants_draw = true;
    }
}

void quiz_next(struct shell *s)
{
    struct quiz *z = &s->quiz;
    if (z->mode == PREDICT_OFF) {
        quiz_choose_mode(s, PREDICT_LESSON);
    }
    for (uint32_t i = 0; i < z->count; i++) {
        if (z->marks[i] == QUIZ_LATER && nth(z, i)->reveal >= s->player.now && i != z->at) {
            ask(s, i);
            return;
        }
    }
}

void quiz_again(struct shell *s)
{
    s->quiz.round += s->quiz.mode == PREDICT_QUIZ;
    forget_marks(&s->quiz);
    make(s);
    player_go(&s->player, 0);
    s->player.is_playing = true;
    s->wants_draw = true;
}

unsigned quiz_right(const struct shell *s)
{
    unsigned right = 0;
    for (uint32_t i = 0; i < s->quiz.count; i++) {
        right += s->quiz.marks[i] == QUIZ_RIGHT;
    }
    return right;
}
