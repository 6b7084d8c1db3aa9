/* t-SNE and what it is made of: nearest rows, probabilities, the tree, the descent; beside plain sums, and scikit-learn's numbers
 * that tests/cluster/record_tsne.py recorded. */
#include "cluster/affinities.h"
#include "cluster/quad_tree.h"
#include "cluster/tsne_descent.h"

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

static void assert_near(const char *what, double got, double wanted, double tolerance) {
    if (!(fabs(got - wanted) <= tolerance)) fail_msg("%s: %.12g, wanted %.12g", what, got, wanted);
}

static bool go_on(void *user, int64_t step, int64_t steps) {
    (void)user, (void)step, (void)steps;
    return true;
}

static bool descend_on(void *user, int64_t step, int64_t steps, double kl) {
    (void)user, (void)step, (void)steps, (void)kl;
    return true;
}

/* --- nearest rows ------------------------------------------------------------------------------------ */

static void finds_the_nearest_rows(void **state) {
    (void)state;
    enum { ROWS = 2500, COLUMNS = 6, K = 9 }; /* more than are compared at once */
    uint32_t random = 3;
    float *x = malloc(ROWS * COLUMNS * sizeof *x);
    assert_non_null(x);
    for (int i = 0; i < ROWS * COLUMNS; i++) x[i] = (float)next_number(&random);
    mg__points points = { .context = ctx, .rows = ROWS, .columns = COLUMNS, .x = x };
    mg__nearest_rows near;
    bool whole;
    assert_int_equal(mg__nearest_rows_find(&points, K, go_on, NULL, &near, &whole), MG_OK);
    assert_true(whole);
    for (int row = 0; row < ROWS; row += 41) {
        double farthest = 0;
        int nearer = 0;
        for (int j = 0; j < K; j++) {
            assert_int_not_equal(near.row[row * K + j], row);
            assert_true(j == 0 || near.row[row * K + j] > near.row[row * K + j - 1]);
            farthest = fmax(farthest, near.square[row * K + j]);
        }
        for (int other = 0; other < ROWS; other++) {
            double square = 0;
            for (int i = 0; i < COLUMNS; i++) square += pow((double)x[row * COLUMNS + i] - (double)x[other * COLUMNS + i], 2);
            nearer += other != row && square < farthest * (1 - 1e-5);
        }
        assert_int_equal(nearer, K - 1);
    }
    mg__nearest_rows_free(ctx, &near);
    free(x);
}

/* --- probabilities ----------------------------------------------------------------------------------- */

static void a_row_has_as_many_neighbours_as_wanted(void **state) {
    (void)state;
    double square[90], p[90];
    const double sizes[] = { 1e-12, 1, 1e9 };
    uint32_t random = 8;
    for (int s = 0; s < 3; s++)
        for (double perplexity = 2; perplexity <= 30; perplexity += 7) {
            double entropy = 0, sum = 0;
            for (int j = 0; j < 90; j++) square[j] = sizes[s] * (1.5 + next_number(&random));
            mg__affinities_of_row(square, 90, perplexity, p);
            for (int j = 0; j < 90; j++) sum += p[j], entropy -= p[j] > 0 ? p[j] * log(p[j]) : 0;
            assert_near("sum", sum, 1, 1e-12);
            assert_near("neighbours", exp(entropy), perplexity, 1e-4);
        }
    for (int j = 0; j < 90; j++) square[j] = 4; /* none is nearer */
    mg__affinities_of_row(square, 90, 5, p);
    for (int j = 0; j < 90; j++) assert_near("of equals", p[j], 1. / 90, 1e-15);
    for (int j = 0; j < 90; j++) square[j] = j < 20 ? 0 : 1; /* more equal rows than neighbours are wanted */
    mg__affinities_of_row(square, 90, 5, p);
    for (int j = 0; j < 90; j++) assert_near("of the same", p[j], j < 20 ? 0.05 : 0, 1e-6);
}

static double next_of(FILE *file) {
    double value;
    assert_int_equal(fscanf(file, "%lf", &value), 1);
    return value;
}

enum { MOST = 64 };

typedef struct recorded {
    int rows, columns, perplexity;
    float x[MOST * 8];
    double p[MOST * MOST], y[MOST * 2], kl, gradient[MOST * 2], digits_kl;
} recorded;

