/* A file that is read ahead while it is learned from, without memory. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <unistd.h>

#include "support/failing_allocator.h"
#include "train_support.h"

enum { FEW = 300 };

/* In the reading thread as well as outside of it; where a thread alone fails, it goes on without. */
static bool train_small(mg_context *context, void *user) {
    mg_train_options options = mg_train_defaults();
    options.epochs = 1;
    options.members = 1;
    options.batch = 40;
    options.model = "dense(2) relu";
    options.test_fraction = 0;
    mg_model *model = mg_model_create_for(context, user, NULL, &options);
    bool done = model && mg_train_file(model, user, NULL, &options).status == MG_OK;
    mg_model_destroy(model);
    return done;
}

static void allocations_may_fail(void **state) {
    (void)state;
    char small[] = "/tmp/mg_small_XXXXXX";
    int descriptor = mkstemp(small);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "w") : NULL;
    assert_non_null(file);
    fputs("a,b,y\n", file);
    for (int r = 0; r < FEW; r++) fprintf(file, "%.3f,%.3f,%s\n", sin(r), cos(3.0 * r), r % 3 ? "yes" : "no");
    fclose(file);
    bool failed = true;
    for (size_t nth = 1; failed; nth += 23) { /* not each: the buffers are large */
        failing_allocator memory = { .fail_at = nth };
        mg_context *ctx = failing_allocator_context(&memory);
        bool done = ctx && train_small(ctx, small);
        failed = memory.failures > 0;
        assert_true(done || (failed && (!ctx || mg_context_status(ctx) == MG_OUT_OF_MEMORY)));
        mg_context_destroy(ctx);
        assert_int_equal(memory.blocks, 0);
    }
    unlink(small);
}

int main(void) {
    const struct CMUnitTest tests[] = { cmocka_unit_test(allocations_may_fail) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
