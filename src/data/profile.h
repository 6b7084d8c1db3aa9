/* A profile from inside, and what its files share. */
#ifndef MG_PROFILE_INSIDE_H
#define MG_PROFILE_INSIDE_H

#include "base/arena.h"
#include "data/kind.h"
#include "data/leaks.h"
#include "data/sample.h"

#include <micrograd/profile.h>

struct mg_profile {
    mg_context *context;
    mg__arena arena; /* columns and all text */
    const char *source;
    int64_t rows, sampled, duplicates, columns;
    mg_column_profile *column;
    int64_t image[3];
    bool has_target;
    mg_target target;
    mg_top_value *class;
    int64_t classes;
    const char **warning;
    size_t warnings, warning_capacity;
};

/* How often each value of the target occurs in all rows: a dataset of one column, a row for each spelling, and the rows of each.
 * More spellings than a dictionary is good for are not kept: `many` then. */
typedef struct mg__value_counts {
    mg_dataset *values;
    int64_t *rows;
    size_t capacity;
    bool many;
} mg__value_counts;

bool mg__values_count(mg_context *context, mg__value_counts *counts, const mg_dataset *dataset, int64_t column);
void mg__values_free(mg_context *context, mg__value_counts *counts);

/* What is gathered while the file is read. */
typedef struct mg__gathered {
    mg__tally *tally; /* [columns] */
    bool *drop;
    int64_t target; /* its column; -1: none */
    mg__value_counts classes;
    mg__sample sample;
} mg__gathered;

/* Text that belongs to the profile; NULL: no memory. */
const char *mg__profile_text(mg_profile *profile, const char *format, ...) MG__PRINTF(2, 3);
mg_status mg__profile_warn(mg_profile *profile, const char *format, ...) MG__PRINTF(2, 3);

/* A column's members, from its tally and the sample. (profile_column.c) */
mg_status mg__profile_column(mg_profile *profile, const mg__gathered *gathered, int64_t index);
/* The target's task, its classes and their rows; a warning where it cannot be learned. (profile_target.c) */
mg_status mg__profile_target(mg_profile *profile, const mg_profile_options *options, const mg__gathered *gathered);
/* What the encoder does with each column. `rows` of the sample train it. */
mg_status mg__profile_encodings(mg_profile *profile, const mg__gathered *gathered, const mg__leak_target *rows);
/* (profile_warnings.c) */
mg_status mg__profile_warnings(mg_profile *profile, const mg__gathered *gathered, mg__leak_target *rows);

#endif
