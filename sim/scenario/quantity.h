#pragma once
/* Quantities as a student writes them, `20 ms`, and as the program holds them: whole numbers of a
 * base unit. All arithmetic is exact: a value that the base unit cannot hold whole is refused. */

#include <stdbool.h>
#include <stdint.h>

enum quantity {
    QUANTITY_COUNT,     /* a bare whole number */
    QUANTITY_TIME,      /* ns */
    QUANTITY_BYTES,     /* B */
    QUANTITY_RATE,      /* bit/s */
    QUANTITY_CHANCE,    /* parts per 10^9 */
    QUANTITY_FREQUENCY, /* per 10^9 s */
    QUANTITY_PACKETS,
    QUANTITY_DRIFT,     /* parts per 10^9, as a chance, but may be negative and above 1 */
    QUANTITY_BIT_ERROR, /* parts per 10^18, a bare number below 1 too (1e-6) */
};

enum value_fault {
    VALUE_GOOD,
    VALUE_NO_NUMBER,  /* does not begin with a number */
    VALUE_NO_UNIT,    /* a bare number where a unit is needed */
    VALUE_BAD_UNIT,   /* a unit that this quantity does not know */
    VALUE_HAS_UNIT,   /* a unit where a bare number is needed */
    VALUE_NOT_FINITE, /* nan, inf */
    VALUE_NEGATIVE,
    VALUE_TOO_LARGE,
    VALUE_TOO_FINE,   /* not a whole number of the base unit */
    VALUE_NOT_CHANCE, /* above 100 % */
};

/* Reads the whole text as a quantity. On VALUE_BAD_UNIT, unit (24 bytes, may be NULL) gets what
 * stood there. *out is set only on VALUE_GOOD, and is never negative unless may_be_negative. */
enum value_fault quantity_parse(const char *text, enum quantity q, bool may_be_negative,
                                int64_t *out, char *unit);

/* Names of the units of a quantity, NULL-terminated; and all of them in a row, "ns us µs ms s …".
 */
const char *const *quantity_units(enum quantity q);
const char *quantity_unit_list(enum quantity q);
/* The unit meant by another spelling that is in use (`Mbps`, `sec`); NULL: not known. */
const char *quantity_unit_meant(enum quantity q, const char *unit);
const char *quantity_example(enum quantity q); /* "20 ms" */

/* The shortest exact text that quantity_parse reads back, "1.5 s"; buf holds 48 bytes. Returns buf.
 */
char *quantity_print(int64_t value, enum quantity q, char buf[48]);

/* The decimal number at the beginning of `text` as the nearest double, *rest is what follows it.
 * False: none there. */
bool real_parse(const char *text, double *out, const char **rest);

bool word_is_like(const char *a, const char *b); /* the same but for ASCII capitals */
/* `on off yes no true false`, in any case, quoted or not. False: none of them. */
bool switch_parse(const char *text, bool *out);
