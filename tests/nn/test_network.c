/* Networks by text: names, initialisers, rows about layers, residuals, dropout, messages. */
#include <micrograd/nn.h>
#include <micrograd/ops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

typedef struct fixture {
    mg_context *context;
    mg_graph *graph;
    mg_parameters *parameters;
    mg_node *x; /* [6, 8] */
} fixture;

static mg_node *rows(mg_graph *g, int64_t n, int64_t features) {
    double values[256];
    for (int i = 0; i < n * features; i++) values[i] = sin(1 + i);
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ n, features }, values);
    return mg_variable_tensor(g, &tensor);
}

static int setup(void **state) {
    static fixture f;
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    f.context = mg_context_create(&options);
    f.graph = mg_graph_create(f.context, MG_EAGER);
    f.parameters = mg_parameters_create(f.context, MG_F64);
    f.x = rows(f.graph, 6, 8);
    *state = &f;
    return 0;
}
static int teardown(void **state) {
    fixture *f = *state;
    mg_graph_destroy(f->graph);
    mg_parameters_destroy(f->parameters);
    mg_context_destroy(f->context);
    return 0;
}

static mg_node *build(fixture *f, const char *text, const mg_network_options *options) {
    mg_network *network = mg_network_parse(f->context, text);
    if (!network) fail_msg("%s", mg_context_message(f->context));
    mg_node *y = mg_network_build(network, f->x, f->parameters, options);
    mg_network_destroy(network);
    return y;
}

static void check_names(const fixture *f, const char *const *names, int count) {
    assert_int_equal(mg_parameters_count(f->parameters), count);
    for (int i = 0; i < count; i++) assert_string_equal(mg_parameters_entry(f->parameters, i)->name, names[i]);
}

static void names_count_up_per_kind(void **state) {
    mg_network_options options = mg_network_defaults();
    options.outputs = 3;
    mg_node *y = build(*state, "2*[dense(5) batchnorm relu] residual(dense(5) relu dense(7, bias=false)) layernorm", &options);
    assert_false(mg_is_poison(y));
    assert_int_equal(mg_node_shape(y)[0], 6);
    assert_int_equal(mg_node_shape(y)[1], 3);
    static const char *const names[] = {
        "dense1.weight",           "dense1.bias",           "batchnorm1.gain",         "batchnorm1.bias",
        "batchnorm1.mean",         "batchnorm1.variance",   "dense2.weight",           "dense2.bias",
        "batchnorm2.gain",         "batchnorm2.bias",       "batchnorm2.mean",         "batchnorm2.variance",
        "residual1.dense1.weight", "residual1.dense1.bias", "residual1.dense2.weight", "residual1.projection.weight",
        "layernorm1.gain",         "layernorm1.bias",       "output.weight",           "output.bias"
    };
    check_names(*state, names, sizeof names / sizeof *names);
}

static void rows_tell_shapes_parameters_and_products(void **state) {
    fixture *f = *state;
    mg_layer_info layers[8];
    int count = 0;
    mg_network_options options = mg_network_defaults();
    options.outputs = 3;
    options.layers = layers;
    options.layer_capacity = 8;
    options.layer_count = &count;
    build(f, "dense(5, init=zeros) relu residual(dense(7)) dropout(0.5)", &options);
    assert_int_equal(count, 6);
    static const struct {
        const char *name, *text;
        int64_t units, parameters, products;
    } wanted[] = { { "dense1", "dense(5, init=zeros)", 5, 45, 40 }, { "relu1", "relu", 5, 0, 0 },
                   { "residual1.dense1", "dense(7)", 7, 42, 35 },   { "residual1", "residual(dense(7))", 7, 35, 35 },
                   { "dropout1", "dropout(0.5)", 7, 0, 0 },         { "output", "dense(3)", 3, 24, 21 } };
    int64_t total = 0;
    for (int i = 0; i < count; i++) {
        assert_string_equal(layers[i].name, wanted[i].name);
        assert_string_equal(layers[i].text, wanted[i].text);
        assert_int_equal(layers[i].rank, 2);
        assert_int_equal(layers[i].shape[0], 6);
        assert_int_equal(layers[i].shape[1], wanted[i].units);
        assert_int_equal(layers[i].parameters, wanted[i].parameters);
        assert_int_equal(layers[i].multiply_adds, wanted[i].products);
        total += layers[i].parameters;
    }
    assert_int_equal(total, mg_parameters_learned(f->parameters));
    options.layer_capacity = 2; /* counted all the same */
    build(f, "dense(5, init=zeros) relu residual(dense(7)) dropout(0.5)", &options);
    assert_int_equal(count, 6);
}

static mg_init init_of(const fixture *f, const char *name) {
    const mg_parameter *entry = mg_parameters_entry(f->parameters, mg_parameters_find(f->parameters, name));
    return entry ? entry->init : MG_INITS;
}

