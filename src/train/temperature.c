#include "train/temperature.h"

#include "train/scoring.h"

#include <float.h>
#include <math.h>

#define DEVIATION 0.5 /* of ln T, before any row is seen */

static double log_of(double p) { return log(p > DBL_MIN ? p : DBL_MIN); }

/* The mean of ln p under p^sharpness, normalised, less that of the label. */
static double slope_of_row(const double *p, int64_t classes, int32_t label, double sharpness) {
    double largest = log_of(p[0]), total = 0, mean = 0;
    for (int64_t k = 1; k < classes; k++) largest = fmax(largest, log_of(p[k]));
    for (int64_t k = 0; k < classes; k++) {
        double l = log_of(p[k]), share = exp(sharpness * (l - largest));
        total += share;
        mean += share * l;
    }
    return mean / total - log_of(p[label]);
}

/* d/d(ln s) of what is minimised, with p^s, s = 1/T. */
static double slope(const mg_scored *scored, double sharpness) {
    double sum = 0;
    for (int64_t r = 0; r < scored->rows; r++)
        sum += mg__weight_of(scored->weights, r) *
               slope_of_row(scored->values + r * scored->columns, scored->columns, scored->labels[r], sharpness);
    return sharpness * sum + log(sharpness) / (DEVIATION * DEVIATION);
}

/* It falls at the lowest sharpness and rises at the highest: between them is a least value. */
double mg__temperature_fit(const mg_scored *scored) {
    double low = 1 / MG__TEMPERATURE_HIGHEST, high = 1 / MG__TEMPERATURE_LOWEST;
    if (scored->rows == 0) return 1;
    for (int i = 0; i < 50; i++) {
        double middle = sqrt(low * high);
        if (slope(scored, middle) < 0)
            low = middle;
        else
            high = middle;
    }
    return 1 / sqrt(low * high);
}

void mg__temperature_apply(double temperature, int64_t classes, double *p) {
    double largest = 0, sum = 0;
    for (int64_t k = 0; k < classes; k++) largest = fmax(largest, p[k]);
    for (int64_t k = 0; k < classes; k++) sum += p[k] = pow(p[k] / largest, 1 / temperature);
    for (int64_t k = 0; k < classes; k++) p[k] /= sum;
}
