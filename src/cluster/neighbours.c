/* What is asked of neighbours, by tree or without. */
#include "cluster/neighbours.h"

#include "cluster/slices.h"

#include <float.h>
#include <math.h>
#include <string.h>

#define PIECE 1024 /* rows whose distances are measured at once */

/* Four sums side by side, so that the compiler can make vectors of them. */
double mg__square_between(const float *a, const float *b, int64_t columns) {
    double part[4] = { 0 }, sum = 0;
    int64_t i = 0;
    for (; i + 4 <= columns; i += 4)
        for (int lane = 0; lane < 4; lane++) {
            double off = (double)a[i + lane] - (double)b[i + lane];
            part[lane] += off * off;
        }
    for (; i < columns; i++) sum += ((double)a[i] - (double)b[i]) * ((double)a[i] - (double)b[i]);
    return sum + ((part[0] + part[1]) + (part[2] + part[3]));
}

void mg__heap_add(mg__heap *h, double square) {
    double *s = h->square;
    int64_t at;
    if (h->count == h->k && square >= s[0]) return;
    if (h->count < h->k) {
        for (at = h->count++; at > 0 && s[(at - 1) / 2] < square; at = (at - 1) / 2) s[at] = s[(at - 1) / 2];
    } else {
        for (at = 0;;) {
            int64_t child = 2 * at + 1;
            if (child + 1 < h->count && s[child + 1] > s[child]) child++;
            if (child >= h->count || s[child] <= square) break;
            s[at] = s[child];
            at = child;
        }
    }
    s[at] = square;
}

/* --- rows ----------------------------------------------------------------------------------------------- */

static mg_status open_products(mg__neighbours *n) {
    mg_status status = mg__nearest_open(n->context, &n->all, n->rows, n->columns);
    for (int64_t row = 0; row < n->rows && status == MG_OK; row++) {
        double square = 0;
        for (int64_t i = 0; i < n->columns; i++) {
            float x = n->x[row * n->columns + i];
            n->all.twice[row * n->columns + i] = 2 * x;
            square += (double)x * (double)x;
        }
        n->all.square[row] = square;
        n->all.offset[row] = (float)-square;
        n->largest = square > n->largest ? square : n->largest;
    }
    return status;
}

mg_status mg__neighbours_open(mg__neighbours *n, mg_context *context, const float *x, int64_t rows, int64_t columns) {
    *n = (mg__neighbours){ .context = context, .rows = rows, .columns = columns };
    n->x = mg__alloc_array(context, (size_t)rows, (size_t)columns * sizeof *n->x);
    n->row = mg__alloc_array(context, (size_t)rows, sizeof *n->row);
    if (!n->x || !n->row) return MG_OUT_OF_MEMORY;
    for (int64_t row = 0; row < rows; row++) n->row[row] = row;
    if (rows > 0) memcpy(n->x, x, (size_t)(rows * columns) * sizeof *x);
    return columns <= MG__TREE_COLUMNS ? mg__tree_build(n) : open_products(n);
}

void mg__neighbours_close(mg__neighbours *n) {
    if (!n->context) return;
    void *blocks[] = { n->x, n->row, n->node, n->box };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(n->context, blocks[i]);
    mg__nearest_close(n->context, &n->all);
    *n = (mg__neighbours){ 0 };
}

/* --- one question for each row -------------------------------------------------------------------------- */

typedef enum question { COUNT, NEAREST, DISTANCE } question;

/* Of one thread. */
typedef struct hand {
    float *score; /* [MG__NEAREST_ROWS, PIECE] */
    void *scratch;
    double *best;   /* [MG__NEAREST_ROWS]: squared distance of the nearest */
    mg__heap *heap; /* [MG__NEAREST_ROWS] */
    double *room;   /* [MG__NEAREST_ROWS, k] of the heaps */
} hand;

typedef struct asking {
    const mg__neighbours *n;
    question question;
    const float *x;
    int64_t queries, most, slices;
    double square; /* of the radius */
    int64_t *answer;
    double *distance;
    hand *hand;
    int workers;
} asking;