static recorded *read_recorded(void) {
    recorded *r = calloc(1, sizeof *r);
    FILE *file = fopen(MG__SOURCE_DIR "/tests/cluster/tsne.txt", "r");
    assert_non_null(r);
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%d %d %d", &r->rows, &r->columns, &r->perplexity), 3);
    assert_true(r->rows <= MOST && r->columns <= 8);
    for (int i = 0; i < r->rows * r->columns; i++) r->x[i] = (float)next_of(file);
    for (int i = 0; i < r->rows * r->rows; i++) r->p[i] = next_of(file);
    for (int i = 0; i < r->rows * 2; i++) r->y[i] = next_of(file);
    r->kl = next_of(file);
    for (int i = 0; i < r->rows * 2; i++) r->gradient[i] = next_of(file);
    r->digits_kl = next_of(file);
    fclose(file);
    return r;
}

static void make_affinities(const recorded *r, mg__affinities *made) {
    mg__points points = { .context = ctx, .rows = r->rows, .columns = r->columns, .x = (float *)r->x };
    mg__nearest_rows near;
    bool whole;
    assert_int_equal(mg__nearest_rows_find(&points, r->rows - 1, go_on, NULL, &near, &whole), MG_OK);
    assert_int_equal(mg__affinities_make(ctx, &near, r->perplexity, made), MG_OK);
    mg__nearest_rows_free(ctx, &near);
}

static void probabilities_equal_scikit_learns(void **state) {
    (void)state;
    recorded *r = read_recorded();
    mg__affinities made;
    double sum = 0;
    make_affinities(r, &made);
    for (int row = 0; row < r->rows; row++)
        for (int64_t i = made.begin[row]; i < made.begin[row + 1]; i++) {
            sum += (double)made.p[i];
            assert_near("p", (double)made.p[i], r->p[row * r->rows + made.other[i]], 2e-7); /* of about 1e-3 */
        }
    assert_near("sum", sum, 1, 1e-6);
    mg__affinities_free(ctx, &made);
    free(r);
}

/* A descent of no steps tells where it begins; a first step goes along the gradient, with p times 12. */
static void divergence_and_gradient_equal_scikit_learns(void **state) {
    (void)state;
    recorded *r = read_recorded();
    mg__affinities made;
    double y[MOST * 2], plain[MOST * 2];
    make_affinities(r, &made);
    mg__tsne_descent descent = { .dimensions = 2, .told = descend_on };
    memcpy(y, r->y, sizeof y);
    assert_int_equal(mg__tsne_descend(ctx, &made, &descent, y), MG_OK);
    assert_near("KL", descent.kl, r->kl, 1e-5);
    assert_int_equal(descent.done, 0);
    /* dKL/dy = 4 (pull - push); with 12 p it is that plus 44 pull, pull by a plain sum. */
    double mean[2] = { 0 };
    for (int i = 0; i < r->rows; i++)
        for (int d = 0; d < 2; d++) {
            double pull = 0;
            for (int j = 0; j < r->rows; j++) {
                double square = pow(r->y[2 * i] - r->y[2 * j], 2) + pow(r->y[2 * i + 1] - r->y[2 * j + 1], 2);
                pull += r->p[i * r->rows + j] * (r->y[2 * i + d] - r->y[2 * j + d]) / (1 + square);
            }
            plain[2 * i + d] = r->y[2 * i + d] - 0.01 * 0.8 * (r->gradient[2 * i + d] + 44 * pull); /* the first gain is 0.8 */
            mean[d] += plain[2 * i + d] / r->rows;
        }
    descent.iterations = 1, descent.learning_rate = 0.01;
    memcpy(y, r->y, sizeof y);
    assert_int_equal(mg__tsne_descend(ctx, &made, &descent, y), MG_OK);
    for (int i = 0; i < 2 * r->rows; i++) assert_near("step", y[i], plain[i] - mean[i % 2], 1e-6);
    mg__affinities_free(ctx, &made);
    free(r);
}

/* --- the tree ---------------------------------------------------------------------------------------- */

