/* Model texts that are changed: each change alone, together, and what they leave alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "nn/edit.h"

#include <micrograd/context.h>

static void assert_edit(const char *text, mg__edit edit, const char *wanted) {
    mg_context *context = mg_context_create(NULL);
    mg_network *network = mg_network_parse(context, text);
    assert_non_null(network);
    char *changed = mg__network_edit(network, &edit);
    assert_string_equal(changed, wanted);
    mg_network *again = mg_network_parse(context, changed); /* it is model text, and in normal form */
    assert_non_null(again);
    assert_string_equal(mg_network_text(again), wanted);
    mg_network_destroy(again);
    mg__free(context, changed);
    mg_network_destroy(network);
    mg_context_destroy(context);
}

static void nothing_changed_is_the_same_network_folded(void **state) {
    (void)state;
    assert_edit("dense(8) relu dense(8) relu dense(8) relu dense(4)", (mg__edit){ 0 }, "3*[dense(8) relu] dense(4)");
    assert_edit("2*[dense(8) relu] 2*[dense(8) relu]", (mg__edit){ 0 }, "4*[dense(8) relu]");
    assert_edit("", (mg__edit){ 0 }, "");
    assert_edit("dense(8)", (mg__edit){ 0 }, "dense(8)");
    assert_edit("conv(4, 3, padding=same) relu maxpool(2) dense(9, init=ones)", (mg__edit){ 0 },
                "conv(4, 3, padding=same) relu maxpool(2) dense(9, init=ones)");
}

static void activations_are_replaced_at_every_depth(void **state) {
    (void)state;
    assert_edit("dense(8) sigmoid residual(dense(8) tanh dense(8))", (mg__edit){ .activation = "relu" },
                "dense(8) relu residual(dense(8) relu dense(8))");
}

static void norms_go_before_activations_that_have_none(void **state) {
    (void)state;
    assert_edit("dense(8) sigmoid dense(4) layernorm tanh", (mg__edit){ .norm = "batchnorm" },
                "dense(8) batchnorm sigmoid dense(4) layernorm tanh");
}

static void blocks_behind_the_first_become_residuals(void **state) {
    (void)state;
    assert_edit("3*[dense(8) sigmoid]", (mg__edit){ .residual = true }, "dense(8) sigmoid 2*[residual(dense(8) sigmoid)]");
}

static void half_of_the_blocks_stays(void **state) {
    (void)state;
    assert_edit("5*[dense(8) relu]", (mg__edit){ .half = true }, "3*[dense(8) relu]");
    assert_edit("dense(8) relu", (mg__edit){ .half = true }, "dense(8) relu");
}

static void initialisers_widths_and_dropout(void **state) {
    (void)state;
    assert_edit("dense(8, init=ones) relu", (mg__edit){ .no_init = true }, "dense(8) relu");
    assert_edit("dense(8) elu(0.5) dense(4) leaky_relu", (mg__edit){ .width = 0.5 }, "dense(4) elu(0.5) dense(2) leaky_relu");
    assert_edit("dense(8) relu conv(3, 2)", (mg__edit){ .width = 2 }, "dense(16) relu conv(3, 2)");
    assert_edit("dense(8) relu dropout(0.1) dense(4) relu", (mg__edit){ .dropout = 0.3 },
                "dense(8) relu dropout(0.1) dense(4) relu dropout(0.3)");
}

static void changes_go_together(void **state) {
    (void)state;
    assert_edit("3*[dense(8, init=zeros) sigmoid]",
                (mg__edit){ .no_init = true, .activation = "relu", .norm = "batchnorm", .residual = true },
                "dense(8) batchnorm relu 2*[residual(dense(8) batchnorm relu)]");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changed_is_the_same_network_folded),
        cmocka_unit_test(activations_are_replaced_at_every_depth),
        cmocka_unit_test(norms_go_before_activations_that_have_none),
        cmocka_unit_test(blocks_behind_the_first_become_residuals),
        cmocka_unit_test(half_of_the_blocks_stays),
        cmocka_unit_test(initialisers_widths_and_dropout),
        cmocka_unit_test(changes_go_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
