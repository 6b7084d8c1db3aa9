/* Which rows each member trains on and which validate it. The rows that are not of the test part are dealt into folds; member i
 * holds fold i back, and after a full round the rows are dealt anew. So no row is lost: all but one fold's members learn from it.
 */
#include "train/folds.h"

#include "base/random.h"

/* Each class is dealt by itself in shuffled order, the next class going on where the last one ended. */
static mg_status deal(mg_context *context, const int32_t *labels, int32_t classes, int64_t count, int64_t folds, int64_t round,
                      uint64_t seed, int32_t *fold) {
    int64_t *order = mg__alloc_array(context, (size_t)count, sizeof *order);
    int64_t *next = mg__alloc_array(context, (size_t)(labels ? classes : 1), sizeof *next);
    if (order && next) {
        mg__stream stream = { .seed = seed, .stream = mg__hash_text(0, "folds"), .step = (uint64_t)round };
        mg__random_permutation(&stream, (uint64_t)count, order);
        for (int32_t k = 1; labels && k < classes; k++) next[k] = k;
        for (int64_t i = 0; i < count; i++) fold[order[i]] = (int32_t)(next[labels ? labels[order[i]] : 0]++ % folds);
    }
    mg__free(context, order);
    mg__free(context, next);
    return order && next ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status divide(mg__trainer *t, int64_t member, const int32_t *fold, int32_t held) {
    int64_t count = t->pool.rows, in = 0, out = 0;
    for (int64_t i = 0; i < count; i++) out += fold[i] == held;
    t->rows[member] = mg__alloc_array(t->context, (size_t)(count - out), sizeof **t->rows);
    t->held[member] = mg__alloc_array(t->context, (size_t)out, sizeof **t->held);
    if (!t->rows[member] || !t->held[member]) return MG_OUT_OF_MEMORY;
    t->row_counts[member] = count - out;
    t->held_counts[member] = out;
    out = 0;
    for (int64_t i = 0; i < count; i++) {
        if (fold[i] == held)
            t->held[member][out++] = i;
        else
            t->rows[member][in++] = i;
    }
    return MG_OK;
}

static mg_status open_lists(mg__trainer *t) {
    size_t members = (size_t)t->members;
    t->rows = mg__alloc_array(t->context, members, sizeof *t->rows);
    t->held = mg__alloc_array(t->context, members, sizeof *t->held);
    t->row_counts = mg__alloc_array(t->context, members, sizeof *t->row_counts);
    t->held_counts = mg__alloc_array(t->context, members, sizeof *t->held_counts);
    return t->rows && t->held && t->row_counts && t->held_counts ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__folds_make(mg__trainer *t, const int32_t *fixed, int64_t folds, int32_t classes) {
    int32_t *fold = mg__alloc_array(t->context, (size_t)t->pool.rows, sizeof *fold);
    mg_status status = fold ? open_lists(t) : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < t->members && status == MG_OK; i++) {
        if (!fixed && folds > 1 && i % folds == 0)
            status =
                deal(t->context, t->pool.labels, classes, t->pool.rows, folds, i / folds, (uint64_t)t->model->options.seed, fold);
        if (status == MG_OK) status = divide(t, i, fixed ? fixed : fold, fixed ? 1 : folds > 1 ? (int32_t)(i % folds) : -1);
    }
    mg__free(t->context, fold);
    return status;
}
