#define _DEFAULT_SOURCE
/* Searches: what a value means, that workers do not matter, when it ends, and that the end is honest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "train/train_support.h"
#include "tune/tune.h"

static mg_context *ctx;
static mg_dataset *numbers, *classes; /* 120 rows */

static int set_up(void **state) {
    (void)state;
    ctx = train_context(2);
    numbers = train_made(ctx, false);
    classes = train_made(ctx, true);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_dataset_destroy(numbers);
    mg_dataset_destroy(classes);
    mg_context_destroy(ctx);
    return 0;
}

static mg_train_options quick(void) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.model = "dense(4) tanh";
    options.epochs = 4;
    options.seed = 5;
    return options;
}

static mg_tune_options few(int64_t trials) {
    mg_tune_options options = mg_tune_defaults();
    options.sampler = "random";
    options.trials = trials;
    options.study = NULL;
    options.seed = 3;
    return options;
}

static mg_space *space_of(const char *search) {
    mg_space *space = mg_space_create(ctx);
    if (mg_space_add_setting(space, search) != MG_OK) fail_msg("%s", mg_context_message(ctx));
    return space;
}

static mg_tuning *tune(const mg_dataset *d, const char *search, const mg_train_options *train, const mg_tune_options *options) {
    mg_space *space = space_of(search);
    mg_tuning *t = mg_tune(ctx, d, space, train, options);
    if (!t) fail_msg("%s", mg_context_message(ctx));
    mg_space_destroy(space);
    return t;
}

static void refused(const mg_dataset *d, const mg_space *space, const mg_train_options *train, const mg_tune_options *options,
                    mg_status status, const char *why) {
    mg_context_clear(ctx);
    assert_null(mg_tune(ctx, d, space, train, options));
    if (!strstr(mg_context_message(ctx), why)) fail_msg("wanted '%s': %s", why, mg_context_message(ctx));
    assert_int_equal(mg_context_status(ctx), status);
}

/* --- values ------------------------------------------------------------------------------------------- */

static void the_told_settings_give_the_told_scores(void **state) {
    (void)state;
    const mg_train_options train = quick();
    const mg_tune_options options = few(6);
    mg_tuning *t = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    mg_model *model = mg_model_create_with(ctx, numbers, &r->options);
    mg_result alone = mg_train(model, numbers, &r->options);
    assert_int_equal(alone.status, MG_OK);
    assert_string_equal(r->metric->name, "r2");
    assert_true(r->best.value == alone.validation.r2);
    assert_true(mg_model_result(mg_tuning_model(t))->test.r2 == alone.test.r2);
    assert_int_equal(r->trials, 6);
    assert_int_equal(r->stopped, MG_TUNE_STOP_TRIALS);
    mg_model_destroy(model);
    mg_tuning_destroy(t);
}

