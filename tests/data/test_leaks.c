/* Columns that determine the target, and those that only seem to; rows that occur twice. */
#include "data/duplicates.h"
#include "data/leaks.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
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

/* A cell of row r; "" is missing. */
typedef void cell_of(int64_t row, char out[32]);

/* Something between 0 and 1 that follows no pattern of the rows' order. */
static double noise(int64_t row, int stream) {
    double x = sin((double)row * 12.9898 + stream * 78.233) * 43758.5453;
    return x - floor(x);
}

static void label(int64_t r, char out[32]) { snprintf(out, 32, "%s", noise(r, 1) < 0.3 ? "sick" : "well"); }
static void three(int64_t r, char out[32]) { snprintf(out, 32, "%d", (int)(3 * noise(r, 2))); }
static void price(int64_t r, char out[32]) { snprintf(out, 32, "%.3f", 100 + 900 * noise(r, 3)); }
static void rare(int64_t r, char out[32]) { snprintf(out, 32, "%d", r % 500 == 7); }

static void copy_of_label(int64_t r, char out[32]) { snprintf(out, 32, "%s", noise(r, 1) < 0.3 ? "A" : r % 2 ? "B" : "C"); }
static void nearly_label(int64_t r, char out[32]) { snprintf(out, 32, "%s", (noise(r, 1) < 0.3) != (r % 50 == 3) ? "A" : "B"); }
static void code_of_three(int64_t r, char out[32]) { snprintf(out, 32, "%d", 10 * (int)(3 * noise(r, 2)) + (int)(r % 4)); }
static void above_when_sick(int64_t r, char out[32]) {
    snprintf(out, 32, "%.6f", (noise(r, 1) < 0.3 ? 5 : 0) + 4.9 * noise(r, 5));
}
static void mostly_above(int64_t r, char out[32]) {
    snprintf(out, 32, "%.6f", (noise(r, 1) < 0.3 ? 4.8 : 0) + 4.9 * noise(r, 5));
}
static void only_when_sick(int64_t r, char out[32]) {
    out[0] = '\0';
    if (noise(r, 1) < 0.3) snprintf(out, 32, "%.5f", noise(r, 6));
}
static void sometimes(int64_t r, char out[32]) {
    out[0] = '\0';
    if (noise(r, 8) < 0.3) snprintf(out, 32, "%.5f", noise(r, 6));
}
static void own_word(int64_t r, char out[32]) { snprintf(out, 32, "w%" PRId64, r); }
static void pairs(int64_t r, char out[32]) { snprintf(out, 32, "g%" PRId64, r / 2); }
static void price_in_cents(int64_t r, char out[32]) { snprintf(out, 32, "%.1f", -100 * (100 + 900 * noise(r, 3)) + 7); }
static void price_squared(int64_t r, char out[32]) { snprintf(out, 32, "%.4f", pow(100 + 900 * noise(r, 3), 2)); }
static void price_and_noise(int64_t r, char out[32]) { snprintf(out, 32, "%.3f", 100 + 900 * noise(r, 3) + 30 * noise(r, 4)); }
static void nothing_to_do_with_it(int64_t r, char out[32]) { snprintf(out, 32, "%.4f", noise(r, 9)); }
static void the_same(int64_t r, char out[32]) {
    (void)r;
    snprintf(out, 32, "1");
}

static mg_dataset *table(mg_context *context, int64_t rows, cell_of *x, cell_of *y) {
    mg_dataset *d = mg__dataset_new(context, "t.csv", 2);
    for (int c = 0; d != NULL && c < 2; c++) {
        bool ok = (d->column[c].name = mg__strdup(context, c == 0 ? "x" : "y")) != NULL &&
                  mg__column_start(context, &d->column[c], rows);
        for (int64_t r = 0; ok && r < rows; r++) {
            char text[32];
            (c == 0 ? x : y)(r, text);
            ok = mg__column_put(context, &d->column[c], r, text, strlen(text), false) == MG__PUT_OK;
        }
        if (ok) continue;
        mg_dataset_destroy(d);
        return NULL;
    }
    if (d != NULL) d->rows = rows;
    return d;
}