static void initialisers_follow_the_next_activation(void **state) {
    fixture *f = *state;
    mg_network_options options = mg_network_defaults();
    options.outputs = 2;
    build(
        f,
        "dense(4) relu dense(4) batchnorm dropout(0.1) gelu dense(4) selu dense(4) tanh dense(4) dense(4) leaky_relu(0.3) dense(4, init=orthogonal) relu "
        "residual(dense(4) layernorm silu dense(4)) dense(4)",
        &options);
    static const struct {
        const char *name;
        mg_init init;
    } wanted[] = { { "dense1.weight", MG_INIT_he_normal },
                   { "dense2.weight", MG_INIT_he_normal },
                   { "dense3.weight", MG_INIT_lecun_normal },
                   { "dense4.weight", MG_INIT_glorot_uniform },
                   { "dense5.weight", MG_INIT_glorot_uniform },
                   { "dense6.weight", MG_INIT_he_normal },
                   { "dense7.weight", MG_INIT_orthogonal },
                   { "residual1.dense1.weight", MG_INIT_he_normal },
                   { "residual1.dense2.weight", MG_INIT_glorot_uniform },
                   { "dense8.weight", MG_INIT_glorot_uniform },
                   { "output.weight", MG_INIT_glorot_uniform },
                   { "dense1.bias", MG_INIT_zeros } };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (init_of(f, wanted[i].name) != wanted[i].init)
            fail_msg("%s: %s", wanted[i].name, mg_init_name(init_of(f, wanted[i].name)));
}

static void one_initialiser_for_all_that_say_nothing(void **state) {
    fixture *f = *state;
    mg_network_options options = mg_network_defaults();
    options.outputs = 2;
    options.init = MG_INIT_he_uniform;
    build(f, "dense(4) relu dense(4, init=zeros)", &options);
    assert_int_equal(init_of(f, "dense1.weight"), MG_INIT_he_uniform);
    assert_int_equal(init_of(f, "dense2.weight"), MG_INIT_zeros);
    assert_int_equal(init_of(f, "output.weight"), MG_INIT_he_uniform);
}

static double value_at(mg_node *node, int64_t i) {
    mg_tensor value = mg_value(node);
    return value.data ? mg_tensor_get(&value, i) : NAN;
}

static void a_residual_adds_its_input(void **state) {
    fixture *f = *state;
    mg_node *y = build(f, "residual(tanh)", NULL);
    assert_true(fabs(value_at(y, 5) - (sin(6) + tanh(sin(6)))) < 1e-15);
    assert_int_equal(mg_parameters_count(f->parameters), 0);
    y = build(f, "residual(residual(relu) relu)", NULL);
    double x = sin(2);
    assert_true(fabs(value_at(y, 1) - 3 * x) < 1e-15);
}

static void the_empty_text_is_the_output_layer_alone(void **state) {
    fixture *f = *state;
    assert_ptr_equal(build(f, "", NULL), f->x);
    mg_network_options options = mg_network_defaults();
    options.outputs = 3;
    assert_int_equal(mg_node_shape(build(f, "", &options))[1], 3);
    check_names(f, (const char *const[]){ "output.weight", "output.bias" }, 2);
}

static void dropout_acts_in_training_alone(void **state) {
    fixture *f = *state;
    mg_network_options options = mg_network_defaults();
    assert_ptr_equal(build(f, "dropout(0.5)", &options), f->x);
    options.training = true;
    mg_node *y = build(f, "dropout(0.5)", &options);
    int zeros = 0;
    for (int i = 0; i < 48; i++) {
        zeros += value_at(y, i) == 0;
        assert_true(value_at(y, i) == 0 || fabs(value_at(y, i) - 2 * sin(1 + i)) < 1e-15);
    }
    assert_in_range(zeros, 8, 40);
}

static void dropout_of_channels_takes_whole_ones(void **state) {
    fixture *f = *state;
    mg_network_options options = mg_network_defaults();
    const int64_t shape[] = { 8, 3, 2, 5 };
    f->x = mg_reshape(rows(f->graph, 8, 30), 4, shape);
    assert_ptr_equal(build(f, "dropout(0.5, channels=true)", &options), f->x);
    options.training = true;
    mg_node *y = build(f, "dropout(0.5, true)", &options);
    int dropped = 0;
    for (int row = 0; row < 8; row++) {
        for (int channel = 0; channel < 5; channel++) {
            bool gone = value_at(y, row * 30 + channel) == 0;
            dropped += gone;
            for (int i = row * 30 + channel; i < row * 30 + 30; i += 5)
                assert_true(gone ? value_at(y, i) == 0 : fabs(value_at(y, i) - 2 * sin(1 + i)) < 1e-15);
        }
    }
    assert_in_range(dropped, 8, 32);
}

/* The mask of dropout1 under a text, as one number. */
static double mask_under(fixture *f, const char *text) {
    mg_graph *g = mg_graph_create(f->context, MG_EAGER);
    mg_network_options options = mg_network_defaults();
    options.training = true;
    mg_network *network = mg_network_parse(f->context, text);
    mg_node *y = mg_network_build(network, mg_ones_like(rows(g, 6, 8)), f->parameters, &options);
    double bits = 0;
    for (int i = 0; i < 48; i++) bits = 2 * bits + (value_at(y, i) != 0);
    mg_network_destroy(network);
    mg_graph_destroy(g);
    return bits;
}

