/* How many different values there are: counted, then estimated. */
#ifndef MG_DISTINCT_H
#define MG_DISTINCT_H

#include "base/base.h"

#define MG__DISTINCT_LIMIT 100000

/* Values are told by their 64-bit hashes. Up to `limit` of them are kept, in a hash table; beyond, HyperLogLog estimates
 * (Flajolet, Fusy, Gandouet, Meunier 2007): of all hashes whose first b bits are k, register k keeps the most zeros that follow.
 * Deviation of the estimate: 1.04 / 2^(b/2), b = 14: 0.8 %; for limits below 8192 b = 12: 1.6 %. */
typedef struct mg__distinct {
    int64_t limit, count;
    uint64_t *slots; /* open addressing, 0: free */
    size_t slot_count;
    uint8_t *registers; /* not NULL: estimating */
    int bits;
} mg__distinct;

/* All zero but for the limit is an empty one. false: no memory. */
bool mg__distinct_add(mg_context *context, mg__distinct *distinct, uint64_t hash);
int64_t mg__distinct_count(const mg__distinct *distinct);
bool mg__distinct_exact(const mg__distinct *distinct);
void mg__distinct_free(mg_context *context, mg__distinct *distinct);

/* Numbers that are equal have one hash (0 and -0 too). */
uint64_t mg__hash_number(double value);

#endif
