/* micrograd/augment.h: training rows varied anew in each epoch, so that a network sees more of them than there are.
 *
 *     mg_train_options options = mg_train_defaults();
 *     options.augment = "shift(2) rotate(10) cutout(8)";
 *     mg_result result = mg_train(model, digits, &options);
 *
 * An augmentation is written as a model is: names with a number each, in the order in which they act; `@digits` stands for the
 * items of a preset. text = item {" " item}; item = name ["(" [key "="] value ")"] | "@" preset. Without a value an item has its
 * default.
 *
 * Only rows that a network is trained on are varied, when their batch is gathered; never validation or test rows. What becomes of
 * a row follows from the seed, the epoch and the row's number, whichever thread does it. Everything acts on encoded rows (an
 * image's channel is its pixels, scaled), so that what stands below holds for images of bytes, of numbers, and for columns that
 * are pixels (the setting `image`) alike.
 *
 * Images. Below, u is even in [-1, 1], drawn anew for each row and item.
 * - shift, rotate, scale, shear, flip and crop that stand together compose into one affine map about the image's middle c: output
 *   point p shows the input at c + A^-1 (p - c - t), between four pixels by bilinear interpolation. They act before all others,
 *   whatever the order of the text: so pixels are interpolated once.
 * - What lies outside the image is background: of each channel the median of the pixels on the edges of training images.
 * - brightness, contrast and noise are shares of the range from the darkest to the brightest training pixel of the channel;
 *   brightness and contrast keep within it.
 * Tables.
 * - noise acts on the scaled numbers of mg_encoder_numbers; the pieces of a number (bins) become those of what it is then.
 * - swap takes whole columns as read, with all numbers that they were encoded to.
 * Both: mixup blends inputs, and the losses of both targets likewise; codes of embedded columns stay those of the larger share.
 */
#ifndef MICROGRAD_AUGMENT_H
#define MICROGRAD_AUGMENT_H

#include <micrograd/encoder.h>
#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The table, for help: what a text can name. */
typedef struct mg_augment_row {
    const char *name, *doc;
    char argument[48]; /* "pixels=2": its name and default */
    char wanted[80];   /* "a number from 0 to 1000" */
    bool images, tables;
} mg_augment_row;

/* Copies up to `capacity` rows and returns how many there are. */
int mg_augments(mg_augment_row *rows, int capacity);

typedef struct mg_augment_preset {
    const char *name; /* "digits": written @digits */
    const char *text;
    const char *doc;
} mg_augment_preset;

const mg_augment_preset *mg_augment_preset_row(int index); /* NULL behind the last one */

/* Is it well written? MG_SETTING: the message names the column, the item, what is wanted and what came. */
mg_status mg_augment_check(mg_context *context, const char *text);

/* --- seeing it --------------------------------------------------------------------------------------- */

typedef struct mg_augment_preview mg_augment_preview;

/* `rows` rows of a dataset, spread evenly over it, and `variants` of each, those of epochs 1, 2, ... (both 1 to 1000). Of the
 * options augment, seed, and what the encoder needs (target, task, drop, image, scale, bins) are looked at; NULL: all defaults.
 * Encoder and pixels are measured on at most 2,000 rows. NULL on failure: MG_SETTING where a text is wrong or does not fit the
 * data; MG_INVALID. */
mg_augment_preview *mg_augment_preview_create(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                                              int64_t rows, int64_t variants);
void mg_augment_preview_destroy(mg_augment_preview *preview); /* NULL is fine */

int64_t mg_augment_preview_rows(const mg_augment_preview *preview);
int64_t mg_augment_preview_row(const mg_augment_preview *preview, int64_t index); /* which of the dataset it is */
const mg_encoder *mg_augment_preview_encoder(const mg_augment_preview *preview);
/* The encoded numbers of a row's variant, 0 being the row itself; as many as the encoder has features. Borrowed. */
const float *mg_augment_preview_encoded(const mg_augment_preview *preview, int64_t index, int64_t variant);

/* A table's column (of mg_encoder_columns) as a person reads it, cut to size: a number in its own unit, the category, or
 * "70 % red, 30 % blue" where rows were mixed. */
void mg_augment_preview_text(const mg_augment_preview *preview, int64_t index, int64_t variant, int64_t column, char *out,
                             size_t size);

/* Images of 1 or 3 channels as one PNG: a line for each row, the original on the left, its variants beside it, small ones
 * enlarged; black and white are the darkest and the brightest pixel of the dataset. MG_INVALID: the rows are a table's;
 * MG_UNSUPPORTED: other channels, or a build without libpng; MG_FILE. */
mg_status mg_augment_preview_write(const mg_augment_preview *preview, const char *path);

#ifdef __cplusplus
}
#endif
#endif
