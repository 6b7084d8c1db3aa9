/* Pruners end the trials that Optuna's end: tests/golden/make_pruners.py plays the same values to both. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "golden/pruners.h"
#include "tune/study_support.h"

enum { GAMES = sizeof pruner_games / sizeof *pruner_games, RANKS = sizeof signed_ranks / sizeof *signed_ranks };

static double mean(const double *value, int count) {
    double sum = 0;
    for (int i = 0; i < count; i++) sum += value[i];
    return sum / count;
}

/* One trial a batch, so that all before it are known. */
static int play(const struct pruner_game *game) {
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    options.pruner = game->pruner;
    options.maximise = game->maximise;
    options.batch = 1;
    mg_study *study = open_study(context, &options);
    int pruned = 0;
    for (int t = 0; t < game->trials; t++) {
        const mg_trial trial = ask(study);
        bool prune = false;
        int reported = 0;
        while (reported < game->steps && !prune) {
            const double value = game->trial[t].value[reported];
            assert_int_equal(mg_study_report(study, trial.number, game->first + reported, value, &prune), MG_OK);
            reported++;
        }
        if (reported != game->trial[t].reported)
            fail_msg("%s, %s, trial %d: ended after %d values; Optuna's after %d", game->pruner,
                     game->maximise ? "maximised" : "minimised", t, reported, game->trial[t].reported);
        pruned += prune;
        mg_study_tell(study, trial.number, prune ? MG_TRIAL_PRUNED : MG_TRIAL_COMPLETE, mean(game->trial[t].value, game->steps),
                      NULL);
    }
    assert_int_equal(mg_study_finished(study), game->trials);
    mg_study_close(study);
    mg_context_destroy(context);
    return pruned;
}

static void pruners_end_the_trials_that_those_of_optuna_end(void **state) {
    (void)state;
    for (int i = 0; i < GAMES; i++) {
        const int pruned = play(&pruner_games[i]);
        assert_true(pruned >= 5 && pruned < pruner_games[i].trials);
    }
    assert_int_equal(GAMES, 6);
}

static void p_values_are_those_of_scipy(void **state) {
    (void)state;
    for (int i = 0; i < RANKS; i++) {
        const double p = mg__signed_rank(signed_ranks[i].difference, signed_ranks[i].count);
        if (fabs(p - signed_ranks[i].p) > 1e-9) fail_msg("case %d: p %.12g; SciPy has %.12g", i, p, signed_ranks[i].p);
    }
}

static void four_folds_are_the_fewest_that_prune(void **state) {
    (void)state;
    const double worse[] = { 1, 2, 3, 4 };
    assert_near(mg__signed_rank(worse, 3), 0.125, 1e-15);
    assert_near(mg__signed_rank(worse, 4), 0.0625, 1e-15);
}

static void the_kth_value_is_that_of_a_sorted_list(void **state) {
    (void)state;
    const mg__stream stream = { 5, 0, 0 };
    for (int64_t count = 1; count < 40; count++)
        for (int64_t k = 0; k < count; k++) {
            double value[40];
            int64_t below = 0, equal = 0;
            for (int64_t i = 0; i < count; i++) value[i] = floor(10 * mg__random_uniform(&stream, (uint64_t)count, (uint64_t)i));
            const double found = mg__kth(value, count, k);
            for (int64_t i = 0; i < count; i++) below += value[i] < found, equal += value[i] == found;
            assert_true(below <= k && k < below + equal);
        }
}

/* More steps than a bar holds are thinned, not cut. */
static void a_bar_spans_all_steps(void **state) {
    (void)state;
    enum { STEPS = 2000, TRIALS = 6 };
    static int64_t step[STEPS];
    static double value[STEPS];
    mg_context *context = sampler_context();
    mg_trial trial[TRIALS];
    const mg_trial *finished[TRIALS];
    for (int i = 0; i < STEPS; i++) step[i] = i + 1, value[i] = i;
    for (int i = 0; i < TRIALS; i++) {
        trial[i] = (mg_trial){ .state = MG_TRIAL_COMPLETE, .steps = STEPS, .step = step, .step_value = value };
        finished[i] = &trial[i];
    }
    mg__bar *bar = calloc(1, sizeof *bar);
    const mg__known known = { .finished = finished, .finished_count = TRIALS };
    assert_int_equal(mg__pruner_median.draw(context, &known, bar), MG_OK);
    assert_true(bar->count == 500 && bar->step[0] == 4 && bar->step[499] == STEPS && bar->value[499] == STEPS - 1);
    free(bar);
    mg_context_destroy(context);
}

static void every_pruner_has_a_row(void **state) {
    (void)state;
    int count = 0;
    for (; mg_pruner_name(count); count++) {
        assert_string_equal(mg__pruner_find(mg_pruner_name(count))->name, mg_pruner_name(count));
        assert_true(strlen(mg_pruner_doc(count)) > 20);
    }
    assert_int_equal(count, 4);
    assert_null(mg_pruner_name(-1));
    assert_null(mg__pruner_find("nonesuch"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pruners_end_the_trials_that_those_of_optuna_end),
        cmocka_unit_test(p_values_are_those_of_scipy),
        cmocka_unit_test(four_folds_are_the_fewest_that_prune),
        cmocka_unit_test(the_kth_value_is_that_of_a_sorted_list),
        cmocka_unit_test(a_bar_spans_all_steps),
        cmocka_unit_test(every_pruner_has_a_row),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
