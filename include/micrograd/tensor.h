/* micrograd/tensor.h: an n-dimensional array in host memory. */
#ifndef MICROGRAD_TENSOR_H
#define MICROGRAD_TENSOR_H

#include <micrograd/context.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MG_MAX_RANK 8

/* Element types; there is no promotion between them: mixing is an error that names mg_cast. */
typedef enum mg_dtype {
    MG_F32,
    MG_F64,
    MG_I32,  /* indices and class labels */
    MG_BF16, /* reserved */
    MG_F16,  /* reserved */
} mg_dtype;

const char *mg_dtype_name(mg_dtype dtype); /* "f32", "f64", "i32" */
size_t mg_dtype_size(mg_dtype dtype);      /* bytes an element */

/* Row-major and without gaps. Open for reading: shape[0..rank), data. Rank 0 is a scalar, a dimension may be 0.
 * `owner` is the context that allocated the data, or NULL where the data is the caller's. */
typedef struct mg_tensor {
    mg_dtype dtype;
    int rank;
    int64_t shape[MG_MAX_RANK];
    void *data;
    mg_context *owner;
} mg_tensor;

/* A new tensor of zeros, 64-byte aligned. NULL on failure (rank outside 0..8, a negative or overflowing size, memory).
 * Destroy it with mg_tensor_destroy. */
mg_tensor *mg_tensor_create(mg_context *context, mg_dtype dtype, int rank, const int64_t *shape);
void mg_tensor_destroy(mg_tensor *tensor); /* NULL is fine */

/* A tensor over memory that stays the caller's: nothing to destroy. */
mg_tensor mg_tensor_borrow(mg_dtype dtype, int rank, const int64_t *shape, void *data);

int64_t mg_tensor_count(const mg_tensor *tensor); /* product of the shape; 1 for a scalar */
size_t mg_tensor_bytes(const mg_tensor *tensor);

/* Element `index` in row-major order, converted; index must be in range. */
double mg_tensor_get(const mg_tensor *tensor, int64_t index);
void mg_tensor_put(const mg_tensor *tensor, int64_t index, double value);

#ifdef __cplusplus
}
#endif
#endif
