/* What a column means, by its cells. */
#ifndef MG_KIND_H
#define MG_KIND_H

#include "data/table.h"

/* Counted over the rows that are looked at. */
typedef struct mg__kind_facts {
    int64_t rows, missing;
    int64_t numbers;  /* cells that are finite numbers */
    int64_t infinite; /* cells that are infinite */
    int64_t dates;    /* cells that are no numbers but dates */
    int64_t others;   /* cells that are neither: words */
    int64_t distinct; /* values that are not missing; exact up to a few thousand, above that perhaps an estimate */
    bool whole;       /* all numbers are whole */
    bool month_first; /* dates with slashes: month before day */
    double low, high; /* of the finite numbers */
    double length;    /* mean bytes of a cell that is not missing */
    double blanks;    /* mean number of blanks in it */
} mg__kind_facts;

mg__kind_facts mg__kind_look(const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count);

typedef struct mg__kind_choice {
    mg_kind kind;
    bool strays;      /* a number or date with a few cells that are none: they count as missing */
    char reason[256]; /* a sentence */
} mg__kind_choice;

/* The rules, and only here. asked: what the user said, or AUTO. */
mg__kind_choice mg__kind_choose(const char *name, mg_kind asked, const mg__kind_facts *facts);

/* "a=number,b=category" -> kinds of a dataset's columns (dataset->column[c].asked). MG_SETTING: no such column, no such kind. */
mg_status mg__kinds_ask(mg_context *context, mg_dataset *dataset, const char *types);

/* "id,name" -> drop[c] for each column. MG_SETTING: no such column. Names with commas or blanks at their ends may be quoted as in
 * CSV. */
mg_status mg__columns_named(mg_context *context, const mg_dataset *dataset, const char *who, const char *list, bool *chosen);

#endif
