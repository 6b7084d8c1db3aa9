/* Clustering a dataset: from options to groups. */
#include "base/base.h"
#include "cluster/clustering.h"
#include "cluster/nearest.h"

#include "base/system.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

mg_cluster_options mg_cluster_defaults(void) {
    return (mg_cluster_options){ .method = "kmeans",
                                 .k = MG_AUTO,
                                 .k_low = 2,
                                 .k_high = 10,
                                 .scale = "auto",
                                 .starts = 10,
                                 .iterations = 300,
                                 .tolerance = 1e-4 };
}

/* --- refusals ---------------------------------------------------------------------------------------- */

static mg_status check_options(mg_context *context, const mg_cluster_options *o) {
    if (!mg__cluster_method_find(o->method)) {
        char list[256];
        size_t used = 0;
        for (int i = 0; mg_cluster_method_name(i); i++)
            mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", mg_cluster_method_name(i));
        return mg__fail(context, MG_SETTING, "method: '%.40s' is not known; there are %s", o->method, list);
    }
    if (o->k != MG_AUTO && o->k < 1) return mg__fail(context, MG_SETTING, "k: %" PRId64 " is below 1", o->k);
    if (o->k == MG_AUTO && (o->k_low < 2 || o->k_high < o->k_low))
        return mg__fail(context, MG_SETTING, "k: the range %" PRId64 "..%" PRId64 " must rise and begin at 2 or more", o->k_low,
                        o->k_high);
    if (o->starts < 1 || o->iterations < 1 || !(o->tolerance >= 0))
        return mg__fail(context, MG_SETTING, "starts and iterations must be 1 or more, the tolerance not below 0");
    return MG_OK;
}

/* Rows that are all alike, or fewer than groups. */
static mg_status check_points(const mg__points *p, int64_t k) {
    double largest = 0;
    for (int64_t i = 0; i < p->rows * p->columns; i++) largest = fmax(largest, fabs((double)p->x[i]));
    if (largest == 0)
        return mg__fail(p->context, MG_FORMAT, "all %" PRId64 " rows are equal: there is nothing to group", p->rows);
    if (k > p->rows)
        return mg__fail(p->context, MG_SETTING, "k: %" PRId64 " groups of %" PRId64 " rows cannot be; give at most %" PRId64, k,
                        p->rows, p->rows);
    return MG_OK;
}

/* --- groups in order of size ------------------------------------------------------------------------- */

/* The means of the groups; counts too. */
static mg_status measure_groups(mg_clustering *c) {
    const mg__points *p = &c->prepared.points;
    mg__found *f = &c->found;
    size_t k = (size_t)f->k;
    c->size = mg__alloc_array(c->context, k + 1, sizeof *c->size);
    double *mean = mg__alloc_array(c->context, k + 1, (size_t)p->columns * sizeof *mean);
    c->centre = mg__alloc_array(c->context, k + 1, (size_t)p->columns * sizeof *c->centre);
    if (!c->size || !mean || !c->centre) {
        mg__free(c->context, mean);
        return MG_OUT_OF_MEMORY;
    }
    for (int64_t row = 0; row < p->rows; row++) {
        if (f->label[row] < 0) continue;
        c->size[f->label[row]]++;
        for (int64_t i = 0; i < p->columns; i++) mean[f->label[row] * p->columns + i] += (double)p->x[row * p->columns + i];
    }
    for (int64_t j = 0; j < f->k; j++)
        for (int64_t i = 0; i < p->columns && c->size[j] > 0; i++) mean[j * p->columns + i] /= (double)c->size[j];
    if (!f->centre) {
        f->centre = mean;
    } else {
        mg__free(c->context, mean);
    }
    return MG_OK;
}

static double measure_inertia(const mg_clustering *c) {
    const mg__points *p = &c->prepared.points;
    double sum = 0;
    for (int64_t row = 0; row < p->rows; row++) {
        if (c->found.label[row] < 0) continue;
        const double *centre = c->found.centre + c->found.label[row] * p->columns;
        for (int64_t i = 0; i < p->columns; i++) {
            double off = (double)p->x[row * p->columns + i] - centre[i];
            sum += off * off;
        }
    }
    return sum;
}

