#include "data/leaks.h"

#include "data/classes.h"
#include "interop/order.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define PURITY       0.999 /* share of rows that have the most frequent class of their value */
#define ROWS_A_VALUE 5     /* in the mean; with fewer, values tell classes by chance */
#define CHANCE       13.8  /* -log of once in a million */
#define CORRELATION  0.9999
#define FEWEST       10   /* rows */
#define GLANCE       2000 /* rows that are looked at first; nearly all columns are done with then */

/* Rows whose target is infinite teach nothing. */
static void keep_finite(mg__leak_target *t, const mg__column *column) {
    int64_t kept = 0;
    for (int64_t i = 0; i < t->count; i++) {
        t->values[kept] = mg__column_number(column, t->rows[i]);
        if (t->labels == NULL && !isfinite(t->values[kept])) continue;
        if (t->labels != NULL) t->labels[kept] = t->labels[i];
        t->rows[kept++] = t->rows[i];
    }
    t->count = kept;
}

mg_status mg__leak_target_make(mg_context *context, const mg_dataset *d, const mg_target *target, mg__leak_target *t) {
    *t = (mg__leak_target){ 0 };
    mg_status status = mg__target_rows(context, d, target, &t->rows, &t->count, &t->labels, &t->classes);
    if (status != MG_OK) return status;
    size_t count = (size_t)t->count;
    t->values = mg__alloc_array(context, count, sizeof *t->values);
    t->key = mg__alloc_array(context, count, sizeof *t->key);
    t->order = mg__alloc_array(context, count, sizeof *t->order);
    t->rank = mg__alloc_array(context, 2 * count, sizeof *t->rank);
    if (t->values == NULL || t->key == NULL || t->order == NULL || t->rank == NULL) {
        mg__leak_target_free(context, t);
        return MG_OUT_OF_MEMORY;
    }
    keep_finite(t, &d->column[target->column]);
    return MG_OK;
}

void mg__leak_target_free(mg_context *context, mg__leak_target *t) {
    mg__free(context, t->rows);
    mg__free(context, t->labels);
    mg__free(context, t->values);
    mg__free(context, t->key);
    mg__free(context, t->order);
    mg__free(context, t->rank);
    *t = (mg__leak_target){ 0 };
}

/* --- classes ----------------------------------------------------------------------------------------- */

/* What is known of n rows that are grouped in some way. */
typedef struct grouping {
    int64_t rows, groups, classes;
    int64_t pure;     /* rows that have the most frequent class of their group */
    int64_t majority; /* rows of the most frequent class */
    double orders;    /* about the log of the number of ways to give these classes to these rows; never more */
} grouping;

/* log(n! / (n_1! ... n_K!)) >= n H - (K - 1) log(n + 1), H: the entropy of the n_k / n. `counts` [classes]. */
static void weigh_classes(grouping *g, const int64_t *counts, int32_t classes) {
    double n = (double)g->rows;
    for (int32_t k = 0; k < classes; k++) {
        if (counts[k] == 0) continue;
        g->classes++;
        g->orders -= (double)counts[k] * log((double)counts[k] / n);
        g->majority = counts[k] > g->majority ? counts[k] : g->majority;
    }
    g->orders -= (double)(g->classes - 1) * log(n + 1);
}

/* The first m keys are group * classes + label. */
static mg_status group(mg_context *context, mg__leak_target *t, int64_t m, grouping *g) {
    int64_t *counts = mg__alloc_array(context, (size_t)t->classes, sizeof *counts);
    mg_status status = counts == NULL ? MG_OUT_OF_MEMORY : mg__order_numbers(context, t->key, 1, m, t->order);
    int64_t most = 0;
    *g = (grouping){ .rows = m };
    for (int64_t i = 0; status == MG_OK && i < m;) {
        double key = t->key[t->order[i]], own = floor(key / t->classes);
        int64_t begin = i;
        while (i < m && t->key[t->order[i]] == key) i++;
        counts[(int64_t)(key - own * t->classes)] += i - begin;
        most = i - begin > most ? i - begin : most;
        if (i < m && floor(t->key[t->order[i]] / t->classes) == own) continue;
        g->groups++;
        g->pure += most;
        most = 0;
    }
    if (status == MG_OK) weigh_classes(g, counts, t->classes);
    mg__free(context, counts);
    return status;
}

