/* Scores that know nothing but the rows and their groups. */
#include "cluster/scores.h"

#include "base/random.h"
#include "cluster/slices.h"

#include <math.h>
#include <string.h>

#define MOST_WORK 1073741824.0 /* rows^2 columns of a silhouette */

/* --- silhouette -------------------------------------------------------------------------------------- */

typedef struct silhouette {
    const double *x; /* [columns, rows] */
    int64_t rows, columns, slices, count;
    mg__labelling *labelling;
    int64_t **size;   /* [count][k] */
    double *distance; /* [workers, rows] */
    double *total;    /* [workers, most k]: distances to each group */
    double *sum;      /* [slices, count] */
    int64_t most;     /* k */
} silhouette;

static void measure_distances(const silhouette *s, int64_t row, double *distance) {
    memset(distance, 0, (size_t)s->rows * sizeof *distance);
    for (int64_t c = 0; c < s->columns; c++) {
        const double *x = s->x + c * s->rows;
        double own = x[row];
        for (int64_t i = 0; i < s->rows; i++) distance[i] += (x[i] - own) * (x[i] - own);
    }
    for (int64_t i = 0; i < s->rows; i++) distance[i] = sqrt(distance[i]);
}

static double silhouette_of(const mg__labelling *l, const int64_t *size, int64_t rows, int64_t row, const double *distance,
                            double *total) {
    int32_t own = l->label[row];
    if (own < 0 || size[own] < 2) return 0;
    memset(total, 0, (size_t)l->k * sizeof *total);
    for (int64_t i = 0; i < rows; i++)
        if (l->label[i] >= 0) total[l->label[i]] += distance[i];
    double a = total[own] / (double)(size[own] - 1), b = INFINITY;
    for (int64_t j = 0; j < l->k; j++)
        if (j != own && size[j] > 0) b = fmin(b, total[j] / (double)size[j]);
    double larger = fmax(a, b);
    return larger > 0 ? (b - a) / larger : 0;
}

static void measure_slice(void *user, int64_t slice, int worker) {
    silhouette *s = user;
    double *distance = s->distance + worker * s->rows, *total = s->total + worker * s->most;
    int64_t end = mg__slice_begin(s->rows, s->slices, slice + 1);
    for (int64_t row = mg__slice_begin(s->rows, s->slices, slice); row < end; row++) {
        measure_distances(s, row, distance);
        for (int64_t l = 0; l < s->count; l++)
            s->sum[slice * s->count + l] += silhouette_of(&s->labelling[l], s->size[l], s->rows, row, distance, total);
    }
}

/* Groups that have rows, and rows that have groups. */
static void count_groups(const int64_t *size, int64_t k, int64_t *groups, int64_t *rows) {
    *groups = *rows = 0;
    for (int64_t j = 0; j < k; j++) {
        *groups += size[j] > 0;
        *rows += size[j];
    }
}

static mg_status measure_silhouettes(mg_context *context, silhouette *s) {
    size_t workers = (size_t)mg__slice_workers(context);
    mg_status status = MG_OK;
    s->slices = mg__slice_count(s->rows * 8, 0);
    s->size = mg__alloc_array(context, (size_t)s->count, sizeof *s->size);
    for (int64_t l = 0; l < s->count && s->size; l++) {
        const mg__labelling *labelling = &s->labelling[l];
        s->most = labelling->k > s->most ? labelling->k : s->most;
        s->size[l] = mg__alloc_array(context, (size_t)labelling->k + 1, sizeof **s->size);
        if (!s->size[l]) status = MG_OUT_OF_MEMORY;
        for (int64_t i = 0; i < s->rows && s->size[l]; i++)
            if (labelling->label[i] >= 0) s->size[l][labelling->label[i]]++;
    }
    s->distance = mg__alloc_array(context, workers, (size_t)s->rows * sizeof *s->distance);
    s->total = mg__alloc_array(context, workers, (size_t)(s->most + 1) * sizeof *s->total);
    s->sum = mg__alloc_array(context, (size_t)s->slices, (size_t)s->count * sizeof *s->sum);
    if (!s->size || !s->distance || !s->total || !s->sum) status = MG_OUT_OF_MEMORY;
    if (status != MG_OK) return status;
    mg__slices_run(context, s->slices, measure_slice, s);
    for (int64_t l = 0; l < s->count; l++) {
        double sum = 0;
        int64_t groups, rows;
        for (int64_t slice = 0; slice < s->slices; slice++) sum += s->sum[slice * s->count + l];
        count_groups(s->size[l], s->labelling[l].k, &groups, &rows);
        s->labelling[l].silhouette = groups >= 2 && groups < rows ? sum / (double)rows : NAN;
    }
    return MG_OK;
}

