/* Profiles of files: counts, figures, what the encoder will do, warnings, and what is refused. */
#define _DEFAULT_SOURCE
#include <micrograd/profile.h>

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static const char *file(const char *text) { return test_write("t.csv", text, strlen(text)); }

static mg_profile *profile(const char *path, const mg_profile_options *options) {
    mg_context_clear(ctx);
    mg_profile *p = mg_profile_read(ctx, path, options);
    if (p == NULL) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_context_status(ctx), MG_OK);
    return p;
}

static const mg_column_profile *column(const mg_profile *p, const char *name) {
    for (int64_t c = 0; c < mg_profile_columns(p); c++)
        if (strcmp(mg_profile_column(p, c)->name, name) == 0) return mg_profile_column(p, c);
    fail_msg("no column '%s'", name);
    return NULL;
}

static bool warns(const mg_profile *p, const char *words) {
    for (int64_t i = 0; i < mg_profile_warnings(p); i++)
        if (strstr(mg_profile_warning(p, i), words) != NULL) return true;
    return false;
}

/* `rows` rows of: a row's number, an amount with a few missing cells, a town, a constant, a day, notes, a label. */
static const char *customers(int64_t rows) {
    static const char *const towns[] = { "Oslo", "Lima", "Ames, IA" };
    const char *path = test_path("customers.csv");
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs("customer,amount,town,unit,since,vip,label\n", out);
    for (int64_t r = 0; r < rows; r++) {
        fprintf(out, "c%06" PRId64 ",", r);
        if (r % 10 != 3) fprintf(out, "%" PRId64 ".5", r * 37 % 1000);
        fprintf(out, ",\"%s\",EUR,20%02d-%02d-11,%s,%s\n", towns[r % 3], (int)(r % 20), (int)(1 + r % 12), r % 5 ? "no" : "yes",
                r * 37 % 1000 < 300 ? "low"
                : r % 4             ? "high"
                                    : "middle");
    }
    assert_int_equal(fclose(out), 0);
    return path;
}

static void a_table_is_told_column_by_column(void **state) {
    (void)state;
    mg_profile *p = profile(customers(500), NULL);
    assert_int_equal(mg_profile_rows(p), 500);
    assert_int_equal(mg_profile_sampled(p), 500);
    assert_int_equal(mg_profile_columns(p), 7);
    assert_int_equal(mg_profile_duplicates(p), 0);
    const mg_column_profile *c = column(p, "customer");
    assert_true(c->kind == MG_KIND_ID && !c->use && c->distinct == 500 && c->distinct_exact);
    assert_string_equal(c->example, "c000000");
    assert_string_equal(c->encoding, "");
    c = column(p, "amount");
    assert_true(c->kind == MG_KIND_NUMBER && c->use && !c->target && c->missing == 50 && c->numbers == 450 && c->infinite == 0);
    assert_true(c->low == 0.5 && c->high == 999.5 && c->distinct == 450);
    assert_non_null(strstr(c->encoding, "robust scale"));
    int64_t bars = 0;
    for (int i = 0; i < c->bins; i++) bars += c->histogram[i];
    assert_int_equal(c->bins, MG_PROFILE_BINS);
    assert_int_equal(bars, 450);
    c = column(p, "town");
    assert_true(c->kind == MG_KIND_CATEGORY && c->use && c->top_count == 3 && c->top[0].rows == 167 && c->bins == 0);
    assert_string_equal(c->top[0].text, "Oslo");
    assert_string_equal(c->top[2].text, "Ames, IA");
    assert_true(isnan(c->low) && isnan(c->mean) && isnan(c->quartile[1]));
    c = column(p, "unit");
    assert_true(c->kind == MG_KIND_CONSTANT && !c->use);
    c = column(p, "since");
    assert_true(c->kind == MG_KIND_DATE && c->use && c->low == 947548800 && c->bins == MG_PROFILE_BINS); /* 2000-01-11 */
    c = column(p, "vip");
    assert_true(c->kind == MG_KIND_BOOLEAN && c->use && c->top[0].rows == 400);
    c = column(p, "label");
    assert_true(c->kind == MG_KIND_CATEGORY && c->target && !c->use);
    const mg_target *t = mg_profile_target(p);
    assert_true(t != NULL && t->column == 6 && t->task == MG_TASK_CLASSIFICATION && t->distinct == 3 && t->missing == 0);
    assert_int_equal(mg_profile_classes(p), 3);
    assert_string_equal(mg_profile_class(p, 0).text, "high");
    assert_string_equal(mg_profile_class(p, 1).text, "low");
    assert_true(mg_profile_class(p, 0).rows + mg_profile_class(p, 1).rows + mg_profile_class(p, 2).rows == 500);
    assert_int_equal(mg_profile_class(p, 1).rows, 153);
    assert_true(warns(p, "1 column names the rows and is left out: 'customer'") &&
                warns(p, "same in every row and is left out: 'unit'"));
    mg_profile_destroy(p);
    mg_profile_destroy(NULL);
}

