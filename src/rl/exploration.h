/* Now and then, something else than what seems best. */
#ifndef MG_RL_EXPLORATION_H
#define MG_RL_EXPLORATION_H

#include "rl/algorithm.h"

/* With probability epsilon an action is drawn evenly, and kept for k steps, with probability in proportion to 1/k^2 up to
 * options.exploration_steps (Dabney et al. 2021): who changes their mind at every step gets nowhere. */
typedef struct mg__explorer {
    const mg__agent *agent;
    int64_t *left; /* of each environment: steps that the explored action is still kept for */
    int64_t *held; /* that action */
    uint64_t turn; /* steps of each environment so far */
} mg__explorer;

/* Falls evenly from options.exploration to exploration_end over the first exploration_share of the steps. */
double mg__epsilon(const mg__agent *agent);
/* A number of steps for u in [0, 1): k with probability in proportion to 1/k^2, 1 to most. */
int64_t mg__exploration_steps(double u, int64_t most);

mg_status mg__explorer_open(mg__explorer *explorer, const mg__agent *agent);
void mg__explorer_close(mg__explorer *explorer);
/* The action that environment i explores in this turn; -1: none, it does what seems best. Once a turn for each. */
int64_t mg__explorer_action(mg__explorer *explorer, int64_t i);
void mg__explorer_turn(mg__explorer *explorer, const mg_view *view); /* after the step of all */

#endif
