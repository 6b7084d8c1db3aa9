/* Numbers as text, independent of the locale.
 *
 * A decimal is read as digits D (an integer) and a power of ten: value = D * 10^e. Where D < 2^53 and |e| <= 22 both factors
 * are exact doubles, so that one multiplication or division rounds correctly (Clinger, "How to read floating point numbers
 * accurately", PLDI 1990). All else goes to strtod in the form "DDDDe±X", which has no decimal point for a locale to change. */
#include "base/number.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXACT_POWER   22
#define WORD_DIGITS   19                        /* digits that always fit a uint64_t */
#define MOST_DIGITS   800                       /* 767 significant digits decide every double; what follows is only zero or not */
#define MOST_EXPONENT INT64_C(1000000000000000) /* no text is long enough to make up for it: zero or infinite */

typedef struct decimal {
    bool negative;
    const char *digits; /* first significant digit; the point may lie between */
    const char *end;    /* after the last digit */
    size_t count;       /* significant digits */
    uint64_t leading;   /* the first WORD_DIGITS of them as a number */
    int64_t exponent;   /* value = all the digits as an integer * 10^exponent */
} decimal;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

/* text[at..end) == word, in any case; word is lower-case letters. */
static bool is_word(const char *at, const char *end, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(end - at) != length) return false;
    for (size_t i = 0; i < length; i++)
        if ((at[i] | 0x20) != word[i]) return false;
    return true;
}

static bool parse_word(const char *at, const char *end, bool negative, double *value) {
    double word;
    if (is_word(at, end, "inf") || is_word(at, end, "infinity"))
        word = (double)INFINITY;
    else if (is_word(at, end, "nan"))
        word = (double)NAN;
    else
        return false;
    *value = negative ? -word : word;
    return true;
}

/* [sign] digits: from *at, which moves behind them. The magnitude stops growing at MOST_EXPONENT. */
static bool scan_exponent(const char **at, const char *end, int64_t *exponent) {
    const char *p = *at;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+')) p++;
    const char *first = p;
    int64_t magnitude = 0;
    for (; p < end && is_digit(*p); p++)
        if (magnitude < MOST_EXPONENT) magnitude = magnitude * 10 + (*p - '0');
    *exponent += negative ? -magnitude : magnitude;
    *at = p;
    return p > first;
}

/* Digits, at most one point, an exponent, and nothing else. `at` lies behind the sign. */
static bool scan_decimal(const char *at, const char *end, decimal *out) {
    const char *p = at, *point = NULL;
    out->digits = NULL;
    out->count = 0;
    out->leading = 0;
    for (; p < end; p++) {
        unsigned digit = (unsigned)(*p - '0');
        if (digit > 9) {
            if (*p != '.' || point) break;
            point = p;
            continue;
        }
        if (!out->count) {
            if (!digit) continue;
            out->digits = p;
        }
        if (out->count++ < WORD_DIGITS) out->leading = out->leading * 10 + digit;
    }
    out->end = p;
    if (p - at == (point ? 1 : 0)) return false; /* no digit at all */
    out->exponent = point ? -(int64_t)(p - point - 1) : 0;
    if (p < end && (*p | 0x20) == 'e') {
        p++;
        if (!scan_exponent(&p, end, &out->exponent)) return false;
    }
    return p == end;
}

static const double powers_of_ten[EXACT_POWER + 1] = { 1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22 };

/* Not where the machine computes in more than double precision: it would round twice. */
static bool clinger(const decimal *number, double *value) {
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1
    if (number->count > WORD_DIGITS || number->leading >> DBL_MANT_DIG) return false;
    if (number->exponent < -EXACT_POWER || number->exponent > EXACT_POWER) return false;
    double digits = (double)number->leading;
    *value = number->exponent < 0 ? digits / powers_of_ten[-number->exponent] : digits * powers_of_ten[number->exponent];
    return true;
#else
    (void)number, (void)value, (void)powers_of_ten;
    return false;
#endif
}

