#include "data/loader.h"

#include "base/random.h"

#include <string.h>

mg_status mg__loader_create(mg_context *context, int64_t count, int64_t batch, uint64_t seed, mg__loader *loader) {
    *loader = (mg__loader){ .context = context, .count = count, .batch = batch, .seed = seed };
    if (count < 1 || batch < 1)
        return mg__fail(context, MG_INVALID, "loader: %lld rows in batches of %lld; both must be at least 1", (long long)count,
                        (long long)batch);
    loader->order = mg__alloc_array(context, (size_t)count, sizeof *loader->order);
    if (loader->order == NULL) return MG_OUT_OF_MEMORY;
    mg__loader_epoch(loader, 0);
    return MG_OK;
}

void mg__loader_destroy(mg__loader *loader) {
    mg__free(loader->context, loader->order);
    loader->order = NULL;
}

void mg__loader_epoch(mg__loader *loader, uint64_t epoch) {
    mg__stream stream = { .seed = loader->seed, .stream = mg__hash_text(0, "shuffle"), .step = epoch };
    loader->epoch = epoch;
    mg__random_permutation(&stream, (uint64_t)loader->count, loader->order);
}

int64_t mg__loader_batches(const mg__loader *loader) { return (loader->count - 1) / loader->batch + 1; }

const int64_t *mg__loader_batch(const mg__loader *loader, int64_t index, int64_t *count) {
    int64_t begin = index * loader->batch, left = loader->count - begin;
    *count = left < loader->batch ? left : loader->batch;
    return loader->order + begin;
}

void mg__gather_rows(const void *source, size_t row_bytes, const int64_t *rows, int64_t count, void *out) {
    for (int64_t i = 0; i < count; i++)
        memcpy((char *)out + (size_t)i * row_bytes, (const char *)source + (size_t)rows[i] * row_bytes, row_bytes);
}
