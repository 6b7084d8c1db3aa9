/* k-means and what surrounds it: preparation, groups in order, choosing k, refusals. */
#define _POSIX_C_SOURCE 200809L
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

#include "support/failing_allocator.h"

#define DATA(name) MG__SOURCE_DIR "/data/" name ".csv"

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

/* Reproducible numbers of the test's own: -1 .. 1. */
static double next_number(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (double)(1 << 23) - 1;
}

/* rows in `groups` heaps whose middles are far apart. */
static mg_dataset *heaps(mg_context *context, int64_t rows, int64_t columns, int64_t groups, double width) {
    mg_tensor *x = mg_tensor_create(context, MG_F32, 2, (int64_t[]){ rows, columns });
    if (!x) return NULL;
    uint32_t state = 1;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t c = 0; c < columns; c++) {
            int64_t heap = i % groups, turn = heap / columns; /* each on an axis of its own, then on the other side of it */
            double middle = c != heap % columns ? 0 : turn % 2 ? -25 - (double)turn : 25 + (double)turn;
            mg_tensor_put(x, i * columns + c, middle + width * (next_number(&state) + next_number(&state)));
        }
    mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
    mg_tensor_destroy(x);
    return dataset;
}

static mg_clustering *clustered(const mg_dataset *dataset, const mg_cluster_options *options) {
    mg_clustering *c = mg_cluster(ctx, dataset, options);
    if (!c) fail_msg("%s", mg_context_message(ctx));
    return c;
}

static double ari_of(const char *path, const char *truth, const char *scale, int64_t k, const char *method) {
    mg_cluster_options options = mg_cluster_defaults();
    options.k = k, options.scale = scale, options.truth = truth, options.method = method, options.seed = 1;
    mg_dataset *dataset = mg_dataset_read(ctx, path, NULL);
    assert_non_null(dataset);
    mg_clustering *c = clustered(dataset, &options);
    double ari = mg_clustering_result_of(c)->agreement.ari;
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
    return ari;
}

static void assert_at_least(double got, double wanted) {
    if (!(got >= wanted)) fail_msg("%g is below %g", got, wanted);
}

/* scikit-learn's KMeans (20 starts) gives 0.620, 0.730, 0.897 and about 0.666. */
static void finds_the_groups_of_known_tables(void **state) {
    (void)state;
    assert_at_least(ari_of(DATA("iris"), "species", "standard", 3, "kmeans"), 0.58);
    assert_at_least(ari_of(DATA("iris"), "species", "none", 3, "kmeans"), 0.70);
    assert_at_least(ari_of(DATA("wine"), "cultivar", "standard", 3, "kmeans"), 0.86);
    assert_at_least(ari_of(DATA("digits"), "digit", "none", 10, "kmeans"), 0.62);
    assert_at_least(ari_of(DATA("wine"), "cultivar", "standard", 3, "minibatch"), 0.75);
}

