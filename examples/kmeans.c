/* Groups without labels: k-means on the flowers of data/iris.csv, with their species hidden, and a picture of what it found. */
#include <micrograd.h>

#include <stdio.h>

/* Two columns of the table, a dot a flower in the colour of its group; the ring is the colour of the species. */
static void draw(const mg_dataset *iris, const int32_t *group, const char *path) {
    static const char *const colour[] = { "#4477aa", "#ee6677", "#228833" };
    int64_t species = mg_dataset_find(iris, "species");
    char name[32];
    FILE *out = fopen(path, "w");
    if (!out) return;
    fprintf(out, "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 460 300' font-family='sans-serif' font-size='12'>\n"
                 "<rect width='460' height='300' fill='white'/>\n"
                 "<text x='190' y='292'>petal length, cm</text><text x='8' y='16'>petal width, cm</text>\n");
    for (int64_t row = 0; row < mg_dataset_rows(iris); row++) {
        mg_dataset_text(iris, row, species, name, sizeof name);
        int true_one = name[0] == 's' ? 1 : name[1] == 'e' ? 0 : 2; /* setosa, versicolor, virginica */
        fprintf(out, "<circle cx='%.1f' cy='%.1f' r='4.5' fill='%s' stroke='%s' stroke-width='2' fill-opacity='0.5'/>\n",
                20 + 60 * mg_dataset_number(iris, row, 2), 275 - 98 * mg_dataset_number(iris, row, 3), colour[group[row]],
                colour[true_one]);
    }
    fputs("</svg>\n", out);
    fclose(out);
}

int main(int argc, char **argv) {
    mg_context *ctx = mg_context_create(NULL);
    mg_dataset *iris = mg_dataset_read(ctx, "data/iris.csv", NULL);
    mg_cluster_options options = mg_cluster_defaults();
    options.k = 3;
    options.scale = "none";    /* all four columns are centimetres */
    options.truth = "species"; /* never looked at: only for the score */
    mg_clustering *groups = mg_cluster(ctx, iris, &options);
    const mg_clustering_result *found = mg_clustering_result_of(groups);
    for (int64_t j = 0; found && j < found->k; j++) {
        mg_cluster_trait trait;
        mg_clustering_traits(groups, j, &trait, 1);
        printf("group %d: %2d flowers, mean %s %.2f (all: %.2f)\n", (int)j, (int)found->size[j], trait.column, trait.value,
               trait.usual);
    }
    if (found) printf("inertia %.2f, adjusted Rand index %.3f\n", found->inertia, found->agreement.ari);
    if (found && argc > 1) draw(iris, found->label, argv[1]);
    int failed = mg_context_status(ctx) != MG_OK;
    if (failed) fprintf(stderr, "%s\n", mg_context_message(ctx));
    mg_clustering_destroy(groups);
    mg_dataset_destroy(iris);
    mg_context_destroy(ctx);
    return failed;
}
