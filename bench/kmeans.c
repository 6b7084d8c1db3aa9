/* One k-means from given centres, for bench/cluster: kmeans X.npy CENTRES.npy THREADS [HEIGHTxWIDTH] */
#include <micrograd.h>

#include <stdio.h>
#include <stdlib.h>

/* The columns of a file of numbers as a matrix. */
static mg_tensor *matrix(mg_context *ctx, const mg_dataset *d) {
    int64_t rows = mg_dataset_rows(d), columns = mg_dataset_columns(d);
    mg_tensor *t = mg_tensor_create(ctx, MG_F64, 2, (int64_t[]){ rows, columns });
    for (int64_t i = 0; t && i < rows * columns; i++) mg_tensor_put(t, i, mg_dataset_number(d, i / columns, i % columns));
    return t;
}

int main(int argc, char **argv) {
    if (argc < 4) return 2;
    mg_context_options how = mg_context_defaults();
    how.threads = atoi(argv[3]);
    mg_context *ctx = mg_context_create(&how);
    mg_dataset *x = mg_dataset_read(ctx, argv[1], NULL), *centres = mg_dataset_read(ctx, argv[2], NULL);
    mg_tensor *from = centres ? matrix(ctx, centres) : NULL;
    mg_cluster_options options = mg_cluster_defaults();
    options.scale = "none", options.centres = from, options.k = centres ? mg_dataset_rows(centres) : 0;
    options.image = argc > 4 ? argv[4] : NULL;
    mg_clustering *c = x && from ? mg_cluster(ctx, x, &options) : NULL;
    const mg_clustering_result *r = mg_clustering_result_of(c);
    if (r)
        printf("{\"seconds\": %.6f, \"inertia\": %.9g, \"iterations\": %lld}\n", r->fit_seconds, r->inertia,
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
