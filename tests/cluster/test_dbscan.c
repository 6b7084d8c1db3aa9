/* DBSCAN beside scikit-learn's, its neighbours beside all distances, and its radius. */
#define _POSIX_C_SOURCE 200809L
#include <micrograd/cluster.h>

#include "cluster/dbscan.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "cluster/densities.h"
#include "support/failing_allocator.h"

static void check_recorded(FILE *file) {
    double label[200], radius;
    long long rows, columns, min_points;
    assert_int_equal(fscanf(file, "%lld %lld %lf %lld", &rows, &columns, &radius, &min_points), 4);
    mg__points points = read_points(ctx, file, rows, columns);
    assert_true(rows <= 200);
    read_numbers(file, label, rows);
    mg_cluster_options options = mg_cluster_defaults();
    options.radius = radius, options.min_points = min_points;
    mg__found found = { 0 };
    assert_int_equal(mg__method_dbscan.fit(&points, &options, MG_AUTO, &found), MG_OK);
    assert_same_groups(found.label, label, rows);
    mg__found_free(ctx, &mg__method_dbscan, &found);
    free_points(&points);
}

static void is_what_scikit_learn_finds(void **state) {
    (void)state;
    each_case("dbscan", 3, check_recorded);
}

/* --- neighbours ------------------------------------------------------------------------------------------ */

static int compare(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static void check_neighbours(const float *x, int64_t rows, int64_t columns, double radius, int64_t k) {
    mg__neighbours n;
    int64_t *count = calloc((size_t)rows, sizeof *count), *nearest = calloc((size_t)rows, sizeof *nearest);
    int64_t *component = calloc((size_t)rows, sizeof *component), *plain = calloc((size_t)rows, sizeof *plain);
    double *distance = calloc((size_t)rows, sizeof *distance), *all = calloc((size_t)rows, sizeof *all);
    float *query = calloc((size_t)(rows * columns), sizeof *query);
    assert_true(count && nearest && component && plain && distance && all && query);
    for (int64_t i = 0; i < rows * columns; i++) query[i] = x[i] + (i % 7 == 0 ? 0.25f : 0);
    assert_int_equal(mg__neighbours_open(&n, ctx, x, rows, columns), MG_OK);
    assert_int_equal(mg__neighbours_count(&n, query, rows, radius, 12, count), MG_OK);
    assert_int_equal(mg__neighbours_nearest(&n, query, rows, radius, nearest), MG_OK);
    assert_int_equal(mg__neighbours_distance(&n, query, rows, k, distance), MG_OK);
    assert_int_equal(mg__neighbours_connect(&n, radius, component), MG_OK);
    for (int64_t i = 0; i < rows; i++) plain[i] = i;
    for (int64_t i = 0; i < rows; i++) {
        int64_t within = 0, best = -1;
        for (int64_t j = 0; j < rows; j++) {
            all[j] = sqrt(mg__square_between(query + i * columns, x + j * columns, columns));
            within += all[j] <= radius;
            if (all[j] <= radius && (best < 0 || all[j] < all[best])) best = j;
            if (sqrt(mg__square_between(x + i * columns, x + j * columns, columns)) > radius || plain[i] == plain[j]) continue;
            int64_t from = plain[i] > plain[j] ? plain[i] : plain[j], to = plain[i] > plain[j] ? plain[j] : plain[i];
            for (int64_t r = 0; r < rows; r++) plain[r] = plain[r] == from ? to : plain[r];
        }
        assert_int_equal(count[i], within < 12 ? within : 12);
        assert_int_equal(nearest[i] >= 0, best >= 0);
        if (best >= 0) assert_true(all[nearest[i]] == all[best]);
        qsort(all, (size_t)rows, sizeof *all, compare);
        assert_near(distance[i], all[k - 1]);
    }
    for (int64_t i = 0; i < rows; i++) assert_int_equal(component[i], plain[i]);
    mg__neighbours_close(&n);
    void *blocks[] = { count, nearest, component, plain, distance, all, query };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) free(blocks[i]);
}

/* By tree and by products, in heaps and evenly, of rows of which some are equal. */
static void neighbours_are_those_of_all_distances(void **state) {
    (void)state;
    static const int64_t sizes[] = { 1, 2, 17, 63, 300, 1300 }, columns[] = { 1, 2, 5, 15, 16, 33 };
    float *x = calloc(1300 * 33, sizeof *x);
    uint32_t s = 4;
    assert_non_null(x);
    for (size_t r = 0; r < sizeof sizes / sizeof *sizes; r++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
            if (sizes[r] > 1000 && columns[c] != 2 && columns[c] != 16) continue;
            for (int64_t i = 0; i < sizes[r] * columns[c]; i++)
                x[i] = (float)(i % 5 == 0 ? floor(6 * next_number(&s)) : 6 * next_number(&s) + (double)(i / columns[c] % 3) * 4);
            for (int64_t i = 0; i + columns[c] < sizes[r] * columns[c] / 3; i++)
                x[i + columns[c]] = x[i]; /* the first third are equal */
            double radius = 0.9 * sqrt((double)columns[c]) / (columns[c] < 3 ? 8 : 1);
            check_neighbours(x, sizes[r], columns[c], radius, 1 + sizes[r] / 3);
        }
    free(x);
}

