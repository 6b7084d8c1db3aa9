/* Deep Q-learning: its formulas written out, ends of episodes, and runs that learn. */
#include "rl/algorithm.h"
#include "rl/dqn.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/sanitized.h"

/* --- formulas ---------------------------------------------------------------------------------------- */

static mg_node *rows(mg_graph *graph, const double *data, int64_t n, int64_t width) {
    const mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ n, width }, (void *)(uintptr_t)data);
    return mg_variable_tensor(graph, &tensor);
}

static void expect(mg_node *node, const double *values, int count) {
    mg_tensor got = mg_value(node);
    assert_non_null(got.data);
    for (int i = 0; i < count; i++)
        if (fabs(mg_tensor_get(&got, i) - values[i]) > 1e-12) fail_msg("[%d]: %g, not %g", i, mg_tensor_get(&got, i), values[i]);
}

static void in_graph(void (*look)(mg_graph *)) {
    mg_context *context = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(context, MG_EAGER);
    look(graph);
    assert_int_equal(mg_context_status(context), MG_OK);
    mg_graph_destroy(graph);
    mg_context_destroy(context);
}

static void look_at_huber(mg_graph *graph) {
    static const double error[] = { 0, 0.5, -0.5, 1, -3 }, loss[] = { 0, 0.125, 0.125, 0.5, 2.5 },
                        slope[] = { 0, 0.5, -0.5, 1, -1 };
    for (int i = 0; i < 5; i++) {
        mg_node *e = mg_variable(graph, error[i]), *y = mg__huber(e);
        mg_backward(y);
        assert_true(fabs(mg_item(y) - loss[i]) < 1e-12 && fabs(mg_item(mg_grad(e)) - slope[i]) < 1e-12);
    }
}

/* The judge would choose 9 and 8; the chooser prefers the second and the first action. */
static void look_at_targets(mg_graph *graph) {
    static const double judge[] = { 1, 4, 9, 2, 8, 3 }, chooser[] = { 0, 7, 6, 5, 4, 4.5 };
    mg_node *judged = rows(graph, judge, 2, 3);
    expect(mg__value_after(judged, NULL), (double[]){ 9, 8 }, 2);
    expect(mg__value_after(judged, rows(graph, chooser, 2, 3)), (double[]){ 4, 2 }, 2);
}

static void look_at_a_duel(mg_graph *graph) {
    static const double advantage[] = { 1, 2, 6, -1, 0, 1 }, value[] = { 10, 20 };
    mg_node *q = mg__duel(rows(graph, advantage, 2, 3), rows(graph, value, 2, 1));
    expect(q, (double[]){ 8, 9, 13, 19, 20, 21 }, 6);
}

static void the_loss_is_squared_near_0_and_straight_beyond(void **state) {
    (void)state;
    in_graph(look_at_huber);
}

static void a_double_target_is_judged_by_one_network_and_chosen_by_another(void **state) {
    (void)state;
    in_graph(look_at_targets);
}

static void a_duel_adds_advantages_about_their_mean_to_a_value(void **state) {
    (void)state;
    in_graph(look_at_a_duel);
}

/* --- the end of an episode --------------------------------------------------------------------------- */

/* One observation, a reward of 1 a step; with `world` set its episodes terminate with the third step. */
static void still_reset(const mg_environment *e, void *state, mg_dice *dice, float *observation) {
    (void)e, (void)dice;
    *(int *)state = 0;
    observation[0] = 1;
}

static double still_step(const mg_environment *e, void *state, mg_dice *dice, const float *action, float *observation,
                         bool *terminated) {
    (void)dice, (void)action;
    observation[0] = 1;
    *terminated = e->world && ++*(int *)state == 3;
    return 1;
}

static mg_environment still(int64_t limit, const void *world) {
    return (mg_environment){ .size = sizeof(mg_environment),
                             .name = "still",
                             .observations = 1,
                             .actions = 2,
                             .step_limit = limit,
                             .solved = NAN,
                             .state_bytes = sizeof(int),
                             .reset = still_reset,
                             .step = still_step,
                             .world = world };
}

