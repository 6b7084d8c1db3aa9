/* The public face of a dataset. */
#include "data/table.h"
#include "interop/file.h"

#include <math.h>
#include <string.h>

mg_dataset_options mg_dataset_defaults(void) { return (mg_dataset_options){ .decimal = '.', .header = MG_HEADER_AUTO, .max_bytes = MG__FILE_LIMIT }; }

/* The file of labels: the one that was named, or what lies beside the images, compressed or not. NULL: there is none. */
static bool find_labels(mg_context *context, const char *path, const char *named, char **labels) {
    if (named != NULL) return (*labels = mg__strdup(context, named)) != NULL;
    if (!mg__idx_labels_name(context, path, labels)) return false;
    if (*labels == NULL || mg__file_exists(*labels)) return true;
    size_t bytes = strlen(*labels);
    char *packed = mg__realloc(context, *labels, bytes + 4);
    if (packed != NULL) {
        *labels = packed;
        memcpy(packed + bytes, ".gz", 4);
        if (mg__file_exists(packed)) return true;
    }
    mg__free(context, *labels);
    *labels = NULL;
    return packed != NULL;
}

static mg_status read_labels(mg_dataset *d, const char *path, const char *named, size_t limit) {
    char *labels;
    mg__bytes bytes;
    if (!find_labels(d->context, path, named, &labels)) return MG_OUT_OF_MEMORY;
    if (labels == NULL) return MG_OK;
    mg_status status = mg__file_read(d->context, labels, limit, &bytes);
    if (status == MG_OK) {
        status = mg__idx_labels(d, labels, bytes.data, bytes.length);
        mg__free(d->context, bytes.data);
    }
    mg__free(d->context, labels);
    return status;
}

mg_dataset *mg_dataset_read(mg_context *context, const char *path, const mg_dataset_options *options) {
    mg_dataset_options all = options != NULL ? *options : mg_dataset_defaults();
    if (all.separator != '\0' && all.separator != ',' && all.separator != ';' && all.separator != '\t') {
        mg__fail(context, MG_SETTING, "separator: '%c' is none; wanted ',', ';' or a tab", all.separator);
        return NULL;
    }
    size_t limit = all.max_bytes < SIZE_MAX ? (size_t)all.max_bytes : SIZE_MAX;
    bool standard_input = strcmp(path, "-") == 0;
    const char *name = standard_input ? "standard input" : path;
    mg__bytes input;
    if (mg__file_read(context, path, limit, &input) != MG_OK) return NULL;
    bool images = mg__idx_is(input.data, input.length);
    mg_dataset *d = images ? mg__idx_read(context, name, input.data, input.length)
                           : mg__csv_read(context, name, input.data, input.length, all.separator);
    mg__free(context, input.data);
    if (d != NULL && images && (!standard_input || all.labels != NULL) && read_labels(d, path, all.labels, limit) != MG_OK) {
        mg_dataset_destroy(d);
        return NULL;
    }
    return d;
}

const char *mg_dataset_source(const mg_dataset *d) { return d->source; }
int64_t mg_dataset_rows(const mg_dataset *d) { return d->rows; }
int64_t mg_dataset_columns(const mg_dataset *d) { return d->columns; }

bool mg_dataset_image_shape(const mg_dataset *d, int64_t shape[3]) {
    if (d->image[0] == 0) return false;
    memcpy(shape, d->image, sizeof d->image);
    return true;
}

double mg_dataset_pixel(const mg_dataset *d, int64_t row, int64_t index) {
    int64_t at = row * d->image[0] * d->image[1] * d->image[2] + index;
    return d->bytes != NULL ? d->bytes[at] : (double)d->floats[at];
}

int64_t mg_dataset_find(const mg_dataset *d, const char *name) {
    for (int64_t c = 0; c < d->columns; c++)
        if (strcmp(d->column[c].name, name) == 0) return c;
    return -1;
}

const char *mg_dataset_column_name(const mg_dataset *d, int64_t column) { return d->column[column].name; }
mg_column_type mg_dataset_column_type(const mg_dataset *d, int64_t column) { return d->column[column].type; }
int64_t mg_dataset_column_missing(const mg_dataset *d, int64_t column) { return d->column[column].missing; }

int64_t mg_dataset_column_distinct(const mg_dataset *d, int64_t column) {
    return d->column[column].codes != NULL ? (int64_t)d->column[column].dictionary.count : -1;
}

bool mg_dataset_missing(const mg_dataset *d, int64_t row, int64_t column) {
    const mg__column *c = &d->column[column];
    return c->codes != NULL ? c->codes[row] == MG__MISSING : isnan(c->values[row]);
}

double mg_dataset_number(const mg_dataset *d, int64_t row, int64_t column) { return mg__column_number(&d->column[column], row); }

size_t mg_dataset_text(const mg_dataset *d, int64_t row, int64_t column, char *out, size_t size) {
    char scratch[32];
    const char *text = mg__column_text(&d->column[column], row, scratch);
    if (text == NULL) text = "";
    size_t length = strlen(text), kept = length < size ? length : size - 1;
    if (size > 0) {
        memcpy(out, text, kept);
        out[kept] = '\0';
    }
    return length;
}

int64_t mg_dataset_line(const mg_dataset *d, int64_t row) {
    if (d->lines != NULL) return d->lines[row];
    return d->first_line > 0 ? d->first_line + row : 0;
}
