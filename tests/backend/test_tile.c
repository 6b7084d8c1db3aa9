/* The scalar tile kernels against the f64 function of their row: every instruction set of this machine, both dtypes, every choice
 * of operands that are single values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/cpu/tile.h"
#include "base/threads.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST 600 /* elements */

/* The bound of each f32 row in ulp; rows not named are rounded correctly (1/2). f64 rows equal their function bit for bit. */
static double bound_of(int row) {
    switch (row) {
    case MG__SCALAR_exp: return 1.5;
    case MG__SCALAR_expm1: return 2;
    case MG__SCALAR_log: return 1;
    case MG__SCALAR_log1p: return 2;
    case MG__SCALAR_sin: return 2;
    case MG__SCALAR_cos: return 2;
    case MG__SCALAR_tanh: return 2;
    case MG__SCALAR_sigmoid: return 2;
    case MG__SCALAR_erf: return 2;
    case MG__SCALAR_pow: return 1.5;
    default: return 0.5;
    }
}

/* Distance in units of the last place that a float has at `wanted`. Infinity counts as 2^128, so that either side of the overflow
 * is near the other; below the normal numbers a result may be flushed to 0. */
static double ulps(float got, double wanted) {
    if (isnan(wanted) || isnan(got)) return isnan(wanted) && isnan(got) ? 0 : INFINITY;
    const double g = isinf(got) ? copysign(0x1p128, got) : got, w = fabs(wanted) > 0x1p128 ? copysign(0x1p128, wanted) : wanted;
    if (fabs(w) < FLT_MIN && fabs(g) <= FLT_MIN) return 0;
    int exponent;
    frexp(fmax(fabs(w), FLT_MIN), &exponent);
    return fabs(g - w) / ldexp(1, exponent - 24 > 104 ? 104 : exponent - 24);
}

/* A denormal argument may count as 0. */
static double error_of(int row, float got, float a, float b, float c) {
    const mg__scalar *s = &mg__scalars[row];
    const double error = ulps(got, s->function(a, b, c));
    if (error <= 0.5) return error;
    const float fa = fabsf(a) < FLT_MIN ? 0 : a, fb = fabsf(b) < FLT_MIN ? 0 : b, fc = fabsf(c) < FLT_MIN ? 0 : c;
    return fa == a && fb == b && fc == c ? error : fmin(error, ulps(got, s->function(fa, fb, fc)));
}

static uint32_t random_state = 1;
static uint32_t random_bits(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return random_state ^ random_state >> 15;
}

