/* The autoencoder, its embedding, and deep clustering. */
#define _POSIX_C_SOURCE 200809L
#include "cluster/autoencoder.h"
#include "cluster/clustering.h"
#include "interop/safetensors.h"

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
#include <unistd.h>

#include "support/failing_allocator.h"
#include "support/sanitized.h"

#define DATA(name) MG__SOURCE_DIR "/data/" name ".csv"

static mg_context *ctx;
static char path[64];

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    snprintf(path, sizeof path, "/tmp/deep-%ld.safetensors", (long)getpid());
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    remove(path);
    return 0;
}

/* Reproducible numbers of the test's own: -1 .. 1. */
static double next_number(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (double)(1 << 23) - 1;
}

/* Rows of 6 numbers that follow from two: t, u, t u, t - u, t^2, u^2. Two principal components leave a sixth of their variance.
 */
static mg__points bent_plane(mg_context *context, int64_t rows, float *x, double *mean) {
    uint32_t state = 7;
    for (int64_t row = 0; row < rows; row++) {
        float t = (float)next_number(&state), u = (float)next_number(&state);
        const float all[6] = { t, u, t * u, t - u, t * t - 1 / 3.0f, u * u - 1 / 3.0f };
        memcpy(x + row * 6, all, sizeof all);
    }
    return (mg__points){ .context = context, .rows = rows, .columns = 6, .x = x, .mean = mean };
}

static const mg__autoencoder_options quick = { .code = 2, .passes = 60, .seed = 1 };

/* --- the autoencoder --------------------------------------------------------------------------------- */

static void rebuilds_what_follows_from_as_many_numbers_as_its_code_has(void **state) {
    (void)state;
    static float x[1000 * 6], code[1000 * 2];
    double mean[6] = { 0 }, error, total = 0;
    mg__points points = bent_plane(ctx, 1000, x, mean);
    mg__autoencoder a;
    mg__autoencoder_options options = quick;
    options.passes = 200;
    assert_int_equal(mg__autoencoder_fit(&points, &options, &a), MG_OK);
    assert_int_equal(mg__autoencoder_error(&a, &points, &error), MG_OK);
    for (int i = 0; i < 6000; i++) total += (double)x[i] * (double)x[i] / 6000;
    if (!(error < 0.06 * total)) fail_msg("%g of %g is left", error, total);
    assert_int_equal(a.passes, 200);
    assert_int_equal(mg__autoencoder_encode(&a, &points, code), MG_OK);
    for (int d = 0; d < 2; d++) { /* about mean 0 and deviation 1 */
        double sum = 0, square = 0;
        for (int row = 0; row < 1000; row++) sum += (double)code[2 * row + d], square += pow((double)code[2 * row + d], 2);
        assert_true(fabs(sum / 1000) < 0.1 && fabs(square / 1000 - 1) < 0.15);
    }
    mg__autoencoder_close(&a);
}

static void a_code_does_not_depend_on_the_rows_beside_it(void **state) {
    (void)state;
    static float x[700 * 6], all[700 * 2], one[2];
    double mean[6] = { 0 };
    mg__points points = bent_plane(ctx, 700, x, mean);
    mg__autoencoder a;
    mg__autoencoder_options options = quick;
    options.noise = 0.2;
    assert_int_equal(mg__autoencoder_fit(&points, &options, &a), MG_OK);
    assert_int_equal(mg__autoencoder_encode(&a, &points, all), MG_OK);
    for (int64_t row = 0; row < 700; row += 99) {
        mg__points alone = points;
        alone.rows = 1, alone.x = x + row * 6;
        assert_int_equal(mg__autoencoder_encode(&a, &alone, one), MG_OK);
        assert_memory_equal(one, all + 2 * row, sizeof one);
    }
    mg__autoencoder_close(&a);
}

