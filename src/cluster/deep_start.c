#include "cluster/deep_start.h"

#include "cluster/nearest_rows.h"
#include "cluster/prepare.h"
#include "cluster/scores.h"

#include <string.h>

enum { SAMPLE = 10000, STARTS = 20, NEAREST = 9, TURNS = 16 };

static mg_status take_sample(const mg__points *codes, uint64_t seed, mg__points *sample) {
    int64_t rows = codes->rows < SAMPLE ? codes->rows : SAMPLE, width = codes->columns;
    int64_t *row = mg__alloc_array(codes->context, (size_t)rows, sizeof *row);
    *sample = (mg__points){ .context = codes->context, .rows = rows, .columns = width };
    sample->x = mg__alloc_array(codes->context, (size_t)rows, (size_t)width * sizeof *sample->x);
    if (row && sample->x) {
        mg__sample_rows(codes->rows, rows, seed, row);
        for (int64_t i = 0; i < rows; i++)
            memcpy(sample->x + i * width, codes->x + row[i] * width, (size_t)width * sizeof *sample->x);
    }
    mg_status status = row && sample->x ? MG_OK : MG_OUT_OF_MEMORY;
    mg__free(codes->context, row);
    return status;
}

/* to_i = (from_i + sum over its nearest of from_j) / (nearest + 1) */
static void draw_together(const mg__nearest_rows *nearest, int64_t width, const float *from, float *to) {
    for (int64_t i = 0; i < nearest->rows; i++)
        for (int64_t c = 0; c < width; c++) {
            double sum = (double)from[i * width + c];
            for (int64_t n = 0; n < nearest->k; n++) sum += (double)from[nearest->row[i * nearest->k + n] * width + c];
            to[i * width + c] = (float)(sum / (double)(nearest->k + 1));
        }
}

static bool go_on(void *user, int64_t row, int64_t rows) {
    (void)user, (void)row, (void)rows;
    return true;
}

/* Few rows a group have too few neighbours in it. */
static mg_status smooth(const mg__points *sample, int64_t k, float *x) {
    int64_t most = sample->rows / (16 * k);
    size_t bytes = (size_t)(sample->rows * sample->columns) * sizeof *x;
    mg__nearest_rows nearest = { 0 };
    bool whole;
    memcpy(x, sample->x, bytes);
    if (most < 1) return MG_OK;
    float *next = mg__alloc(sample->context, bytes);
    mg_status status =
        next ? mg__nearest_rows_find(sample, most < NEAREST ? most : NEAREST, go_on, NULL, &nearest, &whole) : MG_OUT_OF_MEMORY;
    for (int turn = 0; turn < TURNS && status == MG_OK; turn++) {
        draw_together(&nearest, sample->columns, x, next);
        memcpy(x, next, bytes);
    }
    mg__nearest_rows_free(sample->context, &nearest);
    mg__free(sample->context, next);
    return status;
}

/* A group without rows keeps the centre that k-means gave it. */
static mg_status group(const mg__points *sample, mg__points *smoothed, int64_t k, uint64_t seed, double *centre) {
    int64_t width = sample->columns;
    mg_cluster_options options = mg_cluster_defaults();
    mg__found found = { 0 };
    int64_t *size = mg__alloc_array(sample->context, (size_t)k, sizeof *size);
    mg_status status = size ? mg__points_centre(smoothed) : MG_OUT_OF_MEMORY;
    options.seed = (int64_t)seed;
    options.starts = STARTS;
    if (status == MG_OK) status = mg__method_kmeans.fit(smoothed, &options, k, &found);
    for (int64_t i = 0; i < k * width && status == MG_OK; i++) centre[i] = found.centre[i] + smoothed->mean[i % width];
    for (int64_t row = 0; row < sample->rows && status == MG_OK; row++) {
        double *c = centre + found.label[row] * width, share = 1 / (double)++size[found.label[row]];
        for (int64_t i = 0; i < width; i++) c[i] += share * ((double)sample->x[row * width + i] - c[i]);
    }
    mg__found_free(sample->context, &mg__method_kmeans, &found);
    mg__free(sample->context, size);
    return status;
}

mg_status mg__deep_start(const mg__points *codes, int64_t k, uint64_t seed, double *centre) {
    mg__points sample, smoothed;
    mg_status status = take_sample(codes, seed, &sample);
    smoothed = sample;
    smoothed.x = mg__alloc_array(codes->context, (size_t)sample.rows, (size_t)sample.columns * sizeof *smoothed.x);
    if (!smoothed.x) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = smooth(&sample, k, smoothed.x);
    if (status == MG_OK) status = group(&sample, &smoothed, k, seed, centre);
    mg__free(codes->context, sample.x);
    mg__free(codes->context, smoothed.x);
    mg__free(codes->context, smoothed.mean);
    return status;
}
