/* A dataset as a thing: making it, its warnings, a slice of it. */
#include "data/table.h"

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

/* --- slices ------------------------------------------------------------------------------------------ */

static bool slice_column(mg_context *context, const mg__column *from, int64_t first, int64_t count, mg__column *to) {
    to->asked = from->asked;
    to->spelled = from->spelled;
    to->type = from->type;
    to->name = mg__strdup(context, from->name);
    if (to->name == NULL) return false;
    if (from->values != NULL) {
        if (!mg__column_start_values(context, to, count)) return false;
        memcpy(to->values, from->values + first, (size_t)count * sizeof *to->values);
        for (int64_t r = 0; r < count; r++) to->missing += to->values[r] != to->values[r];
        return true;
    }
    if (!mg__column_start(context, to, count)) return false;
    for (int64_t r = 0; r < count; r++) {
        uint32_t code = from->codes[first + r];
        to->codes[r] = code;
        to->missing += code == MG__MISSING;
        if (code == MG__MISSING) continue;
        const char *text = mg__dictionary_text(&from->dictionary, code);
        bool added;
        to->codes[r] = mg__dictionary_add(context, &to->dictionary, text, strlen(text), &added);
        if (to->codes[r] == MG__DICTIONARY_NONE) return false;
        to->dictionary.entries[to->codes[r]].value = from->dictionary.entries[code].value;
    }
    return true;
}

static bool slice_pixels(const mg_dataset *d, int64_t first, int64_t count, mg_dataset *slice) {
    size_t pixels = (size_t)(d->image[0] * d->image[1] * d->image[2]);
    size_t size = d->bytes != NULL ? sizeof *d->bytes : sizeof *d->floats;
    memcpy(slice->image, d->image, sizeof d->image);
    slice->image_fit = d->image_fit;
    if (pixels == 0) return true;
    const void *from =
        d->bytes != NULL ? (const void *)(d->bytes + (size_t)first * pixels) : (const void *)(d->floats + (size_t)first * pixels);
    void *copy = mg__alloc(d->context, (size_t)count * pixels * size);
    if (copy == NULL) return false;
    memcpy(copy, from, (size_t)count * pixels * size);
    if (d->bytes != NULL)
        slice->bytes = copy;
    else
        slice->floats = copy;
    return true;
}

mg_dataset *mg__dataset_slice(const mg_dataset *d, int64_t first, int64_t count) {
    mg_dataset *slice = mg__dataset_new(d->context, d->source, d->columns);
    if (slice == NULL) return NULL;
    slice->rows = count;
    bool ok = slice_pixels(d, first, count, slice);
    for (int64_t c = 0; ok && c < d->columns; c++) ok = slice_column(d->context, &d->column[c], first, count, &slice->column[c]);
    if (ok && (d->names.count == 0 || mg__dataset_index(slice) == MG_OK)) return slice;
    mg_dataset_destroy(slice);
    return NULL;
}
