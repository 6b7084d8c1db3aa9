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

#ifdef MG__HAVE_JPEG
static mg_status decode(const char *name, mg__picture *out) {
    static char bytes[4096];
    char path[512];
    snprintf(path, sizeof path, "%s/tests/pictures/%s", MG__SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) fail_msg("%s", path);
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    return mg__picture_decode(ctx, name, bytes, length, false, out);
}

static void jpeg_of_every_color_space_has_its_colors(void **state) {
    (void)state;
    static const char *const names[] = { "color.jpg", "progressive.jpg", "cmyk.jpg" };
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
    assert_int_equal(decode("grey.jpg", &p), MG_OK);
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
#ifdef MG__HAVE_JPEG
        cmocka_unit_test(jpeg_of_every_color_space_has_its_colors),
        cmocka_unit_test(no_allocation_may_fail_unnoticed),
#endif
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
