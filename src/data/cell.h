/* What a cell of a table spells: nothing, or a number. */
#ifndef MG_CELL_H
#define MG_CELL_H

#include <stdbool.h>
#include <stddef.h>

/* Is it one of the marks for a missing value? Blanks around it do not count. */
bool mg__is_missing(const char *text, size_t length);

/* A decimal number, or inf; decimal is its point: '.' or ','. The other one may mark thousands (1,234,567.8). Blanks around it do
 * not count unless it was quoted. NaN: it is none. */
double mg__cell_number(const char *text, size_t length, bool quoted, char decimal);

#endif
