/* The periodic layer: its formula, its gradients, which columns it takes, where it may stand. */
#include <micrograd/gradient.h>
#include <micrograd/nn.h>
#include <micrograd/ops.h>
#include <micrograd/program.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 4, COLUMNS = 5 };

typedef struct fixture {
    mg_context *context;
    mg_graph *graph;
    mg_parameters *parameters;
    mg_node *x;
} fixture;

static double x_at(int i) { return 1.5 * sin(1 + 3 * i); }

static int setup(void **state) {
    static fixture f;
    static double values[ROWS * COLUMNS];
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    f.context = mg_context_create(&options);
    f.graph = mg_graph_create(f.context, MG_EAGER);
    f.parameters = mg_parameters_create(f.context, MG_F64);
    for (int i = 0; i < ROWS * COLUMNS; i++) values[i] = x_at(i);
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ ROWS, COLUMNS }, values);
    f.x = mg_variable_tensor(f.graph, &tensor);
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

static mg_node *build(fixture *f, mg_node *x, const char *text, int64_t numbers, mg_layer_info *info) {
    mg_network *network = mg_network_parse(f->context, text);
    if (!network) fail_msg("%s", mg_context_message(f->context));
    mg_network_options options = mg_network_defaults();
    options.numbers = numbers;
    options.layers = info;
    options.layer_capacity = info ? 1 : 0;
    mg_node *y = mg_network_build(network, x, f->parameters, &options);
    mg_network_destroy(network);
    return y;
}

static double number(const fixture *f, const char *name, int64_t i) {
    mg_tensor value = mg_parameters_value(f->parameters, mg_parameters_find(f->parameters, name));
    assert_non_null(value.data);
    return mg_tensor_get(&value, i);
}

/* --- the formula ------------------------------------------------------------------------------------- */

static void a_number_becomes_itself_and_maps_of_its_cosines(void **state) {
    fixture *f = *state;
    enum { NUMBERS = 3, FREQUENCIES = 4, WIDTH = 3, OUT = NUMBERS * WIDTH + COLUMNS - NUMBERS };
    mg_layer_info info;
    mg_node *y = build(f, f->x, "periodic(4, 3, sigma=0.5)", NUMBERS, &info);
    assert_int_equal(mg_parameters_freeze(f->parameters, 3), MG_OK);
    assert_int_equal(mg_node_shape(y)[0], ROWS);
    assert_int_equal(mg_node_shape(y)[1], OUT);
    mg_tensor value = mg_value(y);
    for (int r = 0; r < ROWS; r++) {
        for (int j = 0; j < NUMBERS; j++) {
            double x = x_at(r * COLUMNS + j);
            for (int k = 0; k < WIDTH; k++) {
                double wanted = x; /* the first of them */
                if (k > 0) {
                    wanted = number(f, "periodic1.bias", j * (WIDTH - 1) + k - 1);
                    for (int i = 0; i < FREQUENCIES; i++)
                        wanted += cos(6.283185307179586 * number(f, "periodic1.frequency", j * FREQUENCIES + i) * x +
                                      number(f, "periodic1.phase", j * FREQUENCIES + i)) *
                                  number(f, "periodic1.weight", (j * FREQUENCIES + i) * (WIDTH - 1) + k - 1);
                }
                assert_true(fabs(mg_tensor_get(&value, r * OUT + j * WIDTH + k) - wanted) < 1e-13);
            }
        }
        for (int j = NUMBERS; j < COLUMNS; j++) /* the rest of the row is left as it is */
            assert_true(mg_tensor_get(&value, r * OUT + NUMBERS * WIDTH + j - NUMBERS) == x_at(r * COLUMNS + j));
    }
    assert_string_equal(info.name, "periodic1");
    assert_string_equal(info.text, "periodic(4, 3, sigma=0.5)");
    assert_int_equal(info.parameters, NUMBERS * (2 * FREQUENCIES + (FREQUENCIES + 1) * (WIDTH - 1)));
    assert_int_equal(info.parameters, mg_parameters_learned(f->parameters));
    assert_int_equal(info.shape[1], OUT);
}

static void only_the_maps_are_decayed(void **state) {
    fixture *f = *state;
    build(f, f->x, "periodic(4, 3)", -1, NULL);
    static const struct {
        const char *name;
        mg_role role;
    } wanted[] = { { "periodic1.frequency", MG_GAIN },
                   { "periodic1.phase", MG_BIAS },
                   { "periodic1.weight", MG_WEIGHT },
                   { "periodic1.bias", MG_BIAS } };
    assert_int_equal(mg_parameters_count(f->parameters), 4);
    for (int i = 0; i < 4; i++) {
        int index = mg_parameters_find(f->parameters, wanted[i].name);
        assert_true(index >= 0);
        assert_int_equal(mg_parameters_entry(f->parameters, index)->role, wanted[i].role);
    }
}

