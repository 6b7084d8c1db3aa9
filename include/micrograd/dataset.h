/* micrograd/dataset.h: a table of named columns, or images with labels, in memory.
 *
 *     mg_dataset *iris = mg_dataset_read(ctx, "data/iris.csv", NULL);
 *     int64_t species = mg_dataset_find(iris, "species");
 *     double width = mg_dataset_number(iris, 0, 1);
 *     mg_dataset_destroy(iris);
 *
 * Rows and columns count from 0. A table's cell is a number, a text, or missing. Images are a block of pixels [rows, height,
 * width, channels] beside the columns; the only column of an image file is its `label`, where a file of labels was found.
 */
#ifndef MICROGRAD_DATASET_H
#define MICROGRAD_DATASET_H

#include <micrograd/tensor.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_dataset mg_dataset;

typedef struct mg_dataset_options {
    char separator;     /* of a CSV's cells: ',', ';' or tab; default 0: whichever the header line has most of */
    uint64_t max_bytes; /* longest input accepted, after decompression; default 16 GiB */
    const char *labels; /* the file of an image file's labels; default NULL: looked for beside it */
} mg_dataset_options;

mg_dataset_options mg_dataset_defaults(void);

/* Reads a file; "-" is standard input. What it is shows in its content, not in its name:
 * - gzip (of anything below) is decompressed;
 * - IDX images (magic 00 00 type 03: [rows, height, width]; 04: [rows, height, width, channels]). Their labels are looked for in
 * the same folder: "images-idx3" in the file's name becomes "labels-idx1", with and without ".gz". Without that file there is no
 * column;
 * - else CSV (RFC 4180) with a header line: separator as in the options; cells may be quoted and then hold separators, line ends
 * and doubled quotes; line ends LF or CRLF; a UTF-8 byte order mark and blank lines are skipped; bytes that are not UTF-8 stay as
 * they are. Missing is: an empty cell, NA, N/A, NaN, null (any case), ?. Blanks around an unquoted number, a missing mark or a
 * name in the header do not count. A column is of numbers if all its cells that are not missing are (decimal, or inf), else of
 * text. Memory: 4 bytes a cell of a column with at most 4096 distinct values (they keep their spelling), 8 bytes for others, and
 * the input once while it is read. NULL on failure; the message names file, line and column: MG_FILE (not there, not readable),
 * MG_FORMAT (empty, no rows, ragged, a quote never closed, a NUL byte, two columns of one name, truncated, sizes beyond the
 * input), MG_SETTING (a separator that is none). */
mg_dataset *mg_dataset_read(mg_context *context, const char *path, const mg_dataset_options *options);

/* A table from memory, copied: x is [rows, features] (f32, f64, i32), or images [rows, height, width, channels] (f32); y is
 * [rows] (or [rows, 1]), or NULL. `names` has features + 1 entries (the last names y; images: 1 entry), or is NULL: x0, x1, ...,
 * y. NaN is missing. NULL on failure (MG_INVALID). */
mg_dataset *mg_dataset_create(mg_context *context, const mg_tensor *x, const mg_tensor *y, const char *const *names);

void mg_dataset_destroy(mg_dataset *dataset); /* NULL is fine */

/* The path that was read, or "memory". Belongs to the dataset, as all text below. */
const char *mg_dataset_source(const mg_dataset *dataset);

int64_t mg_dataset_rows(const mg_dataset *dataset);
int64_t mg_dataset_columns(const mg_dataset *dataset);

/* Height, width, channels. false: this is a table, shape is untouched. */
bool mg_dataset_image_shape(const mg_dataset *dataset, int64_t shape[3]);
double mg_dataset_pixel(const mg_dataset *dataset, int64_t row, int64_t index); /* index: (y * width + x) * channels + c */

typedef enum mg_column_type {
    MG_COLUMN_NUMBER,
    MG_COLUMN_TEXT,
} mg_column_type;

/* Columns and cells; indices must be in range. */
int64_t mg_dataset_find(const mg_dataset *dataset, const char *name); /* -1: there is no such column */
const char *mg_dataset_column_name(const mg_dataset *dataset, int64_t column);
mg_column_type mg_dataset_column_type(const mg_dataset *dataset, int64_t column);
int64_t mg_dataset_column_missing(const mg_dataset *dataset, int64_t column); /* cells */
int64_t mg_dataset_column_distinct(const mg_dataset *dataset,
                                   int64_t column); /* spellings; -1: numbers, not counted beyond 4096 */
bool mg_dataset_missing(const mg_dataset *dataset, int64_t row, int64_t column);
double mg_dataset_number(const mg_dataset *dataset, int64_t row, int64_t column); /* NaN: missing, or no number */

/* The cell as the file spells it, copied as snprintf does: returns its length and cuts what does not fit. Numbers of a column
 * with more than 4096 distinct values come in their shortest spelling instead. Missing: "". */
size_t mg_dataset_text(const mg_dataset *dataset, int64_t row, int64_t column, char *out, size_t size);

/* The line of the file where a row begins, counted from 1; 0 where there is no such thing. */
int64_t mg_dataset_line(const mg_dataset *dataset, int64_t row);

typedef enum mg_task {
    MG_TASK_AUTO = MG_AUTO,
    MG_TASK_CLASSIFICATION = 0,
    MG_TASK_REGRESSION,
} mg_task;

const char *mg_task_name(mg_task task); /* "auto", "classification", "regression" */

typedef struct mg_target {
    int64_t column;
    mg_task task;     /* never AUTO */
    int64_t missing;  /* rows without it; they are left out */
    int64_t distinct; /* classes; for regression values, -1: more than 4096 */
    char reason[256]; /* a sentence: why this column and this task */
} mg_target;

/* Chooses the target (NULL: the last column) and its task. Text: classification. Whole numbers with at most 20 distinct values:
 * classification. Else regression. MG_SETTING: no column of that name (the message lists those that exist), or a task that does
 * not fit (text cannot be regressed); MG_FORMAT: every value missing, or only one distinct value. */
mg_status mg_dataset_target(mg_context *context, const mg_dataset *dataset, const char *name, mg_task task, mg_target *target);

#ifdef __cplusplus
}
#endif
#endif
