/* NumPy arrays: every type of number in either byte order and either order of axes, exactly; what is refused, and how. Archives
 * of them: test_npz.c. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "support/arrays.h"
#include "support/failing_allocator.h"
#include "support/files.h"

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static mg_dataset *read_npy(const array_bytes *a) {
    mg_dataset *d = array_read(mg__npy_read, "t.npy", a->at, a->length);
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    return d;
}

static void refused(const array_bytes *a, const char *words) {
    mg_dataset *d = array_read(mg__npy_read, "t.npy", a->at, a->length);
    if (d != NULL) fail_msg("read, where it should say '%s'", words);
    says(MG_FORMAT, words);
    assert_ptr_equal(strstr(mg_context_message(ctx), "t.npy: "), mg_context_message(ctx));
}

static void cell_is(const mg_dataset *d, int64_t row, int64_t column, double wanted) {
    double found = mg_dataset_number(d, row, column);
    bool same = isnan(wanted) ? isnan(found) : found == wanted && signbit(found) == signbit(wanted);
    if (!same) fail_msg("row %d, column %d: %.17g, wanted %.17g", (int)row, (int)column, found, wanted);
    assert_int_equal(mg_dataset_missing(d, row, column), isnan(wanted));
}

/* --- numbers ----------------------------------------------------------------------------------------- */

typedef struct type_case {
    const char *type;
    size_t size, count;
    uint64_t bits[8];
    double values[8];
} type_case;

static const type_case types[] = {
    { "b1", 1, 3, { 0, 1, 255 }, { 0, 1, 1 } },
    { "u1", 1, 3, { 0, 128, 255 }, { 0, 128, 255 } },
    { "u2", 2, 3, { 1, 0x8000, 0xffff }, { 1, 32768, 65535 } },
    { "u4", 4, 3, { 0x01020304, 0x80000000, 0xffffffff }, { 16909060, 2147483648.0, 4294967295.0 } },
    { "u8", 8, 4, { 7, 0x20000000000001, 0x8000000000000000, UINT64_MAX }, { 7, 0x1p53, 0x1p63, 0x1p64 } },
    { "i1", 1, 4, { 0, 127, 0x80, 0xff }, { 0, 127, -128, -1 } },
    { "i2", 2, 4, { 258, 0x7fff, 0x8000, 0xffff }, { 258, 32767, -32768, -1 } },
    { "i4", 4, 4, { 5, 0x7fffffff, 0x80000000, 0xfffffffe }, { 5, 2147483647, -2147483648.0, -2 } },
    { "i8", 8, 4, { 0x1fffffffffffff, 0x7fffffffffffffff, 0x8000000000000000, UINT64_MAX }, { 0x1p53 - 1, 0x1p63, -0x1p63, -1 } },
    { "f2",
      2,
      8,
      { 0x3c00, 0xc100, 0x0001, 0x03ff, 0x0400, 0x7bff, 0x8000, 0x3555 },
      { 1, -2.5, 0x1p-24, 0x3ffp-24, 0x1p-14, 65504, -0.0, 0x1.554p-2 } },
    { "f2", 2, 4, { 0x7c00, 0xfc00, 0x7e00, 0xfe01 }, { INFINITY, -INFINITY, NAN, NAN } },
    { "f4",
      4,
      6,
      { 0x3dcccccd, 0xbf800000, 1, 0x7f7fffff, 0xff800000, 0x7fc00000 },
      { (double)0.1f, -1, 0x1p-149, 0x1.fffffep127, -INFINITY, NAN } },
    { "f8",
      8,
      6,
      { 0x3fb999999999999a, 0xbff0000000000000, 1, 0x7fefffffffffffff, 0x7ff0000000000000, 0x7ff8000000000000 },
      { 0.1, -1, 0x1p-1074, 0x1.fffffffffffffp1023, INFINITY, NAN } },
};

