/* Optimisers: PyTorch's figures over 100 steps, clipping, accumulation, guard, freezing, learning-rate groups, what is refused.
 */
#include <micrograd/gradient.h>
#include <micrograd/nn.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>
#include <micrograd/program.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "golden/optimizers.h"
#include "support/failing_allocator.h"

enum { ROWS = 8 };

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

/* --- the golden net: 3-4-1, tanh, mean squared error ------------------------------------------------- */

typedef struct net {
    mg_graph *graph;
    mg_parameters *parameters;
    mg_node *loss;
    mg_program *program;
    mg_session *session;
} net;

static void start_net(net *n, mg_context *context, mg_dtype dtype) {
    static const char *const names[] = { "one.weight", "one.bias", "two.weight", "two.bias" };
    *n = (net){ .graph = mg_graph_create(context, MG_STAGED), .parameters = mg_parameters_create(context, dtype) };
    mg_graph_set_dtype(n->graph, dtype);
    mg_node *x = mg_input(n->graph, "x", dtype, 2, (int64_t[]){ ROWS, 3 }),
            *t = mg_input(n->graph, "t", dtype, 2, (int64_t[]){ ROWS, 1 });
    n->loss = mg_mean_squared_error(mg_dense(mg_tanh(mg_dense(x, n->parameters, "one", 4)), n->parameters, "two", 1), t, NULL);
    for (int k = 0; k < 4; k++) assert_int_equal(mg_parameters_find(n->parameters, names[k]), k);
}

static void compile_net(net *n, mg_context *context, mg_backend_id backend) {
    assert_int_equal(mg_parameters_freeze(n->parameters, 0), MG_OK);
    for (int k = 0; k < 4; k++) {
        mg_tensor value = mg_parameters_value(n->parameters, k);
        for (int i = 0; i < (int)mg_tensor_count(&value); i++) mg_tensor_put(&value, i, sin(1 + i + 10 * k) / 2);
    }
    mg_parameters_touch(n->parameters);
    n->program = mg_compile(n->graph, backend, &n->loss, 1);
    if (!n->program) fail_msg("%s", mg_context_message(context));
    n->session = mg_session_create(context, n->program, NULL);
    if (!n->session) fail_msg("%s", mg_context_message(context));
}

static void end_net(net *n) {
    mg_session_destroy(n->session);
    mg_program_destroy(n->program);
    mg_graph_destroy(n->graph);
    mg_parameters_destroy(n->parameters);
}

/* One run on the rows times a factor; returns the loss. */
static double run_net(net *n, double factor, mg_status wanted) {
    mg_dtype dtype = mg_parameters_dtype(n->parameters);
    double x[ROWS * 3], t[ROWS];
    float x32[ROWS * 3], t32[ROWS];
    for (int i = 0; i < ROWS * 3; i++) x32[i] = (float)(x[i] = factor * cos(2 * i));
    for (int i = 0; i < ROWS; i++) t32[i] = (float)(t[i] = sin(3 * i));
    bool wide = dtype == MG_F64;
    mg_tensor inputs[2] = { mg_tensor_borrow(dtype, 2, (int64_t[]){ ROWS, 3 }, wide ? (void *)x : (void *)x32),
                            mg_tensor_borrow(dtype, 2, (int64_t[]){ ROWS, 1 }, wide ? (void *)t : (void *)t32) };
    mg_tensor output = { 0 };
    assert_int_equal(mg_run(n->session, inputs, &output), wanted);
    return output.data ? mg_tensor_get(&output, 0) : NAN;
}

static double number(const net *n, int index) {
    for (int k = 0; k < 4; k++) {
        mg_tensor value = mg_parameters_value(n->parameters, k);
        int count = (int)mg_tensor_count(&value);
        if (index < count) return mg_tensor_get(&value, index);
        index -= count;
    }
    return NAN;
}

/* --- PyTorch's figures ------------------------------------------------------------------------------- */

static mg_optimizer options_of(const golden_case *c) {
    mg_optimizer o = mg_optimizer_defaults(c->optimizer);
    o.learning_rate = c->learning_rate;
    o.momentum = c->momentum;
    o.beta1 = c->beta1;
    o.beta2 = c->beta2;
    o.alpha = c->alpha;
    o.epsilon = c->epsilon;
    o.weight_decay = c->weight_decay;
    o.centered = c->centered != 0;
    o.clip_value = c->clip_value;
    o.clip_norm = c->clip_norm;
    o.accumulate = (int)c->accumulate;
    return o;
}

