/* Random graphs: the same choices build the same expression in an eager graph, where leaves are variables, and in a staged one,
 * where they are inputs, parameters and slots. Values are small whole numbers unless `smooth`: then every order of adding gives
 * the same bits, and backends must agree exactly. Steps can be left out one by one, which shrinks what failed. Include cmocka.h
 * (and what it needs) first. */
#ifndef RANDOM_GRAPH_H
#define RANDOM_GRAPH_H

#include <micrograd.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RANDOM_STEPS      40
#define RANDOM_INPUTS     3
#define RANDOM_PARAMETERS 5 /* the last one is a slot of the first */
#define RANDOM_OUTPUTS    4

typedef struct random_recipe {
    uint64_t seed;
    int steps;        /* at most RANDOM_STEPS */
    uint64_t skipped; /* bit: a step that is left out */
    mg_dtype dtype;
    bool smooth, large, gradient;
} random_recipe;

typedef struct random_update {
    int target;
    mg_node *value, *predicate;
} random_update;

typedef struct random_graph {
    random_recipe recipe;
    uint64_t state; /* of the choices */
    mg_graph *graph;
    mg_parameters *store; /* staged */
    mg_node *input[RANDOM_INPUTS], *parameter[RANDOM_PARAMETERS];
    mg_node *pool[RANDOM_STEPS + 16];
    double bound[RANDOM_STEPS + 16]; /* of the magnitudes */
    int count;
    mg_node *output[RANDOM_OUTPUTS];
    int outputs;
    random_update update[RANDOM_PARAMETERS];
    int updates;
    mg_node *guard;
} random_graph;

/* --- choices ----------------------------------------------------------------------------------------- */

static inline uint64_t random_next(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}
static inline int random_below(random_graph *r, int n) { return n > 0 ? (int)(random_next(&r->state) >> 33) % n : 0; }
static inline bool random_chance(random_graph *r, int percent) { return random_below(r, 100) < percent; }
static inline int64_t random_dim(random_graph *r) {
    static const int64_t small[] = { 1, 2, 3, 3, 4, 5, 6, 7, 17 }, large[] = { 1, 2, 3, 7, 33, 64, 257, 1030, 2100 };
    return r->recipe.large ? large[random_below(r, 9)] : small[random_below(r, 9)];
}
static inline int64_t random_limit(const random_graph *r) { return r->recipe.large ? 40000 : 600; }
static inline int random_shape(random_graph *r, int64_t *dims) {
    int rank = random_below(r, 5);
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        dims[i] = random_dim(r);
        if (count * dims[i] > random_limit(r)) dims[i] = 1;
        count *= dims[i];
    }
    return rank;
}

/* --- the pool ---------------------------------------------------------------------------------------- */

static inline int random_pick(random_graph *r) {
    int recent = r->count < 6 ? r->count : 6;
    return random_chance(r, 50) ? r->count - 1 - random_below(r, recent) : random_below(r, r->count);
}

static inline void random_keep(random_graph *r, mg_node *x, double bound) {
    if (bound > 60000 || (r->recipe.smooth && bound > 30)) {
        if (r->recipe.smooth) {
            x = mg_mul_scalar(x, 2 / bound);
            bound = 2;
        } else {
            x = mg_clip(x, -9, 9);
            bound = 9;
        }
    }
    r->pool[r->count] = x;
    r->bound[r->count++] = bound;
}

/* A float node of the pool. */
static inline mg_node *random_float(random_graph *r, double *bound) {
    int at = random_pick(r);
    *bound = r->bound[at];
    return mg_node_dtype(r->pool[at]) == MG_I32 ? mg_cast(r->pool[at], r->recipe.dtype) : r->pool[at];
}

/* Two nodes that broadcast, of one dtype. */
static inline void random_pair(random_graph *r, mg_node **a, mg_node **b, double *bound_a, double *bound_b) {
    *a = random_float(r, bound_a);
    for (int tries = 0; tries < 6; tries++) {
        *b = random_float(r, bound_b);
        int ra = mg_node_rank(*a), rb = mg_node_rank(*b), rank = ra > rb ? ra : rb;
        int64_t count = 1;
        bool fits = true;
        for (int i = 1; i <= rank; i++) {
            int64_t x = i <= ra ? mg_node_shape(*a)[ra - i] : 1, y = i <= rb ? mg_node_shape(*b)[rb - i] : 1;
            fits = fits && (x == y || x == 1 || y == 1);
            count *= x == 1 ? y : x;
        }
        if (fits && count <= random_limit(r)) break;
        if (tries == 5) {
            *bound_b *= (double)mg_node_count(*b);
            *b = mg_sum_all(*b);
        }
    }
    *b = mg_cast(*b, mg_node_dtype(*a));
}

