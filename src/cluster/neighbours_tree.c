/* A k-d tree (Bentley 1975): halves of the rows along the widest column, each with the box about its rows. */
#include "cluster/neighbours.h"

#include <math.h>
#include <string.h>

#define LEAF  16 /* rows */
#define DEPTH 64 /* of a tree of halves, at most */

static const float *least_of(const mg__neighbours *n, int64_t node) { return n->box + 2 * node * n->columns; }
static const float *most_of(const mg__neighbours *n, int64_t node) { return n->box + (2 * node + 1) * n->columns; }

/* --- building ------------------------------------------------------------------------------------------- */

static void exchange(mg__neighbours *n, int64_t a, int64_t b) {
    for (int64_t i = 0; i < n->columns; i++) {
        float x = n->x[a * n->columns + i];
        n->x[a * n->columns + i] = n->x[b * n->columns + i];
        n->x[b * n->columns + i] = x;
    }
    int64_t row = n->row[a];
    n->row[a] = n->row[b];
    n->row[b] = row;
}

/* Rows below `middle` have no larger value of the column, those from it on no smaller one (Hoare 1961). */
static void halve(mg__neighbours *n, int64_t begin, int64_t end, int64_t middle, int64_t column) {
    const float *x = n->x + column;
    int64_t low = begin, high = end - 1, stride = n->columns;
    while (low < high) {
        float a = x[low * stride], b = x[(low + high) / 2 * stride], c = x[high * stride];
        float pivot = a < b ? (b < c ? b : a < c ? c : a) : (a < c ? a : b < c ? c : b);
        int64_t i = low, j = high;
        while (i <= j) {
            while (x[i * stride] < pivot) i++;
            while (x[j * stride] > pivot) j--;
            if (i <= j) exchange(n, i++, j--);
        }
        if (middle <= j)
            high = j;
        else if (middle >= i)
            low = i;
        else
            return;
    }
}

static void put_box(mg__neighbours *n, int64_t node) {
    float *least = n->box + 2 * node * n->columns, *most = least + n->columns;
    const mg__tree_node *at = &n->node[node];
    for (int64_t i = 0; i < n->columns; i++) least[i] = INFINITY, most[i] = -INFINITY;
    for (int64_t row = at->begin; row < at->end; row++)
        for (int64_t i = 0; i < n->columns; i++) {
            float x = n->x[row * n->columns + i];
            least[i] = x < least[i] ? x : least[i];
            most[i] = x > most[i] ? x : most[i];
        }
}

static int64_t widest(const mg__neighbours *n, int64_t node) {
    const float *least = least_of(n, node), *most = most_of(n, node);
    int64_t best = 0;
    for (int64_t i = 1; i < n->columns; i++)
        if (most[i] - least[i] > most[best] - least[best]) best = i;
    return best;
}

mg_status mg__tree_build(mg__neighbours *n) {
    size_t room = 4 * ((size_t)n->rows / LEAF) + 3;
    n->node = mg__alloc_array(n->context, room, sizeof *n->node);
    n->box = mg__alloc_array(n->context, room, 2 * (size_t)n->columns * sizeof *n->box);
    if (!n->node || !n->box) return MG_OUT_OF_MEMORY;
    n->node[0] = (mg__tree_node){ .begin = 0, .end = n->rows };
    n->nodes = 1;
    for (int64_t at = 0; at < n->nodes; at++) {
        mg__tree_node *node = &n->node[at];
        put_box(n, at);
        if (node->end - node->begin <= LEAF) continue;
        int64_t middle = node->begin + (node->end - node->begin) / 2;
        halve(n, node->begin, node->end, middle, widest(n, at));
        node->low = n->nodes++;
        node->high = n->nodes++;
        n->node[node->low] = (mg__tree_node){ .begin = node->begin, .end = middle };
        n->node[node->high] = (mg__tree_node){ .begin = middle, .end = node->end };
    }
    return MG_OK;
}

/* --- distances of boxes --------------------------------------------------------------------------------- */

/* Squared, the least and the most of any place in the box. */
static double least_to_box(const mg__neighbours *n, int64_t node, const float *x) {
    const float *least = least_of(n, node), *most = most_of(n, node);
    double sum = 0;
    for (int64_t i = 0; i < n->columns; i++) {
        double below = (double)least[i] - (double)x[i], above = (double)x[i] - (double)most[i];
        double off = below > above ? below : above;
        sum += off > 0 ? off * off : 0;
    }
    return sum;
}

