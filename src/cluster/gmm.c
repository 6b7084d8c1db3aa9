/* Gaussian mixtures by expectation and maximisation (Dempster, Laird & Rubin 1977).
 *
 * One pass does both halves of a step. It finds the shares r of the groups in each row and adds up, about the means m before the
 * step, n = sum r, s = sum r (x - m) and S = sum r (x - m)(x - m)'. With the move s / n the new mean is m + s / n and the new
 * covariance S / n - (s / n)(s / n)' + floor: moves become small, so the difference stays exact. */
#include "cluster/clustering.h"
#include "cluster/mixture.h"
#include "cluster/products.h"
#include "cluster/slices.h"

#include "base/random.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define FLOOR     1e-6  /* variance that each direction has at least, of data whose mean variance is 1 or more */
#define ROUNDING  1e-12 /* of the mean variance, that it is at least */
#define SHORT_RUN 10    /* steps of a start, after which the best one goes on (Biernacki, Celeux & Govaert 2003) */

typedef struct em {
    const mg__points *points;
    mg__mixture mixture;
    const int32_t *label; /* the shares are of these; NULL: of the mixture */
    int64_t slices, stride;
    double *sum; /* [slices, stride]: n [k], s [k, columns], S [matrices, cells] */
    double likelihood[MG__SLICES];
    mg__mixture_hand *hand; /* [workers] */
    int workers;
    double floor;
    int64_t flat; /* matrices that the floor holds up */
} em;

/* --- a pass ------------------------------------------------------------------------------------------- */

/* Adds what group j has of the rows. */
static void add_group(const em *s, int64_t group, const float *x, int64_t rows, mg__mixture_hand *h, double *sum) {
    const mg__mixture *m = &s->mixture;
    int64_t k = m->k, d = m->columns;
    double n = 0, *move = sum + k + group * d, *square = sum + k + k * d + (m->matrices > 1 ? group : 0) * m->cells;
    for (int64_t row = 0; row < rows; row++) n += h->share[row * k + group];
    if (!(n > 0)) return;
    sum[group] += n;
    mg__mixture_off(m, group, x, rows, h);
    for (int64_t row = 0; row < rows; row++) {
        double share = h->share[row * k + group];
        const double *off = h->off + row * d;
        double *weighed = h->white + row * d;
        for (int64_t i = 0; i < d; i++) weighed[i] = share * off[i];
        for (int64_t i = 0; i < d; i++) move[i] += weighed[i];
        for (int64_t i = 0; i < d && m->kind == MG__COVARIANCE_DIAGONAL; i++) square[i] += weighed[i] * off[i];
    }
    if (m->kind == MG__COVARIANCE_DIAGONAL) return;
    mg__product64(true, d, d, rows, h->white, h->off, h->square, h->scratch);
    for (int64_t i = 0; i < m->cells; i++) square[i] += h->square[i];
}

static void put_labels(const em *s, int64_t row, int64_t rows, mg__mixture_hand *h) {
    int64_t k = s->mixture.k;
    for (int64_t i = 0; i < rows * k; i++) h->share[i] = s->label[row + i / k] == i % k ? 1 : 0;
}

static void pass_slice(void *user, int64_t slice, int worker) {
    em *s = user;
    const mg__points *p = s->points;
    mg__mixture_hand *h = &s->hand[worker];
    double *sum = s->sum + slice * s->stride;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1);
    memset(sum, 0, (size_t)s->stride * sizeof *sum);
    s->likelihood[slice] = 0;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row += MG__MIXTURE_ROWS) {
        int64_t rows = end - row < MG__MIXTURE_ROWS ? end - row : MG__MIXTURE_ROWS;
        const float *x = p->x + row * p->columns;
        if (s->label)
            put_labels(s, row, rows, h);
        else
            s->likelihood[slice] += mg__mixture_look(&s->mixture, x, rows, h);
        for (int64_t j = 0; j < s->mixture.k; j++) add_group(s, j, x, rows, h, sum);
    }
}

/* --- a step ------------------------------------------------------------------------------------------- */

/* S less n times the outer product of the move. */
static void take_off_move(const mg__mixture *m, double n, const double *move, double *square) {
    int64_t d = m->columns;
    if (m->kind == MG__COVARIANCE_DIAGONAL)
        for (int64_t i = 0; i < d; i++) square[i] -= n * move[i] * move[i];
    else
        for (int64_t i = 0; i < m->cells; i++) square[i] -= n * move[i / d] * move[i % d];
}

