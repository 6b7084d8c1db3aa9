/* k-means by Lloyd's algorithm, with the bounds of Hamerly (2010): a row whose distance to its own centre is below that to every
 * other cannot change, and is not looked at. Bounds are kept a little too wide, so that rounding changes no label. */
#include "cluster/kmeans_start.h"
#include "cluster/method.h"
#include "cluster/nearest.h"
#include "cluster/slices.h"

#include <float.h>
#include <math.h>
#include <string.h>

enum { AHEAD = 8, LINE = 64, FETCHED = 512 }; /* rows that are fetched before they are looked at; bytes of a line, and of a row */

/* Of one thread. */
typedef struct hand {
    float *row;   /* [MG__NEAREST_ROWS, columns]: gathered */
    float *score; /* [MG__NEAREST_ROWS, k] */
    int64_t index[MG__NEAREST_ROWS];
    int64_t gathered;
    void *scratch;
} hand;

typedef struct lloyd {
    const mg__points *points;
    int64_t k, slices;
    mg__nearest nearest;
    double *centre, *before; /* [k, columns] */
    double *sum;             /* [k, columns] of the rows of each group */
    int64_t *count;          /* [k] */
    int32_t *label;          /* [rows]; -1: none yet */
    float *square;           /* [rows]: |x|^2 */
    float *upper, *lower;    /* [rows]: of the distance to the own centre, and to every other */
    float *move;             /* [k]: of each centre in the last step */
    float *away;             /* [k]: the largest move of the others */
    float *half;             /* [k]: half the distance to the nearest other centre; 0: not known */
    double largest;          /* |c|^2 of any centre */
    double *change;          /* [slices, k, columns]: of the sums, in one step */
    int64_t *change_count;   /* [slices, k] */
    int64_t *changed;        /* [slices]: labels */
    double *inertia;         /* [slices] */
    hand *hand;              /* [workers] */
    int workers;
    bool all; /* look at every row */
} lloyd;

/* --- one step ---------------------------------------------------------------------------------------- */

static void change_label(lloyd *s, int64_t slice, int64_t row, int32_t to) {
    const mg__points *p = s->points;
    const float *x = p->x + row * p->columns;
    double *change = s->change + slice * s->k * p->columns;
    int64_t *count = s->change_count + slice * s->k;
    int32_t from = s->label[row];
    if (from >= 0) {
        for (int64_t i = 0; i < p->columns; i++) change[from * p->columns + i] -= (double)x[i];
        count[from]--;
    }
    for (int64_t i = 0; i < p->columns; i++) change[to * p->columns + i] += (double)x[i];
    count[to]++;
    s->label[row] = to;
    s->changed[slice]++;
}

/* How far a squared distance may be off: the product's rounding. */
static double slack(const lloyd *s, int64_t row) {
    return (4 + sqrt((double)s->points->columns)) * (double)FLT_EPSILON * ((double)s->square[row] + s->largest);
}

static void settle(lloyd *s, int64_t slice, int64_t row, const float *score) {
    int32_t best = 0;
    float first = score[0], second = -INFINITY;
    for (int32_t j = 1; j < s->k; j++) { /* without branches: which is first is hard to foretell */
        float lesser = score[j] < first ? score[j] : first;
        best = score[j] > first ? j : best;
        first = score[j] > first ? score[j] : first;
        second = lesser > second ? lesser : second;
    }
    double off = slack(s, row), own = (double)s->square[row] - (double)first, other = (double)s->square[row] - (double)second;
    s->upper[row] = (float)sqrt(fmax(own + off, 0));
    s->lower[row] = (float)sqrt(fmax(other - off, 0));
    if (best != s->label[row]) change_label(s, slice, row, best);
}

static void settle_gathered(lloyd *s, int64_t slice, hand *h) {
    mg__nearest_scores(&s->nearest, h->row, h->gathered, h->scratch, h->score);
    for (int64_t i = 0; i < h->gathered; i++) settle(s, slice, h->index[i], h->score + i * s->k);
    h->gathered = 0;
}

