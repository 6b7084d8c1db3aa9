/* Tables: single steps written out, values that are known, and worlds that are walked well in the end. */
#include "rl/exploration.h"
#include "rl/tabular.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static mg_context *context;

static int begin(void **state) {
    (void)state;
    context = mg_context_create(NULL);
    return context ? 0 : -1;
}

static int end(void **state) {
    (void)state;
    mg_context_destroy(context);
    return 0;
}

/* Q = 1 everywhere but Q(1, .) = (2, 5); reward 3, gamma 1/2, rate 1/10. */
static void a_step_moves_the_value_a_share_of_the_way(void **state) {
    (void)state;
    static const struct {
        bool best, terminated;
        double target;
    } cases[] = { { true, false, 3 + 0.5 * 5 }, { false, false, 3 + 0.5 * 2 }, { true, true, 3 }, { false, true, 3 } };
    for (int i = 0; i < 4; i++) {
        float value[4] = { 1, 1, 2, 5 };
        mg__table table = { 2, 2, value };
        const mg__move move = {
            .state = 0, .action = 1, .next_state = 1, .next_action = 0, .reward = 3, .terminated = cases[i].terminated
        };
        mg__table_learn(&table, &move, cases[i].best ? mg__after_best : mg__after_taken, 0.1, 0.5);
        assert_true(fabs((double)value[1] - (1 + 0.1 * (cases[i].target - 1))) < 1e-6);
        assert_true(value[0] == 1 && value[2] == 2 && value[3] == 5);
    }
}

static void the_first_of_equal_actions_is_best(void **state) {
    (void)state;
    float value[6] = { 1, 3, 3, 0, 0, 0 };
    const mg__table table = { 2, 3, value };
    assert_int_equal(mg__table_best(&table, 0), 1);
    assert_int_equal(mg__table_best(&table, 1), 0);
}

/* --- exploring --------------------------------------------------------------------------------------- */

static void epsilon_falls_evenly_and_stays(void **state) {
    (void)state;
    mg__agent agent = { .options = { .steps = 1000, .exploration = 1, .exploration_end = 0.2, .exploration_share = 0.5 } };
    static const struct {
        int64_t steps;
        double epsilon;
    } cases[] = { { 0, 1 }, { 250, 0.6 }, { 500, 0.2 }, { 900, 0.2 }, { 2000, 0.2 } };
    for (int i = 0; i < 5; i++) {
        agent.result.steps = cases[i].steps;
        assert_true(fabs(mg__epsilon(&agent) - cases[i].epsilon) < 1e-12);
    }
}

/* Of 1 to 3 steps: 1, 1/4 and 1/9 of 49/36. */
static void longer_explorations_are_rarer(void **state) {
    (void)state;
    static const struct {
        double u;
        int64_t steps;
    } cases[] = { { 0, 1 }, { 0.734, 1 }, { 0.735, 2 }, { 0.918, 2 }, { 0.919, 3 }, { 0.999999, 3 } };
    for (int i = 0; i < 6; i++) assert_int_equal(mg__exploration_steps(cases[i].u, 3), cases[i].steps);
    assert_int_equal(mg__exploration_steps(0.9, 1), 1);
}

/* --- known values ------------------------------------------------------------------------------------ */

static double start_value(const char *name, double gamma, int64_t state) {
    static float q[64 * 4];
    static double value[64];
    const mg_environment *row = mg_environment_find(name);
    mg__table table = { row->states, row->actions, q };
    assert_true(mg__value_iteration(row, gamma, value, &table) > 0);
    for (int64_t s = 0; s < row->states; s++)
        assert_true(fabs((double)q[s * 4 + mg__table_best(&table, s)] - value[s]) <= 1e-6 * fabs(value[s]));
    return value[state];
}

/* The lakes: solved beside by linear programming, tests/rl/lake_values.py. */
static void value_iteration_finds_the_values_that_are_known(void **state) {
    (void)state;
    double thirteen = -(1 - pow(0.99, 13)) / (1 - 0.99); /* thirteen steps of -1 */
    assert_true(fabs(start_value("cliffwalking", 1, 36) + 13) < 1e-9);
    assert_true(fabs(start_value("cliffwalking", 0.99, 36) - thirteen) < 1e-9);
    assert_true(fabs(start_value("frozenlake-dry", 0.99, 0) - pow(0.99, 5)) < 1e-9); /* six steps, the last is paid */
    assert_true(fabs(start_value("frozenlake", 0.99, 0) - 0.542025932000) < 1e-8);
    assert_true(fabs(start_value("frozenlake", 1, 0) - 0.823529411765) < 1e-8);
    assert_true(fabs(start_value("frozenlake-8x8", 0.99, 0) - 0.414640361800) < 1e-8);
}

/* --- the end of an episode --------------------------------------------------------------------------- */

/* One state, a reward of 1 a step; with `world` set its episodes terminate with the third step. */
static void still_reset(const mg_environment *e, void *state, mg_dice *dice, float *observation) {
    (void)e, (void)dice;
    *(int *)state = 0;
    observation[0] = 0;
}

static double still_step(const mg_environment *e, void *state, mg_dice *dice, const float *action, float *observation,
                         bool *terminated) {
    (void)dice, (void)action;
    observation[0] = 0;
    *terminated = e->world && ++*(int *)state == 3;
    return 1;
}

static int still_outcomes(const mg_environment *e, int64_t state, int64_t action, mg_outcome outcome[MG_OUTCOMES]) {
    (void)e, (void)state, (void)action;
    outcome[0] = (mg_outcome){ .probability = 1, .reward = 1 };
    return 1;
}

