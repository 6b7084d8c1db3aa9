/* Columns of a table that are the pixels of an image. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data/extent.h"
#include "support/encoders.h"

/* 2x1 pixels of 2 channels; the first column is constant, the last one holds 0 and 1 alone, one cell is missing. */
static const char *const pixels = "a,b,c,d,y\n5,10,1,0,u\n5,20,3,1,v\n5,30,5,1,u\n5,40,,0,v\n";

static mg_encoder_options of(int64_t height, int64_t width, int64_t channels) {
    mg_encoder_options options = mg_encoder_defaults();
    options.image[0] = height;
    options.image[1] = width;
    options.image[2] = channels;
    options.target = 4;
    return options;
}

static void each_channel_has_one_scale_and_no_column_is_left_out(void **state) {
    (void)state;
    mg_dataset *d = table("", pixels);
    mg_encoder_options options = of(2, 1, 2);
    mg_encoder *e = fit_with(d, &options);
    int64_t shape[3];
    assert_int_equal(mg_encoder_shape(e, shape), 3);
    assert_true(shape[0] == 2 && shape[1] == 1 && shape[2] == 2);
    assert_int_equal(mg_encoder_left_out(e), 0);
    assert_int_equal(mg_encoder_columns(e), 0);
    assert_int_equal(mg_encoder_scale(e), MG_SCALE_STANDARD);
    assert_int_equal(mg_encoder_warnings(e), 1); /* the missing cell */

    /* channel 0: 5 5 5 5 1 3 5; channel 1: 10 20 30 40 0 1 1 0 */
    double centre, spread, mean = 29.0 / 7, squares = 0;
    for (int i = 0; i < 7; i++) squares += pow((double[]){ 5, 5, 5, 5, 1, 3, 5 }[i] - mean, 2);
    mg_encoder_scaling(e, 0, &centre, &spread);
    assert_true(fabs(centre - mean) < 1e-12 && fabs(spread - sqrt(squares / 7)) < 1e-12);
    mg_encoder_scaling(e, 1, &centre, &spread);
    assert_true(fabs(centre - 102.0 / 8) < 1e-12);

    float x[4 * 4];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 4, x), MG_OK);
    assert_true(fabsf(x[1] - (float)((10 - centre) / spread)) < 1e-6f);
    assert_true(fabsf(x[3] - (float)((0 - centre) / spread)) < 1e-6f);
    assert_true(x[3 * 4 + 2] == 0); /* missing: the mean */
    mg_encoder_destroy(e);
    mg_dataset_destroy(d);
}

static void json_brings_the_pixels_back(void **state) {
    (void)state;
    mg_dataset *d = table("", pixels), *turned = table("", "d,c,new,b,a\n1,3,7,20,5\n");
    mg_encoder_options options = of(1, 2, 2);
    mg_encoder *e = fit_with(d, &options);
    char *json = json_of(ctx, e);
    assert_non_null(
        strstr(json, "{\"version\":3,\"scale\":\"standard\",\"image\":[1,2,2],\"channels\":[{\"centre\":4.142857142857143,"));
    assert_non_null(strstr(json, "\"columns\":[\"a\",\"b\",\"c\",\"d\"],\"left_out\":[]"));
    mg_encoder *again = from_json(ctx, json);
    if (again == NULL) fail_msg("%s", mg_context_message(ctx));
    float x[4 * 4], y[4];
    assert_int_equal(mg_encoder_inputs(ctx, e, d, NULL, 4, x), MG_OK);
    assert_int_equal(mg_encoder_inputs(ctx, again, turned, NULL, 1, y), MG_OK); /* columns by name, in any order */
    assert_memory_equal(x + 4, y, sizeof y);
    mg__free(ctx, json);
    mg_encoder_destroy(again);
    mg_encoder_destroy(e);
    mg_dataset_destroy(turned);
    mg_dataset_destroy(d);
}

