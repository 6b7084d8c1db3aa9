/* Differentiation: forward mode, curvature, gradients of gradients, stopping and overriding them, ops from outside, refusals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <micrograd.h>

#include <math.h>
#include <string.h>

typedef struct world {
    mg_context *ctx;
    mg_graph *g;
} world;

static world world_make(void) {
    world w = { .ctx = mg_context_create(NULL) };
    w.g = mg_graph_create(w.ctx, MG_EAGER);
    return w;
}
static void world_free(world *w) {
    mg_graph_destroy(w->g);
    mg_context_destroy(w->ctx);
}
static mg_node *vector(mg_graph *g, int count, const double *values) {
    return mg_variable_tensor(g, &(mg_tensor){ MG_F64, 1, { count }, (void *)(uintptr_t)values, NULL });
}
static double at(mg_node *x, int64_t i) {
    mg_tensor value = mg_value(x);
    return mg_tensor_get(&value, i);
}

static const double point[4] = { 0.3, -0.7, 1.1, 0.4 }, direction[4] = { 1, -2, 0.5, 3 };

/* y = softmax(x)_j tanh(x_j) + cumulative sums, a vector. */
static mg_node *curved(mg_node *x) { return mg_add(mg_mul(mg_softmax(x, 0), mg_tanh(x)), mg_square(mg_cumsum(x, 0))); }

static void forward_mode_agrees_with_differences(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *v = vector(w.g, 4, direction), *y = curved(x), *jvp = mg_jvp(y, &x, &v, 1);
    double exact[4], side[2][4], h = 1e-6;
    for (int i = 0; i < 4; i++) exact[i] = at(jvp, i);
    for (int s = 0; s < 2; s++) {
        double moved[4];
        for (int i = 0; i < 4; i++) moved[i] = point[i] + (s ? h : -h) * direction[i];
        mg_set_tensor(x, &(mg_tensor){ MG_F64, 1, { 4 }, moved, NULL });
        for (int i = 0; i < 4; i++) side[s][i] = at(y, i);
    }
    for (int i = 0; i < 4; i++) assert_true(fabs(exact[i] - (side[1][i] - side[0][i]) / (2 * h)) < 1e-8);
    world_free(&w);
}

/* <u, J v> = <J' u, v> for every u and v. */
static void forward_and_reverse_mode_are_adjoint(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *v = vector(w.g, 4, direction), *u = vector(w.g, 4, (double[]){ 2, 1, -1, 0.25 }),
            *y = curved(x), *back;
    mg_node *jvp = mg_jvp(y, &x, &v, 1);
    assert_int_equal(mg_vjp(y, u, &x, 1, &back), MG_OK);
    assert_true(fabs(mg_item(mg_sum_all(mg_mul(u, jvp))) - mg_item(mg_sum_all(mg_mul(back, v)))) < 1e-12);
    mg_node *two[] = { x, vector(w.g, 4, (double[]){ 1, 2, 3, 4 }) }, *along[] = { v, u }; /* several inputs add up */
    mg_node *z = mg_mul(two[0], two[1]), *both = mg_jvp(z, two, along, 2);
    for (int i = 0; i < 4; i++) assert_true(fabs(at(both, i) - (at(two[0], i) * at(u, i) + at(two[1], i) * at(v, i))) < 1e-12);
    world_free(&w);
}

static void hessian_vector_products_agree_with_differences_of_gradients(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *v = vector(w.g, 4, direction), *y = mg_sum_all(curved(x)), *hv, *g;
    assert_int_equal(mg_hessian_vector(y, &x, &v, 1, &hv), MG_OK);
    assert_int_equal(mg_gradient(y, &x, 1, &g), MG_OK);
    double exact[4], side[2][4], h = 1e-6;
    for (int i = 0; i < 4; i++) exact[i] = at(hv, i);
    for (int s = 0; s < 2; s++) {
        double moved[4];
        for (int i = 0; i < 4; i++) moved[i] = point[i] + (s ? h : -h) * direction[i];
        mg_set_tensor(x, &(mg_tensor){ MG_F64, 1, { 4 }, moved, NULL });
        for (int i = 0; i < 4; i++) side[s][i] = at(g, i);
    }
    for (int i = 0; i < 4; i++) assert_true(fabs(exact[i] - (side[1][i] - side[0][i]) / (2 * h)) < 1e-7);
    assert_int_not_equal(mg_hessian_vector(curved(x), &x, &v, 1, &hv), MG_OK);
    assert_non_null(strstr(mg_graph_message(w.g), "one element"));
    world_free(&w);
}

