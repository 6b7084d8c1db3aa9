/* Grid search: all combinations of each dimension's values, in an order that is shuffled by the seed, so that a search that ends
 * early has seen all of the space. What is not there is no difference: a dimension counts only below those of its parent's values
 * that bring it. So the points below value v of a dimension are the product, over the children that v brings, of the sum of the
 * points below the child's values. */
#include "tune/sampler.h"

#include <math.h>

#include "base/number.h"
#include "base/random.h"

enum { VALUES_MOST = 10000 };                        /* of a dimension */
static const int64_t points_most = (int64_t)1 << 60; /* sums and products end here */

/* --- the values of one dimension --------------------------------------------------------------------- */

static int64_t marks(const mg_dimension *d) {
    const int64_t all = mg__values(d);
    return d->kind != MG_DIMENSION_CHOICE && d->points > 0 && (all == 0 || d->points < all) ? d->points : all;
}

/* Ascending; neighbours that were rounded to the same whole number are equal. */
static double mark(const mg_dimension *d, int64_t k) {
    const int64_t n = marks(d);
    if (n == mg__values(d)) return d->low + (double)k;
    const double share = n > 1 ? (double)k / (double)(n - 1) : 0.5;
    const double value = d->log ? exp(log(d->low) * (1 - share) + log(d->high) * share) : d->low * (1 - share) + d->high * share;
    if (k == n - 1 && n > 1) return d->high;
    if (k == 0 && n > 1) return d->low;
    return d->kind == MG_DIMENSION_REAL ? value : floor(value + 0.5);
}

static bool repeats(const mg_dimension *d, int64_t k) { return k > 0 && mark(d, k) == mark(d, k - 1); }

/* --- the points of the space ------------------------------------------------------------------------- */

static int64_t add(int64_t a, int64_t b) { return a > points_most - b ? points_most : a + b; }
static int64_t multiply(int64_t a, int64_t b) { return b > 0 && a > points_most / b ? points_most : a * b; }

/* Points below dimension i's value: one where it brings no children. count: of the dimensions after i. */
static int64_t below(const mg_space *space, const int64_t *count, int i, double value) {
    double point[MG_SPACE_MOST];
    int64_t product = 1;
    point[i] = value;
    for (int c = i + 1; c < mg_space_dimensions(space); c++)
        if (mg_space_dimension(space, c)->parent == i && mg_space_is_there(space, point, c))
            product = multiply(product, count[c]);
    return product;
}

/* count[i]: points of dimension i and what is below it. Returns those of the space. */
static int64_t count_points(const mg_space *space, int64_t count[MG_SPACE_MOST]) {
    int64_t all = 1;
    for (int i = mg_space_dimensions(space) - 1; i >= 0; i--) {
        const mg_dimension *d = mg_space_dimension(space, i);
        count[i] = 0;
        for (int64_t k = 0; k < marks(d); k++)
            if (!repeats(d, k)) count[i] = add(count[i], below(space, count, i, mark(d, k)));
        if (d->parent < 0) all = multiply(all, count[i]);
    }
    return all;
}

/* The index-th point. Its index within a dimension and what is below it is `rest`; a value passes on what is left of it. */
static void point_of(const mg_space *space, const int64_t *count, int64_t index, double *point) {
    int64_t rest[MG_SPACE_MOST], roots = index;
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        point[i] = NAN;
        if (!mg_space_is_there(space, point, i)) continue;
        int64_t *left = d->parent < 0 ? &roots : &rest[d->parent];
        rest[i] = *left % count[i];
        *left /= count[i];
        for (int64_t k = 0; k < marks(d); k++) {
            if (repeats(d, k)) continue;
            point[i] = mark(d, k);
            const int64_t here = below(space, count, i, point[i]);
            if (rest[i] < here) break;
            rest[i] -= here;
        }
    }
}

static mg_status check(mg_context *context, const mg_space *space) {
    for (int i = 0; i < mg_space_dimensions(space); i++) {
        const mg_dimension *d = mg_space_dimension(space, i);
        char low[MG__NUMBER_BYTES], high[MG__NUMBER_BYTES];
        mg__format_double(d->low, low);
        mg__format_double(d->high, high);
        const char *log = d->log ? "log:" : "";
        if (marks(d) == 0)
            return mg__fail(context, MG_SETTING,
                            "%s: a grid needs a count of values in %s%s..%s; for 4 of them write %s=%s%s..%s/4, or list them: "
                            "%s=%s|%s",
                            d->name, log, low, high, d->name, log, low, high, d->name, low, high);
        if (marks(d) > VALUES_MOST)
            return mg__fail(context, MG_SETTING,
                            "%s: %lld values are too many for a grid, at most %d; give a count: %s=%s%s..%s/4", d->name,
                            (long long)marks(d), (int)VALUES_MOST, d->name, log, low, high);
    }
    int64_t count[MG_SPACE_MOST];
    if (count_points(space, count) == points_most)
        return mg__fail(context, MG_SETTING,
                        "the grid has over 1e18 points, which cannot be counted; give the settings fewer values");
    return MG_OK;
}

/* A bijection of 0..count-1: a Feistel network of four rounds over the next even number of bits, walked until it comes back into
 * the range. */
static int64_t shuffled(uint64_t seed, int64_t index, int64_t count) {
    unsigned half = 1;
    while ((int64_t)1 << 2 * half < count) half++;
    const uint64_t mask = ((uint64_t)1 << half) - 1;
    uint64_t x = (uint64_t)index;
    do {
        uint64_t left = x >> half, right = x & mask;
        for (uint64_t round = 0; round < 4; round++) {
            const uint64_t next = left ^ (mg__hash_mix(mg__hash_mix(seed, round), right) & mask);
            left = right;
            right = next;
        }
        x = left << half | right;
    } while (x >= (uint64_t)count);
    return (int64_t)x;
}

static int64_t limit(const mg_space *space, int64_t trials) {
    int64_t count[MG_SPACE_MOST];
    (void)trials;
    return count_points(space, count);
}

static mg_status suggest(mg_context *context, const mg__known *known, void **memory, double *point) {
    int64_t count[MG_SPACE_MOST];
    (void)context, (void)memory;
    const int64_t all = count_points(known->space, count);
    point_of(known->space, count, shuffled(known->seed, (known->ordinal + known->attempt) % all, all), point);
    return MG_OK;
}

const mg__sampler mg__sampler_grid = {
    .name = "grid",
    .doc = "Every combination of listed values and of ranges with a count, in shuffled order.",
    .check = check,
    .limit = limit,
    .suggest = suggest,
};
