/* Numbers with units: parsed into a mantissa and a power of ten, scaled by whole factors. */
#include "scenario/quantity.h"

#include "base/simtime.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

__extension__ typedef unsigned __int128 wide;

struct unit {
    const char *name;
    int64_t factor;  /* base units in one */
    bool is_printed; /* quantity_print may choose it */
};
struct quantity_info {
    const struct unit *units; /* largest last; NULL: a bare number */
    const char *const *names;
    const char *list, *example, *zero;
    bool bare; /* a bare number is accepted, counted in `bare_factor` */
    int64_t bare_factor;
};

#define MINUTE (60 * SIM_S)

static const struct unit time_units[] = {
    {"ns", 1, true},        {"us", SIM_US, true},      {"µs", SIM_US, false},
    {"μs", SIM_US, false},  {"ms", SIM_MS, true},      {"s", SIM_S, true},
    {"min", MINUTE, false}, {"h", 60 * MINUTE, false}, {"d", 1440 * MINUTE, false},
    {NULL, 0, false},
};
static const struct unit byte_units[] = {
    {"B", 1, true},         {"kB", 1000, true},       {"KiB", 1024, true},    {"MB", 1000000, true},
    {"MiB", 1 << 20, true}, {"GB", 1000000000, true}, {"GiB", 1 << 30, true}, {NULL, 0, false},
};
static const struct unit rate_units[] = {
    {"bit/s", 1, true},           {"kbit/s", 1000, true}, {"Mbit/s", 1000000, true},
    {"Gbit/s", 1000000000, true}, {NULL, 0, false},
};
static const struct unit chance_units[] = {
    {"ppm", 1000, true}, {"%", 10000000, true}, {NULL, 0, false}};
static const struct unit frequency_units[] = {
    {"/s", 1000000000, true}, {"per second", 1000000000, false}, {NULL, 0, false}};
static const struct unit packet_units[] = {
    {"packets", 1, true}, {"packet", 1, false}, {NULL, 0, false}};
static const struct unit drift_units[] = {
    {"ppb", 1, true}, {"ppm", 1000, true}, {"%", 10000000, false}, {NULL, 0, false}};
static const struct unit bit_error_units[] = {
    {"ppm", 1000000000000, true}, {"%", 10000000000000000, true}, {NULL, 0, false}};

