/* Random expressions with updates: what the planner and the cpu backend make of them, against an eager graph evaluated node by
 * node. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "plan/program.h"
#include "support/random_graph.h"

#include <stdlib.h>

enum { RUNS = 3 };

typedef enum way { EAGER, PLAIN, FUSED, FUSED_PLAINLY } way; /* the last: the fused program on the reference interpreters */
static const char *const way_names[] = { "eager", "reference", "cpu", "cpu's steps on the reference interpreters" };

/* Everything that a way of running gives, in one line: status, outputs, parameters after each run. */
typedef struct record {
    double *values;
    double *scale; /* magnitude of the array that a value is of */
    size_t count, capacity;
} record;

static void put(record *r, const mg_tensor *x) {
    double scale = 1;
    for (int64_t i = 0; i < mg_tensor_count(x); i++) scale = fmax(scale, fabs(mg_tensor_get(x, i)));
    for (int64_t i = 0; i < mg_tensor_count(x); i++) {
        if (r->count == r->capacity) {
            r->capacity = r->capacity ? 2 * r->capacity : 4096;
            r->values = realloc(r->values, r->capacity * sizeof(double));
            r->scale = realloc(r->scale, r->capacity * sizeof(double));
        }
        r->values[r->count] = mg_tensor_get(x, i);
        r->scale[r->count++] = scale;
    }
}
static void put_number(record *r, double value) {
    mg_tensor x = mg_tensor_borrow(MG_F64, 0, NULL, &value);
    put(r, &x);
}

static mg_tensor *copy_of(mg_context *ctx, mg_node *x) {
    mg_tensor value = mg_value(x), *copy = mg_tensor_create(ctx, value.dtype, value.rank, value.shape);
    if (!value.data) {
        mg_tensor_destroy(copy);
        return NULL;
    }
    if (mg_tensor_bytes(copy)) memcpy(copy->data, value.data, mg_tensor_bytes(copy));
    return copy;
}

static bool run_eager(mg_context *ctx, random_graph *r, record *out) {
    for (int run = 0; run < RUNS; run++) {
        mg_tensor *fresh[RANDOM_PARAMETERS] = { 0 };
        for (int i = 0; i < RANDOM_INPUTS; i++) {
            mg_tensor *x = mg_tensor_create(ctx, r->recipe.dtype, mg_node_rank(r->input[i]), mg_node_shape(r->input[i]));
            random_fill(&r->recipe, i, run, x);
            mg_set_tensor(r->input[i], x);
            mg_tensor_destroy(x);
        }
        for (int i = 0; i < r->outputs; i++) {
            mg_tensor value = mg_value(r->output[i]);
            if (!value.data && mg_tensor_count(&value)) return false;
            put(out, &value);
        }
        bool allowed = !r->guard || r->updates == 0 || mg_item(r->guard) != 0;
        for (int u = 0; u < r->updates; u++)
            if (allowed && (!r->update[u].predicate || mg_item(r->update[u].predicate) != 0))
                fresh[u] = copy_of(ctx, r->update[u].value);
        for (int u = 0; u < r->updates; u++) {
            if (fresh[u]) mg_set_tensor(r->parameter[r->update[u].target], fresh[u]);
            mg_tensor_destroy(fresh[u]);
        }
        for (int i = 0; i < RANDOM_PARAMETERS; i++) {
            mg_tensor value = mg_value(r->parameter[i]);
            put(out, &value);
        }
        put_number(out, allowed ? MG_OK : MG_NOT_FINITE);
        mg_graph_next_step(r->graph);
    }
    return mg_graph_status(r->graph) == MG_OK;
}

static mg_tensor parameter_of(random_graph *r, int i) {
    if (i < RANDOM_PARAMETERS - 1) return mg_parameters_value(r->store, i);
    mg_tensor slot = mg_parameters_slot(r->store, 0, 0), x = mg_parameters_value(r->store, 0);
    x.data = (char *)slot.data + mg_parameters_entry(r->store, 0)->offset * mg_dtype_size(x.dtype);
    return x;
}

