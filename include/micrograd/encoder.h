/* micrograd/encoder.h: from raw columns or images to the numbers that a network reads, and from its answers back.
 *
 * An encoder is fitted on the training rows of a dataset and then never changes; it is stored in the model. It encodes each row
 * by itself: a row's numbers never depend on its neighbours.
 *
 *     mg_encoder_options options = mg_encoder_defaults();
 *     options.target = mg_dataset_find(iris, "species");
 *     mg_encoder *encoder = mg_encoder_fit(ctx, iris, rows, row_count, &options);
 *     mg_encoder_inputs(ctx, encoder, iris, rows, row_count, x);      // x: [row_count, mg_encoder_features(encoder)]
 *     mg_encoder_labels(ctx, encoder, iris, rows, row_count, labels); // classification
 *     puts(mg_encoder_class(encoder, labels[0]));                     // setosa
 */
#ifndef MICROGRAD_ENCODER_H
#define MICROGRAD_ENCODER_H

#include <micrograd/dataset.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_encoder mg_encoder;

typedef enum mg_scale {
    MG_SCALE_AUTO = MG_AUTO, /* standard */
    MG_SCALE_STANDARD = 0,   /* (x - mean) / deviation, of the training rows; images: one pair a channel */
    MG_SCALE_NONE,           /* numbers as they are */
} mg_scale;

typedef struct mg_encoder_options {
    int64_t target; /* its column; default -1: none */
    mg_task task;   /* default AUTO: as mg_dataset_target decides */
    mg_scale scale; /* default AUTO */
    int categories; /* 1 to 4096, default 64: a text column with more distinct values among the training rows is left out */
} mg_encoder_options;

mg_encoder_options mg_encoder_defaults(void);

/* Fits on the given rows (NULL: all; then count is ignored). Every column but the target is a feature:
 * - numbers: x -> (x - mean) / deviation (population, two passes in f64; a constant column: deviation 1). Missing: the mean.
 * - text: one-hot over the categories of the training rows, in bytewise order; missing or never seen: all zeros.
 * - pixels of images: as numbers, one mean and deviation a channel.
 * The target: classes sorted (by value if all are numbers, else bytewise), named as the file spells them first (numbers that are
 * equal are one class: 1 and 1.0); or for regression standardised by its mean and deviation. With scale none it still is. NULL on
 * failure: MG_FORMAT (no feature is left, one class only, an infinite value), MG_INVALID (no rows, column out of range). */
mg_encoder *mg_encoder_fit(mg_context *context, const mg_dataset *dataset, const int64_t *rows, int64_t count,
                           const mg_encoder_options *options);
void mg_encoder_destroy(mg_encoder *encoder); /* NULL is fine */

/* What the fit wants the user to know: columns left out, cells imputed. Sentences without a full stop. */
int64_t mg_encoder_warnings(const mg_encoder *encoder);
const char *mg_encoder_warning(const mg_encoder *encoder, int64_t index);

/* One row's encoded shape: returns the rank, 1: [features] or 3: [height, width, channels]. */
int mg_encoder_shape(const mg_encoder *encoder, int64_t shape[3]);
int64_t mg_encoder_features(const mg_encoder *encoder); /* product of that shape */

mg_scale mg_encoder_scale(const mg_encoder *encoder);
mg_task mg_encoder_task(const mg_encoder *encoder);       /* AUTO where there is no target */
const char *mg_encoder_target(const mg_encoder *encoder); /* its name, or NULL */
int64_t mg_encoder_classes(const mg_encoder *encoder);    /* 0 for regression */
const char *mg_encoder_class(const mg_encoder *encoder, int64_t index);

/* The feature columns as read (not one-hot positions), for showing. Images have none; mean and deviation are then a channel's. */
int64_t mg_encoder_columns(const mg_encoder *encoder);
const char *mg_encoder_column(const mg_encoder *encoder, int64_t index);
int64_t mg_encoder_column_categories(const mg_encoder *encoder, int64_t index); /* 0: a number */
/* x -> (x - *mean) / *deviation; 0 and 1 where nothing is scaled. `index`: a column, a channel, or -1: the regression target. */
void mg_encoder_scaling(const mg_encoder *encoder, int64_t index, double *mean, double *deviation);

/* Encodes `count` rows (rows NULL: 0 .. count - 1) into out [count, features]. The dataset may be another than the one fitted on:
 * its columns are found by name in any order, others and the target are not needed. MG_FORMAT: a column is not there, a text
 * where the model wants a number, an infinite number (names line and column), images of another size. */
mg_status mg_encoder_inputs(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                            int64_t count, float *out);

/* Targets of rows: class indices, or standardised values. MG_FORMAT: the column is not there, a missing value, a label that
 * training never saw (named). MG_INVALID: the wrong one of the two. */
mg_status mg_encoder_labels(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                            int64_t count, int32_t *out);
mg_status mg_encoder_targets(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                             int64_t count, float *out);

/* A regression answer in the target's own unit: standardised * deviation + mean. */
double mg_encoder_unscale(const mg_encoder *encoder, double standardised);

#ifdef __cplusplus
}
#endif
#endif
