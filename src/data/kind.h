/* What a column means, by its cells. */
#ifndef MG_KIND_H
#define MG_KIND_H

#include "data/table.h"
#include "data/tally.h"

/* Counted over the rows that are looked at. */
typedef struct mg__kind_facts {
    int64_t rows, missing;
    int64_t numbers;      /* cells that are finite numbers */
    int64_t infinite;     /* cells that are infinite */
    int64_t dates;        /* cells that are no numbers but dates */
    int64_t others;       /* cells that are neither: words */
    int64_t compact_days; /* of the numbers: those that are a day as 20261124 */
    int64_t distinct;     /* values that are not missing */
    int64_t words;        /* of these: those that are no numbers */
    bool exact;           /* distinct and words are counted, not estimated */
    bool whole;           /* all numbers are whole */
    bool month_first;     /* dates with slashes or hyphens: month before day; so too where none of them tells */
    double low, high;     /* of the finite numbers; NaN where there is none */
    double length;        /* mean bytes of a cell that is not missing; 0 for numbers whose spelling was not kept */
    double blanks;        /* mean number of blanks in it */
} mg__kind_facts;

/* rows NULL: 0 .. count - 1. facts.rows < 0: there was no memory, and the context says so. */
mg__kind_facts mg__kind_look(const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count);
mg__kind_facts mg__kind_facts_of(const mg__tally *tally);

typedef struct mg__kind_choice {
    mg_kind kind;
    bool strays;      /* a number or date with a few cells that are none: they count as missing */
    char reason[256]; /* a sentence */
} mg__kind_choice;

/* The rules, and only here. asked: what the user said, or AUTO. */
mg__kind_choice mg__kind_choose(const char *name, mg_kind asked, const mg__kind_facts *facts);

/* "a=number,b=category" -> kinds of a dataset's columns (dataset->column[c].asked). Names as in mg__columns_named. NULL: none.
 * MG_SETTING: no such column, no such kind. */
mg_status mg__kinds_ask(mg_context *context, mg_dataset *dataset, const char *types);

/* "id,name" -> drop[c] for each column. MG_SETTING: no such column. Names with commas or blanks at their ends may be quoted as in
 * CSV. NULL: none. */
mg_status mg__columns_named(mg_context *context, const mg_dataset *dataset, const char *who, const char *list, bool *chosen);

#endif
