/* Dates and times: a calendar day in one of a few notations, then a clock, then an offset. */
#include "data/date.h"

#include <math.h>
#include <string.h>

#define DAY 86400

typedef struct cursor {
    const char *at, *end;
} cursor;

typedef struct calendar {
    int year, month, day;
    mg__date_order order;
} calendar;

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_letter(char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; }
static char peek(const cursor *c) { return c->at < c->end ? *c->at : '\0'; }

static bool take(cursor *c, char wanted) {
    if (peek(c) != wanted) return false;
    c->at++;
    return true;
}

static bool take_blanks(cursor *c) {
    const char *begin = c->at;
    while (peek(c) == ' ' || peek(c) == '\t') c->at++;
    return c->at > begin;
}

/* A run of digits with at least `least` and at most `most` of them. Returns how many; 0: there is none. */
static int take_number(cursor *c, int least, int most, int *value) {
    int count = 0, number = 0;
    while (count < most && c->at + count < c->end && is_digit(c->at[count])) number = number * 10 + (c->at[count++] - '0');
    if (count < least || (c->at + count < c->end && is_digit(c->at[count]))) return 0;
    c->at += count;
    *value = number;
    return count;
}

/* A word in any case: all of `name` or, as months go, its first three letters (and "sept"). */
static bool is_month(const char *word, size_t length, const char *name) {
    if (length != 3 && length != strlen(name) && !(length == 4 && *name == 's')) return false;
    for (size_t i = 0; i < length; i++)
        if ((word[i] | 0x20) != name[i]) return false;
    return true;
}

static bool take_month(cursor *c, int *month) {
    static const char *const names[12] = { "january", "february", "march",     "april",   "may",      "june",
                                           "july",    "august",   "september", "october", "november", "december" };
    size_t length = 0;
    while (c->at + length < c->end && is_letter(c->at[length])) length++;
    for (int m = 0; length >= 3 && m < 12; m++) {
        if (!is_month(c->at, length, names[m])) continue;
        c->at += length;
        *month = m + 1;
        return true;
    }
    return false;
}

/* Four digits, or two where `two` allows it: 69 to 99 and 00 to 68 as POSIX has it. */
static bool take_year(cursor *c, bool two, int *year) {
    int count = take_number(c, 2, 4, year);
    if (count == 2) *year += *year < 69 ? 2000 : 1900;
    return count == 4 || (count == 2 && two);
}

/* Nov 24, 2026 */
static bool month_name_first(cursor *c, calendar *date) {
    if (!take_month(c, &date->month) || !take_blanks(c) || take_number(c, 1, 2, &date->day) == 0) return false;
    bool comma = take(c, ',');
    return (take_blanks(c) || comma) && take_year(c, false, &date->year);
}

/* 2026-11-24, 2026-11, 20261124 */
static bool year_first(cursor *c, int digits, int number, calendar *date) {
    if (digits == 8) {
        *date = (calendar){ number / 10000, number / 100 % 100, number % 100, MG__ORDER_PLAIN };
        return true;
    }
    char separator = peek(c);
    *date = (calendar){ .year = number, .day = 1 };
    if ((separator != '-' && separator != '/' && separator != '.') || !take(c, separator)) return false;
    if (take_number(c, 1, 2, &date->month) == 2 && separator == '-' && c->at == c->end) return true;
    return date->month > 0 && take(c, separator) && take_number(c, 1, 2, &date->day) > 0;
}

/* What comes first, in a date with slashes or hyphens. */
static mg__date_order order_of(int first, int second) {
    if (first > 12) return MG__ORDER_DAY_FIRST;
    if (second > 12) return MG__ORDER_MONTH_FIRST;
    return first == second ? MG__ORDER_PLAIN : MG__ORDER_EITHER;
}

/* 24 Nov 2026, 24-Nov-26; 24.11.2026, 24/11/2026, 11/24/2026 */
static bool year_last(cursor *c, int digits, int first, bool day_first, calendar *date) {
    char separator = peek(c);
    int second, more;
    if (separator == '\0' || strchr("/-. ", separator) == NULL || !take(c, separator)) return false;
    if (take_month(c, &date->month)) {
        date->day = first;
        return take(c, separator) && take_year(c, separator != '.', &date->year);
    }
    if (separator == ' ' || (more = take_number(c, 1, 2, &second)) == 0 || !take(c, separator)) return false;
    bool short_year = separator == '/' || (separator == '.' && digits == 2 && more == 2); /* 1.2.14 is a version */
    if (!take_year(c, short_year, &date->year)) return false;
    mg__date_order order = order_of(first, second);
    bool day_is_first = order == MG__ORDER_DAY_FIRST || (order != MG__ORDER_MONTH_FIRST && (day_first || separator == '.'));
    date->day = day_is_first ? first : second;
    date->month = day_is_first ? second : first;
    if (separator != '.') date->order = order;
    return true;
}

static bool take_calendar(cursor *c, bool day_first, calendar *date) {
    int number;
    *date = (calendar){ 0 };
    if (is_letter(peek(c))) return month_name_first(c, date);
    int digits = take_number(c, 1, 8, &number);
    if (digits == 8 || digits == 4) return year_first(c, digits, number, date);
    return (digits == 1 || digits == 2) && year_last(c, digits, number, day_first, date);
}