/* --- the steps --------------------------------------------------------------------------------------- */

static inline void random_unary(random_graph *r) {
    double n;
    mg_node *x = random_float(r, &n);
    if (r->recipe.smooth) {
        switch (random_below(r, 12)) {
        case 0: random_keep(r, mg_tanh(x), 1); return;
        case 1: random_keep(r, mg_sigmoid(x), 1); return;
        case 2: random_keep(r, mg_exp(mg_neg(mg_square(x))), 1); return;
        case 3: random_keep(r, mg_sin(x), 1); return;
        case 4: random_keep(r, mg_softplus(x), n + 1); return;
        case 5: random_keep(r, mg_log(mg_add_scalar(mg_square(x), 1)), n + 1); return;
        case 6: random_keep(r, mg_sqrt(mg_add_scalar(mg_square(x), 1)), n + 1); return;
        case 7: random_keep(r, mg_gelu(x), n); return;
        case 8: random_keep(r, mg_silu(x), n); return;
        case 9: random_keep(r, mg_reciprocal(mg_add_scalar(mg_square(x), 1)), 1); return;
        case 10: random_keep(r, mg_elu(x, 0.7), n + 1); return;
        default: random_keep(r, mg_cos(x), 1); return;
        }
    }
    switch (random_below(r, 8)) {
    case 0: random_keep(r, mg_neg(x), n); return;
    case 1: random_keep(r, mg_abs(x), n); return;
    case 2: random_keep(r, mg_sign(x), 1); return;
    case 3: random_keep(r, mg_relu(x), n); return;
    case 4: random_keep(r, mg_square(mg_clip(x, -100, 100)), n > 100 ? 10000 : n * n); return;
    case 5: random_keep(r, mg_floor(mg_mul_scalar(x, 0.5)), n / 2 + 1); return;
    case 6: random_keep(r, mg_is_finite(x), 1); return;
    default: random_keep(r, mg_add_scalar(x, random_below(r, 5) - 2), n + 2); return;
    }
}

static inline void random_binary(random_graph *r) {
    double n, m, p;
    mg_node *a, *b;
    random_pair(r, &a, &b, &n, &m);
    if (random_chance(r, 30)) {
        mg_node *swap = a;
        a = b;
        b = swap;
    }
    int kind = random_below(r, r->recipe.smooth ? 5 : 10);
    switch (kind) {
    case 0: random_keep(r, mg_add(a, b), n + m); return;
    case 1: random_keep(r, mg_sub(a, b), n + m); return;
    case 2: random_keep(r, mg_mul(a, b), n * m); return;
    case 3: random_keep(r, r->recipe.smooth ? mg_div(a, mg_add_scalar(mg_square(b), 1)) : mg_maximum(a, b), n + m); return;
    case 4: random_keep(r, r->recipe.smooth ? mg_add(mg_mul(a, b), b) : mg_add(mg_mul(a, b), a), n * m + n + m); return;
    case 5: random_keep(r, mg_minimum(a, b), n + m); return;
    case 6: random_keep(r, mg_equal(a, b), 1); return;
    case 7: random_keep(r, mg_less(a, b), 1); return;
    case 8: random_keep(r, mg_less_equal(a, b), 1); return;
    default: {
        mg_node *c = random_float(r, &p);
        c = mg_cast(mg_node_rank(c) ? mg_max(mg_reshape(c, 1, (int64_t[]){ -1 }), 0, false) : c, mg_node_dtype(a));
        random_keep(r, mg_where(mg_less(a, b), b, mg_add(c, a)), n + m + p);
        return;
    }
    }
}

