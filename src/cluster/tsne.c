/* t-SNE (van der Maaten & Hinton 2008), whose forces between far points are felt a cell at a time (Barnes-Hut: van der Maaten,
 * "Accelerating t-SNE using tree-based algorithms", JMLR 2014).
 *
 * p_ij says how much rows are neighbours, q_ij ~ 1 / (1 + |y_i - y_j|^2) how near they lie in the map; descended on is
 *     KL = sum p ln(p / q),    dKL/dy_i = 4 sum_j (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2). */
#include "cluster/affinities.h"
#include "cluster/embed_method.h"
#include "cluster/pca.h"
#include "cluster/tsne_descent.h"

#include "base/random.h"
#include "base/system.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define MOST_COLUMNS 50 /* more are first drawn together into so many components */

typedef struct stage {
    const mg_embed_options *options;
    int64_t began;
    bool ended;
} stage;

static bool tell(stage *s, const char *name, int64_t step, int64_t steps, double value) {
    const mg_embed_progress progress = { name, step, steps, value, 1e-9 * (double)(mg__clock() - s->began) };
    s->ended = s->ended || (s->options->on_progress && !s->options->on_progress(s->options->user, &progress));
    return !s->ended;
}

static bool tell_neighbours(void *user, int64_t row, int64_t rows) { return tell(user, "neighbours", row, rows, NAN); }
static bool tell_descent(void *user, int64_t step, int64_t steps, double kl) { return tell(user, "descent", step, steps, kl); }

/* --- where it begins --------------------------------------------------------------------------------- */

/* The first components, of deviation 1e-4; where no variance is left (all rows on a line), a little noise. */
static void begin_at(const double *component, int64_t from, const double *variance, int64_t rows, int64_t dimensions,
                     uint64_t seed, double *y) {
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "tsne") };
    double scale = 1e-4 / sqrt(variance[0]);
    for (int64_t row = 0; row < rows; row++)
        for (int64_t d = 0; d < dimensions; d++)
            y[row * dimensions + d] = variance[d] > 1e-12 * variance[0]
                                          ? scale * component[row * from + d]
                                          : 1e-4 * mg__random_normal(&stream, (uint64_t)row, (uint64_t)d);
}

/* The rows that are compared: those given, or their components. Fills y. */
static mg_status prepare(const mg__points *p, const mg_embed_options *o, mg__points *seen, double *y) {
    mg_context *context = p->context;
    int64_t least = p->rows < p->columns ? p->rows : p->columns, wanted = least < MOST_COLUMNS ? least : MOST_COLUMNS;
    int64_t count = p->columns > MOST_COLUMNS ? wanted : o->dimensions;
    mg__pca pca;
    mg_status status = mg__pca_fit(p, count, o->solver, o->seed, &pca);
    double *component = mg__alloc_array(context, (size_t)p->rows, (size_t)count * sizeof *component);
    *seen = *p;
    seen->x = NULL;
    if (status == MG_OK) status = component ? mg__pca_project(&pca, p, component) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) begin_at(component, count, pca.variance, p->rows, o->dimensions, (uint64_t)o->seed, y);
    if (status == MG_OK && p->columns > MOST_COLUMNS) {
        seen->columns = count;
        seen->x = mg__alloc_array(context, (size_t)p->rows, (size_t)count * sizeof *seen->x);
        if (!seen->x) status = MG_OUT_OF_MEMORY;
        for (int64_t i = 0; seen->x && i < p->rows * count; i++) seen->x[i] = (float)component[i];
    }
    mg__free(context, component);
    mg__pca_free(context, &pca);
    return status;
}

/* --- the row ----------------------------------------------------------------------------------------- */

static mg_status draw_in_perplexity(const mg__points *p, const mg_embed_options *o, mg__embedded *found) {
    double most = (double)(p->rows - 1) / 3;
    if (most < 1)
        return mg__fail(p->context, MG_FORMAT, "tsne: %" PRId64 " rows have too few neighbours; it needs 4 at least, pca 2",
                        p->rows);
    found->perplexity = fmin(o->perplexity, most);
    if (o->perplexity > most)
        snprintf(found->warning, sizeof found->warning, "perplexity %g is too much for %" PRId64 " rows: %.4g is taken",
                 o->perplexity, p->rows, most);
    return MG_OK;
}

static mg_status descend(const mg__points *p, const mg__affinities *p_ij, const mg_embed_options *o, stage *s,
                         mg__embedded *found) {
    double usual = fmax((double)p->rows / 48, 50); /* rows / exaggeration / 4 (Belkina et al. 2019) */
    mg__tsne_descent descent = { .dimensions = (int)o->dimensions,
                                 .theta = (float)o->theta,
                                 .learning_rate = o->learning_rate > 0 ? o->learning_rate : usual,
                                 .iterations = o->iterations == MG_AUTO ? 1000 : o->iterations,
                                 .told = tell_descent,
                                 .user = s };
    mg_status status = mg__tsne_descend(p->context, p_ij, &descent, found->y);
    found->kl = descent.kl;
    found->iterations = descent.done;
    return status;
}

static mg_status fit(const mg__points *points, const mg_embed_options *options, mg__embedded *found) {
    mg__points seen = { 0 };
    mg__nearest_rows near = { 0 };
    mg__affinities p = { 0 };
    stage s = { .options = options, .began = mg__clock() };
    bool whole = true;
    mg_status status = draw_in_perplexity(points, options, found);
    if (status != MG_OK) return status;
    status = prepare(points, options, &seen, found->y);
    int64_t k = (int64_t)(3 * found->perplexity + 1);
    k = k < points->rows ? k : points->rows - 1;
    const mg__points *compared = seen.x ? &seen : points;
    if (status == MG_OK) status = mg__nearest_rows_find(compared, k, tell_neighbours, &s, &near, &whole);
    if (status == MG_OK && whole) status = mg__affinities_make(points->context, &near, found->perplexity, &p);
    mg__nearest_rows_free(points->context, &near);
    s.began = mg__clock();
    if (status == MG_OK && whole) status = descend(points, &p, options, &s, found);
    mg__affinities_free(points->context, &p);
    mg__free(points->context, seen.x);
    return status;
}

const mg__embed_method mg__embed_tsne = {
    .name = "tsne",
    .doc =
        "t-SNE: rows that are neighbours stay neighbours (van der Maaten & Hinton 2008; Barnes-Hut 2014). Heaps stand out, but "
        "their sizes and how far they lie apart mean little.",
    .most_dimensions = 3,
    .fit = fit,
};