static mg_environment still(int64_t limit, const void *world) {
    return (mg_environment){ .size = sizeof(mg_environment),
                             .name = "still",
                             .observations = 1,
                             .states = 1,
                             .actions = 2,
                             .step_limit = limit,
                             .solved = NAN,
                             .state_bytes = sizeof(int),
                             .reset = still_reset,
                             .step = still_step,
                             .world = world };
}

static mg_policy *learn(const mg_environment *row, const char *algorithm, double gamma, const char *model) {
    mg_agent_options options = mg_agent_defaults();
    options.algorithm = algorithm;
    options.discount = gamma;
    options.model = model;
    options.learning_rate = 0.02; /* small: values are means of many targets */
    options.exploration_end = 1;
    options.steps = 20000;
    return mg_agent_learn(context, row, &options, NULL);
}

/* Truncated, a step is worth 1 + 1/2 + 1/4 ... = 2 at gamma 1/2. Terminated with every third: Q = 1 + 2/3 gamma Q = 3/2 on
 * average. */
static void truncation_goes_on_and_termination_does_not(void **state) {
    (void)state;
    static const char *const algorithms[] = { "q-learning", "sarsa" };
    for (int i = 0; i < 2; i++) {
        mg_environment cut = still(3, NULL), over = still(0, "terminates");
        mg_policy *going_on = learn(&cut, algorithms[i], 0.5, NULL), *ending = learn(&over, algorithms[i], 0.5, NULL);
        assert_non_null(going_on);
        assert_non_null(ending);
        const float *q =
            mg_parameters_value(going_on->parameters, mg_parameters_find(going_on->parameters, "output.weight")).data;
        assert_true(fabs((double)q[0] - 2) < 1e-4 && fabs((double)q[1] - 2) < 1e-4);
        q = mg_parameters_value(ending->parameters, mg_parameters_find(ending->parameters, "output.weight")).data;
        assert_true(fabs((double)q[0] - 1.5) < 0.05 && fabs((double)q[1] - 1.5) < 0.05);
        mg_policy_destroy(going_on);
        mg_policy_destroy(ending);
    }
}

/* --- whole worlds ------------------------------------------------------------------------------------ */

static double played(const char *environment, const char *algorithm) {
    mg_agent_options options = mg_agent_defaults();
    const mg_environment *row = mg_environment_find(environment);
    options.algorithm = algorithm;
    mg_policy *policy = mg_agent_learn(context, row, &options, NULL);
    assert_non_null(policy);
    mg_returns returns = mg_policy_evaluate(policy, row, 1000, 77);
    mg_policy_destroy(policy);
    return returns.mean;
}

static void the_lake_is_crossed_as_often_as_can_be(void **state) {
    (void)state;
    double best = played("frozenlake", "value-iteration"); /* within 100 steps 0.74, of 1000: +-0.03 */
    assert_true(best > 0.71 && best < 0.78);
    assert_true(played("frozenlake", "q-learning") > 0.68);
    assert_true(played("frozenlake", "sarsa") > 0.68);
}

/* Sutton & Barto, example 6.6: who learns the best way walks along the edge; who learns what they do, exploring, keeps away. */
static void along_the_cliff_q_learning_dares_and_sarsa_does_not(void **state) {
    (void)state;
    assert_true(played("cliffwalking", "value-iteration") == -13);
    assert_true(played("cliffwalking", "q-learning") == -13);
    double safe = played("cliffwalking", "sarsa");
    assert_true(safe <= -15 && safe >= -17);
}

static void a_table_is_the_default_where_observations_are_states(void **state) {
    (void)state;
    mg_agent_options options = mg_agent_defaults();
    assert_int_equal(mg_agent_resolve(context, mg_environment_find("frozenlake"), &options), MG_OK);
    assert_string_equal(options.algorithm, "q-learning");
}

static void what_a_table_cannot_do_is_refused(void **state) {
    (void)state;
    mg_environment endless = still(3, NULL);
    assert_null(learn(mg_environment_find("frozenlake"), "q-learning", 0.9, "dense(8)"));
    assert_non_null(strstr(mg_context_message(context), "q-learning learns a table, which has no layers"));
    assert_null(learn(mg_environment_find("cartpole"), "sarsa", 0.9, NULL));
    assert_non_null(strstr(mg_context_message(context), "observations are no states"));
    assert_null(learn(&endless, "value-iteration", 0.9, NULL));
    assert_non_null(strstr(mg_context_message(context), "which 'still' does not tell; choose q-learning"));
    endless.outcomes = still_outcomes;
    assert_null(learn(&endless, "value-iteration", 1, NULL));
    assert_non_null(strstr(mg_context_message(context), "values still move after 100000 sweeps"));
    mg_policy *policy = learn(&endless, "value-iteration", 0.9, NULL);
    assert_non_null(policy);
    mg_policy_destroy(policy);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_step_moves_the_value_a_share_of_the_way),
        cmocka_unit_test(the_first_of_equal_actions_is_best),
        cmocka_unit_test(epsilon_falls_evenly_and_stays),
        cmocka_unit_test(longer_explorations_are_rarer),
        cmocka_unit_test(value_iteration_finds_the_values_that_are_known),
        cmocka_unit_test(truncation_goes_on_and_termination_does_not),
        cmocka_unit_test(the_lake_is_crossed_as_often_as_can_be),
        cmocka_unit_test(along_the_cliff_q_learning_dares_and_sarsa_does_not),
        cmocka_unit_test(a_table_is_the_default_where_observations_are_states),
        cmocka_unit_test(what_a_table_cannot_do_is_refused),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
