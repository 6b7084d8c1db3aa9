/* Reductions, loads and stores, and random numbers of the tile kernels, on every instruction set of this machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/cpu/tile.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define MOST  4096
#define GUARD 0x5A

static double in[MOST], out[MOST + 64]; /* room for either dtype */
static mg_dtype dtype;                  /* of the kernels at work */
static size_t size;

static double get(const void *at, int64_t index) {
    return dtype == MG_F32 ? (double)((const float *)at)[index] : ((const double *)at)[index];
}

static void put(void *at, int64_t index, double value) {
    if (dtype == MG_F32)
        ((float *)at)[index] = (float)value;
    else
        ((double *)at)[index] = value;
}

static double sample(int64_t i) { /* of both signs, without a pattern that the lanes share */
    const uint32_t bits = (uint32_t)i * 2654435761u;
    return ((double)(bits >> 8) * 0x1p-24 - 0.4) * 8;
}

static void *element(void *base, int64_t index) { return (char *)base + (size_t)index * size; }

static void assert_guard(int64_t count) {
    const unsigned char *behind = element(out, count);
    for (int i = 0; i < 64; i++) assert_int_equal(behind[i], GUARD);
}

typedef void check(const mg__tile_kernels *kernels);

static void on_every_set(check *function) {
    int ran = 0;
    for (int isa = 0; isa < MG__ISAS; isa++) {
        if (!mg__isa_available((mg__isa)isa)) continue;
        for (dtype = MG_F32; dtype <= MG_F64; dtype++) {
            size = mg_dtype_size(dtype);
            for (int64_t i = 0; i < (int64_t)(sizeof in / size); i++) put(in, i, sample(i));
            memset(out, GUARD, sizeof out);
            function(mg__tile_kernels_for((mg__isa)isa, dtype));
            ran++;
        }
    }
    assert_true(ran >= 2);
}

static const int64_t widths[] = { 1, 2, 3, 7, 8, 9, 10, 15, 16, 17, 31, 32, 33, 64, 100, 129, 512, 777 };
#define WIDTHS (sizeof widths / sizeof *widths)
#define ROWS   5

/* ---- reductions ---- */

/* 16 lanes, joined 8, 4, 2, 1 apart: the bits are those of this loop on every instruction set. */
static double tree_sum(const void *row, int64_t columns) {
    double lanes[16] = { 0 };
    for (int64_t i = 0; i < columns; i++) {
        const double sum = lanes[i % 16] + get(row, i);
        lanes[i % 16] = dtype == MG_F32 ? (double)(float)sum : sum;
    }
    for (int half = 8; half > 0; half /= 2)
        for (int lane = 0; lane < half; lane++) {
            const double sum = lanes[lane] + lanes[lane + half];
            lanes[lane] = dtype == MG_F32 ? (double)(float)sum : sum;
        }
    return lanes[0];
}

static void check_sums(const mg__tile_kernels *kernels) {
    for (size_t w = 0; w < WIDTHS; w++) {
        kernels->sum_rows(out, element(in, 1), ROWS, widths[w]);
        for (int64_t r = 0; r < ROWS; r++) assert_true(get(out, r) == tree_sum(element(in, 1 + r * widths[w]), widths[w]));
        assert_guard(ROWS);
    }
    kernels->sum_rows(out, in, 2, 0);
    assert_true(get(out, 0) == 0 && get(out, 1) == 0);
}

static double first_largest(const void *row, int64_t columns, int64_t *at) {
    int64_t best = 0;
    for (int64_t i = 1; i < columns; i++) {
        const double a = get(row, best), b = get(row, i);
        if (!isnan(a) && (b > a || isnan(b))) best = i;
    }
    *at = best;
    return get(row, best);
}

static void check_largest_at(const mg__tile_kernels *kernels, int64_t columns) {
    static int32_t places[ROWS + 1];
    kernels->max_rows(out, element(in, 1), ROWS, columns);
    places[ROWS] = GUARD;
    kernels->argmax_rows(places, element(in, 1), ROWS, columns);
    assert_int_equal(places[ROWS], GUARD);
    for (int64_t r = 0; r < ROWS; r++) {
        int64_t at;
        const double largest = first_largest(element(in, 1 + r * columns), columns, &at);
        assert_true(get(out, r) == largest || (isnan(largest) && isnan(get(out, r))));
        assert_int_equal(places[r], at);
    }
}

