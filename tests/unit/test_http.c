/* HTTP messages against RFC 9112's words and against what curl 7.88 and Python's http.server send,
 * each cut at every possible place. */
#include "wire/http.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct good {
    const char *text;
    bool is_request, is_for_head;
    unsigned status; /* response */
    const char *method, *target, *body;
    bool persists;
    enum http_framing framing;
};

static const struct good goods[] = {
    /* curl 7.88.1 */
    {"GET /a.txt HTTP/1.1\r\nHost: 127.0.0.1:41581\r\nUser-Agent: curl/7.88.1\r\nAccept: "
     "*/*\r\n\r\n",
     true, false, 0, "GET", "/a.txt", "", true, HTTP_NO_BODY},
    {"GET /a.txt HTTP/1.0\r\nHost: 127.0.0.1:59381\r\nUser-Agent: curl/7.88.1\r\nAccept: "
     "*/*\r\n\r\n",
     true, false, 0, "GET", "/a.txt", "", false, HTTP_NO_BODY},
    {"POST /a.txt HTTP/1.1\r\nHost: 127.0.0.1:37843\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n"
     "Content-Length: 10\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\nname=value",
     true, false, 0, "POST", "/a.txt", "name=value", true, HTTP_BY_LENGTH},
    /* Python 3.11's http.server */
    {"HTTP/1.1 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.7\r\nDate: Wed, 25 Nov 2026 07:44:12 "
     "GMT\r\n"
     "Content-type: text/plain\r\nContent-Length: 12\r\n"
     "Last-Modified: Wed, 25 Nov 2026 07:44:11 GMT\r\n\r\nhello world\n",
     false, false, 200, "", "", "hello world\n", true, HTTP_BY_LENGTH},
    {"HTTP/1.1 200 OK\r\nServer: SimpleHTTP/0.6 Python/3.11.7\r\nContent-Length: 12\r\n\r\n", false,
     true, 200, "", "", "", true, HTTP_NO_BODY},
    {"HTTP/1.1 404 File not found\r\nConnection: close\r\nContent-Length: 4\r\n\r\nnone", false,
     false, 404, "", "", "none", false, HTTP_BY_LENGTH},
    /* RFC 9112 7.1: chunks, an extension, a trailer; hexadecimal of either case */
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nWiki\r\nB;name=\"v\"\r\npedia in "
     "ch\r\n"
     "5\r\nunks.\r\n0\r\nExpires: never\r\n\r\n",
     false, false, 200, "", "", "Wikipedia in chunks.", true, HTTP_BY_CHUNKS},
    {"POST / HTTP/1.1\r\nhost:a\r\ntransfer-encoding:  CHUNKED "
     "\t\r\n\r\n00a\r\n0123456789\r\n000\r\n\r\n",
     true, false, 0, "POST", "/", "0123456789", true, HTTP_BY_CHUNKS},
    /* 2.2: an empty line first, and a line that ends in LF alone */
    {"\r\n\nGET / HTTP/1.1\nHost: a\nConnection: Keep-Alive, Close\n\n", true, false, 0, "GET", "/",
     "", false, HTTP_NO_BODY},
    /* 4: a reason may be empty; 6.3: these have no body whatever they say */
    {"HTTP/1.1 204 \r\nContent-Length: 5\r\n\r\n", false, false, 204, "", "", "", true,
     HTTP_NO_BODY},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\n\r\n", false, false, 304, "", "", "",
     true, HTTP_NO_BODY},
    /* 9.3: HTTP/1.0 that keeps */
    {"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc", false, false, 200,
     "", "", "abc", true, HTTP_BY_LENGTH},
    /* RFC 9110 8.6: the same length twice is one length */
    {"HTTP/1.1 200 OK\r\nContent-Length: 3, 3\r\nContent-Length: 3\r\n\r\nabc", false, false, 200,
     "", "", "abc", true, HTTP_BY_LENGTH},
};

