/* Writing safetensors, and the checksum. */
#include "interop/json.h"
#include "interop/safetensors.h"
#include "interop/sort.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static int compare_keys(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp((*(const mg__pair *const *)a)->key, (*(const mg__pair *const *)b)->key);
}

static int compare_names(const void *a, const void *b, const void *user) {
    (void)user;
    return strcmp((*(const mg__safetensor *const *)a)->name, (*(const mg__safetensor *const *)b)->name);
}

static int compare_layout(const void *a, const void *b, const void *user) {
    const mg__safetensor *x = *(const mg__safetensor *const *)a, *y = *(const mg__safetensor *const *)b;
    size_t sx = mg__st_dtype_size(x->dtype), sy = mg__st_dtype_size(y->dtype);
    return sx != sy ? (sx > sy ? -1 : 1) : compare_names(a, b, user);
}

/* Pointers to the elements of an array, sorted; NULL: no memory. Freed by the caller. */
static void *sorted(mg_context *context, const void *items, size_t count, size_t size, mg__compare *compare) {
    const void **pointers = mg__alloc_array(context, count, sizeof *pointers);
    if (pointers == NULL) return NULL;
    for (size_t i = 0; i < count; i++) pointers[i] = (const char *)items + i * size;
    mg__sort(pointers, count, sizeof *pointers, compare, NULL);
    return pointers;
}

/* FNV-1a 64 (Fowler, Noll, Vo): h = (h xor byte) * 0x100000001b3. */
static uint64_t fnv(uint64_t h, const void *bytes, size_t count) {
    const unsigned char *b = bytes;
    for (size_t i = 0; i < count; i++) h = (h ^ b[i]) * 0x100000001b3u;
    return h;
}

static uint64_t fnv_text(uint64_t h, const char *text) { return fnv(h, text, strlen(text) + 1); }

static uint64_t fnv_integer(uint64_t h, uint64_t value) {
    unsigned char b[8];
    for (int i = 0; i < 8; i++) b[i] = (unsigned char)(value >> 8 * i);
    return fnv(h, b, 8);
}

static size_t data_bytes(const mg__safetensor *tensor) {
    size_t bytes = mg__st_dtype_size(tensor->dtype);
    for (int i = 0; i < tensor->rank; i++) bytes *= (size_t)tensor->shape[i]; /* the data is in memory: this fits */
    return bytes;
}

mg_status mg__safetensors_checksum(mg_context *context, const mg__safetensor *tensors, size_t tensor_count,
                                   const mg__pair *metadata, size_t metadata_count, uint64_t *checksum) {
    const mg__pair **pairs = sorted(context, metadata, metadata_count, sizeof *metadata, compare_keys);
    const mg__safetensor **order = sorted(context, tensors, tensor_count, sizeof *tensors, compare_names);
    mg_status status = pairs == NULL || order == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; status == MG_OK && i < metadata_count; i++)
        if (strcmp(pairs[i]->key, MG__SAFETENSORS_CHECKSUM) != 0) h = fnv_text(fnv_text(h, pairs[i]->key), pairs[i]->value);
    for (size_t i = 0; status == MG_OK && i < tensor_count; i++) {
        const mg__safetensor *t = order[i];
        h = fnv_integer(fnv_text(fnv_text(h, t->name), mg__st_dtype_name(t->dtype)), (uint64_t)t->rank);
        for (int d = 0; d < t->rank; d++) h = fnv_integer(h, (uint64_t)t->shape[d]);
        h = fnv(h, t->data, data_bytes(t));
    }
    mg__free(context, pairs);
    mg__free(context, order);
    if (status == MG_OK) *checksum = h;
    return status;
}

static void put_metadata(mg__json_writer *w, const mg__pair *metadata, size_t count, uint64_t checksum) {
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, checksum);
    mg__json_put_key(w, "__metadata__");
    mg__json_put_object(w);
    for (size_t i = 0; i < count; i++) {
        mg__json_put_key(w, metadata[i].key);
        mg__json_put_string(w, metadata[i].value);
    }
    mg__json_put_key(w, MG__SAFETENSORS_CHECKSUM);
    mg__json_put_string(w, text);
    mg__json_put_end(w);
}

static void put_tensor(mg__json_writer *w, const mg__safetensor *tensor, size_t *offset) {
    mg__json_put_key(w, tensor->name);
    mg__json_put_object(w);
    mg__json_put_key(w, "dtype");
    mg__json_put_string(w, mg__st_dtype_name(tensor->dtype));
    mg__json_put_key(w, "shape");
    mg__json_put_array(w);
    for (int i = 0; i < tensor->rank; i++) mg__json_put_integer(w, tensor->shape[i]);
    mg__json_put_end(w);
    mg__json_put_key(w, "data_offsets");
    mg__json_put_array(w);
    mg__json_put_integer(w, (int64_t)*offset);
    *offset += data_bytes(tensor);
    mg__json_put_integer(w, (int64_t)*offset);
    mg__json_put_end(w);
    mg__json_put_end(w);
}

/* The eight bytes of length, the JSON, and spaces up to a multiple of 8. */
static mg_status write_header(mg__file *file, const char *json, size_t length) {
    static const char spaces[8] = "       ";
    size_t padding = (8 - length % 8) % 8;
    unsigned char prefix[8];
    for (int i = 0; i < 8; i++) prefix[i] = (unsigned char)((uint64_t)(length + padding) >> 8 * i);
    mg__file_write(file, prefix, 8);
    mg__file_write(file, json, length);
    return mg__file_write(file, spaces, padding);
}

static mg_status write_all(mg_context *context, const char *path, const mg__safetensor *const *order, size_t count,
                           const char *json, size_t length) {
    if (length > MG__SAFETENSORS_HEADER_LIMIT)
        return mg__fail(context, MG_UNSUPPORTED, "%s: a description of %zu bytes, more than a safetensors file can hold", path,
                        length);
    mg__file *file = mg__file_begin(context, path);
    if (file == NULL) return mg_context_status(context);
    write_header(file, json, length);
    for (size_t i = 0; i < count; i++) mg__file_write(file, order[i]->data, data_bytes(order[i]));
    return mg__file_commit(file);
}

mg_status mg__safetensors_write(mg_context *context, const char *path, const mg__safetensor *tensors, size_t tensor_count,
                                const mg__pair *metadata, size_t metadata_count) {
    uint64_t checksum;
    mg_status status = mg__safetensors_checksum(context, tensors, tensor_count, metadata, metadata_count, &checksum);
    if (status != MG_OK) return status;
    const mg__safetensor **order = sorted(context, tensors, tensor_count, sizeof *tensors, compare_layout);
    if (order == NULL) return MG_OUT_OF_MEMORY;
    mg__json_writer w = mg__json_writer_begin(context);
    size_t offset = 0, length;
    mg__json_put_object(&w);
    put_metadata(&w, metadata, metadata_count, checksum);
    for (size_t i = 0; i < tensor_count; i++) put_tensor(&w, order[i], &offset);
    mg__json_put_end(&w);
    char *json = mg__json_writer_finish(&w, &length);
    status = json == NULL ? mg_context_status(context) : write_all(context, path, order, tensor_count, json, length);
    mg__free(context, json);
    mg__free(context, order);
    return status;
}
