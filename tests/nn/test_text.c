/* Model text: grammar, normal form, messages with columns. */
#include <micrograd/nn.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

static void texts_have_one_normal_form(void **state) {
    static const char *const pairs[][2] = {
        { "", "" },
        { "  \t\n ", "" },
        { "dense(64) relu", "dense(64) relu" },
        { "  dense( 64 )   relu( ) ", "dense(64) relu" },
        { "dense(units=64)", "dense(64)" },
        { "dense(64,init=he_normal)", "dense(64, init=he_normal)" },
        { "dense(64, he_normal)", "dense(64, init=he_normal)" },
        { "dense(bias = false, units = 6.4e1)", "dense(64, bias=false)" },
        { "dense(64, init=auto, bias=true)", "dense(64)" },
        { "3*[dense(64) relu] dropout(0.10)", "3*[dense(64) relu] dropout(0.1)" },
        { "2*relu 1*tanh", "2*relu tanh" },
        { "3 * [ relu ]", "3*[relu]" },
        { "[relu [tanh]]", "[relu [tanh]]" },
        { "leaky_relu leaky_relu(0.01) leaky_relu(slope=0.2)", "leaky_relu leaky_relu leaky_relu(0.2)" },
        { "batchnorm(0.9, epsilon=1e-3)", "batchnorm(epsilon=0.001)" },
        { "residual(dense(64) relu dense(64))", "residual(dense(64) relu dense(64))" },
        { "residual( layers = 2*[dense(8)] )", "residual(2*[dense(8)])" },
        { "conv(32, 3)", "conv(32, 3)" },
        { "conv(kernel=3, channels=32, padding=0, groups=1)", "conv(32, 3)" },
        { "conv(32, 3, 2, same)", "conv(32, 3, stride=2, padding=same)" },
        { "conv(32, 3, padding=1, dilation=2, groups=4, bias=false)",
          "conv(32, 3, padding=1, dilation=2, groups=4, bias=false)" },
        { "conv1d(8, 5, padding=valid)", "conv1d(8, 5)" },
        { "depthwise(3, padding=same)", "depthwise(3, padding=same)" },
        { "maxpool(2, stride=size) maxpool(3, 2)", "maxpool(2) maxpool(3, stride=2)" },
        { "avgpool(3, stride=1, padding=same)", "avgpool(3, stride=1, padding=same)" },
        { "upsample(2, true) upsample(2, bilinear=false)", "upsample(2, bilinear=true) upsample(2)" },
        { "relu @lenet5 tanh",
          "relu conv(6, 5, padding=same) relu maxpool(2) conv(16, 5) relu maxpool(2) flatten dense(120) relu "
          "dense(84) relu tanh" },
        { "2*@cnn-small", "2*[conv(32, 3) relu conv(64, 3) relu maxpool(2) dropout(0.25) flatten dense(128) relu dropout(0.5)]" },
    };
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        mg_network *network = mg_network_parse(*state, pairs[i][0]);
        if (!network) fail_msg("'%s': %s", pairs[i][0], mg_context_message(*state));
        assert_string_equal(mg_network_text(network), pairs[i][1]);
        mg_network *again = mg_network_parse(*state, mg_network_text(network));
        assert_non_null(again);
        assert_string_equal(mg_network_text(again), mg_network_text(network));
        mg_network_destroy(again);
        mg_network_destroy(network);
    }
}

static void check_error(mg_context *context, const char *text, const char *wanted) {
    mg_context_clear(context);
    assert_null(mg_network_parse(context, text));
    assert_int_equal(mg_context_status(context), MG_SETTING);
    if (!strstr(mg_context_message(context), wanted))
        fail_msg("'%s': '%s' lacks '%s'", text, mg_context_message(context), wanted);
}

