/* Count, range, mean, deviation and skewness of numbers that come one after the other. */
#ifndef MG_SUMMARY_H
#define MG_SUMMARY_H

#include <stdint.h>

typedef struct mg__summary {
    int64_t count;
    double low, high;
    double mean, m2, m3; /* m_k: sum of (x - mean)^k */
} mg__summary;

/* All zero is empty. A finite value, `times` times. */
void mg__summary_add(mg__summary *summary, double value, int64_t times);

/* Each NaN where the numbers are too few or too large to say. */
double mg__summary_deviation(const mg__summary *summary); /* sqrt(m2 / (n - 1)) */
double mg__summary_skewness(const mg__summary *summary);  /* sqrt(n) m3 / m2^(3/2); 0 where all are equal */

#endif
