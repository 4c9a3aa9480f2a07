/* What RSVP says in numbers: IEEE floats by their bits, so that no rounding of a machine enters,
 * and the order of flowspecs. */
#include "wire/rsvp.h"

#define MANTISSA 23

/* Rounded to the nearest, ties to even. */
uint32_t rsvp_float(int64_t value)
{
    uint64_t v = (uint64_t)(value < 0 ? 0 : value);
    unsigned top = 63;
    if (value == INT64_MAX) {
        return UINT32_C(0x7f800000);
    }
    if (v == 0) {
        return 0;
    }
    while (!(v >> top & 1)) {
        top--;
    }
    uint64_t mantissa = top <= MANTISSA ? v << (MANTISSA - top) : v >> (top - MANTISSA);
    if (top > MANTISSA) {
        uint64_t rest = v & ((UINT64_C(1) << (top - MANTISSA)) - 1);
        uint64_t half = UINT64_C(1) << (top - MANTISSA - 1);
        mantissa += rest > half || (rest == half && mantissa & 1);
    }
    if (mantissa >> (MANTISSA + 1)) { /* rounded up to the next power */
        mantissa >>= 1;
        top++;
    }
    return (uint32_t)((127 + top) << MANTISSA | (mantissa & ((1u << MANTISSA) - 1)));
}

int64_t rsvp_unfloat(uint32_t bits)
{
    uint32_t exponent = bits >> MANTISSA & 0xff, fraction = bits & ((1u << MANTISSA) - 1);
    if (bits == UINT32_C(0x80000000)) {
        return 0;
    }
    if (bits >> 31 || (exponent == 0xff && fraction)) {
        return -1;
    }
    if (exponent >= 127 + 63) {
        return INT64_MAX; /* infinity, and whatever is as good */
    }
    if (exponent < 126) {
        return 0; /* less than a half */
    }
    uint64_t mantissa = fraction | 1u << MANTISSA;
    unsigned power = exponent - 126; /* of two, plus one: 0 for a half */
    if (power > MANTISSA) {
        return (int64_t)(mantissa << (power - 1 - MANTISSA));
    }
    return (int64_t)((mantissa + (UINT64_C(1) << (MANTISSA - power))) >> (MANTISSA + 1 - power));
}

static int64_t more(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t fewer(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static uint32_t less(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* RFC 2211, RFC 2212, "Ordering and merging": the largest r, b and p, the smallest m and M. */
static struct rsvp_tspec merge_tspecs(const struct rsvp_tspec *a, const struct rsvp_tspec *b)
{
    return (struct rsvp_tspec){.rate = more(a->rate, b->rate),
                               .bucket = more(a->bucket, b->bucket),
                               .peak = more(a->peak, b->peak),
                               .min_unit = less(a->min_unit, b->min_unit),
                               .max_packet = less(a->max_packet, b->max_packet)};
}

/* RFC 2212: the largest R, the smallest slack; guaranteed service is more than controlled load. */
struct rsvp_flowspec rsvp_merge(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b)
{
    bool is_a = a->service == RSVP_GUARANTEED, is_b = b->service == RSVP_GUARANTEED;
    struct rsvp_flowspec out = {.service = is_a || is_b ? RSVP_GUARANTEED : RSVP_CONTROLLED_LOAD,
                                .tspec = merge_tspecs(&a->tspec, &b->tspec)};
    if (is_a || is_b) {
        out.reserved = more(rsvp_share(a), rsvp_share(b));
        out.slack = is_a && is_b ? less(a->slack, b->slack) : is_a ? a->slack : b->slack;
    }
    return out;
}

static struct rsvp_tspec least_tspec(const struct rsvp_tspec *a, const struct rsvp_tspec *b)
{
    return (struct rsvp_tspec){.rate = fewer(a->rate, b->rate),
                               .bucket = fewer(a->bucket, b->bucket),
                               .peak = fewer(a->peak, b->peak),
                               .min_unit = less(a->min_unit, b->min_unit),
                               .max_packet = less(a->max_packet, b->max_packet)};
}

struct rsvp_flowspec rsvp_least(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b)
{
    bool is_a = a->service == RSVP_GUARANTEED, is_b = b->service == RSVP_GUARANTEED;
    struct rsvp_flowspec out = {.service = is_a && is_b ? RSVP_GUARANTEED : RSVP_CONTROLLED_LOAD,
                                .tspec = least_tspec(&a->tspec, &b->tspec)};
    if (is_a && is_b) {
        out.reserved = fewer(rsvp_share(a), rsvp_share(b));
        out.slack = a->slack > b->slack ? a->slack : b->slack;
    }
    return out;
}

int64_t rsvp_share(const struct rsvp_flowspec *f)
{
    bool has_own = f->service == RSVP_GUARANTEED && f->reserved > f->tspec.rate;
    return has_own ? f->reserved : f->tspec.rate;
}

bool rsvp_same_flowspec(const struct rsvp_flowspec *a, const struct rsvp_flowspec *b)
{
    return a->service == b->service && a->tspec.rate == b->tspec.rate &&
           a->tspec.bucket == b->tspec.bucket && a->tspec.peak == b->tspec.peak &&
           a->tspec.min_unit == b->tspec.min_unit && a->tspec.max_packet == b->tspec.max_packet &&
           a->reserved == b->reserved && a->slack == b->slack;
}
