/* Rounding for people. No locale takes part: the program never calls setlocale. */
#include "export/say.h"

#include "base/err.h"
#include "trace/story.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* At most `decimals`, without zeros at the end. */
static void number(struct buf *out, double value, int decimals)
{
    char text[64];
    int n = snprintf(text, sizeof text, "%.*f", decimals, value);
    if (strchr(text, '.')) {
        while (text[n - 1] == '0') {
            text[--n] = '\0';
        }
        if (text[n - 1] == '.') {
            text[--n] = '\0';
        }
    }
    buf_str(out, text);
}

/* Decimals that leave four digits. */
static int decimals_of(double value)
{
    return value >= 1000 ? 0 : value >= 100 ? 1 : value >= 10 ? 2 : 3;
}

static void scaled(struct buf *out, double value, const char *const *units, unsigned count)
{
    unsigned i = 0;
    while (i + 1 < count && value >= 1000) {
        value /= 1000;
        i++;
    }
    number(out, value, decimals_of(value));
    buf_printf(out, " %s", units[i]);
}

void say_time(struct buf *out, sim_time t)
{
    static const char *const units[] = {"ns", "µs", "ms", "s"};
    if (t == 0) {
        buf_str(out, "0 s");
        return;
    }
    if (t >= 1000 * SIM_S) {
        number(out, (double)t / (double)SIM_S, 1);
        buf_str(out, " s");
        return;
    }
    scaled(out, (double)t, units, 4);
}

void say_bytes(struct buf *out, uint64_t n)
{
    static const char *const units[] = {"kB", "MB", "GB"};
    if (n < 10000) {
        buf_printf(out, "%" PRIu64 " B", n);
        return;
    }
    scaled(out, (double)n / 1000, units, 3);
}

void say_rate(struct buf *out, double bps)
{
    static const char *const units[] = {"bit/s", "kbit/s", "Mbit/s", "Gbit/s"};
    scaled(out, bps, units, 4);
}

void say_bits(struct buf *out, double bits)
{
    static const char *const units[] = {"bit", "kbit", "Mbit", "Gbit"};
    scaled(out, bits, units, 4);
}

void say_percent(struct buf *out, double of_one)
{
    number(out, of_one * 100, decimals_of(of_one * 100));
    buf_str(out, " %");
}

void say_value(struct buf *out, int64_t value, const char *unit)
{
    if (unit && strcmp(unit, "ns") == 0 && value >= 0) {
        say_time(out, value);
    } else if (unit && strchr(unit, '|')) {
        char word[32];
        buf_str(out, value_print(value, unit, word));
    } else {
        buf_printf(out, "%" PRId64 "%s%s", value, unit && *unit ? " " : "", unit ? unit : "");
    }
}

void say(struct buf *out, enum lang lang, const char *key, ...)
{
    enum { MOST = 12 };
    const char *pairs[2 * MOST];
    size_t count = 0;
    va_list args;
    va_start(args, key);
    for (const char *name; count < MOST && (name = va_arg(args, const char *)); count++) {
        pairs[2 * count] = name;
        pairs[2 * count + 1] = va_arg(args, const char *);
    }
    va_end(args);
    text_fill(out, word(lang, key), pairs, count);
}

void say_count(struct buf *out, enum lang lang, const char *key, uint64_t n)
{
    char one[64], digits[24];
    snprintf(one, sizeof one, "%s.one", key);
    snprintf(digits, sizeof digits, "%" PRIu64, n);
    say(out, lang, n == 1 && word_find(lang, one) ? one : key, "n", digits, NULL);
}