static bool is_leap(int64_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

static bool exists(const calendar *date) {
    static const int days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    if (date->year < 1 || date->month < 1 || date->month > 12 || date->day < 1) return false;
    return date->day <= days[date->month - 1] + (date->month == 2 && is_leap(date->year));
}

/* Days since 1970-01-01. Years begin in March, so that a leap day is a year's last; 146,097 days are 400 years (Hinnant,
 * "chrono-compatible low-level date algorithms"). */
static int64_t days_of(int64_t year, int month, int day) {
    int64_t y = month > 2 ? year : year - 1;
    int64_t era = (y >= 0 ? y : y - 399) / 400, year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719468;
}

static double take_fraction(cursor *c) {
    double digits = 0, scale = 1;
    for (; c->at < c->end && is_digit(*c->at); c->at++) {
        if (scale >= 1e15) continue;
        digits = digits * 10 + (*c->at - '0');
        scale *= 10;
    }
    return digits / scale;
}

/* " PM" after an hour of 1 to 12. */
static bool take_half(cursor *c, int *hour) {
    cursor ahead = *c;
    take_blanks(&ahead);
    char half = (char)(peek(&ahead) | 0x20);
    if (ahead.end - ahead.at < 2 || (half != 'a' && half != 'p') || (ahead.at[1] | 0x20) != 'm') return true;
    if (*hour < 1 || *hour > 12) return false;
    *hour = *hour % 12 + (half == 'p' ? 12 : 0);
    ahead.at += 2;
    *c = ahead;
    return true;
}

/* 13:05[:09[.25]], or without colons behind a T. */
static bool take_clock(cursor *c, bool compact, double *seconds) {
    int hour, minute = 0, second = 0;
    double fraction = 0;
    bool colons = take_number(c, 1, 2, &hour) > 0;
    if (colons) {
        if (!take(c, ':') || take_number(c, 2, 2, &minute) == 0) return false;
        if (take(c, ':') && take_number(c, 2, 2, &second) == 0) return false;
    } else {
        int number, digits = compact ? take_number(c, 4, 6, &number) : 0;
        if (digits != 4 && digits != 6) return false;
        if (digits == 4) number *= 100;
        hour = number / 10000, minute = number / 100 % 100, second = number % 100;
    }
    if (take(c, '.') || take(c, ',')) fraction = take_fraction(c);
    if (!take_half(c, &hour) || hour > 23 || minute > 59 || second > 59) return false;
    *seconds += hour * 3600 + minute * 60 + second + fraction;
    return true;
}

/* Z, UTC, GMT, +02, +0200, +02:00; nothing is UTC. */
static bool take_offset(cursor *c, double *seconds) {
    int hours, minutes = 0;
    take_blanks(c);
    if (take(c, 'Z') || take(c, 'z')) return true;
    if (c->end - c->at >= 3 && (memcmp(c->at, "UTC", 3) == 0 || memcmp(c->at, "GMT", 3) == 0)) {
        c->at += 3;
        return true;
    }
    bool west = peek(c) == '-';
    if (!west && peek(c) != '+') return true;
    c->at++;
    int digits = take_number(c, 2, 4, &hours);
    if (digits == 4) minutes = hours % 100, hours /= 100;
    if (digits == 2 && take(c, ':') && take_number(c, 2, 2, &minutes) == 0) return false;
    if ((digits != 2 && digits != 4) || hours > 23 || minutes > 59) return false;
    *seconds -= (west ? -60 : 60) * (hours * 60 + minutes);
    return true;
}

static bool parse(const char *text, size_t length, bool day_first, calendar *date, double *seconds) {
    cursor c = { text, text + length };
    take_blanks(&c);
    while (c.end > c.at && (c.end[-1] == ' ' || c.end[-1] == '\t')) c.end--;
    if (!take_calendar(&c, day_first, date) || !exists(date)) return false;
    *seconds = (double)(days_of(date->year, date->month, date->day) * DAY);
    if (c.at == c.end) return true;
    bool letter = take(&c, 'T') || take(&c, 't'), comma = !letter && take(&c, ',');
    if (!letter && !take_blanks(&c) && !comma) return false;
    return take_clock(&c, letter, seconds) && take_offset(&c, seconds) && c.at == c.end;
}

bool mg__parse_date(const char *text, size_t length, bool day_first, double *seconds) {
    calendar date;
    double found;
    if (!parse(text, length, day_first, &date, &found)) return false;
    *seconds = found;
    return true;
}

mg__date_order mg__date_order_of(const char *text, size_t length) {
    calendar date;
    double seconds;
    return parse(text, length, true, &date, &seconds) ? date.order : MG__ORDER_PLAIN;
}

mg__moment mg__moment_of(double seconds) {
    double bound = 1e11 * DAY; /* nothing that was read lies beyond */
    double kept = seconds > -bound ? fmin(seconds, bound) : isnan(seconds) ? 0 : -bound, day = floor(kept / DAY);
    int64_t days = (int64_t)day, z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097, day_of_era = z - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t from_march = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int month = (int)((5 * from_march + 2) / 153); /* 0: March */
    mg__moment m = { .year = year_of_era + era * 400 + (month >= 10), .month = month < 10 ? month + 3 : month - 9 };
    m.day = (int)(from_march - (153 * month + 2) / 5) + 1;
    m.weekday = (int)(((days + 3) % 7 + 7) % 7); /* 1970-01-01 was a Thursday */
    m.day_of_year = (int)(days - days_of(m.year, 1, 1));
    m.second_of_day = kept - day * DAY;
    return m;
}
