/* Gaussian mixtures beside scikit-learn's, and what is hard for them. */
#define _POSIX_C_SOURCE 200809L
#include <micrograd/cluster.h>

#include "cluster/mixture.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/densities.h"
#include "support/failing_allocator.h"

/* The mixture's groups in the order of what was recorded: k-means may number its centres otherwise than they were given. */
static int64_t like(const mg__mixture *m, const double *mean) {
    int64_t best = 0;
    double least = INFINITY;
    for (int64_t j = 0; j < m->k; j++) {
        double square = 0;
        for (int64_t i = 0; i < m->columns; i++) square += pow(m->mean[j * m->columns + i] - mean[i], 2);
        if (square < least) least = square, best = j;
    }
    return best;
}

static void check_recorded(FILE *file) {
    char kind[16];
    long long rows, columns, k, steps;
    assert_int_equal(fscanf(file, "%15s %lld %lld %lld %lld", kind, &rows, &columns, &k, &steps), 5);
    mg__points points = read_points(ctx, file, rows, columns);
    mg_cluster_options options = mg_cluster_defaults();
    mg_tensor *centres = mg_tensor_create(ctx, MG_F64, 2, (int64_t[]){ k, columns });
    double scores[2], label[200], mean[32];
    assert_non_null(centres);
    assert_true(rows <= 200 && k * columns <= 32);
    read_numbers(file, centres->data, k * columns);
    read_numbers(file, scores, 2);
    read_numbers(file, label, rows);
    read_numbers(file, mean, k * columns);
    options.centres = centres, options.covariance = kind, options.tolerance = 0, options.iterations = steps;
    mg__found found = { 0 };
    assert_int_equal(mg__method_gmm.fit(&points, &options, k, &found), MG_OK);
    const mg__mixture *m = found.model;
    double log_rows = log((double)rows);
    assert_near((mg__mixture_parameters(m) * log_rows - found.bic) / 2 / (double)rows, scores[0]);
    assert_near(found.bic, scores[1]);
    assert_same_groups(found.label, label, rows);
    assert_int_equal(found.iterations, steps);
    for (int64_t j = 0; j < k; j++) {
        int64_t own = like(m, mean + j * columns);
        for (int64_t i = 0; i < columns; i++) assert_near(m->mean[own * columns + i], mean[j * columns + i]);
    }
    mg__found_free(ctx, &mg__method_gmm, &found);
    mg_tensor_destroy(centres);
    free_points(&points);
}

static void is_what_scikit_learn_finds(void **state) {
    (void)state;
    each_case("mixture", 5, check_recorded);
}

/* --- tables --------------------------------------------------------------------------------------------- */

static mg_clustering *clustered(mg_context *context, const mg_dataset *dataset, mg_cluster_options options) {
    options.method = "gmm";
    mg_clustering *c = mg_cluster(context, dataset, &options);
    if (!c) fail_msg("%s", mg_context_message(context));
    return c;
}

/* scikit-learn's GaussianMixture(3, n_init=10) gives 0.904. */
static void finds_the_three_species_of_iris(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, MG__SOURCE_DIR "/data/iris.csv", NULL);
    mg_cluster_options options = mg_cluster_defaults();
    options.truth = "species", options.scale = "none", options.k = 3, options.seed = 1;
    mg_clustering *c = clustered(ctx, iris, options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_true(r->agreement.ari >= 0.9);
    assert_string_equal(r->details, "full covariances");
    double *probability = calloc(150 * 3, sizeof *probability);
    int32_t label[150];
    assert_non_null(probability);
    assert_int_equal(mg_clustering_assign(c, iris, label, probability), MG_OK);
    assert_memory_equal(label, r->label, sizeof label);
    for (int row = 0; row < 150; row++) {
        const double *p = probability + 3 * row;
        assert_near(p[0] + p[1] + p[2], 1);
        for (int j = 0; j < 3; j++) assert_true(p[j] >= 0 && p[j] <= p[label[row]]);
    }
    free(probability);
    mg_clustering_destroy(c);
    mg_dataset_destroy(iris);
}

