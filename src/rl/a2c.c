/* Advantage actor-critic (Mnih et al. 2016), synchronous: one update from each short horizon of several environments. */
#include "rl/policy_gradient.h"

#include <micrograd/ops.h>

#include <string.h>

/* -ln p A */
static mg_node *loss(const mg__loss_nodes *n, const mg_agent_options *o) {
    (void)o;
    return mg_neg(mg_mul(n->log_probability, n->advantage));
}

static void defaults(const mg_environment *environment, mg_agent_options *o) {
    mg__settle_count(&o->steps, 1000000);
    mg__settle_count(&o->environments, 16);
    mg__settle_count(&o->horizon, 16);
    o->passes = 1; /* the steps are of the policy as it is, or the gradient is another */
    o->batch = o->horizon * o->environments;
    mg__settle(&o->learning_rate, 1e-3);
    mg__settle(&o->learning_rate_end, 0);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->trace, 0.95);
    mg__settle(&o->clip, 0);
    mg__settle(&o->entropy, 0);
    mg__settle(&o->value_weight, 0.5);
    mg__settle(&o->clip_norm, 0.5);
    if (!strcmp(o->normalise, "auto")) o->normalise = !strcmp(environment->name, "cartpole") ? "none" : "both";
}

static mg_status learn(mg__agent *agent) { return mg__policy_gradient(agent, &(mg__gradient_method){ .loss = loss }); }

const mg__algorithm mg__a2c = {
    .name = "a2c",
    .doc = "advantage actor-critic: one update from each short horizon of many environments (Mnih et al. 2016)",
    .counted = true,
    .numbers = true,
    .observed = true,
    .defaults = defaults,
    .learn = learn,
};
