/* Matrix products: every instruction set of this machine, both dtypes, all transposes, against a plain triple loop; no byte
 * outside the operands is read and none outside C is written; the same bits whatever the number of rows and the order of the
 * tiles. */
#define _DEFAULT_SOURCE /* mmap, setenv */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/cpu/product.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Memory between two pages that cannot be touched; `start` lies as near to the end as the alignment allows. */
typedef struct guarded {
    char *map;
    size_t map_bytes;
    void *start;
    size_t bytes;
} guarded;

enum { FILLER = 0xA5 };

static guarded guarded_create(size_t bytes, size_t alignment) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE), room = (bytes + alignment + page - 1) / page * page;
    guarded g = { .map_bytes = room + 2 * page, .bytes = bytes };
    g.map = mmap(NULL, g.map_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(g.map != MAP_FAILED);
    memset(g.map, FILLER, g.map_bytes);
    assert_int_equal(mprotect(g.map, page, PROT_NONE), 0);
    assert_int_equal(mprotect(g.map + page + room, page, PROT_NONE), 0);
    g.start = g.map + page + (room - bytes) / alignment * alignment;
    return g;
}

/* Everything before `start` is as it was (behind it is the page that cannot be touched, or less than an alignment). */
static void guarded_destroy(guarded *g) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    for (const char *p = g->map + page; p < (char *)g->start; p++) assert_int_equal((unsigned char)*p, FILLER);
    for (const char *p = (char *)g->start + g->bytes; p < g->map + g->map_bytes - page; p++)
        assert_int_equal((unsigned char)*p, FILLER);
    munmap(g->map, g->map_bytes);
}

static double get(mg_dtype dtype, const void *x, int64_t i) {
    return dtype == MG_F32 ? (double)((const float *)x)[i] : ((const double *)x)[i];
}

static void put(mg_dtype dtype, void *x, int64_t i, double value) {
    if (dtype == MG_F32)
        ((float *)x)[i] = (float)value;
    else
        ((double *)x)[i] = value;
}

static uint32_t random_state = 1;

static double random_number(void) {
    random_state = random_state * 1664525u + 1013904223u;
    return (double)(random_state >> 8) / (1 << 23) - 1;
}

static int64_t below(int64_t most) {
    random_state = random_state * 1664525u + 1013904223u;
    return (int64_t)((random_state >> 8) % (uint32_t)most);
}

static void fill(mg_dtype dtype, guarded *g) {
    for (int64_t i = 0; i < (int64_t)(g->bytes / mg_dtype_size(dtype)); i++) put(dtype, g->start, i, random_number());
}

typedef struct operands {
    guarded a, b, bias, c;
} operands;

/* A matrix ends with its last element, not with its last row's padding. */
static size_t matrix_bytes(const mg__product *p, int64_t rows, int64_t columns, int64_t apart) {
    return rows == 0 || columns == 0 ? 0 : (size_t)((rows - 1) * apart + columns) * mg_dtype_size(p->dtype);
}

static operands operands_create(const mg__product *p) {
    const size_t element = mg_dtype_size(p->dtype);
    operands o = {
        .a = guarded_create(matrix_bytes(p, p->transpose_a ? p->k : p->m, p->transpose_a ? p->m : p->k, p->lda), element),
        .b = guarded_create(matrix_bytes(p, p->transpose_b ? p->n : p->k, p->transpose_b ? p->k : p->n, p->ldb), element),
        .bias = guarded_create((size_t)p->n * element, element),
        .c = guarded_create(matrix_bytes(p, p->m, p->n, p->ldc), element),
    };
    fill(p->dtype, &o.a);
    fill(p->dtype, &o.b);
    fill(p->dtype, &o.bias);
    return o;
}

static void operands_destroy(operands *o) {
    guarded_destroy(&o->a);
    guarded_destroy(&o->b);
    guarded_destroy(&o->bias);
    guarded_destroy(&o->c);
}

/* Runs all tiles, last first where `backwards`, each with scratch full of NaN. */
static void compute(const mg__product *p, mg__isa isa, const operands *o, bool backwards) {
    mg__product_plan plan;
    mg__product_plan_make(&plan, p, isa);
    for (int64_t i = 0; i < plan.tiles; i++) {
        guarded worker = guarded_create(plan.worker_bytes, 64);
        memset(worker.start, 0xFF, worker.bytes);
        mg__product_run(&plan, o->a.start, o->b.start, p->bias ? o->bias.start : NULL, o->c.start, worker.start,
                        backwards ? plan.tiles - 1 - i : i);
        guarded_destroy(&worker);
    }
}

