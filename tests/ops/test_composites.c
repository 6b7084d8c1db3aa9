/* Composites at the extremes against formulas in long double, kinks and ties as documented, and what runs along an axis. Values
 * and gradients by eager graphs and by both backends in f32 and f64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <micrograd.h>

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}
static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

static void expect_values(const mg_tensor *got, const double *want, int count) {
    assert_int_equal(mg_tensor_count(got), count);
    for (int i = 0; i < count; i++) assert_true(mg_tensor_get(got, i) == want[i]);
}

/* --- one function of one number
 * ------------------------------------------------------------------------------------------------------------ */

typedef mg_node *unary(mg_node *x);

enum { POINTS = 27 };
static const double points[POINTS] = { -1e4,  -1000, -745, -500, -104, -88, -30, -10, -3,  -1,  -0.5, -1e-3, -1e-30, 0,
                                       1e-30, 1e-3,  0.5,  1,    3,    10,  30,  88,  104, 500, 745,  1000,  1e4 };

/* f and f' at the points, in an eager graph (backend -1) or compiled. */
static void evaluate(unary *f, int backend, mg_dtype dtype, double *y, double *dy) {
    mg_graph *g = mg_graph_create(ctx, backend < 0 ? MG_EAGER : MG_STAGED);
    mg_tensor *at = mg_tensor_create(ctx, dtype, 1, (int64_t[]){ POINTS });
    for (int i = 0; i < POINTS; i++) mg_tensor_put(at, i, points[i]);
    mg_node *x = backend < 0 ? mg_variable_tensor(g, at) : mg_input(g, "x", dtype, 1, (int64_t[]){ POINTS }), *out[2];
    out[0] = f(x);
    assert_int_equal(mg_gradient(mg_sum_all(out[0]), &x, 1, &out[1]), MG_OK);
    mg_tensor values[2] = { { 0 }, { 0 } };
    mg_program *program = NULL;
    mg_session *session = NULL;
    if (backend < 0) {
        for (int i = 0; i < 2; i++) values[i] = mg_value(out[i]);
    } else {
        program = mg_compile(g, (mg_backend_id)backend, out, 2);
        session = mg_session_create(ctx, program, NULL);
        assert_int_equal(mg_run(session, at, values), MG_OK);
    }
    for (int i = 0; i < POINTS; i++) {
        y[i] = mg_tensor_get(&values[0], i);
        dy[i] = mg_tensor_get(&values[1], i);
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_tensor_destroy(at);
    mg_graph_destroy(g);
}

/* Within `ulps` of the formula, relative; numbers that the dtype has no normal form for may be 0. */
static bool near(double got, long double want, mg_dtype dtype, double ulps) {
    double eps = dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON, tiny = dtype == MG_F32 ? FLT_MIN : DBL_MIN;
    if (fabsl(want) > (dtype == MG_F32 ? FLT_MAX : DBL_MAX)) return isinf(got);
    return fabsl((long double)got - want) <= (long double)(ulps * eps) * fabsl(want) + (long double)tiny;
}

static void check(const char *name, unary *f, long double (*value)(long double), long double (*slope)(long double), double ulps,
                  double slack) {
    for (int backend = -1; backend <= MG_CPU; backend++) {
        for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
            double y[POINTS], dy[POINTS];
            evaluate(f, backend, (mg_dtype)dtype, y, dy);
            double eps = dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON;
            for (int i = 0; i < POINTS; i++) {
                long double x = dtype == MG_F32 ? (long double)(float)points[i] : (long double)points[i], want = value(x),
                            d = slope(x);
                if (!near(y[i], want, (mg_dtype)dtype, ulps) &&
                    fabsl((long double)y[i] - want) > (long double)(slack * eps) * (1 + fabsl(x)))
                    fail_msg("%s(%g), backend %d, %s: %.17g, wanted %.17Lg", name, points[i], backend,
                             mg_dtype_name((mg_dtype)dtype), y[i], want);
                if (!isfinite(dy[i]) ||
                    (!near(dy[i], d, (mg_dtype)dtype, ulps) && fabsl((long double)dy[i] - d) > (long double)(16 * eps)))
                    fail_msg("%s'(%g), backend %d, %s: %.17g, wanted %.17Lg", name, points[i], backend,
                             mg_dtype_name((mg_dtype)dtype), dy[i], d);
            }
        }
    }
}

