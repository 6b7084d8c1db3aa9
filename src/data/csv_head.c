/* What a CSV's first rows tell: the separator, whether the first line is a header, the columns' names. */
#include "base/number.h"
#include "data/csv.h"
#include "data/date.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define SAMPLE_ROWS  100     /* besides the first */
#define SAMPLE_CELLS 1000000 /* at most, for very wide tables */
#define MOST_COLUMNS (1 << 20)
#define NAMES_SHOWN  5

/* The first rows; row r's cells are span[r * columns] .. */
typedef struct sample {
    const char *text;
    mg__span *span;
    size_t columns, rows;
    char decimal;
} sample;

/* --- the separator ----------------------------------------------------------------------------------- */

/* How many of the first rows have as many cells as the first, where that is more than one. Returns the number of whole rows. */
static int count_alike(const mg__csv *csv, char separator, int *alike) {
    mg__scan scan = csv->scan;
    size_t first = 0, cells;
    int rows = 0;
    mg__scan_separate(&scan, separator);
    *alike = 0;
    for (; rows < SAMPLE_ROWS; rows++) {
        mg__row row = mg__scan_row(&scan, NULL, 0, &cells);
        if (row == MG__ROW_END || row == MG__ROW_PARTIAL) break;
        if (row != MG__ROW_OK) cells = 0;
        if (rows == 0) first = cells;
        *alike += first > 1 && cells == first;
    }
    return rows;
}

/* The one that cuts the most rows alike. Commas are last: they occur inside cells of the others' tables, and as decimal marks. */
static char find_separator(const mg__csv *csv) {
    static const char candidates[] = { '\t', ';', '|', ',' };
    char best = csv->decimal == ',' ? ';' : ',';
    int most = 0;
    for (size_t i = 0; i < sizeof candidates; i++) {
        int alike;
        count_alike(csv, candidates[i], &alike);
        if (alike > most) most = alike, best = candidates[i];
    }
    return best;
}

/* --- the sample -------------------------------------------------------------------------------------- */

static mg_status refuse(mg__csv *csv, mg__row row) {
    char reason[400];
    mg__csv_reason(csv, row, reason, sizeof reason);
    return mg__fail(csv->context, MG_FORMAT, "%s, %s", csv->name, reason);
}

/* Brings the first row and one below it into the window, where there are such, and finds the separator by all that is there. */
static mg_status separate(mg__csv *csv, char asked) {
    for (;;) {
        int alike;
        mg__scan_separate(&csv->scan, asked != 0 ? asked : find_separator(csv));
        if (count_alike(csv, csv->scan.separator, &alike) >= 2 || csv->scan.final || csv->window->broken) return MG_OK;
        mg_status status = mg__csv_more(csv);
        if (status != MG_OK) return status;
    }
}

/* Rows that are not well-formed, or of another length, are none of the sample. */
static mg_status take_sample(mg__csv *csv, sample *sample) {
    mg__scan scan = csv->scan;
    size_t cells;
    mg__row row = mg__scan_row(&csv->scan, NULL, 0, &sample->columns);
    if (row == MG__ROW_END)
        return mg__fail(csv->context, MG_FORMAT, "%s: empty; give a CSV with a header line and rows", csv->name);
    if (row == MG__ROW_PARTIAL) return mg__csv_more(csv); /* it is broken: says so */
    if (row != MG__ROW_OK) return refuse(csv, row);
    if (sample->columns > MOST_COLUMNS)
        return mg__fail(csv->context, MG_FORMAT, "%s, line %" PRId64 ": %zu columns, which is more than %d; is this a table?",
                        csv->name, csv->scan.row_line, sample->columns, MOST_COLUMNS);
    size_t most = SAMPLE_CELLS / sample->columns;
    most = most > SAMPLE_ROWS ? SAMPLE_ROWS + 1 : most + 2;
    csv->scan = scan;
    sample->text = scan.text;
    sample->span = mg__alloc_array(csv->context, most * sample->columns, sizeof *sample->span);
    if (sample->span == NULL) return MG_OUT_OF_MEMORY;
    for (size_t tries = 0; tries < most; tries++) {
        row = mg__scan_row(&scan, sample->span + sample->rows * sample->columns, sample->columns, &cells);
        if (row == MG__ROW_END || row == MG__ROW_PARTIAL) break;
        sample->rows += row == MG__ROW_OK && cells == sample->columns;
    }
    return MG_OK;
}

/* --- the header -------------------------------------------------------------------------------------- */

typedef enum looks { EMPTY, NUMBER, DATE, WORD } looks;

