/* CSV into a table, in one pass (and a second one over columns that turn out to be text after thousands of numbers). */
#include "base/number.h"
#include "data/csv_scan.h"
#include "data/table.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <string.h>

static mg_status no_csv(mg_context *context, const char *path, const char *data, size_t length, const char *nul) {
    if (length >= 6 && memcmp(data, "\x93NUMPY", 6) == 0)
        return mg__fail(context, MG_FORMAT, "%s: a NumPy file, which is not read yet; save it as CSV with numpy.savetxt", path);
    if (length >= 4 && memcmp(data, "PK\3\4", 4) == 0)
        return mg__fail(context, MG_FORMAT, "%s: a zip archive or a spreadsheet; export the table as CSV", path);
    if (length >= 2 && (memcmp(data, "\xff\xfe", 2) == 0 || memcmp(data, "\xfe\xff", 2) == 0))
        return mg__fail(context, MG_FORMAT, "%s: text in UTF-16; save it as UTF-8", path);
    int64_t line = 1;
    for (const char *c = data; c < nul; c++) line += *c == '\n';
    return mg__fail(context, MG_FORMAT,
                    "%s, line %" PRId64
                    ": a NUL byte: this is a binary file of no kind that is known here; give a CSV with a header, or IDX images",
                    path, line);
}

/* How many cells the header has. The scanner is left behind it. */
static int64_t count_header(mg__csv *scan) {
    mg__cell cell = { .last = false };
    int64_t columns = 0;
    while (!cell.last)
        if (!mg__csv_cell(scan, ++columns, &cell)) return -1;
    return columns;
}

static bool name_column(mg_context *context, mg__column *column, int64_t index, mg__cell cell) {
    char unnamed[32];
    size_t used = 0;
    while (!cell.quoted && cell.length > 0 && (*cell.text == ' ' || *cell.text == '\t')) cell.text++, cell.length--;
    while (!cell.quoted && cell.length > 0 && (cell.text[cell.length - 1] == ' ' || cell.text[cell.length - 1] == '\t'))
        cell.length--;
    if (cell.length == 0) { /* as the unnamed index that spreadsheets and pandas write */
        mg__append(unnamed, sizeof unnamed, &used, "column%" PRId64, index + 1);
        cell.text = unnamed;
        cell.length = used;
    }
    column->name = mg__alloc(context, cell.length + 1);
    if (column->name == NULL) return false;
    memcpy(column->name, cell.text, cell.length);
    column->name[cell.length] = '\0';
    return true;
}

static bool names_differ(const mg_dataset *d, int64_t line) {
    const char **names = mg__alloc_array(d->context, (size_t)d->columns, sizeof *names);
    if (names == NULL) return false;
    for (int64_t c = 0; c < d->columns; c++) names[c] = d->column[c].name;
    mg__sort(names, (size_t)d->columns, sizeof *names, mg__compare_text, NULL);
    bool differ = true;
    for (int64_t c = 1; differ && c < d->columns; c++)
        if (strcmp(names[c - 1], names[c]) == 0) {
            mg__fail(d->context, MG_FORMAT,
                     "%s, line %" PRId64 ": two columns are named '%.100s'; the first line must name each column once", d->source,
                     line, names[c]);
            differ = false;
        }
    mg__free(d->context, names);
    return differ;
}

/* A first line of numbers, some with fractions, names no columns: it is a row. (Whole numbers may be names: 0, 1, 2 or 2024,
 * 2025.) */
static bool has_header(const mg_dataset *d, int64_t line) {
    bool fractions = false;
    for (int64_t c = 0; c < d->columns; c++) {
        double value;
        const char *name = d->column[c].name;
        if (!mg__parse_double(name, strlen(name), &value)) return true;
        fractions = fractions || strchr(name, '.') != NULL;
    }
    if (!fractions) return true;
    mg__fail(d->context, MG_FORMAT,
             "%s, line %" PRId64 ": numbers only: the header is missing; put a line with the columns' names first", d->source,
             line);
    return false;
}

/* The header's names. `scan` is a copy that stands before it. */
static bool read_header(mg_dataset *d, mg__csv *scan) {
    int64_t line = scan->line;
    mg__cell cell;
    for (int64_t c = 0; c < d->columns; c++)
        if (!mg__csv_cell(scan, c + 1, &cell) || !name_column(d->context, &d->column[c], c, cell)) return false;
    return has_header(d, line) && names_differ(d, line);
}

/* An upper bound of the rows: each but the last takes a line end, and each a separator between its cells. */
static int64_t bound_rows(const char *at, const char *end, int64_t columns) {
    int64_t lines = 1, bytes = end - at;
    for (const char *c = at; (c = memchr(c, '\n', (size_t)(end - c))) != NULL; c++) lines++;
    for (const char *c = at; (c = memchr(c, '\r', (size_t)(end - c))) != NULL; c++) lines += c + 1 == end || c[1] != '\n';
    int64_t fit = bytes / columns + 1;
    return lines < fit ? lines : fit;
}

