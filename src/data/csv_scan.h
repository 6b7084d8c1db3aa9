/* The cells of a CSV text (RFC 4180), one after the other. */
#ifndef MG_CSV_SCAN_H
#define MG_CSV_SCAN_H

#include "base/base.h"

typedef struct mg__csv {
    mg_context *context;
    const char *path; /* for messages */
    const char *at, *end;
    char separator;
    int64_t line;  /* of `at`, from 1 */
    char *scratch; /* a quoted cell without its doubled quotes; freed by the caller */
    size_t scratch_capacity;
} mg__csv;

typedef struct mg__cell {
    const char *text; /* valid until the next cell */
    size_t length;
    bool quoted;
    bool last; /* of its row */
} mg__cell;

/* Steps over blank lines. false: the text ends here. */
bool mg__csv_begin_row(mg__csv *scan);

/* The next cell of the row; after the last one, `at` is where the next row may begin. false: a quote is never closed, or
 * something follows a closing one; or no memory. `column` counts from 1, for messages. */
bool mg__csv_cell(mg__csv *scan, int64_t column, mg__cell *cell);

/* The most frequent of comma, semicolon and tab in the line, outside quotes; comma where there is none. */
char mg__csv_separator(const char *line, const char *end);

#endif
