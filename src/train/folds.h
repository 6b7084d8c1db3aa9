/* Training and validation rows of a model's members. */
#ifndef MG_FOLDS_H
#define MG_FOLDS_H

#include "train/trainer.h"

/* How the pool's rows are dealt. */
typedef struct mg__deal {
    const int32_t *fixed;  /* row i validates (1) or trains (0), for every member alike; NULL: */
    int64_t folds;         /* 2 or more; 1: no validation rows at all */
    const int32_t *labels; /* classes that are kept in proportion; NULL: none */
    int32_t classes;
    int64_t *group; /* groups that stay together, in place of classes; NULL: none */
    int64_t groups;
} mg__deal;

/* Fills rows and held of all members. */
mg_status mg__folds_make(mg__trainer *trainer, const mg__deal *deal);

#endif
