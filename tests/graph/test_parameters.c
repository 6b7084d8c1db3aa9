/* The store of parameters: declaring, layout, initialisers, slots, patterns. */
#include <micrograd/parameters.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

static int setup(void **state) {
    *state = mg_context_create(NULL);
    return *state ? 0 : -1;
}
static int teardown(void **state) {
    mg_context_destroy(*state);
    return 0;
}

static int add(mg_parameters *p, const char *name, mg_role role, int64_t rows, int64_t columns, mg_init init, double value) {
    return mg_parameters_add(p, name, role, 2, (int64_t[]){ rows, columns }, init, value);
}

static void entries_keep_their_index_and_lie_by_role_at_64_bytes(void **state) {
    for (mg_dtype dtype = MG_F32; dtype <= MG_F64; dtype++) {
        mg_parameters *p = mg_parameters_create(*state, dtype);
        int weight = add(p, "a.weight", MG_WEIGHT, 3, 5, MG_INIT_ones, 0),
            bias = mg_parameters_add(p, "a.bias", MG_BIAS, 1, (int64_t[]){ 5 }, MG_INIT_zeros, 0);
        int frozen = add(p, "f", MG_FROZEN, 2, 2, MG_INIT_ones, 0), second = add(p, "b.weight", MG_WEIGHT, 1, 1, MG_INIT_ones, 0);
        int mean = mg_parameters_add(p, "mean", MG_STATE, 1, (int64_t[]){ 3 }, MG_INIT_constant, 7);
        assert_int_equal(weight, 0);
        assert_int_equal(bias, 1);
        assert_int_equal(second, 3);
        assert_null(mg_parameters_value(p, weight).data);
        assert_int_equal(mg_parameters_freeze(p, 1), MG_OK);
        assert_true(mg_parameters_frozen(p));
        size_t per_line = 64 / mg_dtype_size(dtype);
        for (int i = 0; i < mg_parameters_count(p); i++) {
            assert_int_equal(mg_parameters_entry(p, i)->offset % per_line, 0);
            assert_int_equal((uintptr_t)mg_parameters_value(p, i).data % 64, 0);
        }
        assert_true(mg_parameters_entry(p, weight)->offset < mg_parameters_entry(p, second)->offset);
        assert_true(mg_parameters_entry(p, second)->offset < mg_parameters_entry(p, bias)->offset);
        assert_true(mg_parameters_entry(p, bias)->offset < mg_parameters_entry(p, frozen)->offset);
        mg_tensor value = mg_parameters_value(p, mean), flat = mg_parameters_flat(p), held = mg_parameters_state(p);
        assert_true(mg_tensor_get(&value, 2) == 7);
        assert_int_equal(flat.shape[0], dtype == MG_F32 ? 64 : 40);
        assert_int_equal(held.shape[0], (int64_t)per_line);
        assert_int_equal(mg_parameters_learned(p), 15 + 5 + 1);
        double sum = 0; /* the gaps are zero */
        for (int64_t i = 0; i < flat.shape[0]; i++) sum += mg_tensor_get(&flat, i);
        assert_true(sum == 15 + 1 + 4);
        mg_parameters_destroy(p);
    }
}

