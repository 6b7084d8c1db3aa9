/* A radius for DBSCAN from the data: distances to the min_points-th nearest row, in order, are flat where rows are dense and rise
 * where they are alone. Where the curve lies farthest below the line between its ends is the bend (Satopää et al. 2011). */
#include "cluster/dbscan.h"
#include "cluster/scores.h"

#include "interop/sort.h"

#include <string.h>

#define SAMPLE_ROWS 1000
#define RISING      0.98 /* beyond this share of the rows distances are of rows so far out that they would flatten the rest */

static int compare(const void *a, const void *b, const void *user) {
    double x = *(const double *)a, y = *(const double *)b;
    (void)user;
    return x < y ? -1 : x > y;
}

static double bend(const double *distance, int64_t count) {
    int64_t last = (int64_t)(RISING * (double)(count - 1) + 0.5), best = last;
    double rise = distance[last] - distance[0], most = 0;
    for (int64_t i = 0; i <= last && rise > 0; i++) {
        double below = (double)i / (double)last - (distance[i] - distance[0]) / rise;
        if (below > most) most = below, best = i;
    }
    while (distance[best] <= 0 && best < count - 1) best++; /* equal rows are no distance */
    return distance[best];
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
        for (int64_t i = 0; i < rows; i++)
            memcpy(x + i * p->columns, p->x + row[i] * p->columns, (size_t)p->columns * sizeof *x);
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
