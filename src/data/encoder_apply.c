/* Applying an encoder: rows to numbers, targets to class indices or standardised values. */
#include "data/encoder.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

static int64_t row_at(const int64_t *rows, int64_t i) { return rows != NULL ? rows[i] : i; }

/* "t.csv, line 7" or "memory, row 3": where a row is, for messages. */
static const char *place(const mg_dataset *d, int64_t row, char *out, size_t size) {
    size_t used = 0;
    int64_t line = mg_dataset_line(d, row);
    mg__append(out, size, &used, "%.400s, %s %" PRId64, d->source, line > 0 ? "line" : "row", line > 0 ? line : row);
    return out;
}

static mg_status bad_number(mg_context *context, const mg_dataset *d, const mg__column *column, int64_t row) {
    char where[512], scratch[32];
    const char *text = mg__column_text(column, row, scratch);
    return mg__fail(
        context, MG_FORMAT,
        "%s: column '%.100s' is '%.100s', which is no number that the model can take; it was trained with numbers there",
        place(d, row, where, sizeof where), column->name, text != NULL ? text : "");
}

/* out[i * width] = (x - mean) / deviation; a missing x is feature->missing. */
static mg_status encode_numbers(mg_context *context, const mg__feature *feature, const mg_dataset *d, const mg__column *column,
                                const int64_t *rows, int64_t count, float *out, int64_t width) {
    for (int64_t i = 0; i < count; i++) {
        int64_t row = rows[i];
        double x = mg__column_number(column, row);
        bool none = isnan(x);
        if (none && column->codes != NULL && column->codes[row] != MG__MISSING) return bad_number(context, d, column, row);
        float y = (float)(((none ? feature->missing : x) - feature->mean) / feature->deviation);
        if (!isfinite(y)) return bad_number(context, d, column, row);
        out[i * width] = y;
    }
    return MG_OK;
}

static size_t find_category(const mg__feature *feature, const char *text) {
    size_t low = 0, high = feature->categories;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(feature->category[middle], text);
        if (order == 0) return middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return feature->categories;
}

/* One-hot; a missing or unknown category is all zeros. */
static void encode_categories(const mg__feature *feature, const mg__column *column, const int64_t *rows, int64_t count,
                              float *out, int64_t width) {
    char scratch[32];
    for (int64_t i = 0; i < count; i++) {
        float *cell = out + i * width;
        for (size_t k = 0; k < feature->categories; k++) cell[k] = 0;
        const char *text = mg__column_text(column, rows[i], scratch);
        size_t found = text != NULL ? find_category(feature, text) : feature->categories;
        if (found < feature->categories) cell[found] = 1;
    }
}

/* Where the dataset has the model's columns; usually in the same order, so the one after the last found is tried first. */
static mg_status find_columns(mg_context *context, const mg_encoder *e, const mg_dataset *d, int64_t *columns) {
    int64_t next = 0;
    for (size_t i = 0; i < e->features; i++) {
        const char *name = e->feature[i].name;
        int64_t c = next < d->columns && strcmp(d->column[next].name, name) == 0 ? next : mg_dataset_find(d, name);
        if (c < 0)
            return mg__fail(context, MG_FORMAT, "%s: there is no column '%.100s', which the model was trained with; add it",
                            d->source, name);
        columns[i] = c;
        next = c + 1;
    }
    return MG_OK;
}

/* A few hundred rows at a time, so that what is written column by column stays in the cache. */
static mg_status encode_table(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                              float *out) {
    enum { BLOCK = 256 };
    int64_t block_rows[BLOCK], *columns = mg__alloc_array(context, e->features, sizeof *columns);
    if (columns == NULL) return MG_OUT_OF_MEMORY;
    mg_status status = find_columns(context, e, d, columns);
    for (int64_t begin = 0; status == MG_OK && begin < count; begin += BLOCK) {
        int64_t n = count - begin < BLOCK ? count - begin : BLOCK;
        float *to = out + begin * e->width;
        for (int64_t i = 0; i < n; i++) block_rows[i] = row_at(rows, begin + i);
        for (size_t i = 0; status == MG_OK && i < e->features; i++) {
            const mg__feature *feature = &e->feature[i];
            const mg__column *column = &d->column[columns[i]];
            if (feature->categories == 0)
                status = encode_numbers(context, feature, d, column, block_rows, n, to, e->width);
            else
                encode_categories(feature, column, block_rows, n, to, e->width);
            to += feature->categories > 0 ? feature->categories : 1;
        }
    }
    mg__free(context, columns);
    return status;
}

