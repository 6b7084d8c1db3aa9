/* Choosing how many groups: each number is tried; silhouette or BIC decide, gap statistic and stability are told beside. */
#include "base/random.h"
#include "base/system.h"
#include "cluster/clustering.h"
#include "cluster/scores.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define SAMPLE_ROWS  1000
#define REFERENCES   10 /* of the gap statistic */
#define RESAMPLES    10 /* of the stability */
#define SHARE        0.8
#define QUICK_STARTS 3

/* --- points of others -------------------------------------------------------------------------------- */

static mg_status take_rows(const mg__points *from, const int64_t *row, int64_t rows, mg__points *to) {
    *to = (mg__points){ .context = from->context, .rows = rows, .columns = from->columns, .mean = from->mean };
    to->x = mg__alloc_array(from->context, (size_t)rows, (size_t)from->columns * sizeof *to->x);
    if (!to->x) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < rows; i++)
        memcpy(to->x + i * from->columns, from->x + row[i] * from->columns, (size_t)from->columns * sizeof *to->x);
    return MG_OK;
}

/* --- gap statistic ----------------------------------------------------------------------------------- */

/* Rows spread evenly over the box of the points. */
static void spread_evenly(const mg__points *points, uint64_t seed, int64_t reference, mg__points *out) {
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "gap statistic"), .step = (uint64_t)reference };
    for (int64_t i = 0; i < points->columns; i++) {
        double low = INFINITY, high = -INFINITY;
        for (int64_t row = 0; row < points->rows; row++) {
            low = fmin(low, (double)points->x[row * points->columns + i]);
            high = fmax(high, (double)points->x[row * points->columns + i]);
        }
        for (int64_t row = 0; row < out->rows; row++)
            out->x[row * out->columns + i] =
                (float)(low + (high - low) * mg__random_uniform(&stream, (uint64_t)row, (uint64_t)i));
    }
}

/* ln W by k-means, whatever the method: W of k = 1 is asked for too. */
static mg_status log_within(const mg__points *points, const mg_cluster_options *options, int64_t k, double *out) {
    mg__found found = { 0 };
    mg_status status = mg__method_kmeans.fit(points, options, k, &found);
    if (status == MG_OK) *out = log(fmax(mg__inertia(points, &found), 1e-300));
    mg__found_free(points->context, &mg__method_kmeans, &found);
    return status;
}

typedef struct gap {
    double own, mean, deviation;
} gap;

/* gap: [most], of k = 1 .. most */
static mg_status measure_gaps(const mg__points *points, const mg_cluster_options *options, int64_t most, gap *gaps) {
    mg__points even = *points;
    double within[REFERENCES];
    even.x = mg__alloc_array(points->context, (size_t)points->rows, (size_t)points->columns * sizeof *even.x);
    mg_status status = even.x ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t k = 1; k <= most && status == MG_OK; k++) {
        gap *g = &gaps[k - 1];
        double square = 0;
        status = log_within(points, options, k, &g->own);
        g->mean = 0;
        for (int r = 0; r < REFERENCES && status == MG_OK; r++) {
            spread_evenly(points, (uint64_t)options->seed, r, &even);
            status = log_within(&even, options, k, &within[r]);
            g->mean += within[r] / REFERENCES;
        }
        for (int r = 0; r < REFERENCES && status == MG_OK; r++) square += (within[r] - g->mean) * (within[r] - g->mean);
        g->deviation = sqrt(square / REFERENCES) * sqrt(1 + 1.0 / REFERENCES);
    }
    mg__free(points->context, even.x);
    return status;
}

static double gap_of(const gap *g) { return g->mean - g->own; }

/* 1 where no gap is larger by more than its deviation; else the lowest k from 2 on whose gap is not below the next one's less its
 * deviation. (The paper begins at 1, and ends there wherever groups lie equally far apart: two of them are no gain.) */
static int64_t choose_by_gap(const gap *gaps, int64_t most) {
    const gap *largest = gaps;
    for (int64_t k = 2; k <= most; k++)
        if (gap_of(&gaps[k - 1]) > gap_of(largest)) largest = &gaps[k - 1];
    if (gap_of(gaps) >= gap_of(largest) - largest->deviation) return 1;
    int64_t k = 2;
    while (k < most && gap_of(&gaps[k - 1]) < gap_of(&gaps[k]) - gaps[k].deviation) k++;
    return k;
}

/* --- stability --------------------------------------------------------------------------------------- */

typedef struct resample {
    mg__points points;
    int64_t *row;           /* ascending */
    mg__found found, whole; /* whole: of a method that cuts, what the first number of groups gave */
} resample;

static mg_status fit_resample(const mg__cluster_method *method, const mg_cluster_options *options, int64_t k, resample *r) {
    if (r->whole.merge) return method->cut(&r->points, &r->whole, k, &r->found);
    mg_status status = method->fit(&r->points, options, k, &r->found);
    if (method->cut) {
        r->whole = (mg__found){ .merge = r->found.merge, .merges = r->found.merges };
        r->found.merge = NULL;
    }
    return status;
}