static void trials_train_one_network_and_the_last_training_as_many_as_usual(void **state) {
    (void)state;
    mg_train_options train = quick();
    train.members = MG_AUTO;
    const mg_tune_options options = few(2);
    mg_tuning *t = tune(classes, "lr=log:1e-3..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    mg_train_options one = r->options;
    one.members = 1;
    mg_model *model = mg_model_create_with(ctx, classes, &one);
    mg_result alone = mg_train(model, classes, &one);
    assert_true(r->best.value == alone.validation.accuracy);
    assert_int_equal(r->options.members, MG_AUTO);
    assert_true(mg_model_members(mg_tuning_model(t)) > 1);
    mg_model_destroy(model);
    mg_tuning_destroy(t);
}

static void with_folds_the_value_is_the_mean_over_them(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_tune_options options = few(3);
    options.folds = 3;
    mg_tuning *t = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    mg__frozen_folds folds;
    assert_int_equal(mg__frozen_folds_make(ctx, numbers, &train, 3, 1, true, &folds), MG_OK);
    double sum = 0;
    for (int64_t k = 0; k < 3; k++) {
        mg__fold_outcome out;
        assert_int_equal(mg__fold_train(ctx, numbers, &folds, k, &r->options, false, &out), MG_OK);
        sum += out.scores.r2;
        mg__fold_outcome_free(ctx, &out);
    }
    assert_true(r->best.value == sum / 3);
    mg__frozen_folds_free(&folds);
    mg_tuning_destroy(t);
}

static void a_metric_of_which_less_is_better_is_minimised(void **state) {
    (void)state;
    mg_train_options train = quick();
    train.metric = "log_loss";
    const mg_tune_options options = few(8);
    mg_tuning *t = tune(classes, "lr=log:1e-4..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    assert_false(r->maximise);
    for (int64_t i = 0; i < mg_study_trials(mg_tuning_study(t)); i++)
        assert_true(mg_study_trial(mg_tuning_study(t), i).value >= r->leader[0].value);
    mg_tuning_destroy(t);
}

/* --- workers ------------------------------------------------------------------------------------------ */

static void assert_same_trials(const mg_tuning *a, const mg_tuning *b) {
    const mg_study *x = mg_tuning_study(a), *y = mg_tuning_study(b);
    assert_int_equal(mg_study_trials(x), mg_study_trials(y));
    for (int64_t i = 0; i < mg_study_trials(x); i++) {
        mg_trial p = mg_study_trial(x, i), q = mg_study_trial(y, i);
        assert_int_equal(p.state, q.state);
        assert_true(p.point[0] == q.point[0]);
        assert_true(p.value == q.value || (isnan(p.value) && isnan(q.value)));
        assert_int_equal(p.steps, q.steps);
        for (int64_t s = 0; s < p.steps; s++) assert_true(p.step_value[s] == q.step_value[s]);
    }
    const mg_tune_result *r = mg_tuning_result(a), *s = mg_tuning_result(b);
    assert_int_equal(r->best.number, s->best.number);
    assert_true(r->best.again == s->best.again);
    assert_true(r->optimism == s->optimism);
}

static void any_number_of_workers_finds_the_same(void **state) {
    (void)state;
    static const char *const pruners[] = { "none", "median" };
    for (int i = 0; i < 2; i++) {
        const mg_train_options train = quick();
        mg_tune_options options = few(20);
        options.pruner = pruners[i];
        options.workers = 1;
        mg_tuning *one = tune(numbers, "lr=log:1e-5..1e-1", &train, &options);
        options.workers = 4;
        mg_tuning *four = tune(numbers, "lr=log:1e-5..1e-1", &train, &options);
        assert_same_trials(one, four);
        assert_true((mg_tuning_result(one)->pruned > 0) == (i == 1));
        mg_tuning_destroy(one);
        mg_tuning_destroy(four);
    }
}

static void workers_beyond_the_batch_are_told_of(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_tune_options options = few(2);
    options.workers = 3;
    options.batch = 2;
    mg_tuning *t = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
    assert_int_equal(mg_tuning_result(t)->warning_count, 1);
    assert_non_null(strstr(mg_tuning_result(t)->warnings[0], "3 workers"));
    mg_tuning_destroy(t);
}

/* --- when it ends ------------------------------------------------------------------------------------- */

/* The first whole batch after which no more was asked. */
static void it_ends_with_the_batch_that_reaches_the_target_or_is_no_better(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_tune_options options = few(40);
    options.batch = 3;
    mg_tuning *all = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    const mg_study *study = mg_tuning_study(all);
    double best = -INFINITY;
    for (int64_t i = 0; i < 7; i++) best = fmax(best, mg_study_trial(study, i).value);
    int64_t first = 0, since = 0, last = -1;
    while (mg_study_trial(study, first).value < best) first++;
    options.target = best;
    mg_tuning *t = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    assert_int_equal(mg_tuning_result(t)->stopped, MG_TUNE_STOP_TARGET);
    assert_int_equal(mg_tuning_result(t)->trials, first / 3 * 3 + 3);
    mg_tuning_destroy(t);

    best = -INFINITY;
    for (int64_t i = 0; i < 40 && last < 0; i++) {
        double value = mg_study_trial(study, i).value;
        since = value > best ? 0 : since + 1;
        best = fmax(best, value);
        if (since >= 5 && i % 3 == 2) last = i;
    }
    assert_true(last > 0);
    options.target = NAN;
    options.patience = 5;
    t = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    assert_int_equal(mg_tuning_result(t)->stopped, MG_TUNE_STOP_PATIENCE);
    assert_int_equal(mg_tuning_result(t)->trials, last + 1);
    mg_tuning_destroy(t);
    mg_tuning_destroy(all);
}

static void a_grid_is_exhausted(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_tune_options options = few(40);
    options.sampler = "grid";
    mg_tuning *t = tune(numbers, "lr=1e-3|1e-2|1e-1", &train, &options);
    assert_int_equal(mg_tuning_result(t)->stopped, MG_TUNE_STOP_EXHAUSTED);
    assert_int_equal(mg_tuning_result(t)->trials, 3);
    mg_tuning_destroy(t);
}

static void the_time_holds_the_end_included(void **state) {
    (void)state;
    mg_train_options train = quick();
    mg_tune_options options = few(MG_AUTO);
    train.model = "dense(16) relu";
    options.time = 1.5;
    mg_tuning *t = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    assert_int_equal(r->stopped, MG_TUNE_STOP_TIME);
    assert_true(r->trials > 0 && r->failed == 0);
    assert_non_null(mg_tuning_model(t));
    assert_true(r->seconds < options.time + 1);
    mg_tuning_destroy(t);
}

static void no_trial_in_the_time_is_a_failure_with_its_cure(void **state) {
    (void)state;
    mg_train_options train = quick();
    mg_tune_options options = few(4);
    mg_space *space = space_of("lr=log:1e-4..1e-1");
    train.model = "2*[dense(1024) relu]";
    train.epochs = 100000;
    options.time = 0.4;
    refused(numbers, space, &train, &options, MG_INVALID, "give more time");
    mg_space_destroy(space);
}

static bool two_trials(void *user, const mg_tune_progress *now) {
    int64_t *told = user;
    *told += now->told != NULL;
    return *told < 2;
}

static void an_interrupted_search_tells_the_best_so_far_and_goes_on_later(void **state) {
    (void)state;
    char path[] = "/tmp/mg_tune_XXXXXX";
    int64_t told = 0;
    const mg_train_options train = quick();
    mg_tune_options options = few(10);
    assert_true(close(mkstemp(path)) == 0);
    unlink(path);
    options.study = path;
    options.callback = two_trials;
    options.user = &told;
    mg_tuning *t = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    assert_int_equal(r->stopped, MG_TUNE_STOP_INTERRUPTED);
    assert_true(r->trials >= 2 && r->trials < 10);
    assert_true(r->best.number >= 0 && isnan(r->optimism));
    assert_null(mg_tuning_model(t));
    mg_tuning_destroy(t);

    options.callback = NULL;
    t = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    options.study = NULL;
    mg_tuning *memory = tune(numbers, "lr=log:1e-4..1e-1", &train, &options);
    assert_int_equal(mg_tuning_result(t)->trials, 10);
    assert_true(mg_tuning_result(t)->best.value == mg_tuning_result(memory)->best.value);
    assert_true(mg_tuning_result(t)->best.again == mg_tuning_result(memory)->best.again);
    mg_tuning_destroy(memory);
    mg_tuning_destroy(t);
    unlink(path);
}

/* --- honest ends -------------------------------------------------------------------------------------- */

static void the_winner_has_the_best_mean_and_the_optimism_is_what_the_search_adds(void **state) {
    (void)state;
    const mg_train_options train = quick();
    const mg_tune_options options = few(12);
    mg_tuning *t = tune(classes, "lr=log:1e-4..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    double best = -INFINITY;
    assert_int_equal(r->leaders, MG_LEADERS);
    for (int i = 0; i < r->leaders; i++) {
        assert_int_equal(r->leader[i].runs, MG_AGAIN);
        assert_true(i == 0 || r->leader[i].value <= r->leader[i - 1].value);
        best = fmax(best, (r->leader[i].value + MG_AGAIN * r->leader[i].again) / (1 + MG_AGAIN));
    }
    assert_true(fabs((r->best.value + MG_AGAIN * r->best.again) / (1 + MG_AGAIN) - best) < 1e-12);
    assert_true(r->optimism == r->best.value - r->best.again);
    mg_tuning_destroy(t);
}

/* The made-up numbers with other ones in the rows that the search must not see. */
static mg_dataset *with_other_test_rows(const mg_train_options *train) {
    mg__frozen_folds folds;
    double x[MADE_ROWS][2], y[MADE_ROWS];
    assert_int_equal(mg__frozen_folds_make(ctx, numbers, train, 2, 1, true, &folds), MG_OK);
    assert_int_equal(folds.rows, MADE_ROWS * 4 / 5);
    for (int64_t i = 0, at = 0; i < MADE_ROWS; i++) {
        bool seen = at < folds.rows && folds.row[at] == i;
        at += seen;
        x[i][0] = mg_dataset_number(numbers, i, 0) * (seen ? 1 : -50);
        x[i][1] = mg_dataset_number(numbers, i, 1) * (seen ? 1 : 70);
        y[i] = mg_dataset_number(numbers, i, 2) * (seen ? 1 : 1000);
    }
    mg__frozen_folds_free(&folds);
    mg_tensor features = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ MADE_ROWS, 2 }, x);
    mg_tensor target = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ MADE_ROWS }, y);
    return mg_dataset_create(ctx, &features, &target, NULL);
}

