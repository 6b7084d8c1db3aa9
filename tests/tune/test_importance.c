/* Importance: Optuna's figures, and what cannot be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sampler_support.h"
#include "tune/importance.h"

#include "importance_cases.h"

static void figures_are_those_of_optuna(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    mg_trial trial[CASE_TRIALS];
    const mg_trial *complete[CASE_TRIALS];
    for (int maximise = 0; maximise < 2; maximise++) {
        double importance[7], sum = 0;
        for (int t = 0; t < CASE_TRIALS; t++) {
            trial[t] = (mg_trial){ .point = case_point[t], .value = maximise ? -case_value[t] : case_value[t] };
            complete[t] = &trial[t];
        }
        assert_int_equal(mg__study_importance(context, space, complete, CASE_TRIALS, maximise, importance), MG_OK);
        for (int i = 0; i < 7; i++) {
            assert_near(importance[i], case_importance[i], 1e-9);
            sum += importance[i];
        }
        assert_near(sum, 1, 1e-12);
    }
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static void equal_values_tell_nothing_and_few_trials_are_refused(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = conditional_space(context);
    mg_trial trial[4];
    const mg_trial *complete[4];
    double importance[7];
    for (int t = 0; t < 4; t++) {
        trial[t] = (mg_trial){ .point = case_point[t], .value = 1 };
        complete[t] = &trial[t];
    }
    assert_int_equal(mg__study_importance(context, space, complete, 4, false, importance), MG_OK);
    for (int i = 0; i < 7; i++) assert_near(importance[i], 1 / 7., 1e-12);
    assert_int_equal(mg__study_importance(context, space, complete, 3, false, importance), MG_INVALID);
    assert_non_null(strstr(mg_context_message(context), "at least 4"));
    mg_space_destroy(space);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_those_of_optuna),
        cmocka_unit_test(equal_values_tell_nothing_and_few_trials_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
