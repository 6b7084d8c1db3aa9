/* The file of a study: written by killed processes, by Optuna (tests/golden/make_journal.py), by nobody who should have. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tune/study_support.h"

#include "base/system.h"

#include <signal.h>
#include <sys/wait.h>

#define assert_message(context, word) \
    if (!strstr(mg_context_message(context), word)) fail_msg("'%s' does not say '%s'", mg_context_message(context), word)

enum { BYTES_MOST = 1 << 16 };

static size_t read_file(const char *path, char *out) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    const size_t length = fread(out, 1, BYTES_MOST, file);
    fclose(file);
    assert_true(length < BYTES_MOST);
    out[length] = '\0';
    return length;
}

static void append_text(const char *path, const char *text) {
    FILE *file = fopen(path, "ab");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

static double seconds_since(int64_t start) { return (double)(mg__clock() - start) * 1e-9; }

/* --- torn and damaged -------------------------------------------------------------------------------- */

static int count_finished(const char *text, size_t length) {
    int count = 0;
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\n') {
            size_t line = i;
            while (line > 0 && text[line - 1] != '\n') line--;
            count += strncmp(text + line, "{\"op_code\":6", 12) == 0;
        }
    return count;
}

/* Three finished trials and two that run. */
static size_t make_journal(const char *path, char *text) {
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(path);
    mg_study *study = open_study(context, &options);
    for (int i = 0; i < 3; i++) {
        const mg_trial trial = ask(study);
        assert_int_equal(mg_study_report(study, trial.number, 1, i, NULL), MG_OK);
        tell(study, &trial);
    }
    (void)ask(study);
    study->ready = false; /* closed without a word, as by a kill */
    mg_study_close(study);
    mg_context_destroy(context);
    return read_file(path, text);
}

static void a_journal_torn_at_any_byte_goes_on(void **state) {
    (void)state;
    static char whole[BYTES_MOST];
    const char *path = test_path("torn.log");
    const findings alone = search_alone(6);
    const size_t length = make_journal(path, whole);
    for (size_t cut = 0; cut <= length; cut++) {
        mg_context *context = sampler_context();
        remove(path); /* a file that is cut and written anew costs a turn of the disk */
        const mg_study_options options = study_options(test_write("torn.log", whole, cut));
        mg_study *study = open_study(context, &options);
        assert_int_equal(mg_study_finished(study), count_finished(whole, cut));
        if (cut % 101 == 0) {
            assert_int_equal(mg_study_minimise(study, study_function, NULL, 6), MG_OK);
            const findings found = findings_of(study);
            assert_same_findings(&found, &alone);
        }
        mg_study_close(study);
        mg_context_destroy(context);
    }
    test_folder_empty();
}

static void refused_as_it_is(const char *bytes, size_t length, mg_status status, const char *word) {
    static char after[BYTES_MOST];
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_write("bad.log", bytes, length));
    mg_space *space = study_space(context);
    assert_null(mg_study_open(context, space, &options));
    assert_int_equal(mg_context_status(context), status);
    assert_message(context, word);
    assert_message(context, "bad.log");
    assert_int_equal(read_file(options.path, after), length);
    assert_memory_equal(after, bytes, length);
    assert_int_equal(test_folder_count(), 1); /* no lock is left */
    mg_space_destroy(space);
    mg_context_destroy(context);
    test_folder_empty();
}

static void what_is_no_journal_is_refused_and_left_alone(void **state) {
    (void)state;
#define REFUSED(text, word) refused_as_it_is(text, sizeof text - 1, MG_FORMAT, word)
    REFUSED("SQLite format 3\0\x10\0\x01\x01", "SQLite");
    REFUSED("x,y\n1,2\n", "no Optuna journal");
    REFUSED("just a word", "no Optuna journal");
    REFUSED("{\"epochs\": 3}", "no Optuna journal");
    REFUSED("{\"epochs\": 3}\n", "line 1: there is no op_code");
    REFUSED("[1]\n", "no Optuna journal");
    REFUSED("{\"op_code\":0,\n", "line 1");
#undef REFUSED
}