/* d/dw (|d f/dx|^2) for f = sin(w x): the penalty of a gradient. */
static void a_gradient_penalty_is_differentiated(void **state) {
    (void)state;
    world w = world_make();
    double k = 0.8, z = 1.3;
    mg_node *weight = mg_variable(w.g, k), *x = mg_variable(w.g, z), *slope;
    assert_int_equal(mg_gradient(mg_sin(mg_mul(weight, x)), &x, 1, &slope), MG_OK);
    assert_int_equal(mg_backward(mg_square(slope)), MG_OK); /* (w cos(w x))^2 */
    double c = cos(k * z), s = sin(k * z);
    assert_true(fabs(mg_item(mg_grad(weight)) - 2 * k * c * (c - k * z * s)) < 1e-13);
    assert_true(fabs(mg_item(mg_grad(x)) + 2 * k * c * k * k * s) < 1e-13);
    mg_node *y = mg_exp(mg_mul_scalar(x, 2)); /* derivatives of any order */
    for (int order = 0; order < 6; order++) assert_int_equal(mg_gradient(y, &x, 1, &y), MG_OK);
    assert_true(fabs(mg_item(y) / (64 * exp(2 * z)) - 1) < 1e-13);
    world_free(&w);
}

static void what_is_not_reached_gets_zeros(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point),
            *other = mg_variable_tensor(w.g, &(mg_tensor){ MG_F64, 2, { 2, 1 }, (double[]){ 1, 2 }, NULL });
    mg_node *xs[] = { x, other, mg_tanh(x) }, *g[3]; /* the last: an inner node that y does not use */
    assert_int_equal(mg_gradient(mg_sum_all(mg_square(x)), xs, 3, g), MG_OK);
    assert_int_equal(mg_node_rank(g[1]), 2);
    assert_true(at(g[0], 0) == 0.6 && at(g[1], 1) == 0 && at(g[2], 3) == 0);
    mg_node *stopped;
    assert_int_equal(mg_gradient(mg_sum_all(mg_mul(mg_stop_gradient(mg_exp(x)), x)), &x, 1, &stopped), MG_OK);
    for (int i = 0; i < 4; i++) assert_true(fabs(at(stopped, i) - exp(point[i])) < 1e-15);
    assert_int_equal(mg_gradient(mg_sum_all(mg_floor(x)), &x, 1, &stopped), MG_OK);
    assert_true(at(stopped, 0) == 0);
    mg_node *inner = mg_tanh(x), *with_inner; /* with respect to an inner node */
    assert_int_equal(mg_gradient(mg_sum_all(mg_square(inner)), &inner, 1, &with_inner), MG_OK);
    assert_true(fabs(at(with_inner, 2) - 2 * tanh(1.1)) < 1e-15);
    world_free(&w);
}

static void only_floats_are_differentiated(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *i = mg_cast(x, MG_I32), *g;
    assert_int_equal(mg_gradient(i, &x, 1, &g), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(w.g), "i32"));
    assert_true(mg_is_poison(g));
    mg_graph_clear_error(w.g);
    assert_int_equal(mg_gradient(x, &i, 1, &g), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(w.g), "float"));
    mg_graph_clear_error(w.g);
    assert_int_equal(mg_gradient(mg_sum_all(mg_cast(mg_mul(i, i), MG_F64)), &x, 1, &g), MG_OK); /* through an integer: nothing */
    assert_true(at(g, 0) == 0);
    mg_node *wrong = mg_ones_like(mg_sum_all(x));
    assert_int_equal(mg_vjp(x, wrong, &x, 1, &g), MG_INVALID);
    assert_non_null(strstr(mg_graph_message(w.g), "[4]"));
    world_free(&w);
}

