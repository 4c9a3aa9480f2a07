/* What a compound holds (RFC 3550 6.4 to 6.7): a report and a name first, then what else there is
 * to say; and where it goes. Of the RTCP endpoint (report.c). */
#include "proto/rtp/reporter_inside.h"
#include "wire/udp.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct bytes cname_of(const struct reporter *r, uint32_t index, char buf[32])
{
    char ip[16];
    ip_print(r->key.from.ip, ip);
    snprintf(buf, 32, index ? "%" PRIu32 "@%s" : "%.0" PRIu32 "%s", index, ip);
    return bytes_of(buf, strlen(buf));
}

static void send_to(struct reporter *r, struct addr to, struct bytes compound, enum rtp_why why,
                    struct fx *fx)
{
    struct net net = r->key;
    net.to = to;
    uint8_t *head = malloc(UDP_HEADER + compound.len);
    if (!head) {
        abort();
    }
    udp_encode(net.from.port, to.port, (uint32_t)compound.len, head);
    memcpy(head + UDP_HEADER, compound.data, compound.len);
    fx_send(fx, &net, bytes_of(head, UDP_HEADER + compound.len), (struct span){0}, (struct unit){0},
            why);
    free(head);
}

void reporter_send(struct reporter *r, struct bytes compound, enum rtp_why why, struct fx *fx)
{
    if (r->setup.is_carried) {
        fx_indicate(fx, 0, RTCP_CODE_CARRY, compound, (struct span){0});
        return;
    }
    bool is_for_many = r->setup.peer_count > 1 || ip_is_multicast(r->setup.peers[0].ip);
    if (r->other.ip && !is_for_many) {
        send_to(r, r->other, compound, why, fx);
        return;
    }
    if (r->setup.peer_count == 0) {
        send_to(r, r->key.to, compound, why, fx);
    }
    for (uint32_t i = 0; i < r->setup.peer_count; i++) {
        send_to(r, r->setup.peers[i], compound, why, fx);
    }
}

/* Others of the crowd hear it, too: a group's packets come back to those on the same host. */
static void tell_crowd(struct reporter *r, uint32_t index, struct bytes compound, sim_time now)
{
    uint32_t told;
    for (uint32_t i = 0; i < r->count; i++) {
        if (i != index && r->sessions[i].phase != RTCP_LEFT) {
            rtcp_session_compound(&r->sessions[i], compound, REPORTER_UNDER + compound.len,
                                  r->key.from, now, &told);
        }
    }
}

/* Its data is filled up to a whole word. */
static void add_app(uint32_t ssrc, const struct rtcp_app *app, struct buf *out)
{
    struct buf data = {0};
    if (!app->name || !*app->name) {
        return;
    }
    buf_str(&data, app->data ? app->data : "");
    while (data.len % 4) {
        buf_char(&data, 0);
    }
    rtcp_add_app(out, ssrc, app->subtype, app->name, bytes_of(data.data, data.len));
    buf_free(&data);
}

static void add_report(struct reporter *r, uint32_t index, const struct rtcp_facts *facts,
                       const struct rtcp_block *blocks, unsigned count, struct buf *out)
{
    struct rtcp_session *s = &r->sessions[index];
    char name[32];
    if (index == 0 && rtcp_session_is_sender(s, facts->info.packets)) {
        rtcp_add_sr(out, s->ssrc, &facts->info, blocks, count);
    } else {
        rtcp_add_rr(out, s->ssrc, blocks, count);
    }
    const char *cname = (const char *)cname_of(r, index, name).data;
    if (facts
            ->repair) { /* what is sent again is a stream of its own, of the same name (RFC 4588) */
        rtcp_add_sr(out, facts->repair, &facts->repaired, NULL, 0);
    }
    rtcp_add_cname(out, s->ssrc, cname);
    if (facts->repair) {
        rtcp_add_cname(out, facts->repair, cname);
    }
    if (index == 0) {
        add_app(s->ssrc, &facts->app, out);
    }
}

/* Its first block, and those that follow behind the facts. */
static unsigned gather(const struct rtcp_facts *facts, struct bytes head,
                       struct rtcp_block out[RTCP_BLOCKS_MAX])
{
    unsigned count = 0;
    if (facts->has_block) {
        out[count++] = facts->block;
    }
    for (uint32_t i = 0; i < facts->more_count && count < RTCP_BLOCKS_MAX; i++) {
        memcpy(&out[count++], head.data + sizeof *facts + i * sizeof *out, sizeof *out);
    }
    return count;
}

