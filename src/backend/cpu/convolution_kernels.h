/* The convolution kernels of one instruction set and one dtype, as convolution.c sees them. */
#ifndef MG_CONVOLUTION_KERNELS_H
#define MG_CONVOLUTION_KERNELS_H

#include "backend/cpu/convolution.h"

/* Long sums are cut at about so many products, so that a panel of the matrix stays in the first cache. */
#define MG__CONV_K_BLOCK 256

typedef struct mg__conv_kernels {
    int64_t panel_width;
    /* The matrix of one pass, group and strip, into its place. */
    void (*pack)(const mg__conv_plan *plan, const void *w, void *packed, int64_t tile);
    /* Target pixels of some units (an image, a pass, a band). */
    void (*correlate)(const mg__conv_plan *plan, const void *source, const void *w, const void *packed, const void *bias,
                      void *target, void *worker, int64_t tile);
    /* The kernel's gradient over a slice of the batch, for a part of its rows. */
    void (*weight)(const mg__conv_plan *plan, const void *x, const void *dy, void *sums, void *worker, int64_t tile);
    void (*combine)(const mg__conv_plan *plan, const void *sums, void *dw, int64_t tile);
} mg__conv_kernels;

#endif
