/* Two settings together: what trials around each place of their plane came to. */
#include "report/study.h"

#include <math.h>
#include <stdio.h>

#define GRID   32 /* places in each direction */
#define MOST   3  /* settings, of which each two have a plane */
#define LEAST  5  /* whole numbers, less one */
#define TRIALS 8  /* at least, that have both */
#define NEAREST \
    0.11 /* the weight of a trial two widths away, and a bit less than that: farther from all trials nothing is known */

/* Complete trials that have both settings; places in [0, 1]. */
typedef struct plane {
    const mg_dimension *x, *y;
    double *at_x, *at_y;     /* [count] */
    double *unit_x, *unit_y; /* [count] */
    double *depth;           /* [count] */
    double answer[GRID * GRID];
    double mark[2];
    bool marked;
    int64_t count;
} plane;

/* The mean of the trials' depths, weighed by exp(-d^2 / 2 h^2) (Nadaraya 1964, Watson 1964). */
static double smoothed(const plane *p, double x, double y) {
    double h = fmax(0.05, 0.35 * pow((double)p->count, -0.25)), weights = 0, sum = 0, nearest = 0;
    for (int64_t i = 0; i < p->count; i++) {
        double dx = p->unit_x[i] - x, dy = p->unit_y[i] - y, weight = exp(-(dx * dx + dy * dy) / (2 * h * h));
        weights += weight;
        sum += weight * p->depth[i];
        nearest = fmax(nearest, weight);
    }
    return nearest > NEAREST ? sum / weights : NAN;
}

static void fill(const mg__study_view *v, int x, int y, plane *p) {
    mg__scale unit_x = mg__dimension_scale(p->x, 0, 1), unit_y = mg__dimension_scale(p->y, 0, 1);
    for (int64_t k = 0; k < v->drawn_count; k++) {
        int64_t i = v->drawn[k];
        const double *point = v->trial[i]->point;
        if (!isfinite(v->depth[i]) || !isfinite(point[x]) || !isfinite(point[y])) continue;
        p->at_x[p->count] = point[x];
        p->at_y[p->count] = point[y];
        p->unit_x[p->count] = mg__scale_place(&unit_x, point[x]);
        p->unit_y[p->count] = mg__scale_place(&unit_y, point[y]);
        p->depth[p->count++] = v->depth[i];
        if (i == v->winner) p->mark[0] = point[x], p->mark[1] = point[y], p->marked = true;
    }
    for (int i = 0; i < GRID * GRID && p->count >= TRIALS; i++)
        p->answer[i] = smoothed(p, (i % GRID + 0.5) / GRID, (i / GRID + 0.5) / GRID);
}

static void put_plane(mg__page *page, const plane *p) {
    char title[2 * MG__NAME_BYTES + 8], x[MG__NAME_BYTES], y[MG__NAME_BYTES];
    snprintf(title, sizeof title, "%s and %s", mg__short_name(p->x->name, 24, x), mg__short_name(p->y->name, 24, y));
    mg__scale across = mg__dimension_scale(p->x, 0, 1), up = mg__dimension_scale(p->y, 0, 1);
    mg__boundary b = { .title = title,
                       .x_label = mg__short_name(p->x->name, 40, x),
                       .y_label = mg__short_name(p->y->name, 32, y),
                       .x = { across.low, across.high },
                       .y = { up.low, up.high },
                       .x_logarithmic = p->x->log,
                       .y_logarithmic = p->y->log,
                       .x_whole = p->x->kind == MG_DIMENSION_INT,
                       .y_whole = p->y->kind == MG_DIMENSION_INT,
                       .columns = GRID,
                       .rows = GRID,
                       .answer = p->answer,
                       .outputs = 1,
                       .point_x = p->at_x,
                       .point_y = p->at_y,
                       .points = p->count,
                       .mark = p->marked ? p->mark : NULL };
    mg__put_boundary(page, &b);
}

/* The heading comes with the first plane that there is. */
static void put_pair(mg__study_view *v, int x, int y, plane *p, double *numbers, bool *any) {
    size_t most = (size_t)v->drawn_count + 1;
    *p = (plane){ .x = mg_space_dimension(v->source->space, x),
                  .y = mg_space_dimension(v->source->space, y),
                  .at_x = numbers,
                  .at_y = numbers + most,
                  .unit_x = numbers + 2 * most,
                  .unit_y = numbers + 3 * most,
                  .depth = numbers + 4 * most };
    fill(v, x, y, p);
    if (p->count < TRIALS) return;
    if (!*any)
        mg__say(&v->page,
                "<h2>Two settings together</h2>\n<p class=\"soft\">How good trials around each place are, by rank: the "
                "deeper, the better. Points are trials, the ring is the %s; where the ground is bare, nothing near "
                "was tried.</p>\n<div class=\"charts\">\n",
                v->is_chosen ? "chosen one" : "best");
    *any = true;
    put_plane(&v->page, p);
}

/* Few whole numbers have nothing between them: that is no plane. */
static bool is_smooth(const mg_dimension *d) {
    return d->kind == MG_DIMENSION_REAL || (d->kind == MG_DIMENSION_INT && d->high - d->low >= LEAST);
}

void mg__study_planes(mg__study_view *v) {
    mg_context *context = v->source->context;
    int numeric[MOST], count = 0;
    bool any = false;
    for (int s = 0; s < v->settings && count < MOST; s++)
        if (is_smooth(mg_space_dimension(v->source->space, v->setting[s]))) numeric[count++] = v->setting[s];
    plane *p = mg__alloc_zero(context, sizeof *p);
    double *numbers = mg__alloc_array(context, 5 * ((size_t)v->drawn_count + 1), sizeof *numbers);
    v->page.failed = v->page.failed || !p || !numbers;
    for (int i = 0; i < count && p && numbers; i++)
        for (int k = i + 1; k < count; k++) put_pair(v, numeric[i], numeric[k], p, numbers, &any);
    if (any) mg__say(&v->page, "</div>\n");
    mg__free(context, numbers);
    mg__free(context, p);
}
