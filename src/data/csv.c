/* Rows of a CSV into columns. Rows are taken in batches: their cells are found and checked row by row, then stored column by
 * column, so that a column's dictionary and the end of its cells stay in the cache. */
#include "data/csv.h"

#include "data/date.h"
#include "data/kind.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define BATCH_CELLS 16384
#define BATCH_ROWS  256
#define FIRST_CELLS 65536     /* room for so many at first */
#define SMALL_PIECE 65536     /* rows up to which all spellings of a piece may be kept */
#define LONG_CELL   (1 << 20) /* bytes: an unclosed quote, probably, or another mishap */

/* --- the text ---------------------------------------------------------------------------------------- */

static void look(mg__csv *csv) {
    csv->scan.text = csv->window->text;
    csv->scan.at = csv->window->at;
    csv->scan.end = csv->window->good;
    csv->scan.final = mg__window_final(csv->window);
}

/* What stops the window is told with its line and cell. */
static mg_status refuse_byte(mg__csv *csv) {
    mg__scan scan = csv->scan;
    size_t place = csv->window->good, cells = 0;
    scan.end = place;
    scan.final = true;
    if (mg__scan_row(&scan, NULL, 0, &cells) != MG__ROW_OK) cells = (size_t)scan.bad_cell;
    if (cells == 0) cells = 1;
    int64_t line = csv->scan.line;
    for (size_t i = csv->scan.at; i < place; i++) {
        char c = scan.text[i];
        line += c == '\n' || (c == '\r' && scan.text[i + 1] != '\n');
    }
    unsigned byte = (unsigned char)scan.text[place];
    if (byte == 0)
        return mg__fail(
            csv->context, MG_FORMAT,
            "%s, line %" PRId64
            ": a NUL byte: this is a binary file of no kind that is known here, or text in UTF-16; give a CSV in UTF-8",
            csv->name, line);
    char column[128];
    size_t used = 0;
    column[0] = '\0';
    if (csv->head != NULL && (int64_t)cells <= csv->head->columns)
        mg__append(column, sizeof column, &used, "column '%.80s'", csv->head->column[cells - 1].name);
    else
        mg__append(column, sizeof column, &used, "cell %zu", cells);
    return mg__fail(csv->context, MG_FORMAT,
                    "%s, line %" PRId64
                    ", %s: byte 0x%02X is no UTF-8; if the file is in Latin-1, convert it: iconv -f latin1 -t utf-8",
                    csv->name, line, column, byte);
}

mg_status mg__csv_more(mg__csv *csv) {
    if (csv->window->broken) return refuse_byte(csv);
    csv->window->at = csv->scan.at;
    mg_status status = mg__window_fill(csv->window, csv->scan.line);
    look(csv);
    return status;
}

/* --- rows -------------------------------------------------------------------------------------------- */

mg__mark mg__csv_mark(const mg__csv *csv) { return (mg__mark){ csv->window->offset + csv->scan.at, csv->scan.line }; }

void mg__csv_reason(const mg__csv *csv, mg__row row, char *out, size_t size) {
    const mg__scan *s = &csv->scan;
    size_t used = 0;
    if (row == MG__ROW_OPEN)
        mg__append(out, size, &used, "line %" PRId64 ": cell %" PRId64 " begins with a quote that is never closed", s->bad_quote,
                   s->bad_cell);
    else
        mg__append(out, size, &used,
                   "line %" PRId64 ": cell %" PRId64 ", opened by a quote on line %" PRId64
                   ", is closed by one, but then more text follows; write a quote inside a quoted cell twice",
                   s->bad_line, s->bad_cell, s->bad_quote);
}