/* Figures of numpy: quantiles by linear interpolation, deviation with n - 1, scipy.stats.skew. */
static void figures_of_numbers(void **state) {
    (void)state;
    mg_profile *p = profile(file("x,y\n1,0\n2,1\n4,2\n8,3\n16,4\n32,5\n64,6\ninf,7\n,8\n"), NULL);
    const mg_column_profile *c = column(p, "x");
    assert_true(c->numbers == 7 && c->infinite == 1 && c->missing == 1 && c->low == 1 && c->high == 64);
    assert_true(fabs(c->mean - 127.0 / 7) < 1e-12 && fabs(c->deviation - 22.937804104640385) < 1e-12);
    assert_true(fabs(c->skewness - 1.2823115434980534) < 1e-12);
    assert_true(c->quartile[0] == 3 && c->quartile[1] == 8 && c->quartile[2] == 24);
    assert_true(warns(p, "'x' has 1 infinite cell: taken for missing"));
    mg_profile_destroy(p);
}

static void whole_numbers_of_a_short_range_have_a_bin_each(void **state) {
    (void)state;
    mg_profile *p = profile(file("x,y\n1,0\n2,1\n2,0\n5,1\n5,0\n5,1\n"), NULL);
    const mg_column_profile *c = column(p, "x");
    assert_int_equal(c->bins, 5);
    const int64_t wanted[] = { 1, 2, 0, 0, 3 };
    assert_memory_equal(c->histogram, wanted, sizeof wanted);
    assert_true(c->bin_low == 0.5 && c->bin_high == 5.5);
    mg_profile_destroy(p);
}

/* The same figures however the rows come, and beyond the sample's bounds counts stay exact. */
static void a_large_file_is_sampled_and_counted_in_full(void **state) {
    (void)state;
    mg_profile *p = profile(customers(230000), NULL);
    assert_int_equal(mg_profile_rows(p), 230000);
    assert_in_range(mg_profile_sampled(p), 40000, 100000);
    const mg_column_profile *c = column(p, "amount");
    assert_true(c->missing == 23000 && c->numbers == 207000 && c->distinct == 900 && c->distinct_exact);
    assert_true(fabs(c->quartile[1] - 500) < 10);
    c = column(p, "customer");
    assert_true(!c->distinct_exact && fabs((double)c->distinct - 230000) < 0.03 * 230000 && c->kind == MG_KIND_ID);
    assert_true(mg_profile_class(p, 0).rows + mg_profile_class(p, 1).rows + mg_profile_class(p, 2).rows == 230000);
    assert_int_equal(mg_profile_class(p, 1).rows, 69000);
    mg_profile_destroy(p);
}

static void wanted_columns_are_dropped_and_typed(void **state) {
    (void)state;
    mg_profile_options options = mg_profile_defaults();
    options.target = "vip";
    options.drop = "amount,label";
    options.data.types = "town=text,customer=category";
    mg_profile *p = profile(customers(200), &options);
    assert_true(!column(p, "amount")->use && !column(p, "label")->use && column(p, "label")->top_count > 0);
    assert_string_equal(column(p, "amount")->reason, "dropped as asked");
    assert_true(column(p, "town")->kind == MG_KIND_TEXT && !column(p, "town")->use);
    assert_true(column(p, "customer")->kind == MG_KIND_CATEGORY);
    assert_true(column(p, "vip")->target && mg_profile_classes(p) == 2);
    mg_profile_destroy(p);
    options = mg_profile_defaults();
    options.target = "1"; /* a number, as mg_dataset_target */
    p = profile(customers(200), &options);
    assert_true(column(p, "amount")->target && mg_profile_target(p)->task == MG_TASK_REGRESSION && mg_profile_classes(p) == 0);
    assert_true(warns(p, "20 rows have no target"));
    mg_profile_destroy(p);
}

