/* The classes of a target, in their order: by value where all of them are numbers, else bytewise. */
#ifndef MG_CLASSES_H
#define MG_CLASSES_H

#include "data/table.h"

typedef struct mg__class {
    char *name;   /* as the file spells it first; numbers that are equal are one class */
    double value; /* NaN: no number */
} mg__class;

typedef struct mg__classes {
    size_t count;
    mg__class *item;
    bool numeric; /* all values are numbers */
} mg__classes;

/* The classes of rows (NULL: 0 .. count - 1); missing cells are none. At most MG__DICTIONARY_LIMIT. */
mg_status mg__classes_collect(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                              mg__classes *classes);
/* Finds `numeric`; false: the items are not strictly in order. For classes that were read. */
bool mg__classes_order(mg__classes *classes);
void mg__classes_free(mg_context *context, mg__classes *classes);

/* By spelling, else by value. -1: none of them. */
int32_t mg__classes_find(const mg__classes *classes, const char *text, double value);

/* The rows whose target is not missing and, for classification, their classes (numbered in the order above) for mg__split_make;
 * labels is NULL for regression. Both arrays are the caller's to free. */
mg_status mg__target_rows(mg_context *context, const mg_dataset *dataset, const mg_target *target, int64_t **rows, int64_t *count,
                          int32_t **labels, int32_t *classes);

#endif