static float float_of(uint32_t bits) {
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static const double extremes[] = { 0.0,      -0.0,     1,           -1,           0.5,      -0.5,      2,
                                   -2,       3,        -3,          1e-4,         -1e-4,    1e4,       -1e4,
                                   87.5,     -87.5,    88.7228,     88.7229,      -103.9,   -104.1,    1e-20,
                                   -1e-20,   1e20,     -1e20,       FLT_MIN,      -FLT_MIN, FLT_MAX,   -FLT_MAX,
                                   1e-42,    -1e-42,   INFINITY,    -INFINITY,    NAN,      8388607.5, 8388609,
                                   16777215, 16777216, -0.99999994, 2147483648.0, 1e30 };
#define EXTREMES ((int)(sizeof extremes / sizeof *extremes))

/* Ordinary sizes, now and then an extreme, now and then any bit pattern. */
static float sample(void) {
    const uint32_t kind = random_bits() % 8;
    if (kind == 0) return (float)extremes[random_bits() % (uint32_t)EXTREMES];
    if (kind == 1) return float_of(random_bits());
    const float size = ldexpf((float)(random_bits() & 0xFFFFFF) * 0x1p-24f + 0.5f, (int)(random_bits() % 10) - 5);
    return kind == 2 ? roundf(size) : kind % 2 ? size : -size;
}

typedef union numbers {
    float f32[3][MOST + 32];
    double f64[3][MOST + 32];
} numbers;

static double number(mg_dtype dtype, const void *at, int64_t index) {
    return dtype == MG_F32 ? (double)((const float *)at)[index] : ((const double *)at)[index];
}

static void put(mg_dtype dtype, void *at, int64_t index, double value) {
    if (dtype == MG_F32)
        ((float *)at)[index] = (float)value;
    else
        ((double *)at)[index] = value;
}

/* The same bits, but for which NaN it is. */
static void assert_same(mg_dtype dtype, const void *got, const void *wanted, int64_t count) {
    const size_t size = mg_dtype_size(dtype);
    for (int64_t i = 0; i < count; i++)
        if (!isnan(number(dtype, got, i)) || !isnan(number(dtype, wanted, i)))
            assert_memory_equal((const char *)got + size * (size_t)i, (const char *)wanted + size * (size_t)i, size);
}

/* One kernel at one count: values, what lies behind the end, and the same bits in place and one by one. */
static void check_kernel(const mg__tile_kernels *kernels, int row, int singles, int64_t count) {
    static numbers in, copy;
    static double out[MOST + 32], again[MOST + 32];
    const size_t size = mg_dtype_size(kernels->dtype), bytes = size * (size_t)count;
    const int arity = mg__scalars[row].arity;
    mg__tile_kernel *kernel = kernels->scalar[row][singles];
    char *operand[3] = { NULL, NULL, NULL }, *copied[3] = { NULL, NULL, NULL };
    for (int o = 0; o < arity; o++) {
        operand[o] = (char *)&in + (size_t)o * size * (MOST + 32) + size * (size_t)(1 + o); /* no alignment but the element's */
        copied[o] = (char *)&copy + (operand[o] - (char *)&in);
        for (int64_t i = 0; i < count; i++) put(kernels->dtype, operand[o], i, sample());
    }
    char *result = (char *)out + size;
    memset(out, 0x5A, sizeof out);
    kernel(result, operand[0], operand[1], operand[2], count);
    for (size_t i = 0; i < 16 * size; i++) assert_int_equal(result[bytes + i], 0x5A);
    for (int64_t i = 0; i < count; i++) {
        double x[3] = { 0 };
        for (int o = 0; o < arity; o++) x[o] = number(kernels->dtype, operand[o], singles >> o & 1 ? 0 : i);
        const double got = number(kernels->dtype, result, i), wanted = mg__scalars[row].function(x[0], x[1], x[2]);
        const int right = kernels->dtype == MG_F64
                              ? got == wanted || (isnan(got) && isnan(wanted))
                              : error_of(row, (float)got, (float)x[0], (float)x[1], (float)x[2]) <= bound_of(row) + 1e-6;
        if (!right)
            fail_msg("%s, %s, %s, singles %d, element %d of %d: f(%a, %a, %a) = %a, wanted %a", mg__scalars[row].name,
                     mg__isa_name(kernels->isa), kernels->dtype == MG_F32 ? "f32" : "f64", singles, (int)i, (int)count, x[0],
                     x[1], x[2], got, wanted);
    }
    for (int64_t i = 0; i < count; i++) { /* alone */
        const char *at[3];
        for (int o = 0; o < 3; o++) at[o] = operand[o] && !(singles >> o & 1) ? operand[o] + size * (size_t)i : operand[o];
        kernel((char *)again + size * (size_t)i, at[0], at[1], at[2], 1);
    }
    assert_same(kernels->dtype, again, result, count);
    for (int o = 0; o < arity; o++) { /* in place of each array */
        if (singles >> o & 1) continue;
        copy = in;
        kernel(copied[o], copied[0], copied[1], copied[2], count);
        assert_same(kernels->dtype, copied[o], result, count);
    }
}

static const int64_t counts[] = { 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 100, 511, 512, 513, 600 };

static void every_kernel_equals_its_function(void **state) {
    int ran = 0, wanted = 0;
    (void)state;
    for (int isa = 0; isa < MG__ISAS; isa++) {
        if (!mg__isa_available((mg__isa)isa)) continue;
        for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
            const mg__tile_kernels *kernels = mg__tile_kernels_for((mg__isa)isa, (mg_dtype)dtype);
            assert_int_equal(kernels->isa, isa);
            assert_int_equal(kernels->dtype, dtype);
            for (int row = 0; row < MG__SCALARS; row++) {
                const int all = (1 << mg__scalars[row].arity) - 1; /* never all single */
                wanted += all;
                for (int singles = 0; singles < 8; singles++) {
                    assert_int_equal(kernels->scalar[row][singles] != NULL, singles < all);
                    if (singles >= all) continue;
                    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) check_kernel(kernels, row, singles, counts[i]);
                    ran++;
                }
            }
        }
    }
    assert_int_equal(ran, wanted);
    assert_true(ran >= 2 * (MG__SCALARS + 2 * 10 + 6 * 2));
}

static void a_count_of_zero_writes_nothing(void **state) {
    float out = 5, a = 1, b = 2, c = 3;
    (void)state;
    for (int isa = 0; isa < MG__ISAS; isa++)
        for (int row = 0; row < MG__SCALARS && mg__isa_available((mg__isa)isa); row++)
            mg__tile_kernels_for((mg__isa)isa, MG_F32)->scalar[row][0](&out, &a, &b, &c, 0);
    assert_true(out == 5);
}

/* Every 1009th bit pattern of the arguments of one variable. */
static void unary_functions_keep_their_bound_over_all_floats(void **state) {
    enum { STRIDE = 1009, BLOCK = 512 };
    static float x[BLOCK], y[BLOCK];
    (void)state;
    for (int row = 0; row < MG__SCALARS; row++) {
        double worst[MG__ISAS] = { 0 };
        float where[MG__ISAS] = { 0 };
        if (mg__scalars[row].arity != 1) continue;
        for (uint64_t bits = 0; bits < (uint64_t)1 << 32; bits += (uint64_t)STRIDE * BLOCK) {
            for (uint64_t i = 0; i < BLOCK; i++) x[i] = float_of((uint32_t)(bits + i * STRIDE));
            for (int isa = 0; isa < MG__ISAS; isa++) {
                if (!mg__isa_available((mg__isa)isa)) continue;
                mg__tile_kernels_for((mg__isa)isa, MG_F32)->scalar[row][0](y, x, NULL, NULL, BLOCK);
                for (int i = 0; i < BLOCK; i++) {
                    const double error = error_of(row, y[i], x[i], 0, 0);
                    if (error > worst[isa]) worst[isa] = error, where[isa] = x[i];
                }
            }
        }
        for (int isa = 0; isa < MG__ISAS; isa++) {
            if (bound_of(row) > 0.5)
                print_message("%-8s %-7s %.3f ulp at %a\n", mg__scalars[row].name, mg__isa_name((mg__isa)isa), worst[isa],
                              (double)where[isa]);
            if (worst[isa] > bound_of(row) + 1e-6)
                fail_msg("%s, %s: %g ulp at %a, bound %g", mg__scalars[row].name, mg__isa_name((mg__isa)isa), worst[isa],
                         (double)where[isa], bound_of(row));
        }
    }
}

