/* Scores of groups beside scikit-learn's, which tests/cluster/record_scores.py recorded. */
#include <micrograd/cluster.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST 512

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

static void assert_near(const char *what, int number, double got, double wanted) {
    if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted))))
        fail_msg("%s of case %d: %.17g, scikit-learn has %.17g", what, number, got, wanted);
}

static void check_case(FILE *file, int number, int rows, int columns) {
    static double x[MOST * 8];
    static int32_t label[MOST], truth[MOST];
    double wanted[7];
    for (int i = 0; i < rows; i++) {
        assert_int_equal(fscanf(file, "%d %d", &label[i], &truth[i]), 2);
        for (int c = 0; c < columns; c++) assert_int_equal(fscanf(file, "%lf", &x[i * columns + c]), 1);
    }
    for (int i = 0; i < 7; i++) assert_int_equal(fscanf(file, "%lf", &wanted[i]), 1);
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ rows, columns }, x);
    mg_cluster_scores scores;
    mg_cluster_agreement agreement;
    assert_int_equal(mg_cluster_scores_of(ctx, &tensor, label, &scores), MG_OK);
    assert_int_equal(mg_cluster_agreement_of(ctx, label, truth, rows, &agreement), MG_OK);
    assert_near("silhouette", number, scores.silhouette, wanted[0]);
    assert_near("Davies-Bouldin", number, scores.davies_bouldin, wanted[1]);
    assert_near("Calinski-Harabasz", number, scores.calinski_harabasz, wanted[2]);
    assert_near("adjusted Rand", number, agreement.ari, wanted[3]);
    assert_near("mutual information", number, agreement.nmi, wanted[4]);
    assert_near("purity", number, agreement.purity, wanted[5]);
    assert_near("accuracy", number, agreement.accuracy, wanted[6]);
}

static void equals_scikit_learn_on_recorded_cases(void **state) {
    (void)state;
    int cases = 0, rows, columns;
    FILE *file = fopen(MG__SOURCE_DIR "/tests/cluster/scores.txt", "r");
    assert_non_null(file);
    for (; fscanf(file, " case %d %d", &rows, &columns) == 2; cases++) {
        assert_true(rows <= MOST && columns <= 8);
        check_case(file, cases + 1, rows, columns);
    }
    fclose(file);
    assert_int_equal(cases, 6);
}

static void is_perfect_where_groups_are_the_truth_by_other_names(void **state) {
    (void)state;
    const int32_t label[] = { 2, 2, 0, 0, 1 }, truth[] = { 0, 0, 1, 1, 2 };
    mg_cluster_agreement a;
    assert_int_equal(mg_cluster_agreement_of(ctx, label, truth, 5, &a), MG_OK);
    assert_true(a.ari == 1 && fabs(a.nmi - 1) < 1e-12 && a.purity == 1 && a.accuracy == 1);
}

static void matches_each_truth_with_one_group(void **state) {
    (void)state;
    /* greedy would take the 5 and be left with 0; 4 + 4 is better */
    const int32_t label[] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1 }, truth[] = { 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0 };
    mg_cluster_agreement a;
    assert_int_equal(mg_cluster_agreement_of(ctx, label, truth, 13, &a), MG_OK);
    assert_true(fabs(a.accuracy - 8.0 / 13) < 1e-15);
    assert_true(fabs(a.purity - 9.0 / 13) < 1e-15);
}

static void leaves_out_rows_without_a_truth_and_never_matches_noise(void **state) {
    (void)state;
    const int32_t label[] = { 0, 0, 1, 1, -1, 0 }, truth[] = { 0, 0, 1, 1, 1, -1 };
    mg_cluster_agreement a;
    assert_int_equal(mg_cluster_agreement_of(ctx, label, truth, 6, &a), MG_OK);
    assert_true(fabs(a.accuracy - 0.8) < 1e-15);
    assert_int_equal(mg_cluster_agreement_of(ctx, label, (const int32_t[]){ -1, -1, -1, -1, -1, -1 }, 6, &a), MG_OK);
    assert_true(isnan(a.ari) && isnan(a.nmi) && isnan(a.purity) && isnan(a.accuracy));
}

static void gives_nan_for_one_group_and_for_rows_alone(void **state) {
    (void)state;
    double x[] = { 1, 2, 3 };
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 3, 1 }, x);
    mg_cluster_scores s;
    assert_int_equal(mg_cluster_scores_of(ctx, &tensor, (const int32_t[]){ 0, 0, 0 }, &s), MG_OK);
    assert_true(isnan(s.silhouette) && isnan(s.davies_bouldin) && isnan(s.calinski_harabasz));
    assert_int_equal(mg_cluster_scores_of(ctx, &tensor, (const int32_t[]){ 0, 1, 2 }, &s), MG_OK);
    assert_true(isnan(s.silhouette) && isnan(s.davies_bouldin) && isnan(s.calinski_harabasz));
    assert_int_equal(mg_cluster_scores_of(ctx, &tensor, (const int32_t[]){ 0, 0, -2 }, &s), MG_INVALID);
    assert_non_null(strstr(mg_context_message(ctx), "row 2"));
}

static void leaves_noise_out_of_the_scores(void **state) {
    (void)state;
    double x[] = { 0, 1, 10, 11, 99 };
    mg_tensor five = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 5, 1 }, x),
              four = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 4, 1 }, x);
    mg_cluster_scores with, without;
    assert_int_equal(mg_cluster_scores_of(ctx, &five, (const int32_t[]){ 0, 0, 1, 1, -1 }, &with), MG_OK);
    assert_int_equal(mg_cluster_scores_of(ctx, &four, (const int32_t[]){ 0, 0, 1, 1 }, &without), MG_OK);
    assert_true(with.silhouette == without.silhouette && with.davies_bouldin == without.davies_bouldin);
    assert_true(with.calinski_harabasz == without.calinski_harabasz);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equals_scikit_learn_on_recorded_cases),
        cmocka_unit_test(is_perfect_where_groups_are_the_truth_by_other_names),
        cmocka_unit_test(matches_each_truth_with_one_group),
        cmocka_unit_test(leaves_out_rows_without_a_truth_and_never_matches_noise),
        cmocka_unit_test(gives_nan_for_one_group_and_for_rows_alone),
        cmocka_unit_test(leaves_noise_out_of_the_scores),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
