#include "backend/cpu/convolution.h"

#include "backend/cpu/convolution_kernels.h"
#include "backend/cpu/sizes.h"

#include <string.h>

#define DECLARE(isa) extern const mg__conv_kernels mg__conv_f32_##isa, mg__conv_f64_##isa;
DECLARE(plain)
#if defined(MG__HAVE_X86_ISAS)
DECLARE(avx2)
DECLARE(avx512)
#endif

#define BAND          24576 /* bytes of a band: it is read from the first cache, or nearly */
#define TILE_PRODUCTS 1e6   /* a tile does at least so many, where there are enough */
#define MOST_TILES    64
#define SLICES        8
#define SLICE_BYTES   ((int64_t)8 << 20) /* of the sums of all slices */
#define COMBINE       16384              /* elements a tile */

static const mg__conv_kernels *kernels_of(const mg__conv_plan *plan) {
    const bool single = plan->dtype == MG_F32;
    switch (plan->isa) {
#if defined(MG__HAVE_X86_ISAS)
    case MG__ISA_AVX2: return single ? &mg__conv_f32_avx2 : &mg__conv_f64_avx2;
    case MG__ISA_AVX512: return single ? &mg__conv_f32_avx512 : &mg__conv_f64_avx512;
#endif
    default: return single ? &mg__conv_f32_plain : &mg__conv_f64_plain;
    }
}

/* --- taps -------------------------------------------------------------------------------------------- */

/* Target t of y reads x at t stride + k dilation - padding. */
static bool forward_axis(mg_program *program, const mg__conv_step *s, int axis, mg__conv_axis *a) {
    const mg_convolution *slide = &s->attributes.slide;
    const int64_t kernel = s->w[axis];
    *a = (mg__conv_axis){ .targets = s->y[1 + axis], .step = slide->stride[axis], .to_step = 1, .taps = kernel };
    a->first = -slide->padding[2 * axis];
    a->reach = (kernel - 1) * slide->dilation[axis] + 1;
    a->kernel = mg__program_memory(program, (size_t)kernel * sizeof *a->kernel);
    a->offset = mg__program_memory(program, (size_t)kernel * sizeof *a->offset);
    for (int64_t k = 0; k < kernel && a->kernel && a->offset; k++) {
        a->kernel[k] = k;
        a->offset[k] = k * slide->dilation[axis];
    }
    return a->kernel && a->offset;
}

/* Pixel p = rest + t stride of dx reads dy at t + (rest + padding - k dilation) / stride, where that is whole. */
static bool data_axis(mg_program *program, const mg__conv_step *s, int axis, int64_t rest, mg__conv_axis *a) {
    const mg_convolution *slide = &s->attributes.slide;
    const int64_t kernel = s->w[axis], stride = slide->stride[axis], size = s->x[1 + axis];
    *a = (mg__conv_axis){ .targets = rest < size ? divide_up(size - rest, stride) : 0, .step = 1, .to = rest, .to_step = stride };
    a->kernel = mg__program_memory(program, (size_t)kernel * sizeof *a->kernel);
    a->offset = mg__program_memory(program, (size_t)kernel * sizeof *a->offset);
    if (!a->kernel || !a->offset) return false;
    for (int64_t k = kernel; k-- > 0;) {
        const int64_t at = rest + slide->padding[2 * axis] - k * slide->dilation[axis];
        if (at % stride != 0) continue;
        if (a->taps == 0) a->first = at / stride;
        a->kernel[a->taps] = k;
        a->offset[a->taps++] = at / stride - a->first;
    }
    a->reach = a->taps ? a->offset[a->taps - 1] + 1 : 1;
    return true;
}

static bool inside(const mg__conv_axis *a, int64_t size) {
    return a->first >= 0 && (a->targets - 1) * a->step + a->first + a->reach <= size;
}

