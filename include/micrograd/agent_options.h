/* micrograd/agent_options.h: how an agent learns. Ranges and words are rows of mg_settings_table (those that `play` knows). */
#ifndef MICROGRAD_AGENT_OPTIONS_H
#define MICROGRAD_AGENT_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How far it is, handed to the callback. */
typedef struct mg_agent_progress {
    int64_t steps, most; /* of all environments together; at most */
    int64_t episodes;    /* that ended */
    double seconds;
    double recent; /* mean return of the last 100 episodes, exploring; NaN: none ended yet */
    double best;   /* mean return of the best policy so far, judged without exploring; NaN: none was judged yet */
} mg_agent_progress;

/* Returns false to end the run; the best policy so far is kept. */
typedef bool mg_agent_callback(void *user, const mg_agent_progress *progress);

/* MG_AUTO and "auto": as the algorithm has it for the environment. */
typedef struct mg_agent_options {
    const char *algorithm; /* a name of mg_algorithm_name */
    const char *model;     /* text of the hidden layers (micrograd/nn.h); NULL: 2*[dense(64) tanh], for dqn and sac relu */
    int64_t seed;          /* of weights, actions and episodes; 0 (default) is a seed as any other */
    int64_t steps;         /* of all environments together, at most */
    double time;           /* seconds; 0: as it needs. A run that this ends is not reproducible */
    int64_t environments;  /* played side by side */
    int64_t horizon;       /* steps of each environment between updates */
    int64_t passes;        /* over the steps of a horizon (ppo); updates after each horizon (dqn, sac) */
    int64_t batch;         /* steps of one update; divides environments x horizon (ppo) */
    double learning_rate;
    double learning_rate_end; /* share of it that is left at the last step; it falls evenly */
    double discount;          /* gamma: what a reward a step later is worth */
    double trace;             /* lambda of the advantages (Schulman et al. 2016): 0 one step, 1 whole episodes */
    double clip;              /* ppo: the ratio of probabilities stays within 1 +- clip */
    double entropy;           /* weight of the entropy in the loss; sac: at first, then it finds itself */
    double value_weight;      /* weight of the value's squared error, halved */
    double clip_norm;         /* of the gradients of each network; 0: off */
    const char *normalise;    /* "none" "observations" "both": by running mean and deviation; rewards by that of their returns;
                              dqn, sac: observations by the bounds that they have, rewards never */
    /* dqn, q-learning, sarsa: how often an action is drawn evenly, */
    double exploration, exploration_end; /* at first, and from exploration_share of the steps on; it falls evenly */
    double exploration_share;
    int64_t exploration_steps; /* such an action is kept for up to so many steps, k with probability ~ 1/k^2 */
    /* dqn, sac */
    int64_t memory;      /* steps that are kept to learn from; the oldest is forgotten first */
    int64_t warmup;      /* steps before the first update */
    int64_t steps_ahead; /* n: rewards that are added up before an estimate takes over */
    double priority;     /* dqn: alpha of prioritised replay (Schaul et al. 2016); 0: all alike */
    double target_rate;  /* share of the way that the target networks follow after an update */
    const char *values;  /* dqn: "plain" "double" (van Hasselt et al. 2016) "duelling" (Wang et al. 2016) "both" */
    bool whole;          /* runs all its steps, also once the environment is solved */
    /* Not settings of the command line. */
    mg_agent_callback *on_progress; /* after each update */
    void *user;
} mg_agent_options;

#ifdef __cplusplus
}
#endif
#endif
