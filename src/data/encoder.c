/* An encoder's life, and what it tells. Fitting, applying and its JSON form have files of their own. */
#include "data/encoder.h"

#include <string.h>

mg_encoder_options mg_encoder_defaults(void) {
    return (mg_encoder_options){ .target = -1, .task = MG_TASK_AUTO, .scale = MG_SCALE_AUTO, .one_hot = 64 };
}

mg_encoder *mg__encoder_new(mg_context *context, size_t features) {
    mg_encoder *e = mg__alloc_zero(context, sizeof *e);
    if (e == NULL) return NULL;
    e->context = context;
    e->task = MG_TASK_AUTO;
    e->target_deviation = 1;
    e->feature = mg__alloc_array(context, features, sizeof *e->feature);
    if (e->feature != NULL) return e;
    mg_encoder_destroy(e);
    return NULL;
}

void mg_encoder_destroy(mg_encoder *e) {
    if (e == NULL) return;
    for (size_t i = 0; i < e->features; i++) {
        mg__feature *f = &e->feature[i];
        for (size_t k = 0; k < f->categories; k++) mg__free(e->context, f->category[k]);
        mg__free(e->context, f->category);
        mg__free(e->context, f->name);
    }
    for (size_t i = 0; i < e->warnings; i++) mg__free(e->context, e->warning[i]);
    mg__free(e->context, e->warning);
    mg__free(e->context, e->feature);
    mg__free(e->context, e->target);
    mg__classes_free(e->context, &e->classes);
    mg__free(e->context, e);
}

bool mg__encoder_measure(mg_encoder *e, const char *who) {
    size_t width = 0;
    bool fits = true;
    for (size_t i = 0; e->image[0] == 0 && fits && i < e->features; i++)
        fits = mg__size_add(width, e->feature[i].categories > 0 ? e->feature[i].categories : 1, &width);
    if (e->image[0] > 0)
        fits = mg__size_multiply((size_t)e->image[0], (size_t)e->image[1], &width) &&
               mg__size_multiply(width, (size_t)e->image[2], &width);
    e->width = (int64_t)width;
    if (fits && width > 0 && width <= INT32_MAX) return true;
    mg__fail(e->context, MG_FORMAT, width == 0 ? "%s: no column is left to learn from" : "%s: more than 2147483647 numbers a row",
             who);
    return false;
}

int64_t mg_encoder_warnings(const mg_encoder *e) { return (int64_t)e->warnings; }
const char *mg_encoder_warning(const mg_encoder *e, int64_t index) { return e->warning[index]; }

int mg_encoder_shape(const mg_encoder *e, int64_t shape[3]) {
    if (e->image[0] > 0) {
        memcpy(shape, e->image, sizeof e->image);
        return 3;
    }
    shape[0] = e->width;
    return 1;
}

int64_t mg_encoder_features(const mg_encoder *e) { return e->width; }
mg_scale mg_encoder_scale(const mg_encoder *e) { return e->scale; }
mg_task mg_encoder_task(const mg_encoder *e) { return e->task; }
const char *mg_encoder_target(const mg_encoder *e) { return e->target; }
int64_t mg_encoder_classes(const mg_encoder *e) { return (int64_t)e->classes.count; }
const char *mg_encoder_class(const mg_encoder *e, int64_t index) { return e->classes.item[index].name; }

int64_t mg_encoder_columns(const mg_encoder *e) { return e->image[0] > 0 ? 0 : (int64_t)e->features; }
const char *mg_encoder_column(const mg_encoder *e, int64_t index) { return e->feature[index].name; }
int64_t mg_encoder_column_categories(const mg_encoder *e, int64_t index) { return (int64_t)e->feature[index].categories; }

void mg_encoder_scaling(const mg_encoder *e, int64_t index, double *mean, double *deviation) {
    *mean = index < 0 ? e->target_mean : e->feature[index].mean;
    *deviation = index < 0 ? e->target_deviation : e->feature[index].deviation;
}

double mg_encoder_unscale(const mg_encoder *e, double standardised) {
    return standardised * e->target_deviation + e->target_mean;
}
