/* The description follows from the scenario alone: what its `rtp` items set, and where they go. */
#include "export/describe.h"

#include <stdio.h>
#include <string.h>

/* What the item sets under that name, else what the type begins with. */
static int64_t setting_of(const struct scenario_traffic *t, const char *name)
{
    const struct param *p = param_find(t->type->source, name);
    int64_t value = p ? p->initial : 0;
    for (uint32_t i = 0; i < t->settings.count; i++) {
        if (strcmp(t->settings.list[i].param->name, name) == 0) {
            value = t->settings.list[i].value;
        }
    }
    return value;
}

static struct sdp_media medium_of(const struct scenario *sc, const struct scenario_traffic *t)
{
    bool is_video = setting_of(t, "video.fps") >= 0;
    bool is_coded = setting_of(t, "video.intra") > 0;
    struct sdp_media m =
        sdp_media_of(payload_of(setting_of(t, "codec"), is_video, is_coded), t->port);
    m.ptime_ms = is_video ? 0 : (unsigned)(setting_of(t, "ptime") / SIM_MS);
    m.to = sc->nodes[t->to].address_count ? sc->nodes[t->to].addresses[0].ip : 0;
    m.has_nack = setting_of(t, "feedback.nack");
    m.has_pli = setting_of(t, "feedback.pli");
    m.trr_int_ms = (unsigned)(setting_of(t, "feedback.interval") / SIM_MS);
    if (setting_of(t, "retransmission") > 0) {
        m.repair = payload_repair_of(m.type);
        m.rtx_time_ms = (unsigned)(setting_of(t, "retransmission") / SIM_MS);
    }
    if (*param_text(setting_of(t, "extension.element"))) {
        m.element = (unsigned)setting_of(t, "extension.id");
    }
    return m;
}

bool describe_scenario(const struct scenario *sc, enum lang lang, struct sdp *out)
{
    *out = (struct sdp){.id = (uint32_t)sc->seed};
    snprintf(out->title, sizeof out->title, "%s", sc->title[lang] ? sc->title[lang] : "");
    for (uint32_t i = 0; i < sc->traffic_count && out->count < SDP_MEDIA_MAX; i++) {
        const struct scenario_traffic *t = &sc->traffic[i];
        if (strcmp(t->type->name, "rtp") != 0) {
            continue;
        }
        out->media[out->count] = medium_of(sc, t);
        if (out->count == 0 && sc->nodes[t->from].address_count) {
            out->origin = sc->nodes[t->from].addresses[0].ip;
            out->to = out->media[0].to;
        }
        struct sdp_media *m = &out->media[out->count++];
        m->to = m->to == out->to ? 0 : m->to;
    }
    return out->count > 0;
}
