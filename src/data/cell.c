#include "data/cell.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

#define MARKED_BYTES 64 /* of a number with thousands marks, at most */

static bool is_blank(char c) { return c == ' ' || c == '\t'; }
static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static void trim(const char **text, size_t *length) {
    while (*length > 0 && is_blank(**text)) ++*text, --*length;
    while (*length > 0 && is_blank((*text)[*length - 1])) --*length;
}

static bool same_letters(const char *text, size_t length, const char *lower) {
    if (strlen(lower) != length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

bool mg__is_missing(const char *text, size_t length) {
    static const char *const marks[] = { "", "na", "n/a", "nan", "null", "?" };
    if (length > 0 && *text != 'n' && *text != 'N' && *text != '?' && !is_blank(*text)) return false; /* nearly all cells */
    trim(&text, &length);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (same_letters(text, length, marks[i])) return true;
    return false;
}

/* Writes the number with '.' as its point and without its marks. A mark has three digits behind it and one to three digits before
 * it, the first of them no zero, or another mark. false: the marks are no thousands, or there is neither mark nor a decimal
 * comma. */
static bool without_marks(const char *text, size_t length, char decimal, char plain[MARKED_BYTES], size_t *used) {
    char mark = decimal == '.' ? ',' : '.';
    bool point = false, exponent = false, zero = false, changed = decimal != '.';
    size_t digits = 0, marks = 0; /* digits: since the last mark, or the beginning */
    *used = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        bool whole = !point && !exponent;
        if (whole && c == mark) {
            if (digits == 0 || digits > 3 || zero || (marks > 0 && digits != 3)) return false;
            marks++;
            digits = 0;
            continue;
        }
        if (whole && is_digit(c)) {
            zero = zero || (c == '0' && digits == 0 && marks == 0);
            digits++;
        }
        if (!is_digit(c) && whole && i > 0 && marks > 0 && digits != 3) return false;
        if (c == decimal) {
            point = true;
            c = '.';
        } else if (c == '.') {
            return false;
        }
        exponent = exponent || c == 'e' || c == 'E';
        plain[(*used)++] = c;
    }
    return (marks == 0 && changed) || (marks > 0 && (point || exponent || digits == 3));
}

double mg__cell_number(const char *text, size_t length, bool quoted, char decimal) {
    double value = NAN;
    char plain[MARKED_BYTES];
    size_t used;
    if (!quoted && length > 0 && (is_blank(*text) || is_blank(text[length - 1]))) trim(&text, &length);
    if (decimal == '.' && mg__parse_double(text, length, &value)) return value;
    /* A word, nearly always: it cannot be a number with marks. */
    if (length == 0 || length >= sizeof plain || (*text > '9' && decimal == '.')) return NAN;
    if (!without_marks(text, length, decimal, plain, &used) || !mg__parse_double(plain, used, &value)) return NAN;
    return value;
}
