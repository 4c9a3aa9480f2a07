/* Pictures carry no coding that anybody knows: their name begins with X- (RFC 4855 3, as RFC 2045
 * 6.3 has it), and their types are the first dynamic ones. */
#include "wire/payload.h"

const struct payload_format payload_formats[] = {
    [PAYLOAD_PCMU] = {"PCMU", 0, 1, 8000, 64000},    [PAYLOAD_PCMA] = {"PCMA", 8, 1, 8000, 64000},
    [PAYLOAD_G722] = {"G722", 9, 1, 8000, 64000},    [PAYLOAD_L16] = {"L16", 11, 1, 44100, 705600},
    [PAYLOAD_OPUS] = {"opus", 111, 2, 48000, 32000}, [PAYLOAD_COUNT] = {NULL, 0, 0, 0, 0},
};
const char *const payload_names[] = {"PCMU", "PCMA", "G722", "L16", "Opus", NULL};
const struct payload_format payload_pictures = {"X-PICTURES", 96, 1, 90000, 0};
const struct payload_format payload_coded = {"X-CODED-PICTURES", 98, 1, 90000, 0};

bool payload_is_repair(uint8_t type)
{
    return type == PAYLOAD_RTX || type == PAYLOAD_RTX_CODED;
}

uint8_t payload_repair_of(uint8_t type)
{
    return type == payload_coded.type ? PAYLOAD_RTX_CODED : PAYLOAD_RTX;
}

const struct payload_format *payload_of(int64_t codec, bool is_video, bool is_coded)
{
    if (is_video) {
        return is_coded ? &payload_coded : &payload_pictures;
    }
    return &payload_formats[codec >= 0 && codec < PAYLOAD_COUNT ? codec : PAYLOAD_PCMU];
}

size_t payload_header(uint8_t type)
{
    size_t picture = type == payload_coded.type || type == PAYLOAD_RTX_CODED;
    return picture + (payload_is_repair(type) ? 2 : 0);
}
const struct payload_format payload_sbc[4] = {
    {"SBC", 112, 2, 16000, 0},
    {"SBC", 112, 2, 32000, 0},
    {"SBC", 112, 2, 44100, 0},
    {"SBC", 112, 2, 48000, 0},
};

const struct payload_format *payload_by_type(uint8_t type)
{
    for (const struct payload_format *f = payload_formats; f->name; f++) {
        if (f->type == type) {
            return f;
        }
    }
    return type == payload_pictures.type ? &payload_pictures
           : type == payload_coded.type  ? &payload_coded
           : type == payload_sbc[0].type ? &payload_sbc[0]
                                         : NULL;
}