mg_status mg__silhouettes(mg_context *context, const double *x, int64_t rows, int64_t columns, mg__labelling *labelling,
                          int64_t count) {
    silhouette s = { .x = x, .rows = rows, .columns = columns, .labelling = labelling, .count = count };
    mg_status status = measure_silhouettes(context, &s);
    for (int64_t l = 0; l < count && s.size; l++) mg__free(context, s.size[l]);
    mg__free(context, s.size);
    mg__free(context, s.distance);
    mg__free(context, s.total);
    mg__free(context, s.sum);
    return status;
}

/* --- of points --------------------------------------------------------------------------------------- */

void mg__sample_rows(int64_t rows, int64_t count, uint64_t seed, int64_t *row) {
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "cluster sample") };
    for (int64_t i = 0; i < count; i++) {
        int64_t begin = mg__slice_begin(rows, count, i), end = mg__slice_begin(rows, count, i + 1);
        row[i] = begin + (int64_t)mg__random_below(&stream, (uint64_t)i, (uint64_t)(end - begin));
    }
}

int64_t mg__silhouette_rows(const mg__points *points) {
    double most = sqrt(MOST_WORK / (double)points->columns);
    return (double)points->rows <= most              ? points->rows
           : (int64_t)fmax(most, 200) < points->rows ? (int64_t)fmax(most, 200)
                                                     : points->rows;
}

mg_status mg__silhouettes_of_points(const mg__points *p, mg__labelling *labelling, int64_t count) {
    int64_t rows = mg__silhouette_rows(p);
    mg_context *context = p->context;
    int64_t *row = mg__alloc_array(context, (size_t)rows, sizeof *row);
    double *x = mg__alloc_array(context, (size_t)rows, (size_t)p->columns * sizeof *x);
    int32_t *label = mg__alloc_array(context, (size_t)rows, (size_t)count * sizeof *label);
    mg__labelling *sampled = mg__alloc_array(context, (size_t)count, sizeof *sampled);
    mg_status status = row && x && label && sampled ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        mg__sample_rows(p->rows, rows, 0, row);
        for (int64_t i = 0; i < rows; i++)
            for (int64_t c = 0; c < p->columns; c++) x[c * rows + i] = (double)p->x[row[i] * p->columns + c];
        for (int64_t l = 0; l < count; l++) {
            sampled[l] = (mg__labelling){ .label = label + l * rows, .k = labelling[l].k };
            for (int64_t i = 0; i < rows; i++) label[l * rows + i] = labelling[l].label[row[i]];
        }
        status = mg__silhouettes(context, x, rows, p->columns, sampled, count);
        for (int64_t l = 0; l < count; l++) labelling[l].silhouette = sampled[l].silhouette;
    }
    mg__free(context, row);
    mg__free(context, x);
    mg__free(context, label);
    mg__free(context, sampled);
    return status;
}

/* --- Davies-Bouldin, Calinski-Harabasz --------------------------------------------------------------- */

/* Rows of either kind of number. */
typedef struct table {
    const float *x;
    const mg_tensor *tensor; /* where x is NULL */
    int64_t rows, columns;
} table;

static double at(const table *t, int64_t index) { return t->x ? (double)t->x[index] : mg_tensor_get(t->tensor, index); }

typedef struct compactness {
    int64_t *size;  /* [k] */
    double *centre; /* [k, columns] */
    double *spread; /* [k]: mean distance to the centre */
    double *mean;   /* [columns] */
    double within, between;
} compactness;

static void measure_compactness(const table *t, const int32_t *label, int64_t k, compactness *m) {
    int64_t rows = 0;
    for (int64_t row = 0; row < t->rows; row++) {
        if (label[row] < 0) continue;
        m->size[label[row]]++;
        rows++;
        for (int64_t i = 0; i < t->columns; i++) m->centre[label[row] * t->columns + i] += at(t, row * t->columns + i);
    }
    for (int64_t j = 0; j < k; j++)
        for (int64_t i = 0; i < t->columns && m->size[j] > 0; i++) {
            m->mean[i] += m->centre[j * t->columns + i] / (double)rows;
            m->centre[j * t->columns + i] /= (double)m->size[j];
        }
    for (int64_t row = 0; row < t->rows; row++) {
        if (label[row] < 0) continue;
        double square = 0;
        for (int64_t i = 0; i < t->columns; i++) {
            double off = at(t, row * t->columns + i) - m->centre[label[row] * t->columns + i];
            square += off * off;
        }
        m->within += square;
        m->spread[label[row]] += sqrt(square) / (double)m->size[label[row]];
    }
    for (int64_t j = 0; j < k; j++)
        for (int64_t i = 0; i < t->columns && m->size[j] > 0; i++) {
            double off = m->centre[j * t->columns + i] - m->mean[i];
            m->between += (double)m->size[j] * off * off;
        }
}