static void a_layer_more_changes_no_mask_and_two_dropouts_share_none(void **state) {
    double alone = mask_under(*state, "dropout(0.5)");
    assert_true(mask_under(*state, "relu relu dropout(0.5)") == alone);
    double both = mask_under(*state, "dropout(0.5) dropout(0.5)");
    assert_true(both != alone);
}

static void errors_name_layer_number_and_shapes(void **state) {
    fixture *f = *state;
    build(f, "dense(5) relu dense(4)", NULL);
    assert_true(mg_is_poison(build(f, "dense(6) relu dense(4)", NULL)));
    assert_non_null(strstr(mg_graph_message(f->graph),
                           "dense 'dense1' (layer 1): 6 units for inputs [6, 8], but the store has 'dense1.weight' as [8, 5]"));
    mg_graph_clear_error(f->graph);
    assert_true(mg_is_poison(build(f, "relu relu tanh dense(5) dense(7)", NULL)));
    assert_non_null(strstr(mg_graph_message(f->graph), "dense 'dense2' (layer 5): 7 units"));
    mg_graph_clear_error(f->graph);
    f->x = mg_slice(f->x, 1, 0, 3, 1);
    assert_true(mg_is_poison(build(f, "dense(5)", NULL)));
    assert_non_null(
        strstr(mg_graph_message(f->graph),
               "dense 'dense1' (layer 1): input is [6, 3] but its weight is [8, 5]; the layer before it should give 8 features"));
    mg_graph_clear_error(f->graph);
    assert_true(mg_is_poison(mg_network_build(NULL, f->x, f->parameters, NULL)));
    mg_graph_clear_error(f->graph);
    f->x = mg_variable(f->graph, 1);
    assert_true(mg_is_poison(build(f, "relu", NULL)));
    mg_graph_clear_error(f->graph);
}

static void a_second_graph_finds_the_same_parameters(void **state) {
    fixture *f = *state;
    mg_network_options options = mg_network_defaults();
    options.outputs = 2;
    mg_node *y = build(f, "dense(4) relu batchnorm", &options);
    mg_parameters_freeze(f->parameters, 9);
    double before = value_at(y, 3);
    int count = mg_parameters_count(f->parameters);
    f->x = rows(f->graph, 1, 8);
    y = build(f, "dense(4) relu batchnorm", &options);
    assert_int_equal(mg_parameters_count(f->parameters), count);
    assert_int_equal(mg_node_shape(y)[0], 1);
    assert_true(isfinite(before) && isfinite(value_at(y, 0)));
}

static void thousands_of_layers_are_fine(void **state) {
    fixture *f = *state;
    mg_node *y = build(f, "2000*[dense(8) tanh batchnorm residual(relu)]", NULL);
    assert_false(mg_is_poison(y));
    assert_int_equal(mg_parameters_count(f->parameters), 2000 * 6);
    assert_true(mg_parameters_find(f->parameters, "dense2000.weight") >= 0);
}

static bool build_in(mg_context *context, void *user) {
    (void)user;
    mg_graph *g = mg_graph_create(context, MG_EAGER);
    mg_parameters *p = mg_parameters_create(context, MG_F64);
    mg_network *network = mg_network_parse(context, "2*[dense(4) relu] residual(dense(3) layernorm) dropout(0.2)");
    bool good = g && p && network;
    if (good) {
        mg_network_options options = mg_network_defaults();
        options.outputs = 2;
        options.training = true;
        mg_node *y = mg_network_build(network, rows(g, 4, 5), p, &options);
        good = !mg_is_poison(y) && mg_graph_status(g) == MG_OK;
    }
    mg_network_destroy(network);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    return good;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(build_in, NULL) >= 10);
}

#define NETWORK_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
    const struct CMUnitTest tests[] = {
        NETWORK_TEST(names_count_up_per_kind),
        NETWORK_TEST(rows_tell_shapes_parameters_and_products),
        NETWORK_TEST(initialisers_follow_the_next_activation),
        NETWORK_TEST(one_initialiser_for_all_that_say_nothing),
        NETWORK_TEST(a_residual_adds_its_input),
        NETWORK_TEST(the_empty_text_is_the_output_layer_alone),
        NETWORK_TEST(dropout_acts_in_training_alone),
        NETWORK_TEST(dropout_of_channels_takes_whole_ones),
        NETWORK_TEST(a_layer_more_changes_no_mask_and_two_dropouts_share_none),
        NETWORK_TEST(errors_name_layer_number_and_shapes),
        NETWORK_TEST(a_second_graph_finds_the_same_parameters),
        NETWORK_TEST(thousands_of_layers_are_fine),
        NETWORK_TEST(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