static void check_case(mg_context *context, const golden_case *c, mg_dtype dtype, mg_backend_id backend, double tolerance) {
    net n;
    start_net(&n, context, dtype);
    mg_optimizer options = options_of(c);
    assert_int_equal(mg_minimise(n.loss, n.parameters, &options), MG_OK);
    compile_net(&n, context, backend);
    int run = 0;
    for (int kept = 0; kept < GOLDEN_KEPT; kept++) {
        double loss = 0;
        for (; run < golden_steps[kept] * options.accumulate;) {
            run++;
            loss = run_net(&n, options.accumulate > 1 ? 1 + (run % 4) / 10.0 : 1, MG_OK);
        }
        if (!(fabs(loss - c->loss[kept]) <= tolerance))
            fail_msg("%s, step %d: loss %.17g, wanted %.17g", c->label, golden_steps[kept], loss, c->loss[kept]);
        for (int i = 0; i < GOLDEN_NUMBERS; i++)
            if (!(fabs(number(&n, i) - c->value[kept][i]) <= tolerance))
                fail_msg("%s, step %d, number %d: %.17g, wanted %.17g", c->label, golden_steps[kept], i, number(&n, i),
                         c->value[kept][i]);
    }
    end_net(&n);
}

static void every_optimizer_follows_pytorch_for_100_steps_in_f64(void **state) {
    for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++) {
        check_case(*state, &golden_cases[i], MG_F64, MG_REFERENCE, 1e-12);
        check_case(*state, &golden_cases[i], MG_F64, MG_CPU, 1e-12);
    }
}

static void every_optimizer_follows_pytorch_in_f32(void **state) {
    for (size_t i = 0; i < sizeof golden_cases / sizeof *golden_cases; i++) {
        if (strcmp(golden_cases[i].optimizer, "rprop") == 0) continue; /* a sign near zero may turn the other way */
        check_case(*state, &golden_cases[i], MG_F32, MG_CPU, 2e-4);
    }
}

static void every_optimizer_has_a_case_documentation_and_defaults(void **state) {
    (void)state;
    for (int i = 0; mg_optimizer_name(i); i++) {
        const char *name = mg_optimizer_name(i);
        bool found = false;
        for (size_t j = 0; j < sizeof golden_cases / sizeof *golden_cases; j++)
            found = found || strcmp(golden_cases[j].optimizer, name) == 0;
        assert_true(found);
        assert_true(strlen(mg_optimizer_doc(i)) > 0);
        assert_string_equal(mg_optimizer_defaults(name).name, name);
        assert_true(mg_optimizer_default_learning_rate(name) == mg_optimizer_defaults(name).learning_rate);
        assert_int_equal(mg_optimizer_defaults(name).accumulate, 1);
    }
    assert_null(mg_optimizer_defaults("sgd").name);
    assert_true(isnan(mg_optimizer_default_learning_rate("sgd")));
}

/* --- what else mg_minimise promises ------------------------------------------------------------------ */

static void the_session_starts_at_the_optimizers_learning_rate_and_takes_another(void **state) {
    net n;
    start_net(&n, *state, MG_F64);
    mg_optimizer options = mg_optimizer_defaults("gd");
    options.learning_rate = MG_AUTO; /* 0.1 */
    assert_int_equal(mg_minimise(n.loss, n.parameters, &options), MG_OK);
    compile_net(&n, *state, MG_REFERENCE);
    run_net(&n, 1, MG_OK);
    assert_true(fabs(number(&n, 0) - golden_cases[0].value[0][0]) < 1e-14); /* gd at 0.1 */
    double before = number(&n, 3);
    assert_int_equal(mg_session_set(n.session, "learning_rate", 0), MG_OK);
    run_net(&n, 1, MG_OK);
    assert_true(number(&n, 3) == before);
    end_net(&n);
}

static void frozen_entries_stay_and_groups_have_their_own_rate(void **state) {
    for (int i = 0; mg_optimizer_name(i); i++) {
        double start[GOLDEN_NUMBERS], moved[2][GOLDEN_NUMBERS];
        for (int scaled = 0; scaled < 2; scaled++) {
            net n;
            start_net(&n, *state, MG_F64);
            assert_int_equal(mg_parameters_freeze_pattern(n.parameters, "two.bias"), 1);
            if (scaled) assert_int_equal(mg_parameters_scale_learning_rate(n.parameters, "one.*", 0.25), 2);
            mg_optimizer options = mg_optimizer_defaults(mg_optimizer_name(i));
            assert_int_equal(mg_minimise(n.loss, n.parameters, &options), MG_OK);
            compile_net(&n, *state, MG_REFERENCE);
            for (int j = 0; j < GOLDEN_NUMBERS; j++) start[j] = number(&n, j);
            run_net(&n, 1, MG_OK);
            for (int j = 0; j < GOLDEN_NUMBERS; j++) moved[scaled][j] = number(&n, j) - start[j];
            end_net(&n);
        }
        for (int j = 0; j < GOLDEN_NUMBERS; j++) {
            if (j == 20)
                assert_true(moved[0][j] == 0 && moved[1][j] == 0);
            else
                assert_true(moved[0][j] != 0 && fabs(moved[1][j] - (j < 16 ? 0.25 : 1) * moved[0][j]) < 1e-15);
        }
    }
}