static void units_of_the_rows_change_no_code(void **state) {
    (void)state;
    static float x[300 * 6], big[300 * 6], small[300 * 2], large[300 * 2];
    double mean[6] = { 0 }, error, big_error;
    mg__points points = bent_plane(ctx, 300, x, mean), other = points;
    other.x = big;
    for (int i = 0; i < 1800; i++) big[i] = 1024 * x[i];
    mg__autoencoder a, b;
    assert_int_equal(mg__autoencoder_fit(&points, &quick, &a), MG_OK);
    assert_int_equal(mg__autoencoder_fit(&other, &quick, &b), MG_OK);
    assert_int_equal(mg__autoencoder_encode(&a, &points, small), MG_OK);
    assert_int_equal(mg__autoencoder_encode(&b, &other, large), MG_OK);
    assert_memory_equal(small, large, sizeof small);
    assert_int_equal(mg__autoencoder_error(&a, &points, &error), MG_OK);
    assert_int_equal(mg__autoencoder_error(&b, &other, &big_error), MG_OK);
    assert_true(fabs(big_error / error / 1024 / 1024 - 1) < 1e-9);
    mg__autoencoder_close(&a);
    mg__autoencoder_close(&b);
}

static void images_are_level_and_varied_within_bounds(void **state) {
    (void)state;
    enum { SIDE = 9, PIXELS = SIDE * SIDE };
    float x[2 * PIXELS] = { 0 }, out[2 * PIXELS], again[2 * PIXELS];
    double mean[PIXELS];
    for (int i = 0; i < PIXELS; i++) mean[i] = i == 40 ? 1 : 0; /* all that there is: the pixel in the middle, 1 and 3 bright */
    x[40] = 0, x[PIXELS + 40] = 2;
    mg__points points = { .context = ctx, .rows = 2, .columns = PIXELS, .x = x, .mean = mean, .image = { SIDE, SIDE, 1 } };
    mg__autoencoder a = { .vary = true };
    mg__network_rows rows;
    const int64_t both[2] = { 0, 1 };
    assert_int_equal(mg__network_rows_open(&rows, &points, &a), MG_OK);
    mg__network_rows_gather(&rows, both, 2, NULL, out);
    assert_memory_equal(out, out + PIXELS, PIXELS * sizeof *out); /* equally bright now: mean square 1 */
    assert_true(fabs((double)out[40] - 9) < 1e-5 && out[39] == 0);
    assert_true(fabs(mg__network_rows_factor(&rows, 1) - 3) < 1e-6);
    for (uint64_t pass = 0; pass < 50; pass++) {
        const mg__variation variation = { .seed = 3, .pass = pass };
        mg__network_rows_gather(&rows, both, 2, &variation, out);
        double square = 0, outside = 0;
        for (int i = 0; i < PIXELS; i++) {
            square += (double)out[i] * (double)out[i] / PIXELS;
            if (abs(i / SIDE - 4) > 2 || abs(i % SIDE - 4) > 2) outside += (double)out[i];
        }
        assert_true(fabs(square - 1) < 1e-5);
        assert_true(outside == 0); /* it moves by 0.9 of a pixel at most, and lies between four */
        mg__network_rows_gather(&rows, both, 2, &variation, again);
        assert_memory_equal(out, again, sizeof out);
        assert_memory_not_equal(out, out + PIXELS, PIXELS * sizeof *out); /* each row otherwise */
    }
    mg__network_rows_close(&rows);
}

static void says_where_numbers_are_too_large(void **state) {
    (void)state;
    float x[40];
    double mean[2] = { 0 };
    for (int i = 0; i < 40; i++) x[i] = i == 3 ? INFINITY : (float)i;
    mg__points points = { .context = ctx, .rows = 20, .columns = 2, .x = x, .mean = mean };
    mg__autoencoder a;
    assert_int_equal(mg__autoencoder_fit(&points, &quick, &a), MG_NOT_FINITE);
    assert_non_null(strstr(mg_context_message(ctx), "no longer finite"));
    mg__autoencoder_close(&a);
    mg_context_clear(ctx);
}

