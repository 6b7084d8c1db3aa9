/* Learning by the gradient of what actions were worth: the loss, what is kept of an episode's end, and runs that learn. */
#include "rl/policy_gradient.h"
#include "rl/rollout.h"

#include <micrograd/ops.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/sanitized.h"

/* --- the loss ---------------------------------------------------------------------------------------- */

/* Ratios 1.5 and 0.5 with advantages of 1 and -1, clipped at 0.2. Where the clip is what counts, nothing pulls further. */
static void the_clipped_loss_of_written_out_cases(void **state) {
    (void)state;
    static const double ratio[] = { 1.5, 1.5, 0.5, 0.5, 1.1 }, advantage[] = { 1, -1, 1, -1, 1 },
                        loss[] = { -1.2, 1.5, -0.5, 0.8, -1.1 }, slope[] = { 0, 1.5, -0.5, 0, -1.1 };
    mg_context *context = mg_context_create(NULL);
    mg_graph *graph = mg_graph_create(context, MG_EAGER);
    mg_agent_options options = { .clip = 0.2 };
    for (int i = 0; i < 5; i++) {
        mg_node *now = mg_variable(graph, log(ratio[i]) - 0.7);
        const mg__loss_nodes nodes = { now, mg_variable(graph, -0.7), mg_variable(graph, advantage[i]) };
        mg_node *y = mg__ppo_loss(&nodes, &options);
        mg_backward(y);
        assert_true(fabs(mg_item(y) - loss[i]) < 1e-12);
        assert_true(fabs(mg_item(mg_grad(now)) - slope[i]) < 1e-12); /* d ratio / d ln p = ratio */
    }
    assert_int_equal(mg_context_status(context), MG_OK);
    mg_graph_destroy(graph);
    mg_context_destroy(context);
}

/* --- ends of episodes -------------------------------------------------------------------------------- */

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

/* Plays eight steps of two of them and counts the steps whose estimate of what comes after is the value of the observation, which
 * never changes, and those where it is 0. */
static void count_estimates(const mg_environment *row, int *valued, int *zero, int *ended) {
    mg_context *context = mg_context_create(NULL);
    mg__agent agent = { .context = context, .environment = row, .options = mg_agent_defaults() };
    agent.options.environments = 2;
    agent.options.horizon = 8;
    agent.options.normalise = "none";
    assert_int_equal(mg_agent_resolve(context, row, &agent.options), MG_OK);
    agent.policy = mg__policy_create(context, row, &mg__head_best, NULL);
    mg_parameters *critic = mg_parameters_create(context, MG_F32);
    mg__rollout r;
    assert_int_equal(mg__rollout_open(&r, &agent, critic), MG_OK);
    assert_int_equal(mg__rollout_play(&r), MG_OK);
    *valued = *zero = *ended = 0;
    for (int i = 0; i < 16; i++) {
        *valued += r.value[i] != 0 && r.next[i] == r.value[i];
        *zero += r.next[i] == 0;
        *ended += r.ended[i];
    }
    assert_int_equal(agent.result.steps, 16);
    assert_int_equal(agent.result.episodes, *ended);
    mg__rollout_close(&r);
    mg_parameters_destroy(critic);
    mg_policy_destroy(agent.policy);
    mg_context_destroy(context);
}

static void a_truncated_episode_has_a_value_after_it_and_a_terminated_one_has_none(void **state) {
    (void)state;
    int valued, zero, ended;
    mg_environment cut = still(3, NULL), over = still(0, "terminates");
    count_estimates(&cut, &valued, &zero, &ended);
    assert_int_equal(ended, 4); /* two each, with steps 3 and 6 of 8 */
    assert_int_equal(valued, 16);
    assert_int_equal(zero, 0);
    count_estimates(&over, &valued, &zero, &ended);
    assert_int_equal(ended, 4);
    assert_int_equal(zero, 4);
    assert_int_equal(valued, 12);
}

/* --- runs -------------------------------------------------------------------------------------------- */

static mg_policy *learn(mg_context *context, const char *environment, const char *algorithm, int64_t steps,
                        mg_agent_result *result) {
    mg_agent_options options = mg_agent_defaults();
    options.algorithm = algorithm;
    options.steps = steps;
    return mg_agent_learn(context, mg_environment_find(environment), &options, result);
}

static void each_algorithm_balances_the_pole(void **state) {
    (void)state;
    static const struct {
        const char *name;
        int64_t steps;
        double at_least; /* random actions: about 22 */
    } cases[] = { { "ppo", 60000, 475 }, { "a2c", 100000, 200 }, { "reinforce", 200000, 200 } };
    for (int i = 0; i < 3; i++) {
        mg_context *context = mg_context_create(NULL);
        mg_agent_result result;
        mg_policy *policy = learn(context, "cartpole", cases[i].name, to_the_end(cases[i].steps), &result);
        assert_non_null(policy);
        mg_returns returns = mg_policy_evaluate(policy, mg_environment_find("cartpole"), 50, 99);
        if (!sanitized && !(returns.mean >= cases[i].at_least)) fail_msg("%s: %g", cases[i].name, returns.mean);
        assert_string_equal(result.algorithm, cases[i].name);
        mg_policy_destroy(policy);
        mg_context_destroy(context);
    }
}

