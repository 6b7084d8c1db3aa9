/* Nanoseconds an element of the tile kernels, a tile of 512 in the first cache: one line a kernel, one column an instruction set
 * and dtype. The best of several rounds, so that a stolen core does not count.
 *
 *     bench/vecmath [name of one kernel] */
#define _POSIX_C_SOURCE 200809L

#include "backend/cpu/tile.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

static double a[2 * MG__TILE], b[2 * MG__TILE], c[2 * MG__TILE], out[2 * MG__TILE];

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

typedef void job(const mg__tile_kernels *kernels, int row);

static void scalar_job(const mg__tile_kernels *kernels, int row) { kernels->scalar[row][0](out, a, b, c, MG__TILE); }
static void tail_job(const mg__tile_kernels *kernels, int row) { /* rows of 7 */
    for (int i = 0; i + 7 <= MG__TILE; i += 7) kernels->scalar[row][0]((float *)out + i, (float *)a + i, b, c, 7);
}
static void sum_rows_job(const mg__tile_kernels *kernels, int columns) { kernels->sum_rows(out, a, MG__TILE / columns, columns); }
static void max_rows_job(const mg__tile_kernels *kernels, int columns) { kernels->max_rows(out, a, MG__TILE / columns, columns); }
static void argmax_rows_job(const mg__tile_kernels *kernels, int columns) {
    kernels->argmax_rows((int32_t *)out, a, MG__TILE / columns, columns);
}
static void add_columns_job(const mg__tile_kernels *kernels, int columns) {
    kernels->add_columns(out, a, MG__TILE / columns, columns);
}
static void expand_rows_job(const mg__tile_kernels *kernels, int columns) {
    kernels->expand_rows(out, a, 1, MG__TILE / columns, columns);
}
static void expand_columns_job(const mg__tile_kernels *kernels, int columns) {
    kernels->expand_columns(out, a, MG__TILE / columns, columns);
}
static void transposed_job(const mg__tile_kernels *kernels, int columns) {
    kernels->load_strided(out, a, 1, MG__TILE / columns, MG__TILE / columns, columns);
}
static const mg__stream stream = { 1, 2, 3 };
static void uniform_job(const mg__tile_kernels *kernels, int row) { kernels->uniform(out, &stream, (uint64_t)row, 0, MG__TILE); }
static void normal_job(const mg__tile_kernels *kernels, int row) { kernels->normal(out, &stream, (uint64_t)row, 0, MG__TILE); }

static double nanoseconds(job *work, const mg__tile_kernels *kernels, int argument) {
    double best = 1e9;
    int repeats = 20;
    for (int round = 0; round < 8; round++) {
        const double start = seconds();
        for (int i = 0; i < repeats; i++) work(kernels, argument);
        const double spent = seconds() - start;
        if (spent / repeats < best) best = spent / repeats;
        if (spent < 5e-4) repeats *= 2;
    }
    return 1e9 * best / MG__TILE;
}

static void line(const char *name, job *work, int argument, const char *only) {
    if (only && strcmp(name, only) != 0) return;
    printf("%-18s", name);
    for (int dtype = MG_F32; dtype <= MG_F64; dtype++)
        for (int isa = 0; isa < MG__ISAS; isa++) {
            if (!mg__isa_available((mg__isa)isa)) continue;
            for (int i = 0; i < 2 * MG__TILE; i++) {
                const double x = 0.01 + 0.017 * (i * 37 % MG__TILE);
                if (dtype == MG_F32)
                    ((float *)a)[i] = (float)x, ((float *)b)[i] = (float)(x / 3), ((float *)c)[i] = (float)x;
                else
                    a[i] = x, b[i] = x / 3, c[i] = x;
            }
            printf(" %8.3f", nanoseconds(work, mg__tile_kernels_for((mg__isa)isa, (mg_dtype)dtype), argument));
        }
    printf("\n");
}

int main(int count, char **arguments) {
    const char *only = count > 1 ? arguments[1] : NULL;
    printf("%-18s", "ns an element");
    for (int dtype = MG_F32; dtype <= MG_F64; dtype++)
        for (int isa = 0; isa < MG__ISAS; isa++)
            if (mg__isa_available((mg__isa)isa)) printf(" %s/%s", mg__isa_name((mg__isa)isa), dtype == MG_F32 ? "32" : "64");
    printf("\n");
    for (int row = 0; row < MG__SCALARS; row++) line(mg__scalars[row].name, scalar_job, row, only);
    line("add, 7 at a time", tail_job, MG__SCALAR_add, only);
    line("exp, 7 at a time", tail_job, MG__SCALAR_exp, only);
    line("sum_rows 10", sum_rows_job, 10, only);
    line("sum_rows 512", sum_rows_job, 512, only);
    line("max_rows 10", max_rows_job, 10, only);
    line("max_rows 512", max_rows_job, 512, only);
    line("argmax_rows 10", argmax_rows_job, 10, only);
    line("argmax_rows 512", argmax_rows_job, 512, only);
    line("add_columns 10", add_columns_job, 10, only);
    line("add_columns 128", add_columns_job, 128, only);
    line("expand_rows 10", expand_rows_job, 10, only);
    line("expand_rows 128", expand_rows_job, 128, only);
    line("expand_columns 10", expand_columns_job, 10, only);
    line("transposed 16", transposed_job, 16, only);
    line("uniform", uniform_job, 0, only);
    line("normal", normal_job, 0, only);
    return 0;
}
