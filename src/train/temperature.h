/* Probabilities that say how often they are right: one number that makes all of them bolder or more careful (temperature
 * scaling; Guo et al. 2017).
 *
 *     p_k becomes p_k^(1/T) / sum_j p_j^(1/T)
 *
 * which is softmax(z / T) of one network's outputs z; of several it is taken of the mean of their probabilities. The most
 * probable class stays what it is. */
#ifndef MG_TRAIN_TEMPERATURE_H
#define MG_TRAIN_TEMPERATURE_H

#include <micrograd/metrics.h>

#define MG__TEMPERATURE_LOWEST  0.05
#define MG__TEMPERATURE_HIGHEST 20.0

/* The temperature with the least sum of log losses + (ln T)^2 / (2 0.5^2) over rows that were not trained on, weights counted: a
 * few rows, or rows that are all right, move it but little from 1 (ln T is taken to be normal with deviation 0.5). 1: there are
 * no rows. */
double mg__temperature_fit(const mg_scored *scored);
void mg__temperature_apply(double temperature, int64_t classes, double *probabilities);

#endif