static void a_loss_that_is_not_finite_writes_nothing(void **state) {
    net n;
    start_net(&n, *state, MG_F64);
    mg_optimizer options = mg_optimizer_defaults("adam");
    options.guard = true;
    options.clip_norm = 1;
    assert_int_equal(mg_minimise(n.loss, n.parameters, &options), MG_OK);
    compile_net(&n, *state, MG_CPU);
    run_net(&n, 1, MG_OK);
    double before[GOLDEN_NUMBERS];
    for (int i = 0; i < GOLDEN_NUMBERS; i++) before[i] = number(&n, i);
    mg_tensor slot = mg_parameters_slot(n.parameters, 0, 0);
    double moment = mg_tensor_get(&slot, 0);
    run_net(&n, NAN, MG_NOT_FINITE);
    for (int i = 0; i < GOLDEN_NUMBERS; i++) assert_true(number(&n, i) == before[i]);
    assert_true(mg_tensor_get(&slot, 0) == moment);
    run_net(&n, 1, MG_OK);
    assert_true(number(&n, 0) != before[0] && isfinite(number(&n, 0)));
    end_net(&n);
    mg_context_clear(*state);
}

static void gradients_can_be_inspected_and_entries_out_of_reach_have_none(void **state) {
    net n;
    start_net(&n, *state, MG_F64);
    mg_parameter_leaf(n.graph, n.parameters, mg_parameters_add(n.parameters, "idle", MG_WEIGHT, 0, NULL, MG_INIT_ones, 0));
    mg_parameters_add(n.parameters, "elsewhere", MG_WEIGHT, 0, NULL, MG_INIT_ones, 0);
    mg_node *gradients[6];
    assert_int_equal(mg_loss_gradients(n.loss, n.parameters, gradients), MG_OK);
    for (int i = 0; i < 4; i++) assert_int_equal(mg_node_count(gradients[i]), i == 0 ? 12 : i == 3 ? 1 : 4);
    assert_null(gradients[4]);
    assert_null(gradients[5]);
    gradients[3] = mg_zeros_like(gradients[3]); /* replaced */
    mg_optimizer options = mg_optimizer_defaults("adamw");
    assert_int_equal(mg_apply_gradients(n.loss, n.parameters, gradients, &options), MG_OK);
    compile_net(&n, *state, MG_REFERENCE);
    run_net(&n, 1, MG_OK);
    mg_tensor idle = mg_parameters_value(n.parameters, 4);
    assert_true(mg_tensor_get(&idle, 0) == 1); /* not even decayed */
    assert_true(number(&n, 20) == sin(31) / 2 && number(&n, 0) != sin(1) / 2);
    end_net(&n);
}

static void check_setting(mg_context *context, mg_optimizer options, const char *text) {
    net n;
    start_net(&n, context, MG_F64);
    assert_int_equal(mg_minimise(n.loss, n.parameters, &options), MG_SETTING);
    if (!strstr(mg_context_message(context), text)) fail_msg("'%s' lacks '%s'", mg_context_message(context), text);
    end_net(&n);
}

static void settings_out_of_range_are_refused(void **state) {
    mg_optimizer o = mg_optimizer_defaults("adam");
    check_setting(*state, mg_optimizer_defaults("sgd"),
                  "unknown optimizer ''; optimizers are gd, momentum, nesterov, adagrad, rmsprop, adam, adamw, rprop");
    check_setting(*state, (mg_optimizer){ .name = "sgd" }, "unknown optimizer 'sgd'");
    o.learning_rate = -0.1;
    check_setting(*state, o, "adam: the learning rate is -0.1; wanted 0 to 1e+06");
    o = mg_optimizer_defaults("adam");
    o.learning_rate = NAN;
    check_setting(*state, o, "adam: the learning rate is");
    o = mg_optimizer_defaults("adam");
    o.beta2 = 1;
    check_setting(*state, o, "adam: the beta2 is 1; wanted 0 to below 1");
    o = mg_optimizer_defaults("momentum");
    o.momentum = 1;
    check_setting(*state, o, "momentum: the momentum is 1");
    o = mg_optimizer_defaults("gd");
    o.accumulate = 0;
    check_setting(*state, o, "gd: the runs to accumulate is 0");
    o = mg_optimizer_defaults("gd");
    o.clip_norm = -1;
    check_setting(*state, o, "gd: the norm to clip at is -1");
    mg_context_clear(*state);
}

