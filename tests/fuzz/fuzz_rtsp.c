/* Any bytes as what comes on an RTSP connection, in pieces of any size: messages and frames are
 * found, or the stream is given up; the pieces make no difference, and what is found lies within
 * what came. The first byte chooses the size of the pieces. */
#include "fuzz/fuzz.h"

#include "base/draw.h"
#include "wire/rtsp.h"

#include <string.h>

static uint64_t look_at(const struct rtsp_reader *r, enum rtsp_found found,
                        const struct rtsp_message *m)
{
    uint8_t channel = 0;
    if (found == RTSP_MEDIA) {
        struct bytes frame = rtsp_frame(r, &channel);
        CLAIM(frame.len <= 65535);
        return hash_mix(frame.len, channel);
    }
    CLAIM(strlen(m->target) <= RTSP_TEXT_MAX && strlen(m->session) <= RTSP_TEXT_MAX);
    CLAIM(m->body.len <= RTSP_BODY_MAX && m->cseq >= -1);
    CLAIM(!m->is_request || m->fault == RTSP_OK || *rtsp_reason(m->fault));
    return hash_mix((uint64_t)m->cseq, m->body.len + m->method + m->status + m->fault);
}

/* A sum over all that is found, and where. */
static uint64_t read_all(struct bytes stream, size_t piece)
{
    struct rtsp_reader r = {0};
    uint64_t sum = 0;
    enum rtsp_found found = RTSP_NOTHING;
    for (size_t at = 0; at < stream.len && found != RTSP_BROKEN; at += piece) {
        struct bytes in = bytes_sub(stream, at, piece);
        struct rtsp_message m;
        while ((found = rtsp_read(&r, &in, &m)) == RTSP_MESSAGE || found == RTSP_MEDIA) {
            CLAIM(r.taken <= stream.len);
            sum = hash_mix(hash_mix(sum, r.taken), look_at(&r, found, &m));
        }
    }
    rtsp_free(&r);
    return hash_mix(sum, found == RTSP_BROKEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 1) {
        struct bytes stream = bytes_of(data + 1, size - 1);
        CLAIM(read_all(stream, 1 + data[0]) == read_all(stream, stream.len));
    }
    return 0;
}
