/* safetensors (github.com/huggingface/safetensors): u64 little-endian header length N, N bytes of JSON, then the tensors' bytes
 * without holes. Strings of our own live in the header's __metadata__. docs/model-format.md says what micrograd puts there. */
#ifndef MG_SAFETENSORS_H
#define MG_SAFETENSORS_H

#include "interop/file.h"

#include <micrograd/tensor.h>

#define MG__SAFETENSORS_HEADER_LIMIT 100000000u /* the format's own cap on N */
#define MG__SAFETENSORS_CHECKSUM     "micrograd.checksum"
#define MG__SAFETENSORS_KIND         "micrograd.kind" /* what a file of ours holds; absent: a network */

/* One row a type: identifier, spelling in the file, bytes an element (also its alignment). */
#define MG__ST_TABLE(X)       \
    X(MG__ST_BOOL, "BOOL", 1) \
    X(MG__ST_U8, "U8", 1)     \
    X(MG__ST_I8, "I8", 1)     \
    X(MG__ST_I16, "I16", 2)   \
    X(MG__ST_U16, "U16", 2)   \
    X(MG__ST_F16, "F16", 2)   \
    X(MG__ST_BF16, "BF16", 2) \
    X(MG__ST_I32, "I32", 4)   \
    X(MG__ST_U32, "U32", 4)   \
    X(MG__ST_F32, "F32", 4)   \
    X(MG__ST_F64, "F64", 8)   \
    X(MG__ST_I64, "I64", 8)   \
    X(MG__ST_U64, "U64", 8)

typedef enum mg__st_dtype {
#define MG__ST_ENUM(name, text, size) name,
    MG__ST_TABLE(MG__ST_ENUM)
#undef MG__ST_ENUM
} mg__st_dtype;

const char *mg__st_dtype_name(mg__st_dtype dtype);
size_t mg__st_dtype_size(mg__st_dtype dtype);
mg__st_dtype mg__st_dtype_of(mg_dtype dtype); /* MG_F32 -> MG__ST_F32 ... */

/* A tensor of a file. When read, data points into the file's block and may lie unaligned: use memcpy. */
typedef struct mg__safetensor {
    const char *name;
    mg__st_dtype dtype;
    int rank;
    int64_t shape[MG_MAX_RANK];
    const void *data;
    size_t bytes; /* set by the reader; the writer computes it */
} mg__safetensor;

typedef struct mg__pair {
    const char *key, *value;
} mg__pair;

/* A file in memory. Open for reading; tensors are sorted by name. */
typedef struct mg__safetensors {
    mg_context *context;
    char *path;
    size_t tensor_count, metadata_count;
    mg__safetensor *tensors;
    mg__pair *metadata;
    mg__bytes bytes;
    struct mg__json_document *document; /* owns the names */
} mg__safetensors;

/* Reads and checks everything that the format promises: a header within its cap and within the file, known types, shapes whose
 * product times the element size is the length of their bytes, no hole, no overlap, nothing missing and nothing left at the end.
 * NULL on failure (MG_FILE, MG_FORMAT). The checksum is checked by mg__safetensors_verify. */
mg__safetensors *mg__safetensors_read(mg_context *context, const char *path);
/* The same from a copy of bytes in memory; `path` is for messages. */
mg__safetensors *mg__safetensors_parse(mg_context *context, const char *path, const void *bytes, size_t length);
void mg__safetensors_destroy(mg__safetensors *file); /* NULL is fine */

const mg__safetensor *mg__safetensors_find(const mg__safetensors *file, const char *name); /* NULL: not there */
const char *mg__safetensors_metadata(const mg__safetensors *file, const char *key);        /* NULL: not there */

/* MG_FORMAT where the metadata's checksum is not that of the content; MG_OK where it is, or where the file has none (other tools
 * write none; a model of ours without one is damaged). */
mg_status mg__safetensors_verify(const mg__safetensors *file);

/* FNV-1a 64 over the metadata in order of key ("key\0value\0", without the checksum), then over the tensors in order of name:
 * "name\0", "dtype\0", rank and shape as 64-bit little-endian, the bytes. Independent of the layout that a tool gave the file. */
mg_status mg__safetensors_checksum(mg_context *context, const mg__safetensor *tensors, size_t tensor_count,
                                   const mg__pair *metadata, size_t metadata_count, uint64_t *checksum);

/* Writes a file atomically. Tensors are laid out by element size descending, then by name, as the reference writer does; the
 * header is padded to a multiple of 8 and the checksum is added to the metadata. Neither array needs an order; names and keys
 * must be unique. */
mg_status mg__safetensors_write(mg_context *context, const char *path, const mg__safetensor *tensors, size_t tensor_count,
                                const mg__pair *metadata, size_t metadata_count);

#endif
