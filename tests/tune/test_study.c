#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tune/study_support.h"

#include "support/failing_allocator.h"

#define assert_message(context, word) \
    if (!strstr(mg_context_message(context), word)) fail_msg("'%s' does not say '%s'", mg_context_message(context), word)

/* --- asking and telling ------------------------------------------------------------------------------ */

static void a_search_comes_near_the_least_value(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study *study = open_study(context, &(mg_study_options){ .sampler = "random", .pruner = "none", .batch = 4 });
    assert_null(mg_study_best(study));
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 100), MG_OK);
    assert_int_equal(mg_study_finished(study), 100);
    const mg_trial *best = mg_study_best(study);
    assert_true(best->value < 0.5);
    assert_near(best->value, study_function(best, NULL), 0);
    for (int64_t i = 0; i < mg_study_trials(study); i++) assert_true(mg_study_trial(study, i).value >= best->value);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 100), MG_OK);
    assert_int_equal(mg_study_trials(study), 100); /* of which it has enough */
    mg_study_close(study);
    mg_context_destroy(context);
}

static void maximising_finds_the_greatest_value(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    options.maximise = true;
    mg_study *study = open_study(context, &options);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 10), MG_INVALID);
    assert_message(context, "maximise");
    assert_int_equal(mg_study_maximise(study, study_function, NULL, 10), MG_OK);
    for (int64_t i = 0; i < 10; i++) assert_true(mg_study_trial(study, i).value <= mg_study_best(study)->value);
    mg_study_close(study);
    mg_context_destroy(context);
}

/* Four at a time, told in another order each time. */
static findings search_in_disorder(const char *path, int64_t trials) {
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(path);
    mg_study *study = open_study(context, &options);
    for (int64_t batch = 0; batch < trials / 4; batch++) {
        mg_trial trial[4], none;
        for (int i = 0; i < 4; i++) {
            trial[i] = ask(study);
            assert_int_equal(trial[i].ordinal, 4 * batch + i);
            assert_int_equal(trial[i].state, MG_TRIAL_RUNNING);
        }
        assert_int_equal(mg_study_ask(study, &none), MG_ASKED_LATER);
        for (int64_t i = 0; i < 4; i++) tell(study, &trial[(i * 3 + batch) % 4]);
    }
    const findings found = findings_of(study);
    mg_study_close(study);
    mg_context_destroy(context);
    return found;
}

static void what_is_found_does_not_depend_on_the_order_in_which_trials_end(void **state) {
    (void)state;
    const findings alone = search_alone(40), disorder = search_in_disorder(NULL, 40);
    const findings file = search_in_disorder(test_path("disorder.log"), 40);
    assert_int_equal(alone.count, 40);
    assert_same_findings(&disorder, &alone);
    assert_same_findings(&file, &alone);
    test_folder_empty();
}

static void a_search_in_pieces_finds_the_same(void **state) {
    (void)state;
    const findings alone = search_alone(30);
    findings found = { 0 };
    static const int64_t pieces[] = { 1, 2, 3, 6, 7, 13, 30 };
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        const int64_t trials = pieces[i];
        mg_context *context = sampler_context();
        const mg_study_options options = study_options(test_path("pieces.log"));
        mg_study *study = open_study(context, &options);
        assert_int_equal(mg_study_minimise(study, study_function, NULL, trials), MG_OK);
        assert_int_equal(mg_study_finished(study), trials);
        found = findings_of(study);
        mg_study_close(study);
        mg_context_destroy(context);
    }
    assert_int_equal(found.count, 30);
    assert_same_findings(&found, &alone);
    test_folder_empty();
}

