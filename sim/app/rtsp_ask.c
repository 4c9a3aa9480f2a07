/* What the viewer asks: a method, of what, and the fields that belong to it. The tracks are set up
 * one by one, and then steered together by the address of the whole (RFC 2326 C.3). */
#include "app/rtsp_client.h"

#include <string.h>

#define STRANGE_SESSION "00000000"

static const char *path_of(const struct rtsp_client *c)
{
    return *param_text(c->path) ? param_text(c->path) : "/live";
}

static void write_target(const struct rtsp_client *c, enum rtsp_method method, struct buf *out)
{
    char ip[16];
    buf_printf(out, "rtsp://%s", ip_print(c->key.to.ip, ip));
    if (c->key.to.port != 554) {
        buf_printf(out, ":%u", (unsigned)c->key.to.port);
    }
    bool is_wrong = c->errs && c->mistake == WRONG_PATH;
    buf_str(out, is_wrong ? "/nothing" : path_of(c));
    bool is_one = method == RTSP_SETUP ? !(c->errs && c->mistake == SETUP_ALL)
                                       : method == RTSP_PLAY && c->errs && c->mistake == PLAY_ONE;
    if (is_one && *c->tracks[c->track].control) {
        buf_printf(out, "/%s", c->tracks[c->track].control);
    }
}

static void write_offer(const struct rtsp_client *c, struct buf *out)
{
    struct rtsp_transport offer = {.is_interleaved = !c->uses_udp,
                                   .has_feedback = c->tracks[c->track].has_feedback,
                                   .channel = (uint8_t)(2 * c->track)};
    offer.client_port = c->uses_udp ? (uint16_t)(c->port + 2 * c->track) : 0;
    rtsp_write_transport(&offer, out);
}

static void write_request(struct rtsp_client *c, enum rtsp_method method, struct buf *out)
{
    bool is_strange = c->errs && c->mistake == WRONG_SESSION;
    buf_printf(out, "%s ", rtsp_method_name(method));
    write_target(c, method, out);
    buf_printf(out, " RTSP/1.0\r\nCSeq: %lld\r\nUser-Agent: slowwire\r\n", (long long)++c->cseq);
    if (*c->session) {
        buf_printf(out, "Session: %s\r\n", is_strange ? STRANGE_SESSION : c->session);
    }
    if (method == RTSP_DESCRIBE) {
        buf_str(out, "Accept: application/sdp\r\n");
    } else if (method == RTSP_SETUP) {
        write_offer(c, out);
    } else if (method == RTSP_PLAY) {
        buf_str(out, "Range: npt=now-\r\n");
    }
    buf_str(out, "\r\n");
}

static enum rtsp_why why_of(enum rtsp_method method)
{
    switch (method) {
    case RTSP_OPTIONS: return RTSP_ASKS_OPTIONS;
    case RTSP_DESCRIBE: return RTSP_ASKS_DESCRIPTION;
    case RTSP_SETUP: return RTSP_ASKS_SETUP;
    case RTSP_PLAY: return RTSP_ASKS_PLAY;
    case RTSP_PAUSE: return RTSP_ASKS_PAUSE;
    case RTSP_TEARDOWN: return RTSP_ASKS_TEARDOWN;
    case RTSP_GET_PARAMETER: return RTSP_ASKS_NOTHING;
    case RTSP_UNKNOWN: break;
    }
    return RTSP_NO_WHY;
}

void rtsp_say(struct rtsp_client *c, struct bytes text, const char *name, enum rtsp_why why,
              struct fx *fx)
{
    struct span said = fx_bytes(fx, &c->stream, text);
    if (name) {
        c->question = span_end(said);
        fx_message(fx, 0, said, name, (struct mark){0}, why);
    }
    outbox_send(&c->out, c->handle, said, fx);
}

void rtsp_ask(struct rtsp_client *c, enum rtsp_method method, struct fx *fx)
{
    struct buf out = {0};
    write_request(c, method, &out);
    rtsp_say(c, bytes_of(out.data, out.len), rtsp_method_name(method), why_of(method), fx);
    c->asked = method;
    c->requests++;
    buf_free(&out);
}