static double most_to_box(const mg__neighbours *n, int64_t node, const float *x) {
    const float *least = least_of(n, node), *most = most_of(n, node);
    double sum = 0;
    for (int64_t i = 0; i < n->columns; i++) {
        double a = (double)x[i] - (double)least[i], b = (double)most[i] - (double)x[i], off = a > b ? a : b;
        sum += off * off;
    }
    return sum;
}

static double least_between(const mg__neighbours *n, int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t i = 0; i < n->columns; i++) {
        double below = (double)least_of(n, a)[i] - (double)most_of(n, b)[i],
               above = (double)least_of(n, b)[i] - (double)most_of(n, a)[i];
        double off = below > above ? below : above;
        sum += off > 0 ? off * off : 0;
    }
    return sum;
}

static double most_between(const mg__neighbours *n, int64_t a, int64_t b) {
    double sum = 0;
    for (int64_t i = 0; i < n->columns; i++) {
        double x = (double)most_of(n, a)[i] - (double)least_of(n, b)[i], y = (double)most_of(n, b)[i] - (double)least_of(n, a)[i];
        double off = x > y ? x : y;
        sum += off * off;
    }
    return sum;
}

/* --- questions ------------------------------------------------------------------------------------------ */

/* The nearer half comes off the stack first. */
typedef struct visit {
    int64_t node;
    double square; /* least to the box */
} visit;

static int64_t push_halves(const mg__neighbours *n, const mg__tree_node *node, const float *x, double limit, visit *stack,
                           int64_t depth) {
    visit low = { node->low, least_to_box(n, node->low, x) }, high = { node->high, least_to_box(n, node->high, x) };
    bool swapped = low.square > high.square;
    visit near = swapped ? high : low, far = swapped ? low : high;
    if (far.square <= limit) stack[depth++] = far;
    if (near.square <= limit) stack[depth++] = near;
    return depth;
}

int64_t mg__tree_count(const mg__neighbours *n, const float *x, double square, int64_t most) {
    visit stack[DEPTH] = { { 0, 0 } };
    int64_t count = 0;
    for (int64_t depth = n->rows > 0; depth > 0 && count < most;) {
        int64_t at = stack[--depth].node;
        const mg__tree_node *node = &n->node[at];
        if (most_to_box(n, at, x) <= square) {
            count += node->end - node->begin;
        } else if (node->low) {
            depth = push_halves(n, node, x, square, stack, depth);
        } else {
            for (int64_t row = node->begin; row < node->end; row++)
                count += mg__square_between(x, n->x + row * n->columns, n->columns) <= square;
        }
    }
    return count < most ? count : most;
}

int64_t mg__tree_nearest(const mg__neighbours *n, const float *x, double square) {
    visit stack[DEPTH] = { { 0, 0 } };
    int64_t best = -1;
    for (int64_t depth = n->rows > 0; depth > 0;) {
        visit top = stack[--depth];
        const mg__tree_node *node = &n->node[top.node];
        if (top.square > square || (best >= 0 && top.square == square)) continue; /* equal rows are not looked through */
        if (node->low) {
            depth = push_halves(n, node, x, square, stack, depth);
            continue;
        }
        for (int64_t row = node->begin; row < node->end; row++) {
            double own = mg__square_between(x, n->x + row * n->columns, n->columns);
            if (own > square || (own == square && best >= 0)) continue;
            square = own;
            best = n->row[row];
        }
    }
    return best;
}

void mg__tree_distances(const mg__neighbours *n, const float *x, mg__heap *heap) {
    visit stack[DEPTH] = { { 0, 0 } };
    for (int64_t depth = n->rows > 0; depth > 0;) {
        visit top = stack[--depth];
        const mg__tree_node *node = &n->node[top.node];
        double limit = heap->count < heap->k ? INFINITY : heap->square[0];
        if (top.square > limit) continue;
        if (node->low) {
            depth = push_halves(n, node, x, limit, stack, depth);
            continue;
        }
        for (int64_t row = node->begin; row < node->end; row++)
            mg__heap_add(heap, mg__square_between(x, n->x + row * n->columns, n->columns));
    }
}

/* --- components ------------------------------------------------------------------------------------------ */

/* Pairs of boxes, from the whole down: those too far apart join nothing, those near enough join all their rows, and those whose
 * rows are one component already need no look. So equal rows, however many, cost no more than others. */
typedef struct joining {
    const mg__neighbours *n;
    double square;
    int64_t *parent; /* [rows] */
    bool *whole;     /* [nodes]: its rows are one component */
} joining;

static int64_t root_of(joining *s, int64_t row) {
    while (s->parent[row] != row) {
        s->parent[row] = s->parent[s->parent[row]];
        row = s->parent[row];
    }
    return row;
}

