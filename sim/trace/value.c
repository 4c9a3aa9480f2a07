/* Figures and names as people write them in a sentence. */
#include "trace/story.h"

#include "base/net.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct scale {
    int64_t size;
    const char *unit;
};

static const struct scale times[] = {
    {SIM_S, "s"}, {SIM_MS, "ms"}, {SIM_US, "µs"}, {1, "ns"}, {0, NULL}};
static const struct scale sizes[] = {
    {1000000000, "GB"}, {1000000, "MB"}, {1000, "kB"}, {1, "B"}, {0, NULL}};
static const struct scale rates[] = {
    {1000000000, "Gbit/s"}, {1000000, "Mbit/s"}, {1000, "kbit/s"}, {1, "bit/s"}, {0, NULL}};

/* value / size to three decimals, rounded half up, without trailing zeros. */
static void print_scaled(int64_t value, const struct scale *s, char buf[32])
{
    int64_t whole = value / s->size;
    int64_t rest = muldiv(value % s->size, 1000, s->size);
    int64_t left = muldiv(value % s->size, 10000, s->size) % 10;
    if (left >= 5 && ++rest == 1000) {
        whole++;
        rest = 0;
    }
    char digits[8] = "";
    if (rest) {
        snprintf(digits, sizeof digits, ".%03d", (int)(rest % 1000));
        for (size_t n = strlen(digits); n > 0 && digits[n - 1] == '0'; n--) {
            digits[n - 1] = '\0';
        }
    }
    snprintf(buf, 32, "%" PRId64 "%s %s", whole, digits, s->unit);
}

/* Bytes change their unit only when two decimals hold them: 29.16 kB, but 1234 B. */
static bool is_round(int64_t value, const struct scale *s)
{
    return s->size < 100 || value % (s->size / 100) == 0;
}

/* The value-th of the words of a choice, "next|last". */
static void print_choice(int64_t value, const char *words, char buf[32])
{
    for (; value > 0 && strchr(words, '|'); value--) {
        words = strchr(words, '|') + 1;
    }
    snprintf(buf, 32, "%.*s", (int)strcspn(words, "|"), words);
}

char *value_print(int64_t value, const char *unit, char buf[32])
{
    if (strchr(unit, '|')) {
        print_choice(value, unit, buf);
        return buf;
    }
    const struct scale *s = strcmp(unit, "ns") == 0      ? times
                            : strcmp(unit, "B") == 0     ? sizes
                            : strcmp(unit, "bit/s") == 0 ? rates
                                                         : NULL;
    if (strcmp(unit, "ip") == 0 && value == 0) {
        snprintf(buf, 32, "–");
    } else if (strcmp(unit, "ip") == 0) {
        ip_print((uint32_t)value, buf);
    } else if (s == times && value == SIM_NEVER) {
        snprintf(buf, 32, "–");
    } else if (!s || value < 0) {
        snprintf(buf, 32, "%" PRId64 "%s%s", value, *unit ? " " : "", unit);
    } else if (value == 0) {
        snprintf(buf, 32, "0 %s", s == times ? "s" : s == sizes ? "B" : "bit/s");
    } else {
        bool is_size = s == sizes;
        while (value < s->size || (is_size && !is_round(value, s))) {
            s++;
        }
        print_scaled(value, s, buf);
    }
    return buf;
}

/* The last word of a label if it is short, as in "Client A"; NULL: there is none. */
static const char *short_tail(const char *label)
{
    const char *space = strrchr(label, ' ');
    size_t n = space ? strlen(space + 1) : 0;
    return n >= 1 && n <= 2 ? space + 1 : NULL;
}

const char *node_short(const struct trace *t, uint32_t node, enum lang lang)
{
    if (node >= t->node_count) {
        return "?";
    }
    const char *label = t->nodes[node].label[lang], *tail = short_tail(label);
    for (uint32_t i = 0; i < t->node_count && tail; i++) {
        const char *other = short_tail(t->nodes[i].label[lang]);
        if (i != node &&
            ((other && strcmp(other, tail) == 0) || strcmp(t->nodes[i].label[lang], tail) == 0)) {
            return label;
        }
    }
    return tail ? tail : label;
}
