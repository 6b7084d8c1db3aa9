/* One clustering, for bench/cluster: grouping METHOD X.npy THREADS K|RADIUS LABELS [CENTRES.npy]. Labels are written as text. */
#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static mg_tensor *matrix(mg_context *ctx, const mg_dataset *d) {
    int64_t rows = mg_dataset_rows(d), columns = mg_dataset_columns(d);
    mg_tensor *t = mg_tensor_create(ctx, MG_F64, 2, (int64_t[]){ rows, columns });
    for (int64_t i = 0; t && i < rows * columns; i++) mg_tensor_put(t, i, mg_dataset_number(d, i / columns, i % columns));
    return t;
}

static bool write_labels(const char *path, const mg_clustering_result *r) {
    FILE *file = fopen(path, "w");
    for (int64_t i = 0; file && i < r->rows; i++) fprintf(file, "%d\n", r->label[i]);
    return file && fclose(file) == 0;
}

int main(int argc, char **argv) {
    if (argc < 6) return 2;
    mg_context_options how = mg_context_defaults();
    how.threads = atoi(argv[3]);
    mg_context *ctx = mg_context_create(&how);
    mg_dataset *x = mg_dataset_read(ctx, argv[2], NULL), *centres = argc > 6 ? mg_dataset_read(ctx, argv[6], NULL) : NULL;
    mg_cluster_options options = mg_cluster_defaults();
    options.scale = "none", options.method = argv[1], options.starts = 1, options.tolerance = 1e-3;
    if (strcmp(argv[1], "dbscan") == 0)
        options.radius = atof(argv[4]);
    else
        options.k = atoi(argv[4]);
    mg_tensor *from = centres ? matrix(ctx, centres) : NULL;
    options.centres = from;
    mg_clustering *c = x ? mg_cluster(ctx, x, &options) : NULL;
    const mg_clustering_result *r = mg_clustering_result_of(c);
    if (r && write_labels(argv[5], r))
        printf("{\"seconds\": %.6f, \"k\": %lld, \"iterations\": %lld}\n", r->fit_seconds, (long long)r->k,
               (long long)r->iterations);
    else
        fprintf(stderr, "%s\n", mg_context_message(ctx));
    mg_clustering_destroy(c);
    mg_tensor_destroy(from);
    mg_dataset_destroy(centres);
    mg_dataset_destroy(x);
    mg_context_destroy(ctx);
    return r ? 0 : 1;
}
