/* Counting values into the bins of a histogram. */
#ifndef MG_TRAIN_HISTOGRAM_H
#define MG_TRAIN_HISTOGRAM_H

#include <micrograd/history.h>

mg_histogram mg__histogram_of(const float *value, int64_t count);

#endif
