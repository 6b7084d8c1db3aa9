/* Pooling of the cpu backend: the largest of each window with or without its place, and the gather and scatter that go with it.
 * The planner sees to it that an index is one that a window_argmax of the same windows gave. Vectors run along the channels; rows
 * of the result are what threads claim. */
#ifndef MG_CPU_WINDOW_H
#define MG_CPU_WINDOW_H

#include "backend/cpu/isa.h"
#include "plan/program.h"

typedef struct mg__window_plan {
    const mg__window_step *step;
    mg__isa isa;
    mg_dtype dtype;
    bool apart; /* no two windows share a pixel: scatter writes each pixel once */
    int64_t tiles;
} mg__window_plan;

typedef struct mg__window_kernels {
    void (*largest)(const mg__window_step *step, const void *x, int32_t *index, void *y, int64_t first, int64_t end);
    void (*gather)(const mg__window_step *step, const void *x, const int32_t *index, void *y, int64_t first, int64_t end);
    void (*scatter)(const mg__window_step *step, bool apart, const void *x, const int32_t *index, void *y, int64_t first,
                    int64_t end);
} mg__window_kernels;

void mg__window_plan_make(const mg__window_step *step, mg_dtype dtype, mg__isa isa, mg__window_plan *plan);
/* x and y may be NULL where the step has none. */
void mg__window_run(const mg__window_plan *plan, const void *x, void *index, void *y, int64_t tile);

#endif
