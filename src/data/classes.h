/* The distinct values of a column in their order: the classes of a target, the categories of a feature. */
#ifndef MG_CLASSES_H
#define MG_CLASSES_H

#include "data/table.h"

typedef struct mg__class {
    char *name;   /* as the file spells it first; equal numbers of a column of numbers are one class */
    double value; /* NaN: no number */
    int64_t rows; /* that have it; 0 where that is not known */
} mg__class;

typedef struct mg__classes {
    size_t count;
    mg__class *item; /* by value where all of them are numbers, else bytewise */
    bool numeric;    /* all values are numbers */
} mg__classes;

/* The distinct values of rows (NULL: 0 .. count - 1), any number of them. Missing cells are none, nor are infinite ones in a
 * column of numbers. */
mg_status mg__classes_gather(mg_context *context, const mg__column *column, const int64_t *rows, int64_t count,
                             mg__classes *classes);
/* Likewise for a target: from 1 to MG__DICTIONARY_LIMIT, else MG_FORMAT. */
mg_status mg__classes_collect(mg_context *context, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count,
                              mg__classes *classes);
/* Finds `numeric`; false: the items are not strictly in order. For classes that were read. */
bool mg__classes_order(mg__classes *classes);
void mg__classes_free(mg_context *context, mg__classes *classes);

/* By value where all classes are numbers (of equal ones the one that is spelled so, else the first), else by spelling. -1: none
 * of them. */
int32_t mg__classes_find(const mg__classes *classes, const char *text, double value);

/* Are two names the same but for the case of letters a to z and for blanks? Blanks around do not count, several count as one. */
bool mg__classes_alike(const char *a, const char *b);

/* Is the target missing in this row? So is an infinite number, and for regression a cell that is no number. */
bool mg__target_missing(const mg_dataset *dataset, const mg_target *target, int64_t row);

/* The rows whose target is not missing and, for classification, their classes (numbered in the order above) for mg__split_make;
 * labels is NULL for regression. Both arrays are the caller's to free. */
mg_status mg__target_rows(mg_context *context, const mg_dataset *dataset, const mg_target *target, int64_t **rows, int64_t *count,
                          int32_t **labels, int32_t *classes);

#endif
