/* The values of a column that is only shown. */
#ifndef MG_CLUSTER_EMBED_TRUTH_H
#define MG_CLUSTER_EMBED_TRUTH_H

#include "base/base.h"

#include <micrograd/dataset.h>

typedef struct mg__named {
    int32_t *code; /* [rows]; -1: missing */
    char **name;   /* [names], ascending: numbers by value where all are, else as text */
    int64_t names;
} mg__named;

mg_status mg__name_values(mg_context *context, const mg_dataset *dataset, int64_t column, mg__named *named);
void mg__named_free(mg_context *context, mg__named *named);

#endif
