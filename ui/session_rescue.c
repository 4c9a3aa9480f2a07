/* Edits that are in no file stand in one of the user's state folder, anew with each edit, so that
 * neither a lost screen nor a killed process takes them along. Whose window is open holds a lock on
 * its file: what is found without one was left behind. First line: the scenario's path; then the
 * whole text. */
#include "ui/session_inside.h"

#include "base/draw.h"
#include "base/os.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NAME "unsaved-"

static bool file_of(const char *path, bool makes, char *out, size_t size)
{
    char full[4096], name[40];
    uint64_t key = 0;
    if (!os_full_path(path, full, sizeof full)) {
        snprintf(full, sizeof full, "%s", path);
    }
    for (const char *c = full; *c; c++) {
        key = hash_mix(key, (uint8_t)*c);
    }
    snprintf(name, sizeof name, NAME "%016llx", (unsigned long long)key);
    return os_state_file(name, makes, out, size);
}

/* What an abandoned file holds: its path, and behind it the text. False: nothing, or a window that
 * is open has it. */
static bool read_left(const char *file, struct buf *out)
{
    struct os_journal j;
    if (!os_is_file(file) || !os_journal_open(&j, file, out)) {
        return false;
    }
    os_journal_close(&j);
    char *text = buf_cstr(out), *line = strchr(text, '\n');
    if (!line) {
        return false;
    }
    *line = '\0';
    return *text != '\0';
}

struct search {
    char *out;
    size_t size;
    bool is_found;
};

static void look_at(void *context, const char *name)
{
    struct search *s = context;
    char file[1024];
    struct buf text = {0};
    if (!s->is_found && strncmp(name, NAME, strlen(NAME)) == 0 &&
        os_state_file(name, false, file, sizeof file) && read_left(file, &text) &&
        os_is_file((char *)text.data)) {
        snprintf(s->out, s->size, "%s", (char *)text.data);
        s->is_found = true;
    }
    buf_free(&text);
}

bool session_rescue_any(char *path, size_t size)
{
    struct search s = {.out = path, .size = size};
    char folder[1024];
    return os_state_file("", false, folder, sizeof folder) && os_list(folder, look_at, &s) &&
           s.is_found;
}

bool session_rescue_is_left(const struct session *s)
{
    char file[1024];
    struct buf text = {0};
    bool is = s->path && !s->rescue.is_open && file_of(s->path, false, file, sizeof file) &&
              read_left(file, &text) &&
              strcmp((char *)text.data + strlen((char *)text.data) + 1, s->texts[s->at]) != 0;
    buf_free(&text);
    return is;
}

void session_rescue_drop(const char *path)
{
    char file[1024];
    if (file_of(path, false, file, sizeof file)) {
        os_remove(file);
    }
}

bool session_rescue_take(struct session *s, struct err *err)
{
    char file[1024];
    struct buf text = {0};
    bool is_good = s->path && file_of(s->path, false, file, sizeof file) && read_left(file, &text);
    if (is_good) {
        const char *from = (char *)text.data + strlen((char *)text.data) + 1;
        size_t size = strlen(from) + 1;
        is_good = session_edit_to(s, memcpy(os_alloc(size), from, size), err);
    }
    buf_free(&text);
    return is_good;
}

static bool open_rescue(struct session *s)
{
    struct rescue *r = &s->rescue;
    struct buf before = {0};
    if (!r->is_open && file_of(s->path, true, r->file, sizeof r->file)) {
        r->is_open = os_journal_open(&r->journal, r->file, &before);
    }
    buf_free(&before);
    return r->is_open;
}

/* What cannot be written is not kept: there is no place to complain for an edit that succeeded. */
void rescue_keep(struct session *s)
{
    char full[4096];
    if (!s->rescue.is_on || !session_is_edited(s)) {
        rescue_end(s, true);
        return;
    }
    if (open_rescue(s) && os_journal_cut(&s->rescue.journal, 0)) {
        const char *path = os_full_path(s->path, full, sizeof full) ? full : s->path;
        struct buf text = {0};
        buf_printf(&text, "%s\n%s", path, s->texts[s->at]);
        os_journal_add(&s->rescue.journal, bytes_of(text.data, text.len));
        buf_free(&text);
    }
}

void rescue_end(struct session *s, bool is_over)
{
    if (s->rescue.is_open) {
        if (is_over) {
            os_remove(s->rescue.file);
        }
        os_journal_close(&s->rescue.journal);
        s->rescue.is_open = false;
    }
}

void session_rescue_forget(struct session *s)
{
    rescue_end(s, true);
}
