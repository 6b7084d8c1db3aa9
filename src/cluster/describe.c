/* What sets a group apart, in the data's own units. */
#include "cluster/clustering.h"

#include "data/encoder.h"
#include "interop/sort.h"

#include <math.h>

typedef struct describing {
    const mg_clustering *clustering;
    int64_t group;
    mg_cluster_trait *trait;
    int64_t count;
} describing;

/* The encoded feature `at`, of which value = factor * encoded + offset. */
static void add(describing *d, int64_t at, const char *column, const char *category, double factor, double offset) {
    const mg_clustering *c = d->clustering;
    double own = c->centre[d->group * c->prepared.points.columns + at], usual = c->prepared.points.mean[at];
    d->trait[d->count++] = (mg_cluster_trait){ .column = column,
                                               .category = category,
                                               .value = factor * own + offset,
                                               .usual = factor * usual + offset,
                                               .apart = c->deviation[at] > 0 ? (own - usual) / c->deviation[at] : 0 };
}

static void add_feature(describing *d, const mg__feature *f) {
    bool numbers = d->clustering->prepared.encoder->scale == MG_SCALE_NONE && f->categories.numeric;
    if (f->numbers > 0) {
        add(d, f->number_at, f->name, NULL, f->spread, f->centre);
    } else if (f->kind == MG_KIND_BOOLEAN && numbers) {
        add(d, f->dense_at, f->name, NULL, 1, 0);
    } else if (f->kind == MG_KIND_BOOLEAN) {
        add(d, f->dense_at, f->name, f->categories.item[1].name, 0.5, 0.5);
    } else {
        for (size_t k = 0; k < f->categories.count && f->codes == 0; k++)
            add(d, f->dense_at + (int64_t)k, f->name, f->categories.item[k].name, 1, 0);
    }
}

static int compare(const void *a, const void *b, const void *user) {
    const mg_cluster_trait *x = a, *y = b;
    (void)user;
    if (fabs(x->apart) != fabs(y->apart)) return fabs(x->apart) > fabs(y->apart) ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column ? 1 : 0;
}

int64_t mg_clustering_traits(const mg_clustering *c, int64_t group, mg_cluster_trait *trait, int64_t capacity) {
    if (!c || group < 0 || group >= c->found.k) return 0;
    const mg_encoder *e = c->prepared.encoder;
    if (e->image[0] > 0) return 0;
    describing d = { .clustering = c, .group = group };
    d.trait = mg__alloc_array(c->context, (size_t)c->prepared.points.columns + 1, sizeof *d.trait);
    if (!d.trait) return -1;
    for (size_t i = 0; i < e->features; i++) add_feature(&d, &e->feature[i]);
    mg__sort(d.trait, (size_t)d.count, sizeof *d.trait, compare, NULL);
    for (int64_t i = 0; i < d.count && i < capacity; i++) trait[i] = d.trait[i];
    mg__free(c->context, d.trait);
    return d.count;
}