static bool run_staged(mg_context *ctx, random_graph *r, way how, record *out) {
    mg_program *program = mg_compile(r->graph, how == PLAIN ? MG_REFERENCE : MG_CPU, r->output, r->outputs);
    if (program && how == FUSED_PLAINLY) program->backend = MG_REFERENCE;
    mg_session *session = mg_session_create(ctx, program, NULL);
    bool fine = session != NULL;
    for (int i = 0; i < RANDOM_PARAMETERS && fine; i++) {
        mg_parameters_slot(r->store, 0, 0);
        mg_tensor x = parameter_of(r, i);
        random_fill(&r->recipe, RANDOM_INPUTS + i, 0, &x);
    }
    for (int run = 0; run < RUNS && fine; run++) {
        mg_tensor inputs[RANDOM_INPUTS], *owned[RANDOM_INPUTS], outputs[RANDOM_OUTPUTS] = { 0 };
        for (int i = 0; i < RANDOM_INPUTS; i++) {
            owned[i] = mg_tensor_create(ctx, r->recipe.dtype, mg_node_rank(r->input[i]), mg_node_shape(r->input[i]));
            random_fill(&r->recipe, i, run, owned[i]);
            inputs[i] = *owned[i];
        }
        mg_status status = mg_run(session, inputs, outputs);
        fine = status == MG_OK || status == MG_NOT_FINITE;
        for (int i = 0; i < r->outputs && fine; i++) put(out, &outputs[i]);
        for (int i = 0; i < RANDOM_PARAMETERS && fine; i++) {
            mg_tensor x = parameter_of(r, i);
            put(out, &x);
        }
        put_number(out, status);
        for (int i = 0; i < RANDOM_INPUTS; i++) mg_tensor_destroy(owned[i]);
    }
    mg_session_destroy(session);
    mg_program_destroy(program);
    return fine;
}

static bool run(const random_recipe *recipe, way how, record *out, char *message, size_t size, bool print) {
    mg_context_options options = mg_context_defaults();
    options.threads = recipe->large ? 3 : 1;
    options.seed = 5;
    mg_context *ctx = mg_context_create(&options);
    mg_graph *g = mg_graph_create(ctx, how == EAGER ? MG_EAGER : MG_STAGED);
    mg_parameters *store = how == EAGER ? NULL : mg_parameters_create(ctx, recipe->dtype);
    random_graph r;
    random_build(&r, recipe, g, store);
    bool fine = mg_graph_status(g) == MG_OK;
    if (fine && print) {
        mg_node *all[RANDOM_OUTPUTS + 3 * RANDOM_PARAMETERS];
        int n = 0;
        for (int i = 0; i < r.outputs; i++) all[n++] = r.output[i];
        for (int i = 0; i < r.updates; i++) {
            fprintf(stderr, "update %%%zu := %%%zu if %d\n", mg_node_id(r.parameter[r.update[i].target]),
                    mg_node_id(r.update[i].value), r.update[i].predicate ? (int)mg_node_id(r.update[i].predicate) : -1);
            all[n++] = r.update[i].value;
        }
        for (int i = 0; i < r.outputs; i++) fprintf(stderr, "output %%%zu\n", mg_node_id(r.output[i]));
        if (r.guard) fprintf(stderr, "guard %%%zu\n", mg_node_id(r.guard));
        mg_graph_write_text(all, n, mg_write_file, stderr);
        mg_program *program = mg_compile(g, MG_CPU, r.output, r.outputs);
        if (program) mg_program_write_text(program, mg_write_file, stderr);
        mg_program_destroy(program);
    }
    if (fine) fine = how == EAGER ? run_eager(ctx, &r, out) : run_staged(ctx, &r, how, out);
    if (!fine)
        snprintf(message, size, "%s: %s", way_names[how],
                 mg_graph_status(g) != MG_OK ? mg_graph_message(g) : mg_context_message(ctx));
    mg_graph_destroy(g);
    mg_parameters_destroy(store);
    mg_context_destroy(ctx);
    return fine;
}

