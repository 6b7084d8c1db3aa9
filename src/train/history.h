/* The record of a run that mg_model_history shows. */
#ifndef MG_TRAIN_HISTORY_H
#define MG_TRAIN_HISTORY_H

#include "base/base.h"

#include <micrograd/history.h>

typedef struct mg__history {
    mg_history shown; /* points at what follows */
    mg_epoch *epoch;
    mg_health *health; /* with their layers, each a block of its own */
    char **layer;
    size_t capacity, health_capacity;
} mg__history;

/* Adds an epoch to the end. */
mg_status mg__history_add(mg_context *context, mg__history *history, const mg_epoch *epoch);
/* How many layers will be measured, before the first of them is, and their names, which are copied. */
mg_status mg__history_layers(mg_context *context, mg__history *history, int64_t layers);
mg_status mg__history_name(mg_context *context, mg__history *history, int64_t layer, const char *name);
/* Adds a copy of one step's health. */
mg_status mg__history_add_health(mg_context *context, mg__history *history, const mg_health *health);
/* All healths as bytes, a row of *row_bytes each; freed by the caller. NULL: no memory. */
unsigned char *mg__history_pack_health(mg_context *context, const mg__history *history, size_t *row_bytes);
/* Adds what was packed, [rows, row bytes]. false: the rows are not of as many layers. */
bool mg__history_unpack_health(mg_context *context, mg__history *history, const void *bytes, const int64_t shape[2],
                               mg_status *status);
void mg__history_free(mg_context *context, mg__history *history);

#endif