static void search_and_new_runs_see_nothing_of_the_test_rows(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_dataset *other = with_other_test_rows(&train);
    for (int64_t folds = 0; folds <= 3; folds += 3) {
        mg_tune_options options = few(6);
        options.folds = folds;
        mg_tuning *a = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
        mg_tuning *b = tune(other, "lr=log:1e-3..1e-1", &train, &options);
        assert_same_trials(a, b);
        assert_true(mg_model_result(mg_tuning_model(a))->test.r2 != mg_model_result(mg_tuning_model(b))->test.r2);
        mg_tuning_destroy(a);
        mg_tuning_destroy(b);
    }
    mg_dataset_destroy(other);
}

static void nested_searches_are_scored_on_the_rows_that_they_did_not_see(void **state) {
    (void)state;
    const mg_train_options train = quick();
    mg_tune_options options = few(4);
    options.outer_folds = 3;
    mg_tuning *t = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    double sum = 0;
    assert_int_equal(r->nested_folds, 3);
    for (int i = 0; i < 3; i++) sum += r->nested[i];
    assert_true(fabs(r->nested_mean - sum / 3) < 1e-12);
    assert_true(r->nested_deviation > 0);
    assert_int_equal(r->trials, 4);
    options.outer_folds = 0;
    mg_tuning *plain = tune(numbers, "lr=log:1e-3..1e-1", &train, &options);
    assert_same_trials(t, plain);
    mg_tuning_destroy(plain);
    mg_tuning_destroy(t);
}