static void settle_all(lloyd *s, int64_t slice, hand *h, int64_t begin, int64_t end) {
    const mg__points *p = s->points;
    for (int64_t row = begin; row < end; row += MG__NEAREST_ROWS) {
        int64_t rows = end - row < MG__NEAREST_ROWS ? end - row : MG__NEAREST_ROWS;
        mg__nearest_scores(&s->nearest, p->x + row * p->columns, rows, h->scratch, h->score);
        for (int64_t i = 0; i < rows; i++) settle(s, slice, row + i, h->score + i * s->k);
    }
}

/* The distance to the own centre, measured. Eight sums side by side, so that the compiler can make vectors of them. */
static double measure_upper(const lloyd *s, int64_t row) {
    int64_t columns = s->points->columns, own = s->label[row], i = 0;
    const float *x = s->points->x + row * columns, *c = s->nearest.twice + own * columns;
    float part[8] = { 0 }, sum = 0;
    for (; i + 8 <= columns; i += 8)
        for (int lane = 0; lane < 8; lane++) part[lane] += x[i + lane] * c[i + lane];
    for (; i < columns; i++) sum += x[i] * c[i];
    for (int lane = 0; lane < 8; lane++) sum += part[lane];
    double square = (double)s->square[row] - (double)sum + s->nearest.square[own] + slack(s, row);
    return square > 0 ? sqrt(square) : 0;
}

static float distance_to_others(const lloyd *s, int64_t row) {
    float half = s->half[s->label[row]], lower = s->lower[row];
    return half > lower ? half : lower;
}

/* Moves the bounds; could the row have another centre now? */
static bool may_change(lloyd *s, int64_t row) {
    int32_t own = s->label[row];
    s->upper[row] = (s->upper[row] + s->move[own]) * (1 + 4 * FLT_EPSILON); /* more than it rounds by */
    s->lower[row] = (s->lower[row] - s->away[own]) * (1 - 4 * FLT_EPSILON);
    return s->upper[row] > distance_to_others(s, row);
}

/* The same with the distance to the own centre measured. */
static bool may_change_still(lloyd *s, int64_t row) {
    if (!isfinite(s->upper[row])) return true;
    s->upper[row] = (float)(measure_upper(s, row) * (1 + (double)FLT_EPSILON));
    return s->upper[row] > distance_to_others(s, row);
}

static void gather(lloyd *s, int64_t slice, hand *h, int64_t row) {
    int64_t columns = s->points->columns;
    memcpy(h->row + h->gathered * columns, s->points->x + row * columns, (size_t)columns * sizeof *h->row);
    h->index[h->gathered++] = row;
    if (h->gathered == MG__NEAREST_ROWS) settle_gathered(s, slice, h);
}

/* Rows that are chosen lie too far apart for the machine to foresee them. */
static void fetch(const mg__points *p, int64_t row) {
    const char *at = (const char *)(p->x + row * p->columns);
    for (size_t byte = 0; byte < (size_t)p->columns * sizeof *p->x && byte < FETCHED; byte += LINE) __builtin_prefetch(at + byte);
}

/* Where most rows of a block may change, looking at all as they lie is quicker than choosing. */
static void step_block(lloyd *s, int64_t slice, hand *h, int64_t begin, int64_t end) {
    int64_t loose[MG__NEAREST_ROWS], count = 0;
    for (int64_t row = begin; row < end; row++) {
        loose[count] = row;
        count += may_change(s, row);
    }
    if (2 * count > end - begin) {
        settle_all(s, slice, h, begin, end);
        return;
    }
    for (int64_t i = 0; i < count; i++) {
        if (i + AHEAD < count) fetch(s->points, loose[i + AHEAD]);
        if (may_change_still(s, loose[i])) gather(s, slice, h, loose[i]);
    }
}

