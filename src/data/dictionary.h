/* Distinct spellings of a column, numbered in order of appearance. */
#ifndef MG_DICTIONARY_H
#define MG_DICTIONARY_H

#include "base/base.h"

typedef struct mg__spelling {
    size_t offset; /* into the text */
    double value;  /* NaN: no number */
} mg__spelling;

/* A place of the hash table. A spelling of up to 7 bytes is its own key, so that nearly all look-ups touch one cache line. */
typedef struct mg__slot {
    uint64_t key;
    uint32_t entry; /* 1 + code, 0: free */
} mg__slot;

/* All zero is an empty dictionary. */
typedef struct mg__dictionary {
    mg__spelling *entries;
    size_t count, capacity;
    char *text; /* spellings, each ending with a NUL */
    size_t text_length, text_capacity;
    mg__slot *slots; /* open addressing; slot_count is a power of two, at least twice the count */
    size_t slot_count;
    uint16_t *small; /* 1 + code of numbers of up to three digits, once there are a few spellings; 0: not there, or look above */
    mg__slot last;   /* of the last look-up: cells repeat */
} mg__dictionary;

#define MG__DICTIONARY_NONE UINT32_MAX

/* The code of a spelling; *added tells that it is new (its value must be filled in). MG__DICTIONARY_NONE: no memory. */
uint32_t mg__dictionary_add(mg_context *context, mg__dictionary *dictionary, const char *text, size_t length, bool *added);
uint32_t mg__dictionary_find(const mg__dictionary *dictionary, const char *text, size_t length); /* NONE: not there */
const char *mg__dictionary_text(const mg__dictionary *dictionary, uint32_t code);
void mg__dictionary_free(mg_context *context, mg__dictionary *dictionary);

#endif
