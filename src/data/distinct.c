#include "data/distinct.h"

#include <math.h>
#include <string.h>

uint64_t mg__hash_number(double value) {
    uint64_t bits;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return mg__hash_mix(bits, 0);
}

/* The slot that holds the hash, or the free one where it goes. */
static size_t find_slot(const uint64_t *slots, size_t count, uint64_t hash) {
    size_t slot = (size_t)hash & (count - 1);
    while (slots[slot] != 0 && slots[slot] != hash) slot = (slot + 1) & (count - 1);
    return slot;
}

static bool grow(mg_context *context, mg__distinct *d) {
    size_t count = d->slot_count == 0 ? 16 : d->slot_count * 2;
    uint64_t *slots = mg__alloc_array(context, count, sizeof *slots);
    if (slots == NULL) return false;
    for (size_t i = 0; i < d->slot_count; i++)
        if (d->slots[i] != 0) slots[find_slot(slots, count, d->slots[i])] = d->slots[i];
    mg__free(context, d->slots);
    d->slots = slots;
    d->slot_count = count;
    return true;
}

static void note(mg__distinct *d, uint64_t hash) {
    uint64_t rest = hash << d->bits | UINT64_C(1) << (d->bits - 1); /* the one that ends the zeros */
    uint8_t rank = 1;
    for (; !(rest >> 63); rest <<= 1) rank++;
    uint8_t *kept = &d->registers[hash >> (64 - d->bits)];
    if (rank > *kept) *kept = rank;
}

static bool begin_estimate(mg_context *context, mg__distinct *d) {
    d->bits = d->limit < 8192 ? 12 : 14;
    d->registers = mg__alloc_zero(context, (size_t)1 << d->bits);
    if (d->registers == NULL) return false;
    for (size_t i = 0; i < d->slot_count; i++)
        if (d->slots[i] != 0) note(d, d->slots[i]);
    mg__free(context, d->slots);
    d->slots = NULL;
    d->slot_count = 0;
    return true;
}

bool mg__distinct_add(mg_context *context, mg__distinct *d, uint64_t hash) {
    hash += hash == 0;
    if (d->registers == NULL) {
        if ((size_t)d->count * 2 >= d->slot_count && !grow(context, d)) return false;
        uint64_t *slot = &d->slots[find_slot(d->slots, d->slot_count, hash)];
        if (*slot == hash) return true;
        *slot = hash;
        if (++d->count <= d->limit) return true;
        if (!begin_estimate(context, d)) return false;
    }
    note(d, hash);
    return true;
}

/* a m^2 / sum 2^-M_k; with few values, where registers stay empty, m ln(m / empty). */
static double estimate(const mg__distinct *d) {
    size_t count = (size_t)1 << d->bits, of_rank[65] = { 0 };
    double m = (double)count, sum = 0;
    for (size_t k = 0; k < count; k++) of_rank[d->registers[k]]++;
    for (int rank = 0; rank <= 64; rank++) sum += ldexp((double)of_rank[rank], -rank);
    double raw = 0.7213 / (1 + 1.079 / m) * m * m / sum;
    return raw <= 2.5 * m && of_rank[0] > 0 ? m * log(m / (double)of_rank[0]) : raw;
}

int64_t mg__distinct_count(const mg__distinct *d) {
    if (d->registers == NULL) return d->count;
    double most = 9e15, found = fmin(estimate(d), most);
    return found > (double)d->limit ? (int64_t)(found + 0.5) : d->limit + 1; /* more than the limit they are */
}

bool mg__distinct_exact(const mg__distinct *d) { return d->registers == NULL; }

void mg__distinct_free(mg_context *context, mg__distinct *d) {
    mg__free(context, d->slots);
    mg__free(context, d->registers);
    *d = (mg__distinct){ .limit = d->limit };
}
