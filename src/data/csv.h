/* A CSV a piece at a time. csv.c reads rows into columns; csv_head.c finds out what the columns are. */
#ifndef MG_CSV_H
#define MG_CSV_H

#include "data/csv_scan.h"
#include "data/reader.h"
#include "data/table.h"
#include "data/window.h"

#define MG__REASON_BYTES 400
#define MG__LINES_SHOWN  5

typedef struct mg__csv {
    mg_context *context;
    const char *name; /* of the input */
    mg__window *window;
    mg__scan scan; /* of what is in the window */
    char decimal;
    bool header;            /* the first line is one */
    mg_dataset *head;       /* names, kinds and warnings, without rows */
    mg__mark first;         /* where the rows begin */
    int64_t *check, checks; /* columns that were said to be of numbers or dates */
    int64_t skip_bad;       /* so many may be left out */
    struct {
        int64_t count, lines[MG__LINES_SHOWN];
        char first[MG__REASON_BYTES];
    } bad;            /* rows that were */
    uint64_t counted; /* the place up to which they were counted, once however often the file is read */
    struct {
        int64_t line, column; /* from 1 */
        size_t bytes;         /* 0: there is none */
    } long_cell;              /* the first */
    int64_t rows;             /* handed out */
    bool told;                /* the end was reached: the head has all warnings */
    mg__span *spans;          /* of a batch of rows */
    int64_t batch;            /* rows */
    bool *plain;              /* a column that had too many numbers to keep their spellings */
    bool *late;               /* a column that turned out not to be such a one */
} mg__csv;

/* The window is borrowed and stands at its beginning. NULL on failure. */
mg__csv *mg__csv_open(mg_context *context, mg__window *window, const mg_dataset_options *options);
/* NULL: the end, or *status says why. */
mg_dataset *mg__csv_next(mg__csv *csv, int64_t max_rows, mg_status *status);
mg__mark mg__csv_mark(const mg__csv *csv);
mg_status mg__csv_seek(mg__csv *csv, mg__mark mark);
void mg__csv_close(mg__csv *csv);

/* More of the text comes into the window. MG_FORMAT: no UTF-8, or a row that is too long. */
mg_status mg__csv_more(mg__csv *csv);
/* Finds separator and header, names the columns; the scan is left at the first row. */
mg_status mg__csv_head(mg__csv *csv, const mg_dataset_options *options);
/* Why the scan found no row: "line 7: cell 2 ..." */
void mg__csv_reason(const mg__csv *csv, mg__row row, char *out, size_t size);

#endif