static double a_of(const mg__product *p, const operands *o, int64_t i, int64_t k) {
    return get(p->dtype, o->a.start, p->transpose_a ? k * p->lda + i : i * p->lda + k);
}

static double b_of(const mg__product *p, const operands *o, int64_t k, int64_t j) {
    return get(p->dtype, o->b.start, p->transpose_b ? j * p->ldb + k : k * p->ldb + j);
}

/* |C - reference| <= (k + 1) eps sum |a| |b|, and what lies between the rows of C is as it was. */
static void check_product(const mg__product *p, mg__isa isa) {
    operands o = operands_create(p);
    compute(p, isa, &o, false);
    const double eps = p->dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON;
    for (int64_t i = 0; i < p->m; i++) {
        for (int64_t j = 0; j < p->n; j++) {
            double sum = p->bias ? get(p->dtype, o.bias.start, j) : 0, size = fabs(sum);
            for (int64_t k = 0; k < p->k; k++) {
                const double term = a_of(p, &o, i, k) * b_of(p, &o, k, j);
                sum += term;
                size += fabs(term);
            }
            if (p->relu && sum < 0) sum = 0;
            const double got = get(p->dtype, o.c.start, i * p->ldc + j);
            if (!(fabs(got - sum) <= (double)(p->k + 1) * eps * size))
                fail_msg("%s %s: C[%lld,%lld] of %lld x %lld x %lld (transposes %d %d) is %.9g, not %.9g", mg__isa_name(isa),
                         mg_dtype_name(p->dtype), (long long)i, (long long)j, (long long)p->m, (long long)p->n, (long long)p->k,
                         p->transpose_a, p->transpose_b, got, sum);
        }
        const unsigned char *row = (const unsigned char *)o.c.start + (size_t)(i * p->ldc) * mg_dtype_size(p->dtype);
        for (size_t byte = (size_t)p->n * mg_dtype_size(p->dtype);
             i + 1 < p->m && byte < (size_t)p->ldc * mg_dtype_size(p->dtype); byte++)
            assert_int_equal(row[byte], FILLER);
    }
    operands_destroy(&o);
}

/* `variant` chooses transposes, dtype, bias, relu and how far rows lie apart. */
static mg__product product_of(int64_t m, int64_t n, int64_t k, unsigned variant) {
    mg__product p = { .m = m, .n = n, .k = k, .transpose_a = variant & 1, .transpose_b = variant & 2 };
    p.dtype = variant & 4 ? MG_F64 : MG_F32;
    p.bias = variant & 8;
    p.relu = variant & 16;
    const int64_t apart = variant & 32 ? 5 : 0;
    p.lda = (p.transpose_a ? m : k) + apart;
    p.ldb = (p.transpose_b ? k : n) + apart * 3;
    p.ldc = n + apart;
    return p;
}

enum { VARIANTS = 64 };

#define FOR_EACH_ISA(isa)                                    \
    for (mg__isa isa = MG__ISA_PLAIN; isa < MG__ISAS; isa++) \
        if (mg__isa_available(isa))

static void test_small_shapes_with_every_choice(void **state) {
    (void)state;
    static const int64_t sizes[] = { 1, 2, 3, 7, 8, 9, 15, 16, 17, 29, 33 };
    const int count = sizeof sizes / sizeof *sizes;
    FOR_EACH_ISA(isa)
    for (int i = 0; i < count * count * count; i++)
        for (unsigned round = 0; round < 8; round++)
            check_product((mg__product[]){ product_of(sizes[i % count], sizes[i / count % count], sizes[i / count / count],
                                                      (round * 9 + (unsigned)i * 5) % VARIANTS) },
                          isa);
}

static void test_random_shapes_that_are_cut_into_tiles_and_blocks(void **state) {
    (void)state;
    FOR_EACH_ISA(isa)
    for (int i = 0; i < 60; i++) {
        const int64_t m = 1 + below(i % 3 == 0 ? 300 : 60), n = 1 + below(i % 3 == 1 ? 300 : 40), k = 1 + below(1400);
        check_product((mg__product[]){ product_of(m, n, k, (unsigned)below(VARIANTS)) }, isa);
    }
}

