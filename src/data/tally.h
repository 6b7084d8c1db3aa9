/* Counts of a column's cells, over one dataset or over the pieces of a file. */
#ifndef MG_TALLY_H
#define MG_TALLY_H

#include "data/distinct.h"
#include "data/summary.h"
#include "data/table.h"

typedef struct mg__tally {
    int64_t rows, missing;
    int64_t numbers, infinite, dates, others; /* as in mg__kind_facts */
    int64_t compact_days;                     /* numbers that are a day of 1900 to 2100 as YYYYMMDD */
    bool fractions;                           /* some number is not whole */
    mg__summary number;                       /* of the finite numbers */
    mg__summary date[2];                      /* of the dates' seconds, read month first and day first */
    int64_t day_first, month_first;           /* dates that show the order of day and month */
    double length, blanks;                    /* bytes and blanks of all cells whose spelling is known */
    int64_t spelled;                          /* how many those are */
    mg__distinct values, words;               /* numbers; everything else */
} mg__tally;

/* limit: different values that are counted, not estimated. */
mg__tally mg__tally_begin(int64_t limit);
/* Adds rows (NULL: 0 .. count - 1). false: no memory. */
bool mg__tally_add(mg__tally *tally, const mg_dataset *dataset, int64_t column, const int64_t *rows, int64_t count);
void mg__tally_end(mg_context *context, mg__tally *tally);

#endif