/* --- failures ----------------------------------------------------------------------------------------- */

static void a_trial_that_diverges_fails_and_the_search_goes_on(void **state) {
    (void)state;
    mg_train_options train = quick();
    train.model = "3*[dense(16) relu]";
    train.optimizer = "gd";
    train.epochs = 8;
    const mg_tune_options options = few(12);
    mg_tuning *t = tune(numbers, "lr=log:1e-3..1000", &train, &options);
    const mg_tune_result *r = mg_tuning_result(t);
    assert_true(r->failed > 0 && r->failed < 12);
    for (int64_t i = 0; i < 12; i++) {
        mg_trial trial = mg_study_trial(mg_tuning_study(t), i);
        if (trial.state == MG_TRIAL_FAILED) assert_non_null(strstr(trial.reason, "diverged"));
    }
    mg_tuning_destroy(t);
    mg_space *space = space_of("lr=500..1000");
    refused(numbers, space, &train, &options, MG_INVALID, "every trial failed, most often (12 of 12) because: diverged");
    mg_space_destroy(space);
}

static void what_is_wrong_is_told_before_the_first_trial(void **state) {
    (void)state;
    mg_space *space = space_of("lr=log:1e-3..1e-1"), *empty = mg_space_create(ctx);
    mg_train_options train = quick();
    mg_tune_options options = few(4);
    options.sampler = "magic";
    refused(numbers, space, &train, &options, MG_SETTING, "tpe");
    options = few(4);
    options.pruner = "wilcoxon";
    refused(numbers, space, &train, &options, MG_SETTING, "folds");
    options = few(4);
    options.sampler = "grid";
    refused(numbers, space, &train, &options, MG_SETTING, "count");
    options = few(4);
    options.direction = "minimize";
    refused(numbers, space, &train, &options, MG_SETTING, "more of r2 is better");
    options = few(4);
    refused(numbers, empty, &train, &options, MG_SETTING, "nothing to search");
    train.metric = "accuracy";
    refused(numbers, space, &train, &options, MG_SETTING, "accuracy");
    train = quick();
    train.val_fraction = 0;
    refused(numbers, space, &train, &options, MG_SETTING, "no validation rows");
    train = quick();
    train.target = "nowhere";
    refused(numbers, space, &train, &options, MG_SETTING, "nowhere");
    mg_space_destroy(space);
    mg_space_destroy(empty);
}

