/* A page on groups that were found without labels. */
#include "report/report.h"

#include "cluster/clustering.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TRAITS_SHOWN  5
#define MOST_GROUPS   60
#define MOST_COLUMNS  40 /* of the map */
#define MOST_PICTURES 64

typedef struct grouping {
    mg_context *context;
    const mg_clustering *clustering;
    const mg_clustering_result *result;
    mg__page page;
} grouping;

/* --- summary ----------------------------------------------------------------------------------------- */

static void put_tile(mg__page *page, double value, const char *text) {
    if (isfinite(value)) mg__say(page, "<div class=\"tile\"><b>%n</b><span>%s</span></div>\n", value, text);
}

static void put_noise(mg__page *page, const mg_clustering_result *r) {
    int64_t none = 0;
    for (int64_t row = 0; row < r->rows; row++) none += r->label[row] < 0;
    if (none > 0) mg__say(page, "<p>%L of the rows are in no group.</p>\n", none);
}

static void put_summary(grouping *g, const char *command) {
    const mg_clustering_result *r = g->result;
    mg__page *page = &g->page;
    mg__say(page, "<h1>%L groups of %L rows</h1>\n", r->k, r->rows);
    if (command) mg__say(page, "<pre>%e</pre>\n", command);
    mg__say(page, "<div class=\"tiles\">\n");
    put_tile(page, r->scores.silhouette, "silhouette: 1 is far apart, 0 touching");
    put_tile(page, r->scores.davies_bouldin, "Davies-Bouldin: less is better");
    put_tile(page, r->scores.calinski_harabasz, "Calinski-Harabasz: more is better");
    put_tile(page, r->inertia, "inertia");
    put_tile(page, r->agreement.ari, "adjusted Rand index, beside the truth");
    put_tile(page, r->agreement.nmi, "normalised mutual information");
    put_tile(page, r->agreement.purity, "purity");
    put_tile(page, r->agreement.accuracy, "accuracy, each truth matched with one group");
    mg__say(page, "</div>\n");
    mg__put_warnings(page, r->warning, r->warnings);
    mg__say(page, "<p>Method: %s%s%s%s. Scale: %s (%e).</p>\n", r->method, r->details ? " (" : "", r->details ? r->details : "",
            r->details ? ")" : "", r->scale, r->scale_reason);
    if (r->trials < 2 && r->k_reason) mg__say(page, "<p>%e.</p>\n", r->k_reason);
    if (r->label) put_noise(page, r);
}

/* --- how k was chosen -------------------------------------------------------------------------------- */

static double silhouette_at(const mg_cluster_trial *t) { return t->silhouette; }
static double inertia_at(const mg_cluster_trial *t) { return t->inertia; }
static double gap_at(const mg_cluster_trial *t) { return t->gap; }
static double stability_at(const mg_cluster_trial *t) { return t->stability; }
static double bic_at(const mg_cluster_trial *t) { return t->bic; }

