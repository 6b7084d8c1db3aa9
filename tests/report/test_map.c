/* Pictures of maps: what is refused, and what happens without memory. */
#include <micrograd/report.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

enum { ROWS = 40 };

static double y[ROWS * 2];
static int32_t label[ROWS];
static const char *const name[] = { "one", "tw\xc3\xb6", "\xff<&>" };

static mg_map_result result_of(int64_t dimensions) {
    for (int i = 0; i < ROWS * 2; i++) y[i] = sin(i);
    for (int i = 0; i < ROWS; i++) label[i] = i % 4 - 1;
    return (mg_map_result){ .method = "pca", .rows = ROWS, .features = 3, .dimensions = dimensions, .y = y };
}

static bool draw_once(mg_context *context, void *user) {
    const mg_map_result result = result_of(2);
    const mg_map_colors colors = { .label = label, .name = name, .count = 3, .title = "kind", .picture_title = "a table" };
    mg_status status = mg_map_write(context, &result, &colors, user);
    if (status == MG_UNSUPPORTED) skip();
    remove(user);
    return status == MG_OK;
}

static void survives_the_failure_of_any_allocation(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(draw_once, "test_map.svg") > 3);
    assert_true(failing_allocator_exhaust(draw_once, "test_map.png") > 3);
}

static void bears_places_that_are_one_or_none(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_map_result result = result_of(2);
    for (int i = 0; i < ROWS * 2; i++) y[i] = 5;
    assert_int_equal(mg_map_write(ctx, &result, NULL, "test_map.svg"), MG_OK);
    for (int i = 0; i < ROWS; i++) y[i] = NAN;
    assert_int_equal(mg_map_write(ctx, &result, NULL, "test_map.svg"), MG_OK);
    FILE *file = fopen("test_map.svg", "r");
    static char text[1 << 15];
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    remove("test_map.svg");
    assert_non_null(strstr(text, "</svg>"));
    assert_null(strstr(text, "nan"));
    mg_context_destroy(ctx);
}

static void says_what_is_wrong(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_map_result result = result_of(1);
    assert_int_equal(mg_map_write(ctx, &result, NULL, "test_map.svg"), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "give 2 or more"));
    result.dimensions = 2;
    assert_int_equal(mg_map_write(ctx, &result, NULL, "nowhere/test_map.svg"), MG_FILE);
    assert_int_equal(mg_map_write(ctx, NULL, NULL, "test_map.svg"), MG_INVALID);
    mg_context_destroy(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(survives_the_failure_of_any_allocation),
        cmocka_unit_test(bears_places_that_are_one_or_none),
        cmocka_unit_test(says_what_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
