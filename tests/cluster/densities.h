/* What tests of mixtures, hierarchies and DBSCAN share: a context, numbers, and what tests/cluster/record_densities.py recorded.
 */
#ifndef MG_TEST_DENSITIES_H
#define MG_TEST_DENSITIES_H

#include "cluster/method.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* Reproducible numbers of the tests' own: 0 .. 1. */
static double next_number(uint32_t *state) {
    *state = *state * 1664525u + 1013904223u;
    return (double)(*state >> 8) / (double)(1 << 24);
}

/* --- recorded cases --------------------------------------------------------------------------------------- */

/* Points whose mean is 0 as far as they know. */
static inline mg__points read_points(mg_context *context, FILE *file, int64_t rows, int64_t columns) {
    mg__points p = { .context = context, .rows = rows, .columns = columns };
    p.x = calloc((size_t)(rows * columns), sizeof *p.x);
    p.mean = calloc((size_t)columns, sizeof *p.mean);
    assert_non_null(p.x);
    assert_non_null(p.mean);
    for (int64_t i = 0; i < rows * columns; i++) assert_int_equal(fscanf(file, "%f", &p.x[i]), 1);
    return p;
}

static inline void free_points(mg__points *p) {
    free(p->x);
    free(p->mean);
}

static inline void read_numbers(FILE *file, double *out, int64_t count) {
    for (int64_t i = 0; i < count; i++) assert_int_equal(fscanf(file, "%lf", &out[i]), 1);
}

/* The same groups, whatever their numbers; what is below 0 is in none. */
static inline void assert_same_groups(const int32_t *label, const double *recorded, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        if ((label[i] < 0) != (recorded[i] < 0))
            fail_msg("row %lld: in group %d, recorded %g", (long long)i, label[i], recorded[i]);
        for (int64_t j = 0; j < i; j++)
            if ((label[i] == label[j]) != (recorded[i] == recorded[j]))
                fail_msg("rows %lld and %lld: groups %d and %d, recorded %g and %g", (long long)j, (long long)i, label[j],
                         label[i], recorded[j], recorded[i]);
    }
}

static inline void assert_near(double got, double wanted) {
    if (!(fabs(got - wanted) <= 1e-9 * fmax(1, fabs(wanted)))) fail_msg("%.17g is not %.17g", got, wanted);
}

/* To the next case of a kind; false: there is none. */
static bool next_case(FILE *file, const char *kind) {
    char line[65536];
    size_t length = strlen(kind);
    for (long at = ftell(file); fgets(line, sizeof line, file); at = ftell(file))
        if (strncmp(line, kind, length) == 0 && line[length] == ' ') return fseek(file, at + (long)length, SEEK_SET) == 0;
    return false;
}

/* Does `check` with the file at each case of a kind, of which there are so many. */
static void each_case(const char *kind, int wanted, void (*check)(FILE *)) {
    FILE *file = fopen(MG__SOURCE_DIR "/tests/cluster/densities.txt", "r");
    assert_non_null(file);
    int cases = 0;
    for (; next_case(file, kind); cases++) check(file);
    assert_int_equal(cases, wanted);
    fclose(file);
}

/* --- files ------------------------------------------------------------------------------------------------ */

/* Writes a file whose tensor `name` is another one, or none (instead NULL), and loads it: it is refused. */
static inline void assert_change_is_refused(const mg__safetensors *file, const char *path, const char *name,
                                            const mg__safetensor *instead) {
    mg__safetensor tensor[16];
    mg__pair pair[16];
    size_t pairs = 0, count = 0, found = 0;
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, MG__SAFETENSORS_CHECKSUM) != 0) pair[pairs++] = file->metadata[i];
    for (size_t i = 0; i < file->tensor_count; i++) {
        bool other = strcmp(file->tensors[i].name, name) == 0;
        found += other;
        if (!other || instead) tensor[count++] = other ? *instead : file->tensors[i];
    }
    assert_int_equal(found, 1);
    assert_int_equal(mg__safetensors_write(ctx, path, tensor, count, pair, pairs), MG_OK);
    assert_null(mg_clustering_load(ctx, path));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
}

#endif