/* --- tables ---------------------------------------------------------------------------------------------- */

static mg_dataset *of_numbers(mg_context *context, const double *x, int64_t rows, int64_t columns) {
    mg_tensor *t = mg_tensor_create(context, MG_F64, 2, (int64_t[]){ rows, columns });
    if (!t) return NULL;
    for (int64_t i = 0; i < rows * columns; i++) mg_tensor_put(t, i, x[i]);
    mg_dataset *dataset = mg_dataset_create(context, t, NULL, NULL);
    mg_tensor_destroy(t);
    return dataset;
}

/* A ring about a heap, as dense, which no centres tell apart, and some rows far from both. */
static mg_dataset *ring(mg_context *context, int64_t rows, int64_t *alone) {
    double *x = calloc((size_t)rows * 2, sizeof *x);
    uint32_t s = 2;
    if (!x) return NULL;
    *alone = 0;
    for (int64_t i = 0; i < rows; i++) {
        double angle = 6.283185307179586 * next_number(&s), far = i % 8 ? 6 + 2 * next_number(&s) : 2 * sqrt(next_number(&s));
        if (i % 50 == 49) far = 30 + 40 * (double)++*alone;
        x[2 * i] = far * cos(angle), x[2 * i + 1] = far * sin(angle);
    }
    mg_dataset *dataset = of_numbers(context, x, rows, 2);
    free(x);
    return dataset;
}

static mg_clustering *clustered(mg_context *context, const mg_dataset *data, double radius, int64_t points) {
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "dbscan", options.scale = "none", options.radius = radius, options.min_points = points;
    mg_clustering *c = mg_cluster(context, data, &options);
    if (!c) fail_msg("%s", mg_context_message(context));
    return c;
}

static void the_suggested_radius_tells_a_ring_from_what_is_in_it(void **state) {
    (void)state;
    int64_t alone;
    mg_dataset *data = ring(ctx, 1200, &alone);
    mg_clustering *c = clustered(ctx, data, MG_AUTO, 5);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->k, 2);
    int64_t none = 0;
    for (int64_t i = 0; i < 1200; i++) none += r->label[i] < 0;
    assert_in_range(none, alone, alone + 12);
    for (int64_t i = 0; i < 1200; i++)
        if (r->label[i] >= 0 && i % 50 != 49) assert_int_equal(r->label[i] == r->label[1], i % 8 != 0);
    assert_non_null(strstr(r->k_reason, "2 found, of rows with 5 or more within the radius"));
    assert_non_null(strstr(r->k_reason, "of a sample of 1000 rows"));
    int32_t *label = calloc(1200, sizeof *label);
    assert_non_null(label);
    assert_int_equal(mg_clustering_assign(c, data, label, NULL), MG_OK);
    assert_memory_equal(label, r->label, 1200 * sizeof *label);
    assert_int_equal(mg_clustering_assign(c, data, label, (double[1]){ 0 }), MG_INVALID);
    free(label);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
}

/* Numbers at equal steps lie at just the radius, whatever the mean that is taken off them. */
static void a_row_at_the_radius_is_a_neighbour(void **state) {
    (void)state;
    double x[40];
    for (int i = 0; i < 40; i++) x[i] = 1000003.5 + i + (i < 20 ? 0 : 1); /* a gap of 2 in the middle */
    mg_dataset *data = of_numbers(ctx, x, 40, 1);
    mg_clustering *c = clustered(ctx, data, 1, 3);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->k, 2);
    assert_int_equal(r->size[0] + r->size[1], 40);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
}

static void rows_that_are_all_alone_are_in_no_group(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/dbscan-%ld.safetensors", (long)getpid());
    double x[60];
    int32_t label[30];
    for (int i = 0; i < 60; i++) x[i] = i * i;
    mg_dataset *data = of_numbers(ctx, x, 30, 2);
    mg_clustering *c = clustered(ctx, data, 0.001, 2);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_int_equal(r->k, 0);
    assert_int_equal(r->warnings, 1);
    assert_non_null(strstr(r->warning[0], "give a larger radius or fewer min-points"));
    assert_true(isnan(r->scores.silhouette) && r->inertia == 0);
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    mg_clustering *loaded = mg_clustering_load(ctx, path);
    if (!loaded) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_clustering_assign(loaded, data, label, NULL), MG_OK);
    for (int i = 0; i < 30; i++) assert_int_equal(label[i], -1);
    mg_clustering_destroy(loaded);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    remove(path);
}

