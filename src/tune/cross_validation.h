/* A cross-validation from inside: what its files share. */
#ifndef MG_TUNE_CROSS_VALIDATION_H
#define MG_TUNE_CROSS_VALIDATION_H

#include "tune/frozen_folds.h"

#include <micrograd/cross_validation.h>

typedef struct mg__validation {
    mg_cross_validation shown; /* first: it is what the caller has */
    mg_context *context;
    const mg_dataset *dataset; /* while it runs */
    const mg_candidate *given;
    mg_cross_validation_options how;
    mg__frozen_folds folds;
    /* What `shown` points to. */
    mg_cross_validated *candidate;
    const char **class_name;
    char **warning;
    size_t warnings, warning_capacity;
} mg__validation;

mg_status mg__validation_warn(mg__validation *v, const char *format, ...) MG__PRINTF(2, 3);

/* cross_validation_scores.c: means, intervals, pooled scores of what is done. */
mg_status mg__validation_summarise(mg__validation *v);

#endif
