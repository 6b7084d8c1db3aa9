/* Walks the table of primitives: each row, compiled by the cpu backend for every instruction set and dtype, against the reference
 * backend in f64. A new row is tested here unasked. */
#define _POSIX_C_SOURCE 200809L
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "graph/graph.h"

#include <micrograd.h>
#ifdef MG__HAVE_CPU
#include "backend/cpu/isa.h"
#endif

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct row_case {
    const mg_op *op;
    mg_sample sample;
    mg_dtype dtype; /* under test */
    bool head;      /* the gradient of sum(sin(y)) too */
} row_case;

enum { MOST = 5 }; /* y and the gradients of four inputs */

typedef struct outcome {
    mg_tensor *values[MOST];
    int count, steps; /* loops, products and convolutions */
} outcome;

static bool line_counts(void *user, const char *text, size_t length) {
    outcome *o = user;
    static const char *const kinds[] = { "loop", "product", "conv2d" };
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        o->steps += length > strlen(kinds[i]) && strncmp(text, kinds[i], strlen(kinds[i])) == 0;
    return true;
}

static mg_dtype dtype_of(const row_case *c, int input, mg_dtype dtype) {
    return c->sample.dtype[input] == MG_I32 ? MG_I32 : dtype;
}

/* The same numbers in every dtype: f64 inputs are rounded to f32 first. */
static mg_tensor *draw(mg_context *ctx, const mg_sample *s, int i, mg_dtype dtype) {
    mg_tensor *x = mg_tensor_create(ctx, dtype, s->rank[i], s->shape[i]);
    mg__stream stream = { 3, (uint64_t)i, 0 };
    for (int64_t j = 0; j < mg_tensor_count(x); j++) {
        double value = s->low[i] + (s->high[i] - s->low[i]) * mg__random_uniform(&stream, 0, (uint64_t)j);
        if (dtype == MG_I32) value = floor(value);
        if (s->kink[i] > 0 && fabs(value - s->kink[i] * nearbyint(value / s->kink[i])) < 0.01) value += 0.02;
        mg_tensor_put(x, j, (double)(float)value);
    }
    return x;
}

/* Random numbers and indices carry their dtype in their attributes, as the second field. */
static void set_dtype(mg_sample *s, const char *name, mg_dtype dtype) {
    if (strcmp(name, "iota") == 0 || strcmp(name, "uniform") == 0 || strcmp(name, "normal") == 0)
        memcpy(s->attributes + 8, &(int64_t){ dtype }, 8);
}

static outcome run(mg_context *ctx, const row_case *c, mg_backend_id backend, mg_dtype dtype) {
    outcome o = { .count = 0 };
    mg_sample s = c->sample;
    set_dtype(&s, c->op->name, dtype);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_node *x[4], *floats[4], *gradients[4], *outputs[MOST];
    mg_tensor *values[4], inputs[4];
    int n = 0;
    for (int i = 0; i < s.inputs; i++) {
        values[i] = draw(ctx, &s, i, dtype_of(c, i, dtype));
        inputs[i] = *values[i];
        x[i] = mg_input(g, "x", values[i]->dtype, s.rank[i], s.shape[i]);
        if (values[i]->dtype != MG_I32) floats[n++] = x[i];
    }
    mg_node *y = mg__apply(g, c->op, x, s.inputs, s.attributes, s.attribute_bytes, false);
    outputs[o.count++] = y;
    if (c->head && n && mg_node_dtype(y) != MG_I32 && mg_gradient(mg_sum_all(mg_sin(y)), floats, n, gradients) == MG_OK)
        for (int i = 0; i < n; i++) outputs[o.count++] = gradients[i];
    mg_program *program = mg_compile(g, backend, outputs, o.count);
    if (!program) fail_msg("%s: %s", c->op->name, mg_context_message(ctx));
    mg_program_write_text(program, line_counts, &o);
    mg_session *session = mg_session_create(ctx, program, NULL);
    assert_non_null(session);
    mg_session_set_seed(session, 9);
    mg_tensor results[MOST];
    for (int i = 0; i < o.count; i++) {
        o.values[i] = mg_tensor_create(ctx, mg_node_dtype(outputs[i]), mg_node_rank(outputs[i]), mg_node_shape(outputs[i]));
        results[i] = *o.values[i];
    }
    if (mg_run(session, inputs, results) != MG_OK) fail_msg("%s: %s", c->op->name, mg_context_message(ctx));
    for (int i = 0; i < s.inputs; i++) mg_tensor_destroy(values[i]);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    return o;
}

