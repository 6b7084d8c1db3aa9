/* Which groups merge. Ward, complete and average linkage by the chain of nearest neighbours (Murtagh 1983): from any group to its
 * nearest, from there to its nearest, until two are each other's; these merge whatever else does. Single linkage by Prim's tree.
 *
 * A merge brings no third group nearer to another than the nearer of the two was. So a nearest neighbour that was found stays the
 * nearest as long as it is there, and is not looked for again. */
#include "cluster/dendrogram.h"

#include "cluster/slices.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define BLOCK      512    /* rows whose sums stay near */
#define WORTH_MANY 262144 /* numbers of a search that several threads are woken for */

static const char *const names[MG__LINKAGES] = { "ward", "complete", "average", "single" };

const char *mg__linkage_name(int linkage) { return linkage >= 0 && linkage < MG__LINKAGES ? names[linkage] : NULL; }

double *mg__points_turned(const mg__points *p) {
    double *x = mg__alloc_array(p->context, (size_t)p->columns, (size_t)p->rows * sizeof *x);
    for (int64_t i = 0; x && i < p->rows * p->columns; i++) x[i % p->columns * p->rows + i / p->columns] = (double)p->x[i];
    return x;
}

void mg__squares_from(const double *x, int64_t stride, int64_t columns, const double *own, int64_t begin, int64_t end,
                      double *square) {
    for (int64_t at = begin; at < end; at += BLOCK) {
        int64_t last = end - at < BLOCK ? end : at + BLOCK;
        for (int64_t i = at; i < last; i++) square[i] = 0;
        for (int64_t c = 0; c < columns; c++) {
            const double *column = x + c * stride;
            for (int64_t i = at; i < last; i++) square[i] += (column[i] - own[c]) * (column[i] - own[c]);
        }
    }
}

/* --- groups in slots ------------------------------------------------------------------------------------ */

/* Groups lie in the slots 0 .. count - 1; what merges has the lower slot, and the last slot's group moves into the other. A group
 * has a number that no later one has: rows, then merges. */
typedef struct linking {
    const mg__points *points;
    mg__linkage linkage;
    int64_t rows, columns, count, made;
    double *centre;   /* ward: [columns, rows] */
    double *distance; /* others: [rows, stride] */
    int64_t stride;
    double *size;    /* [slots] */
    int64_t *row;    /* [slots]: one of the group's */
    int64_t *number; /* [slots]: the group */
    int64_t *slot;   /* [2 rows]: of a group; -1: it has merged */
    int64_t *near;   /* [slots]: the nearest group when it was looked for; -1: never */
    double *far;     /* [slots]: how far it is; ward: squared */
    double *square;  /* [slots] */
    double *own;     /* [columns] */
    int64_t from, slices;
    int64_t best[MG__SLICES];
} linking;

/* --- the nearest ---------------------------------------------------------------------------------------- */

static void search_slice(void *user, int64_t slice, int worker) {
    linking *s = user;
    int64_t begin = mg__slice_begin(s->count, s->slices, slice), end = mg__slice_begin(s->count, s->slices, slice + 1);
    const double *value = s->square;
    double least = INFINITY;
    (void)worker;
    if (s->linkage == MG__WARD) {
        double size = s->size[s->from];
        mg__squares_from(s->centre, s->rows, s->columns, s->own, begin, end, s->square);
        for (int64_t i = begin; i < end; i++) s->square[i] *= 2 * size * s->size[i] / (size + s->size[i]);
    } else {
        value = s->distance + s->from * s->stride;
    }
    s->best[slice] = -1;
    for (int64_t i = begin; i < end; i++)
        if (value[i] < least && i != s->from) least = value[i], s->best[slice] = i;
}

static double value_at(const linking *s, int64_t slot) {
    return s->linkage == MG__WARD ? s->square[slot] : s->distance[s->from * s->stride + slot];
}

static void search(linking *s, int64_t from) {
    s->from = from;
    s->slices = s->count * s->columns >= WORTH_MANY && s->linkage == MG__WARD ? mg__slice_count(s->count, 0) : 1;
    for (int64_t c = 0; c < s->columns && s->centre; c++) s->own[c] = s->centre[c * s->rows + from];
    mg__slices_run(s->points->context, s->slices, search_slice, s);
    int64_t best = -1;
    for (int64_t slice = 0; slice < s->slices; slice++) {
        int64_t at = s->best[slice];
        if (at >= 0 && (best < 0 || value_at(s, at) < value_at(s, best))) best = at;
    }
    if (best < 0) best = from == 0 ? 1 : 0; /* all infinitely far */
    s->near[from] = s->number[best];
    s->far[from] = value_at(s, best);
}

/* --- a merge -------------------------------------------------------------------------------------------- */

static void merge_centres(linking *s, int64_t a, int64_t b) {
    double share = s->size[b] / (s->size[a] + s->size[b]);
    for (int64_t c = 0; c < s->columns; c++) {
        double *x = s->centre + c * s->rows;
        x[a] += share * (x[b] - x[a]);
        x[b] = x[s->count - 1];
    }
}

