/* The file of a clustering: centres as tensors of a safetensors file, the rest as strings in its metadata. docs/model-format.md.
 */
#include "cluster/clustering.h"

#include "data/encoder.h"
#include "interop/json.h"
#include "train/file_kind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define KIND           "clustering"
#define FORMAT         "1"
#define KEY_FORMAT     "micrograd.format"
#define KEY_VERSION    "micrograd.version"
#define KEY_ENCODER    "micrograd.encoder"
#define KEY_CLUSTERING "micrograd.clustering"

/* --- writing ----------------------------------------------------------------------------------------- */

typedef struct number {
    const char *name;
    double *value;
} number;

#define NUMBERS 11
/* The numbers that are recorded by name. */
static void list_numbers(mg_clustering_result *r, number list[NUMBERS]) {
    const number all[NUMBERS] = {
        { "inertia", &r->inertia },
        { "silhouette", &r->scores.silhouette },
        { "davies_bouldin", &r->scores.davies_bouldin },
        { "calinski_harabasz", &r->scores.calinski_harabasz },
        { "ari", &r->agreement.ari },
        { "nmi", &r->agreement.nmi },
        { "purity", &r->agreement.purity },
        { "accuracy", &r->agreement.accuracy },
    };
    memcpy(list, all, sizeof all);
}

static void list_trial(mg_cluster_trial *t, number list[NUMBERS]) {
    const number all[NUMBERS] = {
        { "inertia", &t->inertia },
        { "silhouette", &t->silhouette },
        { "gap", &t->gap },
        { "gap_deviation", &t->gap_deviation },
        { "stability", &t->stability },
        { "bic", &t->bic },
    };
    memcpy(list, all, sizeof all);
}

static void put_numbers(mg__json_writer *w, const number *list) {
    for (; list->name; list++) {
        mg__json_put_key(w, list->name);
        mg__json_put_number(w, *list->value);
    }
}

static void put_text(mg__json_writer *w, const char *key, const char *text) {
    mg__json_put_key(w, key);
    mg__json_put_string(w, text);
}

static void put_integer(mg__json_writer *w, const char *key, int64_t value) {
    mg__json_put_key(w, key);
    mg__json_put_integer(w, value);
}

static void put_groups(mg__json_writer *w, const mg_clustering *c) {
    mg__json_put_key(w, "sizes");
    mg__json_put_array(w);
    for (int64_t j = 0; j < c->found.k; j++) mg__json_put_integer(w, c->size[j]);
    mg__json_put_end(w);
    mg__json_put_key(w, "order");
    mg__json_put_array(w);
    for (int64_t j = 0; j < c->found.k; j++) mg__json_put_integer(w, c->rank[j]);
    mg__json_put_end(w);
}

