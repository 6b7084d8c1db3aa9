#define _DEFAULT_SOURCE
/* Allocations of cross-validating, comparing and drawing a curve fail once each: a message, no leak. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"
#include "train/train_support.h"

#include <micrograd/report.h>

/* As failing_allocator_exhaust, but of the many allocations of trainings, which have tests of their own, every 29th; another
 * one in each `round`. */
static void exhaust_some(failing_allocator_attempt *attempt, const void *user, size_t round) {
    size_t failures = 0;
    for (size_t nth = 1 + 5 * round % 29;; nth += 29) {
        failing_allocator memory = { .fail_at = nth };
        mg_context *context = failing_allocator_context(&memory);
        bool done = context && attempt(context, (void *)user), failed = memory.failures > 0;
        if (context && !done && mg_context_status(context) != MG_OUT_OF_MEMORY)
            fail_msg("allocation %zu failed, but the message is: %s", nth, mg_context_message(context));
        if (!failed) assert_true(done);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
        assert_int_equal(memory.mistakes, 0);
        if (!failed) break;
        failures++;
    }
    assert_true(failures > 20);
}

static mg_train_options brief(const char *model) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.model = model;
    options.epochs = 1;
    options.batch = 60;
    return options;
}

static mg_cross_validation_options two_folds(void) {
    mg_cross_validation_options how = mg_cross_validation_defaults();
    how.folds = 2;
    how.workers = 1;
    return how;
}

static bool compare(mg_context *context, void *user) {
    const bool *classes = user;
    mg_dataset *dataset = train_made(context, *classes);
    mg_cross_validation_options how = two_folds();
    mg_candidate candidates[] = { { .options = brief(""), .share = 1 }, { .options = brief("dense(2)"), .share = 0.5 } };
    mg_cross_validation *cv = dataset ? mg_cross_validate_all(context, dataset, candidates, 2, &how) : NULL;
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(dataset);
    return cv != NULL;
}

static void cross_validating(void **state) {
    (void)state;
    bool classes[] = { true, false };
    exhaust_some(compare, &classes[0], 1);
    exhaust_some(compare, &classes[1], 2);
}

static bool draw(mg_context *context, void *user) {
    mg_dataset *dataset = train_made(context, true);
    mg_cross_validation_options how = two_folds();
    mg_train_options options = brief("");
    mg_curve *curve = dataset ? mg_curve_make(context, dataset, &options, user, &how) : NULL;
    bool done =
        curve && mg_curve_write(curve, test_path("c.svg")) == MG_OK && mg_curve_write(curve, test_path("c.html")) == MG_OK;
    mg_curve_destroy(curve);
    mg_dataset_destroy(dataset);
    return done;
}

static void drawing_a_curve(void **state) {
    (void)state;
    exhaust_some(draw, "l2=0..1/2", 3);
    exhaust_some(draw, "scale=none|robust", 4);
}

static bool take_splits(mg_context *context, void *user) {
    mg_dataset *dataset = train_made(context, true);
    mg_cross_validation_options how = two_folds();
    mg_train_options options = brief("");
    options.split = user;
    how.answers = false;
    mg_cross_validation *cv = dataset ? mg_cross_validate(context, dataset, &options, &how) : NULL;
    mg_cross_validation_destroy(cv);
    mg_dataset_destroy(dataset);
    return cv != NULL;
}

static void dealing_by_a_column(void **state) {
    (void)state;
    exhaust_some(take_splits, "time:x0", 5);
    exhaust_some(take_splits, "group:x0", 6);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cross_validating),
        cmocka_unit_test(drawing_a_curve),
        cmocka_unit_test(dealing_by_a_column),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