/* From the sums to the next mixture. */
static void maximise(em *s) {
    mg__mixture *m = &s->mixture;
    int64_t k = m->k, d = m->columns, step = m->kind == MG__COVARIANCE_DIAGONAL ? 1 : d + 1;
    double *sum = s->sum, *square = sum + k + k * d, rows = (double)s->points->rows;
    for (int64_t j = 0; j < k; j++) {
        double *move = sum + k + j * d, n = sum[j] + 10 * DBL_EPSILON; /* a group without rows stays where it is */
        for (int64_t i = 0; i < d; i++) move[i] /= n;
        take_off_move(m, sum[j], move, square + (m->matrices > 1 ? j : 0) * m->cells);
        for (int64_t i = 0; i < d; i++) m->mean[j * d + i] += move[i];
        m->weight[j] = n / (rows + 10 * DBL_EPSILON * (double)k);
    }
    for (int64_t j = 0; j < m->matrices; j++) {
        double n = m->kind == MG__COVARIANCE_TIED ? rows : sum[j] + 10 * DBL_EPSILON;
        double *covariance = m->covariance + j * m->cells;
        for (int64_t i = 0; i < m->cells; i++) covariance[i] = square[j * m->cells + i] / n;
        for (int64_t i = 0; i < d; i++) covariance[i * step] = fmax(covariance[i * step], 0) + s->floor;
    }
}

/* Mean ln p(x) of a row, by the mixture before the step. */
static mg_status step(em *s, double *likelihood) {
    double total = 0;
    mg__slices_run(s->points->context, s->slices, pass_slice, s);
    for (int64_t slice = 0; slice < s->slices; slice++) total += s->likelihood[slice];
    for (int64_t slice = 1; slice < s->slices; slice++)
        for (int64_t i = 0; i < s->stride; i++) s->sum[i] += s->sum[slice * s->stride + i];
    *likelihood = total / (double)s->points->rows;
    maximise(s);
    return mg__mixture_whiten(&s->mixture, s->floor, &s->flat);
}

/* Until it has settled, or for so many steps in all. */
static mg_status run(em *s, int64_t most, double tolerance, double *likelihood, int64_t *iterations) {
    mg_status status = MG_OK;
    double before = *likelihood;
    while (status == MG_OK && *iterations < most) {
        status = step(s, likelihood);
        ++*iterations;
        if (fabs(*likelihood - before) < tolerance) break;
        before = *likelihood;
    }
    return status;
}

/* --- starts ------------------------------------------------------------------------------------------- */

/* Groups of k-means, or of the options' centres, are the first shares. */
static mg_status begin(em *s, const mg_cluster_options *options, int64_t start) {
    const mg__points *p = s->points;
    mg_cluster_options first = *options;
    mg__found found = { 0 };
    double none;
    first.starts = 1;
    first.tolerance = mg_cluster_defaults().tolerance;
    if (start > 0) first.seed = (int64_t)mg__hash_mix((uint64_t)options->seed, (uint64_t)start);
    if (options->centres) first.iterations = 1; /* its rows are those that are nearest */
    mg_status status = mg__method_kmeans.fit(p, &first, s->mixture.k, &found);
    if (status == MG_OK && options->centres) {
        for (int64_t i = 0; i < s->mixture.k * p->columns; i++)
            found.centre[i] = mg_tensor_get(options->centres, i) - p->mean[i % p->columns];
        status = mg__assign_nearest(p, s->mixture.k, found.centre, found.label);
    }
    if (status == MG_OK) {
        memcpy(s->mixture.mean, found.centre, (size_t)(s->mixture.k * p->columns) * sizeof *found.centre);
        s->label = found.label;
        status = step(s, &none);
        s->label = NULL;
    }
    mg__found_free(p->context, &mg__method_kmeans, &found);
    return status;
}

typedef struct best {
    mg__mixture mixture;
    double likelihood;
    int64_t iterations, flat;
} best;

/* The better of two starts is kept, and the other's room is used again. A group that closes in on a few rows is likely without
 * bound, which says nothing for it: fewer flat covariances are better, then a higher likelihood. */
static void keep_better(em *s, best *kept, double likelihood, int64_t iterations) {
    bool first = kept->iterations == 0;
    if (!first && (s->flat > kept->flat || (s->flat == kept->flat && !(likelihood > kept->likelihood)))) return;
    mg__mixture room = kept->mixture;
    *kept = (best){ .mixture = s->mixture, .likelihood = likelihood, .iterations = iterations, .flat = s->flat };
    s->mixture = room;
}

static mg_status run_starts(em *s, const mg_cluster_options *options, double *likelihood, int64_t *iterations) {
    int64_t starts = options->centres || s->mixture.k == 1 ? 1 : options->starts, most = options->iterations;
    best kept = { .likelihood = -INFINITY };
    *likelihood = -INFINITY;
    if (starts == 1) {
        mg_status status = begin(s, options, 0);
        return status == MG_OK ? run(s, most, options->tolerance, likelihood, iterations) : status;
    }
    mg_status status = mg__mixture_open(&kept.mixture, s->points->context, s->mixture.kind, s->mixture.k, s->mixture.columns);
    for (int64_t start = 0; start < starts && status == MG_OK; start++) {
        *iterations = 0;
        *likelihood = -INFINITY;
        status = begin(s, options, start);
        if (status == MG_OK) status = run(s, most < SHORT_RUN ? most : SHORT_RUN, options->tolerance, likelihood, iterations);
        if (status == MG_OK) keep_better(s, &kept, *likelihood, *iterations);
    }
    if (status == MG_OK) {
        mg__mixture last = s->mixture;
        s->mixture = kept.mixture, s->flat = kept.flat, kept.mixture = last;
        *likelihood = kept.likelihood;
        *iterations = kept.iterations;
        status = run(s, most, options->tolerance, likelihood, iterations);
    }
    mg__mixture_close(&kept.mixture);
    return status;
}

