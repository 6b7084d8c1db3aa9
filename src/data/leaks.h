/* Single columns that determine the target. */
#ifndef MG_LEAKS_H
#define MG_LEAKS_H

#include "data/table.h"

typedef enum mg__leak {
    MG__LEAK_NONE,
    MG__LEAK_VALUES,  /* its values tell the target */
    MG__LEAK_MISSING, /* whether it is missing tells the target */
} mg__leak;

/* The target of rows, and room to work in. */
typedef struct mg__leak_target {
    int64_t count;
    int64_t *rows;
    int32_t *labels; /* classification */
    int32_t classes;
    double *values; /* regression */
    double *key;    /* [count] */
    int64_t *order; /* [count] */
    double *rank;   /* [2 count] */
} mg__leak_target;

mg_status mg__leak_target_make(mg_context *context, const mg_dataset *dataset, const mg_target *target, mg__leak_target *out);
void mg__leak_target_free(mg_context *context, mg__leak_target *target);

/* Classification. A column with few values (at least 5 rows each in the mean): nearly all rows (99.9 %) have their value's most
 * frequent class. A column of numbers, most of them different: sorted by it, each class is one run. Or: the same of the two
 * values "missing" and "there". All of it only where chance would hardly have it so (once in a million).
 * Regression. A column of numbers whose correlation with the target, of values or of ranks, is 0.9999 or more, up to the sign. */
mg_status mg__leak_find(mg_context *context, const mg_dataset *dataset, int64_t column, mg_kind kind, mg__leak_target *target,
                        mg__leak *leak);

/* "column 'total' determines the target: ..." */
#define MG__LEAK_BYTES 320
const char *mg__leak_text(mg__leak leak, const char *name, char out[MG__LEAK_BYTES]);

#endif
