/* The table of methods. */
#include "cluster/method.h"

#include "base/system.h"

#include <string.h>

static const mg__cluster_method *const rows[] = { &mg__method_kmeans, &mg__method_minibatch,    &mg__method_gmm,
                                                  &mg__method_dbscan, &mg__method_hierarchical, &mg__method_deep };

static const mg__cluster_method *row_at(int index) {
    return index >= 0 && index < (int)(sizeof rows / sizeof *rows) ? rows[index] : NULL;
}

const char *mg_cluster_method_name(int index) { return row_at(index) ? row_at(index)->name : NULL; }
const char *mg_cluster_method_doc(int index) { return row_at(index) ? row_at(index)->doc : NULL; }

const mg__cluster_method *mg__cluster_method_find(const char *name) {
    for (int i = 0; row_at(i); i++)
        if (strcmp(row_at(i)->name, name) == 0) return row_at(i);
    return NULL;
}

void mg__found_free(mg_context *context, const mg__cluster_method *method, mg__found *found) {
    if (method && method->forget && found->model) method->forget(context, found->model);
    mg__free(context, found->label);
    mg__free(context, found->centre);
    mg__free(context, found->merge);
    *found = (mg__found){ 0 };
}

void mg__cluster_tell(const mg_cluster_options *options, const char *stage, int64_t step, int64_t steps, int64_t began) {
    const mg_cluster_progress progress = { stage, step, steps, 1e-9 * (double)(mg__clock() - began) };
    if (options->on_progress) options->on_progress(options->user, &progress);
}
