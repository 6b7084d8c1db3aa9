/* Kinds of columns: what each is taken for, and what the user says of them. */
#define _DEFAULT_SOURCE
#include "data/kind.h"

#include <inttypes.h>
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

/* A column of cells; an empty one is missing. */
static mg_dataset *column_of(const char *name, const char *const *cells, int64_t count) {
    mg_dataset *d = mg__dataset_new(ctx, "t.csv", 1);
    assert_non_null(d);
    d->column[0].name = mg__strdup(ctx, name);
    d->rows = count;
    assert_true(mg__column_start(ctx, &d->column[0], count));
    for (int64_t r = 0; r < count; r++)
        assert_int_equal(mg__column_put(ctx, &d->column[0], r, cells[r], strlen(cells[r]), false), MG__PUT_OK);
    return d;
}

/* As above, `count` cells by a function of the row. */
typedef void cell_of(int64_t row, char out[64]);
static mg_dataset *made(const char *name, int64_t count, cell_of *cell) {
    char(*text)[64] = malloc((size_t)count * sizeof *text);
    const char **cells = malloc((size_t)count * sizeof *cells);
    for (int64_t r = 0; r < count; r++) {
        cell(r, text[r]);
        cells[r] = text[r];
    }
    mg_dataset *d = column_of(name, cells, count);
    free(text);
    free(cells);
    return d;
}

static mg__kind_choice choice_of(mg_dataset *d) {
    mg__kind_facts facts = mg__kind_look(d, 0, NULL, d->rows);
    assert_int_equal(facts.rows, d->rows);
    mg__kind_choice choice = mg__kind_choose(d->column[0].name, d->column[0].asked, &facts);
    assert_true(strlen(choice.reason) > 0);
    return choice;
}

static void is_kind(mg_dataset *d, mg_kind kind, bool strays) {
    mg__kind_choice choice = choice_of(d);
    if (choice.kind != kind || choice.strays != strays)
        fail_msg("%s (%s ...) is %s%s (%s), wanted %s%s", d->column[0].name,
                 d->column[0].dictionary.count > 0 ? mg__dictionary_text(&d->column[0].dictionary, 0) : "",
                 mg_kind_name(choice.kind), choice.strays ? " with strays" : "", choice.reason, mg_kind_name(kind),
                 strays ? " with strays" : "");
    mg_dataset_destroy(d);
}

