/* A dataset from inside: columns, their dictionaries, pixels. */
#ifndef MG_TABLE_H
#define MG_TABLE_H

#include "base/base.h"
#include "data/dictionary.h"

#include <micrograd/dataset.h>

#define MG__DICTIONARY_LIMIT 4096 /* distinct values up to which a column of numbers keeps their spelling */
#define MG__MISSING          UINT32_MAX

/* Cells are codes into the dictionary, or (numbers with more distinct values than the limit) values, NaN for missing. */
typedef struct mg__column {
    char *name;
    mg_column_type type;
    uint32_t *codes;
    double *values;
    mg__dictionary dictionary;
    mg_kind asked; /* what the user said that it is; AUTO: nothing */
    int64_t missing;
    int64_t capacity; /* cells that codes or values have room for */
} mg__column;

struct mg_dataset {
    mg_context *context;
    char *source;
    int64_t rows, columns;
    mg__column *column;
    int64_t *lines; /* where each row begins; NULL: row r on line first_line + r, or nowhere (first_line 0) */
    int64_t first_line;
    int64_t image[3]; /* height, width, channels; 0, 0, 0: a table */
    uint8_t *bytes;   /* pixels: one of the two */
    float *floats;
    char **warning;
    size_t warnings, warning_capacity;
};

/* An empty dataset with `columns` unnamed columns; NULL on failure. */
mg_dataset *mg__dataset_new(mg_context *context, const char *source, int64_t columns);

/* MG_SETTING: "who: source has no column 'name'; it has: a, b, ..." */
mg_status mg__no_such_column(mg_context *context, const mg_dataset *dataset, const char *who, const char *name);

/* Is it one of the marks for a missing value? Blanks around it do not count. */
bool mg__is_missing(const char *text, size_t length);

/* The spelling of a cell, or NULL for missing; scratch is used where the spelling was not kept. */
const char *mg__column_text(const mg__column *column, int64_t row, char scratch[32]);
double mg__column_number(const mg__column *column, int64_t row);

/* Building a column cell by cell. start: room for `rows` cells. put: stores what the file spells; blanks around do not count for
 * numbers and missing marks unless the cell was quoted. */
typedef enum mg__put {
    MG__PUT_OK,
    MG__PUT_LATE, /* a text after so many numbers that spellings were let go: the column must be read again (mg__column_restart)
                   */
    MG__PUT_FAILED,
} mg__put;
bool mg__column_start(mg_context *context, mg__column *column, int64_t rows);
mg__put mg__column_put(mg_context *context, mg__column *column, int64_t row, const char *text, size_t length, bool quoted);
bool mg__column_restart(mg_context *context, mg__column *column,
                        int64_t rows); /* as text, spellings kept whatever their number */

/* Readers: data is the decompressed input. */
mg_dataset *mg__csv_read(mg_context *context, const char *path, const char *data, size_t length, char separator);
bool mg__idx_is(const char *data, size_t length);
mg_dataset *mg__idx_read(mg_context *context, const char *path, const char *data, size_t length);
/* Adds the column `label` from an IDX file of labels. */
mg_status mg__idx_labels(mg_dataset *dataset, const char *path, const char *data, size_t length);
/* The name, without ".gz", that the labels of an image file would have (freed by the caller), or NULL where the name tells none.
 * false: no memory. */
bool mg__idx_labels_name(mg_context *context, const char *path, char **labels);

#endif
