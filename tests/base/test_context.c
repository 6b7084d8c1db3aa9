/* Contexts, status and messages. */
#include "base/base.h"
#include "base/threads.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static void defaults_are_one_thread_a_core_and_seed_0(void **state) {
    (void)state;
    mg_context_options options = mg_context_defaults();
    assert_int_equal(options.threads, MG_AUTO);
    assert_int_equal(options.seed, 0);
    assert_non_null(options.allocator.allocate);
    mg_context *context = mg_context_create(NULL);
    assert_in_range(mg_context_threads(context), 1, 256);
    assert_int_equal(mg_context_seed(context), 0);
    assert_int_equal(mg_context_status(context), MG_OK);
    assert_string_equal(mg_context_message(context), "");
    mg_context_destroy(context);
    mg_context_destroy(NULL);
}

static void options_are_kept(void **state) {
    (void)state;
    mg_context_options options = { .threads = 3, .seed = UINT64_MAX }; /* an empty allocator is the default one */
    mg_context *context = mg_context_create(&options);
    assert_int_equal(mg_context_threads(context), 3);
    assert_true(mg_context_seed(context) == UINT64_MAX);
    mg_context_destroy(context);
}

static void options_out_of_range_give_no_context(void **state) {
    (void)state;
    static const int threads[] = { 0, -2, 257 };
    for (size_t i = 0; i < 3; i++) {
        mg_context_options options = mg_context_defaults();
        options.threads = threads[i];
        assert_null(mg_context_create(&options));
    }
    mg_context_options options = mg_context_defaults();
    options.allocator.release = NULL;
    assert_null(mg_context_create(&options));
}

static void every_status_has_a_text(void **state) {
    (void)state;
    assert_string_equal(mg_status_text(MG_OK), "no error");
    assert_string_equal(mg_status_text(MG_OUT_OF_MEMORY), "out of memory");
    for (int status = MG_UNSUPPORTED; status <= MG_OK; status++)
        assert_string_not_equal(mg_status_text((mg_status)status), "unknown status");
    assert_string_equal(mg_status_text((mg_status)1), "unknown status");
    assert_string_equal(mg_status_text((mg_status)-99), "unknown status");
}

static void the_version_has_three_numbers(void **state) {
    (void)state;
    int dots = 0;
    for (const char *p = mg_version(); *p; p++) {
        if (*p == '.')
            dots++;
        else
            assert_in_range(*p, '0', '9');
    }
    assert_int_equal(dots, 2);
}

static void the_last_error_stays_until_cleared(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    assert_int_equal(mg__fail(context, MG_FILE, "file '%s': line %d", "a.csv", 7), MG_FILE);
    assert_int_equal(mg_context_status(context), MG_FILE);
    assert_string_equal(mg_context_message(context), "file 'a.csv': line 7");
    mg__fail(context, MG_FORMAT, "dataset: %s", mg_context_message(context)); /* its own message as an argument */
    assert_int_equal(mg_context_status(context), MG_FORMAT);
    assert_string_equal(mg_context_message(context), "dataset: file 'a.csv': line 7");
    mg_context_clear(context);
    assert_int_equal(mg_context_status(context), MG_OK);
    assert_string_equal(mg_context_message(context), "");
    mg_context_destroy(context);
}

static void a_long_message_is_cut(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg__fail(context, MG_INVALID, "%5000d", 1);
    assert_int_equal(strlen(mg_context_message(context)), MG__MESSAGE_BYTES - 1);
    mg_context_destroy(context);
}

static void no_context_is_an_error_without_a_crash(void **state) {
    (void)state;
    assert_int_equal(mg__fail(NULL, MG_SETTING, "lost"), MG_SETTING);
    assert_int_not_equal(mg_context_status(NULL), MG_OK);
    assert_non_null(mg_context_message(NULL));
    mg_context_clear(NULL);
    assert_int_equal(mg_context_threads(NULL), 1);
    assert_int_equal(mg_context_seed(NULL), 0);
}

static void all_memory_comes_from_the_hook(void **state) {
    (void)state;
    failing_allocator memory = { .fail_at = 1 };
    assert_null(failing_allocator_context(&memory));
    mg_context *context = failing_allocator_context(&memory);
    assert_non_null(context);
    assert_int_equal(memory.blocks, 1);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
    assert_int_equal(memory.mistakes, 0);
}

static void a_pool_is_made_at_the_first_call_and_destroyed_with_its_context(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context_options options = mg_context_defaults();
    options.allocator = failing_allocator_hook(&memory);
    options.threads = 2;
    mg_context *context = mg_context_create(&options);
    assert_int_equal(memory.blocks, 1);
    mg__pool *pool = mg__context_pool(context);
    assert_ptr_equal(mg__context_pool(context), pool);
    assert_int_equal(mg__pool_threads(pool), mg_context_threads(context));
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

static void without_a_pool_the_context_works_on_one_thread_and_reports_no_error(void **state) {
    (void)state;
    failing_allocator memory = { .fail_at = 2 };
    mg_context_options options = mg_context_defaults();
    options.allocator = failing_allocator_hook(&memory);
    options.threads = 2;
    mg_context *context = mg_context_create(&options);
    mg__fail(context, MG_FILE, "earlier");
    assert_null(mg__context_pool(context));
    assert_int_equal(mg_context_threads(context), 1);
    assert_int_equal(mg_context_status(context), MG_FILE);
    assert_string_equal(mg_context_message(context), "earlier");
    assert_null(mg__context_pool(context));
    assert_int_equal(memory.calls, 2);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_one_thread_a_core_and_seed_0),
        cmocka_unit_test(options_are_kept),
        cmocka_unit_test(options_out_of_range_give_no_context),
        cmocka_unit_test(every_status_has_a_text),
        cmocka_unit_test(the_version_has_three_numbers),
        cmocka_unit_test(the_last_error_stays_until_cleared),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(no_context_is_an_error_without_a_crash),
        cmocka_unit_test(all_memory_comes_from_the_hook),
        cmocka_unit_test(a_pool_is_made_at_the_first_call_and_destroyed_with_its_context),
        cmocka_unit_test(without_a_pool_the_context_works_on_one_thread_and_reports_no_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
