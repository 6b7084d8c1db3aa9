/* Tensors. */
#include <micrograd/tensor.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static void a_new_tensor_is_zero_aligned_and_knows_its_shape(void **state) {
    (void)state;
    failing_allocator memory = { 0 };
    mg_context *context = failing_allocator_context(&memory);
    mg_tensor *tensor = mg_tensor_create(context, MG_F32, 3, (int64_t[]){ 2, 3, 5 });
    assert_non_null(tensor);
    assert_int_equal(tensor->rank, 3);
    assert_int_equal(tensor->shape[2], 5);
    assert_ptr_equal(tensor->owner, context);
    assert_int_equal(mg_tensor_count(tensor), 30);
    assert_int_equal(mg_tensor_bytes(tensor), 120);
    assert_int_equal((uintptr_t)tensor->data % 64, 0);
    for (int64_t i = 0; i < 30; i++) assert_true(mg_tensor_get(tensor, i) == 0);
    mg_tensor_destroy(tensor);
    mg_tensor_destroy(NULL);
    mg_context_destroy(context);
    assert_int_equal(memory.blocks, 0);
}

static void scalars_and_empty_tensors_are_tensors(void **state) {
    (void)state;
    mg_context *context = mg_context_create(NULL);
    mg_tensor *scalar = mg_tensor_create(context, MG_F64, 0, NULL);
    assert_int_equal(mg_tensor_count(scalar), 1);
    mg_tensor_put(scalar, 0, 0.1);
    assert_true(mg_tensor_get(scalar, 0) == 0.1);
    mg_tensor *empty = mg_tensor_create(context, MG_I32, 2, (int64_t[]){ 0, 7 });
    assert_int_equal(mg_tensor_count(empty), 0);
    assert_int_equal(mg_tensor_bytes(empty), 0);
    mg_tensor_destroy(scalar);
    mg_tensor_destroy(empty);
    mg_context_destroy(context);
}

static void elements_convert_between_dtypes(void **state) {
    (void)state;
    float floats[2] = { 0 };
    int32_t ints[6] = { 0 };
    mg_tensor f = mg_tensor_borrow(MG_F32, 1, (int64_t[]){ 2 }, floats), i = mg_tensor_borrow(MG_I32, 1, (int64_t[]){ 6 }, ints);
    mg_tensor_put(&f, 1, 0.1);
    assert_true(floats[1] == 0.1f);
    assert_true(mg_tensor_get(&f, 1) == (double)0.1f);
    static const double values[6] = { -2.9, 2.9, 1e30, -INFINITY, NAN, 2147483647 };
    static const int32_t wanted[6] = { -2, 2, INT32_MAX, INT32_MIN, 0, INT32_MAX };
    for (int64_t k = 0; k < 6; k++) mg_tensor_put(&i, k, values[k]);
    assert_memory_equal(ints, wanted, sizeof wanted);
    assert_true(mg_tensor_get(&i, 0) == -2);
}

static void borrowed_memory_stays_the_callers(void **state) {
    (void)state;
    double data[6] = { 1, 2, 3, 4, 5, 6 };
    mg_tensor tensor = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 2, 3 }, data);
    assert_null(tensor.owner);
    assert_ptr_equal(tensor.data, data);
    assert_true(mg_tensor_get(&tensor, 5) == 6);
    mg_tensor_destroy(&tensor);
    assert_true(data[5] == 6);
    mg_tensor wrong = mg_tensor_borrow(MG_F64, 9, (int64_t[]){ 1, 1, 1, 1, 1, 1, 1, 1, 1 }, data);
    assert_int_equal(mg_tensor_count(&wrong), 0);
}

static void wrong_requests_fail_with_a_message(void **state) {
    (void)state;
    static const struct {
        mg_dtype dtype;
        int rank;
        int64_t shape[9];
        mg_status status;
        const char *message;
    } rows[] = {
        { MG_F32, 9, { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, MG_INVALID, "rank 9" },
        { MG_F32, -1, { 0 }, MG_INVALID, "rank -1" },
        { MG_F32, 2, { 3, -4 }, MG_INVALID, "dimension 1 is -4" },
        { MG_F32, 2, { INT64_MAX, INT64_MAX }, MG_INVALID, "exceeds the address space" },
        { MG_F64, 3, { (int64_t)1 << 31, (int64_t)1 << 31, 0 }, MG_INVALID, "exceeds the address space" },
        { MG_F64, 1, { (int64_t)1 << 60 }, MG_INVALID, "exceeds the address space" },
        { MG_BF16, 1, { 4 }, MG_UNSUPPORTED, "bf16" },
        { (mg_dtype)77, 1, { 4 }, MG_UNSUPPORTED, "unknown" },
    };
    mg_context *context = mg_context_create(NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        mg_context_clear(context);
        assert_null(mg_tensor_create(context, rows[i].dtype, rows[i].rank, rows[i].shape));
        assert_int_equal(mg_context_status(context), rows[i].status);
        assert_non_null(strstr(mg_context_message(context), rows[i].message));
    }
    mg_context_clear(context);
    assert_null(mg_tensor_create(context, MG_F32, 1, NULL));
    assert_int_equal(mg_context_status(context), MG_INVALID);
    assert_null(mg_tensor_create(NULL, MG_F32, 0, NULL));
    mg_context_destroy(context);
}

static bool create_one(mg_context *context, void *user) {
    (void)user;
    mg_tensor *tensor = mg_tensor_create(context, MG_F32, 1, (int64_t[]){ 100 });
    mg_tensor_destroy(tensor);
    return tensor != NULL;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_int_equal(failing_allocator_exhaust(create_one, NULL), 3);
}

static void dtypes_have_names_and_sizes(void **state) {
    (void)state;
    assert_string_equal(mg_dtype_name(MG_F32), "f32");
    assert_string_equal(mg_dtype_name(MG_F64), "f64");
    assert_string_equal(mg_dtype_name(MG_I32), "i32");
    assert_string_equal(mg_dtype_name((mg_dtype)77), "unknown");
    assert_int_equal(mg_dtype_size(MG_F32), 4);
    assert_int_equal(mg_dtype_size(MG_F64), 8);
    assert_int_equal(mg_dtype_size((mg_dtype)77), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_tensor_is_zero_aligned_and_knows_its_shape),
        cmocka_unit_test(scalars_and_empty_tensors_are_tensors),
        cmocka_unit_test(elements_convert_between_dtypes),
        cmocka_unit_test(borrowed_memory_stays_the_callers),
        cmocka_unit_test(wrong_requests_fail_with_a_message),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(dtypes_have_names_and_sizes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
