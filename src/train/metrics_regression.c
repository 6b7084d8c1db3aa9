/* Metrics of errors against the spread of the target. */
#include "interop/order.h"
#include "train/scoring.h"

#include <math.h>

/* Means from the first row on, so that they are exact where all rows are alike. */
mg__spread mg__spread_of(const mg_scored *s) {
    double weight = 0, target = 0, error = 0;
    if (s->rows == 0) return (mg__spread){ NAN, NAN };
    double first_target = s->targets[0], first_error = s->targets[0] - s->values[0];
    for (int64_t i = 0; i < s->rows; i++) {
        double w = mg__weight_of(s->weights, i);
        weight += w;
        target += w * (s->targets[i] - first_target);
        error += w * (s->targets[i] - s->values[i] - first_error);
    }
    return (mg__spread){ first_target + target / weight, first_error + error / weight };
}

/* sum w (x - mean x)^2; what rounding leaves of a constant is nothing */
static double around_the_mean(double square, double sum, double weight) {
    double rest = square - sum * sum / weight;
    return rest <= 1e-14 * square ? 0 : rest;
}

/* 1 - left / all */
static double explained(double left, double all) { return all > 0 ? 1 - left / all : left > 0 ? 0 : 1 - left; }

double mg__moments_r2(const mg__moments *m) {
    return explained(m->square, around_the_mean(m->target_square, m->target, m->weight));
}

double mg__moments_explained(const mg__moments *m) {
    return explained(around_the_mean(m->error_square, m->error, m->weight),
                     around_the_mean(m->target_square, m->target, m->weight));
}

static mg_status of_moments(const mg_scored *s, double (*metric)(const mg__moments *), double *value) {
    mg__spread centre = mg__spread_of(s);
    mg__moments sums = { 0 };
    for (int64_t i = 0; i < s->rows; i++)
        mg__moments_add(&sums, &centre, s->targets[i], s->targets[i] - s->values[i], mg__weight_of(s->weights, i));
    *value = s->rows > 1 && sums.weight > 0 ? metric(&sums) : NAN;
    return MG_OK;
}

mg_status mg_r2(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return of_moments(scored, mg__moments_r2, value);
}

mg_status mg_explained_variance(mg_context *context, const mg_scored *scored, double *value) {
    (void)context;
    return of_moments(scored, mg__moments_explained, value);
}

double mg__median_of(const double *values, const int64_t *order, int64_t count, const double *weights) {
    double total = 0, below = 0;
    for (int64_t i = 0; i < count; i++) total += mg__weight_of(weights, i);
    if (!(total > 0) || isnan(values[order[count - 1]])) return NAN;
    for (int64_t i = 0; i < count; i++) {
        below += mg__weight_of(weights, order[i]);
        if (below < total / 2) continue;
        int64_t next = i + 1;
        while (next < count && !(mg__weight_of(weights, order[next]) > 0)) next++;
        if (below > total / 2 || next == count) return values[order[i]];
        return values[order[i]] + (values[order[next]] - values[order[i]]) / 2;
    }
    return values[order[count - 1]]; /* rounding kept the sum below its half */
}

mg_status mg_median_absolute_error(mg_context *context, const mg_scored *s, double *value) {
    size_t n = (size_t)s->rows;
    double *errors = mg__alloc_array(context, n, sizeof *errors);
    int64_t *order = mg__alloc_array(context, n, sizeof *order);
    mg_status status = errors && order ? MG_OK : MG_OUT_OF_MEMORY;
    *value = NAN;
    for (int64_t i = 0; status == MG_OK && i < s->rows; i++) errors[i] = fabs(s->targets[i] - s->values[i]);
    if (status == MG_OK) status = mg__order_numbers(context, errors, 1, s->rows, order);
    if (status == MG_OK && n > 0) *value = mg__median_of(errors, order, s->rows, s->weights);
    mg__free(context, errors);
    mg__free(context, order);
    return status;
}
