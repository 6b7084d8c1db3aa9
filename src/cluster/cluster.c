/* Clustering a dataset: from options to groups. */
#include "base/base.h"
#include "cluster/clustering.h"
#include "cluster/scores.h"
#include "cluster/truth.h"

#include "base/system.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

mg_cluster_options mg_cluster_defaults(void) {
    return (mg_cluster_options){ .method = "kmeans",
                                 .k = MG_AUTO,
                                 .k_low = 2,
                                 .k_high = 10,
                                 .scale = "auto",
                                 .starts = 10,
                                 .iterations = 300,
                                 .tolerance = 1e-4,
                                 .batch = 1024,
                                 .covariance = "full",
                                 .linkage = "ward",
                                 .radius = MG_AUTO,
                                 .min_points = 5 };
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
    if (o->starts < 1 || o->iterations < 1 || o->batch < 1 || !(o->tolerance >= 0))
        return mg__fail(context, MG_SETTING, "starts, iterations and batch must be 1 or more, the tolerance not below 0");
    return MG_OK;
}

/* Rows that are all alike, or fewer than groups; the range of k is drawn in. */
static mg_status check_points(mg_clustering *c, mg_cluster_options *o) {
    const mg__points *p = &c->prepared.points;
    int64_t different = mg__distinct_rows(p, 2);
    if (different < 0) return MG_OUT_OF_MEMORY;
    if (different == 1)
        return mg__fail(p->context, MG_FORMAT, "all %" PRId64 " rows are equal: there is nothing to group", p->rows);
    if (c->method->finds_k && o->k != MG_AUTO)
        mg__cluster_warn(c, "%s finds how many groups there are; k = %" PRId64 " is not looked at", c->method->name, o->k);
    if (c->method->finds_k) return MG_OK;
    int64_t wanted = o->k != MG_AUTO ? o->k : o->k_high;
    int64_t most = wanted > p->rows ? p->rows : mg__distinct_rows(p, wanted);
    if (most < 0) return MG_OUT_OF_MEMORY;
    if (most >= wanted) return MG_OK;
    int64_t distinct = mg__distinct_rows(p, p->rows);
    if (o->k != MG_AUTO || distinct <= o->k_low)
        return mg__fail(p->context, MG_SETTING,
                        "k: there cannot be %" PRId64 " groups of %" PRId64 " rows, %" PRId64
                        " of them different; give at most %" PRId64,
                        o->k != MG_AUTO ? o->k : o->k_low, p->rows, distinct, distinct);
    o->k_high = distinct - 1;
    mg__cluster_warn(c, "k goes up to %" PRId64 " only: there are %" PRId64 " rows, %" PRId64 " of them different", o->k_high,
                     p->rows, distinct);
    return MG_OK;
}

static mg_status check_centres(const mg_clustering *c, const mg_cluster_options *o) {
    const mg_tensor *t = o->centres;
    if (!t) return MG_OK;
    if (t->rank == 2 && t->shape[0] == o->k && t->shape[1] == c->prepared.points.columns) return MG_OK;
    return mg__fail(c->context, MG_INVALID,
                    "centres to begin from must be [k, features] = [%" PRId64 ", %" PRId64 "], with k given", o->k,
                    c->prepared.points.columns);
}

/* --- what is told ------------------------------------------------------------------------------------ */

void mg__cluster_warn(mg_clustering *c, const char *format, ...) {
    if (c->warnings == MG__CLUSTER_WARNINGS) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(c->warning[c->warnings], sizeof c->warning[0], format, arguments);
    va_end(arguments);
    c->warning_list[c->warnings] = c->warning[c->warnings];
    c->warnings++;
}

static void warn_of_embedded(mg_clustering *c) {
    for (int64_t i = 0; i < mg_encoder_embeddings(c->prepared.encoder); i++) {
        int64_t count, width;
        const char *column = mg_encoder_embedding(c->prepared.encoder, i, &count, &width);
        mg__cluster_warn(c, "column '%.100s' has too many categories (%" PRId64 ") to have distances, and is not looked at",
                         column, count);
    }
}