static void a_damaged_line_is_refused_by_its_number(void **state) {
    (void)state;
    static char text[BYTES_MOST], damaged[BYTES_MOST];
    const char *path = test_path("whole.log");
    const size_t length = make_journal(path, text);
    test_folder_empty();
    for (int line = 1, at = 0; (size_t)at < length; line++) {
        const int next = (int)(strchr(text + at, '\n') - text) + 1;
        char word[32];
        memcpy(damaged, text, length + 1);
        damaged[at + (next - at) / 2] = '\x01';
        snprintf(word, sizeof word, "line %d", line);
        if ((size_t)next < length) refused_as_it_is(damaged, length, MG_FORMAT, word);
        at = next;
    }
    static const char *const wrong[] = {
        "{\"op_code\":11}\n",
        "{\"op_code\":-1}\n",
        "{\"op_code\":0,\"study_name\":\"b\"}\n",
        "{\"op_code\":4,\"study_id\":0,\"state\":9}\n",
        "{\"op_code\":5,\"trial_id\":3,\"param_name\":\"x\"}\n",
        "{\"op_code\":6,\"trial_id\":3}\n",
        "{\"op_code\":7,\"trial_id\":3,\"step\":0.5}\n",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char word[32];
        int lines = 1;
        for (size_t k = 0; k < length; k++) lines += text[k] == '\n';
        const int wanted = snprintf(damaged, sizeof damaged, "%s%s", text, wrong[i]);
        snprintf(word, sizeof word, "line %d", lines);
        refused_as_it_is(damaged, (size_t)wanted, MG_FORMAT, word);
    }
}

static void a_last_line_that_is_no_record_is_cut_off_when_we_write(void **state) {
    (void)state;
    static char text[BYTES_MOST];
    const char *path = test_path("last.log");
    make_journal(path, text);
    append_text(path, "{\"op_code\":6,\"trial_id\":3,\"sta#\n");
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(path);
    mg_study *study = open_study(context, &options);
    assert_int_equal(mg_context_status(context), MG_OK);
    assert_int_equal(mg_study_finished(study), 3);
    const mg_trial trial = ask(study);
    assert_int_equal(trial.ordinal, 3);
    tell(study, &trial);
    read_file(path, text);
    assert_null(strchr(text, '#'));
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static void what_does_not_concern_us_is_ignored(void **state) {
    (void)state;
    static char text[BYTES_MOST];
    const char *path = test_path("more.log");
    make_journal(path, text);
    append_text(path, "{\"op_code\":10,\"worker_id\":\"w\",\"anything\":[1]}\n"
                      "{\"op_code\":6,\"trial_id\":0,\"state\":1,\"values\":[-100],\"extra\":{}}\n" /* has ended */
                      "{\"op_code\":7,\"trial_id\":0,\"step\":9,\"intermediate_value\":1}\n"
                      "{\"op_code\":7,\"trial_id\":99,\"step\":9,\"intermediate_value\":1}\n" /* is not there */
                      "{\"op_code\":4,\"study_id\":7}\n"
                      "{\"op_code\":3,\"study_id\":0,\"system_attr\":{\"a\":1}}\n"
                      "{\"op_code\":9,\"trial_id\":3,\"system_attr\":{\"a\":1}}\n");
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(path);
    mg_study *study = open_study(context, &options);
    assert_int_equal(mg_study_trials(study), 4);
    assert_true(mg_study_best(study)->value > 0);
    assert_int_equal(mg_study_trial(study, 0).steps, 1);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

/* --- while it is open -------------------------------------------------------------------------------- */

static void asking_reads_only_what_was_appended(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("once.log"));
    mg_study *study = open_study(context, &options);
    FILE *file = fopen(options.path, "r+b");
    assert_non_null(file);
    fputs("rubbish", file); /* where it was read before */
    fclose(file);
    const mg_trial trial = ask(study);
    tell(study, &trial);
    append_text(options.path, "{\"op_code\":4,\"study_id\":0,\"worker_id\":\"w\",\"datetime_start\":null}\n{\"op_code\":5,\"tri");
    assert_int_equal(mg_study_refresh(study), MG_OK);
    assert_int_equal(mg_study_trials(study), 2);
    assert_int_equal(mg_study_trial(study, 1).ordinal, -1);
    (void)ask(study); /* cuts the torn line off */
    assert_int_equal(mg_study_trials(study), 3);
    assert_int_equal(truncate(options.path, 40), 0);
    assert_int_equal(mg_study_refresh(study), MG_FILE);
    assert_message(context, "became shorter");
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static void a_study_that_was_deleted_ends(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("deleted.log"));
    mg_study *study = open_study(context, &options);
    append_text(options.path, "{\"op_code\":1,\"worker_id\":\"w\",\"study_id\":0}\n");
    mg_trial trial;
    assert_int_equal(mg_study_ask(study, &trial), MG_ASKED_FAILED);
    assert_message(context, "was deleted");
    mg_study_close(study);
    study = open_study(context, &options); /* a new one in the same file */
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 3), MG_OK);
    mg_study_close(study);
    study = open_study(context, &options);
    assert_int_equal(mg_study_trials(study), 3);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

/* --- other processes --------------------------------------------------------------------------------- */