static const char *const no_names[] = {NULL};
static const char *const time_names[] = {"ns", "us", "µs", "ms", "s", "min", "h", "d", NULL};
static const char *const byte_names[] = {"B", "kB", "KiB", "MB", "MiB", "GB", "GiB", NULL};
static const char *const rate_names[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s", NULL};
static const char *const chance_names[] = {"%", "ppm", NULL};
static const char *const frequency_names[] = {"/s", "per second", NULL};
static const char *const packet_names[] = {"packets", NULL};
static const char *const drift_names[] = {"ppm", "ppb", NULL};

static const struct quantity_info infos[] = {
    [QUANTITY_COUNT] = {NULL, no_names, "", "10", "0", true, 1},
    [QUANTITY_TIME] = {time_units, time_names, "ns us µs ms s min h d", "20 ms", "0 s", false, 0},
    [QUANTITY_BYTES] = {byte_units, byte_names, "B kB KiB MB MiB GB GiB", "1000 B", "0 B", false,
                        0},
    [QUANTITY_RATE] = {rate_units, rate_names, "bit/s kbit/s Mbit/s Gbit/s", "10 Mbit/s", "0 bit/s",
                       false, 0},
    [QUANTITY_CHANCE] = {chance_units, chance_names, "% ppm", "5 %", "0 %", false, 0},
    [QUANTITY_FREQUENCY] = {frequency_units, frequency_names, "/s", "20 /s", "0 /s", false, 0},
    [QUANTITY_PACKETS] = {packet_units, packet_names, "packets", "20 packets", "0 packets", false,
                          0},
    [QUANTITY_DRIFT] = {drift_units, drift_names, "ppm ppb", "50 ppm", "0 ppm", false, 0},
    [QUANTITY_BIT_ERROR] = {bit_error_units, chance_names, "% ppm", "1e-6", "0", true,
                            1000000000000000000},
};

struct number {
    wide mantissa;
    int exponent; /* of ten */
    bool is_negative, is_huge;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

#define MANTISSA_MAX ((wide)UINT64_MAX)

static void add_digit(struct number *n, char c, bool is_fraction)
{
    if (n->mantissa > MANTISSA_MAX) {
        n->is_huge |= c != '0' || !is_fraction;
        return;
    }
    n->mantissa = n->mantissa * 10 + (unsigned)(c - '0');
    n->exponent -= is_fraction;
}

/* Digits, perhaps a point and digits, perhaps e and a whole number. NULL: not a number. */
static const char *parse_number(const char *p, struct number *n)
{
    if (*p == '-' || *p == '+') {
        n->is_negative = *p++ == '-';
    }
    if (!is_digit(*p) && !(*p == '.' && is_digit(p[1]))) {
        return NULL;
    }
    for (; is_digit(*p); p++) {
        add_digit(n, *p, false);
    }
    if (*p == '.' && is_digit(p[1])) {
        for (p++; is_digit(*p); p++) {
            add_digit(n, *p, true);
        }
    }
    if ((*p == 'e' || *p == 'E') && (is_digit(p[1]) || (strchr("+-", p[1]) && is_digit(p[2])))) {
        int sign = p[1] == '-' ? -1 : 1, e = 0;
        for (p += is_digit(p[1]) ? 1 : 2; is_digit(*p); p++) {
            e = e < 1000 ? e * 10 + (*p - '0') : e;
        }
        n->exponent += sign * e;
    }
    return p;
}

/* mantissa * 10^exponent * factor, if it is whole and fits. */
static enum value_fault scale(const struct number *n, int64_t factor, int64_t *out)
{
    wide m = n->mantissa, f = (wide)factor;
    if (m == 0) {
        *out = 0;
        return VALUE_GOOD;
    }
    if (n->is_huge) {
        return n->exponent < -10 ? VALUE_TOO_FINE : VALUE_TOO_LARGE;
    }
    for (int e = n->exponent; e < 0; e++) {
        if (m % 10 == 0) {
            m /= 10;
        } else if (f % 10 == 0) {
            f /= 10;
        } else if (m % 5 == 0 && f % 2 == 0) {
            m /= 5;
            f /= 2;
        } else if (m % 2 == 0 && f % 5 == 0) {
            m /= 2;
            f /= 5;
        } else {
            return VALUE_TOO_FINE;
        }
    }
    for (int e = n->exponent; e > 0; e--) {
        m *= 10;
        if (m > (wide)INT64_MAX) {
            return VALUE_TOO_LARGE;
        }
    }
    if (m > (wide)INT64_MAX / f) {
        return VALUE_TOO_LARGE;
    }
    *out = (int64_t)(m * f);
    return VALUE_GOOD;
}

static enum value_fault unit_factor(const char *unit, const struct quantity_info *info,
                                    int64_t *factor)
{
    if (*unit == '\0') {
        *factor = info->bare_factor;
        return info->bare ? VALUE_GOOD : VALUE_NO_UNIT;
    }
    for (const struct unit *u = info->units; u && u->name; u++) {
        if (strcmp(unit, u->name) == 0) {
            *factor = u->factor;
            return VALUE_GOOD;
        }
    }
    return info->units ? VALUE_BAD_UNIT : VALUE_HAS_UNIT;
}

bool word_is_like(const char *a, const char *b)
{
    while (*a && tolower((unsigned char)*a) == tolower((unsigned char)*b)) {
        a++;
        b++;
    }
    return *a == *b;
}

static bool is_not_finite(const char *text)
{
    static const char *const names[] = {"nan", ".nan", "inf", ".inf", "infinity"};
    text += *text == '-' || *text == '+';
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (word_is_like(text, names[i])) {
            return true;
        }
    }
    return false;
}

static int64_t limit_of(enum quantity q)
{
    switch (q) {
    case QUANTITY_CHANCE: return 1000000000;
    case QUANTITY_BIT_ERROR: return 1000000000000000000;
    case QUANTITY_COUNT:
    case QUANTITY_TIME:
    case QUANTITY_BYTES:
    case QUANTITY_RATE:
    case QUANTITY_FREQUENCY:
    case QUANTITY_PACKETS:
    case QUANTITY_DRIFT: break;
    }
    return INT64_MAX - 1;
}

enum value_fault quantity_parse(const char *text, enum quantity q, bool may_be_negative,
                                int64_t *out, char *unit)
{
    struct number n = {0};
    if (is_not_finite(text)) {
        return VALUE_NOT_FINITE;
    }
    const char *rest = parse_number(text, &n);
    if (!rest) {
        return VALUE_NO_NUMBER;
    }
    rest += strspn(rest, " ");
    if (unit) {
        snprintf(unit, 24, "%s", rest);
    }
    int64_t factor = 0, value = 0;
    enum value_fault fault = unit_factor(rest, &infos[q], &factor);
    fault = fault == VALUE_GOOD ? scale(&n, factor, &value) : fault;
    if (fault != VALUE_GOOD) {
        return fault;
    }
    if (n.is_negative && value != 0 && !may_be_negative) {
        return VALUE_NEGATIVE;
    }
    if (value > limit_of(q)) {
        return limit_of(q) < INT64_MAX - 1 ? VALUE_NOT_CHANCE : VALUE_TOO_LARGE;
    }
    *out = n.is_negative ? -value : value;
    return VALUE_GOOD;
}

const char *const *quantity_units(enum quantity q)
{
    return infos[q].names;
}

const char *quantity_unit_list(enum quantity q)
{
    return infos[q].list;
}

const char *quantity_unit_meant(enum quantity q, const char *unit)
{
    static const struct {
        const char *unit, *meant;
    } spellings[] = {
        {"sec", "s"},         {"secs", "s"},        {"second", "s"},      {"seconds", "s"},
        {"msec", "ms"},       {"usec", "us"},       {"minutes", "min"},   {"hours", "h"},
        {"days", "d"},        {"bps", "bit/s"},     {"kbps", "kbit/s"},   {"mbps", "Mbit/s"},
        {"gbps", "Gbit/s"},   {"kbit", "kbit/s"},   {"mbit", "Mbit/s"},   {"gbit", "Gbit/s"},
        {"kbit/s", "kbit/s"}, {"mbit/s", "Mbit/s"}, {"gbit/s", "Gbit/s"}, {"mb/s", "Mbit/s"},
        {"kb", "kB"},         {"mb", "MB"},         {"gb", "GB"},         {"byte", "B"},
        {"bytes", "B"},       {"b", "B"},           {"percent", "%"},     {"pct", "%"},
        {"pkts", "packets"},  {"p", "packets"},     {"hz", "/s"},         {"fps", "/s"},
        {"frames/s", "/s"},
    };
    for (size_t i = 0; i < sizeof spellings / sizeof *spellings; i++) {
        for (const char *const *name = infos[q].names; *name; name++) {
            if (word_is_like(unit, spellings[i].unit) && strcmp(*name, spellings[i].meant) == 0) {
                return *name;
            }
        }
    }
    return NULL;
}

const char *quantity_example(enum quantity q)
{
    return infos[q].example;
}

/* value / factor as a decimal with at most `digits` after the point; false: it needs more. */
static bool print_decimal(int64_t value, int64_t factor, int digits, char buf[48])
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    uint64_t whole = magnitude / (uint64_t)factor, rest = magnitude % (uint64_t)factor;
    int n = snprintf(buf, 32, "%s%" PRIu64 "%s", value < 0 ? "-" : "", whole, rest ? "." : "");
    for (; rest && digits > 0; digits--) {
        wide next = (wide)rest * 10;
        buf[n++] = (char)('0' + (int)(next / (uint64_t)factor));
        rest = (uint64_t)(next % (uint64_t)factor);
    }
    buf[n] = '\0';
    return rest == 0;
}

