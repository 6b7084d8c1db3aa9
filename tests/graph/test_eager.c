/* Eager graphs: values on demand, changing leaves, gradients read like values. */
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
    assert_int_equal(mg_graph_status(w->g), MG_OK);
    mg_graph_destroy(w->g);
    mg_context_destroy(w->ctx);
}

static void the_expression_of_the_readme_has_its_gradients(void **state) {
    (void)state;
    world w = world_make();
    mg_node *a = mg_variable(w.g, -4), *b = mg_variable(w.g, 2), *c = mg_add(a, b),
            *d = mg_add(mg_mul(a, b), mg_pow_scalar(b, 3));
    c = mg_add(c, mg_add_scalar(c, 1));
    c = mg_add(c, mg_sub(mg_add_scalar(c, 1), a));
    d = mg_add(d, mg_add(mg_mul_scalar(d, 2), mg_relu(mg_add(b, a))));
    d = mg_add(d, mg_add(mg_mul_scalar(d, 3), mg_relu(mg_sub(b, a))));
    mg_node *f = mg_square(mg_sub(c, d)), *y = mg_add(mg_mul_scalar(f, 0.5), mg_div(mg_constant(w.g, 10), f));
    assert_int_equal(mg_backward(y), MG_OK);
    assert_true(fabs(mg_item(y) - 24.7041) < 5e-5);
    assert_true(fabs(mg_item(mg_grad(a)) - 138.8338) < 5e-5);
    assert_true(fabs(mg_item(mg_grad(b)) - 645.5773) < 5e-5);
    world_free(&w);
}

static void a_changed_leaf_makes_what_depends_on_it_stale(void **state) {
    (void)state;
    world w = world_make();
    mg_node *a = mg_variable(w.g, 2), *b = mg_variable(w.g, 3), *y = mg_mul(a, mg_square(b)), *z = mg_add_scalar(a, 1);
    assert_int_equal(mg_backward(y), MG_OK);
    assert_true(mg_item(y) == 18 && mg_item(z) == 3 && mg_item(mg_grad(b)) == 12);
    mg_set(b, 5);
    assert_true(mg_item(y) == 50 && mg_item(z) == 3);
    assert_true(mg_item(mg_grad(b)) == 20 && mg_item(mg_grad(a)) == 25); /* gradients are expressions: they follow */
    mg_set(a, -1);
    assert_true(mg_item(z) == 0 && mg_item(y) == -25 && mg_item(mg_grad(b)) == -10);
    mg_node *m = mg_variable_tensor(w.g, &(mg_tensor){ MG_F64, 1, { 3 }, (double[]){ 1, 2, 3 }, NULL }), *s = mg_sum_all(m);
    assert_true(mg_item(s) == 6);
    mg_set_tensor(m, &(mg_tensor){ MG_F64, 1, { 3 }, (double[]){ 4, 5, 6 }, NULL });
    assert_true(mg_item(s) == 15);
    mg_set(m, 2);
    assert_true(mg_item(s) == 6);
    world_free(&w);
}

static void backward_twice_is_the_same_as_once(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = mg_variable(w.g, 0.7), *y = mg_sin(mg_square(x));
    mg_backward(y);
    double once = mg_item(mg_grad(x));
    size_t count = mg_graph_count(w.g);
    mg_backward(y);
    assert_true(mg_item(mg_grad(x)) == once);
    assert_int_equal(mg_graph_count(w.g), count);
    mg_node *other = mg_exp(x);
    mg_backward(other); /* the gradients are now those of other */
    assert_true(mg_item(mg_grad(x)) == exp(0.7));
    assert_true(mg_item(mg_grad(y)) == 0);
    world_free(&w);
}

static void a_gradient_is_a_node_like_any_other(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = mg_variable(w.g, 2),
            *unused = mg_variable_tensor(w.g, &(mg_tensor){ MG_F64, 2, { 2, 2 }, (double[]){ 1, 2, 3, 4 }, NULL });
    mg_node *h = mg_square(x), *y = mg_mul(h, x); /* x^3 */
    mg_backward(y);
    assert_true(mg_item(mg_grad(h)) == 2);
    assert_true(mg_item(mg_grad(y)) == 1);
    mg_tensor zeros = mg_value(mg_grad(unused));
    assert_int_equal(mg_tensor_count(&zeros), 4);
    for (int i = 0; i < 4; i++) assert_true(mg_tensor_get(&zeros, i) == 0);
    mg_node *slope = mg_grad(x); /* 3 x^2 */
    assert_true(mg_item(slope) == 12);
    mg_backward(slope);
    assert_true(mg_item(mg_grad(x)) == 12); /* 6 x */
    world_free(&w);
}

static void a_chain_of_a_million_is_evaluated_without_recursion(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = mg_variable(w.g, 1), *y = x;
    for (int i = 0; i < 1000000; i++) y = mg_sin(y);
    assert_true(mg_item(y) > 0.001 && mg_item(y) < 0.01); /* about sqrt(3/n) */
    mg_set(x, 0);
    assert_true(mg_item(y) == 0);
    assert_int_equal(mg_backward(y), MG_OK);
    assert_true(mg_item(mg_grad(x)) == 1);
    world_free(&w);
}