static void join(joining *s, int64_t a, int64_t b) {
    int64_t x = root_of(s, a), y = root_of(s, b);
    if (x < y)
        s->parent[y] = x;
    else
        s->parent[x] = y;
}

static bool is_whole(joining *s, int64_t at) {
    const mg__tree_node *node = &s->n->node[at], *low = &s->n->node[node->low], *high = &s->n->node[node->high];
    if (!s->whole[at] && node->low && s->whole[node->low] && s->whole[node->high])
        s->whole[at] = root_of(s, low->begin) == root_of(s, high->begin);
    return s->whole[at];
}

static void join_all(joining *s, int64_t at) {
    const mg__tree_node *node = &s->n->node[at];
    for (int64_t row = node->begin + 1; row < node->end && !s->whole[at]; row++) join(s, node->begin, row);
    s->whole[at] = true;
}

static void join_leaves(joining *s, int64_t a, int64_t b) {
    const mg__neighbours *n = s->n;
    const mg__tree_node *x = &n->node[a], *y = &n->node[b];
    bool done = false;
    for (int64_t i = x->begin; i < x->end && !done; i++)
        for (int64_t j = a == b ? i + 1 : y->begin; j < y->end && !done; j++)
            if (mg__square_between(n->x + i * n->columns, n->x + j * n->columns, n->columns) <= s->square) {
                join(s, i, j);
                done = s->whole[a] && s->whole[b];
            }
    for (int side = 0; side < 2; side++) {
        const mg__tree_node *node = side == 0 ? x : y;
        bool *whole = &s->whole[side == 0 ? a : b];
        int64_t root = root_of(s, node->begin), row = node->begin + 1;
        while (!*whole && row < node->end && root_of(s, row) == root) row++;
        *whole = *whole || row == node->end;
    }
}

typedef struct pair {
    int64_t a, b;
} pair;

/* What is left of a pair, the last one first. */
static int64_t split(const mg__neighbours *n, pair p, pair *stack, int64_t depth) {
    const mg__tree_node *a = &n->node[p.a], *b = &n->node[p.b];
    if (p.a == p.b) {
        stack[depth++] = (pair){ a->low, a->high };
        stack[depth++] = (pair){ a->high, a->high };
        stack[depth++] = (pair){ a->low, a->low };
    } else if (!b->low || (a->low && a->end - a->begin >= b->end - b->begin)) {
        stack[depth++] = (pair){ a->low, p.b };
        stack[depth++] = (pair){ a->high, p.b };
    } else {
        stack[depth++] = (pair){ p.a, b->low };
        stack[depth++] = (pair){ p.a, b->high };
    }
    return depth;
}

static void join_pairs(joining *s) {
    const mg__neighbours *n = s->n;
    pair stack[8 * DEPTH] = { { 0, 0 } };
    for (int64_t depth = 1; depth > 0;) {
        pair p = stack[--depth];
        bool both = is_whole(s, p.a) && is_whole(s, p.b);
        if (both && root_of(s, n->node[p.a].begin) == root_of(s, n->node[p.b].begin)) continue;
        if (least_between(n, p.a, p.b) > s->square) continue;
        if (most_between(n, p.a, p.b) <= s->square) {
            join_all(s, p.a);
            join_all(s, p.b);
            join(s, n->node[p.a].begin, n->node[p.b].begin);
        } else if (n->node[p.a].low || n->node[p.b].low) {
            depth = split(n, p, stack, depth);
        } else {
            join_leaves(s, p.a, p.b);
        }
    }
}

mg_status mg__tree_connect(const mg__neighbours *n, double square, int64_t *component) {
    joining s = { .n = n, .square = square };
    s.parent = mg__alloc_array(n->context, (size_t)n->rows, sizeof *s.parent);
    s.whole = mg__alloc_array(n->context, (size_t)n->nodes, sizeof *s.whole);
    int64_t *first = mg__alloc_array(n->context, (size_t)n->rows, sizeof *first);
    mg_status status = s.parent && s.whole && first ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        for (int64_t row = 0; row < n->rows; row++) s.parent[row] = row, first[row] = n->rows;
        join_pairs(&s);
        for (int64_t row = 0; row < n->rows; row++) {
            int64_t root = root_of(&s, row);
            first[root] = n->row[row] < first[root] ? n->row[row] : first[root];
        }
        for (int64_t row = 0; row < n->rows; row++) component[n->row[row]] = first[root_of(&s, row)];
    }
    mg__free(n->context, s.parent);
    mg__free(n->context, s.whole);
    mg__free(n->context, first);
    return status;
}
