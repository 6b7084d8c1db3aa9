/* A clustering from hostile bytes: one that gives rows their groups, or a message. */
#include "cluster/clustering.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define ROWS 3

static void use(mg_context *context, const mg_clustering *c) {
    mg_cluster_trait trait[4];
    mg__points points = { .context = context, .rows = ROWS, .columns = c->prepared.points.columns };
    int32_t label[ROWS];
    double *probability = calloc((size_t)c->found.k * ROWS + 1, sizeof *probability);
    points.x = calloc((size_t)points.columns * ROWS + 1, sizeof *points.x);
    if (!points.x || !probability) abort();
    for (int64_t i = 0; i < points.columns * ROWS; i++) points.x[i] = (float)(i % 5) - 2;
    mg_clustering_traits(c, 0, trait, 4);
    mg_status status = c->method->assign
                           ? c->method->assign(c->found.model, &points, label, c->method->probabilities ? probability : NULL)
                           : mg__assign_nearest(&points, c->found.k, c->found.centre, label);
    for (int row = 0; row < ROWS && status == MG_OK && c->found.k > 0; row++)
        if (label[row] < -1 || label[row] >= c->found.k) abort();
    free(points.x);
    free(probability);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    mg_context *context = mg_context_create(&options);
    mg_clustering *clustering = mg__clustering_parse(context, "fuzz", bytes, size);
    if (clustering)
        use(context, clustering);
    else if (mg_context_status(context) == MG_OK)
        abort(); /* refused without a word */
    mg_clustering_destroy(clustering);
    mg_context_destroy(context);
    return 0;
}
