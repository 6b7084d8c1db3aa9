/* Losses: PyTorch's figures, formulas, extremes, what is refused. */
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

enum { ROWS = 5, CLASSES = 4, COUNT = ROWS * CLASSES };

static double z_at(int i) { return 3 * sin(1 + i); }
static double t_at(int i) { return 2 * cos(1 + i); }
static double p_at(int i) { return (1 + sin(2 + i)) / 2; }

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

static mg_node *array(mg_graph *g, int rank, const int64_t *shape, const double *values) {
    mg_tensor tensor = mg_tensor_borrow(MG_F64, rank, shape, (void *)(uintptr_t)values);
    return mg_variable_tensor(g, &tensor);
}
static mg_node *vector(mg_graph *g, int64_t count, const double *values) { return array(g, 1, &count, values); }
static mg_node *labels_of(mg_graph *g, int64_t count, const int32_t *labels) {
    mg_tensor tensor = mg_tensor_borrow(MG_I32, 1, &count, (void *)(uintptr_t)labels);
    return mg_variable_tensor(g, &tensor);
}
static mg_node *filled(mg_graph *g, double (*at)(int)) {
    double values[COUNT];
    for (int i = 0; i < COUNT; i++) values[i] = at(i);
    return array(g, 2, (int64_t[]){ ROWS, CLASSES }, values);
}
static const int32_t labels[ROWS] = { 2, 0, 3, 1, 2 };

/* Value of a loss; gradient with respect to x. */
static double value_and_gradient(mg_node *loss, mg_node *x, double *gradient) {
    double value = mg_item(loss);
    assert_int_equal(mg_backward(loss), MG_OK);
    mg_tensor d = mg_value(mg_grad(x));
    for (int64_t i = 0; i < mg_tensor_count(&d); i++) gradient[i] = mg_tensor_get(&d, i);
    return value;
}

static void losses_and_gradients_are_those_of_pytorch(void **state) {
    for (size_t i = 0; i < sizeof golden_losses / sizeof *golden_losses; i++) {
        const golden_loss *golden = &golden_losses[i];
        const mg_loss *loss = mg_loss_find(golden->loss);
        assert_non_null(loss);
        mg_graph *g = mg_graph_create(*state, MG_EAGER);
        mg_node *z = filled(g, z_at), *target = loss->classification                              ? labels_of(g, ROWS, labels)
                                                : strcmp(loss->name, "binary_cross_entropy") == 0 ? filled(g, p_at)
                                                                                                  : filled(g, t_at);
        mg_loss_options options = mg_loss_defaults();
        options.delta = golden->delta;
        options.label_smoothing = golden->smoothing;
        if (golden->class_weights) options.class_weights = vector(g, CLASSES, (double[]){ 1, 2, 0.5, 3 });
        if (golden->sample_weights) options.sample_weights = vector(g, ROWS, (double[]){ 0.5, 1, 2, 1, 0.25 });
        double gradient[COUNT], value = value_and_gradient(loss->build(z, target, &options), z, gradient);
        if (fabs(value - golden->value) > 1e-14 * fabs(golden->value))
            fail_msg("%s: %.17g, wanted %.17g", golden->label, value, golden->value);
        for (int j = 0; j < COUNT; j++)
            if (fabs(gradient[j] - golden->gradient[j]) > 1e-15)
                fail_msg("%s: gradient[%d] %.17g, wanted %.17g", golden->label, j, gradient[j], golden->gradient[j]);
        mg_graph_destroy(g);
    }
}

static void hinge_is_its_formula(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_node *s = vector(g, 4, (double[]){ 2, 0.5, -1, -3 }), *t = vector(g, 4, (double[]){ 1, 1, 1, -1 });
    double gradient[4];
    assert_true(value_and_gradient(mg_hinge(s, t, NULL), s, gradient) == (0 + 0.5 + 2 + 0) / 4);
    assert_true(gradient[0] == 0 && gradient[1] == -0.25 && gradient[2] == -0.25 && gradient[3] == 0);
    mg_graph_destroy(g);
}

