#include "cluster/dendrogram.h"

#include "interop/sort.h"

#include <string.h>

/* --- joined sets --------------------------------------------------------------------------------------- */

static int64_t root_of(int64_t *parent, int64_t at) {
    while (parent[at] != at) {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    return at;
}

/* --- order ---------------------------------------------------------------------------------------------- */

typedef struct found_merge {
    mg_cluster_merge merge;
    int64_t ordinal;
} found_merge;

static int compare(const void *a, const void *b, const void *user) {
    const found_merge *x = a, *y = b;
    (void)user;
    if (x->merge.height != y->merge.height) return x->merge.height < y->merge.height ? -1 : 1;
    return x->ordinal < y->ordinal ? -1 : x->ordinal > y->ordinal;
}

static void name_groups(const found_merge *sorted, int64_t merges, int64_t *parent, int64_t *rows, mg_cluster_merge *out) {
    for (int64_t i = 0; i <= 2 * merges; i++) parent[i] = i, rows[i] = 1;
    for (int64_t i = 0; i < merges; i++) {
        int64_t a = root_of(parent, sorted[i].merge.a), b = root_of(parent, sorted[i].merge.b), made = merges + 1 + i;
        parent[a] = parent[b] = made;
        rows[made] = rows[a] + rows[b];
        out[i] =
            (mg_cluster_merge){ .a = a < b ? a : b, .b = a < b ? b : a, .height = sorted[i].merge.height, .rows = rows[made] };
    }
}

mg_status mg__dendrogram_order(mg_context *context, mg_cluster_merge *merge, int64_t merges) {
    found_merge *sorted = mg__alloc_array(context, (size_t)merges + 1, sizeof *sorted);
    int64_t *parent = mg__alloc_array(context, 2 * (size_t)merges + 1, sizeof *parent);
    int64_t *rows = mg__alloc_array(context, 2 * (size_t)merges + 1, sizeof *rows);
    mg_status status = sorted && parent && rows ? MG_OK : MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        for (int64_t i = 0; i < merges; i++) sorted[i] = (found_merge){ merge[i], i };
        mg__sort(sorted, (size_t)merges, sizeof *sorted, compare, NULL);
        name_groups(sorted, merges, parent, rows, merge);
    }
    mg__free(context, sorted);
    mg__free(context, parent);
    mg__free(context, rows);
    return status;
}

/* --- cut ------------------------------------------------------------------------------------------------ */

mg_status mg__dendrogram_cut(mg_context *context, const mg_cluster_merge *merge, int64_t merges, int64_t k, int32_t *label) {
    int64_t groups = 2 * merges + 1, next = 0;
    int32_t *of = mg__alloc_array(context, (size_t)groups, sizeof *of); /* the label of a group; -1: it was cut */
    if (!of) return MG_OUT_OF_MEMORY;
    int64_t kept = merges + 1 - k; /* merges */
    for (int64_t i = 0; i < groups; i++) of[i] = -1;
    for (int64_t row = 0; row <= merges; row++) label[row] = -1;
    for (int64_t i = merges - 1; i >= 0; i--) { /* from the top: who is below a kept merge has its group */
        int64_t own = merges + 1 + i, group = i < kept ? (of[own] >= 0 ? of[own] : next++) : -1;
        of[merge[i].a] = of[merge[i].b] = (int32_t)group;
    }
    /* Rows that no kept merge has are groups of their own. */
    int32_t *number = mg__alloc_array(context, (size_t)merges + 1, sizeof *number);
    if (number) {
        int32_t count = 0;
        memset(number, -1, (size_t)(merges + 1) * sizeof *number);
        for (int64_t row = 0; row <= merges; row++) {
            int64_t group = of[row] >= 0 ? of[row] : next++;
            if (number[group] < 0) number[group] = count++;
            label[row] = number[group];
        }
    }
    mg__free(context, of);
    mg__free(context, number);
    return number ? MG_OK : MG_OUT_OF_MEMORY;
}
