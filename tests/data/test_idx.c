/* IDX images and their labels. */
#define _DEFAULT_SOURCE
#include "data/table.h"
#include "interop/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "support/files.h"

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static int clean(void **state) {
    (void)state;
    mg_context_clear(ctx);
    test_folder_empty();
    return 0;
}

/* Two images of 2 x 3 bytes, 0 to 11, and their labels. */
static const char images[] = "\0\0\x08\3"
                             "\0\0\0\2"
                             "\0\0\0\2"
                             "\0\0\0\3"
                             "\0\1\2\3\4\5\6\7\x08\x09\x0a\x0b";
static const char labels[] = "\0\0\x08\1"
                             "\0\0\0\2"
                             "\7\3";
enum { IMAGES = sizeof images - 1, LABELS = sizeof labels - 1 };

static void says(mg_status status, const char *words) {
    assert_int_equal(mg_context_status(ctx), status);
    if (strstr(mg_context_message(ctx), words) == NULL) fail_msg("'%s' does not say '%s'", mg_context_message(ctx), words);
}

static void images_are_read_with_the_labels_beside_them(void **state) {
    (void)state;
    int64_t shape[3];
    test_write("train-labels-idx1-ubyte", labels, LABELS);
    mg_dataset *d = mg_dataset_read(ctx, test_write("train-images-idx3-ubyte", images, IMAGES), NULL);
    if (d == NULL) fail_msg("%s", mg_context_message(ctx));
    assert_int_equal(mg_dataset_rows(d), 2);
    assert_true(mg_dataset_image_shape(d, shape));
    assert_int_equal(shape[0], 2);
    assert_int_equal(shape[1], 3);
    assert_int_equal(shape[2], 1);
    for (int64_t i = 0; i < 12; i++) assert_true(mg_dataset_pixel(d, i / 6, i % 6) == (double)i);
    assert_int_equal(mg_dataset_columns(d), 1);
    assert_string_equal(mg_dataset_column_name(d, 0), "label");
    assert_true(mg_dataset_number(d, 0, 0) == 7 && mg_dataset_number(d, 1, 0) == 3);
    char text[8];
    assert_int_equal(mg_dataset_text(d, 0, 0, text, sizeof text), 1);
    assert_string_equal(text, "7");
    assert_int_equal(mg_dataset_line(d, 0), 0);
    mg_dataset_destroy(d);
}

static void labels_can_be_named_or_absent(void **state) {
    (void)state;
    char path[512], other[512];
    mg_target target;
    strcpy(path, test_write("a-images-idx3-ubyte", images, IMAGES));
    mg_dataset *d = mg_dataset_read(ctx, path, NULL);
    assert_non_null(d);
    assert_int_equal(mg_dataset_columns(d), 0);
    assert_int_equal(mg_dataset_target(ctx, d, NULL, MG_TASK_AUTO, &target), MG_FORMAT);
    says(MG_FORMAT, "a-labels-idx1-ubyte");
    mg_dataset_destroy(d);
    strcpy(other, test_write("whatever", labels, LABELS));
    mg_dataset_options options = mg_dataset_defaults();
    options.labels = other;
    d = mg_dataset_read(ctx, path, &options);
    assert_non_null(d);
    assert_int_equal(mg_dataset_columns(d), 1);
    mg_dataset_destroy(d);
    options.labels = "nowhere";
    assert_null(mg_dataset_read(ctx, path, &options));
    says(MG_FILE, "nowhere");
}

static void the_name_of_the_labels_follows_from_that_of_the_images(void **state) {
    (void)state;
    static const char *const names[][2] = {
        { "train-images-idx3-ubyte", "train-labels-idx1-ubyte" },
        { "a/images/t10k-images.idx3-ubyte.gz", "a/images/t10k-labels.idx1-ubyte" },
        { "x-images-idx4-ubyte", "x-labels-idx1-ubyte" },
        { "images-of-images-idx3", "images-of-labels-idx1" },
        { "images-idx3/file", NULL },
        { "a.csv", NULL },
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *name;
        assert_true(mg__idx_labels_name(ctx, names[i][0], &name));
        if (names[i][1] == NULL)
            assert_null(name);
        else
            assert_string_equal(name, names[i][1]);
        mg__free(ctx, name);
    }
}