/* Where the taps lie in a band, and which of them lie together. */
static bool lay_out(mg_program *program, const mg__conv_plan *plan, mg__conv_pass *p) {
    const int64_t channels = plan->source[3];
    p->in_place = inside(&p->down, plan->source[1]) && inside(&p->right, plan->source[2]);
    p->row = (p->in_place ? plan->source[2] : (p->right.targets - 1) * p->right.step + p->right.reach) * channels;
    p->taps = p->down.taps * p->right.taps;
    p->tap = mg__program_memory(program, (size_t)(p->taps + 1) * sizeof *p->tap);
    p->tap_kernel = mg__program_memory(program, (size_t)(p->taps + 1) * sizeof *p->tap_kernel);
    if (!p->tap || !p->tap_kernel) return false;
    for (int64_t i = 0, t = 0; i < p->down.taps; i++) {
        for (int64_t j = 0; j < p->right.taps; j++, t++) {
            p->tap[t] = p->down.offset[i] * p->row + p->right.offset[j] * channels;
            p->tap_kernel[t] = p->down.kernel[i] * plan->step->w[1] + p->right.kernel[j];
        }
    }
    const bool together = plan->groups == 1 && p->right.reach == p->right.taps && p->right.taps * channels <= MG__CONV_K_BLOCK;
    const int64_t run = together && p->taps ? p->right.taps : 1;
    p->length = run * plan->inner;
    p->segments = p->taps / run;
    p->segment = mg__program_memory(program, (size_t)(p->segments + 1) * sizeof *p->segment);
    for (int64_t i = 0; i < p->segments && p->segment; i++) p->segment[i] = p->tap[i * run];
    return p->segment != NULL;
}

static int64_t band_height(const mg__conv_pass *p, int64_t rows) { return (rows - 1) * p->down.step + p->down.reach; }

static void cut_bands(const mg__conv_plan *plan, mg__conv_pass *p, int64_t at_least) {
    const int64_t row = p->row * (int64_t)mg_dtype_size(plan->dtype), rows = larger(p->down.targets, 1);
    int64_t most = p->in_place ? rows : (BAND / row - p->down.reach) / p->down.step + 1;
    most = smaller(larger(most, smaller(rows, 4)), rows);
    p->bands = smaller(rows, larger(divide_up(rows, most), at_least));
    p->band_rows = divide_up(rows, p->bands);
    p->bands = divide_up(rows, p->band_rows);
}

/* --- correlations ------------------------------------------------------------------------------------ */

/* A 1 x 1 kernel sees no neighbours: the image is one long row. */
static bool flattens(const mg__conv_step *s) {
    const mg_convolution *slide = &s->attributes.slide;
    bool plain = s->w[0] == 1 && s->w[1] == 1 && slide->stride[0] == 1 && slide->stride[1] == 1;
    for (int i = 0; i < 4; i++) plain = plain && slide->padding[i] == 0;
    return plain;
}

static void flatten(int64_t image[4]) {
    image[2] *= image[1];
    image[1] = 1;
}

static bool plan_correlation(mg_program *program, mg__conv_plan *plan) {
    const mg__conv_step *s = plan->step;
    const bool data = s->kind == MG__CONV_DATA;
    const int64_t down = data ? s->attributes.slide.stride[0] : 1, right = data ? s->attributes.slide.stride[1] : 1;
    const int64_t size = (int64_t)mg_dtype_size(plan->dtype), width = kernels_of(plan)->panel_width;
    plan->strips = divide_up(plan->outer, width);
    plan->pass_count = smaller(down, plan->target[1]) * smaller(right, plan->target[2]);
    plan->passes = mg__program_memory(program, (size_t)plan->pass_count * sizeof *plan->passes);
    if (!plan->passes) return false;
    const double products = (double)s->y[0] * (double)s->y[1] * (double)s->y[2] * (double)s->y[3] * (double)s->w[0] *
                            (double)s->w[1] * (double)s->w[2];
    const int64_t wanted = (int64_t)(products / TILE_PRODUCTS) + 1,
                  tiles = plan->depthwise ? smaller(8 * wanted, MOST_TILES) : smaller(wanted, MOST_TILES);
    int64_t packed = 0, bands = 0;
    for (int64_t i = 0; i < plan->pass_count; i++) {
        mg__conv_pass *p = &plan->passes[i];
        const int64_t across = smaller(right, plan->target[2]);
        if (data ? !data_axis(program, s, 0, i / across, &p->down) || !data_axis(program, s, 1, i % across, &p->right)
                 : !forward_axis(program, s, 0, &p->down) || !forward_axis(program, s, 1, &p->right))
            return false;
        if (!lay_out(program, plan, p)) return false;
        cut_bands(plan, p, divide_up(tiles, plan->source[0] * plan->pass_count));
        p->packed = packed;
        packed += plan->groups * plan->strips * p->taps * plan->inner * width;
        bands += p->bands;
        const int64_t scratch = p->in_place ? 0 : band_height(p, p->band_rows) * p->row * size;
        plan->worker_bytes = (size_t)larger((int64_t)plan->worker_bytes, scratch);
    }
    plan->units = bands * plan->source[0];
    plan->phases = 2;
    plan->tiles[0] = plan->depthwise ? 0 : plan->pass_count * plan->groups * plan->strips;
    plan->tiles[1] = smaller(plan->units, tiles);
    plan->shared_bytes = plan->depthwise ? 0 : (size_t)(packed * size);
    return true;
}