static const mg__span *cell_at(const sample *s, size_t row, size_t column) { return &s->span[row * s->columns + column]; }

static looks look_at(const sample *s, const mg__span *span) {
    const char *text = s->text + span->at;
    double value;
    if (mg__is_missing(text, span->length)) return EMPTY;
    if (!isnan(mg__cell_number(text, span->length, span->quoted, s->decimal))) return NUMBER;
    if (mg__parse_date(text, span->length, true, &value) || mg__parse_date(text, span->length, false, &value)) return DATE;
    return WORD;
}

/* What nine of ten cells below the first line look like; EMPTY: nothing is there. */
static looks looks_below(const sample *s, size_t column) {
    size_t seen[4] = { 0 };
    for (size_t r = 1; r < s->rows; r++) seen[look_at(s, cell_at(s, r, column))]++;
    size_t there = seen[NUMBER] + seen[DATE] + seen[WORD];
    if (there == 0) return EMPTY;
    if (10 * seen[NUMBER] >= 9 * there) return NUMBER;
    return 10 * seen[DATE] >= 9 * there ? DATE : WORD;
}

static bool recurs(const sample *s, size_t column) {
    const mg__span *first = cell_at(s, 0, column);
    for (size_t r = 1; r < s->rows; r++) {
        const mg__span *other = cell_at(s, r, column);
        if (other->length == first->length && memcmp(s->text + other->at, s->text + first->at, first->length) == 0) return true;
    }
    return false;
}

/* A word above numbers or dates names them. Without such a column: a first line whose cells occur again below them, or are dates
 * above dates, or numbers other than an ascending run of whole ones (0, 1, 2 or 2019, 2020), is a row. */
static bool has_header(const sample *s) {
    bool row = false, run = true;
    size_t numbers = 0;
    double last = 0;
    for (size_t c = 0; c < s->columns; c++) {
        const mg__span *span = cell_at(s, 0, c);
        looks first = look_at(s, span), below = s->rows > 1 ? looks_below(s, c) : EMPTY;
        if (first == WORD && (below == NUMBER || below == DATE)) return true;
        if (first == EMPTY) continue;
        row = row || recurs(s, c) || (first == DATE && below == DATE);
        if (first != NUMBER) continue;
        double value = mg__cell_number(s->text + span->at, span->length, span->quoted, s->decimal);
        run = run && value == floor(value) && isfinite(value) && (numbers == 0 || value == last + 1);
        last = value;
        numbers++;
    }
    return !row && (numbers == 0 || (run && numbers > 1));
}

/* --- names ------------------------------------------------------------------------------------------- */

/* As for the unnamed index that spreadsheets and pandas write. */
static char *number_name(mg_context *context, size_t index) {
    char name[32];
    size_t used = 0;
    mg__append(name, sizeof name, &used, "column%zu", index + 1);
    return mg__strdup(context, name);
}