static void numbers_of_every_type_are_exact(void **state) {
    (void)state;
    static const char orders[] = { '<', '>', '=', '|' };
    for (size_t t = 0; t < sizeof types / sizeof *types; t++)
        for (size_t o = 0; o < 4; o++) {
            const type_case *is = &types[t];
            char descr[8], shape[16];
            array_bytes a;
            snprintf(descr, sizeof descr, "%c%s", orders[o], is->type);
            snprintf(shape, sizeof shape, "(%zu,)", is->count);
            array_begin(&a, o == 3 ? is->type : descr, o == 2, shape);
            for (size_t i = 0; i < is->count; i++) array_number(&a, is->bits[i], is->size, orders[o] == '>');
            mg_dataset *d = read_npy(&a);
            assert_int_equal(mg_dataset_rows(d), is->count);
            assert_int_equal(mg_dataset_columns(d), 1);
            assert_string_equal(mg_dataset_column_name(d, 0), "x0");
            int64_t missing = 0;
            for (size_t i = 0; i < is->count; i++) {
                cell_is(d, (int64_t)i, 0, is->values[i]);
                missing += isnan(is->values[i]);
            }
            assert_int_equal(mg_dataset_column_missing(d, 0), missing);
            assert_int_equal(mg_dataset_column_type(d, 0), MG_COLUMN_NUMBER);
            assert_int_equal(mg_dataset_line(d, 0), 0);
            mg_dataset_destroy(d);
        }
}

/* Element (r, c) is 1000 r + c. More rows than are copied at a time. */
static void rows_and_columns_may_lie_in_either_order(void **state) {
    (void)state;
    for (int fortran = 0; fortran < 2; fortran++) {
        array_bytes a;
        array_begin(&a, ">i4", fortran, "(150, 5)");
        for (uint64_t i = 0; i < 750; i++) array_number(&a, fortran ? i % 150 * 1000 + i / 150 : i / 5 * 1000 + i % 5, 4, true);
        mg_dataset *d = read_npy(&a);
        assert_int_equal(mg_dataset_rows(d), 150);
        assert_int_equal(mg_dataset_columns(d), 5);
        assert_int_equal(mg_dataset_find(d, "x4"), 4);
        assert_int_equal(mg_dataset_find(d, "x5"), -1);
        for (int64_t r = 0; r < 150; r++)
            for (int64_t c = 0; c < 5; c++) cell_is(d, r, c, (double)(1000 * r + c));
        int64_t shape[3];
        assert_false(mg_dataset_image_shape(d, shape));
        mg_dataset_destroy(d);
    }
}

/* 2 images of 3 x 4 pixels and 1 or 2 channels; a pixel's number says its place. */
static void three_and_four_dimensions_are_images(void **state) {
    (void)state;
    for (int i = 0; i < 12; i++) {
        static const char *const descr[] = { "|u1", "<f4", ">i2" };
        bool fortran = i % 2 == 1;
        int channels = 1 + i / 2 % 2, type = i / 4;
        array_bytes a;
        array_begin(&a, descr[type], fortran, channels == 1 ? "(2, 3, 4)" : "(2, 3, 4, 2)");
        for (int k = 0; k < 24 * channels; k++) {
            int place = k; /* in rows, as it is wanted */
            if (fortran) place = ((k % 2 * 3 + k / 2 % 3) * 4 + k / 6 % 4) * channels + k / 24;
            float value = (float)place;
            uint32_t bits = (uint32_t)place;
            if (type == 1) memcpy(&bits, &value, sizeof bits);
            array_number(&a, bits, type == 0 ? 1 : type == 1 ? 4 : 2, type == 2);
        }
        mg_dataset *d = read_npy(&a);
        int64_t shape[3];
        assert_true(mg_dataset_image_shape(d, shape));
        assert_true(shape[0] == 3 && shape[1] == 4 && shape[2] == channels);
        assert_int_equal(mg_dataset_rows(d), 2);
        assert_int_equal(mg_dataset_columns(d), 0);
        for (int64_t k = 0; k < 24 * channels; k++)
            assert_true(mg_dataset_pixel(d, k / (12 * channels), k % (12 * channels)) == (double)k);
        mg_dataset_destroy(d);
    }
}

