/* Soft actor-critic: its density written out, ends of episodes, and a pendulum that is held up. */
#include "rl/algorithm.h"
#include "rl/sac.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/sanitized.h"

static mg_node *one(mg_graph *graph, double value) {
    const mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 1, 1 }, &value);
    return mg_variable_tensor(graph, &tensor);
}

/* ln p(a) as the slope of the distribution function: P(tanh u < a) = Phi((atanh a - mean)/deviation), by differences. */
static double log_density(double a, double mean, double deviation) {
    double h = 1e-6 * (1 - a * a), p[2];
    for (int i = 0; i < 2; i++) p[i] = 0.5 * erfc(-(atanh(a + (i ? h : -h)) - mean) / (deviation * sqrt(2)));
    return log((p[1] - p[0]) / (2 * h));
}

static void the_density_of_a_squashed_action_is_the_slope_of_its_distribution(void **state) {
    (void)state;
    static const double cases[][3] = {
        { 0, 0, 0 }, { 0.5, -1, 1 }, { -2, 0.3, -0.5 }, { 1, -0.5, 2 }
    }; /* mean, ln dev., noise */
    mg_context *context = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(context, MG_EAGER);
    for (int i = 0; i < 4; i++) {
        mg_node *log_probability;
        mg_node *action =
            mg__squashed(one(graph, cases[i][0]), one(graph, cases[i][1]), one(graph, cases[i][2]), &log_probability);
        double deviation = exp(cases[i][1]), a = tanh(cases[i][0] + deviation * cases[i][2]);
        assert_true(fabs(mg_item(action) - a) < 1e-12);
        assert_true(fabs(mg_item(log_probability) - log_density(a, cases[i][0], deviation)) < 1e-6);
    }
    mg_node *log_probability; /* far out, where 1 - a^2 is 0 in f64: ln N(0) + 2 |u| - 2 ln 2 */
    mg__squashed(one(graph, 40), one(graph, 0), one(graph, 0), &log_probability);
    assert_true(fabs(mg_item(log_probability) - (-0.5 * log(2 * 3.14159265358979324) + 80 - 2 * log(2))) < 1e-9);
    assert_int_equal(mg_context_status(context), MG_OK);
    mg_graph_destroy(graph);
    mg_context_destroy(context);
}

/* --- runs -------------------------------------------------------------------------------------------- */

static mg_policy *learn(mg_context *context, const char *environment, mg_agent_options options, mg_agent_result *result) {
    options.algorithm = "sac";
    return mg_agent_learn(context, mg_environment_find(environment), &options, result);
}

static void the_pendulum_is_held_up(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_agent_options options = mg_agent_defaults();
    mg_agent_result result;
    options.steps = to_the_end(10000);
    mg_policy *policy = learn(context, "Pendulum-v1", options, &result);
    assert_non_null(policy);
    mg_returns returns = mg_policy_evaluate(policy, mg_environment_find("pendulum"), 100, 99);
    if (!sanitized && !(returns.mean >= -200)) fail_msg("%g", returns.mean); /* random actions: about -1200 */
    assert_int_equal(result.stopped, sanitized ? MG_STOP_EPOCHS : MG_STOP_TARGET);
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

static uint64_t weights_after(int threads) {
    mg_context_options with = mg_context_defaults();
    with.threads = threads;
    mg_context *context = mg_context_create(&with);
    mg_agent_options options = mg_agent_defaults();
    options.steps = 300;
    options.warmup = 200;
    options.batch = 512;
    mg_policy *policy = learn(context, "pendulum", options, NULL);
    assert_non_null(policy);
    mg_tensor flat = mg_parameters_flat(policy->parameters);
    uint64_t hash = mg__hash_bytes(0, flat.data, mg_tensor_bytes(&flat));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return hash;
}

static void the_same_seed_gives_the_same_bits_at_any_number_of_threads(void **state) {
    (void)state;
    uint64_t weights = weights_after(1);
    assert_true(weights == weights_after(2) && weights == weights_after(3));
}

static void counted_actions_are_refused(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    assert_null(learn(context, "cartpole", mg_agent_defaults(), NULL));
    assert_non_null(strstr(mg_context_message(context), "'sac' cannot act in 'cartpole', whose actions are counted"));
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_density_of_a_squashed_action_is_the_slope_of_its_distribution),
        cmocka_unit_test(the_pendulum_is_held_up),
        cmocka_unit_test(the_same_seed_gives_the_same_bits_at_any_number_of_threads),
        cmocka_unit_test(counted_actions_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
