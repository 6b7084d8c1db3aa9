/* The density of the trials that are not the best. They are many, and all alike: one width, of
 *
 *     0.3 n^(-1 / (dimensions + 4))     n: kernels, rounded down to a power of 2, so that it seldom changes
 *
 * by Scott's rule, but for the deviation; where there are few whole numbers a quarter of one's share at most, for what is known
 * of two layers says little of three. A log density is a sum over dimensions of height - (scale x + shift)^2 / 2, or of what a
 * table has for the kernel's word; these are kept by dimension, as floats side by side, and made once a kernel. */
#include "tune/tpe.h"

#include <math.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

enum { BLOCK = 256, LANES = 32 }; /* kernels that stay in the first cache for all candidates; sums side by side */
static const double even = 4;     /* weight of the even kernel: what nobody tried is not unlike the others */
enum { FEW = 8 };                 /* whole numbers that are as good as words */

typedef struct column {
    bool tabled;
    float *unit; /* NaN: not there */
    float *scale, *shift, *height;
    uint8_t *row; /* tabled: the kernel's value less the lowest; the number of values: it is not there */
} column;

struct mg__tpe_above {
    mg_context *context;
    const mg_space *space;
    int dimensions;
    int64_t count, capacity;
    double width;
    column column[MG_SPACE_MOST];
};

mg__tpe_above *mg__tpe_above_create(mg_context *context, const mg_space *space) {
    mg__tpe_above *above = mg__alloc_zero(context, sizeof *above);
    if (!above) return NULL;
    above->context = context;
    above->space = space;
    above->dimensions = mg_space_dimensions(space);
    for (int i = 0; i < above->dimensions; i++) above->column[i].tabled = mg__tpe_tabled(mg_space_dimension(space, i));
    return above;
}

void mg__tpe_above_destroy(mg_context *context, mg__tpe_above *above) {
    for (int i = 0; above && i < above->dimensions; i++) {
        mg__free(context, above->column[i].unit);
        mg__free(context, above->column[i].row);
    }
    mg__free(context, above);
}

/* --- kernels ----------------------------------------------------------------------------------------- */

/* Four columns of floats in one block, which is copied when it grows: a multiple of BLOCK each, the rest never there. */
static mg_status grow(mg__tpe_above *above, int64_t wanted) {
    if (wanted <= above->capacity) return MG_OK;
    const int64_t capacity = (wanted + wanted / 2 + BLOCK) / BLOCK * BLOCK;
    for (int i = 0; i < above->dimensions; i++) {
        column *c = &above->column[i];
        if (c->tabled) {
            uint8_t *row = mg__realloc(above->context, c->row, (size_t)capacity);
            if (!row) return MG_OUT_OF_MEMORY;
            memset(row + above->capacity, 0, (size_t)(capacity - above->capacity));
            c->row = row;
            continue;
        }
        float *block = mg__alloc_array(above->context, 4 * (size_t)capacity, sizeof *block);
        if (!block) return MG_OUT_OF_MEMORY;
        float **part[] = { &c->unit, &c->scale, &c->shift, &c->height }, *old = c->unit;
        for (int p = 0; p < 4; p++) {
            float *copy = block + p * capacity;
            if (old) memcpy(copy, *part[p], (size_t)above->capacity * sizeof *copy);
            *part[p] = copy;
        }
        mg__free(above->context, old);
    }
    above->capacity = capacity;
    return MG_OK;
}

static void set_kernel(const mg__tpe_above *above, column *c, int64_t k) {
    const double middle = (double)c->unit[k], width = above->width;
    const bool there = !isnan(middle);
    c->scale[k] = there ? (float)(1 / width) : 0;
    c->shift[k] = there ? (float)(-middle / width) : 0;
    const double mass = there ? mg__normal_mass(-middle / width, (1 - middle) / width) : 1;
    c->height[k] = there ? (float)-log(2.50662827463100050242 * width * mass) : 0;
}

mg_status mg__tpe_above_put(mg__tpe_above *above, int64_t at, const double *point) {
    if (grow(above, at + 1) != MG_OK) return MG_OUT_OF_MEMORY;
    if (at >= above->count) above->count = at + 1;
    for (int i = 0; i < above->dimensions; i++) {
        const mg_dimension *d = mg_space_dimension(above->space, i);
        column *c = &above->column[i];
        if (c->tabled) {
            c->row[at] = (uint8_t)(isnan(point[i]) ? (double)mg__values(d) : point[i] - d->low);
        } else {
            c->unit[at] = (float)mg__unit_of(d, point[i]);
            if (above->width > 0) set_kernel(above, c, at);
        }
    }
    return MG_OK;
}

static void set_width(mg__tpe_above *above, int64_t kernels) {
    int64_t power = 1;
    while (2 * power <= kernels) power *= 2;
    const double width = 0.3 * pow((double)power, -1.0 / (above->dimensions + 4));
    if (width == above->width) return;
    above->width = width;
    for (int i = 0; i < above->dimensions; i++)
        for (int64_t k = 0; !above->column[i].tabled && k < above->count; k++) set_kernel(above, &above->column[i], k);
}

/* --- densities --------------------------------------------------------------------------------------- */