static void step_slice(void *user, int64_t slice, int worker) {
    lloyd *s = user;
    hand *h = &s->hand[worker];
    int64_t begin = mg__slice_begin(s->points->rows, s->slices, slice),
            end = mg__slice_begin(s->points->rows, s->slices, slice + 1);
    s->changed[slice] = 0;
    if (s->all) {
        settle_all(s, slice, h, begin, end);
        return;
    }
    for (int64_t row = begin; row < end; row += MG__NEAREST_ROWS)
        step_block(s, slice, h, row, end - row < MG__NEAREST_ROWS ? end : row + MG__NEAREST_ROWS);
    if (h->gathered > 0) settle_gathered(s, slice, h);
}

/* Adds up what changed, slice by slice. Returns how many labels did. */
static int64_t add_changes(lloyd *s) {
    int64_t size = s->k * s->points->columns, changed = 0;
    for (int64_t slice = 0; slice < s->slices; slice++) {
        if (s->changed[slice] == 0) continue;
        double *change = s->change + slice * size;
        int64_t *count = s->change_count + slice * s->k;
        for (int64_t i = 0; i < size; i++) s->sum[i] += change[i];
        for (int64_t j = 0; j < s->k; j++) s->count[j] += count[j];
        memset(change, 0, (size_t)size * sizeof *change);
        memset(count, 0, (size_t)s->k * sizeof *count);
        changed += s->changed[slice];
    }
    return changed;
}

/* --- centres ----------------------------------------------------------------------------------------- */

static double squared_distance(const double *a, const double *b, int64_t columns) {
    double sum = 0;
    for (int64_t i = 0; i < columns; i++) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
}

static double squared_distance_of(const lloyd *s, int64_t row) {
    const float *x = s->points->x + row * s->points->columns;
    const double *c = s->centre + s->label[row] * s->points->columns;
    double sum = 0;
    for (int64_t i = 0; i < s->points->columns; i++) sum += ((double)x[i] - c[i]) * ((double)x[i] - c[i]);
    return sum;
}

/* A group that lost all its rows gets the row that is farthest from its own centre, of those that do not stand alone. */
static void repair_empty(lloyd *s) {
    int64_t columns = s->points->columns;
    for (int64_t j = 0; j < s->k; j++) {
        if (s->count[j] > 0) continue;
        int64_t farthest = -1;
        double most = -1;
        for (int64_t row = 0; row < s->points->rows; row++) {
            double distance = s->count[s->label[row]] > 1 ? squared_distance_of(s, row) : -1;
            if (distance > most) most = distance, farthest = row;
        }
        if (farthest < 0) continue;
        s->changed[0] = 0;
        change_label(s, 0, farthest, (int32_t)j);
        add_changes(s);
        s->upper[farthest] = INFINITY; /* looked at in the next step */
        for (int64_t i = 0; i < columns; i++) s->centre[j * columns + i] = s->sum[j * columns + i];
    }
}

static void measure_halves(lloyd *s) {
    int64_t columns = s->points->columns;
    if (s->k > 1 + 2 * (int64_t)sqrt((double)s->points->rows)) return; /* would take longer than it saves */
    for (int64_t j = 0; j < s->k; j++) s->half[j] = INFINITY;
    const double less = 0.5 * (1 - 1e-6); /* than it rounds by */
    for (int64_t a = 0; a < s->k; a++)
        for (int64_t b = a + 1; b < s->k; b++) {
            float half = (float)(less * sqrt(squared_distance(s->centre + a * columns, s->centre + b * columns, columns)));
            s->half[a] = half < s->half[a] ? half : s->half[a];
            s->half[b] = half < s->half[b] ? half : s->half[b];
        }
}

static void use_centres(lloyd *s) {
    mg__nearest_set(&s->nearest, s->centre);
    s->largest = 0;
    for (int64_t j = 0; j < s->k; j++) s->largest = fmax(s->largest, s->nearest.square[j]);
    measure_halves(s);
}

