/* What is known after a run. */
#ifndef MG_FINISH_H
#define MG_FINISH_H

#include "train/trainer.h"

/* How far the run went, whether it came to its end or not. */
void mg__finish_counts(const mg__trainer *trainer, mg_result *result);
/* Scores of all parts, what they are to be compared with, the threshold, and what intervals are made of. */
mg_status mg__finish(mg__trainer *trainer, mg_result *result);

#endif
