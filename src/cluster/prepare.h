/* From a dataset to points: the encoder and the scale. */
#ifndef MG_CLUSTER_PREPARE_H
#define MG_CLUSTER_PREPARE_H

#include "cluster/method.h"

typedef struct mg__prepared {
    mg_encoder *encoder;
    mg__points points;
    const char *scale;      /* "none", "standard" */
    char scale_reason[160]; /* a sentence's end: "all columns are whole numbers from 0 to 16" */
} mg__prepared;

/* Encodes; does not centre. */
mg_status mg__prepare(mg_context *context, const mg_dataset *dataset, const mg_cluster_options *options, mg__prepared *prepared);
/* Takes the mean off, and keeps it. */
mg_status mg__points_centre(mg__points *points);
void mg__prepared_free(mg_context *context, mg__prepared *prepared);

/* Other rows, less the same mean; the caller frees x with mg__free. */
mg_status mg__prepare_more(mg_context *context, const mg__prepared *prepared, const mg_dataset *dataset, mg__points *points);

#endif