/* --- embedding --------------------------------------------------------------------------------------- */

static double error_of(const mg_dataset *dataset, const char *method, const char *drop) {
    mg_embed_options options = mg_embed_defaults();
    options.method = method, options.drop = drop;
    mg_map *map = mg_embed(ctx, dataset, &options);
    if (!map) fail_msg("%s", mg_context_message(ctx));
    double error = mg_map_result_of(map)->error;
    mg_map_destroy(map);
    return error;
}

static void two_numbers_tell_more_than_two_principal_components(void **state) {
    (void)state;
    mg_dataset *wine = mg_dataset_read(ctx, DATA("wine"), NULL);
    double bent = error_of(wine, "autoencoder", "cultivar"), flat = error_of(wine, "pca", "cultivar");
    if (!(bent < 0.8 * flat)) fail_msg("%g beside %g", bent, flat);
    mg_dataset_destroy(wine);
}

static void other_rows_have_their_place_too(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.method = "autoencoder", options.drop = "species", options.iterations = 5;
    mg_map *map = mg_embed(ctx, iris, &options);
    assert_non_null(map);
    const mg_map_result *r = mg_map_result_of(map);
    double y[300];
    assert_int_equal(mg_map_apply(map, iris, y), MG_OK);
    assert_memory_equal(y, r->y, sizeof y);
    assert_int_equal(r->iterations, 5);
    assert_true(r->explained == NULL && isnan(r->kl) && r->error > 0);
    mg_map_destroy(map);
    mg_dataset_destroy(iris);
}

