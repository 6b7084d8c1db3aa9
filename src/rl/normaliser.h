/* Running mean and deviation of several numbers (Chan et al. 1979), and numbers scaled by them. */
#ifndef MG_RL_NORMALISER_H
#define MG_RL_NORMALISER_H

#include <micrograd/environment.h>

typedef struct mg__normaliser {
    int64_t numbers; /* 0: nothing is scaled */
    double count;
    double mean[MG_ENVIRONMENT_NUMBERS], square[MG_ENVIRONMENT_NUMBERS]; /* square: sum of squared deviations */
    float shift[MG_ENVIRONMENT_NUMBERS], scale[MG_ENVIRONMENT_NUMBERS];  /* (x + shift) scale */
} mg__normaliser;

mg__normaliser mg__normaliser_begin(int64_t numbers);
/* Learns of x [rows][numbers]. */
void mg__normaliser_add(mg__normaliser *normaliser, const float *x, int64_t rows);
/* Shift and scale from mean, square and count. */
void mg__normaliser_refresh(mg__normaliser *normaliser);
/* (x - mean) / deviation, within +-10. */
void mg__normaliser_apply(const mg__normaliser *normaliser, const float *x, int64_t rows, float *out);

#endif
