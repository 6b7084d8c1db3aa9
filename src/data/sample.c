#include "data/sample.h"

#include "base/random.h"

#include <string.h>

mg__sample mg__sample_begin(int64_t most_rows, size_t most_bytes) {
    return (mg__sample){ .threshold = 1, .most_rows = most_rows, .most_bytes = most_bytes };
}

void mg__sample_end(mg_context *context, mg__sample *s) {
    mg_dataset_destroy(s->rows);
    mg__free(context, s->number);
    *s = (mg__sample){ 0 };
}

static double draw(int64_t row) {
    const mg__stream stream = { .stream = mg__hash_text(0, "sample of rows") };
    return mg__random_uniform(&stream, (uint64_t)row, 0);
}

/* A dataset with the columns of `like` and no rows. */
static mg_dataset *empty_like(mg_context *context, const mg_dataset *like) {
    mg_dataset *d = mg__dataset_new(context, like->source, like->columns);
    for (int64_t c = 0; d != NULL && c < d->columns; c++) {
        d->column[c].asked = like->column[c].asked;
        d->column[c].name = mg__strdup(context, like->column[c].name);
        if (d->column[c].name != NULL && mg__column_start(context, &d->column[c], 0)) continue;
        mg_dataset_destroy(d);
        return NULL;
    }
    return d;
}

/* Replaces the sample by those of its rows that lie below the threshold. */
static bool thin(mg_context *context, mg__sample *s) {
    int64_t *kept = mg__alloc_array(context, (size_t)s->rows->rows, sizeof *kept), count = 0;
    if (kept == NULL) return false;
    for (int64_t r = 0; r < s->rows->rows; r++)
        if (draw(s->number[r]) < s->threshold) kept[count++] = r;
    mg_dataset *rows = empty_like(context, s->rows);
    bool ok = rows != NULL && mg__rows_append(rows, s->rows, kept, count);
    for (int64_t i = 0; ok && i < count; i++) s->number[i] = s->number[kept[i]];
    mg__free(context, kept);
    mg_dataset_destroy(ok ? s->rows : rows);
    if (ok) s->rows = rows;
    return ok;
}

/* How many rows would stay with half the threshold. */
static int64_t below_half(const mg__sample *s) {
    int64_t count = 0;
    for (int64_t r = 0; r < s->rows->rows; r++) count += draw(s->number[r]) < s->threshold / 2;
    return count;
}

bool mg__sample_add(mg_context *context, mg__sample *s, const mg_dataset *piece) {
    int64_t *taken = mg__alloc_array(context, (size_t)piece->rows, sizeof *taken), count = 0;
    for (int64_t r = 0; taken != NULL && r < piece->rows; r++)
        if (draw(s->seen + r) < s->threshold) taken[count++] = r;
    if (s->rows == NULL) s->rows = empty_like(context, piece);
    bool ok = taken != NULL && s->rows != NULL;
    size_t wanted = ok ? (size_t)(s->rows->rows + count) : 0;
    ok = ok && mg__grow(context, &s->number, &s->capacity, wanted, sizeof *s->number);
    for (int64_t i = 0; ok && i < count; i++) s->number[s->rows->rows + i] = s->seen + taken[i];
    ok = ok && mg__rows_append(s->rows, piece, taken, count);
    mg__free(context, taken);
    s->seen += piece->rows;
    while (ok && (s->rows->rows > s->most_rows || mg__dataset_bytes(s->rows) > s->most_bytes) && below_half(s) > 0) {
        s->threshold /= 2;
        ok = thin(context, s);
    }
    return ok;
}
