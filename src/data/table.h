/* A dataset from inside: columns, their dictionaries, pixels. */
#ifndef MG_TABLE_H
#define MG_TABLE_H

#include "data/cell.h"
#include "data/column.h"

struct mg_dataset {
    mg_context *context;
    char *source;
    int64_t rows, columns;
    mg__column *column;
    int64_t *lines; /* where each row begins; NULL: row r on line first_line + r, or nowhere (first_line 0) */
    int64_t first_line;
    int64_t image[3];       /* height, width, channels; 0, 0, 0: a table */
    mg_image_fit image_fit; /* how pictures of other sizes were made this size */
    uint8_t *bytes;         /* pixels: one of the two */
    float *floats;
    mg__dictionary names; /* of columns: code c is column c; may be empty */
    char **warning;
    size_t warnings, warning_capacity;
};

/* An empty dataset with `columns` unnamed columns; NULL on failure. */
mg_dataset *mg__dataset_new(mg_context *context, const char *source, int64_t columns);

/* Each row is a picture, and the first column its file. */
bool mg__has_picture_names(const mg_dataset *dataset);

/* MG_SETTING: "who: source has no column 'name'; it has: a, b, ..." */
mg_status mg__no_such_column(mg_context *context, const mg_dataset *dataset, const char *who, const char *name);

/* A sentence without a full stop, cut at some 500 bytes. */
mg_status mg__dataset_warn(mg_dataset *dataset, const char *format, ...) MG__PRINTF(2, 3);
/* Makes mg_dataset_find quick. All columns are named, no two alike. */
mg_status mg__dataset_index(mg_dataset *dataset);
/* `count` rows from `first` on, as a dataset of their own. */
mg_dataset *mg__dataset_slice(const mg_dataset *dataset, int64_t first, int64_t count);
/* The same of rows[0 .. count - 1], in that order, in any context: what the file would be with these rows alone, their lines and
 * the kinds that were asked for kept. Its warnings are not copied. Only reads `dataset`, which other threads may be reading. */
mg_dataset *mg__dataset_take(mg_context *context, const mg_dataset *dataset, const int64_t *rows, int64_t count);
/* Of its names, cells, pixels and the kinds that were asked for; not of where they came from. */
uint64_t mg__dataset_hash(const mg_dataset *dataset);

/* Readers: data is the decompressed input. */
mg_dataset *mg__csv_read(mg_context *context, const char *path, const char *data, size_t length,
                         char separator); /* 0: detected */
bool mg__idx_is(const char *data, size_t length);
mg_dataset *mg__idx_read(mg_context *context, const char *path, const char *data, size_t length);
/* Adds the column `label` from the file of labels that was named or lies beside the images. */
mg_status mg__idx_beside(mg_dataset *dataset, const char *path, const mg_dataset_options *options);
/* The same from bytes. */
mg_status mg__idx_labels(mg_dataset *dataset, const char *path, const char *data, size_t length);
/* The name, without ".gz", that the labels of an image file would have (freed by the caller), or NULL where the name tells none.
 * false: no memory. */
bool mg__idx_labels_name(mg_context *context, const char *path, char **labels);

#endif
