/* The record of a run that mg_model_history shows. */
#ifndef MG_TRAIN_HISTORY_H
#define MG_TRAIN_HISTORY_H

#include "base/base.h"

#include <micrograd/history.h>

typedef struct mg__history {
    mg_history shown; /* points at what follows */
    mg_epoch *epoch;
    size_t capacity;
} mg__history;

/* Adds an epoch to the end. */
mg_status mg__history_add(mg_context *context, mg__history *history, const mg_epoch *epoch);
void mg__history_free(mg_context *context, mg__history *history);

#endif
