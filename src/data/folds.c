/* Folds: every row is in one, and they are as alike as can be. */
#include "base/random.h"
#include "data/split.h"
#include "interop/order.h"

#include <string.h>

static mg_status check(mg_context *context, int32_t folds, int64_t most, const char *what) {
    if (folds >= 2 && folds <= most) return MG_OK;
    return mg__fail(context, MG_INVALID, "folds: %d; wanted at least 2 and at most the number of %s, %lld", folds, what,
                    (long long)most);
}

static mg__stream stream_of(const char *purpose, uint64_t round, uint64_t seed) {
    return (mg__stream){ .seed = seed, .stream = mg__hash_text(0, purpose), .step = round };
}

/* One round-robin through all rows, class after class: each class, and the whole, is dealt evenly. */
mg_status mg__split_folds(mg_context *context, int64_t count, const int32_t *labels, int32_t classes, int32_t folds,
                          uint64_t round, uint64_t seed, int32_t *fold) {
    mg_status status = check(context, folds, count, "rows");
    if (status != MG_OK) return status;
    if (labels == NULL) classes = 1;
    int64_t *order = mg__alloc_array(context, (size_t)count, sizeof *order);
    uint64_t *next = mg__alloc_array(context, (size_t)classes + 1, sizeof *next); /* place in the round-robin, by class */
    status = order == NULL || next == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) {
        mg__stream stream = stream_of("folds", round, seed);
        for (int64_t i = 0; i < count; i++) next[(labels != NULL ? labels[i] : 0) + 1]++;
        next[0] = mg__random_below(&stream, (uint64_t)count, (uint64_t)folds); /* the first fold is not always the larger */
        for (int32_t k = 0; k < classes; k++) next[k + 1] += next[k];
        mg__random_permutation(&stream, (uint64_t)count, order);
        for (int64_t i = 0; i < count; i++)
            fold[order[i]] = (int32_t)(next[labels != NULL ? labels[order[i]] : 0]++ % (uint64_t)folds);
    }
    mg__free(context, order);
    mg__free(context, next);
    return status;
}

/* Groups from the largest to the smallest, in shuffled order among those of a size. sizes [groups], order, shuffled: out. */
static mg_status largest_first(mg_context *context, const mg__stream *stream, const int64_t *sizes, int64_t groups,
                               int64_t *order) {
    int64_t *shuffled = mg__alloc_array(context, (size_t)groups, sizeof *shuffled);
    double *keys = mg__alloc_array(context, (size_t)groups, sizeof *keys);
    mg_status status = shuffled == NULL || keys == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    if (status == MG_OK) {
        mg__random_permutation(stream, (uint64_t)groups, shuffled);
        for (int64_t i = 0; i < groups; i++) keys[i] = -(double)sizes[shuffled[i]];
        status = mg__order_numbers(context, keys, 1, groups, order);
        for (int64_t i = 0; status == MG_OK && i < groups; i++) order[i] = shuffled[order[i]];
    }
    mg__free(context, shuffled);
    mg__free(context, keys);
    return status;
}

mg_status mg__split_group_folds(mg_context *context, int64_t count, const int64_t *group, int64_t groups, int32_t folds,
                                uint64_t round, uint64_t seed, int32_t *fold) {
    mg_status status = check(context, folds, groups, "groups");
    if (status != MG_OK) return status;
    int64_t *sizes = mg__alloc_array(context, (size_t)groups, sizeof *sizes),
            *order = mg__alloc_array(context, (size_t)groups, sizeof *order),
            *rows = mg__alloc_array(context, (size_t)folds, sizeof *rows);
    int32_t *of_group = mg__alloc_array(context, (size_t)groups, sizeof *of_group);
    mg__stream stream = stream_of("folds by groups", round, seed);
    status = sizes == NULL || order == NULL || rows == NULL || of_group == NULL ? MG_OUT_OF_MEMORY : MG_OK;
    for (int64_t i = 0; status == MG_OK && i < count; i++) sizes[group[i]]++;
    if (status == MG_OK) status = largest_first(context, &stream, sizes, groups, order);
    if (status == MG_OK) {
        for (int64_t i = 0; i < groups; i++) {
            int32_t least = 0;
            for (int32_t f = 1; f < folds; f++) least = rows[f] < rows[least] ? f : least;
            of_group[order[i]] = least;
            rows[least] += sizes[order[i]];
        }
        for (int64_t i = 0; i < count; i++) fold[i] = of_group[group[i]];
    }
    mg__free(context, sizes);
    mg__free(context, order);
    mg__free(context, rows);
    mg__free(context, of_group);
    return status;
}
