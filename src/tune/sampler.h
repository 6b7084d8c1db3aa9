/* Samplers: a row and a file each. A suggestion is a pure function of what is handed to it; what a sampler keeps between calls
 * only saves time. */
#ifndef MG_TUNE_SAMPLER_H
#define MG_TUNE_SAMPLER_H

#include "base/base.h"

#include <micrograd/study.h>

/* What is known when a trial is asked. Finished trials only ever become more, in one order: of number. */
typedef struct mg__known {
    const mg_space *space;
    uint64_t seed;
    int64_t ordinal; /* of the trial that is asked */
    int64_t attempt; /* 0; how often this ordinal's suggestion was one that had been tried */
    int64_t trials;  /* that the study is to have; 0: not known */
    bool maximise;
    const mg_trial *const *finished; /* complete, pruned (the last reported value stands for it), failed (no value) */
    int64_t finished_count;
    const double *const *pending; /* points of the batch's trials before this one: [pending_count][dimensions] */
    int64_t pending_count;
} mg__known;

typedef struct mg__sampler {
    const char *name, *doc;
    /* MG_SETTING: a space that it cannot sample. NULL: takes every one. */
    mg_status (*check)(mg_context *context, const mg_space *space);
    /* Points in all; 0: as many as one likes. NULL: likewise. */
    int64_t (*limit)(const mg_space *space, int64_t trials);
    /* Fills point [dimensions]. `memory` is NULL at first; what is put there is freed with `forget`. */
    mg_status (*suggest)(mg_context *context, const mg__known *known, void **memory, double *point);
    void (*forget)(mg_context *context, void *memory);
} mg__sampler;

extern const mg__sampler mg__sampler_tpe, mg__sampler_random, mg__sampler_grid, mg__sampler_sobol, mg__sampler_gp;

const mg__sampler *mg__sampler_find(const char *name); /* NULL: there is none */

/* A dimension as a number in [0, 1] and back: evenly in the logarithm where it is `log`; whole numbers and words have an equal
 * share each. */
double mg__unit_of(const mg_dimension *dimension, double value); /* the middle of its share; NaN of NaN */
double mg__value_at(const mg_dimension *dimension, double unit);
/* How many values it has; 0: it is real. Whole numbers and words from 0 to that. */
int64_t mg__values(const mg_dimension *dimension);

/* The random number in (0, 1) at a place, from 0, of what is drawn for this ordinal and attempt; `purpose` keeps samplers apart.
 */
double mg__draw(const mg__known *known, const char *purpose, int64_t place);

#endif
