#include "cluster/kmeans_start.h"

#include "base/random.h"
#include "cluster/nearest.h"
#include "cluster/slices.h"

#include <math.h>
#include <string.h>

#define MOST_DRAWN 16

typedef struct seeding {
    const mg__points *points;
    int64_t slices, drawn;
    int64_t row[MOST_DRAWN]; /* that were drawn */
    mg__nearest nearest;     /* those rows as centres */
    double *candidate;       /* [drawn, columns] */
    float *square;           /* [rows]: |x|^2 */
    float *least;            /* [rows]: squared distance to the nearest centre so far */
    float *with;             /* [drawn, rows]: the same with each of the candidates */
    double *sum;             /* [slices, drawn] */
    char *scratch;
    float *score; /* [workers, MG__NEAREST_ROWS, drawn] */
    size_t scratch_bytes;
} seeding;

/* What the candidates would leave of a slice's distances. */
static void look(void *user, int64_t slice, int worker) {
    seeding *s = user;
    const mg__points *p = s->points;
    int64_t end = mg__slice_begin(p->rows, s->slices, slice + 1), n = s->nearest.k;
    float *score = s->score + (int64_t)worker * MG__NEAREST_ROWS * s->drawn;
    double *sum = s->sum + slice * s->drawn;
    for (int64_t c = 0; c < n; c++) sum[c] = 0;
    for (int64_t row = mg__slice_begin(p->rows, s->slices, slice); row < end; row += MG__NEAREST_ROWS) {
        int64_t rows = end - row < MG__NEAREST_ROWS ? end - row : MG__NEAREST_ROWS;
        mg__nearest_scores(&s->nearest, p->x + row * p->columns, rows, s->scratch + (size_t)worker * s->scratch_bytes, score);
        for (int64_t c = 0; c < n; c++) {
            float *with = s->with + c * p->rows + row;
            double total = 0;
            for (int64_t i = 0; i < rows; i++) {
                float distance = fmaxf(s->square[row + i] - score[i * n + c], 0);
                with[i] = distance < s->least[row + i] ? distance : s->least[row + i];
                total += (double)with[i];
            }
            sum[c] += total;
        }
    }
}

/* Takes the candidate that leaves least. */
static double take_best(seeding *s, double *centre) {
    const mg__points *p = s->points;
    int64_t n = s->nearest.k, best = 0;
    double least = INFINITY;
    for (int64_t c = 0; c < n; c++) {
        for (int64_t i = 0; i < p->columns; i++) s->candidate[c * p->columns + i] = (double)p->x[s->row[c] * p->columns + i];
    }
    mg__nearest_set(&s->nearest, s->candidate);
    mg__slices_run(p->context, s->slices, look, s);
    for (int64_t c = 0; c < n; c++) {
        double total = 0;
        for (int64_t slice = 0; slice < s->slices; slice++) total += s->sum[slice * s->drawn + c];
        if (total < least) least = total, best = c;
    }
    memcpy(s->least, s->with + best * p->rows, (size_t)p->rows * sizeof *s->least);
    memcpy(centre, s->candidate + best * p->columns, (size_t)p->columns * sizeof *centre);
    return least;
}

/* Rows in proportion to their distance; where all are 0, any. */
static void draw(seeding *s, const mg__stream *stream, double total) {
    int64_t rows = s->points->rows;
    for (int64_t c = 0; c < s->nearest.k; c++) {
        double at = mg__random_uniform(stream, 0, (uint64_t)c) * total, sum = 0;
        int64_t row = (int64_t)mg__random_below(stream, (uint64_t)c + 1, (uint64_t)rows);
        for (int64_t i = 0; i < rows && total > 0; i++) {
            sum += (double)s->least[i];
            if (s->least[i] > 0) row = i;
            if (sum > at) break;
        }
        s->row[c] = row;
    }
}

static mg_status open_seeding(seeding *s, const mg__points *p, int64_t k) {
    mg_context *context = p->context;
    size_t rows = (size_t)p->rows, workers = (size_t)mg__slice_workers(context);
    int64_t drawn = 2 + (int64_t)log((double)k);
    *s = (seeding){ .points = p, .drawn = drawn < MOST_DRAWN ? drawn : MOST_DRAWN, .slices = mg__slice_count(p->rows, 0) };
    mg_status status = mg__nearest_open(context, &s->nearest, s->drawn, p->columns);
    if (status != MG_OK) return status;
    const mg__nearest first = { .k = 1, .columns = p->columns }; /* one is computed otherwise, and may need more */
    size_t one = mg__nearest_scratch(&first), all = mg__nearest_scratch(&s->nearest);
    s->scratch_bytes = ((one > all ? one : all) + 63) / 64 * 64;
    s->candidate = mg__alloc_array(context, (size_t)(s->drawn * p->columns), sizeof *s->candidate);
    s->square = mg__alloc_array(context, rows, sizeof *s->square);
    s->least = mg__alloc_array(context, rows, sizeof *s->least);
    s->with = mg__alloc_array(context, rows, (size_t)s->drawn * sizeof *s->with);
    s->sum = mg__alloc_array(context, (size_t)(s->slices * s->drawn), sizeof *s->sum);
    s->scratch = mg__alloc(context, workers * s->scratch_bytes);
    s->score = mg__alloc_array(context, workers, (size_t)s->drawn * MG__NEAREST_ROWS * sizeof *s->score);
    return s->candidate && s->square && s->least && s->with && s->sum && s->scratch && s->score ? MG_OK : MG_OUT_OF_MEMORY;
}

static void close_seeding(seeding *s) {
    mg_context *context = s->points->context;
    void *blocks[] = { s->candidate, s->square, s->least, s->with, s->sum, s->scratch, s->score };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    mg__nearest_close(context, &s->nearest);
}

static void measure_squares(seeding *s) {
    const mg__points *p = s->points;
    for (int64_t row = 0; row < p->rows; row++) {
        double square = 0;
        for (int64_t i = 0; i < p->columns; i++)
            square += (double)p->x[row * p->columns + i] * (double)p->x[row * p->columns + i];
        s->square[row] = (float)square;
        s->least[row] = INFINITY;
    }
}

mg_status mg__kmeans_start(const mg__points *points, int64_t k, uint64_t seed, uint64_t start, double *centre) {
    seeding s;
    mg_status status = open_seeding(&s, points, k);
    if (status == MG_OK) {
        mg__stream stream = { .seed = seed, .stream = mg__hash_mix(mg__hash_text(0, "kmeans"), start) };
        int64_t drawn = s.nearest.k;
        double total = 0;
        measure_squares(&s);
        for (int64_t c = 0; c < k; c++) {
            stream.step = (uint64_t)c;
            s.nearest.k = c == 0 ? 1 : drawn;
            draw(&s, &stream, total); /* the first one: any row */
            total = take_best(&s, centre + c * points->columns);
        }
        s.nearest.k = drawn;
    }
    close_seeding(&s);
    return status;
}