static mg_status encode_images(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                               float *out) {
    int64_t channels = e->image[2];
    if (memcmp(e->image, d->image, sizeof e->image) != 0)
        return mg__fail(context, MG_FORMAT,
                        "%s: %" PRId64 "x%" PRId64 " images of %" PRId64 " channels, but the model was trained with %" PRId64
                        "x%" PRId64 " of %" PRId64,
                        d->source, d->image[0], d->image[1], d->image[2], e->image[0], e->image[1], channels);
    for (int64_t c = 0; c < channels; c++) {
        double mean = e->feature[c].mean, deviation = e->feature[c].deviation;
        float encoded[256]; /* of each byte */
        for (int v = 0; v < 256; v++) encoded[v] = (float)((v - mean) / deviation);
        for (int64_t i = 0; i < count; i++) {
            int64_t from = row_at(rows, i) * e->width + c, to = i * e->width + c;
            for (int64_t p = 0; p < e->width - c; p += channels) {
                float y =
                    d->bytes != NULL ? encoded[d->bytes[from + p]] : (float)(((double)d->floats[from + p] - mean) / deviation);
                out[to + p] = y;
            }
        }
    }
    for (int64_t i = 0; d->floats != NULL && i < count * e->width; i++)
        if (!isfinite(out[i]))
            return mg__fail(context, MG_FORMAT, "%s: image %" PRId64 " holds a number that is infinite or none", d->source,
                            row_at(rows, i / e->width));
    return MG_OK;
}

mg_status mg_encoder_inputs(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                            float *out) {
    bool images = e->image[0] > 0;
    if (images != (d->image[0] > 0))
        return mg__fail(context, MG_FORMAT, "%s: %s, but the model was trained with %s", d->source, images ? "a table" : "images",
                        images ? "images" : "a table");
    return images ? encode_images(context, e, d, rows, count, out) : encode_table(context, e, d, rows, count, out);
}

/* The target's column for a task; NULL: the message is on the context. */
static const mg__column *target_column(mg_context *context, const mg_encoder *e, const mg_dataset *d, mg_task task,
                                       mg_status *status) {
    *status = MG_OK;
    if (e->task != task) {
        *status = mg__fail(context, MG_INVALID, "encoder: %s wanted, but it was fitted for %s", mg_task_name(task),
                           e->target != NULL ? mg_task_name(e->task) : "no target");
        return NULL;
    }
    int64_t c = mg_dataset_find(d, e->target);
    if (c >= 0) return &d->column[c];
    *status = d->image[0] > 0 ? mg__fail(context, MG_FORMAT, "%s: no labels were found beside these images", d->source)
                              : mg__fail(context, MG_FORMAT, "%s: there is no column '%.100s', the target of the model; add it",
                                         d->source, e->target);
    return NULL;
}

static mg_status no_target(mg_context *context, const mg_dataset *d, const mg__column *column, int64_t row) {
    char where[512];
    return mg__fail(context, MG_FORMAT, "%s: the target '%.100s' is missing", place(d, row, where, sizeof where), column->name);
}

mg_status mg_encoder_labels(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                            int32_t *out) {
    mg_status status;
    char scratch[32], where[512];
    const mg__column *column = target_column(context, e, d, MG_TASK_CLASSIFICATION, &status);
    for (int64_t i = 0; column != NULL && i < count; i++) {
        int64_t row = row_at(rows, i);
        const char *text = mg__column_text(column, row, scratch);
        if (text == NULL) return no_target(context, d, column, row);
        out[i] = mg__classes_find(&e->classes, text, mg__column_number(column, row));
        if (out[i] < 0)
            return mg__fail(context, MG_FORMAT,
                            "%s: the label '%.100s' of '%.100s' is none of the %zu classes that the model was trained with",
                            place(d, row, where, sizeof where), text, column->name, e->classes.count);
    }
    return status;
}

mg_status mg_encoder_targets(mg_context *context, const mg_encoder *e, const mg_dataset *d, const int64_t *rows, int64_t count,
                             float *out) {
    mg_status status;
    const mg__column *column = target_column(context, e, d, MG_TASK_REGRESSION, &status);
    for (int64_t i = 0; column != NULL && i < count; i++) {
        int64_t row = row_at(rows, i);
        double x = mg__column_number(column, row);
        char scratch[32];
        if (isnan(x) && mg__column_text(column, row, scratch) == NULL) return no_target(context, d, column, row);
        float y = (float)((x - e->target_mean) / e->target_deviation);
        if (!isfinite(y)) return bad_number(context, d, column, row);
        out[i] = y;
    }
    return status;
}