/* Text of its own; what does not fit is refused with the layer's name. */
static void an_encoder_may_have_convolutions(void **state) {
    (void)state;
    mg_dataset *digits = mg_dataset_read(ctx, DATA("digits"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.method = "autoencoder", options.drop = "digit", options.iterations = to_the_end(40);
    options.model = "conv(8, 3, padding=same) relu conv(16, 3, stride=2, padding=same) relu";
    assert_null(mg_embed(ctx, digits, &options)); /* columns are no image */
    assert_non_null(strstr(mg_context_message(ctx), "conv1"));
    mg_context_clear(ctx);
    options.image = "8x8";
    mg_map *map = mg_embed(ctx, digits, &options);
    if (!map) fail_msg("%s", mg_context_message(ctx));
    double bent = mg_map_result_of(map)->error;
    mg_map_destroy(map);
    options.method = "pca";
    map = mg_embed(ctx, digits, &options);
    assert_true(sanitized || bent < 0.85 * mg_map_result_of(map)->error);
    mg_map_destroy(map);
    options.method = "autoencoder", options.model = "dense(";
    assert_null(mg_embed(ctx, digits, &options));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    mg_context_clear(ctx);
    mg_dataset_destroy(digits);
}

static bool stop_at_three(void *user, const mg_embed_progress *progress) {
    *(int *)user += 1;
    assert_string_equal(progress->stage, "training");
    assert_true(progress->value > 0 && progress->steps == 1000);
    return progress->step < 3;
}

static void an_embedding_ends_when_it_is_told_to(void **state) {
    (void)state;
    int calls = 0;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_embed_options options = mg_embed_defaults();
    options.method = "autoencoder", options.drop = "species", options.on_progress = stop_at_three, options.user = &calls;
    mg_map *map = mg_embed(ctx, iris, &options);
    assert_non_null(map);
    assert_int_equal(mg_map_result_of(map)->iterations, 3);
    assert_int_equal(calls, 3);
    mg_map_destroy(map);
    mg_dataset_destroy(iris);
}

/* --- deep clustering --------------------------------------------------------------------------------- */

static mg_clustering *deep_of(mg_context *context, const mg_dataset *dataset, const char *truth, int64_t k, int64_t seed) {
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "deep", options.truth = truth, options.k = k, options.seed = seed;
    mg_clustering *c = mg_cluster(context, dataset, &options);
    if (!c) fail_msg("%s", mg_context_message(context));
    return c;
}

/* The short form of scripts/evidence deep: as columns, and as images, which are varied. */
static void digits_fall_into_their_groups(void **state) {
    (void)state;
    static const struct {
        const char *image;
        int64_t seed;
        double least;
    } cases[] = { { NULL, 0, 0.75 }, { "8x8", 2, 0.80 } };
    if (sanitized) skip(); /* tables and images are below, few of each */
    mg_dataset *digits = mg_dataset_read(ctx, DATA("digits"), NULL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_cluster_options options = mg_cluster_defaults();
        options.method = "deep", options.truth = "digit", options.k = 10;
        options.image = cases[i].image, options.seed = cases[i].seed;
        mg_clustering *c = mg_cluster(ctx, digits, &options);
        assert_non_null(c);
        double accuracy = mg_clustering_result_of(c)->agreement.accuracy;
        if (!(accuracy >= cases[i].least)) fail_msg("case %zu: %g", i, accuracy);
        mg_clustering_destroy(c);
    }
    mg_dataset_destroy(digits);
}

static void count_stage(void *user, const mg_cluster_progress *progress) {
    int *told = user; /* training, refining */
    assert_true(progress->step >= 0 && progress->step <= progress->steps && progress->seconds >= 0);
    told[strcmp(progress->stage, "training") != 0]++;
}

static void how_far_it_is_is_told(void **state) {
    (void)state;
    int told[2] = { 0 };
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "deep", options.k = 3, options.iterations = 2;
    options.on_progress = count_stage, options.user = told;
    mg_clustering *c = mg_cluster(ctx, iris, &options);
    assert_non_null(c);
    assert_true(told[0] > 1);
    assert_int_equal(told[1], mg_clustering_result_of(c)->iterations);
    mg_clustering_destroy(c);
    mg_dataset_destroy(iris);
}

static void small_tables_have_groups_too(void **state) {
    (void)state;
    mg_dataset *iris = mg_dataset_read(ctx, DATA("iris"), NULL), *wine = mg_dataset_read(ctx, DATA("wine"), NULL);
    mg_clustering *a = deep_of(ctx, iris, "species", 3, 0), *b = deep_of(ctx, wine, "cultivar", 3, 0);
    assert_true(mg_clustering_result_of(a)->agreement.accuracy >= 0.75);
    assert_true(mg_clustering_result_of(b)->agreement.accuracy >= 0.85);
    mg_clustering_destroy(a);
    mg_clustering_destroy(b);
    mg_dataset_destroy(iris);
    mg_dataset_destroy(wine);
}

static void probabilities_are_those_of_the_labels_and_come_back_from_a_file(void **state) {
    (void)state;
    static double q[178 * 3], again[178 * 3];
    int32_t label[178], loaded_label[178];
    mg_dataset *wine = mg_dataset_read(ctx, DATA("wine"), NULL);
    mg_clustering *c = deep_of(ctx, wine, "cultivar", 3, 2);
    assert_true(mg_clustering_has_probabilities(c));
    assert_int_equal(mg_clustering_assign(c, wine, label, q), MG_OK);
    assert_memory_equal(label, mg_clustering_result_of(c)->label, sizeof label);
    for (int row = 0; row < 178; row++) {
        const double *p = q + 3 * row;
        assert_true(fabs(p[0] + p[1] + p[2] - 1) < 1e-12);
        for (int j = 0; j < 3; j++) assert_true(p[j] > 0 && p[j] <= p[label[row]]);
    }
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    mg_clustering *loaded = mg_clustering_load(ctx, path);
    if (!loaded) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_clustering_assign(loaded, wine, loaded_label, again), MG_OK);
    assert_memory_equal(label, loaded_label, sizeof label);
    assert_memory_equal(q, again, sizeof q);
    mg_clustering_destroy(loaded);
    mg_clustering_destroy(c);
    mg_dataset_destroy(wine);
}

static void gives_the_same_bits_with_any_number_of_threads(void **state) {
    (void)state;
    static double first[600 * 3], q[600 * 3];
    const int64_t rows = sanitized ? 100 : 600;
    for (int threads = 1; threads <= 3; threads++) {
        mg_context_options how = mg_context_defaults();
        how.threads = threads;
        mg_context *context = mg_context_create(&how);
        mg_tensor *x = mg_tensor_create(context, MG_F32, 2, (int64_t[]){ rows, 64 });
        uint32_t number = 5;
        for (int64_t i = 0; i < rows * 64; i++) mg_tensor_put(x, i, next_number(&number) + (i / 64 % 3 == i % 3 ? 1 : 0));
        mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
        int32_t label[600];
        for (int image = 0; image < 2; image++) {
            mg_cluster_options options = mg_cluster_defaults();
            options.method = "deep", options.k = 3, options.iterations = 3, options.image = image ? "8x8" : NULL;
            mg_clustering *c = mg_cluster(context, dataset, &options);
            assert_non_null(c);
            assert_int_equal(mg_clustering_assign(c, dataset, label, q), MG_OK);
            if (threads == 1 && image) memcpy(first, q, (size_t)rows * 3 * sizeof *q);
            if (image) assert_memory_equal(first, q, (size_t)rows * 3 * sizeof *q);
            mg_clustering_destroy(c);
        }
        mg_dataset_destroy(dataset);
        mg_tensor_destroy(x);
        mg_context_destroy(context);
    }
}

static mg_dataset *few_rows(mg_context *context) {
    static float x[6][2] = { { 0, 0 }, { 0, 1 }, { 9, 9 }, { 9, 8 }, { 0, 0 }, { -9, 9 } };
    mg_tensor rows = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 6, 2 }, x);
    return mg_dataset_create(context, &rows, NULL, NULL);
}

