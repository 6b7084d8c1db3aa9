/* Which column is to be predicted, and whether that is a class or a number. */
#ifndef MG_TASK_H
#define MG_TASK_H

#include "data/table.h"

/* Images that nothing is said about, pictures of which but the name is known. */
bool mg__has_no_label(const mg_dataset *dataset);

/* As mg_dataset_target, of a column's number. */
mg_status mg__target_at(mg_context *context, const mg_dataset *dataset, int64_t column, mg_task task, mg_target *target);

#endif