static void an_interrupted_trial_is_asked_again_with_its_point(void **state) {
    (void)state;
    const findings alone = search_alone(12);
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("again.log"));
    mg_study *study = open_study(context, &options);
    mg_trial first = ask(study), second = ask(study), third = ask(study);
    const double point = second.point[0];
    tell(study, &first);
    assert_int_equal(mg_study_tell(study, third.number, MG_TRIAL_FAILED, 0, "interrupted"), MG_OK);
    mg_study_close(study); /* with the second still running */
    study = open_study(context, &options);
    assert_int_equal(mg_study_finished(study), 1);
    const mg_trial was = mg_study_trial(study, second.number);
    assert_int_equal(was.state, MG_TRIAL_FAILED);
    assert_string_equal(was.reason, "interrupted");
    const mg_trial again = ask(study);
    assert_int_equal(again.ordinal, 1);
    assert_int_equal(again.number, 3);
    assert_true(again.point[0] == point);
    tell(study, &again);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 12), MG_OK);
    assert_int_equal(mg_study_trials(study), 14); /* two of them interrupted */
    const findings found = findings_of(study);
    assert_same_findings(&found, &alone);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static double mostly_bad(const mg_trial *trial, void *user) {
    (void)user;
    return trial->ordinal % 3 == 0 ? NAN : trial->ordinal % 3 == 1 ? INFINITY : (double)trial->ordinal;
}

static void a_value_that_is_not_finite_fails_its_trial_alone(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    mg_study *study = open_study(context, &options);
    assert_int_equal(mg_study_minimise(study, mostly_bad, NULL, 9), MG_OK);
    assert_int_equal(mg_study_finished(study), 9);
    assert_int_equal(mg_study_trials(study), 9); /* not asked again */
    assert_string_equal(mg_study_trial(study, 0).reason, "its value is not a number");
    assert_string_equal(mg_study_trial(study, 1).reason, "its value is infinite");
    assert_null(mg_study_trial(study, 2).reason);
    assert_near(mg_study_best(study)->value, 2, 0);
    mg_study_close(study);
    mg_context_destroy(context);
}

static void telling_wrongly_is_refused(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    mg_study *study = open_study(context, &options);
    const mg_trial trial = ask(study);
    assert_int_equal(mg_study_tell(study, 7, MG_TRIAL_COMPLETE, 1, NULL), MG_INVALID);
    assert_message(context, "trial 7: there is no such trial");
    assert_int_equal(mg_study_tell(study, trial.number, MG_TRIAL_COMPLETE, NAN, NULL), MG_NOT_FINITE);
    assert_int_equal(mg_study_tell(study, trial.number, MG_TRIAL_WAITING, 0, NULL), MG_INVALID);
    assert_int_equal(mg_study_tell(study, trial.number, MG_TRIAL_COMPLETE, 1, NULL), MG_OK);
    assert_int_equal(mg_study_tell(study, trial.number, MG_TRIAL_COMPLETE, 2, NULL), MG_INVALID);
    assert_message(context, "ended already");
    assert_near(mg_study_best(study)->value, 1, 0);
    (void)ask(study);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 8), MG_INVALID); /* would wait for itself */
    assert_message(context, "still to be told");
    mg_study_close(study);
    mg_context_destroy(context);
}

static void no_more_trials_are_asked_than_the_study_is_to_have(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    options.trials = 2;
    mg_study *study = open_study(context, &options);
    const mg_trial first = ask(study), second = ask(study);
    mg_trial none;
    assert_int_equal(mg_study_ask(study, &none), MG_ASKED_LATER); /* one may be interrupted */
    tell(study, &first);
    tell(study, &second);
    assert_int_equal(mg_study_ask(study, &none), MG_ASKED_NONE);
    mg_study_close(study);
    mg_context_destroy(context);
}

/* --- points ------------------------------------------------------------------------------------------ */

static double sum_of(const mg_trial *trial, void *user) {
    (void)user;
    return mg_trial_number(trial, "n") + (mg_trial_word(trial, "kind") ? 0.5 : 0);
}

