/* Folds for members and cross-validation. */
#include "data/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

enum { N = 97, CLASSES = 4, MOST = 10 };

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

static void uneven_labels(int32_t labels[N]) {
    for (int i = 0; i < N; i++) labels[i] = i < 61 ? 0 : i < 90 ? 1 : i < 96 ? 2 : 3; /* 61, 29, 6, 1 */
}

static int spread(const int *counts, int count) {
    int low = counts[0], high = counts[0];
    for (int i = 1; i < count; i++) low = counts[i] < low ? counts[i] : low, high = counts[i] > high ? counts[i] : high;
    return high - low;
}

static void each_class_and_the_whole_is_dealt_evenly(void **state) {
    (void)state;
    int32_t labels[N], fold[N];
    uneven_labels(labels);
    for (int32_t folds = 2; folds <= MOST; folds++) {
        for (uint64_t round = 0; round < 5; round++) {
            int all[MOST] = { 0 }, of_class[CLASSES][MOST] = { { 0 } };
            assert_int_equal(mg__split_folds(ctx, N, labels, CLASSES, folds, round, 3, fold), MG_OK);
            for (int i = 0; i < N; i++) {
                assert_in_range(fold[i], 0, folds - 1);
                all[fold[i]]++;
                of_class[labels[i]][fold[i]]++;
            }
            assert_true(spread(all, folds) <= 1);
            for (int k = 0; k < CLASSES; k++) assert_true(spread(of_class[k], folds) <= 1);
        }
    }
    assert_int_equal(mg__split_folds(ctx, N, NULL, 0, 5, 0, 3, fold), MG_OK);
    int all[5] = { 0 };
    for (int i = 0; i < N; i++) all[fold[i]]++;
    assert_true(spread(all, 5) <= 1);
}

static void folds_are_a_function_of_round_and_seed(void **state) {
    (void)state;
    int32_t labels[N], a[N], b[N];
    uneven_labels(labels);
    assert_int_equal(mg__split_folds(ctx, N, labels, CLASSES, 5, 0, 3, a), MG_OK);
    assert_int_equal(mg__split_folds(ctx, N, labels, CLASSES, 5, 0, 3, b), MG_OK);
    assert_memory_equal(a, b, sizeof a);
    assert_int_equal(mg__split_folds(ctx, N, labels, CLASSES, 5, 1, 3, b), MG_OK);
    assert_memory_not_equal(a, b, sizeof a);
    assert_int_equal(mg__split_folds(ctx, N, labels, CLASSES, 5, 0, 4, b), MG_OK);
    assert_memory_not_equal(a, b, sizeof a);
}

static void groups_are_dealt_whole_to_the_smallest_fold(void **state) {
    (void)state;
    int64_t group[N];
    int32_t fold[N], again[N], of_group[31];
    for (int i = 0; i < N; i++) group[i] = i % 31; /* of 3 and 4 rows */
    for (uint64_t round = 0; round < 5; round++) {
        int rows[4] = { 0 };
        memset(of_group, -1, sizeof of_group);
        assert_int_equal(mg__split_group_folds(ctx, N, group, 31, 4, round, 3, fold), MG_OK);
        for (int i = 0; i < N; i++) {
            if (of_group[group[i]] < 0) of_group[group[i]] = fold[i];
            assert_int_equal(fold[i], of_group[group[i]]);
            rows[fold[i]]++;
        }
        assert_true(spread(rows, 4) <= 3);
        assert_int_equal(mg__split_group_folds(ctx, N, group, 31, 4, round + 1, 3, again), MG_OK);
        assert_memory_not_equal(fold, again, sizeof fold);
    }
}

static void too_many_folds_are_refused(void **state) {
    (void)state;
    int32_t fold[3];
    const int64_t group[3] = { 0, 0, 1 };
    assert_int_equal(mg__split_folds(ctx, 3, NULL, 0, 4, 0, 0, fold), MG_INVALID);
    assert_non_null(strstr(mg_context_message(ctx), "folds: 4; wanted at least 2 and at most the number of rows, 3"));
    assert_int_equal(mg__split_folds(ctx, 3, NULL, 0, 1, 0, 0, fold), MG_INVALID);
    assert_int_equal(mg__split_group_folds(ctx, 3, group, 2, 3, 0, 0, fold), MG_INVALID);
    assert_int_equal(mg__split_folds(ctx, 3, NULL, 0, 3, 0, 0, fold), MG_OK);
    assert_int_equal(fold[0] + fold[1] + fold[2], 3);
}

static bool make_folds(mg_context *context, void *user) {
    (void)user;
    const int32_t labels[6] = { 0, 1, 0, 1, 0, 1 };
    const int64_t group[6] = { 0, 1, 2, 2, 1, 0 };
    int32_t fold[6];
    return mg__split_folds(context, 6, labels, 2, 3, 0, 0, fold) == MG_OK &&
           mg__split_group_folds(context, 6, group, 3, 3, 0, 0, fold) == MG_OK;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(make_folds, NULL) >= 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_class_and_the_whole_is_dealt_evenly),
        cmocka_unit_test(folds_are_a_function_of_round_and_seed),
        cmocka_unit_test(groups_are_dealt_whole_to_the_smallest_fold),
        cmocka_unit_test(too_many_folds_are_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
