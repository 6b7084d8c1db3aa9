#include "data/split.h"

#include "base/random.h"

#include <math.h>
#include <string.h>

/* One class while it is divided. */
typedef struct share {
    int64_t rows, part[2]; /* of validation and test */
    double remainder;      /* what rounding down took from the part at hand */
} share;

enum { VALIDATION, TEST };

int64_t mg__split_total(int64_t count, double fraction) {
    int64_t rows = (int64_t)llround((double)count * fraction);
    if (rows == 0 && fraction > 0 && count >= 3) rows = 1;
    return rows < count ? rows : count - 1;
}

/* Gives each class floor(rows * fraction), then what is left of the total to the largest remainders (the first of equals), as
 * long as a row of the class is left to train on. */
static void divide(share *shares, int32_t classes, int part, double fraction, int64_t wanted) {
    for (int32_t k = 0; k < classes; k++) {
        share *s = &shares[k];
        double exact = (double)s->rows * fraction;
        int64_t most = s->rows - 1 - s->part[VALIDATION] - s->part[TEST];
        s->part[part] = (int64_t)floor(exact) < most ? (int64_t)floor(exact) : most > 0 ? most : 0;
        s->remainder = most > s->part[part] ? exact - (double)s->part[part] : -1;
        wanted -= s->part[part];
    }
    for (; wanted > 0; wanted--) {
        share *best = NULL;
        for (int32_t k = 0; k < classes; k++)
            if (shares[k].remainder >= 0 && (best == NULL || shares[k].remainder > best->remainder)) best = &shares[k];
        if (best == NULL) return;
        best->part[part]++;
        best->remainder = -1; /* one more a class */
    }
}

/* Deals rows out in shuffled order: the first of each class go to the test part, the next to validation, the rest train. */
static void deal(share *shares, const int32_t *labels, const int64_t *order, int64_t count, unsigned char *part) {
    for (int64_t i = 0; i < count; i++) {
        share *s = &shares[labels != NULL ? labels[order[i]] : 0];
        if (s->part[TEST] > 0) {
            s->part[TEST]--;
            part[order[i]] = MG__PART_TEST;
        } else if (s->part[VALIDATION] > 0) {
            s->part[VALIDATION]--;
            part[order[i]] = MG__PART_VALIDATION;
        }
    }
}

mg_status mg__split_collect(mg_context *context, const int64_t *rows, int64_t count, const unsigned char *part,
                            mg__split *split) {
    int64_t *out = mg__alloc_array(context, (size_t)count, sizeof *out), at[MG__PARTS] = { 0 };
    *split = (mg__split){ 0 };
    if (out == NULL) return MG_OUT_OF_MEMORY;
    int64_t *counts[MG__PARTS] = { &split->train_count, &split->validation_count, &split->test_count };
    for (int64_t i = 0; i < count; i++) ++*counts[part[i]];
    at[MG__PART_VALIDATION] = split->train_count;
    at[MG__PART_TEST] = split->train_count + split->validation_count;
    split->train = out;
    split->validation = out + at[MG__PART_VALIDATION];
    split->test = out + at[MG__PART_TEST];
    for (int64_t i = 0; i < count; i++) out[at[part[i]]++] = rows != NULL ? rows[i] : i;
    return MG_OK;
}

mg_status mg__split_check(mg_context *context, int64_t count, double validation_fraction, double test_fraction) {
    if (validation_fraction >= 0 && test_fraction >= 0 && validation_fraction + test_fraction < 1 && count >= 1) return MG_OK;
    return mg__fail(context, MG_INVALID,
                    "split: %lld rows, fractions %g and %g; wanted at least one row, and fractions from 0 whose sum is below 1",
                    (long long)count, validation_fraction, test_fraction);
}

mg_status mg__split_make(mg_context *context, const int64_t *rows, int64_t count, const int32_t *labels, int32_t classes,
                         double validation_fraction, double test_fraction, uint64_t seed, mg__split *split) {
    *split = (mg__split){ 0 };
    mg_status status = mg__split_check(context, count, validation_fraction, test_fraction);
    if (status != MG_OK) return status;
    if (labels == NULL) classes = 1;
    share *shares = mg__alloc_array(context, (size_t)classes, sizeof *shares);
    int64_t *order = mg__alloc_array(context, (size_t)count, sizeof *order);
    unsigned char *part = mg__alloc_zero(context, (size_t)count);
    status = shares == NULL || order == NULL || part == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) {
        for (int64_t i = 0; i < count; i++) shares[labels != NULL ? labels[i] : 0].rows++;
        int64_t test = mg__split_total(count, test_fraction), validation = mg__split_total(count, validation_fraction);
        divide(shares, classes, TEST, test_fraction, test);
        divide(shares, classes, VALIDATION, validation_fraction, validation);
        mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "split") };
        mg__random_permutation(&stream, (uint64_t)count, order);
        deal(shares, labels, order, count, part);
        status = mg__split_collect(context, rows, count, part, split);
    }
    mg__free(context, shares);
    mg__free(context, order);
    mg__free(context, part);
    return status;
}

/* count rows from `from` become kept rows from `to`, which does not lie behind it. */
static void thin_part(int64_t *to, const int64_t *from, int64_t count, int64_t kept) {
    for (int64_t i = 0; i < kept; i++) to[i] = from[(int64_t)((double)i * (double)count / (double)kept)];
}

void mg__split_thin(mg__split *split, int64_t most) {
    int64_t *count[MG__PARTS] = { &split->train_count, &split->validation_count, &split->test_count };
    int64_t **rows[MG__PARTS] = { &split->train, &split->validation, &split->test }, *to = split->train, all = 0;
    for (int part = 0; part < MG__PARTS; part++) all += *count[part];
    for (int part = 0; part < MG__PARTS && all > most; part++) {
        int64_t kept = (int64_t)((double)*count[part] * ((double)most / (double)all));
        kept = kept == 0 && *count[part] > 0 ? 1 : kept;
        thin_part(to, *rows[part], *count[part], kept);
        *rows[part] = to;
        *count[part] = kept;
        to += kept;
    }
}

void mg__split_free(mg_context *context, mg__split *split) {
    mg__free(context, split->train);
    *split = (mg__split){ 0 };
}

void mg__split_counts(const mg__split *split, const int64_t *rows, int64_t count, const int32_t *labels, int32_t classes,
                      int64_t *counts) {
    const int64_t *next[MG__PARTS] = { split->train, split->validation, split->test };
    const int64_t *end[MG__PARTS] = { split->train + split->train_count, split->validation + split->validation_count,
                                      split->test + split->test_count };
    memset(counts, 0, MG__PARTS * (size_t)classes * sizeof *counts);
    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows != NULL ? rows[i] : i;
        for (int part = 0; part < MG__PARTS; part++) {
            if (next[part] == end[part] || *next[part] != row) continue;
            counts[part * classes + labels[i]]++;
            next[part]++;
        }
    }
}