static void put_trials(mg__json_writer *w, const mg_clustering *c) {
    mg__json_put_key(w, "trials");
    mg__json_put_array(w);
    for (int64_t t = 0; t < c->trials; t++) {
        mg_cluster_trial trial = c->trial[t];
        number list[NUMBERS];
        list_trial(&trial, list);
        mg__json_put_object(w);
        put_integer(w, "k", trial.k);
        put_numbers(w, list);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

/* Time is left out: the same data and seed give the same file. */
static char *clustering_json(const mg_clustering *c) {
    mg_clustering_result result = c->result;
    number list[NUMBERS];
    list_numbers(&result, list);
    mg__json_writer w = mg__json_writer_begin(c->context);
    mg__json_put_object(&w);
    put_text(&w, "method", c->method->name);
    put_text(&w, "details", result.details);
    put_integer(&w, "rows", result.rows);
    put_integer(&w, "iterations", result.iterations);
    put_groups(&w, c);
    put_text(&w, "scale_reason", c->prepared.scale_reason);
    put_text(&w, "k_reason", *c->k_reason ? c->k_reason : NULL);
    put_integer(&w, "silhouette_rows", result.silhouette_rows);
    put_numbers(&w, list);
    put_trials(&w, c);
    mg__json_put_end(&w);
    return mg__json_writer_finish(&w, NULL);
}

static char *encoder_json(const mg_clustering *c) {
    mg__json_writer w = mg__json_writer_begin(c->context);
    mg__encoder_write(c->prepared.encoder, &w);
    return mg__json_writer_finish(&w, NULL);
}

static mg_status write_file(const mg_clustering *c, const char *path, const char *encoder, const char *clustering) {
    int64_t columns = c->prepared.points.columns;
    mg__safetensor tensor[3 + MG__METHOD_TENSORS] = {
        { .name = "centre", .dtype = MG__ST_F64, .rank = 2, .shape = { c->found.k, columns }, .data = c->found.centre },
        { .name = "mean", .dtype = MG__ST_F64, .rank = 1, .shape = { columns }, .data = c->prepared.points.mean },
        { .name = "deviation", .dtype = MG__ST_F64, .rank = 1, .shape = { columns }, .data = c->deviation },
    };
    size_t count = 3;
    if (c->method->store) count += c->method->store(c->found.model, tensor + count);
    const mg__pair metadata[] = {
        { MG__SAFETENSORS_KIND, KIND }, { KEY_FORMAT, FORMAT },         { KEY_VERSION, mg_version() },
        { KEY_ENCODER, encoder },       { KEY_CLUSTERING, clustering },
    };
    return mg__safetensors_write(c->context, path, tensor, count, metadata, sizeof metadata / sizeof *metadata);
}

mg_status mg_clustering_save(const mg_clustering *c, const char *path) {
    if (!c || !path) return MG_INVALID;
    char *encoder = encoder_json(c), *clustering = clustering_json(c);
    mg_status status = encoder && clustering ? write_file(c, path, encoder, clustering) : MG_OUT_OF_MEMORY;
    mg__free(c->context, encoder);
    mg__free(c->context, clustering);
    return status;
}

/* --- reading ----------------------------------------------------------------------------------------- */

typedef struct reading {
    mg_context *context;
    const char *path;
    const mg__safetensors *file;
    mg_clustering *clustering;
} reading;

static mg_status bad(const reading *r, const char *what) {
    return mg__fail(r->context, MG_FORMAT, "%s: %s: this is no whole clustering of micrograd", r->path, what);
}

static mg_status check_file(const reading *r) {
    mg_status status = mg__file_expect_kind(r->file, KIND);
    if (status != MG_OK) return status;
    if (!mg__safetensors_metadata(r->file, MG__SAFETENSORS_CHECKSUM)) return bad(r, "it has no checksum");
    status = mg__safetensors_verify(r->file);
    if (status != MG_OK) return status;
    const char *format = mg__safetensors_metadata(r->file, KEY_FORMAT), *version = mg__safetensors_metadata(r->file, KEY_VERSION);
    if (!format || !version) return bad(r, "its metadata names no format or version");
    if (strcmp(format, FORMAT) != 0)
        return mg__fail(r->context, MG_FORMAT,
                        "%s: the clustering has format '%.20s' (written by micrograd %.20s); this library, %s, reads " FORMAT,
                        r->path, format, version, mg_version());
    return MG_OK;
}

static mg_status read_encoder(const reading *r) {
    const char *text = mg__safetensors_metadata(r->file, KEY_ENCODER);
    char who[512];
    if (!text) return bad(r, "its metadata has no encoder");
    snprintf(who, sizeof who, "%s: encoder", r->path);
    mg__json_document *document = mg__json_parse(r->context, who, text, strlen(text));
    if (!document) return mg_context_status(r->context);
    mg__prepared *p = &r->clustering->prepared;
    p->encoder = mg__encoder_read(r->context, who, mg__json_root(document));
    mg__json_destroy(document);
    if (!p->encoder) return mg_context_status(r->context);
    p->points.context = r->context;
    p->points.columns = mg_encoder_features(p->encoder);
    p->scale = mg_encoder_scale(p->encoder) == MG_SCALE_NONE ? "none" : "standard";
    return MG_OK;
}

/* A tensor of that shape, all of it finite; columns 0: a vector. */
static mg_status read_tensor(const reading *r, const char *name, int64_t rows, int64_t columns, double **out) {
    const mg__safetensor *t = mg__safetensors_find(r->file, name);
    size_t count = (size_t)rows * (size_t)(columns > 0 ? columns : 1);
    if (!t || t->dtype != MG__ST_F64 || t->rank != (columns > 0 ? 2 : 1) || t->shape[0] != rows ||
        (columns > 0 && t->shape[1] != columns))
        return mg__fail(r->context, MG_FORMAT,
                        "%s: its tensor '%s' is not there, or of another shape than method and encoder say", r->path, name);
    *out = mg__alloc_array(r->context, count, sizeof **out);
    if (!*out) return MG_OUT_OF_MEMORY;
    memcpy(*out, t->data, count * sizeof **out);
    for (size_t i = 0; i < count; i++)
        if (!isfinite((*out)[i]))
            return mg__fail(r->context, MG_FORMAT, "%s: its tensor '%s' holds a number that is not finite", r->path, name);
    return MG_OK;
}

static void read_numbers(const mg__json *object, const number *list) {
    for (; list->name; list++) {
        *list->value = NAN;
        mg__json_double(mg__json_member(object, list->name), list->value);
    }
}

static mg_status read_groups(const reading *r, const mg__json *root) {
    mg_clustering *c = r->clustering;
    const mg__json *sizes = mg__json_member(root, "sizes"), *order = mg__json_member(root, "order");
    if (!sizes || !order || sizes->kind != MG__JSON_ARRAY || order->kind != MG__JSON_ARRAY || order->count != sizes->count)
        return bad(r, "its sizes or order are no lists of one length");
    size_t k = sizes->count, i = 0;
    c->found.k = (int64_t)k;
    c->size = mg__alloc_array(r->context, k + 1, sizeof *c->size);
    c->rank = mg__alloc_array(r->context, k + 1, sizeof *c->rank);
    bool *seen = mg__alloc_array(r->context, k + 1, sizeof *seen);
    mg_status status = c->size && c->rank && seen ? MG_OK : MG_OUT_OF_MEMORY;
    const mg__json *place = order->first;
    for (const mg__json *size = sizes->first; size && status == MG_OK; size = size->next, place = place->next, i++) {
        int64_t rank = -1;
        if (!mg__json_int64(size, &c->size[i]) || c->size[i] < 0 || !mg__json_int64(place, &rank) || rank < 0 ||
            rank >= (int64_t)k || seen[rank])
            status = bad(r, "its sizes or order are wrong");
        if (status != MG_OK) break;
        seen[rank] = true;
        c->rank[i] = (int32_t)rank;
    }
    mg__free(r->context, seen);
    return status;
}

static mg_status read_trials(const reading *r, const mg__json *array) {
    mg_clustering *c = r->clustering;
    if (!array || array->kind != MG__JSON_ARRAY) return MG_OK;
    c->trial = mg__alloc_array(r->context, array->count + 1, sizeof *c->trial);
    if (!c->trial) return MG_OUT_OF_MEMORY;
    for (const mg__json *at = array->first; at; at = at->next) {
        mg_cluster_trial *t = &c->trial[c->trials];
        number list[NUMBERS];
        list_trial(t, list);
        read_numbers(at, list);
        if (mg__json_int64(mg__json_member(at, "k"), &t->k)) c->trials++;
    }
    return MG_OK;
}

static mg_status read_clustering(const reading *r, const mg__json *root) {
    mg_clustering *c = r->clustering;
    const char *method = mg__json_text(mg__json_member(root, "method")), *text;
    c->method = method ? mg__cluster_method_find(method) : NULL;
    if (!c->method) return bad(r, "its method is not known");
    mg_status status = read_groups(r, root);
    int64_t columns = c->prepared.points.columns;
    if (status == MG_OK && c->found.k > 0) status = read_tensor(r, "centre", c->found.k, columns, &c->found.centre);
    if (status == MG_OK) status = read_tensor(r, "mean", columns, 0, &c->prepared.points.mean);
    if (status == MG_OK) status = read_tensor(r, "deviation", columns, 0, &c->deviation);
    if (status == MG_OK && c->method->restore) status = c->method->restore(r->file, c->found.k, columns, &c->found.model);
    if (status == MG_OK) status = read_trials(r, mg__json_member(root, "trials"));
    if (status != MG_OK) return status;
    number list[NUMBERS];
    list_numbers(&c->result, list);
    read_numbers(root, list);
    mg__json_int64(mg__json_member(root, "rows"), &c->result.rows);
    mg__json_int64(mg__json_member(root, "silhouette_rows"), &c->result.silhouette_rows);
    mg__json_int64(mg__json_member(root, "iterations"), &c->found.iterations);
    if ((text = mg__json_text(mg__json_member(root, "scale_reason"))) != NULL)
        snprintf(c->prepared.scale_reason, sizeof c->prepared.scale_reason, "%s", text);
    if ((text = mg__json_text(mg__json_member(root, "details"))) != NULL)
        snprintf(c->found.details, sizeof c->found.details, "%s", text);
    if ((text = mg__json_text(mg__json_member(root, "k_reason"))) != NULL) snprintf(c->k_reason, sizeof c->k_reason, "%s", text);
    c->centre = mg__alloc_array(r->context, (size_t)c->found.k + 1, (size_t)columns * sizeof *c->centre);
    if (!c->centre) return MG_OUT_OF_MEMORY;
    for (int64_t i = 0; i < c->found.k * columns; i++) c->centre[i] = c->found.centre[i] + c->prepared.points.mean[i % columns];
    return MG_OK;
}

static mg_status read_all(const reading *r) {
    char who[512];
    mg_status status = check_file(r);
    if (status == MG_OK) status = read_encoder(r);
    if (status != MG_OK) return status;
    const char *text = mg__safetensors_metadata(r->file, KEY_CLUSTERING);
    if (!text) return bad(r, "its metadata says nothing of groups");
    snprintf(who, sizeof who, "%s: clustering", r->path);
    mg__json_document *document = mg__json_parse(r->context, who, text, strlen(text));
    if (!document) return mg_context_status(r->context);
    status = read_clustering(r, mg__json_root(document));
    mg__json_destroy(document);
    if (status == MG_OK) mg__cluster_describe(r->clustering);
    return status;
}

/* Takes the file. */
static mg_clustering *read_file(mg_context *context, const char *path, mg__safetensors *file) {
    if (!file) return NULL;
    reading r = { context, path, file, mg__alloc_zero(context, sizeof *r.clustering) };
    if (r.clustering) r.clustering->context = context;
    if (r.clustering && read_all(&r) != MG_OK) {
        mg_clustering_destroy(r.clustering);
        r.clustering = NULL;
    }
    mg__safetensors_destroy(file);
    return r.clustering;
}

mg_clustering *mg__clustering_parse(mg_context *context, const char *path, const void *bytes, size_t length) {
    return read_file(context, path, mg__safetensors_parse(context, path, bytes, length));
}

mg_clustering *mg_clustering_load(mg_context *context, const char *path) {
    return context && path ? read_file(context, path, mg__safetensors_read(context, path)) : NULL;
}
