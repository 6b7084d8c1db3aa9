#include "cluster/quad_tree.h"

#include <math.h>
#include <string.h>

#define LEVELS 20 /* halvings of the whole: as many bits a dimension has in a code */
#define DIGIT  11 /* bits that a pass of sorting looks at */
#define GROUP  MG__TREE_GROUP

mg_status mg__quad_tree_open(mg_context *context, mg__quad_tree *tree, int64_t rows, int dimensions) {
    size_t count = (size_t)rows;
    *tree = (mg__quad_tree){ .dimensions = dimensions, .rows = rows };
    tree->cell = mg__alloc_array(context, count, 2 * sizeof *tree->cell);
    tree->order = mg__alloc_array(context, count, sizeof *tree->order);
    tree->other_order = mg__alloc_array(context, count, sizeof *tree->other_order);
    tree->code = mg__alloc_array(context, count, sizeof *tree->code);
    tree->other_code = mg__alloc_array(context, count, sizeof *tree->other_code);
    tree->place = mg__alloc_array(context, count + GROUP, (size_t)dimensions * sizeof *tree->place);
    return tree->cell && tree->order && tree->other_order && tree->code && tree->other_code && tree->place ? MG_OK
                                                                                                           : MG_OUT_OF_MEMORY;
}

void mg__quad_tree_close(mg_context *context, mg__quad_tree *tree) {
    void *blocks[] = { tree->cell, tree->order, tree->other_order, tree->code, tree->other_code, tree->place };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    *tree = (mg__quad_tree){ 0 };
}

/* --- the order --------------------------------------------------------------------------------------- */

/* The cell of the finest grid that a point is in, the bits of its dimensions in turn. Returns the grid's width. */
static double write_codes(mg__quad_tree *t, const double *y) {
    double low[3] = { INFINITY, INFINITY, INFINITY }, high[3] = { -INFINITY, -INFINITY, -INFINITY }, width = 0;
    for (int64_t row = 0; row < t->rows; row++)
        for (int d = 0; d < t->dimensions; d++) {
            low[d] = fmin(low[d], y[row * t->dimensions + d]);
            high[d] = fmax(high[d], y[row * t->dimensions + d]);
        }
    for (int d = 0; d < t->dimensions; d++) width = fmax(width, high[d] - low[d]);
    double scale = width > 0 ? (double)(1 << LEVELS) * (1 - 1e-9) / width : 0;
    for (int64_t row = 0; row < t->rows; row++) {
        uint64_t at[3] = { 0 }, code = 0;
        for (int d = 0; d < t->dimensions; d++) at[d] = (uint64_t)((y[row * t->dimensions + d] - low[d]) * scale);
        for (int bit = LEVELS - 1; bit >= 0; bit--)
            for (int d = 0; d < t->dimensions; d++) code = code << 1 | (at[d] >> bit & 1);
        t->code[row] = code;
        t->order[row] = (int32_t)row;
    }
    return width;
}

/* Counting sort of one digit after the other, the least first. */
static void sort_codes(mg__quad_tree *t) {
    for (int shift = 0; shift < LEVELS * t->dimensions; shift += DIGIT) {
        int32_t place[(1 << DIGIT) + 1] = { 0 };
        const uint64_t mask = (1 << DIGIT) - 1;
        for (int64_t i = 0; i < t->rows; i++) place[(t->code[i] >> shift & mask) + 1]++;
        for (int digit = 0; digit < 1 << DIGIT; digit++) place[digit + 1] += place[digit];
        for (int64_t i = 0; i < t->rows; i++) {
            int32_t to = place[t->code[i] >> shift & mask]++;
            t->other_code[to] = t->code[i];
            t->other_order[to] = t->order[i];
        }
        uint64_t *code = t->code;
        int32_t *order = t->order;
        t->code = t->other_code, t->other_code = code;
        t->order = t->other_order, t->other_order = order;
    }
}

/* --- the cells --------------------------------------------------------------------------------------- */

/* The first level on which two codes differ; LEVELS: they are equal. */
static int parting_level(const mg__quad_tree *t, uint64_t a, uint64_t b) {
    int level = LEVELS;
    for (uint64_t rest = a ^ b; rest; rest >>= t->dimensions) level--;
    return level;
}

static void sum_points(const mg__quad_tree *t, mg__tree_cell *cell, double sum[3]) {
    for (int d = 0; d < t->dimensions; d++)
        for (int64_t i = cell->first; i < cell->first + cell->count; i++) sum[d] += (double)t->place[d * (t->rows + GROUP) + i];
}

