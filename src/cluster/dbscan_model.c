/* Rows near to the core rows of DBSCAN, and those as tensors of a file. */
#include "cluster/dbscan.h"

#include <math.h>
#include <string.h>

void mg__cores_close(mg__cores *c) {
    if (!c->context) return;
    mg__neighbours_close(&c->near);
    mg__free(c->context, c->x);
    mg__free(c->context, c->label);
    *c = (mg__cores){ 0 };
}

void mg__cores_forget(mg_context *context, void *model) {
    mg__cores_close(model);
    mg__free(context, model);
}

mg_status mg__cores_assign(const void *model, const mg__points *points, int32_t *label, double *probability) {
    const mg__cores *c = model;
    int64_t *nearest = mg__alloc_array(points->context, (size_t)points->rows, sizeof *nearest);
    (void)probability;
    if (!nearest) return MG_OUT_OF_MEMORY;
    mg_status status = mg__neighbours_nearest(&c->near, points->x, points->rows, c->radius, nearest);
    for (int64_t row = 0; row < points->rows; row++) label[row] = nearest[row] >= 0 ? c->label[nearest[row]] : -1;
    mg__free(points->context, nearest);
    return status;
}

size_t mg__cores_store(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]) {
    const mg__cores *c = model;
    tensor[0] =
        (mg__safetensor){ .name = "core", .dtype = MG__ST_F32, .rank = 2, .shape = { c->count, c->columns }, .data = c->x };
    tensor[1] = (mg__safetensor){ .name = "core_group", .dtype = MG__ST_I32, .rank = 1, .shape = { c->count }, .data = c->label };
    tensor[2] = (mg__safetensor){ .name = "radius", .dtype = MG__ST_F64, .rank = 1, .shape = { 1 }, .data = &c->radius };
    return 3;
}

static bool sound(const mg__cores *c, int64_t k) {
    for (int64_t i = 0; i < c->count * c->columns; i++)
        if (!isfinite(c->x[i])) return false;
    for (int64_t i = 0; i < c->count; i++)
        if (c->label[i] < 0 || c->label[i] >= k) return false;
    return c->radius > 0 && isfinite(c->radius);
}

static mg_status read_cores(const mg__safetensors *file, int64_t k, mg__cores *c) {
    const mg__safetensor *x = mg__safetensors_find(file, "core"), *label = mg__safetensors_find(file, "core_group"),
                         *radius = mg__safetensors_find(file, "radius");
    bool there = x && label && radius && x->dtype == MG__ST_F32 && label->dtype == MG__ST_I32 && radius->dtype == MG__ST_F64 &&
                 x->rank == 2 && x->shape[1] == c->columns && label->rank == 1 && label->shape[0] == x->shape[0] &&
                 radius->bytes == sizeof c->radius;
    if (there) {
        c->count = x->shape[0];
        c->x = mg__alloc_array(c->context, x->bytes + 1, 1);
        c->label = mg__alloc_array(c->context, label->bytes + 1, 1);
        if (!c->x || !c->label) return MG_OUT_OF_MEMORY;
        if (x->bytes > 0) memcpy(c->x, x->data, x->bytes);
        if (label->bytes > 0) memcpy(c->label, label->data, label->bytes);
        memcpy(&c->radius, radius->data, sizeof c->radius);
    }
    if (!there || !sound(c, k))
        return mg__fail(c->context, MG_FORMAT, "%s: the rows that groups grow from are not there, or wrong", file->path);
    return mg__neighbours_open(&c->near, c->context, c->x, c->count, c->columns);
}

mg_status mg__cores_restore(const mg__safetensors *file, int64_t k, int64_t columns, void **model) {
    mg__cores *c = mg__alloc_zero(file->context, sizeof *c);
    if (!c) return MG_OUT_OF_MEMORY;
    *c = (mg__cores){ .context = file->context, .columns = columns };
    mg_status status = read_cores(file, k, c);
    if (status == MG_OK)
        *model = c;
    else
        mg__cores_forget(file->context, c);
    return status;
}
