/* Any text as a packet's notation: what reads is printed, and that text reads as the same packet;
 * its header bytes give the same notation again. */
#include "fuzz/fuzz.h"

#include "wire/notation.h"

#include <string.h>

static void claim_text_reads_again(const struct notation *n, struct notation_style style)
{
    struct buf text = {0}, again = {0};
    struct err err = {0};
    struct notation back;
    notation_print(n, style, &text);
    CLAIM(notation_parse(buf_cstr(&text), style, &back, &err));
    notation_print(&back, style, &again);
    CLAIM(bytes_equal(bytes_of(text.data, text.len), bytes_of(again.data, again.len)));
    err_free(&err);
    buf_free(&text);
    buf_free(&again);
}

static void claim_bytes_say_the_same(const struct notation *n, struct notation_style style)
{
    struct buf head = {0}, text = {0};
    struct notation back = {0};
    notation_head(n, &head);
    CLAIM(notation_of(notation_proto(n), bytes_of(head.data, head.len), n->len, &back));
    CLAIM(back.kind == n->kind && back.len == n->len);
    notation_print(&back, style, &text);
    buf_free(&head);
    buf_free(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cursor c = {data, size, 0};
    struct notation_style style = {.isn = seq(take_u32(&c)), .peer_isn = seq(take_u32(&c))};
    uint8_t shown = take_u8(&c);
    struct buf text = {0}, said = {0};
    struct err err = {.lang = LANG_ZH};
    struct notation n;
    style.window = shown & 1;
    style.options = shown & 2;
    buf_add(&text, bytes_of(data + c.at, size - c.at));
    if (notation_parse(buf_cstr(&text), style, &n, &err)) {
        claim_text_reads_again(&n, style);
        claim_bytes_say_the_same(&n, style);
    } else {
        err_format(&err, &said);
        CLAIM(said.len > 0);
    }
    err_free(&err);
    buf_free(&text);
    buf_free(&said);
    return 0;
}