/* Is a well-formed row one of this table? Where not, says why. */
static bool fits(const mg__csv *csv, const mg__span *spans, size_t cells, char *reason) {
    size_t used = 0;
    if ((int64_t)cells != csv->head->columns) {
        mg__append(reason, MG__REASON_BYTES, &used, "line %" PRId64 ": %zu cell%s where the %s has %" PRId64, csv->scan.row_line,
                   cells, cells == 1 ? "" : "s", csv->header ? "header" : "first row", csv->head->columns);
        return false;
    }
    for (int64_t i = 0; i < csv->checks; i++) {
        int64_t c = csv->check[i];
        const mg__column *column = &csv->head->column[c];
        const char *text = csv->scan.text + spans[c].at;
        size_t length = spans[c].length;
        double value;
        if (mg__is_missing(text, length)) continue;
        bool date = column->asked == MG_KIND_DATE;
        if (date ? mg__parse_date(text, length, true, &value) || mg__parse_date(text, length, false, &value)
                 : !isnan(mg__cell_number(text, length, spans[c].quoted, csv->decimal)))
            continue;
        mg__append(reason, MG__REASON_BYTES, &used, "line %" PRId64 ", column '%.100s': '%.*s'%s is no %s", csv->scan.row_line,
                   column->name, (int)(length < 60 ? length : 60), text, length < 60 ? "" : "...", date ? "date" : "number");
        return false;
    }
    return true;
}

/* A bad row: left out where that is allowed, and counted, once however often the file is read. */
static mg_status skip_row(mg__csv *csv, int64_t line, const char *reason) {
    uint64_t end = mg__csv_mark(csv).offset;
    if (end <= csv->counted) return MG_OK;
    if (csv->skip_bad == 0)
        return mg__fail(csv->context, MG_FORMAT, "%s, %s; correct it, or leave such rows out with --skip-bad", csv->name, reason);
    if (csv->bad.count >= csv->skip_bad)
        return mg__fail(csv->context, MG_FORMAT,
                        "%s, %s (%" PRId64 " such row%s left out before it; more may be with a larger --skip-bad)", csv->name,
                        reason, csv->bad.count, csv->bad.count == 1 ? " was" : "s were");
    csv->counted = end;
    if (csv->bad.count < MG__LINES_SHOWN) csv->bad.lines[csv->bad.count] = line;
    if (csv->bad.count++ == 0) memcpy(csv->bad.first, reason, MG__REASON_BYTES);
    return MG_OK;
}

typedef enum gathered { FULL, CUT, END, FAILED } gathered;

static void note_long_cell(mg__csv *csv, const mg__span *spans) {
    for (int64_t c = 0; csv->long_cell.bytes == 0 && c < csv->head->columns; c++) {
        if (spans[c].length < LONG_CELL) continue;
        csv->long_cell.line = csv->scan.row_line;
        csv->long_cell.column = c + 1;
        csv->long_cell.bytes = spans[c].length;
    }
}

/* Finds the cells of up to `most` good rows; lines[i] is where row i begins. CUT: the window holds no more whole rows. */
static gathered gather(mg__csv *csv, int64_t most, int64_t *lines, int64_t *rows) {
    for (*rows = 0; *rows < most;) {
        size_t columns = (size_t)csv->head->columns, cells;
        mg__span *spans = csv->spans + (size_t)*rows * columns;
        char reason[MG__REASON_BYTES];
        size_t begin = csv->scan.at;
        mg__row row = mg__scan_row(&csv->scan, spans, columns, &cells);
        if (row == MG__ROW_END) return END;
        if (row == MG__ROW_PARTIAL) return CUT;
        bool good = row == MG__ROW_OK;
        for (size_t c = 0; good && csv->scan.doubled && c < columns && c < cells; c++)
            if (spans[c].doubled) mg__span_single(csv->scan.text, &spans[c]);
        if (!good)
            mg__csv_reason(csv, row, reason, sizeof reason);
        else
            good = fits(csv, spans, cells, reason);
        if (good && csv->scan.at - begin >= LONG_CELL) note_long_cell(csv, spans);
        if (good)
            lines[(*rows)++] = csv->scan.row_line;
        else if (skip_row(csv, csv->scan.row_line, reason) != MG_OK)
            return FAILED;
    }
    return FULL;
}

/* --- into columns ------------------------------------------------------------------------------------ */

/* How much of the input the scan has seen; 0: not known. */
static double share_read(const mg__csv *csv) {
    const mg__window *w = csv->window;
    uint64_t at, length;
    mg__input_position(w->input, &at, &length);
    if (length == 0 || w->offset + w->length == 0) return 0;
    return (double)at / (double)length * (double)(w->offset + csv->scan.at) / (double)(w->offset + w->length);
}

