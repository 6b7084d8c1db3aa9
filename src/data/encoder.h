/* An encoder from inside, and its JSON form (the "encoder" of a model file; docs/model-format.md). */
#ifndef MG_ENCODER_H
#define MG_ENCODER_H

#include "base/base.h"
#include "interop/json.h"

#include <micrograd/encoder.h>

typedef struct mg__feature {
    char *name;
    double mean, scale; /* number: (x - mean) / scale; the mean also stands for a missing cell (scale none: see `impute`) */
    double impute;      /* the training rows' mean, whatever the scaling */
    size_t categories;  /* 0: a number */
    char **category;    /* bytewise ascending */
} mg__feature;

struct mg_encoder {
    mg_context *context;
    mg_scale scale;
    int64_t image[3]; /* height, width, channels; 0, 0, 0: a table */
    size_t features;  /* of the table; images: one entry a channel, without names */
    mg__feature *feature;
    int64_t width; /* numbers a row */
    mg_task task;
    char *target; /* NULL: none */
    size_t classes;
    char **class_name;
    double *class_value; /* the class names as numbers, NaN where one is none */
    double target_mean, target_scale;
    size_t warnings, warning_capacity;
    char **warning;
};

/* Writes an object. Warnings are not part of it. */
void mg__encoder_write(const mg_encoder *encoder, mg__json_writer *writer);

/* Reads what mg__encoder_write wrote and refuses everything else: NULL with MG_FORMAT beginning with `who`. */
mg_encoder *mg__encoder_read(mg_context *context, const char *who, const mg__json *object);

#endif
