/* A training for TensorBoard. */
#include "report/report.h"

#include "interop/events.h"

#include <math.h>
#include <stdio.h>

static void put_epochs(mg__events *events, const mg_history *history) {
    const mg_metric *metric;
    char tag[96];
    for (int64_t i = 0; i < history->epochs; i++) {
        const mg_epoch *e = &history->epoch[i];
        double wall = isfinite(e->seconds) ? e->seconds : 0;
        mg__events_scalar(events, wall, e->epoch, "loss", e->loss);
        if (isfinite(e->learning_rate)) mg__events_scalar(events, wall, e->epoch, "learning_rate", e->learning_rate);
        for (int m = 0; e->validation.rows > 0 && (metric = mg_metric_row(m)) != NULL; m++) {
            double value = mg_metric_value(metric, &e->validation);
            snprintf(tag, sizeof tag, "validation/%s", metric->name);
            if (isfinite(value)) mg__events_scalar(events, wall, e->epoch, tag, value);
        }
    }
}

static double wall_of(const mg_history *history, int64_t epoch) {
    for (int64_t i = 0; i < history->epochs; i++)
        if (history->epoch[i].epoch == epoch && isfinite(history->epoch[i].seconds)) return history->epoch[i].seconds;
    return 0;
}

static void put_histograms(mg__events *events, double wall, int64_t step, const char *layer, const mg_layer_health *health) {
    const mg_health_figure *row;
    for (int i = 0; (row = mg_health_histogram_row(i)) != NULL; i++) {
        const mg_histogram *h = mg_health_histogram(row, health);
        char tag[256];
        snprintf(tag, sizeof tag, "%s/%s", row->name, layer);
        mg__events_bins(events, wall, step, tag, h->low, h->high, h->bin, MG_HISTOGRAM_BINS);
    }
}

/* Of a step: several may be in one epoch. */
static void put_health(mg__events *events, const mg_history *history) {
    for (int64_t i = 0; i < history->healths; i++) {
        const mg_health *h = &history->health[i];
        double wall = wall_of(history, h->epoch);
        for (int64_t k = 0; k < history->layers; k++) {
            const mg_layer_health *l = &h->layer[k];
            const struct {
                const char *name;
                double value;
            } measures[] = { { "gradient_norm", l->gradient_norm },
                             { "gradient_snr", l->gradient_snr },
                             { "update_ratio", l->update_ratio },
                             { "activation_mean", l->activation_mean },
                             { "activation_std", l->activation_std },
                             { "saturated", l->saturated },
                             { "dead", l->dead } };
            for (size_t m = 0; m < sizeof measures / sizeof *measures; m++) {
                char tag[256];
                snprintf(tag, sizeof tag, "health/%s/%s", measures[m].name, history->layer[k]);
                if (isfinite(measures[m].value)) mg__events_scalar(events, wall, h->step, tag, measures[m].value);
            }
            put_histograms(events, wall, h->step, history->layer[k], l);
        }
    }
}

static mg_status put_weights(mg__events *events, mg_model *model, double wall, int64_t step) {
    const mg_parameters *parameters = mg_model_parameters(model, 0);
    for (int i = 0; i < mg_parameters_count(parameters); i++) {
        const mg_parameter *entry = mg_parameters_entry(parameters, i);
        mg_tensor tensor = mg_parameters_value(parameters, i);
        int64_t count = mg_tensor_count(&tensor);
        double *value = mg__alloc_array(model->context, (size_t)count, sizeof *value);
        char tag[256];
        if (!value) return MG_OUT_OF_MEMORY;
        for (int64_t k = 0; k < count; k++) value[k] = mg_tensor_get(&tensor, k);
        snprintf(tag, sizeof tag, "weights/%s", entry->name);
        mg__events_histogram(events, wall, step, tag, value, count);
        mg__free(model->context, value);
    }
    return MG_OK;
}

static mg_status put_filters(mg__events *events, mg_model *model, double wall, int64_t step) {
    mg__filters f;
    int64_t size[2];
    uint8_t *png = NULL;
    size_t length = 0;
    mg_status status = mg__filters_take(model, &f);
    if (status != MG_OK || !f.pixel) return status;
    status = mg__picture_grid(model->context, f.pixel, f.count, f.height, f.width, f.channels, size, &png, &length);
    if (status == MG_OK) mg__events_image(events, wall, step, "filters", size[0], size[1], f.channels, png, length);
    mg__free(model->context, png);
    mg__free(model->context, f.pixel);
    if (status != MG_UNSUPPORTED) return status;
    mg_context_clear(model->context); /* a build without PNG goes without the picture */
    return MG_OK;
}

mg_status mg_events_write(mg_model *model, const mg_history *history, const char *path) {
    if (!model || !path || !mg__model_is_trained(model)) return MG_INVALID;
    if (!history) history = mg_model_history(model);
    mg__events events = mg__events_begin(model->context);
    const mg_epoch *last = history->epochs > 0 ? &history->epoch[history->epochs - 1] : NULL;
    double wall = last && isfinite(last->seconds) ? last->seconds : 0;
    put_epochs(&events, history);
    put_health(&events, history);
    mg_status status = put_weights(&events, model, wall, last ? last->epoch : 0);
    if (status == MG_OK) status = put_filters(&events, model, wall, last ? last->epoch : 0);
    if (status == MG_OK) return mg__events_finish(&events, path);
    mg__events_abort(&events);
    return status;
}
