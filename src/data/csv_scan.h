/* Rows of a CSV text (RFC 4180): where their cells lie. Pure: text in, places out. */
#ifndef MG_CSV_SCAN_H
#define MG_CSV_SCAN_H

#include "data/column.h"

typedef struct mg__scan {
    char *text; /* text[end] may be read; what follows up to the next separator or line end, too */
    size_t at, end;
    bool final;     /* nothing will follow text[end) */
    bool stop[256]; /* bytes that end an unquoted cell */
    char separator;
    int64_t line;     /* of `at`, from 1 */
    int64_t row_line; /* of the row that was read last: where it begins */
    bool doubled;     /* it holds cells with doubled quotes */
    /* Where a row is not well-formed: its line, its cell from 1, and the line of the quote that opens the cell. */
    int64_t bad_line, bad_cell, bad_quote;
} mg__scan;

typedef enum mg__row {
    MG__ROW_OK,
    MG__ROW_END,     /* there is none */
    MG__ROW_PARTIAL, /* its end is not in the text yet; no more than blank lines were skipped */
    MG__ROW_QUOTE,   /* something follows a closing quote: the scan is behind that line */
    MG__ROW_OPEN,    /* a quote is never closed: the scan is behind the row's first line */
} mg__row;

void mg__scan_separate(mg__scan *scan, char separator);

/* The next row, blank lines skipped: where the first `room` of its cells lie, and how many it has. */
mg__row mg__scan_row(mg__scan *scan, mg__span *spans, size_t room, size_t *cells);

/* Makes one of each doubled quote, in the text. */
void mg__span_single(char *text, mg__span *span);

#endif