static void pow_keeps_its_bound_over_its_range(void **state) {
    static float x[512], y[512], z[512];
    (void)state;
    for (int isa = 0; isa < MG__ISAS; isa++) {
        double worst = 0;
        if (!mg__isa_available((mg__isa)isa)) continue;
        for (int block = 0; block < 1000; block++) {
            for (int i = 0; i < 512; i++) {
                x[i] = block % 2 ? float_of(random_bits() & 0x7FFFFFFF)
                                 : 1 + (float)((int)(random_bits() % 65536) - 32768) * 0x1p-17f;
                const double power = (double)random_bits() * 0x1p-32 * 240 - 130; /* wanted exponent of the result */
                y[i] = (float)(power / log2(x[i]));
            }
            mg__tile_kernels_for((mg__isa)isa, MG_F32)->scalar[MG__SCALAR_pow][0](z, x, y, NULL, 512);
            for (int i = 0; i < 512; i++) worst = fmax(worst, error_of(MG__SCALAR_pow, z[i], x[i], y[i], 0));
        }
        print_message("pow      %-7s %.3f ulp\n", mg__isa_name((mg__isa)isa), worst);
        assert_true(worst <= bound_of(MG__SCALAR_pow));
    }
}

static void extremes_of_two_operands_agree_with_c(void **state) {
    (void)state;
    for (int isa = 0; isa < MG__ISAS; isa++) {
        if (!mg__isa_available((mg__isa)isa)) continue;
        for (int row = 0; row < MG__SCALARS; row++) {
            if (mg__scalars[row].arity != 2) continue;
            for (int i = 0; i < EXTREMES; i++)
                for (int j = 0; j < EXTREMES; j++) {
                    const float a = (float)extremes[i], b = (float)extremes[j];
                    float got;
                    mg__tile_kernels_for((mg__isa)isa, MG_F32)->scalar[row][0](&got, &a, &b, NULL, 1);
                    if (error_of(row, got, a, b, 0) > bound_of(row) + 1e-6)
                        fail_msg("%s, %s: f(%a, %a) = %a, wanted %a", mg__scalars[row].name, mg__isa_name((mg__isa)isa),
                                 (double)a, (double)b, (double)got, mg__scalars[row].function(a, b, 0));
                }
        }
    }
}

/* As in the workers of a pool. */
static void functions_keep_their_bound_where_denormals_are_flushed(void **state) {
    static float x[512], y[512], z[512];
    const unsigned mode = mg__denormals_flush();
    double worst = 0;
    int worst_row = 0;
    for (int i = 0; i < 512; i++) {
        x[i] = i < EXTREMES ? (float)extremes[i] : float_of(random_bits() & (i % 3 ? 0x81FFFFFF : 0xFFFFFFFF)); /* many tiny */
        y[i] = i % 2 ? 1 : (float)extremes[i % EXTREMES];
    }
    for (int isa = 0; isa < MG__ISAS; isa++) {
        if (!mg__isa_available((mg__isa)isa)) continue;
        for (int row = 0; row < MG__SCALARS; row++) {
            if (mg__scalars[row].arity > 2) continue;
            mg__tile_kernels_for((mg__isa)isa, MG_F32)->scalar[row][0](z, x, y, NULL, 512);
            for (int i = 0; i < 512; i++) {
                /* what a flushed part of a sum could have added is below FLT_MIN */
                if (fabs((double)z[i] - mg__scalars[row].function(x[i], y[i], 0)) <= FLT_MIN) continue;
                const double error = error_of(row, z[i], x[i], y[i], 0) - bound_of(row);
                if (error > worst) worst = error, worst_row = row;
            }
        }
    }
    mg__denormals_restore(mode);
    (void)state;
    if (worst > 1e-6) fail_msg("%s: %g ulp beyond its bound", mg__scalars[worst_row].name, worst);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_kernel_equals_its_function),
        cmocka_unit_test(a_count_of_zero_writes_nothing),
        cmocka_unit_test(unary_functions_keep_their_bound_over_all_floats),
        cmocka_unit_test(pow_keeps_its_bound_over_its_range),
        cmocka_unit_test(extremes_of_two_operands_agree_with_c),
        cmocka_unit_test(functions_keep_their_bound_where_denormals_are_flushed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