static void what_is_odd_is_warned_of(void **state) {
    (void)state;
    char text[20000];
    int used = snprintf(text, sizeof text, "leak,wide,sparse,tail,mixed,label\n");
    for (int r = 0; r < 400; r++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%s,%d,%s,%d,%s,%s\n",
                         r == 9  ? "o"
                         : r % 3 ? "p"
                                 : "q",
                         r * 7919 % 400, r % 4 ? "" : "1.5", r == 5 ? 1000000 : r * 31 % 17,
                         r % 40 == 7 ? "unknown"
                         : r % 2     ? "2.5"
                                     : "3",
                         r == 9  ? "rare"
                         : r % 3 ? "a"
                                 : "b");
    mg_profile *p = profile(test_write("t.csv", text, (size_t)used), NULL);
    assert_true(warns(p, "column 'leak' determines the target") && warns(p, "--drop 'leak'"));
    assert_true(column(p, "wide")->kind == MG_KIND_ID && warns(p, "1 column names the rows"));
    assert_true(warns(p, "more than half of the cells are missing in 1 column: 'sparse'"));
    assert_true(warns(p, "long tail, of which robust scaling takes care: 'tail'"));
    assert_true(warns(p, "column 'mixed' holds numbers but for 10 cells, which count as missing: 'unknown'"));
    assert_int_equal(column(p, "mixed")->strays, 10);
    assert_true(warns(p, "1 class has too few rows to train, to validate and to test: 'rare'"));
    assert_ptr_equal(strstr(mg_profile_warning(p, 0), "column 'leak'"), mg_profile_warning(p, 0)); /* the worst first */
    mg_profile_destroy(p);
}

static void numbers_with_marks_are_told(void **state) {
    (void)state;
    char text[20000];
    int used = snprintf(text, sizeof text, "price,weight,share,code,y\n");
    for (int r = 0; r < 300; r++)
        used += snprintf(text + used, sizeof text - (size_t)used, "\"$%d,%03d\",%d kg,%d.5%%,k%d,%d\n", 1 + r % 3, r % 50, r % 40,
                         r % 30, r % 40, r % 2);
    mg_profile *p = profile(test_write("t.csv", text, (size_t)used), NULL);
    assert_true(warns(p, "column 'price' looks like numbers with a mark beside them, as in '$1,000'"));
    assert_true(warns(p, "column 'weight' looks") && warns(p, "column 'share' looks") && !warns(p, "column 'code' looks"));
    mg_profile_destroy(p);
}

static void strays_among_dates_are_told(void **state) {
    (void)state;
    char text[20000];
    int used = snprintf(text, sizeof text, "when,y\n");
    for (int r = 0; r < 200; r++)
        if (r % 50 == 7)
            used += snprintf(text + used, sizeof text - (size_t)used, "soon,%d\n", r % 2);
        else
            used += snprintf(text + used, sizeof text - (size_t)used, "2026-%02d-%02d,%d\n", 1 + r % 12, 1 + r % 28, r % 2);
    mg_profile *p = profile(test_write("t.csv", text, (size_t)used), NULL);
    assert_true(column(p, "when")->kind == MG_KIND_DATE && column(p, "when")->strays == 4);
    assert_true(warns(p, "column 'when' holds dates but for 4 cells, which count as missing: 'soon'"));
    mg_profile_destroy(p);
}

static void duplicates_and_rare_classes(void **state) {
    (void)state;
    char text[30000];
    int used = snprintf(text, sizeof text, "x,label\n");
    for (int r = 0; r < 1000; r++)
        used += snprintf(text + used, sizeof text - (size_t)used, "%d,%s\n", r % 900, r % 250 == 3 ? "rare" : "common");
    mg_profile *p = profile(test_write("t.csv", text, (size_t)used), NULL);
    assert_int_equal(mg_profile_duplicates(p), 99);
    assert_true(warns(p, "99 of 1000 rows equal an earlier one"));
    assert_true(warns(p, "class 'rare' has only 0.4 % of the rows (4)"));
    mg_profile_destroy(p);
}

static void a_target_that_cannot_be_learned_is_a_warning(void **state) {
    (void)state;
    mg_profile *p = profile(file("a,y\n1,x\n2,x\n3,x\n"), NULL);
    assert_null(mg_profile_target(p));
    assert_true(warns(p, "the target 'y'") && mg_profile_classes(p) == 0 && column(p, "y")->target);
    mg_profile_destroy(p);
    p = profile(file("a,y\n1,\n2,\n3,\n"), NULL);
    assert_null(mg_profile_target(p));
    assert_true(warns(p, "missing in every row"));
    mg_profile_destroy(p);
    p = profile(file("y\n1\n2\n3\n"), NULL); /* nothing to learn from */
    assert_true(mg_profile_columns(p) == 1 && mg_profile_warnings(p) >= 1);
    mg_profile_destroy(p);
}