/* Frequencies are normal with deviation sigma, phases even in +-pi. */
static void it_begins_with_the_deviation_that_was_asked_for(void **state) {
    fixture *f = *state;
    build(f, f->x, "periodic(1024, 2, sigma=2.5)", -1, NULL);
    assert_int_equal(mg_parameters_freeze(f->parameters, 9), MG_OK);
    double frequencies = 0, phases = 0, most = 0;
    int count = COLUMNS * 1024;
    for (int i = 0; i < count; i++) {
        frequencies += pow(number(f, "periodic1.frequency", i), 2) / count;
        phases += pow(number(f, "periodic1.phase", i), 2) / count;
        most = fmax(most, fabs(number(f, "periodic1.phase", i)));
    }
    assert_true(fabs(sqrt(frequencies) - 2.5) < 0.1);
    assert_true(fabs(phases - 9.8696 / 3) < 0.15 && most <= 3.1415927 && most > 3.1);
}

/* --- gradients --------------------------------------------------------------------------------------- */

static mg_node *periodic_of(mg_graph *graph, mg_node *const *x, void *user) {
    (void)graph;
    return build(user, x[0], "periodic(3, 4, sigma=0.3)", 3, NULL);
}

static void gradients_of_the_input_are_right_to_second_order(void **state) {
    fixture *f = *state;
    double values[ROWS * COLUMNS];
    for (int i = 0; i < ROWS * COLUMNS; i++) values[i] = x_at(i);
    mg_tensor point = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ ROWS, COLUMNS }, values);
    build(f, f->x, "periodic(3, 4, sigma=0.3)", 3, NULL);
    assert_int_equal(mg_parameters_freeze(f->parameters, 1), MG_OK);
    mg_check_options options = mg_check_defaults();
    for (options.order = 1; options.order <= 2; options.order++) {
        double error = mg_check_gradient(f->context, periodic_of, f, &point, 1, &options);
        if (!(error < 1e-6)) fail_msg("order %d: %g %s", options.order, error, mg_context_message(f->context));
    }
}

static void gradients_of_all_it_learns_are_right(void **state) {
    fixture *f = *state;
    mg_node *y = build(f, f->x, "periodic(3, 4, sigma=0.3)", 3, NULL), *leaves[4], *gradients[4];
    assert_int_equal(mg_parameters_freeze(f->parameters, 1), MG_OK);
    double head[ROWS * 14];
    for (int i = 0; i < ROWS * 14; i++) head[i] = cos(2 + i);
    mg_tensor c = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ ROWS, 14 }, head);
    mg_node *loss = mg_sum_all(mg_sin(mg_mul(y, mg_variable_tensor(f->graph, &c))));
    assert_int_equal(mg_parameters_count(f->parameters), 4);
    for (int e = 0; e < 4; e++) leaves[e] = mg_parameter_leaf(f->graph, f->parameters, e);
    assert_int_equal(mg_gradient(loss, leaves, 4, gradients), MG_OK);
    for (int e = 0; e < 4; e++) {
        mg_tensor value = mg_parameters_value(f->parameters, e);
        for (int64_t i = 0; i < mg_tensor_count(&value); i++) {
            const double h = 1e-5, at = mg_tensor_get(&value, i);
            double sides[2];
            mg_tensor gradient = mg_value(gradients[e]);
            double analytic = mg_tensor_get(&gradient, i);
            for (int side = 0; side < 2; side++) {
                mg_tensor_put(&value, i, at + (side ? h : -h));
                mg_parameters_touch(f->parameters);
                sides[side] = mg_item(loss);
            }
            mg_tensor_put(&value, i, at);
            mg_parameters_touch(f->parameters);
            double numeric = (sides[1] - sides[0]) / (2 * h);
            if (!(fabs(analytic - numeric) < 1e-7 * fmax(1, fabs(numeric))))
                fail_msg("%s[%d]: %.10g, by differences %.10g", mg_parameters_entry(f->parameters, e)->name, (int)i, analytic,
                         numeric);
        }
    }
}

/* --- columns, places, texts -------------------------------------------------------------------------- */

static void the_numbers_option_says_which_columns(void **state) {
    fixture *f = *state;
    static const struct { int64_t numbers, width; } cases[] = { { -1, 20 }, { 5, 20 }, { 9, 20 }, { 2, 11 }, { 1, 8 }, { 0, 5 } };
    for (int i = 0; i < 6; i++) {
        mg_parameters_destroy(f->parameters);
        f->parameters = mg_parameters_create(f->context, MG_F64);
        mg_node *y = build(f, f->x, "periodic(2, 4)", cases[i].numbers, NULL);
        assert_int_equal(mg_node_rank(y), 2);
        assert_int_equal(mg_node_shape(y)[1], cases[i].width);
        assert_int_equal(mg_parameters_count(f->parameters), cases[i].numbers == 0 ? 0 : 4);
        mg_graph_destroy(f->graph);
        f->graph = mg_graph_create(f->context, MG_EAGER);
        double values[ROWS * COLUMNS] = { 0 };
        mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ ROWS, COLUMNS }, values);
        f->x = mg_variable_tensor(f->graph, &tensor);
    }
}