/* true: all ways agree. */
static bool agrees(const random_recipe *recipe, char *message, size_t size) {
    record want = { 0 };
    bool fine = run(recipe, EAGER, &want, message, size, false);
    for (int k = 0; k < 3 && fine; k++) { /* the tile interpreter last: what it alone does wrong is not the planner's */
        int how = (int[]){ PLAIN, FUSED_PLAINLY, FUSED }[k];
        record got = { 0 };
        fine = run(recipe, (way)how, &got, message, size, false);
        if (fine && got.count != want.count) {
            snprintf(message, size, "%s: %zu values, wanted %zu", way_names[how], got.count, want.count);
            fine = false;
        }
        double tolerance = !recipe->smooth ? 0 : recipe->dtype == MG_F32 ? 2e-3 : 1e-9;
        for (size_t i = 0; i < want.count && fine; i++) {
            double a = got.values[i], b = want.values[i];
            fine = a == b || (a != a && b != b) || fabs(a - b) <= tolerance * want.scale[i];
            if (!fine)
                snprintf(message, size, "%s: value %zu of %zu is %.17g, wanted %.17g", way_names[how], i, want.count, a, b);
        }
        free(got.values);
        free(got.scale);
    }
    free(want.values);
    free(want.scale);
    return fine;
}

/* Leaves out what is not needed to fail, prints what is left. */
static void shrink(random_recipe recipe, char *message, size_t size) {
    for (int again = 0; again < 2; again++) {
        for (int k = recipe.steps - 1; k >= 0; k--) {
            random_recipe less = recipe;
            less.skipped |= (uint64_t)1 << k;
            if (less.skipped != recipe.skipped && !agrees(&less, message, size)) recipe = less;
        }
    }
    agrees(&recipe, message, size);
    fprintf(stderr, "seed %llu, skipped %llx: %s\n", (unsigned long long)recipe.seed, (unsigned long long)recipe.skipped,
            message);
    run(&recipe, PLAIN, &(record){ 0 }, message, size, true);
}

static void check(random_recipe recipe, uint64_t from, int count) {
    char message[1200];
    int failures = 0;
    const char *only = getenv("RANDOM_SEED"), *many = getenv("RANDOM_COUNT");
    if (only) from = strtoull(only, NULL, 10), count = 1;
    if (many) count *= atoi(many);
    for (int i = 0; i < count; i++) {
        recipe.seed = from + (uint64_t)i;
        if (agrees(&recipe, message, sizeof message)) continue;
        shrink(recipe, message, sizeof message);
        if (++failures == 1) break;
    }
    assert_int_equal(failures, 0);
}

static void small_whole_numbers_in_f64(void **state) {
    (void)state;
    check((random_recipe){ .steps = 8, .dtype = MG_F64 }, 1, 600);
    check((random_recipe){ .steps = 25, .dtype = MG_F64 }, 10000, 500);
}
static void small_whole_numbers_in_f32(void **state) {
    (void)state;
    check((random_recipe){ .steps = 15, .dtype = MG_F32 }, 20000, 600);
}
static void gradients_of_whole_numbers(void **state) {
    (void)state;
    check((random_recipe){ .steps = 6, .dtype = MG_F64, .gradient = true }, 30000, 500);
}
static void smooth_functions_and_their_gradients(void **state) {
    (void)state;
    check((random_recipe){ .steps = 10, .dtype = MG_F64, .smooth = true }, 40000, 500);
    check((random_recipe){ .steps = 6, .dtype = MG_F64, .smooth = true, .gradient = true }, 50000, 400);
}
static void many_units_and_blocks(void **state) {
    (void)state;
    check((random_recipe){ .steps = 8, .dtype = MG_F64, .large = true }, 60000, 60);
    check((random_recipe){ .steps = 8, .dtype = MG_F32, .large = true }, 70000, 60);
}

int main(void) {
    setenv("MICROGRAD_WITHOUT", "thresholds", 1); /* small values are computed again too */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_whole_numbers_in_f64), cmocka_unit_test(small_whole_numbers_in_f32),
        cmocka_unit_test(gradients_of_whole_numbers), cmocka_unit_test(smooth_functions_and_their_gradients),
        cmocka_unit_test(many_units_and_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
