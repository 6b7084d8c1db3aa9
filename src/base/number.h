/* Numbers as text, independent of the locale. */
#ifndef MG_NUMBER_H
#define MG_NUMBER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MG__NUMBER_BYTES 32

/* Parses the whole of text[0..length) as a decimal number (optional sign, digits, '.', exponent; "inf", "infinity", "nan" in any
 * case; no blanks, no hexadecimal), correctly rounded. false: it is no number; *value is untouched. */
bool mg__parse_double(const char *text, size_t length, double *value);
bool mg__parse_int64(const char *text, size_t length, int64_t *value);
/* "90", "90s", "10m", "1.5h" as seconds; false: it is no time of at least 0. */
bool mg__parse_seconds(const char *text, double *seconds);

/* The shortest decimal text that reads back as the same double (or float), always with '.' as the point. Returns its length. */
size_t mg__format_double(double value, char out[MG__NUMBER_BYTES]);
size_t mg__format_float(float value, char out[MG__NUMBER_BYTES]);

#endif
