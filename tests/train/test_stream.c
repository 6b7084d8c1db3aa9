/* A file that is read ahead while it is learned from. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <unistd.h>

#include "train_support.h"

enum { COLUMNS = 120, ROWS = 9000 };

static char path[64];

/* Three pieces; with batches of 200 rows a batch is worth a thread of its own. */
static int write_table(void **state) {
    (void)state;
    strcpy(path, "/tmp/mg_stream_XXXXXX");
    int descriptor = mkstemp(path);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    if (!file) return 1;
    for (int c = 0; c < COLUMNS; c++) fprintf(file, "c%d,", c);
    fputs("y\n", file);
    for (int r = 0; r < ROWS; r++) {
        double sum = 0;
        for (int c = 0; c < COLUMNS; c++) {
            double x = sin(1 + 12.9898 * r + 78.233 * c);
            sum += c < 5 ? x : 0;
            fprintf(file, "%.3f,", x);
        }
        fputs(sum > 0 ? "yes\n" : "no\n", file);
    }
    return fclose(file);
}

static int remove_table(void **state) {
    (void)state;
    return unlink(path);
}

static mg_train_options few_epochs(void) {
    mg_train_options options = mg_train_defaults();
    options.epochs = 2;
    options.batch = 200;
    options.members = 1;
    return options;
}

static uint64_t train(int threads, int64_t members, mg_train_callback *on_step, mg_stop stopped) {
    mg_context *context = train_context(threads);
    mg_train_options options = few_epochs();
    options.members = members;
    options.on_step = on_step;
    options.model = "dense(8) relu";
    mg_model *model = mg_model_create_for(context, path, NULL, &options);
    mg_result result = mg_train_file(model, path, NULL, &options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    assert_int_equal(result.stopped, stopped);
    assert_true(stopped != MG_STOP_EPOCHS || result.test.accuracy > 0.9);
    uint64_t weights = train_weights(model);
    mg_model_destroy(model);
    mg_context_destroy(context);
    return weights;
}

static void the_bits_do_not_depend_on_threads(void **state) {
    (void)state;
    for (int64_t members = 1; members <= 3; members += 2) {
        uint64_t first = train(1, members, NULL, MG_STOP_EPOCHS);
        for (int threads = 2; threads <= 3; threads++) assert_true(train(threads, members, NULL, MG_STOP_EPOCHS) == first);
    }
}

static bool third_step(void *user, const mg_progress *progress) {
    (void)user;
    return progress->step < 3;
}

/* The thread that reads the next epoch is not waited for. */
static void an_interrupted_stream_ends_at_once(void **state) {
    (void)state;
    assert_true(train(1, 1, third_step, MG_STOP_INTERRUPTED) == train(2, 1, third_step, MG_STOP_INTERRUPTED));
}

static bool cut_file(void *user, const mg_progress *progress) {
    (void)user;
    if (progress->epoch == 1 && progress->step == 1) assert_int_equal(truncate(path, 100000), 0);
    return true;
}

/* Last of all tests of the file: it is cut short. What the thread met is told in the caller's context. */
static void a_file_that_becomes_shorter_is_told(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_train_options options = few_epochs();
    options.on_step = cut_file;
    options.epochs = 5;
    mg_model *model = mg_model_create_for(context, path, NULL, &options);
    mg_result result = mg_train_file(model, path, NULL, &options);
    assert_true(result.status == MG_FILE || result.status == MG_FORMAT);
    assert_int_equal(mg_context_status(context), result.status);
    assert_non_null(strstr(mg_context_message(context), path));
    mg_model_destroy(model);
    mg_context_destroy(context);
}

static void a_file_that_is_not_there_is_told(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    assert_null(mg_model_create_for(context, "/nowhere/at.csv", NULL, NULL));
    assert_int_equal(mg_context_status(context), MG_FILE);
    assert_non_null(strstr(mg_context_message(context), "/nowhere/at.csv"));
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bits_do_not_depend_on_threads),
        cmocka_unit_test(an_interrupted_stream_ends_at_once),
        cmocka_unit_test(a_file_that_is_not_there_is_told),
        cmocka_unit_test(a_file_that_becomes_shorter_is_told),
    };
    return cmocka_run_group_tests(tests, write_table, remove_table);
}
