/* Layers by hand: formulas, PyTorch's figures for normalisations, shapes, tied weights, penalties. */
#include <micrograd/gradient.h>
#include <micrograd/nn.h>
#include <micrograd/ops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden/layers.h"

enum { ROWS = 5, FEATURES = 4, COUNT = ROWS * FEATURES };

static int setup(void **state) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    *state = mg_context_create(&options);
    return *state ? 0 : -1;
}
static int teardown(void **state) {
    mg_context_destroy(*state);
    return 0;
}

static mg_node *variable(mg_graph *g, int rank, const int64_t *shape, double (*at)(int)) {
    double values[256];
    mg_tensor tensor = mg_tensor_borrow(MG_F64, rank, shape, values);
    for (int i = 0; i < (int)mg_tensor_count(&tensor); i++) values[i] = at(i);
    return mg_variable_tensor(g, &tensor);
}
static double z_at(int i) { return 3 * sin(1 + i); }
static double t_at(int i) { return 2 * cos(1 + i); }

static double item(mg_node *node, int64_t i) {
    mg_tensor value = mg_value(node);
    return value.data ? mg_tensor_get(&value, i) : NAN;
}
static void write_entry(mg_parameters *p, const char *name, double (*at)(int)) {
    mg_tensor value = mg_parameters_value(p, mg_parameters_find(p, name));
    assert_non_null(value.data);
    for (int i = 0; i < (int)mg_tensor_count(&value); i++) mg_tensor_put(&value, i, at(i));
    mg_parameters_touch(p);
}

static void dense_is_a_product_and_a_bias(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_node *x = variable(g, 2, (int64_t[]){ 3, 2 }, z_at), *y = mg_dense(x, p, "fc", 4);
    mg_parameters_freeze(p, 0);
    write_entry(p, "fc.weight", t_at);
    write_entry(p, "fc.bias", z_at);
    for (int i = 0; i < 3; i++)
        for (int j = 0; j < 4; j++)
            assert_true(fabs(item(y, 4 * i + j) - (z_at(2 * i) * t_at(j) + z_at(2 * i + 1) * t_at(4 + j) + z_at(j))) < 1e-14);
    mg_dense_options options = mg_dense_defaults();
    options.bias = false;
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    g = mg_graph_create(*state, MG_EAGER);
    p = mg_parameters_create(*state, MG_F64);
    y = mg_dense_with(variable(g, 4, (int64_t[]){ 2, 3, 2, 5 }, z_at), p, "image", 7, &options);
    assert_int_equal(mg_node_rank(y), 2);
    assert_int_equal(mg_node_shape(y)[1], 7);
    assert_int_equal(mg_parameters_count(p), 1);
    assert_int_equal(mg_parameters_entry(p, 0)->fan_in, 30);
    assert_int_equal(mg_parameters_entry(p, 0)->fan_out, 7);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void check_refused(mg_graph *g, mg_node *y, const char *text) {
    assert_true(mg_is_poison(y));
    if (!strstr(mg_graph_message(g), text)) fail_msg("'%s' lacks '%s'", mg_graph_message(g), text);
    mg_graph_clear_error(g);
}

static void errors_name_the_layer_the_shapes_and_the_cure(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64), *single = mg_parameters_create(*state, MG_F32);
    mg_node *x = variable(g, 2, (int64_t[]){ 3, 6 }, z_at), *wide = variable(g, 2, (int64_t[]){ 3, 8 }, z_at);
    mg_dense(x, p, "fc1", 10);
    check_refused(g, mg_dense(wide, p, "fc1", 10),
                  "dense 'fc1': input is [3, 8] but its weight is [6, 10]; the layer before it should give 6 features");
    check_refused(g, mg_dense(x, p, "fc1", 11),
                  "dense 'fc1': 11 units for inputs [3, 6], but the store has 'fc1.weight' as [6, 10]");
    check_refused(g, mg_dense(x, p, "none", 0), "dense 'none': 0 units; wanted 1 to 16777216");
    check_refused(g, mg_dense(mg_variable(g, 1), p, "scalar", 3), "dense 'scalar': input is []; wanted [rows, features]");
    check_refused(g, mg_dense(x, single, "fc", 3),
                  "dense 'fc': the input is f64, the parameters are f32; cast the input with mg_cast");
    check_refused(g, mg_layer_norm(x, p, "ln", 0), "layer norm 'ln': epsilon is 0; wanted more than 0");
    check_refused(g, mg_batch_norm(x, p, "bn", true, 1.5, 1e-5), "batch norm 'bn': momentum is 1.5; wanted 0 to 1");
    check_refused(g, mg_embedding(x, p, "words", 3, 4), "embedding 'words': the indices are f64; wanted i32");
    mg_dense(mg_graph_poison(g), p, "after", 3);
    assert_int_equal(mg_parameters_find(p, "after.weight"), -1);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    mg_parameters_destroy(single);
    mg_context_clear(*state);
}