static void a_name_is_one_entry_and_another_shape_is_refused(void **state) {
    mg_parameters *p = mg_parameters_create(*state, MG_F32);
    assert_int_equal(add(p, "w", MG_WEIGHT, 32, 10, MG_INIT_auto, 0), 0);
    assert_int_equal(add(p, "w", MG_WEIGHT, 32, 10, MG_INIT_zeros, 0), 0);
    assert_int_equal(mg_parameters_count(p), 1);
    assert_int_equal(add(p, "w", MG_WEIGHT, 64, 10, MG_INIT_auto, 0), -1);
    assert_non_null(strstr(mg_context_message(*state), "'w' is [32, 10] and is wanted as [64, 10]"));
    assert_int_equal(add(p, "", MG_WEIGHT, 1, 1, MG_INIT_auto, 0), -1);
    assert_int_equal(add(p, "a b", MG_WEIGHT, 1, 1, MG_INIT_auto, 0), -1);
    assert_int_equal(add(p, "a*", MG_WEIGHT, 1, 1, MG_INIT_auto, 0), -1);
    assert_int_equal(add(p, "n", MG_WEIGHT, 0, 1, MG_INIT_auto, 0), -1);
    assert_int_equal(add(p, "n", MG_WEIGHT, INT64_MAX / 2, 4, MG_INIT_auto, 0), -1);
    assert_int_equal(mg_parameters_find(p, "w"), 0);
    assert_int_equal(mg_parameters_find(p, "v"), -1);
    assert_null(mg_parameters_entry(p, 1));
    mg_parameters_freeze(p, 0);
    assert_int_equal(add(p, "w", MG_WEIGHT, 32, 10, MG_INIT_auto, 0), 0);
    assert_int_equal(add(p, "late", MG_WEIGHT, 1, 1, MG_INIT_auto, 0), -1);
    assert_non_null(strstr(mg_context_message(*state), "laid out already"));
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

/* mean and deviation of an entry of 200 x 300 */
static void check_spread(mg_context *context, mg_init init, double value, double deviation, double bound) {
    mg_parameters *p = mg_parameters_create(context, MG_F64);
    add(p, "w", MG_WEIGHT, 200, 300, init, value);
    assert_int_equal(mg_parameters_freeze(p, 3), MG_OK);
    mg_tensor w = mg_parameters_value(p, 0);
    double sum = 0, squares = 0, largest = 0;
    for (int64_t i = 0; i < 60000; i++) {
        double x = mg_tensor_get(&w, i);
        sum += x;
        squares += x * x;
        largest = fmax(largest, fabs(x));
    }
    double mean = sum / 60000, spread = sqrt(squares / 60000 - mean * mean);
    assert_true(fabs(mean) < 4 * deviation / sqrt(60000.0));
    assert_true(fabs(spread - deviation) < 0.02 * deviation);
    if (bound > 0) assert_true(largest <= bound && largest > 0.999 * bound);
    mg_parameters_destroy(p);
}

static void initialisers_have_the_spread_of_their_formula(void **state) {
    double glorot = sqrt(6.0 / 500), he = sqrt(6.0 / 200), lecun = sqrt(3.0 / 200);
    check_spread(*state, MG_INIT_auto, 0, glorot / sqrt(3), glorot);
    check_spread(*state, MG_INIT_glorot_uniform, 0, glorot / sqrt(3), glorot);
    check_spread(*state, MG_INIT_glorot_normal, 0, sqrt(2.0 / 500), 0);
    check_spread(*state, MG_INIT_he_uniform, 0, he / sqrt(3), he);
    check_spread(*state, MG_INIT_he_normal, 0, sqrt(2.0 / 200), 0);
    check_spread(*state, MG_INIT_lecun_uniform, 0, lecun / sqrt(3), lecun);
    check_spread(*state, MG_INIT_lecun_normal, 0, sqrt(1.0 / 200), 0);
    check_spread(*state, MG_INIT_normal, 0.3, 0.3, 0);
    check_spread(*state, MG_INIT_uniform, 0.5, 0.5 / sqrt(3), 0.5);
}

static void orthogonal_rows_or_columns_are_orthonormal_times_the_gain(void **state) {
    int64_t shapes[][2] = { { 40, 40 }, { 60, 20 }, { 20, 60 }, { 1, 7 }, { 7, 1 } };
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) {
        int64_t rows = shapes[s][0], columns = shapes[s][1], few = rows < columns ? rows : columns,
                many = rows < columns ? columns : rows;
        mg_parameters *p = mg_parameters_create(*state, MG_F64);
        add(p, "w", MG_WEIGHT, rows, columns, MG_INIT_orthogonal, 2);
        assert_int_equal(mg_parameters_freeze(p, 5), MG_OK);
        mg_tensor w = mg_parameters_value(p, 0);
        for (int64_t i = 0; i < few; i++) {
            for (int64_t j = 0; j < few; j++) {
                double dot = 0;
                for (int64_t k = 0; k < many; k++)
                    dot += rows <= columns ? mg_tensor_get(&w, i * columns + k) * mg_tensor_get(&w, j * columns + k)
                                           : mg_tensor_get(&w, k * columns + i) * mg_tensor_get(&w, k * columns + j);
                assert_true(fabs(dot - (i == j ? 4 : 0)) < 1e-12);
            }
        }
        mg_parameters_destroy(p);
    }
}

