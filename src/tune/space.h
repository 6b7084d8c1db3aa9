/* A space as its files share it. */
#ifndef MG_TUNE_SPACE_H
#define MG_TUNE_SPACE_H

#include "base/base.h"

#include <micrograd/search_space.h>

/* Where something is there, as in mg_dimension. */
typedef struct mg__condition {
    int parent; /* -1: always */
    double low;
    uint64_t words;
} mg__condition;

/* A part of the model text once all its copies and alternatives are written out one behind the other. */
typedef struct mg__piece {
    size_t offset, length; /* in the template's text; of a dimension: its hole. The 0 at the end is written as a blank */
    int dimension;         /* whose value stands here; -1: the text does */
    mg__condition condition;
} mg__piece;

typedef struct mg__template {
    char *text; /* as given; NULL: there is no model text */
    mg__piece *piece;
    size_t count, capacity;
} mg__template;

struct mg_space {
    mg_context *context;
    mg_dimension dimension[MG_SPACE_MOST];   /* text is the space's own */
    const mg_option *setting[MG_SPACE_MOST]; /* the row that a dimension sets; NULL: none */
    int dimensions;
    mg__template model;
};

/* A copy in another context. NULL without memory. */
mg_space *mg__space_copy(mg_context *context, const mg_space *space);

/* Checks a dimension and puts it before the one at `at`. Messages begin with `who`. */
mg_status mg__space_put(mg_space *space, int at, const char *who, const mg_dimension *dimension, const mg_option *setting);
/* Takes off the last ones, so that so many stay. */
void mg__space_cut(mg_space *space, int dimensions);

bool mg__condition_holds(const mg__condition *condition, const double *point);
/* A dimension's. */
mg__condition mg__condition_of(const mg_dimension *dimension);

/* template.c */
void mg__template_free(mg_context *context, mg__template *model);
/* The place in the text as given from which byte `at` of mg_space_model comes, and the dimension that is written there, or -1. */
size_t mg__template_place(const mg_space *space, const double *point, size_t at, int *dimension);
/* template_check.c: MG_SETTING where a text that can come does not parse, with the place and the values. */
mg_status mg__template_check(mg_space *space);

/* All that is chosen from, in one text: the same for spaces that are the same. As snprintf. */
size_t mg__space_describe(const mg_space *space, char *out, size_t size);
uint64_t mg__space_hash(const mg_space *space);

#endif
