#include "cluster/mixture.h"

#include "cluster/products.h"
#include "cluster/slices.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/* ln of a share below which it is none: 1e-217, whose products are no denormals yet, which are flushed in some threads alone. */
#define LEAST_LOG (-500)

static const char *const kinds[MG__COVARIANCES] = { "full", "diagonal", "tied" };

const char *mg__covariance_name(int kind) { return kind >= 0 && kind < MG__COVARIANCES ? kinds[kind] : NULL; }

mg_status mg__mixture_open(mg__mixture *m, mg_context *context, mg__covariance kind, int64_t k, int64_t columns) {
    *m = (mg__mixture){ .context = context, .kind = kind, .k = k, .columns = columns };
    size_t cells = (size_t)columns, size;
    m->matrices = kind == MG__COVARIANCE_TIED ? 1 : k;
    if (kind != MG__COVARIANCE_DIAGONAL && !mg__size_multiply(cells, cells, &cells)) cells = SIZE_MAX;
    if (!mg__size_multiply(cells, (size_t)m->matrices, &size) || size > MG__MIXTURE_CELLS)
        return mg__fail(context, MG_SETTING,
                        "covariance: %" PRId64 " %s covariances of %" PRId64
                        " columns are more than 2 GB; give diagonal, or embed the rows in fewer columns first",
                        m->matrices, kinds[kind], columns);
    m->cells = (int64_t)cells;
    m->weight = mg__alloc_array(context, (size_t)k, sizeof *m->weight);
    m->mean = mg__alloc_array(context, (size_t)k, (size_t)columns * sizeof *m->mean);
    m->covariance = mg__alloc_array(context, size, sizeof *m->covariance);
    m->whiten = mg__alloc_array(context, size, sizeof *m->whiten);
    m->offset = mg__alloc_array(context, (size_t)k, sizeof *m->offset);
    return m->weight && m->mean && m->covariance && m->whiten && m->offset ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__mixture_close(mg__mixture *m) {
    if (!m->context) return;
    double *blocks[] = { m->weight, m->mean, m->covariance, m->whiten, m->offset };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(m->context, blocks[i]);
    *m = (mg__mixture){ 0 };
}

double mg__mixture_parameters(const mg__mixture *m) {
    double d = (double)m->columns, each = m->kind == MG__COVARIANCE_DIAGONAL ? d : d * (d + 1) / 2;
    return (double)m->k - 1 + (double)m->k * d + (double)m->matrices * each;
}

/* --- from covariances to densities -------------------------------------------------------------------- */

/* The lower triangle of L with L L' = a + more on the diagonal, in place of w. False: there is none. */
static bool cholesky(const double *a, int64_t n, double more, double *w) {
    for (int64_t i = 0; i < n; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = a[i * n + j] + (i == j ? more : 0);
            for (int64_t p = 0; p < j; p++) sum -= w[i * n + p] * w[j * n + p];
            if (i == j && !(sum > 0)) return false;
            w[i * n + j] = i == j ? sqrt(sum) : sum / w[j * n + j];
        }
    return true;
}

/* W = the inverse of L, turned: from the lower triangle of w into all of it, a column of the inverse at a time. */
static void invert(double *w, int64_t n) {
    for (int64_t c = 0; c < n; c++) { /* row c of W, right of the diagonal, is column c of the inverse */
        double own = 1 / w[c * n + c];
        for (int64_t i = c + 1; i < n; i++) {
            double sum = w[i * n + c] * own;
            for (int64_t p = c + 1; p < i; p++) sum += w[i * n + p] * w[c * n + p];
            w[c * n + i] = -sum / w[i * n + i];
        }
    }
    for (int64_t i = 0; i < n; i++) {
        w[i * n + i] = 1 / w[i * n + i];
        for (int64_t j = 0; j < i; j++) w[i * n + j] = 0;
    }
}

/* Has some direction little more variance than the floor? One that all columns share has d times what 1 / covariance shows. */
static bool is_flat(const mg__mixture *m, const double *w, double floor) {
    int64_t d = m->columns;
    bool diagonal = m->kind == MG__COVARIANCE_DIAGONAL;
    double most = 0;
    for (int64_t i = 0; i < d; i++) {
        double square = diagonal ? w[i] * w[i] : 0;
        for (int64_t j = 0; j < d && !diagonal; j++) square += w[i * d + j] * w[i * d + j];
        most = square > most ? square : most;
    }
    return most * floor > 0.5 / (diagonal ? 1 : (double)d);
}

typedef struct whitening {
    mg__mixture *mixture;
    double floor;
    int64_t flat[]; /* [matrices] */
} whitening;

static void whiten_matrix(void *user, int64_t at, int worker) {
    whitening *s = user;
    mg__mixture *m = s->mixture;
    int64_t n = m->columns;
    double *a = m->covariance + at * m->cells, *w = m->whiten + at * m->cells;
    double largest = 0, more = 0;
    (void)worker;
    if (m->kind == MG__COVARIANCE_DIAGONAL) {
        for (int64_t i = 0; i < n; i++) w[i] = 1 / sqrt(a[i]);
    } else {
        for (int64_t i = 0; i < n; i++) largest = a[i * n + i] > largest ? a[i * n + i] : largest;
        while (!cholesky(a, n, more, w)) more = more > 0 ? 10 * more : fmax(s->floor, 1e-14 * largest);
        for (int64_t i = 0; i < n; i++) a[i * n + i] += more;
        invert(w, n);
    }
    s->flat[at] = more > 0 || is_flat(m, w, s->floor);
}

mg_status mg__mixture_whiten(mg__mixture *m, double floor, int64_t *flat) {
    whitening *s = mg__alloc_zero(m->context, sizeof *s + (size_t)m->matrices * sizeof s->flat[0]);
    if (!s) return MG_OUT_OF_MEMORY;
    s->mixture = m;
    s->floor = floor;
    mg__slices_run(m->context, m->matrices, whiten_matrix, s);
    *flat = 0;
    for (int64_t at = 0; at < m->matrices; at++) *flat += s->flat[at];
    int64_t step = m->kind == MG__COVARIANCE_DIAGONAL ? 1 : m->columns + 1;
    for (int64_t j = 0; j < m->k; j++) {
        const double *w = m->whiten + (m->matrices > 1 ? j : 0) * m->cells;
        m->offset[j] = log(m->weight[j]) - 0.5 * (double)m->columns * log(2 * 3.14159265358979323846);
        for (int64_t i = 0; i < m->columns; i++) m->offset[j] += log(w[i * step]);
    }
    mg__free(m->context, s);
    return MG_OK;
}

/* --- looking at rows ---------------------------------------------------------------------------------- */

mg_status mg__mixture_hand_open(const mg__mixture *m, mg__mixture_hand *h) {
    size_t cells = (size_t)m->columns * MG__MIXTURE_ROWS, most = 1;
    for (int64_t rows = 1; rows <= MG__MIXTURE_ROWS && m->kind != MG__COVARIANCE_DIAGONAL; rows++) {
        size_t along = mg__product64_scratch(false, rows, m->columns, m->columns),
               across = mg__product64_scratch(true, m->columns, m->columns, rows);
        most = along > most ? along : most;
        most = across > most ? across : most;
    }
    h->off = mg__alloc_array(m->context, cells, sizeof *h->off);
    h->white = mg__alloc_array(m->context, cells, sizeof *h->white);
    h->share = mg__alloc_array(m->context, (size_t)m->k * MG__MIXTURE_ROWS, sizeof *h->share);
    h->square = mg__alloc_array(m->context, (size_t)m->cells, sizeof *h->square);
    h->scratch = mg__alloc(m->context, (most + 63) / 64 * 64);
    return h->off && h->white && h->share && h->square && h->scratch ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__mixture_hand_close(mg_context *context, mg__mixture_hand *h) {
    void *blocks[] = { h->off, h->white, h->share, h->square, h->scratch };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
}

void mg__mixture_off(const mg__mixture *m, int64_t group, const float *x, int64_t rows, mg__mixture_hand *h) {
    const double *mean = m->mean + group * m->columns;
    for (int64_t row = 0; row < rows; row++)
        for (int64_t i = 0; i < m->columns; i++) h->off[row * m->columns + i] = (double)x[row * m->columns + i] - mean[i];
}

/* Four sums side by side, so that the compiler can make vectors of them. */
static double sum_of_squares(const double *x, int64_t count) {
    double part[4] = { 0 }, sum = 0;
    int64_t i = 0;
    for (; i + 4 <= count; i += 4)
        for (int lane = 0; lane < 4; lane++) part[lane] += x[i + lane] * x[i + lane];
    for (; i < count; i++) sum += x[i] * x[i];
    return sum + ((part[0] + part[1]) + (part[2] + part[3]));
}

/* ln (weight N(x)) of group j into the share. */
static void put_densities(const mg__mixture *m, int64_t group, const float *x, int64_t rows, mg__mixture_hand *h) {
    int64_t columns = m->columns;
    const double *w = m->whiten + (m->matrices > 1 ? group : 0) * m->cells;
    mg__mixture_off(m, group, x, rows, h);
    if (m->kind == MG__COVARIANCE_DIAGONAL) {
        for (int64_t row = 0; row < rows; row++)
            for (int64_t i = 0; i < columns; i++) h->white[row * columns + i] = h->off[row * columns + i] * w[i];
    } else {
        mg__product64(false, rows, columns, columns, h->off, w, h->white, h->scratch);
    }
    for (int64_t row = 0; row < rows; row++)
        h->share[row * m->k + group] = m->offset[group] - 0.5 * sum_of_squares(h->white + row * columns, columns);
}

/* ln of the sum of exp; the logarithms become shares of it. */
static double normalise(double *share, int64_t k) {
    double most = share[0], sum = 0;
    for (int64_t j = 1; j < k; j++) most = share[j] > most ? share[j] : most;
    for (int64_t j = 0; j < k; j++) {
        double below = share[j] - most;
        share[j] = below > LEAST_LOG ? exp(below) : 0;
        sum += share[j];
    }
    for (int64_t j = 0; j < k; j++) share[j] /= sum;
    return most + log(sum);
}

double mg__mixture_look(const mg__mixture *m, const float *x, int64_t rows, mg__mixture_hand *h) {
    double sum = 0;
    for (int64_t j = 0; j < m->k; j++) put_densities(m, j, x, rows, h);
    for (int64_t row = 0; row < rows; row++) sum += normalise(h->share + row * m->k, m->k);
    return sum;
}

/* --- groups of rows ----------------------------------------------------------------------------------- */

typedef struct judging {
    const mg__mixture *mixture;
    const mg__points *points;
    mg__mixture_hand *hand;
    int32_t *label;
    double *probability;
    int64_t slices;
    double likelihood[MG__SLICES];
} judging;

static void judge_slice(void *user, int64_t slice, int worker) {
    judging *s = user;
    const mg__points *p = s->points;
    mg__mixture_hand *h = &s->hand[worker];
    int64_t k = s->mixture->k, end = mg__slice_begin(p->rows, s->slices, slice + 1);
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row += MG__MIXTURE_ROWS) {
        int64_t rows = end - row < MG__MIXTURE_ROWS ? end - row : MG__MIXTURE_ROWS;
        s->likelihood[slice] += mg__mixture_look(s->mixture, p->x + row * p->columns, rows, h);
        for (int64_t i = 0; i < rows; i++) {
            const double *share = h->share + i * k;
            int32_t best = 0;
            for (int32_t j = 1; j < k; j++) best = share[j] > share[best] ? j : best;
            s->label[row + i] = best;
        }
        if (s->probability) memcpy(s->probability + row * k, h->share, (size_t)(rows * k) * sizeof *h->share);
    }
}

mg_status mg__mixture_judge(const mg__mixture *m, const mg__points *points, int32_t *label, double *probability,
                            double *likelihood) {
    mg_context *context = points->context;
    int workers = mg__slice_workers(context);
    judging s = { .mixture = m, .points = points, .label = label, .probability = probability };
    s.hand = mg__alloc_array(context, (size_t)workers, sizeof *s.hand);
    s.slices = mg__slice_count(points->rows, 0);
    mg_status status = s.hand ? MG_OK : MG_OUT_OF_MEMORY;
    for (int i = 0; i < workers && status == MG_OK; i++) status = mg__mixture_hand_open(m, &s.hand[i]);
    if (status == MG_OK) mg__slices_run(context, s.slices, judge_slice, &s);
    *likelihood = 0;
    for (int64_t slice = 0; slice < s.slices; slice++) *likelihood += s.likelihood[slice];
    for (int i = 0; i < workers && s.hand; i++) mg__mixture_hand_close(context, &s.hand[i]);
    mg__free(context, s.hand);
    return status;
}

mg_status mg__mixture_assign(const void *model, const mg__points *points, int32_t *label, double *probability) {
    double likelihood;
    return mg__mixture_judge(model, points, label, probability, &likelihood);
}