/* Every loss, in f32, at scores of +-1e4 and 0: value and gradient stay finite and have the right figure. */
static void nothing_overflows_at_1e4(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    float scores[] = { 1e4f, -1e4f, 0, -1e4f, 1e4f, 0, 1e4f, 1e4f, -1e4f };
    mg_tensor z_value = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 3, 3 }, scores);
    mg_node *z = mg_variable_tensor(g, &z_value), *wrong = labels_of(g, 3, (int32_t[]){ 1, 1, 2 });
    double gradient[9];
    double value = value_and_gradient(mg_cross_entropy(z, wrong, NULL), z, gradient);
    assert_true(fabs(value - (2e4 + 0 + (2e4 + log(2))) / 3) < 1e-2);
    assert_true(fabs(gradient[0] - 1.0 / 3) < 1e-6 && fabs(gradient[1] + 1.0 / 3) < 1e-6 && gradient[2] == 0);
    for (int i = 0; i < 3; i++) assert_true(fabs(gradient[3 + i]) < 1e-6);
    assert_true(fabs(gradient[6] - 1.0 / 6) < 1e-6 && fabs(gradient[8] + 1.0 / 3) < 1e-6);
    mg_node *flat = mg_reshape(z, 1, (int64_t[]){ 9 });
    float targets[] = { 0, 1, 0.25f, 0, 1, 1, 1, 1, 0 };
    mg_tensor t_value = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 9 }, targets);
    value = value_and_gradient(mg_binary_cross_entropy(flat, mg_variable_tensor(g, &t_value), NULL), z, gradient);
    assert_true(fabs(value - (1e4 + 1e4 + log(2) + 0 + 0 + log(2)) / 9) < 1e-2);
    assert_true(fabs(gradient[0] - 1.0 / 9) < 1e-7 && fabs(gradient[1] + 1.0 / 9) < 1e-7);
    assert_true(fabs(gradient[2] - 0.25 / 9) < 1e-7 && fabs(gradient[5] + 0.5 / 9) < 1e-7 && fabs(gradient[4]) < 1e-7);
    for (int i = 0; mg_loss_row(i); i++) {
        const mg_loss *loss = mg_loss_row(i);
        mg_node *y =
            loss->build(loss->classification ? z : flat, loss->classification ? wrong : mg_variable_tensor(g, &t_value), NULL);
        assert_true(isfinite(value_and_gradient(y, z, gradient)));
        for (int j = 0; j < 9; j++) assert_true(isfinite(gradient[j]));
    }
    assert_int_equal(mg_graph_status(g), MG_OK);
    mg_graph_destroy(g);
}

static void unit_weights_change_nothing_and_zero_weights_remove_rows(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_node *z = filled(g, z_at), *t = filled(g, t_at), *y = labels_of(g, ROWS, labels);
    mg_loss_options ones = mg_loss_defaults(), some = mg_loss_defaults();
    ones.sample_weights = vector(g, ROWS, (double[]){ 1, 1, 1, 1, 1 });
    ones.class_weights = vector(g, CLASSES, (double[]){ 1, 1, 1, 1 });
    some.sample_weights = vector(g, ROWS, (double[]){ 1, 1, 1, 0, 0 });
    for (int i = 0; mg_loss_row(i); i++) {
        const mg_loss *loss = mg_loss_row(i);
        mg_node *target = loss->classification ? y : t;
        assert_true(fabs(mg_item(loss->build(z, target, NULL)) - mg_item(loss->build(z, target, &ones))) < 1e-13);
        mg_node *first = loss->build(mg_slice(z, 0, 0, 3, 1), mg_slice(target, 0, 0, 3, 1), NULL);
        assert_true(fabs(mg_item(first) - mg_item(loss->build(z, target, &some))) < 1e-13);
    }
    assert_int_equal(mg_graph_status(g), MG_OK);
    mg_graph_destroy(g);
}

static void check_refused(mg_graph *g, mg_node *loss, const char *text) {
    assert_true(mg_is_poison(loss));
    if (!strstr(mg_graph_message(g), text)) fail_msg("'%s' lacks '%s'", mg_graph_message(g), text);
    mg_graph_clear_error(g);
}

