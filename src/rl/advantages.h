/* How much better than expected was each step? */
#ifndef MG_RL_ADVANTAGES_H
#define MG_RL_ADVANTAGES_H

#include <stdbool.h>
#include <stdint.h>

/* [steps][count] each, step after step of `count` environments. `next` is the estimate of what comes after a step: 0 where the
 * episode terminated, that of the observation which the step led to elsewhere, also where the episode was truncated. */
typedef struct mg__advantages_input {
    int64_t steps, count;
    const float *reward, *value, *next;
    const bool *ended; /* terminated or truncated: the step after is another episode's */
    double discount, trace;
} mg__advantages_input;

/* Generalised advantages (Schulman et al. 2016): delta_t = r_t + gamma next_t - v_t, A_t = delta_t + gamma lambda A_{t+1}, where
 * A_{t+1} is left out after an end; returns_t = A_t + v_t. */
void mg__advantages(const mg__advantages_input *input, float *advantage, float *returns);

#endif
