/* A dataset as a thing: making it, its warnings, some of its rows. */
#include "data/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define WARNING_BYTES 512

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

bool mg__has_picture_names(const mg_dataset *d) {
    return d->image[0] > 0 && d->columns > 0 && strcmp(d->column[0].name, "file") == 0;
}

void mg_dataset_destroy(mg_dataset *d) {
    if (d == NULL) return;
    for (int64_t c = 0; d->column != NULL && c < d->columns; c++) mg__column_free(d->context, &d->column[c]);
    for (size_t i = 0; i < d->warnings; i++) mg__free(d->context, d->warning[i]);
    mg__dictionary_free(d->context, &d->names);
    mg__free(d->context, d->warning);
    mg__free(d->context, d->column);
    mg__free(d->context, d->source);
    mg__free(d->context, d->lines);
    mg__free(d->context, d->bytes);
    mg__free(d->context, d->floats);
    mg__free(d->context, d);
}

mg_status mg__dataset_warn(mg_dataset *d, const char *format, ...) {
    char text[WARNING_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    if (!mg__grow(d->context, &d->warning, &d->warning_capacity, d->warnings + 1, sizeof *d->warning)) return MG_OUT_OF_MEMORY;
    d->warning[d->warnings] = mg__strdup(d->context, text);
    if (d->warning[d->warnings] == NULL) return MG_OUT_OF_MEMORY;
    d->warnings++;
    return MG_OK;
}

mg_status mg__dataset_index(mg_dataset *d) {
    bool added;
    for (int64_t c = 0; c < d->columns; c++) {
        const char *name = d->column[c].name;
        if (mg__dictionary_add(d->context, &d->names, name, strlen(name), &added) == MG__DICTIONARY_NONE)
            return mg_context_status(d->context);
    }
    return MG_OK;
}

/* --- slices, and rows that are taken ------------------------------------------------------------------ */

/* Which rows: those listed, or `count` of them from `first` on. */
typedef struct picked {
    const int64_t *rows;
    int64_t first, count;
} picked;

static int64_t row_of(const picked *p, int64_t i) { return p->rows != NULL ? p->rows[i] : p->first + i; }

static bool take_values(mg_context *context, const mg__column *from, const picked *p, mg__column *to) {
    if (!mg__column_start_values(context, to, p->count)) return false;
    for (int64_t i = 0; i < p->count; i++) {
        to->values[i] = from->values[row_of(p, i)];
        to->missing += isnan(to->values[i]);
    }
    return true;
}

/* Spellings are numbered in the order in which these rows have them, and the column is of text if any of them is: nothing tells
 * of the rows that were left behind. */
static bool take_codes(mg_context *context, const mg__column *from, const picked *p, mg__column *to) {
    uint32_t *known = mg__alloc_array(context, from->dictionary.count, sizeof *known); /* 1 + code; 0: not yet met */
    bool ok = known != NULL && mg__column_start(context, to, p->count);
    for (int64_t i = 0; ok && i < p->count; i++) {
        uint32_t code = from->codes[row_of(p, i)];
        to->codes[i] = MG__MISSING;
        to->missing += code == MG__MISSING;
        if (code == MG__MISSING) continue;
        if (known[code] == 0) {
            const char *text = mg__dictionary_text(&from->dictionary, code);
            double value = from->dictionary.entries[code].value;
            bool added;
            uint32_t own = mg__dictionary_add(context, &to->dictionary, text, strlen(text), &added);
            ok = own != MG__DICTIONARY_NONE;
            if (!ok) break;
            to->dictionary.entries[own].value = value;
            if (isnan(value)) to->type = MG_COLUMN_TEXT;
            known[code] = own + 1;
        }
        to->codes[i] = known[code] - 1;
    }
    mg__free(context, known);
    return ok;
}

static bool take_column(mg_context *context, const mg__column *from, const picked *p, mg__column *to) {
    to->asked = from->asked;
    to->spelled = from->spelled;
    to->name = mg__strdup(context, from->name);
    if (to->name == NULL) return false;
    return from->values != NULL ? take_values(context, from, p, to) : take_codes(context, from, p, to);
}

static bool take_pixels(const mg_dataset *from, const picked *p, mg_dataset *to) {
    size_t pixels = (size_t)(from->image[0] * from->image[1] * from->image[2]);
    size_t bytes = pixels * (from->bytes != NULL ? sizeof *from->bytes : sizeof *from->floats);
    memcpy(to->image, from->image, sizeof from->image);
    to->image_fit = from->image_fit;
    if (pixels == 0) return true;
    const char *source = from->bytes != NULL ? (const char *)from->bytes : (const char *)from->floats;
    char *copy = mg__alloc(to->context, (size_t)p->count * bytes); /* no more than there is already, unless rows repeat */
    if (copy == NULL) return false;
    for (int64_t i = 0; i < p->count; i++) memcpy(copy + (size_t)i * bytes, source + (size_t)row_of(p, i) * bytes, bytes);
    if (from->bytes != NULL)
        to->bytes = (uint8_t *)copy;
    else
        to->floats = (float *)(void *)copy;
    return true;
}

/* Messages name the lines of the file. */
static bool take_lines(const mg_dataset *from, const picked *p, mg_dataset *to) {
    if (from->lines == NULL && from->first_line == 0) return true;
    to->lines = mg__alloc_array(to->context, (size_t)p->count, sizeof *to->lines);
    for (int64_t i = 0; to->lines != NULL && i < p->count; i++) to->lines[i] = mg_dataset_line(from, row_of(p, i));
    return to->lines != NULL;
}

static mg_dataset *take(mg_context *context, const mg_dataset *from, const picked *p) {
    mg_dataset *to = mg__dataset_new(context, from->source, from->columns);
    if (to == NULL) return NULL;
    to->rows = p->count;
    bool ok = take_pixels(from, p, to) && take_lines(from, p, to);
    for (int64_t c = 0; ok && c < from->columns; c++) ok = take_column(context, &from->column[c], p, &to->column[c]);
    if (ok && (from->names.count == 0 || mg__dataset_index(to) == MG_OK)) return to;
    mg_dataset_destroy(to);
    return NULL;
}

mg_dataset *mg__dataset_slice(const mg_dataset *d, int64_t first, int64_t count) {
    return take(d->context, d, &(picked){ .first = first, .count = count });
}

mg_dataset *mg__dataset_take(mg_context *context, const mg_dataset *d, const int64_t *rows, int64_t count) {
    return take(context, d, &(picked){ .rows = rows, .count = count });
}
