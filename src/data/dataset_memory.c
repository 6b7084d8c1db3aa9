/* A dataset from tensors. */
#include "base/number.h"
#include "data/table.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static bool check(mg_context *context, const mg_tensor *x, const mg_tensor *y) {
    bool images = x->rank == 4;
    if ((x->rank != 2 && !images) || (images && x->dtype != MG_F32) ||
        (x->dtype != MG_F32 && x->dtype != MG_F64 && x->dtype != MG_I32))
        mg__fail(context, MG_INVALID,
                 "dataset: x has rank %d of type %s; wanted [rows, features], or f32 images [rows, height, width, channels]",
                 x->rank, mg_dtype_name(x->dtype));
    else if (x->shape[0] == 0 || mg_tensor_count(x) == 0)
        mg__fail(context, MG_INVALID, "dataset: x holds nothing");
    else if (y != NULL && (y->rank < 1 || y->rank > 2 || (y->rank == 2 && y->shape[1] != 1) || y->shape[0] != x->shape[0]))
        mg__fail(context, MG_INVALID, "dataset: y has rank %d; wanted [%" PRId64 "], a value for each row of x", y->rank,
                 x->shape[0]);
    else if (y != NULL && y->dtype != MG_F32 && y->dtype != MG_F64 && y->dtype != MG_I32)
        mg__fail(context, MG_INVALID, "dataset: y is %s; wanted f32, f64 or i32", mg_dtype_name(y->dtype));
    else
        return true;
    return false;
}

static bool name_columns(mg_dataset *d, bool has_y, const char *const *names) {
    for (int64_t c = 0; c < d->columns; c++) {
        char made[32];
        size_t used = 0;
        if (has_y && c == d->columns - 1)
            mg__append(made, sizeof made, &used, "y");
        else
            mg__append(made, sizeof made, &used, "x%" PRId64, c);
        d->column[c].name = mg__strdup(d->context, names != NULL ? names[c] : made);
        if (d->column[c].name == NULL) return false;
    }
    return true;
}

static bool copy_column(mg_dataset *d, mg__column *column, const mg_tensor *x, int64_t index) {
    column->values = mg__alloc_array(d->context, (size_t)d->rows, sizeof *column->values);
    if (column->values == NULL) return false;
    for (int64_t r = 0; r < d->rows; r++) {
        column->values[r] = mg_tensor_get(x, r * x->shape[1] + index);
        column->missing += isnan(column->values[r]);
    }
    return true;
}

/* Targets are few values often, so they go through their spelling as a file's would. */
static bool copy_target(mg_dataset *d, mg__column *column, const mg_tensor *y) {
    char text[MG__NUMBER_BYTES];
    if (!mg__column_start(d->context, column, d->rows)) return false;
    for (int64_t r = 0; r < d->rows; r++) {
        double value = mg_tensor_get(y, r);
        size_t length = isnan(value)         ? 0
                        : y->dtype == MG_F32 ? mg__format_float((float)value, text)
                                             : mg__format_double(value, text);
        if (mg__column_put(d->context, column, r, text, length, false) != MG__PUT_OK) return false;
    }
    return true;
}

static bool copy_images(mg_dataset *d, const mg_tensor *x) {
    memcpy(d->image, x->shape + 1, sizeof d->image);
    d->floats = mg__alloc(d->context, mg_tensor_bytes(x));
    if (d->floats != NULL) memcpy(d->floats, x->data, mg_tensor_bytes(x));
    return d->floats != NULL;
}

mg_dataset *mg_dataset_create(mg_context *context, const mg_tensor *x, const mg_tensor *y, const char *const *names) {
    if (!check(context, x, y)) return NULL;
    int64_t features = x->rank == 2 ? x->shape[1] : 0;
    mg_dataset *d = mg__dataset_new(context, "memory", features + (y != NULL));
    if (d == NULL) return NULL;
    d->rows = x->shape[0];
    bool ok = name_columns(d, y != NULL, names) && (x->rank == 2 || copy_images(d, x));
    for (int64_t c = 0; ok && c < features; c++) ok = copy_column(d, &d->column[c], x, c);
    if (ok && (y == NULL || copy_target(d, &d->column[features], y))) return d;
    mg_dataset_destroy(d);
    return NULL;
}
