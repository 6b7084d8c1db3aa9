/* Dates and times as text. */
#ifndef MG_DATE_H
#define MG_DATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seconds since 1970-01-01T00:00:00Z (proleptic Gregorian, years 1 to 9999, no leap seconds; a time without an offset is taken
 * as UTC). Read are
 * - ISO 8601: 2026-11-24, 20261124, 2026-11 (its first day);
 * - 24.11.2026, 24/11/2026 and 11/24/2026, also with hyphens (day_first tells which; where one of the numbers is above 12 the
 *   text itself does, and with points the day always comes first); 11/24/26 and 24.11.26 (1969 to 2068);
 * - 24 Nov 2026, 24-Nov-26, Nov 24, 2026, November 24 2026;
 * each with an optional time behind T, a blank or a comma: 13:05, 13:05:09.25, 1:05 PM, T1305, and behind that Z, UTC, GMT or an
 * offset as +02, +0200 or +02:00. Blanks around do not count. false: none of these, or no such day. */
bool mg__parse_date(const char *text, size_t length, bool day_first, double *seconds);

/* Which of day and month a date in numbers shows to come first. */
typedef enum mg__date_order {
    MG__ORDER_PLAIN, /* no date, or one that is read in one way only */
    MG__ORDER_EITHER,
    MG__ORDER_DAY_FIRST, /* written with slashes or hyphens, and one of the numbers is above 12 */
    MG__ORDER_MONTH_FIRST,
} mg__date_order;
mg__date_order mg__date_order_of(const char *text, size_t length);

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
