/* Reading safetensors. Writing is in safetensors_write.c. */
#include "interop/safetensors.h"

#include "interop/json.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
#define ROW(name, text, size) [name] = { text, size },
    MG__ST_TABLE(ROW)
#undef ROW
};

const char *mg__st_dtype_name(mg__st_dtype dtype) { return dtypes[dtype].name; }
size_t mg__st_dtype_size(mg__st_dtype dtype) { return dtypes[dtype].size; }

mg__st_dtype mg__st_dtype_of(mg_dtype dtype) {
    switch (dtype) {
    case MG_F64: return MG__ST_F64;
    case MG_I32: return MG__ST_I32;
    case MG_BF16: return MG__ST_BF16;
    case MG_F16: return MG__ST_F16;
    case MG_F32: break;
    }
    return MG__ST_F32;
}

static bool bad(const mg__safetensors *file, const char *name, const char *why) {
    mg__fail(file->context, MG_FORMAT, "%s: damaged: tensor \"%.100s\": %s", file->path, name, why);
    return false;
}

static bool read_shape(mg__safetensors *file, mg__safetensor *tensor, const mg__json *shape) {
    if (shape == NULL || shape->kind != MG__JSON_ARRAY) return bad(file, tensor->name, "it has no shape");
    if (shape->count > MG_MAX_RANK) return bad(file, tensor->name, "its shape has more than 8 dimensions");
    size_t bytes = dtypes[tensor->dtype].size;
    for (const mg__json *d = shape->first; d != NULL; d = d->next) {
        int64_t size;
        if (!mg__json_int64(d, &size) || size < 0 || (uint64_t)size > SIZE_MAX)
            return bad(file, tensor->name, "a dimension is no size");
        if (!mg__size_multiply(bytes, (size_t)size, &bytes)) return bad(file, tensor->name, "its shape is too large");
        tensor->shape[tensor->rank++] = size;
    }
    tensor->bytes = bytes;
    return true;
}

static bool read_tensor(mg__safetensors *file, mg__safetensor *tensor, const mg__json *entry, const char *data,
                        size_t data_bytes) {
    tensor->name = entry->key;
    const char *dtype = mg__json_text(mg__json_member(entry, "dtype"));
    if (dtype == NULL) return bad(file, tensor->name, "it has no dtype");
    size_t type = 0, types = sizeof dtypes / sizeof *dtypes;
    while (type < types && strcmp(dtypes[type].name, dtype) != 0) type++;
    if (type == types) return bad(file, tensor->name, "its dtype is not known here");
    tensor->dtype = (mg__st_dtype)type;
    if (!read_shape(file, tensor, mg__json_member(entry, "shape"))) return false;

    const mg__json *offsets = mg__json_member(entry, "data_offsets");
    int64_t begin, end;
    if (offsets == NULL || offsets->kind != MG__JSON_ARRAY || offsets->count != 2 || !mg__json_int64(offsets->first, &begin) ||
        !mg__json_int64(offsets->first->next, &end) || begin < 0 || end < begin)
        return bad(file, tensor->name, "it has no valid data_offsets");
    if ((uint64_t)end > data_bytes)
        return bad(file, tensor->name, "its bytes lie beyond the end of the file, which seems truncated");
    if ((uint64_t)(end - begin) != tensor->bytes) return bad(file, tensor->name, "its data_offsets do not span its shape");
    tensor->data = data + begin;
    return true;
}

static bool read_metadata(mg__safetensors *file, const mg__json *metadata) {
    if (metadata == NULL) return true;
    if (metadata->kind != MG__JSON_OBJECT) return bad(file, "__metadata__", "it is no object");
    file->metadata = mg__alloc_array(file->context, metadata->count, sizeof *file->metadata);
    if (file->metadata == NULL) return false;
    for (const mg__json *m = metadata->first; m != NULL; m = m->next) {
        if (m->kind != MG__JSON_STRING) return bad(file, "__metadata__", "a value is no string");
        file->metadata[file->metadata_count++] = (mg__pair){ m->key, m->text };
    }
    return true;
}

static int compare_places(const void *a, const void *b, const void *user) {
    (void)user;
    const mg__safetensor *x = a, *y = b;
    if (x->data != y->data) return (const char *)x->data < (const char *)y->data ? -1 : 1;
    return x->bytes < y->bytes ? -1 : x->bytes > y->bytes; /* the empty ones first */
}

static int compare_names(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp(((const mg__safetensor *)a)->name, ((const mg__safetensor *)b)->name);
}

/* Together the tensors must cover the data exactly: no hole, no overlap, nothing after them. */
static bool check_cover(mg__safetensors *file, const char *data, size_t data_bytes) {
    const char *covered = data;
    mg__sort(file->tensors, file->tensor_count, sizeof *file->tensors, compare_places, NULL);
    for (size_t i = 0; i < file->tensor_count; i++) {
        const mg__safetensor *t = &file->tensors[i];
        if (t->data != covered)
            return bad(file, t->name, (const char *)t->data < covered ? "it overlaps another" : "there is a hole before it");
        covered += t->bytes;
    }
    if (covered != data + data_bytes) {
        mg__fail(file->context, MG_FORMAT, "%s: damaged: %zu bytes after the last tensor", file->path,
                 (size_t)(data + data_bytes - covered));
        return false;
    }
    mg__sort(file->tensors, file->tensor_count, sizeof *file->tensors, compare_names, NULL);
    return true;
}

