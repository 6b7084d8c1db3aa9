#include "train/feed.h"

/* Waking a thread costs some microseconds: so much must be gathered that it is worth it. */
#define BYTES_WORTH_A_THREAD ((size_t)64 << 10)
#define PIECE_BYTES          ((size_t)16 << 10)

/* --- rows that are varied ---------------------------------------------------------------------------- */

static float weight_of(const mg__part *pool, int64_t row) { return pool->weights ? pool->weights[row] : 1; }

static const void *targets_of(const mg__feed *f) {
    return mg__head_takes_labels(f->model) ? (const void *)f->pool->labels : f->pool->targets;
}

/* The row becomes its share of itself and the rest of another, as that one is in this epoch; so do the targets' weights. */
static void mix_row(const mg__feed *f, const mg__batch *b, const mg__company *company, mg__occasion at, int64_t i, float *other) {
    size_t features = (size_t)mg_encoder_features(f->model->encoder);
    int64_t partner;
    double share = mg__augmenter_partner(f->augmenter, &at, company->count, &partner);
    int64_t row = f->rows ? f->rows[partner] : partner;
    b->weight[i] = (float)(share * (double)weight_of(f->pool, b->picked[i]));
    b->other_weight[i] = (float)((1 - share) * (double)weight_of(f->pool, row));
    mg__gather_rows(targets_of(f), 4, &row, 1, (char *)b->other_target + i * 4);
    if (share == 1) return;
    at.number = partner;
    mg__augmenter_vary(f->augmenter, &at, company, other);
    mg__augmenter_blend(f->augmenter, share, other, b->x + (size_t)i * features);
}

/* Rows of the batch from `first` on; order: their numbers; other: room for one. */
static void vary_rows(const mg__feed *f, const mg__batch *b, int64_t first, int64_t count, const int64_t *order, float *other) {
    size_t features = (size_t)mg_encoder_features(f->model->encoder);
    mg__company company = { .x = f->pool->x, .rows = f->rows, .count = f->loader->count };
    for (int64_t i = 0; i < count; i++) {
        mg__occasion at = { .seed = f->loader->seed, .epoch = f->loader->epoch, .number = order[i] };
        mg__augmenter_vary(f->augmenter, &at, &company, b->x + (size_t)(first + i) * features);
        if (f->mixing) mix_row(f, b, &company, at, first + i, other);
    }
}

/* --- pieces ------------------------------------------------------------------------------------------ */

#define PIECE_BITS 32
#define PIECES     (((uint64_t)1 << PIECE_BITS) - 1)

static mg__batch *place_of(mg__feed *f, uint64_t turn) { return &f->batch[f->ahead ? turn & 1 : 0]; }

static void gather_piece(const mg__feed *f, const mg__batch *b, int64_t piece) {
    const mg__part *pool = f->pool;
    size_t features = (size_t)mg_encoder_features(f->model->encoder), at = (size_t)(piece * f->piece_rows);
    const int64_t *order = mg__loader_batch(f->loader, b->index, &(int64_t){ 0 }) + at;
    int64_t left = b->count - (int64_t)at, count = left < f->piece_rows ? left : f->piece_rows, *picked = b->picked + at;
    for (int64_t i = 0; i < count; i++) picked[i] = f->rows ? f->rows[order[i]] : order[i];
    if (!f->augmenter) mg__gather_rows(pool->x, features * sizeof(float), picked, count, b->x + at * features);
    mg__gather_rows(targets_of(f), 4, picked, count, (char *)b->target + at * 4);
    if (pool->weights) mg__gather_rows(pool->weights, 4, picked, count, b->weight + at);
    if (f->augmenter) vary_rows(f, b, (int64_t)at, count, order, f->mixing ? f->mixing + (size_t)piece * features : NULL);
}

/* The next batch takes its turn: all that is to be known of it is written before its pieces are offered. */
static void offer(mg__feed *f, int64_t index) {
    mg__batch *b = f->next = place_of(f, ++f->turn);
    b->index = index;
    mg__loader_batch(f->loader, index, &b->count);
    b->pieces = (b->count - 1) / f->piece_rows + 1;
    atomic_store_explicit(&f->unfinished, b->pieces, memory_order_relaxed);
    atomic_store_explicit(&f->unclaimed, f->turn << PIECE_BITS | (uint64_t)b->pieces, memory_order_release);
}

/* Gathers a piece that nobody has taken; false: there is none. A batch stays what it is while a piece of it is in work. */
static bool take_piece(mg__feed *f) {
    uint64_t seen = atomic_load_explicit(&f->unclaimed, memory_order_acquire);
    do {
        if ((seen & PIECES) == 0) return false;
    } while (!atomic_compare_exchange_weak_explicit(&f->unclaimed, &seen, seen - 1, memory_order_acquire, memory_order_acquire));
    gather_piece(f, place_of(f, seen >> PIECE_BITS), (int64_t)(seen & PIECES) - 1);
    atomic_fetch_sub_explicit(&f->unfinished, 1, memory_order_release);
    return true;
}