static long double sigmoid(long double x) { return 1 / (1 + expl(-x)); }
static long double sigmoid_slope(long double x) { return sigmoid(x) * sigmoid(-x); }
static long double softplus(long double x) { return (x > 0 ? x : 0) + log1pl(expl(-fabsl(x))); }
static long double silu(long double x) { return x * sigmoid(x); }
static long double silu_slope(long double x) { return sigmoid(x) + x * sigmoid_slope(x); }
static long double phi(long double x) { return 0.5L * erfcl(-x * 0.70710678118654752440L); }
static long double gelu(long double x) { return x * phi(x); }
static long double gelu_slope(long double x) { return phi(x) + x * expl(-x * x / 2) * 0.39894228040143267794L; }
static long double elu(long double x) { return x > 0 ? x : 0.7L * expm1l(x); }
static long double elu_slope(long double x) { return x > 0 ? 1 : 0.7L * expl(x); }
static long double selu(long double x) { return 1.0507009873554804934L * (x > 0 ? x : 1.6732632423543772848L * expm1l(x)); }
static long double selu_slope(long double x) { return 1.0507009873554804934L * (x > 0 ? 1 : 1.6732632423543772848L * expl(x)); }
static long double mish(long double x) { return x * tanhl(softplus(x)); }
static long double mish_slope(long double x) {
    long double t = tanhl(softplus(x));
    return t + x * (1 - t * t) * sigmoid(x);
}
static long double leaky(long double x) { return x > 0 ? x : 0.01L * x; }
static long double leaky_slope(long double x) { return x > 0 ? 1 : 0.01L; }
static long double hard_swish(long double x) { return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6; }
static long double hard_swish_slope(long double x) { return x < -3 ? 0 : x > 3 ? 1 : (2 * x + 3) / 6; }
static long double tanh_slope(long double x) { return 1 / (coshl(x) * coshl(x)); }

static mg_node *elu_07(mg_node *x) { return mg_elu(x, 0.7); }
static mg_node *leaky_001(mg_node *x) { return mg_leaky_relu(x, 0.01); }

static void activations_agree_with_their_formulas_from_minus_to_plus_10000(void **state) {
    (void)state;
    check("softplus", mg_softplus, softplus, sigmoid, 16, 4);
    check("sigmoid", mg_sigmoid, sigmoid, sigmoid_slope, 16, 0);
    check("tanh", mg_tanh, tanhl, tanh_slope, 16, 0);
    check("silu", mg_silu, silu, silu_slope, 64, 4);
    check("gelu", mg_gelu, gelu, gelu_slope, 64, 4);
    check("elu", elu_07, elu, elu_slope, 16, 4);
    check("selu", mg_selu, selu, selu_slope, 16, 4);
    check("mish", mg_mish, mish, mish_slope, 64, 4);
    check("leaky_relu", leaky_001, leaky, leaky_slope, 16, 4);
}

static double slope_of(unary *f, double at) {
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable(g, at);
    assert_int_equal(mg_backward(f(x)), MG_OK);
    double slope = mg_item(mg_grad(x));
    mg_graph_destroy(g);
    return slope;
}

static mg_node *twice_softplus(mg_node *x) {
    mg_node *g;
    mg_gradient(mg_softplus(x), &x, 1, &g);
    return g;
}
static mg_node *hard_clip(mg_node *x) { return mg_clip(x, -1, 2); }

