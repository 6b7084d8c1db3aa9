#include "train/history.h"

#include "train/model.h"

#include <stdint.h>
#include <string.h>

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

void mg__history_free(mg_context *context, mg__history *history) {
    for (int64_t i = 0; i < history->shown.healths; i++) mg__free(context, (void *)(uintptr_t)history->health[i].layer);
    for (int64_t i = 0; i < history->shown.layers; i++) mg__free(context, history->layer[i]);
    void *blocks[] = { history->epoch, history->health, history->layer };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    *history = (mg__history){ 0 };
}

const mg_history *mg_model_history(const mg_model *model) { return &model->history.shown; }
