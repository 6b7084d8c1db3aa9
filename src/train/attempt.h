/* A model is what its last training made of it. A training that comes to nothing, and a plan, leave it as it was. */
#ifndef MG_ATTEMPT_H
#define MG_ATTEMPT_H

#include "train/trainer.h"

/* Puts aside, in trainer->before, what a training replaces; the model is without weights, notes and result. */
void mg__attempt_begin(mg__trainer *trainer);
/* The model is what the training made. */
void mg__attempt_keep(mg__trainer *trainer);
/* The model is what it was, but for what is told of the attempt: plan, warnings and choices; and, where it was never trained, the
 * encoder that the plan speaks of. */
void mg__attempt_drop(mg__trainer *trainer);

#endif
