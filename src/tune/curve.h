/* A curve from inside. */
#ifndef MG_TUNE_CURVE_H
#define MG_TUNE_CURVE_H

#include "base/base.h"

#include <micrograd/curve.h>
#include <micrograd/search_space.h>

#define MG__VERDICT_BYTES 2048

typedef struct mg__curve {
    mg_curve shown; /* first: it is what the caller has */
    mg_context *context;
    mg_space *space; /* of the setting; words of the options point into it */
    double value[MG_CURVE_MOST];
    char *text[MG_CURVE_MOST];
    char verdict[MG__VERDICT_BYTES];
    double share[MG_CURVE_MOST]; /* of rows */
} mg__curve;

/* curve_verdict.c: best and verdict, from what is known. */
void mg__curve_judge(mg__curve *curve);

#endif
