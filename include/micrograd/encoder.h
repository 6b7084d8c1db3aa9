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
    MG_SCALE_AUTO = MG_AUTO, /* tables: robust; images: standard */
    MG_SCALE_STANDARD = 0,   /* (x - mean) / deviation, of the training rows; images: one pair a channel */
    MG_SCALE_NONE,           /* numbers as they are */
    MG_SCALE_ROBUST, /* 2 asinh(z/2), z = (x - median) / spread: nearly z around 0, a logarithm far out, at most 16. The spread is
                        the distance of the quartiles / 1.349 (a normal column: its deviation); where those are equal, half the
                        range. Images: as standard */
} mg_scale;

typedef struct mg_encoder_options {
    int64_t target;   /* its column; default -1: none */
    mg_task task;     /* default AUTO: as mg_dataset_target decides */
    int target_log;   /* regression: learn the target's logarithm. 1: always, where all training values are positive; 0: never;
                         default MG_AUTO: where that clearly helps (below) */
    mg_scale scale;   /* default AUTO */
    int one_hot;      /* 0 to 4096: most categories that become one-hot; more are embedded. Default 16 */
    int bins;         /* 0 to 64: pieces that a number is cut into besides (piecewise-linear encoding); default 0 */
    int64_t image[3]; /* height, width, channels: the features of a table are the pixels of an image, row by row, the channels of
                         a pixel beside each other, in the order of the columns. Default 0, 0, 0: they are not */
    const bool *drop; /* [columns of the dataset]: true: no feature; NULL (default): none */
} mg_encoder_options;

mg_encoder_options mg_encoder_defaults(void);

/* Fits on the given rows (NULL: all; then count is ignored). Every column but the target and those dropped is looked at
 * (mg_kind; `types` of the dataset's options go before), then
 * - number: scaled as above. Missing and infinite: the median; where training rows lack some, an indicator (0 or 1) stands
 * beside. A few cells that are no numbers, in a column of numbers otherwise, are missing. bins > 0: besides, T <= bins numbers,
 * the t-th being min(max((x - e_t) / (e_t+1 - e_t), 0), 1) for e_0 < ... < e_T, what is distinct of the quantiles at 0, 1/bins,
 * ... 1, or all distinct values where they are no more (Gorishniy et al. 2022); 0.5 each where x is missing; none where T would
 * be 1.
 * - boolean: -1 and 1 (of two numbers the larger, of two texts the bytewise later is 1), 0 for missing or unseen; an indicator
 * likewise.
 * - category: one-hot over the categories of the training rows (in the order of classes, below), a slot for missing where there
 * are some; a category never seen is each category's share of the training rows. Above one_hot: a code for mg_embedding, 0 for
 * unseen and for what has fewer than 3 training rows (or is not among the 10,000 most frequent), 1 for missing (0 where no
 * training row was), 2 ... the categories. Its table's width is min(16, round(1.6 n^0.56)) for n codes (fastai's rule, capped).
 * - date: days since the median date, scaled as a number; the circles of the year, the week and the day (sine and cosine of 2 pi
 * times (day of the year - 1) / 365.25, weekday / 7 from Monday, time of day / 24 h), each only where the training rows differ in
 * it, 0 where it is missing; an indicator likewise.
 * - text, id, constant: left out, with a warning.
 * - pixels of images: as numbers, one centre and spread a channel. So are the columns of a table where `image` is given: none of
 * them is left out, whatever it looks like; scale (robust: as standard) by the mean and deviation of all pixels of the channel in
 * the training rows; a missing or infinite one is that mean. MG_SETTING: not as many columns, or a cell that is no number.
 * A row's encoding is, in this order: mg_encoder_numbers scaled numbers (of numbers and dates), all else that is dense, then the
 * codes of the embedded columns. The target: classes sorted (by value if all are numbers, else bytewise), named as the file
 * spells them first (numbers that are equal are one class: 1 and 1.0); or for regression standardised by its mean and deviation,
 * of its logarithm where there are at least 30 training values, all are positive, their skewness is above 1 and that of their
 * logarithms less than half of it. Rows without a target are not looked at for it. NULL on failure: MG_FORMAT (no feature is
 * left, one class only), MG_INVALID (no rows, an option out of range, two columns of one name). */
mg_encoder *mg_encoder_fit(mg_context *context, const mg_dataset *dataset, const int64_t *rows, int64_t count,
                           const mg_encoder_options *options);
void mg_encoder_destroy(mg_encoder *encoder); /* NULL is fine */

/* What the fit wants the user to know: columns left out, cells that are missing, infinite or of another kind; at most a sentence
 * each. Sentences without a full stop. */