/* The least inertia that is known of iris in centimetres with 3 groups is 78.8514 (scikit-learn). */
static void reaches_the_least_inertia_of_iris(void **state) {
    (void)state;
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 3, options.scale = "none", options.truth = "species";
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_clustering *c = clustered(iris, &options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_true(fabs(r->inertia - 78.851441426146) < 1e-4);
    assert_int_equal(r->size[0], 62);
    assert_int_equal(r->size[1], 50);
    assert_int_equal(r->size[2], 38);
    assert_true(fabs(r->centre[4] - 5.006) < 1e-5); /* of the 50 setosas */
    mg_clustering_destroy(c);
    mg_dataset_destroy(iris);
}

/* --- beside Lloyd, plainly ---------------------------------------------------------------------------- */

static double plain_lloyd(const mg_dataset *dataset, int64_t k, double *centre, int32_t *label) {
    int64_t rows = mg_dataset_rows(dataset), columns = mg_dataset_columns(dataset);
    double inertia = 0;
    for (bool changed = true; changed;) {
        double *sum = calloc((size_t)(k * columns), sizeof *sum);
        int64_t *count = calloc((size_t)k, sizeof *count);
        assert_non_null(sum);
        assert_non_null(count);
        changed = false;
        inertia = 0;
        for (int64_t row = 0; row < rows; row++) {
            double least = INFINITY;
            int32_t best = 0;
            for (int32_t j = 0; j < k; j++) {
                double square = 0;
                for (int64_t i = 0; i < columns; i++) {
                    double off = mg_dataset_number(dataset, row, i) - centre[j * columns + i];
                    square += off * off;
                }
                if (square < least) least = square, best = j;
            }
            inertia += least;
            changed = changed || label[row] != best;
            label[row] = best;
            count[best]++;
            for (int64_t i = 0; i < columns; i++) sum[best * columns + i] += mg_dataset_number(dataset, row, i);
        }
        for (int64_t i = 0; i < k * columns; i++)
            if (count[i / columns] > 0) centre[i] = sum[i] / (double)count[i / columns];
        free(sum);
        free(count);
    }
    return inertia;
}

static void bounds_change_nothing(void **state) {
    (void)state;
    const int64_t rows = 3000, shapes[][2] = { { 2, 7 }, { 17, 12 }, { 5, 40 } };
    for (size_t shape = 0; shape < 3; shape++) {
        int64_t columns = shapes[shape][0], k = shapes[shape][1];
        mg_dataset *dataset = heaps(ctx, rows, columns, 9, 4);
        double *centre = calloc((size_t)(k * columns), sizeof *centre);
        int32_t *label = calloc((size_t)rows, sizeof *label);
        assert_non_null(centre);
        assert_non_null(label);
        for (int64_t i = 0; i < k * columns; i++) centre[i] = mg_dataset_number(dataset, i / columns * 11, i % columns);
        mg_tensor from = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ k, columns }, centre);
        mg_cluster_options options = mg_cluster_defaults();
        options.k = k, options.scale = "none", options.centres = &from, options.tolerance = 0, options.iterations = 1000;
        mg_clustering *c = clustered(dataset, &options);
        const mg_clustering_result *r = mg_clustering_result_of(c);
        double inertia = plain_lloyd(dataset, k, centre, label);
        assert_true(fabs(r->inertia - inertia) < 1e-6 * inertia);
        mg_cluster_agreement same;
        assert_int_equal(mg_cluster_agreement_of(ctx, r->label, label, rows, &same), MG_OK);
        assert_true(same.accuracy > 0.999);
        mg_clustering_destroy(c);
        mg_dataset_destroy(dataset);
        free(centre);
        free(label);
    }
}

static void gives_the_same_bits_with_any_number_of_threads(void **state) {
    (void)state;
    const char *const methods[] = { "kmeans", "minibatch" };
    for (int m = 0; m < 2; m++) {
        double first[6 * 7];
        int32_t *label = NULL;
        for (int threads = 1; threads <= 3; threads++) {
            mg_context_options how = mg_context_defaults();
            how.threads = threads;
            mg_context *context = mg_context_create(&how);
            mg_dataset *dataset = heaps(context, 20000, 7, 9, 6);
            mg_cluster_options options = mg_cluster_defaults();
            options.k = 6, options.starts = 2, options.method = methods[m];
            mg_clustering *c = mg_cluster(context, dataset, &options);
            assert_non_null(c);
            const mg_clustering_result *r = mg_clustering_result_of(c);
            if (threads == 1) {
                memcpy(first, r->centre, sizeof first);
                label = malloc(20000 * sizeof *label);
                assert_non_null(label);
                memcpy(label, r->label, 20000 * sizeof *label);
            }
            assert_memory_equal(first, r->centre, sizeof first);
            assert_memory_equal(label, r->label, 20000 * sizeof *label);
            mg_clustering_destroy(c);
            mg_dataset_destroy(dataset);
            mg_context_destroy(context);
        }
        free(label);
    }
}

static void orders_groups_by_size_and_assigns_its_own_rows_alike(void **state) {
    (void)state;
    mg_dataset *dataset = heaps(ctx, 2000, 4, 7, 5);
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 5;
    mg_clustering *c = clustered(dataset, &options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    static int32_t label[2000];
    int64_t sum = 0;
    for (int64_t j = 0; j < r->k; j++) {
        if (j > 0) assert_true(r->size[j] <= r->size[j - 1]);
        sum += r->size[j];
    }
    assert_int_equal(sum, 2000);
    assert_int_equal(mg_clustering_assign(c, dataset, label, NULL), MG_OK);
    assert_memory_equal(label, r->label, sizeof label);
    double probability[1];
    assert_false(mg_clustering_has_probabilities(c));
    assert_int_equal(mg_clustering_assign(c, dataset, label, probability), MG_INVALID);
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
}

static void fills_every_group(void **state) {
    (void)state;
    mg_dataset *dataset = heaps(ctx, 300, 2, 3, 1);
    double centre[6 * 2];
    for (int i = 0; i < 12; i++) centre[i] = i < 2 ? 0 : 1e4 + i; /* only the first one is near to any row */
    mg_tensor from = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 6, 2 }, centre);
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 6, options.scale = "none", options.centres = &from;
    mg_clustering *c = clustered(dataset, &options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    for (int64_t j = 0; j < 6; j++) assert_true(r->size[j] > 0);
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
}