static void check_largest(const mg__tile_kernels *kernels) {
    for (size_t w = 0; w < WIDTHS; w++) {
        const int64_t columns = widths[w];
        check_largest_at(kernels, columns);
        assert_guard(ROWS);
        put(in, 1 + columns / 2, 100), put(in, 1 + columns - 1, 100); /* a tie goes to the first */
        check_largest_at(kernels, columns);
        put(in, 1 + columns + columns / 3, NAN), put(in, 1 + 2 * columns - 1, INFINITY); /* a NaN is the largest */
        check_largest_at(kernels, columns);
        for (int64_t i = 0; i < columns; i++) put(in, 1 + 2 * columns + i, -INFINITY);
        check_largest_at(kernels, columns);
        for (int64_t i = 0; i < 2 + 3 * columns; i++) put(in, i, sample(i));
    }
    kernels->max_rows(out, in, 1, 0);
    assert_true(get(out, 0) == -INFINITY);
}

static void check_columns(const mg__tile_kernels *kernels) {
    for (size_t w = 0; w < WIDTHS; w++) {
        const int64_t columns = widths[w];
        for (int64_t c = 0; c < columns; c++) put(out, 1 + c, sample(c + 5));
        kernels->add_columns(element(out, 1), element(in, 1), ROWS, columns);
        for (int64_t c = 0; c < columns; c++) {
            double total = dtype == MG_F32 ? (double)(float)sample(c + 5) : sample(c + 5);
            for (int64_t r = 0; r < ROWS; r++) {
                total += get(in, 1 + r * columns + c);
                if (dtype == MG_F32) total = (float)total;
            }
            assert_true(get(out, 1 + c) == total);
        }
        assert_guard(1 + columns);
        memset(out, GUARD, sizeof out);
    }
}

/* ---- loads and stores ---- */

static void check_expansion(const mg__tile_kernels *kernels) {
    for (size_t w = 0; w < WIDTHS; w++) {
        const int64_t columns = widths[w];
        kernels->expand_rows(element(out, 1), in, 3, ROWS, columns);
        for (int64_t r = 0; r < ROWS; r++)
            for (int64_t c = 0; c < columns; c++) assert_true(get(out, 1 + r * columns + c) == get(in, 3 * r));
        assert_guard(1 + ROWS * columns);
        kernels->expand_columns(element(out, 1), element(in, 1), ROWS, columns);
        for (int64_t r = 0; r < ROWS; r++)
            for (int64_t c = 0; c < columns; c++) assert_true(get(out, 1 + r * columns + c) == get(in, 1 + c));
        assert_guard(1 + ROWS * columns);
        kernels->fill(out, sample(w > 3), columns);
        for (int64_t c = 0; c < columns; c++)
            assert_true(get(out, c) == (dtype == MG_F32 ? (double)(float)sample(w > 3) : sample(w > 3)));
        memset(out, GUARD, sizeof out);
    }
    kernels->expand_columns(out, in, 0, 5);
    kernels->expand_columns(out, in, 5, 0);
    kernels->expand_rows(out, in, 1, 5, 0);
    kernels->fill(out, 1, 0);
    assert_guard(0);
    kernels->fill(out, -0.0, 1);
    assert_true(get(out, 0) == 0 && signbit(get(out, 0)));
    memset(out, GUARD, sizeof out);
}