static void every_point_of_a_finite_space_is_tried_once(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = mg_space_create(context);
    add_whole(space, "n", 1, 8);
    add_dimension(space, (mg_dimension){ .name = "kind",
                                         .kind = MG_DIMENSION_CHOICE,
                                         .words = 2,
                                         .word = (const char *const[]){ "a", "b", NULL },
                                         .parent = 0,
                                         .parent_low = 4 });
    for (int grid = 0; grid < 2; grid++) {
        mg_study_options options = study_options(NULL);
        options.sampler = grid ? "grid" : "random";
        mg_study *study = mg_study_open(context, space, &options);
        assert_int_equal(mg_study_minimise(study, sum_of, NULL, 100), MG_OK);
        assert_int_equal(mg_study_finished(study), 3 + 5 * 2); /* the choice is no difference below 4 */
        int times[9] = { 0 };
        for (int64_t i = 0; i < mg_study_trials(study); i++) {
            const mg_trial t = mg_study_trial(study, i);
            times[(int)mg_trial_number(&t, "n")]++;
        }
        for (int n = 1; n <= 8; n++) assert_int_equal(times[n], n < 4 ? 1 : 2);
        mg_trial none;
        assert_int_equal(mg_study_ask(study, &none), MG_ASKED_NONE);
        mg_study_close(study);
    }
    mg_space_destroy(space);
    mg_context_destroy(context);
}

static mg_status stubborn_suggest(mg_context *context, const mg__known *known, void **memory, double *point) {
    (void)context, (void)known, (void)memory;
    point[0] = 1, point[1] = 2, point[2] = NAN;
    return MG_OK;
}

static void a_sampler_that_repeats_itself_is_helped_out(void **state) {
    (void)state;
    static const mg__sampler stubborn = { .name = "stubborn", .suggest = stubborn_suggest };
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    mg_study *study = open_study(context, &options);
    study->sampler = &stubborn;
    const mg_trial first = ask(study), second = ask(study);
    assert_near(first.point[0], 1, 0);
    assert_true(second.point[0] != 1);
    mg_study_close(study);
    mg_context_destroy(context);
}

static void the_setting_that_matters_is_told(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    mg_study *study = open_study(context, &options);
    double importance[3];
    assert_int_equal(mg_study_importance(study, importance), MG_INVALID);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 100), MG_OK);
    assert_int_equal(mg_study_importance(study, importance), MG_OK);
    assert_near(importance[0] + importance[1] + importance[2], 1, 1e-9);
    assert_true(importance[0] > importance[1] && importance[0] > importance[2]);
    mg_study_close(study);
    mg_context_destroy(context);
}

/* --- values on the way ------------------------------------------------------------------------------- */

static void values_on_the_way_are_kept_in_order_of_their_steps(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("steps.log"));
    mg_study *study = open_study(context, &options);
    const mg_trial trial = ask(study);
    const int64_t step[] = { 3, 1, 2, 3, 5 };
    for (int i = 0; i < 5; i++) {
        bool prune = true;
        assert_int_equal(mg_study_report(study, trial.number, step[i], i, &prune), MG_OK);
        assert_false(prune);
    }
    assert_int_equal(mg_study_report(study, trial.number, 6, NAN, NULL), MG_OK); /* not recorded */
    assert_int_equal(mg_study_tell(study, trial.number, MG_TRIAL_PRUNED, 0, NULL), MG_OK);
    mg_study_close(study);
    study = open_study(context, &options);
    const mg_trial read = mg_study_trial(study, 0);
    assert_int_equal(read.state, MG_TRIAL_PRUNED);
    assert_int_equal(read.steps, 4);
    const int64_t wanted_step[] = { 1, 2, 3, 5 };
    const double wanted[] = { 1, 2, 3, 4 };
    assert_memory_equal(read.step, wanted_step, sizeof wanted_step);
    assert_memory_equal(read.step_value, wanted, sizeof wanted);
    assert_true(isnan(read.value) && read.seconds >= 0 && read.seconds < 60);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static void a_trial_worse_than_the_median_is_pruned_from_the_next_batch_on(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(NULL);
    options.pruner = "median";
    mg_study *study = open_study(context, &options);
    bool prune;
    for (int64_t i = 0; i < 8; i++) {
        const mg_trial trial = ask(study);
        assert_int_equal(mg_study_report(study, trial.number, 1, (double)i, &prune), MG_OK);
        assert_false(prune); /* what is known to the second batch is four trials, and five are needed */
        tell(study, &trial);
    }
    const mg_trial good = ask(study), bad = ask(study);
    assert_near(mg__study_bar(study, good.number)->value[0], 3.5, 0);
    assert_int_equal(mg_study_report(study, good.number, 1, 3.5, &prune), MG_OK);
    assert_false(prune);
    assert_int_equal(mg_study_report(study, bad.number, 1, 3.6, &prune), MG_OK);
    assert_true(prune);
    assert_int_equal(mg_study_report(study, bad.number, 2, NAN, &prune), MG_OK);
    assert_true(prune);
    assert_null(mg__study_bar(study, 0));
    mg_study_close(study);
    mg_context_destroy(context);
}