static bool find(mg_context *context, int64_t rows, cell_of *x, mg_kind kind, cell_of *y, mg_task task, mg__leak *leak) {
    mg_target target;
    mg__leak_target t = { 0 };
    mg_dataset *d = table(context, rows, x, y);
    bool ok = d != NULL && mg_dataset_target(context, d, "y", task, &target) == MG_OK &&
              mg__leak_target_make(context, d, &target, &t) == MG_OK && mg__leak_find(context, d, 0, kind, &t, leak) == MG_OK;
    mg__leak_target_free(context, &t);
    mg_dataset_destroy(d);
    return ok;
}

static void leaks(int64_t rows, cell_of *x, mg_kind kind, cell_of *y, mg_task task, mg__leak wanted) {
    mg__leak leak;
    assert_true(find(ctx, rows, x, kind, y, task, &leak));
    if (leak != wanted) fail_msg("%" PRId64 " rows: leak %d, wanted %d", rows, (int)leak, (int)wanted);
}

#define CLASSES    MG_TASK_CLASSIFICATION
#define REGRESSION MG_TASK_REGRESSION
static const int64_t sizes[] = { 60, 900, 5000 };
#define EACH_SIZE(rows) for (const int64_t *rows = sizes; rows < sizes + 3; rows++)

static void a_copy_in_other_words_is_a_leak(void **state) {
    (void)state;
    EACH_SIZE(n) leaks(*n, copy_of_label, MG_KIND_CATEGORY, label, CLASSES, MG__LEAK_VALUES);
    EACH_SIZE(n) leaks(*n, label, MG_KIND_BOOLEAN, label, CLASSES, MG__LEAK_VALUES);
    leaks(900, code_of_three, MG_KIND_NUMBER, three, CLASSES, MG__LEAK_VALUES);
    leaks(5000, code_of_three, MG_KIND_NUMBER, three, CLASSES, MG__LEAK_VALUES);
}

static void two_percent_of_exceptions_are_no_leak(void **state) {
    (void)state;
    EACH_SIZE(n) leaks(*n, nearly_label, MG_KIND_CATEGORY, label, CLASSES, MG__LEAK_NONE);
    EACH_SIZE(n) leaks(*n, three, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE);
}

static void a_threshold_is_a_leak(void **state) {
    (void)state;
    EACH_SIZE(n) leaks(*n, above_when_sick, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_VALUES);
    leaks(900, mostly_above, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE);
    leaks(5000, mostly_above, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE);
    leaks(6, above_when_sick, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE); /* so few may be chance */
}

static void to_be_missing_is_a_leak(void **state) {
    (void)state;
    EACH_SIZE(n) leaks(*n, only_when_sick, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_MISSING);
    leaks(900, only_when_sick, MG_KIND_TEXT, label, CLASSES, MG__LEAK_MISSING);
    EACH_SIZE(n) leaks(*n, sometimes, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE);
}

static void what_names_rows_is_no_leak(void **state) {
    (void)state;
    leaks(900, own_word, MG_KIND_ID, label, CLASSES, MG__LEAK_NONE);
    leaks(900, own_word, MG_KIND_CATEGORY, label, CLASSES, MG__LEAK_NONE);
    leaks(900, pairs, MG_KIND_CATEGORY, label, CLASSES, MG__LEAK_NONE);
    leaks(900, nothing_to_do_with_it, MG_KIND_NUMBER, label, CLASSES, MG__LEAK_NONE);
    leaks(5000, the_same, MG_KIND_NUMBER, rare, CLASSES, MG__LEAK_NONE); /* 99.8 % of the rows are of one class */
    leaks(5000, three, MG_KIND_NUMBER, rare, CLASSES, MG__LEAK_NONE);
}

static void a_number_that_goes_with_the_target_is_a_leak(void **state) {
    (void)state;
    EACH_SIZE(n) leaks(*n, price_in_cents, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_VALUES);
    EACH_SIZE(n) leaks(*n, price_squared, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_VALUES);
    EACH_SIZE(n) leaks(*n, price_and_noise, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_NONE);
    EACH_SIZE(n) leaks(*n, nothing_to_do_with_it, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_NONE);
    EACH_SIZE(n) leaks(*n, the_same, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_NONE);
    leaks(900, copy_of_label, MG_KIND_CATEGORY, price, REGRESSION, MG__LEAK_NONE);
    leaks(8, price_in_cents, MG_KIND_NUMBER, price, REGRESSION, MG__LEAK_NONE);
}