static void a_study_of_other_data_is_not_gone_on_with(void **state) {
    (void)state;
    char path[] = "/tmp/mg_tune_XXXXXX";
    const mg_train_options train = quick();
    mg_tune_options options = few(2);
    assert_true(close(mkstemp(path)) == 0);
    unlink(path);
    options.study = path;
    mg_space *space = space_of("lr=log:1e-3..1e-1");
    mg_tuning_destroy(tune(numbers, "lr=log:1e-3..1e-1", &train, &options));
    mg_dataset *other = with_other_test_rows(&train);
    refused(other, space, &train, &options, MG_FILE, "measures");
    mg_dataset_destroy(other);
    mg_space_destroy(space);
    unlink(path);
}

/* --- programs ----------------------------------------------------------------------------------------- */

static void a_program_is_minimised_unless_told(void **state) {
    (void)state;
    static const char *const directions[] = { "auto", "maximize" };
    for (int i = 0; i < 2; i++) {
        mg_space *space = mg_space_create(ctx);
        mg_tune_options options = few(9);
        options.direction = directions[i];
        assert_int_equal(mg_space_add_free(space, "x=int:0..8"), MG_OK);
        mg_tuning *t = mg_tune_command(ctx, "echo; echo $(( {x} * {x} ))", space, &options);
        if (!t) fail_msg("%s", mg_context_message(ctx));
        assert_true(mg_tuning_result(t)->best.value == (i ? 64 : 0));
        assert_string_equal(mg_tuning_result(t)->command, i ? "echo; echo $(( 8 * 8 ))" : "echo; echo $(( 0 * 0 ))");
        assert_null(mg_tuning_model(t));
        mg_tuning_destroy(t);
        mg_space_destroy(space);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_told_settings_give_the_told_scores),
        cmocka_unit_test(trials_train_one_network_and_the_last_training_as_many_as_usual),
        cmocka_unit_test(with_folds_the_value_is_the_mean_over_them),
        cmocka_unit_test(a_metric_of_which_less_is_better_is_minimised),
        cmocka_unit_test(any_number_of_workers_finds_the_same),
        cmocka_unit_test(workers_beyond_the_batch_are_told_of),
        cmocka_unit_test(it_ends_with_the_batch_that_reaches_the_target_or_is_no_better),
        cmocka_unit_test(a_grid_is_exhausted),
        cmocka_unit_test(the_time_holds_the_end_included),
        cmocka_unit_test(no_trial_in_the_time_is_a_failure_with_its_cure),
        cmocka_unit_test(an_interrupted_search_tells_the_best_so_far_and_goes_on_later),
        cmocka_unit_test(the_winner_has_the_best_mean_and_the_optimism_is_what_the_search_adds),
        cmocka_unit_test(search_and_new_runs_see_nothing_of_the_test_rows),
        cmocka_unit_test(nested_searches_are_scored_on_the_rows_that_they_did_not_see),
        cmocka_unit_test(a_trial_that_diverges_fails_and_the_search_goes_on),
        cmocka_unit_test(what_is_wrong_is_told_before_the_first_trial),
        cmocka_unit_test(a_study_of_other_data_is_not_gone_on_with),
        cmocka_unit_test(a_program_is_minimised_unless_told),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
