/* Steps of several environments, played by a policy that explores. */
#ifndef MG_RL_ROLLOUT_H
#define MG_RL_ROLLOUT_H

#include "rl/algorithm.h"

/* What is kept of a step, [steps][count] of each; x has `inputs` numbers a row, action `numbers`. */
typedef struct mg__rollout {
    mg__agent *agent;
    int64_t steps, count, inputs, numbers;
    float *x;      /* observations as the networks read them */
    float *action; /* as drawn: the number of a counted one, or numbers, which may lie beyond their bounds */
    float *log_probability, *value, *reward;
    float *next; /* estimate of what comes after: 0 where the episode terminated */
    bool *ended;
    float *advantage, *returns;
    /* how they are played */
    mg_environments *environments;
    mg_program *program;
    mg_session *session;        /* x [count][inputs] -> outputs of the policy, values */
    const float *log_deviation; /* of actions that are numbers: in the policy's store */
    float *last_x;              /* [count][inputs] */
    double *sums;               /* [count]: discounted rewards of the episode so far */
    mg__normaliser *scale;      /* of rewards, by these sums; NULL: they are as they are */
    bool observes;              /* the policy's normaliser learns of observations */
    uint64_t turn;              /* steps of each environment so far */
} mg__rollout;

/* The agent's policy and its store are there; `critic` is the store of the network that estimates values. */
mg_status mg__rollout_open(mg__rollout *rollout, mg__agent *agent, mg_parameters *critic);
void mg__rollout_close(mg__rollout *rollout);
/* Plays `steps` steps and works out their advantages. */
mg_status mg__rollout_play(mg__rollout *rollout);

#endif
