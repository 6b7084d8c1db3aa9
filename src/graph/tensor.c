/* The tensor: a shape over memory that is owned or borrowed. */
#include "base/base.h"

#include <micrograd/tensor.h>

#include <math.h>
#include <string.h>

static const struct {
    const char *name;
    size_t size;
} dtypes[] = {
    [MG_F32] = { "f32", 4 }, [MG_F64] = { "f64", 8 }, [MG_I32] = { "i32", 4 }, [MG_BF16] = { "bf16", 2 }, [MG_F16] = { "f16", 2 },
};

static bool dtype_known(mg_dtype dtype) { return (size_t)dtype < sizeof dtypes / sizeof *dtypes; }

const char *mg_dtype_name(mg_dtype dtype) { return dtype_known(dtype) ? dtypes[dtype].name : "unknown"; }

size_t mg_dtype_size(mg_dtype dtype) { return dtype_known(dtype) ? dtypes[dtype].size : 0; }

/* The bytes must fit an int64_t too, so that every offset is one. A dimension of 0 does not hide that the others overflow. */
static bool shape_bytes(int rank, const int64_t *shape, size_t element, size_t *bytes) {
    size_t count = 1, nonzero = element;
    for (int i = 0; i < rank; i++) {
        size_t dimension = (size_t)shape[i];
        count *= dimension;
        if (dimension && (!mg__size_multiply(nonzero, dimension, &nonzero) || nonzero > PTRDIFF_MAX)) return false;
    }
    *bytes = count ? nonzero : 0;
    return true;
}

static bool request_check(mg_context *context, mg_dtype dtype, int rank, const int64_t *shape, size_t *bytes) {
    if (dtype != MG_F32 && dtype != MG_F64 && dtype != MG_I32) {
        mg__fail(context, MG_UNSUPPORTED, "tensor: dtype %s (%d) holds no data yet; use f32, f64 or i32", mg_dtype_name(dtype),
                 (int)dtype);
        return false;
    }
    if (rank < 0 || rank > MG_MAX_RANK || (rank > 0 && !shape)) {
        mg__fail(context, MG_INVALID, "tensor: rank %d%s; wanted a rank from 0 to %d and as many dimensions", rank,
                 shape ? "" : " without a shape", MG_MAX_RANK);
        return false;
    }
    for (int i = 0; i < rank; i++) {
        if (shape[i] >= 0) continue;
        mg__fail(context, MG_INVALID, "tensor: dimension %d is %lld; wanted 0 or more", i, (long long)shape[i]);
        return false;
    }
    if (!shape_bytes(rank, shape, mg_dtype_size(dtype), bytes)) {
        mg__fail(context, MG_INVALID, "tensor: a %s tensor of this shape (rank %d) exceeds the address space",
                 mg_dtype_name(dtype), rank);
        return false;
    }
    return true;
}

mg_tensor *mg_tensor_create(mg_context *context, mg_dtype dtype, int rank, const int64_t *shape) {
    size_t bytes;
    if (!context || !request_check(context, dtype, rank, shape, &bytes)) return NULL;
    mg_tensor *tensor = mg__alloc(context, sizeof *tensor);
    void *data = tensor ? mg__alloc_zero(context, bytes) : NULL;
    if (!data) {
        mg__free(context, tensor);
        return NULL;
    }
    *tensor = mg_tensor_borrow(dtype, rank, shape, data);
    tensor->owner = context;
    return tensor;
}

void mg_tensor_destroy(mg_tensor *tensor) {
    if (!tensor || !tensor->owner) return;
    mg_context *owner = tensor->owner;
    mg__free(owner, tensor->data);
    mg__free(owner, tensor);
}

/* There is no context to complain to: a rank out of range gives an empty tensor. */
mg_tensor mg_tensor_borrow(mg_dtype dtype, int rank, const int64_t *shape, void *data) {
    mg_tensor tensor = { .dtype = dtype, .rank = 1, .data = data };
    if (rank < 0 || rank > MG_MAX_RANK || (rank > 0 && !shape)) return tensor;
    tensor.rank = rank;
    for (int i = 0; i < rank; i++) tensor.shape[i] = shape[i];
    return tensor;
}

int64_t mg_tensor_count(const mg_tensor *tensor) {
    int64_t count = 1;
    for (int i = 0; i < tensor->rank; i++) count *= tensor->shape[i];
    return count;
}

size_t mg_tensor_bytes(const mg_tensor *tensor) { return (size_t)mg_tensor_count(tensor) * mg_dtype_size(tensor->dtype); }

double mg_tensor_get(const mg_tensor *tensor, int64_t index) {
    switch (tensor->dtype) {
    case MG_F32: return ((const float *)tensor->data)[index];
    case MG_F64: return ((const double *)tensor->data)[index];
    case MG_I32: return ((const int32_t *)tensor->data)[index];
    case MG_BF16:
    case MG_F16: break;
    }
    return NAN;
}

/* Toward zero; out of range goes to the nearest end and NaN to 0, where a plain cast would be undefined. */
static int32_t to_int32(double value) {
    if (isnan(value)) return 0;
    return value <= INT32_MIN ? INT32_MIN : value >= INT32_MAX ? INT32_MAX : (int32_t)value;
}

void mg_tensor_put(const mg_tensor *tensor, int64_t index, double value) {
    switch (tensor->dtype) {
    case MG_F32: ((float *)tensor->data)[index] = (float)value; break;
    case MG_F64: ((double *)tensor->data)[index] = value; break;
    case MG_I32: ((int32_t *)tensor->data)[index] = to_int32(value); break;
    case MG_BF16:
    case MG_F16: break;
    }
}