/* Lance & Williams 1967. */
static void merge_distances(linking *s, int64_t a, int64_t b) {
    double *of_a = s->distance + a * s->stride, *of_b = s->distance + b * s->stride,
           share = s->size[b] / (s->size[a] + s->size[b]);
    int64_t last = s->count - 1;
    const double *of_last = s->distance + last * s->stride;
    for (int64_t i = 0; i < s->count; i++) {
        if (s->linkage == MG__COMPLETE)
            of_a[i] = of_b[i] > of_a[i] ? of_b[i] : of_a[i];
        else
            of_a[i] += share * (of_b[i] - of_a[i]);
    }
    for (int64_t i = 0; i < s->count; i++) s->distance[i * s->stride + a] = of_a[i];
    if (b == last) return;
    for (int64_t i = 0; i < s->count; i++) of_b[i] = of_last[i];
    for (int64_t i = 0; i < s->count; i++) s->distance[i * s->stride + b] = of_b[i];
}

static void merge(linking *s, int64_t a, int64_t b) {
    int64_t last = s->count - 1, made = s->rows + s->made++;
    if (s->centre)
        merge_centres(s, a, b);
    else
        merge_distances(s, a, b);
    s->slot[s->number[a]] = s->slot[s->number[b]] = -1;
    s->size[a] += s->size[b];
    s->number[a] = made;
    s->slot[made] = a;
    s->near[a] = -1;
    if (b != last) {
        s->size[b] = s->size[last], s->row[b] = s->row[last], s->number[b] = s->number[last];
        s->near[b] = s->near[last], s->far[b] = s->far[last];
        s->slot[s->number[b]] = b;
    }
    s->count--;
}

/* --- the chain ------------------------------------------------------------------------------------------ */

typedef struct link {
    int64_t group;
    double far; /* from the one before */
} link;

static void follow(linking *s, link *chain, mg_cluster_merge *out) {
    int64_t length = 0;
    while (s->count > 1) {
        if (length == 0) chain[length++] = (link){ s->number[0], INFINITY };
        int64_t top = s->slot[chain[length - 1].group];
        if (s->near[top] < 0 || s->slot[s->near[top]] < 0) search(s, top);
        if (length < 2 || s->far[top] < chain[length - 1].far) {
            chain[length++] = (link){ s->near[top], s->far[top] };
            continue;
        }
        int64_t before = s->slot[chain[length - 2].group], a = before < top ? before : top, b = before < top ? top : before;
        double far = chain[length - 1].far;
        out[s->made] = (mg_cluster_merge){ .a = s->row[a], .b = s->row[b], .height = s->centre ? sqrt(far) : far };
        length -= 2;
        merge(s, a, b);
    }
}

static void measure_row(void *user, int64_t row, int worker) {
    linking *s = user;
    double *distance = s->distance + row * s->stride;
    double own[64];
    (void)worker;
    for (int64_t at = 0; at < s->columns; at += 64) { /* a piece of the columns at a time */
        int64_t columns = s->columns - at < 64 ? s->columns - at : 64;
        for (int64_t c = 0; c < columns; c++) own[c] = s->centre[(at + c) * s->rows + row];
        for (int64_t i = 0; i < s->rows; i += BLOCK) {
            double square[BLOCK];
            int64_t rows = s->rows - i < BLOCK ? s->rows - i : BLOCK;
            mg__squares_from(s->centre + at * s->rows + i, s->rows, columns, own, 0, rows, square);
            for (int64_t j = 0; j < rows; j++) distance[i + j] += square[j];
        }
    }
    for (int64_t i = 0; i < s->rows; i++) distance[i] = sqrt(distance[i]);
}

static mg_status measure_pairs(linking *s) {
    mg_context *context = s->points->context;
    s->stride = (s->rows + 7) / 8 * 8 + 8; /* no power of 2, by which rows would drive each other out */
    s->distance = mg__alloc_array(context, (size_t)s->rows, (size_t)s->stride * sizeof *s->distance);
    if (!s->distance) return MG_OUT_OF_MEMORY;
    mg__slices_run(context, s->rows, measure_row, s);
    mg__free(context, s->centre);
    s->centre = NULL;
    return MG_OK;
}

static mg_status link_by_chain(linking *s, mg_cluster_merge *out) {
    mg_context *context = s->points->context;
    size_t rows = (size_t)s->rows;
    s->centre = mg__points_turned(s->points);
    s->size = mg__alloc_array(context, rows, sizeof *s->size);
    s->row = mg__alloc_array(context, rows, sizeof *s->row);
    s->number = mg__alloc_array(context, rows, sizeof *s->number);
    s->slot = mg__alloc_array(context, rows, 2 * sizeof *s->slot);
    s->near = mg__alloc_array(context, rows, sizeof *s->near);
    s->far = mg__alloc_array(context, rows, sizeof *s->far);
    s->square = mg__alloc_array(context, rows, sizeof *s->square);
    s->own = mg__alloc_array(context, (size_t)s->columns, sizeof *s->own);
    link *chain = mg__alloc_array(context, rows + 1, sizeof *chain);
    mg_status status = s->centre && s->size && s->row && s->number && s->slot && s->near && s->far && s->square && s->own && chain
                           ? MG_OK
                           : MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < s->rows && status == MG_OK; i++) {
        s->size[i] = 1;
        s->row[i] = s->number[i] = s->slot[i] = i;
        s->near[i] = -1;
    }
    if (status == MG_OK && s->linkage != MG__WARD) status = measure_pairs(s);
    if (status == MG_OK) follow(s, chain, out);
    void *blocks[] = { s->centre, s->distance, s->size, s->row, s->number, s->slot, s->near, s->far, s->square, s->own, chain };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return status;
}

