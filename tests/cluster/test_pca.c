/* Principal components beside scikit-learn's, which tests/cluster/record_pca.py recorded; eigenvectors; refusals of embeddings.
 */
#include "cluster/eigen.h"
#include "cluster/pca.h"

#include <micrograd/embed.h>

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

static void assert_near(const char *what, int number, double got, double wanted, double tolerance) {
    if (!(fabs(got - wanted) <= tolerance * fmax(1, fabs(wanted))))
        fail_msg("%s of case %d: %.17g, wanted %.17g", what, number, got, wanted);
}

/* --- eigenvectors ------------------------------------------------------------------------------------ */

/* A v = value v, v'v = 1, and the values' sum is the trace. */
static void check_eigen(int64_t n, const double *matrix, int64_t wanted) {
    double *a = malloc((size_t)(n * n) * sizeof *a), *value = calloc((size_t)n, sizeof *value), trace = 0, sum = 0, size = 1e-300;
    assert_non_null(a);
    assert_non_null(value);
    memcpy(a, matrix, (size_t)(n * n) * sizeof *a);
    for (int64_t i = 0; i < n * n; i++) size = fmax(size, fabs(matrix[i]));
    assert_int_equal(mg__eigen_symmetric(ctx, n, wanted, a, value), MG_OK);
    for (int64_t d = 0; d < n; d++) trace += matrix[d * n + d], sum += value[d];
    assert_true(fabs(trace - sum) <= 1e-13 * size * (double)n);
    for (int64_t d = 0; d < wanted; d++) {
        assert_true(d == 0 || value[d] <= value[d - 1]);
        for (int64_t i = 0; i < n; i++) {
            double product = 0;
            for (int64_t j = 0; j < n; j++) product += matrix[i * n + j] * a[d * n + j];
            assert_true(fabs(product - value[d] * a[d * n + i]) <= 1e-13 * size * (double)n);
        }
        for (int64_t other = 0; other <= d; other++) {
            double product = 0;
            for (int64_t i = 0; i < n; i++) product += a[d * n + i] * a[other * n + i];
            assert_true(fabs(product - (other == d)) <= 1e-13 * (double)n);
        }
    }
    free(a);
    free(value);
}

static void eigenvectors_are_orthonormal_and_true(void **state) {
    (void)state;
    static double a[150 * 150];
    const int64_t sizes[] = { 1, 2, 3, 4, 7, 65, 150 };
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        uint32_t random = 5;
        int64_t n = sizes[s];
        for (int64_t i = 0; i < n; i++)
            for (int64_t j = 0; j <= i; j++) a[i * n + j] = a[j * n + i] = next_number(&random);
        check_eigen(n, a, n);
        check_eigen(n, a, (n + 1) / 2);
    }
    for (int64_t i = 0; i < 36; i++) a[i] = 1; /* of rank one */
    check_eigen(6, a, 6);
    for (int64_t i = 0; i < 36; i++) a[i] = i % 7 == 0 ? 2 : 0; /* equal values */
    check_eigen(6, a, 6);
    memset(a, 0, sizeof a);
    check_eigen(5, a, 5);
    for (int64_t i = 0; i < 49; i++) a[i] = i / 7 == i % 7 ? pow(10, 40 - 12 * (double)(i % 7)) : 0; /* far apart */
    a[1] = a[7] = 1e30;
    check_eigen(7, a, 7);
}

/* --- beside scikit-learn ----------------------------------------------------------------------------- */

static double next_of(FILE *file) {
    double value;
    assert_int_equal(fscanf(file, "%lf", &value), 1);
    return value;
}

static void check_solver(const mg__points *p, int64_t dimensions, const char *solver, FILE *file, int number) {
    mg__pca pca;
    double y[64 * 8];
    assert_int_equal(mg__pca_fit(p, dimensions, solver, 1, &pca), MG_OK);
    assert_int_equal(mg__pca_project(&pca, p, y), MG_OK);
    double size = sqrt(pca.total);
    for (int64_t d = 0; d < dimensions; d++)
        assert_near("variance", number, pca.variance[d] / pca.total, next_of(file) / pca.total, 1e-12);
    for (int64_t d = 0; d < dimensions; d++) assert_near("share", number, pca.variance[d] / pca.total, next_of(file), 1e-12);
    for (int64_t i = 0; i < dimensions * p->columns; i++) assert_near("component", number, pca.component[i], next_of(file), 1e-9);
    for (int64_t i = 0; i < p->rows * dimensions; i++) assert_near("place", number, y[i] / size, next_of(file) / size, 1e-9);
    mg__pca_free(ctx, &pca);
}

