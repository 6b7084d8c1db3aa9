/* The top of a tree of merges: each bracket joins two groups at the height at which they became one. */
#include "report/chart.h"

#include "base/base.h"

#include <micrograd/cluster.h>

#include <math.h>
#include <stdio.h>

#define FEW_LEAVES  30
#define MOST_LEAVES 60

/* What lies at a leaf, or was joined. */
typedef struct branch {
    double x, height;
    int color; /* of its group; -1: of several */
} branch;

typedef struct drawing {
    const mg_clustering_result *result;
    int64_t rows, leaves, first; /* merge that is drawn */
    int64_t leaf[MOST_LEAVES];   /* groups, from the left */
    char text[MOST_LEAVES][16];
    const char *word[MOST_LEAVES];
    branch at_leaf[MOST_LEAVES], joined[MOST_LEAVES];
} drawing;

static int64_t rows_of(const drawing *d, int64_t group) { return group < d->rows ? 1 : d->result->merge[group - d->rows].rows; }

static int color_of(const drawing *d, int64_t group) {
    if (group >= d->rows && group - d->rows >= d->rows - d->result->k) return -1;
    while (group >= d->rows) group = d->result->merge[group - d->rows].a;
    return (int)(d->result->label[group] % MG__CHART_COLORS);
}

/* From the root down, the left side first. */
static void place_leaves(drawing *d) {
    int64_t stack[2 * MOST_LEAVES], depth = 0, placed = 0;
    stack[depth++] = d->rows + d->result->merges - 1;
    while (depth > 0) {
        int64_t group = stack[--depth];
        if (group >= d->rows + d->first) {
            const mg_cluster_merge *m = &d->result->merge[group - d->rows];
            stack[depth++] = m->b;
            stack[depth++] = m->a;
            continue;
        }
        d->leaf[placed] = group;
        d->at_leaf[placed] = (branch){ (double)placed, 0, color_of(d, group) };
        snprintf(d->text[placed], sizeof d->text[placed], "%lld", (long long)rows_of(d, group));
        d->word[placed] = d->text[placed];
        placed++;
    }
}

static const branch *branch_of(const drawing *d, int64_t group) {
    if (group >= d->rows + d->first) return &d->joined[group - d->rows - d->first];
    int64_t at = 0;
    while (d->leaf[at] != group) at++;
    return &d->at_leaf[at];
}

static void put_bracket(mg__page *page, const mg__frame *f, const branch *a, const branch *b, const branch *joined) {
    double left = mg__scale_place(&f->x, a->x), right = mg__scale_place(&f->x, b->x),
           top = mg__scale_place(&f->y, joined->height);
    double low_left = mg__scale_place(&f->y, a->height), low_right = mg__scale_place(&f->y, b->height);
    if (joined->color >= 0)
        mg__say(page, "<path class=\"line c%l\" d=\"M%c %cV%cH%cV%c\"/>\n", (int64_t)joined->color, left, low_left, top, right,
                low_right);
    else
        mg__say(page, "<path class=\"whisker\" d=\"M%c %cV%cH%cV%c\"/>\n", left, low_left, top, right, low_right);
}

/* Half-way between the last merge that was kept and the first that was not. */
static double cut_height(const drawing *d) {
    const mg_clustering_result *r = d->result;
    int64_t kept = d->rows - r->k;
    double below = kept > 0 ? r->merge[kept - 1].height : 0;
    return kept < r->merges ? (below + r->merge[kept].height) / 2 : NAN;
}

void mg__put_dendrogram(mg__page *page, const struct mg_clustering_result *r) {
    if (r->merges < 1 || !r->label) return;
    drawing d = { .result = r, .rows = r->merges + 1 };
    int64_t wanted = r->k > FEW_LEAVES ? r->k : FEW_LEAVES;
    wanted = wanted < MOST_LEAVES ? wanted : MOST_LEAVES;
    d.leaves = wanted < d.rows ? wanted : d.rows;
    d.first = d.rows - d.leaves;
    place_leaves(&d);
    char about[160];
    snprintf(
        about, sizeof about,
        "How groups became one, the nearest first: the last %lld merges. Below each branch stand its rows; the tree is cut at the dashed line.",
        (long long)(d.leaves - 1));
    mg__frame f = mg__frame_make("Tree of groups", about, 0);
    mg__frame_words(&f, d.word, (int)d.leaves);
    f.x_label = "rows";
    f.y_label = "distance";
    f.y = mg__scale_make(0, r->merge[r->merges - 1].height, false, f.bottom, f.top);
    mg__frame_begin(page, &f);
    for (int64_t i = d.first; i < r->merges; i++) {
        const branch *a = branch_of(&d, r->merge[i].a), *b = branch_of(&d, r->merge[i].b);
        branch *own = &d.joined[i - d.first];
        *own = (branch){ (a->x + b->x) / 2, r->merge[i].height, i < d.rows - r->k ? a->color : -1 };
        put_bracket(page, &f, a, b, own);
    }
    double cut = mg__scale_place(&f.y, cut_height(&d));
    if (isfinite(cut)) mg__say(page, "<path class=\"mark\" d=\"M%c %cH%c\"/>\n", f.left, cut, f.right);
    mg__figure_end(page);
}
