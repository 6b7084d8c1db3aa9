#include "report/scale.h"

#include <math.h>

/* The smallest of 1, 2, 5 times a power of ten that is at least `step`. */
static double round_step(double step) {
    double power = pow(10, floor(log10(step))), ratio = step / power;
    return power * (ratio <= 1 ? 1 : ratio <= 2 ? 2 : ratio <= 5 ? 5 : 10);
}

mg__scale mg__scale_make(double low, double high, bool logarithmic, double from, double to) {
    if (!(low <= high) || !isfinite(low) || !isfinite(high)) low = 0, high = 1;
    if (low == high) {
        double margin = low == 0 ? 1 : fabs(low) / 2;
        low -= margin;
        high += margin;
    }
    mg__scale scale = { low, high, from, to, logarithmic && low > 0 };
    if (scale.logarithmic) return scale;
    double step = round_step((high - low) / 6);
    if (!(step > 0) || !isfinite(step)) return scale;
    scale.low = floor(low / step + 1e-9) * step;
    scale.high = ceil(high / step - 1e-9) * step;
    return scale;
}

double mg__scale_place(const mg__scale *s, double value) {
    double share = s->logarithmic ? log(value / s->low) / log(s->high / s->low) : (value - s->low) / (s->high - s->low);
    return s->from + share * (s->to - s->from);
}

/* 1, 2 and 5 times the powers of ten, or the powers alone where those are many, or every so many of them. */
static int logarithmic_ticks(const mg__scale *s, int wanted, double *ticks) {
    static const double digit[] = { 1, 2, 5 };
    double decades = log10(s->high / s->low);
    int count = 0, digits = decades * 3 <= wanted ? 3 : 1;
    int first = (int)floor(log10(s->low)), last = (int)ceil(log10(s->high));
    int every = digits == 3 ? 1 : (int)ceil(decades / wanted);
    for (int power = first; power <= last; power += every < 1 ? 1 : every) {
        for (int d = 0; d < digits; d++) {
            double value = digit[d] * pow(10, power);
            if (value >= s->low * (1 - 1e-9) && value <= s->high * (1 + 1e-9) && count < MG__MOST_TICKS) ticks[count++] = value;
        }
    }
    return count;
}

static int linear_ticks(const mg__scale *s, int wanted, double *ticks) {
    double step = round_step((s->high - s->low) / wanted);
    int count = 0;
    if (!(step > 0) || !isfinite(step)) return 0;
    for (double k = ceil(s->low / step - 1e-9); k * step <= s->high + 1e-9 * step && count < MG__MOST_TICKS; k++)
        ticks[count++] = k == 0 ? 0 : k * step;
    return count;
}

int mg__scale_ticks(const mg__scale *s, int wanted, double ticks[MG__MOST_TICKS]) {
    int count = s->logarithmic ? logarithmic_ticks(s, wanted, ticks) : linear_ticks(s, wanted, ticks);
    if (count >= 2 || !s->logarithmic) return count;
    ticks[0] = s->low; /* less than a decade: its ends */
    ticks[1] = s->high;
    return 2;
}

mg__range mg__range_none(void) { return (mg__range){ INFINITY, -INFINITY }; }

void mg__range_add(mg__range *range, double value) {
    if (!isfinite(value)) return;
    if (value < range->low) range->low = value;
    if (value > range->high) range->high = value;
}
