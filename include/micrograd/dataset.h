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

/* What a column means. Found by looking at its cells (micrograd/profile.h); the user may know better. */
#define MG_KIND_TABLE(X)                                                                               \
    X(NUMBER, "number", "numbers that can be compared and averaged")                                   \
    X(BOOLEAN, "boolean", "two values: 0 and 1, yes and no, true and false ...")                       \
    X(CATEGORY, "category", "one of a set of values without an order")                                 \
    X(DATE, "date", "a day, with or without a time: 2026-11-24, 2026-11-24T13:05:00Z, 24.11.2026 ...") \
    X(TEXT, "text", "free text: too many different values to learn from; left out")                    \
    X(ID, "id", "a name or number of the row itself; left out")                                        \
    X(CONSTANT, "constant", "the same in every row, or never there; left out")

typedef enum mg_kind {
    MG_KIND_AUTO = MG_AUTO, /* found by looking */
#define MG_KIND_ENUM(id, name, doc) MG_KIND_##id,
    MG_KIND_TABLE(MG_KIND_ENUM)
#undef MG_KIND_ENUM
        MG_KINDS,
} mg_kind;

const char *mg_kind_name(mg_kind kind); /* "number" ...; "auto"; NULL: there is no such kind */

typedef enum mg_header {
    MG_HEADER_AUTO = MG_AUTO, /* a first line that looks like the lines below it is a row: column1, column2 ... then */
    MG_HEADER_NONE = 0,       /* there is none */
    MG_HEADER_FIRST,          /* the first line names the columns */
} mg_header;

/* How a picture of another size than is wanted gets it. */
typedef enum mg_image_fit {
    MG_FIT_RESIZE, /* stretched to it */
    MG_FIT_CROP,   /* the largest middle part of the wanted proportions, then resized */
} mg_image_fit;

typedef enum mg_image_color {
    MG_COLOR_AUTO = MG_AUTO, /* colour, if any of the pictures has it */
    MG_COLOR_GREY = 0,       /* 1 channel: 0.299 R + 0.587 G + 0.114 B */
    MG_COLOR_COLOR,          /* 3 channels: red, green, blue */
} mg_image_color;

typedef struct mg_dataset_options {
    char separator;     /* of a CSV's cells: ',' ';' tab or '|'; default 0: the one that cuts the first lines alike */
    char decimal;       /* '.' (default), or ',': 3,14 is a number then and 1.234,5 one with a thousands mark */
    mg_header header;   /* default AUTO */
    const char *types;  /* "age=number,zip=category": kinds that the user knows; NULL (default): none. A cell of a column that
                           was said to be of numbers and is none is a bad cell; likewise dates */
    int64_t skip_bad;   /* rows that may be left out because they are ragged or have a bad cell, counted and told in a warning;
                           one more is refused. Default 0: the first is refused */
    uint64_t max_bytes; /* longest input accepted, after decompression; default 16 GiB */
    const char *labels; /* the file of an image file's labels; default NULL: looked for beside it */
    /* What PNG and JPEG pictures become: */
    const char *image_size;     /* "28x28", HEIGHTxWIDTH; default NULL: the size that most of them have */
    mg_image_fit image_fit;     /* default RESIZE */
    mg_image_color image_color; /* default AUTO */
    int64_t image_shape[3];     /* height, width, channels (1 or 3) whatever size and color say, as another dataset or a model has
                                   them (mg_dataset_image_shape, mg_encoder_pictures); default 0, 0, 0 */
} mg_dataset_options;

mg_dataset_options mg_dataset_defaults(void);

