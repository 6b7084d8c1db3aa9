/* A mixture as tensors of a file. */
#include "cluster/mixture.h"

#include <math.h>
#include <string.h>

static const char *const names[MG__COVARIANCES] = { "full_covariance", "diagonal_covariance", "tied_covariance" };

size_t mg__mixture_store(const void *model, mg__safetensor tensor[MG__METHOD_TENSORS]) {
    const mg__mixture *m = model;
    int64_t d = m->columns;
    tensor[0] = (mg__safetensor){ .name = "weight", .dtype = MG__ST_F64, .rank = 1, .shape = { m->k }, .data = m->weight };
    tensor[1] = (mg__safetensor){ .name = "group_mean", .dtype = MG__ST_F64, .rank = 2, .shape = { m->k, d }, .data = m->mean };
    tensor[2] = (mg__safetensor){ .name = names[m->kind], .dtype = MG__ST_F64, .data = m->covariance };
    tensor[2].rank = m->kind == MG__COVARIANCE_DIAGONAL ? 2 : 3;
    tensor[2].shape[0] = m->matrices, tensor[2].shape[1] = d, tensor[2].shape[2] = tensor[2].rank == 3 ? d : 0;
    return 3;
}

static bool read(const mg__safetensors *file, const char *name, size_t count, double *out) {
    const mg__safetensor *t = mg__safetensors_find(file, name);
    if (!t || t->dtype != MG__ST_F64 || t->bytes != count * sizeof *out) return false;
    memcpy(out, t->data, t->bytes);
    for (size_t i = 0; i < count; i++)
        if (!isfinite(out[i])) return false;
    return true;
}

/* Variances above 0, weights that are shares, and nothing so large or small that a density is no number. */
static bool sound(const mg__mixture *m) {
    double sum = 0;
    int64_t step = m->kind == MG__COVARIANCE_DIAGONAL ? 1 : m->columns + 1;
    for (int64_t j = 0; j < m->k; j++) {
        if (m->weight[j] < 0) return false;
        sum += m->weight[j];
    }
    for (int64_t j = 0; j < m->matrices; j++)
        for (int64_t i = 0; i < m->columns; i++)
            if (!(m->covariance[j * m->cells + i * step] > 0)) return false;
    return fabs(sum - 1) < 1e-6;
}

void mg__mixture_forget(mg_context *context, void *model) {
    mg__mixture_close(model);
    mg__free(context, model);
}

static mg_status read_mixture(const mg__safetensors *file, mg__mixture *m) {
    size_t k = (size_t)m->k;
    int64_t flat;
    if (!read(file, "weight", k, m->weight) || !read(file, "group_mean", k * (size_t)m->columns, m->mean) ||
        !read(file, names[m->kind], (size_t)(m->matrices * m->cells), m->covariance) || !sound(m))
        return mg__fail(m->context, MG_FORMAT, "%s: its mixture is not there, or none: weights, means or covariances are wrong",
                        file->path);
    return mg__mixture_whiten(m, 0, &flat);
}

mg_status mg__mixture_restore(const mg__safetensors *file, int64_t k, int64_t columns, void **model) {
    int kind = 0;
    const mg__safetensor *t = NULL;
    while (kind < MG__COVARIANCES && !(t = mg__safetensors_find(file, names[kind]))) kind++;
    bool fits = t && k > 0 && t->rank == (kind == MG__COVARIANCE_DIAGONAL ? 2 : 3) && t->shape[1] == columns &&
                t->shape[0] == (kind == MG__COVARIANCE_TIED ? 1 : k) && (t->rank == 2 || t->shape[2] == columns);
    if (!fits)
        return mg__fail(file->context, MG_FORMAT, "%s: it holds no covariances of its mixture, or of another shape", file->path);
    mg__mixture *m = mg__alloc_zero(file->context, sizeof *m);
    if (!m) return MG_OUT_OF_MEMORY;
    mg_status status = mg__mixture_open(m, file->context, (mg__covariance)kind, k, columns);
    if (status == MG_OK) status = read_mixture(file, m);
    if (status == MG_OK)
        *model = m;
    else
        mg__mixture_forget(file->context, m);
    return status;
}
