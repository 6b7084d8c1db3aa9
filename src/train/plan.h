/* What a run is going to do. */
#ifndef MG_TRAIN_PLAN_H
#define MG_TRAIN_PLAN_H

#include "train/trainer.h"

/* Fills the model's plan from an open trainer. */
mg_status mg__plan_describe(mg__trainer *trainer);
/* Times a few steps, for the plan's seconds; the weights are put back. */
mg_status mg__plan_time(mg__trainer *trainer);

#endif
