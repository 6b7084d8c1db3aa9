/* Work beside the caller. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include "base/ahead.h"

typedef struct counter {
    int jobs; /* written by the thread, read after waiting */
} counter;

static void count(void *user) { ((counter *)user)->jobs++; }

static void each_start_is_one_job_and_waiting_sees_it(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    counter c = { 0 };
    mg__ahead *ahead = mg__ahead_create(ctx, count, &c);
    for (int i = 1; ahead && i <= 200; i++) {
        mg__ahead_start(ahead);
        mg__ahead_wait(ahead);
        assert_int_equal(c.jobs, i);
    }
    for (int i = 0; ahead && i < 100; i++) mg__ahead_start(ahead); /* without waiting for each */
    mg__ahead_wait(ahead);
    assert_int_equal(c.jobs, ahead ? 300 : 0);
    if (ahead) mg__ahead_start(ahead);
    mg__ahead_destroy(ahead); /* waits for it */
    assert_int_equal(c.jobs, ahead ? 301 : 0);
    mg_context_destroy(ctx);
}

static void one_that_was_never_started_ends(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg__ahead *ahead = mg__ahead_create(ctx, count, &(counter){ 0 });
    mg__ahead_wait(ahead);
    mg__ahead_destroy(ahead);
    mg__ahead_wait(NULL);
    mg__ahead_destroy(NULL);
    mg_context_destroy(ctx);
}

static void without_memory_there_is_none_and_no_message(void **state) {
    (void)state;
    failing_allocator memory = { .fail_at = 2, .fail_after = true };
    mg_context *ctx = failing_allocator_context(&memory);
    assert_null(mg__ahead_create(ctx, count, &(counter){ 0 }));
    assert_int_equal(mg_context_status(ctx), MG_OK);
    mg_context_destroy(ctx);
    assert_int_equal(memory.blocks, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_start_is_one_job_and_waiting_sees_it),
        cmocka_unit_test(one_that_was_never_started_ends),
        cmocka_unit_test(without_memory_there_is_none_and_no_message),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