/* Reads a file; "-" is standard input. What it is shows in its content, not in its name:
 * - gzip (of anything below) is decompressed;
 * - IDX images (magic 00 00 type 03: [rows, height, width]; 04: [rows, height, width, channels]). Their labels are looked for in
 * the same folder: "images-idx3" in the file's name becomes "labels-idx1", with and without ".gz". Without that file there is no
 * column;
 * - PNG and JPEG pictures (in builds with libpng, libjpeg): a file is one image, a folder all of them, sorted by name. A folder
 * whose folders hold pictures has the columns `file` ("cat/1.png") and `label` ("cat"), else `file` alone. Depths become 8 bits,
 * transparency lies on white; each is decoded once, by all threads of the context. One that is damaged is left out of a folder
 * with a warning; at most 2^26 pixels and 256 MB a file;
 * - NPY (of numbers): [rows, columns] gives columns x0, x1, ...; [rows] one. NPZ: an array X (or x) as above and y [rows], the
 * last column, named y; or a single array;
 * - else CSV (RFC 4180), UTF-8: separator as in the options; cells may be quoted and then hold separators, line ends
 * and doubled quotes; line ends LF or CRLF; a UTF-8 byte order mark and blank lines are skipped. A header is found as in the
 * options; of two columns of one name the second is renamed (name.2), with a warning. Missing is: an empty cell, NA, N/A, NaN,
 * null (any case), ?. Blanks around an unquoted number, a missing mark or a name in the header do not count, nor do blanks
 * around quotes. A cell is a number if it is decimal, inf, or has thousands marks (1,234,567.8; not 0,123). A column is of
 * numbers if all its cells that are not missing are, else of text. Memory: 4 bytes a cell of a column with at most 4096 distinct
 * values (they keep their spelling), 8 bytes for others, and a buffer of a few megabytes. NULL on failure; the message names
 * file, line and column: MG_FILE (not there, not readable), MG_FORMAT (empty, no rows, ragged, a quote never closed, a NUL byte,
 * bytes that are no UTF-8, truncated, sizes beyond the input, an array of objects, no picture that can be read), MG_UNSUPPORTED
 * (a picture of a kind that this build does not read), MG_SETTING (a separator that is none; a
 * column in `types` that is not there, a kind that is none). */
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

/* What reading wants the user to know: no header, renamed columns, rows skipped. Sentences without a full stop. A reader's pieces
 * have none: the reader tells them (below). */
int64_t mg_dataset_warnings(const mg_dataset *dataset);
const char *mg_dataset_warning(const mg_dataset *dataset, int64_t index);

/* The line of the file where a row begins, counted from 1; 0 where there is no such thing. */
int64_t mg_dataset_line(const mg_dataset *dataset, int64_t row);

/* --- a piece at a time: files of any size ------------------------------------------------------------ */

/*     mg_reader *reader = mg_reader_open(ctx, "large.csv.gz", NULL);
 *     for (mg_dataset *piece; (piece = mg_reader_next(reader, 8192)) != NULL; mg_dataset_destroy(piece)) use(piece);
 *     if (mg_reader_status(reader) != MG_OK) fprintf(stderr, "%s\n", mg_context_message(ctx));
 *     mg_reader_close(reader);
 */
typedef struct mg_reader mg_reader;

/* Opens what mg_dataset_read reads. A CSV is read as it comes, in memory of a few megabytes (more only for a longer row); other
 * formats are read whole and handed out piece by piece. NULL on failure. */
mg_reader *mg_reader_open(mg_context *context, const char *path, const mg_dataset_options *options);
/* The next at most max_rows rows (fewer at the end), a dataset of its own with the file's columns; the caller destroys it.
 * Whether a column is of numbers or text is told by the piece's own cells. NULL at the end, and on failure. */
mg_dataset *mg_reader_next(mg_reader *reader, int64_t max_rows);
mg_status mg_reader_status(const mg_reader *reader); /* MG_OK: all is well so far, or the end was reached */
int64_t mg_reader_rows(const mg_reader *reader);     /* handed out so far */
/* What reading wants the user to know of the whole file; all of it is there once the end was reached. */
int64_t mg_reader_warnings(const mg_reader *reader);
const char *mg_reader_warning(const mg_reader *reader, int64_t index);
/* Bytes of the file read so far and its length (compressed, where it is); 0: not known (a pipe). For progress. */
void mg_reader_position(const mg_reader *reader, uint64_t *at, uint64_t *length);
/* Back to the first row. MG_UNSUPPORTED: standard input cannot be read twice. */
mg_status mg_reader_rewind(mg_reader *reader);
void mg_reader_close(mg_reader *reader); /* NULL is fine */

/* --- the target -------------------------------------------------------------------------------------- */

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

/* Chooses the target (NULL: the last column; a name, or where no column is called so a column's number from 0) and its task.
 * `types` of the dataset's options go before; else text: classification (numbers with a few words between them are numbers).
 * Whole numbers with at most 20 distinct values: classification. Else regression. Rows whose target is missing, infinite or
 * (regression) no number are left out. MG_SETTING: no column of that name (the message lists those that exist), or a task that
 * does not fit (text cannot be regressed); MG_FORMAT: every value missing, only one distinct value, dates, texts that name the
 * rows (more than half of at least 20 rows have their own, and classification was not asked for). */
mg_status mg_dataset_target(mg_context *context, const mg_dataset *dataset, const char *name, mg_task task, mg_target *target);

#ifdef __cplusplus
}
#endif
#endif
