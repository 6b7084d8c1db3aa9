/* The inside of a store of parameters: what sessions and eager graphs read. Public half: micrograd/parameters.h.
 *
 * flat   [ decayed: MG_WEIGHT | MG_BIAS, MG_GAIN | MG_FROZEN ]   every entry at a multiple of 64 bytes, gaps zero
 *          0          decayed ^            learned ^       ^ flat_count
 * state  [ MG_STATE ]
 * slot i [ laid out as flat ]
 */
#ifndef MG_GRAPH_PARAMETERS_H
#define MG_GRAPH_PARAMETERS_H

#include "base/base.h"

#include <micrograd/parameters.h>

#define MG__MAX_SLOTS            16
#define MG__PARAMETER_NAME_BYTES 256

typedef struct mg__entry {
    mg_parameter info; /* info.name lies behind the entry */
    uint64_t hash;     /* of the name */
    int64_t count;     /* elements */
} mg__entry;

typedef struct mg__slot {
    void *block;    /* NULL until the store is frozen */
    double initial; /* what it is filled with */
    bool asked;     /* false: a number below one that was asked for */
} mg__slot;

struct mg_parameters {
    mg_context *context;
    mg_dtype dtype;
    mg__entry **entries; /* each its own block, so that pointers to entries last */
    size_t entry_capacity;
    int count;

    bool frozen;
    uint64_t version; /* grows with every change of a value; 1 after freezing */
    void *flat, *state;
    size_t decayed, learned, flat_count; /* elements; see above */
    size_t state_count;

    mg__slot slots[MG__MAX_SLOTS];
    int slot_count;
};

/* The values of an entry: slot -1, or its part of a slot. NULL before freezing. */
void *mg__parameter_data(const mg_parameters *parameters, int index, int slot);

/* Remembers that a slot is wanted and, in a frozen store, makes it. false: no memory or a bad number (recorded). */
bool mg__parameters_want_slot(mg_parameters *parameters, int slot, double initial);

/* What a wanted slot is filled with; 0 for any other. */
double mg__slot_initial(const mg_parameters *parameters, int slot);

/* Overrides what initialisers take for the inputs and outputs of one unit. */
void mg__parameters_set_fans(mg_parameters *parameters, int index, int64_t fan_in, int64_t fan_out);

/* Text against a pattern of `*` (any characters, also none) and `?` (any one). */
bool mg__match_pattern(const char *pattern, const char *text);

/* Fills an entry by its initialiser: a pure function of (seed, name, shape, initialiser). */
mg_status mg__initialize(mg_context *context, const mg_parameter *entry, uint64_t seed, mg_tensor *value);

#endif