static void kinks_and_ties_are_as_documented(void **state) {
    (void)state;
    assert_true(slope_of(mg_relu, 0) == 0 && slope_of(mg_relu, -0.0) == 0 && slope_of(mg_relu, 1e-300) == 1);
    assert_true(slope_of(mg_abs, 0) == 0);
    assert_true(slope_of(mg_softplus, 0) == 0.5);
    assert_true(slope_of(twice_softplus, 0) == 0.25);
    assert_true(slope_of(leaky_001, 0) == 0.01);
    assert_true(slope_of(elu_07, 0) == 0.7);
    assert_true(slope_of(hard_clip, -1) == 1 && slope_of(hard_clip, 2) == 1 && slope_of(hard_clip, 2.5) == 0 &&
                slope_of(hard_clip, -1.5) == 0);
    assert_true(isinf(slope_of(mg_sqrt, 0)));
    for (int i = 0; i < POINTS; i++) {
        double x = points[i], bound = 1e-14 * (1 + fabs(x));
        mg_graph *g = mg_graph_create(ctx, MG_EAGER);
        mg_node *v = mg_variable(g, x);
        assert_true(fabsl((long double)mg_item(mg_hard_swish(v)) - hard_swish(x)) <= (long double)bound);
        mg_graph_destroy(g);
        if (fabs(x) != 3) assert_true(fabsl((long double)slope_of(mg_hard_swish, x) - hard_swish_slope(x)) < 1e-13L);
    }
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *a = mg_variable(g, 2), *b = mg_variable(g, 2);
    mg_backward(mg_maximum(a, b));
    assert_true(mg_item(mg_grad(a)) == 1 && mg_item(mg_grad(b)) == 0);
    mg_backward(mg_minimum(a, b));
    assert_true(mg_item(mg_grad(a)) == 1 && mg_item(mg_grad(b)) == 0);
    mg_node *m = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { 5 }, (double[]){ 1, 7, 3, 7, 7 }, NULL });
    mg_backward(mg_max(m, 0, false));
    mg_tensor slope = mg_value(mg_grad(m));
    for (int i = 0; i < 5; i++) assert_true(mg_tensor_get(&slope, i) == (i == 1));
    mg_backward(mg_min(mg_neg(m), 0, false));
    slope = mg_value(mg_grad(m));
    for (int i = 0; i < 5; i++) assert_true(mg_tensor_get(&slope, i) == (i == 1 ? -1 : 0));
    assert_true(mg_item(mg_argmax(m, 0, false)) == 1);
    mg_graph_destroy(g);
}