/* The JSON's length, from the first eight bytes. */
static bool read_header_length(mg__safetensors *file, size_t *length) {
    const unsigned char *b = (const unsigned char *)file->bytes.data;
    uint64_t n = 0;
    if (file->bytes.length < 8) {
        mg__fail(file->context, MG_FORMAT, "%s: no safetensors file: only %zu bytes long", file->path, file->bytes.length);
        return false;
    }
    for (int i = 7; i >= 0; i--) n = n << 8 | b[i];
    if (n < 2 || n > MG__SAFETENSORS_HEADER_LIMIT || (file->bytes.length > 8 && b[8] != '{')) {
        mg__fail(file->context, MG_FORMAT, "%s: no safetensors file (or one whose beginning is damaged)", file->path);
        return false;
    }
    if (n > file->bytes.length - 8) {
        mg__fail(file->context, MG_FORMAT,
                 "%s: truncated: its header has %" PRIu64 " bytes, but only %zu are there; copy the file again", file->path, n,
                 file->bytes.length - 8);
        return false;
    }
    *length = (size_t)n;
    return true;
}

static bool read_file(mg__safetensors *file) {
    size_t header;
    char who[512];
    if (!read_header_length(file, &header)) return false;
    snprintf(who, sizeof who, "%s: header", file->path);
    file->document = mg__json_parse(file->context, who, file->bytes.data + 8, header);
    if (file->document == NULL) return false;
    const mg__json *root = mg__json_root(file->document);
    const char *data = file->bytes.data + 8 + header;
    size_t data_bytes = file->bytes.length - 8 - header;
    file->tensors = mg__alloc_array(file->context, root->count, sizeof *file->tensors);
    if (file->tensors == NULL) return false;
    for (const mg__json *entry = root->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key, "__metadata__") == 0) continue;
        if (!read_tensor(file, &file->tensors[file->tensor_count++], entry, data, data_bytes)) return false;
    }
    return read_metadata(file, mg__json_member(root, "__metadata__")) && check_cover(file, data, data_bytes);
}

/* Takes over the bytes. */
static mg__safetensors *from_bytes(mg_context *context, const char *path, mg__bytes bytes) {
    mg__safetensors *file = mg__alloc_zero(context, sizeof *file);
    if (file == NULL) {
        mg__free(context, bytes.data);
        return NULL;
    }
    file->context = context;
    file->bytes = bytes;
    file->path = mg__strdup(context, path);
    if (file->path != NULL && read_file(file)) return file;
    mg__safetensors_destroy(file);
    return NULL;
}

mg__safetensors *mg__safetensors_read(mg_context *context, const char *path) {
    mg__bytes bytes;
    if (mg__file_read_plain(context, path, MG__FILE_LIMIT, &bytes) != MG_OK) return NULL;
    return from_bytes(context, path, bytes);
}

mg__safetensors *mg__safetensors_parse(mg_context *context, const char *path, const void *bytes, size_t length) {
    char *copy = mg__alloc(context, length);
    if (copy == NULL) return NULL;
    if (length > 0) memcpy(copy, bytes, length);
    return from_bytes(context, path, (mg__bytes){ copy, length });
}

void mg__safetensors_destroy(mg__safetensors *file) {
    if (file == NULL) return;
    mg__json_destroy(file->document);
    mg__free(file->context, file->tensors);
    mg__free(file->context, file->metadata);
    mg__free(file->context, file->bytes.data);
    mg__free(file->context, file->path);
    mg__free(file->context, file);
}

const mg__safetensor *mg__safetensors_find(const mg__safetensors *file, const char *name) {
    size_t low = 0, high = file->tensor_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(file->tensors[middle].name, name);
        if (order == 0) return &file->tensors[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *mg__safetensors_metadata(const mg__safetensors *file, const char *key) {
    for (size_t i = 0; i < file->metadata_count; i++)
        if (strcmp(file->metadata[i].key, key) == 0) return file->metadata[i].value;
    return NULL;
}

mg_status mg__safetensors_verify(const mg__safetensors *file) {
    const char *recorded = mg__safetensors_metadata(file, MG__SAFETENSORS_CHECKSUM);
    char found[17];
    if (recorded == NULL) return MG_OK;
#ifdef MG__FUZZ
    return MG_OK; /* so that a fuzzer comes past it */
#endif
    uint64_t sum;
    mg_status status =
        mg__safetensors_checksum(file->context, file->tensors, file->tensor_count, file->metadata, file->metadata_count, &sum);
    if (status != MG_OK) return status;
    snprintf(found, sizeof found, "%016" PRIx64, sum);
    if (strcmp(found, recorded) == 0) return MG_OK;
    return mg__fail(file->context, MG_FORMAT,
                    "%s: damaged: its checksum is %s, but it was written with %.32s; copy the file again (or, where it was "
                    "changed on purpose, remove "
                    "\"%s\" from its metadata)",
                    file->path, found, recorded, MG__SAFETENSORS_CHECKSUM);
}