/* Notes the line on which row r begins: row 0 tells the first, and an array is only needed once rows and lines part. */
static bool note_line(mg_dataset *d, int64_t row, int64_t line, int64_t capacity) {
    if (row == 0) d->first_line = line;
    if (d->lines == NULL && line == d->first_line + row) return true;
    if (d->lines == NULL) {
        d->lines = mg__alloc_array(d->context, (size_t)capacity, sizeof *d->lines);
        if (d->lines == NULL) return false;
        for (int64_t r = 0; r < row; r++) d->lines[r] = d->first_line + r;
    }
    d->lines[row] = line;
    return true;
}

/* How many cells the row that begins at `scan` has. */
static mg_status ragged(const mg_dataset *d, mg__csv scan) {
    int64_t line = scan.line, cells = count_header(&scan);
    mg__free(d->context, scan.scratch); /* the copy's own: the original had its taken away */
    if (cells < 0) return mg_context_status(d->context);
    return mg__fail(d->context, MG_FORMAT, "%s, line %" PRId64 ": %" PRId64 " cell%s where the header has %" PRId64, d->source,
                    line, cells, cells == 1 ? "" : "s", d->columns);
}

/* Reads a row into the columns; late[c] marks those that need the second pass, which reads only them. */
static bool read_row(mg_dataset *d, mg__csv *scan, int64_t row, bool *late, bool again) {
    mg__csv begin = *scan;
    mg__cell cell = { .last = false };
    int64_t c = 0;
    while (!cell.last) {
        if (!mg__csv_cell(scan, c + 1, &cell)) return false;
        if (c == d->columns) break;
        if (late[c] == again) {
            mg__put put = mg__column_put(d->context, &d->column[c], row, cell.text, cell.length, cell.quoted);
            if (put == MG__PUT_FAILED) return false;
            if (put == MG__PUT_LATE) late[c] = true;
        }
        c++;
    }
    if (c == d->columns && cell.last) return true;
    begin.scratch = NULL;
    begin.scratch_capacity = 0;
    ragged(d, begin);
    return false;
}

static bool read_rows(mg_dataset *d, mg__csv *scan, bool *late) {
    int64_t capacity = bound_rows(scan->at, scan->end, d->columns);
    mg__csv first = *scan;
    bool any_late = false;
    for (int64_t c = 0; c < d->columns; c++)
        if (!mg__column_start(d->context, &d->column[c], capacity)) return false;
    while (mg__csv_begin_row(scan)) {
        if (!note_line(d, d->rows, scan->line, capacity) || !read_row(d, scan, d->rows, late, false)) return false;
        d->rows++;
    }
    if (d->rows == 0) {
        mg__fail(d->context, MG_FORMAT, "%s: a header without any row below it", d->source);
        return false;
    }
    for (int64_t c = 0; c < d->columns; c++) {
        any_late = any_late || late[c];
        if (late[c] && !mg__column_restart(d->context, &d->column[c], d->rows)) return false;
    }
    if (!any_late) return true;
    scan->at = first.at;
    scan->line = first.line;
    for (int64_t r = 0; r < d->rows; r++)
        if (!mg__csv_begin_row(scan) || !read_row(d, scan, r, late, true)) return false;
    return true;
}

static mg_dataset *read_table(mg__csv *scan) {
    mg__csv header = *scan; /* no scratch yet */
    int64_t columns = count_header(scan);
    mg_dataset *d = columns < 0 ? NULL : mg__dataset_new(scan->context, scan->path, columns);
    bool *late = d == NULL ? NULL : mg__alloc_zero(scan->context, (size_t)columns);
    bool ok = late != NULL && read_header(d, &header) && read_rows(d, scan, late);
    mg__free(scan->context, header.scratch);
    mg__free(scan->context, late);
    if (ok) return d;
    mg_dataset_destroy(d);
    return NULL;
}

mg_dataset *mg__csv_read(mg_context *context, const char *path, const char *data, size_t length, char separator) {
    const char *nul = length == 0 ? NULL : memchr(data, '\0', length);
    if (nul != NULL) {
        no_csv(context, path, data, length, nul);
        return NULL;
    }
    mg__csv scan = { .context = context, .path = path, .at = data, .end = data + length, .line = 1 };
    if (length >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) scan.at += 3;
    if (!mg__csv_begin_row(&scan)) {
        mg__fail(context, MG_FORMAT, "%s: empty; give a CSV with a header line and rows", path);
        return NULL;
    }
    scan.separator = separator != '\0' ? separator : mg__csv_separator(scan.at, scan.end);
    mg_dataset *d = read_table(&scan);
    mg__free(context, scan.scratch);
    return d;
}
