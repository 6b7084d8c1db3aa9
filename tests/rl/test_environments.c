/* Environments: their dynamics beside Gymnasium's, the ends of episodes, and what is refused. */
#include <micrograd/environment.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- beside Gymnasium -------------------------------------------------------------------------------- */

static void compare_step(mg_environments *e, char *line, const char *name) {
    const mg_view *view = mg_environments_view(e);
    char *at = line;
    float action = strtof(at, &at);
    assert_int_equal(mg_environments_step(e, &action), MG_OK);
    for (int64_t k = 0; k < view->observations; k++) {
        double wanted = strtod(at, &at);
        if (fabs((double)view->last[k] - wanted) > 1e-5 * fmax(1, fabs(wanted)))
            fail_msg("%s: observation %d is %.9g, Gymnasium's %.9g", name, (int)k, (double)view->last[k], wanted);
    }
    double reward = strtod(at, &at);
    assert_true(fabs(view->reward[0] - reward) <= 1e-5 * fmax(1, fabs(reward)));
    assert_int_equal(view->terminated[0], strtol(at, &at, 10));
}

static void trajectories_are_those_of_gymnasium(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    FILE *file = fopen(MG__SOURCE_DIR "/tests/rl/trajectories.txt", "r");
    assert_non_null(file);
    char line[512];
    const mg_environment *row = NULL;
    mg_environments *e = NULL;
    int steps = 0, ended = 0, trajectories = 0;
    while (fgets(line, sizeof line, file)) {
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ", line[0])) {
            char *at = line + strcspn(line, " ");
            *at++ = 0;
            mg_environments_destroy(e);
            row = mg_environment_find(line);
            assert_non_null(row);
            e = mg_environments_create(context, row, 1, 0);
            double *inner = (double *)(uintptr_t)mg_environments_state(e, 0); /* all of these keep numbers alone */
            for (size_t k = 0; k < row->state_bytes / sizeof(double); k++) inner[k] = strtod(at, &at);
            trajectories++;
        } else {
            compare_step(e, line, row->id);
            ended += mg_environments_view(e)->terminated[0];
            steps++;
        }
    }
    fclose(file);
    assert_int_equal(trajectories, 15);
    assert_true(steps > 500 && ended >= 2);
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

/* --- episodes ---------------------------------------------------------------------------------------- */