static void every_type_is_converted(void **state) {
    (void)state;
    static const struct {
        const char *bytes;
        size_t length;
        double pixel;
    } cases[] = {
        { "\0\0\x09\3\0\0\0\1\0\0\0\1\0\0\0\1\xfe", 17, -2 },
        { "\0\0\x0b\3\0\0\0\1\0\0\0\1\0\0\0\1\xff\xfe", 18, -2 },
        { "\0\0\x0b\3\0\0\0\1\0\0\0\1\0\0\0\1\x01\x02", 18, 258 },
        { "\0\0\x0c\3\0\0\0\1\0\0\0\1\0\0\0\1\xff\xff\xff\xfe", 20, -2 },
        { "\0\0\x0d\3\0\0\0\1\0\0\0\1\0\0\0\1\x3f\xc0\0\0", 20, 1.5 },
        { "\0\0\x0e\3\0\0\0\1\0\0\0\1\0\0\0\1\xbf\xf8\0\0\0\0\0\0", 24, -1.5 },
        { "\0\0\x08\4\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\x80", 21, 128 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_dataset *d = mg__idx_read(ctx, "t", cases[i].bytes, cases[i].length);
        if (d == NULL) fail_msg("%s", mg_context_message(ctx));
        assert_true(mg_dataset_pixel(d, 0, 0) == cases[i].pixel);
        mg_dataset_destroy(d);
    }
}

static void refused(const char *bytes, size_t length, const char *words) {
    mg_context_clear(ctx);
    assert_null(mg__idx_read(ctx, "t-idx3", bytes, length));
    says(MG_FORMAT, words);
    says(MG_FORMAT, "t-idx3");
}

static void what_does_not_fit_its_header_is_refused(void **state) {
    (void)state;
    char more[IMAGES + 1];
    memcpy(more, images, IMAGES);
    more[IMAGES] = 0;
    for (size_t n = 4; n < IMAGES; n++) refused(images, n, "truncated");
    refused(more, sizeof more, "1 bytes behind");
    refused("\0\0\x08\3\x7f\xff\xff\xff\x7f\xff\xff\xff\0\0\0\x1c", 16, "2147483647 items");
    refused("\0\0\x0e\4\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 20, "more data");
    refused("\0\0\x08\3\0\0\0\0\0\0\0\2\0\0\0\3", 16, "holds nothing");
    refused("\0\0\x08\5\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1\1", 25, "5 dimensions");
    refused(labels, LABELS, "probably labels");
    refused("\0\0\x08\2\0\0\0\1\0\0\0\1\1", 13, "2 dimensions");
    assert_false(mg__idx_is("\0\0\x07\3", 4));
    assert_false(mg__idx_is("\0\0\x08\0", 4));
    assert_false(mg__idx_is("a,b\n", 4));
    assert_true(mg__idx_is(images, IMAGES));
}

static void labels_that_do_not_fit_are_refused(void **state) {
    (void)state;
    const char *path = test_write("a-images-idx3-ubyte", images, IMAGES);
    test_write("a-labels-idx1-ubyte", "\0\0\x08\1\0\0\0\3\1\2\3", 11);
    assert_null(mg_dataset_read(ctx, path, NULL));
    says(MG_FORMAT, "3 labels for the 2 images");
    test_write("a-labels-idx1-ubyte", images, IMAGES);
    assert_null(mg_dataset_read(ctx, path, NULL));
    says(MG_FORMAT, "no IDX file of labels");
    test_write("a-labels-idx1-ubyte", "junk", 4);
    assert_null(mg_dataset_read(ctx, path, NULL));
    says(MG_FORMAT, "a-labels-idx1-ubyte: no IDX file");
}

static bool read_pair(mg_context *context, void *path) {
    mg_dataset *d = mg_dataset_read(context, path, NULL);
    bool done = d != NULL && mg_dataset_columns(d) == 1;
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    char path[512];
    strcpy(path, test_write("a-images-idx3-ubyte", images, IMAGES));
    test_write("a-labels-idx1-ubyte", labels, LABELS);
    assert_true(failing_allocator_exhaust(read_pair, path) >= 8);
}

/* A table or images from tensors. */
static void tensors_become_a_dataset(void **state) {
    (void)state;
    double x[] = { 1, 2, 3, 4, 5, 6 };
    int32_t y[] = { 7, 7, 9 };
    mg_tensor tx = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ 3, 2 }, x), ty = mg_tensor_borrow(MG_I32, 1, (int64_t[]){ 3 }, y);
    mg_dataset *d = mg_dataset_create(ctx, &tx, &ty, NULL);
    assert_non_null(d);
    assert_int_equal(mg_dataset_rows(d), 3);
    assert_int_equal(mg_dataset_columns(d), 3);
    assert_int_equal(mg_dataset_find(d, "x1"), 1);
    assert_int_equal(mg_dataset_find(d, "y"), 2);
    assert_true(mg_dataset_number(d, 2, 0) == 5 && mg_dataset_number(d, 2, 2) == 9);
    assert_int_equal(mg_dataset_column_distinct(d, 2), 2);
    assert_string_equal(mg_dataset_source(d), "memory");
    mg_dataset_destroy(d);

    float pixels[] = { 0, 0.5f, 1, 0.25f };
    int64_t shape[3];
    mg_tensor image = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 2, 1, 2, 1 }, pixels);
    d = mg_dataset_create(ctx, &image, NULL, NULL);
    assert_non_null(d);
    assert_true(mg_dataset_image_shape(d, shape) && shape[1] == 2);
    assert_true(mg_dataset_pixel(d, 1, 1) == 0.25);
    mg_dataset_destroy(d);

    assert_null(mg_dataset_create(ctx, &ty, NULL, NULL));
    says(MG_INVALID, "x has rank 1");
    assert_null(mg_dataset_create(ctx, &image, &ty, NULL));
    says(MG_INVALID, "wanted [2]");
}

static void bundled_mnist_is_read_where_it_is(void **state) {
    (void)state;
    const char *path = MG__SOURCE_DIR "/../shared/data/mnist/t10k-images-idx3-ubyte.gz";
    if (!mg__file_exists(path)) skip();
    mg_dataset *d = mg_dataset_read(ctx, path, NULL);
#ifdef MG__HAVE_ZLIB
    assert_non_null(d);
    assert_int_equal(mg_dataset_rows(d), 10000);
    assert_true(mg_dataset_number(d, 0, 0) == 7); /* the first test digit is a seven */
    assert_int_equal(mg_dataset_column_distinct(d, 0), 10);
#else
    says(MG_UNSUPPORTED, "gunzip");
#endif
    mg_dataset_destroy(d);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup(name, clean)
    const struct CMUnitTest tests[] = {
        TEST(images_are_read_with_the_labels_beside_them),
        TEST(labels_can_be_named_or_absent),
        TEST(the_name_of_the_labels_follows_from_that_of_the_images),
        TEST(every_type_is_converted),
        TEST(what_does_not_fit_its_header_is_refused),
        TEST(labels_that_do_not_fit_are_refused),
        TEST(no_allocation_may_fail_unnoticed),
        TEST(tensors_become_a_dataset),
        TEST(bundled_mnist_is_read_where_it_is),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