/* The cell of points begin .. end - 1 and all below it; a cell that has one child is that child. At most LEVELS deep. */
static void add_cell(mg__quad_tree *t, int64_t begin, int64_t end, double width, double sum[3]) {
    mg__tree_cell *cell = &t->cell[t->cells++];
    int level = parting_level(t, t->code[begin], t->code[end - 1]);
    double own = ldexp(width, -level), inside[3] = { 0 };
    *cell = (mg__tree_cell){ .first = (int32_t)begin, .count = (int32_t)(end - begin), .square = (float)(own * own) };
    if (end - begin <= GROUP || level == LEVELS) {
        sum_points(t, cell, inside);
    } else {
        int shift = (LEVELS - 1 - level) * t->dimensions;
        for (int64_t from = begin, to; from < end; from = to) {
            for (to = from + 1; to < end && t->code[to] >> shift == t->code[from] >> shift;) to++;
            add_cell(t, from, to, width, inside);
        }
    }
    cell->next = (int32_t)t->cells;
    for (int d = 0; d < t->dimensions; d++) {
        cell->middle[d] = (float)(inside[d] / (double)cell->count);
        sum[d] += inside[d];
    }
}

void mg__quad_tree_build(mg__quad_tree *t, const double *y) {
    double width = write_codes(t, y), sum[3] = { 0 };
    sort_codes(t);
    for (int d = 0; d < t->dimensions; d++) {
        float *place = t->place + d * (t->rows + GROUP);
        for (int64_t i = 0; i < t->rows; i++) place[i] = (float)y[t->order[i] * t->dimensions + d];
        for (int64_t i = t->rows; i < t->rows + GROUP; i++) place[i] = place[t->rows - 1];
    }
    t->cells = 0;
    add_cell(t, 0, t->rows, width, sum);
}

/* --- forces ------------------------------------------------------------------------------------------ */

typedef struct pushing {
    float at[3][GROUP];
    float force[3][GROUP], weight[GROUP];
} pushing;

static inline void push(pushing *p, const float *from, float count, int dimensions) {
    for (int lane = 0; lane < GROUP; lane++) {
        float off[3], square = 1;
        for (int d = 0; d < dimensions; d++) {
            off[d] = p->at[d][lane] - from[d];
            square += off[d] * off[d];
        }
        float q = 1 / square, weighted = count * q;
        p->weight[lane] += weighted;
        for (int d = 0; d < dimensions; d++) p->force[d][lane] += weighted * q * off[d];
    }
}

/* Is the cell so wide for any of the points that it must be looked into? */
static inline bool is_near(const pushing *p, const mg__tree_cell *cell, float theta, int dimensions) {
    int near = 0;
    for (int lane = 0; lane < GROUP; lane++) {
        float square = 0;
        for (int d = 0; d < dimensions; d++) square += (p->at[d][lane] - cell->middle[d]) * (p->at[d][lane] - cell->middle[d]);
        near += square * theta <= cell->square;
    }
    return near > 0;
}

/* The points begin .. end - 1, all in one place, of which some may be of the group: they do not push themselves. */
static inline void push_own(pushing *p, const float *from, int64_t begin, int64_t end, int64_t first, int dimensions) {
    float before[GROUP];
    memcpy(before, p->weight, sizeof before);
    push(p, from, (float)(end - begin), dimensions);
    for (int64_t lane = 0; lane < GROUP; lane++)
        if (first + lane >= begin && first + lane < end) p->weight[lane] = before[lane] + (float)(end - begin - 1);
}

static inline int64_t walk(const mg__quad_tree *t, int64_t first, float theta, pushing *p, int dimensions) {
    int64_t stride = t->rows + GROUP, looked = 0;
    for (int64_t i = 0; i < t->cells; looked++) {
        const mg__tree_cell *cell = &t->cell[i];
        int64_t begin = cell->first, end = begin + cell->count;
        bool leaf = cell->next == i + 1, own = first < end && begin < first + GROUP;
        if (leaf && cell->count <= GROUP) {
            for (int64_t j = begin; j < end; j++) {
                float from[3];
                for (int d = 0; d < dimensions; d++) from[d] = t->place[d * stride + j];
                if (own)
                    push_own(p, from, j, j + 1, first, dimensions);
                else
                    push(p, from, 1, dimensions);
            }
            i = cell->next;
        } else if (leaf && own) {
            push_own(p, cell->middle, begin, end, first, dimensions);
            i = cell->next;
        } else if (leaf || !(own || is_near(p, cell, theta, dimensions))) {
            push(p, cell->middle, (float)cell->count, dimensions);
            i = cell->next;
        } else {
            i++;
        }
    }
    return looked;
}

int64_t mg__quad_tree_push(const mg__quad_tree *t, int64_t first, float theta, float *force, float *weight) {
    pushing p = { 0 };
    for (int d = 0; d < t->dimensions; d++) memcpy(p.at[d], t->place + d * (t->rows + GROUP) + first, sizeof p.at[d]);
    int64_t looked = t->dimensions == 2 ? walk(t, first, theta * theta, &p, 2) : walk(t, first, theta * theta, &p, 3);
    for (int d = 0; d < t->dimensions; d++) memcpy(force + d * GROUP, p.force[d], sizeof p.force[d]);
    memcpy(weight, p.weight, sizeof p.weight);
    return looked;
}
