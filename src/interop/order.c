#include "interop/order.h"

#include <math.h>
#include <string.h>

#define DIGITS 8   /* of a key */
#define BASE   256 /* values of a digit */

typedef struct item {
    uint64_t key;
    int64_t index;
} item;

/* Keys compare as the numbers do: positive numbers are in the order of their bits, negative ones in the reverse order. */
static uint64_t key_of(double value) {
    const uint64_t sign = (uint64_t)1 << 63;
    uint64_t bits;
    if (isnan(value)) return UINT64_MAX;
    value += 0.0; /* -0 becomes 0 */
    memcpy(&bits, &value, sizeof bits);
    return bits & sign ? ~bits : bits | sign;
}

static size_t digit_of(uint64_t key, int digit) { return (size_t)(key >> (8 * digit)) & (BASE - 1); }

/* Least significant digit first, each pass stable. */
mg_status mg__order_numbers(mg_context *context, const double *values, int64_t stride, int64_t count, int64_t *order) {
    size_t n = (size_t)count;
    size_t counts[DIGITS][BASE] = { { 0 } };
    if (n > SIZE_MAX / 2) return mg__fail_memory(context, SIZE_MAX);
    item *items = mg__alloc_array(context, 2 * n, sizeof *items), *from = items, *to = items + n;
    if (items == NULL) return MG_OUT_OF_MEMORY;
    for (size_t i = 0; i < n; i++) {
        from[i] = (item){ key_of(values[(int64_t)i * stride]), (int64_t)i };
        for (int d = 0; d < DIGITS; d++) counts[d][digit_of(from[i].key, d)]++;
    }
    for (int d = 0; n > 0 && d < DIGITS; d++) {
        size_t *at = counts[d], begin = 0;
        if (at[digit_of(from[0].key, d)] == n) continue; /* the same in all */
        for (size_t v = 0; v < BASE; v++) {
            size_t here = at[v];
            at[v] = begin;
            begin += here;
        }
        for (size_t i = 0; i < n; i++) to[at[digit_of(from[i].key, d)]++] = from[i];
        item *swapped = from;
        from = to;
        to = swapped;
    }
    for (size_t i = 0; i < n; i++) order[i] = from[i].index;
    mg__free(context, items);
    return MG_OK;
}
