/* Reads what tests/cluster/record_densities.py recorded. */
#ifndef MG_TEST_DENSITIES_H
#define MG_TEST_DENSITIES_H

#include "cluster/method.h"

#include <string.h>

/* Points whose mean is 0 as far as they know. */
static mg__points read_points(mg_context *context, FILE *file, int64_t rows, int64_t columns) {
    mg__points p = { .context = context, .rows = rows, .columns = columns };
    p.x = calloc((size_t)(rows * columns), sizeof *p.x);
    p.mean = calloc((size_t)columns, sizeof *p.mean);
    assert_non_null(p.x);
    assert_non_null(p.mean);
    for (int64_t i = 0; i < rows * columns; i++) assert_int_equal(fscanf(file, "%f", &p.x[i]), 1);
    return p;
}

static void free_points(mg__points *p) {
    free(p->x);
    free(p->mean);
}

static void read_numbers(FILE *file, double *out, int64_t count) {
    for (int64_t i = 0; i < count; i++) assert_int_equal(fscanf(file, "%lf", &out[i]), 1);
}

/* The same groups, whatever their numbers; what is below 0 is in none. */
static void assert_same_groups(const int32_t *label, const double *recorded, int64_t rows) {
    for (int64_t i = 0; i < rows; i++) {
        if ((label[i] < 0) != (recorded[i] < 0))
            fail_msg("row %lld: in group %d, recorded %g", (long long)i, label[i], recorded[i]);
        for (int64_t j = 0; j < i; j++)
            if ((label[i] == label[j]) != (recorded[i] == recorded[j]))
                fail_msg("rows %lld and %lld: groups %d and %d, recorded %g and %g", (long long)j, (long long)i, label[j],
                         label[i], recorded[j], recorded[i]);
    }
}

static void assert_near(double got, double wanted) {
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

#endif
