/* A column of a table: how its cells are stored. */
#ifndef MG_COLUMN_H
#define MG_COLUMN_H

#include "base/base.h"
#include "data/dictionary.h"

#include <micrograd/dataset.h>

#define MG__DICTIONARY_LIMIT 4096 /* distinct values up to which a column of numbers keeps their spelling */
#define MG__MISSING          UINT32_MAX

/* Cells are codes into the dictionary, or (numbers with more distinct values than the limit) values, NaN for missing. */
typedef struct mg__column {
    char *name;
    mg_column_type type;
    bool spelled; /* spellings are kept, however many there are */
    uint32_t *codes;
    double *values;
    mg__dictionary dictionary;
    mg_kind asked; /* what the user said that it is; AUTO: nothing */
    int64_t missing;
    int64_t capacity; /* cells that codes or values have room for */
} mg__column;

/* The spelling of a cell, or NULL for missing; scratch is used where the spelling was not kept. */
const char *mg__column_text(const mg__column *column, int64_t row, char scratch[32]);
double mg__column_number(const mg__column *column, int64_t row);

/* Building a column. start: room for `rows` cells; grow: for `capacity` cells, of which `rows` are there. */
bool mg__column_start(mg_context *context, mg__column *column, int64_t rows);
bool mg__column_grow(mg_context *context, mg__column *column, int64_t rows, int64_t capacity);
/* Instead of start: numbers whose spellings are not wanted. */
bool mg__column_start_values(mg_context *context, mg__column *column, int64_t rows);

/* Where cells lie in a text. */
typedef struct mg__span {
    uint32_t at;
    uint32_t length; /* below 2^30 */
    uint32_t quoted : 1;
    uint32_t doubled : 1; /* holds doubled quotes that are to be read as one each */
} mg__span;

typedef struct mg__cells {
    const char *text;
    const mg__span *span;
    size_t stride; /* spans from one to the next */
    int64_t count;
    char decimal; /* point of numbers */
} mg__cells;

typedef enum mg__put {
    MG__PUT_OK,
    MG__PUT_LATE, /* a text after so many numbers that spellings were let go: the column must be read again (mg__column_restart),
                     or make do with the numbers' shortest spellings (mg__column_spell) */
    MG__PUT_FAILED,
} mg__put;

/* Stores a name, whatever it spells: NA is none that is missing. */
bool mg__column_put_name(mg_context *context, mg__column *column, int64_t row, const char *name);

/* Stores what the file spells at row, row + 1 ...; blanks around do not count for numbers and missing marks unless the cell was
 * quoted. *done counts the cells that were stored. */
mg__put mg__column_fill(mg_context *context, mg__column *column, int64_t row, const mg__cells *cells, int64_t *done);
/* One cell, its point '.'. */
mg__put mg__column_put(mg_context *context, mg__column *column, int64_t row, const char *text, size_t length, bool quoted);

bool mg__column_restart(mg_context *context, mg__column *column, int64_t rows); /* empty again, spelled */
bool mg__column_spell(mg_context *context, mg__column *column, int64_t rows);

/* Frees all of it. */
void mg__column_free(mg_context *context, mg__column *column);

#endif
