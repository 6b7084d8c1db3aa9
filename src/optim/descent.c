/* Gradient descent, with momentum, with Nesterov's momentum. p: parameter, g: gradient, r: learning rate, u: momentum. */
#include "optim/optimizer.h"

#include <micrograd/ops.h>

/* p -= r g */
static void update_gd(const mg__entry_step *s) { mg__descend(s, s->p, s->shared[0], s->g); }

const mg_optimizer_row mg__optimizer_gd = {
    .name = "gd",
    .doc = "gradient descent: p -= r g (Cauchy 1847; Robbins & Monro 1951)",
    .defaults = { .learning_rate = 0.1 },
    .update = update_gd,
};

/* v = u v + g */
static mg_node *velocity(const mg__entry_step *s) {
    mg_node *v = mg__step_slot(s, 0, 0);
    mg_node *next = mg_add(mg_mul_scalar(v, s->options->momentum), s->g);
    mg__commit(s, v, next);
    return next;
}

/* p -= r v */
static void update_momentum(const mg__entry_step *s) { mg__descend(s, s->p, s->shared[0], velocity(s)); }

const mg_optimizer_row mg__optimizer_momentum = {
    .name = "momentum",
    .doc = "heavy ball: v = u v + g, p -= r v (Polyak 1964)",
    .defaults = { .learning_rate = 0.05, .momentum = 0.9 },
    .momentum = true,
    .slots = 1,
    .update = update_momentum,
};

/* p -= r (g + u v): the gradient where the velocity is about to carry p, after a change of variables (Bengio et al. 2013). */
static void update_nesterov(const mg__entry_step *s) {
    mg__descend(s, s->p, s->shared[0], mg_add(s->g, mg_mul_scalar(velocity(s), s->options->momentum)));
}

const mg_optimizer_row mg__optimizer_nesterov = {
    .name = "nesterov",
    .doc = "Nesterov's momentum: v = u v + g, p -= r (g + u v) (Nesterov 1983; Sutskever et al. 2013)",
    .defaults = { .learning_rate = 0.05, .momentum = 0.9 },
    .momentum = true,
    .slots = 1,
    .update = update_nesterov,
};