static void check_good(const struct good *g, struct http_reader *r, const struct buf *body)
{
    ck_assert_int_eq(r->place, HTTP_DONE);
    ck_assert_int_eq(r->framing, g->framing);
    ck_assert_str_eq(r->head.method, g->method);
    ck_assert_str_eq(r->head.target, g->target);
    ck_assert_uint_eq(r->head.status, g->status);
    ck_assert_int_eq(http_persists(&r->head), g->persists);
    ck_assert_uint_eq(body->len, strlen(g->body));
    ck_assert(body->len == 0 || memcmp(body->data, g->body, body->len) == 0);
    ck_assert_uint_eq(r->body_len, strlen(g->body));
}

/* Two pieces cut anywhere; what follows the message is not touched. */
START_TEST(a_cut_anywhere_changes_nothing)
{
    const struct good *g = &goods[_i];
    size_t len = strlen(g->text);
    char *bytes = malloc(len + 2);
    memcpy(bytes, g->text, len);
    memcpy(bytes + len, "GE", 2);
    for (size_t cut = 0; cut <= len; cut++) {
        struct http_reader r;
        struct buf body = {0};
        http_begin(&r, g->is_request);
        r.is_for_head = g->is_for_head;
        size_t used = http_read(&r, bytes_of(bytes, cut), &body);
        used += http_read(&r, bytes_of(bytes + used, len + 2 - used), &body);
        ck_assert_uint_eq(used, len);
        check_good(g, &r, &body);
        http_free(&r);
        buf_free(&body);
    }
    free(bytes);
}
END_TEST

START_TEST(one_byte_at_a_time_does_too)
{
    const struct good *g = &goods[_i];
    struct http_reader r;
    struct buf body = {0};
    http_begin(&r, g->is_request);
    r.is_for_head = g->is_for_head;
    for (size_t i = 0; g->text[i]; i++) {
        ck_assert_int_ne(r.place, HTTP_DONE);
        ck_assert_uint_eq(http_read(&r, bytes_of(g->text + i, 1), &body), 1);
    }
    check_good(g, &r, &body);
    http_free(&r);
    buf_free(&body);
}
END_TEST

static const struct {
    const char *text;
    bool is_request;
    enum http_fault fault;
} bads[] = {
    {"GET / HTTP/2.0\r\n", true, HTTP_BAD_VERSION},
    {"GET / http/1.1\r\n", true, HTTP_BAD},
    {"GET /\r\n", true, HTTP_BAD},                                    /* HTTP/0.9 */
    {"GET  / HTTP/1.1\r\n", true, HTTP_BAD},                          /* two spaces */
    {"G@T / HTTP/1.1\r\n", true, HTTP_BAD},                           /* no token */
    {"GET / HTTP/1.1\r\n\r\n", true, HTTP_BAD},                       /* 3.2: no Host */
    {"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", true, HTTP_BAD}, /* 3.2: two */
    {"GET / HTTP/1.1\r\nHost : a\r\n", true, HTTP_BAD},               /* 5.1 */
    {"GET / HTTP/1.1\r\nHost: a\r\n folded\r\n", true, HTTP_BAD},     /* 5.2 */
    {"GET / HTTP/1.1\r\nno colon\r\n", true, HTTP_BAD},
    {"GET / HTTP/1.1\rHost: a\r\n", true, HTTP_BAD}, /* 2.2: a bare CR */
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1x\r\n", true, HTTP_BAD},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n", true, HTTP_BAD},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n", true, HTTP_BAD},
    {"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", true,
     HTTP_BAD}, /* 6.1: smuggling */
    {"GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n", true, HTTP_NOT_IMPLEMENTED},
    {"GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", true, HTTP_BAD},
    {"VERYVERYLONGMETHODNAME / HTTP/1.1\r\n", true, HTTP_NOT_IMPLEMENTED},
    {"HTTP/1.1 20 OK\r\n", false, HTTP_BAD},
    {"HTTP/1.1 2000 OK\r\n", false, HTTP_BAD},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", false, HTTP_BAD},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcd\r\n", false, HTTP_BAD},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffff\r\n", false, HTTP_BAD},
};

