#include "train/histogram.h"

#include <float.h>
#include <math.h>

enum { BINS = MG_HISTOGRAM_BINS, LANES = 32, BLOCK = 256, TABLES = 4 };

/* Several at once, so that a compiler may use vectors. NaN is neither less nor more. */
static void find_ends(const float *value, int64_t count, float *low, float *high) {
    float least[LANES], most[LANES];
    for (int k = 0; k < LANES; k++) least[k] = INFINITY, most[k] = -INFINITY;
    int64_t i = 0;
    for (; i + LANES <= count; i += LANES) {
        for (int k = 0; k < LANES; k++) {
            least[k] = value[i + k] < least[k] ? value[i + k] : least[k];
            most[k] = value[i + k] > most[k] ? value[i + k] : most[k];
        }
    }
    for (; i < count; i++) least[0] = fminf(value[i], least[0]), most[0] = fmaxf(value[i], most[0]);
    *low = least[0];
    *high = most[0];
    for (int k = 1; k < LANES; k++) *low = fminf(*low, least[k]), *high = fmaxf(*high, most[k]);
}

static void find_finite_ends(const float *value, int64_t count, float *low, float *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (int64_t i = 0; i < count; i++)
        if (isfinite(value[i])) *low = fminf(value[i], *low), *high = fmaxf(value[i], *high);
}

/* x -> (x unit - low unit) scale, where unit is the power of 2 that brings the range near 1: nothing leaves f32. */
typedef struct ruler {
    float unit, low, scale;
} ruler;

static ruler make_ruler(float low, float high) {
    double range = (double)high - low;
    int power = range > 0 ? ilogb(range) : 0;
    power = power < -126 ? -126 : power > 126 ? 126 : power;
    float unit = ldexpf(1, -power);
    double bins = BINS * (1 - 1e-6); /* the highest value belongs into the last one */
    return (ruler){ .unit = unit, .low = low * unit, .scale = range > 0 ? (float)(bins / (range * unit)) : 0 };
}

/* The bin of each value; one that is not finite has the bin after the last. */
static void place(const ruler *r, const float *value, int count, int *bin) {
    float unit = r->unit, low = r->low, scale = r->scale;
    for (int i = 0; i < count; i++) {
        float at = (value[i] * unit - low) * scale;
        bin[i] = (int)(at >= 0 && at < BINS ? at : BINS);
    }
}

mg_histogram mg__histogram_of(const float *value, int64_t count) {
    mg_histogram out = { .low = NAN, .high = NAN };
    int64_t table[TABLES][BINS + 1] = { 0 }; /* neighbours, which are often alike, count apart: none waits for the one before */
    int bin[BLOCK];
    float low, high;
    find_ends(value, count, &low, &high);
    if (!isfinite(low) || !isfinite(high)) find_finite_ends(value, count, &low, &high);
    if (low > high) return out;
    ruler r = make_ruler(low, high);
    for (int64_t i = 0; i < count; i += BLOCK) {
        int some = count - i < BLOCK ? (int)(count - i) : BLOCK;
        place(&r, value + i, some, bin);
        for (int k = some; k % TABLES != 0; k++) bin[k] = BINS;
        for (int k = 0; k < some; k += TABLES)
            for (int t = 0; t < TABLES; t++) table[t][bin[k + t]]++;
    }
    out.low = low;
    out.high = high;
    for (int b = 0; b < BINS; b++)
        for (int t = 0; t < TABLES; t++) out.bin[b] += table[t][b];
    return out;
}
