/* The file of a clustering: what was made comes back, and damage is refused. */
#define _POSIX_C_SOURCE 200809L
#include <micrograd/cluster.h>
#include <micrograd/model.h>

#include "interop/safetensors.h"

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

static mg_context *ctx;
static mg_dataset *iris;
static char path[64];

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    iris = mg_dataset_read(ctx, MG__SOURCE_DIR "/data/iris.csv", NULL);
    snprintf(path, sizeof path, "/tmp/clustering-%ld.safetensors", (long)getpid());
    return ctx == NULL || iris == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_dataset_destroy(iris);
    mg_context_destroy(ctx);
    remove(path);
    return 0;
}

static mg_clustering *saved(const char *method) {
    mg_cluster_options options = mg_cluster_defaults();
    options.truth = "species", options.method = method, options.k_high = 5;
    mg_clustering *c = mg_cluster(ctx, iris, &options);
    if (!c) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_clustering_save(c, path), MG_OK);
    return c;
}

static void same(double a, double b) {
    if (!(a == b || (isnan(a) && isnan(b)))) fail_msg("%.17g is not %.17g", a, b);
}

static void what_was_saved_comes_back(void **state) {
    (void)state;
    for (int m = 0; mg_cluster_method_name(m); m++) {
        mg_clustering *made = saved(mg_cluster_method_name(m)), *loaded = mg_clustering_load(ctx, path);
        if (!loaded) fail_msg("%s", mg_context_message(ctx));
        const mg_clustering_result *a = mg_clustering_result_of(made), *b = mg_clustering_result_of(loaded);
        assert_string_equal(a->method, b->method);
        assert_int_equal(a->k, b->k);
        assert_int_equal(a->rows, b->rows);
        assert_int_equal(a->trials, b->trials);
        assert_string_equal(a->scale, b->scale);
        assert_string_equal(a->scale_reason, b->scale_reason);
        if (a->k_reason) assert_string_equal(a->k_reason, b->k_reason);
        assert_null(b->label);
        same(a->inertia, b->inertia);
        same(a->scores.silhouette, b->scores.silhouette);
        same(a->agreement.ari, b->agreement.ari);
        for (int64_t j = 0; j < a->k; j++) {
            assert_int_equal(a->size[j], b->size[j]);
            mg_cluster_trait x[4], y[4];
            assert_int_equal(mg_clustering_traits(made, j, x, 4), 4);
            assert_int_equal(mg_clustering_traits(loaded, j, y, 4), 4);
            assert_string_equal(x[0].column, y[0].column);
            same(x[0].value, y[0].value);
        }
        for (int64_t t = 0; t < a->trials; t++) same(a->trial[t].gap, b->trial[t].gap);
        int32_t mine[150], its[150];
        assert_int_equal(mg_clustering_assign(made, iris, mine, NULL), MG_OK);
        assert_int_equal(mg_clustering_assign(loaded, iris, its, NULL), MG_OK);
        assert_memory_equal(mine, its, sizeof mine);
        mg_clustering_destroy(made);
        mg_clustering_destroy(loaded);
    }
}

static void traits_are_in_the_units_of_the_data(void **state) {
    (void)state;
    mg_clustering *c = saved("kmeans"); /* 2 groups: setosa and the rest */
    mg_cluster_trait trait[4];
    assert_int_equal(mg_clustering_traits(c, 1, trait, 4), 4);
    assert_string_equal(trait[0].column, "petal_length_cm");
    assert_true(fabs(trait[0].value - 1.462) < 1e-5);
    assert_true(fabs(trait[0].usual - 3.758) < 1e-5);
    assert_true(trait[0].apart < -1 && fabs(trait[1].apart) <= fabs(trait[0].apart));
    mg_clustering_destroy(c);
}

static char *read_bytes(size_t *length) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *bytes = malloc(100000);
    assert_non_null(bytes);
    *length = fread(bytes, 1, 100000, file);
    fclose(file);
    return bytes;
}

