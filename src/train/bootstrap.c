/* Confidence intervals of scores: rows are drawn anew, with replacement, and scored again.
 *
 * What a metric needs of a row (its class, its loss, its place in the order) is found once; a resample is then a weight for each
 * row, which is how often it was drawn. */
#include "base/random.h"
#include "interop/order.h"
#include "train/scoring.h"

#include <math.h>
#include <string.h>

enum {
    RESAMPLES = 1000,
    MOST_ROWS = 10000,
    RANKED_ROWS = 5000000, /* rows times classes that rankings may cost, over all resamples */
    LEAST_RANKED = 100,
    MEANS = 4, /* most metrics of a task that are means */
};

#define TAIL 0.025 /* beyond each end */

/* The rows that are drawn from. */
typedef struct sample {
    mg_context *context;
    mg_task task;
    const mg_scored *scored;
    int64_t rows;
    double *drawn;                      /* weights of a resample */
    const mg__mean_metric *mean[MEANS]; /* metrics that are means, and what each row gives to them */
    double *of_row[MEANS];
    int32_t *predicted; /* classes */
    mg__hits hits;
    mg__ranking *rankings;
    int64_t ranking_count;
    mg__spread centre; /* numbers: errors, and the order of their sizes */
    double *error, *absolute;
    int64_t *order;
} sample;

/* --- at most MOST_ROWS rows ------------------------------------------------------------------------------ */

/* A copy of rows drawn without replacement, in one block; *block is the caller's to free. */
static mg_status thin(mg_context *context, const mg_scored *all, uint64_t seed, mg_scored *few, double **block) {
    int64_t *order = mg__alloc_array(context, (size_t)all->rows, sizeof *order);
    size_t columns = (size_t)all->columns, n = MOST_ROWS;
    *block = mg__alloc_array(context, n, (columns + 3) * sizeof **block);
    if (!order || !*block) {
        mg__free(context, order);
        return MG_OUT_OF_MEMORY;
    }
    double *values = *block, *targets = values + n * columns, *weights = targets + n;
    int32_t *labels = (int32_t *)(void *)(weights + n), *predicted = labels + n;
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "bootstrap rows") };
    mg__random_permutation(&stream, (uint64_t)all->rows, order);
    for (size_t i = 0; i < n; i++) {
        int64_t row = order[i];
        memcpy(values + i * columns, all->values + row * all->columns, columns * sizeof *values);
        if (all->targets) targets[i] = all->targets[row];
        if (all->labels) labels[i] = all->labels[row];
        if (all->predicted) predicted[i] = all->predicted[row];
        weights[i] = mg__weight_of(all->weights, row);
    }
    *few = (mg_scored){ .rows = MOST_ROWS,
                        .columns = all->columns,
                        .values = values,
                        .labels = all->labels ? labels : NULL,
                        .targets = all->targets ? targets : NULL,
                        .weights = all->weights ? weights : NULL,
                        .predicted = all->predicted ? predicted : NULL };
    mg__free(context, order);
    return MG_OK;
}

/* --- what a row gives ------------------------------------------------------------------------------------ */

static mg_status open_means(sample *s) {
    int count = 0;
    for (int i = 0; mg__mean_metric_row(i); i++) {
        const mg__mean_metric *metric = mg__mean_metric_row(i);
        if (metric->task != s->task) continue;
        double *of_row = s->of_row[count] = mg__alloc_array(s->context, (size_t)s->rows, sizeof *of_row);
        if (!of_row) return MG_OUT_OF_MEMORY;
        for (int64_t r = 0; r < s->rows; r++) of_row[r] = metric->of_row(s->scored, r);
        s->mean[count++] = metric;
    }
    return MG_OK;
}

static mg_status open_classes(sample *s) {
    int64_t count = mg__ranking_count(s->scored);
    s->predicted = mg__alloc_array(s->context, (size_t)s->rows, sizeof *s->predicted);
    s->rankings = mg__alloc_array(s->context, (size_t)count, sizeof *s->rankings);
    if (!s->predicted || !s->rankings) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < s->rows; r++) s->predicted[r] = mg__predicted_class(s->scored, r);
    mg_status status = mg__hits_open(s->context, s->scored->columns, &s->hits);
    for (; status == MG_OK && s->ranking_count < count; s->ranking_count++)
        status = mg__ranking_open(s->context, s->scored, s->ranking_count, &s->rankings[s->ranking_count]);
    return status;
}

static mg_status open_numbers(sample *s) {
    size_t n = (size_t)s->rows;
    s->error = mg__alloc_array(s->context, n, sizeof *s->error);
    s->absolute = mg__alloc_array(s->context, n, sizeof *s->absolute);
    s->order = mg__alloc_array(s->context, n, sizeof *s->order);
    if (!s->error || !s->absolute || !s->order) return MG_OUT_OF_MEMORY;
    s->centre = mg__spread_of(s->scored);
    for (int64_t r = 0; r < s->rows; r++) {
        s->error[r] = s->scored->targets[r] - s->scored->values[r];
        s->absolute[r] = fabs(s->error[r]);
    }
    return mg__order_numbers(s->context, s->absolute, 1, s->rows, s->order);
}