static void errors_point_at_the_column(void **state) {
    mg_context *c = *state;
    check_error(c, "dense(64) wibble relu", "model text, column 11: unknown layer 'wibble'; layers are dense, relu, tanh");
    check_error(c, "dense(-3)", "column 7: dense: units is '-3'; wanted a whole number from 1 to 16777216");
    check_error(c, "dense(0)", "column 7: dense: units is '0'");
    check_error(c, "dense(2.5)", "column 7: dense: units is '2.5'; wanted a whole number");
    check_error(c, "dense(99999999999)", "dense: units is '99999999999'");
    check_error(c, "dense(nan)", "dense: units is 'nan'");
    check_error(c, "relu dense", "column 6: dense: units is missing (how many numbers it gives for a row); write dense(units)");
    check_error(c, "dense()", "column 1: dense: units is missing");
    check_error(c, "dense( , 3)", "column 8: dense: units is missing; found ','");
    check_error(c, "dense(64", "column 9: dense: found the end; wanted ',' or ')'");
    check_error(c, "dense(64))", "column 10: found ')'; wanted a blank between layers");
    check_error(c, "dense(64)relu", "column 10: found 'relu'; wanted a blank between layers");
    check_error(c, "dense (64)", "column 1: dense: units is missing");
    check_error(c, "dense(64, 3)", "column 11: dense: unknown initialiser '3'; initialisers are auto, zeros");
    check_error(c, "dense(64, init=he)", "column 16: dense: unknown initialiser 'he'");
    check_error(c, "dense(64, init=normal)", "unknown initialiser 'normal'");
    check_error(c, "dense(64, bias=maybe)", "column 16: dense: bias is 'maybe'; wanted true or false");
    check_error(c, "dense(64, colour=3)", "column 11: dense has no argument 'colour'; it takes units, init=auto, bias=true");
    check_error(c, "dense(64, auto, true, 4)", "column 23: dense has no argument '4'");
    check_error(c, "dense(64, units=3)", "column 11: dense: units is given twice");
    check_error(c, "relu(3)", "column 6: relu takes no arguments");
    check_error(c, "dropout(1)", "column 9: dropout: rate is '1'; wanted a number from 0 to 0.999");
    check_error(c, "0*relu", "column 1: repetition '0'; wanted a whole number from 1 to 10000 before '*'");
    check_error(c, "x*relu", "column 1: repetition 'x'");
    check_error(c, "*relu", "column 1: repetition");
    check_error(c, "3*", "column 3: found the end; wanted a layer");
    check_error(c, "relu [dense(3)", "column 6: this '[' is never closed");
    check_error(c, "relu []", "column 6: there is nothing in these brackets");
    check_error(c, "relu ]", "column 6: found ']'; wanted a layer");
    check_error(c, "residual()", "column 1: residual: layers is missing");
    check_error(c, "residual(relu, relu)", "column 16: residual has no argument 'relu'");
    check_error(c, "residual(relu", "column 14: residual: found the end; wanted ',' or ')'");
    check_error(c, "relu @resnet", "column 6: unknown preset '@resnet'; presets are @lenet5, @cnn-small, @resnet8, @resnet20");
    check_error(c, "@", "column 1: unknown preset '@'; presets are @lenet5");
    check_error(c, "@lenet5(3)", "column 8: found '('; wanted a blank between layers");
    check_error(c, "900*@resnet20", "layers; wanted at most 10000");
    check_error(c, "conv(8)",
                "column 1: conv: kernel is missing (pixels that it looks at, in each direction); write conv(kernel)");
    check_error(c, "conv(8, 0)", "column 9: conv: kernel is '0'; wanted a whole number from 1 to 1024");
    check_error(c, "conv(8, 3, stride=0)", "column 19: conv: stride is '0'; wanted a whole number from 1 to 1024");
    check_error(c, "conv(8, 3, padding=full)",
                "column 20: conv: padding is 'full'; wanted valid, same or a whole number from 0 to 1024");
    check_error(c, "conv(8, 3, padding=-1)", "column 20: conv: padding is '-1'; wanted valid, same or a whole number");
    check_error(c, "maxpool(2, stride=0)", "column 19: maxpool: stride is '0'; wanted size or a whole number from 1 to 1024");
    check_error(c, "upsample(0)", "column 10: upsample: factor is '0'; wanted a whole number from 1 to 1024");
    check_error(c, "200*[100*relu]", "column 1: 20000 layers; wanted at most 10000");
    check_error(c, "9000*relu 2000*tanh", "column 11: more than 10000 layers");
    check_error(c, "residual(10000*relu)", "10001 layers; wanted at most 10000");
    check_error(c, "\xff\xfe", "column 1: unknown layer");
}

