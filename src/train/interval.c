/* Intervals around a regression's answers: split conformal prediction (Vovk, Gammerman & Shafer 2005) on held-out rows.
 *
 * Of n residuals in ascending order, the ceil((n + 1) level)-th is a width that a new row's residual does not exceed with
 * probability `level`, whatever the network, as long as the row is one of the same kind. At most 2048 of them are kept, rounded
 * to the safe side. */
#include "interop/sort.h"
#include "train/model.h"

#include <math.h>

enum { MOST = 2048 };

static int ascending(const void *a, const void *b, const void *user) {
    const double *x = a, *y = b;
    (void)user;
    return (*x > *y) - (*x < *y);
}

mg_status mg__residuals_keep(mg_model *model, const double *targets, const double *answers, int64_t rows) {
    mg_context *context = model->context;
    int64_t kept = rows < MOST ? rows : MOST;
    double *all = mg__alloc_array(context, (size_t)rows, sizeof *all);
    float *residuals = mg__alloc_array(context, (size_t)kept, sizeof *residuals);
    if (all && residuals) {
        for (int64_t r = 0; r < rows; r++) all[r] = fabs(targets[r] - answers[r]);
        mg__sort(all, (size_t)rows, sizeof *all, ascending, NULL);
        for (int64_t k = 0; k < kept; k++) /* the ceil((k + 1) rows / kept)-th, rounded up to f32 */
            residuals[k] = nextafterf((float)all[((k + 1) * rows + kept - 1) / kept - 1], INFINITY);
    }
    mg__free(context, all);
    if (!all || !residuals) return mg__free(context, residuals), MG_OUT_OF_MEMORY;
    mg__free(context, model->residuals);
    model->residuals = residuals;
    model->residual_count = kept;
    model->residual_rows = rows;
    return MG_OK;
}

mg_status mg_model_interval(const mg_model *model, double level, double *width) {
    mg_context *context = model->context;
    int64_t n = model->residual_rows, kept = model->residual_count;
    if (!mg__model_is_trained(model)) return MG_INVALID;
    if (model->task != MG_TASK_REGRESSION)
        return mg__fail(context, MG_INVALID,
                        "interval: '%s' is a class, not a number; its probabilities say how sure the model is", model->target);
    if (!(level > 0 && level < 1))
        return mg__fail(context, MG_INVALID, "interval: the level is %g; wanted above 0 and below 1", level);
    double rank = ceil((double)(n + 1) * level);
    if (kept == 0 || rank > (double)n)
        return mg__fail(context, MG_INVALID, "interval: the model was validated on %lld rows; a level of %g needs at least %.0f",
                        (long long)n, level, ceil(level / (1 - level)));
    int64_t k = (int64_t)ceil(rank * (double)kept / (double)n);
    *width = (double)model->residuals[k - 1];
    return MG_OK;
}