static void powers_at_zero_and_below(void **state) {
    (void)state;
    static const struct {
        double a, b, y, da, db;
    } cases[] = {
        { 2, 3, 8, 12, 8 * 0.69314718055994530942 },
        { 0, 2, 0, 0, 0 },
        { 0, 1, 0, 1, 0 },
        { 0, 0, 1, 0, 0 },
        { 3, 0, 1, 0, 1.0986122886681098 },
        { -2, 3, -8, 12, NAN },
        { 4, 0.5, 2, 0.25, 2 * 1.3862943611198906 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_graph *g = mg_graph_create(ctx, MG_EAGER);
        mg_node *a = mg_variable(g, cases[i].a), *b = mg_variable(g, cases[i].b), *y = mg_pow(a, b);
        mg_backward(y);
        assert_true(fabs(mg_item(y) - cases[i].y) < 1e-12);
        assert_true(fabs(mg_item(mg_grad(a)) - cases[i].da) < 1e-12);
        double db = mg_item(mg_grad(b));
        assert_true(isnan(cases[i].db) ? isnan(db) : fabs(db - cases[i].db) < 1e-12);
        mg_graph_destroy(g);
    }
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable(g, -3);
    mg_backward(mg_pow_scalar(x, 3));
    assert_true(mg_item(mg_grad(x)) == 27);
    mg_backward(mg_pow_scalar(x, 2));
    assert_true(mg_item(mg_grad(x)) == -6);
    mg_backward(mg_pow_scalar(x, -1));
    assert_true(fabs(mg_item(mg_grad(x)) + 1.0 / 9) < 1e-15);
    mg_graph_destroy(g);
}

/* --- rows
 * -----------------------------------------------------------------------------------------------------------------------------------
 */

typedef mg_node *row_function(mg_node *x);
static mg_node *softmax_rows(mg_node *x) { return mg_softmax(x, 1); }
static mg_node *log_softmax_rows(mg_node *x) { return mg_log_softmax(x, 1); }
static mg_node *logsumexp_rows(mg_node *x) { return mg_logsumexp(x, 1, true); }

enum { ROWS = 6, COLUMNS = 5 };
static const double table[ROWS * COLUMNS] = { 1e4,       -1e4, 0,   1,         1e4, /**/ -1e4, -1e4, -1e4, -1e4, -1e4,
                                              /**/ 1e4,  1e4,  1e4, 1e4,       1e4, /**/ 0.1,  0.2,  0.3,  -0.4, 0.5, /**/
                                              -INFINITY, 0,    1,   -INFINITY, 2,   /**/ 700,  710,  720,  -700, -1e4 };

static void run_rows(row_function *f, int backend, mg_dtype dtype, double *y, double *dx) {
    mg_graph *g = mg_graph_create(ctx, backend < 0 ? MG_EAGER : MG_STAGED);
    mg_tensor *at = mg_tensor_create(ctx, dtype, 2, (int64_t[]){ ROWS, COLUMNS });
    for (int i = 0; i < ROWS * COLUMNS; i++) mg_tensor_put(at, i, table[i]);
    mg_node *x = backend < 0 ? mg_variable_tensor(g, at) : mg_input(g, "x", dtype, 2, (int64_t[]){ ROWS, COLUMNS }), *out[2];
    out[0] = f(x);
    /* the gradient of one column's values: a head that is not constant along the row */
    assert_int_equal(mg_gradient(mg_sum_all(mg_slice(out[0], 1, 0, 1, 1)), &x, 1, &out[1]), MG_OK);
    mg_tensor values[2] = { { 0 }, { 0 } };
    mg_program *program = NULL;
    mg_session *session = NULL;
    if (backend < 0) {
        for (int i = 0; i < 2; i++) values[i] = mg_value(out[i]);
    } else {
        program = mg_compile(g, (mg_backend_id)backend, out, 2);
        session = mg_session_create(ctx, program, NULL);
        assert_int_equal(mg_run(session, at, values), MG_OK);
    }
    for (int64_t i = 0; i < mg_tensor_count(&values[0]); i++) y[i] = mg_tensor_get(&values[0], i);
    for (int64_t i = 0; i < mg_tensor_count(&values[1]); i++) dx[i] = mg_tensor_get(&values[1], i);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_tensor_destroy(at);
    mg_graph_destroy(g);
}

static void softmax_and_its_kin_are_stable(void **state) {
    (void)state;
    for (int backend = -1; backend <= MG_CPU; backend++) {
        for (int dtype = MG_F32; dtype <= MG_F64; dtype++) {
            double y[ROWS * COLUMNS], dx[ROWS * COLUMNS], eps = dtype == MG_F32 ? FLT_EPSILON : DBL_EPSILON;
            for (int r = 0; r < ROWS; r++) {
                const double *x = table + r * COLUMNS;
                long double most = -INFINITY, total = 0;
                for (int c = 0; c < COLUMNS; c++) most = x[c] > most ? x[c] : most;
                for (int c = 0; c < COLUMNS; c++) total += expl(x[c] - most);
                run_rows(softmax_rows, backend, (mg_dtype)dtype, y, dx);
                for (int c = 0; c < COLUMNS; c++) {
                    assert_true(fabsl((long double)y[r * COLUMNS + c] - expl(x[c] - most) / total) < 16 * (long double)eps);
                    assert_true(isfinite(dx[r * COLUMNS + c]));
                }
                run_rows(log_softmax_rows, backend, (mg_dtype)dtype, y, dx);
                for (int c = 0; c < COLUMNS; c++) {
                    long double want = x[c] - most - logl(total);
                    if (isinf(x[c]))
                        assert_true(y[r * COLUMNS + c] == -INFINITY);
                    else
                        assert_true(fabsl((long double)y[r * COLUMNS + c] - want) <= 16 * (long double)eps * (1 + fabsl(want)));
                    long double p = expl(x[c] - most) / total;
                    assert_true(fabsl((long double)dx[r * COLUMNS + c] - ((c == 0) - p)) < 16 * (long double)eps);
                }
                run_rows(logsumexp_rows, backend, (mg_dtype)dtype, y, dx);
                long double want = most + logl(total);
                assert_true(fabsl((long double)y[r] - want) <= 16 * (long double)eps * (1 + fabsl(want)));
                for (int c = 0; c < COLUMNS; c++)
                    assert_true(fabsl((long double)dx[r * COLUMNS + c] - expl(x[c] - most) / total) < 16 * (long double)eps);
            }
        }
    }
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { 3 }, (double[]){ -INFINITY, -INFINITY, -INFINITY }, NULL });
    assert_true(mg_item(mg_logsumexp(x, 0, false)) == -INFINITY);
    mg_set(x, INFINITY);
    assert_true(mg_item(mg_logsumexp(x, 0, false)) == INFINITY);
    mg_set(x, NAN);
    assert_true(isnan(mg_item(mg_logsumexp(x, 0, false))));
    mg_graph_destroy(g);
}