/* A cast between floats hands gradients through in the other dtype. */
static void gradients_pass_casts(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *y = mg_sum_all(mg_square(mg_cast(x, MG_F32))), *g;
    assert_int_equal(mg_gradient(y, &x, 1, &g), MG_OK);
    assert_int_equal(mg_node_dtype(g), MG_F64);
    assert_true(fabs(at(g, 1) + 1.4) < 1e-6);
    world_free(&w);
}

/* --- gradients of one's own
 * ---------------------------------------------------------------------------------------------------------- */

static void clipped(const mg_rule *r, void *user) {
    double *bound = user;
    r->dx[0] = mg_clip(r->dy, -*bound, *bound);
}

static void a_custom_gradient_replaces_the_rule(void **state) {
    (void)state;
    world w = world_make();
    double bound = 0.5;
    mg_node *x = vector(w.g, 4, point), *y = mg_custom_gradient(mg_mul_scalar(x, 1), &x, 1, clipped, &bound);
    mg_node *z = mg_sum_all(mg_mul_scalar(mg_exp(mg_custom_gradient(mg_tanh(x), &x, 1, clipped, &bound)), 3)), *g[2];
    assert_int_equal(mg_gradient(z, &x, 1, g), MG_OK);
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(at(g[0], i) - fmin(0.5, 3 * exp(tanh(point[i])))) < 1e-15);
        assert_true(at(y, i) == point[i]);
    }
    assert_int_equal(mg_gradient(mg_sum_all(mg_square(y)), &x, 1, g), MG_OK);
    assert_true(at(g[0], 2) == 0.5 && at(g[0], 1) == -0.5);
    world_free(&w);
}

/* The example of op.h, word for word. */
static bool same(mg_shape_rule *r) { return mg_rule_same_as(r, 0); }
static void cube_gradient(const mg_rule *r) {
    r->dx[0] = mg_mul(r->dy, mg_mul(mg_constant_like(r->x[0], 3), mg_square(r->x[0])));
}
static mg_status cube_kernel(const mg_kernel_call *c) {
    for (int64_t i = 0; i < mg_tensor_count(&c->y); i++) mg_tensor_put(&c->y, i, pow(mg_tensor_get(&c->x[0], i), 3));
    return MG_OK;
}
static const mg_op cube = { .size = sizeof(mg_op),
                            .name = "cube",
                            .inputs = 1,
                            .shape = same,
                            .gradient = cube_gradient,
                            .reference = cube_kernel,
                            .doc = "x^3" };

static mg_node *cubed(mg_graph *graph, mg_node *const *x, void *user) {
    (void)graph;
    (void)user;
    return mg_apply(&cube, x, 1, NULL, 0);
}

static void an_op_from_outside_is_like_any_other(void **state) {
    (void)state;
    world w = world_make();
    double numbers[6] = { 0.5, -1.5, 2, 0.1, -0.3, 1 };
    mg_tensor at_point = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 2, 3 }, numbers);
    for (int order = 1; order <= 2; order++) {
        mg_check_options options = mg_check_defaults();
        bool zero = true;
        options.order = order;
        options.all_zero = &zero;
        assert_true(mg_check_gradient(w.ctx, cubed, NULL, &at_point, 1, &options) < 1e-6);
        assert_false(zero);
    }
    for (int backend = MG_REFERENCE; backend <= MG_CPU; backend++) { /* compiled, among fused neighbours and on a view */
        mg_graph *g = mg_graph_create(w.ctx, MG_STAGED);
        mg_graph_set_dtype(g, MG_F64);
        mg_node *x = mg_input(g, "x", MG_F64, 2, (int64_t[]){ 2, 3 }), *t = mg_transpose(x, NULL);
        mg_node *y = mg_sum_all(mg_mul(mg_apply(&cube, &t, 1, NULL, 0), t)), *slope;
        assert_int_equal(mg_gradient(y, &x, 1, &slope), MG_OK); /* 4 x^3 */
        mg_program *program = mg_compile(g, (mg_backend_id)backend, &slope, 1);
        mg_session *session = mg_session_create(w.ctx, program, NULL);
        mg_tensor out = { 0 };
        assert_int_equal(mg_run(session, &at_point, &out), MG_OK);
        for (int i = 0; i < 6; i++) assert_true(fabs(mg_tensor_get(&out, i) - 4 * pow(numbers[i], 3)) < 1e-12);
        mg_session_destroy(session);
        mg_program_destroy(program);
        mg_graph_destroy(g);
    }
    world_free(&w);
}

