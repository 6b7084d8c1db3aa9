/* Which rows of its training data a model did not learn from. */
#ifndef MG_UNSEEN_H
#define MG_UNSEEN_H

#include "train/model.h"

typedef enum mg__seen {
    MG__SEEN_NEVER,  /* the test part */
    MG__SEEN_CHOOSE, /* the validation part: it chose the epoch */
    MG__SEEN_LEARN,  /* all rows that have a target: there is no other part */
} mg__seen;

/* The test part of `dataset` by the options that the model was trained with; where that is empty the validation part, if all
 * members share it; else all rows. The split is a pure function of the data and the seed, so these are the rows that training
 * left out, as long as the data are the same. *rows is freed by the caller. */
mg_status mg__unseen_rows(const mg_model *model, const mg_dataset *dataset, int64_t **rows, int64_t *count, mg__seen *seen);

#endif