static double davies_bouldin(const compactness *m, int64_t k, int64_t columns) {
    double sum = 0;
    int64_t groups = 0;
    for (int64_t a = 0; a < k; a++) {
        double worst = 0;
        if (m->size[a] == 0) continue;
        groups++;
        for (int64_t b = 0; b < k; b++) {
            double square = 0;
            if (b == a || m->size[b] == 0) continue;
            for (int64_t i = 0; i < columns; i++) {
                double off = m->centre[a * columns + i] - m->centre[b * columns + i];
                square += off * off;
            }
            if (square > 0) worst = fmax(worst, (m->spread[a] + m->spread[b]) / sqrt(square));
        }
        sum += worst;
    }
    return sum / (double)groups;
}

static mg_status score_compactness(mg_context *context, const table *t, const int32_t *label, int64_t k,
                                   mg_cluster_scores *scores) {
    compactness m = { 0 };
    m.size = mg__alloc_array(context, (size_t)k + 1, sizeof *m.size);
    m.spread = mg__alloc_array(context, (size_t)k + 1, sizeof *m.spread);
    m.centre = mg__alloc_array(context, (size_t)k + 1, (size_t)t->columns * sizeof *m.centre);
    m.mean = mg__alloc_array(context, (size_t)t->columns, sizeof *m.mean);
    bool ready = m.size && m.spread && m.centre && m.mean;
    if (ready) {
        int64_t groups, rows;
        measure_compactness(t, label, k, &m);
        count_groups(m.size, k, &groups, &rows);
        bool defined = groups >= 2 && groups < rows;
        scores->davies_bouldin = defined ? davies_bouldin(&m, k, t->columns) : NAN;
        scores->calinski_harabasz = !defined        ? NAN
                                    : m.within == 0 ? 1
                                                    : m.between / m.within * (double)(rows - groups) / (double)(groups - 1);
    }
    mg__free(context, m.size);
    mg__free(context, m.spread);
    mg__free(context, m.centre);
    mg__free(context, m.mean);
    return ready ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__compactness(const mg__points *p, const int32_t *label, int64_t k, mg_cluster_scores *scores) {
    const table t = { .x = p->x, .rows = p->rows, .columns = p->columns };
    return score_compactness(p->context, &t, label, k, scores);
}

/* --- the public function ----------------------------------------------------------------------------- */

mg_status mg_cluster_scores_of(mg_context *context, const mg_tensor *x, const int32_t *label, mg_cluster_scores *scores) {
    if (!context || !x || !label || !scores) return MG_INVALID;
    if (x->rank != 2 || x->shape[0] < 1 || x->shape[1] < 1)
        return mg__fail(context, MG_INVALID, "scores of groups: x must be a matrix [rows, features] that is not empty");
    const table t = { .tensor = x, .rows = x->shape[0], .columns = x->shape[1] };
    int32_t last = -1;
    for (int64_t row = 0; row < t.rows; row++) {
        if (label[row] < -1)
            return mg__fail(context, MG_INVALID, "scores of groups: label %d of row %lld is below -1", label[row],
                            (long long)row);
        last = label[row] > last ? label[row] : last;
    }
    mg__labelling labelling = { .label = label, .k = (int64_t)last + 1 };
    mg_status status = score_compactness(context, &t, label, labelling.k, scores);
    double *columns = mg__alloc_array(context, (size_t)t.rows, (size_t)t.columns * sizeof *columns);
    if (!columns) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < t.rows; row++)
        for (int64_t i = 0; i < t.columns; i++) columns[i * t.rows + row] = at(&t, row * t.columns + i);
    if (status == MG_OK) status = mg__silhouettes(context, columns, t.rows, t.columns, &labelling, 1);
    scores->silhouette = labelling.silhouette;
    mg__free(context, columns);
    return status;
}