static void target_at_times(int64_t r, char out[32]) {
    price(r, out);
    if (r % 10 == 3) snprintf(out, 32, "%s", r % 20 == 3 ? "" : "inf");
}

static void rows_without_a_target_tell_nothing(void **state) {
    (void)state;
    mg_target target;
    mg__leak_target t;
    mg_dataset *d = table(ctx, 100, price_in_cents, target_at_times);
    assert_int_equal(mg_dataset_target(ctx, d, "y", REGRESSION, &target), MG_OK);
    assert_int_equal(mg__leak_target_make(ctx, d, &target, &t), MG_OK);
    assert_int_equal(t.count, 90);
    for (int64_t i = 0; i < t.count; i++) assert_true(t.rows[i] % 10 != 3 && t.values[i] == mg_dataset_number(d, t.rows[i], 1));
    mg__leak_target_free(ctx, &t);
    mg_dataset_destroy(d);
}

static void twin(int64_t r, char out[32]) { snprintf(out, 32, "%s", r % 7 == 0 ? "" : r % 2 ? "a" : "b"); }
static void number_twin(int64_t r, char out[32]) {
    snprintf(out, 32, r % 4 == 1 ? "%" PRId64 ".0" : "%" PRId64, r % 6000);
    if (r % 7 == 0) out[0] = '\0';
}

static int64_t duplicates_of(int64_t rows, cell_of *x, cell_of *y) {
    int64_t found, plain = 0;
    mg_dataset *d = table(ctx, rows, x, y);
    assert_int_equal(mg__duplicates_count(ctx, d, &found), MG_OK);
    for (int64_t r = 0; rows <= 1000 && r < rows; r++) /* row by row */
        for (int64_t s = 0; s < r; s++) {
            bool equal = true;
            for (int64_t c = 0; c < 2; c++) {
                char a[32], b[32];
                mg_dataset_text(d, r, c, a, sizeof a);
                mg_dataset_text(d, s, c, b, sizeof b);
                bool numbers = mg_dataset_column_type(d, c) == MG_COLUMN_NUMBER && a[0] != '\0' && b[0] != '\0';
                equal = equal && (numbers ? mg_dataset_number(d, r, c) == mg_dataset_number(d, s, c) : strcmp(a, b) == 0);
            }
            if (!equal) continue;
            plain++;
            break;
        }
    if (rows <= 1000) assert_int_equal(found, plain);
    mg_dataset_destroy(d);
    return found;
}

static void rows_that_occur_twice_are_counted(void **state) {
    (void)state;
    assert_int_equal(duplicates_of(500, own_word, label), 0);
    assert_int_equal(duplicates_of(500, twin, the_same), 497);
    assert_int_equal(duplicates_of(500, three, label), 494);
    assert_true(duplicates_of(12000, number_twin, the_same) > 5000);
    assert_int_equal(duplicates_of(900, number_twin, twin), 128); /* without the number in a seventh of the rows */
    assert_int_equal(duplicates_of(1, own_word, label), 0);
}

static bool find_all(mg_context *context, void *user) {
    mg__leak leak;
    int64_t found;
    (void)user;
    mg_dataset *d = table(context, 60, three, label);
    bool ok = d != NULL && mg__duplicates_count(context, d, &found) == MG_OK;
    mg_dataset_destroy(d);
    return ok && find(context, 60, above_when_sick, MG_KIND_NUMBER, label, CLASSES, &leak) &&
           find(context, 60, copy_of_label, MG_KIND_CATEGORY, label, CLASSES, &leak) &&
           find(context, 60, price_squared, MG_KIND_NUMBER, price, REGRESSION, &leak);
}

static void no_memory_is_said(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(find_all, NULL) > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_copy_in_other_words_is_a_leak),
        cmocka_unit_test(two_percent_of_exceptions_are_no_leak),
        cmocka_unit_test(a_threshold_is_a_leak),
        cmocka_unit_test(to_be_missing_is_a_leak),
        cmocka_unit_test(what_names_rows_is_no_leak),
        cmocka_unit_test(a_number_that_goes_with_the_target_is_a_leak),
        cmocka_unit_test(rows_without_a_target_tell_nothing),
        cmocka_unit_test(rows_that_occur_twice_are_counted),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