static void headers_may_be_spelled_in_many_ways(void **state) {
    (void)state;
    static const char *const headers[] = {
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1), }            \n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 1)}",
        "{\"shape\":(2,1,),\"fortran_order\":True,\"descr\":\"<f8\"}\n",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2L, 1L)}",
        " {\n\t'fortran_order' : False ,\n\t'descr' : '<f8' ,\r\n\t'shape' : ( 2 , 1 , ) , } ",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++)
        for (int version = 1; version <= 3; version++) {
            array_bytes a = { .length = 0 };
            array_head(&a, version, headers[i]);
            array_number(&a, bits_of(0.1), 8, false);
            array_number(&a, bits_of(-7), 8, false);
            mg_dataset *d = read_npy(&a);
            assert_int_equal(mg_dataset_rows(d), 2);
            cell_is(d, 0, 0, 0.1);
            cell_is(d, 1, 0, -7);
            mg_dataset_destroy(d);
        }
}

/* --- what NumPy itself wrote ------------------------------------------------------------------------- */

static mg_dataset *read_file(const char *name) {
    array_bytes a = array_file(name);
    return read_npy(&a);
}

static void arrays_that_numpy_wrote_are_read(void **state) {
    (void)state;
    static const double halves[] = { 1.5, -0x1.998p-4, NAN, INFINITY, 0x1p-24 };
    mg_dataset *d = read_file("doubles");
    assert_true(mg_dataset_rows(d) == 4 && mg_dataset_columns(d) == 3);
    for (int64_t i = 0; i < 12; i++) cell_is(d, i / 3, i % 3, (double)i / 2 - 1);
    mg_dataset_destroy(d);
    d = read_file("fortran_big");
    assert_true(mg_dataset_rows(d) == 5 && mg_dataset_columns(d) == 2);
    for (int64_t i = 0; i < 10; i++) cell_is(d, i / 2, i % 2, (double)(300 * i - 700));
    mg_dataset_destroy(d);
    d = read_file("halves"); /* version 2 */
    for (int64_t i = 0; i < 5; i++) cell_is(d, i, 0, halves[i]);
    mg_dataset_destroy(d);
    d = read_file("booleans"); /* version 3 */
    for (int64_t i = 0; i < 4; i++) cell_is(d, i / 2, i % 2, i == 0 || i == 3);
    mg_dataset_destroy(d);
    d = read_file("images");
    for (int64_t i = 0; i < 24; i++) assert_true(mg_dataset_pixel(d, i / 6, i % 6) == (double)i);
    mg_dataset_destroy(d);
    d = read_file("colours");
    for (int64_t i = 0; i < 24; i++) assert_true(mg_dataset_pixel(d, i / 12, i % 12) == (double)i / 8);
    mg_dataset_destroy(d);
}

static void what_numpy_wrote_that_is_no_table_is_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { "objects", "an array of Python objects, which only Python can read; save numbers: array.astype(float)" },
        { "complex", "an array of type '<c8'; wanted numbers: array.astype(float)" },
        { "words", "an array of type '<U2'; wanted numbers: give words as a CSV, or as their numbers" },
        { "records", "an array of type '[...]'; wanted numbers: one type for all columns, not a structured array" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        array_bytes a = array_file(cases[i][0]);
        refused(&a, cases[i][1]);
    }
}

/* --- what is refused --------------------------------------------------------------------------------- */

static void types_that_are_no_numbers_are_refused(void **state) {
    (void)state;
    static const char *const descrs[] = {
        "<f16", "<f1", "<i3", "<i16", "<c16", "|S4", "<M8[ns]", "|V8", "f", "<", "", "float64"
    };
    for (size_t i = 0; i < sizeof descrs / sizeof *descrs; i++) {
        array_bytes a;
        array_begin(&a, descrs[i], false, "(1,)");
        array_number(&a, 0, 16, false);
        refused(&a, "wanted numbers");
    }
    array_bytes a;
    array_begin(&a, "O", false, "(1,)"); /* of any size, before sizes are looked at */
    refused(&a, "Python objects");
}

