/* Columns of numbers: centre, spread and bins. */
#include "data/encoder_fit.h"

#include <math.h>
#include <string.h>

bool mg__fit_in_range(const mg__fitting *f, const mg__column *column, const mg__numbers *numbers, bool mean) {
    double low = numbers->value[0], high = numbers->value[numbers->distinct - 1];
    double deviation = mean ? mg__numbers_describe(numbers, false).deviation : 1;
    if (isfinite(high - low) && isfinite(deviation) && (deviation > 0 || high == low)) return true;
    mg__fail(f->context, MG_FORMAT, "%s: the numbers of column '%.100s' are too %s (from %g to %g); give them in another unit",
             f->dataset->source, column->name, deviation > 0 ? "large" : "small", low, high);
    return false;
}

/* The distance of the quartiles / 1.349, as many deviations as lie between them in a normal distribution; where half of the rows
 * have one value, half the range. */
static double robust_spread(const mg__numbers *numbers) {
    double spread = (mg__numbers_quantile(numbers, 0.75) - mg__numbers_quantile(numbers, 0.25)) / 1.349;
    return spread > 0 ? spread : (numbers->value[numbers->distinct - 1] - numbers->value[0]) / 2;
}

void mg__fit_scale(const mg__fitting *f, const mg__numbers *numbers, mg__feature *feature) {
    feature->missing = mg__numbers_quantile(numbers, 0.5);
    feature->robust = f->encoder->scale == MG_SCALE_ROBUST;
    if (f->encoder->scale == MG_SCALE_STANDARD) {
        mg__distribution m = mg__numbers_describe(numbers, false);
        feature->centre = m.mean;
        feature->spread = m.deviation;
    } else if (feature->robust) {
        feature->centre = feature->missing;
        feature->spread = robust_spread(numbers);
    }
    if (!(feature->spread > 0)) feature->spread = 1;
}

/* The distinct values where they are few, else what is distinct of the quantiles at 0, 1/bins, ... 1. */
static size_t find_edges(const mg__numbers *numbers, int bins, double *edge) {
    size_t count = 0, most = (size_t)bins + 1;
    for (size_t i = 0; i < most; i++) {
        if (numbers->distinct <= most && i == numbers->distinct) break;
        double e = numbers->distinct <= most ? numbers->value[i] : mg__numbers_quantile(numbers, (double)i / bins);
        if (count == 0 || e > edge[count - 1]) edge[count++] = e;
    }
    return count;
}

static bool fit_bins(mg__fitting *f, const mg__numbers *numbers, mg__feature *feature) {
    double edge[MG__MOST_BINS + 1];
    size_t count = f->options.bins > 0 ? find_edges(numbers, f->options.bins, edge) : 0;
    if (count < 3) return true; /* one piece says nothing more than the number itself */
    feature->edge = mg__alloc_array(f->context, count, sizeof *feature->edge);
    if (feature->edge == NULL) return false;
    memcpy(feature->edge, edge, count * sizeof *edge);
    feature->bins = count - 1;
    return true;
}

bool mg__fit_number(mg__fitting *f, const mg__column *column, const mg__kind_choice *choice) {
    mg__numbers numbers;
    if (mg__numbers_of(f->context, column, f->rows, f->count, &numbers) != MG_OK) return false;
    bool done, lacking = numbers.count < f->count;
    if (numbers.distinct == 0 || (numbers.distinct == 1 && !lacking)) {
        done = mg__fit_leave_out(f, column, mg_kind_name(MG_KIND_CONSTANT));
    } else if ((done = mg__fit_in_range(f, column, &numbers, f->encoder->scale == MG_SCALE_STANDARD))) {
        mg__feature *feature = mg__fit_feature(f, column, MG_KIND_NUMBER);
        done = feature != NULL;
        if (done) {
            feature->indicator = lacking;
            feature->strays = choice->strays;
            mg__fit_scale(f, &numbers, feature);
            done = fit_bins(f, &numbers, feature);
        }
    }
    mg__numbers_free(f->context, &numbers);
    return done;
}