static double gain_at(int i) { return 1 + i / 2.0; }
static double bias_at(int i) { return i - 1; }

static void check_close(const char *what, mg_node *node, const double *wanted, int count) {
    for (int i = 0; i < count; i++)
        if (!(fabs(item(node, i) - wanted[i]) < 1e-13))
            fail_msg("%s[%d]: %.17g, wanted %.17g", what, i, item(node, i), wanted[i]);
}

static void check_norm(mg_context *context, bool batch, const golden_norm *golden) {
    mg_graph *g = mg_graph_create(context, MG_EAGER);
    mg_parameters *p = mg_parameters_create(context, MG_F64);
    int64_t shape[2] = { ROWS, FEATURES };
    mg_node *x = variable(g, 2, shape, z_at), *t = variable(g, 2, shape, t_at);
    mg_node *y = batch ? mg_batch_norm(x, p, "n", true, 0.9, 1e-5) : mg_layer_norm(x, p, "n", 1e-5);
    mg_parameters_freeze(p, 0);
    write_entry(p, "n.gain", gain_at);
    write_entry(p, "n.bias", bias_at);
    check_close("y", y, golden->y, COUNT);
    mg_node *d[3], *xs[3] = { x, mg_parameter_leaf(g, p, mg_parameters_find(p, "n.gain")),
                              mg_parameter_leaf(g, p, mg_parameters_find(p, "n.bias")) };
    assert_int_equal(mg_gradient(mg_sum_all(mg_mul(t, y)), xs, 3, d), MG_OK);
    check_close("dx", d[0], golden->dx, COUNT);
    check_close("dgain", d[1], golden->dgain, FEATURES);
    check_close("dbias", d[2], golden->dbias, FEATURES);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void batch_norm_is_that_of_pytorch(void **state) { check_norm(*state, true, &golden_batch_norm); }
static void layer_norm_is_that_of_pytorch(void **state) { check_norm(*state, false, &golden_layer_norm); }

static double mean_at(int i) { return i / 3.0; }
static double variance_at(int i) { return 1 + i; }

static void batch_norm_at_rest_uses_the_running_statistics(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_node *y = mg_batch_norm(variable(g, 2, (int64_t[]){ ROWS, FEATURES }, z_at), p, "n", false, 0.9, 1e-3);
    mg_parameters_freeze(p, 0);
    write_entry(p, "n.mean", mean_at);
    write_entry(p, "n.variance", variance_at);
    for (int i = 0; i < COUNT; i++)
        assert_true(fabs(item(y, i) - (z_at(i) - mean_at(i % 4)) / sqrt(variance_at(i % 4) + 1e-3)) < 1e-14);
    assert_int_equal(mg_parameters_entry(p, mg_parameters_find(p, "n.mean"))->role, MG_STATE);
    assert_int_equal(mg_parameters_learned(p), 2 * FEATURES);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void embedding_gives_rows_and_sums_their_gradients(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_tensor indices = mg_tensor_borrow(MG_I32, 2, (int64_t[]){ 2, 2 }, (int32_t[]){ 3, 0, 3, 3 });
    mg_node *y = mg_embedding(mg_variable_tensor(g, &indices), p, "e", 4, 2), *weight = mg_parameter_leaf(g, p, 0), *d;
    mg_parameters_freeze(p, 0);
    write_entry(p, "e.weight", z_at);
    assert_int_equal(mg_node_rank(y), 3);
    assert_true(item(y, 0) == z_at(6) && item(y, 3) == z_at(1) && item(y, 7) == z_at(7));
    assert_int_equal(mg_gradient(y, &weight, 1, &d), MG_OK);
    assert_true(item(d, 0) == 1 && item(d, 2) == 0 && item(d, 7) == 3);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void tied_weights_are_one_leaf_and_sum_their_gradients(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_node *x = variable(g, 2, (int64_t[]){ 2, 3 }, z_at);
    mg_node *y = mg_dense(mg_tanh(mg_dense(x, p, "tied", 3)), p, "tied", 3);
    mg_parameters_freeze(p, 4);
    assert_int_equal(mg_parameters_count(p), 2);
    mg_node *leaf = mg_parameter_leaf(g, p, 0), *d, *loss = mg_sum_all(mg_square(y));
    assert_ptr_equal(leaf, mg_parameter_leaf(g, p, 0));
    assert_int_equal(mg_gradient(loss, &leaf, 1, &d), MG_OK);
    mg_tensor value = mg_parameters_value(p, 0);
    for (int64_t i = 0; i < 9; i++) { /* against central differences of the tied net */
        double analytic = item(d, i), middle = mg_tensor_get(&value, i), side[2];
        for (int s = 0; s < 2; s++) {
            mg_tensor_put(&value, i, middle + (s ? 1e-5 : -1e-5));
            mg_parameters_touch(p);
            side[s] = mg_item(loss);
        }
        mg_tensor_put(&value, i, middle);
        mg_parameters_touch(p);
        assert_true(fabs(analytic - (side[1] - side[0]) / 2e-5) < 1e-7);
    }
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static void penalties_are_over_weights_alone(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_dense(variable(g, 2, (int64_t[]){ 2, 3 }, z_at), p, "a", 2);
    mg_dense(variable(g, 2, (int64_t[]){ 2, 3 }, z_at), p, "b", 1);
    mg_parameters_freeze(p, 0);
    write_entry(p, "a.weight", z_at);
    write_entry(p, "b.weight", t_at);
    write_entry(p, "a.bias", z_at);
    double sum = 0, squares = 0;
    for (int i = 0; i < 6; i++) {
        sum += fabs(z_at(i)) + (i < 3 ? fabs(t_at(i)) : 0);
        squares += z_at(i) * z_at(i) + (i < 3 ? t_at(i) * t_at(i) : 0);
    }
    assert_true(fabs(mg_item(mg_penalty(g, p, 0.3, 0)) - 0.3 * sum) < 1e-14);
    assert_true(fabs(mg_item(mg_penalty(g, p, 0, 0.3)) - 0.15 * squares) < 1e-14);
    assert_true(fabs(mg_item(mg_penalty(g, p, 0.1, 0.3)) - 0.1 * sum - 0.15 * squares) < 1e-14);
    assert_true(mg_item(mg_penalty(g, p, 0, 0)) == 0);
    assert_true(mg_is_poison(mg_penalty(g, p, -1, 0)));
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dense_is_a_product_and_a_bias),
        cmocka_unit_test(errors_name_the_layer_the_shapes_and_the_cure),
        cmocka_unit_test(batch_norm_is_that_of_pytorch),
        cmocka_unit_test(layer_norm_is_that_of_pytorch),
        cmocka_unit_test(batch_norm_at_rest_uses_the_running_statistics),
        cmocka_unit_test(embedding_gives_rows_and_sums_their_gradients),
        cmocka_unit_test(tied_weights_are_one_leaf_and_sum_their_gradients),
        cmocka_unit_test(penalties_are_over_weights_alone),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