/* Runs `work` on a study of the file in a process of its own that then is gone at once, as by kill -9. */
static void in_a_process_that_dies(const char *path, void (*work)(mg_study *)) {
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        const mg_study_options options = study_options(path);
        work(open_study(sampler_context(), &options));
        kill(getpid(), SIGKILL);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void ask_two(mg_study *study) {
    (void)ask(study);
    (void)ask(study);
}

static void die_while_writing(mg_study *study) {
    if (mg__journal_lock(&study->journal) == MG_OK) (void)!write(study->journal.descriptor, "{\"op_code\":4,", 13);
}

static void what_a_dead_process_left_is_found_at_once(void **state) {
    (void)state;
    const char *path = test_path("dead.log");
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(path);
    mg_study *study = open_study(context, &options);
    const mg_trial first = ask(study);
    in_a_process_that_dies(path, ask_two);
    const int64_t start = mg__clock();
    const mg_trial second = ask(study), third = ask(study), fourth = ask(study);
    assert_int_equal(first.ordinal, 0);
    assert_int_equal(second.ordinal, 1);
    assert_int_equal(third.ordinal, 2);
    assert_int_equal(fourth.ordinal, 3);
    assert_true(mg_study_trial(study, 1).point[0] == second.point[0]);
    assert_string_equal(mg_study_trial(study, 1).reason, "interrupted");
    in_a_process_that_dies(path, die_while_writing);
    tell(study, &first);
    assert_true(seconds_since(start) < 10); /* Optuna's rule alone takes 30 s */
    assert_int_equal(mg_study_finished(study), 1);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

/* A file system without locks of bytes: then a name tells the process. */
static void the_dead_of_this_machine_are_found_without_locks(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("plain.log"));
    mg_study *study = open_study(context, &options);
    study->journal.ranges = false;
    const mg_trial first = ask(study);
    in_a_process_that_dies(options.path, ask_two);
    const mg_trial second = ask(study), third = ask(study);
    assert_int_equal(first.ordinal, 0);
    assert_int_equal(second.ordinal, 1);
    assert_int_equal(third.ordinal, 2);
    assert_true(mg__journal_alive(&study->journal, "micrograd-1-00000000-another-host")); /* nobody knows */
    assert_true(mg__journal_alive(&study->journal, "optuna's"));
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static void a_running_trial_of_a_living_process_is_left_alone(void **state) {
    (void)state;
    mg_context *context = sampler_context(), *other = sampler_context();
    const mg_study_options options = study_options(test_path("two.log"));
    mg_study *study = open_study(context, &options), *second = open_study(other, &options);
    mg_trial trial[4], none;
    for (int i = 0; i < 4; i++) {
        trial[i] = ask(i % 2 ? second : study);
        assert_int_equal(trial[i].ordinal, i);
    }
    assert_int_equal(mg_study_ask(study, &none), MG_ASKED_LATER);
    assert_int_equal(mg_study_tell(study, trial[1].number, MG_TRIAL_COMPLETE, 1, NULL), MG_INVALID);
    assert_message(context, "another process's");
    mg_study_close(second); /* its two are interrupted */
    assert_int_equal(ask(study).ordinal, 1);
    assert_int_equal(ask(study).ordinal, 3);
    mg_study_close(study);
    mg_context_destroy(context);
    mg_context_destroy(other);
    test_folder_empty();
}

static void the_lock_of_optuna_is_waited_for(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("waited.log"));
    mg_study *study = open_study(context, &options);
    char link[512];
    snprintf(link, sizeof link, "%s", test_path("waited.log.lock"));
    assert_int_equal(symlink(options.path, link), 0);
    const pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        usleep(300000);
        append_text(options.path, "{\"op_code\":2,\"worker_id\":\"w\",\"study_id\":0,\"user_attr\":{\"a\":1}}\n");
        unlink(link);
        _exit(0);
    }
    const mg_trial trial = ask(study);
    static char text[BYTES_MOST];
    read_file(options.path, text);
    const char *theirs = strstr(text, "\"a\":1"), *ours = strstr(text, "\"ordinal\":0");
    assert_true(theirs && ours && theirs < ours);
    tell(study, &trial);
    assert_int_equal(waitpid(child, NULL, 0), child);
    mg_study_close(study);
    assert_int_equal(test_folder_count(), 1);
    mg_context_destroy(context);
    test_folder_empty();
}

/* --- Optuna's ---------------------------------------------------------------------------------------- */

static const char *copy_of_optunas(void) {
    static char text[BYTES_MOST];
    return test_write("optuna.log", text, read_file(MG__SOURCE_DIR "/tests/golden/optuna.log", text));
}