/* f(x, reduction of x): softmax, normalisation and their like. */
static inline void random_rows(random_graph *r) {
    double n;
    mg_node *x = random_float(r, &n);
    int rank = mg_node_rank(x);
    if (rank == 0) {
        random_keep(r, x, n);
        return;
    }
    int axis = random_below(r, rank);
    double size = (double)mg_node_shape(x)[axis];
    if (r->recipe.smooth) {
        switch (random_below(r, 4)) {
        case 0: random_keep(r, mg_softmax(x, axis), 1); return;
        case 1: random_keep(r, mg_log_softmax(x, axis), 2 * n + size); return;
        case 2: random_keep(r, mg_logsumexp(x, axis, random_chance(r, 50)), n + size); return;
        default: {
            mg_node *centred = mg_sub(x, mg_mean(x, &axis, 1, true)), *variance = mg_variance(x, &axis, 1, true);
            random_keep(r, mg_div(centred, mg_sqrt(mg_add_scalar(variance, 0.1))), 10);
            return;
        }
        }
    }
    mg_node *most = mg_max(x, axis, true), *total = mg_sum(mg_sub(x, most), &axis, 1, true);
    random_keep(r, random_chance(r, 50) ? mg_sub(most, mg_mul_scalar(x, 2)) : mg_add(x, total), 3 * n * size + n);
}

static inline void random_reduction(random_graph *r) {
    double n;
    mg_node *x = random_float(r, &n);
    int rank = mg_node_rank(x), axes[MG_MAX_RANK], count = 0;
    if (rank == 0 || random_chance(r, 65)) {
        for (int i = 0; i < rank; i++)
            if (random_chance(r, 50)) axes[count++] = i;
        random_keep(
            r, r->recipe.smooth ? mg_mean(x, axes, count, random_chance(r, 50)) : mg_sum(x, axes, count, random_chance(r, 50)),
            r->recipe.smooth ? n : n * (double)mg_node_count(x));
        return;
    }
    int axis = random_below(r, rank);
    switch (random_below(r, r->recipe.smooth ? 2 : 4)) {
    case 0: random_keep(r, mg_max(x, axis, random_chance(r, 50)), n); return;
    case 1: random_keep(r, mg_min(x, axis, random_chance(r, 50)), n); return;
    case 2: random_keep(r, mg_argmax(x, axis, random_chance(r, 50)), (double)mg_node_shape(x)[axis]); return;
    default: random_keep(r, mg_argsort(x, axis, random_chance(r, 50)), (double)mg_node_shape(x)[axis]); return;
    }
}

static inline void random_reshape(random_graph *r) {
    double n;
    mg_node *x = random_float(r, &n);
    int rank = mg_node_rank(x);
    int64_t dims[MG_MAX_RANK + 1];
    memcpy(dims, mg_node_shape(x), (size_t)rank * sizeof *dims);
    int at = random_below(r, rank + 1);
    switch (random_below(r, 4)) {
    case 0: /* one more */
        if (rank < MG_MAX_RANK) {
            memmove(dims + at + 1, dims + at, (size_t)(rank - at) * sizeof *dims);
            dims[at] = 1;
            rank++;
        }
        break;
    case 1: /* two become one */
        if (at + 1 < rank) {
            dims[at] *= dims[at + 1];
            memmove(dims + at + 1, dims + at + 2, (size_t)(rank - at - 2) * sizeof *dims);
            rank--;
        }
        break;
    case 2: /* one becomes two */
        if (at < rank && rank < MG_MAX_RANK) {
            int64_t factor = dims[at] % 2 == 0 ? 2 : dims[at] % 3 == 0 ? 3 : 1;
            memmove(dims + at + 1, dims + at, (size_t)(rank - at) * sizeof *dims);
            dims[at] = factor;
            dims[at + 1] /= factor;
            rank++;
        }
        break;
    default: /* other factors altogether */
        if (rank >= 2) {
            dims[0] = mg_node_count(x) % 2 == 0 ? mg_node_count(x) / 2 : mg_node_count(x);
            dims[1] = mg_node_count(x) / (dims[0] ? dims[0] : 1);
            rank = 2;
        }
    }
    random_keep(r, mg_reshape(x, rank, dims), n);
}