static void depth_and_length_are_limited(void **state) {
    static char text[70000];
    memset(text, '[', 63);
    strcpy(text + 63, "relu");
    memset(text + 67, ']', 63);
    text[130] = 0;
    mg_network *network = mg_network_parse(*state, text);
    assert_non_null(network);
    mg_network_destroy(network);
    memset(text, '[', 60000);
    text[60000] = 0;
    check_error(*state, text, "more than 64 brackets in each other");
    for (int i = 0; i < 200; i++) memcpy(text + 9 * i, "@resnet8 ", 9); /* short, but not once written out */
    text[1800] = 0;
    check_error(*state, text, "model text: written out it has");
    memset(text, ' ', 65537);
    text[65537] = 0;
    check_error(*state, text, "it is too long; wanted at most 65536 bytes");
    mg_context_clear(*state);
}

static void every_layer_is_documented_and_takes_its_own_defaults(void **state) {
    mg_layer_row rows[64];
    int count = mg_layers(rows, 64);
    assert_in_range(count, 18, 64);
    assert_int_equal(mg_layers(NULL, 0), count);
    for (int i = 0; i < count; i++) {
        char text[256];
        assert_true(strlen(rows[i].doc) > 0);
        if (strcmp(rows[i].name, "residual") == 0) continue;
        /* required arguments come first, without a default: 0.5 and 1 are good for all of them */
        const char *first = strstr(rows[i].name, "drop")                                                 ? "0.5"
                            : strstr(rows[i].name, "dense")                                              ? "1"
                            : strstr(rows[i].name, "periodic")                                           ? "16, 4"
                            : strstr(rows[i].name, "conv")                                               ? "8, 3"
                            : strstr(rows[i].arguments, "size") || strstr(rows[i].arguments, "kernel")   ? "2"
                            : strstr(rows[i].arguments, "groups") || strstr(rows[i].arguments, "factor") ? "2"
                                                                                                         : NULL;
        snprintf(text, sizeof text, first ? "%s(%s)" : "%s", rows[i].name, first);
        mg_network *network = mg_network_parse(*state, text);
        assert_non_null(network);
        assert_string_equal(mg_network_text(network), text);
        mg_network_destroy(network);
    }
    assert_string_equal(rows[0].name, "dense");
    assert_string_equal(rows[0].arguments, "units, init=auto, bias=true");
    for (int i = 0; i < count; i++) {
        if (!strcmp(rows[i].name, "conv"))
            assert_string_equal(rows[i].arguments,
                                "channels, kernel, stride=1, padding=valid, dilation=1, groups=1, init=auto, bias=true");
        if (!strcmp(rows[i].name, "maxpool")) assert_string_equal(rows[i].arguments, "size, stride=size, padding=valid");
    }
}

static bool parse(mg_context *context, void *user) {
    (void)user;
    mg_network *network = mg_network_parse(
        context, "3*[dense(64) relu] residual(dense(8) tanh) dense(5) dense(6) dense(7) dense(8) dense(9) dense(10)");
    mg_network_destroy(network);
    return network;
}

static void every_failing_allocation_is_reported_and_nothing_leaks(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(parse, NULL) >= 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_have_one_normal_form),
        cmocka_unit_test(errors_point_at_the_column),
        cmocka_unit_test(depth_and_length_are_limited),
        cmocka_unit_test(every_layer_is_documented_and_takes_its_own_defaults),
        cmocka_unit_test(every_failing_allocation_is_reported_and_nothing_leaks),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
