/* Descent with a learning rate for every element, by the size of its past gradients: AdaGrad, RMSProp. e: epsilon. */
#include "optim/optimizer.h"

#include <micrograd/ops.h>

/* s += g^2, p -= r g / (sqrt(s) + e) */
static void update_adagrad(const mg__entry_step *s) {
    mg_node *squares = mg__step_slot(s, 0, 0), *next = mg_add(squares, mg_square(s->g));
    mg__commit(s, squares, next);
    mg__descend(s, s->p, s->shared[0], mg_div(s->g, mg_add_scalar(mg_sqrt(next), s->options->epsilon)));
}

const mg_optimizer_row mg__optimizer_adagrad = {
    .name = "adagrad",
    .doc = "AdaGrad: s += g^2, p -= r g/(sqrt(s) + e) (Duchi, Hazan & Singer 2011)",
    .defaults = { .learning_rate = 0.05, .epsilon = 1e-10 },
    .slots = 1,
    .update = update_adagrad,
};

/* s = a s + (1 - a) g^2; centred (Graves 2013): m = a m + (1 - a) g, and s - m^2, the variance, in place of s;
 * p -= r g / (sqrt(s) + e), through a velocity where there is momentum. */
static void update_rmsprop(const mg__entry_step *s) {
    const mg_optimizer *options = s->options;
    mg_node *squares = mg__step_slot(s, 0, 0), *spread = mg__blend(squares, mg_square(s->g), options->alpha);
    mg__commit(s, squares, spread);
    if (options->centered) {
        mg_node *mean = mg__step_slot(s, 1, 0), *next = mg__blend(mean, s->g, options->alpha);
        mg__commit(s, mean, next);
        spread = mg_relu(mg_sub(spread, mg_square(next))); /* rounding may make it negative */
    }
    mg_node *direction = mg_div(s->g, mg_add_scalar(mg_sqrt(spread), options->epsilon));
    if (options->momentum > 0) {
        mg_node *velocity = mg__step_slot(s, 2, 0), *next = mg_add(mg_mul_scalar(velocity, options->momentum), direction);
        mg__commit(s, velocity, next);
        direction = next;
    }
    mg__descend(s, s->p, s->shared[0], direction);
}

const mg_optimizer_row mg__optimizer_rmsprop = {
    .name = "rmsprop",
    .doc = "RMSProp: s = a s + (1 - a) g^2, p -= r g/(sqrt(s) + e) (Tieleman & Hinton 2012); centred: Graves 2013",
    .defaults = { .learning_rate = 1e-3, .alpha = 0.99, .epsilon = 1e-8 },
    .momentum = true,
    .slots = 3,
    .update = update_rmsprop,
};
