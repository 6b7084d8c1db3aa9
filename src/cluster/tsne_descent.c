#include "cluster/tsne_descent.h"

#include "cluster/quad_tree.h"
#include "cluster/slices.h"

#include <math.h>
#include <string.h>

#define EXAGGERATION 12
#define EXAGGERATED  250 /* steps */
#define LOOKS        50  /* steps between looks at KL */
#define PATIENCE     300
#define BOUND        1e12 /* no map is so wide */
#define GROUP        MG__TREE_GROUP

typedef struct descending {
    mg_context *context;
    const mg__affinities *p;
    const mg__tsne_descent *how;
    int64_t rows, slices, groups;
    double *y;             /* [rows, dimensions] */
    float *place;          /* the same in single precision */
    float *pull, *apart;   /* [rows, dimensions]: forces towards neighbours, away from all */
    double *update, *gain; /* [rows, dimensions] */
    mg__quad_tree tree;
    double weight[MG__SLICES]; /* sum of q of a slice's groups */
    double kl[MG__SLICES];
    double total; /* sum of q of all pairs */
} descending;

/* --- forces ------------------------------------------------------------------------------------------ */

static void push_slice(descending *s, int64_t slice) {
    float force[3 * GROUP], weight[GROUP];
    int dimensions = s->how->dimensions;
    double sum = 0;
    int64_t end = mg__slice_begin(s->groups, s->slices, slice + 1);
    for (int64_t group = mg__slice_begin(s->groups, s->slices, slice); group < end; group++) {
        int64_t first = group * GROUP, left = s->rows - first, lanes = left < GROUP ? left : GROUP;
        mg__quad_tree_push(&s->tree, first, s->how->theta, force, weight);
        for (int64_t lane = 0; lane < lanes; lane++) {
            float *apart = s->apart + (int64_t)s->tree.order[first + lane] * dimensions;
            for (int d = 0; d < dimensions; d++) apart[d] = force[d * GROUP + lane];
            sum += (double)weight[lane];
        }
    }
    s->weight[slice] = sum;
}

static inline void pull_row(const descending *s, int64_t row, int dimensions) {
    const mg__affinities *p = s->p;
    const float *own = s->place + row * dimensions;
    float sum[3] = { 0 };
    for (int64_t i = p->begin[row]; i < p->begin[row + 1]; i++) {
        const float *other = s->place + (int64_t)p->other[i] * dimensions;
        float off[3], square = 1;
        for (int d = 0; d < dimensions; d++) {
            off[d] = own[d] - other[d];
            square += off[d] * off[d];
        }
        float weighted = p->p[i] / square;
        for (int d = 0; d < dimensions; d++) sum[d] += weighted * off[d];
    }
    for (int d = 0; d < dimensions; d++) s->pull[row * dimensions + d] = sum[d];
}

static void force_slice(void *user, int64_t slice, int worker) {
    descending *s = user;
    int64_t end = mg__slice_begin(s->rows, s->slices, slice + 1);
    (void)worker;
    push_slice(s, slice);
    for (int64_t row = mg__slice_begin(s->rows, s->slices, slice); row < end; row++) {
        if (s->how->dimensions == 2)
            pull_row(s, row, 2);
        else
            pull_row(s, row, 3);
    }
}

static void measure_forces(descending *s) {
    for (int64_t i = 0; i < s->rows * s->how->dimensions; i++) s->place[i] = (float)s->y[i];
    mg__quad_tree_build(&s->tree, s->y);
    mg__slices_run(s->context, s->slices, force_slice, s);
    s->total = 0;
    for (int64_t slice = 0; slice < s->slices; slice++) s->total += s->weight[slice];
    s->total = fmax(s->total, 1e-300);
}

/* --- KL ---------------------------------------------------------------------------------------------- */

static void kl_slice(void *user, int64_t slice, int worker) {
    descending *s = user;
    const mg__affinities *p = s->p;
    int dimensions = s->how->dimensions;
    double sum = 0;
    int64_t end = mg__slice_begin(s->rows, s->slices, slice + 1);
    (void)worker;
    for (int64_t row = mg__slice_begin(s->rows, s->slices, slice); row < end; row++)
        for (int64_t i = p->begin[row]; i < p->begin[row + 1]; i++) {
            double square = 1;
            for (int d = 0; d < dimensions; d++) {
                double off = s->y[row * dimensions + d] - s->y[(int64_t)p->other[i] * dimensions + d];
                square += off * off;
            }
            if (p->p[i] > 0) sum += (double)p->p[i] * log((double)p->p[i] * square * s->total);
        }
    s->kl[slice] = sum;
}

