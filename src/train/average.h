/* Averaged weights: an exponential moving average over the steps (Polyak & Juditsky 1992), which is what is validated and kept.
 *
 *     a_k = a_{k-1} + (1 - d) / (1 - d^k) (w_k - a_{k-1})
 *
 * This is sum_i d^(k-i) w_i / sum_i d^(k-i): the initial weights are not part of it (the correction of Adam, Kingma & Ba 2015).
 * Running statistics of normalisation are averaged likewise. */
#ifndef MG_TRAIN_AVERAGE_H
#define MG_TRAIN_AVERAGE_H

#include "base/base.h"

#include <micrograd/parameters.h>

/* Part of a run's state: plain arrays in the layout of the store's two blocks. All zero: there is none. */
typedef struct mg__average {
    float *flat, *state;
} mg__average;

mg_status mg__average_open(mg_context *context, const mg_parameters *parameters, mg__average *average);
/* After step number `step`, from 1. */
void mg__average_step(mg__average *average, const mg_parameters *parameters, double decay, uint64_t step);
/* The store has the average and the average the store's values; a second time all is as it was. */
void mg__average_exchange(mg__average *average, mg_parameters *parameters);
void mg__average_close(mg_context *context, mg__average *average);

#endif
