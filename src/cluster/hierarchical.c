/* Agglomerative clustering: a tree of merges, cut where k groups are left. */
#include "cluster/dendrogram.h"

#include <stdio.h>
#include <string.h>

static mg_status cut(const mg__points *points, const mg__found *whole, int64_t k, mg__found *found) {
    found->k = k;
    found->label = mg__alloc_array(points->context, (size_t)points->rows, sizeof *found->label);
    memcpy(found->details, whole->details, sizeof found->details);
    return found->label ? mg__dendrogram_cut(points->context, whole->merge, whole->merges, k, found->label) : MG_OUT_OF_MEMORY;
}

static mg_status fit(const mg__points *points, const mg_cluster_options *options, int64_t k, mg__found *found) {
    int linkage = 0;
    while (linkage < MG__LINKAGES && strcmp(mg__linkage_name(linkage), options->linkage) != 0) linkage++;
    if (linkage == MG__LINKAGES)
        return mg__fail(points->context, MG_SETTING, "linkage: '%.40s' is not known; give ward, complete, average or single",
                        options->linkage);
    found->merges = points->rows - 1;
    found->merge = mg__alloc_array(points->context, (size_t)points->rows, sizeof *found->merge);
    if (!found->merge) return MG_OUT_OF_MEMORY;
    snprintf(found->details, sizeof found->details, "%s linkage", mg__linkage_name(linkage));
    mg_status status = mg__link(points, (mg__linkage)linkage, found->merge);
    if (status == MG_OK) status = mg__dendrogram_order(points->context, found->merge, found->merges);
    return status == MG_OK ? cut(points, found, k, found) : status;
}

const mg__cluster_method mg__method_hierarchical = {
    .name = "hierarchical",
    .doc = "Groups that are nearest merge, one after the other (chain of Murtagh 1983; linkage of Ward 1963).",
    .fit = fit,
    .cut = cut,
};