/* Equal rows have distances of 0, by which no radius is suggested; and many of them take no longer than others. */
static void equal_rows_are_a_group(void **state) {
    (void)state;
    double *x = calloc(40000 * 2, sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < 40000; i++) x[2 * i] = i % 2 ? 5 : 1, x[2 * i + 1] = i % 1000 == 0 ? i : 0;
    mg_dataset *data = of_numbers(ctx, x, 40000, 2);
    mg_clustering *c = clustered(ctx, data, MG_AUTO, 5);
    const mg_clustering_result *r = mg_clustering_result_of(c);
    assert_true(r->k >= 1 && r->size[0] >= 19960);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    for (int i = 0; i < 40; i++) x[i] = i % 4 < 2 ? 1 : 3; /* no others at all */
    data = of_numbers(ctx, x, 20, 2);
    c = clustered(ctx, data, MG_AUTO, 5);
    assert_int_equal(mg_clustering_result_of(c)->k, 2);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    free(x);
}

static void the_same_groups_with_any_number_of_threads(void **state) {
    (void)state;
    int32_t first[3000];
    for (int threads = 1; threads <= 3; threads += 2) {
        mg_context_options how = mg_context_defaults();
        int64_t alone;
        how.threads = threads;
        mg_context *context = mg_context_create(&how);
        mg_dataset *data = ring(context, 3000, &alone);
        mg_clustering *c = clustered(context, data, MG_AUTO, 6);
        if (threads == 1) memcpy(first, mg_clustering_result_of(c)->label, sizeof first);
        assert_memory_equal(first, mg_clustering_result_of(c)->label, sizeof first);
        mg_clustering_destroy(c);
        mg_dataset_destroy(data);
        mg_context_destroy(context);
    }
}

static void what_is_no_radius_is_refused(void **state) {
    (void)state;
    static const double wrong[] = { 0, -2, NAN, INFINITY };
    int64_t alone;
    mg_dataset *data = ring(ctx, 100, &alone);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "dbscan";
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        options.radius = wrong[i];
        assert_null(mg_cluster(ctx, data, &options));
        assert_int_equal(mg_context_status(ctx), MG_SETTING);
        assert_non_null(strstr(mg_context_message(ctx), "give a number above 0, or auto"));
    }
    options.radius = 1, options.min_points = 0;
    assert_null(mg_cluster(ctx, data, &options));
    options.min_points = 1000; /* more than there are rows: none is in a group */
    mg_clustering *c = mg_cluster(ctx, data, &options);
    assert_non_null(c);
    assert_int_equal(mg_clustering_result_of(c)->k, 0);
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
}

/* --- its file --------------------------------------------------------------------------------------------- */

static void wrong_cores_are_refused(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/cores-%ld.safetensors", (long)getpid());
    int64_t alone;
    mg_dataset *data = ring(ctx, 200, &alone);
    mg_clustering *c = clustered(ctx, data, 2, 4);
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    mg_clustering_destroy(c);
    mg__safetensors *file = mg__safetensors_read(ctx, path);
    assert_non_null(file);
    const double radius[] = { -1, NAN };
    const int32_t label[200] = { 7, -1 };
    mg__safetensor changed = *mg__safetensors_find(file, "radius");
    for (int i = 0; i < 2; i++) {
        changed.data = &radius[i];
        assert_change_is_refused(file, path, "radius", &changed);
    }
    changed = *mg__safetensors_find(file, "core_group");
    changed.shape[0]--;
    assert_change_is_refused(file, path, "core_group", &changed);
    changed.shape[0]++;
    changed.data = label;
    assert_change_is_refused(file, path, "core_group", &changed);
    assert_change_is_refused(file, path, "core", NULL);
    mg__safetensors_destroy(file);
    mg_dataset_destroy(data);
    remove(path);
}

static bool fit_once(mg_context *context, void *user) {
    const int64_t *columns = user;
    double x[40 * 20];
    for (int i = 0; i < 800; i++) x[i] = (double)(i % 7) + (i / (int)*columns % 2 ? 20 : 0);
    mg_dataset *data = of_numbers(context, x, 40, *columns);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "dbscan";
    mg_clustering *c = data ? mg_cluster(context, data, &options) : NULL;
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    return c != NULL;
}

static void survives_every_allocation_that_fails(void **state) {
    (void)state;
    int64_t few = 3, many = 20;
    assert_true(failing_allocator_exhaust(fit_once, &few) > 50);
    assert_true(failing_allocator_exhaust(fit_once, &many) > 50);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_scikit_learn_finds),
        cmocka_unit_test(neighbours_are_those_of_all_distances),
        cmocka_unit_test(the_suggested_radius_tells_a_ring_from_what_is_in_it),
        cmocka_unit_test(a_row_at_the_radius_is_a_neighbour),
        cmocka_unit_test(rows_that_are_all_alone_are_in_no_group),
        cmocka_unit_test(equal_rows_are_a_group),
        cmocka_unit_test(the_same_groups_with_any_number_of_threads),
        cmocka_unit_test(what_is_no_radius_is_refused),
        cmocka_unit_test(wrong_cores_are_refused),
        cmocka_unit_test(survives_every_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
