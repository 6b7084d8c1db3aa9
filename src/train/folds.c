/* Which rows each member trains on and which validate it. The rows that are not of the test part are dealt into folds; member i
 * holds fold i back, and after a full round the rows are dealt anew. So no row is lost: all but one fold's members learn from it.
 */
#include "train/folds.h"

#include "data/split.h"

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

static mg_status deal_round(mg__trainer *t, const mg__deal *deal, int64_t round, int32_t *fold) {
    uint64_t seed = (uint64_t)t->model->options.seed;
    int32_t folds = (int32_t)deal->folds;
    if (deal->group)
        return mg__split_group_folds(t->context, t->pool.rows, deal->group, deal->groups, folds, (uint64_t)round, seed, fold);
    return mg__split_folds(t->context, t->pool.rows, deal->labels, deal->classes, folds, (uint64_t)round, seed, fold);
}

mg_status mg__folds_make(mg__trainer *t, const mg__deal *deal) {
    int32_t *fold = mg__alloc_array(t->context, (size_t)t->pool.rows, sizeof *fold);
    bool dealt = !deal->fixed && deal->folds > 1;
    mg_status status = fold ? open_lists(t) : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < t->members && status == MG_OK; i++) {
        if (dealt && i % deal->folds == 0) status = deal_round(t, deal, i / deal->folds, fold);
        int32_t held = deal->fixed ? 1 : dealt ? (int32_t)(i % deal->folds) : -1;
        if (status == MG_OK) status = divide(t, i, deal->fixed ? deal->fixed : fold, held);
    }
    mg__free(t->context, fold);
    return status;
}
