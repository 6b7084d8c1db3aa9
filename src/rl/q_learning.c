/* Q-learning (Watkins 1989): a step is worth its reward and the best that could come after, whatever is done in truth. */
#include "rl/tabular.h"

static mg_status learn(mg__agent *agent) { return mg__tabular(agent, mg__after_best); }

const mg__algorithm mg__q_learning = {
    .name = "q-learning",
    .doc = "A table of values, learned by the best that could come next (Watkins 1989).",
    .counted = true,
    .defaults = mg__tabular_defaults,
    .learn = learn,
};
