/* An axis: from values to places in a picture, and the round numbers that stand at it. */
#ifndef MG_REPORT_SCALE_H
#define MG_REPORT_SCALE_H

#include <stdbool.h>

typedef struct mg__scale {
    double low, high; /* values at the ends */
    double from, to;  /* their places */
    bool logarithmic; /* equal ratios are equal distances */
} mg__scale;

#define MG__MOST_TICKS 12

/* For values from low to high, widened to round numbers. Equal or no finite values: a range around them. logarithmic asks for a
 * logarithmic scale, which values of 0 and below do not get. */
mg__scale mg__scale_make(double low, double high, bool logarithmic, double from, double to);
double mg__scale_place(const mg__scale *scale, double value);
/* Round numbers within the scale, ascending, about `wanted` of them; returns how many. */
int mg__scale_ticks(const mg__scale *scale, int wanted, double ticks[MG__MOST_TICKS]);

/* The range of the finite values; low above high: there are none. */
typedef struct mg__range {
    double low, high;
} mg__range;
mg__range mg__range_none(void);
void mg__range_add(mg__range *range, double value);

#endif