static mg_status open_sample(sample *s) {
    s->drawn = mg__alloc_array(s->context, (size_t)s->rows, sizeof *s->drawn);
    mg_status status = s->drawn ? open_means(s) : MG_OUT_OF_MEMORY;
    if (status != MG_OK) return status;
    return s->task == MG_TASK_CLASSIFICATION ? open_classes(s) : open_numbers(s);
}

static void close_sample(sample *s) {
    for (int64_t k = 0; k < s->ranking_count; k++) mg__ranking_close(s->context, &s->rankings[k]);
    for (int i = 0; i < MEANS; i++) mg__free(s->context, s->of_row[i]);
    mg__hits_close(s->context, &s->hits);
    mg__free(s->context, s->rankings);
    mg__free(s->context, s->predicted);
    mg__free(s->context, s->error);
    mg__free(s->context, s->absolute);
    mg__free(s->context, s->order);
    mg__free(s->context, s->drawn);
}

/* --- a resample ------------------------------------------------------------------------------------------ */

static void draw(const sample *s, mg__stream *stream, int64_t resample) {
    const double *weights = s->scored->weights;
    stream->step = (uint64_t)resample;
    memset(s->drawn, 0, (size_t)s->rows * sizeof *s->drawn);
    for (int64_t i = 0; i < s->rows; i += 4) {
        uint32_t words[4];
        mg__random_block(stream, 0, (uint64_t)i / 4, words);
        for (int64_t k = 0; k < 4 && i + k < s->rows; k++) {
            int64_t row = (int64_t)((uint64_t)words[k] * (uint64_t)s->rows >> 32);
            s->drawn[row] += mg__weight_of(weights, row);
        }
    }
}

static double mean_of(const double *values, const double *weights, int64_t rows) {
    double sum = 0, weight = 0;
    for (int64_t r = 0; r < rows; r++) {
        sum += weights[r] * values[r];
        weight += weights[r];
    }
    return sum / weight;
}

static void put(mg_scores *scores, const char *name, double value) {
    *(double *)(void *)((char *)scores + mg_metric_find(name)->offset) = value;
}

static void score_classes(sample *s, bool rank, mg_scores *scores) {
    mg__hits_clear(&s->hits);
    for (int64_t r = 0; r < s->rows; r++) mg__hits_add(&s->hits, s->scored->labels[r], s->predicted[r], s->drawn[r]);
    for (int i = 0; mg__hits_metric_row(i); i++)
        put(scores, mg__hits_metric_row(i)->name, mg__hits_metric_row(i)->value(&s->hits));
    if (!rank) return;
    mg__ranked ranked = mg__ranking_mean(s->rankings, s->ranking_count, s->drawn);
    scores->roc_auc = ranked.roc_auc;
    scores->average_precision = ranked.average_precision;
}

static void score_numbers(const sample *s, mg_scores *scores) {
    mg__moments sums = { 0 };
    for (int64_t r = 0; r < s->rows; r++) mg__moments_add(&sums, &s->centre, s->scored->targets[r], s->error[r], s->drawn[r]);
    scores->r2 = mg__moments_r2(&sums);
    scores->explained_variance = mg__moments_explained(&sums);
    scores->median_absolute_error = mg__median_of(s->absolute, s->order, s->rows, s->drawn);
}

static mg_scores score_resample(sample *s, bool rank) {
    mg_scores scores = mg_scores_none();
    for (int i = 0; i < MEANS && s->mean[i]; i++) {
        double mean = mean_of(s->of_row[i], s->drawn, s->rows);
        put(&scores, s->mean[i]->name, s->mean[i]->root ? sqrt(mean) : mean);
    }
    if (s->task == MG_TASK_CLASSIFICATION)
        score_classes(s, rank, &scores);
    else
        score_numbers(s, &scores);
    return scores;
}

/* --- intervals ------------------------------------------------------------------------------------------- */

/* The value below which a share of ordered values lies, straight between neighbours. */
static double quantile(const double *values, const int64_t *order, int64_t count, double share) {
    double place = share * (double)(count - 1);
    int64_t below = (int64_t)place, above = below + 1 < count ? below + 1 : below;
    double low = values[order[below]];
    return low + (place - (double)below) * (values[order[above]] - low);
}

/* By more than rounding does. */
static bool differ(double low, double high) { return high - low > 1e-12 * fmax(fabs(low), fabs(high)); }