static mg_status score(mg_clustering *c, const mg_dataset *dataset, const mg_cluster_options *options) {
    const mg__points *p = &c->prepared.points;
    mg_clustering_result *r = &c->result;
    mg__labelling labelling = { .label = c->found.label, .k = c->found.k };
    r->agreement = (mg_cluster_agreement){ NAN, NAN, NAN, NAN };
    r->silhouette_rows = mg__silhouette_rows(p);
    mg_status status = mg__silhouettes_of_points(p, &labelling, 1);
    r->scores.silhouette = labelling.silhouette;
    if (status == MG_OK) status = mg__compactness(p, c->found.label, c->found.k, &r->scores);
    if (status != MG_OK || !options->truth) return status;
    int32_t *truth = mg__alloc_array(c->context, (size_t)p->rows, sizeof *truth);
    if (!truth) return MG_OUT_OF_MEMORY;
    status = mg__truth_of(c->context, dataset, mg_dataset_find(dataset, options->truth), truth);
    if (status == MG_OK) status = mg_cluster_agreement_of(c->context, c->found.label, truth, p->rows, &r->agreement);
    mg__free(c->context, truth);
    return status;
}

/* Of a clustering that was made or loaded. */
void mg__cluster_describe(mg_clustering *c) {
    mg_clustering_result *r = &c->result;
    r->method = c->method->name;
    r->details = *c->found.details ? c->found.details : NULL;
    r->features = c->prepared.points.columns;
    r->k = c->found.k;
    r->label = c->found.label;
    r->size = c->size;
    r->centre = c->centre;
    r->iterations = c->found.iterations;
    r->merge = c->found.merge;
    r->merges = c->found.merges;
    r->scale = c->prepared.scale;
    r->scale_reason = c->prepared.scale_reason;
    r->trial = c->trial;
    r->trials = c->trials;
    r->k_reason = *c->k_reason ? c->k_reason : NULL;
    r->warning = c->warning_list;
    r->warnings = c->warnings;
}

/* --- the whole --------------------------------------------------------------------------------------- */

static mg_status find_groups(mg_clustering *c, const mg_dataset *dataset, const mg_cluster_options *given) {
    mg_cluster_options options = *given;
    mg_status status = check_options(c->context, &options);
    if (status != MG_OK) return status;
    c->method = mg__cluster_method_find(options.method);
    status = mg__prepare(c->context, dataset, &options, &c->prepared);
    if (status == MG_OK) warn_of_embedded(c);
    int64_t began = mg__clock();
    if (status == MG_OK) status = mg__points_centre(&c->prepared.points);
    if (status == MG_OK) status = check_points(c, &options);
    if (status == MG_OK) status = check_centres(c, &options);
    if (status != MG_OK) return status;
    bool choose = options.k == MG_AUTO && !c->method->finds_k;
    status = choose ? mg__choose_k(c, &options) : c->method->fit(&c->prepared.points, &options, options.k, &c->found);
    c->result.fit_seconds = 1e-9 * (double)(mg__clock() - began);
    if (c->method->finds_k) snprintf(c->k_reason, sizeof c->k_reason, "%s", c->found.reason);
    if (*c->found.warning) mg__cluster_warn(c, "%s", c->found.warning);
    if (status == MG_OK) status = mg__order_groups(c);
    if (status == MG_OK) status = score(c, dataset, &options);
    return status;
}

mg_clustering *mg_cluster(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options) {
    if (!context || !dataset) return NULL;
    const mg_cluster_options defaults = mg_cluster_defaults();
    mg_clustering *c = mg__alloc_zero(context, sizeof *c);
    if (!c) return NULL;
    c->context = context;
    int64_t began = mg__clock();
    if (find_groups(c, dataset, options ? options : &defaults) != MG_OK) {
        mg_clustering_destroy(c);
        return NULL;
    }
    mg__cluster_describe(c);
    c->result.rows = c->prepared.points.rows;
    c->result.inertia = mg__inertia(&c->prepared.points, &c->found);
    c->result.seconds = 1e-9 * (double)(mg__clock() - began);
    return c;
}

void mg_clustering_destroy(mg_clustering *c) {
    if (!c) return;
    mg__found_free(c->context, c->method, &c->found);
    mg__prepared_free(c->context, &c->prepared);
    mg__free(c->context, c->rank);
    mg__free(c->context, c->size);
    mg__free(c->context, c->centre);
    mg__free(c->context, c->deviation);
    mg__free(c->context, c->trial);
    mg__free(c->context, c);
}

const mg_clustering_result *mg_clustering_result_of(const mg_clustering *c) { return c ? &c->result : NULL; }
const mg_encoder *mg_clustering_encoder(const mg_clustering *c) { return c ? c->prepared.encoder : NULL; }
