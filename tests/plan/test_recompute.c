/* What is computed again instead of being stored, and that every part of the plan that can be left out changes no result. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/program.h"

#include <micrograd.h>

#include <math.h>
#include <stdlib.h>

typedef mg_node *build(mg_graph *g, mg_parameters *store, mg_node *x);

typedef struct ran {
    float value[4];
    size_t workspace;
    int stores; /* by loops */
} ran;

static ran run(build *make, int64_t rows, const char *without) {
    setenv("MICROGRAD_WITHOUT", without, 1);
    const int64_t shape[2] = { rows, 16 };
    ran result = { .stores = 0 };
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    mg_tensor *x = mg_tensor_create(ctx, MG_F32, 2, shape);
    for (int64_t i = 0; i < mg_tensor_count(x); i++) mg_tensor_put(x, i, sin(0.7 * (double)i));
    mg_node *y = make(g, store, mg_input(g, "x", MG_F32, 2, shape));
    mg_program *program = mg_compile(g, MG_CPU, &y, 1);
    mg_session *session = mg_session_create(ctx, program, NULL);
    assert_non_null(session);
    for (int i = 0; i < 4; i++) {
        mg_tensor out = { 0 };
        assert_int_equal(mg_run(session, x, &out), MG_OK);
        result.value[i] = (float)mg_tensor_get(&out, 0);
    }
    result.workspace = program->workspace_bytes;
    for (size_t s = 0; s < program->step_count; s++)
        for (int i = 0; program->steps[s].kind == MG__STEP_LOOP && i < program->steps[s].loop.count; i++)
            result.stores += program->steps[s].loop.code[i].code == MG__LOOP_STORE && program->steps[s].loop.rows > 1;
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_tensor_destroy(x);
    mg_parameters_destroy(store);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    unsetenv("MICROGRAD_WITHOUT");
    return result;
}

static void assert_close(const ran *a, const ran *b) {
    for (int i = 0; i < 4; i++) assert_true(fabsf(a->value[i] - b->value[i]) <= 1e-4f * (1 + fabsf(b->value[i])));
}

/* sum (x - mean)^2 of each column: the deviation is read by the loop that sums it and by the one that weights it. */
static mg_node *deviations(mg_graph *g, mg_parameters *store, mg_node *x) {
    (void)g, (void)store;
    mg_node *d = mg_sub(x, mg_mean(x, (int[]){ 0 }, 1, true));
    return mg_sum_all(mg_mul(d, mg_sum(mg_square(d), (int[]){ 0 }, 1, true)));
}

static mg_node *exponentials(mg_graph *g, mg_parameters *store, mg_node *x) {
    (void)g, (void)store;
    mg_node *e = mg_exp(x);
    return mg_sum_all(mg_square(mg_sub(e, mg_mean(e, (int[]){ 0 }, 1, true))));
}

static mg_node *random_numbers(mg_graph *g, mg_parameters *store, mg_node *x) {
    (void)store;
    mg_node *r = mg_add(x, mg_random_uniform(g, MG_F32, 2, mg_node_shape(x)));
    return mg_sum_all(mg_square(mg_sub(r, mg_mean(r, (int[]){ 0 }, 1, true))));
}

static mg_node *training(mg_graph *g, mg_parameters *store, mg_node *x) {
    (void)g;
    mg_node *h = mg_relu(mg_batch_norm(mg_dense(x, store, "a", 16), store, "norm", true, 0.9, 1e-5));
    mg_node *loss = mg_mean_all(mg_square(mg_dense(h, store, "b", 1)));
    mg_optimizer o = mg_optimizer_defaults("adam");
    assert_int_equal(mg_minimise(loss, store, &o), MG_OK);
    return loss;
}

static void a_large_difference_is_computed_again_by_its_readers(void **state) {
    (void)state;
    ran with = run(deviations, 4096, ""), without = run(deviations, 4096, "recompute");
    assert_int_equal(without.stores - with.stores, 1);
    assert_true(without.workspace >= 4096 * 16 * 4 && with.workspace < 4096);
    assert_close(&with, &without);
}

static void a_small_one_is_stored(void **state) {
    (void)state;
    assert_int_equal(run(deviations, 64, "").stores, run(deviations, 64, "recompute").stores);
}

static void what_is_dear_is_stored(void **state) {
    (void)state;
    ran with = run(exponentials, 4096, "");
    assert_int_equal(with.stores, 1);
    assert_int_equal(run(random_numbers, 4096, "").stores, run(random_numbers, 4096, "recompute").stores);
}

static void each_part_of_the_plan_left_out_gives_the_same_to_rounding(void **state) {
    (void)state;
    static const char *const parts[] = { "recompute", "compiled", "early",
                                         "sharing",   "pages",    "recompute,compiled,early,sharing,pages" };
    ran with = run(training, 3000, "");
    assert_true(with.value[3] < with.value[0]); /* it learns */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        ran without = run(training, 3000, parts[i]);
        assert_close(&with, &without);
        assert_true(with.workspace <= without.workspace);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_large_difference_is_computed_again_by_its_readers),
        cmocka_unit_test(a_small_one_is_stored),
        cmocka_unit_test(what_is_dear_is_stored),
        cmocka_unit_test(each_part_of_the_plan_left_out_gives_the_same_to_rounding),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
