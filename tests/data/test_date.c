/* Dates: agreement with Python's datetime, what is no date, and which order of day and month a text shows. */
#include "data/date.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "golden/dates.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void read_as(const char *text, bool day_first, double wanted) {
    double seconds = NAN;
    if (!mg__parse_date(text, strlen(text), day_first, &seconds)) fail_msg("'%s' is a date", text);
    if (!(fabs(seconds - wanted) <= 1e-5)) fail_msg("'%s': %.6f, wanted %.6f", text, seconds, wanted);
}

static void dates_are_what_python_says(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(golden_dates); i++) {
        const golden_date *g = &golden_dates[i];
        if (g->day_first != 0) read_as(g->text, true, g->seconds);
        if (g->day_first != 1) read_as(g->text, false, g->seconds);
    }
}

static void moments_are_what_python_says(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(golden_dates); i++) {
        const golden_date *g = &golden_dates[i];
        mg__moment m = mg__moment_of(g->seconds);
        const int parts[5] = { (int)m.year, m.month, m.day, m.weekday, m.day_of_year };
        if (memcmp(parts, g->parts, sizeof parts) != 0 || !(fabs(m.second_of_day - g->second_of_day) < 1e-4))
            fail_msg("'%s': %d-%d-%d, weekday %d, day %d, %.6f s", g->text, parts[0], parts[1], parts[2], parts[3], parts[4],
                     m.second_of_day);
    }
}

static void every_day_of_four_centuries_follows_the_last(void **state) {
    (void)state;
    mg__moment before = mg__moment_of(-86400.0 * 146097);
    for (int64_t day = -146096; day < 146097; day++) {
        mg__moment m = mg__moment_of((double)day * 86400);
        char text[32];
        assert_int_equal(m.weekday, (before.weekday + 1) % 7);
        assert_true(m.day == before.day + 1 || (m.day == 1 && (m.month == before.month + 1 || m.month == 1)));
        assert_true(m.day_of_year == before.day_of_year + 1 || (m.day_of_year == 0 && m.month == 1 && m.day == 1));
        snprintf(text, sizeof text, "%04d-%02d-%02d", (int)m.year, m.month, m.day);
        read_as(text, false, (double)day * 86400);
        before = m;
    }
}

static void what_is_no_date_is_refused(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT(golden_no_dates); i++) {
        double seconds = 7;
        for (int first = 0; first < 2; first++)
            if (mg__parse_date(golden_no_dates[i], strlen(golden_no_dates[i]), first == 1, &seconds))
                fail_msg("'%s' is no date, but gave %f", golden_no_dates[i], seconds);
        assert_true(seconds == 7);
    }
}

static void only_the_given_bytes_are_read(void **state) {
    (void)state;
    double seconds;
    const char *text = "2026-11-24T13:05:09.25+02:00";
    for (size_t length = 0; length <= strlen(text); length++) {
        char exact[40]; /* under a sanitizer, a byte too far is seen */
        char *at = exact + sizeof exact - length;
        memcpy(at, text, length);
        bool date = length == 7 || length == 9 || length == 10 || length == 16 || length == 19 || length == 20 || length == 21 ||
                    length == 22 || length == 25 || length == 28;
        assert_int_equal(mg__parse_date(at, length, false, &seconds), date);
    }
}

static void the_text_shows_the_order_of_day_and_month(void **state) {
    (void)state;
    static const struct {
        const char *text;
        mg__date_order order;
    } cases[] = {
        { "24/11/2026", MG__ORDER_DAY_FIRST },
        { "11/24/2026", MG__ORDER_MONTH_FIRST },
        { "5/6/2026", MG__ORDER_EITHER },
        { "5/5/2026", MG__ORDER_PLAIN },
        { "24-11-2026 12:00", MG__ORDER_DAY_FIRST },
        { "11/24/26 8:26", MG__ORDER_MONTH_FIRST },
        { "24.11.2026", MG__ORDER_PLAIN },
        { "05.06.2026", MG__ORDER_PLAIN },
        { "2026-05-06", MG__ORDER_PLAIN },
        { "5 Jun 2026", MG__ORDER_PLAIN },
        { "24/13/2026", MG__ORDER_PLAIN },
        { "word", MG__ORDER_PLAIN },
    };
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_int_equal(mg__date_order_of(cases[i].text, strlen(cases[i].text)), cases[i].order);
    read_as("24/11/2026", false, 1795478400);
    read_as("11/24/2026", true, 1795478400);
}

static void any_moment_has_parts(void **state) {
    (void)state;
    const double strange[] = { INFINITY, -INFINITY, NAN, 1e300, -1e300, -0.25 };
    for (size_t i = 0; i < COUNT(strange); i++) {
        mg__moment m = mg__moment_of(strange[i]);
        assert_in_range(m.month, 1, 12);
        assert_in_range(m.day, 1, 31);
        assert_in_range(m.weekday, 0, 6);
        assert_in_range(m.day_of_year, 0, 365);
        assert_true(m.second_of_day >= 0 && m.second_of_day < 86400);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dates_are_what_python_says),
        cmocka_unit_test(moments_are_what_python_says),
        cmocka_unit_test(every_day_of_four_centuries_follows_the_last),
        cmocka_unit_test(what_is_no_date_is_refused),
        cmocka_unit_test(only_the_given_bytes_are_read),
        cmocka_unit_test(the_text_shows_the_order_of_day_and_month),
        cmocka_unit_test(any_moment_has_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
