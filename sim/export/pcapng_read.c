/* Blocks, one after the other: type, length, body, length again. Invariant: `at` stands at the
 * beginning of a block, and nothing behind `file.len` is ever looked at. */
#include "export/pcapng_read.h"

#include "base/os.h"
#include "wire/eth.h"

#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_OLD_PACKET = 2,
    BLOCK_SIMPLE = 3,
    BLOCK_PACKET = 6,
};
enum { OPT_END = 0, OPT_NAME = 2, OPT_TSRESOL = 9, OPT_TSOFFSET = 14 };
enum { BLOCK_AROUND = 12, IFACE_FIXED = 8, PACKET_FIXED = 20, SIMPLE_FIXED = 4, SLL_HEADER = 16 };
#define MAGIC            0x1a2b3c4du
#define SIMPLE_SECONDS   6 /* resolution of a clock that says nothing: microseconds */
#define NANOSECOND_POWER 9

static uint32_t u32(const struct capture_reader *r, const uint8_t *p)
{
    return r->is_big ? get_u32(p)
                     : (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static uint16_t u16(const struct capture_reader *r, const uint8_t *p)
{
    return r->is_big ? get_u16(p) : (uint16_t)(p[1] << 8 | p[0]);
}

static bool fail(struct capture_reader *r, const char *wrong)
{
    r->wrong = wrong;
    r->where = r->at;
    return false;
}

static bool is_old_pcap(uint32_t magic)
{
    return magic == 0xa1b2c3d4 || magic == 0xd4c3b2a1 || magic == 0xa1b23c4d || magic == 0x4d3cb2a1;
}

bool capture_open(struct capture_reader *r, struct bytes file)
{
    *r = (struct capture_reader){.file = file};
    if (file.len >= 4 && is_old_pcap(get_u32(file.data))) {
        return fail(r, "capture.old-format");
    }
    if (file.len < BLOCK_AROUND || get_u32(file.data) != BLOCK_SECTION) {
        return fail(r, "capture.no-pcapng");
    }
    return true;
}

void capture_close(struct capture_reader *r)
{
    free(r->ifaces);
    r->ifaces = NULL;
}

/* The magic number of a section shows the byte order of all that follows in it. */
static bool begin_section(struct capture_reader *r)
{
    const uint8_t *p = r->file.data + r->at;
    r->is_big = get_u32(p + 8) == MAGIC;
    if (u32(r, p + 8) != MAGIC) {
        return fail(r, "capture.no-magic");
    }
    r->first_iface = r->iface_count;
    return true;
}

/* The body of the block at `at`, and where the next begins; false: it contradicts itself. */
static bool block(struct capture_reader *r, uint32_t *type, struct bytes *body, size_t *next)
{
    const uint8_t *p = r->file.data + r->at;
    size_t left = r->file.len - r->at;
    if (left < BLOCK_AROUND) {
        return fail(r, "capture.cut");
    }
    if (get_u32(p) == BLOCK_SECTION && !begin_section(r)) {
        return false;
    }
    uint32_t len = u32(r, p + 4);
    if (len < BLOCK_AROUND || len % 4 != 0) {
        return fail(r, "capture.bad-length");
    }
    if (len > left) {
        return fail(r, "capture.cut");
    }
    if (u32(r, p + len - 4) != len) {
        return fail(r, "capture.lengths-differ");
    }
    *type = u32(r, p);
    *body = bytes_of(p + 8, len - BLOCK_AROUND);
    *next = r->at + len;
    return true;
}

static void take_option(struct capture_iface *f, const struct capture_reader *r, unsigned code,
                        struct bytes value)
{
    if (code == OPT_NAME) {
        size_t len = value.len < CAPTURE_NAME_MAX ? value.len : CAPTURE_NAME_MAX;
        memcpy(f->name, value.data, len);
        f->name[len] = 0;
    } else if (code == OPT_TSRESOL && value.len >= 1) {
        f->resolution = value.data[0];
    } else if (code == OPT_TSOFFSET && value.len >= 8) {
        uint32_t high = u32(r, value.data + (r->is_big ? 0 : 4));
        uint32_t low = u32(r, value.data + (r->is_big ? 4 : 0));
        f->offset = (int64_t)((uint64_t)high << 32 | low);
    }
}

static bool add_iface(struct capture_reader *r, struct bytes body)
{
    if (body.len < IFACE_FIXED) {
        return fail(r, "capture.bad-length");
    }
    struct capture_iface f = {.linktype = u16(r, body.data), .resolution = SIMPLE_SECONDS};
    struct bytes rest = bytes_sub(body, IFACE_FIXED, body.len);
    while (rest.len >= 4 && u16(r, rest.data) != OPT_END) {
        size_t len = u16(r, rest.data + 2), padded = (len + 3) / 4 * 4;
        if (len > rest.len - 4) {
            return fail(r, "capture.bad-option");
        }
        take_option(&f, r, u16(r, rest.data), bytes_of(rest.data + 4, len));
        rest = bytes_sub(rest, 4 + padded, rest.len);
    }
    if (r->iface_count == r->iface_cap) {
        r->iface_cap = r->iface_cap ? 2 * r->iface_cap : 4;
        r->ifaces = os_realloc(r->ifaces, r->iface_cap * sizeof *r->ifaces);
    }
    r->ifaces[r->iface_count++] = f;
    return true;
}

/* Whole nanoseconds of `ticks` of a clock that counts 2^-power seconds. */
static bool binary_time(uint64_t ticks, unsigned power, int64_t *ns)
{
    uint64_t seconds = power < 64 ? ticks >> power : 0;
    uint64_t fraction = ticks - (power < 64 ? seconds << power : 0);
    while (power > 30) { /* finer than a nanosecond */
        fraction >>= 1;
        power--;
    }
    *ns = (int64_t)(fraction * UINT64_C(1000000000) >> power);
    if (seconds > INT64_MAX / SIM_S - 1) {
        return false;
    }
    *ns += (int64_t)seconds * SIM_S;
    return true;
}

static bool decimal_time(uint64_t ticks, unsigned power, int64_t *ns)
{
    for (; power > NANOSECOND_POWER && ticks > 0; power--) {
        ticks /= 10;
    }
    for (; power < NANOSECOND_POWER; power++) {
        if (ticks > INT64_MAX / 10) {
            return false;
        }
        ticks *= 10;
    }
    *ns = (int64_t)ticks;
    return ticks <= INT64_MAX;
}

static bool time_of(const struct capture_iface *f, uint64_t ticks, sim_time *at)
{
    unsigned power = f->resolution & 127;
    int64_t ns, limit = INT64_MAX / SIM_S / 2;
    bool is_good =
        f->resolution & 128 ? binary_time(ticks, power, &ns) : decimal_time(ticks, power, &ns);
    if (!is_good || ns > limit * SIM_S || f->offset > limit || f->offset < -limit) {
        return false;
    }
    *at = ns + f->offset * SIM_S;
    return true;
}

static bool full_packet(struct capture_reader *r, struct bytes body, bool is_old,
                        struct capture_packet *out)
{
    if (body.len < PACKET_FIXED) {
        return fail(r, "capture.bad-length");
    }
    const uint8_t *p = body.data;
    uint32_t number = is_old ? u16(r, p) : u32(r, p), captured = u32(r, p + 12);
    if (number >= r->iface_count - r->first_iface) {
        return fail(r, "capture.no-interface");
    }
    if (captured > body.len - PACKET_FIXED) {
        return fail(r, "capture.bad-length");
    }
    out->iface = r->first_iface + number;
    out->len = u32(r, p + 16);
    out->data = bytes_of(p + PACKET_FIXED, captured);
    uint64_t ticks = (uint64_t)u32(r, p + 4) << 32 | u32(r, p + 8);
    if (!time_of(&r->ifaces[out->iface], ticks, &out->at)) {
        return fail(r, "capture.bad-time");
    }
    r->last = out->at;
    return true;
}

static bool simple_packet(struct capture_reader *r, struct bytes body, struct capture_packet *out)
{
    if (body.len < SIMPLE_FIXED) {
        return fail(r, "capture.bad-length");
    }
    if (r->iface_count == r->first_iface) {
        return fail(r, "capture.no-interface");
    }
    out->iface = r->first_iface;
    out->len = u32(r, body.data);
    out->at = r->last;
    out->data = bytes_sub(bytes_sub(body, SIMPLE_FIXED, body.len), 0, out->len);
    return true;
}

bool capture_next(struct capture_reader *r, struct capture_packet *out)
{
    while (!r->wrong && r->at < r->file.len) {
        uint32_t type;
        struct bytes body;
        size_t next;
        if (!block(r, &type, &body, &next)) {
            return false;
        }
        bool is_packet = type == BLOCK_PACKET || type == BLOCK_OLD_PACKET || type == BLOCK_SIMPLE;
        if (type == BLOCK_INTERFACE && !add_iface(r, body)) {
            return false;
        }
        if (is_packet) {
            bool is_good = type == BLOCK_SIMPLE
                               ? simple_packet(r, body, out)
                               : full_packet(r, body, type == BLOCK_OLD_PACKET, out);
            r->at = is_good ? next : r->at;
            return is_good;
        }
        r->at = next;
    }
    return false;
}

bool capture_ipv4(const struct capture_reader *r, const struct capture_packet *p, struct bytes *out)
{
    uint16_t linktype = r->ifaces[p->iface].linktype;
    size_t around = linktype == LINKTYPE_ETHERNET ? ETH_HEADER
                    : linktype == LINKTYPE_SLL    ? SLL_HEADER
                                                  : 0;
    if (around && (p->data.len < around || get_u16(p->data.data + around - 2) != ETHERTYPE_IPV4)) {
        return false;
    }
    if (!around && linktype != LINKTYPE_RAW && linktype != LINKTYPE_IPV4) {
        return false;
    }
    *out = bytes_sub(p->data, around, p->data.len);
    return out->len > 0 && out->data[0] >> 4 == 4;
}