/* --- opening ----------------------------------------------------------------------------------------- */

static void wrong_options_are_refused_with_what_there_is(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_space *space = study_space(context), *empty = mg_space_create(context);
    mg_study_options options = study_options(NULL);
    options.sampler = "magic";
    assert_null(mg_study_open(context, space, &options));
    assert_int_equal(mg_context_status(context), MG_SETTING);
    assert_message(context, "random");
    options = study_options(NULL);
    options.pruner = "axe";
    assert_null(mg_study_open(context, space, &options));
    assert_message(context, "wilcoxon");
    options = study_options(NULL);
    options.batch = 0;
    assert_null(mg_study_open(context, space, &options));
    assert_message(context, "1 to 1024");
    options = study_options(NULL);
    options.sampler = "grid";
    assert_null(mg_study_open(context, space, &options));
    assert_message(context, "x: a grid needs a count");
    options = study_options(NULL);
    assert_null(mg_study_open(context, empty, &options));
    assert_message(context, "no setting to choose");
    options.path = test_path("no/such/folder/s.log");
    assert_null(mg_study_open(context, space, &options));
    assert_int_equal(mg_context_status(context), MG_FILE);
    options.path = test_folder;
    assert_null(mg_study_open(context, space, &options));
    assert_int_equal(mg_context_status(context), MG_FILE);
    mg_space_destroy(space);
    mg_space_destroy(empty);
    mg_context_destroy(context);
}

static void refused(mg_context *context, mg_space *space, const mg_study_options *options, const char *word) {
    assert_null(mg_study_open(context, space, options));
    assert_int_equal(mg_context_status(context), MG_SETTING);
    assert_message(context, word);
}

static void a_file_of_another_study_is_refused_by_what_differs(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(test_path("other.log"));
    options.purpose = "digits accuracy";
    mg_study_close(open_study(context, &options));

    mg_space *space = study_space(context), *one = mg_space_create(context);
    mg_study_options other = options;
    other.maximise = true;
    refused(context, space, &other, "minimise");
    other = options, other.purpose = "wine accuracy";
    refused(context, space, &other, "measures 'digits accuracy', this one 'wine accuracy'");
    other = options, other.seed = 1;
    refused(context, space, &other, "seed 0, not 1");
    other = options, other.batch = 8;
    refused(context, space, &other, "4 trials at once, not 8");
    add_real(one, "x", -2, 4, false, 0);
    refused(context, one, &options, "also searches n");
    add_real(space, "y", 0, 1, false, 0);
    refused(context, space, &options, "does not search y");
    mg_space_destroy(one);
    one = mg_space_create(context);
    add_real(one, "x", -2, 5, false, 0);
    refused(context, one, &options, "x in -2..4, this one in -2..5");

    options.sampler = "sobol", options.pruner = "asha", options.trials = 9; /* these may change */
    options.purpose = NULL;
    mg_study_close(open_study(context, &options));
    mg_space_destroy(space);
    mg_space_destroy(one);
    mg_context_destroy(context);
    test_folder_empty();
}

static void a_file_may_hold_several_studies_by_name(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(test_path("several.log"));
    mg_space *space = study_space(context);
    const char *const names[] = { "one", "two" };
    for (int i = 0; i < 2; i++) {
        options.name = names[i];
        mg_study *study = open_study(context, &options);
        assert_int_equal(mg_study_minimise(study, study_function, NULL, 5 + i), MG_OK);
        mg_study_close(study);
    }
    for (int i = 0; i < 2; i++) {
        options.name = names[i];
        mg_study *study = open_study(context, &options);
        assert_int_equal(mg_study_trials(study), 5 + i);
        assert_int_equal(mg_study_trial(study, 4).number, 4);
        mg_study_close(study);
    }
    options.name = NULL;
    refused(context, space, &options, "several studies (one, two)");
    mg_space_destroy(space);
    mg_context_destroy(context);
    test_folder_empty();
}