/* --- the kernel's gradient --------------------------------------------------------------------------- */

static bool plan_weight(mg_program *program, mg__conv_plan *plan) {
    const mg__conv_step *s = plan->step;
    const int64_t size = (int64_t)mg_dtype_size(plan->dtype), images = s->x[0];
    const int64_t kernel = s->w[0] * s->w[1] * s->w[2] * s->w[3];
    mg__conv_pass *p = plan->passes = mg__program_memory(program, sizeof *p);
    if (!p || !forward_axis(program, s, 0, &p->down) || !forward_axis(program, s, 1, &p->right) || !lay_out(program, plan, p))
        return false;
    plan->pass_count = 1;
    plan->strips = divide_up(plan->outer, kernels_of(plan)->panel_width);
    /* a band: about K_BLOCK pixels, of one image or of several whole ones */
    const int64_t rows = smaller(p->down.targets, larger(1, MG__CONV_K_BLOCK / p->right.targets));
    p->bands = divide_up(p->down.targets, rows);
    p->band_rows = divide_up(p->down.targets, p->bands);
    p->bands = divide_up(p->down.targets, p->band_rows);
    plan->slices = larger(1, smaller(SLICE_BYTES / (kernel * size), smaller(images, SLICES)));
    const int64_t whole = larger(1, MG__CONV_K_BLOCK / (p->down.targets * p->right.targets));
    plan->images = p->bands == 1 ? smaller(whole, divide_up(images, plan->slices)) : 1;
    plan->image = p->in_place ? plan->source[1] * p->row : band_height(p, p->band_rows) * p->row;
    plan->pixel_row = mg__program_memory(program, (size_t)(plan->images * p->band_rows) * sizeof *plan->pixel_row);
    for (int64_t i = 0; i < plan->images * p->band_rows && plan->pixel_row; i++)
        plan->pixel_row[i] = i / p->band_rows * plan->image + i % p->band_rows * p->down.step * p->row;
    plan->parts = plan->depthwise ? 1 : smaller(p->segments, divide_up(SLICES, plan->slices));
    const int64_t panel = plan->images * p->band_rows * p->right.targets * kernels_of(plan)->panel_width;
    plan->worker_bytes = (size_t)(((p->in_place ? 0 : plan->images * plan->image) + panel) * size);
    plan->shared_bytes = plan->slices > 1 ? (size_t)(plan->slices * kernel * size) : 0;
    plan->phases = plan->slices > 1 ? 2 : 1;
    plan->tiles[0] = plan->slices * plan->parts;
    plan->tiles[1] = plan->slices > 1 ? divide_up(kernel, COMBINE) : 0;
    return plan->pixel_row != NULL;
}

bool mg__conv_plan_make(mg_program *program, const mg__conv_step *step, mg__isa isa, mg__conv_plan *plan) {
    const bool data = step->kind == MG__CONV_DATA;
    mg__conv_step *s = mg__program_memory(program, sizeof *s);
    if (!s) return false;
    *s = *step;
    if (flattens(s) && s->kind != MG__CONV_WEIGHT) {
        flatten(s->x);
        flatten(s->y);
    }
    *plan = (mg__conv_plan){ .step = s, .isa = isa, .dtype = program->buffers[step->c].dtype };
    plan->groups = s->attributes.slide.groups;
    plan->inner = data ? s->w[3] / plan->groups : s->w[2];
    plan->outer = data ? s->w[2] : s->w[3] / plan->groups;
    plan->depthwise = plan->inner == 1 && plan->outer == 1 && plan->groups > 1;
    memcpy(plan->source, data ? s->y : s->x, sizeof plan->source);
    memcpy(plan->target, data ? s->x : s->y, sizeof plan->target);
    return s->kind == MG__CONV_WEIGHT ? plan_weight(program, plan) : plan_correlation(program, plan);
}

void mg__conv_run(const mg__conv_plan *plan, const void *a, const void *b, const void *bias, void *c, void *shared, void *worker,
                  int phase, int64_t tile) {
    const mg__conv_kernels *kernels = kernels_of(plan);
    if (plan->step->kind != MG__CONV_WEIGHT) {
        if (phase == 0)
            kernels->pack(plan, b, shared, tile);
        else
            kernels->correlate(plan, a, b, shared, bias, c, worker, tile);
    } else if (phase == 0) {
        kernels->weight(plan, a, b, plan->slices > 1 ? shared : c, worker, tile);
    } else {
        kernels->combine(plan, shared, c, tile);
    }
}