static mg_status failing_kernel(const mg_kernel_call *c) {
    return mg_kernel_fail(c, MG_INVALID, "the moon is in the wrong phase");
}
static void scalar_gradient(const mg_rule *r) { r->dx[0] = mg_constant_like(r->x[0], 1); }

static void faulty_ops_are_told_apart(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = vector(w.g, 4, point), *g;
    const mg_op moon = {
        .size = sizeof(mg_op), .name = "moon", .inputs = 1, .shape = same, .gradient = MG_NO_GRADIENT, .reference = failing_kernel
    };
    const mg_op ruleless = { .size = sizeof(mg_op), .name = "ruleless", .inputs = 1, .shape = same, .reference = cube_kernel };
    const mg_op misshapen = { .size = sizeof(mg_op),
                              .name = "misshapen",
                              .inputs = 1,
                              .shape = same,
                              .gradient = scalar_gradient,
                              .reference = cube_kernel };
    assert_null(mg_value(mg_apply(&moon, &x, 1, NULL, 0)).data);
    assert_non_null(strstr(mg_graph_message(w.g), "moon: the moon is in the wrong phase"));
    mg_graph_clear_error(w.g);
    assert_int_not_equal(mg_gradient(mg_apply(&ruleless, &x, 1, NULL, 0), &x, 1, &g), MG_OK);
    assert_non_null(strstr(mg_graph_message(w.g), "MG_NO_GRADIENT"));
    mg_graph_clear_error(w.g);
    assert_int_not_equal(mg_gradient(mg_apply(&misshapen, &x, 1, NULL, 0), &x, 1, &g), MG_OK);
    assert_non_null(strstr(mg_graph_message(w.g), "misshapen"));
    mg_graph_clear_error(w.g);
    mg_node *two[] = { x, x };
    assert_true(mg_is_poison(mg_apply(&cube, two, 2, NULL, 0)));
    assert_non_null(strstr(mg_graph_message(w.g), "takes 1"));
    world_free(&w);
}

/* The checker itself must see a wrong rule. */
static void wrong_gradient(const mg_rule *r) { r->dx[0] = mg_mul(r->dy, mg_square(r->x[0])); }
static const mg_op wrong_cube = {
    .size = sizeof(mg_op), .name = "wrong", .inputs = 1, .shape = same, .gradient = wrong_gradient, .reference = cube_kernel
};
static mg_node *wrongly_cubed(mg_graph *graph, mg_node *const *x, void *user) {
    (void)graph;
    (void)user;
    return mg_apply(&wrong_cube, x, 1, NULL, 0);
}
static mg_node *broken(mg_graph *graph, mg_node *const *x, void *user) {
    (void)user;
    (void)x;
    return mg_graph_fail(graph, MG_INVALID, "not today");
}

static void the_checker_finds_a_wrong_rule(void **state) {
    (void)state;
    world w = world_make();
    double numbers[2] = { 0.5, 2 };
    mg_tensor p = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ 2 }, numbers);
    assert_true(mg_check_gradient(w.ctx, wrongly_cubed, NULL, &p, 1, NULL) > 0.1);
    assert_true(isnan(mg_check_gradient(w.ctx, broken, NULL, &p, 1, NULL)));
    assert_non_null(strstr(mg_context_message(w.ctx), "not today"));
    assert_true(isnan(mg_check_gradient(w.ctx, NULL, NULL, &p, 1, NULL)));
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_mode_agrees_with_differences),
        cmocka_unit_test(forward_and_reverse_mode_are_adjoint),
        cmocka_unit_test(hessian_vector_products_agree_with_differences_of_gradients),
        cmocka_unit_test(a_gradient_penalty_is_differentiated),
        cmocka_unit_test(what_is_not_reached_gets_zeros),
        cmocka_unit_test(only_floats_are_differentiated),
        cmocka_unit_test(gradients_pass_casts),
        cmocka_unit_test(a_custom_gradient_replaces_the_rule),
        cmocka_unit_test(an_op_from_outside_is_like_any_other),
        cmocka_unit_test(faulty_ops_are_told_apart),
        cmocka_unit_test(the_checker_finds_a_wrong_rule),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