static void refused(fixture *f, mg_node *x, const char *text, const char *word) {
    mg_node *y = build(f, x, text, -1, NULL);
    assert_true(mg_is_poison(y));
    if (!strstr(mg_graph_message(f->graph), word)) fail_msg("no '%s' in: %s", word, mg_graph_message(f->graph));
    mg_graph_clear_error(f->graph);
}

static void it_is_the_first_layer_of_tables(void **state) {
    fixture *f = *state;
    refused(f, f->x, "dense(5) periodic(2, 4)", "periodic1");
    refused(f, f->x, "dense(5) periodic(2, 4)", "first layer");
    refused(f, f->x, "2*[periodic(2, 4)]", "first layer");
    refused(f, f->x, "relu residual(periodic(2, 4))", "first layer");
    refused(f, mg_reshape(f->x, 3, (int64_t[]){ 2, 2, 5 }), "periodic(2, 4)", "[2, 2, 5]");
    assert_false(mg_is_poison(build(f, f->x, "residual(periodic(2, 4) dense(3))", -1, NULL)));
}

static void texts_have_one_normal_form(void **state) {
    fixture *f = *state;
    static const char *const cases[][2] = {
        { "periodic( 16,4 )", "periodic(16, 4)" },
        { "periodic(frequencies=16, width=4, sigma=0.1)", "periodic(16, 4)" },
        { "periodic(1, 2, 3.5)", "periodic(1, 2, sigma=3.5)" },
    };
    for (int i = 0; i < 3; i++) {
        mg_network *network = mg_network_parse(f->context, cases[i][0]);
        if (!network) fail_msg("%s", mg_context_message(f->context));
        assert_string_equal(mg_network_text(network), cases[i][1]);
        mg_network *again = mg_network_parse(f->context, mg_network_text(network));
        assert_string_equal(mg_network_text(again), cases[i][1]);
        mg_network_destroy(network);
        mg_network_destroy(again);
    }
    static const char *const wrong[] = { "periodic",
                                         "periodic(16)",
                                         "periodic(0, 4)",
                                         "periodic(16, 1)",
                                         "periodic(16, 4, sigma=-1)",
                                         "periodic(2000, 4)",
                                         "periodic(16, 4, 0.1, 5)",
                                         "periodic(1.5, 4)" };
    for (int i = 0; i < 8; i++) {
        assert_null(mg_network_parse(f->context, wrong[i]));
        assert_int_equal(mg_context_status(f->context), MG_SETTING);
        mg_context_clear(f->context);
    }
}

/* --- compiled ---------------------------------------------------------------------------------------- */

static void backends_agree(void **state) {
    fixture *f = *state;
    enum { BATCH = 33, WIDE = 7, OUT = 4 * 5 + 3 };
    float x[BATCH * WIDE], out[2][BATCH * OUT];
    for (int i = 0; i < BATCH * WIDE; i++) x[i] = (float)x_at(i);
    mg_parameters *parameters = mg_parameters_create(f->context, MG_F32);
    for (int backend = 0; backend < 2; backend++) {
        mg_graph *graph = mg_graph_create(f->context, MG_STAGED);
        mg_network *network = mg_network_parse(f->context, "periodic(6, 5, sigma=1)");
        mg_network_options options = mg_network_defaults();
        options.numbers = 4;
        mg_node *y = mg_network_build(network, mg_input(graph, "x", MG_F32, 2, (int64_t[]){ BATCH, WIDE }), parameters, &options);
        if (backend == 0) assert_int_equal(mg_parameters_freeze(parameters, 2), MG_OK);
        mg_program *program = mg_compile(graph, backend ? MG_CPU : MG_REFERENCE, &y, 1);
        mg_session *session = mg_session_create(f->context, program, parameters);
        mg_tensor input = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ BATCH, WIDE }, x);
        mg_tensor output = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ BATCH, OUT }, out[backend]);
        assert_int_equal(mg_run(session, &input, &output), MG_OK);
        mg_session_destroy(session);
        mg_program_destroy(program);
        mg_network_destroy(network);
        mg_graph_destroy(graph);
    }
    for (int i = 0; i < BATCH * OUT; i++) assert_true(fabs((double)out[0][i] - (double)out[1][i]) < 2e-5);
    mg_parameters_destroy(parameters);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_number_becomes_itself_and_maps_of_its_cosines),
        TEST(only_the_maps_are_decayed),
        TEST(it_begins_with_the_deviation_that_was_asked_for),
        TEST(gradients_of_the_input_are_right_to_second_order),
        TEST(gradients_of_all_it_learns_are_right),
        TEST(the_numbers_option_says_which_columns),
        TEST(it_is_the_first_layer_of_tables),
        TEST(texts_have_one_normal_form),
        TEST(backends_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