static mg_status draw_resample(const mg__points *points, const mg_cluster_options *options, uint64_t ordinal, resample *r) {
    int64_t rows = (int64_t)(SHARE * (double)points->rows), kept = 0;
    mg__stream stream = { .seed = (uint64_t)options->seed, .stream = mg__hash_text(0, "stability"), .step = ordinal };
    for (int64_t i = 0; i < points->rows && kept < rows; i++) /* each of the rest with the chance that fills it */
        if (mg__random_uniform(&stream, (uint64_t)i, 0) * (double)(points->rows - i) < (double)(rows - kept)) r->row[kept++] = i;
    return take_rows(points, r->row, kept, &r->points);
}

/* The groups that two resamples gave the rows that are in both. */
static int64_t common_rows(const resample *a, const resample *b, int32_t *label_a, int32_t *label_b) {
    int64_t count = 0;
    for (int64_t i = 0, j = 0; i < a->points.rows && j < b->points.rows;) {
        if (a->row[i] == b->row[j]) {
            label_a[count] = a->found.label[i] + 1;
            label_b[count++] = b->found.label[j] + 1;
        }
        if (a->row[i] <= b->row[j])
            i++;
        else
            j++;
    }
    return count;
}

static mg_status measure_pair(const mg__points *points, const mg__cluster_method *method, const mg_cluster_options *options,
                              int64_t k, resample pair[2], int32_t *label, double *ari) {
    mg_status status = MG_OK;
    for (int i = 0; i < 2 && status == MG_OK; i++) status = fit_resample(method, options, k, &pair[i]);
    if (status == MG_OK) {
        mg_cluster_agreement agreement;
        int64_t rows = common_rows(&pair[0], &pair[1], label, label + points->rows);
        status = mg_cluster_agreement_of(points->context, label, label + points->rows, rows, &agreement);
        *ari = agreement.ari;
    }
    for (int i = 0; i < 2; i++) mg__found_free(points->context, method, &pair[i].found);
    return status;
}

static mg_status measure_stability(const mg__points *points, const mg__cluster_method *method, const mg_cluster_options *options,
                                   mg_cluster_trial *trial, int64_t trials) {
    mg_context *context = points->context;
    resample pair[2] = { { .row = mg__alloc_array(context, (size_t)points->rows, sizeof(int64_t)) },
                         { .row = mg__alloc_array(context, (size_t)points->rows, sizeof(int64_t)) } };
    int32_t *label = mg__alloc_array(context, (size_t)points->rows, 2 * sizeof *label);
    mg_status status = pair[0].row && pair[1].row && label ? MG_OK : MG_OUT_OF_MEMORY;
    for (int64_t t = 0; t < trials; t++) trial[t].stability = 0;
    for (uint64_t r = 0; r < RESAMPLES && status == MG_OK; r++) {
        for (uint64_t i = 0; i < 2 && status == MG_OK; i++) status = draw_resample(points, options, 2 * r + i, &pair[i]);
        for (int64_t t = 0; t < trials && status == MG_OK; t++) {
            double ari = NAN;
            if (trial[t].k <= pair[0].points.rows && trial[t].k <= pair[1].points.rows)
                status = measure_pair(points, method, options, trial[t].k, pair, label, &ari);
            trial[t].stability += ari / RESAMPLES;
        }
        for (int i = 0; i < 2; i++) {
            mg__found_free(context, method, &pair[i].whole);
            mg__free(context, pair[i].points.x);
            pair[i].points.x = NULL;
        }
    }
    for (int i = 0; i < 2; i++) mg__free(context, pair[i].row);
    mg__free(context, label);
    return status;
}

/* --- on a sample ------------------------------------------------------------------------------------- */

static mg_status measure_on_sample(mg_clustering *c, const mg_cluster_options *options, int64_t *gap_says) {
    const mg__points *all = &c->prepared.points;
    int64_t rows = all->rows < SAMPLE_ROWS ? all->rows : SAMPLE_ROWS, most = c->trial[c->trials - 1].k;
    mg_cluster_options quick = *options;
    mg__points sample = { 0 };
    quick.starts = quick.starts < QUICK_STARTS ? quick.starts : QUICK_STARTS;
    quick.centres = NULL;
    most = most < rows ? most : rows;
    int64_t *row = mg__alloc_array(c->context, (size_t)rows, sizeof *row);
    gap *gaps = mg__alloc_array(c->context, (size_t)most, sizeof *gaps);
    mg_status status = row && gaps ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) mg__sample_rows(all->rows, rows, (uint64_t)options->seed, row);
    if (status == MG_OK) status = take_rows(all, row, rows, &sample);
    if (status == MG_OK) status = measure_gaps(&sample, &quick, most, gaps);
    if (status == MG_OK) {
        *gap_says = choose_by_gap(gaps, most);
        for (int64_t t = 0; t < c->trials && c->trial[t].k <= most; t++) {
            c->trial[t].gap = gap_of(&gaps[c->trial[t].k - 1]);
            c->trial[t].gap_deviation = gaps[c->trial[t].k - 1].deviation;
        }
        if (!c->method->slow) status = measure_stability(&sample, c->method, &quick, c->trial, c->trials);
    }
    mg__free(c->context, sample.x);
    mg__free(c->context, row);
    mg__free(c->context, gaps);
    return status;
}

