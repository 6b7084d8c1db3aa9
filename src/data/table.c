/* Columns of a dataset: how cells are stored, and reading them back. */
#include "data/table.h"

#include "base/number.h"

#include <math.h>
#include <string.h>

static bool is_blank(char c) { return c == ' ' || c == '\t'; }

static void trim(const char **text, size_t *length) {
    while (*length > 0 && is_blank(**text)) ++*text, --*length;
    while (*length > 0 && is_blank((*text)[*length - 1])) --*length;
}

static bool same_letters(const char *text, size_t length, const char *lower) {
    if (strlen(lower) != length) return false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i] >= 'A' && text[i] <= 'Z' ? (char)(text[i] + 32) : text[i];
        if (c != lower[i]) return false;
    }
    return true;
}

bool mg__is_missing(const char *text, size_t length) {
    static const char *const marks[] = { "", "na", "n/a", "nan", "null", "?" };
    if (length > 0 && *text != 'n' && *text != 'N' && *text != '?' && !is_blank(*text)) return false; /* nearly all cells */
    trim(&text, &length);
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (same_letters(text, length, marks[i])) return true;
    return false;
}

mg_dataset *mg__dataset_new(mg_context *context, const char *source, int64_t columns) {
    mg_dataset *d = mg__alloc_zero(context, sizeof *d);
    if (d == NULL) return NULL;
    d->context = context;
    d->columns = columns;
    d->source = mg__strdup(context, source);
    d->column = mg__alloc_array(context, (size_t)columns, sizeof *d->column);
    for (int64_t c = 0; d->column != NULL && c < columns; c++) d->column[c].asked = MG_KIND_AUTO;
    if (d->source != NULL && d->column != NULL) return d;
    mg_dataset_destroy(d);
    return NULL;
}

void mg_dataset_destroy(mg_dataset *d) {
    if (d == NULL) return;
    for (int64_t c = 0; d->column != NULL && c < d->columns; c++) {
        mg__free(d->context, d->column[c].name);
        mg__free(d->context, d->column[c].codes);
        mg__free(d->context, d->column[c].values);
        mg__dictionary_free(d->context, &d->column[c].dictionary);
    }
    mg__free(d->context, d->column);
    mg__free(d->context, d->source);
    mg__free(d->context, d->lines);
    mg__free(d->context, d->bytes);
    mg__free(d->context, d->floats);
    mg__free(d->context, d);
}

/* Uninitialised room for the cells: each is written before it is read. */
static void *alloc_cells(mg_context *context, int64_t rows, size_t size) {
    size_t bytes;
    if (mg__size_multiply((size_t)rows, size, &bytes)) return mg__alloc(context, bytes);
    mg__fail_memory(context, SIZE_MAX);
    return NULL;
}

bool mg__column_start(mg_context *context, mg__column *column, int64_t rows) {
    column->capacity = rows;
    column->codes = alloc_cells(context, rows, sizeof *column->codes);
    return column->codes != NULL;
}

bool mg__column_restart(mg_context *context, mg__column *column, int64_t rows) {
    mg__free(context, column->values);
    column->values = NULL;
    column->missing = 0;
    column->type = MG_COLUMN_TEXT;
    return mg__column_start(context, column, rows);
}

static double parse_cell(const char *text, size_t length, bool quoted) {
    double value = NAN;
    if (!quoted && length > 0 && (is_blank(*text) || is_blank(text[length - 1]))) trim(&text, &length);
    return mg__parse_double(text, length, &value) ? value : NAN;
}

/* More numbers than a dictionary is good for: codes become values. */
static bool drop_dictionary(mg_context *context, mg__column *column, int64_t rows) {
    column->values = alloc_cells(context, column->capacity, sizeof *column->values);
    if (column->values == NULL) return false;
    for (int64_t r = 0; r < rows; r++)
        column->values[r] = column->codes[r] == MG__MISSING ? NAN : column->dictionary.entries[column->codes[r]].value;
    mg__free(context, column->codes);
    column->codes = NULL;
    mg__dictionary_free(context, &column->dictionary);
    return true;
}

mg__put mg__column_put(mg_context *context, mg__column *column, int64_t row, const char *text, size_t length, bool quoted) {
    if (column->values != NULL) {
        double value = parse_cell(text, length, quoted);
        if (isnan(value)) {
            if (!mg__is_missing(text, length)) return MG__PUT_LATE;
            column->missing++;
        }
        column->values[row] = value;
        return MG__PUT_OK;
    }
    if (mg__is_missing(text, length)) {
        column->missing++;
        column->codes[row] = MG__MISSING;
        return MG__PUT_OK;
    }
    bool added;
    uint32_t code = mg__dictionary_add(context, &column->dictionary, text, length, &added);
    if (code == MG__DICTIONARY_NONE) return MG__PUT_FAILED;
    column->codes[row] = code;
    if (!added) return MG__PUT_OK;
    double value = parse_cell(text, length, quoted);
    column->dictionary.entries[code].value = value;
    if (isnan(value)) column->type = MG_COLUMN_TEXT;
    if (column->type == MG_COLUMN_TEXT || column->dictionary.count <= MG__DICTIONARY_LIMIT) return MG__PUT_OK;
    return drop_dictionary(context, column, row + 1) ? MG__PUT_OK : MG__PUT_FAILED;
}

const char *mg__column_text(const mg__column *column, int64_t row, char scratch[32]) {
    if (column->codes != NULL)
        return column->codes[row] == MG__MISSING ? NULL : mg__dictionary_text(&column->dictionary, column->codes[row]);
    if (isnan(column->values[row])) return NULL;
    scratch[mg__format_double(column->values[row], scratch)] = '\0';
    return scratch;
}

double mg__column_number(const mg__column *column, int64_t row) {
    if (column->values != NULL) return column->values[row];
    return column->codes[row] == MG__MISSING ? NAN : column->dictionary.entries[column->codes[row]].value;
}
