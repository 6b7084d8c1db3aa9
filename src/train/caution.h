/* What the user should know of the rows before they are trained on: warnings of the model. */
#ifndef MG_CAUTION_H
#define MG_CAUTION_H

#include "train/model.h"

/* Rows other than these (ascending) have no target; the first cell that is something else is shown. */
void mg__caution_missing(mg_model *model, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count);
/* Classes with hardly a row, and classes that are probably one. labels[i] is the class of rows[i]. */
mg_status mg__caution_classes(mg_model *model, const mg_dataset *dataset, int64_t column, const int64_t *rows,
                              const int32_t *labels, int64_t count, int32_t classes);
/* Columns that determine the target by themselves. */
mg_status mg__caution_leaks(mg_model *model, const mg_dataset *dataset);
/* More columns than the rows that have a target. */
void mg__caution_columns(mg_model *model, int64_t rows);

#endif