static void describe(mg_clustering *c, double seconds) {
    const mg__points *p = &c->prepared.points;
    for (int64_t i = 0; i < c->found.k * p->columns; i++) c->centre[i] = c->found.centre[i] + p->mean[i % p->columns];
    c->result = (mg_clustering_result){ .method = c->method->name,
                                        .rows = p->rows,
                                        .features = p->columns,
                                        .k = c->found.k,
                                        .label = c->found.label,
                                        .size = c->size,
                                        .centre = c->centre,
                                        .inertia = measure_inertia(c),
                                        .iterations = c->found.iterations,
                                        .scale = c->prepared.scale,
                                        .scale_reason = c->prepared.scale_reason,
                                        .seconds = seconds };
}

/* --- the whole --------------------------------------------------------------------------------------- */

static mg_status cluster(mg_clustering *c, const mg_dataset *dataset, const mg_cluster_options *options) {
    mg_status status = check_options(c->context, options);
    if (status != MG_OK) return status;
    c->method = mg__cluster_method_find(options->method);
    status = mg__prepare(c->context, dataset, options, &c->prepared);
    if (status == MG_OK) status = check_points(&c->prepared.points, options->k == MG_AUTO ? options->k_low : options->k);
    if (status == MG_OK) status = c->method->fit(&c->prepared.points, options, options->k, &c->found);
    if (status == MG_OK) status = measure_groups(c);
    return status;
}

mg_clustering *mg_cluster(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options) {
    if (!context || !dataset) return NULL;
    const mg_cluster_options defaults = mg_cluster_defaults();
    mg_clustering *c = mg__alloc_zero(context, sizeof *c);
    if (!c) return NULL;
    c->context = context;
    int64_t began = mg__clock();
    if (cluster(c, dataset, options ? options : &defaults) != MG_OK) {
        mg_clustering_destroy(c);
        return NULL;
    }
    describe(c, 1e-9 * (double)(mg__clock() - began));
    return c;
}

void mg_clustering_destroy(mg_clustering *c) {
    if (!c) return;
    mg__found_free(c->context, c->method, &c->found);
    mg__prepared_free(c->context, &c->prepared);
    mg__free(c->context, c->size);
    mg__free(c->context, c->centre);
    mg__free(c->context, c);
}

const mg_clustering_result *mg_clustering_result_of(const mg_clustering *c) { return c ? &c->result : NULL; }
const mg_encoder *mg_clustering_encoder(const mg_clustering *c) { return c ? c->prepared.encoder : NULL; }

/* --- other rows -------------------------------------------------------------------------------------- */

static mg_status assign_nearest(const mg_clustering *c, const mg__points *p, int32_t *label) {
    mg__nearest nearest;
    mg_status status = mg__nearest_open(c->context, &nearest, c->found.k, p->columns);
    void *scratch = status == MG_OK ? mg__alloc(c->context, mg__nearest_scratch(&nearest)) : NULL;
    float *score = mg__alloc_array(c->context, MG__NEAREST_ROWS, (size_t)c->found.k * sizeof *score);
    if (!scratch || !score) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) mg__nearest_set(&nearest, c->found.centre);
    for (int64_t row = 0; row < p->rows && status == MG_OK; row += MG__NEAREST_ROWS) {
        int64_t rows = p->rows - row < MG__NEAREST_ROWS ? p->rows - row : MG__NEAREST_ROWS;
        mg__nearest_scores(&nearest, p->x + row * p->columns, rows, scratch, score);
        for (int64_t i = 0; i < rows; i++) {
            const float *s = score + i * c->found.k;
            int32_t best = 0;
            for (int32_t j = 1; j < c->found.k; j++) best = s[j] > s[best] ? j : best;
            label[row + i] = best;
        }
    }
    mg__free(c->context, scratch);
    mg__free(c->context, score);
    mg__nearest_close(c->context, &nearest);
    return status;
}

mg_status mg_clustering_assign(mg_clustering *c, const mg_dataset *dataset, int32_t *label) {
    if (!c || !dataset || !label) return MG_INVALID;
    mg__points points;
    mg_status status = mg__prepare_more(c->context, &c->prepared, dataset, &points);
    if (status == MG_OK)
        status = c->method->assign ? c->method->assign(c->found.model, &points, label) : assign_nearest(c, &points, label);
    mg__free(c->context, points.x);
    return status;
}