/* |got - want| <= k eps (1 + largest magnitude) sqrt(terms): sums of magnitudes are bounded by the shape and the range of the
 * sample. */
static void compare(const row_case *c, const char *where, const outcome *got, const outcome *want, int64_t terms) {
    double k = c->op->tolerance > 0 ? c->op->tolerance : 8, eps = c->dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON;
    for (int i = 0; i < want->count; i++) {
        double largest = 1;
        for (int64_t j = 0; j < mg_tensor_count(want->values[i]); j++) {
            double v = fabs(mg_tensor_get(want->values[i], j));
            if (v > largest) largest = v;
        }
        for (int64_t j = 0; j < mg_tensor_count(want->values[i]); j++) {
            double a = mg_tensor_get(got->values[i], j), b = mg_tensor_get(want->values[i], j);
            if (a == b || (a != a && b != b)) continue;
            double bound = k * eps * largest * (i ? 8 : 1) * (1 + (double)terms);
            if (!(fabs(a - b) <= bound))
                fail_msg("%s, %s, %s%d, element %lld: %.17g, wanted %.17g (off by %g, %g allowed)", c->op->name, where,
                         i ? "gradient " : "value ", i, (long long)j, a, b, fabs(a - b), bound);
        }
    }
}

static void destroy(outcome *o) {
    for (int i = 0; i < o->count; i++) mg_tensor_destroy(o->values[i]);
}

static bool fits_loops(const mg_op *op, const mg_sample *s) {
    return op->kind >= MG__IOTA && op->kind <= MG__CONV_WEIGHT && !(s->inputs && s->dtype[0] == MG_I32);
}

/* How many products are added into one number. */
static int64_t terms_of(const mg_op *op, const mg_sample *s) {
    int64_t count = 1;
    bool adds = op->kind == MG__SUM || (op->kind >= MG__MATMUL && op->kind <= MG__CONV_WEIGHT) || op->kind == MG__BROADCAST ||
                strcmp(op->name, "cumsum") == 0;
    for (int d = 0; adds && d < s->rank[0]; d++) count *= s->shape[0][d];
    return adds ? count : 0;
}

static int checked, fused;

static void check_case(row_case *c, const char *where) {
    mg_context *ctx = mg_context_create(NULL);
    outcome want = run(ctx, c, MG_REFERENCE, MG_F64), got = run(ctx, c, MG_CPU, c->dtype);
    assert_int_equal(got.count, want.count);
    compare(c, where, &got, &want, terms_of(c->op, &c->sample));
    checked++;
#ifdef MG__HAVE_CPU
    if (fits_loops(c->op, &c->sample)) {
        if (!got.steps) fail_msg("%s, %s: no loop, product or convolution ran", c->op->name, where);
        fused++;
    }
#endif
    destroy(&want);
    destroy(&got);
    mg_context_destroy(ctx);
}

/* An elementwise op, or one along the last axis, takes any shape. */
static bool any_shape(const mg_op *op) {
    return op->kind == MG__ELEMENTWISE || op->kind == MG__MAX || op->kind == MG__ARGMAX || strcmp(op->name, "cumsum") == 0;
}

static void check_row(const mg_op *op, const char *isa) {
    static const int64_t shapes[][2] = { { 1, 1 },    { 3, 7 },    { 5, 17 },   { 2, 513 },
                                         { 3, 1030 }, { 1030, 3 }, { 1, 5000 }, { 40, 257 } };
    row_case c = { .op = op };
    int cases = op->sample(0, &c.sample);
    for (int k = 0; k < cases; k++) {
        for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
            for (int head = 0; head < 2; head++) {
                char where[80];
                op->sample(k, &c.sample);
                c.dtype = (mg_dtype)dtype;
                c.head = head;
                snprintf(where, sizeof where, "%s, %s, case %d", isa, mg_dtype_name(c.dtype), k);
                if (strcmp(op->name, "cast") == 0 && c.dtype == MG_F32 && k % 2 == 0)
                    continue; /* to f64: no value to compare in f32's precision */
                if (strcmp(op->name, "cast") == 0 && head) continue;
                check_case(&c, where);
            }
        }
    }
    for (size_t k = 0; any_shape(op) && k < sizeof shapes / sizeof *shapes; k++) {
        for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
            char where[80];
            op->sample(0, &c.sample);
            for (int i = 0; i < c.sample.inputs; i++) {
                c.sample.rank[i] = 2;
                memcpy(c.sample.shape[i], shapes[k], sizeof shapes[k]);
            }
            c.dtype = (mg_dtype)dtype;
            c.head = op->kind == MG__ELEMENTWISE;
            snprintf(where, sizeof where, "%s, %s, [%d, %d]", isa, mg_dtype_name(c.dtype), (int)shapes[k][0], (int)shapes[k][1]);
            if (op->kind != MG__ELEMENTWISE && shapes[k][1] == 1) continue;
            check_case(&c, where);
        }
    }
}

