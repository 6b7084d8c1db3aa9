/* SARSA (Rummery & Niranjan 1994): a step is worth its reward and what the next step, exploring as it may be, is worth. */
#include "rl/tabular.h"

static mg_status learn(mg__agent *agent) { return mg__tabular(agent, mg__after_taken); }

const mg__algorithm mg__sarsa = {
    .name = "sarsa",
    .doc = "A table of values, learned by what is done next, exploring included (Rummery & Niranjan 1994).",
    .counted = true,
    .defaults = mg__tabular_defaults,
    .learn = learn,
};