/* As many groups as there are different rows: none may be empty. */
static void no_group_is_empty(void **state) {
    (void)state;
    mg_dataset *dataset = few_rows(ctx);
    for (int64_t k = 1; k <= 5; k++) {
        mg_clustering *c = deep_of(ctx, dataset, NULL, k, 0);
        for (int64_t j = 0; j < k; j++) assert_true(mg_clustering_result_of(c)->size[j] > 0);
        mg_clustering_destroy(c);
    }
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "deep", options.k = 6;
    assert_null(mg_cluster(ctx, dataset, &options));
    assert_int_equal(mg_context_status(ctx), MG_SETTING);
    mg_context_clear(ctx);
    mg_dataset_destroy(dataset);
}

/* --- damage, and no memory ---------------------------------------------------------------------------- */

static void write_changed(const char *name, int change) {
    mg__safetensors *file = mg__safetensors_read(ctx, path);
    assert_non_null(file);
    mg__safetensor tensors[24];
    mg__pair pairs[8];
    size_t count = 0, kept = 0;
    static const float bad[1] = { NAN };
    for (size_t i = 0; i < file->tensor_count; i++) {
        if (strcmp(file->tensors[i].name, name) != 0) {
            tensors[count++] = file->tensors[i];
            continue;
        }
        if (change == 0) continue; /* it is not there */
        mg__safetensor *t = &tensors[count++];
        *t = file->tensors[i];
        if (change == 1) t->rank = 1, t->shape[0] = 1, t->data = bad, t->dtype = MG__ST_F32;
        if (change == 2) memset((void *)(uintptr_t)t->data, 0xff, t->bytes); /* NaN */
    }
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, MG__SAFETENSORS_CHECKSUM) != 0) pairs[kept++] = file->metadata[i];
    char other[80];
    snprintf(other, sizeof other, "%s.changed", path);
    assert_int_equal(mg__safetensors_write(ctx, other, tensors, count, pairs, kept), MG_OK);
    mg__safetensors_destroy(file);
    mg_clustering *c = mg_clustering_load(ctx, other);
    remove(other);
    if (c) fail_msg("'%s' was changed (%d), and nobody noticed", name, change);
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    assert_non_null(strstr(mg_context_message(ctx), name));
    mg_context_clear(ctx);
}