/* --- the method --------------------------------------------------------------------------------------- */

static double mean_variance(const mg__points *p) {
    double sum = 0;
    for (int64_t i = 0; i < p->rows * p->columns; i++) sum += (double)p->x[i] * (double)p->x[i]; /* the mean is 0 */
    return sum / (double)p->rows / (double)p->columns;
}

static mg_status open_em(em *s, const mg__points *p, mg__covariance kind, int64_t k) {
    mg_context *context = p->context;
    double variance = mean_variance(p);
    *s = (em){ .points = p, .workers = mg__slice_workers(context) };
    s->floor = fmax(FLOOR * fmin(1, variance), ROUNDING * variance);
    mg_status status = mg__mixture_open(&s->mixture, context, kind, k, p->columns);
    if (status != MG_OK) return status;
    const mg__mixture *m = &s->mixture;
    s->stride = k + k * m->columns + m->matrices * m->cells;
    s->slices = mg__slice_count(p->rows, (size_t)s->stride * sizeof *s->sum);
    s->sum = mg__alloc_array(context, (size_t)s->slices, (size_t)s->stride * sizeof *s->sum);
    s->hand = mg__alloc_array(context, (size_t)s->workers, sizeof *s->hand);
    if (!s->sum || !s->hand) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < s->workers && status == MG_OK; i++) status = mg__mixture_hand_open(m, &s->hand[i]);
    return status;
}

static void close_em(em *s) {
    mg_context *context = s->points->context;
    for (int i = 0; i < s->workers && s->hand; i++) mg__mixture_hand_close(context, &s->hand[i]);
    mg__free(context, s->hand);
    mg__free(context, s->sum);
    mg__mixture_close(&s->mixture);
}

static void tell(const em *s, mg__found *found) {
    const mg__mixture *m = &s->mixture;
    bool one = m->matrices == 1;
    snprintf(found->details, sizeof found->details, "%s covariance%s", mg__covariance_name((int)m->kind), one ? "" : "s");
    found->doubtful = s->flat > 0;
    if (s->flat == 0) return;
    size_t used = 0;
    char *out = found->warning;
    mg__append(out, sizeof found->warning, &used, "in %" PRId64 " of %" PRId64, s->flat, m->matrices);
    mg__append(
        out, sizeof found->warning, &used,
        " covariances some direction has no variance but the floor of %.3g, for its group has few rows, or columns that are "
        "constant or follow from others: probabilities will lie near 0 and 1",
        s->floor);
    if (m->kind == MG__COVARIANCE_FULL)
        mg__append(out, sizeof found->warning, &used, "; diagonal or tied covariances need fewer rows");
}

/* Labels, likelihood and BIC of the mixture, which is handed over. */
static mg_status finish(em *s, mg__found *found) {
    const mg__points *p = s->points;
    mg__mixture *m = mg__alloc_zero(p->context, sizeof *m);
    double likelihood = NAN;
    if (!m) return MG_OUT_OF_MEMORY;
    tell(s, found);
    *m = s->mixture;
    s->mixture = (mg__mixture){ 0 };
    found->model = m;
    memcpy(found->centre, m->mean, (size_t)(m->k * m->columns) * sizeof *m->mean);
    mg_status status = mg__mixture_judge(m, p, found->label, NULL, &likelihood);
    found->bic = mg__mixture_parameters(m) * log((double)p->rows) - 2 * likelihood;
    return status;
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    int kind = 0;
    while (kind < MG__COVARIANCES && strcmp(mg__covariance_name(kind), options->covariance) != 0) kind++;
    if (kind == MG__COVARIANCES)
        return mg__fail(points->context, MG_SETTING, "covariance: '%.40s' is not known; give full, diagonal or tied",
                        options->covariance);
    em s;
    double likelihood;
    mg_status status = open_em(&s, points, (mg__covariance)kind, k);
    found->k = k;
    found->label = mg__alloc_array(points->context, (size_t)points->rows, sizeof *found->label);
    found->centre = mg__alloc_array(points->context, (size_t)k, (size_t)points->columns * sizeof *found->centre);
    if (!found->label || !found->centre) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = run_starts(&s, options, &likelihood, &found->iterations);
    if (status == MG_OK) status = finish(&s, found);
    close_em(&s);
    return status;
}

const mg__cluster_method mg__method_gmm = {
    .name = "gmm",
    .doc = "A mixture of Gaussians, each row with the probabilities of its groups (Dempster, Laird & Rubin 1977).",
    .has_bic = true,
    .probabilities = true,
    .slow = true,
    .fit = fit,
    .assign = mg__mixture_assign,
    .forget = mg__mixture_forget,
    .store = mg__mixture_store,
    .restore = mg__mixture_restore,
};
