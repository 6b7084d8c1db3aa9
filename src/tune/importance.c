/* PED-ANOVA. For one dimension, with p the density of all trials that have it and q that of those of them among the best, both on
 * a grid of at most 50 values:
 *
 *     importance = a^2 / b  sum over the grid of p (q / p - 1)^2
 *
 * a, b: the shares of the best, and of all, that have the dimension. Densities are mixtures of a kernel a value, and an even or
 * wide one of weight 1, which keeps few trials from saying much; constants as in Optuna 5. */
#include "tune/importance.h"

#include "interop/sort.h"

#include <math.h>

enum { LEAST = 4, GRID = 50, CELLS = MG_CHOICES_MOST > GRID ? MG_CHOICES_MOST : GRID };

/* --- the grid ---------------------------------------------------------------------------------------- */

static int cells_of(const mg_dimension *d) {
    if (d->kind == MG_DIMENSION_CHOICE) return d->words;
    if (d->kind == MG_DIMENSION_REAL) return GRID;
    const double values = d->high - d->low + 1, cells = d->log ? ceil(log(values) / log(2)) + 1 : values;
    return cells < GRID ? (int)cells : GRID;
}

static int cell_of(const mg_dimension *d, double value, int cells) {
    if (d->kind == MG_DIMENSION_CHOICE) return (int)value;
    const double low = d->log ? log(d->low) : d->low, high = d->log ? log(d->high) : d->high;
    const double cell = ceil(((d->log ? log(value) : value) - low) / ((high - low) / (cells - 1)) - 0.5);
    return cell < 0 ? 0 : cell > cells - 1 ? cells - 1 : (int)cell;
}

/* --- densities on it --------------------------------------------------------------------------------- */

/* Scott's rule with the quartiles' distance, at least so wide that nine tenths of a kernel are in its cell. */
static double kernel_width(const double *count, int cells, double all) {
    double mean = 0, square = 0, before = 0;
    int first = -1, third = -1, last = 0;
    for (int c = 0; c < cells; c++) mean += c * count[c] / all;
    for (int c = 0; c < cells; c++) {
        if (count[c] == 0) continue;
        square += count[c] * (c - mean) * (c - mean);
        before += count[c];
        if (first < 0 && before >= floor(all / 4)) first = c;
        if (third < 0 && before > floor(all * 3 / 4)) third = c;
        last = c;
    }
    const double quartiles = (third < 0 ? last : third) - first;
    const double width = 1.059 * fmin(quartiles / 1.34, sqrt(square / fmax(1, all - 1))) * pow(all, -0.2);
    return fmax(width, 0.5 / 1.64);
}

static double normal(double z) { return 0.5 * erfc(-z * 0.70710678118654752440); }

static void add_normal(double *density, int cells, double weight, double middle, double width) {
    const double all = normal((cells - 0.5 - middle) / width) - normal((-0.5 - middle) / width);
    for (int c = 0; c < cells; c++)
        density[c] += weight / all * (normal((c + 0.5 - middle) / width) - normal((c - 0.5 - middle) / width));
}

/* count: trials in each cell. */
static void density_of(const mg_dimension *d, const double *count, int cells, double *density) {
    double all = 0;
    int kernels = 1;
    for (int c = 0; c < cells; c++) {
        all += count[c];
        kernels += count[c] > 0;
        density[c] = 1e-12;
    }
    const bool words = d->kind == MG_DIMENSION_CHOICE;
    const double width = words ? 0 : kernel_width(count, cells, all), share = 1.0 / kernels;
    for (int k = 0; k < cells; k++) {
        const double weight = count[k] / (all + 1);
        if (weight == 0) continue;
        if (!words) add_normal(density, cells, weight, k, width);
        for (int c = 0; words && c < cells; c++) density[c] += weight * (share + (c == k)) / (1 + cells * share);
    }
    if (!words) add_normal(density, cells, 1 / (all + 1), (cells - 1) / 2.0, cells);
    for (int c = 0; words && c < cells; c++) density[c] += 1 / (all + 1) / cells;
}

/* --- importance -------------------------------------------------------------------------------------- */

static double one_importance(const mg_space *space, int dimension, const mg_trial *const *complete, int64_t count,
                             const bool *best, int64_t bests) {
    const mg_dimension *d = mg_space_dimension(space, dimension);
    const int cells = cells_of(d);
    double of_all[CELLS] = { 0 }, of_best[CELLS] = { 0 }, all = 0, better = 0, p[CELLS], q[CELLS], sum = 0;
    for (int64_t t = 0; t < count; t++) {
        const double value = complete[t]->point[dimension];
        if (isnan(value)) continue;
        const int cell = cell_of(d, value, cells);
        of_all[cell]++;
        all++;
        of_best[cell] += best[t];
        better += best[t];
    }
    if (all < 2 || better == 0) return 0;
    density_of(d, of_all, cells, p);
    density_of(d, of_best, cells, q);
    for (int c = 0; c < cells; c++) sum += p[c] * (q[c] / p[c] - 1) * (q[c] / p[c] - 1);
    const double a = better / (double)bests, b = all / (double)count;
    return a * a / b * sum;
}

static int ascending(const void *a, const void *b, const void *user) {
    const double x = *(const double *)a, y = *(const double *)b;
    (void)user;
    return (x > y) - (x < y);
}

mg_status mg__study_importance(mg_context *context, const mg_space *space, const mg_trial *const *complete, int64_t count,
                               bool maximise, double *importance) {
    if (count < LEAST)
        return mg__fail(context, MG_INVALID, "importance: %lld complete trials; wanted at least %d", (long long)count,
                        (int)LEAST);
    const int dimensions = mg_space_dimensions(space);
    double *loss = mg__alloc_array(context, (size_t)count, sizeof *loss), sum = 0;
    bool *best = mg__alloc_array(context, (size_t)count, sizeof *best);
    const mg_status status = loss && best ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        for (int64_t t = 0; t < count; t++) loss[t] = maximise ? -complete[t]->value : complete[t]->value;
        mg__sort(loss, (size_t)count, sizeof *loss, ascending, NULL);
        const double last = loss[(count + 9) / 10 - 1];
        int64_t bests = 0;
        for (int64_t t = 0; t < count; t++) bests += best[t] = (maximise ? -complete[t]->value : complete[t]->value) <= last;
        for (int i = 0; i < dimensions; i++) sum += importance[i] = one_importance(space, i, complete, count, best, bests);
        for (int i = 0; i < dimensions; i++) importance[i] = sum > 0 ? importance[i] / sum : 1.0 / dimensions;
    }
    mg__free(context, loss);
    mg__free(context, best);
    return status;
}
