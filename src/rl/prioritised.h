/* Which memories are worth a second look: those that surprised, in proportion (Schaul et al. 2016). */
#ifndef MG_RL_PRIORITISED_H
#define MG_RL_PRIORITISED_H

#include "rl/replay.h"

/* P(i) = p_i / sum of all p, p_i = (|error_i| + a little)^alpha. A binary tree of sums finds one in log2(capacity) steps. */
typedef struct mg__priorities {
    int64_t leaves; /* a power of two, at least the capacity */
    double *sum;    /* [2 leaves]: sum[1] of all, children of k are 2k and 2k + 1, leaf i is sum[leaves + i] */
    double most;    /* greatest priority so far: what new memories get */
    double alpha;   /* 0: all alike; 1: in proportion */
    int64_t seen;   /* memories that have a priority */
} mg__priorities;

mg_status mg__priorities_create(mg_context *context, mg__priorities *priorities, int64_t capacity, double alpha);
void mg__priorities_destroy(mg_context *context, mg__priorities *priorities);
void mg__priorities_set(mg__priorities *priorities, int64_t index, double priority);
/* The memory in whose part of 0 .. sum[1] `place` falls. */
int64_t mg__priorities_find(const mg__priorities *priorities, double place);

/* Draws the lesson's rows, one from each of as many equal parts of the sum. Their weights make up for being drawn more often than
 * evenly: (held P(i))^-beta, divided by the greatest. */
void mg__priorities_draw(mg__priorities *priorities, mg__lesson *lesson, const mg__replay *replay, double beta, uint64_t seed,
                         uint64_t turn);
/* After learning: how far off each row was. */
void mg__priorities_learn(mg__priorities *priorities, const mg__lesson *lesson, const float *error);

#endif