static void shapes_that_do_not_fit_the_file_are_refused(void **state) {
    (void)state;
    static const char *const cases[][2] = {
        { "(4, 1)", "truncated or damaged: its header announces more numbers than the 24 bytes behind it hold" },
        { "(4294967296, 4294967296)", "announces more numbers" },
        { "(9223372036854775807, 9223372036854775807)", "announces more numbers" },
        { "(2305843009213693952,)", "announces more numbers" }, /* 2^61 numbers of 8 bytes */
        { "(2147483648, 2147483648, 2, 2)", "announces more numbers" },
        { "(3, 9223372036854775807, 1)", "announces more numbers" }, /* 3 x 1 would fit */
        { "(99999999999999999999,)", "its NumPy header cannot be understood" },
        { "(2, 1)", "damaged: 8 bytes behind the numbers" },
        { "(0, 3)", "damaged: 24 bytes behind the numbers" },
        { "(0, 9223372036854775807, 9223372036854775807)", "damaged: 24 bytes behind the numbers" },
        { "()", "an array of no dimensions" },
        { "(1, 1, 1, 1, 3)", "an array of more than 4 dimensions" },
        { "(1, 1, 1, 1, 3, 4, 5", "its NumPy header cannot be understood" },
        { "(-3,)", "its NumPy header cannot be understood" },
        { "(3 1)", "its NumPy header cannot be understood" },
        { "(,)", "its NumPy header cannot be understood" },
        { "[3]", "its NumPy header cannot be understood" },
        { "3", "its NumPy header cannot be understood" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        array_bytes a = doubles(cases[i][0], 3, (double[]){ 1, 2, 3 });
        refused(&a, cases[i][1]);
    }
    static const char *const nothing[] = { "(0,)", "(0, 3)", "(3, 0)", "(0, 9223372036854775807, 9223372036854775807)" };
    for (size_t i = 0; i < 4; i++) {
        array_bytes a = doubles(nothing[i], 0, NULL);
        refused(&a, "an array that holds nothing");
    }
}

static void headers_that_cannot_be_understood_are_refused(void **state) {
    (void)state;
    static const char *const headers[] = {
        "",
        "{",
        "{}",
        "{'descr': '<f8', 'fortran_order': False}",
        "{'descr': '<f8', 'shape': (1,)}",
        "{'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': 0, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), 'more': 1}",
        "{'descr': '<f8' 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,)",
        "{'descr': '<f8', 'fortran_order': Fal",
        "{'a key that is longer than any that there is': 1}",
        "__import__('os').system('touch hacked')",
    };
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        array_bytes a = { .length = 0 };
        array_head(&a, 1, headers[i]);
        array_number(&a, 0, 8, false);
        refused(&a, "damaged: its NumPy header cannot be understood");
    }
    array_bytes a = doubles("(1,)", 1, (double[]){ 1 });
    a.at[6] = 4;
    refused(&a, "version 4.0 of NumPy's format; wanted 1 to 3");
    a.at[6] = 0;
    refused(&a, "version 0.0 of NumPy's format");
    a.at[6] = 2; /* and so its length has four bytes, of which two are of the header */
    refused(&a, "truncated: its header of ");
    a.at[6] = 1;
    a.at[9] = 0xff;
    refused(&a, "truncated: its header of 65");
    a.at[1] = 'n';
    refused(&a, "no NumPy array");
}

static void damaged_arrays_are_read_or_refused(void **state) {
    (void)state;
    static const char *const names[] = { "doubles", "fortran_big", "halves", "booleans", "images", "colours" };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        array_bytes a = array_file(names[i]);
        survives_damage(mg__npy_read, "t.npy", &a);
    }
}

static bool read_path(mg_context *context, void *path) {
    mg_dataset *d = mg_dataset_read(context, path, NULL);
    mg_dataset_destroy(d);
    return d != NULL;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    static const char *const names[] = { "doubles", "images", "colours" };
    for (size_t i = 0; i < 3; i++) {
        char path[512];
        array_bytes a = array_file(names[i]);
        strcpy(path, test_write("t.npy", a.at, a.length));
        assert_true(failing_allocator_exhaust(read_path, path) >= 8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_of_every_type_are_exact),
        cmocka_unit_test(rows_and_columns_may_lie_in_either_order),
        cmocka_unit_test(three_and_four_dimensions_are_images),
        cmocka_unit_test(headers_may_be_spelled_in_many_ways),
        cmocka_unit_test(arrays_that_numpy_wrote_are_read),
        cmocka_unit_test(what_numpy_wrote_that_is_no_table_is_refused),
        cmocka_unit_test(types_that_are_no_numbers_are_refused),
        cmocka_unit_test(shapes_that_do_not_fit_the_file_are_refused),
        cmocka_unit_test(headers_that_cannot_be_understood_are_refused),
        cmocka_unit_test(damaged_arrays_are_read_or_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
