/* Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019).
 *
 *     m = b1 m + (1 - b1) g        v = b2 v + (1 - b2) g^2
 *     p -= r (m / (1 - b1^t)) / (sqrt(v / (1 - b2^t)) + e)
 *
 * With k = sqrt(1 - b2^t) the last line is p -= (r k / (1 - b1^t)) m / (sqrt(v) + e k), whose two factors are scalars of the run
 * (the paper's own remark in section 2, with e scaled so that both forms are equal). */
#include "optim/optimizer.h"

#include <micrograd/ops.h>

#include <math.h>

enum { RATE, EPSILON, PLAIN_RATE };

/* arguments: b1, b2, accumulate */
static double adam_rate(const mg_run_info *info, const double *arguments) {
    double t = mg__update_number(info, arguments[2]);
    return info->learning_rate * sqrt(1 - pow(arguments[1], t)) / (1 - pow(arguments[0], t));
}

/* arguments: e, b2, accumulate */
static double adam_epsilon(const mg_run_info *info, const double *arguments) {
    return arguments[0] * sqrt(1 - pow(arguments[1], mg__update_number(info, arguments[2])));
}

static void share_adam(mg_graph *graph, const mg_optimizer *o, mg_node **shared) {
    shared[RATE] = mg_run_scalar(graph, "adam_rate", adam_rate, (double[]){ o->beta1, o->beta2, o->accumulate }, 3);
    shared[EPSILON] = mg_run_scalar(graph, "adam_epsilon", adam_epsilon, (double[]){ o->epsilon, o->beta2, o->accumulate }, 3);
}

static void step_from(const mg__entry_step *s, mg_node *p) {
    mg_node *m = mg__step_slot(s, 0, 0), *m_next = mg__blend(m, s->g, s->options->beta1);
    mg_node *v = mg__step_slot(s, 1, 0), *v_next = mg__blend(v, mg_square(s->g), s->options->beta2);
    mg__commit(s, m, m_next);
    mg__commit(s, v, v_next);
    mg__descend(s, p, s->shared[RATE], mg_div(m_next, mg_add(mg_sqrt(v_next), s->shared[EPSILON])));
}

static void update_adam(const mg__entry_step *s) { step_from(s, s->p); }

const mg_optimizer_row mg__optimizer_adam = {
    .name = "adam",
    .doc = "Adam: m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2, p -= r m'/(sqrt(v') + e), m' and v' without bias (Kingma & Ba "
           "2015)",
    .defaults = { .learning_rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 },
    .slots = 2,
    .share = share_adam,
    .update = update_adam,
};

static void share_adamw(mg_graph *graph, const mg_optimizer *o, mg_node **shared) {
    share_adam(graph, o, shared);
    shared[PLAIN_RATE] = mg_run_scalar(graph, "learning_rate", mg__learning_rate_scalar, NULL, 0);
}

/* p (1 - r w) in place of p, for weights */
static void update_adamw(const mg__entry_step *s) {
    mg_node *p = s->p;
    if (s->decayed && s->options->weight_decay > 0) {
        mg_node *decay = mg_mul_scalar(mg__scaled(s, s->shared[PLAIN_RATE]), s->options->weight_decay);
        p = mg_mul(p, mg_sub(mg_constant_like(decay, 1), decay));
    }
    step_from(s, p);
}

const mg_optimizer_row mg__optimizer_adamw = {
    .name = "adamw",
    .doc = "AdamW: Adam after p *= 1 - r w, weights only (Loshchilov & Hutter 2019)",
    .defaults = { .learning_rate = 1e-3, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8, .weight_decay = 0.01 },
    .decay = true,
    .slots = 2,
    .share = share_adamw,
    .update = update_adamw,
};
