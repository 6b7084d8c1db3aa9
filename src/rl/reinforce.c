/* REINFORCE (Williams 1992) with a baseline: each action is weighed by the whole return that came after it, less what a network
 * expected. Steps count once their episode has ended; one that was cut by its limit goes on in the estimate. */
#include "rl/policy_gradient.h"

#include <micrograd/ops.h>

#include <string.h>

/* -ln p A */
static mg_node *loss(const mg__loss_nodes *n, const mg_agent_options *o) {
    (void)o;
    return mg_neg(mg_mul(n->log_probability, n->advantage));
}

static void defaults(const mg_environment *environment, mg_agent_options *o) {
    int64_t limit = environment->step_limit;
    mg__settle_count(&o->steps, 2000000);
    mg__settle_count(&o->environments, 4);
    mg__settle_count(&o->horizon, limit > 0 && limit < 1024 ? limit : 1024);
    o->passes = 1;
    o->batch = o->horizon * o->environments;
    o->trace = 1; /* nothing is estimated where the return is known */
    mg__settle(&o->learning_rate, 3e-3);
    mg__settle(&o->learning_rate_end, 0);
    mg__settle(&o->discount, 0.99);
    mg__settle(&o->clip, 0);
    mg__settle(&o->entropy, 0);
    mg__settle(&o->value_weight, 0.5);
    mg__settle(&o->clip_norm, 0.5);
    if (!strcmp(o->normalise, "auto")) o->normalise = !strcmp(environment->name, "cartpole") ? "none" : "both";
}

static mg_status learn(mg__agent *agent) {
    return mg__policy_gradient(agent, &(mg__gradient_method){ .loss = loss, .episodes = true });
}

const mg__algorithm mg__reinforce = {
    .name = "reinforce",
    .doc = "REINFORCE: each action weighed by the whole return after it, less a learned baseline (Williams 1992)",
    .counted = true,
    .numbers = true,
    .observed = true,
    .defaults = defaults,
    .learn = learn,
};
