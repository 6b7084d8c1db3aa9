/* Walks the table of primitives: a new row is tested here unasked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/random.h"
#include "graph/graph.h"

#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct row_case {
    const mg_op *op;
    mg_sample sample;
} row_case;

static mg_node *apply_row(mg_graph *graph, mg_node *const *x, void *user) {
    row_case *c = user;
    return mg__apply(graph, c->op, x, c->sample.inputs, c->sample.attributes, c->sample.attribute_bytes, false);
}

/* Draws an input of the sample away from its kinks, which lie at multiples of `kink`. */
static mg_tensor *draw(mg_context *ctx, const mg_sample *s, int i, uint64_t seed) {
    mg_tensor *x = mg_tensor_create(ctx, s->dtype[i], s->rank[i], s->shape[i]);
    mg__stream stream = { seed, (uint64_t)i, 0 };
    for (int64_t j = 0; j < mg_tensor_count(x); j++) {
        double value = s->low[i] + (s->high[i] - s->low[i]) * mg__random_uniform(&stream, 0, (uint64_t)j);
        if (s->dtype[i] == MG_I32) value = floor(value);
        if (s->kink[i] > 0 && fabs(value - s->kink[i] * nearbyint(value / s->kink[i])) < 0.01) value += 0.02;
        mg_tensor_put(x, j, value);
    }
    return x;
}

static bool differentiable(const mg_op *op, const mg_sample *s) {
    if (op->gradient == MG_NO_GRADIENT || s->inputs == 0) return false;
    for (int i = 0; i < s->inputs; i++)
        if (s->dtype[i] != MG_I32) return true;
    return false;
}

static void check_rows(int order, double bound) {
    int checked = 0;
    for (const mg_op *const *op = mg_ops(); *op; op++) {
        row_case c = { .op = *op };
        int cases = (*op)->sample(0, &c.sample);
        bool some_gradient = false;
        for (int k = 0; k < cases; k++) {
            (*op)->sample(k, &c.sample);
            if (!differentiable(*op, &c.sample)) continue;
            if (strcmp((*op)->name, "cast") == 0 && k % 2) continue;   /* through f32: too coarse for differences in f64 */
            if (strcmp((*op)->name, "custom_gradient") == 0) continue; /* by its meaning not the gradient of its value */
            mg_context *ctx = mg_context_create(NULL);
            mg_tensor *x[4] = { 0 }, points[4];
            for (int i = 0; i < c.sample.inputs; i++) {
                x[i] = draw(ctx, &c.sample, i, 11);
                points[i] = *x[i];
            }
            mg_check_options options = mg_check_defaults();
            bool all_zero;
            options.order = order;
            options.all_zero = &all_zero;
            double error = mg_check_gradient(ctx, apply_row, &c, points, c.sample.inputs, &options);
            if (!(error < bound))
                fail_msg("%s, case %d, order %d: error %g; %s", (*op)->name, k, order, error, mg_context_message(ctx));
            some_gradient = some_gradient || !all_zero;
            checked++;
            for (int i = 0; i < c.sample.inputs; i++) mg_tensor_destroy(x[i]);
            mg_context_destroy(ctx);
            if (k + 1 == cases && order == 1 && !some_gradient) fail_msg("%s: every gradient is zero", (*op)->name);
        }
    }
    assert_true(checked > 60);
}

static void every_gradient_rule_agrees_with_finite_differences(void **state) {
    (void)state;
    check_rows(1, 1e-7);
}

static void every_second_order_gradient_agrees_with_finite_differences(void **state) {
    (void)state;
    check_rows(2, 1e-6);
}

/* vjp(a u + b w) = a vjp(u) + b vjp(w): what forward mode rests on. */
static void every_rule_is_linear_in_the_incoming_gradient(void **state) {
    (void)state;
    for (const mg_op *const *op = mg_ops(); *op; op++) {
        row_case c = { .op = *op };
        int cases = (*op)->sample(0, &c.sample);
        for (int k = 0; k < cases; k++) {
            (*op)->sample(k, &c.sample);
            if (!differentiable(*op, &c.sample)) continue;
            mg_context *ctx = mg_context_create(NULL);
            mg_graph *g = mg_graph_create(ctx, MG_EAGER);
            mg_node *x[4], *floats[4], *gu[4], *gw[4], *both[4];
            int n = 0;
            for (int i = 0; i < c.sample.inputs; i++) {
                mg_tensor *value = draw(ctx, &c.sample, i, 5);
                x[i] = mg_variable_tensor(g, value);
                if (value->dtype == MG_F64) floats[n++] = x[i];
                mg_tensor_destroy(value);
            }
            mg_node *y = apply_row(g, x, &c);
            if (mg_node_dtype(y) != MG_F64) {
                mg_graph_destroy(g);
                mg_context_destroy(ctx);
                continue;
            }
            mg_node *u = mg_sin(mg_add_scalar(mg_stop_gradient(y), 1)), *w = mg_full_like(y, 0.7);
            mg_vjp(y, u, floats, n, gu);
            mg_vjp(y, w, floats, n, gw);
            mg_vjp(y, mg_add(mg_mul_scalar(u, 2), mg_mul_scalar(w, -3)), floats, n, both);
            for (int i = 0; i < n; i++) {
                mg_node *gap = mg_sum_all(mg_abs(mg_sub(both[i], mg_sub(mg_mul_scalar(gu[i], 2), mg_mul_scalar(gw[i], 3)))));
                if (!(mg_item(gap) < 1e-9))
                    fail_msg("%s, case %d: not linear, gap %g; %s", (*op)->name, k, mg_item(gap), mg_graph_message(g));
            }
            mg_graph_destroy(g);
            mg_context_destroy(ctx);
        }
    }
}

static void every_row_is_documented_and_named_once(void **state) {
    (void)state;
    for (const mg_op *const *op = mg_ops(); *op; op++) {
        assert_non_null((*op)->doc);
        assert_true(strlen((*op)->doc) >= 3);
        assert_non_null((*op)->gradient);
        assert_non_null((*op)->sample);
        assert_ptr_equal(mg_op_find((*op)->name), *op);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_gradient_rule_agrees_with_finite_differences),
        cmocka_unit_test(every_second_order_gradient_agrees_with_finite_differences),
        cmocka_unit_test(every_rule_is_linear_in_the_incoming_gradient),
        cmocka_unit_test(every_row_is_documented_and_named_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