/* A glance lets through what the whole may still show. */
static bool groups_tell(const grouping *g, bool glance) {
    double purity = (double)g->pure / (double)g->rows, majority = (double)g->majority / (double)g->rows;
    if (glance) return g->rows < FEWEST || purity >= 0.99;
    return g->rows >= FEWEST && g->classes > 1 && g->groups * ROWS_A_VALUE <= g->rows && purity >= PURITY &&
           1 - purity <= 0.1 * (1 - majority) && g->orders - (double)g->groups * log((double)g->classes) > CHANCE;
}

static mg_status check_groups(mg_context *context, const mg__column *column, bool presence, mg__leak_target *t, int64_t n,
                              bool *tell) {
    int64_t m = 0;
    grouping g;
    for (int64_t i = 0; i < n; i++) {
        uint32_t code = column->codes != NULL ? column->codes[t->rows[i]] : 0;
        bool missing = column->codes != NULL ? code == MG__MISSING : isnan(column->values[t->rows[i]]);
        if (presence) code = missing;
        if (presence || !missing) t->key[m++] = (double)code * t->classes + t->labels[i];
    }
    if (m == 0) {
        *tell = n < t->count;
        return MG_OK;
    }
    mg_status status = group(context, t, m, &g);
    if (status == MG_OK) *tell = groups_tell(&g, n < t->count);
    return status;
}

/* Sorted by number, each class is one run. Equal numbers of two classes end it. */
static mg_status check_runs(mg_context *context, const mg__column *column, mg__leak_target *t, int64_t n, bool *tell) {
    int64_t m = 0, changes = 0;
    int64_t *counts = mg__alloc_array(context, (size_t)t->classes, sizeof *counts);
    if (counts == NULL) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < n; i++) {
        t->key[i] = mg__column_number(column, t->rows[i]);
        if (isfinite(t->key[i])) {
            counts[t->labels[i]]++;
            m++;
        } else
            t->key[i] = (double)NAN;
    }
    grouping g = { .rows = m };
    weigh_classes(&g, counts, t->classes);
    mg__free(context, counts);
    mg_status status = mg__order_numbers(context, t->key, 1, n, t->order);
    for (int64_t i = 1; status == MG_OK && i < m; i++) {
        int64_t a = t->order[i - 1], b = t->order[i];
        if (t->labels[a] != t->labels[b]) changes += t->key[a] == t->key[b] ? g.classes : 1;
    }
    double ways = (double)g.classes * log((double)g.classes);
    *tell = m == 0 || changes == g.classes - 1;
    if (n == t->count) *tell = m >= FEWEST && g.classes > 1 && changes == g.classes - 1 && g.orders - ways > CHANCE;
    return status;
}

/* --- numbers ----------------------------------------------------------------------------------------- */

/* Of x[i] and y[i]; NaN where one of them does not vary. */
static double correlation(const double *x, const double *y, int64_t n) {
    double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
    for (int64_t i = 0; i < n; i++) {
        mean_x += (x[i] - mean_x) / (double)(i + 1);
        mean_y += (y[i] - mean_y) / (double)(i + 1);
    }
    for (int64_t i = 0; i < n; i++) {
        double dx = x[i] - mean_x, dy = y[i] - mean_y;
        xx += dx * dx;
        yy += dy * dy;
        xy += dx * dy;
    }
    return xy / sqrt(xx) / sqrt(yy);
}