static inline void random_movement(random_graph *r) {
    double n;
    int kind = random_below(r, 8);
    if (kind < 2) {
        random_reshape(r);
        return;
    }
    mg_node *x = random_float(r, &n);
    int rank = mg_node_rank(x), order[MG_MAX_RANK];
    if (rank == 0) {
        random_keep(r, mg_broadcast(x, 2, (int64_t[]){ 3, random_dim(r) % 40 }), n);
        return;
    }
    int axis = random_below(r, rank);
    int64_t size = mg_node_shape(x)[axis], dims[MG_MAX_RANK];
    switch (kind) {
    case 2:
    case 3:
        for (int i = 0; i < rank; i++) order[i] = i;
        for (int i = rank - 1; i > 0; i--) {
            int other = random_below(r, i + 1), swap = order[i];
            order[i] = order[other];
            order[other] = swap;
        }
        random_keep(r, mg_transpose(x, order), n);
        return;
    case 4: random_keep(r, mg_flip(x, axis), n); return;
    case 5: {
        int64_t start = random_below(r, (int)size), step = 1 + random_below(r, 3);
        int64_t stop = start + 1 + random_below(r, (int)(size - start));
        random_keep(r, mg_slice(x, axis, start, stop, step), n);
        return;
    }
    case 6:
        if (mg_node_count(x) * 3 < random_limit(r))
            x = mg_pad(x, axis, random_below(r, 3), random_below(r, 3), random_below(r, 2));
        random_keep(r, x, n);
        return;
    default: /* one row, repeated */
        memcpy(dims, mg_node_shape(x), sizeof dims);
        random_keep(r, mg_broadcast(mg_slice(x, axis, 0, 1, 1), rank, dims), n);
        return;
    }
}

static inline void random_concat(random_graph *r) {
    double n, m;
    mg_node *a = random_float(r, &n), *b = random_float(r, &m);
    if (mg_node_rank(a) == 0) a = mg_reshape(a, 1, (int64_t[]){ 1 });
    int axis = random_below(r, mg_node_rank(a));
    int64_t dims[MG_MAX_RANK];
    memcpy(dims, mg_node_shape(a), sizeof dims);
    if (2 * mg_node_count(a) > random_limit(r)) {
        random_keep(r, mg_flip(a, axis), n);
        return;
    }
    dims[axis] = 1 + random_below(r, 2);
    b = mg_broadcast(mg_cast(mg_mean_all(mg_slice(mg_reshape(b, 1, (int64_t[]){ -1 }), 0, 0, 1, 1)), mg_node_dtype(a)),
                     mg_node_rank(a), dims);
    random_keep(r, mg_concat((mg_node *[]){ a, b, mg_flip(a, axis) }, 3, axis), n > m ? n : m);
}

/* As [rows, columns]. */
static inline mg_node *random_matrix(mg_node *x) {
    int rank = mg_node_rank(x);
    return mg_reshape(x, 2, (int64_t[]){ -1, rank ? mg_node_shape(x)[rank - 1] : 1 });
}

static inline void random_matmul(random_graph *r) {
    double n, m;
    mg_node *a = random_float(r, &n), *b = random_float(r, &m);
    b = mg_cast(b, mg_node_dtype(a));
    mg_node *x = random_matrix(a), *y = random_matrix(b);
    bool ta = random_chance(r, 30), tb = random_chance(r, 30);
    int64_t k = mg_node_shape(x)[ta ? 0 : 1], l = mg_node_shape(y)[tb ? 1 : 0], rows = mg_node_shape(x)[ta ? 1 : 0],
            columns = mg_node_shape(y)[tb ? 0 : 1];
    if (k != l) { /* by itself, or by one of its columns */
        y = random_chance(r, 50) ? x : mg_slice(x, ta ? 1 : 0, 0, 1, 1);
        tb = !ta;
        m = n;
        columns = mg_node_shape(y)[ta ? 1 : 0];
    }
    if (rows * columns > random_limit(r) || rows * columns * k > 400000) {
        random_keep(r, mg_transpose(x, NULL), n);
        return;
    }
    mg_node *p = mg_matmul_transposed(x, ta, y, tb);
    if (random_chance(r, 40)) { /* a layer: bias and relu may go with the product */
        for (int i = 0; i < RANDOM_PARAMETERS; i++)
            if (mg_node_rank(r->parameter[i]) == 1 && mg_node_dtype(p) == mg_node_dtype(r->parameter[i]) &&
                mg_node_shape(r->parameter[i])[0] == columns)
                p = mg_add(p, r->parameter[i]);
        if (random_chance(r, 60) && !r->recipe.smooth) p = mg_relu(p);
    }
    if (random_chance(r, 15) && rows * columns * 2 <= random_limit(r)) /* a batch */
        p = mg_matmul(mg_broadcast(mg_reshape(x, 3, (int64_t[]){ 1, mg_node_shape(x)[0], mg_node_shape(x)[1] }), 3,
                                   (int64_t[]){ 2, mg_node_shape(x)[0], mg_node_shape(x)[1] }),
                      mg_reshape(mg_transpose(x, NULL), 3, (int64_t[]){ 1, mg_node_shape(x)[1], mg_node_shape(x)[0] })),
        m = n, k = k > rows ? k : rows;
    if (mg_node_count(p) > random_limit(r)) p = mg_sum_all(p), n *= 1e6;
    random_keep(r, p, n * m * (double)k + 10);
}

