/* The public face of a dataset. */
#include "data/reader.h"
#include "data/table.h"
#include "interop/file.h"

#include <math.h>
#include <string.h>

mg_dataset_options mg_dataset_defaults(void) {
    return (mg_dataset_options){
        .decimal = '.', .header = MG_HEADER_AUTO, .max_bytes = MG__FILE_LIMIT, .image_color = MG_COLOR_AUTO
    };
}

mg_dataset *mg_dataset_read(mg_context *context, const char *path, const mg_dataset_options *options) {
    mg_reader *reader = mg_reader_open(context, path, options);
    mg_dataset *dataset = reader == NULL ? NULL : mg__reader_take(reader);
    mg_reader_close(reader);
    return dataset;
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
    if (d->names.count > 0) {
        uint32_t code = mg__dictionary_find(&d->names, name, strlen(name));
        return code == MG__DICTIONARY_NONE ? -1 : (int64_t)code;
    }
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

int64_t mg_dataset_warnings(const mg_dataset *d) { return (int64_t)d->warnings; }
const char *mg_dataset_warning(const mg_dataset *d, int64_t index) { return d->warning[index]; }

int64_t mg_dataset_line(const mg_dataset *d, int64_t row) {
    if (d->lines != NULL) return d->lines[row];
    return d->first_line > 0 ? d->first_line + row : 0;
}
