/* The groups of other rows. */
#include "cluster/clustering.h"
#include "cluster/nearest.h"
#include "cluster/slices.h"

typedef struct assigning {
    const mg__points *points;
    mg__nearest nearest;
    int64_t slices;
    size_t scratch_bytes;
    char *scratch; /* [workers, scratch_bytes] */
    float *score;  /* [workers, MG__NEAREST_ROWS, k] */
    int32_t *label;
} assigning;

static void assign_slice(void *user, int64_t slice, int worker) {
    assigning *a = user;
    const mg__points *p = a->points;
    int64_t k = a->nearest.k, end = mg__slice_begin(p->rows, a->slices, slice + 1);
    float *score = a->score + (int64_t)worker * MG__NEAREST_ROWS * k;
    for (int64_t row = mg__slice_begin(p->rows, a->slices, slice); row < end; row += MG__NEAREST_ROWS) {
        int64_t rows = end - row < MG__NEAREST_ROWS ? end - row : MG__NEAREST_ROWS;
        mg__nearest_scores(&a->nearest, p->x + row * p->columns, rows, a->scratch + (size_t)worker * a->scratch_bytes, score);
        for (int64_t i = 0; i < rows; i++) {
            const float *s = score + i * k;
            int32_t best = 0;
            for (int32_t j = 1; j < k; j++) best = s[j] > s[best] ? j : best;
            a->label[row + i] = best;
        }
    }
}

mg_status mg__assign_nearest(const mg__points *p, int64_t k, const double *centre, int32_t *label) {
    size_t workers = (size_t)mg__slice_workers(p->context);
    assigning a = { .points = p, .slices = mg__slice_count(p->rows, 0), .label = label };
    mg_status status = mg__nearest_open(p->context, &a.nearest, k, p->columns);
    if (status == MG_OK) {
        a.scratch_bytes = (mg__nearest_scratch(&a.nearest) + 63) / 64 * 64;
        a.scratch = mg__alloc_array(p->context, workers, a.scratch_bytes);
        a.score = mg__alloc_array(p->context, workers, MG__NEAREST_ROWS * (size_t)k * sizeof *a.score);
        if (!a.scratch || !a.score) status = MG_OUT_OF_MEMORY;
    }
    if (status == MG_OK) {
        mg__nearest_set(&a.nearest, centre);
        mg__slices_run(p->context, a.slices, assign_slice, &a);
    }
    mg__free(p->context, a.scratch);
    mg__free(p->context, a.score);
    mg__nearest_close(p->context, &a.nearest);
    return status;
}

/* The method's numbers become ours. */
static mg_status assign_by_method(const mg_clustering *c, const mg__points *p, int32_t *label, double *probability) {
    int64_t k = c->found.k;
    mg_status status = c->method->assign(c->found.model, p, label, probability);
    for (int64_t row = 0; row < p->rows && status == MG_OK; row++)
        if (label[row] >= 0) label[row] = c->rank[label[row]];
    if (status != MG_OK || !probability) return status;
    double *own = mg__alloc_array(c->context, (size_t)k, sizeof *own);
    if (!own) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < p->rows; row++) {
        for (int64_t j = 0; j < k; j++) own[c->rank[j]] = probability[row * k + j];
        for (int64_t j = 0; j < k; j++) probability[row * k + j] = own[j];
    }
    mg__free(c->context, own);
    return MG_OK;
}

bool mg_clustering_has_probabilities(const mg_clustering *c) { return c && c->method->probabilities; }

mg_status mg_clustering_assign(mg_clustering *c, const mg_dataset *dataset, int32_t *label, double *probability) {
    if (!c || !dataset || !label) return MG_INVALID;
    if (probability && !c->method->probabilities)
        return mg__fail(c->context, MG_INVALID, "method '%s' gives no probabilities", c->method->name);
    mg__points points;
    mg_status status = mg__prepare_more(c->context, &c->prepared, dataset, &points);
    if (status == MG_OK)
        status = c->method->assign ? assign_by_method(c, &points, label, probability)
                                   : mg__assign_nearest(&points, c->found.k, c->found.centre, label);
    mg__free(c->context, points.x);
    return status;
}
