#pragma once
/* SBC, the coding that every A2DP device knows (A2DP 1.3, 4.3 and appendix B): what a configuration
 * says in four bytes, how long a frame is, and a frame. */

#include "base/bytes.h"

#define SBC_INFO       4 /* bytes of the codec's own in a capability or configuration (4.3.2) */
#define SBC_FRAME_MAX  1025
#define SBC_FRAMES_MAX 15 /* in one packet: their number has four bits (4.3.4) */

enum sbc_mode { SBC_MONO, SBC_DUAL, SBC_STEREO, SBC_JOINT };

/* One configuration, or what a device can: then several bits of a set are set. */
struct sbc_info {
    uint8_t samplings;   /* 8: 16000, 4: 32000, 2: 44100, 1: 48000 Hz */
    uint8_t modes;       /* 8: mono, 4: dual, 2: stereo, 1: joint */
    uint8_t blocks;      /* 8: 4, 4: 8, 2: 12, 1: 16 */
    uint8_t subbands;    /* 2: 4, 1: 8 */
    uint8_t allocations; /* 2: SNR, 1: loudness */
    uint8_t bitpool_least, bitpool_most;
};
void sbc_info_write(const struct sbc_info *i, uint8_t out[SBC_INFO]);
void sbc_info_read(const uint8_t in[SBC_INFO], struct sbc_info *out);

/* The numbers of one configuration. False: a set of it names none or several. */
struct sbc {
    uint32_t sampling; /* Hz */
    enum sbc_mode mode;
    unsigned blocks, subbands, bitpool;
    bool by_snr;
};
bool sbc_of(const struct sbc_info *i, struct sbc *out);
uint8_t sbc_sampling_bit(uint32_t hz); /* 0: no such rate */

uint32_t sbc_frame_bytes(const struct sbc *s);
uint32_t sbc_frame_samples(const struct sbc *s); /* of each channel */
/* Appends one frame of silence, with its check. */
void sbc_add_frame(const struct sbc *s, struct buf *out);
/* Over what stands behind the sync byte, the check itself and the samples left out: two bytes, and
 * `side` bits of join flags and scale factors behind the check. */
uint8_t sbc_check(const uint8_t *frame, unsigned side);
/* The byte before the frames (4.3.4): whole frames, so many. */
uint8_t sbc_payload_header(unsigned frames);
/* A frame's header; false: it is none, or its check does not hold. */
bool sbc_frame_read(struct bytes frame, struct sbc *out);
