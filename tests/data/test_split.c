/* Targets, splits and the order of rows. */
#include "data/classes.h"
#include "data/loader.h"
#include "data/split.h"

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

static mg_dataset *table(const char *text) {
    mg_dataset *d = mg__csv_read(ctx, "t.csv", text, strlen(text), '\0');
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void chosen(const char *text, const char *name, mg_task wanted, mg_task task, int64_t distinct, const char *reason) {
    mg_dataset *d = table(text);
    mg_target t;
    if (mg_dataset_target(ctx, d, name, wanted, &t) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(t.task, task);
    assert_int_equal(t.distinct, distinct);
    if (strstr(t.reason, reason) == NULL) fail_msg("'%s' does not say '%s'", t.reason, reason);
    mg_dataset_destroy(d);
}

static void the_task_follows_from_the_target(void **state) {
    (void)state;
    mg_task c = MG_TASK_CLASSIFICATION, r = MG_TASK_REGRESSION, a = MG_TASK_AUTO;
    chosen("x,y\n1,a\n2,b\n", NULL, a, c, 2, "target 'y' (the last column), classification (it holds text)");
    chosen("x,y\n1,True\n2,False\n", NULL, a, c, 2, "text");
    chosen("x,y\n1,a\n2,b\n", "x", a, c, 2, "target 'x' (as asked), classification (it holds whole numbers with at most 20");
    chosen("x,y\n1,0\n2,1\n3,1.0\n", NULL, a, c, 2, "whole numbers");
    chosen("y\n0.5\n1\n", NULL, a, r, 2, "the only column), regression (it holds numbers with fractions)");
    chosen("y\n0\n1\n", NULL, r, r, 2, "regression (as asked)");
    chosen("y\n0.5\n1\n", NULL, c, c, 2, "classification (as asked)");
    char text[256] = "y\n";
    for (int i = 0; i < 20; i++) sprintf(text + strlen(text), "%d\n", i);
    chosen(text, NULL, a, c, 20, "at most 20");
    strcat(text, "20\n");
    chosen(text, NULL, a, r, 21, "more than 20 distinct values");
    chosen("y\ninf\n1\n2.5\n", NULL, a, r, 3, "regression");
    assert_string_equal(mg_task_name(a), "auto");
}

static void an_impossible_target_is_named(void **state) {
    (void)state;
    mg_target t;
    mg_dataset *d = table("sepal,petal,species\n1,2,a\n3,4,a\n,4,NA\n");
    assert_int_equal(mg_dataset_target(ctx, d, "colour", MG_TASK_AUTO, &t), MG_SETTING);
    says(MG_SETTING, "no column 'colour'; it has: sepal, petal, species");
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_FORMAT);
    says(MG_FORMAT, "'species' has one value only");
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_REGRESSION, &t), MG_SETTING);
    says(MG_SETTING, "'species' of t.csv holds text");
    assert_int_equal(mg_dataset_target(ctx, d, "sepal", MG_TASK_AUTO, &t), MG_OK);
    assert_int_equal(t.missing, 1);
    mg_dataset_destroy(d);
    d = table("x,y\n1,\n2,NA\n");
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_FORMAT);
    says(MG_FORMAT, "missing in every row");
    mg_dataset_destroy(d);
    d = table("x,y\n1,0.5\n2,0.5\n");
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_FORMAT);
    says(MG_FORMAT, "one value only");
    mg_dataset_destroy(d);
}

static void rows_without_a_target_are_left_out(void **state) {
    (void)state;
    mg_dataset *d = table("x,y\n1,10\n2,\n3,9\n4,9.0\n");
    mg_target t;
    int64_t *rows, count;
    int32_t *labels, classes;
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &t), MG_OK);
    assert_int_equal(mg__target_rows(ctx, d, &t, &rows, &count, &labels, &classes), MG_OK);
    assert_int_equal(count, 3);
    assert_int_equal(classes, 2);
    const int64_t wanted_rows[] = { 0, 2, 3 };
    const int32_t wanted[] = { 1, 0, 0 }; /* 9 comes before 10 */
    assert_memory_equal(rows, wanted_rows, sizeof wanted_rows);
    assert_memory_equal(labels, wanted, sizeof wanted);
    mg__free(ctx, rows);
    mg__free(ctx, labels);
    t.task = MG_TASK_REGRESSION;
    assert_int_equal(mg__target_rows(ctx, d, &t, &rows, &count, &labels, &classes), MG_OK);
    assert_null(labels);
    assert_int_equal(count, 3);
    mg__free(ctx, rows);
    mg_dataset_destroy(d);
}

