/* Embedding a dataset: from options to a place for each row. */
#include "cluster/clustering.h"
#include "cluster/embed_method.h"
#include "cluster/embed_truth.h"

#include "base/system.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { WARNINGS = 4 };

struct mg_map {
    mg_context *context;
    const mg__embed_method *method;
    mg__prepared prepared;
    mg__embedded found;
    mg__named truth;
    char warning[WARNINGS][320];
    const char *warning_list[WARNINGS];
    mg_map_result result;
};

mg_embed_options mg_embed_defaults(void) {
    return (mg_embed_options){
        .method = "pca", .dimensions = 2, .scale = "auto", .solver = "auto", .perplexity = 30, .theta = 0.5, .iterations = MG_AUTO
    };
}

/* --- refusals ---------------------------------------------------------------------------------------- */

static mg_status check_options(mg_context *context, const mg_embed_options *o) {
    if (!mg__embed_method_find(o->method)) {
        char list[256];
        size_t used = 0;
        for (int i = 0; mg_embed_method_name(i); i++)
            mg__append(list, sizeof list, &used, "%s%s", i ? ", " : "", mg_embed_method_name(i));
        return mg__fail(context, MG_SETTING, "method: '%.40s' is not known; there are %s", o->method, list);
    }
    if (o->dimensions < 1) return mg__fail(context, MG_SETTING, "dimensions: %" PRId64 " is below 1", o->dimensions);
    if (strcmp(o->solver, "auto") != 0 && strcmp(o->solver, "exact") != 0 && strcmp(o->solver, "randomised") != 0)
        return mg__fail(context, MG_SETTING, "solver: '%.40s' is not known; give auto, exact or randomised", o->solver);
    if (!(o->perplexity >= 1 && o->perplexity <= 1e6))
        return mg__fail(context, MG_SETTING, "perplexity: %g is no number of neighbours; give 1 or more, 5 to 50 is usual",
                        o->perplexity);
    if (!(o->theta >= 0 && o->theta <= 1)) return mg__fail(context, MG_SETTING, "theta: %g is not from 0 to 1", o->theta);
    if (!(o->learning_rate >= 0 && isfinite(o->learning_rate)))
        return mg__fail(context, MG_SETTING, "learning rate: %g is below 0, or no number", o->learning_rate);
    if (o->iterations != MG_AUTO && o->iterations < 1)
        return mg__fail(context, MG_SETTING, "iterations: %" PRId64 " is below 1", o->iterations);
    return MG_OK;
}

static mg_status check_points(const mg_map *e, const mg_embed_options *o) {
    const mg__points *p = &e->prepared.points;
    int64_t most = p->columns < p->rows ? p->columns : p->rows, own = e->method->most_dimensions;
    for (int64_t i = 0; i < p->rows * p->columns; i++)
        if (!isfinite(p->x[i]))
            return mg__fail(p->context, MG_FORMAT,
                            "row %" PRId64 ": a number is too large to be looked at; drop its column, or correct it",
                            i / p->columns + 1);
    int64_t different = mg__distinct_rows(p, 2);
    if (different < 0) return MG_OUT_OF_MEMORY;
    if (different == 1) return mg__fail(p->context, MG_FORMAT, "all %" PRId64 " rows are equal: they lie in one point", p->rows);
    if (own > 0 && o->dimensions > own)
        return mg__fail(p->context, MG_SETTING, "dimensions: %s gives at most %" PRId64 ", not %" PRId64, e->method->name, own,
                        o->dimensions);
    if (o->dimensions > most)
        return mg__fail(p->context, MG_SETTING,
                        "dimensions: %" PRId64 " are more than %" PRId64 " rows of %" PRId64
                        " numbers have; give at most %" PRId64,
                        o->dimensions, p->rows, p->columns, most);
    return MG_OK;
}

/* --- what is told ------------------------------------------------------------------------------------ */

static void warn_of_embedded(mg_map *e) {
    for (int64_t i = 0; i < mg_encoder_embeddings(e->prepared.encoder) && e->result.warnings < WARNINGS - 1; i++) {
        int64_t count, width;
        const char *column = mg_encoder_embedding(e->prepared.encoder, i, &count, &width);
        snprintf(e->warning[e->result.warnings++], sizeof e->warning[0],
                 "column '%.100s' has too many categories (%" PRId64 ") to have distances, and is not looked at", column, count);
    }
}

