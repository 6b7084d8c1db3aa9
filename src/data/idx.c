/* IDX: 00 00 type rank, rank big-endian 32-bit sizes, big-endian row-major elements (yann.lecun.com's MNIST page). */
#include "data/table.h"
#include "interop/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { U8 = 0x08, I8 = 0x09, I16 = 0x0B, I32 = 0x0C, F32 = 0x0D, F64 = 0x0E };

typedef struct idx {
    int type, rank;
    int64_t size[4];
    const unsigned char *elements;
    size_t element_bytes, count;
} idx;

static size_t element_bytes(int type) {
    switch (type) {
    case U8:
    case I8: return 1;
    case I16: return 2;
    case I32:
    case F32: return 4;
    case F64: return 8;
    default: return 0;
    }
}

bool mg__idx_is(const char *data, size_t length) {
    return length >= 4 && data[0] == 0 && data[1] == 0 && element_bytes(data[2]) > 0 && data[3] >= 1 && data[3] <= 8;
}

static uint32_t big_endian(const unsigned char *b) {
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* The header, with the sizes checked against what is really there. */
static mg_status read_idx(mg_context *context, const char *path, const char *data, size_t length, idx *out) {
    const unsigned char *b = (const unsigned char *)data;
    if (!mg__idx_is(data, length)) return mg__fail(context, MG_FORMAT, "%s: no IDX file", path);
    *out = (idx){ .type = b[2], .rank = b[3], .element_bytes = element_bytes(b[2]) };
    size_t header = 4 + 4 * (size_t)out->rank;
    if (out->rank > 4)
        return mg__fail(context, MG_FORMAT, "%s: IDX data of %d dimensions; images have 3 or 4, labels 1", path, out->rank);
    if (length < header) return mg__fail(context, MG_FORMAT, "%s: truncated inside the IDX header", path);
    size_t bytes = out->element_bytes;
    bool fits = true;
    for (int i = 0; i < out->rank; i++) {
        out->size[i] = big_endian(b + 4 + 4 * i);
        fits = fits && mg__size_multiply(bytes, (size_t)out->size[i], &bytes);
    }
    if (!fits || bytes > length - header)
        return mg__fail(context, MG_FORMAT,
                        "%s: truncated or damaged: its IDX header announces more data (%" PRId64
                        " items) than the %zu bytes behind it; copy the file again",
                        path, out->size[0], length - header);
    if (bytes < length - header)
        return mg__fail(context, MG_FORMAT, "%s: damaged: %zu bytes behind the IDX data", path, length - header - bytes);
    if (bytes == 0) return mg__fail(context, MG_FORMAT, "%s: an IDX file that holds nothing", path);
    out->elements = b + header;
    out->count = bytes / out->element_bytes;
    return MG_OK;
}

static double element(const idx *x, size_t index) {
    const unsigned char *b = x->elements + index * x->element_bytes;
    switch (x->type) {
    case U8: return b[0];
    case I8: return b[0] - (b[0] >= 0x80 ? 0x100 : 0);
    case I16: return (b[0] << 8 | b[1]) - (b[0] >= 0x80 ? 0x10000 : 0);
    case I32: return (double)big_endian(b) - (b[0] >= 0x80 ? 4294967296.0 : 0.0);
    case F32: {
        uint32_t bits = big_endian(b);
        float value;
        memcpy(&value, &bits, sizeof value);
        return (double)value;
    }
    default: {
        uint64_t bits = (uint64_t)big_endian(b) << 32 | big_endian(b + 4);
        double value;
        memcpy(&value, &bits, sizeof value);
        return value;
    }
    }
}

static bool copy_pixels(mg_dataset *d, const idx *x) {
    if (x->type == U8) {
        d->bytes = mg__alloc(d->context, x->count);
        if (d->bytes != NULL) memcpy(d->bytes, x->elements, x->count);
        return d->bytes != NULL;
    }
    d->floats = mg__alloc_array(d->context, x->count, sizeof *d->floats);
    if (d->floats == NULL) return false;
    for (size_t i = 0; i < x->count; i++) d->floats[i] = (float)element(x, i);
    return true;
}

mg_dataset *mg__idx_read(mg_context *context, const char *path, const char *data, size_t length) {
    idx x;
    if (read_idx(context, path, data, length, &x) != MG_OK) return NULL;
    if (x.rank < 3) {
        mg__fail(context, MG_FORMAT, "%s: IDX data of %d dimension%s%s; give the file of images ([count, height, width])", path,
                 x.rank, x.rank == 1 ? "" : "s", x.rank == 1 ? ", probably labels" : "");
        return NULL;
    }
    mg_dataset *d = mg__dataset_new(context, path, 0);
    if (d == NULL) return NULL;
    d->rows = x.size[0];
    d->image[0] = x.size[1];
    d->image[1] = x.size[2];
    d->image[2] = x.rank == 4 ? x.size[3] : 1;
    if (copy_pixels(d, &x)) return d;
    mg_dataset_destroy(d);
    return NULL;
}

mg_status mg__idx_labels(mg_dataset *d, const char *path, const char *data, size_t length) {
    mg_context *context = d->context;
    idx y;
    mg_status status = read_idx(context, path, data, length, &y);
    if (status != MG_OK) return status;
    if (y.rank != 1 || y.type == F32 || y.type == F64)
        return mg__fail(context, MG_FORMAT, "%s: no IDX file of labels (one dimension, whole numbers)", path);
    if (y.size[0] != d->rows)
        return mg__fail(context, MG_FORMAT, "%s: %" PRId64 " labels for the %" PRId64 " images of %s", path, y.size[0], d->rows,
                        d->source);
    mg__column *columns = mg__alloc_array(context, 1, sizeof *columns);
    if (columns == NULL) return MG_OUT_OF_MEMORY;
    mg__free(context, d->column);
    d->column = columns;
    d->columns = 1;
    columns->asked = MG_KIND_AUTO;
    columns->asked = MG_KIND_AUTO;
    columns->name = mg__strdup(context, "label");
    if (columns->name == NULL || !mg__column_start(context, columns, d->rows)) return MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < d->rows; r++) {
        char text[24];
        int bytes = snprintf(text, sizeof text, "%" PRId64, (int64_t)element(&y, (size_t)r));
        if (mg__column_put(context, columns, r, text, (size_t)bytes, false) != MG__PUT_OK) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

/* Replaces the last `from` in text by `to` of at most one byte more; there is room. */
static bool replace_last(char *text, const char *from, const char *to) {
    char *found = NULL;
    for (char *at = text; (at = strstr(at, from)) != NULL; at++) found = at;
    if (found == NULL) return false;
    size_t a = strlen(from), b = strlen(to);
    memmove(found + b, found + a, strlen(found + a) + 1);
    memcpy(found, to, b);
    return true;
}

bool mg__idx_labels_name(mg_context *context, const char *path, char **labels) {
    size_t bytes = strlen(path) + 8;
    char *name = mg__alloc(context, bytes);
    *labels = NULL;
    if (name == NULL) return false;
    snprintf(name, bytes, "%s", path);
    char *slash = strrchr(name, '/'), *file = slash != NULL ? slash + 1 : name;
    size_t length = strlen(file);
    if (length > 3 && strcmp(file + length - 3, ".gz") == 0) file[length - 3] = '\0';
    if (replace_last(file, "images", "labels") && (replace_last(file, "idx3", "idx1") || replace_last(file, "idx4", "idx1")))
        *labels = name;
    else
        mg__free(context, name);
    return true;
}

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

mg_status mg__idx_beside(mg_dataset *d, const char *path, const mg_dataset_options *options) {
    char *labels;
    mg__bytes bytes;
    size_t limit = options->max_bytes < SIZE_MAX ? (size_t)options->max_bytes : SIZE_MAX;
    if (strcmp(path, "-") == 0 && options->labels == NULL) return MG_OK;
    if (!find_labels(d->context, path, options->labels, &labels)) return MG_OUT_OF_MEMORY;
    if (labels == NULL) return MG_OK;
    mg_status status = mg__file_read(d->context, labels, limit, &bytes);
    if (status == MG_OK) {
        status = mg__idx_labels(d, labels, bytes.data, bytes.length);
        mg__free(d->context, bytes.data);
    }
    mg__free(d->context, labels);
    return status;
}
