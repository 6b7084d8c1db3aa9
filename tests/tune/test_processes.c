/* Eight processes at one study, of which one after the other is killed. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tune/study_support.h"

#include <signal.h>
#include <sys/wait.h>

enum { PROCESSES = 8, TRIALS = 96, KILLS = 24, BATCH = 8 };

static double slow_function(const mg_trial *trial, void *user) {
    usleep((useconds_t)(5000 + 5000 * (trial->number * 7 % 5)));
    return study_function(trial, user);
}

static pid_t start_worker(const mg_study_options *options) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    mg_context *context = sampler_context();
    mg_study *study = open_study(context, options);
    const mg_status status = mg_study_minimise(study, slow_function, NULL, TRIALS);
    if (status != MG_OK) fprintf(stderr, "worker: %s\n", mg_context_message(context));
    mg_study_close(study);
    mg_context_destroy(context);
    _exit(status == MG_OK ? 0 : 1);
}

static void processes_that_are_killed_leave_the_same_study(void **state) {
    (void)state;
    const mg__stream stream = { 11, 0, 0 };
    mg_study_options options = study_options(test_path("killed.log"));
    options.batch = BATCH;
    pid_t worker[PROCESSES];
    for (int i = 0; i < PROCESSES; i++) worker[i] = start_worker(&options);
    for (uint64_t i = 0; i < KILLS; i++) {
        usleep((useconds_t)(4000 + 12000 * mg__random_uniform(&stream, i, 0)));
        const uint64_t victim = mg__random_below(&stream, i, PROCESSES);
        assert_int_equal(kill(worker[victim], SIGKILL), 0);
        assert_int_equal(waitpid(worker[victim], NULL, 0), worker[victim]);
        worker[victim] = start_worker(&options);
    }
    for (int i = 0; i < PROCESSES; i++) {
        int status;
        assert_int_equal(waitpid(worker[i], &status, 0), worker[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }

    mg_context *context = sampler_context();
    mg_study *study = open_study(context, &options);
    mg_study_options alone = study_options(NULL);
    alone.batch = BATCH;
    mg_study *one = open_study(context, &alone);
    assert_int_equal(mg_study_minimise(one, study_function, NULL, TRIALS), MG_OK);
    int64_t interrupted = 0;
    for (int64_t i = 0; i < mg_study_trials(study); i++) {
        const mg_trial t = mg_study_trial(study, i);
        assert_true(t.state == MG_TRIAL_COMPLETE || t.state == MG_TRIAL_FAILED);
        interrupted += t.state == MG_TRIAL_FAILED;
    }
    assert_true(interrupted > 0 && interrupted <= KILLS);
    assert_int_equal(mg_study_finished(study), TRIALS);
    assert_int_equal(mg_study_trials(study), TRIALS + interrupted);
    const findings found = findings_of(study), wanted = findings_of(one);
    assert_int_equal(wanted.count, TRIALS);
    assert_same_findings(&found, &wanted);
    assert_int_equal(mg_study_best(study)->ordinal, mg_study_best(one)->ordinal);
    mg_study_close(study);
    mg_study_close(one);
    mg_context_destroy(context);
    test_folder_empty();
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(processes_that_are_killed_leave_the_same_study) };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