static void damaged_pixels_are_refused(void **state) {
    (void)state;
    static const char *const bad[] = {
        "\"image\":[2,1,1],\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}],\"columns\":[\"a\"]",
        "\"image\":[1,1,2],\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}],\"columns\":[\"a\",\"b\"]",
        "\"image\":[1,1,1],\"channels\":[],\"columns\":[\"a\"]",
        "\"image\":[1,1,1],\"channels\":3,\"columns\":[\"a\"]",
        "\"image\":[1,1,1],\"columns\":[\"a\"]",
        "\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}],\"columns\":[\"a\"]",
        "\"image\":[1,1,1],\"channels\":[{\"centre\":0,\"spread\":0,\"missing\":0}],\"columns\":[\"a\"]",
        "\"image\":[1,1,1],\"channels\":[{\"centre\":0,\"spread\":1}],\"columns\":[\"a\"]",
        "\"image\":[1,1,1],\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}],\"columns\":[1]",
        "\"image\":[2147483647,2147483647,2147483647],\"channels\":[{\"centre\":0,\"spread\":1,\"missing\":0}],\"columns\":[\"a\"]",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[512];
        snprintf(text, sizeof text, "{\"version\":3,\"scale\":\"standard\",%s,\"left_out\":[],\"target\":null}", bad[i]);
        assert_null(from_json(ctx, text));
        says(MG_FORMAT, "damaged encoder");
    }
}

static void refused(const char *text, const mg_encoder_options *options, mg_status status, const char *words) {
    mg_dataset *d = table("", text);
    assert_null(mg_encoder_fit(ctx, d, NULL, 0, options));
    says(status, words);
    mg_dataset_destroy(d);
}

static void what_is_no_such_image_is_refused_with_the_cure(void **state) {
    (void)state;
    mg_encoder_options options = of(2, 1, 1);
    refused(pixels, &options, MG_SETTING, "image: 2x1 wants 2 columns of pixels, the table t.csv has 4 besides the target; say");
    options = of(2, 1, 3);
    refused(pixels, &options, MG_SETTING, "image: 2x1x3 wants 6 columns of pixels, the table t.csv has 4 besides the target");
    options.drop = (bool[5]){ [1] = true };
    refused(pixels, &options, MG_SETTING, "has 3 besides the target and those dropped");
    options = of(2, 2, 1);
    refused("a,b,c,d,y\n1,2,3,4,u\n1,2,dark,4,v\n", &options, MG_SETTING,
            "image: t.csv, line 3: column 'c' is 'dark', which is no number");
    options = of(2, 0, 1);
    refused(pixels, &options, MG_INVALID, "2x0x1");
}

static void the_size_is_read_from_text(void **state) {
    (void)state;
    int64_t size[3];
    assert_int_equal(mg__extent_parse(ctx, "image", NULL, true, size), MG_OK);
    assert_int_equal(size[0], 0);
    assert_int_equal(mg__extent_parse(ctx, "image", "8x9", true, size), MG_OK);
    assert_true(size[0] == 8 && size[1] == 9 && size[2] == 1);
    assert_int_equal(mg__extent_parse(ctx, "image", "32x16x3", true, size), MG_OK);
    assert_true(size[0] == 32 && size[1] == 16 && size[2] == 3);
    assert_int_equal(mg__extent_parse(ctx, "image", "32x16x3", false, size), MG_SETTING);
    static const char *const bad[] = {
        "", "8", "8x", "x8", "8x8x", "8x8x1x1", "0x8", "-8x8", "8.5x8", "8 x8", "8X8", "65537x1", "99999999999999999999x1"
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        if (mg__extent_parse(ctx, "image", bad[i], true, size) != MG_SETTING) fail_msg("'%s' is taken", bad[i]);
        says(MG_SETTING, "wanted HEIGHTxWIDTH");
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_channel_has_one_scale_and_no_column_is_left_out),
        cmocka_unit_test(json_brings_the_pixels_back),
        cmocka_unit_test(damaged_pixels_are_refused),
        cmocka_unit_test(what_is_no_such_image_is_refused_with_the_cure),
        cmocka_unit_test(the_size_is_read_from_text),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
