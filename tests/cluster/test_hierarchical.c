/* Trees of merges beside scipy's, and what is cut from them. */
#define _POSIX_C_SOURCE 200809L
#include <micrograd/cluster.h>

#include "cluster/dendrogram.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "cluster/densities.h"
#include "support/failing_allocator.h"

static void check_recorded(FILE *file) {
    char kind[16];
    long long rows, columns, k;
    assert_int_equal(fscanf(file, "%15s %lld %lld %lld", kind, &rows, &columns, &k), 4);
    mg__points points = read_points(ctx, file, rows, columns);
    double merge[99][4], label[100];
    assert_true(rows <= 100);
    read_numbers(file, &merge[0][0], 4 * (rows - 1));
    read_numbers(file, label, rows);
    mg_cluster_options options = mg_cluster_defaults();
    options.linkage = kind;
    mg__found found = { 0 };
    assert_int_equal(mg__method_hierarchical.fit(&points, &options, k, &found), MG_OK);
    assert_int_equal(found.merges, rows - 1);
    for (int64_t i = 0; i < rows - 1; i++) {
        assert_near(found.merge[i].height, merge[i][2]);
        assert_int_equal(found.merge[i].a, (int64_t)fmin(merge[i][0], merge[i][1]));
        assert_int_equal(found.merge[i].b, (int64_t)fmax(merge[i][0], merge[i][1]));
        assert_int_equal(found.merge[i].rows, (int64_t)merge[i][3]);
    }
    assert_same_groups(found.label, label, rows);
    mg__found_free(ctx, &mg__method_hierarchical, &found);
    free_points(&points);
}

static void is_what_scipy_finds(void **state) {
    (void)state;
    each_case("linkage", 8, check_recorded);
}

/* --- any tree ------------------------------------------------------------------------------------------- */

/* `levels` values a column: few of them make many equal rows and equal distances. */
static mg_dataset *spread(mg_context *context, int64_t rows, int64_t columns, int levels) {
    mg_tensor *x = mg_tensor_create(context, MG_F32, 2, (int64_t[]){ rows, columns });
    uint32_t state = 9;
    if (!x) return NULL;
    for (int64_t i = 0; i < rows * columns; i++) mg_tensor_put(x, i, floor(next_number(&state) * levels));
    mg_dataset *dataset = mg_dataset_create(context, x, NULL, NULL);
    mg_tensor_destroy(x);
    return dataset;
}

static mg_clustering *clustered(mg_context *context, const mg_dataset *dataset, const char *linkage, int64_t k) {
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "hierarchical", options.linkage = linkage, options.k = k, options.scale = "none";
    mg_clustering *c = mg_cluster(context, dataset, &options);
    if (!c) fail_msg("%s", mg_context_message(context));
    return c;
}

static void assert_is_a_tree(const mg_clustering_result *r) {
    char used[2 * 3000] = { 0 };
    assert_int_equal(r->merges, r->rows - 1);
    for (int64_t i = 0; i < r->merges; i++) {
        const mg_cluster_merge *m = &r->merge[i];
        int64_t rows_a = m->a < r->rows ? 1 : r->merge[m->a - r->rows].rows,
                rows_b = m->b < r->rows ? 1 : r->merge[m->b - r->rows].rows;
        assert_true(0 <= m->a && m->a < m->b && m->b < r->rows + i && !used[m->a] && !used[m->b]);
        assert_true(i == 0 || m->height >= r->merge[i - 1].height);
        assert_int_equal(m->rows, rows_a + rows_b);
        used[m->a] = used[m->b] = 1;
    }
    assert_int_equal(r->merge[r->merges - 1].rows, r->rows);
}

static void equal_rows_and_distances_make_a_tree_too(void **state) {
    (void)state;
    for (int linkage = 0; mg__linkage_name(linkage); linkage++)
        for (int levels = 2; levels <= 4; levels++) {
            mg_dataset *data = spread(ctx, 300, 3, levels);
            mg_clustering *c = clustered(ctx, data, mg__linkage_name(linkage), 2);
            const mg_clustering_result *r = mg_clustering_result_of(c);
            assert_is_a_tree(r);
            assert_true(r->merge[300 - levels * levels * levels - 1].height < 1e-6); /* equal rows first */
            assert_int_equal(r->k, 2);
            mg_clustering_destroy(c);
            mg_dataset_destroy(data);
        }
}

