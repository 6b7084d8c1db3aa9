/* An encoder from inside, and its JSON form (the "encoder" of a model file; docs/model-format.md).
 *
 *     encoder.c          life, layout, what it tells
 *     encoder_fit.c      goes through the columns; fit_number.c, fit_category.c, fit_date.c, fit_pixels.c, fit_target.c
 *     encoder_cell.c     a cell becomes numbers: nothing but the feature and the cell decide
 *     encoder_apply.c    rows of a dataset; encoder_image.c, encoder_target.c
 *     encoder_write.c    as JSON; encoder_read.c, encoder_read1.c
 */
#ifndef MG_ENCODER_H
#define MG_ENCODER_H

#include "base/base.h"
#include "data/classes.h"
#include "interop/json.h"

#include <micrograd/encoder.h>

#define MG__MOST_BINS     64
#define MG__MOST_EMBEDDED 10000 /* categories of a column that have a code of their own: its most frequent ones */

enum { MG__YEAR, MG__WEEK, MG__DAY, MG__CIRCLES };

/* A column, or a channel of images (a number without a name). */
typedef struct mg__feature {
    char *name;
    mg_kind kind;          /* NUMBER, BOOLEAN, CATEGORY or DATE */
    double centre, spread; /* z = (x - centre) / spread; a date's x is days since 1970. 0 and 1: as it is */
    bool robust;           /* then 2 asinh(z/2) */
    double missing;        /* the x that stands for a missing cell */
    bool indicator;        /* training rows lack some: 1 where the cell is missing (numbers, dates, booleans) */
    bool strays;           /* a cell that is no number, or no date, is missing; else it is refused */
    size_t bins;           /* pieces of a number */
    double *edge;          /* [bins + 1], ascending; NULL: bins = 0 */
    bool month_first;      /* of dates with slashes */
    bool circle[MG__CIRCLES];
    mg__classes categories; /* of booleans: -1 and 1; of categories: one-hot, or the codes from 2 */
    int64_t missing_rows;   /* categories: training rows without one. Above 0: there is a slot for them, or they have code 1 */
    int64_t width;          /* above 0: embedded, and how many numbers a code should become */
    /* Where an encoded row holds it: numbers (0 or 1), dense, then codes (0 or 1) of them. */
    int64_t numbers, dense, codes;
    int64_t number_at, dense_at, code_at;
    char text[64]; /* "robust scale, 12 bins" */
} mg__feature;

typedef struct mg__left_out {
    char *name;
    char *reason; /* a kind's name, or "dropped" */
} mg__left_out;

typedef struct mg__known {
    const char *name;
    size_t feature; /* SIZE_MAX: the target, or left out */
} mg__known;

struct mg_encoder {
    mg_context *context;
    bool interleaved;       /* as format 1 had it: each column's numbers stand where the column does */
    mg_scale scale;         /* never AUTO */
    int64_t image[3];       /* height, width, channels; 0, 0, 0: a table */
    bool pixel_columns;     /* the image's pixels are columns of a table, a feature each; else a feature is a channel */
    mg_image_fit image_fit; /* of pictures */
    size_t features;
    mg__feature *feature;
    int64_t numbers, embeddings, width; /* of an encoded row; width: all of it */
    size_t *embedded;                   /* [embeddings]: features */
    size_t left_outs, left_out_capacity;
    mg__left_out *left_out;
    size_t known_count;
    mg__known *known; /* by name */
    mg_task task;     /* AUTO: no target */
    char *target;     /* NULL: none */
    mg__classes classes;
    double target_centre, target_spread;
    bool target_log;
    double target_low, target_high; /* of the training rows; format 1: infinite */
    char **warning;
    size_t warnings, warning_capacity;
};

mg_encoder *mg__encoder_new(mg_context *context, size_t features);
bool mg__encoder_leave_out(mg_encoder *encoder, const char *name, const char *reason);
/* Lays out the encoded row and sorts the names. false: no memory, or MG_FORMAT, more than 2^31 - 1 numbers a row, or none. */
bool mg__encoder_finish(mg_encoder *encoder, const char *who);

/* The first entry of `known` with this name and, right behind it, those of equal names. known_count: none. */
size_t mg__encoder_find(const mg_encoder *encoder, const char *name);

/* --- a cell ------------------------------------------------------------------------------------------ */

typedef struct mg__cell {
    const char *text; /* NULL: missing, or (with a number) not kept */
    double number;    /* NaN: no number */
} mg__cell;

mg__cell mg__cell_of(const mg__column *column, int64_t row, char scratch[32]);
bool mg__cell_is_missing(mg__cell cell);

/* out: the feature's numbers, dense numbers and code, one after the other. false: no number or date, where one must be. */
bool mg__encode_cell(const mg__feature *feature, mg__cell cell, float *out);
bool mg__is_unseen(const mg__feature *feature, mg__cell cell);           /* a category that training rows had no example of */
bool mg__cell_seconds(mg__cell cell, bool month_first, double *seconds); /* of a date: since 1970 */

/* "t.csv, line 7" or "memory, row 3": where a row is, for messages. */
const char *mg__row_place(const mg_dataset *dataset, int64_t row, char *out, size_t size);

mg_status mg__encode_images(mg_context *context, const mg_encoder *encoder, const mg_dataset *dataset, const int64_t *rows,
                            int64_t count, float *out);

/* --- JSON -------------------------------------------------------------------------------------------- */

/* Is the row's label one of the classes? */
bool mg__encoder_knows(const mg_encoder *encoder, const mg_dataset *dataset, int64_t column, int64_t row);

/* Writes an object. Warnings are not part of it. */
void mg__encoder_write(const mg_encoder *encoder, mg__json_writer *writer);

/* Reads what mg__encoder_write wrote, now or in an earlier version, and refuses everything else: NULL with MG_FORMAT beginning
 * with `who`. */
mg_encoder *mg__encoder_read(mg_context *context, const char *who, const mg__json *object);

#endif
