/* Augmentation from inside. An augmentation is one row (augment.c); parsing, bounds, help and the record in the model derive from
 * it.
 *
 *     augment.c          the table, presets
 *     augment_text.c     text to items and back
 *     augmenter.c        what fits the data, and the order in which items act on a row
 *     augment_shape.c    maps that items draw; augment_map.c: maps, and images under them
 *     augment_pixels.c   pixels where they are; augment_cells.c: tables; augment_mix.c: mixup
 *     augment_decode.c   encoded cells as text, to be looked at (train/preview.c)
 */
#ifndef MG_AUGMENT_H
#define MG_AUGMENT_H

#include "base/random.h"
#include "data/encoder.h"

#include <micrograd/augment.h>

#define MG__AUGMENT_ITEMS 32
#define MG__AUGMENT_BYTES 2048 /* of the longest text in normal form */

/* --- affine maps ------------------------------------------------------------------------------------- */

/* p -> A p + t, p = (x, y) measured from the image's middle, x to the right, y down. */
typedef struct mg__map {
    double a[2][2], t[2];
} mg__map;

mg__map mg__map_identity(void);
mg__map mg__map_then(const mg__map *first, const mg__map *second); /* second after first */
/* out = image under the map: each output pixel is the input at the place that the map brings there, between four pixels by their
 * distances; what lies outside has the channel's background. The map can be inverted; image and out are different blocks. */
void mg__map_sample(const mg__map *map, const int64_t shape[3], const float *background, const float *image, float *out);

/* --- the table --------------------------------------------------------------------------------------- */

/* Random numbers of one item for one row. */
typedef struct mg__draw {
    mg__stream stream;
    uint64_t row;
} mg__draw;

/* What pixels are like. */
typedef struct mg__pixels {
    int64_t shape[3];               /* height, width, channels; 0, 0, 0: a table */
    float *background, *low, *high; /* [channels]: of the training rows */
} mg__pixels;

/* The rows that a row can take from: those that the same network is trained on. */
typedef struct mg__company {
    const float *x;      /* [.., features] encoded */
    const int64_t *rows; /* of x, by number; NULL: number is row */
    int64_t count;
} mg__company;

const float *mg__company_row(const mg__company *company, const mg_encoder *encoder, int64_t number);

typedef struct mg__augmentation {
    const char *name;
    const char *argument;
    double initial, low, high; /* of the argument: default and bounds, inclusive */
    bool whole;
    const char *const *words; /* NULL: a number; else its words, NULL-terminated, whose indices are the values */
    const char *doc;
    /* What it does: one of the three, for images or tables; mixup has none and is done last, by the one who knows the targets. */
    mg__map (*map)(double value, const mg__draw *draw);
    void (*pixels)(double value, const mg__draw *draw, const mg__pixels *pixels, float *image);
    void (*cells)(double value, const mg__draw *draw, const mg_encoder *encoder, const mg__company *company, float *row);
    bool mixes;
    bool (*fits)(double value, const int64_t shape[3]); /* of images; NULL: always */
    const char *cure;                                   /* where it does not fit */
} mg__augmentation;

const mg__augmentation *mg__augmentation_row(int index); /* NULL behind the last one */
const mg__augmentation *mg__augmentation_find(const char *name, size_t length);
const mg_augment_preset *mg__augment_preset_find(const char *name, size_t length);

/* --- text -------------------------------------------------------------------------------------------- */

typedef struct mg__augment_item {
    const mg__augmentation *row;
    double value;
} mg__augment_item;

typedef struct mg__augment {
    int count;
    mg__augment_item item[MG__AUGMENT_ITEMS];
} mg__augment;

/* NULL and "" have no items. MG_SETTING: as mg_augment_check. */
mg_status mg__augment_parse(mg_context *context, const char *text, mg__augment *augment);
/* In normal form: every item with its value, presets written out. */
void mg__augment_print(const mg__augment *augment, char out[MG__AUGMENT_BYTES]);
/* One item of it, "rotate(10)". */
void mg__augment_print_item(const mg__augment_item *item, char *out, size_t size);
/* "a whole number from 1 to 8", "horizontal, vertical or both" */
void mg__augment_wanted(const mg__augmentation *row, char *out, size_t size);
bool mg__augment_mixes(const mg__augment *augment);

/* --- rows -------------------------------------------------------------------------------------------- */

/* What varies rows; threads share it. All zero varies nothing and can be closed. */
typedef struct mg__augmenter {
    mg_context *context;
    mg__augment augment;
    const mg_encoder *encoder;
    mg__pixels pixels;
} mg__augmenter;

/* Measures the pixels of the company's rows. MG_SETTING: an item does not fit the data. */
mg_status mg__augmenter_open(mg_context *context, const mg__augment *augment, const mg_encoder *encoder,
                             const mg__company *company, mg__augmenter *augmenter);
void mg__augmenter_close(mg__augmenter *augmenter);

/* A row in an epoch: row `number` of the company. */
typedef struct mg__occasion {
    uint64_t seed, epoch;
    int64_t number;
} mg__occasion;

/* out: the row, varied by all items but mixup. */
void mg__augmenter_vary(const mg__augmenter *augmenter, const mg__occasion *at, const mg__company *company, float *out);
/* Mixup: the number of the row that it is mixed with, and the share in [0.5, 1] that it keeps; 1: it is not mixed. */
double mg__augmenter_partner(const mg__augmenter *augmenter, const mg__occasion *at, int64_t count, int64_t *partner);
/* row = share row + (1 - share) other, codes aside. */
void mg__augmenter_blend(const mg__augmenter *augmenter, double share, const float *other, float *row);

/* --- encoded cells ----------------------------------------------------------------------------------- */

/* The number that a feature scaled to z. */
double mg__cells_unscale(const mg__feature *feature, double z);
/* Does the encoded row say that the number is missing? */
bool mg__cells_missing(const mg__feature *feature, const float *row);
/* As a person reads it: "3.5", "2026-11-24", "red", "70 % red, 30 % blue"; "" where it is missing. Cut to size. */
void mg__cells_decode(const mg__feature *feature, const float *row, char *out, size_t size);

/* --- what they share --------------------------------------------------------------------------------- */

/* Even in [-1, 1); position: of several numbers for one row. */
double mg__draw_even(const mg__draw *draw, uint64_t position);
/* Another row than `number`, each as likely; itself where it is alone. */
int64_t mg__draw_other(const mg__draw *draw, int64_t number, int64_t count);
/* Beta(alpha, alpha) (Johnk 1964). */
double mg__draw_beta(const mg__draw *draw, double alpha);

#endif
