/* Convolutions of the cpu backend: y = conv2d(x, w) and its two transposes, images [n, h, w, c], f32 and f64.
 *
 * y and dx are both *correlations*: each pixel of a target is the sum over taps of a source pixel's channels by a matrix
 * [channels, outputs]. With a stride s, dx falls into s x s such correlations, one for each place of a pixel within a stride:
 * each has the taps of the kernel that meet it. A correlation is a product whose rows are pixels and whose k runs over taps and
 * channels, in segments that lie together in the source. So the kernels of products do the work, and nothing is unfolded: where
 * the kernel looks over the edge, a band of rows is copied into the worker's scratch with zeros around it. The matrices are
 * packed once a run.
 *
 * dw is a product too: rows are taps and channels, k runs over pixels. The batch is cut into slices with sums of their own, which
 * are added in order.
 *
 * As in products, each element is one chain of multiply-adds in an order that follows from the shapes alone (for dw: of a slice),
 * so the number of threads changes no bit and a row's result does not depend on its neighbours. */
#ifndef MG_CONVOLUTION_H
#define MG_CONVOLUTION_H

#include "backend/cpu/isa.h"
#include "plan/program.h"

/* How the taps reach from a row of target pixels into the source, on one axis: target t reads t * step + offset[i]. */
typedef struct mg__conv_axis {
    int64_t targets, step;
    int64_t to, to_step;        /* target t is pixel to + t * to_step */
    int64_t taps, first, reach; /* first: the smallest offset; reach: the largest less the smallest, and 1 */
    int64_t *kernel, *offset;   /* by tap, offsets ascending: its place in the kernel, its offset less `first` */
} mg__conv_axis;

typedef struct mg__conv_pass {
    mg__conv_axis down, right;
    bool in_place;                  /* the source is read as it lies; else band by band through the scratch */
    int64_t row;                    /* elements from one row of the band to the next */
    int64_t *tap, *tap_kernel;      /* by tap: elements from the band's beginning; its place in the kernel */
    int64_t taps, length, segments; /* taps in runs of `length` elements that lie together */
    int64_t *segment;
    int64_t band_rows, bands; /* target rows a band */
    int64_t packed;           /* where its matrices begin, in elements */
} mg__conv_pass;

typedef struct mg__conv_plan {
    const mg__conv_step *step;
    mg__isa isa;
    mg_dtype dtype;
    bool depthwise;               /* a channel to itself: vectors run along channels */
    int64_t groups, inner, outer; /* channels of source and target in a group */
    int64_t source[4], target[4];
    mg__conv_pass *passes;
    int64_t pass_count, strips, units;
    /* weight: */
    int64_t slices, parts; /* of the batch; of the kernel's rows */
    int64_t images, image; /* images a band, elements from one to the next */
    int64_t *pixel_row;    /* by row of the band's pixels: where it begins */

    int64_t tiles[2]; /* by phase */
    int phases;
    size_t worker_bytes, shared_bytes;
} mg__conv_plan;

/* false: no memory. */
bool mg__conv_plan_make(mg_program *program, const mg__conv_step *step, mg__isa isa, mg__conv_plan *plan);
/* One tile of one phase: x and w, dy and w, or x and dy; bias NULL for none. */
void mg__conv_run(const mg__conv_plan *plan, const void *a, const void *b, const void *bias, void *c, void *shared, void *worker,
                  int phase, int64_t tile);

#endif