/* --- notes, and memory ------------------------------------------------------------------------------- */

static void notes_are_json_on_one_line(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("notes.log"));
    mg_study *study = open_study(context, &options);
    const mg_trial trial = ask(study);
    assert_int_equal(mg_study_note(study, -1, "model", "{\"layers\":\n[1, 2]}"), MG_OK);
    assert_int_equal(mg_study_note(study, trial.number, "epochs", "7"), MG_OK);
    assert_int_equal(mg_study_note(study, trial.number, "epochs", "seven"), MG_FORMAT);
    assert_int_equal(mg_study_note(study, -1, "micrograd", "1"), MG_INVALID);
    assert_int_equal(mg_study_note(study, 5, "epochs", "7"), MG_INVALID);
    mg_study_close(study);
    char text[8192] = "";
    FILE *file = fopen(test_path("notes.log"), "rb");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    assert_non_null(strstr(text, "\"study_id\":0,\"user_attr\":{\"model\":{\"layers\": [1, 2]}}}\n"));
    assert_non_null(strstr(text, "\"trial_id\":0,\"user_attr\":{\"epochs\":7}}\n"));
    mg_study_close(open_study(context, &options));
    mg_context_destroy(context);
    test_folder_empty();
}

static bool search_a_little(mg_context *context, void *user) {
    mg_study_options options = study_options(user ? test_path("memory.log") : NULL);
    options.pruner = "median";
    options.purpose = "memory";
    if (user) remove(options.path);
    mg_space *space = mg_space_create(context);
    const bool full = space && mg_space_add_free(space, "x=0..1") == MG_OK;
    mg_study *study = full ? mg_study_open(context, space, &options) : NULL;
    mg_space_destroy(space);
    bool done = study != NULL;
    for (int i = 0; done && i < 3; i++) {
        mg_trial trial;
        bool prune;
        done = mg_study_ask(study, &trial) == MG_ASKED_TRIAL &&
               mg_study_report(study, trial.number, 1, trial.point[0], &prune) == MG_OK &&
               mg_study_tell(study, trial.number, i % 3 ? MG_TRIAL_COMPLETE : MG_TRIAL_FAILED, 1, "why") == MG_OK;
    }
    mg_study_close(study);
    return done;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(search_a_little, NULL) > 20);
    assert_true(failing_allocator_exhaust(search_a_little, (void *)1) > 20);
    test_folder_empty();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_search_comes_near_the_least_value),
        cmocka_unit_test(maximising_finds_the_greatest_value),
        cmocka_unit_test(what_is_found_does_not_depend_on_the_order_in_which_trials_end),
        cmocka_unit_test(a_search_in_pieces_finds_the_same),
        cmocka_unit_test(an_interrupted_trial_is_asked_again_with_its_point),
        cmocka_unit_test(a_value_that_is_not_finite_fails_its_trial_alone),
        cmocka_unit_test(telling_wrongly_is_refused),
        cmocka_unit_test(no_more_trials_are_asked_than_the_study_is_to_have),
        cmocka_unit_test(every_point_of_a_finite_space_is_tried_once),
        cmocka_unit_test(a_sampler_that_repeats_itself_is_helped_out),
        cmocka_unit_test(the_setting_that_matters_is_told),
        cmocka_unit_test(values_on_the_way_are_kept_in_order_of_their_steps),
        cmocka_unit_test(a_trial_worse_than_the_median_is_pruned_from_the_next_batch_on),
        cmocka_unit_test(wrong_options_are_refused_with_what_there_is),
        cmocka_unit_test(a_file_of_another_study_is_refused_by_what_differs),
        cmocka_unit_test(a_file_may_hold_several_studies_by_name),
        cmocka_unit_test(notes_are_json_on_one_line),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