static void numbers_depend_on_seed_and_name_alone(void **state) {
    double first[3];
    for (int round = 0; round < 3; round++) { /* alone; beside another; with another seed */
        mg_parameters *p = mg_parameters_create(*state, MG_F32);
        if (round == 1) add(p, "other", MG_WEIGHT, 9, 9, MG_INIT_normal, 1);
        int w = add(p, "w", MG_WEIGHT, 2, 3, MG_INIT_normal, 1);
        mg_parameters_freeze(p, round == 2 ? 8 : 7);
        mg_tensor value = mg_parameters_value(p, w);
        first[round] = mg_tensor_get(&value, 4);
        if (round == 1) {
            mg_tensor other = mg_parameters_value(p, 0);
            assert_true(mg_tensor_get(&other, 4) != first[0]);
        }
        mg_parameters_destroy(p);
    }
    assert_true(first[0] == first[1]);
    assert_true(first[0] != first[2]);
}

static void patterns_change_initialiser_role_and_learning_rate(void **state) {
    mg_parameters *p = mg_parameters_create(*state, MG_F32);
    add(p, "dense1.weight", MG_WEIGHT, 2, 2, MG_INIT_auto, 0);
    add(p, "dense12.weight", MG_WEIGHT, 2, 2, MG_INIT_auto, 0);
    add(p, "dense1.bias", MG_BIAS, 1, 2, MG_INIT_ones, 0);
    mg_parameters_add(p, "dense1.mean", MG_STATE, 0, NULL, MG_INIT_zeros, 0);
    assert_int_equal(mg_parameters_set_init(p, "*.weight", MG_INIT_constant, 4), 2);
    assert_int_equal(mg_parameters_set_init(p, "nothing*", MG_INIT_zeros, 0), 0);
    assert_int_equal(mg_parameters_scale_learning_rate(p, "dense1.*", 0.1), 3);
    assert_int_equal(mg_parameters_freeze_pattern(p, "dense?.*"), 2);
    assert_int_equal(mg_parameters_entry(p, 3)->role, MG_STATE);
    assert_int_equal(mg_parameters_entry(p, 0)->role, MG_FROZEN);
    assert_int_equal(mg_parameters_entry(p, 1)->role, MG_WEIGHT);
    assert_true(mg_parameters_entry(p, 0)->learning_rate_scale == 0.1);
    assert_true(mg_parameters_entry(p, 1)->learning_rate_scale == 1);
    assert_int_equal(mg_parameters_learned(p), 4);
    assert_int_equal(mg_parameters_scale_learning_rate(p, "*", -1), -1);
    mg_parameters_freeze(p, 0);
    mg_tensor w = mg_parameters_value(p, 1);
    assert_true(mg_tensor_get(&w, 3) == 4);
    assert_int_equal(mg_parameters_freeze_pattern(p, "*"), -1);
    assert_int_equal(mg_parameters_set_init(p, "*", MG_INIT_zeros, 0), -1);
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

static void slots_have_the_layout_of_the_flat_block(void **state) {
    mg_parameters *p = mg_parameters_create(*state, MG_F64);
    add(p, "w", MG_WEIGHT, 3, 3, MG_INIT_ones, 0);
    mg_tensor early = mg_parameters_slot(p, 1, 0.5);
    assert_null(early.data);
    assert_int_equal(mg_parameters_slots(p), 2);
    mg_parameters_freeze(p, 0);
    mg_tensor slot = mg_parameters_slot(p, 1, 9), flat = mg_parameters_flat(p), zero = mg_parameters_slot(p, 0, 0.25);
    assert_int_equal(slot.shape[0], flat.shape[0]);
    assert_true(mg_tensor_get(&slot, 8) == 0.5); /* the first wish counts */
    assert_true(mg_tensor_get(&zero, 8) == 0.25);
    mg_tensor late = mg_parameters_slot(p, 2, 3);
    assert_true(mg_tensor_get(&late, 0) == 3);
    assert_null(mg_parameters_slot(p, -1, 0).data);
    assert_null(mg_parameters_slot(p, 1000, 0).data);
    mg_parameters_destroy(p);
    mg_context_clear(*state);
}

static void copies_need_one_layout_and_move_the_version(void **state) {
    mg_parameters *a = mg_parameters_create(*state, MG_F32), *b = mg_parameters_create(*state, MG_F32),
                  *c = mg_parameters_create(*state, MG_F32);
    add(a, "w", MG_WEIGHT, 3, 3, MG_INIT_ones, 0);
    add(b, "w", MG_WEIGHT, 3, 3, MG_INIT_zeros, 0);
    add(c, "w", MG_WEIGHT, 3, 4, MG_INIT_zeros, 0);
    assert_int_equal(mg_parameters_copy(b, a), MG_INVALID);
    mg_parameters_freeze(a, 0);
    mg_parameters_freeze(b, 0);
    mg_parameters_freeze(c, 0);
    uint64_t version = mg_parameters_version(b);
    assert_int_equal(mg_parameters_copy(b, a), MG_OK);
    assert_true(mg_parameters_version(b) > version);
    mg_tensor value = mg_parameters_value(b, 0);
    assert_true(mg_tensor_get(&value, 8) == 1);
    assert_int_equal(mg_parameters_copy(c, a), MG_INVALID);
    mg_parameters_destroy(a);
    mg_parameters_destroy(b);
    mg_parameters_destroy(c);
    mg_context_clear(*state);
}

static void every_initialiser_has_a_name_and_a_formula(void **state) {
    (void)state;
    for (int i = 0; i < MG_INITS; i++) {
        mg_init found = MG_INITS;
        assert_true(mg_init_find(mg_init_name((mg_init)i), &found));
        assert_int_equal(found, i);
        assert_true(strlen(mg_init_text((mg_init)i)) > 0);
    }
    assert_false(mg_init_find("he", NULL));
}

static bool declare_and_freeze(mg_context *context, void *user) {
    (void)user;
    mg_parameters *p = mg_parameters_create(context, MG_F32);
    bool good = p && add(p, "w", MG_WEIGHT, 4, 4, MG_INIT_orthogonal, 0) == 0 &&
                mg_parameters_add(p, "s", MG_STATE, 0, NULL, MG_INIT_zeros, 0) == 1;
    if (good) {
        mg_parameters_slot(p, 0, 0);
        good = mg_parameters_freeze(p, 0) == MG_OK && mg_parameters_slot(p, 1, 0).data;
    }
    mg_parameters_destroy(p);
    return good;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(declare_and_freeze, NULL) >= 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(entries_keep_their_index_and_lie_by_role_at_64_bytes),
        cmocka_unit_test(a_name_is_one_entry_and_another_shape_is_refused),
        cmocka_unit_test(initialisers_have_the_spread_of_their_formula),
        cmocka_unit_test(orthogonal_rows_or_columns_are_orthonormal_times_the_gain),
        cmocka_unit_test(numbers_depend_on_seed_and_name_alone),
        cmocka_unit_test(patterns_change_initialiser_role_and_learning_rate),
        cmocka_unit_test(slots_have_the_layout_of_the_flat_block),
        cmocka_unit_test(copies_need_one_layout_and_move_the_version),
        cmocka_unit_test(every_initialiser_has_a_name_and_a_formula),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