char *quantity_print(int64_t value, enum quantity q, char buf[48])
{
    const struct quantity_info *info = &infos[q];
    if (value == 0) {
        snprintf(buf, 48, "%s", info->zero);
        return buf;
    }
    print_decimal(value, info->bare && q != QUANTITY_COUNT ? info->bare_factor : 1, 18, buf);
    int64_t magnitude = value < 0 ? -value : value;
    for (const struct unit *u = info->units; u && u->name; u++) {
        char candidate[48];
        bool is_first = u == info->units;
        if (u->is_printed && (is_first || magnitude >= u->factor) &&
            print_decimal(value, u->factor, q == QUANTITY_BYTES ? 1 : 3, candidate)) {
            snprintf(buf, 48, "%.36s %s", candidate, u->name);
        }
    }
    return buf;
}

bool switch_parse(const char *text, bool *out)
{
    static const char *const names[] = {"on", "yes", "true", "off", "no", "false"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (word_is_like(text, names[i])) {
            *out = i < 3;
            return true;
        }
    }
    return false;
}

/* A mantissa below 2^53 and a power of ten up to 10^22 are doubles, so one operation rounds right;
 * beyond that the result may be off in its last bit. */
bool real_parse(const char *text, double *out, const char **rest)
{
    struct number n = {0};
    const char *end = parse_number(text, &n);
    if (!end || n.is_huge || n.exponent > 300 || n.exponent < -300) {
        return false;
    }
    double scale10 = 1;
    for (int e = n.exponent < 0 ? -n.exponent : n.exponent; e > 0; e--) {
        scale10 *= 10;
    }
    double m = (double)n.mantissa;
    m = n.exponent < 0 ? m / scale10 : m * scale10;
    *out = n.is_negative ? -m : m;
    *rest = end;
    return true;
}