/* --- preparation -------------------------------------------------------------------------------------- */

static void scales_unless_columns_share_a_unit(void **state) {
    (void)state;
    const char *const names[][3] = { { DATA("digits"), "digit", "none" }, { DATA("iris"), "species", "standard" } };
    for (int i = 0; i < 2; i++) {
        mg_dataset *dataset = mg_dataset_read(ctx, names[i][0], NULL);
        mg_cluster_options options = mg_cluster_defaults();
        options.k = 3, options.truth = names[i][1], options.starts = 1;
        mg_clustering *c = clustered(dataset, &options);
        assert_string_equal(mg_clustering_result_of(c)->scale, names[i][2]);
        assert_true(strlen(mg_clustering_result_of(c)->scale_reason) > 10);
        mg_clustering_destroy(c);
        mg_dataset_destroy(dataset);
    }
}

static mg_dataset *read_text(const char *text) {
    char path[] = "/tmp/micrograd-kmeans-XXXXXX";
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *stream = fdopen(file, "w");
    fputs(text, stream);
    fclose(stream);
    mg_dataset *dataset = mg_dataset_read(ctx, path, NULL);
    remove(path);
    assert_non_null(dataset);
    return dataset;
}

static void refuse(const mg_dataset *dataset, const mg_cluster_options *options, mg_status status, const char *word) {
    mg_clustering *c = mg_cluster(ctx, dataset, options);
    assert_null(c);
    assert_int_equal(mg_context_status(ctx), status);
    if (!strstr(mg_context_message(ctx), word)) fail_msg("'%s' is not in: %s", word, mg_context_message(ctx));
}

static void refuses_what_cannot_be_grouped(void **state) {
    (void)state;
    mg_dataset *few = read_text("a,b\n1.5,2\n1.5,2\n3.5,4\n3.5,4\n1.5,2\n"), *equal = read_text("a,b\n1,2\n1,2\n1,2\n");
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 6;
    refuse(few, &options, MG_SETTING, "give at most 2");
    options.k = 3;
    refuse(few, &options, MG_SETTING, "give at most 2");
    options.k = MG_AUTO;
    refuse(few, &options, MG_SETTING, "2 of them different");
    options.k = 2;
    refuse(equal, &options, MG_FORMAT, "");
    options.method = "kmean";
    refuse(few, &options, MG_SETTING, "kmeans, minibatch");
    options = mg_cluster_defaults();
    options.truth = "c";
    refuse(few, &options, MG_SETTING, "no column 'c'");
    options = mg_cluster_defaults();
    options.scale = "robust";
    refuse(few, &options, MG_SETTING, "standard");
    options = mg_cluster_defaults();
    options.k_low = 5, options.k_high = 4;
    refuse(few, &options, MG_SETTING, "5..4");
    mg_dataset_destroy(few);
    mg_dataset_destroy(equal);
}

static void groups_rows_with_missing_cells(void **state) {
    (void)state;
    mg_dataset *dataset = read_text("a,b\n1.5,2\n1.25,\n,2.25\n30.5,44\n31.5,NA\n,45\n29.5,43\n1.75,2.5\n");
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 2;
    mg_clustering *c = clustered(dataset, &options);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->size[0] + r->size[1], 8);
    assert_int_equal(r->label[3], r->label[6]);
    assert_int_not_equal(r->label[3], r->label[0]);
    assert_true(mg_encoder_warnings(mg_clustering_encoder(c)) > 0 || r->features == 4); /* with indicators */
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
}

/* --- choosing k --------------------------------------------------------------------------------------- */

static void chooses_the_number_of_heaps(void **state) {
    (void)state;
    for (int64_t groups = 3; groups <= 6; groups++) {
        mg_dataset *dataset = heaps(ctx, 600, 6, groups, 3);
        mg_clustering *c = clustered(dataset, NULL);
        const mg_clustering_result *r = mg_clustering_result_of(c);
        assert_int_equal(r->k, groups);
        assert_int_equal(r->trials, 9);
        assert_non_null(strstr(r->k_reason, "highest silhouette"));
        for (int64_t t = 0; t < r->trials; t++) {
            assert_int_equal(r->trial[t].k, t + 2);
            if (t > 0) assert_true(r->trial[t].inertia < r->trial[t - 1].inertia);
            assert_true(r->trial[t].stability <= 1 && isfinite(r->trial[t].gap) && isnan(r->trial[t].bic));
        }
        assert_true(r->trial[groups - 2].stability > 0.99);
        assert_null(strstr(r->k_reason, "gap statistic says 1;"));
        assert_int_equal(r->warnings, 0);
        mg_clustering_destroy(c);
        mg_dataset_destroy(dataset);
    }
}