/* Room for `more` further rows; where the file's length is known, the rows to come are guessed from those that were read. */
static bool reserve(mg__csv *csv, mg_dataset *d, int64_t more, int64_t max_rows) {
    int64_t have = d->column[0].capacity, wanted = d->rows + more;
    if (wanted <= have) return true;
    double part = share_read(csv), guess = part > 0 ? 1.02 * (double)(csv->rows + wanted) / part - (double)csv->rows + 16 : 0;
    int64_t capacity = guess > 4 * (double)wanted || part == 0 ? 4 * wanted : (int64_t)guess;
    if (capacity < wanted + wanted / 4) capacity = wanted + wanted / 4;
    if (capacity > max_rows) capacity = max_rows;
    for (int64_t c = 0; c < d->columns; c++)
        if (!mg__column_grow(csv->context, &d->column[c], d->rows, capacity)) return false;
    if (d->lines == NULL) return true;
    int64_t *lines = mg__realloc(csv->context, d->lines, (size_t)capacity * sizeof *lines);
    if (lines == NULL) return false;
    d->lines = lines;
    return true;
}

/* Notes the line on which row r begins: the first row tells the rest, and an array is only needed once rows and lines part. */
static bool note_line(mg_dataset *d, int64_t row, int64_t line) {
    if (row == 0) d->first_line = line;
    if (d->lines == NULL && line == d->first_line + row) return true;
    if (d->lines == NULL) {
        d->lines = mg__alloc_array(d->context, (size_t)d->column[0].capacity, sizeof *d->lines);
        if (d->lines == NULL) return false;
        for (int64_t r = 0; r < row; r++) d->lines[r] = d->first_line + r;
    }
    d->lines[row] = line;
    return true;
}

/* Text after so many numbers that they lost their spelling: the column is read again, or (a pipe) makes do. */
static mg_status turn_to_text(mg__csv *csv, mg_dataset *d, int64_t c, int64_t rows) {
    mg__column *column = &d->column[c];
    csv->plain[c] = false;
    if (mg__input_rewinds(csv->window->input)) {
        csv->late[c] = true;
        return MG_OK;
    }
    if (!mg__column_spell(csv->context, column, rows)) return MG_OUT_OF_MEMORY;
    return mg__dataset_warn(csv->head,
                            "column '%.100s': numbers in the first %" PRId64
                            " rows, then text; since %s cannot be read twice, 1.0 among them is spelled 1 now",
                            column->name, rows, csv->name);
}

static mg_status fill_column(mg__csv *csv, mg_dataset *d, int64_t c, int64_t row, int64_t rows) {
    mg__cells cells = { csv->scan.text, csv->spans + c, (size_t)d->columns, rows, csv->decimal };
    while (cells.count > 0) {
        int64_t done;
        mg__put put = mg__column_fill(csv->context, &d->column[c], row, &cells, &done);
        if (put == MG__PUT_OK) break;
        if (put == MG__PUT_FAILED || turn_to_text(csv, d, c, row + done) != MG_OK) return mg_context_status(csv->context);
        if (csv->late[c]) break;
        row += done;
        cells.count -= done;
        cells.span += (size_t)done * cells.stride;
    }
    return MG_OK;
}

static mg_status tell_bad_rows(mg__csv *csv) {
    char lines[128] = "";
    size_t used = 0;
    if (csv->bad.count == 0) return MG_OK;
    if (csv->bad.count == 1) return mg__dataset_warn(csv->head, "%s: 1 bad row was left out: %s", csv->name, csv->bad.first);
    for (int i = 0; i < MG__LINES_SHOWN && i < csv->bad.count; i++)
        mg__append(lines, sizeof lines, &used, "%s%" PRId64, i > 0 ? ", " : "", csv->bad.lines[i]);
    return mg__dataset_warn(csv->head, "%s: %" PRId64 " bad rows were left out, on lines %s%s; the first: %s", csv->name,
                            csv->bad.count, lines, csv->bad.count > MG__LINES_SHOWN ? " ..." : "", csv->bad.first);
}

