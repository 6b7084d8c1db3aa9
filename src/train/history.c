#include "train/history.h"

#include "train/model.h"

mg_status mg__history_add(mg_context *context, mg__history *history, const mg_epoch *epoch) {
    size_t count = (size_t)history->shown.epochs;
    if (!mg__grow(context, &history->epoch, &history->capacity, count + 1, sizeof *epoch)) return MG_OUT_OF_MEMORY;
    history->epoch[count] = *epoch;
    history->shown.epoch = history->epoch;
    history->shown.epochs++;
    return MG_OK;
}

void mg__history_free(mg_context *context, mg__history *history) {
    mg__free(context, history->epoch);
    *history = (mg__history){ 0 };
}

const mg_history *mg_model_history(const mg_model *model) { return &model->history.shown; }