static void next_step_draws_anew(void **state) {
    (void)state;
    world w = world_make();
    mg_node *u = mg_random_uniform(w.g, MG_F64, 1, (int64_t[]){ 3 }), *s = mg_sum_all(u), *x = mg_variable(w.g, 1),
            *fixed = mg_exp(x);
    double first = mg_item(s), constant = mg_item(fixed);
    assert_true(mg_item(s) == first);
    mg_set(x, 2);
    assert_true(mg_item(s) == first); /* only the step counts */
    mg_graph_next_step(w.g);
    assert_true(mg_item(s) != first);
    mg_set(x, 1);
    assert_true(mg_item(fixed) == constant);
    mg_graph *again = mg_graph_create(w.ctx, MG_EAGER);
    assert_true(mg_item(mg_sum_all(mg_random_uniform(again, MG_F64, 1, (int64_t[]){ 3 }))) == first);
    mg_graph_destroy(again);
    world_free(&w);
}

static void parameters_are_read_as_they_are_now(void **state) {
    (void)state;
    world w = world_make();
    mg_parameters *store = mg_parameters_create(w.ctx, MG_F64);
    mg_node *p = mg_parameter_leaf(w.g, store, mg_parameters_add(store, "w", MG_WEIGHT, 1, (int64_t[]){ 2 }, MG_INIT_ones, 0));
    mg_node *q = mg_parameter_leaf(w.g, store, mg_parameters_add(store, "s", MG_WEIGHT, 0, NULL, MG_INIT_ones, 0));
    mg_node *y = mg_mul(mg_sum_all(mg_square(p)), q);
    assert_true(isnan(mg_item(y))); /* not frozen yet */
    assert_non_null(strstr(mg_graph_message(w.g), "freeze"));
    mg_graph_clear_error(w.g);
    assert_int_equal(mg_parameters_freeze(store, 0), MG_OK);
    assert_true(mg_item(y) == 2);
    mg_backward(y);
    assert_true(mg_item(mg_grad(q)) == 2);
    mg_tensor value = mg_parameters_value(store, 0);
    mg_tensor_put(&value, 1, 3);
    mg_parameters_touch(store);
    assert_true(mg_item(y) == 10);
    mg_tensor slope = mg_value(mg_grad(p));
    assert_true(mg_tensor_get(&slope, 1) == 6);
    value = mg_parameters_value(store, 1);
    mg_tensor_put(&value, 0, 2);
    mg_parameters_touch(store);
    assert_true(mg_item(y) == 20);
    mg_graph_destroy(w.g);
    mg_parameters_destroy(store);
    mg_context_destroy(w.ctx);
}

static void empty_arrays_have_empty_values(void **state) {
    (void)state;
    world w = world_make();
    mg_node *x = mg_variable_tensor(w.g, &(mg_tensor){ MG_F64, 2, { 0, 3 }, (double[1]){ 0 }, NULL });
    mg_node *y = mg_exp(mg_add_scalar(x, 1));
    mg_value(y);
    assert_int_equal(mg_node_count(y), 0);
    assert_true(mg_item(mg_sum_all(y)) == 0);
    mg_node *flipped[] = { mg_flip(x, 0),
                           mg_transpose(x, NULL),
                           mg_reshape(x, 1, (int64_t[]){ 0 }),
                           mg_slice(x, 1, 0, 2, 1),
                           mg_cumsum(x, 1),
                           mg_softmax(x, 1),
                           mg_argsort(x, 1, false),
                           mg_matmul(x, mg_transpose(x, NULL)),
                           mg_broadcast(mg_sum(x, (int[]){ 1 }, 1, true), 2, (int64_t[]){ 0, 7 }) };
    for (size_t i = 0; i < sizeof flipped / sizeof *flipped; i++) {
        mg_value(flipped[i]);
        assert_int_equal(mg_node_count(flipped[i]), 0);
    }
    mg_node *padded = mg_sum_all(mg_pad(x, 0, 1, 1, 0)), *product = mg_matmul(mg_transpose(x, NULL), x); /* [3, 0] by [0, 3] */
    assert_true(mg_item(padded) == 0);
    assert_true(mg_item(mg_sum_all(product)) == 0);
    mg_backward(mg_add(mg_add(mg_sum_all(y), padded), mg_sum_all(product)));
    mg_value(mg_grad(x));
    world_free(&w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_expression_of_the_readme_has_its_gradients),
        cmocka_unit_test(a_changed_leaf_makes_what_depends_on_it_stale),
        cmocka_unit_test(backward_twice_is_the_same_as_once),
        cmocka_unit_test(a_gradient_is_a_node_like_any_other),
        cmocka_unit_test(a_chain_of_a_million_is_evaluated_without_recursion),
        cmocka_unit_test(next_step_draws_anew),
        cmocka_unit_test(parameters_are_read_as_they_are_now),
        cmocka_unit_test(empty_arrays_have_empty_values),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
