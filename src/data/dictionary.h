/* Distinct spellings of a column, numbered in order of appearance. */
#ifndef MG_DICTIONARY_H
#define MG_DICTIONARY_H

#include "base/base.h"

typedef struct mg__spelling {
    size_t offset; /* into the text */
    uint32_t length;
    uint32_t hash;
    double value; /* NaN: no number */
} mg__spelling;

/* All zero is an empty dictionary. */
typedef struct mg__dictionary {
    mg__spelling *entries;
    size_t count, capacity;
    char *text; /* spellings, each ending with a NUL */
    size_t text_length, text_capacity;
    uint32_t *slots; /* open addressing: 1 + entry, 0 free; slot_count is a power of two */
    size_t slot_count;
} mg__dictionary;

#define MG__DICTIONARY_NONE UINT32_MAX

/* The code of a spelling; *added tells that it is new (its value must be filled in). MG__DICTIONARY_NONE: no memory. */
uint32_t mg__dictionary_add(mg_context *context, mg__dictionary *dictionary, const char *text, size_t length, bool *added);
uint32_t mg__dictionary_find(const mg__dictionary *dictionary, const char *text, size_t length); /* NONE: not there */
const char *mg__dictionary_text(const mg__dictionary *dictionary, uint32_t code);
void mg__dictionary_free(mg_context *context, mg__dictionary *dictionary);

#endif