#define CELLS(...) \
    ((const char *const[]){ __VA_ARGS__ }), (int64_t)(sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

/* A pseudo-random number below 10^9 that is another one in each row. */
static int64_t scattered(int64_t row) { return row * INT64_C(618033989) % 1000000007; }

static void a_fraction(int64_t row, char out[64]) { snprintf(out, 64, "%" PRId64 ".%d", row * 37 % 1001, (int)(row % 7)); }
static void a_small_count(int64_t row, char out[64]) { snprintf(out, 64, "%d", (int)(scattered(row) % 9)); }
static void an_amount(int64_t row, char out[64]) { snprintf(out, 64, "%" PRId64, scattered(row)); }
static void a_row_number(int64_t row, char out[64]) { snprintf(out, 64, "%" PRId64, 1001 + row * 7 % 100); }
static void a_year(int64_t row, char out[64]) { snprintf(out, 64, "%" PRId64, 1901 + row); }
static void a_repeated_number(int64_t row, char out[64]) { snprintf(out, 64, "%" PRId64, 40 + scattered(row) % 60); }
static void a_key(int64_t row, char out[64]) { snprintf(out, 64, "id%06" PRId64, row); }
static void a_title(int64_t row, char out[64]) { snprintf(out, 64, "The story of number %" PRId64 " and its friends", row); }
static void a_town(int64_t row, char out[64]) {
    static const char *const towns[] = { "Oslo", "Lima", "Pune", "Ames, IA", "" };
    snprintf(out, 64, "%s", towns[scattered(row) % 5]);
}
static void a_rare_word(int64_t row, char out[64]) { snprintf(out, 64, "w%" PRId64, scattered(row) % 90); }
static void an_answer(int64_t row, char out[64]) {
    static const char *const answers[] = { "I agree with all that was said of the matter above",
                                           "I do not agree with any of what was said of it",
                                           "I have no opinion at all on the matter above" };
    snprintf(out, 64, "%s", answers[row % 3]);
}
static void a_day(int64_t row, char out[64]) {
    snprintf(out, 64, "%d-%02d-%02d", (int)(2000 + row % 20), (int)(1 + row % 12), (int)(1 + row % 28));
}
static void a_us_day(int64_t row, char out[64]) {
    snprintf(out, 64, "%d/%d/20%02d", (int)(1 + row % 12), (int)(1 + row % 28), (int)(row % 20));
}
static void a_compact_day(int64_t row, char out[64]) {
    snprintf(out, 64, "%d%02d%02d", (int)(2000 + row % 20), (int)(1 + row % 12), (int)(1 + row % 28));
}
static void a_day_or_word(int64_t row, char out[64]) {
    if (row % 40 == 3)
        snprintf(out, 64, "unknown");
    else
        a_day(row, out);
}
static void a_number_or_word(int64_t row, char out[64]) {
    if (row % 12 == 3)
        snprintf(out, 64, "%s", row % 24 == 3 ? "unknown" : "-");
    else
        a_fraction(row, out);
}
static void a_number_or_often_a_word(int64_t row, char out[64]) {
    if (row % 3 == 0)
        snprintf(out, 64, "none");
    else
        a_fraction(row, out);
}
static void a_grade_or_word(int64_t row, char out[64]) {
    if (row % 3 == 0)
        snprintf(out, 64, "none");
    else
        snprintf(out, 64, "%d", (int)(row % 5));
}
static void a_flag_or_nothing(int64_t row, char out[64]) { snprintf(out, 64, "%s", row % 3 == 0 ? "x" : ""); }

static void numbers_are_numbers(void **state) {
    (void)state;
    is_kind(made("x", 300, a_fraction), MG_KIND_NUMBER, false);
    is_kind(made("children", 300, a_small_count), MG_KIND_NUMBER, false);
    is_kind(made("income", 300, an_amount), MG_KIND_NUMBER, false);
    is_kind(made("income", 9000, an_amount), MG_KIND_NUMBER, false); /* spellings are not kept */
    is_kind(made("age", 300, a_repeated_number), MG_KIND_NUMBER, false);
    is_kind(made("year", 90, a_year), MG_KIND_NUMBER, false);
    is_kind(made("x", 90, a_year), MG_KIND_NUMBER, false);
    is_kind(made("day", 100, a_row_number), MG_KIND_NUMBER, false);
    is_kind(column_of("x", CELLS("1", "2", "3")), MG_KIND_NUMBER, false);
    is_kind(column_of("x", CELLS("1", "inf", "1", "inf")), MG_KIND_NUMBER, false);
    is_kind(column_of("x", CELLS("1.5", "2.5")), MG_KIND_NUMBER, false);
}

static void two_values_are_a_boolean(void **state) {
    (void)state;
    is_kind(column_of("x", CELLS("0", "1", "1")), MG_KIND_BOOLEAN, false);
    is_kind(column_of("x", CELLS("yes", "no", "yes", "")), MG_KIND_CATEGORY, false); /* three cells tell little */
    is_kind(column_of("x", CELLS("yes", "no", "yes", "", "no")), MG_KIND_BOOLEAN, false);
    is_kind(column_of("x", CELLS("True", "False", "True", "True")), MG_KIND_BOOLEAN, false);
    is_kind(column_of("x", CELLS("1", "2", "2", "1")), MG_KIND_BOOLEAN, false);
    is_kind(column_of("x", CELLS("1", "2.0", "2", "1.0")), MG_KIND_BOOLEAN, false); /* equal numbers are one value */
    is_kind(column_of("x", CELLS("smoker", "none", "none", "smoker")), MG_KIND_BOOLEAN, false);
}

static void nothing_to_learn_from_is_constant(void **state) {
    (void)state;
    is_kind(column_of("x", CELLS("a", "a", "a")), MG_KIND_CONSTANT, false);
    is_kind(column_of("x", CELLS("", "NA", "?")), MG_KIND_CONSTANT, false);
    is_kind(column_of("x", CELLS("4", "4.0", "")), MG_KIND_CONSTANT, false);
    is_kind(column_of("x", CELLS("inf", "-inf", "inf")), MG_KIND_CONSTANT, false);
    is_kind(made("married", 90, a_flag_or_nothing), MG_KIND_CATEGORY, false);
}

static void what_names_the_row_is_an_id(void **state) {
    (void)state;
    is_kind(made("x", 100, a_row_number), MG_KIND_ID, false);
    is_kind(made("customer_id", 300, an_amount), MG_KIND_ID, false);
    is_kind(made("PassengerId", 9000, an_amount), MG_KIND_ID, false);
    is_kind(made("ID", 40, an_amount), MG_KIND_ID, false);
    is_kind(made("id.1", 40, an_amount), MG_KIND_ID, false);
    is_kind(made("Unnamed: 0", 12, an_amount), MG_KIND_ID, false);
    is_kind(made("paid", 300, an_amount), MG_KIND_NUMBER, false);
    is_kind(made("COVID", 300, an_amount), MG_KIND_NUMBER, false);
    is_kind(made("user_id", 300, a_fraction), MG_KIND_NUMBER, false);
    is_kind(made("shop_id", 600, a_repeated_number), MG_KIND_CATEGORY, false);
    is_kind(made("customer", 300, a_key), MG_KIND_ID, false);
    is_kind(made("customer", 12, a_key), MG_KIND_ID, false);
}

static void sentences_are_text(void **state) {
    (void)state;
    is_kind(made("title", 300, a_title), MG_KIND_TEXT, false);
    is_kind(made("word", 120, a_rare_word), MG_KIND_TEXT, false);
    is_kind(made("answer", 300, an_answer), MG_KIND_CATEGORY, false);
}

static void words_that_repeat_are_a_category(void **state) {
    (void)state;
    is_kind(made("town", 300, a_town), MG_KIND_CATEGORY, false);
    is_kind(made("word", 2000, a_rare_word), MG_KIND_CATEGORY, false);
    is_kind(column_of("colour", CELLS("red", "green", "blue")), MG_KIND_CATEGORY, false);
    is_kind(column_of("colour", CELLS("red", "green", "blue", "red", "red", "green")), MG_KIND_CATEGORY, false);
    is_kind(made("grade", 300, a_grade_or_word), MG_KIND_CATEGORY, false);
}

static void days_are_dates(void **state) {
    (void)state;
    is_kind(made("when", 300, a_day), MG_KIND_DATE, false);
    is_kind(made("when", 300, a_us_day), MG_KIND_DATE, false);
    is_kind(made("when", 300, a_compact_day), MG_KIND_DATE, false);
    is_kind(made("when", 300, a_day_or_word), MG_KIND_DATE, true);
    is_kind(column_of("when", CELLS("2026-11-24", "2026-11-25 13:00", "")), MG_KIND_DATE, false);
}

static void a_few_words_among_numbers_are_strays(void **state) {
    (void)state;
    is_kind(made("x", 300, a_number_or_word), MG_KIND_NUMBER, true);
    is_kind(made("x", 300, a_number_or_often_a_word), MG_KIND_NUMBER, true);
}

static void the_order_of_day_and_month_is_found(void **state) {
    (void)state;
    mg_dataset *d = made("when", 300, a_us_day);
    assert_true(mg__kind_look(d, 0, NULL, 300).month_first);
    mg_dataset_destroy(d);
    d = column_of("when", CELLS("1/2/2026", "13/2/2026", "3/4/2026"));
    assert_false(mg__kind_look(d, 0, NULL, 3).month_first);
    assert_true(mg__kind_look(d, 0, (int64_t[]){ 0, 2 }, 2).month_first); /* as most programs take it where nothing tells */
    mg_dataset_destroy(d);
}

static void the_look_counts_the_given_rows(void **state) {
    (void)state;
    mg_dataset *d = column_of("x", CELLS("1", "two words", "", "2.5", "inf", "2026-11-24", "1.0", "-0", "0"));
    mg__kind_facts f = mg__kind_look(d, 0, NULL, 9);
    assert_int_equal(f.rows, 9);
    assert_int_equal(f.missing, 1);
    assert_int_equal(f.numbers, 5);
    assert_int_equal(f.infinite, 1);
    assert_int_equal(f.dates, 1);
    assert_int_equal(f.others, 1);
    assert_int_equal(f.distinct, 6);
    assert_int_equal(f.words, 2);
    assert_true(f.exact && !f.whole);
    assert_true(f.low == 0 && f.high == 2.5);
    assert_true(fabs(f.length - (1 + 9 + 3 + 3 + 10 + 3 + 2 + 1) / 8.0) < 1e-12 && f.blanks == 0.125);
    f = mg__kind_look(d, 0, (int64_t[]){ 0, 6, 2 }, 3);
    assert_int_equal(f.rows, 3);
    assert_int_equal(f.distinct, 1);
    assert_int_equal(f.numbers, 2);
    assert_true(f.whole && f.low == 1 && f.high == 1);
    f = mg__kind_look(d, 0, (int64_t[]){ 2 }, 1);
    assert_true(f.missing == 1 && f.distinct == 0 && isnan(f.low) && isnan(f.high));
    mg_dataset_destroy(d);
}

/* Distinct values: exact up to the limit, then within three deviations, however they come. */
static void distinct_values_are_counted_then_estimated(void **state) {
    (void)state;
    for (int64_t n = 1; n <= 3000000; n *= 10)
        for (int number = 0; number < 2; number++) {
            mg__distinct d = { .limit = MG__DISTINCT_LIMIT };
            for (int64_t i = 0; i < n; i++) {
                uint64_t hash = number ? mg__hash_number((double)i / 8) : mg__hash_bytes(0, &i, sizeof i);
                assert_true(mg__distinct_add(ctx, &d, hash));
                if (i % 3 == 0) assert_true(mg__distinct_add(ctx, &d, hash));
            }
            int64_t found = mg__distinct_count(&d);
            assert_int_equal(mg__distinct_exact(&d), n <= MG__DISTINCT_LIMIT);
            if (mg__distinct_exact(&d)) assert_int_equal(found, n);
            if (!(fabs((double)(found - n)) <= 0.025 * (double)n)) fail_msg("%" PRId64 " for %" PRId64, found, n);
            mg__distinct_free(ctx, &d);
        }
    mg__distinct small = { .limit = 100 };
    for (int i = 0; i < 1000; i++) assert_true(mg__distinct_add(ctx, &small, mg__hash_number(i)));
    assert_true(!mg__distinct_exact(&small) && abs((int)mg__distinct_count(&small) - 1000) < 50);
    mg__distinct_free(ctx, &small);
}

static mg_dataset *three_columns(void) {
    static const char *const names[] = { "age", "a, \"b\"", " zip " };
    mg_dataset *d = mg__dataset_new(ctx, "t.csv", 3);
    assert_non_null(d);
    for (int c = 0; c < 3; c++) assert_non_null(d->column[c].name = mg__strdup(ctx, names[c]));
    return d;
}

static void what_the_user_says_wins(void **state) {
    (void)state;
    mg_dataset *d = three_columns();
    assert_int_equal(mg__kinds_ask(ctx, d, " age=category , \"a, \"\"b\"\"\"=date,\" zip \" = text,"), MG_OK);
    assert_int_equal(d->column[0].asked, MG_KIND_CATEGORY);
    assert_int_equal(d->column[1].asked, MG_KIND_DATE);
    assert_int_equal(d->column[2].asked, MG_KIND_TEXT);
    mg_dataset_destroy(d);
    for (int kind = 0; kind < MG_KINDS; kind++) {
        d = made("x", 300, a_fraction);
        d->column[0].asked = (mg_kind)kind;
        is_kind(d, kind == MG_KIND_BOOLEAN ? MG_KIND_CATEGORY : (mg_kind)kind, kind == MG_KIND_DATE);
    }
    d = made("x", 300, a_town);
    d->column[0].asked = MG_KIND_NUMBER;
    is_kind(d, MG_KIND_NUMBER, true);
    d = made("x", 300, a_compact_day);
    d->column[0].asked = MG_KIND_DATE;
    is_kind(d, MG_KIND_DATE, false);
    d = column_of("x", CELLS("", ""));
    d->column[0].asked = MG_KIND_NUMBER;
    is_kind(d, MG_KIND_CONSTANT, false);
}

static void refused(mg_status status, const char *words) {
    assert_int_equal(status, MG_SETTING);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
    mg_context_clear(ctx);
}

static void wrong_types_are_refused(void **state) {
    (void)state;
    mg_dataset *d = three_columns();
    refused(mg__kinds_ask(ctx, d, "age"), "'age' names no kind; wanted COLUMN=KIND");
    refused(mg__kinds_ask(ctx, d, "age=float"), "number, boolean, category, date, text, id, constant");
    refused(mg__kinds_ask(ctx, d, "height=number"), "types: t.csv has no column 'height'; it has: age, a, \"b\",  zip ");
    refused(mg__kinds_ask(ctx, d, "=number"), "no column ''");
    assert_int_equal(d->column[0].asked, MG_KIND_AUTO);
    mg_dataset_destroy(d);
}

static void columns_are_named(void **state) {
    (void)state;
    mg_dataset *d = three_columns();
    bool drop[3] = { false };
    assert_int_equal(mg__columns_named(ctx, d, "drop", NULL, drop), MG_OK);
    assert_int_equal(mg__columns_named(ctx, d, "drop", "", drop), MG_OK);
    assert_int_equal(mg__columns_named(ctx, d, "drop", " , ,", drop), MG_OK);
    assert_false(drop[0] || drop[1] || drop[2]);
    assert_int_equal(mg__columns_named(ctx, d, "drop", "age,\" zip \"", drop), MG_OK);
    assert_true(drop[0] && !drop[1] && drop[2]);
    assert_int_equal(mg__columns_named(ctx, d, "drop", "\"a, \"\"b\"\"\"", drop), MG_OK);
    assert_true(drop[1]);
    refused(mg__columns_named(ctx, d, "drop", "age,zip", drop), "drop: t.csv has no column 'zip'");
    refused(mg__columns_named(ctx, d, "keep", "\"\"", drop), "keep: t.csv has no column ''");
    refused(mg__columns_named(ctx, d, "keep", "\"age", drop), "no column '\"age'");
    mg_dataset_destroy(d);
}

static void kinds_have_names(void **state) {
    (void)state;
    assert_string_equal(mg_kind_name(MG_KIND_NUMBER), "number");
    assert_string_equal(mg_kind_name(MG_KIND_CONSTANT), "constant");
    assert_string_equal(mg_kind_name(MG_KIND_AUTO), "auto");
    assert_null(mg_kind_name(MG_KINDS));
    assert_null(mg_kind_name((mg_kind)99));
}

/* The whole of it in a context of its own. */
static bool look(mg_context *context, void *user) {
    mg_context *own = ctx;
    (void)user;
    ctx = context;
    mg_dataset *d = mg__dataset_new(ctx, "t.csv", 1);
    bool done = d != NULL && (d->column[0].name = mg__strdup(ctx, "x")) != NULL && mg__column_start(ctx, &d->column[0], 40);
    for (int64_t r = 0; done && r < 40; r++) {
        char cell[64];
        a_number_or_word(r, cell);
        done = mg__column_put(ctx, &d->column[0], r, cell, strlen(cell), false) == MG__PUT_OK;
        if (done) d->rows++;
    }
    bool drop;
    done = done && mg__kind_look(d, 0, NULL, d->rows).rows == d->rows && mg__kinds_ask(ctx, d, "x=text") == MG_OK &&
           mg__columns_named(ctx, d, "drop", "x", &drop) == MG_OK;
    mg_dataset_destroy(d);
    ctx = own;
    return done;
}

static void no_memory_is_said(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(look, NULL) > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_numbers),
        cmocka_unit_test(two_values_are_a_boolean),
        cmocka_unit_test(nothing_to_learn_from_is_constant),
        cmocka_unit_test(what_names_the_row_is_an_id),
        cmocka_unit_test(sentences_are_text),
        cmocka_unit_test(words_that_repeat_are_a_category),
        cmocka_unit_test(days_are_dates),
        cmocka_unit_test(a_few_words_among_numbers_are_strays),
        cmocka_unit_test(the_order_of_day_and_month_is_found),
        cmocka_unit_test(the_look_counts_the_given_rows),
        cmocka_unit_test(distinct_values_are_counted_then_estimated),
        cmocka_unit_test(what_the_user_says_wins),
        cmocka_unit_test(wrong_types_are_refused),
        cmocka_unit_test(columns_are_named),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
