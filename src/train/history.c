#include "train/history.h"

#include "train/model.h"

#include <stdint.h>
#include <string.h>

#define FIGURE(name) \
    { #name, offsetof(mg_layer_health, name) }

const mg_health_figure *mg_health_figure_row(int index) {
    static const mg_health_figure figures[] = {
        FIGURE(gradient_norm),  FIGURE(gradient_snr), FIGURE(signal), FIGURE(update_ratio), FIGURE(activation_mean),
        FIGURE(activation_std), FIGURE(saturated),    FIGURE(dead),   FIGURE(alike),
    };
    return index >= 0 && (size_t)index < sizeof figures / sizeof *figures ? &figures[index] : NULL;
}

const mg_health_figure *mg_health_histogram_row(int index) {
    static const mg_health_figure histograms[] = { FIGURE(gradients), FIGURE(activations) };
    return index >= 0 && (size_t)index < sizeof histograms / sizeof *histograms ? &histograms[index] : NULL;
}

mg_status mg__history_add(mg_context *context, mg__history *history, const mg_epoch *epoch) {
    size_t count = (size_t)history->shown.epochs;
    if (!mg__grow(context, &history->epoch, &history->capacity, count + 1, sizeof *epoch)) return MG_OUT_OF_MEMORY;
    history->epoch[count] = *epoch;
    history->shown.epoch = history->epoch;
    history->shown.epochs++;
    return MG_OK;
}

mg_status mg__history_layers(mg_context *context, mg__history *history, int64_t layers) {
    history->layer = mg__alloc_array(context, (size_t)layers, sizeof *history->layer);
    history->shown.layer = (const char *const *)history->layer;
    if (history->layer) history->shown.layers = layers;
    return history->layer ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__history_name(mg_context *context, mg__history *history, int64_t layer, const char *name) {
    history->layer[layer] = mg__strdup(context, name);
    return history->layer[layer] ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__history_add_health(mg_context *context, mg__history *history, const mg_health *health) {
    size_t count = (size_t)history->shown.healths, layers = (size_t)history->shown.layers;
    if (!mg__grow(context, &history->health, &history->health_capacity, count + 1, sizeof *health)) return MG_OUT_OF_MEMORY;
    history->shown.health = history->health;
    mg_layer_health *layer = mg__alloc_array(context, layers, sizeof *layer);
    if (!layer) return MG_OUT_OF_MEMORY;
    memcpy(layer, health->layer, layers * sizeof *layer);
    history->health[count] = *health;
    history->health[count].layer = layer;
    history->shown.healths++;
    return MG_OK;
}

static size_t packed_row(const mg__history *history) {
    return 2 * sizeof(int64_t) + (size_t)history->shown.layers * sizeof(mg_layer_health);
}

unsigned char *mg__history_pack_health(mg_context *context, const mg__history *history, size_t *row_bytes) {
    size_t row = *row_bytes = packed_row(history);
    unsigned char *bytes = mg__alloc_array(context, (size_t)history->shown.healths, row);
    for (int64_t i = 0; bytes && i < history->shown.healths; i++) {
        const mg_health *h = &history->health[i];
        unsigned char *at = bytes + (size_t)i * row;
        memcpy(at, (int64_t[]){ h->epoch, h->step }, 2 * sizeof(int64_t));
        memcpy(at + 2 * sizeof(int64_t), h->layer, row - 2 * sizeof(int64_t));
    }
    return bytes;
}

bool mg__history_unpack_health(mg_context *context, mg__history *history, const void *bytes, const int64_t shape[2],
                               mg_status *status) {
    const unsigned char *at = bytes;
    *status = MG_OK;
    if (shape[0] > 0 && shape[1] != (int64_t)packed_row(history)) return false;
    mg_layer_health *layer = mg__alloc_array(context, (size_t)history->shown.layers, sizeof *layer);
    if (!layer) *status = MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < shape[0] && *status == MG_OK; i++, at += shape[1]) {
        int64_t when[2];
        memcpy(when, at, sizeof when);
        memcpy(layer, at + sizeof when, (size_t)shape[1] - sizeof when);
        *status = mg__history_add_health(context, history, &(mg_health){ .epoch = when[0], .step = when[1], .layer = layer });
    }
    mg__free(context, layer);
    return true;
}

void mg__history_free(mg_context *context, mg__history *history) {
    for (int64_t i = 0; i < history->shown.healths; i++) mg__free(context, (void *)(uintptr_t)history->health[i].layer);
    for (int64_t i = 0; i < history->shown.layers; i++) mg__free(context, history->layer[i]);
    void *blocks[] = { history->epoch, history->health, history->layer };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    *history = (mg__history){ 0 };
}

const mg_history *mg_model_history(const mg_model *model) { return &model->history.shown; }