/* The greater of both actions' values, as learned. */
static double value_learned(const mg_environment *row, int64_t steps_ahead) {
    mg_context *context = mg_context_create(NULL);
    mg_agent_options options = mg_agent_defaults();
    options.algorithm = "dqn";
    options.steps = 6000;
    options.discount = 0.5;
    options.steps_ahead = steps_ahead;
    options.values = "double";
    options.model = "dense(8) relu";
    options.learning_rate = 3e-3;
    options.target_rate = 0.05;
    mg_policy *policy = mg_agent_learn(context, row, &options, NULL);
    assert_non_null(policy);
    float action, observation = 1;
    assert_int_equal(mg_policy_act(policy, &observation, 1, &action), MG_OK);
    mg_tensor x = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ MG__ACT_BATCH, 1 }, policy->x), out = { 0 };
    assert_int_equal(mg_run(policy->session, &x, &out), MG_OK);
    double value = fmax(mg_tensor_get(&out, 0), mg_tensor_get(&out, 1));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return value;
}

/* Truncated, a step is worth 1 + 1/2 + 1/4 ... = 2, whether one or two steps are added up. Terminated with every third, by one
 * step Q = 1 + 2/3 gamma Q = 3/2; by two, of three starts one ends with 1, one with 1 + 1/2, and one goes on with
 * 1 + 1/2 + Q/4: Q = (4 + Q/4)/3 = 16/11. */
static void truncation_goes_on_and_termination_does_not(void **state) {
    (void)state;
    mg_environment cut = still(3, NULL), over = still(0, "terminates");
    assert_true(fabs(value_learned(&cut, 1) - 2) < 0.02);
    assert_true(fabs(value_learned(&cut, 2) - 2) < 0.02);
    assert_true(fabs(value_learned(&over, 1) - 1.5) < 0.05);
    assert_true(fabs(value_learned(&over, 2) - 16.0 / 11) < 0.05);
}

/* --- runs -------------------------------------------------------------------------------------------- */

static mg_policy *learn(mg_context *context, const char *environment, int64_t seed, mg_agent_options options) {
    options.algorithm = "dqn";
    options.seed = seed;
    return mg_agent_learn(context, mg_environment_find(environment), &options, NULL);
}

static void every_form_balances_the_pole(void **state) {
    (void)state;
    static const struct {
        const char *values;
        double priority;
    } cases[] = { { "plain", 0 }, { "double", 0.6 }, { "duelling", 0 }, { "both", 0 } };
    for (int i = 0; i < 4; i++) {
        mg_context *context = mg_context_create(NULL);
        mg_agent_options options = mg_agent_defaults();
        options.values = cases[i].values;
        options.priority = cases[i].priority;
        options.steps = to_the_end(40000);
        mg_policy *policy = learn(context, "cartpole", 4, options);
        assert_non_null(policy);
        mg_returns returns = mg_policy_evaluate(policy, mg_environment_find("cartpole"), 50, 99);
        if (!sanitized && !(returns.mean >= 300))
            fail_msg("%s: %g", cases[i].values, returns.mean); /* random actions: about 22 */
        mg_policy_destroy(policy);
        mg_context_destroy(context);
    }
}