static void statistics_are_of_the_whole_axis(void **state) {
    (void)state;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 3, { 2, 2, 2 }, (double[]){ 1, 2, 3, 4, 5, 6, 7, 8 }, NULL });
    assert_true(mg_item(mg_mean_all(x)) == 4.5);
    assert_true(fabs(mg_item(mg_variance(x, NULL, 0, false)) - 5.25) < 1e-15);
    mg_tensor middle = mg_value(mg_sum(x, (int[]){ 1 }, 1, false)), ends = mg_value(mg_sum(x, (int[]){ 0, 2 }, 2, true));
    assert_int_equal(middle.rank, 2);
    expect_values(&middle, (double[]){ 4, 6, 12, 14 }, 4);
    assert_int_equal(ends.rank, 3);
    expect_values(&ends, (double[]){ 14, 22 }, 2);
    mg_node *big = mg_add_scalar(x, 1e9);
    assert_true(fabs(mg_item(mg_variance(big, NULL, 0, false)) - 5.25) < 1e-6); /* two passes: no cancellation */
    mg_graph_destroy(g);
}

/* --- order
 * ---------------------------------------------------------------------------------------------------------------------------------------
 */

static void expect_order(mg_node *order, const int *want, int count) {
    mg_tensor value = mg_value(order);
    assert_int_equal(value.dtype, MG_I32);
    for (int i = 0; i < count; i++) assert_int_equal(((int32_t *)value.data)[i], want[i]);
}

static void sorting_is_stable_and_puts_nan_last(void **state) {
    (void)state;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    double numbers[] = { 3, NAN, 1, 3, -INFINITY, NAN, 1, 0, -0.0 };
    mg_node *x = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { 9 }, numbers, NULL });
    expect_order(mg_argsort(x, 0, false), (int[]){ 4, 7, 8, 2, 6, 0, 3, 1, 5 }, 9);
    expect_order(mg_argsort(x, 0, true), (int[]){ 0, 3, 2, 6, 7, 8, 4, 1, 5 }, 9);
    mg_node *same = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { 1000, 1 }, (double[1000]){ 0 }, NULL }),
            *column = mg_reshape(mg_argsort(same, 0, true), 1, (int64_t[]){ -1 });
    mg_tensor order = mg_value(column);
    for (int i = 0; i < 1000; i++) assert_int_equal(((int32_t *)order.data)[i], i);
    mg_node *index,
        *top = mg_top_k(mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { 2, 4 }, (double[]){ 1, 9, 9, 4, 7, 5, 6, 8 }, NULL }), 3,
                        1, &index);
    expect_order(index, (int[]){ 1, 2, 3, 3, 0, 2 }, 6);
    mg_tensor values = mg_value(top);
    expect_values(&values, (double[]){ 9, 9, 4, 8, 7, 6 }, 6);
    mg_node *v = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { 3, 2 }, (double[]){ 1, 2, 3, 4, 5, 6 }, NULL });
    mg_node *first = mg_top_k(v, 2, 0, NULL); /* along another axis */
    values = mg_value(first);
    expect_values(&values, (double[]){ 5, 6, 3, 4 }, 4);
    mg_backward(mg_sum_all(mg_square(first)));
    values = mg_value(mg_grad(v));
    expect_values(&values, (double[]){ 0, 0, 6, 8, 10, 12 }, 6);
    values = mg_value(mg_cumsum(v, 0));
    expect_values(&values, (double[]){ 1, 2, 4, 6, 9, 12 }, 6);
    assert_int_equal(mg_graph_status(g), MG_OK);
    mg_graph_destroy(g);
}