static void check_strides(const mg__tile_kernels *kernels) {
    static const int64_t shapes[][2] = { { 1, 1 }, { 1, 7 }, { 7, 1 }, { 4, 16 }, { 5, 17 }, { 16, 16 }, { 13, 20 } };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        const int64_t rows = shapes[s][0], columns = shapes[s][1];
        /* rows and columns apart: dense, spaced rows, transposed, transposed and spaced, both, one value a row, one row, one
         * value, backwards */
        const int64_t strides[][2] = { { columns, 1 }, { columns + 3, 1 }, { 1, rows }, { 1, rows + 2 }, { 2 * columns, 2 },
                                       { 3, 0 },       { 0, 1 },           { 0, 0 },    { -columns, -1 } };
        for (size_t k = 0; k < sizeof strides / sizeof *strides; k++) {
            const int64_t down = strides[k][0], right = strides[k][1];
            char *from = element(in, down < 0 ? rows * columns : 1);
            kernels->load_strided(element(out, 1), from, down, right, rows, columns);
            for (int64_t r = 0; r < rows; r++)
                for (int64_t c = 0; c < columns; c++)
                    assert_true(get(out, 1 + r * columns + c) == get(from, r * down + c * right));
            assert_guard(1 + rows * columns);
            memset(out, GUARD, sizeof out);
            if (down <= 0 || right <= 0) continue; /* several elements in one place */
            kernels->store_strided(out, in, down, right, rows, columns);
            for (int64_t r = 0; r < rows; r++)
                for (int64_t c = 0; c < columns; c++) assert_true(get(out, r * down + c * right) == get(in, r * columns + c));
            assert_guard((rows - 1) * down + (columns - 1) * right + 1);
            if (down > columns && right == 1 && rows > 1) assert_int_equal(*(unsigned char *)element(out, columns), GUARD);
            memset(out, GUARD, sizeof out);
        }
    }
}