int64_t mg_encoder_warnings(const mg_encoder *encoder);
const char *mg_encoder_warning(const mg_encoder *encoder, int64_t index);

/* One row's encoded shape: returns the rank, 1: [features] or 3: [height, width, channels]. */
int mg_encoder_shape(const mg_encoder *encoder, int64_t shape[3]);
/* Sets image_shape and image_fit in the options of a dataset, so that pictures are read as those were that this encoder was
 * fitted on. Of a table's encoder: changes nothing. */
void mg_encoder_pictures(const mg_encoder *encoder, mg_dataset_options *options);
int64_t mg_encoder_features(const mg_encoder *encoder); /* product of that shape */

mg_scale mg_encoder_scale(const mg_encoder *encoder);
mg_task mg_encoder_task(const mg_encoder *encoder);       /* AUTO where there is no target */
const char *mg_encoder_target(const mg_encoder *encoder); /* its name, or NULL */
int64_t mg_encoder_classes(const mg_encoder *encoder);    /* 0 for regression */
const char *mg_encoder_class(const mg_encoder *encoder, int64_t index);

/* Of the encoded row: how many numbers it begins with that are scaled columns, one each; and its last numbers, the codes of
 * embedded columns: code i is a whole number in 0 .. count - 1 that a table [count, width] is for. */
int64_t mg_encoder_numbers(const mg_encoder *encoder);
int64_t mg_encoder_embeddings(const mg_encoder *encoder);
const char *mg_encoder_embedding(const mg_encoder *encoder, int64_t index, int64_t *count,
                                 int64_t *width); /* returns the column */

/* The columns as read that are features, for showing. Images have none (columns that are pixels neither); centre and spread are
 * then a channel's. */
int64_t mg_encoder_columns(const mg_encoder *encoder);
const char *mg_encoder_column(const mg_encoder *encoder, int64_t index);
mg_kind mg_encoder_column_kind(const mg_encoder *encoder, int64_t index);
int64_t mg_encoder_column_categories(const mg_encoder *encoder, int64_t index); /* 0: no category */
const char *mg_encoder_column_text(const mg_encoder *encoder, int64_t index);   /* "robust scale, 12 bins", "one-hot, 5", ... */
/* The columns that were left out, and why: "text", "id", "constant", "rare" (no category in 3 rows), "dropped" (as asked). */
int64_t mg_encoder_left_out(const mg_encoder *encoder);
const char *mg_encoder_left_out_column(const mg_encoder *encoder, int64_t index, const char **reason);
/* z = (x - *centre) / *spread; of a date, x is days since 1970; 0 and 1 where nothing is scaled. `index`: a column, a channel, or
 * -1: the regression target (its logarithm where mg_encoder_target_is_log). */
void mg_encoder_scaling(const mg_encoder *encoder, int64_t index, double *centre, double *spread);
bool mg_encoder_target_is_log(const mg_encoder *encoder);

/* Encodes `count` rows (rows NULL: 0 .. count - 1) into out [count, features]. The dataset may be another than the one fitted on:
 * its columns are found by name in any order, others and the target are not needed. An infinite number is a missing one.
 * MG_FORMAT: columns that are not there (all named), a text where the model wants a number or a date and training rows had no
 * such cell (names line and column), images of another size. */
mg_status mg_encoder_inputs(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                            int64_t count, float *out);

/* Cells of `dataset` that training rows gave no example of, added to unseen[mg_encoder_columns]: categories never seen (or too
 * rare to have a code). And the dataset's columns that are neither features nor the target nor known to be left out:
 * mg_encoder_extra returns how many, and their names in out ("a, b, ..."), cut to size. */
mg_status mg_encoder_unseen(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, int64_t *unseen);
int64_t mg_encoder_extra(const mg_encoder *encoder, const mg_dataset *dataset, char *out, size_t size);

/* Targets of rows: class indices, or standardised values (where the target is a logarithm, a value of 0 or less counts as the
 * training rows' lowest). MG_FORMAT: the column is not there, a missing value, a label that training never saw (named).
 * MG_INVALID: the wrong one of the two. */
mg_status mg_encoder_labels(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                            int64_t count, int32_t *out);
mg_status mg_encoder_targets(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                             int64_t count, float *out);

/* A regression answer in the target's own unit: y = standardised * spread + centre, e^y where the target is a logarithm; kept
 * within the training rows' range widened by a tenth of it at both ends, so that a wild answer is none. */
double mg_encoder_unscale(const mg_encoder *encoder, double standardised);

#ifdef __cplusplus
}
#endif
#endif
