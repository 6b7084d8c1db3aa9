/* Pictures: decoding, resizing, and folders whose allocations fail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/picture.h"
#include "data/table.h"
#include "support/failing_allocator.h"

#include <stdio.h>
#include <string.h>

static mg_context *ctx;

static int set_up(void **state) {
    (void)state;
    ctx = mg_context_create(NULL);
    return ctx == NULL;
}

static int tear_down(void **state) {
    (void)state;
    mg_context_destroy(ctx);
    return 0;
}

/* Says so, and the context is as before. */
static void refuses(mg_status status, const char *wanted) {
    assert_int_equal(status, MG_FORMAT);
    if (strstr(mg_context_message(ctx), wanted) == NULL) fail_msg("'%s' lacks '%s'", mg_context_message(ctx), wanted);
    mg_context_clear(ctx);
}

static void resized(const uint8_t *pixels, const int64_t from[2], mg_image_fit fit, const int64_t to[2], const uint8_t *wanted) {
    uint8_t out[64];
    const mg__picture p = { from[0], from[1], 1, (uint8_t *)(uintptr_t)pixels };
    assert_int_equal(mg__picture_resize(ctx, &p, fit, to[0], to[1], out), MG_OK);
    assert_memory_equal(out, wanted, (size_t)(to[0] * to[1]));
}

#define SIZE(h, w) \
    (const int64_t[]) { h, w }
#define BYTES(...) \
    (const uint8_t[]) { __VA_ARGS__ }

static void resizing_keeps_what_it_can(void **state) {
    (void)state;
    resized(BYTES(1, 2, 3, 4), SIZE(2, 2), MG_FIT_RESIZE, SIZE(2, 2), BYTES(1, 2, 3, 4));
    resized(BYTES(7, 7, 7, 7, 7, 7), SIZE(2, 3), MG_FIT_RESIZE, SIZE(3, 4), BYTES(7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7));
    resized(BYTES(0, 100), SIZE(1, 2), MG_FIT_RESIZE, SIZE(1, 4), BYTES(0, 25, 75, 100));
    resized(BYTES(10, 10, 50, 50), SIZE(1, 4), MG_FIT_RESIZE, SIZE(1, 1), BYTES(30));
    resized(BYTES(255, 255, 255, 255), SIZE(2, 2), MG_FIT_RESIZE, SIZE(1, 1), BYTES(255));
}

static void cropping_takes_the_middle(void **state) {
    (void)state;
    resized(BYTES(9, 1, 2, 9, 9, 3, 4, 9), SIZE(2, 4), MG_FIT_CROP, SIZE(2, 2), BYTES(1, 2, 3, 4));
    resized(BYTES(9, 1, 2, 9), SIZE(4, 1), MG_FIT_CROP, SIZE(2, 1), BYTES(1, 2));
}

static void a_larger_picture_is_refused_before_memory_is_taken(void **state) {
    (void)state;
    assert_int_equal(mg__picture_room(ctx, "p", 8192, 8192, SIZE_MAX), MG_OK);
    refuses(mg__picture_room(ctx, "p", 8192, 8193, SIZE_MAX), "p: 8192x8193 pixels; at most 67108864");
    refuses(mg__picture_room(ctx, "p", INT64_MAX, INT64_MAX, SIZE_MAX), "at most");
    refuses(mg__picture_room(ctx, "p", 0, 5, 100), "without pixels");
    refuses(mg__picture_room(ctx, "p", 8000, 8000, 100), "do not fit in a file of 100 bytes");
    assert_int_equal(mg__picture_room(ctx, "p", 900, 900, 100), MG_OK);
}

static void names_of_pictures_end_so_in_either_case(void **state) {
    (void)state;
    assert_true(mg__picture_is_named("a.png") && mg__picture_is_named("a.b.JPG") && mg__picture_is_named("a.Jpeg"));
    assert_false(mg__picture_is_named(".png") || mg__picture_is_named("png") || mg__picture_is_named("a.png.txt") ||
                 mg__picture_is_named(""));
}

static void what_is_neither_is_refused(void **state) {
    (void)state;
    mg__picture p;
    refuses(mg__picture_decode(ctx, "p", "", 0, false, &p), "p: neither PNG nor JPEG");
    refuses(mg__picture_decode(ctx, "p", "\x89PNG", 4, false, &p), "p: neither PNG nor JPEG");
    assert_null(p.pixels);
}