static void ask_tree(asking *s, int64_t query, hand *h) {
    const float *x = s->x + query * s->n->columns;
    if (s->question == COUNT) {
        s->answer[query] = mg__tree_count(s->n, x, s->square, s->most);
    } else if (s->question == NEAREST) {
        s->answer[query] = mg__tree_nearest(s->n, x, s->square);
    } else {
        h->heap[0] = (mg__heap){ .square = h->room, .k = s->most };
        mg__tree_distances(s->n, x, &h->heap[0]);
        s->distance[query] = sqrt(h->room[0]);
    }
}

/* How far a squared distance may be off: the product's rounding. */
static double slack(const mg__neighbours *n, double own) {
    return (4 + sqrt((double)n->columns)) * (double)FLT_EPSILON * (own + n->largest);
}

/* What the rows first .. first + rows - 1 are to a query, of which own is |x|^2. */
static void look_at(asking *s, int64_t query, int64_t first, int64_t rows, double own, const float *score, hand *h,
                    int64_t place) {
    const mg__neighbours *n = s->n;
    const float *x = s->x + query * n->columns;
    double off = slack(n, own);
    for (int64_t i = 0; i < rows; i++) {
        double about = own - (double)score[i], limit = s->square;
        if (s->question == NEAREST) limit = h->best[place];
        if (s->question == DISTANCE) limit = h->heap[place].count < s->most ? INFINITY : h->heap[place].square[0];
        if (about - off > limit) continue;
        if (s->question == COUNT && about + off <= limit) {
            s->answer[query]++;
            continue;
        }
        double square = mg__square_between(x, n->x + (first + i) * n->columns, n->columns);
        if (s->question == COUNT) {
            s->answer[query] += square <= limit;
        } else if (s->question == DISTANCE) {
            mg__heap_add(&h->heap[place], square);
        } else if (square <= s->square && (s->answer[query] < 0 || square < h->best[place])) {
            h->best[place] = square;
            s->answer[query] = first + i;
        }
    }
}

static void ask_products(asking *s, int64_t query, int64_t queries, hand *h) {
    const mg__neighbours *n = s->n;
    double own[MG__NEAREST_ROWS];
    for (int64_t i = 0; i < queries; i++) {
        const float *x = s->x + (query + i) * n->columns;
        own[i] = 0;
        for (int64_t c = 0; c < n->columns; c++) own[i] += (double)x[c] * (double)x[c];
        h->best[i] = s->square;
        if (s->question != DISTANCE) s->answer[query + i] = s->question == COUNT ? 0 : -1;
        if (s->question == DISTANCE) h->heap[i] = (mg__heap){ .square = h->room + i * s->most, .k = s->most };
    }
    for (int64_t first = 0; first < n->rows; first += PIECE) {
        int64_t rows = n->rows - first < PIECE ? n->rows - first : PIECE;
        const mg__nearest piece = {
            .k = rows, .columns = n->columns, .twice = n->all.twice + first * n->columns, .offset = n->all.offset + first
        };
        mg__nearest_scores(&piece, s->x + query * n->columns, queries, h->scratch, h->score);
        for (int64_t i = 0; i < queries; i++) look_at(s, query + i, first, rows, own[i], h->score + i * rows, h, i);
    }
    for (int64_t i = 0; i < queries && s->question == DISTANCE; i++) s->distance[query + i] = sqrt(h->heap[i].square[0]);
    for (int64_t i = 0; i < queries && s->question == COUNT; i++)
        if (s->answer[query + i] > s->most) s->answer[query + i] = s->most;
}

static void ask_slice(void *user, int64_t slice, int worker) {
    asking *s = user;
    int64_t end = mg__slice_begin(s->queries, s->slices, slice + 1), at = mg__slice_begin(s->queries, s->slices, slice);
    while (at < end) {
        int64_t queries = end - at < MG__NEAREST_ROWS ? end - at : MG__NEAREST_ROWS;
        if (s->n->node)
            for (int64_t i = 0; i < queries; i++) ask_tree(s, at + i, &s->hand[worker]);
        else if (s->n->rows > 0)
            ask_products(s, at, queries, &s->hand[worker]);
        at += queries;
    }
}

/* For pieces of any length. */
static size_t scratch_of(const mg__neighbours *n) {
    mg__nearest piece = { .k = n->rows < PIECE ? n->rows : PIECE, .columns = n->columns };
    size_t most = mg__nearest_scratch(&piece);
    piece.k = n->rows % PIECE;
    size_t last = piece.k > 0 ? mg__nearest_scratch(&piece) : 0;
    return ((most > last ? most : last) + 63) / 64 * 64;
}