static mg_status tell_long_cell(mg__csv *csv) {
    if (csv->long_cell.bytes == 0) return MG_OK;
    return mg__dataset_warn(csv->head, "%s, line %" PRId64 ", column '%.100s': a cell as long as %.1f MB; is a quote missing?",
                            csv->name, csv->long_cell.line, csv->head->column[csv->long_cell.column - 1].name,
                            (double)csv->long_cell.bytes / 1e6);
}

/* At the first end: what the rows were found to have. */
static mg_status tell(mg__csv *csv) {
    if (csv->told) return MG_OK;
    mg_status status = tell_long_cell(csv);
    if (status == MG_OK) status = tell_bad_rows(csv);
    csv->told = status == MG_OK;
    return status;
}

/* Reads up to max_rows rows into columns that are empty; `again`: only those that are late. */
static mg_status read_rows(mg__csv *csv, mg_dataset *d, int64_t max_rows, bool again) {
    gathered state = FULL;
    int64_t row = 0;
    while (row < max_rows && state != END) {
        int64_t lines[BATCH_ROWS], rows, left = max_rows - row;
        state = gather(csv, left < csv->batch ? left : csv->batch, lines, &rows);
        if (state == FAILED || (!again && !reserve(csv, d, rows, max_rows))) return mg_context_status(csv->context);
        for (int64_t r = 0; !again && r < rows; r++)
            if (!note_line(d, row + r, lines[r])) return MG_OUT_OF_MEMORY;
        for (int64_t c = 0; c < d->columns; c++) {
            if (csv->late[c] != again) continue;
            mg_status status = fill_column(csv, d, c, row, rows);
            if (status != MG_OK) return status;
        }
        row += rows;
        if (!again) d->rows = row;
        if (state == CUT && mg__csv_more(csv) != MG_OK) return mg_context_status(csv->context);
    }
    return state == END ? tell(csv) : MG_OK;
}

/* --- pieces ------------------------------------------------------------------------------------------ */

static mg_status go_to(mg__csv *csv, mg__mark mark) {
    mg_status status = mg__window_seek(csv->window, mark.offset);
    csv->scan.line = mark.line;
    look(csv);
    return status;
}

mg_status mg__csv_seek(mg__csv *csv, mg__mark mark) {
    memset(csv->plain, 0, (size_t)csv->head->columns * sizeof *csv->plain); /* known of the piece behind, not of this one */
    return go_to(csv, mark);
}

/* Names and kinds from the head; empty columns with a little room. */
static mg_dataset *begin_piece(mg__csv *csv, int64_t max_rows) {
    const mg_dataset *head = csv->head;
    mg_dataset *d = mg__dataset_new(csv->context, csv->name, head->columns);
    if (d == NULL) return NULL;
    /* What cannot be read again at once keeps its spellings, as long as that is no more than a little. */
    bool spelled = max_rows <= SMALL_PIECE && !mg__input_seeks(csv->window->input);
    int64_t room = FIRST_CELLS / head->columns + 1;
    if (room > max_rows) room = max_rows;
    bool ok = true;
    for (int64_t c = 0; ok && c < head->columns; c++) {
        mg__column *column = &d->column[c];
        const mg__column *from = &head->column[c];
        column->asked = from->asked;
        column->type = from->type;
        column->spelled = from->spelled || spelled;
        column->name = mg__strdup(csv->context, from->name);
        ok = column->name != NULL && (csv->plain[c] && !column->spelled ? mg__column_start_values(csv->context, column, room)
                                                                        : mg__column_start(csv->context, column, room));
        csv->late[c] = false;
    }
    if (ok && mg__dataset_index(d) == MG_OK) return d;
    mg_dataset_destroy(d);
    return NULL;
}

/* The columns that are late, from the beginning of the piece once more. */
static mg_status read_again(mg__csv *csv, mg_dataset *d, mg__mark begin) {
    bool any = false;
    for (int64_t c = 0; c < d->columns; c++) {
        if (csv->late[c] && !mg__column_restart(csv->context, &d->column[c], d->rows)) return MG_OUT_OF_MEMORY;
        any = any || csv->late[c];
    }
    if (!any) return MG_OK;
    mg__mark end = mg__csv_mark(csv);
    mg_status status = go_to(csv, begin);
    if (status == MG_OK) status = read_rows(csv, d, d->rows, true);
    if (status == MG_OK && mg__csv_mark(csv).offset != end.offset) status = go_to(csv, end);
    return status;
}

