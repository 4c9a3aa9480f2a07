/* Any bytes as a capture file and as a session description: they are read, or refused in words;
 * what a description says is written so that it reads the same again. */
#include "fuzz/fuzz.h"

#include "base/words.h"
#include "export/sessions.h"
#include "wire/sdp.h"

#include <string.h>

static void as_capture(struct bytes file)
{
    struct capture_reader r;
    struct sessions s = {0};
    if (capture_open(&r, file) && sessions_read(&s, &r)) {
        for (uint32_t i = 0; i < s.count; i++) {
            CLAIM(s.list[i].packets >= 1 && s.list[i].iface < r.iface_count);
        }
    } else {
        CLAIM(r.wrong && r.where <= file.len && *word(LANG_EN, r.wrong));
    }
    sessions_free(&s);
    capture_close(&r);
}

static void as_description(struct bytes text)
{
    struct sdp s, back;
    struct buf first = {0}, again = {0};
    if (sdp_read(text, &s)) {
        sdp_write(&s, &first);
        CLAIM(sdp_read(bytes_of(first.data, first.len), &back) && back.count == s.count);
        sdp_write(&back, &again);
    }
    buf_free(&first);
    buf_free(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    as_capture(bytes_of(data, size));
    as_description(bytes_of(data, size));
    return 0;
}
