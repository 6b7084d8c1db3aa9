/* micrograd/learning_rate.h: a good learning rate, found by trying (the range test of Smith 2017).
 *
 *     mg_rate_test test;
 *     if (mg_rate_test_run(model, digits, NULL, NULL, &test) == MG_OK) printf("learning rate %g\n", test.suggested);
 *     mg_rate_test_free(&test);
 *
 * A network is trained for some steps while the rate grows from far too low to far too high, each step by the same factor, and
 * the loss of each step is noted. It is done several times, each with other initial weights, another order of rows and other
 * dropout. A loss that is not finite, or above three times what is usual at the beginning, ends a time. Batches differ, so each
 * time is done twice: once with a rate that moves nothing; the loss is what is usual plus the difference of the two.
 *
 * The rule: the losses of a time are smoothed over neighbouring rates (weights of a triangle, a third of a decade to each side);
 * a third of the rate where they are least is its suggestion: there the loss still fell (docs/learning-rates.md has figures).
 * A time in which less than 2 % was lost says nothing. The suggestion is the median over the times, so that an odd one does not
 * decide. */
#ifndef MICROGRAD_LEARNING_RATE_H
#define MICROGRAD_LEARNING_RATE_H

#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { MG_RATE_TEST_MOST_SEEDS = 16 };

typedef struct mg_rate_test_options {
    int64_t seeds;          /* times, 1 to 16; default 5 */
    int64_t steps;          /* of each, 20 to 100000; default 120 */
    double lowest, highest; /* rates, 0 < lowest < highest; default 1e-6 and 10 */
} mg_rate_test_options;

mg_rate_test_options mg_rate_test_defaults(void);

typedef struct mg_rate_point {
    double rate;
    double loss;   /* smoothed, median over the times that came so far; NaN: none did */
    int64_t times; /* that came so far */
} mg_rate_point;

typedef struct mg_rate_test {
    double suggested; /* a learning rate; NaN: no time learned anything */
    int64_t seeds, steps;
    double each[MG_RATE_TEST_MOST_SEEDS]; /* of each time; NaN: nothing was learned */
    mg_rate_point *point;                 /* [steps]; owned */
    mg_context *context;
} mg_rate_test;

/* With the settings of a training, as mg_train takes them (NULL: the defaults), whose learning rate and schedule play no part.
 * The model, which may be new or trained, is left as it was; its own weights are where the test begins, if it has any.
 * MG_SETTING: options out of range, or rprop, which finds its own steps; else it fails as mg_train does. */
mg_status mg_rate_test_run(mg_model *model, const mg_dataset *dataset, const mg_train_options *options,
                           const mg_rate_test_options *how, mg_rate_test *test);
void mg_rate_test_free(mg_rate_test *test);

#ifdef __cplusplus
}
#endif
#endif