/* At most MOST_DIGITS digits are handed on. Those cut off can only break a tie: a digit 1 in their place does that, too. */
static double by_strtod(const decimal *number) {
    char text[MOST_DIGITS + 32];
    size_t used = 0;
    bool rest = false;
    for (const char *p = number->digits; p < number->end; p++) {
        if (*p == '.') continue;
        if (used < MOST_DIGITS)
            text[used++] = *p;
        else
            rest = rest || *p != '0';
    }
    int64_t exponent = number->exponent + (int64_t)(number->count - used);
    if (rest) {
        text[used++] = '1';
        exponent--;
    }
    snprintf(text + used, sizeof text - used, "e%lld", (long long)exponent);
    return strtod(text, NULL);
}

bool mg__parse_double(const char *text, size_t length, double *value) {
    const char *at = text, *end = text + length;
    decimal number = { .negative = at < end && *at == '-' };
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (!scan_decimal(at, end, &number)) return parse_word(at, end, number.negative, value);
    double magnitude = 0;
    if (number.count && !clinger(&number, &magnitude)) magnitude = by_strtod(&number);
    *value = number.negative ? -magnitude : magnitude;
    return true;
}

bool mg__parse_int64(const char *text, size_t length, int64_t *value) {
    const char *at = text, *end = text + length;
    bool negative = at < end && *at == '-';
    if (at < end && (*at == '-' || *at == '+')) at++;
    if (at == end) return false;
    uint64_t limit = (uint64_t)INT64_MAX + (negative ? 1 : 0), magnitude = 0;
    for (; at < end; at++) {
        if (!is_digit(*at)) return false;
        uint64_t digit = (uint64_t)(*at - '0');
        if (magnitude > (limit - digit) / 10) return false;
        magnitude = magnitude * 10 + digit;
    }
    *value = !negative ? (int64_t)magnitude : magnitude == limit ? INT64_MIN : -(int64_t)magnitude;
    return true;
}

/* What printf wrote, in the form that we promise: the locale's point, whatever its bytes, becomes '.'; the exponent loses
 * '+' and leading zeros ("1e+07" -> "1e7"). */
static size_t tidy(const char *text, char *out) {
    char *to = out;
    const char *p = text;
    for (; *p && *p != 'e'; p++) {
        if (is_digit(*p) || *p == '-')
            *to++ = *p;
        else if (to[-1] != '.')
            *to++ = '.';
    }
    if (*p == 'e') {
        *to++ = *p++;
        if (*p == '-') *to++ = '-';
        while (!is_digit(*p) || (*p == '0' && p[1])) p++;
        while (*p) *to++ = *p++;
    }
    *to = '\0';
    return (size_t)(to - out);
}

static size_t format_special(double value, char out[MG__NUMBER_BYTES]) {
    strcpy(out, isnan(value) ? "nan" : value < 0 ? "-inf" : "inf");
    return strlen(out);
}

static size_t format_digits(double value, int digits, char out[MG__NUMBER_BYTES]) {
    char text[2 * MG__NUMBER_BYTES]; /* a locale's point may take several bytes */
    snprintf(text, sizeof text, "%.*g", digits, value);
    return tidy(text, out);
}

/* Every decimal of DBL_DIG digits survives a normal double, so the search starts there; a denormal has fewer. */
size_t mg__format_double(double value, char out[MG__NUMBER_BYTES]) {
    if (!isfinite(value)) return format_special(value, out);
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    for (;; digits++) {
        size_t length = format_digits(value, digits, out);
        double back = value;
        if (digits == DBL_DECIMAL_DIG || (mg__parse_double(out, length, &back) && back == value)) return length;
    }
}

size_t mg__format_float(float value, char out[MG__NUMBER_BYTES]) {
    if (!isfinite(value)) return format_special((double)value, out);
    int digits = fabsf(value) < FLT_MIN ? 1 : FLT_DIG;
    for (;; digits++) {
        size_t length = format_digits((double)value, digits, out);
        double back = (double)value;
        if (digits == FLT_DECIMAL_DIG || (mg__parse_double(out, length, &back) && (float)back == value)) return length;
    }
}

bool mg__parse_seconds(const char *text, double *seconds) {
    size_t length = strlen(text);
    double unit = 1, value;
    if (length > 0 && strchr("smh", text[length - 1])) {
        unit = text[length - 1] == 's' ? 1 : text[length - 1] == 'm' ? 60 : 3600;
        length--;
    }
    if (!mg__parse_double(text, length, &value) || !isfinite(value) || value < 0) return false;
    *seconds = value * unit;
    return true;
}
