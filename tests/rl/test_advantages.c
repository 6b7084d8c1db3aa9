/* Advantages and running scales, beside cases that are written out and sums that are taken plainly. */
#include "rl/advantages.h"
#include "rl/normaliser.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* gamma 1/2, lambda 1/2: the decay of the trace is 1/4. Three steps of two environments. The first terminates with its second
 * step; the second is truncated there, where what comes after is estimated at 8:
 *     t   reward  value  next   delta = r + next/2 - v
 *     2   1 1     4 2    6 2    0    0
 *     1   2 2     1 3    0 8    1    3
 *     0   3 0     2 1    1 3    1.5  1/2
 * and A_0 = delta_0 + A_1/4, for neither ended before. */
static void a_case_that_is_written_out(void **state) {
    (void)state;
    const float reward[] = { 3, 0, 2, 2, 1, 1 }, value[] = { 2, 1, 1, 3, 4, 2 }, next[] = { 1, 3, 0, 8, 6, 2 };
    const bool ended[] = { false, false, true, true, false, false };
    const float wanted[] = { 1.75f, 1.25f, 1, 3, 0, 0 };
    float advantage[6], returns[6];
    mg__advantages(&(mg__advantages_input){ .steps = 3,
                                            .count = 2,
                                            .reward = reward,
                                            .value = value,
                                            .next = next,
                                            .ended = ended,
                                            .discount = 0.5,
                                            .trace = 0.5 },
                   advantage, returns);
    for (int i = 0; i < 6; i++) {
        assert_true(advantage[i] == wanted[i]);
        assert_true(returns[i] == wanted[i] + value[i]);
    }
}

/* With lambda 1 the estimates between cancel: what is left are the discounted rewards to the end, and what is estimated there. */
static void whole_traces_give_discounted_returns(void **state) {
    (void)state;
    enum { STEPS = 40 };
    float reward[STEPS], value[STEPS], next[STEPS], advantage[STEPS], returns[STEPS];
    bool ended[STEPS];
    for (int t = 0; t < STEPS; t++) {
        reward[t] = (float)sin(t);
        value[t] = (float)cos(3 * t);
        ended[t] = t == 17;
    }
    for (int t = 0; t < STEPS; t++) next[t] = t == 17 ? 0 : t + 1 < STEPS ? value[t + 1] : 5;
    mg__advantages(&(mg__advantages_input){ .steps = STEPS,
                                            .count = 1,
                                            .reward = reward,
                                            .value = value,
                                            .next = next,
                                            .ended = ended,
                                            .discount = 0.9,
                                            .trace = 1 },
                   advantage, returns);
    for (int t = 0; t < STEPS; t++) {
        int end = t <= 17 ? 17 : STEPS - 1;
        double sum = t <= 17 ? 0 : 5 * pow(0.9, STEPS - t);
        for (int k = t; k <= end; k++) sum += pow(0.9, k - t) * (double)reward[k];
        assert_true(fabs((double)returns[t] - sum) < 1e-5);
    }
}

static void running_scales_are_those_of_all_numbers_at_once(void **state) {
    (void)state;
    enum { ROWS = 60, NUMBERS = 2 };
    float x[ROWS * NUMBERS], out[NUMBERS];
    mg__normaliser n = mg__normaliser_begin(NUMBERS);
    for (int i = 0; i < ROWS; i++) x[2 * i] = (float)(1000 + i % 7), x[2 * i + 1] = (float)sin(i) * 1e-3f;
    for (int at = 0, rows = 1; at < ROWS; at += rows, rows = rows % 5 + 1)
        mg__normaliser_add(&n, x + at * NUMBERS, at + rows > ROWS ? ROWS - at : rows);
    mg__normaliser_apply(&n, x, 1, out);
    for (int k = 0; k < NUMBERS; k++) {
        double mean = 0, square = 0;
        for (int i = 0; i < ROWS; i++) mean += (double)x[2 * i + k] / ROWS;
        for (int i = 0; i < ROWS; i++) square += ((double)x[2 * i + k] - mean) * ((double)x[2 * i + k] - mean);
        assert_true(fabs(n.mean[k] - mean) < 1e-9);
        assert_true(fabs(n.square[k] - square) < 1e-9 * fmax(1, square));
        assert_true(fabs((double)out[k] - ((double)x[k] - mean) / sqrt(square / ROWS + 1e-8)) < 1e-3);
    }
    mg__normaliser_apply(&n, (float[]){ 1e9f, -1e9f }, 1, out);
    assert_true(out[0] == 10 && out[1] == -10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_that_is_written_out),
        cmocka_unit_test(whole_traces_give_discounted_returns),
        cmocka_unit_test(running_scales_are_those_of_all_numbers_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
