/* What groups are: their sizes, centres, order. */
#include "cluster/clustering.h"
#include "cluster/slices.h"

#include "data/distinct.h"
#include "interop/sort.h"

#include <math.h>
#include <string.h>

/* --- inertia ----------------------------------------------------------------------------------------- */

/* The means of the groups and their sizes, both zeroed before. */
static void measure_means(const mg__points *p, const mg__found *f, double *mean, int64_t *size) {
    for (int64_t row = 0; row < p->rows; row++) {
        if (f->label[row] < 0) continue;
        size[f->label[row]]++;
        for (int64_t i = 0; i < p->columns; i++) mean[f->label[row] * p->columns + i] += (double)p->x[row * p->columns + i];
    }
    for (int64_t j = 0; j < f->k; j++)
        for (int64_t i = 0; i < p->columns && size[j] > 0; i++) mean[j * p->columns + i] /= (double)size[j];
}

typedef struct summing {
    const mg__points *points;
    const int32_t *label;
    const double *centre;
    int64_t slices;
    double sum[MG__SLICES];
} summing;

static void sum_slice(void *user, int64_t slice, int worker) {
    summing *s = user;
    const mg__points *p = s->points;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1);
    double sum = 0;
    (void)worker;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row++) {
        if (s->label[row] < 0) continue;
        const double *centre = s->centre + s->label[row] * p->columns;
        for (int64_t i = 0; i < p->columns; i++) {
            double off = (double)p->x[row * p->columns + i] - centre[i];
            sum += off * off;
        }
    }
    s->sum[slice] = sum;
}

double mg__inertia(const mg__points *p, const mg__found *f) {
    double *mean = NULL, sum = 0;
    int64_t *size = NULL;
    if (!f->centre) {
        mean = mg__alloc_array(p->context, (size_t)f->k + 1, (size_t)p->columns * sizeof *mean);
        size = mg__alloc_array(p->context, (size_t)f->k + 1, sizeof *size);
        if (mean && size) measure_means(p, f, mean, size);
    }
    summing s = { .points = p, .label = f->label, .centre = f->centre ? f->centre : mean };
    s.slices = mg__slice_count(p->rows, 0);
    if (s.centre && (f->centre || size)) {
        mg__slices_run(p->context, s.slices, sum_slice, &s);
        for (int64_t i = 0; i < s.slices; i++) sum += s.sum[i];
    } else {
        sum = NAN;
    }
    mg__free(p->context, mean);
    mg__free(p->context, size);
    return sum;
}

/* --- order ------------------------------------------------------------------------------------------- */

typedef struct place {
    int64_t size, first; /* row */
    int32_t group;
} place;

static int compare_places(const void *a, const void *b, const void *user) {
    const place *p = a, *q = b;
    (void)user;
    if (p->size != q->size) return p->size > q->size ? -1 : 1;
    return p->first < q->first ? -1 : p->first > q->first ? 1 : p->group < q->group ? -1 : 1;
}

static mg_status rank_groups(mg_clustering *c, int64_t rows) {
    mg__found *f = &c->found;
    place *places = mg__alloc_array(c->context, (size_t)f->k + 1, sizeof *places);
    if (!places) return MG_OUT_OF_MEMORY;
    for (int64_t j = 0; j < f->k; j++) places[j] = (place){ .first = rows, .group = (int32_t)j };
    for (int64_t row = rows - 1; row >= 0; row--) {
        if (f->label[row] < 0) continue;
        places[f->label[row]].size++;
        places[f->label[row]].first = row;
    }
    mg__sort(places, (size_t)f->k, sizeof *places, compare_places, NULL);
    for (int64_t j = 0; j < f->k; j++) c->rank[places[j].group] = (int32_t)j;
    for (int64_t row = 0; row < rows; row++)
        if (f->label[row] >= 0) f->label[row] = c->rank[f->label[row]];
    mg__free(c->context, places);
    return MG_OK;
}

static void measure_deviation(mg_clustering *c) {
    const mg__points *p = &c->prepared.points;
    for (int64_t row = 0; row < p->rows; row++)
        for (int64_t i = 0; i < p->columns; i++) {
            double x = (double)p->x[row * p->columns + i];
            c->deviation[i] += x * x;
        }
    for (int64_t i = 0; i < p->columns; i++) c->deviation[i] = sqrt(c->deviation[i] / (double)p->rows);
}

mg_status mg__order_groups(mg_clustering *c) {
    const mg__points *p = &c->prepared.points;
    mg__found *f = &c->found;
    size_t k = (size_t)f->k + 1, columns = (size_t)p->columns;
    c->rank = mg__alloc_array(c->context, k, sizeof *c->rank);
    c->size = mg__alloc_array(c->context, k, sizeof *c->size);
    c->centre = mg__alloc_array(c->context, k, columns * sizeof *c->centre);
    c->deviation = mg__alloc_array(c->context, columns, sizeof *c->deviation);
    double *centre = mg__alloc_array(c->context, k, columns * sizeof *centre);
    mg_status status = c->rank && c->size && c->centre && c->deviation && centre ? rank_groups(c, p->rows) : MG_OUT_OF_MEMORY;
    if (status != MG_OK) {
        mg__free(c->context, centre);
        return status;
    }
    measure_means(p, f, centre, c->size);
    for (int64_t j = 0; j < f->k && f->centre; j++)
        memcpy(centre + c->rank[j] * p->columns, f->centre + j * p->columns, columns * sizeof *centre);
    mg__free(c->context, f->centre);
    f->centre = centre;
    for (int64_t i = 0; i < f->k * p->columns; i++) c->centre[i] = centre[i] + p->mean[i % p->columns];
    measure_deviation(c);
    return MG_OK;
}

/* --- different rows ---------------------------------------------------------------------------------- */

int64_t mg__distinct_rows(const mg__points *p, int64_t most) {
    mg__distinct seen = { .limit = most + 1 };
    int64_t count = 0;
    for (int64_t row = 0; row < p->rows && count >= 0 && count < most; row++) {
        uint64_t hash = mg__hash_bytes(1, p->x + row * p->columns, (size_t)p->columns * sizeof *p->x);
        count = mg__distinct_add(p->context, &seen, hash) ? mg__distinct_count(&seen) : -1;
    }
    mg__distinct_free(p->context, &seen);
    return count;
}