static void test_tall_products_and_copied_operands(void **state) {
    (void)state;
    FOR_EACH_ISA(isa)
    for (unsigned variant = 0; variant < 8; variant++) {
        check_product((mg__product[]){ product_of(2100, 3, 130, variant) }, isa);
        check_product((mg__product[]){ product_of(2100, 40, 30, variant) }, isa);
        mg__product pages = product_of(290, 70, 80, variant); /* rows of B whole pages apart */
        pages.ldb = 1024;
        check_product(&pages, isa);
    }
}

static void test_without_k_c_is_the_bias_and_without_rows_there_is_nothing_to_do(void **state) {
    (void)state;
    FOR_EACH_ISA(isa) {
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            check_product((mg__product[]){ product_of(5, 37, 0, variant) }, isa);
            check_product((mg__product[]){ product_of(50, 1, 0, variant) }, isa);
        }
        mg__product_plan plan;
        mg__product_plan_make(&plan, (mg__product[]){ product_of(0, 5, 5, 0) }, isa);
        assert_int_equal(plan.tiles, 0);
        mg__product_plan_make(&plan, (mg__product[]){ product_of(5, 0, 5, 0) }, isa);
        assert_int_equal(plan.tiles, 0);
    }
}

/* One chain in order, from the bias: what the header promises, so nothing else can change a bit. */
static double chain(const mg__product *p, mg__isa isa, const operands *o, int64_t i, int64_t j) {
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA) || defined(__FP_FAST_FMA)
    const bool fused = true;
    (void)isa;
#else
    const bool fused = isa != MG__ISA_PLAIN;
#endif
    double sum = p->bias ? get(p->dtype, o->bias.start, j) : 0;
    for (int64_t k = 0; k < p->k; k++) {
        const double x = a_of(p, o, i, k), y = b_of(p, o, k, j);
        if (p->dtype == MG_F32)
            sum = (double)(fused ? fmaf((float)x, (float)y, (float)sum) : (float)x * (float)y + (float)sum);
        else
            sum = fused ? fma(x, y, sum) : x * y + sum;
    }
    return p->relu && sum <= 0 ? 0 : sum;
}

static void test_each_element_is_one_chain_over_k_in_order(void **state) {
    (void)state;
    static const int64_t shapes[][3] = { { 1, 1, 700 },  { 1, 40, 600 }, { 40, 1, 600 }, { 40, 5, 600 },
                                         { 70, 45, 33 }, { 9, 64, 513 }, { 33, 16, 16 }, { 290, 64, 70 } };
    FOR_EACH_ISA(isa)
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        for (unsigned variant = 0; variant < VARIANTS; variant++) {
            const mg__product p = product_of(shapes[s][0], shapes[s][1], shapes[s][2], variant);
            operands o = operands_create(&p);
            compute(&p, isa, &o, false);
            for (int64_t i = 0; i < p.m; i++)
                for (int64_t j = 0; j < p.n; j++) assert_true(get(p.dtype, o.c.start, i * p.ldc + j) == chain(&p, isa, &o, i, j));
            operands_destroy(&o);
        }
    }
}

static void test_a_row_has_the_same_bits_alone_and_among_others(void **state) {
    (void)state;
    static const int64_t columns[] = { 1, 2, 5, 10, 16, 40, 130 };
    FOR_EACH_ISA(isa)
    for (unsigned variant = 0; variant < VARIANTS; variant++) {
        const mg__product all = product_of(131, columns[variant % 7], 530, variant);
        operands o = operands_create(&all);
        compute(&all, isa, &o, false);
        const size_t element = mg_dtype_size(all.dtype), row_bytes = (size_t)all.n * element;
        for (int64_t i = 0; i < all.m; i += 13) {
            mg__product one = all;
            one.m = 1;
            operands part = o;
            part.a.start = (char *)o.a.start + (size_t)(i * (all.transpose_a ? 1 : all.lda)) * element;
            part.c = guarded_create(row_bytes, element);
            compute(&one, isa, &part, false);
            assert_memory_equal(part.c.start, (char *)o.c.start + (size_t)(i * all.ldc) * element, row_bytes);
            guarded_destroy(&part.c);
        }
        operands_destroy(&o);
    }
}

static void test_the_order_of_the_tiles_does_not_matter(void **state) {
    (void)state;
    FOR_EACH_ISA(isa)
    for (unsigned variant = 0; variant < 8; variant++) {
        const mg__product p = product_of(150, variant < 4 ? 150 : 3, 1030, variant);
        operands o = operands_create(&p), backwards = o;
        compute(&p, isa, &o, false);
        backwards.c = guarded_create(o.c.bytes, mg_dtype_size(p.dtype));
        compute(&p, isa, &backwards, true);
        assert_memory_equal(o.c.start, backwards.c.start, o.c.bytes);
        guarded_destroy(&backwards.c);
        operands_destroy(&o);
    }
}