/* Percentiles of the values that are defined; nothing where that is less than half of them, or where they do not differ. */
static mg_status percentiles(mg_context *context, const double *values, int64_t count, mg_interval *interval) {
    int64_t *order = mg__alloc_array(context, (size_t)count, sizeof *order), defined = count;
    mg_status status = order ? mg__order_numbers(context, values, 1, count, order) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        while (defined > 0 && isnan(values[order[defined - 1]])) defined--;
        if (2 * defined > count && differ(values[order[0]], values[order[defined - 1]]))
            *interval = (mg_interval){ quantile(values, order, defined, TAIL), quantile(values, order, defined, 1 - TAIL) };
    }
    mg__free(context, order);
    return status;
}

/* All rows or none: resamples cannot tell, the binomial distribution can (Clopper and Pearson 1934); as many rows as the weights
 * are worth: (sum w)^2 / sum w^2 (Kish 1965). */
static mg_interval bound_of_share(const mg_scored *s, double share) {
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < s->rows; i++) {
        double w = mg__weight_of(s->weights, i);
        sum += w;
        squares += w * w;
    }
    double worst = pow(TAIL, squares / (sum * sum));
    return share == 1 ? (mg_interval){ worst, 1 } : (mg_interval){ 0, 1 - worst };
}

static bool is_share(const char *name) {
    for (int i = 0; mg__mean_metric_row(i); i++)
        if (!strcmp(mg__mean_metric_row(i)->name, name)) return mg__mean_metric_row(i)->share;
    return false;
}

/* From percentiles of the sample to the interval of all rows. */
static void finish(const mg_metric *metric, const mg_scored *all, double value, double of_sample, double shrink,
                   mg_interval *interval) {
    bool share = is_share(metric->name) && (value == 0 || value == 1);
    if (share) *interval = bound_of_share(all, value);
    if (share || shrink == 1 || isnan(interval->low)) return;
    interval->low = value + shrink * (interval->low - of_sample);
    interval->high = value + shrink * (interval->high - of_sample);
    if (metric->more_is_better)
        interval->high = fmin(interval->high, 1);
    else
        interval->low = fmax(interval->low, 0);
}

static int64_t resamples_ranked(const sample *s) {
    int64_t cost = s->rows * (s->ranking_count > 0 ? s->ranking_count : 1), count = RANKED_ROWS / cost;
    return count > RESAMPLES ? RESAMPLES : count < LEAST_RANKED ? LEAST_RANKED : count;
}

/* scores: as many resamples as were scored in full, then NaN for rankings. */
static mg_status resample(sample *s, uint64_t seed, mg_scores *scores) {
    mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "bootstrap") };
    mg_status status = open_sample(s);
    for (int64_t b = 0; status == MG_OK && b < RESAMPLES; b++) {
        draw(s, &stream, b);
        scores[b] = score_resample(s, b < resamples_ranked(s));
    }
    return status;
}

static mg_status intervals_of(const sample *s, const mg_scored *all, const mg_scores *resampled, double shrink,
                              mg_intervals *intervals) {
    mg_scores whole, few;
    double values[RESAMPLES];
    mg_status status = mg_scores_of(s->context, s->task, all, &whole);
    if (status == MG_OK) status = mg_scores_of(s->context, s->task, s->scored, &few);
    for (int i = 0; status == MG_OK && mg_metric_row(i); i++) {
        const mg_metric *metric = mg_metric_row(i);
        if (metric->task != s->task) continue;
        mg_interval *interval = (mg_interval *)(void *)((char *)intervals + metric->interval_offset);
        int64_t count = mg__is_ranking(metric) ? resamples_ranked(s) : RESAMPLES;
        for (int64_t b = 0; b < count; b++) values[b] = mg_metric_value(metric, &resampled[b]);
        status = percentiles(s->context, values, count, interval);
        finish(metric, all, mg_metric_value(metric, &whole), mg_metric_value(metric, &few), shrink, interval);
    }
    return status;
}

mg_status mg__bootstrap(mg_context *context, mg_task task, const mg_scored *scored, uint64_t seed, mg_intervals *intervals) {
    mg_scored few = *scored;
    double *block = NULL;
    sample s = { .context = context, .task = task, .scored = &few };
    *intervals = mg_intervals_none();
    if (scored->rows < 2) return MG_OK;
    mg_scores *resampled = mg__alloc_array(context, RESAMPLES, sizeof *resampled);
    mg_status status = resampled ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK && scored->rows > MOST_ROWS) status = thin(context, scored, seed, &few, &block);
    s.rows = few.rows;
    if (status == MG_OK) status = resample(&s, seed, resampled);
    if (status == MG_OK) {
        double shrink = block ? sqrt((double)few.rows / (double)scored->rows) : 1;
        status = intervals_of(&s, scored, resampled, shrink, intervals);
    }
    close_sample(&s);
    mg__free(context, block);
    mg__free(context, resampled);
    if (status != MG_OK) *intervals = mg_intervals_none();
    return status;
}
