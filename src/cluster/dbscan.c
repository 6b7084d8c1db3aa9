/* DBSCAN (Ester, Kriegel, Sander & Xu 1996): rows with enough neighbours are cores; cores within the radius of each other are one
 * group; other rows have the group of their nearest core within the radius, or none. So a new row is told its group as the rows
 * were, and no group depends on the order of the rows. */
#include "cluster/dbscan.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct scanning {
    const mg__points *points;
    const mg_cluster_options *options;
    mg__neighbours near; /* all rows */
    mg__cores *cores;
    double radius; /* as told; that of the cores is wider by what rounding took */
    int64_t sampled;
    int64_t *row; /* [cores]: which row it is */
    int64_t groups;
} scanning;

/* Rows are f32, less a mean: a distance is known to so much, and rows at just the radius must be neighbours. */
static double rounding(const mg__points *p) {
    double most = 0;
    for (int64_t i = 0; i < p->rows * p->columns; i++) most = fmax(most, fabs((double)p->x[i]));
    return (double)FLT_EPSILON * most * sqrt((double)p->columns);
}

static mg_status choose_radius(scanning *s) {
    const mg_cluster_options *o = s->options;
    s->radius = o->radius;
    if (o->radius == MG_AUTO) {
        mg_status status = mg__suggest_radius(s->points, &s->near, o->min_points, o->seed, &s->radius, &s->sampled);
        if (status != MG_OK) return status;
    }
    s->cores->radius = s->radius + rounding(s->points);
    return MG_OK;
}

static mg_status find_cores(scanning *s) {
    const mg__points *p = s->points;
    mg__cores *c = s->cores;
    int64_t *count = mg__alloc_array(p->context, (size_t)p->rows, sizeof *count), most = s->options->min_points;
    s->row = mg__alloc_array(p->context, (size_t)p->rows, sizeof *s->row);
    mg_status status = count && s->row ? mg__neighbours_count(&s->near, p->x, p->rows, c->radius, most, count) : MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < p->rows && status == MG_OK; row++)
        if (count[row] >= most) s->row[c->count++] = row;
    mg__free(p->context, count);
    if (status != MG_OK) return status;
    c->x = mg__alloc_array(p->context, (size_t)c->count, (size_t)p->columns * sizeof *c->x);
    c->label = mg__alloc_array(p->context, (size_t)c->count, sizeof *c->label);
    if (!c->x || !c->label) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < c->count; i++)
        memcpy(c->x + i * p->columns, p->x + s->row[i] * p->columns, (size_t)p->columns * sizeof *c->x);
    return mg__neighbours_open(&c->near, p->context, c->x, c->count, p->columns);
}

/* Groups are numbered in the order of their first cores. */
static mg_status join_cores(scanning *s) {
    mg__cores *c = s->cores;
    int64_t *component = mg__alloc_array(s->points->context, (size_t)c->count, sizeof *component);
    mg_status status = component ? mg__neighbours_connect(&c->near, c->radius, component) : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < c->count && status == MG_OK; i++)
        c->label[i] = component[i] == i ? (int32_t)s->groups++ : c->label[component[i]];
    mg__free(s->points->context, component);
    return status;
}

static mg_status scan(scanning *s, int32_t *label) {
    mg_status status = mg__neighbours_open(&s->near, s->points->context, s->points->x, s->points->rows, s->points->columns);
    if (status == MG_OK) status = choose_radius(s);
    if (status == MG_OK) status = find_cores(s);
    if (status == MG_OK) status = join_cores(s);
    if (status == MG_OK) status = mg__cores_assign(s->cores, s->points, label, NULL);
    return status;
}

static void tell(const scanning *s, mg__found *found) {
    int64_t none = 0, rows = s->points->rows, points = s->options->min_points;
    size_t used = 0, size = sizeof found->reason;
    char sample[64] = "";
    for (int64_t row = 0; row < rows; row++) none += found->label[row] < 0;
    snprintf(found->details, sizeof found->details, "radius %.4g, %" PRId64 " points", s->radius, points);
    mg__append(found->reason, size, &used, "%" PRId64 " found, of rows with %" PRId64 " or more within the radius %.4g",
               s->groups, points, s->radius);
    if (s->sampled > 0 && s->sampled < rows) snprintf(sample, sizeof sample, ", of a sample of %" PRId64 " rows", s->sampled);
    if (s->sampled > 0) mg__append(found->reason, size, &used, "; row number %" PRId64 " is seldom farther%s", points, sample);
    if (s->groups == 0)
        snprintf(found->warning, sizeof found->warning,
                 "no row has %" PRId64
                 " rows within the radius %.4g, itself among them, so there is no group; give a larger radius or "
                 "fewer min-points",
                 points, s->radius);
    else if (s->groups == 1 && s->sampled > 0 && 10 * none < rows)
        snprintf(found->warning, sizeof found->warning,
                 "one group has nearly all rows; a smaller radius than %.4g may tell more apart", s->radius);
    else if (2 * none > rows)
        snprintf(found->warning, sizeof found->warning,
                 "%" PRId64 " of %" PRId64 " rows are in no group; a larger radius than %.4g, or fewer min-points, takes more in",
                 none, rows, s->radius);
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    (void)k;
    if (options->radius != MG_AUTO && !(options->radius > 0 && isfinite(options->radius)))
        return mg__fail(points->context, MG_SETTING, "radius: %g is none; give a number above 0, or auto", options->radius);
    if (options->min_points < 1)
        return mg__fail(points->context, MG_SETTING, "min-points: %" PRId64 " is below 1", options->min_points);
    scanning s = { .points = points, .options = options, .cores = mg__alloc_zero(points->context, sizeof *s.cores) };
    found->label = mg__alloc_array(points->context, (size_t)points->rows, sizeof *found->label);
    mg_status status = s.cores && found->label ? MG_OK : MG_OUT_OF_MEMORY;
    if (s.cores) *s.cores = (mg__cores){ .context = points->context, .columns = points->columns };
    if (status == MG_OK) status = scan(&s, found->label);
    if (status == MG_OK) tell(&s, found);
    mg__neighbours_close(&s.near);
    mg__free(points->context, s.row);
    found->k = s.groups;
    found->model = s.cores; /* whole or not, it is forgotten with the rest */
    return status;
}

const mg__cluster_method mg__method_dbscan = {
    .name = "dbscan",
    .doc = "Dense regions of any shape, and rows in none; finds their number (Ester, Kriegel, Sander & Xu 1996).",
    .finds_k = true,
    .fit = fit,
    .assign = mg__cores_assign,
    .forget = mg__cores_forget,
    .store = mg__cores_store,
    .restore = mg__cores_restore,
};