static inline void random_index(random_graph *r) {
    double n, m;
    mg_node *x = random_float(r, &n), *y = random_float(r, &m);
    x = random_matrix(x);
    int64_t rows = mg_node_shape(x)[0];
    mg_node *where = mg_slice(mg_reshape(y, 1, (int64_t[]){ -1 }), 0, 0, mg_node_count(y) < 6 ? mg_node_count(y) : 6, 1);
    mg_node *index = mg_cast(r->recipe.smooth ? mg_mul_scalar(mg_iota(r->graph, mg_node_dtype(y), 1, mg_node_shape(where), 0), 0)
                                              : mg_clip(where, 0, (double)(rows - 1)),
                             MG_I32);
    switch (random_below(r, r->recipe.smooth ? 4 : 5)) {
    case 0: random_keep(r, mg_cumsum(x, random_below(r, 2)), n * (double)mg_node_count(x)); return;
    case 1: random_keep(r, mg_one_hot(index, 3, r->recipe.dtype), 1); return;
    case 2: {
        mg_node *taken = mg_node_shape(x)[1] * 6 <= random_limit(r) ? mg_gather(x, index) : x;
        if (random_chance(r, 50)) taken = mg_scatter_add(mg_gather(x, index), index, rows), n *= 6;
        random_keep(r, taken, n);
        return;
    }
    case 4: { /* whole numbers among themselves, on views */
        mg_node *i = mg_cast(x, MG_I32), *turned = mg_flip(i, 0), *column = mg_slice(i, 1, 0, 1, 1);
        mg_node *sum = random_chance(r, 50) ? mg_sub(turned, column) : mg_where(mg_less(i, turned), mg_neg(column), turned);
        random_keep(r, random_chance(r, 50) ? mg_transpose(sum, NULL) : sum, 2 * n);
        return;
    }
    default: random_keep(r, mg_top_k(x, 1 + random_below(r, (int)mg_node_shape(x)[1]), 1, NULL), n); return;
    }
}

static inline double random_run_scalar(const mg_run_info *info, const double *arguments) {
    return (double)(info->step % 3) + arguments[0];
}

static inline void random_leaf(random_graph *r) {
    int64_t dims[MG_MAX_RANK];
    int rank = random_shape(r, dims);
    mg_dtype dtype = random_chance(r, 80) ? r->recipe.dtype : r->recipe.dtype == MG_F32 ? MG_F64 : MG_F32;
    if (r->recipe.smooth) dtype = r->recipe.dtype;
    mg_node *x;
    switch (random_below(r, 5)) {
    case 0: random_keep(r, mg_run_scalar(r->graph, "s", random_run_scalar, (double[]){ 2 }, 1), 4); return;
    case 1: random_keep(r, mg_full(r->graph, dtype, rank, dims, random_below(r, 7) - 3), 3); return;
    case 2:
        if (rank == 0) dims[rank++] = random_dim(r);
        x = mg_iota(r->graph, dtype, rank, dims, random_below(r, rank));
        random_keep(r, r->recipe.smooth ? mg_sin(x) : mg_clip(x, 0, 40), r->recipe.smooth ? 1 : 40);
        return;
    case 3:
        if (r->recipe.smooth) {
            random_keep(r, mg_random_normal(r->graph, dtype, rank, dims), 5);
            return;
        } /* fall through */
    default:
        x = mg_random_uniform(r->graph, dtype, rank, dims);
        random_keep(r, r->recipe.smooth ? x : mg_floor(mg_mul_scalar(x, 5)), 5);
    }
}