/* The means of the groups; returns the sum of squared moves. */
static double move_centres(lloyd *s) {
    int64_t columns = s->points->columns;
    double total = 0;
    memcpy(s->before, s->centre, (size_t)(s->k * columns) * sizeof *s->before);
    for (int64_t j = 0; j < s->k; j++)
        for (int64_t i = 0; i < columns && s->count[j] > 0; i++)
            s->centre[j * columns + i] = s->sum[j * columns + i] / (double)s->count[j];
    repair_empty(s);
    float first = 0, second = 0;
    int64_t mover = -1;
    for (int64_t j = 0; j < s->k; j++) {
        double square = squared_distance(s->centre + j * columns, s->before + j * columns, columns);
        total += square;
        s->move[j] = (float)(sqrt(square) * (1 + 1e-6));
        if (s->move[j] > first) {
            second = first;
            first = s->move[j];
            mover = j;
        } else if (s->move[j] > second) {
            second = s->move[j];
        }
    }
    for (int64_t j = 0; j < s->k; j++) s->away[j] = j == mover ? second : first;
    use_centres(s);
    return total;
}

static void measure_inertia(void *user, int64_t slice, int worker) {
    lloyd *s = user;
    (void)worker;
    double sum = 0;
    int64_t end = mg__slice_begin(s->points->rows, s->slices, slice + 1);
    for (int64_t row = mg__slice_begin(s->points->rows, s->slices, slice); row < end; row++) sum += squared_distance_of(s, row);
    s->inertia[slice] = sum;
}

/* --- a run ------------------------------------------------------------------------------------------- */

/* Mean over the columns of the variance. */
static double mean_variance(const lloyd *s) {
    double sum = 0;
    for (int64_t row = 0; row < s->points->rows; row++) sum += (double)s->square[row]; /* the mean is 0 */
    return sum / (double)s->points->rows / (double)s->points->columns;
}

/* From the centres as they are to their end; returns the inertia. */
static double run(lloyd *s, const mg_cluster_options *options, int64_t *iterations) {
    double enough = options->tolerance * mean_variance(s), inertia = 0;
    memset(s->sum, 0, (size_t)(s->k * s->points->columns) * sizeof *s->sum);
    memset(s->count, 0, (size_t)s->k * sizeof *s->count);
    for (int64_t row = 0; row < s->points->rows; row++) s->label[row] = -1;
    use_centres(s);
    s->all = true;
    for (*iterations = 0; *iterations < options->iterations;) {
        mg__slices_run(s->points->context, s->slices, step_slice, s);
        ++*iterations;
        if (add_changes(s) == 0) break;
        s->all = false;
        if (move_centres(s) <= enough) break;
    }
    s->all = true; /* of the last centres */
    mg__slices_run(s->points->context, s->slices, step_slice, s);
    add_changes(s);
    mg__slices_run(s->points->context, s->slices, measure_inertia, s);
    for (int64_t slice = 0; slice < s->slices; slice++) inertia += s->inertia[slice];
    return inertia;
}

