/* Model text as a tree. items[] holds all of it; a sequence is a list through `next`. */
#ifndef MG_NN_TEXT_H
#define MG_NN_TEXT_H

#include "nn/layer.h"

#define MG__TEXT_BYTES  65536 /* of a text */
#define MG__TEXT_DEPTH  64    /* of brackets in brackets */
#define MG__TEXT_LAYERS 10000 /* once repetitions are written out */

typedef struct mg__item {
    const mg__layer *layer; /* NULL: a group */
    int repeat;
    int next;    /* in its sequence; -1: the last */
    int first;   /* of a group's own sequence */
    bool preset; /* a group that was written @name */
    mg__value values[MG__MAX_ARGUMENTS];
} mg__item;

struct mg_network {
    mg_context *context;
    char *text; /* in normal form */
    mg__item *items;
    size_t item_capacity;
    int item_count;
    int first; /* -1: there are no layers */
};

/* Whether any of its layers has a kernel that slides over images. */
bool mg__network_slides(const mg_network *network);

/* One item without its repetition, "dense(64, init=he_normal)"; ends in "..." where it does not fit. */
void mg__print_layer(const mg_network *network, int item, char *text, size_t size);

/* A sequence in normal form: one blank between items, required arguments and the first one by position, others by name where they
 * are not the default. Returns the bytes that the whole needs, without the 0. */
size_t mg__print_text(const mg_network *network, int first, char *text, size_t size);

#endif
