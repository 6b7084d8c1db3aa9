/* A dataset from inside: columns, their dictionaries, pixels. */
#ifndef MG_TABLE_H
#define MG_TABLE_H

#include "base/base.h"
#include "data/dictionary.h"

#include <micrograd/dataset.h>

#define MG__DICTIONARY_LIMIT 4096 /* distinct values up to which a column of numbers keeps their spelling */
#define MG__MISSING UINT32_MAX

/* Cells are codes into the dictionary, or (numbers with more distinct values than the limit) values, NaN for missing. */
typedef struct mg__column {
    char *name;
    mg_column_type type;
    uint32_t *codes;
    double *values;
    mg__dictionary dictionary;
    int64_t missing;
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
};

/* An empty dataset with `columns` unnamed columns; NULL on failure. */
mg_dataset *mg__dataset_new(mg_context *context, const char *source, int64_t columns);

/* Is it one of the marks for a missing value? Blanks around it do not count. */
bool mg__is_missing(const char *text, size_t length);

/* The spelling of a cell, or NULL for missing; scratch is used where the spelling was not kept. */
const char *mg__column_text(const mg__column *column, int64_t row, char scratch[32]);
double mg__column_number(const mg__column *column, int64_t row);

/* Readers: data is the decompressed input. */
mg_dataset *mg__csv_read(mg_context *context, const char *path, const char *data, size_t length, char separator);
bool mg__idx_is(const char *data, size_t length);
mg_dataset *mg__idx_read(mg_context *context, const char *path, const char *data, size_t length);
/* Adds the column `label` from an IDX file of labels. */
mg_status mg__idx_labels(mg_dataset *dataset, const char *path, const char *data, size_t length);

#endif
