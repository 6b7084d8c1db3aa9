/* A policy: its actions, and the file that keeps it. */
#include "interop/safetensors.h"
#include "rl/policy.h"

#include <micrograd/model.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const path = "test_policy.safetensors";

static mg_policy *learn(mg_context *context, const char *environment, const char *normalise) {
    mg_agent_options options = mg_agent_defaults();
    options.steps = 2048;
    options.normalise = normalise;
    mg_policy *policy = mg_agent_learn(context, mg_environment_find(environment), &options, NULL);
    assert_non_null(policy);
    return policy;
}

/* Observations as an environment gives them: 300 of them. */
enum { ROWS = 300 };
static float *observe(mg_context *context, const char *name, int64_t *numbers) {
    mg_environments *e = mg_environments_create(context, mg_environment_find(name), ROWS, 5);
    const mg_view *view = mg_environments_view(e);
    float action[ROWS] = { 0 };
    for (int t = 0; t < 3; t++) assert_int_equal(mg_environments_step(e, action), MG_OK);
    size_t bytes = (size_t)(ROWS * view->observations) * sizeof(float);
    float *copy = malloc(bytes);
    memcpy(copy, view->observation, bytes);
    *numbers = view->observations;
    mg_environments_destroy(e);
    return copy;
}

static void a_file_gives_the_same_actions_back(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { "cartpole", "none" }, { "mountaincar", "both" }, { "pendulum", "observations" }, { "frozenlake", "none" }
    };
    for (int i = 0; i < 4; i++) {
        mg_context *context = mg_context_create(NULL);
        mg_policy *policy = learn(context, cases[i][0], cases[i][1]);
        int64_t numbers;
        float *x = observe(context, cases[i][0], &numbers), before[ROWS], after[ROWS];
        const char *kind = NULL;
        assert_int_equal(mg_policy_save(policy, path), MG_OK);
        assert_int_equal(mg_file_kind(context, path, &kind), MG_OK);
        assert_string_equal(kind, "policy");
        mg_policy *loaded = mg_policy_load(context, path);
        assert_non_null(loaded);
        assert_int_equal(mg_policy_act(policy, x, ROWS, before), MG_OK);
        assert_int_equal(mg_policy_act(loaded, x, ROWS, after), MG_OK);
        assert_memory_equal(before, after, sizeof before);
        assert_string_equal(mg_policy_environment(loaded), cases[i][0]);
        assert_string_equal(mg_policy_algorithm(loaded), mg_policy_algorithm(policy));
        assert_int_equal(mg_policy_observations(loaded), numbers);
        mg_returns a = mg_policy_evaluate(policy, mg_environment_find(cases[i][0]), 20, 3),
                   b = mg_policy_evaluate(loaded, mg_environment_find(cases[i][0]), 20, 3);
        assert_true(a.episodes == 20 && a.mean == b.mean && a.deviation == b.deviation);
        mg_policy_destroy(loaded);
        mg_policy_destroy(policy);
        free(x);
        mg_context_destroy(context);
    }
    remove(path);
}

static void an_action_depends_on_its_own_observation_alone(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_policy *policy = learn(context, "pendulum", "both");
    int64_t numbers;
    float *x = observe(context, "pendulum", &numbers), together[ROWS], alone;
    assert_int_equal(mg_policy_act(policy, x, ROWS, together), MG_OK);
    bool different = false;
    for (int i = 0; i < ROWS; i++) {
        assert_int_equal(mg_policy_act(policy, x + i * numbers, 1, &alone), MG_OK);
        assert_true(alone == together[i] && alone >= -2 && alone <= 2);
        different = different || alone != together[0];
    }
    assert_true(different);
    free(x);
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

static void a_policy_is_for_its_environment(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_policy *policy = learn(context, "cartpole", "none");
    mg_environment changed = *mg_environment_find("cartpole");
    changed.actions = 3;
    assert_int_equal(mg_policy_evaluate(policy, mg_environment_find("acrobot"), 5, 0).episodes, 0);
    assert_non_null(strstr(mg_context_message(context), "'cartpole', not in 'acrobot'"));
    assert_int_equal(mg_policy_fits(policy, &changed), MG_SETTING);
    assert_int_equal(mg_policy_fits(policy, mg_environment_find("CartPole-v1")), MG_OK);
    mg_policy_destroy(policy);
    policy = learn(context, "frozenlake", "none");
    float action;
    assert_int_equal(mg_policy_act(policy, (float[]){ 16 }, 1, &action), MG_INVALID);
    assert_int_equal(mg_policy_act(policy, (float[]){ 0.5f }, 1, &action), MG_INVALID);
    mg_policy_destroy(policy);
    mg_context_destroy(context);
}

/* --- files that are not whole ------------------------------------------------------------------------ */

static size_t read_file(unsigned char *bytes, size_t most) {
    FILE *file = fopen(path, "rb");
    size_t length = fread(bytes, 1, most, file);
    fclose(file);
    return length;
}

static void write_file(const unsigned char *bytes, size_t length) {
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, length, file), length);
    fclose(file);
}

