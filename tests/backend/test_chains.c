/* Chains that were compiled at build time give the bits of the instructions one by one, whatever the shapes. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "backend/cpu/loop.h"

#include <micrograd.h>

#include <stdlib.h>
#include <string.h>

typedef struct shape {
    int64_t rows, features, outputs;
} shape;

typedef struct trained {
    float *parameters;
    int64_t count;
    int chains; /* compiled ones that the program has */
} trained;

static void fill(mg_tensor *t, int64_t classes, unsigned seed) {
    for (int64_t i = 0; i < mg_tensor_count(t); i++) {
        seed = seed * 1664525u + 1013904223u;
        double u = (seed >> 8) / 16777216.0;
        mg_tensor_put(t, i, classes ? (double)(int64_t)(u * (double)classes) : 2 * u - 1);
    }
}

static int count_chains(mg_program *program) {
    int count = 0;
    for (size_t i = 0; i < program->step_count; i++) {
        mg__tile_plan plan;
        if (program->steps[i].kind != MG__STEP_LOOP) continue;
        assert_true(mg__tile_plan_make(program, &program->steps[i].loop, mg__isa_best(), &plan));
        for (int k = 0; k < plan.loop->count; k++) count += plan.code[k].action == MG__DO_CHAIN;
    }
    return count;
}

/* The parameters after three steps. */
static trained train(const char *text, const char *optimizer, shape s, const char *without) {
    setenv("MICROGRAD_WITHOUT", without, 1);
    mg_context *ctx = mg_context_create(NULL);
    mg_graph *g = mg_graph_create(ctx, MG_STAGED);
    mg_parameters *store = mg_parameters_create(ctx, MG_F32);
    mg_network *network = mg_network_parse(ctx, text);
    assert_non_null(network);
    mg_network_options options = mg_network_defaults();
    options.training = true;
    options.outputs = s.outputs;
    int64_t dims[2] = { s.rows, s.features };
    mg_tensor *x = mg_tensor_create(ctx, MG_F32, 2, dims), *t = mg_tensor_create(ctx, MG_I32, 1, dims);
    fill(x, 0, 1);
    fill(t, s.outputs, 2);
    mg_node *y = mg_network_build(network, mg_input(g, "x", MG_F32, 2, dims), store, &options);
    mg_node *loss = mg_cross_entropy(y, mg_input(g, "t", MG_I32, 1, dims), NULL);
    mg_optimizer o = mg_optimizer_defaults(optimizer);
    assert_int_equal(mg_minimise(loss, store, &o), MG_OK);
    mg_program *program = mg_compile(g, MG_CPU, &loss, 1);
    mg_session *session = mg_session_create(ctx, program, NULL);
    assert_non_null(session);
    for (int i = 0; i < 3; i++) assert_int_equal(mg_run(session, (mg_tensor[]){ *x, *t }, (mg_tensor[]){ { 0 } }), MG_OK);
    trained result = { .chains = count_chains(program) };
    for (int i = 0; i < mg_parameters_count(store); i++) {
        mg_tensor value = mg_parameters_value(store, i);
        int64_t count = mg_tensor_count(&value);
        result.parameters = realloc(result.parameters, (size_t)(result.count + count) * sizeof(float));
        assert_non_null(result.parameters);
        memcpy(result.parameters + result.count, value.data, (size_t)count * sizeof(float));
        result.count += count;
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_network_destroy(network);
    mg_tensor_destroy(x);
    mg_tensor_destroy(t);
    mg_parameters_destroy(store);
    mg_graph_destroy(g);
    mg_context_destroy(ctx);
    unsetenv("MICROGRAD_WITHOUT");
    return result;
}

/* The network has compiled chains, and its weights are the same bits with them and without. */
static void check(const char *text, const char *optimizer, shape s) {
    trained with = train(text, optimizer, s, ""), one_by_one = train(text, optimizer, s, "compiled");
    if (memcmp(with.parameters, one_by_one.parameters, (size_t)with.count * sizeof(float)) != 0)
        fail_msg("%s, %s, [%lld, %lld] -> %lld: other bits", text, optimizer, (long long)s.rows, (long long)s.features,
                 (long long)s.outputs);
#ifdef MG__HAVE_CHAINS
    assert_true(with.chains > 0);
#endif
    assert_int_equal(one_by_one.chains, 0);
    free(with.parameters);
    free(one_by_one.parameters);
}

static const shape shapes[] = { { 3, 1, 2 }, { 17, 5, 3 }, { 61, 33, 10 }, { 1000, 7, 16 }, { 259, 3, 101 } };

static void check_isas(const char *text, const char *optimizer) {
    for (int isa = 0; isa < MG__ISAS; isa++) {
        if (!mg__isa_available((mg__isa)isa)) continue;
        setenv("MICROGRAD_ISA", mg__isa_name((mg__isa)isa), 1);
        for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++) check(text, optimizer, shapes[s]);
    }
    unsetenv("MICROGRAD_ISA");
}

static void every_optimizer_updates_to_the_same_bits(void **state) {
    (void)state;
    for (int i = 0; mg_optimizer_name(i); i++) check_isas("dense(24) relu", mg_optimizer_name(i));
}

static void normalisations_give_the_same_bits(void **state) {
    (void)state;
    check_isas("2*[dense(24) batchnorm relu]", "adam");
    check_isas("2*[dense(19) layernorm relu]", "gd");
    check_isas("2*[dense(131) layernorm gelu]", "gd");
}

static void activations_and_dropout_give_the_same_bits(void **state) {
    (void)state;
    check_isas("2*[dense(24) tanh]", "gd");
    check_isas("2*[dense(24) sigmoid]", "gd");
    check_isas("2*[dense(24) silu]", "gd");
    check_isas("dense(24) relu dropout(0.2)", "gd");
}

static void residual_blocks_large_enough_to_be_computed_again_give_the_same_bits(void **state) {
    (void)state;
    check("dense(20) batchnorm relu residual(dense(20) batchnorm relu dense(20) batchnorm) relu", "momentum",
          (shape){ 2049, 3, 2 });
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_updates_to_the_same_bits),
        cmocka_unit_test(normalisations_give_the_same_bits),
        cmocka_unit_test(activations_and_dropout_give_the_same_bits),
        cmocka_unit_test(residual_blocks_large_enough_to_be_computed_again_give_the_same_bits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