/* exp(x), x in [-80, 0], to 2e-7 of its size, in arithmetic that compilers turn into vector code: 2^n (1 + r + r^2/2 + ...). */
INLINE float exponential(float x) {
    const float magic = 12582912, n = x * 1.44269504f + magic,
                whole = n - magic; /* 1.5 2^23: the last bits of n are the exponent */
    const float r = x - whole * 0.693359375f + whole * 2.12194440e-4f;
    const float p = 1 + r * (1 + r * (0.5f + r * (0.16666667f + r * (0.041666667f + r * (0.0083333333f + r * 0.0013888889f)))));
    uint32_t exponent, bits;
    float result;
    memcpy(&exponent, &n, sizeof exponent);
    memcpy(&bits, &p, sizeof bits);
    bits += exponent << 23;
    memcpy(&result, &bits, sizeof result);
    return result;
}

typedef struct place {
    float unit;
    bool there;
    float table[MG__TPE_TABLED + 1];
} place;

/* What kernels of each value say of the candidate's. */
static void fill_table(const mg__tpe_above *above, const mg_dimension *d, double value, int64_t kernels, float *table) {
    const int values = (int)mg__values(d);
    const mg__share share = mg__tpe_share(d, value);
    for (int v = 0; v < values; v++) {
        const double middle = mg__unit_of(d, d->low + v), width = values <= FEW ? 0.25 / values : above->width;
        table[v] =
            (float)(d->kind == MG_DIMENSION_CHOICE
                        ? mg__tpe_word(d, v == (int)value, kernels)
                        : mg__tpe_normal(d, &share, middle, width, mg__normal_mass(-middle / width, (1 - middle) / width)));
    }
    table[values] = 0;
}

/* The sum over a block of weight exp(log density - top), the largest having become top; `total` is what was before. */
INLINE double add_block(const mg__tpe_above *above, const place *at, const float *weight, int64_t from, double total,
                        double *top) {
    float sum[BLOCK], most[LANES], lanes[LANES] = { 0 };
    memset(sum, 0, sizeof sum);
    for (int i = 0; i < above->dimensions; i++) {
        const column *c = &above->column[i];
        if (!at[i].there) continue;
        if (c->tabled) {
            for (int k = 0; k < BLOCK; k++) sum[k] += at[i].table[c->row[from + k]];
            continue;
        }
        const float *scale = c->scale + from, *shift = c->shift + from, *height = c->height + from, x = at[i].unit;
        for (int k = 0; k < BLOCK; k++) {
            const float z = scale[k] * x + shift[k];
            sum[k] += height[k] - 0.5f * z * z;
        }
    }
    for (int k = 0; k < BLOCK; k++) sum[k] = weight[from + k] > 0 ? sum[k] : 0; /* what is left out must not be the largest */
    for (int l = 0; l < LANES; l++) most[l] = (float)*top;
    for (int k = 0; k < BLOCK; k += LANES)
        for (int l = 0; l < LANES; l++) most[l] = sum[k + l] > most[l] ? sum[k + l] : most[l];
    double highest = *top;
    for (int l = 0; l < LANES; l++) highest = fmax(highest, (double)most[l]);
    const float base = (float)highest;
    for (int k = 0; k < BLOCK; k++)
        sum[k] = sum[k] - base > -80 ? sum[k] - base : -80; /* a loop of its own, or it has branches */
    for (int k = 0; k < BLOCK; k++) sum[k] = weight[from + k] * exponential(sum[k]);
    for (int k = 0; k < BLOCK; k += LANES)
        for (int l = 0; l < LANES; l++) lanes[l] += sum[k + l];
    total *= exp(*top - highest);
    *top = highest;
    for (int l = 0; l < LANES; l++) total += (double)lanes[l];
    return total;
}

/* Compiled twice, for vectors of eight too; without fused multiply-adds, so that both have the same bits. */
typedef double adder(const mg__tpe_above *above, const place *at, const float *weight, int64_t from, double total, double *top);

static double add_plain(const mg__tpe_above *above, const place *at, const float *weight, int64_t from, double total,
                        double *top) {
    return add_block(above, at, weight, from, total, top);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) static double add_avx2(const mg__tpe_above *above, const place *at, const float *weight,
                                                       int64_t from, double total, double *top) {
    return add_block(above, at, weight, from, total, top);
}

static adder *best_adder(void) { return __builtin_cpu_supports("avx2") ? add_avx2 : add_plain; }
#else
static adder *best_adder(void) { return add_plain; }
#endif

mg_status mg__tpe_above_log(mg__tpe_above *above, const float *weight, int64_t count, int64_t kernels, const double *candidates,
                            double *log_density) {
    const int d = above->dimensions, all = MG__TPE_CANDIDATES;
    set_width(above, kernels);
    place *at = mg__alloc_array(above->context, (size_t)all * (size_t)d, sizeof *at);
    if (!at) return MG_OUT_OF_MEMORY;
    for (int c = 0; c < all; c++)
        for (int i = 0; i < d; i++) {
            const double value = candidates[c * d + i];
            place *p = &at[c * d + i];
            p->there = !isnan(value);
            if (!p->there) continue;
            p->unit = (float)mg__unit_of(mg_space_dimension(above->space, i), value);
            if (above->column[i].tabled) fill_table(above, mg_space_dimension(above->space, i), value, kernels + 1, p->table);
        }
    adder *add = best_adder();
    double total[MG__TPE_CANDIDATES], top[MG__TPE_CANDIDATES], weights = even;
    for (int c = 0; c < all; c++) total[c] = even, top[c] = 0;
    for (int64_t from = 0; from < count; from += BLOCK)
        for (int c = 0; c < all; c++) total[c] = add(above, at + c * d, weight, from, total[c], &top[c]);
    for (int64_t k = 0; k < count; k++) weights += (double)weight[k];
    for (int c = 0; c < all; c++) log_density[c] = top[c] + log(total[c] / weights);
    mg__free(above->context, at);
    return MG_OK;
}