/* --- the choice -------------------------------------------------------------------------------------- */

/* More is better. */
static double merit(const mg_clustering *c, int64_t trial) {
    return c->method->has_bic ? -c->trial[trial].bic : c->trial[trial].silhouette;
}

static int64_t best_trial(const mg_clustering *c, int64_t except) {
    int64_t best = -1;
    for (int64_t t = 0; t < c->trials; t++)
        if (t != except && !isnan(merit(c, t)) && (best < 0 || merit(c, t) > merit(c, best))) best = t;
    return best;
}

/* The BIC of what is doubtful is not looked at, unless all are. */
static void leave_out_doubtful(mg_clustering *c, const mg__found *found) {
    int64_t sound = 0;
    for (int64_t t = 0; t < c->trials; t++) sound += !found[t].doubtful;
    for (int64_t t = 0; t < c->trials && sound > 0; t++)
        if (found[t].doubtful) c->trial[t].bic = NAN;
}

static void explain(mg_clustering *c, int64_t best, int64_t gap_says) {
    const mg_cluster_trial *t = &c->trial[best];
    int64_t next = best_trial(c, best);
    size_t used = 0;
    bool bic = c->method->has_bic;
    mg__append(c->k_reason, sizeof c->k_reason, &used, "%" PRId64 " of %" PRId64 " to %" PRId64 " has the %s (%.4g", t->k,
               c->trial[0].k, c->trial[c->trials - 1].k, bic ? "lowest BIC" : "highest silhouette", bic ? t->bic : t->silhouette);
    if (next >= 0)
        mg__append(c->k_reason, sizeof c->k_reason, &used, "; next %" PRId64 " with %.4g", c->trial[next].k,
                   bic ? c->trial[next].bic : c->trial[next].silhouette);
    mg__append(c->k_reason, sizeof c->k_reason, &used, ")");
    mg__append(c->k_reason, sizeof c->k_reason, &used, "; the gap statistic says %" PRId64, gap_says);
    if (!isnan(t->stability)) mg__append(c->k_reason, sizeof c->k_reason, &used, "; two samples agree to %.2f", t->stability);
    if (gap_says == 1)
        mg__cluster_warn(c, "the gap statistic sees no groups: rows spread evenly would fall apart as well as these");
}

mg_status mg__choose_k(mg_clustering *c, const mg_cluster_options *options) {
    const mg__points *p = &c->prepared.points;
    int64_t count = options->k_high - options->k_low + 1, gap_says = 0, began = mg__clock();
    mg__found *found = mg__alloc_array(c->context, (size_t)count, sizeof *found);
    mg__labelling *labelling = mg__alloc_array(c->context, (size_t)count, sizeof *labelling);
    c->trial = mg__alloc_array(c->context, (size_t)count, sizeof *c->trial);
    mg_status status = found && labelling && c->trial ? MG_OK : MG_OUT_OF_MEMORY;
    for (; c->trials < count && status == MG_OK; c->trials++) {
        int64_t t = c->trials, k = options->k_low + t;
        mg__cluster_tell(options, "choosing k", t, count, began);
        status = t > 0 && c->method->cut ? c->method->cut(p, &found[0], k, &found[t]) : c->method->fit(p, options, k, &found[t]);
        c->trial[t] = (mg_cluster_trial){ .k = k, .gap = NAN, .gap_deviation = NAN, .stability = NAN, .bic = NAN };
        if (status != MG_OK) continue;
        c->trial[t].inertia = mg__inertia(p, &found[t]);
        if (c->method->has_bic) c->trial[t].bic = found[t].bic;
        labelling[t] = (mg__labelling){ .label = found[t].label, .k = found[t].k };
    }
    if (status == MG_OK) status = mg__silhouettes_of_points(p, labelling, count);
    for (int64_t t = 0; t < count && status == MG_OK; t++) c->trial[t].silhouette = labelling[t].silhouette;
    if (status == MG_OK) status = measure_on_sample(c, options, &gap_says);
    if (status == MG_OK) {
        if (c->method->has_bic) leave_out_doubtful(c, found);
        int64_t best = best_trial(c, -1);
        if (best < 0) best = 0;
        explain(c, best, gap_says);
        c->found = found[best];
        found[best] = (mg__found){ 0 };
        if (best > 0 && c->method->cut) { /* the tree */
            c->found.merge = found[0].merge, c->found.merges = found[0].merges;
            found[0].merge = NULL;
        }
    }
    for (int64_t t = 0; t < count && found; t++) mg__found_free(c->context, c->method, &found[t]);
    mg__free(c->context, found);
    mg__free(c->context, labelling);
    return status;
}
