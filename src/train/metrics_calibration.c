/* Do probabilities say how often they are right? */
#include "train/scoring.h"

#include <math.h>

enum { BINS = 15 };

/* The bin of a confidence: the m-th of ((m - 1)/15, m/15]. */
static int bin_of(double confidence) {
    int bin = (int)ceil(confidence * BINS) - 1;
    return bin < 0 ? 0 : bin >= BINS ? BINS - 1 : bin;
}

/* sum over bins of |weight of the rows that are right - sum of their confidences| / weight of all rows */
mg_status mg_calibration_error(mg_context *context, const mg_scored *scored, double *value) {
    double gap[BINS] = { 0 }, weight = 0, sum = 0;
    mg_scored probable = *scored;
    (void)context;
    probable.predicted = NULL;
    for (int64_t r = 0; r < scored->rows; r++) {
        int32_t label = mg__predicted_class(&probable, r);
        double w = mg__weight_of(scored->weights, r), confidence = label < 0 ? NAN : scored->values[r * scored->columns + label];
        weight += w;
        gap[isnan(confidence) ? 0 : bin_of(confidence)] += w * ((label == scored->labels[r]) - confidence);
    }
    for (int b = 0; b < BINS; b++) sum += fabs(gap[b]);
    *value = weight > 0 ? sum / weight : NAN;
    return MG_OK;
}