static char *copy_name(mg_context *context, const char *text, const mg__span *span, size_t index) {
    size_t length = span->length;
    text += span->at;
    while (!span->quoted && length > 0 && (*text == ' ' || *text == '\t')) text++, length--;
    while (!span->quoted && length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t')) length--;
    if (length == 0) return number_name(context, index);
    char *name = mg__alloc(context, length + 1);
    if (name == NULL) return NULL;
    memcpy(name, text, length);
    name[length] = '\0';
    return name;
}

/* "name.2", or ".3" where that is taken too ... The number that was tried last is kept beside the name, so that a thousand equal
 * ones are numbered at once. */
static char *other_name(mg_dataset *head, const char *name, uint32_t code) {
    size_t bytes = strlen(name) + 24, used;
    char *other = mg__alloc(head->context, bytes);
    double *last = &head->names.entries[code].value;
    if (other == NULL) return NULL;
    for (int64_t k = isnan(*last) ? 2 : (int64_t)*last + 1;; k++) {
        used = 0;
        mg__append(other, bytes, &used, "%s.%" PRId64, name, k);
        *last = (double)k;
        if (mg__dictionary_find(&head->names, other, used) == MG__DICTIONARY_NONE) return other;
    }
}

static mg_status name_columns(mg__csv *csv, const sample *s, int64_t line) {
    mg_dataset *head = csv->head;
    char list[300];
    size_t used = 0, renamed = 0;
    bool added;
    for (size_t c = 0; c < s->columns; c++) {
        mg__column *column = &head->column[c];
        mg__span *span = &s->span[c];
        if (csv->header && span->doubled) mg__span_single(csv->scan.text, span);
        column->name = csv->header ? copy_name(csv->context, s->text, span, c) : number_name(csv->context, c);
        if (column->name == NULL) return MG_OUT_OF_MEMORY;
        uint32_t code = mg__dictionary_add(csv->context, &head->names, column->name, strlen(column->name), &added);
        if (code == MG__DICTIONARY_NONE) return MG_OUT_OF_MEMORY;
        if (added) continue;
        char *other = other_name(head, column->name, code);
        mg__free(csv->context, column->name);
        column->name = other;
        if (other == NULL || mg__dictionary_add(csv->context, &head->names, other, strlen(other), &added) == MG__DICTIONARY_NONE)
            return MG_OUT_OF_MEMORY;
        if (renamed++ < NAMES_SHOWN) mg__append(list, sizeof list, &used, "%s%.40s", renamed > 1 ? ", " : "", other);
    }
    if (renamed == 0) return MG_OK;
    return mg__dataset_warn(head, "%s, line %" PRId64 ": %zu column%s a name that was taken; renamed: %s%s", csv->name, line,
                            renamed, renamed == 1 ? " has" : "s have", list, renamed > NAMES_SHOWN ? " ..." : "");
}

/* --- what the user may want to know ------------------------------------------------------------------ */

/* A cell that is a number only if the comma is its point. */
static bool decimal_comma(const sample *s, const mg__span *span) {
    const char *text = s->text + span->at;
    return memchr(text, ',', span->length) != NULL && isnan(mg__cell_number(text, span->length, span->quoted, '.')) &&
           !isnan(mg__cell_number(text, span->length, span->quoted, ','));
}

/* 1,234: a thousand, or little more than one. With another mark or a point it is no riddle. */
static bool ambiguous_comma(const sample *s, const mg__span *span) {
    const char *text = s->text + span->at, *comma = memchr(text, ',', span->length);
    if (comma == NULL || memchr(text, '.', span->length) != NULL) return false;
    size_t behind = span->length - (size_t)(comma + 1 - text);
    return memchr(comma + 1, ',', behind) == NULL && !isnan(mg__cell_number(text, span->length, span->quoted, '.'));
}

static const mg__span *find_cell(const sample *s, bool (*is)(const sample *, const mg__span *), size_t *column) {
    for (*column = 0; *column < s->columns; ++*column)
        for (size_t r = 1; r < s->rows; r++)
            if (is(s, cell_at(s, r, *column))) return cell_at(s, r, *column);
    return NULL;
}

static mg_status warn_of_commas(mg__csv *csv, const sample *s) {
    size_t column;
    const mg__span *span = csv->decimal == '.' ? find_cell(s, decimal_comma, &column) : NULL;
    const char *means = "looks like a number with a decimal comma; if it is";
    if (span == NULL && csv->decimal == '.') {
        span = find_cell(s, ambiguous_comma, &column);
        means = "is read as thousands; if its comma is a decimal mark";
    }
    if (span == NULL) return MG_OK;
    return mg__dataset_warn(csv->head, "%s, column '%.100s': '%.*s' %s, say --decimal ,", csv->name,
                            csv->head->column[column].name, (int)(span->length < 40 ? span->length : 40), s->text + span->at,
                            means);
}

static mg_status name_and_warn(mg__csv *csv, sample *s, mg_header asked) {
    bool guess = s->rows > 0 && has_header(s);
    csv->header = asked == MG_HEADER_AUTO ? guess : asked == MG_HEADER_FIRST;
    csv->head = mg__dataset_new(csv->context, csv->name, (int64_t)s->columns);
    if (csv->head == NULL) return MG_OUT_OF_MEMORY;
    mg__scan scan = csv->scan;
    size_t cells;
    mg__scan_row(&scan, NULL, 0, &cells);
    mg_status status = name_columns(csv, s, scan.row_line);
    if (csv->header) csv->scan = scan;
    if (status == MG_OK && asked == MG_HEADER_AUTO && !csv->header)
        status = mg__dataset_warn(
            csv->head,
            "%s: no header, since line %" PRId64
            " looks like a row: the columns are named column1 to column%zu; if it names them, say --header first",
            csv->name, scan.row_line, s->columns);
    return status == MG_OK ? warn_of_commas(csv, s) : status;
}

mg_status mg__csv_head(mg__csv *csv, const mg_dataset_options *options) {
    sample s = { .decimal = csv->decimal };
    mg_status status = separate(csv, options->separator);
    if (status == MG_OK) status = take_sample(csv, &s);
    if (status == MG_OK) status = name_and_warn(csv, &s, options->header);
    mg__free(csv->context, s.span);
    return status;
}