static mg_status no_rows(mg__csv *csv) {
    if (csv->bad.count > 0) return mg__fail(csv->context, MG_FORMAT, "%s: every row is bad", csv->name);
    return mg__fail(csv->context, MG_FORMAT, "%s: a header without any row below it", csv->name);
}

mg_dataset *mg__csv_next(mg__csv *csv, int64_t max_rows, mg_status *status) {
    mg__mark begin = mg__csv_mark(csv);
    mg_dataset *d = begin_piece(csv, max_rows);
    *status = d == NULL ? MG_OUT_OF_MEMORY : read_rows(csv, d, max_rows, false);
    if (*status == MG_OK) *status = read_again(csv, d, begin);
    if (*status == MG_OK && d->rows == 0 && begin.offset == csv->first.offset) *status = no_rows(csv);
    if (*status != MG_OK || d->rows == 0) {
        mg_dataset_destroy(d);
        return NULL;
    }
    for (int64_t c = 0; c < d->columns; c++) csv->plain[c] = d->column[c].values != NULL;
    csv->rows += d->rows;
    return d;
}

/* --- opening ----------------------------------------------------------------------------------------- */

/* What was said about columns: which cells are to be checked, and whose spellings are kept. */
static mg_status ask_kinds(mg__csv *csv, const char *types) {
    mg_dataset *head = csv->head;
    mg_status status = mg__kinds_ask(csv->context, head, types);
    csv->check = mg__alloc_array(csv->context, (size_t)head->columns, sizeof *csv->check);
    if (csv->check == NULL) return MG_OUT_OF_MEMORY;
    for (int64_t c = 0; status == MG_OK && c < head->columns; c++) {
        mg__column *column = &head->column[c];
        if (column->asked == MG_KIND_NUMBER || column->asked == MG_KIND_DATE) csv->check[csv->checks++] = c;
        if (column->asked == MG_KIND_AUTO || column->asked == MG_KIND_NUMBER) continue;
        column->type = MG_COLUMN_TEXT;
        column->spelled = true;
    }
    return status;
}

static mg_status open_csv(mg__csv *csv, const mg_dataset_options *options) {
    look(csv);
    if (csv->scan.end >= 3 && memcmp(csv->scan.text, "\xef\xbb\xbf", 3) == 0) csv->scan.at = csv->window->at = 3;
    mg_status status = mg__csv_head(csv, options);
    if (status != MG_OK) return status;
    size_t columns = (size_t)csv->head->columns;
    csv->batch = (int64_t)(BATCH_CELLS / columns) + 1;
    if (csv->batch > BATCH_ROWS) csv->batch = BATCH_ROWS;
    csv->spans = mg__alloc_array(csv->context, (size_t)csv->batch * columns, sizeof *csv->spans);
    csv->plain = mg__alloc_zero(csv->context, columns);
    csv->late = mg__alloc_zero(csv->context, columns);
    if (csv->spans == NULL || csv->plain == NULL || csv->late == NULL) return MG_OUT_OF_MEMORY;
    csv->first = mg__csv_mark(csv);
    return ask_kinds(csv, options->types);
}

mg__csv *mg__csv_open(mg_context *context, mg__window *window, const mg_dataset_options *options) {
    mg__csv *csv = mg__alloc_zero(context, sizeof *csv);
    if (csv == NULL) return NULL;
    csv->context = context;
    csv->window = window;
    csv->name = mg__input_name(window->input);
    csv->decimal = options->decimal;
    csv->skip_bad = options->skip_bad;
    csv->scan.line = 1;
    if (open_csv(csv, options) == MG_OK) return csv;
    mg__csv_close(csv);
    return NULL;
}

void mg__csv_close(mg__csv *csv) {
    if (csv == NULL) return;
    mg_dataset_destroy(csv->head);
    mg__free(csv->context, csv->spans);
    mg__free(csv->context, csv->check);
    mg__free(csv->context, csv->plain);
    mg__free(csv->context, csv->late);
    mg__free(csv->context, csv);
}