static void fractions_are_of_all_rows_and_classes_keep_their_shares(void **state) {
    (void)state;
    int32_t labels[150];
    for (int i = 0; i < 150; i++) labels[i] = i / 50;
    mg__split s;
    assert_int_equal(mg__split_make(ctx, NULL, 150, labels, 3, 0.2, 0.2, 0, &s), MG_OK);
    assert_int_equal(s.train_count, 90);
    assert_int_equal(s.validation_count, 30);
    assert_int_equal(s.test_count, 30);
    int per[3] = { 0 }, seen[150] = { 0 };
    for (int i = 0; i < 30; i++) per[labels[s.test[i]]]++;
    for (int k = 0; k < 3; k++) assert_int_equal(per[k], 10);
    for (int64_t i = 0; i < 150; i++) seen[s.train[i]]++; /* one block: all three parts */
    for (int i = 0; i < 150; i++) assert_int_equal(seen[i], 1);
    for (int64_t i = 1; i < s.train_count; i++) assert_true(s.train[i - 1] < s.train[i]);
    mg__split_free(ctx, &s);
}

static void totals_come_out_right_for_uneven_classes(void **state) {
    (void)state;
    enum { N = 97 };
    int32_t labels[N];
    for (int i = 0; i < N; i++) labels[i] = i < 61 ? 0 : i < 90 ? 1 : i < 96 ? 2 : 3; /* 61, 29, 6, 1 */
    mg__split s;
    assert_int_equal(mg__split_make(ctx, NULL, N, labels, 4, 0.2, 0.2, 7, &s), MG_OK);
    assert_int_equal(s.test_count, 19);
    assert_int_equal(s.validation_count, 19);
    int test[4] = { 0 }, train[4] = { 0 };
    for (int64_t i = 0; i < s.test_count; i++) test[labels[s.test[i]]]++;
    for (int64_t i = 0; i < s.train_count; i++) train[labels[s.train[i]]]++;
    assert_int_equal(test[0], 12); /* 12.2, 5.8, 1.2, 0.2 of the classes: largest remainders */
    assert_int_equal(test[1], 6);
    assert_int_equal(test[2], 1);
    assert_int_equal(test[3], 0);
    assert_int_equal(train[3], 1); /* a single row trains */
    mg__split_free(ctx, &s);
}

static void a_class_always_trains(void **state) {
    (void)state;
    int32_t labels[20];
    for (int i = 0; i < 20; i++) labels[i] = i / 2;
    mg__split s;
    assert_int_equal(mg__split_make(ctx, NULL, 20, labels, 10, 0.45, 0.45, 1, &s), MG_OK);
    int train[10] = { 0 };
    for (int64_t i = 0; i < s.train_count; i++) train[labels[s.train[i]]]++;
    for (int k = 0; k < 10; k++) assert_true(train[k] >= 1);
    mg__split_free(ctx, &s);
}

static void the_split_is_a_function_of_the_seed(void **state) {
    (void)state;
    mg__split a, b, c;
    int64_t rows[100];
    for (int64_t i = 0; i < 100; i++) rows[i] = 1000 + 2 * i;
    assert_int_equal(mg__split_make(ctx, rows, 100, NULL, 0, 0.2, 0.1, 3, &a), MG_OK);
    assert_int_equal(mg__split_make(ctx, rows, 100, NULL, 0, 0.2, 0.1, 3, &b), MG_OK);
    assert_int_equal(mg__split_make(ctx, rows, 100, NULL, 0, 0.2, 0.1, 4, &c), MG_OK);
    assert_int_equal(a.train_count, 70);
    assert_int_equal(a.test_count, 10);
    assert_memory_equal(a.train, b.train, 100 * sizeof *a.train);
    assert_memory_not_equal(a.train, c.train, 100 * sizeof *a.train);
    for (int i = 0; i < 100; i++) assert_true(a.train[i] >= 1000 && a.train[i] % 2 == 0);
    mg__split_free(ctx, &a);
    mg__split_free(ctx, &b);
    mg__split_free(ctx, &c);
}

static void small_and_impossible_splits(void **state) {
    (void)state;
    mg__split s;
    assert_int_equal(mg__split_make(ctx, NULL, 3, NULL, 0, 0.01, 0.01, 0, &s), MG_OK);
    assert_true(s.train_count == 1 && s.validation_count == 1 && s.test_count == 1);
    mg__split_free(ctx, &s);
    assert_int_equal(mg__split_make(ctx, NULL, 1, NULL, 0, 0.2, 0.2, 0, &s), MG_OK);
    assert_true(s.train_count == 1 && s.validation_count == 0 && s.test_count == 0);
    mg__split_free(ctx, &s);
    assert_int_equal(mg__split_make(ctx, NULL, 10, NULL, 0, 0, 0, 0, &s), MG_OK);
    assert_int_equal(s.train_count, 10);
    mg__split_free(ctx, &s);
    assert_int_equal(mg__split_make(ctx, NULL, 10, NULL, 0, 0.5, 0.5, 0, &s), MG_INVALID);
    assert_int_equal(mg__split_make(ctx, NULL, 10, NULL, 0, -0.1, 0, 0, &s), MG_INVALID);
    assert_int_equal(mg__split_make(ctx, NULL, 0, NULL, 0, 0.1, 0, 0, &s), MG_INVALID);
}

