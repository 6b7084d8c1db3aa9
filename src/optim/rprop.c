/* Rprop (Riedmiller & Braun 1993), the variant without weight backtracking (Rprop-: Igel & Huesken 2000), as in PyTorch. Only
 * signs count, so it wants the gradient of the full batch. Every element has a step d, from the learning rate on:
 *
 *     g g_before > 0: d = min(1.2 d, 50)      < 0: d = max(d/2, 1e-6), and g = 0 this time
 *     p -= sign(g) d
 */
#include "optim/optimizer.h"

#include <micrograd/ops.h>

static void update_rprop(const mg__entry_step *s) {
    mg_node *before = mg__step_slot(s, 0, 0), *d = mg__step_slot(s, 1, s->options->learning_rate);
    mg_node *agreement = mg_sign(mg_mul(s->g, before)); /* 1, 0 or -1 */
    mg_node *one = mg_constant_like(d, 1), *zero = mg_constant_like(d, 0);
    mg_node *turned = mg_less(agreement, zero);
    mg_node *factor =
        mg_where(turned, mg_constant_like(d, 0.5), mg_where(mg_greater(agreement, zero), mg_constant_like(d, 1.2), one));
    mg_node *next = mg_clip(mg_mul(d, factor), 1e-6, 50), *g = mg_where(turned, zero, s->g);
    mg__commit(s, d, next);
    mg__commit(s, before, g);
    mg_node *step = mg_mul(mg_sign(g), next);
    mg__commit(s, s->p, mg_sub(s->p, s->scale == 1 ? step : mg_mul_scalar(step, s->scale)));
}

const mg_optimizer_row mg__optimizer_rprop = {
    .name = "rprop",
    .doc = "Rprop, full batch: steps grow by 1.2 while the gradient keeps its sign and halve when it turns (Riedmiller & Braun "
           "1993)",
    .defaults = { .learning_rate = 0.01 },
    .all_rows = true,
    .slots = 2,
    .update = update_rprop,
};
