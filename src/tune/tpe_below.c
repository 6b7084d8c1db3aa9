/* The density of the best trials. A kernel's width is the distance to the farther of its neighbours (Bergstra et al. 2011), at
 * least 1 / (kernels + 2) of the range. */
#include "tune/tpe.h"

#include <math.h>
#include <string.h>

struct mg__tpe_below {
    const mg_space *space;
    int dimensions, count;
    double middle[MG__TPE_BEST][MG_SPACE_MOST]; /* of words the word; NaN: not there */
    double width[MG__TPE_BEST][MG_SPACE_MOST], mass[MG__TPE_BEST][MG_SPACE_MOST];
};

/* --- one dimension ----------------------------------------------------------------------------------- */

bool mg__tpe_tabled(const mg_dimension *dimension) {
    const int64_t values = mg__values(dimension);
    return values > 0 && values <= MG__TPE_TABLED;
}

mg__share mg__tpe_share(const mg_dimension *dimension, double value) {
    mg__share share = { mg__unit_of(dimension, value), 0, 1 };
    if (isnan(value) || dimension->kind != MG_DIMENSION_INT || !mg__tpe_tabled(dimension)) return share;
    share.low = value > dimension->low ? mg__unit_of(dimension, value - 0.5) : 0;
    share.high = value < dimension->high ? mg__unit_of(dimension, value + 0.5) : 1;
    return share;
}

double mg__normal_mass(double low, double high) {
    const double half = 0.70710678118654752440;
    return low > 0 ? 0.5 * (erfc(low * half) - erfc(high * half)) : 0.5 * (erfc(-high * half) - erfc(-low * half));
}

double mg__tpe_normal(const mg_dimension *dimension, const mg__share *at, double middle, double width, double mass) {
    if (mg__tpe_tabled(dimension)) {
        const double part = mg__normal_mass((at->low - middle) / width, (at->high - middle) / width);
        return log(fmax(part, 1e-300) / (mass * (at->high - at->low)));
    }
    const double z = (at->unit - middle) / width;
    return -0.5 * z * z - log(2.50662827463100050242 * width * mass);
}

double mg__tpe_word(const mg_dimension *dimension, bool same, int64_t kernels) {
    const double words = dimension->words, p = 1 / (double)kernels;
    return log((same ? 1 + p : p) * words / (1 + words * p));
}

/* --- making it --------------------------------------------------------------------------------------- */

mg__tpe_below *mg__tpe_below_create(mg_context *context, const mg_space *space) {
    mg__tpe_below *below = mg__alloc_zero(context, sizeof *below);
    if (below) below->space = space, below->dimensions = mg_space_dimensions(space);
    return below;
}

void mg__tpe_below_destroy(mg_context *context, mg__tpe_below *below) { mg__free(context, below); }

static void set_widths(mg__tpe_below *below, int i) {
    int order[MG__TPE_BEST], there = 0;
    for (int k = 0; k < below->count; k++) { /* ascending */
        if (isnan(below->middle[k][i])) continue;
        int at = there++;
        for (; at > 0 && below->middle[order[at - 1]][i] > below->middle[k][i]; at--) order[at] = order[at - 1];
        order[at] = k;
    }
    for (int at = 0; at < there; at++) {
        const double middle = below->middle[order[at]][i], least = 1.0 / (below->count + 2);
        const double left = at > 0 ? middle - below->middle[order[at - 1]][i] : there > 1 ? 0 : middle;
        const double right = at + 1 < there ? below->middle[order[at + 1]][i] - middle : there > 1 ? 0 : 1 - middle;
        const double width = fmax(fmax(left, right), least);
        below->width[order[at]][i] = width;
        below->mass[order[at]][i] = mg__normal_mass(-middle / width, (1 - middle) / width);
    }
}

void mg__tpe_below_set(mg__tpe_below *below, const double *const *point, int count) {
    below->count = count;
    for (int i = 0; i < below->dimensions; i++) {
        const mg_dimension *d = mg_space_dimension(below->space, i);
        const bool word = d->kind == MG_DIMENSION_CHOICE;
        for (int k = 0; k < count; k++) below->middle[k][i] = word ? point[k][i] : mg__unit_of(d, point[k][i]);
        if (!word) set_widths(below, i);
    }
}