static void gather_beside(void *user) {
    mg__feed *f = user;
    int64_t begin = mg__recording_begin(f->gathering);
    bool any = false;
    while (take_piece(f)) any = true;
    if (any) mg__recording_end(f->gathering, 0, 0, 1, begin);
}

/* All of the batch on offer is there; a piece that the thread has in work is waited for. */
static void complete(mg__feed *f) {
    while (take_piece(f)) continue;
    if (atomic_load_explicit(&f->unfinished, memory_order_acquire) > 0) mg__ahead_wait(f->ahead);
}

/* --- batches ----------------------------------------------------------------------------------------- */

static mg_status open_batch(const mg__feed *f, mg__batch *b, size_t features) {
    size_t rows = (size_t)f->model->options.batch;
    *b = (mg__batch){ .index = -1 };
    b->x = mg__alloc_array(f->context, rows, features * sizeof *b->x);
    b->target = mg__alloc_array(f->context, rows, 4);
    b->weight = mg__alloc_array(f->context, rows, sizeof *b->weight);
    b->picked = mg__alloc_array(f->context, rows, sizeof *b->picked);
    bool all = b->x && b->target && b->weight && b->picked;
    if (all && f->mixing) {
        b->other_target = mg__alloc_array(f->context, rows, 4);
        b->other_weight = mg__alloc_array(f->context, rows, sizeof *b->other_weight);
        all = b->other_target && b->other_weight;
    }
    return all ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status open_mixing(mg__feed *f, size_t features) {
    int64_t pieces = (f->model->options.batch - 1) / f->piece_rows + 1;
    if (!f->augmenter || !mg__augment_mixes(&f->augmenter->augment)) return MG_OK;
    f->mixing = mg__alloc_array(f->context, (size_t)pieces, features * sizeof *f->mixing);
    return f->mixing ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__feed_open(mg__feed *f, bool beside) {
    size_t features = (size_t)mg_encoder_features(f->model->encoder), bytes = (size_t)f->model->options.batch * features * 4;
    beside = beside && (bytes >= BYTES_WORTH_A_THREAD || f->augmenter);
    f->next = &f->batch[0];
    f->piece_rows = (int64_t)(PIECE_BYTES / (features * sizeof(float))) + 1;
    mg_status status = open_mixing(f, features);
    if (status == MG_OK) status = open_batch(f, &f->batch[0], features);
    if (status == MG_OK && beside) status = open_batch(f, &f->batch[1], features);
    if (status == MG_OK && beside) f->ahead = mg__ahead_create(f->context, gather_beside, f);
    return status;
}

void mg__feed_close(mg__feed *f) {
    if (!f->context) return;
    mg__ahead_destroy(f->ahead);
    f->ahead = NULL;
    for (int i = 0; i < 2; i++) {
        mg__batch *b = &f->batch[i];
        void *blocks[] = { b->x, b->target, b->weight, b->picked, b->other_target, b->other_weight };
        for (size_t k = 0; k < sizeof blocks / sizeof *blocks; k++) mg__free(f->context, blocks[k]);
    }
    mg__free(f->context, f->mixing);
    f->context = NULL;
}

mg_status mg__feed_trace(mg__feed *f, mg_trace *trace) {
    f->waiting = mg__recording_one(trace, "data", "wait for a batch", false);
    f->gathering = f->ahead ? mg__recording_one(trace, "data beside", "gather a batch", true) : NULL;
    return f->waiting && (f->gathering || !f->ahead) ? MG_OK : MG_OUT_OF_MEMORY;
}

void mg__feed_stop(mg__feed *f) {
    complete(f);
    f->next->index = -1;
}

const mg__batch *mg__feed_take(mg__feed *f, int64_t index) {
    int64_t begin = mg__recording_begin(f->waiting);
    complete(f);
    if (f->next->index != index) {
        offer(f, index);
        complete(f);
    }
    mg__batch *taken = f->next;
    if (f->ahead && index + 1 < mg__loader_batches(f->loader)) {
        offer(f, index + 1);
        mg__ahead_start(f->ahead);
    } else {
        taken->index = -1; /* the caller's: a new epoch's first batch has the same number where it is the only one */
    }
    mg__recording_end(f->waiting, 0, 0, 1, begin);
    return taken;
}

void mg__feed_inputs(const mg__feed *f, const mg__batch *b, mg_tensor inputs[MG__FEED_INPUTS]) {
    bool labels = mg__head_takes_labels(f->model);
    int64_t shape[4] = { b->count };
    int rank = 1 + mg_encoder_shape(f->model->encoder, shape + 1);
    inputs[0] = mg_tensor_borrow(MG_F32, rank, shape, b->x);
    inputs[1] = mg_tensor_borrow(labels ? MG_I32 : MG_F32, labels ? 1 : 2, (int64_t[]){ b->count, 1 }, b->target);
    inputs[2] = mg_tensor_borrow(MG_F32, 1, shape, b->weight);
    inputs[3] = mg_tensor_borrow(labels ? MG_I32 : MG_F32, labels ? 1 : 2, (int64_t[]){ b->count, 1 }, b->other_target);
    inputs[4] = mg_tensor_borrow(MG_F32, 1, shape, b->other_weight);
}