/* A file below tests/; its length. */
static size_t load(const char *name, char bytes[4096]) {
    char path[512];
    snprintf(path, sizeof path, "%s/tests/%s", MG__SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s", path);
    size_t length = fread(bytes, 1, 4096, file);
    fclose(file);
    return length;
}

static mg_status decode(const char *name, mg__picture *out) {
    char bytes[4096];
    return mg__picture_decode(ctx, name, bytes, load(name, bytes), false, out);
}

/* No beginning of a file is a picture, but what has its header has a size. */
static void cut_anywhere(const char *name, const char *wanted, int64_t height, int64_t width) {
    char bytes[4096];
    size_t length = load(name, bytes), measured = 0;
    mg__picture p;
    for (size_t cut = 8; cut + 20 < length; cut++) {
        char *part = mg__alloc(ctx, cut); /* so that a sanitizer sees what is read behind it */
        memcpy(part, bytes, cut);
        refuses(mg__picture_decode(ctx, name, part, cut, false, &p), wanted);
        if (mg__picture_decode(ctx, name, part, cut, true, &p) == MG_OK) {
            measured++;
            assert_true(p.height == height && p.width == width && p.pixels == NULL);
        }
        mg_context_clear(ctx);
        mg__free(ctx, part);
    }
    assert_in_range(measured, 1, length - 30);
}

#ifdef MG__HAVE_PNG
#define PNG(name) "fuzz/corpus/picture/" name ".png"

static void png_of_every_kind_has_its_colors(void **state) {
    (void)state;
    mg__picture p;
    assert_int_equal(decode(PNG("grey"), &p), MG_OK);
    assert_true(p.height == 8 && p.width == 8 && p.channels == 1);
    for (int i = 0; i < 64; i++) assert_int_equal(p.pixels[i], i % 8 == 2 ? 255 : 0);
    mg__free(ctx, p.pixels);
    assert_int_equal(decode(PNG("palette"), &p), MG_OK); /* one bit a pixel, interlaced */
    assert_int_equal(p.channels, 3);
    for (int i = 0; i < 64; i++) assert_memory_equal(p.pixels + 3 * i, i % 8 == 2 ? "\xff\3\4" : "\0\0\0", 3);
    mg__free(ctx, p.pixels);
    assert_int_equal(decode(PNG("rgba"), &p), MG_OK); /* 100/255 of it on white */
    assert_int_equal(p.channels, 3);
    for (int i = 0; i < 64; i++) assert_memory_equal(p.pixels + 3 * i, i % 8 == 2 ? "\xff\xff\x9b" : "\x9b\x9b\x9b", 3);
    mg__free(ctx, p.pixels);
}

static void damaged_png_is_refused(void **state) {
    (void)state;
    char bytes[4096];
    mg__picture p;
    cut_anywhere(PNG("palette"), "damaged PNG: ", 8, 8);
    size_t length = load(PNG("grey"), bytes);
    bytes[45] ^= 1; /* among the pixels: the checksum tells */
    refuses(mg__picture_decode(ctx, "p", bytes, length, false, &p), "p: damaged PNG: ");
    length = load(PNG("grey"), bytes);
    bytes[19] ^= 1; /* the width */
    refuses(mg__picture_decode(ctx, "p", bytes, length, true, &p), "p: damaged PNG: ");
}

static bool decode_png(mg_context *context, void *user) {
    (void)user;
    char bytes[4096];
    mg__picture p;
    bool done = mg__picture_decode(context, "p", bytes, load(PNG("rgba"), bytes), false, &p) == MG_OK;
    mg__free(context, p.pixels);
    return done;
}

static void no_allocation_for_png_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(decode_png, NULL) > 5);
}
#endif

#ifdef MG__HAVE_JPEG
static void damaged_jpeg_is_refused(void **state) {
    (void)state;
    cut_anywhere("pictures/color.jpg", "damaged JPEG: ", 12, 16);
    cut_anywhere("pictures/progressive.jpg", "damaged JPEG: ", 12, 16);
}

static void jpeg_of_every_color_space_has_its_colors(void **state) {
    (void)state;
    static const char *const names[] = { "pictures/color.jpg", "pictures/progressive.jpg", "pictures/cmyk.jpg" };
    mg__picture p;
    for (int i = 0; i < 3; i++) {
        assert_int_equal(decode(names[i], &p), MG_OK);
        assert_true(p.height == 12 && p.width == 16 && p.channels == 3);
        const uint8_t *left = p.pixels + 3 * (5 * 16 + 2), *right = p.pixels + 3 * (5 * 16 + 13);
        assert_true(left[0] > 210 && left[1] < 40 && left[2] < 50);
        assert_true(right[0] < 40 && right[1] < 60 && right[2] > 200);
        assert_int_equal(mg__picture_recolor(ctx, &p, 1), MG_OK);
        assert_int_equal(p.channels, 1);
        mg__free(ctx, p.pixels);
    }
    assert_int_equal(decode("pictures/grey.jpg", &p), MG_OK);
    assert_true(p.channels == 1 && p.pixels[5 * 16 + 2] == 60 && p.pixels[5 * 16 + 13] == 200);
    assert_int_equal(mg__picture_recolor(ctx, &p, 3), MG_OK);
    assert_true(p.pixels[3 * (5 * 16 + 2) + 2] == 60);
    mg__free(ctx, p.pixels);
}

static bool read_folder(mg_context *context, void *user) {
    (void)user;
    mg_dataset_options options = mg_dataset_defaults();
    options.image_size = "4x4";
    mg_dataset *d = mg_dataset_read(context, MG__SOURCE_DIR "/tests/pictures", &options);
    bool done = d != NULL && mg_dataset_rows(d) == 4;
    mg_dataset_destroy(d);
    return done;
}

static void no_allocation_may_fail_unnoticed(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(read_folder, NULL) > 40);
}
#endif

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resizing_keeps_what_it_can),
        cmocka_unit_test(cropping_takes_the_middle),
        cmocka_unit_test(a_larger_picture_is_refused_before_memory_is_taken),
        cmocka_unit_test(names_of_pictures_end_so_in_either_case),
        cmocka_unit_test(what_is_neither_is_refused),
#ifdef MG__HAVE_PNG
        cmocka_unit_test(png_of_every_kind_has_its_colors),
        cmocka_unit_test(damaged_png_is_refused),
        cmocka_unit_test(no_allocation_for_png_may_fail_unnoticed),
#endif
#ifdef MG__HAVE_JPEG
        cmocka_unit_test(jpeg_of_every_color_space_has_its_colors),
        cmocka_unit_test(damaged_jpeg_is_refused),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