/* --- what it says ------------------------------------------------------------------------------------ */

static double kernel_log(const mg__tpe_below *below, int k, int i, double value, const mg__share *share) {
    const mg_dimension *d = mg_space_dimension(below->space, i);
    const double middle = below->middle[k][i];
    if (isnan(value) || isnan(middle)) return 0;
    if (d->kind == MG_DIMENSION_CHOICE) return mg__tpe_word(d, value == middle, below->count + 1);
    return mg__tpe_normal(d, share, middle, below->width[k][i], below->mass[k][i]);
}

double mg__tpe_below_log(const mg__tpe_below *below, const double *point) {
    double sum[MG__TPE_BEST] = { 0 }, most = 0, total = 0;
    for (int i = 0; i < below->dimensions; i++) {
        const mg__share share = mg__tpe_share(mg_space_dimension(below->space, i), point[i]);
        for (int k = 0; k < below->count; k++) sum[k] += kernel_log(below, k, i, point[i], &share);
    }
    for (int k = 0; k < below->count; k++) most = fmax(most, sum[k]);
    for (int k = 0; k < below->count; k++) total += exp(sum[k] - most);
    return most + log((total + exp(-most)) / (below->count + 1));
}

/* The standard normal's quantile of p in (0, 1), to 1.2e-9 of its size (Acklam 2003). */
static double quantile(double p) {
    static const double a[] = { -3.969683028665376e+01, 2.209460984245205e+02,  -2.759285104469687e+02,
                                1.383577518672690e+02,  -3.066479806614716e+01, 2.506628277459239e+00 },
                        b[] = { -5.447609879822406e+01, 1.615858368580409e+02,  -1.556989798598866e+02,
                                6.680131188771972e+01,  -1.328068155288572e+01, 1 },
                        c[] = { -7.784894002430293e-03, -3.223964580411365e-01, -2.400758277161838e+00,
                                -2.549732539343734e+00, 4.374664141464968e+00,  2.938163982698783e+00 },
                        d[] = { 7.784695709041462e-03, 3.224671290700398e-01, 2.445134137142996e+00, 3.754408661907416e+00, 1 };
    double above = 0, under = 0;
    if (p > 0.5) return -quantile(1 - p);
    if (p < 0.02425) {
        const double q = sqrt(-2 * log(p));
        for (int i = 0; i < 6; i++) above = above * q + c[i];
        for (int i = 0; i < 5; i++) under = under * q + d[i];
        return above / under;
    }
    const double q = p - 0.5;
    for (int i = 0; i < 6; i++) above = above * q * q + a[i];
    for (int i = 0; i < 6; i++) under = under * q * q + b[i];
    return above * q / under;
}

static double sample_word(const mg__tpe_below *below, int k, int i, double draw) {
    const mg_dimension *d = mg_space_dimension(below->space, i);
    int word = 0;
    for (; word < d->words - 1; word++) {
        draw -= exp(mg__tpe_word(d, word == below->middle[k][i], below->count + 1)) / d->words;
        if (draw < 0) break;
    }
    return word;
}

void mg__tpe_below_sample(const mg__tpe_below *below, const mg__known *known, int candidate, double *point) {
    const int64_t place = (int64_t)candidate * (below->dimensions + 1);
    const int k = (int)(mg__draw(known, "tpe", place) * (below->count + 1)); /* the last one is even */
    for (int i = 0; i < below->dimensions; i++) {
        const mg_dimension *d = mg_space_dimension(below->space, i);
        const double draw = mg__draw(known, "tpe", place + 1 + i);
        const bool even = k == below->count || isnan(below->middle[k][i]);
        if (!mg_space_is_there(below->space, point, i))
            point[i] = NAN;
        else if (even)
            point[i] = mg__value_at(d, draw);
        else if (d->kind == MG_DIMENSION_CHOICE)
            point[i] = sample_word(below, k, i, draw);
        else {
            const double middle = below->middle[k][i], width = below->width[k][i];
            const double before = mg__normal_mass(-INFINITY, -middle / width);
            point[i] = mg__value_at(d, middle + width * quantile(before + draw * below->mass[k][i]));
        }
    }
}