/* Cut at each k, from the same tree and from one of its own. */
static void a_choice_of_k_cuts_one_tree(void **state) {
    (void)state;
    mg_dataset *wine = mg_dataset_read(ctx, MG__SOURCE_DIR "/data/wine.csv", NULL);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "hierarchical", options.truth = "cultivar";
    mg_clustering *chosen = mg_cluster(ctx, wine, &options);
    if (!chosen) fail_msg("%s", mg_context_message(ctx));
    const mg_clustering_result *r = mg_clustering_result_of(chosen);
    assert_int_equal(r->k, 3);
    assert_is_a_tree(r);
    assert_true(r->agreement.ari >= 0.75);
    for (int64_t t = 0; t < r->trials; t++) {
        options.k = r->trial[t].k;
        mg_clustering *c = mg_cluster(ctx, wine, &options);
        assert_non_null(c);
        assert_int_equal(mg_clustering_result_of(c)->k, options.k);
        assert_true(mg_clustering_result_of(c)->inertia == r->trial[t].inertia);
        assert_true(mg_clustering_result_of(c)->scores.silhouette == r->trial[t].silhouette);
        mg_clustering_destroy(c);
    }
    mg_clustering_destroy(chosen);
    mg_dataset_destroy(wine);
}

static void the_same_tree_with_any_number_of_threads(void **state) {
    (void)state;
    for (int linkage = 0; mg__linkage_name(linkage); linkage++) {
        mg_clustering *c[2];
        mg_context *context[2];
        for (int i = 0; i < 2; i++) {
            mg_context_options how = mg_context_defaults();
            how.threads = 1 + 2 * i;
            context[i] = mg_context_create(&how);
            bool pairs = linkage == MG__COMPLETE || linkage == MG__AVERAGE;
            mg_dataset *data = spread(context[i], 1100, pairs ? 4 : 240, 1000); /* large enough that a search is shared */
            c[i] = clustered(context[i], data, mg__linkage_name(linkage), 4);
            mg_dataset_destroy(data);
        }
        const mg_clustering_result *a = mg_clustering_result_of(c[0]), *b = mg_clustering_result_of(c[1]);
        for (int64_t i = 0; i < a->merges; i++)
            assert_true(a->merge[i].a == b->merge[i].a && a->merge[i].b == b->merge[i].b &&
                        a->merge[i].height == b->merge[i].height);
        for (int i = 0; i < 2; i++) {
            mg_clustering_destroy(c[i]);
            mg_context_destroy(context[i]);
        }
    }
}

static void two_rows_make_one_merge(void **state) {
    (void)state;
    mg_dataset *data = spread(ctx, 2, 2, 1000);
    for (int linkage = 0; mg__linkage_name(linkage); linkage++) {
        mg_clustering *c = clustered(ctx, data, mg__linkage_name(linkage), 2);
        const mg_clustering_result *r = mg_clustering_result_of(c);
        assert_int_equal(r->merges, 1);
        assert_int_equal(r->label[0] + r->label[1], 1);
        mg_clustering_destroy(c);
    }
    mg_dataset_destroy(data);
}

static void too_many_rows_are_refused_with_a_cure(void **state) {
    (void)state;
    const mg__points many = { .context = ctx, .rows = MG__LINKAGE_ROWS + 1, .columns = 2 },
                     pairs = { .context = ctx, .rows = MG__PAIRS_ROWS + 1, .columns = 2 };
    assert_int_equal(mg__link(&many, MG__WARD, NULL), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "131072 rows at most, not 131073"));
    assert_int_equal(mg__link(&many, MG__SINGLE, NULL), MG_SETTING);
    assert_int_equal(mg__link(&pairs, MG__COMPLETE, NULL), MG_SETTING);
    assert_non_null(strstr(mg_context_message(ctx), "give ward or single"));
    assert_int_equal(mg__link(&pairs, MG__AVERAGE, NULL), MG_SETTING);
    mg_dataset *data = spread(ctx, 20, 2, 1000);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "hierarchical", options.linkage = "centroid";
    assert_null(mg_cluster(ctx, data, &options));
    assert_non_null(strstr(mg_context_message(ctx), "give ward, complete, average or single"));
    mg_dataset_destroy(data);
}

static bool fit_once(mg_context *context, void *user) {
    mg_dataset *data = spread(context, 30, 2, 1000);
    mg_cluster_options options = mg_cluster_defaults();
    options.method = "hierarchical", options.linkage = user;
    if (strcmp(user, "ward") == 0)
        options.k_high = 2; /* chosen */
    else
        options.k = 2;
    mg_clustering *c = data ? mg_cluster(context, data, &options) : NULL;
    mg_clustering_destroy(c);
    mg_dataset_destroy(data);
    return c != NULL;
}

static void survives_every_allocation_that_fails(void **state) {
    (void)state;
    char ward[] = "ward", complete[] = "complete", single[] = "single";
    assert_true(failing_allocator_exhaust(fit_once, ward) > 50);
    assert_true(failing_allocator_exhaust(fit_once, complete) > 30);
    assert_true(failing_allocator_exhaust(fit_once, single) > 30);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_what_scipy_finds),
        cmocka_unit_test(equal_rows_and_distances_make_a_tree_too),
        cmocka_unit_test(a_choice_of_k_cuts_one_tree),
        cmocka_unit_test(the_same_tree_with_any_number_of_threads),
        cmocka_unit_test(two_rows_make_one_merge),
        cmocka_unit_test(too_many_rows_are_refused_with_a_cure),
        cmocka_unit_test(survives_every_allocation_that_fails),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
