/* Charts: what is drawn where, and text of data that stays text. */
#include "report/chart.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

/* The page as a text of its own, which the caller frees. */
static char *text_of(mg__page *page) {
    assert_false(page->failed);
    char *text = calloc(page->length + 1, 1);
    if (page->length > 0) memcpy(text, page->text, page->length);
    mg__page_free(page);
    return text;
}

static int count_of(const char *text, const char *part) {
    int count = 0;
    for (const char *at = text; (at = strstr(at, part)) != NULL; at += strlen(part)) count++;
    return count;
}

/* --- pages ------------------------------------------------------------------------------------------- */

static void templates_are_filled(void **state) {
    (void)state;
    mg__page page = mg__page_begin(ctx);
    mg__say(&page, "%s|%d|%l|%L|%L|%c|%c|%p|%p|%%", "<b>", -3, (int64_t)1234567, (int64_t)1234567, (int64_t)-123, 12.34, -0.01,
            0.9715, NAN);
    char *text = text_of(&page);
    assert_string_equal(text, "<b>|-3|1234567|1,234,567|-123|12.3|0|97.2 %|-|%");
    free(text);
}

static void text_of_data_is_escaped(void **state) {
    (void)state;
    mg__page page = mg__page_begin(ctx);
    mg__say(&page, "%e", "<script>alert(\"1\")</script> & 'K\xc3\xb6ln' \x01\xff\xef\xbf\xbf");
    char *text = text_of(&page);
    assert_string_equal(text, "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;K\xc3\xb6ln&#39; "
                              "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    free(text);
}

static void figures_have_four_digits(void **state) {
    (void)state;
    char out[MG__FIGURE_BYTES];
    static const struct {
        double value;
        const char *text;
    } cases[] = { { 0.97222222, "0.9722" }, { 0, "0" },           { -0.0, "0" },        { 1, "1" },
                  { 123456.7, "123457" },   { 3.14159, "3.142" }, { 99999.4, "99999" }, { 1.23456e-7, "1.235e-7" },
                  { -2.5, "-2.5" },         { NAN, "-" },         { INFINITY, "-" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_string_equal(mg__figure(cases[i].value, out), cases[i].text);
}

/* RFC 4648, section 10. */
static void base64_is_that_of_the_standard(void **state) {
    (void)state;
    static const char *const pairs[][2] = {
        { "", "" }, { "f", "Zg==" }, { "fo", "Zm8=" }, { "foo", "Zm9v" }, { "foobar", "Zm9vYmFy" }
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        mg__page page = mg__page_begin(ctx);
        mg__put_base64(&page, (const uint8_t *)pairs[i][0], strlen(pairs[i][0]));
        char *text = text_of(&page);
        assert_string_equal(text, pairs[i][1]);
        free(text);
    }
}

static void long_names_are_cut_between_letters(void **state) {
    (void)state;
    char out[MG__NAME_BYTES];
    assert_string_equal(mg__short_name("\xc3\xa4\xc3\xb6\xc3\xbc", 3, out), "\xc3\xa4\xc3\xb6\xc3\xbc");
    assert_string_equal(mg__short_name("\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f", 3, out), "\xc3\xa4\xc3\xb6\xe2\x80\xa6");
}

/* --- scales ------------------------------------------------------------------------------------------ */

static void scales_have_round_ends_and_ticks(void **state) {
    (void)state;
    double tick[MG__MOST_TICKS];
    mg__scale s = mg__scale_make(0.13, 0.96, false, 100, 200);
    assert_true(fabs(s.low) < 1e-12 && fabs(s.high - 1) < 1e-12);
    assert_true(fabs(mg__scale_place(&s, 0.25) - 125) < 1e-9);
    int count = mg__scale_ticks(&s, 5, tick);
    assert_int_equal(count, 6);
    for (int i = 0; i < 6; i++) assert_true(fabs(tick[i] - 0.2 * i) < 1e-12);
}

static void logarithmic_scales_go_by_ratios(void **state) {
    (void)state;
    double tick[MG__MOST_TICKS];
    mg__scale s = mg__scale_make(1e-4, 1, true, 0, 400);
    assert_true(s.logarithmic && fabs(mg__scale_place(&s, 0.01) - 200) < 1e-9);
    assert_int_equal(mg__scale_ticks(&s, 5, tick), 5);
    for (int i = 0; i < 5; i++) assert_true(fabs(tick[i] / pow(10, i - 4) - 1) < 1e-9);
    assert_false(mg__scale_make(0, 1, true, 0, 1).logarithmic); /* there is no logarithm of 0 */
}

static void strange_ranges_have_a_scale(void **state) {
    (void)state;
    static const double ranges[][2] = { { 5, 5 },          { 0, 0 },          { NAN, NAN }, { INFINITY, -INFINITY },
                                        { -1e300, 1e300 }, { 1e-300, 2e-300 } };
    double tick[MG__MOST_TICKS];
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++) {
        mg__scale s = mg__scale_make(ranges[i][0], ranges[i][1], false, 0, 100);
        assert_true(s.low < s.high);
        int count = mg__scale_ticks(&s, 5, tick);
        assert_true(count >= 1 && count <= MG__MOST_TICKS);
        for (int k = 0; k < count; k++) assert_true(isfinite(mg__scale_place(&s, tick[k])));
    }
}

/* --- lines ------------------------------------------------------------------------------------------- */

static char *line_chart(const double *y, int64_t count, double mark) {
    double *x = calloc((size_t)count, sizeof *x);
    for (int64_t i = 0; i < count; i++) x[i] = (double)i + 1;
    mg__line line = { "a<b", x, y, count, false };
    mg__line_chart chart = {
        .title = "T", .line = &line, .lines = 1, .mark = mark, .mark_name = "best", .may_be_logarithmic = true
    };
    mg__page page = mg__page_begin(ctx);
    mg__put_line_chart(&page, &chart);
    free(x);
    return text_of(&page);
}

/* "M52 30L..." of the line itself. */
static const char *line_path(const char *text) { return strstr(text, "<path class=\"line c0\" d=\"") + 25; }

static int points_of(const char *text) {
    int count = 0;
    for (const char *at = line_path(text); *at != '"'; at++) count += *at == 'M' || *at == 'L';
    return count;
}

static void a_line_has_its_points(void **state) {
    (void)state;
    const double y[] = { 1, 0.5, NAN, 0.25, 0 };
    char *text = line_chart(y, 5, NAN);
    assert_int_equal(points_of(text), 4);
    const char *path = line_path(text);
    int begins = 0;
    for (; *path != '"'; path++) begins += *path == 'M';
    assert_int_equal(begins, 2); /* the line is broken where a value is missing */
    assert_non_null(strstr(text, "a&lt;b"));
    assert_null(strstr(text, "a<b"));
    free(text);
}

static void a_long_line_is_thinned_between_its_ends(void **state) {
    (void)state;
    static double y[5000];
    for (int i = 0; i < 5000; i++) y[i] = i;
    char *text = line_chart(y, 5000, NAN);
    assert_int_equal(points_of(text), MG__LINE_POINTS);
    double x0, y0;
    assert_int_equal(sscanf(line_path(text), "M%lf %lf", &x0, &y0), 2);
    assert_true(fabs(x0 - 52) < 0.11 && fabs(y0 - 230) < 0.11); /* the left lower corner of the plot */
    free(text);
}

static void the_mark_stands_at_its_epoch(void **state) {
    (void)state;
    double y[11];
    for (int i = 0; i < 11; i++) y[i] = i;
    char *text = line_chart(y, 11, 6); /* in the middle of 1 .. 11 */
    double at, left, right;
    assert_int_equal(sscanf(strstr(text, "class=\"mark\" d=\"M") + 17, "%lf", &at), 1);
    assert_int_equal(sscanf(strstr(text, "class=\"axis\" d=\"M") + 17, "%lf", &left), 1);
    assert_int_equal(sscanf(strchr(strstr(text, "class=\"axis\""), 'H') + 1, "%lf", &right), 1);
    assert_true(fabs(at - (left + right) / 2) < 0.11);
    assert_non_null(strstr(text, ">best</text>"));
    free(text);
    text = line_chart(y, 11, 12); /* beyond the line */
    assert_null(strstr(text, "class=\"mark\""));
    free(text);
}

static void falling_losses_have_a_logarithmic_axis(void **state) {
    (void)state;
    const double y[] = { 100, 1, 0.01 };
    char *text = line_chart(y, 3, NAN);
    double a, b, c;
    assert_int_equal(sscanf(line_path(text), "M%*f %lfL%*f %lfL%*f %lf", &a, &b, &c), 3);
    assert_true(fabs((a + c) / 2 - b) < 0.11); /* equal ratios, equal steps */
    free(text);
}

static void names_at_ends_do_not_cover_each_other(void **state) {
    (void)state;
    const double x[] = { 1, 2 }, y[][2] = { { 1, 0.001 }, { 0.5, 0 }, { 0.2, 0.002 } };
    mg__line line[3];
    for (int i = 0; i < 3; i++) line[i] = (mg__line){ (const char *const[]){ "a", "b", "c" }[i], x, y[i], 2, false };
    mg__line_chart chart = { .title = "T", .line = line, .lines = 3, .mark = NAN };
    mg__page page = mg__page_begin(ctx);
    mg__put_line_chart(&page, &chart);
    char *text = text_of(&page);
    double place[3];
    const char *at = text;
    for (int i = 0; i < 3; i++) {
        at = strstr(at, "class=\"name");
        assert_non_null(at);
        assert_int_equal(sscanf(strstr(at, " y=\"") + 4, "%lf", &place[i]), 1);
        at++;
    }
    assert_true(place[1] - place[0] > 13.8 && place[2] - place[1] > 13.8 && place[2] < 235);
    free(text);
}

/* --- cells ------------------------------------------------------------------------------------------- */

static void a_map_has_a_cell_for_each_value(void **state) {
    (void)state;
    const double value[] = { 1, 10, 100, NAN, 1000, 10000 };
    const char *const row[] = { "first", "second" };
    mg__heat_map map = { .title = "T",
                         .row = row,
                         .rows = 2,
                         .columns = 3,
                         .value = value,
                         .first = "a",
                         .last = "b",
                         .logarithmic = true,
                         .low = NAN,
                         .high = NAN };
    mg__page page = mg__page_begin(ctx);
    mg__put_heat_map(&page, &map);
    char *text = text_of(&page);
    assert_int_equal(count_of(text, "<title>"), 5);
    assert_non_null(strstr(text, "fill-opacity=\"0.06\"><title>first: 1<"));
    assert_non_null(strstr(text, "fill-opacity=\"0.505\"><title>first: 100<")); /* half of the way between 1 and 10000 */
    assert_non_null(strstr(text, "fill-opacity=\"0.95\"><title>second: 10000<"));
    free(text);
}

static void a_wide_map_is_averaged(void **state) {
    (void)state;
    enum { COLUMNS = 2 * MG__HEAT_COLUMNS };
    double value[COLUMNS];
    const char *const row[] = { "r" };
    for (int i = 0; i < COLUMNS; i++) value[i] = i;
    mg__heat_map map = { .title = "T",
                         .row = row,
                         .rows = 1,
                         .columns = COLUMNS,
                         .value = value,
                         .first = "a",
                         .last = "b",
                         .low = NAN,
                         .high = NAN };
    mg__page page = mg__page_begin(ctx);
    mg__put_heat_map(&page, &map);
    char *text = text_of(&page);
    assert_int_equal(count_of(text, "<title>"), MG__HEAT_COLUMNS);
    assert_non_null(strstr(text, "<title>r: 0.5<"));
    assert_non_null(strstr(text, "<title>r: 118.5<"));
    free(text);
}

static void a_confusion_matrix_shows_its_counts(void **state) {
    (void)state;
    const char *const name[] = { "<no>", "yes" };
    const int64_t counts[] = { 30, 10, 0, 5 };
    mg__page page = mg__page_begin(ctx);
    mg__put_confusion(&page, name, 2, counts);
    char *text = text_of(&page);
    assert_non_null(strstr(text, "<title>&lt;no&gt; taken for yes: 10 (25 %)</title>"));
    assert_int_equal(count_of(text, "class=\"right\""), 2);
    assert_int_equal(count_of(text, "class=\"mid cell\""), 3); /* no number where there is none */
    free(text);
    mg__put_confusion(&page, name, MG__CONFUSION_CLASSES + 1, counts);
    assert_int_equal(page.length, 0);
}

static void a_plane_is_coloured_by_its_answers(void **state) {
    (void)state;
    const double answer[] = { 0.9, 0.1, 0.9, 0.1, 0.2, 0.8, 0.9, 0.1 }; /* 2 x 2 points, two classes */
    const double x[] = { 0.25 }, y[] = { 0.75 };
    const int32_t label[] = { 1 };
    const char *const name[] = { "a", "b" };
    mg__boundary b = { .title = "T",
                       .x_label = "x",
                       .y_label = "y",
                       .x = { 0, 1 },
                       .y = { 0, 1 },
                       .columns = 2,
                       .rows = 2,
                       .answer = answer,
                       .outputs = 2,
                       .point_x = x,
                       .point_y = y,
                       .label = label,
                       .points = 1,
                       .name = name };
    mg__page page = mg__page_begin(ctx);
    mg__put_boundary(&page, &b);
    char *text = text_of(&page);
    assert_int_equal(count_of(text, "class=\"field f0\""), 2); /* the lower row is one run, the upper one two */
    assert_int_equal(count_of(text, "class=\"field f1\""), 1);
    assert_int_equal(count_of(text, "class=\"spot c1\""), 1);
    free(text);
}

static void a_histogram_counts_its_values(void **state) {
    (void)state;
    const double value[] = { 0, 0, 0, 10, NAN };
    mg__page page = mg__page_begin(ctx);
    mg__put_histogram(&page, "T", NULL, "x", value, 5);
    char *text = text_of(&page);
    assert_int_equal(count_of(text, "class=\"bar\""), 2);
    assert_non_null(strstr(text, "<title>3 rows<"));
    assert_non_null(strstr(text, "<title>1 rows<"));
    free(text);
}

static void no_memory_fails_the_page_alone(void **state) {
    (void)state;
    failing_allocator memory = { .fail_at = 3 };
    mg_context *small = failing_allocator_context(&memory);
    assert_non_null(small);
    mg__page page = mg__page_begin(small);
    for (int i = 0; i < 100000 && !page.failed; i++) mg__say(&page, "%d ", i);
    assert_true(page.failed);
    assert_int_equal(mg_context_status(small), MG_OUT_OF_MEMORY);
    mg__page_free(&page);
    mg_context_destroy(small);
    assert_int_equal(memory.blocks, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_are_filled),
        cmocka_unit_test(text_of_data_is_escaped),
        cmocka_unit_test(figures_have_four_digits),
        cmocka_unit_test(base64_is_that_of_the_standard),
        cmocka_unit_test(long_names_are_cut_between_letters),
        cmocka_unit_test(scales_have_round_ends_and_ticks),
        cmocka_unit_test(logarithmic_scales_go_by_ratios),
        cmocka_unit_test(strange_ranges_have_a_scale),
        cmocka_unit_test(a_line_has_its_points),
        cmocka_unit_test(a_long_line_is_thinned_between_its_ends),
        cmocka_unit_test(the_mark_stands_at_its_epoch),
        cmocka_unit_test(falling_losses_have_a_logarithmic_axis),
        cmocka_unit_test(names_at_ends_do_not_cover_each_other),
        cmocka_unit_test(a_map_has_a_cell_for_each_value),
        cmocka_unit_test(a_wide_map_is_averaged),
        cmocka_unit_test(a_confusion_matrix_shows_its_counts),
        cmocka_unit_test(a_plane_is_coloured_by_its_answers),
        cmocka_unit_test(a_histogram_counts_its_values),
        cmocka_unit_test(no_memory_fails_the_page_alone),
    };
    return cmocka_run_group_tests_name("charts", tests, set_up, tear_down);
}
