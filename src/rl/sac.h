/* The formula of the soft actor, on nodes. */
#ifndef MG_RL_SAC_H
#define MG_RL_SAC_H

#include <micrograd/graph.h>

/* a = tanh(u), u = mean + exp(log_deviation) noise, all [n, numbers]; *log_probability [n]: ln p(a) = sum ln N(u) - ln(1 - a^2).
 */
mg_node *mg__squashed(mg_node *mean, mg_node *log_deviation, mg_node *noise, mg_node **log_probability);

#endif
