#include "rl/normaliser.h"

#include <math.h>

#define FAR 10

mg__normaliser mg__normaliser_begin(int64_t numbers) {
    mg__normaliser n = { .numbers = numbers };
    mg__normaliser_refresh(&n);
    return n;
}

void mg__normaliser_refresh(mg__normaliser *n) {
    for (int64_t k = 0; k < n->numbers; k++) {
        double variance = n->count > 0 ? n->square[k] / n->count : 1;
        n->shift[k] = (float)-n->mean[k];
        n->scale[k] = (float)(1 / sqrt(variance + 1e-8));
    }
}

void mg__normaliser_add(mg__normaliser *n, const float *x, int64_t rows) {
    double all = n->count + (double)rows;
    if (rows == 0) return;
    for (int64_t k = 0; k < n->numbers; k++) {
        double sum = 0, square = 0;
        for (int64_t i = 0; i < rows; i++) sum += (double)x[i * n->numbers + k];
        double mean = sum / (double)rows, away = mean - n->mean[k];
        for (int64_t i = 0; i < rows; i++) {
            double d = (double)x[i * n->numbers + k] - mean;
            square += d * d;
        }
        n->mean[k] += away * (double)rows / all;
        n->square[k] += square + away * away * n->count * (double)rows / all;
    }
    n->count = all;
    mg__normaliser_refresh(n);
}

void mg__normaliser_apply(const mg__normaliser *n, const float *x, int64_t rows, float *out) {
    for (int64_t i = 0; i < rows; i++)
        for (int64_t k = 0; k < n->numbers; k++) {
            float z = (x[i * n->numbers + k] + n->shift[k]) * n->scale[k];
            out[i * n->numbers + k] = z < -FAR ? -FAR : z > FAR ? FAR : z;
        }
}
