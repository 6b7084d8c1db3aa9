/* The beginning and the end of a training, whatever its rows come from. */
#ifndef MG_PREPARE_H
#define MG_PREPARE_H

#include "train/trainer.h"

/* Checks and takes the options, splits the rows, fits the encoder, chooses what is auto, lays out and compiles. The dataset is
 * all rows, or a sample of them where the trainer has a source. */
mg_status mg__train_begin(mg__trainer *trainer, const mg_dataset *dataset, const mg_train_options *options);
/* Closes the trainer. A run that failed before its first epoch was done leaves the model as it was. */
mg_result mg__train_end(mg__trainer *trainer, mg_status status);

#endif
