#include "train/feed.h"

/* Waking a thread costs some microseconds: so much must be gathered that it is worth it. */
#define BYTES_WORTH_A_THREAD ((size_t)64 << 10)
#define PIECE_BYTES          ((size_t)16 << 10)

/* --- pieces ------------------------------------------------------------------------------------------ */

#define PIECE_BITS 32
#define PIECES     (((uint64_t)1 << PIECE_BITS) - 1)

static mg__batch *place_of(mg__feed *f, uint64_t turn) { return &f->batch[f->ahead ? turn & 1 : 0]; }

static void gather_piece(const mg__feed *f, const mg__batch *b, int64_t piece) {
    const mg__part *pool = f->pool;
    size_t features = (size_t)mg_encoder_features(f->model->encoder), at = (size_t)(piece * f->piece_rows);
    const int64_t *order = mg__loader_batch(f->loader, b->index, &(int64_t){ 0 }) + at;
    const void *target = mg__head_takes_labels(f->model) ? (const void *)pool->labels : pool->targets;
    int64_t left = b->count - (int64_t)at, count = left < f->piece_rows ? left : f->piece_rows, *picked = b->picked + at;
    for (int64_t i = 0; i < count; i++) picked[i] = f->rows ? f->rows[order[i]] : order[i];
    mg__gather_rows(pool->x, features * sizeof(float), picked, count, b->x + at * features);
    mg__gather_rows(target, 4, picked, count, (char *)b->target + at * 4);
    if (pool->weights) mg__gather_rows(pool->weights, 4, picked, count, b->weight + at);
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
    return b->x && b->target && b->weight && b->picked ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__feed_open(mg__feed *f, bool beside) {
    size_t features = (size_t)mg_encoder_features(f->model->encoder), bytes = (size_t)f->model->options.batch * features * 4;
    beside = beside && bytes >= BYTES_WORTH_A_THREAD;
    f->next = &f->batch[0];
    f->piece_rows = (int64_t)(PIECE_BYTES / (features * sizeof(float))) + 1;
    mg_status status = open_batch(f, &f->batch[0], features);
    if (status == MG_OK && beside) status = open_batch(f, &f->batch[1], features);
    if (status == MG_OK && beside) f->ahead = mg__ahead_create(f->context, gather_beside, f);
    return status;
}

void mg__feed_close(mg__feed *f) {
    if (!f->context) return;
    mg__ahead_destroy(f->ahead);
    f->ahead = NULL;
    for (int i = 0; i < 2; i++) {
        void *blocks[] = { f->batch[i].x, f->batch[i].target, f->batch[i].weight, f->batch[i].picked };
        for (int k = 0; k < 4; k++) mg__free(f->context, blocks[k]);
    }
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

void mg__feed_inputs(const mg__feed *f, const mg__batch *b, mg_tensor inputs[3]) {
    bool labels = mg__head_takes_labels(f->model);
    int64_t shape[4] = { b->count };
    int rank = 1 + mg_encoder_shape(f->model->encoder, shape + 1);
    inputs[0] = mg_tensor_borrow(MG_F32, rank, shape, b->x);
    inputs[1] = mg_tensor_borrow(labels ? MG_I32 : MG_F32, labels ? 1 : 2, (int64_t[]){ b->count, 1 }, b->target);
    inputs[2] = mg_tensor_borrow(MG_F32, 1, shape, b->weight);
}
