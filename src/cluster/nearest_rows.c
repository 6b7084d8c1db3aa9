#include "cluster/nearest_rows.h"

#include "cluster/nearest.h"
#include "cluster/slices.h"
#include "interop/sort.h"

#include <string.h>

#define OTHERS 2048 /* rows that a block is compared with at once */
#define BLOCKS 16   /* between two calls of who is told */

typedef struct near_row {
    float score; /* 2 x.c - |c|^2: the larger the nearer */
    int32_t row;
} near_row;

typedef struct searching {
    const mg__points *points;
    mg__nearest_rows *found;
    mg__nearest nearest; /* all rows as centres */
    int64_t first;       /* block */
    float *score;        /* [workers, MG__NEAREST_ROWS, OTHERS] */
    near_row *heap;      /* [workers, MG__NEAREST_ROWS, k]: the farthest of the nearest at the top */
    char *scratch;
    size_t scratch_bytes;
} searching;

static void set_centres(mg__nearest *nearest, const mg__points *p) {
    for (int64_t row = 0; row < p->rows; row++) {
        const float *x = p->x + row * p->columns;
        double square = 0;
        for (int64_t i = 0; i < p->columns; i++) {
            nearest->twice[row * p->columns + i] = 2 * x[i];
            square += (double)x[i] * (double)x[i];
        }
        nearest->offset[row] = (float)-square;
    }
}

static void sink(near_row *heap, int64_t k, near_row item) {
    int64_t at = 0;
    for (int64_t child; (child = 2 * at + 1) < k; at = child) {
        child += child + 1 < k && heap[child + 1].score < heap[child].score;
        if (heap[child].score >= item.score) break;
        heap[at] = heap[child];
    }
    heap[at] = item;
}

/* A new heap is full of scores below any. */
static void empty(near_row *heap, int64_t k) {
    for (int64_t i = 0; i < k; i++) heap[i] = (near_row){ -3.402823466e38f, 0 };
}

static int by_row(const void *a, const void *b, const void *user) {
    (void)user;
    return (((const near_row *)a)->row > ((const near_row *)b)->row) - (((const near_row *)a)->row < ((const near_row *)b)->row);
}

static void write_out(const searching *s, int64_t row, near_row *heap) {
    const mg__points *p = s->points;
    int64_t k = s->found->k;
    mg__sort(heap, (size_t)k, sizeof *heap, by_row, NULL);
    for (int64_t j = 0; j < k; j++) {
        const float *a = p->x + row * p->columns, *b = p->x + heap[j].row * p->columns;
        double square = 0;
        for (int64_t i = 0; i < p->columns; i++) square += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
        s->found->row[row * k + j] = heap[j].row;
        s->found->square[row * k + j] = square;
    }
}

static void search_block(void *user, int64_t block, int worker) {
    searching *s = user;
    const mg__points *p = s->points;
    int64_t begin = (s->first + block) * MG__NEAREST_ROWS, left = p->rows - begin, k = s->found->k;
    int64_t rows = left < MG__NEAREST_ROWS ? left : MG__NEAREST_ROWS;
    float *score = s->score + (int64_t)worker * MG__NEAREST_ROWS * OTHERS;
    near_row *heaps = s->heap + (int64_t)worker * MG__NEAREST_ROWS * k;
    empty(heaps, rows * k);
    for (int64_t other = 0; other < p->rows; other += OTHERS) {
        mg__nearest part = s->nearest;
        part.k = p->rows - other < OTHERS ? p->rows - other : OTHERS;
        part.twice += other * p->columns;
        part.offset += other;
        mg__nearest_scores(&part, p->x + begin * p->columns, rows, s->scratch + (size_t)worker * s->scratch_bytes, score);
        for (int64_t i = 0; i < rows; i++) {
            near_row *heap = heaps + i * k;
            const float *line = score + i * part.k;
            for (int64_t j = 0; j < part.k; j++)
                if (line[j] > heap->score && other + j != begin + i) sink(heap, k, (near_row){ line[j], (int32_t)(other + j) });
        }
    }
    for (int64_t i = 0; i < rows; i++) write_out(s, begin + i, heaps + i * k);
}

static mg_status open_search(searching *s) {
    const mg__points *p = s->points;
    mg_context *context = p->context;
    size_t workers = (size_t)mg__slice_workers(context), rows = (size_t)p->rows, k = (size_t)s->found->k;
    mg_status status = mg__nearest_open(context, &s->nearest, p->rows, p->columns);
    if (status != MG_OK) return status;
    set_centres(&s->nearest, p);
    int64_t parts[] = { OTHERS, p->rows % OTHERS };
    for (int i = 0; i < 2; i++) {
        mg__nearest part = s->nearest;
        part.k = parts[i] > 0 ? parts[i] : OTHERS;
        size_t bytes = (mg__nearest_scratch(&part) + 63) / 64 * 64;
        s->scratch_bytes = bytes > s->scratch_bytes ? bytes : s->scratch_bytes;
    }
    s->found->row = mg__alloc_array(context, rows, k * sizeof *s->found->row);
    s->found->square = mg__alloc_array(context, rows, k * sizeof *s->found->square);
    s->score = mg__alloc_array(context, workers * MG__NEAREST_ROWS, OTHERS * sizeof *s->score);
    s->heap = mg__alloc_array(context, workers * MG__NEAREST_ROWS, k * sizeof *s->heap);
    s->scratch = mg__alloc(context, workers * s->scratch_bytes);
    return s->found->row && s->found->square && s->score && s->heap && s->scratch ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__nearest_rows_find(const mg__points *p, int64_t k, mg__nearest_rows_told *told, void *user, mg__nearest_rows *found,
                                bool *whole) {
    *found = (mg__nearest_rows){ .rows = p->rows, .k = k };
    *whole = true;
    searching s = { .points = p, .found = found };
    mg_status status = p->rows <= INT32_MAX ? open_search(&s) : mg__fail(p->context, MG_UNSUPPORTED, "more rows than 2^31");
    int64_t blocks = (p->rows + MG__NEAREST_ROWS - 1) / MG__NEAREST_ROWS;
    for (; status == MG_OK && *whole && s.first < blocks; s.first += BLOCKS) {
        mg__slices_run(p->context, blocks - s.first < BLOCKS ? blocks - s.first : BLOCKS, search_block, &s);
        *whole = told(user, s.first * MG__NEAREST_ROWS, p->rows);
    }
    mg__nearest_close(p->context, &s.nearest);
    mg__free(p->context, s.score);
    mg__free(p->context, s.heap);
    mg__free(p->context, s.scratch);
    return status;
}

void mg__nearest_rows_free(mg_context *context, mg__nearest_rows *found) {
    mg__free(context, found->row);
    mg__free(context, found->square);
    *found = (mg__nearest_rows){ 0 };
}