static mg_status put_curves(grouping *g) {
    static const struct {
        const char *title, *about;
        double (*at)(const mg_cluster_trial *);
    } curves[] = {
        { "Silhouette",
          "How much nearer rows are to their own group than to the next. The highest is chosen where there is no BIC.",
          silhouette_at },
        { "BIC",
          "Likelihood less a price for each number of the mixture. The lowest is chosen; there is none where a group closes in on few rows.",
          bic_at },
        { "Gap statistic",
          "How much tighter the groups are than those of rows spread evenly. The first that the next does not beat clearly.",
          gap_at },
        { "Stability", "Do two samples of the rows fall into the same groups? 1: always.", stability_at },
        { "Inertia", "Sum of squared distances to the centres: it always falls; a bend is a hint.", inertia_at },
    };
    const mg_clustering_result *r = g->result;
    if (r->trials < 2) return MG_OK;
    double *x = mg__alloc_array(g->context, (size_t)r->trials, 2 * sizeof *x), *y = x ? x + r->trials : NULL;
    if (!x) return MG_OUT_OF_MEMORY;
    mg__say(&g->page, "<h2>Why %L groups</h2>\n<p>%e.</p>\n<div class=\"charts\">\n", r->k, r->k_reason ? r->k_reason : "");
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        bool any = false;
        for (int64_t t = 0; t < r->trials; t++) {
            x[t] = (double)r->trial[t].k;
            y[t] = curves[i].at(&r->trial[t]);
            any = any || isfinite(y[t]);
        }
        const mg__line line = { .name = curves[i].title, .x = x, .y = y, .count = r->trials, .dots = true };
        const mg__line_chart chart = { .title = curves[i].title,
                                       .about = curves[i].about,
                                       .x_label = "groups",
                                       .line = &line,
                                       .lines = 1,
                                       .mark = (double)r->k,
                                       .mark_name = "chosen" };
        if (any) mg__put_line_chart(&g->page, &chart);
    }
    mg__say(&g->page, "</div>\n");
    mg__free(g->context, x);
    return MG_OK;
}

/* --- groups ------------------------------------------------------------------------------------------ */

static void put_trait(mg__page *page, const mg_cluster_trait *t) {
    if (t->category)
        mg__say(page, "<br>%e %e: %p (all rows %p)", t->column, t->category, t->value, t->usual);
    else
        mg__say(page, "<br>%e: %n (all rows %n)", t->column, t->value, t->usual);
}

static void put_groups(grouping *g) {
    const mg_clustering_result *r = g->result;
    mg__page *page = &g->page;
    mg__say(
        page,
        "<h2>Groups</h2>\n<div class=\"scroll\"><table>\n<tr><th>group</th><th class=\"r\">rows</th><th class=\"r\">share</th>"
        "<th>what sets it apart: its mean, and that of all rows</th></tr>\n");
    for (int64_t j = 0; j < r->k && j < MOST_GROUPS; j++) {
        mg_cluster_trait trait[TRAITS_SHOWN];
        int64_t count = mg_clustering_traits(g->clustering, j, trait, TRAITS_SHOWN);
        mg__say(page, "<tr><td>%l</td><td class=\"r\">%L</td><td class=\"r\">%p</td><td>", j, r->size[j],
                (double)r->size[j] / (double)r->rows);
        for (int64_t i = 0; i < count && i < TRAITS_SHOWN; i++) put_trait(page, &trait[i]);
        mg__say(page, "</td></tr>\n");
    }
    mg__say(page, "</table></div>\n");
}

/* Columns by groups: how far each mean is from that of all rows. */
static mg_status put_map(grouping *g) {
    const mg_clustering_result *r = g->result;
    int64_t columns = mg_clustering_traits(g->clustering, 0, NULL, 0);
    if (columns < 1 || r->k > MOST_GROUPS) return columns < 0 ? MG_OUT_OF_MEMORY : MG_OK;
    int64_t rows = columns < MOST_COLUMNS ? columns : MOST_COLUMNS;
    mg_cluster_trait *trait = mg__alloc_array(g->context, (size_t)columns, 2 * sizeof *trait),
                     *first = trait ? trait + columns : NULL;
    double *value = mg__alloc_array(g->context, (size_t)rows, (size_t)r->k * sizeof *value);
    const char **name = mg__alloc_array(g->context, (size_t)rows, sizeof *name);
    mg_status status = trait && value && name ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) mg_clustering_traits(g->clustering, 0, first, columns);
    for (int64_t j = 0; j < r->k && status == MG_OK; j++) {
        if (mg_clustering_traits(g->clustering, j, trait, columns) < 0) status = MG_OUT_OF_MEMORY;
        for (int64_t row = 0; row < rows && status == MG_OK; row++) {
            name[row] = first[row].column;
            for (int64_t i = 0; i < columns; i++)
                if (trait[i].column == first[row].column && trait[i].category == first[row].category)
                    value[row * r->k + j] = trait[i].apart;
        }
    }
    char last[32];
    snprintf(last, sizeof last, "group %lld", (long long)(r->k - 1));
    const mg__heat_map map = { .title = "Groups by columns",
                               .about =
                                   "How many deviations of all rows a group's mean lies above (below: negative) the mean of all.",
                               .row = name,
                               .rows = rows,
                               .columns = r->k,
                               .value = value,
                               .first = "group 0",
                               .last = last,
                               .low = NAN,
                               .high = NAN };
    if (status == MG_OK) mg__put_heat_map(&g->page, &map);
    mg__free(g->context, trait);
    mg__free(g->context, value);
    mg__free(g->context, name);
    return status;
}

