/* What answers that need no network are worth on the same rows. */
#ifndef MG_BASELINE_H
#define MG_BASELINE_H

#include "train/trainer.h"

/* `part` scored with the most frequent class at its share, or the mean, of `known`. */
mg_status mg__constant_score(const mg_model *model, const mg__part *known, const mg__part *part, mg_scores *scores);
/* And with a linear model on the same encoded columns, trained on the pool's rows that `rows` names. */
mg_status mg__linear_score(const mg__trainer *trainer, const int64_t *rows, int64_t count, const mg__part *part,
                           mg_scores *scores);

#endif
