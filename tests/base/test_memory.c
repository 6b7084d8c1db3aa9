/* Memory, hashes and text of the base floor. */
#include "base/base.h"
#include "base/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static void sizes_that_overflow_are_refused(void **state) {
    (void)state;
    size_t result = 7;
    assert_true(mg__size_multiply(0, SIZE_MAX, &result));
    assert_int_equal(result, 0);
    assert_true(mg__size_multiply(SIZE_MAX, 1, &result));
    assert_true(result == SIZE_MAX);
    assert_true(mg__size_multiply((size_t)1 << 31, (size_t)1 << 32, &result));
    assert_false(mg__size_multiply((size_t)1 << 32, (size_t)1 << 32, &result));
    assert_false(mg__size_multiply(SIZE_MAX / 2 + 1, 2, &result));
    assert_true(mg__size_add(SIZE_MAX - 1, 1, &result));
    assert_false(mg__size_add(SIZE_MAX, 1, &result));
}

static void blocks_are_aligned_to_64_bytes(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    static const size_t sizes[] = { 0, 1, 63, 64, 65, 4096, 1 << 20, (1 << 20) + 1, 5 << 20, (2 << 20) - 64, (2 << 20) - 63 };
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char *block = mg__alloc(context, sizes[i]);
        assert_non_null(block);
        assert_int_equal((uintptr_t)block % 64, 0);
        memset(block, 0x5A, sizes[i]);
        mg__free(context, block);
    }
    mg__free(context, NULL);
    mg_context_destroy(context);
}

static void the_default_allocator_aligns_large_blocks_to_huge_pages(void **state) {
    (void)state;
    mg_allocator allocator = mg__system_allocator();
    unsigned char *large = allocator.allocate(allocator.user, (size_t)3 << 20, 64);
    assert_non_null(large);
#if defined(__linux__)
    assert_int_equal((uintptr_t)large % ((uintptr_t)2 << 20), 0);
#endif
    memset(large, 1, (size_t)3 << 20);
    allocator.release(allocator.user, large, (size_t)3 << 20);
    assert_null(allocator.allocate(allocator.user, SIZE_MAX - 4096, 64));
}