/* Forces of the tree beside plain sums: the largest difference, in parts of the largest force. */
static double tree_error(const double *y, int64_t rows, int dimensions, float theta, int64_t *looked) {
    mg__quad_tree tree;
    double worst = 0, size = 1e-300;
    assert_int_equal(mg__quad_tree_open(ctx, &tree, rows, dimensions), MG_OK);
    mg__quad_tree_build(&tree, y);
    assert_int_equal(tree.cell[0].count, rows);
    assert_int_equal(tree.cell[0].next, tree.cells);
    *looked = 0;
    for (int64_t first = 0; first < rows; first += MG__TREE_GROUP) {
        float force[3 * MG__TREE_GROUP], weight[MG__TREE_GROUP];
        *looked += mg__quad_tree_push(&tree, first, theta, force, weight);
        for (int64_t lane = 0; lane < MG__TREE_GROUP && first + lane < rows; lane++) {
            const double *at = y + tree.order[first + lane] * dimensions;
            double sum[3] = { 0 }, all = 0;
            for (int64_t j = 0; j < rows; j++) {
                double square = 1, q;
                for (int d = 0; d < dimensions; d++) square += pow(at[d] - y[j * dimensions + d], 2);
                q = 1 / square;
                if (j != tree.order[first + lane]) all += q;
                for (int d = 0; d < dimensions; d++) sum[d] += q * q * (at[d] - y[j * dimensions + d]);
            }
            assert_near("weight", (double)weight[lane] / (all + 1e-3), all / (all + 1e-3), theta > 0 ? 0.03 : 1e-4);
            for (int d = 0; d < dimensions; d++) {
                worst = fmax(worst, fabs((double)force[d * MG__TREE_GROUP + lane] - sum[d]));
                size = fmax(size, fabs(sum[d]));
            }
        }
    }
    mg__quad_tree_close(ctx, &tree);
    return worst / size;
}

static void the_tree_pushes_as_plain_sums_do(void **state) {
    (void)state;
    enum { ROWS = 1001 };
    static double y[ROWS * 3];
    const double sizes[] = { 1e-4, 1, 50, 1e6 };
    for (int dimensions = 2; dimensions <= 3; dimensions++)
        for (int s = 0; s < 4; s++) {
            int64_t exact, coarse;
            uint32_t random = 2;
            for (int i = 0; i < ROWS * dimensions; i++) y[i] = sizes[s] * next_number(&random) * next_number(&random);
            assert_true(tree_error(y, ROWS, dimensions, 0, &exact) < 1e-4);
            assert_true(tree_error(y, ROWS, dimensions, 0.5f, &coarse) < 0.04);
            assert_true(coarse < exact);
        }
}

static void the_tree_bears_equal_points(void **state) {
    (void)state;
    enum { ROWS = 600 };
    static double y[ROWS * 2];
    int64_t looked;
    for (int i = 0; i < ROWS; i++) y[2 * i] = i % 3, y[2 * i + 1] = 0; /* three heaps on a line */
    assert_true(tree_error(y, ROWS, 2, 0.5f, &looked) < 1e-3);
    for (int i = 0; i < 2 * ROWS; i++) y[i] = 7; /* all in one place: no force */
    assert_true(tree_error(y, 2, 2, 0.5f, &looked) == 0);
    mg__quad_tree tree;
    float force[2 * MG__TREE_GROUP], weight[MG__TREE_GROUP];
    assert_int_equal(mg__quad_tree_open(ctx, &tree, ROWS, 2), MG_OK);
    mg__quad_tree_build(&tree, y);
    assert_int_equal(tree.cells, 1);
    mg__quad_tree_push(&tree, 0, 0.5f, force, weight);
    for (int lane = 0; lane < MG__TREE_GROUP; lane++) assert_near("weight", (double)weight[lane], ROWS - 1, 1e-3);
    for (int i = 0; i < 2 * MG__TREE_GROUP; i++) assert_near("force", (double)force[i], 0, 1e-9);
    mg__quad_tree_close(ctx, &tree);
}

/* --- maps -------------------------------------------------------------------------------------------- */

static mg_dataset *heaps(mg_context *context, int64_t rows, int64_t columns, int64_t groups) {
    mg_tensor *x = mg_tensor_create(context, MG_F32, 2, (int64_t[]){ rows, columns });
    uint32_t state = 1;
    if (!x) return NULL;
    for (int64_t i = 0; i < rows; i++)
        for (int64_t c = 0; c < columns; c++) mg_tensor_put(x, i * columns + c, next_number(&state) + (c == i % groups ? 9 : 0));
    mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
    mg_tensor_destroy(x);
    return dataset;
}

