#include "backend/cpu/window.h"

#define DECLARE(isa) extern const mg__window_kernels mg__window_f32_##isa, mg__window_f64_##isa;
DECLARE(plain)
#if defined(MG__HAVE_X86_ISAS)
DECLARE(avx2)
DECLARE(avx512)
#endif

#define TILE_ELEMENTS 32768

static const mg__window_kernels *kernels_of(const mg__window_plan *plan) {
    const bool single = plan->dtype == MG_F32;
    switch (plan->isa) {
#if defined(MG__HAVE_X86_ISAS)
    case MG__ISA_AVX2: return single ? &mg__window_f32_avx2 : &mg__window_f64_avx2;
    case MG__ISA_AVX512: return single ? &mg__window_f32_avx512 : &mg__window_f64_avx512;
#endif
    default: return single ? &mg__window_f32_plain : &mg__window_f64_plain;
    }
}

/* What is cut into tiles: rows of windows; images where a scatter may add to a row from several. */
static int64_t units(const mg__window_plan *plan) {
    const mg__window_step *s = plan->step;
    return s->kind == MG__WINDOW_SCATTER ? s->x[0] : s->x[0] * s->y[1];
}

void mg__window_plan_make(const mg__window_step *step, mg_dtype dtype, mg__isa isa, mg__window_plan *plan) {
    const mg_window *w = &step->window;
    *plan = (mg__window_plan){ .step = step, .isa = isa, .dtype = dtype };
    plan->apart = w->stride[0] >= w->kernel[0] && w->stride[1] >= w->kernel[1];
    const int64_t elements = step->x[0] * step->x[1] * step->x[2] * step->x[3], all = units(plan);
    plan->tiles = elements / TILE_ELEMENTS + 1;
    if (plan->tiles > all) plan->tiles = all;
}

void mg__window_run(const mg__window_plan *plan, const void *x, void *index, void *y, int64_t tile) {
    const mg__window_kernels *kernels = kernels_of(plan);
    const int64_t all = units(plan), first = all * tile / plan->tiles, end = all * (tile + 1) / plan->tiles;
    switch (plan->step->kind) {
    case MG__WINDOW_GATHER: kernels->gather(plan->step, x, index, y, first, end); break;
    case MG__WINDOW_SCATTER: kernels->scatter(plan->step, plan->apart, x, index, y, first, end); break;
    default: kernels->largest(plan->step, x, index, y, first, end); break;
    }
}