static void wrong_shapes_and_options_are_refused(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    mg_node *z = filled(g, z_at), *y = labels_of(g, ROWS, labels), *five = vector(g, ROWS, (double[ROWS]){ 0 });
    mg_loss_options options = mg_loss_defaults();
    check_refused(g, mg_mean_squared_error(z, five, NULL),
                  "mean_squared_error: the prediction is [5, 4], the target [5]; wanted one shape");
    check_refused(g, mg_binary_cross_entropy(mg_slice(z, 1, 0, 1, 1), five, NULL), "wanted one shape");
    check_refused(g, mg_cross_entropy(z, five, NULL), "wanted [n, 2 or more classes] and i32 [n]");
    check_refused(g, mg_cross_entropy(mg_slice(z, 0, 0, 2, 1), y, NULL), "the output is [2, 4] and the labels i32 [5]");
    options.label_smoothing = 1;
    check_refused(g, mg_cross_entropy(z, y, &options), "label smoothing is 1; wanted 0 to below 1");
    options = mg_loss_defaults();
    options.class_weights = five;
    check_refused(g, mg_cross_entropy(z, y, &options), "the class weights are [5]; wanted [4]");
    options = mg_loss_defaults();
    options.sample_weights = vector(g, 2, (double[]){ 1, 1 });
    check_refused(g, mg_huber(z, filled(g, t_at), &options), "the sample weights are [2]; wanted [5]");
    options = mg_loss_defaults();
    options.delta = 0;
    check_refused(g, mg_huber(z, z, &options), "delta is 0; wanted more than 0");
    mg_graph_destroy(g);
    mg_context_clear(*state);
}

static mg_node *build_row(mg_graph *graph, mg_node *const *x, void *user) {
    const mg_loss *loss = user;
    (void)graph;
    return loss->build(x[0], x[1], NULL);
}

static void gradients_agree_with_finite_differences_to_second_order(void **state) {
    double z[COUNT], t[COUNT];
    for (int i = 0; i < COUNT; i++) {
        z[i] = z_at(i);
        t[i] = p_at(i);
    }
    int64_t shape[2] = { ROWS, CLASSES };
    for (int i = 0; mg_loss_row(i); i++) {
        const mg_loss *loss = mg_loss_row(i);
        if (loss->classification) continue; /* its labels are no points to move; PyTorch's figures check those */
        mg_tensor points[2] = { mg_tensor_borrow(MG_F64, 2, shape, z), mg_tensor_borrow(MG_F64, 2, shape, t) };
        mg_check_options options = mg_check_defaults();
        for (options.order = 1; options.order <= 2; options.order++) {
            double error = mg_check_gradient(*state, build_row, (void *)(uintptr_t)loss, points, 2, &options);
            if (!(error < 1e-6)) fail_msg("%s, order %d: %g", loss->name, options.order, error);
        }
    }
}

static void a_label_that_is_no_class_gives_nan_instead_of_no_loss(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_EAGER);
    for (int32_t bad = -1; bad <= CLASSES; bad += CLASSES + 1) {
        const int32_t wrong[ROWS] = { 2, 0, bad, 1, 2 };
        assert_true(isnan(mg_item(mg_cross_entropy(filled(g, z_at), labels_of(g, ROWS, wrong), NULL))));
        assert_true(isnan(mg_item(mg_multi_hinge(filled(g, z_at), labels_of(g, ROWS, wrong), NULL))));
    }
    mg_graph_destroy(g);
}

static void the_table_names_every_loss_once(void **state) {
    (void)state;
    for (int i = 0; mg_loss_row(i); i++) {
        assert_ptr_equal(mg_loss_find(mg_loss_row(i)->name), mg_loss_row(i));
        assert_true(strlen(mg_loss_row(i)->doc) > 0);
    }
    assert_null(mg_loss_find("mse"));
    assert_null(mg_loss_find(NULL));
    assert_null(mg_loss_row(-1));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(losses_and_gradients_are_those_of_pytorch),
        cmocka_unit_test(hinge_is_its_formula),
        cmocka_unit_test(nothing_overflows_at_1e4),
        cmocka_unit_test(unit_weights_change_nothing_and_zero_weights_remove_rows),
        cmocka_unit_test(wrong_shapes_and_options_are_refused),
        cmocka_unit_test(gradients_agree_with_finite_differences_to_second_order),
        cmocka_unit_test(a_label_that_is_no_class_gives_nan_instead_of_no_loss),
        cmocka_unit_test(the_table_names_every_loss_once),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