static void a_loss_of_many_elements_is_refused(void **state) {
    net n;
    start_net(&n, *state, MG_F64);
    mg_optimizer options = mg_optimizer_defaults("gd");
    mg_node *many = mg_input(n.graph, "many", MG_F64, 1, (int64_t[]){ 3 });
    assert_int_equal(mg_minimise(many, n.parameters, &options), MG_INVALID);
    assert_non_null(strstr(mg_context_message(*state), "the loss is [3]; wanted one element"));
    end_net(&n);
    mg_context_clear(*state);
}

/* Running statistics follow new = momentum old + (1 - momentum) batch, with the unbiased variance. */
static void batch_norm_updates_its_running_statistics(void **state) {
    mg_graph *g = mg_graph_create(*state, MG_STAGED);
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    mg_graph_set_dtype(g, MG_F64);
    mg_node *x = mg_input(g, "x", MG_F64, 2, (int64_t[]){ 4, 1 }), *y = mg_batch_norm(x, p, "n", true, 0.75, 1e-5);
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_session *session = mg_session_create(*state, program, p);
    double values[4] = { 1, 2, 3, 6 };
    mg_tensor input = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 4, 1 }, values), output = { 0 };
    double mean = 0, variance = 1;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(mg_run(session, &input, &output), MG_OK);
        mean = 0.75 * mean + 0.25 * 3;
        variance = 0.75 * variance + 0.25 * (14.0 / 3);
    }
    mg_tensor held[2] = { mg_parameters_value(p, mg_parameters_find(p, "n.mean")),
                          mg_parameters_value(p, mg_parameters_find(p, "n.variance")) };
    assert_true(fabs(mg_tensor_get(&held[0], 0) - mean) < 1e-14 && fabs(mg_tensor_get(&held[1], 0) - variance) < 1e-14);
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
}

static bool minimise_in(mg_context *context, void *user) {
    const char *name = user;
    mg_graph *g = mg_graph_create(context, MG_STAGED);
    mg_parameters *p = mg_parameters_create(context, MG_F32);
    mg_optimizer options = mg_optimizer_defaults(name);
    options.guard = true;
    options.clip_norm = 1;
    options.accumulate = 2;
    mg_program *program = NULL;
    mg_session *session = NULL;
    if (g && p) {
        mg_node *x = mg_input(g, "x", MG_F32, 2, (int64_t[]){ 4, 3 }), *t = mg_input(g, "t", MG_F32, 2, (int64_t[]){ 4, 1 });
        mg_node *loss = mg_mean_squared_error(mg_dense(mg_relu(mg_dense(x, p, "one", 2)), p, "two", 1), t, NULL);
        if (mg_minimise(loss, p, &options) == MG_OK && (program = mg_compile(g, MG_CPU, &loss, 1)))
            session = mg_session_create(context, program, NULL);
    }
    float values[12] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 };
    mg_tensor inputs[2] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 4, 3 }, values),
                            mg_tensor_borrow(MG_F32, 2, (int64_t[]){ 4, 1 }, values) };
    mg_tensor output = { 0 };
    bool good = session && mg_run(session, inputs, &output) == MG_OK;
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(g);
    mg_parameters_destroy(p);
    return good;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(minimise_in, "adamw") >= 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_follows_pytorch_for_100_steps_in_f64),
        cmocka_unit_test(every_optimizer_follows_pytorch_in_f32),
        cmocka_unit_test(every_optimizer_has_a_case_documentation_and_defaults),
        cmocka_unit_test(the_session_starts_at_the_optimizers_learning_rate_and_takes_another),
        cmocka_unit_test(frozen_entries_stay_and_groups_have_their_own_rate),
        cmocka_unit_test(a_loss_that_is_not_finite_writes_nothing),
        cmocka_unit_test(gradients_can_be_inspected_and_entries_out_of_reach_have_none),
        cmocka_unit_test(settings_out_of_range_are_refused),
        cmocka_unit_test(a_loss_of_many_elements_is_refused),
        cmocka_unit_test(batch_norm_updates_its_running_statistics),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
