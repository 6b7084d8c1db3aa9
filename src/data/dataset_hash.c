/* What a dataset holds, as one number. */
#include "data/table.h"

#include <string.h>

static uint64_t hash_column(uint64_t hash, const mg__column *column, int64_t rows) {
    const mg__dictionary *words = &column->dictionary;
    hash = mg__hash_text(hash, column->name);
    hash = mg__hash_mix(hash, (uint64_t)(column->asked + 1));
    if (column->values) return mg__hash_bytes(hash, column->values, (size_t)rows * sizeof *column->values);
    if (words->text_length > 0) hash = mg__hash_bytes(hash, words->text, words->text_length);
    return mg__hash_bytes(hash, column->codes, (size_t)rows * sizeof *column->codes);
}

uint64_t mg__dataset_hash(const mg_dataset *d) {
    uint64_t hash = mg__hash_mix((uint64_t)d->rows, (uint64_t)d->columns);
    size_t pixels = (size_t)(d->image[0] * d->image[1] * d->image[2]) * (size_t)d->rows;
    for (int64_t c = 0; c < d->columns; c++) hash = hash_column(hash, &d->column[c], d->rows);
    if (d->bytes) hash = mg__hash_bytes(hash, d->bytes, pixels * sizeof *d->bytes);
    if (d->floats) hash = mg__hash_bytes(hash, d->floats, pixels * sizeof *d->floats);
    return hash;
}
