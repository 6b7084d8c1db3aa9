/* Graphs as text and as DOT: golden output. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <micrograd.h>

#include <string.h>

typedef struct page {
    char text[4096];
    size_t used;
    int pieces; /* after which writing fails; 0: never */
} page;

static bool keep(void *user, const char *text, size_t length) {
    page *p = user;
    if (p->pieces && --p->pieces == 0) return false;
    if (p->used + length >= sizeof p->text) return false;
    memcpy(p->text + p->used, text, length);
    p->text[p->used += length] = 0;
    return true;
}

static mg_node *neuron(mg_graph *g) {
    mg_node *w = mg_name(mg_variable(g, 0.5), "w"), *x = mg_name(mg_variable(g, 3), "x"),
            *b = mg_name(mg_variable(g, -1), "a \"bias\"");
    mg_graph_push_scope(g, "layer 'one'");
    mg_node *y = mg_name(mg_sigmoid(mg_add(mg_mul(w, x), b)), "y");
    mg_graph_pop_scope(g);
    return mg_mul_scalar(y, 2);
}

static void text_has_a_line_a_node(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *y = neuron(g);
    mg_exp(y); /* not reached */
    page p = { .used = 0 };
    assert_int_equal(mg_graph_write_text(&y, 1, keep, &p), MG_OK);
    assert_string_equal(p.text, "%1 = variable() f64[] w\n"
                                "%2 = variable() f64[] x\n"
                                "%3 = variable() f64[] a \"bias\"\n"
                                "%4 = mul(%1, %2) f64[]  # layer 'one'\n"
                                "%5 = add(%4, %3) f64[]  # layer 'one'\n"
                                "%6 = sigmoid(%5) f64[] y  # layer 'one'\n"
                                "%7 = constant(2) f64[]\n"
                                "%8 = mul(%6, %7) f64[]\n");
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void dot_shows_names_values_and_gradients(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *y = neuron(g);
    mg_backward(y);
    page p = { .used = 0 };
    assert_int_equal(mg_graph_write_dot(&y, 1, keep, &p), MG_OK);
    static const char *const wanted[] = {
        "digraph micrograd {\n",
        "n1 [label=\"w\\nvalue 0.5000\\ngrad 1.4100\", fillcolor=",
        "n3 [label=\"a \\\"bias\\\"\\nvalue -1.0000\\ngrad 0.4700\"",
        "n4 [label=\"mul\\nvalue 1.5000\\ngrad 0.4700\"];",
        "n6 [label=\"y = sigmoid\\nvalue 0.6225\\ngrad 2.0000\"];",
        "n7 [label=\"2\"",
        "  n4 -> n5;\n  n3 -> n5;\n",
        "n8 [label=\"mul\\nvalue 1.2449\\ngrad 1.0000\"];",
    };
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!strstr(p.text, wanted[i])) fail_msg("'%s' is not in\n%s", wanted[i], p.text);
    assert_string_equal(p.text + p.used - 2, "}\n");
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void staged_graphs_show_shapes(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_node *x = mg_input(g, "pixels", MG_F32, 2, (int64_t[]){ 100, 64 }), *y = mg_softmax(x, 1);
    page p = { .used = 0 };
    assert_int_equal(mg_graph_write_dot(&y, 1, keep, &p), MG_OK);
    assert_non_null(strstr(p.text, "label=\"pixels\\n[100, 64]\""));
    assert_null(strstr(p.text, "value"));
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

static void a_writer_that_stops_is_told(void **state) {
    (void)state;
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_EAGER);
    mg_node *y = neuron(g);
    for (int pieces = 1; pieces < 12; pieces++) {
        page p = { .pieces = pieces };
        assert_int_equal(mg_graph_write_text(&y, 1, keep, &p), MG_FILE);
        assert_non_null(strstr(mg_context_message(ctx), "could not be written"));
    }
    assert_int_equal(mg_graph_write_text(&y, 1, keep, &(page){ .used = 0 }), MG_OK); /* the graph itself is fine */
    assert_int_equal(mg_graph_write_dot(NULL, 0, keep, NULL), MG_INVALID);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_has_a_line_a_node),
        cmocka_unit_test(dot_shows_names_values_and_gradients),
        cmocka_unit_test(staged_graphs_show_shapes),
        cmocka_unit_test(a_writer_that_stops_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