static void a_damaged_file_is_refused(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_policy *policy = learn(context, "cartpole", "both");
    assert_int_equal(mg_policy_save(policy, path), MG_OK);
    static unsigned char bytes[1 << 16];
    size_t length = read_file(bytes, sizeof bytes);
    assert_true(length > 1000 && length < sizeof bytes);
    for (size_t at = 0; at < length; at += at < 2000 ? 37 : 499) {
        bytes[at] ^= 0x15;
        write_file(bytes, length);
        assert_null(mg_policy_load(context, path));
        bytes[at] ^= 0x15;
    }
    for (size_t cut = 0; cut < length; cut += 1501) {
        write_file(bytes, cut);
        assert_null(mg_policy_load(context, path));
    }
    write_file(bytes, length);
    assert_null(mg_model_load(context, path));
    assert_non_null(strstr(mg_context_message(context), "holds a policy, not a network"));
    mg_policy_destroy(policy);
    mg_context_destroy(context);
    remove(path);
}

/* Whole as a safetensors file, checksum and all, but no policy that can be. */
static void write_description(mg_context *context, const char *kind, const char *description) {
    static const float weight[8];
    const mg__safetensor tensors[] = {
        { .name = "output.weight", .dtype = MG__ST_F32, .rank = 2, .shape = { 4, 2 }, .data = weight },
        { .name = "output.bias", .dtype = MG__ST_F32, .rank = 1, .shape = { 2 }, .data = weight },
    };
    const mg__pair pairs[] = {
        { "micrograd.kind", kind }, { "micrograd.format", "1" }, { "micrograd.version", "0" }, { "micrograd.policy", description }
    };
    assert_int_equal(mg__safetensors_write(context, path, tensors, 2, pairs, 4), MG_OK);
}

#define DESCRIPTION(observations, states, actions, acts, model)                                                               \
    "{\"environment\":\"e\",\"algorithm\":\"a\",\"acts\":\"" acts "\",\"model\":\"" model "\",\"observations\":" observations \
    ",\"states\":" states ",\"actions\":" actions ",\"action_numbers\":1}"

static void a_description_that_cannot_be_is_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { DESCRIPTION("5", "0", "2", "best", ""), "output.weight" },
        { DESCRIPTION("4", "0", "3", "best", ""), "output" },
        { DESCRIPTION("0", "0", "2", "best", ""), "cannot be" },
        { DESCRIPTION("4000000000", "0", "2", "best", ""), "cannot be" },
        { DESCRIPTION("4", "-1", "2", "best", ""), "cannot be" },
        { DESCRIPTION("4", "7", "2", "best", ""), "cannot be" },
        { DESCRIPTION("4", "0", "0", "best", ""), "cannot be" },
        { DESCRIPTION("4", "0", "2", "mean", ""), "cannot be" },
        { DESCRIPTION("4", "0", "2", "wish", ""), "lacks a name" },
        { DESCRIPTION("4", "0", "2", "best", "dense(8)"), "tensors" },
        { DESCRIPTION("4", "0", "2", "best", "dens(8)"), "dens" },
        { DESCRIPTION("4", "0", "2", "best", "dense(1000000000000)"), "" },
        { "{}", "lacks a name" },
        { "[", "policy" },
    };
    mg_context *context = mg_context_create(NULL);
    write_description(context, "policy", DESCRIPTION("4", "0", "2", "best", ""));
    mg_policy *whole = mg_policy_load(context, path);
    assert_non_null(whole);
    mg_policy_destroy(whole);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_description(context, "policy", cases[i][0]);
        assert_null(mg_policy_load(context, path));
        if (mg_context_status(context) != MG_FORMAT || !strstr(mg_context_message(context), cases[i][1]))
            fail_msg("%s: %s", cases[i][0], mg_context_message(context));
    }
    const char *kind;
    write_description(context, "poem", "{}");
    assert_int_equal(mg_file_kind(context, path, &kind), MG_FORMAT);
    assert_null(mg_policy_load(context, path));
    mg_context_destroy(context);
    remove(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_gives_the_same_actions_back),
        cmocka_unit_test(an_action_depends_on_its_own_observation_alone),
        cmocka_unit_test(a_policy_is_for_its_environment),
        cmocka_unit_test(a_damaged_file_is_refused),
        cmocka_unit_test(a_description_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