static void images_have_a_size_and_labels(void **state) {
    (void)state;
    unsigned char images[16 + 6 * 4] = { 0, 0, 8, 3, 0, 0, 0, 6, 0, 0, 0, 2, 0, 0, 0, 2 };
    unsigned char labels[8 + 6] = { 0, 0, 8, 1, 0, 0, 0, 6, 7, 1, 7, 7, 1, 7 };
    for (size_t i = 16; i < sizeof images; i++) images[i] = (unsigned char)(i * 9);
    test_write("a-labels-idx1-ubyte", labels, sizeof labels);
    mg_profile *p = profile(test_write("a-images-idx3-ubyte", images, sizeof images), NULL);
    int64_t shape[3];
    assert_true(mg_profile_image_shape(p, shape) && shape[0] == 2 && shape[1] == 2 && shape[2] == 1);
    assert_true(mg_profile_rows(p) == 6 && mg_profile_classes(p) == 2 && mg_profile_class(p, 1).rows == 4);
    assert_string_equal(mg_profile_class(p, 1).text, "7");
    mg_profile_destroy(p);
    p = profile(test_write("b-images-idx3-ubyte", images, sizeof images), NULL); /* without labels */
    assert_true(mg_profile_rows(p) == 6 && mg_profile_columns(p) == 0 && mg_profile_target(p) == NULL);
    mg_profile_destroy(p);
    p = profile(customers(30), NULL);
    assert_false(mg_profile_image_shape(p, shape));
    mg_profile_destroy(p);
}

static void refused(const char *path, const mg_profile_options *options, mg_status status, const char *words) {
    mg_context_clear(ctx);
    assert_null(mg_profile_read(ctx, path, options));
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
    mg_context_clear(ctx);
}

static void what_cannot_be_read_is_refused(void **state) {
    (void)state;
    mg_profile_options options = mg_profile_defaults();
    refused(test_path("nothing.csv"), NULL, MG_FILE, "nothing.csv");
    refused(file("a,b\n1,2,3\n"), NULL, MG_FORMAT, "line 2");
    refused(file("a,b\n"), NULL, MG_FORMAT, "t.csv");
    options.target = "z";
    refused(file("a,b\n1,2\n"), &options, MG_SETTING, "target: ");
    options.target = "7";
    refused(file("a,b\n1,2\n"), &options, MG_SETTING, "target: ");
    options.target = NULL;
    options.drop = "a,z";
    refused(file("a,b\n1,2\n"), &options, MG_SETTING, "drop: ");
    options.drop = NULL;
    options.task = MG_TASK_REGRESSION;
    refused(customers(50), &options, MG_SETTING, "regression");
}

static void count_calls(void *user, int64_t rows, uint64_t at, uint64_t length) {
    int64_t *last = user;
    assert_true(rows > *last && at <= length);
    *last = rows;
}

static void progress_is_told(void **state) {
    (void)state;
    int64_t rows = 0;
    mg_profile_options options = mg_profile_defaults();
    options.on_progress = count_calls;
    options.user = &rows;
    mg_profile_destroy(profile(customers(3000), &options));
    assert_int_equal(rows, 3000);
}

static bool read_it(mg_context *context, void *user) {
    mg_profile *p = mg_profile_read(context, user, NULL);
    mg_profile_destroy(p);
    return p != NULL;
}

static void no_memory_is_said(void **state) {
    (void)state;
    char path[512];
    snprintf(path, sizeof path, "%s", customers(40));
    assert_true(failing_allocator_exhaust(read_it, path) > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_table_is_told_column_by_column),
        cmocka_unit_test(figures_of_numbers),
        cmocka_unit_test(whole_numbers_of_a_short_range_have_a_bin_each),
        cmocka_unit_test(a_large_file_is_sampled_and_counted_in_full),
        cmocka_unit_test(wanted_columns_are_dropped_and_typed),
        cmocka_unit_test(what_is_odd_is_warned_of),
        cmocka_unit_test(numbers_with_marks_are_told),
        cmocka_unit_test(strays_among_dates_are_told),
        cmocka_unit_test(duplicates_and_rare_classes),
        cmocka_unit_test(a_target_that_cannot_be_learned_is_a_warning),
        cmocka_unit_test(images_have_a_size_and_labels),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(progress_is_told),
        cmocka_unit_test(no_memory_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