START_TEST(what_is_wrong_is_refused)
{
    struct http_reader r;
    http_begin(&r, bads[_i].is_request);
    size_t len = strlen(bads[_i].text);
    ck_assert_uint_eq(http_read(&r, bytes_of(bads[_i].text, len), NULL), len);
    ck_assert_int_eq(r.place, HTTP_BROKEN);
    ck_assert_int_eq(r.fault, bads[_i].fault);
    ck_assert(!http_ended(&r));
    http_free(&r);
}
END_TEST

START_TEST(lines_have_a_limit)
{
    struct http_reader r;
    char *line = malloc(HTTP_LINE_MAX + 2);
    memset(line, 'a', HTTP_LINE_MAX + 2);
    http_begin(&r, true);
    http_read(&r, bytes_of(line, HTTP_LINE_MAX), NULL);
    ck_assert_int_eq(r.place, HTTP_START_LINE);
    http_read(&r, bytes_of(line, 2), NULL);
    ck_assert_int_eq(r.fault, HTTP_URI_TOO_LONG);
    http_free(&r);
    free(line);
}
END_TEST

/* RFC 9112 8: a body by close is whole when the connection ends, any other is cut off. */
START_TEST(the_end_is_whole_only_by_close)
{
    static const char by_close[] = "HTTP/1.1 200 OK\r\n\r\nsome",
                      by_length[] = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome",
                      in_chunks[] =
                          "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nsome\r\n";
    struct http_reader r;
    http_begin(&r, false);
    ck_assert(http_ended(&r)); /* nothing was begun */
    http_read(&r, bytes_str(by_close), NULL);
    ck_assert_int_eq(r.place, HTTP_BODY);
    ck_assert(http_ended(&r));
    ck_assert_int_eq(r.place, HTTP_DONE);
    ck_assert_uint_eq(r.body_len, 4);
    http_next(&r);
    http_read(&r, bytes_str(by_length), NULL);
    ck_assert(!http_ended(&r));
    http_free(&r);
    http_begin(&r, false);
    http_read(&r, bytes_str(in_chunks), NULL);
    ck_assert(!http_ended(&r));
    http_free(&r);
}
END_TEST

START_TEST(messages_follow_one_another)
{
    static const char two[] =
        "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n";
    struct http_reader r;
    http_begin(&r, true);
    size_t used = http_read(&r, bytes_str(two), NULL);
    ck_assert_str_eq(r.head.target, "/1");
    http_next(&r);
    used += http_read(&r, bytes_sub(bytes_str(two), used, sizeof two), NULL);
    ck_assert_str_eq(r.head.target, "/2");
    ck_assert_uint_eq(used, sizeof two - 1);
    ck_assert_int_eq(r.place, HTTP_DONE);
    http_free(&r);
}
END_TEST

START_TEST(chunks_are_written_as_the_rfc_has_them)
{
    struct buf out = {0};
    http_chunk(&out, bytes_str("pedia in chunks"));
    http_chunk(&out, (struct bytes){0});
    ck_assert_str_eq(buf_cstr(&out), "f\r\npedia in chunks\r\n0\r\n\r\n");
    buf_free(&out);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("http");
    int good_count = (int)(sizeof goods / sizeof *goods);
    tcase_add_loop_test(c, a_cut_anywhere_changes_nothing, 0, good_count);
    tcase_add_loop_test(c, one_byte_at_a_time_does_too, 0, good_count);
    tcase_add_loop_test(c, what_is_wrong_is_refused, 0, (int)(sizeof bads / sizeof *bads));
    tcase_add_test(c, lines_have_a_limit);
    tcase_add_test(c, the_end_is_whole_only_by_close);
    tcase_add_test(c, messages_follow_one_another);
    tcase_add_test(c, chunks_are_written_as_the_rfc_has_them);
    Suite *suite = suite_create("http");
    suite_add_tcase(suite, c);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