static void zeroed_blocks_are_zero(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *context = failing_allocator_context(&memory);
    unsigned char *block = mg__alloc_zero(context, 1000);
    uint32_t *array = mg__alloc_array(context, 250, sizeof *array);
    for (size_t i = 0; i < 1000; i++) assert_int_equal(block[i], 0);
    for (size_t i = 0; i < 250; i++) assert_int_equal(array[i], 0);
    mg__free(context, block);
    mg__free(context, array);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

static void realloc_keeps_contents_and_the_old_block_on_failure(void **state) {
    (void)state;
    failing_allocator memory = { .fail_at = 5 };
    mg_context *context = failing_allocator_context(&memory);
    char *text = mg__realloc(context, NULL, 6);
    strcpy(text, "hello");
    text = mg__realloc(context, text, 1000);
    assert_string_equal(text, "hello");
    text = mg__realloc(context, text, 3);
    assert_memory_equal(text, "hel", 3);
    assert_null(mg__realloc(context, text, 2000));
    assert_int_equal(mg_context_status(context), MG_OUT_OF_MEMORY);
    assert_memory_equal(text, "hel", 3);
    mg__free(context, text);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
    assert_int_equal(memory.mistakes, 0);
}

static void grow_keeps_elements_and_leaves_all_as_it_was_on_failure(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *context = failing_allocator_context(&memory);
    int *items = NULL;
    size_t capacity = 0;
    for (int i = 0; i < 1000; i++) {
        assert_true(mg__grow(context, &items, &capacity, (size_t)i + 1, sizeof *items));
        assert_true(capacity > (size_t)i);
        items[i] = i;
    }
    assert_true(memory.calls < 12); /* it doubles */
    for (int i = 0; i < 1000; i++) assert_int_equal(items[i], i);
    int *before = items;
    size_t held = capacity;
    memory.fail_at = memory.calls + 1;
    assert_false(mg__grow(context, &items, &capacity, 5000, sizeof *items));
    assert_ptr_equal(items, before);
    assert_int_equal(capacity, held);
    assert_false(mg__grow(context, &items, &capacity, SIZE_MAX / 2, sizeof *items));
    assert_ptr_equal(items, before);
    mg__free(context, items);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

static void sizes_beyond_memory_fail_with_a_message(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    assert_null(mg__alloc(context, SIZE_MAX));
    assert_int_equal(mg_context_status(context), MG_OUT_OF_MEMORY);
    assert_non_null(strstr(mg_context_message(context), "out of memory"));
    mg_context_clear(context);
    assert_null(mg__alloc_array(context, SIZE_MAX / 4, 8));
    assert_int_equal(mg_context_status(context), MG_OUT_OF_MEMORY);
    assert_null(mg__alloc(NULL, 8));
    mg_context_destroy(context);
}

static bool several_blocks(mg_context *context, void *user) {
    (void)user;
    char *copy = mg__strdup(context, "text"), *block = mg__alloc_zero(context, 100);
    size_t capacity = 0;
    double *items = NULL;
    bool done = copy && block && mg__grow(context, &items, &capacity, 10, sizeof *items) &&
                mg__grow(context, &items, &capacity, 100, sizeof *items);
    mg__free(context, items);
    mg__free(context, block);
    mg__free(context, copy);
    return done;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_int_equal(failing_allocator_exhaust(several_blocks, NULL), 5); /* the context's own and four more */
}

static void hashes_are_the_same_on_every_machine(void **state) {
    (void)state;
    /* Fixed for ever: streams of random numbers, and so every recorded result, depend on them. */
    assert_true(mg__hash_mix(0, 0) == UINT64_C(0x48218226FF3CD4BF));
    assert_true(mg__hash_text(0, "") == UINT64_C(0x48218226FF3CD4BF));
    assert_true(mg__hash_text(1, "hidden/weight") == UINT64_C(0x913F20071FAD6CA2));
}

static void hashes_differ_by_seed_length_order_and_any_bit(void **state) {
    (void)state;
    unsigned char bytes[24] = { 0 };
    assert_true(mg__hash_bytes(0, bytes, 3) != mg__hash_bytes(0, bytes, 4));
    assert_true(mg__hash_bytes(0, bytes, 8) != mg__hash_bytes(0, bytes, 16));
    assert_true(mg__hash_bytes(0, bytes, 8) != mg__hash_bytes(1, bytes, 8));
    assert_true(mg__hash_mix(1, 2) != mg__hash_mix(2, 1));
    assert_true(mg__hash_bytes(5, NULL, 0) == mg__hash_bytes(5, bytes, 0));
    for (size_t count = 1; count <= sizeof bytes; count++) {
        uint64_t plain = mg__hash_bytes(9, bytes, count);
        for (size_t bit = 0; bit < count * 8; bit++) {
            bytes[bit / 8] = (unsigned char)(1u << bit % 8);
            uint64_t difference = plain ^ mg__hash_bytes(9, bytes, count);
            bytes[bit / 8] = 0;
            int changed = 0;
            for (; difference; difference &= difference - 1) changed++;
            assert_in_range(changed, 10, 54); /* about 32 of 64 */
        }
    }
}

static void append_cuts_what_does_not_fit(void **state) {
    (void)state;
    char text[8] = "", beyond = 'x';
    size_t used = 0;
    mg__append(text, sizeof text, &used, "%d-", 42);
    assert_string_equal(text, "42-");
    assert_int_equal(used, 3);
    mg__append(text, sizeof text, &used, "%s", "abcdefgh");
    assert_string_equal(text, "42-abcd");
    assert_int_equal(used, 7);
    mg__append(text, sizeof text, &used, "more");
    assert_string_equal(text, "42-abcd");
    assert_int_equal(used, 7);
    used = 0;
    mg__append(&beyond, 0, &used, "y");
    assert_int_equal(beyond, 'x');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(blocks_are_aligned_to_64_bytes),
        cmocka_unit_test(the_default_allocator_aligns_large_blocks_to_huge_pages),
        cmocka_unit_test(zeroed_blocks_are_zero),
        cmocka_unit_test(realloc_keeps_contents_and_the_old_block_on_failure),
        cmocka_unit_test(grow_keeps_elements_and_leaves_all_as_it_was_on_failure),
        cmocka_unit_test(sizes_beyond_memory_fail_with_a_message),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(hashes_are_the_same_on_every_machine),
        cmocka_unit_test(hashes_differ_by_seed_length_order_and_any_bit),
        cmocka_unit_test(append_cuts_what_does_not_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
