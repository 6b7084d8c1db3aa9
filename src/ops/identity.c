/* The value of another node under another gradient: stop_gradient and custom_gradient. */
#include "ops/ops.h"

#include <micrograd/gradient.h>

#include <string.h>

static bool first_rule(mg_shape_rule *r) { return mg_rule_same_as(r, 0); }
static mg_status first_reference(const mg_kernel_call *c) {
    if (mg_tensor_bytes(&c->y)) memcpy(c->y.data, c->x[0].data, mg_tensor_bytes(&c->y));
    return MG_OK;
}
static int stop_samples(int index, mg_sample *sample) { return mg__sample_shapes(index, sample, 1, -2, 2, 0); }
const mg_op mg__op_stop_gradient = { .size = sizeof(mg_op),
                                     .name = "stop_gradient",
                                     .inputs = 1,
                                     .shape = first_rule,
                                     .gradient = MG_NO_GRADIENT,
                                     .reference = first_reference,
                                     .sample = stop_samples,
                                     .doc = "x, without a gradient.",
                                     .kind = MG__IDENTITY };
mg_node *mg_stop_gradient(mg_node *x) { return mg_apply(&mg__op_stop_gradient, &x, 1, NULL, 0); }

/* Inputs: y, then the x that the rule gives gradients for. y's own gradient is not asked for. */
typedef struct custom {
    mg_custom_rule *rule;
    void *user;
} custom;
static void custom_gradient(const mg_rule *r) {
    custom a;
    if (!r->attributes) return;
    memcpy(&a, r->attributes, sizeof a);
    mg_rule inner = *r;
    inner.inputs = r->inputs - 1;
    inner.x = r->x + 1;
    inner.needed = r->needed + 1;
    inner.dx = r->dx + 1;
    a.rule(&inner, a.user);
}
/* As the tables of tests see it: the gradient of the identity, by a rule of its own. */
static void pass_on(const mg_rule *r, void *user) {
    (void)user;
    r->dx[0] = r->dy;
}
static int custom_samples(int index, mg_sample *sample) {
    int count = mg__sample_shapes(index, sample, 2, -2, 2, 0);
    custom a = { pass_on, NULL };
    mg__sample_attributes(sample, &a, sizeof a);
    return count;
}
const mg_op mg__op_custom_gradient = { .size = sizeof(mg_op),
                                       .name = "custom_gradient",
                                       .inputs = MG_ANY_INPUTS,
                                       .shape = first_rule,
                                       .gradient = custom_gradient,
                                       .reference = first_reference,
                                       .sample = custom_samples,
                                       .doc = "y, with gradients for the other inputs from a rule of the caller's.",
                                       .kind = MG__IDENTITY };
mg_node *mg_custom_gradient(mg_node *y, mg_node *const *x, int inputs, mg_custom_rule *rule, void *user) {
    mg_node *all[16];
    if (mg_is_poison(y)) return y;
    if (inputs < 1 || inputs > 15 || !rule)
        return mg_graph_fail(mg__graph(y), MG_INVALID, "custom_gradient: wanted a rule and 1 to 15 inputs, got %d", inputs);
    all[0] = y;
    memcpy(all + 1, x, (size_t)inputs * sizeof *x);
    custom a = { rule, user };
    return mg_apply(&mg__op_custom_gradient, all, inputs + 1, &a, sizeof a);
}
