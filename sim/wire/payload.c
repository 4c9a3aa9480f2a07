/* Pictures carry no coding that anybody knows: their name begins with X- (RFC 4855 3, as RFC 2045
 * 6.3 has it), and their type is the first dynamic one. */
#include "wire/payload.h"

#include <stddef.h>

const struct payload_format payload_formats[] = {
    [PAYLOAD_PCMU] = {"PCMU", 0, 1, 8000, 64000},    [PAYLOAD_PCMA] = {"PCMA", 8, 1, 8000, 64000},
    [PAYLOAD_G722] = {"G722", 9, 1, 8000, 64000},    [PAYLOAD_L16] = {"L16", 11, 1, 44100, 705600},
    [PAYLOAD_OPUS] = {"opus", 111, 2, 48000, 32000}, [PAYLOAD_COUNT] = {NULL, 0, 0, 0, 0},
};
const char *const payload_names[] = {"PCMU", "PCMA", "G722", "L16", "Opus", NULL};
const struct payload_format payload_pictures = {"X-PICTURES", 96, 1, 90000, 0};

const struct payload_format *payload_by_type(uint8_t type)
{
    for (const struct payload_format *f = payload_formats; f->name; f++) {
        if (f->type == type) {
            return f;
        }
    }
    return type == payload_pictures.type ? &payload_pictures : NULL;
}