/* Normal numbers about `groups` middles, of which half lie flat: k-means would cut them. */
static mg_dataset *heaps(mg_context *context, int64_t rows, int64_t columns, int64_t groups, bool spare) {
    mg_tensor *x = mg_tensor_create(context, MG_F64, 2, (int64_t[]){ rows, columns });
    uint32_t state = 5;
    if (!x) return NULL;
    for (int64_t i = 0; i < rows * columns; i++) {
        int64_t group = i / columns % groups, column = i % columns;
        double u = next_number(&state), v = next_number(&state);
        double normal = sqrt(-2 * log(u + 1e-12)) * cos(6.283185307179586 * v);
        double middle = column == group % columns ? 12 + 8.0 * (double)(group / columns) : 0;
        mg_tensor_put(x, i, spare && column + 1 == columns ? 4 : middle + (group % 2 && column == 0 ? 3 : 1) * normal);
    }
    mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
    mg_tensor_destroy(x);
    return dataset;
}

static void the_lowest_bic_finds_the_number_of_groups(void **state) {
    (void)state;
    static const char *const kinds[] = { "full", "diagonal", "tied" };
    mg_dataset *data = heaps(ctx, 600, 3, 4, false);
    for (int i = 0; i < 3; i++) {
        mg_cluster_options options = mg_cluster_defaults();
        options.k_high = 7, options.covariance = kinds[i], options.starts = 4;
        mg_clustering *c = clustered(ctx, data, options);
        const mg_clustering_result *r = mg_clustering_result_of(c);
        if (i < 2) assert_int_equal(r->k, 4); /* one width for all needs more groups for the wide ones */
        assert_non_null(strstr(r->k_reason, "lowest BIC"));
        for (int64_t t = 0; t < r->trials; t++) assert_true(r->trial[t].bic >= r->trial[r->k - 2].bic);
        mg_clustering_destroy(c);
    }
    mg_dataset_destroy(data);
}

/* Of 150 irises some group of 5 and more closes in on a few: likely without bound, and no reason for so many. */
static void a_likelihood_without_bound_chooses_no_number(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, MG__SOURCE_DIR "/data/iris.csv", NULL);
    mg_cluster_options options = mg_cluster_defaults();
    options.truth = "species";
    mg_clustering *c = clustered(ctx, iris, options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    int64_t left_out = 0;
    for (int64_t t = 0; t < r->trials; t++) left_out += isnan(r->trial[t].bic);
    assert_in_range(r->k, 2, 3);
    assert_true(left_out > 0 && r->warnings == 0);
    mg_clustering_destroy(c);
    mg_dataset_destroy(iris);
}

static void the_same_bits_with_any_number_of_threads(void **state) {
    (void)state;
    double inertia[3] = { 0 };
    for (int threads = 1; threads <= 3; threads++) {
        mg_context_options how = mg_context_defaults();
        how.threads = threads;
        mg_context *context = mg_context_create(&how);
        mg_dataset *data = heaps(context, 5000, 4, 5, false);
        mg_cluster_options options = mg_cluster_defaults();
        options.k = 5, options.starts = 2;
        mg_clustering *c = clustered(context, data, options);
        inertia[threads - 1] = mg_clustering_result_of(c)->inertia;
        mg_clustering_destroy(c);
        mg_dataset_destroy(data);
        mg_context_destroy(context);
    }
    assert_true(inertia[0] == inertia[1] && inertia[1] == inertia[2]);
}

/* --- what is hard --------------------------------------------------------------------------------------- */

/* Points straight to the method: a constant column is one that the encoder leaves out. */
static mg__found fit_points(const float *x, int64_t rows, int64_t columns, int64_t k, const char *kind) {
    mg__points points = { .context = ctx, .rows = rows, .columns = columns, .x = calloc((size_t)(rows * columns), sizeof *x) };
    points.mean = calloc((size_t)columns, sizeof *points.mean);
    assert_non_null(points.x);
    assert_non_null(points.mean);
    memcpy(points.x, x, (size_t)(rows * columns) * sizeof *x);
    mg_cluster_options options = mg_cluster_defaults();
    options.covariance = kind;
    mg__found found = { 0 };
    assert_int_equal(mg__method_gmm.fit(&points, &options, k, &found), MG_OK);
    const mg__mixture *m = found.model;
    assert_true(isfinite(found.bic));
    for (int64_t i = 0; i < m->matrices * m->cells; i++) assert_true(isfinite(m->covariance[i]) && isfinite(m->whiten[i]));
    for (int64_t row = 0; row < rows; row++) assert_in_range(found.label[row], 0, k - 1);
    free_points(&points);
    return found;
}

