/* What the camera answers: a status, the number of the request, and the fields that belong to it;
 * and what it has to show, as a description. */
#include "app/rtsp_server.h"

#include "wire/sdp.h"

#include <stdio.h>
#include <string.h>

void rtsp_answer_begin(unsigned status, int64_t cseq, struct buf *out)
{
    buf_printf(out, "RTSP/1.0 %u %s\r\n", status, rtsp_reason(status));
    if (cseq >= 0) {
        buf_printf(out, "CSeq: %lld\r\n", (long long)cseq);
    }
}

void rtsp_answer_session(const struct rtsp_server *s, const struct session *x, struct buf *out)
{
    buf_printf(out, "Session: %s;timeout=%lld\r\n", x->id, (long long)(s->timeout / SIM_S));
}

void rtsp_answer_send(struct conn *c, struct mark asked, unsigned status, struct bytes text,
                      struct fx *fx)
{
    char name[64];
    struct span said = fx_bytes(fx, &c->stream, text);
    snprintf(name, sizeof name, "%u %s", status, rtsp_reason(status));
    fx_message(fx, 0, said, name, asked, status == RTSP_OK ? RTSP_ANSWERS : RTSP_REFUSES);
    outbox_send(&c->out, c->handle, said, fx);
}

/* The methods that a state allows stand in Allow (11.3.6). */
void rtsp_refuse(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 enum rtsp_status status, const char *allowed, struct fx *fx)
{
    struct buf out = {0};
    s->refused++;
    rtsp_answer_begin(status, m->cseq, &out);
    if (allowed) {
        buf_printf(&out, "Allow: %s\r\n", allowed);
    }
    buf_str(&out, "\r\n");
    rtsp_answer_send(c, c->got, status, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

void rtsp_answer(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                 const struct session *x, const char *fields, struct fx *fx)
{
    struct buf out = {0};
    rtsp_answer_begin(RTSP_OK, m->cseq, &out);
    if (x) {
        rtsp_answer_session(s, x, &out);
    }
    buf_printf(&out, "%s\r\n", fields);
    rtsp_answer_send(c, c->got, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
}

const char *rtsp_own_path(const struct rtsp_server *s)
{
    return *param_text(s->path) ? param_text(s->path) : "/live";
}

/* The path of "rtsp://10.0.0.2:554/live/track1"; NULL: it is no such address. */
static const char *path_of(const char *target)
{
    if (strncmp(target, "rtsp://", 7) != 0) {
        return NULL;
    }
    const char *path = strchr(target + 7, '/');
    return path ? path : "/";
}

unsigned rtsp_track_count(const struct rtsp_server *s)
{
    return s->fps >= 0 && s->sound ? 2 : 1;
}

bool rtsp_has(const struct rtsp_server *s, const char *target, int *track)
{
    const char *path = path_of(target);
    size_t n = strlen(rtsp_own_path(s));
    char name[16];
    *track = -1;
    if (!path || strncmp(path, rtsp_own_path(s), n) != 0) {
        return false;
    }
    for (unsigned i = 0; i < rtsp_track_count(s); i++) {
        snprintf(name, sizeof name, "/" RTSP_TRACK "%u", i + 1);
        if (strcmp(path + n, name) == 0) {
            *track = (int)i;
            return true;
        }
    }
    return path[n] == 0 || strcmp(path + n, "/") == 0;
}

static struct sdp_media medium_of(const struct rtsp_server *s, unsigned track)
{
    bool is_video = s->fps >= 0 && track == 0;
    struct sdp_media m = sdp_media_of(payload_of(s->codec, is_video, s->intra > 0), 0);
    m.ptime_ms = is_video ? 0 : (unsigned)(s->ptime / SIM_MS);
    m.has_nack = s->nack;
    m.has_pli = s->pli;
    m.trr_int_ms = (unsigned)(s->interval / SIM_MS);
    if (s->keep > 0) {
        m.repair = payload_repair_of(m.type);
        m.rtx_time_ms = (unsigned)(s->keep / SIM_MS);
    }
    if (*param_text(s->element)) {
        m.element = (unsigned)s->element_id;
    }
    snprintf(m.control, sizeof m.control, RTSP_TRACK "%u", track + 1);
    return m;
}

/* The session's own address steers all of it (RFC 2326 C.1.1). */
void rtsp_describe(struct rtsp_server *s, struct conn *c, const struct rtsp_message *m,
                   struct fx *fx)
{
    struct sdp sdp = {.title = "slowwire camera", .id = 1, .origin = s->key.from.ip};
    struct buf text = {0}, out = {0};
    for (; sdp.count < rtsp_track_count(s); sdp.count++) {
        sdp.media[sdp.count] = medium_of(s, sdp.count);
    }
    snprintf(sdp.control, sizeof sdp.control, "*");
    sdp_write(&sdp, &text);
    rtsp_answer_begin(RTSP_OK, m->cseq, &out);
    buf_printf(&out,
               "Content-Base: %s/\r\nContent-Type: application/sdp\r\nContent-Length: %zu\r\n\r\n",
               m->target, text.len);
    buf_add(&out, bytes_of(text.data, text.len));
    rtsp_answer_send(c, c->got, RTSP_OK, bytes_of(out.data, out.len), fx);
    buf_free(&out);
    buf_free(&text);
}
