/* How good groups are, from inside. */
#ifndef MG_CLUSTER_SCORES_H
#define MG_CLUSTER_SCORES_H

#include "cluster/method.h"

/* One way to group some rows, and its mean silhouette. */
typedef struct mg__labelling {
    const int32_t *label; /* [rows]; -1: none */
    int64_t k;
    double silhouette;
} mg__labelling;

/* Of several labellings of the same rows at once: distances are measured once. x: [columns, rows]. */
mg_status mg__silhouettes(mg_context *context, const double *x, int64_t rows, int64_t columns, mg__labelling *labelling,
                          int64_t count);

/* So many rows are looked at, of which some are drawn evenly: rows^2 columns is at most 2^30. */
int64_t mg__silhouette_rows(const mg__points *points);
/* Of all rows of the points, or of a sample of them; labels are those of all rows. */
mg_status mg__silhouettes_of_points(const mg__points *points, mg__labelling *labelling, int64_t count);
/* Davies-Bouldin and Calinski-Harabasz. */
mg_status mg__compactness(const mg__points *points, const int32_t *label, int64_t k, mg_cluster_scores *scores);

/* `count` rows of `rows`, ascending: one at random of each of `count` equal stretches. */
void mg__sample_rows(int64_t rows, int64_t count, uint64_t seed, int64_t *row);

#endif