static mg_status open_hands(asking *s) {
    mg_context *context = s->n->context;
    int64_t heaps = s->question != DISTANCE ? 0 : s->n->node ? 1 : MG__NEAREST_ROWS;
    bool products = !s->n->node && s->n->rows > 0;
    size_t scratch = products ? scratch_of(s->n) : 0;
    s->hand = mg__alloc_array(context, (size_t)s->workers, sizeof *s->hand);
    if (!s->hand) return MG_OUT_OF_MEMORY;
    for (int i = 0; i < s->workers; i++) {
        hand *h = &s->hand[i];
        h->score = mg__alloc_array(context, products ? MG__NEAREST_ROWS * PIECE : 0, sizeof *h->score);
        h->best = mg__alloc_array(context, MG__NEAREST_ROWS, sizeof *h->best);
        h->heap = mg__alloc_array(context, MG__NEAREST_ROWS, sizeof *h->heap);
        h->room = mg__alloc_array(context, (size_t)heaps, (size_t)s->most * sizeof *h->room);
        h->scratch = mg__alloc(context, scratch);
        if (!h->score || !h->best || !h->heap || !h->room || !h->scratch) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status ask(asking *s) {
    mg_context *context = s->n->context;
    s->workers = mg__slice_workers(context);
    s->slices = mg__slice_count(8 * s->queries, 0);
    for (int64_t i = 0; i < s->queries && s->n->rows == 0 && s->answer; i++) s->answer[i] = s->question == COUNT ? 0 : -1;
    mg_status status = open_hands(s);
    if (status == MG_OK) mg__slices_run(context, s->slices, ask_slice, s);
    for (int i = 0; i < s->workers && s->hand; i++) {
        void *blocks[] = { s->hand[i].score, s->hand[i].best, s->hand[i].heap, s->hand[i].room, s->hand[i].scratch };
        for (size_t b = 0; b < sizeof blocks / sizeof *blocks; b++) mg__free(context, blocks[b]);
    }
    mg__free(context, s->hand);
    return status;
}

mg_status mg__neighbours_count(const mg__neighbours *n, const float *x, int64_t queries, double radius, int64_t most,
                               int64_t *count) {
    return ask(&(asking){
        .n = n, .question = COUNT, .x = x, .queries = queries, .square = radius * radius, .most = most, .answer = count });
}

mg_status mg__neighbours_nearest(const mg__neighbours *n, const float *x, int64_t queries, double radius, int64_t *nearest) {
    return ask(
        &(asking){ .n = n, .question = NEAREST, .x = x, .queries = queries, .square = radius * radius, .answer = nearest });
}

mg_status mg__neighbours_distance(const mg__neighbours *n, const float *x, int64_t queries, int64_t k, double *distance) {
    return ask(&(asking){
        .n = n, .question = DISTANCE, .x = x, .queries = queries, .square = INFINITY, .most = k, .distance = distance });
}

/* --- components without a tree -------------------------------------------------------------------------- */

/* From a row to all that it reaches, many at a time. Rows that nothing has reached lie in the first `count` places. */
typedef struct spreading {
    const mg__neighbours *n;
    mg__nearest rest; /* of those rows */
    int64_t count, slices;
    int64_t *row;       /* [rows] */
    bool *reached;      /* [rows], of places */
    int64_t *queue;     /* [rows]: reached, and not gone on from */
    float *front;       /* [MG__NEAREST_ROWS, columns]: gone on from now */
    const int64_t *who; /* their rows */
    int64_t fronts;
    double square;
    float *score; /* [workers, MG__NEAREST_ROWS, PIECE] */
    char *scratch;
    size_t scratch_bytes;
} spreading;

static void reach_slice(void *user, int64_t slice, int worker) {
    spreading *s = user;
    const mg__neighbours *n = s->n;
    int64_t first = slice * PIECE, rows = s->count - first < PIECE ? s->count - first : PIECE;
    int64_t room =
        n->rows - first < PIECE ? n->rows - first : PIECE; /* what was taken out is measured too: two sizes are enough */
    float *score = s->score + (int64_t)worker * MG__NEAREST_ROWS * PIECE;
    const mg__nearest piece = {
        .k = room, .columns = n->columns, .twice = s->rest.twice + first * n->columns, .offset = s->rest.offset + first
    };
    mg__nearest_scores(&piece, s->front, s->fronts, s->scratch + (size_t)worker * s->scratch_bytes, score);
    for (int64_t f = 0; f < s->fronts; f++) {
        double own = n->all.square[s->who[f]], off = slack(n, own);
        for (int64_t i = 0; i < rows; i++) {
            double about = own - (double)score[f * room + i];
            if (s->reached[first + i] || about - off > s->square) continue;
            s->reached[first + i] =
                about + off <= s->square ||
                mg__square_between(s->front + f * n->columns, n->x + s->row[first + i] * n->columns, n->columns) <= s->square;
        }
    }
}

/* Takes what was reached out of the rest, into the queue. */
static int64_t collect(spreading *s, int64_t queued, int64_t component, int64_t *out) {
    int64_t columns = s->n->columns, kept = 0;
    for (int64_t i = 0; i < s->count; i++) {
        if (s->reached[i]) {
            s->reached[i] = false;
            out[s->row[i]] = component;
            s->queue[queued++] = s->row[i];
            continue;
        }
        if (kept < i) {
            memcpy(s->rest.twice + kept * columns, s->rest.twice + i * columns, (size_t)columns * sizeof *s->rest.twice);
            s->rest.offset[kept] = s->rest.offset[i];
            s->row[kept] = s->row[i];
        }
        kept++;
    }
    s->count = kept;
    return queued;
}

static void spread(spreading *s, int64_t *component) {
    const mg__neighbours *n = s->n;
    while (s->count > 0) {
        int64_t first = s->row[0], done = 0, queued;
        s->reached[0] = true;
        queued = collect(s, 0, first, component);
        while (done < queued && s->count > 0) {
            s->fronts = queued - done < MG__NEAREST_ROWS ? queued - done : MG__NEAREST_ROWS;
            s->who = s->queue + done;
            for (int64_t f = 0; f < s->fronts; f++)
                memcpy(s->front + f * n->columns, n->x + s->who[f] * n->columns, (size_t)n->columns * sizeof *s->front);
            mg__slices_run(n->context, (s->count + PIECE - 1) / PIECE, reach_slice, s);
            done += s->fronts;
            queued = collect(s, queued, first, component);
        }
    }
}

static mg_status connect_by_products(const mg__neighbours *n, double square, int64_t *component) {
    mg_context *context = n->context;
    size_t rows = (size_t)n->rows, workers = (size_t)mg__slice_workers(context);
    spreading s = { .n = n, .count = n->rows, .square = square };
    mg_status status = mg__nearest_open(context, &s.rest, n->rows, n->columns);
    s.scratch_bytes = scratch_of(n);
    s.row = mg__alloc_array(context, rows, sizeof *s.row);
    s.reached = mg__alloc_array(context, rows, sizeof *s.reached);
    s.queue = mg__alloc_array(context, rows, sizeof *s.queue);
    s.front = mg__alloc_array(context, MG__NEAREST_ROWS, (size_t)n->columns * sizeof *s.front);
    s.score = mg__alloc_array(context, workers, MG__NEAREST_ROWS * PIECE * sizeof *s.score);
    s.scratch = mg__alloc_array(context, workers, s.scratch_bytes);
    if (!s.row || !s.reached || !s.queue || !s.front || !s.score || !s.scratch) status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        memcpy(s.rest.twice, n->all.twice, rows * (size_t)n->columns * sizeof *s.rest.twice);
        memcpy(s.rest.offset, n->all.offset, rows * sizeof *s.rest.offset);
        for (size_t i = 0; i < rows; i++) s.row[i] = (int64_t)i;
        spread(&s, component);
    }
    void *blocks[] = { s.row, s.reached, s.queue, s.front, s.score, s.scratch };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    mg__nearest_close(context, &s.rest);
    return status;
}

mg_status mg__neighbours_connect(const mg__neighbours *n, double radius, int64_t *component) {
    if (n->rows == 0) return MG_OK;
    return n->node ? mg__tree_connect(n, radius * radius, component) : connect_by_products(n, radius * radius, component);
}
