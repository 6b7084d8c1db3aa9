/* The target: its classes, or its centre and spread, perhaps of its logarithm. */
#include "data/encoder_fit.h"
#include "data/task.h"

#include <math.h>

#define LOG_ROWS     30  /* fewer say too little about a distribution's tail */
#define LOG_SKEWNESS 1.0 /* of the values, at least */
#define LOG_SHARE    0.5 /* and of that, at most what their logarithms keep */

/* The mean squared error of a long-tailed target is decided by a few rows, and its noise usually grows with it; the logarithm
 * gives all rows a say. It is taken only where it makes a clear difference: amounts and counts with a tail, not what is nearly
 * symmetric anyway. */
static bool wants_log(const mg__numbers *numbers) {
    if (numbers->count < LOG_ROWS || !(numbers->value[0] > 0)) return false;
    double plain = mg__numbers_describe(numbers, false).skewness, logarithm = mg__numbers_describe(numbers, true).skewness;
    return plain > LOG_SKEWNESS && fabs(logarithm) < LOG_SHARE * plain;
}

static bool fit_classes(mg__fitting *f, const mg__column *column) {
    mg_encoder *e = f->encoder;
    if (mg__classes_collect(f->context, f->dataset, f->options.target, f->rows, f->count, &e->classes) != MG_OK) return false;
    if (e->classes.count >= 2) return true;
    mg__fail(f->context, MG_FORMAT,
             "%s: the target '%.100s' is '%.100s' in every row, so there is nothing to learn; give rows of at least two classes",
             f->dataset->source, column->name, e->classes.item[0].name);
    return false;
}

static bool scale_target(mg__fitting *f, const mg__column *column, const mg__numbers *numbers) {
    mg_encoder *e = f->encoder;
    bool positive = numbers->value[0] > 0;
    if (!mg__fit_in_range(f, column, numbers, true)) return false;
    e->target_log = f->options.target_log == MG_AUTO ? wants_log(numbers) : f->options.target_log == 1 && positive;
    e->target_low = numbers->value[0];
    e->target_high = numbers->value[numbers->distinct - 1];
    mg__distribution m = mg__numbers_describe(numbers, e->target_log);
    e->target_centre = m.mean;
    e->target_spread = m.deviation > 0 ? m.deviation : 1;
    return true;
}

static bool fit_values(mg__fitting *f, const mg__column *column) {
    mg__numbers numbers;
    if (mg__numbers_of(f->context, column, f->rows, f->count, &numbers) != MG_OK) return false;
    bool done = numbers.count > 0;
    if (done)
        done = scale_target(f, column, &numbers);
    else
        mg__fail(f->context, MG_FORMAT, "%s: the target '%.100s' is no number in any row; give rows with one, or another target",
                 f->dataset->source, column->name);
    mg__numbers_free(f->context, &numbers);
    return done;
}

bool mg__fit_target(mg__fitting *f) {
    mg_encoder *e = f->encoder;
    const mg__column *column = &f->dataset->column[f->options.target];
    mg_target target;
    if (mg__target_at(f->context, f->dataset, f->options.target, f->options.task, &target) != MG_OK) return false;
    e->task = target.task;
    e->target = mg__strdup(f->context, column->name);
    if (e->target == NULL) return false;
    return e->task == MG_TASK_CLASSIFICATION ? fit_classes(f, column) : fit_values(f, column);
}