static void a_study_of_optuna_is_read(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(copy_of_optunas());
    mg_study *study = open_study(context, &options);
    assert_int_equal(mg_study_trials(study), 12);
    assert_int_equal(mg_study_finished(study), 9); /* but for two that are not in the space, and one that runs */
    static const mg_trial_state states[] = { 1, 1, 2, 3, 3, 1, 1, 1, 1, 1, 1, 0 };
    for (int i = 0; i < 12; i++) assert_int_equal(mg_study_trial(study, i).state, states[i]);
    const mg_trial first = mg_study_trial(study, 0), infinite = mg_study_trial(study, 4), added = mg_study_trial(study, 7);
    assert_near(first.value, 0.8478725173288677, 0);
    assert_near(mg_trial_number(&first, "x"), 0.5021320282154438, 0);
    assert_near(mg_trial_number(&first, "n"), 6, 0);
    assert_string_equal(mg_trial_word(&first, "kind"), "b");
    assert_int_equal(first.steps, 1); /* NaN and infinity are not kept */
    assert_true(first.seconds > 0 && first.seconds < 10);
    assert_string_equal(infinite.reason, "its value is not finite");
    assert_true(added.steps == 2 && added.step[0] == 2 && added.step_value[0] == 5);
    const mg_trial words = mg_study_trial(study, 10);
    assert_string_equal(mg_trial_word(&words, "kind"), "b");
    assert_int_equal(mg_study_best(study)->number, 7);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

static void a_study_of_optuna_goes_on(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    mg_study_options options = study_options(copy_of_optunas());
    mg_study *study = open_study(context, &options);
    const mg_trial trial = ask(study);
    assert_int_equal(trial.ordinal, 0);
    assert_int_equal(trial.number, 12);
    assert_int_equal(study->known_count, 9);
    tell(study, &trial);
    assert_int_equal(mg_study_minimise(study, study_function, NULL, 15), MG_OK);
    assert_int_equal(mg_study_finished(study), 15);
    mg_study_close(study);
    options.seed = 1; /* it is ours now */
    mg_space *space = study_space(context);
    assert_null(mg_study_open(context, space, &options));
    assert_message(context, "seed 0");
    mg_space_destroy(space);
    mg_context_destroy(context);
    test_folder_empty();
}

/* One that ends while a batch is open is known to the next, whoever looks. */
static void a_trial_of_others_is_known_from_the_next_batch_on(void **state) {
    (void)state;
    mg_context *context = sampler_context();
    const mg_study_options options = study_options(test_path("joined.log"));
    mg_study *study = open_study(context, &options);
    const mg_trial first = ask(study);
    append_text(options.path,
                "{\"op_code\":4,\"worker_id\":\"w\",\"study_id\":0,\"datetime_start\":null,\"state\":1,\"value\":0.5,\"params\":"
                "{\"x\":1,\"n\":2},\"distributions\":{\"x\":\"{\\\"name\\\":\\\"FloatDistribution\\\"}\",\"n\":"
                "\"{\\\"name\\\":\\\"IntDistribution\\\"}\"}}\n");
    mg_trial rest[3];
    for (int i = 0; i < 3; i++) rest[i] = ask(study);
    assert_int_equal(study->known_count, 0);
    tell(study, &first);
    for (int i = 0; i < 3; i++) tell(study, &rest[i]);
    const mg_trial next = ask(study);
    assert_int_equal(study->known_count, 5);
    assert_int_equal(study->known[4]->ordinal, -1);
    tell(study, &next);
    mg_study_close(study);
    study = open_study(context, &options); /* read anew, it comes to the same */
    assert_int_equal(study->known_count, 5);
    assert_int_equal(study->known[4]->number, 1);
    assert_int_equal(mg_study_finished(study), 6);
    mg_study_close(study);
    mg_context_destroy(context);
    test_folder_empty();
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_torn_at_any_byte_goes_on),
        cmocka_unit_test(what_is_no_journal_is_refused_and_left_alone),
        cmocka_unit_test(a_damaged_line_is_refused_by_its_number),
        cmocka_unit_test(a_last_line_that_is_no_record_is_cut_off_when_we_write),
        cmocka_unit_test(what_does_not_concern_us_is_ignored),
        cmocka_unit_test(asking_reads_only_what_was_appended),
        cmocka_unit_test(a_study_that_was_deleted_ends),
        cmocka_unit_test(what_a_dead_process_left_is_found_at_once),
        cmocka_unit_test(the_dead_of_this_machine_are_found_without_locks),
        cmocka_unit_test(a_running_trial_of_a_living_process_is_left_alone),
        cmocka_unit_test(the_lock_of_optuna_is_waited_for),
        cmocka_unit_test(a_study_of_optuna_is_read),
        cmocka_unit_test(a_study_of_optuna_goes_on),
        cmocka_unit_test(a_trial_of_others_is_known_from_the_next_batch_on),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
