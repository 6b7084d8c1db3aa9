/* Dates and times as text. */
#ifndef MG_DATE_H
#define MG_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds since 1970-01-01T00:00:00Z (proleptic Gregorian, no leap seconds; a time without an offset is taken as UTC). Read are
 * ISO 8601 (2026-11-24, 2026-11-24T13:05[:09[.25]][Z|+02:00], a blank in place of T, 20261124T1305), 24.11.2026, 24/11/2026 and
 * 11/24/2026 (day_first tells which; where one of the numbers is above 12, the text itself does), 24 Nov 2026, Nov 24, 2026; each
 * with an optional time. false: none of these, or no such day. */
bool mg__parse_date(const char *text, size_t length, bool day_first, double *seconds);

/* What is left of such a moment for a network to read. */
typedef struct mg__moment {
    int64_t year;
    int month, day;  /* from 1 */
    int weekday;     /* 0: Monday */
    int day_of_year; /* from 0 */
    double second_of_day;
} mg__moment;
mg__moment mg__moment_of(double seconds);

#endif