static void says_that_even_rows_have_no_groups(void **state) {
    (void)state;
    mg_dataset *dataset = heaps(ctx, 800, 8, 1, 1); /* one heap */
    mg_clustering *c = clustered(dataset, NULL);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->warnings, 1);
    assert_non_null(strstr(r->warning[0], "no groups"));
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
}

static void draws_the_range_in_to_what_the_rows_allow(void **state) {
    (void)state;
    mg_dataset *few = read_text("a,b\n1.5,2\n1.25,2\n3.5,4\n3.75,4\n1.5,2\n9,9\n");
    mg_clustering *c = clustered(few, NULL);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->trial[r->trials - 1].k, 4);
    assert_int_equal(r->warnings >= 1, 1);
    assert_non_null(strstr(r->warning[0], "5 of them different"));
    mg_clustering_destroy(c);
    mg_dataset_destroy(few);
}

/* --- memory ------------------------------------------------------------------------------------------- */

static bool cluster_once(mg_context *context, void *user) {
    mg_dataset *dataset = heaps(context, 40, 3, 3, 2);
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 3, options.starts = 1, options.method = user;
    mg_clustering *c = dataset ? mg_cluster(context, dataset, &options) : NULL;
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
    return c != NULL;
}

static void survives_every_allocation_that_fails(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(cluster_once, "kmeans") > 50);
    assert_true(failing_allocator_exhaust(cluster_once, "minibatch") > 50);
}

/* There are thousands: one in 61 of them. */
static void survives_allocations_that_fail_while_k_is_chosen(void **state) {
    (void)state;
    bool done = false;
    for (size_t nth = 40; !done; nth += 61) {
        failing_allocator memory = { .fail_at = nth };
        mg_context *context = failing_allocator_context(&memory);
        mg_dataset *dataset = heaps(context, 40, 3, 3, 2);
        mg_cluster_options options = mg_cluster_defaults();
        options.k_high = 3, options.starts = 1;
        mg_clustering *c = dataset ? mg_cluster(context, dataset, &options) : NULL;
        done = memory.failures == 0;
        if (!done) assert_true(c || mg_context_status(context) == MG_OUT_OF_MEMORY);
        if (done) assert_non_null(c);
        mg_clustering_destroy(c);
        mg_dataset_destroy(dataset);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
        assert_int_equal(memory.mistakes, 0);
    }
}

/* Few rows and columns: products of one centre and of several want scratch of different sizes. */
static void as_many_groups_as_rows(void **state) {
    (void)state;
    for (int64_t rows = 2; rows <= 60; rows += 7)
        for (int64_t columns = 2; columns <= 20; columns += 3) {
            mg_cluster_options options = mg_cluster_defaults();
            options.k = rows, options.scale = "none";
            mg_dataset *data = heaps(ctx, rows, columns, 3, 1);
            mg_clustering *c = clustered(data, &options);
            assert_true(mg_clustering_result_of(c)->inertia < 1e-6);
            mg_clustering_destroy(c);
            mg_dataset_destroy(data);
        }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_many_groups_as_rows),
        cmocka_unit_test(finds_the_groups_of_known_tables),
        cmocka_unit_test(reaches_the_least_inertia_of_iris),
        cmocka_unit_test(bounds_change_nothing),
        cmocka_unit_test(gives_the_same_bits_with_any_number_of_threads),
        cmocka_unit_test(orders_groups_by_size_and_assigns_its_own_rows_alike),
        cmocka_unit_test(fills_every_group),
        cmocka_unit_test(scales_unless_columns_share_a_unit),
        cmocka_unit_test(refuses_what_cannot_be_grouped),
        cmocka_unit_test(groups_rows_with_missing_cells),
        cmocka_unit_test(chooses_the_number_of_heaps),
        cmocka_unit_test(says_that_even_rows_have_no_groups),
        cmocka_unit_test(draws_the_range_in_to_what_the_rows_allow),
        cmocka_unit_test(survives_every_allocation_that_fails),
        cmocka_unit_test(survives_allocations_that_fail_while_k_is_chosen),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
