/* The formulas of deep Q-learning, on nodes. */
#ifndef MG_RL_DQN_H
#define MG_RL_DQN_H

#include <micrograd/graph.h>

/* Q = V + A - mean A of each row (Wang et al. 2016); advantage [n, actions], value [n, 1]. */
mg_node *mg__duel(mg_node *advantage, mg_node *value);
/* The value of what comes after [n], by `judge` [n, actions]: the greatest, or (`chooser`: the same of another network; NULL:
 * none) that of the action which the chooser likes best (van Hasselt et al. 2016). */
mg_node *mg__value_after(mg_node *judge, mg_node *chooser);
/* e^2 / 2 up to |e| = 1, then |e| - 1/2 (Huber 1964). */
mg_node *mg__huber(mg_node *error);

#endif