/* Share of rows whose nearest row in the map has the same truth. */
static double nearest_agrees(const mg_map_result *r, const int32_t *truth) {
    int64_t agree = 0;
    for (int64_t i = 0; i < r->rows; i++) {
        double least = INFINITY;
        int64_t best = i;
        for (int64_t j = 0; j < r->rows; j++) {
            double square = 0;
            for (int64_t d = 0; d < r->dimensions; d++)
                square += pow(r->y[i * r->dimensions + d] - r->y[j * r->dimensions + d], 2);
            if (j != i && square < least) least = square, best = j;
        }
        agree += truth[best] == truth[i];
    }
    return (double)agree / (double)r->rows;
}

static mg_map *mapped(const mg_dataset *dataset, const mg_embed_options *options) {
    mg_map *map = mg_embed(ctx, dataset, options);
    if (!map) fail_msg("%s", mg_context_message(ctx));
    return map;
}

static void heaps_stay_apart(void **state) {
    (void)state;
    int32_t truth[200];
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.scale = "none", options.perplexity = 15;
    for (int i = 0; i < 200; i++) truth[i] = i % 4;
    for (int64_t columns = 5; columns <= 60; columns += 55) /* of more than 50, first the components */
        for (options.dimensions = 2; options.dimensions <= 3; options.dimensions++) {
            mg_dataset *dataset = heaps(ctx, 200, columns, 4);
            mg_map *map = mapped(dataset, &options);
            const mg_map_result *r = mg_map_result_of(map);
            assert_true(nearest_agrees(r, truth) == 1);
            assert_true(r->kl > 0 && r->kl < 2 && r->iterations > 250);
            assert_true(isnan(r->error) && !r->explained && r->perplexity == 15);
            mg_map_destroy(map);
            mg_dataset_destroy(dataset);
        }
}

static void maps_digits_as_well_as_scikit_learn(void **state) {
    (void)state;
    recorded *r = read_recorded();
    mg_dataset *digits = mg_dataset_read(ctx, DATA("digits"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.truth = "digit";
    mg_map *map = mapped(digits, &options);
    const mg_map_result *found = mg_map_result_of(map);
    if (!(found->kl < 1.03 * r->digits_kl)) fail_msg("KL %g, scikit-learn's is %g", found->kl, r->digits_kl);
    assert_true(nearest_agrees(found, found->truth) > 0.97);
    mg_map_destroy(map);
    mg_dataset_destroy(digits);
    free(r);
}

static void is_the_same_with_any_number_of_threads(void **state) {
    (void)state;
    double *first = NULL;
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.iterations = 300, options.scale = "none";
    for (int threads = 1; threads <= 3; threads++) {
        mg_context_options of = mg_context_defaults();
        of.threads = threads;
        mg_context *context = mg_context_create(&of);
        mg_dataset *dataset = heaps(context, 700, 55, 5);
        mg_map *map = mg_embed(context, dataset, &options);
        assert_non_null(map);
        if (!first) {
            first = malloc(1400 * sizeof *first);
            assert_non_null(first);
            memcpy(first, mg_map_result_of(map)->y, 1400 * sizeof *first);
        }
        assert_memory_equal(first, mg_map_result_of(map)->y, 1400 * sizeof *first);
        mg_map_destroy(map);
        mg_dataset_destroy(dataset);
        mg_context_destroy(context);
    }
    free(first);
}

/* Rows on a line begin without a second dimension, and find one; equal rows stay together, or nearly. */
static void bears_lines_and_equal_rows(void **state) {
    (void)state;
    float x[120 * 2];
    for (int i = 0; i < 120; i++) x[2 * i] = (float)(i / 2), x[2 * i + 1] = (float)(2 * (i / 2));
    mg_tensor tensor = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 120, 2 }, x);
    mg_dataset *line = mg_dataset_create(ctx, &tensor, NULL, NULL);
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.perplexity = 8;
    mg_map *map = mapped(line, &options);
    const mg_map_result *r = mg_map_result_of(map);
    double apart = 0, across = 0;
    for (int i = 0; i < 120; i++) {
        assert_true(isfinite(r->y[2 * i]) && isfinite(r->y[2 * i + 1]));
        across = fmax(across, fabs(r->y[2 * i + 1]));
        if (i % 2) apart = fmax(apart, hypot(r->y[2 * i] - r->y[2 * i - 2], r->y[2 * i + 1] - r->y[2 * i - 1]));
    }
    assert_true(across > 1);
    assert_true(apart < across);
    mg_map_destroy(map);
    mg_dataset_destroy(line);
}