static void the_mountain_is_climbed_by_default(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_agent_options options = mg_agent_defaults();
    const mg_environment *row = mg_environment_find("MountainCar-v0");
    assert_int_equal(mg_agent_resolve(context, row, &options), MG_OK);
    assert_string_equal(options.algorithm, "dqn");
    options.steps = to_the_end(options.steps);
    mg_policy *policy = learn(context, "MountainCar-v0", 5, options);
    assert_non_null(policy);
    mg_returns returns = mg_policy_evaluate(policy, row, 100, 99);
    if (!sanitized && !(returns.mean >= -115)) fail_msg("%g", returns.mean); /* random actions: -200 */
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

static uint64_t weights_after(int threads) {
    mg_context_options with = mg_context_defaults();
    with.threads = threads;
    mg_context *context = mg_context_create(&with);
    mg_agent_options options = mg_agent_defaults();
    options.steps = sanitized ? 1200 : 3000;
    options.warmup = 1000;
    options.batch = 1024;
    options.passes = 1;
    options.priority = 0.5;
    options.whole = true;
    mg_policy *policy = learn(context, "cartpole", 2, options);
    assert_non_null(policy);
    mg_tensor flat = mg_parameters_flat(policy->parameters);
    uint64_t hash = mg__hash_bytes(0, flat.data, mg_tensor_bytes(&flat));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return hash;
}

static void the_same_seed_gives_the_same_bits_at_any_number_of_threads(void **state) {
    (void)state;
    uint64_t one = weights_after(1);
    assert_true(one == weights_after(2) && one == weights_after(3));
}

static _Thread_local int64_t allocations;

static void *count_allocation(void *user, size_t size, size_t alignment) {
    (void)user;
    allocations++;
    return aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
}

static void release(void *user, void *pointer, size_t size) {
    (void)user, (void)size;
    free(pointer);
}

/* Twice the updates, as many judgements. */
static void updates_allocate_nothing(void **state) {
    (void)state;
    int64_t counted[2];
    for (int i = 0; i < 2; i++) {
        mg_context_options with = mg_context_defaults();
        with.allocator = (mg_allocator){ count_allocation, release, NULL };
        with.threads = 1;
        mg_context *context = mg_context_create(&with);
        mg_agent_options options = mg_agent_defaults();
        options.steps = sanitized ? 200 : 2000;
        options.warmup = 0;
        options.passes = i + 1;
        options.priority = 0.5;
        allocations = 0;
        mg_policy *policy = learn(context, "cartpole", 2, options);
        counted[i] = allocations;
        assert_non_null(policy);
        mg_policy_destroy(policy);
        mg_context_destroy(context);
    }
    assert_int_equal(counted[0], counted[1]);
}

static _Thread_local int64_t left; /* allocations until one fails */

static void *allocate_some(void *user, size_t size, size_t alignment) {
    return left-- > 0 ? count_allocation(user, size, alignment) : NULL;
}

/* Each fails once, those after the first few by samples. */
static void without_memory_nothing_is_learned_and_nothing_is_lost(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { "acrobot", "dqn" }, { "pendulum", "sac" }, { "frozenlake", "sarsa" }, { "frozenlake", "value-iteration" }
    };
    for (int i = 0; i < 4; i++) {
        bool learned = false;
        for (int64_t after = 1; !learned; after += 1 + after / 12) {
            mg_context_options with = mg_context_defaults();
            with.allocator = (mg_allocator){ allocate_some, release, NULL };
            with.threads = 1;
            left = INT64_MAX;
            mg_context *context = mg_context_create(&with);
            mg_agent_options options = mg_agent_defaults();
            options.algorithm = cases[i][1];
            options.steps = 24;
            options.warmup = 8;
            options.batch = 8;
            if (i < 2) options.model = "dense(4) relu";
            left = after;
            mg_policy *policy = mg_agent_learn(context, mg_environment_find(cases[i][0]), &options, NULL);
            learned = policy != NULL;
            if (!learned) assert_int_equal(mg_context_status(context), MG_OUT_OF_MEMORY);
            mg_policy_destroy(policy);
            mg_context_destroy(context);
        }
    }
}

static void actions_that_are_numbers_are_refused(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    assert_null(learn(context, "pendulum", 0, mg_agent_defaults()));
    assert_non_null(strstr(mg_context_message(context), "'dqn' cannot act in 'pendulum', whose actions are numbers"));
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_loss_is_squared_near_0_and_straight_beyond),
        cmocka_unit_test(a_double_target_is_judged_by_one_network_and_chosen_by_another),
        cmocka_unit_test(a_duel_adds_advantages_about_their_mean_to_a_value),
        cmocka_unit_test(truncation_goes_on_and_termination_does_not),
        cmocka_unit_test(every_form_balances_the_pole),
        cmocka_unit_test(the_mountain_is_climbed_by_default),
        cmocka_unit_test(the_same_seed_gives_the_same_bits_at_any_number_of_threads),
        cmocka_unit_test(updates_allocate_nothing),
        cmocka_unit_test(without_memory_nothing_is_learned_and_nothing_is_lost),
        cmocka_unit_test(actions_that_are_numbers_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