static void every_row_agrees_with_the_reference_on_every_instruction_set(void **state) {
    (void)state;
    static const char *const names[] = { "plain", "avx2", "avx512" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
#ifdef MG__HAVE_CPU
        if (i && !mg__isa_available((mg__isa)i)) continue;
#endif
        setenv("MICROGRAD_ISA", names[i], 1);
        checked = fused = 0;
        for (const mg_op *const *op = mg_ops(); *op; op++) check_row(*op, names[i]);
        unsetenv("MICROGRAD_ISA");
        assert_true(checked > 800);
#ifdef MG__HAVE_CPU
        assert_true(fused > 600);
#endif
    }
}

/* NaN, infinities, zeros, huge and tiny numbers through every elementwise op: the same kind of result, and no finite number out
 * of NaN. */
static void special_values_agree_with_the_reference(void **state) {
    (void)state;
    static const double special[] = { NAN, INFINITY, -INFINITY, 0.0,   -0.0,   1,    -1,    0.5,
                                      -2,  1e30,     -1e30,     1e-30, -1e-30, 88.8, -88.8, 3 };
    enum { N = sizeof special / sizeof *special, POINTS = N * N };
    for (int isa = 0; isa < 3; isa++) {
#ifdef MG__HAVE_CPU
        if (isa && !mg__isa_available((mg__isa)isa)) continue;
#endif
        setenv("MICROGRAD_ISA", (const char *[]){ "plain", "avx2", "avx512" }[isa], 1);
        for (const mg_op *const *op = mg_ops(); *op; op++) {
            if ((*op)->kind != MG__ELEMENTWISE) continue;
            for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
                double result[2][POINTS];
                for (int backend = MG_REFERENCE; backend <= MG_CPU; backend++) {
                    mg_context *ctx = mg_context_create(NULL);
                    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
                    mg_node *x[3];
                    mg_tensor *values[3], inputs[3], out = { 0 };
                    for (int i = 0; i < 3; i++) {
                        values[i] = mg_tensor_create(ctx, (mg_dtype)dtype, 1, (int64_t[]){ POINTS });
                        for (int j = 0; j < POINTS; j++)
                            mg_tensor_put(values[i], j, special[i == 0 ? j % N : i == 1 ? j / N : (j + j / N) % N]);
                        inputs[i] = *values[i];
                        x[i] = mg_input(g, "x", (mg_dtype)dtype, 1, (int64_t[]){ POINTS });
                    }
                    mg_node *y = mg_apply(*op, x, (*op)->inputs, NULL, 0);
                    mg_program *program = mg_compile(g, (mg_backend_id)backend, &y, 1);
                    mg_session *session = mg_session_create(ctx, program, NULL);
                    assert_int_equal(mg_run(session, inputs, &out), MG_OK);
                    for (int j = 0; j < POINTS; j++) result[backend][j] = mg_tensor_get(&out, j);
                    for (int i = 0; i < 3; i++) mg_tensor_destroy(values[i]);
                    mg_session_destroy(session);
                    mg_program_destroy(program);
                    mg_graph_destroy(g);
                    mg_context_destroy(ctx);
                }
                for (int j = 0; j < POINTS; j++) {
                    double want = result[0][j], got = result[1][j];
                    double bound =
                        16 * (dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON) * fabs(want) + (dtype == MG_F32 ? FLT_MIN : DBL_MIN);
                    bool same = isnan(want) ? isnan(got) : isinf(want) ? got == want : fabs(got - want) <= bound;
                    if (!same)
                        fail_msg("%s(%g, %g, %g), isa %d, %s: %g, wanted %g", (*op)->name, special[j % N], special[j / N],
                                 special[(j + j / N) % N], isa, mg_dtype_name((mg_dtype)dtype), got, want);
                }
            }
        }
        unsetenv("MICROGRAD_ISA");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_agrees_with_the_reference_on_every_instruction_set),
        cmocka_unit_test(special_values_agree_with_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
