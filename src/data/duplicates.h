/* Rows that occur more than once. */
#ifndef MG_DUPLICATES_H
#define MG_DUPLICATES_H

#include "data/table.h"

/* Rows that equal an earlier one in every cell; missing equals missing. */
mg_status mg__duplicates_count(mg_context *context, const mg_dataset *dataset, int64_t *duplicates);

#endif
