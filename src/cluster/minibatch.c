/* k-means on mini-batches (Sculley 2010): a step draws some rows, gives each its nearest centre, and moves each centre towards
 * its rows by 1 / (rows it has had so far): centres are running means. */
#include "cluster/minibatch.h"
#include "base/random.h"
#include "cluster/clustering.h"
#include "cluster/kmeans_start.h"

#include <math.h>
#include <string.h>

#define PATIENCE 10 /* steps without a better mean */

mg_status mg__minibatch_open(mg__minibatch *m, mg_context *context, int64_t k, int64_t columns) {
    *m = (mg__minibatch){ .context = context, .k = k, .columns = columns, .average = NAN, .best = INFINITY };
    size_t size = 0;
    if (!mg__size_multiply((size_t)k, (size_t)columns, &size)) return mg__fail_memory(context, SIZE_MAX);
    m->centre = mg__alloc_array(context, size, sizeof *m->centre);
    m->count = mg__alloc_array(context, (size_t)k, sizeof *m->count);
    return m->centre && m->count ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__minibatch_close(mg__minibatch *m) {
    mg__free(m->context, m->centre);
    mg__free(m->context, m->count);
    mg__free(m->context, m->label);
}

static mg_status reserve(mg__minibatch *m, int64_t rows) {
    if (rows <= m->room) return MG_OK;
    mg__free(m->context, m->label);
    m->label = mg__alloc_array(m->context, (size_t)rows, sizeof *m->label);
    m->room = m->label ? rows : 0;
    return m->label ? MG_OK : MG_OUT_OF_MEMORY;
}

/* A centre that no row has been nearest to yet moves to the row that is farthest from its own. */
static void revive(mg__minibatch *m, const mg__points *batch) {
    for (int64_t j = 0; j < m->k; j++) {
        if (m->count[j] > 0) continue;
        int64_t farthest = -1;
        double most = 0;
        for (int64_t row = 0; row < batch->rows; row++) {
            double square = 0;
            for (int64_t i = 0; i < m->columns; i++) {
                double off = (double)batch->x[row * m->columns + i] - m->centre[m->label[row] * m->columns + i];
                square += off * off;
            }
            if (square > most) most = square, farthest = row;
        }
        if (farthest < 0) continue;
        m->label[farthest] = (int32_t)j;
        m->count[j] = 1;
        for (int64_t i = 0; i < m->columns; i++) m->centre[j * m->columns + i] = (double)batch->x[farthest * m->columns + i];
    }
}

mg_status mg__minibatch_step(mg__minibatch *m, const mg__points *batch) {
    double within = 0;
    mg_status status = reserve(m, batch->rows);
    if (status == MG_OK) status = mg__assign_nearest(batch, m->k, m->centre, m->label);
    if (status != MG_OK) return status;
    for (int64_t row = 0; row < batch->rows; row++) {
        double *centre = m->centre + m->label[row] * m->columns, rate = 1 / (double)++m->count[m->label[row]];
        for (int64_t i = 0; i < m->columns; i++) {
            double off = (double)batch->x[row * m->columns + i] - centre[i];
            within += off * off;
            centre[i] += rate * off;
        }
    }
    revive(m, batch);
    m->steps++;
    m->last = within / (double)batch->rows;
    return MG_OK;
}

bool mg__minibatch_settled(mg__minibatch *m, double weight) {
    m->average = isnan(m->average) ? m->last : m->average + weight * (m->last - m->average);
    m->waited = m->average < m->best ? 0 : m->waited + 1;
    m->best = fmin(m->best, m->average);
    return m->waited >= PATIENCE;
}

/* --- the method -------------------------------------------------------------------------------------- */

static void draw(const mg__points *points, const mg__stream *stream, mg__points *batch) {
    for (int64_t i = 0; i < batch->rows; i++) {
        int64_t row = (int64_t)mg__random_below(stream, (uint64_t)i, (uint64_t)points->rows);
        memcpy(batch->x + i * points->columns, points->x + row * points->columns, (size_t)points->columns * sizeof *points->x);
    }
}

/* The best of the starts, all on the same drawn rows and judged by them. */
static mg_status begin(mg__minibatch *m, const mg__points *sample, const mg_cluster_options *options) {
    double least = INFINITY, *best = mg__alloc_array(m->context, (size_t)m->k, (size_t)m->columns * sizeof *best);
    int32_t *label = mg__alloc_array(m->context, (size_t)sample->rows, sizeof *label);
    mg_status status = best && label ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t start = 0; start < options->starts && status == MG_OK; start++) {
        status = mg__kmeans_start(sample, m->k, (uint64_t)options->seed, (uint64_t)start, m->centre);
        if (status == MG_OK) status = mg__assign_nearest(sample, m->k, m->centre, label);
        const mg__found found = { .k = m->k, .label = label, .centre = m->centre };
        double inertia = status == MG_OK ? mg__inertia(sample, &found) : INFINITY;
        if (!(inertia < least)) continue;
        least = inertia;
        memcpy(best, m->centre, (size_t)(m->k * m->columns) * sizeof *best);
    }
    if (status == MG_OK) memcpy(m->centre, best, (size_t)(m->k * m->columns) * sizeof *best);
    mg__free(m->context, best);
    mg__free(m->context, label);
    return status;
}

mg_status mg__minibatch_run(mg__minibatch *m, const mg__points *points, const mg_cluster_options *options) {
    int64_t size = options->batch < points->rows ? options->batch : points->rows;
    int64_t room = 3 * (size > m->k ? size : m->k);
    double each = (double)points->rows / (double)size, most = ceil((double)options->iterations * each);
    mg__stream stream = { .seed = (uint64_t)options->seed, .stream = mg__hash_text(0, "minibatch") };
    mg__points batch = { .context = m->context, .rows = room, .columns = m->columns };
    batch.x = mg__alloc_array(m->context, (size_t)room, (size_t)m->columns * sizeof *batch.x);
    mg_status status = batch.x ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) draw(points, &stream, &batch);
    if (status == MG_OK && options->centres) {
        for (int64_t i = 0; i < m->k * m->columns; i++)
            m->centre[i] = mg_tensor_get(options->centres, i) - points->mean[i % m->columns];
    } else if (status == MG_OK) {
        status = begin(m, points->rows <= room ? points : &batch, options);
    }
    batch.rows = size;
    while (status == MG_OK && (double)m->steps < most) {
        stream.step++;
        draw(points, &stream, &batch);
        status = mg__minibatch_step(m, &batch);
        if (m->steps > 1 && mg__minibatch_settled(m, fmin(2 / (each + 1), 1))) break;
    }
    mg__free(m->context, batch.x);
    return status;
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    mg__minibatch m;
    mg_status status = mg__minibatch_open(&m, points->context, k, points->columns);
    if (status == MG_OK) status = mg__minibatch_run(&m, points, options);
    found->k = k;
    found->label = mg__alloc_array(points->context, (size_t)points->rows, sizeof *found->label);
    if (!found->label && status == MG_OK) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg__assign_nearest(points, k, m.centre, found->label);
    found->centre = m.centre;
    found->iterations = m.steps;
    m.centre = NULL;
    mg__minibatch_close(&m);
    return status;
}

const mg__cluster_method mg__method_minibatch = {
    .name = "minibatch",
    .doc = "k-means on a few rows at a time, for data of any size: nearly as good, much sooner (Sculley 2010).",
    .fit = fit,
};
