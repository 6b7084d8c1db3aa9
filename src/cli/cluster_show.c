/* Groups for people and for programs. */
#include "cli/cluster_show.h"

#include "cli/show.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define TRAITS_SHOWN 3
#define GROUPS_SHOWN 30
#define CLEARLY      0.5 /* deviations: nearer to all rows than this, nothing sets a group apart */

/* --- groups ------------------------------------------------------------------------------------------ */

static void trait_text(const mg_cluster_trait *trait, char *out, size_t size) {
    char column[256], category[256];
    cli_short(trait->column, 30, column);
    if (trait->category)
        snprintf(out, size, "%s %s %.0f %% (%.0f %%)", column, cli_short(trait->category, 30, category), 100 * trait->value,
                 100 * trait->usual);
    else
        snprintf(out, size, "%s %.4g (%.4g)", column, trait->value, trait->usual);
}

/* "petal_length 1.46 (3.76), ...": what is far from usual. */
static void traits_text(const mg_clustering *clustering, int64_t group, char *out, size_t size) {
    mg_cluster_trait trait[TRAITS_SHOWN];
    int64_t count = mg_clustering_traits(clustering, group, trait, TRAITS_SHOWN);
    size_t used = 0;
    *out = 0;
    for (int64_t i = 0; i < count && i < TRAITS_SHOWN; i++) {
        char text[640];
        if (fabs(trait[i].apart) < CLEARLY) break;
        trait_text(&trait[i], text, sizeof text);
        int length = snprintf(out + used, size - used, "%s%s", i > 0 ? ", " : "", text);
        used += length > 0 && (size_t)length < size - used ? (size_t)length : 0;
    }
    if (!*out) snprintf(out, size, "%s", count > 0 ? "near to all rows in each column" : "");
}

static int64_t grouped_rows(const mg_clustering_result *r) {
    int64_t rows = 0;
    for (int64_t j = 0; j < r->k; j++) rows += r->size[j];
    return rows;
}

void cli_print_groups(FILE *stream, const mg_clustering *clustering) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    cli_grid grid = cli_grid_begin("rrrl");
    char text[2048], count[32];
    bool traits = mg_clustering_traits(clustering, 0, NULL, 0) > 0;
    cli_grid_add(&grid, "group");
    cli_grid_add(&grid, "rows");
    cli_grid_add(&grid, "share");
    cli_grid_add(&grid, traits ? "what sets it apart: the mean in the group (in all rows)" : "");
    for (int64_t j = 0; j < r->k && j < GROUPS_SHOWN; j++) {
        traits_text(clustering, j, text, sizeof text);
        cli_grid_add(&grid, "%" PRId64, j);
        cli_grid_add(&grid, "%s", cli_count(r->size[j], count));
        cli_grid_add(&grid, "%.1f %%", 100 * (double)r->size[j] / (double)r->rows);
        cli_grid_add(&grid, "%s", text);
    }
    cli_grid_print(&grid, stream, 2, true);
    int64_t grouped = grouped_rows(r);
    if (r->k > GROUPS_SHOWN) fprintf(stream, "  and %" PRId64 " smaller ones\n", r->k - GROUPS_SHOWN);
    if (grouped < r->rows)
        fprintf(stream, "  %s row%s in no group\n", cli_count(r->rows - grouped, count),
                r->rows - grouped == 1 ? " is" : "s are");
}

/* --- scores ------------------------------------------------------------------------------------------ */

typedef struct named {
    const char *name, *doc;
    double value;
} named;

static void print_named(FILE *stream, const named *all, size_t count) {
    cli_grid grid = cli_grid_begin("lrl");
    for (size_t i = 0; i < count; i++) {
        if (isnan(all[i].value)) continue;
        cli_grid_add(&grid, "%s", all[i].name);
        cli_grid_add(&grid, "%.4g", all[i].value);
        cli_grid_add(&grid, "%s", all[i].doc);
    }
    cli_grid_print(&grid, stream, 2, false);
}

void cli_print_cluster_scores(FILE *stream, const mg_clustering_result *r) {
    char rows[32], silhouette[160];
    snprintf(
        silhouette, sizeof silhouette, "1: far apart, 0: touching%s%s%s", r->silhouette_rows < r->rows ? "; of a sample of " : "",
        r->silhouette_rows < r->rows ? cli_count(r->silhouette_rows, rows) : "", r->silhouette_rows < r->rows ? " rows" : "");
    const named all[] = {
        { "inertia", "sum of squared distances to the centres", r->inertia },
        { "silhouette", silhouette, r->scores.silhouette },
        { "Davies-Bouldin", "less is better", r->scores.davies_bouldin },
        { "Calinski-Harabasz", "more is better", r->scores.calinski_harabasz },
        { "adjusted Rand index", "beside the truth; 0: as by chance, 1: the same groups", r->agreement.ari },
        { "mutual information", "likewise, normalised", r->agreement.nmi },
        { "purity", "rows whose truth is their group's most frequent", r->agreement.purity },
        { "accuracy", "rows that are right where each truth has one group", r->agreement.accuracy },
    };
    print_named(stream, all, sizeof all / sizeof *all);
}

static void add_figure(cli_grid *grid, double value) {
    if (isnan(value))
        cli_grid_add(grid, "-");
    else
        cli_grid_add(grid, "%.4g", value);
}