static void write_bytes(const char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void any_damaged_byte_is_refused(void **state) {
    (void)state;
    mg_clustering_destroy(saved("kmeans"));
    size_t length;
    char *bytes = read_bytes(&length);
    assert_true(length > 500);
    for (size_t i = 0; i < length; i += 7) {
        char was = bytes[i];
        bytes[i] = (char)(bytes[i] ^ 1);
        write_bytes(bytes, length);
        mg_clustering *c = mg_clustering_load(ctx, path);
        if (c) fail_msg("byte %zu of %zu was changed, and nobody noticed", i, length);
        assert_true(mg_context_status(ctx) == MG_FORMAT);
        bytes[i] = was;
    }
    for (size_t i = 0; i < length; i += 61) {
        write_bytes(bytes, i);
        assert_null(mg_clustering_load(ctx, path));
    }
    free(bytes);
}

/* Whole by its checksum, and yet wrong. */
static void a_file_that_contradicts_itself_is_refused(void **state) {
    (void)state;
    static const struct {
        const char *from, *to, *says;
    } changes[] = {
        { "\"method\":\"kmeans\"", "\"method\":\"kmeanz\"", "method" },
        { "\"sizes\":[100,50]", "\"sizes\":[100,50,1]", "sizes" },
        { "\"order\":[", "\"order\":[7,", "sizes" },
        { "\"sizes\":[100,50]", "\"sizes\":[-1,50]", "sizes" },
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        mg_clustering_destroy(saved("kmeans"));
        mg__safetensors *file = mg__safetensors_read(ctx, path);
        assert_non_null(file);
        mg__pair pair[16];
        size_t count = 0;
        char *changed = NULL;
        for (size_t p = 0; p < file->metadata_count; p++) {
            if (!strcmp(file->metadata[p].key, MG__SAFETENSORS_CHECKSUM)) continue;
            pair[count] = file->metadata[p];
            const char *at = strstr(pair[count].value, changes[i].from);
            if (at) {
                size_t size = strlen(pair[count].value) + 64;
                changed = malloc(size);
                assert_non_null(changed);
                snprintf(changed, size, "%.*s%s%s", (int)(at - pair[count].value), pair[count].value, changes[i].to,
                         at + strlen(changes[i].from));
                pair[count].value = changed;
            }
            count++;
        }
        if (!changed) fail_msg("the file does not hold %s", changes[i].from);
        assert_int_equal(mg__safetensors_write(ctx, path, file->tensors, file->tensor_count, pair, count), MG_OK);
        assert_null(mg_clustering_load(ctx, path));
        assert_int_equal(mg_context_status(ctx), MG_FORMAT);
        assert_non_null(strstr(mg_context_message(ctx), changes[i].says));
        mg__safetensors_destroy(file);
        free(changed);
    }
}

static void kinds_of_files_are_told_apart(void **state) {
    (void)state;
    const char *kind;
    mg_clustering_destroy(saved("kmeans"));
    assert_int_equal(mg_file_kind(ctx, path, &kind), MG_OK);
    assert_string_equal(kind, "clustering");
    assert_null(mg_model_load(ctx, path));
    assert_non_null(strstr(mg_context_message(ctx), "holds a clustering, not a network"));
    const mg__pair later[] = { { MG__SAFETENSORS_KIND, "poem" } };
    assert_int_equal(mg__safetensors_write(ctx, path, NULL, 0, later, 1), MG_OK);
    assert_int_equal(mg_file_kind(ctx, path, &kind), MG_FORMAT);
    assert_non_null(strstr(mg_context_message(ctx), "poem"));
    assert_null(mg_clustering_load(ctx, path));
    assert_int_equal(mg__safetensors_write(ctx, path, NULL, 0, NULL, 0), MG_OK);
    assert_int_equal(mg_file_kind(ctx, path, &kind), MG_OK);
    assert_string_equal(kind, "network");
    assert_null(mg_clustering_load(ctx, path));
    assert_int_equal(mg_file_kind(ctx, "/nowhere", &kind), MG_FILE);
}

static bool load_once(mg_context *context, void *user) {
    (void)user;
    mg_clustering *c = mg_clustering_load(context, path);
    mg_cluster_trait trait[2];
    bool done = c && mg_clustering_traits(c, 0, trait, 2) == 4;
    mg_clustering_destroy(c);
    return done;
}

static void survives_every_allocation_that_fails(void **state) {
    (void)state;
    mg_clustering_destroy(saved("kmeans"));
    assert_true(failing_allocator_exhaust(load_once, NULL) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_saved_comes_back),     cmocka_unit_test(traits_are_in_the_units_of_the_data),
        cmocka_unit_test(any_damaged_byte_is_refused),   cmocka_unit_test(a_file_that_contradicts_itself_is_refused),
        cmocka_unit_test(kinds_of_files_are_told_apart), cmocka_unit_test(survives_every_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
