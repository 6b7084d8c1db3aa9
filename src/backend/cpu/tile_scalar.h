/* A kernel for each scalar instruction and each choice of operands that are single values, all derived from the table of
 * graph/scalar.h and the instructions of tile_instruction.h. */
#ifndef MG_TILE_SCALAR_H
#define MG_TILE_SCALAR_H

#include "backend/cpu/tile.h"
#include "backend/cpu/tile_instruction.h"

/* An operand is absent, a single value, or an array. */
INLINE vec first_of(const void *operand, int present, int single) {
    return present && single ? splat(*(const real *)operand) : zero();
}
INLINE vec next_of(const void *operand, int present, int single, vec value, int64_t at, int64_t count) {
    return present && !single ? load_some((const real *)operand + at, count) : value;
}

/* The last, shorter vector goes through the same instructions, so an element's bits do not depend on its place. */
#define KERNEL(name, arity, singles)                                                                      \
    static void name##_##singles(void *out, const void *a, const void *b, const void *c, int64_t count) { \
        const vec va = first_of(a, arity > 0, singles & 1);                                               \
        const vec vb = first_of(b, arity > 1, singles & 2);                                               \
        const vec vc = first_of(c, arity > 2, singles & 4);                                               \
        int64_t i = 0;                                                                                    \
        for (; i + LANES <= count; i += LANES) STEP(name, arity, singles, LANES)                          \
        if (i < count) STEP(name, arity, singles, count - i)                                              \
    }
#define STEP(name, arity, singles, n)                                                                                \
    store_some((real *)out + i,                                                                                      \
               do_##name(next_of(a, arity > 0, singles & 1, va, i, n), next_of(b, arity > 1, singles & 2, vb, i, n), \
                         next_of(c, arity > 2, singles & 4, vc, i, n)),                                              \
               n);

#define KERNELS_1(name) KERNEL(name, 1, 0)
#define KERNELS_2(name) KERNEL(name, 2, 0) KERNEL(name, 2, 1) KERNEL(name, 2, 2)
#define KERNELS_3(name) \
    KERNEL(name, 3, 0)  \
    KERNEL(name, 3, 1) KERNEL(name, 3, 2) KERNEL(name, 3, 3) KERNEL(name, 3, 4) KERNEL(name, 3, 5) KERNEL(name, 3, 6)
#define KERNELS(name, arity, expression) KERNELS_##arity(name)
MG__SCALAR_TABLE(KERNELS)

#define ENTRIES_1(name) \
    { name##_0 }
#define ENTRIES_2(name) \
    { name##_0, name##_1, name##_2 }
#define ENTRIES_3(name) \
    { name##_0, name##_1, name##_2, name##_3, name##_4, name##_5, name##_6 }
#define ENTRIES(name, arity, expression) ENTRIES_##arity(name),
#define SCALAR_KERNELS \
    { MG__SCALAR_TABLE(ENTRIES) }

#endif