static void equals_scikit_learn_on_recorded_cases(void **state) {
    (void)state;
    static float x[64 * 32];
    int cases = 0, rows, columns, dimensions;
    FILE *file = fopen(MG__SOURCE_DIR "/tests/cluster/pca.txt", "r");
    assert_non_null(file);
    for (; fscanf(file, " case %d %d %d", &rows, &columns, &dimensions) == 3; cases++) {
        assert_true(rows <= 64 && columns <= 32 && dimensions <= 8);
        for (int i = 0; i < rows * columns; i++) x[i] = (float)next_of(file);
        mg__points points = { .context = ctx, .rows = rows, .columns = columns, .x = x };
        long at = ftell(file);
        check_solver(&points, dimensions, "exact", file, cases + 1);
        assert_int_equal(fseek(file, at, SEEK_SET), 0);
        check_solver(&points, dimensions, "randomised", file, cases + 1);
    }
    fclose(file);
    assert_int_equal(cases, 5);
}

static void check_digits(const char *solver, double tolerance) {
    char line[64];
    int dimensions = 0;
    FILE *file = fopen(MG__SOURCE_DIR "/tests/cluster/pca.txt", "r");
    assert_non_null(file);
    for (char text[8192]; !dimensions && fgets(text, sizeof text, file);)
        if (sscanf(text, "%63s %d", line, &dimensions) == 2 && strcmp(line, "digits") != 0) dimensions = 0;
    assert_int_equal(dimensions, 6);
    mg_dataset *digits = mg_dataset_read(ctx, DATA("digits"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.dimensions = dimensions, options.truth = "digit", options.solver = solver;
    mg_map *map = mg_embed(ctx, digits, &options);
    if (!map) fail_msg("%s", mg_context_message(ctx));
    const mg_map_result *r = mg_map_result_of(map);
    assert_string_equal(r->solver, solver);
    assert_string_equal(r->scale, "none");
    for (int d = 0; d < dimensions; d++) assert_near("variance", 6, r->variance[d], next_of(file), tolerance);
    for (int d = 0; d < dimensions; d++) assert_near("share", 6, r->explained[d], next_of(file), tolerance);
    for (int i = 0; i < 5 * dimensions; i++) assert_near("place", 6, r->y[i], next_of(file), tolerance);
    mg_map_destroy(map);
    mg_dataset_destroy(digits);
    fclose(file);
}

static void equals_scikit_learn_on_digits(void **state) {
    (void)state;
    check_digits("exact", 1e-6);
    check_digits("randomised", 1e-4);
}

/* --- large and random -------------------------------------------------------------------------------- */

/* Columns whose deviations fall slowly, on axes of their own, turned by a reflection. */
static void fill_falling(float *x, int64_t rows, int64_t columns) {
    uint32_t random = 9;
    double *row = malloc((size_t)columns * sizeof *row);
    assert_non_null(row);
    for (int64_t i = 0; i < rows; i++) {
        double along = 0;
        for (int64_t c = 0; c < columns; c++) along += row[c] = next_number(&random) * 10 * pow(0.93, (double)c);
        for (int64_t c = 0; c < columns; c++) x[i * columns + c] = (float)(row[c] - 2 * along / (double)columns);
    }
    free(row);
}

static void the_randomised_way_finds_what_the_exact_one_does(void **state) {
    (void)state;
    const int64_t shapes[][2] = { { 700, 520 }, { 510, 600 } };
    for (int s = 0; s < 2; s++) {
        int64_t rows = shapes[s][0], columns = shapes[s][1];
        float *x = malloc((size_t)(rows * columns) * sizeof *x);
        assert_non_null(x);
        fill_falling(x, rows, columns);
        mg__points points = { .context = ctx, .rows = rows, .columns = columns, .x = x };
        mg__pca exact, random;
        assert_int_equal(mg__pca_fit(&points, 10, "exact", 0, &exact), MG_OK);
        assert_int_equal(mg__pca_fit(&points, 10, "auto", 0, &random), MG_OK);
        assert_true(random.randomised && !exact.randomised);
        for (int64_t d = 0; d < 10; d++) {
            double along = 0;
            assert_near("variance", s, random.variance[d] / exact.variance[d], 1, 1e-5);
            for (int64_t i = 0; i < columns; i++) along += random.component[d * columns + i] * exact.component[d * columns + i];
            assert_near("direction", s, along, 1, 1e-3);
        }
        mg__pca_free(ctx, &exact);
        assert_int_equal(mg__pca_fit(&points, 100, "auto", 0, &exact), MG_OK);
        assert_false(exact.randomised); /* so many that it would not pay */
        mg__pca_free(ctx, &exact);
        mg__pca_free(ctx, &random);
        free(x);
    }
}

static void is_the_same_with_any_number_of_threads(void **state) {
    (void)state;
    const char *const solvers[] = { "exact", "randomised" };
    float *x = malloc(3000 * 60 * sizeof *x);
    double *y = malloc(2 * 3000 * 4 * sizeof *y);
    assert_true(x && y);
    fill_falling(x, 3000, 60);
    for (int s = 0; s < 2; s++) {
        for (int threads = 1; threads <= 3; threads += 2) {
            mg_context_options options = mg_context_defaults();
            options.threads = threads;
            mg_context *context = mg_context_create(&options);
            mg__points points = { .context = context, .rows = 3000, .columns = 60, .x = x };
            mg__pca pca;
            assert_int_equal(mg__pca_fit(&points, 4, solvers[s], 0, &pca), MG_OK);
            assert_int_equal(mg__pca_project(&pca, &points, y + (threads > 1) * 3000 * 4), MG_OK);
            mg__pca_free(context, &pca);
            mg_context_destroy(context);
        }
        assert_memory_equal(y, y + 3000 * 4, 3000 * 4 * sizeof *y);
    }
    free(x);
    free(y);
}

/* --- maps -------------------------------------------------------------------------------------------- */

static mg_dataset *table_of(mg_context *context, int64_t rows, int64_t columns) {
    mg_tensor *x = mg_tensor_create(context, MG_F32, 2, (int64_t[]){ rows, columns });
    uint32_t state = 3;
    if (!x) return NULL;
    for (int64_t i = 0; i < rows * columns; i++) mg_tensor_put(x, i, next_number(&state) * (double)(1 + i % columns));
    mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
    mg_tensor_destroy(x);
    return dataset;
}

static void a_map_in_all_dimensions_loses_nothing(void **state) {
    (void)state;
    mg_dataset *dataset = table_of(ctx, 50, 4);
    mg_embed_options options = mg_embed_defaults();
    options.dimensions = 4;
    mg_map *map = mg_embed(ctx, dataset, &options);
    const mg_map_result *r = mg_map_result_of(map);
    double share = 0, square = 0, around = 0;
    assert_non_null(r);
    for (int d = 0; d < 4; d++) share += r->explained[d];
    assert_near("share", 0, share, 1, 1e-12);
    assert_true(r->error < 1e-12);
    for (int i = 0; i < 200; i++) square += r->y[i] * r->y[i]; /* each column has deviation 1 */
    assert_near("square", 0, square, 200, 1e-5);
    for (int d = 0; d < 4; d++) around += r->variance[d];
    assert_near("variance", 0, around * 49, square, 1e-9);
    mg_map_destroy(map);
    mg_dataset_destroy(dataset);
}

static void the_error_is_that_of_building_rows_again(void **state) {
    (void)state;
    mg_dataset *wine = mg_dataset_read(ctx, DATA("wine"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.truth = "cultivar";
    mg_map *map = mg_embed(ctx, wine, &options);
    const mg_map_result *r = mg_map_result_of(map);
    assert_near("share", 0, r->explained[0], 0.361988480999263, 1e-6); /* scikit-learn's, of standardised columns */
    assert_near("share", 0, r->explained[1], 0.192074902570083, 1e-6);
    assert_near("error", 0, r->error, 1 - 0.361988480999263 - 0.192074902570083, 1e-6);
    assert_int_equal(r->truths, 3);
    assert_true(isnan(r->kl) && isnan(r->perplexity));
    mg_map_destroy(map);
    mg_dataset_destroy(wine);
}

static void other_rows_have_their_place_in_it(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_embed_options options = mg_embed_defaults();
    double y[300];
    options.drop = "species";
    mg_map *map = mg_embed(ctx, iris, &options);
    const mg_map_result *r = mg_map_result_of(map);
    assert_null(r->truth);
    assert_int_equal(mg_map_apply(map, iris, y), MG_OK);
    assert_memory_equal(y, r->y, sizeof y);
    mg_map_destroy(map);
    mg_dataset_destroy(iris);
}

static void truths_are_in_order(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.truth = "species";
    mg_map *map = mg_embed(ctx, iris, &options);
    const mg_map_result *r = mg_map_result_of(map);
    assert_int_equal(r->truths, 3);
    assert_string_equal(r->truth_name[0], "setosa");
    assert_string_equal(r->truth_name[2], "virginica");
    for (int i = 0; i < 150; i++) {
        char text[32];
        mg_dataset_text(iris, i, mg_dataset_find(iris, "species"), text, sizeof text);
        assert_string_equal(r->truth_name[r->truth[i]], text);
    }
    mg_map_destroy(map);
    options.truth = "sepal_length_cm"; /* numbers go by value: 10 is behind 9 */
    map = mg_embed(ctx, iris, &options);
    r = mg_map_result_of(map);
    if (!r) fail_msg("%s", mg_context_message(ctx));
    for (int i = 1; i < r->truths; i++) assert_true(atof(r->truth_name[i - 1]) < atof(r->truth_name[i]));
    mg_map_destroy(map);
    mg_dataset_destroy(iris);
}

/* --- what is refused --------------------------------------------------------------------------------- */

static void assert_refused(const mg_dataset *dataset, mg_embed_options options, mg_status status, const char *word) {
    assert_null(mg_embed(ctx, dataset, &options));
    if (mg_context_status(ctx) != status || !strstr(mg_context_message(ctx), word))
        fail_msg("'%s' was wanted: %s", word, mg_context_message(ctx));
    mg_context_clear(ctx);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL), *one = table_of(ctx, 1, 3);
    mg_embed_options options = mg_embed_defaults(), o = options;
    o.method = "umap", assert_refused(iris, o, MG_SETTING, "there are pca"), o = options;
    o.dimensions = 0, assert_refused(iris, o, MG_SETTING, "below 1"), o = options;
    o.drop = "species", o.dimensions = 5, assert_refused(iris, o, MG_SETTING, "at most 4"), o = options;
    o.solver = "svd", assert_refused(iris, o, MG_SETTING, "randomised"), o = options;
    o.perplexity = NAN, assert_refused(iris, o, MG_SETTING, "perplexity"), o = options;
    o.theta = 2, assert_refused(iris, o, MG_SETTING, "theta"), o = options;
    o.iterations = 0, assert_refused(iris, o, MG_SETTING, "iterations"), o = options;
    o.learning_rate = -1, assert_refused(iris, o, MG_SETTING, "learning rate"), o = options;
    o.truth = "nothing", assert_refused(iris, o, MG_SETTING, "no column 'nothing'"), o = options;
    assert_refused(one, options, MG_FORMAT, "one row");
    mg_dataset_destroy(one);
    mg_dataset_destroy(iris);
    float same[] = { 1, 2, 1, 2, 1, 2 };
    mg_tensor tensor = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 3, 2 }, same);
    mg_dataset *constant = mg_dataset_create(ctx, &tensor, NULL, NULL);
    assert_null(mg_embed(ctx, constant, &options));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    mg_context_clear(ctx);
    mg_dataset_destroy(constant);
}

static bool embed_once(mg_context *context, void *user) {
    mg_dataset *dataset = table_of(context, 30, 4);
    mg_embed_options options = mg_embed_defaults();
    options.solver = user;
    mg_map *map = dataset ? mg_embed(context, dataset, &options) : NULL;
    bool done = map != NULL;
    mg_map_destroy(map);
    mg_dataset_destroy(dataset);
    return done;
}

static void survives_the_failure_of_any_allocation(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(embed_once, "exact") > 20);
    assert_true(failing_allocator_exhaust(embed_once, "randomised") > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(eigenvectors_are_orthonormal_and_true),
        cmocka_unit_test(equals_scikit_learn_on_recorded_cases),
        cmocka_unit_test(equals_scikit_learn_on_digits),
        cmocka_unit_test(the_randomised_way_finds_what_the_exact_one_does),
        cmocka_unit_test(is_the_same_with_any_number_of_threads),
        cmocka_unit_test(a_map_in_all_dimensions_loses_nothing),
        cmocka_unit_test(the_error_is_that_of_building_rows_again),
        cmocka_unit_test(other_rows_have_their_place_in_it),
        cmocka_unit_test(truths_are_in_order),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(survives_the_failure_of_any_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
