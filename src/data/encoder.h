/* An encoder from inside, and its JSON form (the "encoder" of a model file; docs/model-format.md). */
#ifndef MG_ENCODER_H
#define MG_ENCODER_H

#include "base/base.h"
#include "data/classes.h"
#include "interop/json.h"

#include <micrograd/encoder.h>

/* A column, or a channel of images (which has no name and no categories). */
typedef struct mg__feature {
    char *name;
    double mean, deviation; /* a number is encoded as (x - mean) / deviation; 0 and 1: as it is */
    double missing;         /* stands for a missing number: the training rows' mean, whatever the scaling */
    size_t categories;      /* 0: a number */
    char **category;        /* bytewise ascending */
} mg__feature;

struct mg_encoder {
    mg_context *context;
    mg_scale scale;   /* never AUTO */
    int64_t image[3]; /* height, width, channels; 0, 0, 0: a table */
    size_t features;
    mg__feature *feature;
    int64_t width; /* numbers a row */
    mg_task task;  /* AUTO: no target */
    char *target;  /* NULL: none */
    mg__classes classes;
    double target_mean, target_deviation;
    char **warning;
    size_t warnings, warning_capacity;
};

mg_encoder *mg__encoder_new(mg_context *context, size_t features);
/* Computes `width`. false: MG_FORMAT, more than 2^31 - 1 numbers a row, or none. */
bool mg__encoder_measure(mg_encoder *encoder, const char *who);

/* Writes an object. Warnings are not part of it. */
void mg__encoder_write(const mg_encoder *encoder, mg__json_writer *writer);

/* Reads what mg__encoder_write wrote and refuses everything else: NULL with MG_FORMAT beginning with `who`. */
mg_encoder *mg__encoder_read(mg_context *context, const char *who, const mg__json *object);

#endif
