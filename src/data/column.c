#include "data/column.h"

#include "base/number.h"
#include "data/cell.h"

#include <float.h>
#include <math.h>
#include <string.h>

/* --- reading back ------------------------------------------------------------------------------------ */

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

/* --- room -------------------------------------------------------------------------------------------- */

/* Not zeroed: each cell is written before it is read. */
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

bool mg__column_start_values(mg_context *context, mg__column *column, int64_t rows) {
    column->capacity = rows;
    column->values = alloc_cells(context, rows, sizeof *column->values);
    return column->values != NULL;
}

bool mg__column_grow(mg_context *context, mg__column *column, int64_t rows, int64_t capacity) {
    size_t size = column->codes != NULL ? sizeof *column->codes : sizeof *column->values;
    void *old = column->codes != NULL ? (void *)column->codes : (void *)column->values, *cells;
    cells = alloc_cells(context, capacity, size);
    if (cells == NULL) return false;
    memcpy(cells, old, (size_t)rows * size);
    mg__free(context, old);
    if (column->codes != NULL)
        column->codes = cells;
    else
        column->values = cells;
    column->capacity = capacity;
    return true;
}

bool mg__column_restart(mg_context *context, mg__column *column, int64_t rows) {
    mg__free(context, column->values);
    column->values = NULL;
    column->missing = 0;
    column->spelled = true;
    return mg__column_start(context, column, rows);
}

void mg__column_free(mg_context *context, mg__column *column) {
    mg__free(context, column->name);
    mg__free(context, column->codes);
    mg__free(context, column->values);
    mg__dictionary_free(context, &column->dictionary);
}

/* --- cells ------------------------------------------------------------------------------------------- */

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

bool mg__column_spell(mg_context *context, mg__column *column, int64_t rows) {
    double *values = column->values;
    char text[MG__NUMBER_BYTES];
    bool ok = true;
    column->values = NULL;
    column->spelled = true;
    if (!mg__column_start(context, column, column->capacity)) {
        column->values = values;
        return false;
    }
    for (int64_t r = 0; ok && r < rows; r++) {
        column->codes[r] = MG__MISSING;
        if (isnan(values[r])) continue;
        bool added;
        column->codes[r] = mg__dictionary_add(context, &column->dictionary, text, mg__format_double(values[r], text), &added);
        ok = column->codes[r] != MG__DICTIONARY_NONE;
        if (ok) column->dictionary.entries[column->codes[r]].value = values[r];
    }
    mg__free(context, values);
    return ok;
}

/* Digits with at most one '.', 15 of them at most, and so exact in a double, as is the power of ten: one division rounds
 * correctly (see base/number.c). Most numbers are spelled so. */
static bool quick_number(const char *text, size_t length, double *value) {
#if FLT_EVAL_METHOD == 0 || FLT_EVAL_METHOD == 1
    static const double powers[16] = { 1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15 };
    const char *at = text, *end = text + length, *point;
    bool negative = length > 0 && *at == '-';
    int64_t digits = 0;
    at += negative;
    if (end - at > 16) return false;
    const char *first = at;
    for (; at < end && (unsigned)(*at - '0') <= 9; at++) digits = digits * 10 + (*at - '0');
    point = at;
    if (at < end && *at == '.')
        for (at++; at < end && (unsigned)(*at - '0') <= 9; at++) digits = digits * 10 + (*at - '0');
    if (at < end || at == first || at - first > 15 + (point < end) || (point < end && at - first < 2)) return false;
    double magnitude = (double)digits;
    if (point < end) magnitude /= powers[end - point - 1];
    *value = negative ? -magnitude : magnitude;
    return true;
#else
    (void)text, (void)length, (void)value;
    return false;
#endif
}

static mg__put put_value(mg__column *column, int64_t row, const char *text, size_t length, bool quoted, char decimal) {
    double value;
    if (decimal != '.' || !quick_number(text, length, &value)) value = mg__cell_number(text, length, quoted, decimal);
    if (isnan(value)) {
        if (!mg__is_missing(text, length)) return MG__PUT_LATE;
        column->missing++;
    }
    column->values[row] = value;
    return MG__PUT_OK;
}

static mg__put put_code(mg_context *context, mg__column *column, int64_t row, const char *text, size_t length, bool quoted,
                        char decimal) {
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
    double value = mg__cell_number(text, length, quoted, decimal);
    column->dictionary.entries[code].value = value;
    if (isnan(value)) column->type = MG_COLUMN_TEXT;
    if (column->type == MG_COLUMN_TEXT || column->spelled || column->dictionary.count <= MG__DICTIONARY_LIMIT) return MG__PUT_OK;
    return drop_dictionary(context, column, row + 1) ? MG__PUT_OK : MG__PUT_FAILED;
}

mg__put mg__column_fill(mg_context *context, mg__column *column, int64_t row, const mg__cells *cells, int64_t *done) {
    mg__put put = MG__PUT_OK;
    for (*done = 0; put == MG__PUT_OK && *done < cells->count; *done += put == MG__PUT_OK) {
        const mg__span *span = cells->span + (size_t)*done * cells->stride;
        const char *text = cells->text + span->at;
        put = column->values != NULL ? put_value(column, row + *done, text, span->length, span->quoted, cells->decimal)
                                     : put_code(context, column, row + *done, text, span->length, span->quoted, cells->decimal);
    }
    return put;
}

mg__put mg__column_put(mg_context *context, mg__column *column, int64_t row, const char *text, size_t length, bool quoted) {
    return column->values != NULL ? put_value(column, row, text, length, quoted, '.')
                                  : put_code(context, column, row, text, length, quoted, '.');
}

bool mg__column_put_name(mg_context *context, mg__column *column, int64_t row, const char *name) {
    bool added;
    uint32_t code = mg__dictionary_add(context, &column->dictionary, name, strlen(name), &added);
    if (code == MG__DICTIONARY_NONE) return false;
    double value = mg__cell_number(name, strlen(name), true, '.');
    column->codes[row] = code;
    column->dictionary.entries[code].value = value;
    if (isnan(value)) column->type = MG_COLUMN_TEXT;
    return true;
}