static void test_large_products_have_tiles_for_several_threads_and_small_ones_do_not(void **state) {
    (void)state;
    static const int64_t large[][3] = { { 64, 128, 784 },    { 784, 128, 64 },  { 128, 1024, 1024 },
                                        { 1024, 1024, 128 }, { 4096, 10, 128 }, { 8192, 1, 256 } };
    FOR_EACH_ISA(isa) {
        mg__product_plan plan;
        for (size_t s = 0; s < sizeof large / sizeof *large; s++) {
            mg__product_plan_make(&plan, (mg__product[]){ product_of(large[s][0], large[s][1], large[s][2], 0) }, isa);
            assert_in_range(plan.tiles, 4, 64);
        }
        /* A single row is bound by how its matrix is read: two long runs rather than many short ones. */
        mg__product_plan_make(&plan, (mg__product[]){ product_of(1, 1024, 1024, 0) }, isa);
        assert_int_equal(plan.tiles, 2);
        mg__product_plan_make(&plan, (mg__product[]){ product_of(100, 16, 16, 0) }, isa);
        assert_int_equal(plan.tiles, 1);
    }
}

static void test_relu_hands_nan_on_and_gives_no_negative_zero(void **state) {
    (void)state;
    FOR_EACH_ISA(isa)
    for (unsigned variant = 0; variant < 8; variant++) {
        mg__product p = product_of(20, variant < 4 ? 20 : 1, 1, (variant & 3) | (variant << 2 & 4) | 16);
        operands o = operands_create(&p);
        for (int64_t i = 0; i < p.m; i++)
            put(p.dtype, o.a.start, p.transpose_a ? i : i * p.lda, i == 7 ? NAN : i == 8 ? -0.0 : -1);
        for (int64_t j = 0; j < p.n; j++) put(p.dtype, o.b.start, p.transpose_b ? j * p.ldb : j, 1);
        compute(&p, isa, &o, false);
        for (int64_t i = 0; i < p.m * p.n; i++) {
            const double got = get(p.dtype, o.c.start, i);
            assert_true(i / p.n == 7 ? isnan(got) : got == 0 && !signbit(got));
        }
        operands_destroy(&o);
    }
}

static void test_the_environment_holds_the_instruction_set_back(void **state) {
    (void)state;
    const char *before = getenv("MICROGRAD_ISA");
    char *kept = before == NULL ? NULL : strdup(before);
    unsetenv("MICROGRAD_ISA");
    const mg__isa best = mg__isa_best();
    assert_true(mg__isa_available(best));
    for (mg__isa isa = MG__ISA_PLAIN; isa < MG__ISAS; isa++) {
        setenv("MICROGRAD_ISA", mg__isa_name(isa), 1);
        assert_true(mg__isa_best() <= isa && mg__isa_available(mg__isa_best()));
        if (isa <= best && mg__isa_available(isa)) assert_int_equal(mg__isa_best(), isa);
    }
    setenv("MICROGRAD_ISA", "abacus", 1);
    assert_int_equal(mg__isa_best(), best);
    unsetenv("MICROGRAD_ISA");
    if (kept != NULL) setenv("MICROGRAD_ISA", kept, 1);
    free(kept);
    assert_false(mg__isa_available(MG__ISAS));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_small_shapes_with_every_choice),
        cmocka_unit_test(test_random_shapes_that_are_cut_into_tiles_and_blocks),
        cmocka_unit_test(test_tall_products_and_copied_operands),
        cmocka_unit_test(test_without_k_c_is_the_bias_and_without_rows_there_is_nothing_to_do),
        cmocka_unit_test(test_each_element_is_one_chain_over_k_in_order),
        cmocka_unit_test(test_a_row_has_the_same_bits_alone_and_among_others),
        cmocka_unit_test(test_the_order_of_the_tiles_does_not_matter),
        cmocka_unit_test(test_large_products_have_tiles_for_several_threads_and_small_ones_do_not),
        cmocka_unit_test(test_relu_hands_nan_on_and_gives_no_negative_zero),
        cmocka_unit_test(test_the_environment_holds_the_instruction_set_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
