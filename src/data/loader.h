/* The order of rows in an epoch, and batches gathered from encoded rows. */
#ifndef MG_LOADER_H
#define MG_LOADER_H

#include "base/base.h"

typedef struct mg__loader {
    mg_context *context;
    int64_t count, batch;
    uint64_t seed;
    int64_t *order; /* of the current epoch, */
    uint64_t epoch; /* as it was asked for */
} mg__loader;

/* count rows in batches of `batch` >= 1; the order is that of epoch 0. */
mg_status mg__loader_create(mg_context *context, int64_t count, int64_t batch, uint64_t seed, mg__loader *loader);
void mg__loader_destroy(mg__loader *loader);

/* The order becomes the permutation addressed by (seed, epoch): a pure function, so a resumed run continues with the same
 * batches. */
void mg__loader_epoch(mg__loader *loader, uint64_t epoch);

int64_t mg__loader_batches(const mg__loader *loader); /* ceil(count / batch) */
/* Rows of batch `index`: a pointer into the order, and how many (the last batch may have fewer than `batch`). */
const int64_t *mg__loader_batch(const mg__loader *loader, int64_t index, int64_t *count);

/* out[i] = source[rows[i]] for rows of row_bytes bytes. */
void mg__gather_rows(const void *source, size_t row_bytes, const int64_t *rows, int64_t count, void *out);

#endif