static mg_status open_hands(lloyd *s) {
    mg_context *context = s->points->context;
    size_t scratch = (mg__nearest_scratch(&s->nearest) + 63) / 64 * 64;
    s->workers = mg__slice_workers(context);
    s->hand = mg__alloc_array(context, (size_t)s->workers, sizeof *s->hand);
    if (!s->hand) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < s->workers; i++) {
        hand *h = &s->hand[i];
        h->row = mg__alloc_array(context, MG__NEAREST_ROWS, (size_t)s->points->columns * sizeof *h->row);
        h->score = mg__alloc_array(context, MG__NEAREST_ROWS, (size_t)s->k * sizeof *h->score);
        h->scratch = mg__alloc(context, scratch);
        if (!h->row || !h->score || !h->scratch) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status open_lloyd(lloyd *s, const mg__points *points, int64_t k) {
    mg_context *context = points->context;
    size_t rows = (size_t)points->rows, size;
    *s = (lloyd){ .points = points, .k = k };
    if (!mg__size_multiply((size_t)k, (size_t)points->columns, &size) || size > (size_t)1 << 32)
        return mg__fail_memory(context, SIZE_MAX);
    s->slices = mg__slice_count(points->rows, size * sizeof *s->change);
    mg_status status = mg__nearest_open(context, &s->nearest, k, points->columns);
    if (status != MG_OK) return status;
    s->centre = mg__alloc_array(context, size, sizeof *s->centre);
    s->before = mg__alloc_array(context, size, sizeof *s->before);
    s->sum = mg__alloc_array(context, size, sizeof *s->sum);
    s->count = mg__alloc_array(context, (size_t)k, sizeof *s->count);
    s->label = mg__alloc_array(context, rows, sizeof *s->label);
    s->square = mg__alloc_array(context, rows, sizeof *s->square);
    s->upper = mg__alloc_array(context, rows, sizeof *s->upper);
    s->lower = mg__alloc_array(context, rows, sizeof *s->lower);
    s->move = mg__alloc_array(context, (size_t)k, sizeof *s->move);
    s->away = mg__alloc_array(context, (size_t)k, sizeof *s->away);
    s->half = mg__alloc_array(context, (size_t)k, sizeof *s->half);
    s->change = mg__alloc_array(context, (size_t)s->slices, size * sizeof *s->change);
    s->change_count = mg__alloc_array(context, (size_t)s->slices, (size_t)k * sizeof *s->change_count);
    s->changed = mg__alloc_array(context, (size_t)s->slices, sizeof *s->changed);
    s->inertia = mg__alloc_array(context, (size_t)s->slices, sizeof *s->inertia);
    bool all = s->centre && s->before && s->sum && s->count && s->label && s->square && s->upper && s->lower && s->move &&
               s->away && s->half && s->change && s->change_count && s->changed && s->inertia;
    if (!all) return MG_OUT_OF_MEMORY;
    for (size_t row = 0; row < rows; row++) {
        const float *x = points->x + row * (size_t)points->columns;
        double square = 0;
        for (int64_t i = 0; i < points->columns; i++) square += (double)x[i] * (double)x[i];
        s->square[row] = (float)square;
    }
    return open_hands(s);
}

static void close_lloyd(lloyd *s) {
    mg_context *context = s->points->context;
    for (int i = 0; s->hand && i < s->workers; i++) {
        mg__free(context, s->hand[i].row);
        mg__free(context, s->hand[i].score);
        mg__free(context, s->hand[i].scratch);
    }
    void *blocks[] = { s->centre, s->before, s->sum,  s->count,  s->label,        s->square,  s->upper,   s->lower,
                       s->move,   s->away,   s->half, s->change, s->change_count, s->changed, s->inertia, s->hand };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    mg__nearest_close(context, &s->nearest);
}

/* --- the method -------------------------------------------------------------------------------------- */

static mg_status begin(lloyd *s, const mg_cluster_options *options, int64_t start) {
    const mg__points *p = s->points;
    if (!options->centres) return mg__kmeans_start(p, s->k, (uint64_t)options->seed, (uint64_t)start, s->centre);
    for (int64_t i = 0; i < s->k * p->columns; i++) s->centre[i] = mg_tensor_get(options->centres, i) - p->mean[i % p->columns];
    return MG_OK;
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    mg_context *context = points->context;
    lloyd s;
    mg_status status = open_lloyd(&s, points, k);
    found->k = k;
    found->label = mg__alloc_array(context, (size_t)points->rows, sizeof *found->label);
    found->centre = mg__alloc_array(context, (size_t)(k * points->columns), sizeof *found->centre);
    if (!found->label || !found->centre) status = MG_OUT_OF_MEMORY;
    double least = INFINITY;
    for (int64_t start = 0; start < (options->centres ? 1 : options->starts) && status == MG_OK; start++) {
        int64_t iterations = 0;
        status = begin(&s, options, start);
        if (status != MG_OK) break;
        double inertia = run(&s, options, &iterations);
        if (!(inertia < least)) continue;
        least = inertia;
        found->iterations = iterations;
        memcpy(found->label, s.label, (size_t)points->rows * sizeof *s.label);
        memcpy(found->centre, s.centre, (size_t)(k * points->columns) * sizeof *s.centre);
    }
    close_lloyd(&s);
    return status;
}

const mg__cluster_method mg__method_kmeans = {
    .name = "kmeans",
    .doc = "Centres and the rows nearest to each (Lloyd 1982; k-means++ of Arthur & Vassilvitskii 2007; bounds of Hamerly 2010).",
    .fit = fit,
};
