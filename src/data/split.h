/* Training, validation and test rows. */
#ifndef MG_SPLIT_H
#define MG_SPLIT_H

#include "base/base.h"

/* Row numbers, ascending in each part, in one block that `train` begins. */
typedef struct mg__split {
    int64_t *train, *validation, *test;
    int64_t train_count, validation_count, test_count;
} mg__split;

/* Splits `count` rows (rows[i], or i where rows is NULL) by fractions of all of them. labels[i] (0 .. classes-1) is row i's
 * class: each class is cut by itself, rounded by largest remainder so that the totals are the rounded fractions; at least one row
 * of each class trains, so a class with a single row does. labels NULL: one class. Which rows go where is a pure function of
 * (seed, labels, fractions). A part whose fraction is not 0 has at least one row where count allows it (3). MG_INVALID: a
 * negative fraction or a sum >= 1. */
mg_status mg__split_make(mg_context *context, const int64_t *rows, int64_t count, const int32_t *labels, int32_t classes,
                         double validation_fraction, double test_fraction, uint64_t seed, mg__split *split);
void mg__split_free(mg_context *context, mg__split *split);

#endif
