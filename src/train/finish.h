/* What is known after a run. */
#ifndef MG_FINISH_H
#define MG_FINISH_H

#include "train/trainer.h"

/* Scores of all parts, what they are to be compared with, the threshold, and what intervals are made of. */
mg_status mg__finish(mg__trainer *trainer, mg_result *result);

#endif
