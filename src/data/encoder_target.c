/* Targets become class indices or standardised values, and answers the target's own unit. */
#include "data/encoder.h"

#include <math.h>

/* The target's column for a task; NULL: the message is on the context. */
static const mg__column *target_column(mg_context *context, const mg_encoder *e, const mg_dataset *d, mg_task task,
                                       mg_status *status) {
    *status = MG_OK;
    if (e->task != task) {
        *status = mg__fail(context, MG_INVALID, "encoder: %s wanted, but it was fitted for %s", mg_task_name(task),
                           e->target != NULL ? mg_task_name(e->task) : "no target");
        return NULL;
    }
    int64_t c = mg_dataset_find(d, e->target);
    if (c >= 0) return &d->column[c];
    *status = d->image[0] > 0 ? mg__fail(context, MG_FORMAT, "%s: no labels were found beside these images", d->source)
                              : mg__fail(context, MG_FORMAT, "%s: there is no column '%.100s', the target of the model; add it",
                                         d->source, e->target);
    return NULL;
}

static mg_status no_target(mg_context *context, const mg_dataset *d, const mg__column *column, int64_t row) {
    char where[512];
    return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing", mg__row_place(d, row, where, sizeof where),
                    column->name);
}

static mg_status bad_target(mg_context *context, const mg_dataset *d, const mg__column *column, int64_t row) {
    char where[512], scratch[32];
    const char *text = mg__column_text(column, row, scratch);
    return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is '%.100s', which is no number that the model could answer",
                    mg__row_place(d, row, where, sizeof where), column->name, text != NULL ? text : "");
}

bool mg__encoder_knows(const mg_encoder *e, const mg_dataset *d, int64_t column, int64_t row) {
    char scratch[32];
    const char *text = mg__column_text(&d->column[column], row, scratch);
    return text != NULL && mg__classes_find(&e->classes, text, mg__column_number(&d->column[column], row)) >= 0;
}

mg_status mg_encoder_labels(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                            int32_t *out) {
    mg_status status;
    char scratch[32], where[512];
    const mg__column *column = target_column(context, e, d, MG_TASK_CLASSIFICATION, &status);
    for (int64_t i = 0; column != NULL && i < count; i++) {
        int64_t row = rows != NULL ? rows[i] : i;
        const char *text = mg__column_text(column, row, scratch);
        if (text == NULL) return no_target(context, d, column, row);
        out[i] = mg__classes_find(&e->classes, text, mg__column_number(column, row));
        if (out[i] < 0)
            return mg__fail(context, MG_FORMAT,
                            "%s: the label '%.100s' of '%.100s' is none of the %zu classes that the model was trained with",
                            mg__row_place(d, row, where, sizeof where), text, column->name, e->classes.count);
    }
    return status;
}

mg_status mg_encoder_targets(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                             float *out) {
    mg_status status;
    const mg__column *column = target_column(context, e, d, MG_TASK_REGRESSION, &status);
    for (int64_t i = 0; column != NULL && i < count; i++) {
        int64_t row = rows != NULL ? rows[i] : i;
        double x = mg__column_number(column, row);
        char scratch[32];
        if (isnan(x) && mg__column_text(column, row, scratch) == NULL) return no_target(context, d, column, row);
        if (e->target_log) x = log(x > 0 ? x : isnan(x) ? x : e->target_low);
        float y = (float)((x - e->target_centre) / e->target_spread);
        if (!isfinite(y)) return bad_target(context, d, column, row);
        out[i] = y;
    }
    return status;
}

double mg_encoder_unscale(const mg_encoder *e, double standardised) {
    double y = standardised * e->target_spread + e->target_centre;
    if (e->target_log) y = exp(y);
    if (!isfinite(e->target_low)) return y; /* format 1 */
    double margin = 0.1 * (e->target_high - e->target_low);
    if (y < e->target_low - margin) return e->target_low - margin; /* NaN stays */
    return y > e->target_high + margin ? e->target_high + margin : y;
}
