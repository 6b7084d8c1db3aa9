#include "data/duplicates.h"

#include "data/distinct.h"

#include <math.h>

#define MISSING_HASH 1

/* Cells are equal where their spellings are, or their numbers in a column of numbers. */
static uint64_t cell_hash(const mg__column *column, int64_t row) {
    if (column->type == MG_COLUMN_NUMBER) {
        double value = mg__column_number(column, row);
        return isnan(value) ? MISSING_HASH : mg__hash_number(value);
    }
    return column->codes[row];
}

static bool cells_equal(const mg__column *column, int64_t a, int64_t b) {
    if (column->type != MG_COLUMN_NUMBER) return column->codes[a] == column->codes[b];
    double x = mg__column_number(column, a), y = mg__column_number(column, b);
    return x == y || (isnan(x) && isnan(y));
}

static bool rows_equal(const mg_dataset *d, int64_t a, int64_t b) {
    for (int64_t c = 0; c < d->columns; c++)
        if (!cells_equal(&d->column[c], a, b)) return false;
    return true;
}

/* Column by column, as they lie in memory. */
static void hash_rows(const mg_dataset *d, uint64_t *hash) {
    for (int64_t c = 0; c < d->columns; c++)
        for (int64_t r = 0; r < d->rows; r++) hash[r] = mg__hash_mix(hash[r], cell_hash(&d->column[c], r));
}

mg_status mg__duplicates_count(mg_context *context, const mg_dataset *d, int64_t *duplicates) {
    size_t slot_count = 16;
    while (slot_count < 2 * (size_t)d->rows) slot_count *= 2;
    uint64_t *hash = mg__alloc_array(context, (size_t)d->rows, sizeof *hash);
    int64_t *slots = mg__alloc_array(context, slot_count, sizeof *slots); /* 1 + row, 0: free */
    *duplicates = 0;
    if (hash != NULL && slots != NULL) hash_rows(d, hash);
    for (int64_t r = 0; hash != NULL && slots != NULL && r < d->rows; r++) {
        size_t slot = (size_t)hash[r] & (slot_count - 1);
        for (; slots[slot] != 0; slot = (slot + 1) & (slot_count - 1))
            if (hash[slots[slot] - 1] == hash[r] && rows_equal(d, slots[slot] - 1, r)) break;
        if (slots[slot] != 0)
            ++*duplicates;
        else
            slots[slot] = r + 1;
    }
    bool ok = hash != NULL && slots != NULL;
    mg__free(context, hash);
    mg__free(context, slots);
    return ok ? MG_OK : MG_OUT_OF_MEMORY;
}