static double measure_kl(descending *s) {
    double sum = 0;
    mg__slices_run(s->context, s->slices, kl_slice, s);
    for (int64_t slice = 0; slice < s->slices; slice++) sum += s->kl[slice];
    return sum;
}

/* --- the descent ------------------------------------------------------------------------------------- */

/* A step with a gain for each number, which grows while its gradient keeps its sign (Jacobs 1988). Returns the gradient's length.
 */
static double step(descending *s, double exaggeration, double momentum) {
    double square = 0;
    bool within = true;
    for (int64_t i = 0; i < s->rows * s->how->dimensions; i++) {
        double gradient = 4 * (exaggeration * (double)s->pull[i] - (double)s->apart[i] / s->total);
        s->gain[i] = s->update[i] * gradient < 0 ? s->gain[i] + 0.2 : fmax(0.8 * s->gain[i], 0.01);
        s->update[i] = momentum * s->update[i] - s->how->learning_rate * s->gain[i] * gradient;
        s->y[i] += s->update[i];
        square += gradient * gradient;
        within = within && fabs(s->y[i]) < BOUND;
    }
    return within ? sqrt(square) : NAN;
}

static void centre(descending *s) {
    int dimensions = s->how->dimensions;
    double mean[3] = { 0 };
    for (int64_t i = 0; i < s->rows * dimensions; i++) mean[i % dimensions] += s->y[i] / (double)s->rows;
    for (int64_t i = 0; i < s->rows * dimensions; i++) s->y[i] -= mean[i % dimensions];
}

static mg_status run(descending *s, mg__tsne_descent *d) {
    double best = INFINITY;
    int64_t best_at = 0, at = 0;
    for (bool going = true; going && at < d->iterations; at++) {
        bool early = at < EXAGGERATED;
        measure_forces(s);
        double kl = at % LOOKS == 0 ? measure_kl(s) : NAN;
        if (early || kl < best) best_at = at, best = early ? INFINITY : kl;
        double length = step(s, early ? EXAGGERATION : 1, early ? 0.5 : 0.8);
        if (isnan(length))
            return mg__fail(s->context, MG_SETTING,
                            "learning rate: with %g the descent leaves all bounds; give less, or 0 for the usual",
                            d->learning_rate);
        if (at % LOOKS == 0) going = d->told(d->user, at, d->iterations, kl) && length > 1e-7 && at - best_at <= PATIENCE;
    }
    centre(s);
    measure_forces(s);
    d->kl = measure_kl(s);
    d->done = at;
    return MG_OK;
}

mg_status mg__tsne_descend(mg_context *context, const mg__affinities *p, mg__tsne_descent *d, double *y) {
    descending s = { .context = context, .p = p, .how = d, .rows = p->rows, .y = y };
    size_t count = (size_t)(p->rows * d->dimensions);
    s.groups = (p->rows + GROUP - 1) / GROUP;
    s.slices = mg__slice_count(16 * p->rows, 0);
    s.slices = s.slices < s.groups ? s.slices : s.groups;
    s.place = mg__alloc_array(context, count, sizeof *s.place);
    s.pull = mg__alloc_array(context, count, sizeof *s.pull);
    s.apart = mg__alloc_array(context, count, sizeof *s.apart);
    s.update = mg__alloc_array(context, count, sizeof *s.update);
    s.gain = mg__alloc_array(context, count, sizeof *s.gain);
    mg_status status = mg__quad_tree_open(context, &s.tree, p->rows, d->dimensions);
    if (!s.place || !s.pull || !s.apart || !s.update || !s.gain) status = MG_OUT_OF_MEMORY;
    for (size_t i = 0; status == MG_OK && i < count; i++) s.gain[i] = 1;
    if (status == MG_OK) status = run(&s, d);
    mg__quad_tree_close(context, &s.tree);
    void *blocks[] = { s.place, s.pull, s.apart, s.update, s.gain };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return status;
}
