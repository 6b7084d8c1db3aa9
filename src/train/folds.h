/* Training and validation rows of a model's members. */
#ifndef MG_FOLDS_H
#define MG_FOLDS_H

#include "train/trainer.h"

/* Fills rows and held of all members from the pool. fixed[i] (NULL: none): row i validates (1) or trains (0), for every member
 * alike. Otherwise folds >= 2, or 1 for no validation rows at all. */
mg_status mg__folds_make(mg__trainer *trainer, const int32_t *fixed, int64_t folds, int32_t classes);

#endif