static void check_conversion(const mg__tile_kernels *kernels) {
    static const double values[] = { 0,         -0.0,         1.5,          -1.5,          0.9999,        -0.9999, 16777217,
                                     -16777219, 2147483647.0, 2147483648.0, -2147483648.0, -2147483649.0, 1e10,    -1e10,
                                     1e300,     -1e300,       NAN,          INFINITY,      -INFINITY,     0.1,     2147483520.0 };
    enum { COUNT = sizeof values / sizeof *values };
    float singles[COUNT];
    double doubles[COUNT];
    int32_t integers[COUNT];
    for (int i = 0; i < COUNT; i++) singles[i] = (float)values[i], integers[i] = i % 2 ? INT32_MAX - i : INT32_MIN + i;

    kernels->load_as(out, singles, MG_F32, COUNT);
    for (int i = 0; i < COUNT; i++) assert_true(get(out, i) == singles[i] || isnan(values[i]));
    kernels->store_as(doubles, MG_F64, out, COUNT);
    for (int i = 0; i < COUNT; i++) assert_true(doubles[i] == singles[i] || isnan(values[i]));
    kernels->load_as(out, values, MG_F64, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_true(get(out, i) == (dtype == MG_F32 ? (double)(float)values[i] : values[i]) ||
                    (isnan(values[i]) && isnan(get(out, i))));
    kernels->store_as(singles, MG_F32, out, COUNT);
    for (int i = 0; i < COUNT; i++) assert_true(singles[i] == (float)values[i] || isnan(values[i]));
    kernels->load_as(out, integers, MG_I32, COUNT);
    for (int i = 0; i < COUNT; i++)
        assert_true(get(out, i) == (dtype == MG_F32 ? (double)(float)integers[i] : (double)integers[i]));

    kernels->load_as(out, values, MG_F64, COUNT);
    kernels->store_as(integers, MG_I32, out, COUNT);
    for (int i = 0; i < COUNT; i++) {
        const double x = get(out, i), whole = trunc(x);
        assert_int_equal(integers[i], whole >= -2147483648.0 && whole <= 2147483647.0 ? (int32_t)whole : INT32_MIN);
    }
    memset(out, GUARD, sizeof out);

    kernels->count_up(out, ((int64_t)1 << 24) - 20, 100);
    for (int i = 0; i < 100; i++)
        assert_true(get(out, i) ==
                    (dtype == MG_F32 ? (double)(float)(((int64_t)1 << 24) - 20 + i) : (double)(((int64_t)1 << 24) - 20 + i)));
    assert_guard(100);
    kernels->count_up(out, -50, 100);
    for (int i = 0; i < 100; i++) assert_true(get(out, i) == i - 50);
    memset(out, GUARD, sizeof out);
}

/* ---- random numbers ---- */

static double ulps(double got, double wanted) {
    int exponent;
    frexp(wanted, &exponent);
    return wanted == 0 ? (got == 0 ? 0 : INFINITY)
                       : fabs(got - wanted) / ldexp(1, exponent - (dtype == MG_F32 ? FLT_MANT_DIG : DBL_MANT_DIG));
}

static void check_random(const mg__tile_kernels *kernels) {
    static const mg__stream streams[] = { { 0, 0, 0 }, { 1, 2, 3 }, { ~(uint64_t)0, 99, (uint64_t)1 << 35 } };
    static const uint64_t positions[] = { 0, 1, 2, 3, 5, 62, 64, 1001, ((uint64_t)1 << 34) - 30, ((uint64_t)1 << 40) + 7 };
    static const int64_t counts[] = { 1, 2, 3, 4, 5, 63, 64, 65, 130, 512 };
    double worst = 0;
    for (size_t s = 0; s < 3; s++)
        for (size_t p = 0; p < sizeof positions / sizeof *positions; p++)
            for (size_t n = 0; n < sizeof counts / sizeof *counts; n++) {
                const uint64_t row = s * 1234567891011u + p;
                kernels->uniform(element(out, 1), &streams[s], row, positions[p], counts[n]);
                for (int64_t i = 0; i < counts[n]; i++)
                    assert_true(get(out, 1 + i) == mg__random_uniform(&streams[s], row, positions[p] + (uint64_t)i));
                assert_guard(1 + counts[n]);
                kernels->normal(element(out, 1), &streams[s], row, positions[p], counts[n]);
                for (int64_t i = 0; i < counts[n]; i++)
                    worst = fmax(worst, ulps(get(out, 1 + i), mg__random_normal(&streams[s], row, positions[p] + (uint64_t)i)));
                assert_guard(1 + counts[n]);
                memset(out, GUARD, sizeof out);
            }
    for (uint64_t row = 0; row < 200; row++) { /* many more, and the same bits whatever the range asked for */
        kernels->normal(out, &streams[1], row, 3, 1000);
        for (int64_t i = 0; i < 1000; i++)
            worst = fmax(worst, ulps(get(out, i), mg__random_normal(&streams[1], row, 3 + (uint64_t)i)));
        double alone;
        kernels->normal(&alone, &streams[1], row, 3 + row, 1);
        assert_memory_equal(&alone, element(out, (int64_t)row), size);
    }
    print_message("normal %-7s %s %.3f ulp\n", mg__isa_name(kernels->isa), mg_dtype_name(dtype), worst);
    assert_true(worst <= 4);
    memset(out, GUARD, sizeof out);
    kernels->uniform(out, &streams[0], 0, 0, 0);
    kernels->normal(out, &streams[0], 0, 0, 0);
    assert_guard(0);
}

static void sums_of_rows_have_the_bits_of_the_fixed_tree(void **state) { (void)state, on_every_set(check_sums); }
static void the_largest_of_rows_and_its_place_are_found(void **state) { (void)state, on_every_set(check_largest); }
static void columns_are_added_in_order(void **state) { (void)state, on_every_set(check_columns); }
static void rows_and_columns_are_expanded(void **state) { (void)state, on_every_set(check_expansion); }
static void strided_loads_and_stores_move_each_element(void **state) { (void)state, on_every_set(check_strides); }
static void other_dtypes_are_converted(void **state) { (void)state, on_every_set(check_conversion); }
static void random_numbers_are_those_of_their_address(void **state) { (void)state, on_every_set(check_random); }

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_of_rows_have_the_bits_of_the_fixed_tree),
        cmocka_unit_test(the_largest_of_rows_and_its_place_are_found),
        cmocka_unit_test(columns_are_added_in_order),
        cmocka_unit_test(rows_and_columns_are_expanded),
        cmocka_unit_test(strided_loads_and_stores_move_each_element),
        cmocka_unit_test(other_dtypes_are_converted),
        cmocka_unit_test(random_numbers_are_those_of_their_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