static inline void random_step(random_graph *r) {
    int kind = random_below(r, 100);
    double n;
    if (kind < 16)
        random_unary(r);
    else if (kind < 40)
        random_binary(r);
    else if (kind < 50)
        random_rows(r);
    else if (kind < 62)
        random_reduction(r);
    else if (kind < 78)
        random_movement(r);
    else if (kind < 82)
        random_concat(r);
    else if (kind < 89)
        random_matmul(r);
    else if (kind < 93)
        random_index(r);
    else if (kind < 97)
        random_leaf(r);
    else if (kind < 98) {
        mg_node *x = random_float(r, &n);
        random_keep(r, mg_stop_gradient(x), n);
    } else {
        mg_node *x = random_float(r, &n);
        random_keep(r, r->recipe.smooth ? mg_stop_gradient(x) : mg_cast(x, mg_node_dtype(x) == MG_F32 ? MG_F64 : MG_F32), n);
    }
}

/* --- leaves, updates, outputs ------------------------------------------------------------------------ */

/* Element j of leaf i in run `run`. */
static inline double random_value(const random_recipe *c, int i, int run, int64_t j) {
    uint64_t state = c->seed * 31 + (uint64_t)i * 1000003 + (uint64_t)run * 7919 + (uint64_t)j;
    uint64_t bits = random_next(&state) >> 40;
    return c->smooth ? (double)bits / (double)(1 << 24) * 4 - 2 : (double)(bits % 9) - 4;
}
static inline void random_fill(const random_recipe *c, int i, int run, mg_tensor *x) {
    for (int64_t j = 0; j < mg_tensor_count(x); j++) mg_tensor_put(x, j, random_value(c, i, run, j));
}

static inline mg_node *random_leaf_of(random_graph *r, int i, const char *name, int rank, const int64_t *dims) {
    if (mg_graph_mode(r->graph) == MG_EAGER) {
        mg_tensor *x = mg_tensor_create(mg_graph_context(r->graph), r->recipe.dtype, rank, dims);
        random_fill(&r->recipe, i, 0, x);
        mg_node *node = mg_variable_tensor(r->graph, x);
        mg_tensor_destroy(x);
        return node;
    }
    if (i < RANDOM_INPUTS) return mg_input(r->graph, name, r->recipe.dtype, rank, dims);
    if (i == RANDOM_INPUTS + RANDOM_PARAMETERS - 1) return mg_slot_leaf(r->graph, r->store, 0, 0, 0);
    return mg_parameter_leaf(r->graph, r->store, mg_parameters_add(r->store, name, MG_WEIGHT, rank, dims, MG_INIT_zeros, 0));
}

static inline void random_leaves(random_graph *r) {
    static const char *const names[] = { "i0", "i1", "i2", "p0", "p1", "p2", "p3", "slot" };
    int64_t dims[MG_MAX_RANK], first[MG_MAX_RANK];
    int rank = 0, first_rank = 0;
    for (int i = 0; i < RANDOM_INPUTS + RANDOM_PARAMETERS; i++) {
        rank = random_shape(r, dims);
        if (i == 6 && rank != 1) rank = 0; /* a scalar: predicates */
        if (i == RANDOM_INPUTS) {
            first_rank = rank;
            memcpy(first, dims, sizeof first);
        }
        bool as_first = i == RANDOM_INPUTS + 1 || i == RANDOM_INPUTS + RANDOM_PARAMETERS - 1;
        mg_node *x = random_leaf_of(r, i, names[i], as_first ? first_rank : rank, as_first ? first : dims);
        if (i < RANDOM_INPUTS)
            r->input[i] = x;
        else
            r->parameter[i - RANDOM_INPUTS] = x;
        random_keep(r, x, 9);
    }
}