/* --- what is refused, drawn in, ended ---------------------------------------------------------------- */

static void perplexity_is_drawn_in(void **state) {
    (void)state;
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne";
    mg_dataset *dataset = heaps(ctx, 31, 3, 2);
    mg_map *map = mapped(dataset, &options);
    const mg_map_result *r = mg_map_result_of(map);
    assert_near("perplexity", r->perplexity, 10, 1e-12);
    assert_int_equal(r->warnings, 1);
    assert_non_null(strstr(r->warning[0], "perplexity 30 is too much for 31 rows"));
    mg_map_destroy(map);
    mg_dataset_destroy(dataset);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne";
    mg_dataset *three = heaps(ctx, 3, 3, 2), *some = heaps(ctx, 40, 5, 2);
    assert_null(mg_embed(ctx, three, &options));
    assert_non_null(strstr(mg_context_message(ctx), "3 rows have too few neighbours"));
    mg_context_clear(ctx);
    options.dimensions = 4;
    assert_null(mg_embed(ctx, some, &options));
    assert_non_null(strstr(mg_context_message(ctx), "tsne gives at most 3"));
    mg_context_clear(ctx);
    options.dimensions = 2, options.learning_rate = 1e200;
    assert_null(mg_embed(ctx, some, &options));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "leaves all bounds"));
    mg_context_clear(ctx);
    options.learning_rate = 0;
    mg_map *map = mapped(some, &options);
    double y[80];
    assert_int_equal(mg_map_apply(map, some, y), MG_UNSUPPORTED);
    mg_context_clear(ctx);
    mg_map_destroy(map);
    mg_dataset_destroy(three);
    mg_dataset_destroy(some);
}

static bool end_at(void *user, const mg_embed_progress *progress) {
    if (strcmp(progress->stage, "descent") == 0) assert_true(progress->value > 0);
    return strcmp(progress->stage, "descent") != 0 || progress->step < *(const int64_t *)user;
}

static void ends_when_it_is_told_to(void **state) {
    (void)state;
    int64_t most = 100;
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.on_progress = end_at, options.user = &most;
    mg_dataset *dataset = heaps(ctx, 60, 4, 3);
    mg_map *map = mapped(dataset, &options);
    assert_int_equal(mg_map_result_of(map)->iterations, 101);
    mg_map_destroy(map);
    mg_dataset_destroy(dataset);
}

static bool embed_once(mg_context *context, void *user) {
    mg_embed_options options = mg_embed_defaults();
    options.method = "tsne", options.iterations = 2;
    (void)user;
    mg_dataset *dataset = heaps(context, 30, 55, 2);
    mg_map *map = dataset ? mg_embed(context, dataset, &options) : NULL;
    bool done = map != NULL;
    mg_map_destroy(map);
    mg_dataset_destroy(dataset);
    return done;
}

static void survives_the_failure_of_any_allocation(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(embed_once, NULL) > 40);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_nearest_rows),
        cmocka_unit_test(a_row_has_as_many_neighbours_as_wanted),
        cmocka_unit_test(probabilities_equal_scikit_learns),
        cmocka_unit_test(divergence_and_gradient_equal_scikit_learns),
        cmocka_unit_test(the_tree_pushes_as_plain_sums_do),
        cmocka_unit_test(the_tree_bears_equal_points),
        cmocka_unit_test(heaps_stay_apart),
        cmocka_unit_test(maps_digits_as_well_as_scikit_learn),
        cmocka_unit_test(is_the_same_with_any_number_of_threads),
        cmocka_unit_test(bears_lines_and_equal_rows),
        cmocka_unit_test(perplexity_is_drawn_in),
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(ends_when_it_is_told_to),
        cmocka_unit_test(survives_the_failure_of_any_allocation),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
