/* The product kernels of one instruction set and one dtype, as product.c sees them. */
#ifndef MG_PRODUCT_KERNELS_H
#define MG_PRODUCT_KERNELS_H

#include "backend/cpu/product.h"

/* Long chains are cut at multiples of this, so that a panel of B stays in the first cache; C holds the partial sums. */
#define MG__PRODUCT_K_BLOCK 256

/* Elements that a copy of A takes: rows with a gap behind each, so that they do not collide again. */
#define MG__PRODUCT_A_GAP                16
#define MG__PRODUCT_A_ROOM(rows, length) ((rows) * ((length) + MG__PRODUCT_A_GAP))

typedef struct mg__product_kernels {
    int64_t lanes;       /* elements a vector */
    int64_t panel_rows;  /* rows of C that a kernel computes at once, at most */
    int64_t panel_width; /* columns of C that a kernel computes at once: two vectors */
    void (*run)(const mg__product_plan *plan, const void *a, const void *b, const void *bias, void *c, void *worker,
                int64_t tile);
} mg__product_kernels;

#endif