/* x[i] becomes its rank; equal ones share the mean of theirs. */
static mg_status rank(mg_context *context, double *x, int64_t n, int64_t *order, double *scratch) {
    mg_status status = mg__order_numbers(context, x, 1, n, order);
    if (status != MG_OK) return status;
    memcpy(scratch, x, (size_t)n * sizeof *x);
    for (int64_t i = 0; i < n;) {
        int64_t begin = i;
        while (i < n && scratch[order[i]] == scratch[order[begin]]) i++;
        for (int64_t k = begin; k < i; k++) x[order[k]] = (double)(begin + i - 1) / 2;
    }
    return MG_OK;
}

static mg_status check_correlation(mg_context *context, const mg__column *column, mg__leak_target *t, int64_t n, bool *tell) {
    double *x = t->rank, *y = t->rank + t->count, least = n < t->count ? 0.999 : CORRELATION;
    int64_t m = 0;
    for (int64_t i = 0; i < n; i++) {
        x[m] = mg__column_number(column, t->rows[i]);
        y[m] = t->values[i];
        m += isfinite(x[m]) && isfinite(y[m]);
    }
    double linear = m >= FEWEST ? fabs(correlation(x, y, m)) : (double)NAN;
    *tell = linear >= least || (isnan(linear) && n < t->count);
    if (*tell || m < FEWEST) return MG_OK;
    mg_status status = rank(context, x, m, t->order, t->key);
    if (status == MG_OK) status = rank(context, y, m, t->order, t->key);
    if (status == MG_OK) *tell = fabs(correlation(x, y, m)) >= least;
    return status;
}

/* --- one column -------------------------------------------------------------------------------------- */

static mg_status check(mg_context *context, const mg__column *column, mg_kind kind, bool presence, mg__leak_target *t, int64_t n,
                       bool *tell) {
    if (t->labels == NULL) return check_correlation(context, column, t, n, tell);
    bool few = column->codes != NULL && (int64_t)column->dictionary.count * ROWS_A_VALUE <= t->count;
    if (presence || few) return check_groups(context, column, presence, t, n, tell);
    if (kind == MG_KIND_NUMBER) return check_runs(context, column, t, n, tell);
    *tell = false;
    return MG_OK;
}

static mg_status glance_and_check(mg_context *context, const mg__column *column, mg_kind kind, bool presence, mg__leak_target *t,
                                  bool *tell) {
    *tell = true;
    if (t->count > GLANCE) {
        mg_status status = check(context, column, kind, presence, t, GLANCE, tell);
        if (status != MG_OK) return status;
    }
    return *tell ? check(context, column, kind, presence, t, t->count, tell) : MG_OK;
}

mg_status mg__leak_find(mg_context *context, const mg_dataset *d, int64_t index, mg_kind kind, mg__leak_target *t,
                        mg__leak *leak) {
    const mg__column *column = &d->column[index];
    bool classes = t->labels != NULL, values = kind == MG_KIND_NUMBER, tell = false;
    if (classes) values = values || kind == MG_KIND_BOOLEAN || kind == MG_KIND_CATEGORY;
    mg_status status = values ? glance_and_check(context, column, kind, false, t, &tell) : MG_OK;
    *leak = tell ? MG__LEAK_VALUES : MG__LEAK_NONE;
    if (status != MG_OK || tell || !classes || column->missing == 0) return status;
    status = glance_and_check(context, column, kind, true, t, &tell);
    if (tell) *leak = MG__LEAK_MISSING;
    return status;
}

const char *mg__leak_text(mg__leak leak, const char *name, char out[MG__LEAK_BYTES]) {
    bool missing = leak == MG__LEAK_MISSING;
    snprintf(
        out, MG__LEAK_BYTES,
        "%scolumn '%.60s' %sdetermines the target: is it known when a prediction is made? If not, drop it with --drop '%.60s'",
        missing ? "whether " : "", name, missing ? "is missing " : "", name);
    return out;
}