/* Centres of images. */
static mg_status put_pictures(grouping *g) {
    const mg_clustering_result *r = g->result;
    int64_t shape[3], count = r->k < MOST_PICTURES ? r->k : MOST_PICTURES;
    if (mg_encoder_shape(mg_clustering_encoder(g->clustering), shape) != 3 || (shape[2] != 1 && shape[2] != 3)) return MG_OK;
    float *pixel = mg__alloc_array(g->context, (size_t)r->features, sizeof *pixel);
    if (!pixel) return MG_OUT_OF_MEMORY;
    mg__say(&g->page, "<figure class=\"pictures\"><figcaption><b>Centres</b><span>The mean picture of each group.</span>"
                      "</figcaption><div>\n");
    for (int64_t j = 0; j < count; j++) {
        double low = INFINITY, high = -INFINITY;
        for (int64_t i = 0; i < r->features; i++) {
            pixel[i] = (float)r->centre[j * r->features + i];
            low = fmin(low, (double)pixel[i]);
            high = fmax(high, (double)pixel[i]);
        }
        mg__say(&g->page, "<div>");
        mg__put_picture(&g->page, pixel, shape[0], shape[1], shape[2], low, high);
        mg__say(&g->page, "<b>%l</b> %L rows</div>\n", j, r->size[j]);
    }
    mg__say(&g->page, "</div></figure>\n");
    mg__free(g->context, pixel);
    return MG_OK;
}

static mg_status put_all(grouping *g, const char *command) {
    mg__page_open(&g->page, "Groups");
    put_summary(g, command);
    mg_status status = put_curves(g);
    put_groups(g);
    mg__say(&g->page, "<div class=\"charts\">\n");
    mg__put_dendrogram(&g->page, g->result);
    if (status == MG_OK) status = put_map(g);
    mg__say(&g->page, "</div>\n");
    return status == MG_OK ? put_pictures(g) : status;
}

/* The first that there is of: the tree, the curves of k, groups by columns. */
static mg_status write_picture(grouping *g, const char *path) {
    mg__put_dendrogram(&g->page, g->result);
    mg_status status = put_curves(g);
    if (status == MG_OK) status = put_map(g);
    if (status == MG_OK && !g->page.failed && (!g->page.text || !strstr(g->page.text, "<svg")))
        status = mg__fail(g->context, MG_UNSUPPORTED, "%s: these groups have no chart; give a name that ends in .html", path);
    if (status == MG_OK) return mg__page_write_svg(&g->page, path);
    mg__page_free(&g->page);
    return status;
}

mg_status mg_report_clustering(const mg_clustering *clustering, const char *command, const char *path) {
    if (!clustering || !path) return MG_INVALID;
    mg_context *context = clustering->context;
    grouping g = { .context = context,
                   .clustering = clustering,
                   .result = mg_clustering_result_of(clustering),
                   .page = mg__page_begin(context) };
    size_t length = strlen(path);
    if (length >= 4 && strcmp(path + length - 4, ".svg") == 0) return write_picture(&g, path);
    mg_status status = put_all(&g, command);
    if (status == MG_OK) return mg__page_close(&g.page, path);
    mg__page_free(&g.page);
    return status;
}