static void indices_out_of_range_are_errors_of_the_run(void **state) {
    (void)state;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 2, { 2, 3 }, (double[]){ 1, 2, 3, 4, 5, 6 }, NULL });
    int32_t good[4] = { 2, 0, 1, 1 }, bad[3][4] = { { 0, 3, 0, 0 }, { 0, 0, -1, 0 }, { 0, 0, 0, 7 } };
    mg_tensor values = mg_value(mg_take_along(x, mg_variable_tensor(g, &(mg_tensor){ MG_I32, 2, { 2, 2 }, good, NULL })));
    expect_values(&values, (double[]){ 3, 1, 5, 5 }, 4);
    for (int i = 0; i < 3; i++) {
        mg_node *index = mg_variable_tensor(g, &(mg_tensor){ MG_I32, 2, { 2, 2 }, bad[i], NULL });
        assert_null(mg_value(mg_take_along(x, index)).data);
        assert_non_null(strstr(mg_graph_message(g), "outside"));
        mg_graph_clear_error(g);
    }
    mg_node *tall = mg_variable_tensor(g, &(mg_tensor){ MG_I32, 1, { 2 }, (int32_t[]){ 0, 2 }, NULL });
    assert_null(mg_value(mg_scatter_add(x, tall, 2)).data);
    assert_non_null(strstr(mg_graph_message(g), "scatter_add: index 2 at position 1 is outside 0..1"));
    mg_graph_destroy(g);
}

static void not_a_number_is_handed_on(void **state) {
    (void)state;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_variable(g, NAN), *one = mg_constant(g, 1);
    assert_true(isnan(mg_item(mg_relu(x))));
    assert_true(isnan(mg_item(mg_maximum(x, one))) && isnan(mg_item(mg_maximum(one, x))));
    assert_true(isnan(mg_item(mg_minimum(x, one))) && isnan(mg_item(mg_minimum(one, x))));
    assert_true(isnan(mg_item(mg_clip(x, 0, 1))) && isnan(mg_item(mg_sign(x))));
    assert_true(mg_item(mg_less(x, one)) == 0 && mg_item(mg_equal(x, x)) == 0 && mg_item(mg_not_equal(x, x)) == 1);
    assert_true(mg_item(mg_where(x, one, mg_constant(g, 2))) == 1);
    mg_node *m = mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { 4 }, (double[]){ 5, NAN, 9, NAN }, NULL });
    assert_true(isnan(mg_item(mg_max(m, 0, false))) && mg_item(mg_argmax(m, 0, false)) == 1);
    assert_true(isnan(mg_item(mg_min(m, 0, false))));
    mg_graph_destroy(g);
}

static void dropout_keeps_the_mean(void **state) {
    (void)state;
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *x = mg_full(g, MG_F64, 1, (int64_t[]){ 20000 }, 1), *y = mg_dropout(x, 0.3);
    assert_true(fabs(mg_item(mg_mean_all(y)) - 1) < 0.02);
    mg_tensor values = mg_value(y);
    for (int i = 0; i < 20000; i++)
        assert_true(mg_tensor_get(&values, i) == 0 || fabs(mg_tensor_get(&values, i) - 1 / 0.7) < 1e-15);
    assert_ptr_equal(mg_dropout(x, 0), x);
    double normal = mg_item(mg_mean_all(mg_square(mg_random_normal(g, MG_F64, 1, (int64_t[]){ 20000 }))));
    assert_true(fabs(normal - 1) < 0.05);
    mg_graph_destroy(g);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(activations_agree_with_their_formulas_from_minus_to_plus_10000),
        cmocka_unit_test(kinks_and_ties_are_as_documented),
        cmocka_unit_test(powers_at_zero_and_below),
        cmocka_unit_test(softmax_and_its_kin_are_stable),
        cmocka_unit_test(statistics_are_of_the_whole_axis),
        cmocka_unit_test(sorting_is_stable_and_puts_nan_last),
        cmocka_unit_test(indices_out_of_range_are_errors_of_the_run),
        cmocka_unit_test(not_a_number_is_handed_on),
        cmocka_unit_test(dropout_keeps_the_mean),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