static void describe(mg_map *e, const mg_embed_options *options) {
    mg_map_result *r = &e->result;
    const mg__embedded *f = &e->found;
    if (*f->warning) snprintf(e->warning[r->warnings++], sizeof e->warning[0], "%s", f->warning);
    for (int64_t i = 0; i < r->warnings; i++) e->warning_list[i] = e->warning[i];
    r->method = e->method->name;
    r->rows = e->prepared.points.rows;
    r->features = e->prepared.points.columns;
    r->dimensions = options->dimensions;
    r->y = f->y;
    r->variance = f->variance;
    r->explained = f->explained;
    r->error = f->error;
    r->kl = f->kl;
    r->perplexity = f->perplexity;
    r->iterations = f->iterations;
    r->solver = f->solver;
    r->scale = e->prepared.scale;
    r->scale_reason = e->prepared.scale_reason;
    r->truth = e->truth.code;
    r->truth_name = (const char *const *)e->truth.name;
    r->truths = e->truth.names;
    r->warning = e->warning_list;
}

/* --- embedding --------------------------------------------------------------------------------------- */

static mg_status fit(mg_map *e, const mg_embed_options *options) {
    const mg__points *p = &e->prepared.points;
    size_t count;
    e->found = (mg__embedded){ .error = NAN, .kl = NAN, .perplexity = NAN };
    if (!mg__size_multiply((size_t)p->rows, (size_t)options->dimensions, &count)) return mg__fail_memory(e->context, SIZE_MAX);
    e->found.y = mg__alloc_array(e->context, count, sizeof *e->found.y);
    return e->found.y ? e->method->fit(p, options, &e->found) : MG_OUT_OF_MEMORY;
}

static mg_status embed(mg_map *e, const mg_dataset *dataset, const mg_embed_options *options) {
    mg_cluster_options seen = mg_cluster_defaults();
    seen.scale = options->scale, seen.drop = options->drop, seen.truth = options->truth, seen.image = options->image;
    mg_status status = check_options(e->context, options);
    if (status == MG_OK && mg_dataset_rows(dataset) < 2)
        status = mg__fail(e->context, MG_FORMAT, "%s has one row only: nothing lies beside it", mg_dataset_source(dataset));
    if (status != MG_OK) return status;
    e->method = mg__embed_method_find(options->method);
    status = mg__prepare(e->context, dataset, &seen, &e->prepared);
    if (status == MG_OK) warn_of_embedded(e);
    if (status == MG_OK) status = mg__points_centre(&e->prepared.points);
    if (status == MG_OK) status = check_points(e, options);
    if (status == MG_OK && options->truth)
        status = mg__name_values(e->context, dataset, mg_dataset_find(dataset, options->truth), &e->truth);
    int64_t began = mg__clock();
    if (status == MG_OK) status = fit(e, options);
    e->result.fit_seconds = 1e-9 * (double)(mg__clock() - began);
    return status;
}

mg_map *mg_embed(mg_context *context, const mg_dataset *dataset, const mg_embed_options *options) {
    if (!context || !dataset) return NULL;
    const mg_embed_options defaults = mg_embed_defaults();
    if (!options) options = &defaults;
    mg_map *e = mg__alloc_zero(context, sizeof *e);
    if (!e) return NULL;
    e->context = context;
    int64_t began = mg__clock();
    if (embed(e, dataset, options) != MG_OK) {
        mg_map_destroy(e);
        return NULL;
    }
    describe(e, options);
    e->result.seconds = 1e-9 * (double)(mg__clock() - began);
    return e;
}

mg_status mg_map_apply(mg_map *e, const mg_dataset *dataset, double *y) {
    if (!e || !dataset || !y) return MG_INVALID;
    if (!e->method->apply)
        return mg__fail(e->context, MG_UNSUPPORTED, "%s has no place for other rows than its own; pca has", e->method->name);
    mg__points points;
    mg_status status = mg__prepare_more(e->context, &e->prepared, dataset, &points);
    if (status == MG_OK) status = e->method->apply(e->found.model, &points, y);
    mg__free(e->context, points.x);
    return status;
}

void mg_map_destroy(mg_map *e) {
    if (!e) return;
    mg__embedded_free(e->context, e->method, &e->found);
    mg__named_free(e->context, &e->truth);
    mg__prepared_free(e->context, &e->prepared);
    mg__free(e->context, e);
}

const mg_map_result *mg_map_result_of(const mg_map *e) { return e ? &e->result : NULL; }
const mg_encoder *mg_map_encoder(const mg_map *e) { return e ? e->prepared.encoder : NULL; }
