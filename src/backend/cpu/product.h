/* Matrix products of the cpu backend: C[m,n] = op(A)[m,k] op(B)[k,n] + bias[n], row-major, f32 and f64.
 *
 * A product is planned once (how it is computed and cut) and run many times. Each element of C is one chain of fused
 * multiply-adds that begins with the bias and runs through k in order, whatever row or tile it is in; long chains pass through C
 * on their way, which changes nothing. So an instruction set gives the same bits for any number of threads, and a row's result
 * does not depend on how many rows there are. (The plain set on a machine without the instruction multiplies and adds, rounding
 * twice.) The cut into tiles follows from the shape alone. Nothing is allocated. */
#ifndef MG_PRODUCT_H
#define MG_PRODUCT_H

#include "backend/cpu/isa.h"

#include <micrograd/tensor.h>

typedef struct mg__product {
    mg_dtype dtype;                /* MG_F32, MG_F64 */
    bool transpose_a, transpose_b; /* A is stored [k,m], B is stored [n,k] */
    int64_t m, n, k;
    int64_t lda, ldb, ldc; /* elements from one stored row to the next */
    bool bias;             /* C starts from bias[n] instead of 0 */
    bool relu;             /* C = max(C, 0) at the end, NaN handed on */
} mg__product;

typedef enum mg__product_way {
    MG__PRODUCT_STRIPS,
    MG__PRODUCT_SWAPPED, /* few columns: computed as C' = op(B)' op(A)', so that vectors run along the rows of C */
    MG__PRODUCT_ONE_ROW  /* of an untransposed B, which is read in long runs */
} mg__product_way;

typedef struct mg__product_plan {
    mg__product product;
    mg__isa isa;
    mg__product_way way;
    bool pack_a,
        pack_b;    /* copied to the scratch, a tile's block or strip by strip, where cache lines would drive each other out */
    int64_t tiles; /* 0 where m or n is 0 */
    size_t worker_bytes;    /* scratch of each worker, may be 0 */
    bool keep_c;            /* partial sums of long chains lie in the scratch, since rows of C would drive each other out */
    int64_t room_b, room_a; /* elements of the scratch for the copies; the sums follow */
    int64_t tile_m, tile_n; /* rows and columns of C a tile */
} mg__product_plan;

void mg__product_plan_make(mg__product_plan *plan, const mg__product *product, mg__isa isa);

/* Computes one tile, numbered row by row; tiles are independent and may run in any order, at once. The scratch (NULL where it has
 * no bytes) is 64-byte aligned; A, B, C and bias need no alignment beyond their element's. C must not overlap the operands. */
void mg__product_run(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                     int64_t tile);

#endif