static void flat_groups_are_held_up_and_told(void **state) {
    (void)state;
    static const char *const kinds[] = { "full", "diagonal", "tied" };
    float few[5 * 9], equal[8 * 2], line[40 * 2], vast[40 * 2];
    uint32_t s = 3;
    for (int i = 0; i < 45; i++) few[i] = (float)next_number(&s);
    for (int i = 0; i < 16; i++) equal[i] = i / 2 < 5 ? 1 : -2; /* rows that are one of two */
    for (int i = 0; i < 80; i++) line[i] = (float)(i / 2) * (i % 2 ? 2.0f : 1.0f);
    for (int i = 0; i < 80; i++) vast[i] = i % 2 ? (float)next_number(&s) * 1e15f : (float)next_number(&s) * 1e-15f;
    for (int i = 0; i < 3; i++) {
        mg__found all[] = { fit_points(few, 5, 9, 2, kinds[i]), fit_points(equal, 8, 2, 2, kinds[i]),
                            fit_points(line, 40, 2, 2, kinds[i]), fit_points(vast, 40, 2, 3, kinds[i]) };
        for (int n = 0; n < 4; n++) {
            bool flat = n != 2 || i != 1; /* the variances of a slanting line are none of 0 */
            if ((n != 0 || i != 1) && (strstr(all[n].warning, "no variance but the floor") != NULL) != flat)
                fail_msg("%s, %d: %s", kinds[i], n, all[n].warning);
            mg__found_free(ctx, &mg__method_gmm, &all[n]);
        }
    }
}

static void as_many_groups_as_rows(void **state) {
    (void)state;
    float x[30 * 4];
    uint32_t s = 8;
    for (int i = 0; i < 120; i++) x[i] = (float)(4 * next_number(&s) - 2);
    mg__found found = fit_points(x, 30, 4, 30, "full");
    assert_true(found.doubtful);
    mg__found_free(ctx, &mg__method_gmm, &found);
}

static void what_is_no_setting_is_refused(void **state) {
    (void)state;
    mg_dataset *data = heaps(ctx, 40, 3, 2, false);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "gmm", options.covariance = "spherical";
    assert_null(mg_cluster(ctx, data, &options));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "give full, diagonal or tied"));
    mg__mixture m;
    assert_int_equal(mg__mixture_open(&m, ctx, MG__COVARIANCE_FULL, 100, 40000), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "give diagonal"));
    mg__mixture_close(&m);
    mg_dataset_destroy(data);
}

/* --- its file ------------------------------------------------------------------------------------------- */

static void a_wrong_mixture_is_refused(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/mixture-%ld.safetensors", (long)getpid());
    mg_dataset *data = heaps(ctx, 60, 3, 2, false);
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 2;
    mg_clustering *c = clustered(ctx, data, options);
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    mg_clustering_destroy(c);
    mg__safetensors *file = mg__safetensors_read(ctx, path);
    assert_non_null(file);
    const double weight[2] = { 0.5, 0.6 }, covariance[18] = { -1 };
    mg__safetensor weights = *mg__safetensors_find(file, "weight"), full = *mg__safetensors_find(file, "full_covariance"),
                   tied = full;
    weights.data = weight;
    tied.name = "tied_covariance";
    full.data = covariance;
    assert_change_is_refused(file, path, "weight", &weights);
    assert_change_is_refused(file, path, "full_covariance", &full);
    assert_change_is_refused(file, path, "full_covariance", &tied);
    assert_change_is_refused(file, path, "group_mean", NULL);
    mg__safetensors_destroy(file);
    mg_dataset_destroy(data);
    remove(path);
}

static bool fit_once(mg_context *context, void *user) {
    (void)user;
    mg_dataset *data = heaps(context, 40, 2, 2, false);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "gmm", options.k_high = 3, options.starts = 2;
    mg_clustering *c = data ? mg_cluster(context, data, &options) : NULL;
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    return c != NULL;
}

static void survives_every_allocation_that_fails(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(fit_once, NULL) > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_scikit_learn_finds),
        cmocka_unit_test(finds_the_three_species_of_iris),
        cmocka_unit_test(the_lowest_bic_finds_the_number_of_groups),
        cmocka_unit_test(a_likelihood_without_bound_chooses_no_number),
        cmocka_unit_test(the_same_bits_with_any_number_of_threads),
        cmocka_unit_test(flat_groups_are_held_up_and_told),
        cmocka_unit_test(as_many_groups_as_rows),
        cmocka_unit_test(what_is_no_setting_is_refused),
        cmocka_unit_test(a_wrong_mixture_is_refused),
        cmocka_unit_test(survives_every_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