static void an_episode_that_reaches_its_limit_is_truncated_and_not_terminated(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_environments *e = mg_environments_create(context, mg_environment_find("mountaincar"), 3, 1);
    const mg_view *view = mg_environments_view(e);
    const float nothing[3] = { 1, 1, 1 };
    for (int i = 1; i <= 200; i++) {
        assert_int_equal(mg_environments_step(e, nothing), MG_OK);
        for (int k = 0; k < 3; k++) {
            assert_int_equal(view->truncated[k], i == 200);
            assert_false(view->terminated[k]);
        }
    }
    assert_int_equal(view->episodes, 3);
    for (int k = 0; k < 3; k++) {
        assert_true(view->returned[k] == -200 && view->length[k] == 200);
        assert_true(view->observation[2 * k + 1] == 0);             /* the next episode's begin: at rest */
        assert_true(view->last[2 * k] != view->observation[2 * k]); /* and what the step led to beside it */
    }
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

static void a_pole_that_falls_ends_its_episode(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_environments *e = mg_environments_create(context, mg_environment_find("CartPole-v1"), 1, 5);
    const mg_view *view = mg_environments_view(e);
    const float left = 0;
    int steps = 0;
    do {
        assert_int_equal(mg_environments_step(e, &left), MG_OK);
        steps++;
    } while (view->episodes == 0);
    assert_true(view->terminated[0] && !view->truncated[0]);
    assert_in_range(steps, 8, 11); /* as everyone finds who only pushes to one side */
    assert_true(view->returned[0] == steps);
    mg_environments_destroy(e);
    mg_context_destroy(context);
}

static void the_same_seed_gives_the_same_episodes_however_many_stand_beside(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    const mg_environment *row = mg_environment_find("pendulum");
    mg_environments *one = mg_environments_create(context, row, 1, 9), *many = mg_environments_create(context, row, 4, 9),
                    *other = mg_environments_create(context, row, 1, 10);
    const float action[4] = { 0.5f, 0.5f, 0.5f, 0.5f };
    for (int i = 0; i < 450; i++) {
        assert_int_equal(mg_environments_step(one, action), MG_OK);
        assert_int_equal(mg_environments_step(many, action), MG_OK);
        assert_memory_equal(mg_environments_view(one)->observation, mg_environments_view(many)->observation, 3 * sizeof(float));
    }
    const float *a = mg_environments_view(one)->observation, *b = mg_environments_view(many)->observation + 3;
    assert_true(a[0] != b[0] && a[0] != mg_environments_view(other)->observation[0]);
    mg_environments_destroy(one);
    mg_environments_destroy(many);
    mg_environments_destroy(other);
    mg_context_destroy(context);
}

/* --- rubbish ----------------------------------------------------------------------------------------- */

static double broken_reward = 0;
static float broken_number = 0;
static void broken_reset(const mg_environment *environment, void *inner, mg_dice *dice, float *observation) {
    (void)environment, (void)inner, (void)dice;
    observation[0] = 0;
}
static double broken_step(const mg_environment *environment, void *inner, mg_dice *dice, const float *action, float *observation,
                          bool *terminated) {
    (void)environment, (void)inner, (void)dice, (void)action;
    observation[0] = broken_number;
    *terminated = false;
    return broken_reward;
}

static mg_status step_of(mg_context *context, const mg_environment *row, float action) {
    mg_environments *e = mg_environments_create(context, row, 1, 0);
    if (!e) return mg_context_status(context);
    mg_status status = mg_environments_step(e, &action);
    mg_environments_destroy(e);
    return status;
}

static void a_row_that_breaks_its_word_is_told(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_environment row = {
        .size = sizeof row, .name = "broken", .observations = 1, .actions = 2, .reset = broken_reset, .step = broken_step
    };
    assert_int_equal(step_of(context, &row, 1), MG_OK);
    assert_int_equal(step_of(context, &row, 2), MG_INVALID);
    assert_string_equal(mg_context_message(context), "environment broken, episode 1, step 1: there is no such action");
    assert_int_equal(step_of(context, &row, NAN), MG_INVALID);
    broken_reward = NAN;
    assert_int_equal(step_of(context, &row, 0), MG_NOT_FINITE);
    assert_string_equal(mg_context_message(context), "environment broken, episode 1, step 1: its reward is not finite");
    broken_reward = 0;
    broken_number = INFINITY;
    assert_int_equal(step_of(context, &row, 0), MG_NOT_FINITE);
    broken_number = 3;
    row.states = 3;
    assert_int_equal(step_of(context, &row, 0), MG_INVALID);
    assert_string_equal(mg_context_message(context),
                        "environment broken, episode 1, step 1: its observation is none of its states");
    row.size = 8;
    assert_int_equal(step_of(context, &row, 0), MG_INVALID);
    assert_null(mg_environments_create(context, mg_environment_find("cartpole"), 0, 0));
    mg_context_destroy(context);
}

static void every_row_has_its_names(void **state) {
    (void)state;
    const mg_environment *row;
    int count = 0;
    for (; (row = mg_environment_at(count)) != NULL; count++) {
        assert_ptr_equal(mg_environment_find(row->name), row);
        if (row->id) assert_ptr_equal(mg_environment_find(row->id), row);
        for (int64_t k = 0; row->observation_name && k < row->observations; k++) assert_non_null(row->observation_name[k]);
    }
    assert_true(count >= 5);
    assert_null(mg_environment_find("cartpoll"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trajectories_are_those_of_gymnasium),
        cmocka_unit_test(an_episode_that_reaches_its_limit_is_truncated_and_not_terminated),
        cmocka_unit_test(a_pole_that_falls_ends_its_episode),
        cmocka_unit_test(the_same_seed_gives_the_same_episodes_however_many_stand_beside),
        cmocka_unit_test(a_row_that_breaks_its_word_is_told),
        cmocka_unit_test(every_row_has_its_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
