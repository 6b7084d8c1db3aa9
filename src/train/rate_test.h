/* The learning-rate range test, inside a training that is open. */
#ifndef MG_TRAIN_RATE_TEST_H
#define MG_TRAIN_RATE_TEST_H

#include "train/trainer.h"

#include <micrograd/learning_rate.h>

/* On the first member's rows; no weight of the trainer changes. */
mg_status mg__rate_test(mg__trainer *trainer, const mg_rate_test_options *how, mg_rate_test *test);
/* --lr find: does the test and takes what it suggests. */
mg_status mg__rate_find(mg__trainer *trainer);
/* The rate of the rule of one time's losses, [count] smoothed ones at rates that grow evenly; NaN: the loss did not fall. */
double mg__rate_suggest(const double *rate, const double *smooth, int64_t count);
/* Weights of a triangle that reaches `reach` steps to each side. */
void mg__rate_smooth(const double *loss, int64_t count, int64_t reach, double *smooth);

#endif