void cli_print_cluster_trials(FILE *stream, const mg_clustering_result *r) {
    if (r->trials == 0) return;
    bool bic = false;
    for (int64_t t = 0; t < r->trials; t++) bic = bic || !isnan(r->trial[t].bic);
    cli_grid grid = cli_grid_begin(bic ? "rrrrrr" : "rrrrr");
    cli_grid_add(&grid, "k");
    cli_grid_add(&grid, "inertia");
    cli_grid_add(&grid, "silhouette");
    cli_grid_add(&grid, "gap");
    cli_grid_add(&grid, "stability");
    if (bic) cli_grid_add(&grid, "BIC");
    for (int64_t t = 0; t < r->trials; t++) {
        cli_grid_add(&grid, "%s%" PRId64, r->trial[t].k == r->k ? "> " : "", r->trial[t].k);
        add_figure(&grid, r->trial[t].inertia);
        add_figure(&grid, r->trial[t].silhouette);
        add_figure(&grid, r->trial[t].gap);
        add_figure(&grid, r->trial[t].stability);
        if (bic) add_figure(&grid, r->trial[t].bic);
    }
    cli_grid_print(&grid, stream, 2, true);
}

/* --- show -------------------------------------------------------------------------------------------- */

static void print_text(const cli_arguments *arguments, const mg_clustering *clustering) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    char rows[32];
    printf("%-9s %s\n%-9s clustering by %s: %" PRId64 " group%s of %s rows\n", "model", arguments->operands[0], "task", r->method,
           r->k, r->k == 1 ? "" : "s", cli_count(r->rows, rows));
    if (r->details) printf("%-9s %s\n", "method", r->details);
    printf("%-9s %s: %s\n", "scale", r->scale, r->scale_reason);
    if (r->k_reason) {
        printf("%-9s ", "k");
        cli_wrap(stdout, r->k_reason, 10, 10, cli_columns());
    }
    cli_show_heading("Groups");
    cli_print_groups(stdout, clustering);
    cli_show_heading("Scores");
    cli_print_cluster_scores(stdout, r);
    if (r->trials > 0) cli_show_heading("Numbers of groups that were tried");
    cli_print_cluster_trials(stdout, r);
}

static void json_group(cli_json *json, const mg_clustering *clustering, int64_t group) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    int64_t room = mg_clustering_traits(clustering, group, NULL, 0);
    mg_cluster_trait *trait = room > 0 ? calloc((size_t)room, sizeof *trait) : NULL;
    int64_t count = trait ? mg_clustering_traits(clustering, group, trait, room) : 0;
    cli_json_object(json, NULL);
    cli_json_integer(json, "rows", r->size[group]);
    cli_json_array(json, "columns");
    for (int64_t i = 0; i < count; i++) {
        cli_json_object(json, NULL);
        cli_json_string(json, "column", trait[i].column);
        cli_json_string(json, "category", trait[i].category);
        cli_json_number(json, "value", trait[i].value);
        cli_json_number(json, "usual", trait[i].usual);
        cli_json_number(json, "apart", trait[i].apart);
        cli_json_end(json);
    }
    cli_json_end(json);
    cli_json_end(json);
    free(trait);
}

static void json_trials(cli_json *json, const mg_clustering_result *r) {
    cli_json_array(json, "trials");
    for (int64_t t = 0; t < r->trials; t++) {
        cli_json_object(json, NULL);
        cli_json_integer(json, "k", r->trial[t].k);
        cli_json_number(json, "inertia", r->trial[t].inertia);
        cli_json_number(json, "silhouette", r->trial[t].silhouette);
        cli_json_number(json, "gap", r->trial[t].gap);
        cli_json_number(json, "gap_deviation", r->trial[t].gap_deviation);
        cli_json_number(json, "stability", r->trial[t].stability);
        cli_json_number(json, "bic", r->trial[t].bic);
        cli_json_end(json);
    }
    cli_json_end(json);
}

static void print_json(const cli_arguments *arguments, const mg_clustering *clustering) {
    const mg_clustering_result *r = mg_clustering_result_of(clustering);
    cli_json json = cli_json_begin(stdout);
    cli_json_object(&json, NULL);
    cli_json_string(&json, "model", arguments->operands[0]);
    cli_json_string(&json, "task", "clustering");
    cli_json_string(&json, "method", r->method);
    cli_json_string(&json, "details", r->details);
    cli_json_integer(&json, "k", r->k);
    cli_json_string(&json, "k_reason", r->k_reason);
    cli_json_integer(&json, "rows", r->rows);
    cli_json_integer(&json, "noise", r->rows - grouped_rows(r));
    cli_json_string(&json, "scale", r->scale);
    cli_json_string(&json, "scale_reason", r->scale_reason);
    cli_json_number(&json, "inertia", r->inertia);
    cli_json_number(&json, "silhouette", r->scores.silhouette);
    cli_json_number(&json, "davies_bouldin", r->scores.davies_bouldin);
    cli_json_number(&json, "calinski_harabasz", r->scores.calinski_harabasz);
    cli_json_number(&json, "ari", r->agreement.ari);
    cli_json_number(&json, "nmi", r->agreement.nmi);
    cli_json_number(&json, "purity", r->agreement.purity);
    cli_json_number(&json, "accuracy", r->agreement.accuracy);
    cli_json_array(&json, "groups");
    for (int64_t j = 0; j < r->k; j++) json_group(&json, clustering, j);
    cli_json_end(&json);
    json_trials(&json, r);
    cli_json_end(&json);
}

int cli_show_clustering(const cli_arguments *arguments, mg_context *context) {
    mg_clustering *clustering = mg_clustering_load(context, arguments->operands[0]);
    if (!clustering) return cli_fail(CLI_FAILED, "%s", mg_context_message(context));
    if (arguments->settings.json)
        print_json(arguments, clustering);
    else
        print_text(arguments, clustering);
    mg_clustering_destroy(clustering);
    return CLI_OK;
}
