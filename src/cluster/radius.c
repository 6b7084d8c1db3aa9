/* A radius for DBSCAN from the data: distances to the min_points-th nearest row, in order, are flat where rows are dense and rise
 * steeply where they are alone. The radius is where the rise begins: the last distance that is no outlier by Tukey's fence
 * (1977), the upper quartile and 1.5 times what lies between the quartiles. (The bend as the place farthest below the line
 * between the curve's ends is smaller, and breaks evenly dense groups into pieces.) */
#include "cluster/dbscan.h"
#include "cluster/scores.h"

#include "interop/sort.h"

#include <string.h>

#define SAMPLE_ROWS 1000
#define FENCE       1.5

static int compare(const void *a, const void *b, const void *user) {
    double x = *(const double *)a, y = *(const double *)b;
    (void)user;
    return x < y ? -1 : x > y;
}

/* Linear between the values about it, as numpy's quantile. */
static double quantile(const double *sorted, int64_t count, double share) {
    double at = share * (double)(count - 1);
    int64_t below = (int64_t)at, above = below + 1 < count ? below + 1 : below;
    return sorted[below] + (at - (double)below) * (sorted[above] - sorted[below]);
}

static double bend(const double *sorted, int64_t count) {
    double low = quantile(sorted, count, 0.25), high = quantile(sorted, count, 0.75), fence = high + FENCE * (high - low);
    int64_t at = count - 1;
    while (at > 0 && sorted[at] > fence) at--;
    while (at < count - 1 && sorted[at] <= 0) at++; /* equal rows are no distance */
    return sorted[at];
}

mg_status mg__suggest_radius(const mg__points *p, const mg__neighbours *n, int64_t min_points, int64_t seed, double *radius,
                             int64_t *sampled) {
    mg_context *context = p->context;
    int64_t rows = p->rows < SAMPLE_ROWS ? p->rows : SAMPLE_ROWS;
    int64_t *row = mg__alloc_array(context, (size_t)rows, sizeof *row);
    float *x = mg__alloc_array(context, (size_t)rows, (size_t)p->columns * sizeof *x);
    double *distance = mg__alloc_array(context, (size_t)rows, sizeof *distance);
    mg_status status = row && x && distance ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        mg__sample_rows(p->rows, rows, (uint64_t)seed, row);
        for (int64_t i = 0; i < rows; i++) memcpy(x + i * p->columns, p->x + row[i] * p->columns, (size_t)p->columns * sizeof *x);
        status = mg__neighbours_distance(n, x, rows, min_points < p->rows ? min_points : p->rows, distance);
    }
    if (status == MG_OK) {
        mg__sort(distance, (size_t)rows, sizeof *distance, compare, NULL);
        *radius = bend(distance, rows);
        *sampled = rows;
    }
    mg__free(context, row);
    mg__free(context, x);
    mg__free(context, distance);
    return status;
}
