/* Which rows train, validate and test. */
#ifndef MG_ROWS_H
#define MG_ROWS_H

#include "data/split.h"
#include "train/trainer.h"

/* Splits the rows that have a target by the options. One network: training, validation and test rows. Several: where each has
 * validation rows of its own, the test rows alone. *classes: of the labels, 0 for a regression. */
mg_status mg__rows_split(mg__trainer *trainer, const mg_dataset *dataset, mg__split *split, int32_t *classes);
/* Marks the column that rows are grouped or assigned by, which is no feature. */
mg_status mg__rows_split_column(const mg_model *model, const mg_dataset *dataset, bool *drop);
/* Encodes training and validation rows as the trainer's pool, weighs them, and deals them out to the members. */
mg_status mg__rows_pool(mg__trainer *trainer, const mg_dataset *dataset, const mg__split *split, int32_t classes);
/* Encodes the test part. */
mg_status mg__rows_test(mg__trainer *trainer, const mg_dataset *dataset, const mg__split *split);
/* part->weights: how much each row counts in the loss: the weight column times its class's weight, at a mean of 1 over the pool.
 */
mg_status mg__rows_weigh(mg__trainer *trainer, mg__part *part);

#endif
