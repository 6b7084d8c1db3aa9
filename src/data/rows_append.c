/* Rows of one dataset behind those of another. */
#include "base/number.h"
#include "data/sample.h"

#include <math.h>
#include <string.h>

/* Room for `rows` cells in whichever form the column is in. */
static bool reserve(mg_context *context, mg__column *column, int64_t rows) {
    size_t capacity = (size_t)column->capacity;
    if (column->values != NULL) {
        if (!mg__grow(context, &column->values, &capacity, (size_t)rows, sizeof *column->values)) return false;
    } else if (!mg__grow(context, &column->codes, &capacity, (size_t)rows, sizeof *column->codes))
        return false;
    column->capacity = (int64_t)capacity;
    return true;
}

static bool add_spelling(mg_context *context, mg__column *column, const char *text, double value, uint32_t *code) {
    bool added;
    *code = mg__dictionary_add(context, &column->dictionary, text, strlen(text), &added);
    if (*code == MG__DICTIONARY_NONE) return false;
    if (added) column->dictionary.entries[*code].value = value;
    if (isnan(value)) column->type = MG_COLUMN_TEXT;
    return true;
}

/* A number as it is spelled where nobody knows better. */
static bool add_number(mg_context *context, mg__column *column, double value, uint32_t *code) {
    char text[MG__NUMBER_BYTES + 1];
    *code = MG__MISSING;
    if (isnan(value)) return true;
    text[mg__format_double(value, text)] = '\0';
    return add_spelling(context, column, text, value, code);
}

static bool values_to_codes(mg_context *context, mg__column *column, int64_t rows) {
    double *values = column->values;
    column->values = NULL;
    column->capacity = 0;
    bool ok = reserve(context, column, rows + 1); /* never without an array */
    for (int64_t r = 0; ok && r < rows; r++) ok = add_number(context, column, values[r], &column->codes[r]);
    mg__free(context, values);
    return ok;
}

static bool codes_to_values(mg_context *context, mg__column *column, int64_t rows) {
    uint32_t *codes = column->codes;
    column->codes = NULL;
    column->capacity = 0;
    size_t capacity = 0;
    if (!mg__grow(context, &column->values, &capacity, (size_t)rows + 1, sizeof *column->values)) {
        column->codes = codes;
        return false;
    }
    column->capacity = (int64_t)capacity;
    for (int64_t r = 0; r < rows; r++)
        column->values[r] = codes[r] == MG__MISSING ? (double)NAN : column->dictionary.entries[codes[r]].value;
    mg__free(context, codes);
    mg__dictionary_free(context, &column->dictionary);
    return true;
}

/* A code of `from` and what it is in `to`. */
static bool copy_codes(mg_context *context, mg__column *to, int64_t at, const mg__column *from, const int64_t *rows,
                       int64_t count) {
    uint32_t *known = mg__alloc_array(context, from->dictionary.count, sizeof *known); /* 1 + code; 0: not yet met */
    bool ok = known != NULL;
    for (int64_t i = 0; ok && i < count; i++) {
        uint32_t code = from->codes[rows != NULL ? rows[i] : i], own = MG__MISSING;
        if (code != MG__MISSING && known[code] == 0) {
            ok = add_spelling(context, to, mg__dictionary_text(&from->dictionary, code), from->dictionary.entries[code].value,
                              &own);
            known[code] = own + 1;
        } else if (code != MG__MISSING)
            own = known[code] - 1;
        to->codes[at + i] = own;
    }
    mg__free(context, known);
    return ok;
}

static bool copy_cells(mg_context *context, mg__column *to, int64_t at, const mg__column *from, const int64_t *rows,
                       int64_t count) {
    if (to->values == NULL) {
        if (from->codes != NULL) return copy_codes(context, to, at, from, rows, count);
        for (int64_t i = 0; i < count; i++)
            if (!add_number(context, to, from->values[rows != NULL ? rows[i] : i], &to->codes[at + i])) return false;
        return true;
    }
    for (int64_t i = 0; i < count; i++) to->values[at + i] = mg__column_number(from, rows != NULL ? rows[i] : i);
    return true;
}

static bool append_column(mg_context *context, mg__column *to, int64_t at, const mg__column *from, const int64_t *rows,
                          int64_t count) {
    bool text = from->type == MG_COLUMN_TEXT;
    if (text && to->values != NULL && !values_to_codes(context, to, at)) return false;
    if (from->values != NULL && to->codes != NULL && to->type == MG_COLUMN_NUMBER && !codes_to_values(context, to, at))
        return false;
    if (!reserve(context, to, at + count) || !copy_cells(context, to, at, from, rows, count)) return false;
    for (int64_t i = 0; i < count; i++) {
        int64_t r = at + i;
        to->missing += to->values != NULL ? isnan(to->values[r]) : to->codes[r] == MG__MISSING;
    }
    bool many = to->codes != NULL && to->type == MG_COLUMN_NUMBER && to->dictionary.count > MG__DICTIONARY_LIMIT;
    return !many || codes_to_values(context, to, at + count);
}

bool mg__rows_append(mg_dataset *to, const mg_dataset *from, const int64_t *rows, int64_t count) {
    for (int64_t c = 0; c < to->columns; c++)
        if (!append_column(to->context, &to->column[c], to->rows, &from->column[c], rows, count)) return false;
    to->rows += count;
    return true;
}

size_t mg__dataset_bytes(const mg_dataset *d) {
    size_t bytes = 0;
    for (int64_t c = 0; c < d->columns; c++) {
        const mg__column *column = &d->column[c];
        const mg__dictionary *words = &column->dictionary;
        bytes += (size_t)d->rows * (column->values != NULL ? sizeof *column->values : sizeof *column->codes);
        bytes += words->text_length + words->count * sizeof *words->entries + words->slot_count * sizeof *words->slots;
    }
    return bytes;
}
