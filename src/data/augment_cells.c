/* What is done to the columns of an encoded row of a table. */
#include "data/augment_rows.h"

#include <math.h>

/* --- noise ------------------------------------------------------------------------------------------- */

/* The number that is scaled to z: back through 2 asinh(z/2). */
double mg__cells_unscale(const mg__feature *f, double z) { return f->centre + f->spread * (f->robust ? 2 * sinh(z / 2) : z); }

/* A missing cell stays one: its pieces say so, 0.5 each, and its indicator. */
bool mg__cells_missing(const mg__feature *f, const float *row) {
    if (f->indicator) return row[f->dense_at + f->dense - 1] != 0;
    for (size_t t = 0; t < f->bins; t++)
        if (row[f->dense_at + (int64_t)t] != 0.5f) return false;
    return f->bins > 0;
}

/* The pieces of a number, as the encoder makes them. */
static void put_pieces(const mg__feature *f, double x, float *row) {
    for (size_t t = 0; t < f->bins; t++)
        row[f->dense_at + (int64_t)t] = (float)fmin(fmax((x - f->edge[t]) / (f->edge[t + 1] - f->edge[t]), 0), 1);
}

void mg__cells_noise(double std, const mg__draw *draw, const mg_encoder *e, const mg__company *company, float *row) {
    (void)company;
    for (size_t i = 0; i < e->features; i++) {
        const mg__feature *f = &e->feature[i];
        if (f->numbers == 0 || mg__cells_missing(f, row)) continue;
        float *z = row + f->number_at;
        *z += (float)(std * mg__random_normal(&draw->stream, draw->row, i));
        put_pieces(f, mg__cells_unscale(f, (double)*z), row);
    }
}

/* --- swap -------------------------------------------------------------------------------------------- */

/* All that a column became. */
static void take(const mg__feature *f, const float *from, float *row) {
    if (f->numbers > 0) row[f->number_at] = from[f->number_at];
    for (int64_t i = 0; i < f->dense; i++) row[f->dense_at + i] = from[f->dense_at + i];
    if (f->codes > 0) row[f->code_at] = from[f->code_at];
}

void mg__cells_swap(double share, const mg__draw *draw, const mg_encoder *e, const mg__company *company, float *row) {
    int64_t number = (int64_t)draw->row;
    for (size_t i = 0; i < e->features; i++) {
        if (!(mg__random_uniform(&draw->stream, draw->row, i) < share)) continue;
        mg__draw own = *draw;
        own.stream.stream = mg__hash_mix(draw->stream.stream, i);
        int64_t other = mg__draw_other(&own, number, company->count);
        take(&e->feature[i], mg__company_row(company, e, other), row);
    }
}