/* Names and goodbyes of others that a mixer passes on (7.3). */
static void add_along(const struct rtcp_facts *facts, struct bytes head, struct buf *out)
{
    size_t at = sizeof *facts + facts->more_count * sizeof(struct rtcp_block);
    buf_add(out, bytes_sub(head, at, facts->along));
}

void reporter_report(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_facts facts;
    struct rtcp_block blocks[RTCP_BLOCKS_MAX];
    struct buf out = {0};
    memcpy(&facts, in->head.data, sizeof facts);
    unsigned count = gather(&facts, in->head, blocks);
    struct rtcp_session *s = &r->sessions[facts.index];
    enum rtp_why why = RTP_REPORT;
    add_report(r, facts.index, &facts, blocks, count, &out);
    add_along(&facts, in->head, &out);
    if (facts.index == 0 && feedback_add(&r->feedback, s->ssrc, &out)) {
        why = feedback_why(&r->feedback);
        feedback_sent(&r->feedback);
    }
    reporter_send(r, bytes_of(out.data, out.len), why, fx);
    tell_crowd(r, facts.index, bytes_of(out.data, out.len), in->now);
    s->timing.minimum = r->setup.has_feedback ? 0 : s->timing.minimum; /* RFC 4585 3.5.3 */
    rtcp_session_reported(s, REPORTER_UNDER + out.len, facts.info.packets, in->now, in->dice);
    buf_free(&out);
    reporter_arm(r, in, fx);
}

void reporter_build_bye(struct reporter *r, uint32_t index, struct buf *out)
{
    struct rtcp_session *s = &r->sessions[index];
    char name[32];
    rtcp_add_rr(out, s->ssrc, NULL, 0);
    rtcp_add_cname(out, s->ssrc, (const char *)cname_of(r, index, name).data);
    rtcp_add_bye(out, s->ssrc);
}

void reporter_say_bye(struct reporter *r, uint32_t index, const struct input *in, struct fx *fx)
{
    struct buf out = {0};
    reporter_build_bye(r, index, &out);
    reporter_send(r, bytes_of(out.data, out.len), RTP_BYE, fx);
    tell_crowd(r, index, bytes_of(out.data, out.len), in->now);
    rtcp_session_left(&r->sessions[index]);
    buf_free(&out);
}

/* One that goes at once carries a last report. */
void reporter_say_last(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_facts facts;
    struct rtcp_block blocks[RTCP_BLOCKS_MAX];
    struct buf out = {0};
    memcpy(&facts, in->head.data, sizeof facts);
    unsigned count = gather(&facts, in->head, blocks);
    add_report(r, 0, &facts, blocks, count, &out);
    add_along(&facts, in->head, &out);
    uint32_t leaving[] = {reporter_first(r)->ssrc, facts.repair};
    rtcp_add_byes(&out, leaving, facts.repair ? 2 : 1);
    reporter_send(r, bytes_of(out.data, out.len), RTP_BYE, fx);
    tell_crowd(r, 0, bytes_of(out.data, out.len), in->now);
    rtcp_session_left(reporter_first(r));
    buf_free(&out);
}

/* RFC 4585 3.5.3: a report before its time, and the next but one is the next. */
void reporter_send_early(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = reporter_first(r);
    struct buf out = {0};
    char name[32];
    rtcp_add_rr(&out, s->ssrc, NULL, 0);
    rtcp_add_cname(&out, s->ssrc, (const char *)cname_of(r, 0, name).data);
    if (feedback_add(&r->feedback, s->ssrc, &out)) {
        reporter_send(r, bytes_of(out.data, out.len), feedback_why(&r->feedback), fx);
        rtcp_timing_size(&s->timing, REPORTER_UNDER + out.len);
        feedback_sent(&r->feedback);
        feedback_postpone(&r->feedback, &s->timing);
        reporter_arm(r, in, fx);
    }
    buf_free(&out);
}

/* Not a report of ours: the interval goes on. */
void reporter_pass_on(struct reporter *r, const struct input *in, struct fx *fx)
{
    struct rtcp_session *s = reporter_first(r);
    struct buf out = {0};
    char name[32];
    rtcp_add_rr(&out, s->ssrc, NULL, 0);
    rtcp_add_cname(&out, s->ssrc, (const char *)cname_of(r, 0, name).data);
    buf_add(&out, in->head);
    reporter_send(r, bytes_of(out.data, out.len), RTP_PASSED_ON, fx);
    rtcp_timing_size(&s->timing, REPORTER_UNDER + out.len);
    buf_free(&out);
}