static void a_file_whose_network_is_damaged_is_refused(void **state) {
    (void)state;
    static const char *const names[] = { "code_centre", "code_scale", "dense1.weight", "dense1.bias",   "dense2.weight",
                                         "code.weight", "code.gain",  "code.mean",     "code.variance", "code.bias" };
    mg_dataset *dataset = few_rows(ctx);
    mg_clustering *c = deep_of(ctx, dataset, NULL, 2, 0);
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (int change = 0; change < 3; change++) write_changed(names[i], change);
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
}

static bool fit_once(mg_context *context, void *user) {
    static float x[20 * 6], code[20 * 2];
    (void)user;
    double mean[6] = { 0 }, error;
    mg__points points = bent_plane(context, 20, x, mean);
    mg__autoencoder_options options = quick;
    options.passes = 2, options.noise = 0.1;
    mg__autoencoder a;
    mg_status status = mg__autoencoder_fit(&points, &options, &a);
    if (status == MG_OK) status = mg__autoencoder_encode(&a, &points, code);
    if (status == MG_OK) status = mg__autoencoder_error(&a, &points, &error);
    mg__autoencoder_close(&a);
    return status == MG_OK;
}

static void lives_without_memory(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(fit_once, NULL) > 100);
}

static bool cluster_once(mg_context *context) {
    mg_dataset *dataset = few_rows(context);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "deep", options.k = 2, options.iterations = 1;
    mg_clustering *c = dataset ? mg_cluster(context, dataset, &options) : NULL;
    bool done = c != NULL;
    mg_clustering_destroy(c);
    mg_dataset_destroy(dataset);
    return done;
}

/* Each takes a training: every 11th allocation stands for all. */
static void clusters_without_memory(void **state) {
    (void)state;
    bool failed = true;
    for (size_t nth = 1; failed; nth += 11) {
        failing_allocator memory = { .fail_at = nth };
        mg_context *context = failing_allocator_context(&memory);
        bool done = context && cluster_once(context);
        failed = memory.failures > 0;
        if (context && !done) assert_int_equal(mg_context_status(context), MG_OUT_OF_MEMORY);
        if (!failed) assert_true(done);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
        assert_int_equal(memory.mistakes, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rebuilds_what_follows_from_as_many_numbers_as_its_code_has),
        cmocka_unit_test(a_code_does_not_depend_on_the_rows_beside_it),
        cmocka_unit_test(units_of_the_rows_change_no_code),
        cmocka_unit_test(images_are_level_and_varied_within_bounds),
        cmocka_unit_test(says_where_numbers_are_too_large),
        cmocka_unit_test(two_numbers_tell_more_than_two_principal_components),
        cmocka_unit_test(other_rows_have_their_place_too),
        cmocka_unit_test(an_encoder_may_have_convolutions),
        cmocka_unit_test(an_embedding_ends_when_it_is_told_to),
        cmocka_unit_test(digits_fall_into_their_groups),
        cmocka_unit_test(how_far_it_is_is_told),
        cmocka_unit_test(small_tables_have_groups_too),
        cmocka_unit_test(probabilities_are_those_of_the_labels_and_come_back_from_a_file),
        cmocka_unit_test(gives_the_same_bits_with_any_number_of_threads),
        cmocka_unit_test(no_group_is_empty),
        cmocka_unit_test(a_file_whose_network_is_damaged_is_refused),
        cmocka_unit_test(lives_without_memory),
        cmocka_unit_test(clusters_without_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
