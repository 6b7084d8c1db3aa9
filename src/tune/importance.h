/* How much each dimension matters for being among the best. */
#ifndef MG_TUNE_IMPORTANCE_H
#define MG_TUNE_IMPORTANCE_H

#include "base/base.h"

#include <micrograd/study.h>

/* PED-ANOVA (Watanabe, Bansal & Hutter 2023), with dimensions that are there in some trials only as in its conditional form: how
 * far the best tenth of the complete trials is distributed otherwise than all of them. importance: [dimensions], with a sum of
 * 1; equal where nothing can be told. MG_INVALID: fewer than 4 trials. */
mg_status mg__study_importance(mg_context *context, const mg_space *space, const mg_trial *const *complete, int64_t count,
                               bool maximise, double *importance);

#endif