/* A node of the leaf's shape and dtype, small. */
static inline mg_node *random_new_value(random_graph *r, mg_node *leaf) {
    double n;
    int rank = mg_node_rank(leaf);
    if (random_chance(r, 20)) /* change places */
        for (int i = 0; i < RANDOM_PARAMETERS; i++)
            if (r->parameter[i] != leaf && mg_node_rank(r->parameter[i]) == rank &&
                memcmp(mg_node_shape(r->parameter[i]), mg_node_shape(leaf), (size_t)rank * 8) == 0)
                return r->parameter[i];
    for (int tries = 0; tries < 12; tries++) {
        mg_node *x = random_float(r, &n);
        if (mg_node_rank(x) != rank || (rank && memcmp(mg_node_shape(x), mg_node_shape(leaf), (size_t)rank * 8) != 0)) continue;
        x = mg_cast(x, mg_node_dtype(leaf));
        if (n <= 9) return x;
        return r->recipe.smooth ? mg_mul_scalar(x, 1 / n) : mg_clip(x, -5, 5);
    }
    mg_node *x = random_float(r, &n);
    mg_node *s = mg_cast(mg_sum_all(x), mg_node_dtype(leaf));
    s = r->recipe.smooth ? mg_tanh(mg_mul_scalar(s, 1 / n)) : mg_clip(s, -2, 2);
    switch (random_below(r, 3)) {
    case 0: return mg_broadcast(s, rank, mg_node_shape(leaf));
    case 1: return r->recipe.smooth ? mg_mul_scalar(mg_add(leaf, s), 0.5) : mg_clip(mg_add(leaf, s), -5, 5);
    default: return rank ? mg_flip(leaf, random_below(r, rank)) : mg_neg(leaf);
    }
}

static inline mg_node *random_predicate(random_graph *r) {
    double n;
    if (!r->recipe.smooth && random_chance(r, 30)) /* a leaf that may itself be updated */
        for (int i = 0; i < RANDOM_PARAMETERS; i++)
            if (mg_node_rank(r->parameter[i]) == 0) return r->parameter[i];
    mg_node *x = mg_sum_all(r->recipe.smooth ? r->input[random_below(r, RANDOM_INPUTS)]
                                             : random_float(r, &n)); /* rounding must decide nothing */
    return random_chance(r, 50)   ? mg_less(mg_zeros_like(x), x)
           : random_chance(r, 50) ? mg_is_finite(x)
                                  : mg_mul(mg_is_finite(x), mg_constant_like(x, 2));
}

/* Parameter i := its gradient, made small. */
static inline void random_gradients(random_graph *r) {
    double n;
    mg_node *y = random_float(r, &n), *g[RANDOM_PARAMETERS];
    mg_node *loss = mg_sum_all(mg_mul(y, y));
    if (mg_gradient(loss, r->parameter, RANDOM_PARAMETERS, g) != MG_OK) return;
    for (int i = 0; i < RANDOM_PARAMETERS; i++)
        random_keep(r, r->recipe.smooth ? mg_tanh(mg_mul_scalar(g[i], 0.01)) : mg_clip(g[i], -9, 9), 9);
}

static inline void random_ends(random_graph *r) {
    r->state = r->recipe.seed ^ 0xABCDEF;
    for (int i = 0; i < RANDOM_PARAMETERS; i++) {
        if (random_chance(r, 40)) continue;
        random_update *u = &r->update[r->updates++];
        *u = (random_update){ i, random_new_value(r, r->parameter[i]), random_chance(r, 30) ? random_predicate(r) : NULL };
        if (r->store) mg_update_if(r->parameter[i], u->value, u->predicate);
    }
    if (random_chance(r, 25)) {
        r->guard = random_predicate(r);
        if (r->store) mg_graph_guard_updates(r->graph, r->guard);
    }
    int outputs = 1 + random_below(r, RANDOM_OUTPUTS);
    for (int i = 0; i < outputs; i++)
        r->output[r->outputs++] = r->pool[random_chance(r, 60) ? r->count - 1 - random_below(r, 3) : random_below(r, r->count)];
}

/* store NULL: an eager graph. */
static inline void random_build(random_graph *r, const random_recipe *recipe, mg_graph *graph, mg_parameters *store) {
    *r = (random_graph){ .recipe = *recipe, .graph = graph, .store = store, .state = recipe->seed };
    mg_graph_set_dtype(graph, recipe->dtype);
    random_leaves(r);
    for (int k = 0; k < recipe->steps; k++) {
        r->state = recipe->seed * 977 + (uint64_t)k;
        random_next(&r->state);
        if (recipe->skipped >> k & 1)
            random_keep(r, r->pool[0], 9);
        else
            random_step(r);
    }
    r->state = recipe->seed ^ 0x777;
    if (recipe->gradient) random_gradients(r);
    random_ends(r);
}

#endif
