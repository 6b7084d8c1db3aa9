/* Chains: runs of elementwise instructions of a loop that one function, compiled at build time, does in one pass, its values in
 * registers. What tiles, sums and addresses are concerned, the tile interpreter is in charge as ever; a chain that is not in the
 * list is interpreted, an instruction after the other, with the same bits.
 *
 * The list is made by src/emit/chains.c from graphs whose loops matter. A chain is found in it by its key: the instructions with
 * what they read (another member, an array, a single value) and which of them are read elsewhere. Sizes, strides and the values
 * of literals are no part of it. */
#ifndef MG_CHAIN_H
#define MG_CHAIN_H

#include "backend/cpu/isa.h"
#include "plan/program.h"

enum { MG__CHAIN_MEMBERS = 48, MG__CHAIN_READS = 48, MG__CHAIN_KEY = 2048 };

/* memory: what is read, then what is written. `count` points are taken a period at a time, after each of which every pointer goes
 * `step` elements on: by the period, by 0 where all periods read the same (a vector of columns), by 1 where each has one value.
 */
typedef void mg__chain_kernel(void *const *memory, const int64_t *step, int64_t period, int64_t count);

typedef struct mg__chain_entry {
    const char *key; /* NULL ends the list */
    mg__chain_kernel *kernel;
} mg__chain_entry;

typedef struct mg__chain_read {
    int16_t value;
    bool single;     /* one value for all points of a period */
    bool row;        /* a value a row */
    bool expand;     /* it is spread out first to `expanded`, where a period has several rows */
    size_t expanded; /* in the worker's scratch */
} mg__chain_read;

typedef struct mg__chain {
    mg__chain_kernel *kernel;
    int16_t members[MG__CHAIN_MEMBERS]; /* instructions, in order; it runs at the place of the last */
    bool output[MG__CHAIN_MEMBERS];     /* read by others too */
    mg__chain_read reads[MG__CHAIN_READS];
    int count, read_count;
    bool by_period; /* some pointer does not simply go on */
} mg__chain;

struct mg__tile_plan;
/* Calls found(user, chain) for every chain of a plan whose instructions have their actions; false stops. */
typedef bool mg__chain_found(void *user, const mg__chain *chain);
bool mg__chains_find(const struct mg__tile_plan *plan, mg__chain_found *found, void *user);

void mg__chain_key(const struct mg__tile_plan *plan, const mg__chain *chain, char key[MG__CHAIN_KEY]);
/* NULL: not in the list. */
mg__chain_kernel *mg__chain_lookup(mg__isa isa, const char *key);

/* Where member m reads operand k: the number of a member, or -1 - the number of a read. */
int mg__chain_operand(const struct mg__tile_plan *plan, const mg__chain *chain, int m, int k);

#endif