static void actions_that_are_numbers_are_learned(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_policy *policy = learn(context, "pendulum", "ppo", to_the_end(80000), NULL);
    assert_non_null(policy);
    mg_returns returns = mg_policy_evaluate(policy, mg_environment_find("pendulum"), 50, 99);
    assert_true(sanitized || returns.mean > -600); /* random actions: about -1200 */
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

static uint64_t weights_after(int threads, uint64_t *curve) {
    mg_context_options with = mg_context_defaults();
    with.threads = threads;
    mg_context *context = mg_context_create(&with);
    mg_agent_options options = mg_agent_defaults();
    options.steps = 8192;
    options.environments = 64;
    options.batch = 2048;
    options.normalise = "both";
    mg_policy *policy = mg_agent_learn(context, mg_environment_find("acrobot"), &options, NULL);
    assert_non_null(policy);
    mg_tensor flat = mg_parameters_flat(policy->parameters);
    int64_t points;
    const mg_agent_point *point = mg_policy_curve(policy, &points);
    assert_true(points >= 1);
    *curve = mg__hash_bytes(0, &point[points - 1].judged.mean, sizeof(double));
    uint64_t hash = mg__hash_bytes(0, flat.data, mg_tensor_bytes(&flat));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    return hash;
}

static void the_same_seed_gives_the_same_bits_at_any_number_of_threads(void **state) {
    (void)state;
    uint64_t one, two, three;
    uint64_t weights = weights_after(1, &one);
    assert_true(weights == weights_after(2, &two) && weights == weights_after(3, &three));
    assert_true(one == two && one == three);
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
    mg_environment row = *mg_environment_find("cartpole");
    row.solved = NAN; /* a judgement that says so is followed by another */
    for (int i = 0; i < 2; i++) {
        mg_context_options with = mg_context_defaults();
        with.allocator = (mg_allocator){ count_allocation, release, NULL };
        with.threads = 1;
        mg_context *context = mg_context_create(&with);
        mg_agent_options options = mg_agent_defaults();
        options.environments = 4;
        options.horizon = 16;
        options.batch = 32;
        options.whole = true;
        options.steps = 64 * 100 * (i + 1);
        allocations = 0;
        mg_policy *policy = mg_agent_learn(context, &row, &options, NULL);
        int64_t points;
        assert_non_null(policy);
        mg_policy_curve(policy, &points);
        assert_int_equal(points, 50);
        counted[i] = allocations;
        mg_policy_destroy(policy);
        mg_context_destroy(context);
    }
    assert_int_equal(counted[0], counted[1]);
}

static bool stop_at_once(void *user, const mg_agent_progress *progress) {
    *(int64_t *)user = progress->steps;
    return false;
}

static void a_callback_ends_the_run_and_the_policy_stays(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_agent_options options = mg_agent_defaults();
    mg_agent_result result;
    int64_t steps = 0;
    options.on_progress = stop_at_once;
    options.user = &steps;
    mg_policy *policy = mg_agent_learn(context, mg_environment_find("cartpole"), &options, &result);
    assert_non_null(policy);
    assert_int_equal(result.stopped, MG_STOP_INTERRUPTED);
    assert_int_equal(result.steps, steps);
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

/* --- what is refused --------------------------------------------------------------------------------- */

static double nan_step(const mg_environment *e, void *state, mg_dice *dice, const float *action, float *observation,
                       bool *terminated) {
    still_step(e, state, dice, action, observation, terminated);
    return NAN;
}

static void refuse(const mg_environment *row, mg_agent_options options, mg_status status, const char *word) {
    mg_context *context = mg_context_create(NULL);
    assert_null(mg_agent_learn(context, row, &options, NULL));
    assert_int_equal(mg_context_status(context), status);
    if (!strstr(mg_context_message(context), word)) fail_msg("'%s' lacks '%s'", mg_context_message(context), word);
    mg_context_destroy(context);
}

static void what_cannot_be_is_refused_with_its_name(void **state) {
    (void)state;
    const mg_environment *cartpole = mg_environment_find("cartpole");
    mg_agent_options options = mg_agent_defaults();
    options.algorithm = "pppo";
    refuse(cartpole, options, MG_SETTING, "ppo, a2c, reinforce");
    options = mg_agent_defaults();
    options.batch = 7;
    refuse(cartpole, options, MG_SETTING, "batch: 7");
    options = mg_agent_defaults();
    options.discount = 1.5;
    refuse(cartpole, options, MG_SETTING, "discount");
    options = mg_agent_defaults();
    options.model = "dense(64) tanhh";
    refuse(cartpole, options, MG_SETTING, "tanhh");
    mg_environment broken = still(10, NULL);
    broken.step = nan_step;
    refuse(&broken, mg_agent_defaults(), MG_NOT_FINITE, "still");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_clipped_loss_of_written_out_cases),
        cmocka_unit_test(a_truncated_episode_has_a_value_after_it_and_a_terminated_one_has_none),
        cmocka_unit_test(each_algorithm_balances_the_pole),
        cmocka_unit_test(actions_that_are_numbers_are_learned),
        cmocka_unit_test(the_same_seed_gives_the_same_bits_at_any_number_of_threads),
        cmocka_unit_test(updates_allocate_nothing),
        cmocka_unit_test(a_callback_ends_the_run_and_the_policy_stays),
        cmocka_unit_test(what_cannot_be_is_refused_with_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