/* --- single linkage ------------------------------------------------------------------------------------- */

/* Prim 1957: the tree grows by the row that is nearest to it. Rows outside lie in the first `count` places. */
typedef struct growing {
    double *x; /* [columns, rows] */
    int64_t rows, columns, count, slices;
    double *square, *least; /* [rows] */
    int64_t *row, *nearest; /* [rows]: of the tree */
    double *own;            /* [columns] */
    int64_t newest;
    int64_t best[MG__SLICES];
} growing;

static void grow_slice(void *user, int64_t slice, int worker) {
    growing *s = user;
    int64_t begin = mg__slice_begin(s->count, s->slices, slice), end = mg__slice_begin(s->count, s->slices, slice + 1);
    (void)worker;
    mg__squares_from(s->x, s->rows, s->columns, s->own, begin, end, s->square);
    s->best[slice] = begin;
    for (int64_t i = begin; i < end; i++) {
        if (s->square[i] < s->least[i]) s->least[i] = s->square[i], s->nearest[i] = s->newest;
        if (s->least[i] < s->least[s->best[slice]]) s->best[slice] = i;
    }
}

/* Takes a place's row into the tree. */
static void take(growing *s, int64_t at) {
    int64_t last = --s->count;
    s->newest = s->row[at];
    for (int64_t c = 0; c < s->columns; c++) {
        double *x = s->x + c * s->rows;
        s->own[c] = x[at];
        x[at] = x[last];
    }
    s->row[at] = s->row[last], s->least[at] = s->least[last], s->nearest[at] = s->nearest[last];
}

static void grow(mg_context *context, growing *s, mg_cluster_merge *out) {
    for (int64_t i = 0; i < s->rows; i++) s->row[i] = i, s->least[i] = INFINITY;
    take(s, s->rows - 1);
    while (s->count > 0) {
        s->slices = s->count * s->columns >= WORTH_MANY ? mg__slice_count(s->count, 0) : 1;
        mg__slices_run(context, s->slices, grow_slice, s);
        int64_t best = s->best[0];
        for (int64_t slice = 1; slice < s->slices; slice++)
            if (s->least[s->best[slice]] < s->least[best]) best = s->best[slice];
        *out++ = (mg_cluster_merge){ .a = s->nearest[best], .b = s->row[best], .height = sqrt(s->least[best]) };
        take(s, best);
    }
}

static mg_status link_single(const mg__points *p, mg_cluster_merge *out) {
    mg_context *context = p->context;
    size_t rows = (size_t)p->rows;
    growing s = { .rows = p->rows, .columns = p->columns, .count = p->rows, .x = mg__points_turned(p) };
    s.square = mg__alloc_array(context, rows, sizeof *s.square);
    s.least = mg__alloc_array(context, rows, sizeof *s.least);
    s.row = mg__alloc_array(context, rows, sizeof *s.row);
    s.nearest = mg__alloc_array(context, rows, sizeof *s.nearest);
    s.own = mg__alloc_array(context, (size_t)p->columns, sizeof *s.own);
    bool all = s.x && s.square && s.least && s.row && s.nearest && s.own;
    if (all) grow(context, &s, out);
    void *blocks[] = { s.x, s.square, s.least, s.row, s.nearest, s.own };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    return all ? MG_OK : MG_OUT_OF_MEMORY;
}

mg_status mg__link(const mg__points *p, mg__linkage linkage, mg_cluster_merge *out) {
    bool pairs = linkage == MG__COMPLETE || linkage == MG__AVERAGE;
    if (p->rows > MG__LINKAGE_ROWS)
        return mg__fail(p->context, MG_SETTING,
                        "hierarchical: each row is compared with each other, which is for %d rows at most, not %" PRId64
                        "; give a sample of them, or kmeans",
                        MG__LINKAGE_ROWS, p->rows);
    if (pairs && p->rows > MG__PAIRS_ROWS)
        return mg__fail(p->context, MG_SETTING,
                        "linkage: %s keeps the distances of all pairs, 2 GB for %d rows, and there are %" PRId64
                        "; give ward or single, which keep none, or a sample of the rows",
                        names[linkage], MG__PAIRS_ROWS, p->rows);
    if (linkage == MG__SINGLE) return link_single(p, out);
    linking s = { .points = p, .linkage = linkage, .rows = p->rows, .columns = p->columns, .count = p->rows };
    return link_by_chain(&s, out);
}