static void an_epoch_visits_every_row_once_in_batches(void **state) {
    (void)state;
    mg__loader loader;
    int64_t count, first[10];
    assert_int_equal(mg__loader_create(ctx, 10, 4, 5, &loader), MG_OK);
    assert_int_equal(mg__loader_batches(&loader), 3);
    for (uint64_t epoch = 0; epoch < 3; epoch++) {
        int seen[10] = { 0 };
        mg__loader_epoch(&loader, epoch);
        for (int64_t b = 0; b < 3; b++) {
            const int64_t *rows = mg__loader_batch(&loader, b, &count);
            assert_int_equal(count, b < 2 ? 4 : 2);
            for (int64_t i = 0; i < count; i++) seen[rows[i]]++;
        }
        for (int i = 0; i < 10; i++) assert_int_equal(seen[i], 1);
        if (epoch == 0) memcpy(first, loader.order, sizeof first);
    }
    assert_memory_not_equal(loader.order, first, sizeof first);
    mg__loader_epoch(&loader, 0); /* any epoch can be asked again */
    assert_memory_equal(loader.order, first, sizeof first);
    const float source[] = { 1, 2, 3, 4, 5, 6 };
    float gathered[4];
    mg__gather_rows(source, 2 * sizeof(float), (int64_t[]){ 2, 0 }, 2, gathered);
    assert_true(gathered[0] == 5 && gathered[1] == 6 && gathered[2] == 1 && gathered[3] == 2);
    mg__loader_destroy(&loader);
    assert_int_equal(mg__loader_create(ctx, 10, 0, 5, &loader), MG_INVALID);
}

static bool split_and_load(mg_context *context, void *user) {
    (void)user;
    const char *text = "x,y\n1,a\n2,b\n3,a\n4,b\n5,b\n";
    mg_dataset *d = mg__csv_read(context, "t", text, strlen(text), ',');
    mg_target t;
    int64_t *rows = NULL, count;
    int32_t *labels = NULL, classes;
    mg__split split = { 0 };
    mg__loader loader = { .context = context };
    bool done = d != NULL && mg_dataset_target(context, d, NULL, MG_TASK_AUTO, &t) == MG_OK &&
                mg__target_rows(context, d, &t, &rows, &count, &labels, &classes) == MG_OK &&
                mg__split_make(context, rows, count, labels, classes, 0.2, 0.2, 0, &split) == MG_OK &&
                mg__loader_create(context, split.train_count, 2, 0, &loader) == MG_OK;
    mg__loader_destroy(&loader);
    mg__split_free(context, &split);
    mg__free(context, rows);
    mg__free(context, labels);
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(split_and_load, NULL) >= 15);
}

static void a_thinned_split_keeps_parts_in_proportion(void **state) {
    (void)state;
    enum { ROWS = 1000 };
    mg__split s, whole;
    assert_int_equal(mg__split_make(ctx, NULL, ROWS, NULL, 0, 0.1, 0.2, 3, &s), MG_OK);
    assert_int_equal(mg__split_make(ctx, NULL, ROWS, NULL, 0, 0.1, 0.2, 3, &whole), MG_OK);
    mg__split_thin(&s, ROWS);
    assert_int_equal(s.train_count, 700);
    mg__split_thin(&s, 100);
    assert_int_equal(s.train_count, 70);
    assert_int_equal(s.validation_count, 10);
    assert_int_equal(s.test_count, 20);
    assert_ptr_equal(s.validation, s.train + 70); /* still one block */
    assert_ptr_equal(s.test, s.validation + 10);
    for (int i = 0; i < 70; i++) assert_int_equal(s.train[i], whole.train[10 * i]);
    for (int i = 0; i < 10; i++) assert_int_equal(s.validation[i], whole.validation[10 * i]);
    for (int i = 0; i < 20; i++) assert_int_equal(s.test[i], whole.test[10 * i]);
    mg__split_thin(&s, 1);
    assert_true(s.train_count == 1 && s.validation_count == 1 && s.test_count == 1);
    mg__split_free(ctx, &s);
    mg__split_free(ctx, &whole);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thinned_split_keeps_parts_in_proportion),
        cmocka_unit_test(the_task_follows_from_the_target),
        cmocka_unit_test(an_impossible_target_is_named),
        cmocka_unit_test(rows_without_a_target_are_left_out),
        cmocka_unit_test(fractions_are_of_all_rows_and_classes_keep_their_shares),
        cmocka_unit_test(totals_come_out_right_for_uneven_classes),
        cmocka_unit_test(a_class_always_trains),
        cmocka_unit_test(the_split_is_a_function_of_the_seed),
        cmocka_unit_test(small_and_impossible_splits),
        cmocka_unit_test(an_epoch_visits_every_row_once_in_batches),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
