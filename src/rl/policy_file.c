/* The policy file: weights and scales as tensors of a safetensors file, the rest as one string of JSON. docs/model-format.md. */
#include "interop/json.h"
#include "rl/policy.h"
#include "train/file_kind.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FORMAT      "1"
#define KEY_FORMAT  "micrograd.format"
#define KEY_VERSION "micrograd.version"
#define KEY_POLICY  "micrograd.policy"
#define MEAN        "observation.mean"
#define VARIANCE    "observation.variance"
#define LOW         "action.low"
#define HIGH        "action.high"

enum { EXTRAS = 4 }; /* tensors that are not of the network */

/* --- writing ----------------------------------------------------------------------------------------- */

static char *describe(const mg_policy *p) {
    mg__json_writer w = mg__json_writer_begin(p->context);
    const char *const texts[][2] = { { "environment", p->environment },
                                     { "algorithm", p->algorithm },
                                     { "acts", p->head->name },
                                     { "model", mg_network_text(p->network) } };
    const struct {
        const char *key;
        int64_t value;
    } counts[] = { { "observations", p->observations },
                   { "states", p->states },
                   { "actions", p->actions },
                   { "action_numbers", p->action_numbers } };
    mg__json_put_object(&w);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mg__json_put_key(&w, texts[i][0]);
        mg__json_put_string(&w, texts[i][1]);
    }
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        mg__json_put_key(&w, counts[i].key);
        mg__json_put_integer(&w, counts[i].value);
    }
    mg__json_put_end(&w);
    return mg__json_writer_finish(&w, NULL);
}

static mg__safetensor list(const char *name, mg__st_dtype dtype, int64_t count, const void *data) {
    return (mg__safetensor){ .name = name, .dtype = dtype, .rank = 1, .shape = { count }, .data = data };
}

static mg_status write_file(const mg_policy *p, const char *path, const char *description) {
    const mg__normaliser *n = &p->normaliser;
    double variance[MG_ENVIRONMENT_NUMBERS];
    size_t entries = (size_t)mg_parameters_count(p->parameters), count = 0;
    mg__safetensor *tensor = mg__alloc_array(p->context, entries + EXTRAS, sizeof *tensor);
    if (!tensor) return MG_OUT_OF_MEMORY;
    for (; count < entries; count++) {
        mg_tensor value = mg_parameters_value(p->parameters, (int)count);
        tensor[count] = (mg__safetensor){ .name = mg_parameters_entry(p->parameters, (int)count)->name,
                                          .dtype = mg__st_dtype_of(value.dtype),
                                          .rank = value.rank,
                                          .data = value.data };
        memcpy(tensor[count].shape, value.shape, sizeof tensor[count].shape);
    }
    for (int64_t k = 0; k < n->numbers; k++) variance[k] = n->count > 0 ? n->square[k] / n->count : 1;
    if (n->numbers > 0) {
        tensor[count++] = list(MEAN, MG__ST_F64, n->numbers, n->mean);
        tensor[count++] = list(VARIANCE, MG__ST_F64, n->numbers, variance);
    }
    if (p->actions == 0) {
        tensor[count++] = list(LOW, MG__ST_F32, p->action_numbers, p->low);
        tensor[count++] = list(HIGH, MG__ST_F32, p->action_numbers, p->high);
    }
    const mg__pair pairs[] = {
        { MG__KEY_KIND, "policy" }, { KEY_FORMAT, FORMAT }, { KEY_VERSION, mg_version() }, { KEY_POLICY, description }
    };
    mg_status status = mg__safetensors_write(p->context, path, tensor, count, pairs, sizeof pairs / sizeof *pairs);
    mg__free(p->context, tensor);
    return status;
}

mg_status mg_policy_save(mg_policy *p, const char *path) {
    if (!p || !path) return MG_INVALID;
    char *description = describe(p);
    mg_status status = description ? write_file(p, path, description) : MG_OUT_OF_MEMORY;
    mg__free(p->context, description);
    return status;
}

/* --- reading ----------------------------------------------------------------------------------------- */

typedef struct reading {
    mg_context *context;
    const char *path;
    mg__safetensors *file;
    mg_policy *policy;
} reading;

static mg_status refuse(const reading *r, const char *what) {
    return mg__fail(r->context, MG_FORMAT, "%s: %s; the file is damaged, learn the policy again", r->path, what);
}

static bool is_count(const mg__json *object, const char *key, int64_t low, int64_t high, int64_t *out) {
    return mg__json_int64(mg__json_member(object, key), out) && *out >= low && *out <= high;
}

/* What the description says, as an environment from which a policy can be made. */
static mg_status read_description(reading *r, const mg__json *root) {
    enum { MOST_STATES = 1 << 20 };
    static const float none[MG_ENVIRONMENT_NUMBERS];
    const char *environment = mg__json_text(mg__json_member(root, "environment"));
    const char *algorithm = mg__json_text(mg__json_member(root, "algorithm")),
               *model = mg__json_text(mg__json_member(root, "model"));
    const mg__head *head = mg__head_find(mg__json_text(mg__json_member(root, "acts")));
    mg_environment row = { .name = environment, .action_low = none, .action_high = none };
    size_t used = 0;
    if (!environment || !algorithm || !model || !head) return refuse(r, "its description lacks a name");
    bool counts = is_count(root, "observations", 1, MG_ENVIRONMENT_NUMBERS, &row.observations) &&
                  is_count(root, "states", 0, MOST_STATES, &row.states) &&
                  is_count(root, "actions", 0, MG_ENVIRONMENT_NUMBERS, &row.actions) &&
                  is_count(root, "action_numbers", 1, MG_ENVIRONMENT_NUMBERS, &row.action_numbers);
    if (!counts || head->counted != (row.actions > 0) || (row.states > 0 && row.observations != 1))
        return refuse(r, "its counts of observations and actions cannot be");
    r->policy = mg__policy_create(r->context, &row, head, model);
    if (!r->policy) return mg__fail(r->context, MG_FORMAT, "%s: %s", r->path, mg_context_message(r->context));
    mg__append(r->policy->algorithm, sizeof r->policy->algorithm, &used, "%s", algorithm);
    return MG_OK;
}

/* A list of `count` finite numbers. */
static mg_status read_list(const reading *r, const char *name, mg__st_dtype dtype, int64_t count, void *out) {
    const mg__safetensor *tensor = mg__safetensors_find(r->file, name);
    if (!tensor || tensor->dtype != dtype || tensor->rank != 1 || tensor->shape[0] != count)
        return mg__fail(r->context, MG_FORMAT, "%s: '%s' is not the list of %lld numbers that it should be", r->path, name,
                        (long long)count);
    memcpy(out, tensor->data, (size_t)count * mg__st_dtype_size(dtype));
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(dtype == MG__ST_F64 ? ((const double *)out)[i] : (double)((const float *)out)[i]))
            return mg__fail(r->context, MG_FORMAT, "%s: '%s' holds a number that is not finite", r->path, name);
    return MG_OK;
}

static mg_status read_scales(reading *r, size_t *tensors) {
    mg_policy *p = r->policy;
    mg_status status = MG_OK;
    if (mg__safetensors_find(r->file, MEAN)) {
        mg__normaliser *n = &p->normaliser;
        *n = mg__normaliser_begin(p->observations);
        n->count = 1; /* so that `square` is the variance */
        status = read_list(r, MEAN, MG__ST_F64, p->observations, n->mean);
        if (status == MG_OK) status = read_list(r, VARIANCE, MG__ST_F64, p->observations, n->square);
        for (int64_t k = 0; k < p->observations && status == MG_OK; k++)
            if (n->square[k] < 0) status = refuse(r, "a variance is negative");
        mg__normaliser_refresh(n);
        *tensors += 2;
    }
    if (p->actions > 0 || status != MG_OK) return status;
    *tensors += 2;
    status = read_list(r, LOW, MG__ST_F32, p->action_numbers, p->low);
    return status == MG_OK ? read_list(r, HIGH, MG__ST_F32, p->action_numbers, p->high) : status;
}

/* Does the file hold what the network declares? Asked before anything is allocated for it. */
static mg_status check_entry(const reading *r, int index) {
    const mg_parameter *entry = mg_parameters_entry(r->policy->parameters, index);
    const mg__safetensor *tensor = mg__safetensors_find(r->file, entry->name);
    bool same = tensor && tensor->dtype == MG__ST_F32 && tensor->rank == entry->rank;
    for (int d = 0; same && d < entry->rank; d++) same = tensor->shape[d] == entry->shape[d];
    if (same) return MG_OK;
    return mg__fail(r->context, MG_FORMAT, "%s: the tensor '%s' is not there, or not as the network has it", r->path,
                    entry->name);
}

static void copy_entry(const reading *r, int index) {
    mg_tensor value = mg_parameters_value(r->policy->parameters, index);
    memcpy(value.data, mg__safetensors_find(r->file, mg_parameters_entry(r->policy->parameters, index)->name)->data,
           mg_tensor_bytes(&value));
}

/* The deviations are for learning alone: a policy that acts needs none, but goes on having them. */
static mg_status declare_extras(const reading *r) {
    mg_policy *p = r->policy;
    if (!mg__safetensors_find(r->file, "log_deviation")) return MG_OK;
    int entry = mg_parameters_add(p->parameters, "log_deviation", MG_GAIN, 1, (int64_t[]){ p->action_numbers }, MG_INIT_zeros, 0);
    return entry >= 0 ? MG_OK : mg_context_status(r->context);
}

static mg_status read_weights(reading *r) {
    mg_policy *p = r->policy;
    mg_graph *graph = mg_graph_create(r->context, MG_STAGED);
    if (!graph) return MG_OUT_OF_MEMORY;
    mg_node *x = mg_input(graph, "observation", MG_F32, 2, (int64_t[]){ 1, mg__policy_inputs(p) });
    mg__policy_build(p, x, p->parameters, mg__policy_outputs(p));
    mg_status status = mg_graph_status(graph);
    mg_graph_destroy(graph);
    if (status == MG_OK) status = declare_extras(r);
    if (status != MG_OK) return mg__fail(r->context, MG_FORMAT, "%s: %s", r->path, mg_context_message(r->context));
    size_t tensors = (size_t)mg_parameters_count(p->parameters);
    status = read_scales(r, &tensors);
    if (status == MG_OK && tensors != r->file->tensor_count) status = refuse(r, "it holds other tensors than its network has");
    for (int i = 0; status == MG_OK && i < mg_parameters_count(p->parameters); i++) status = check_entry(r, i);
    if (status != MG_OK) return status;
    mg_parameters_set_init(p->parameters, "*", MG_INIT_zeros, 0); /* what is overwritten needs no orthogonal matrix */
    status = mg_parameters_freeze(p->parameters, 0);
    for (int i = 0; status == MG_OK && i < mg_parameters_count(p->parameters); i++) copy_entry(r, i);
    if (status == MG_OK) mg_parameters_touch(p->parameters);
    return status;
}

static mg_status verify_content(const reading *r) {
    if (!mg__safetensors_metadata(r->file, MG__SAFETENSORS_CHECKSUM)) return refuse(r, "it has no checksum");
    return mg__safetensors_verify(r->file);
}

static mg_status read_all(reading *r, bool verify) {
    mg_status status = mg__file_expect_kind(r->file, "policy");
    if (status == MG_OK && verify) status = verify_content(r);
    if (status != MG_OK) return status;
    const char *format = mg__safetensors_metadata(r->file, KEY_FORMAT), *text = mg__safetensors_metadata(r->file, KEY_POLICY);
    if (!format || !text) return refuse(r, "its metadata lack the policy's description");
    if (strcmp(format, FORMAT))
        return mg__fail(r->context, MG_FORMAT, "%s: the policy has format '%.20s'; this library, %s, reads format " FORMAT,
                        r->path, format, mg_version());
    char who[512];
    snprintf(who, sizeof who, "%s: policy", r->path);
    mg__json_document *document = mg__json_parse(r->context, who, text, strlen(text));
    if (!document) return mg_context_status(r->context);
    status = read_description(r, mg__json_root(document));
    mg__json_destroy(document);
    return status == MG_OK ? read_weights(r) : status;
}

/* Takes the file over. */
static mg_policy *read_policy(mg_context *context, const char *path, mg__safetensors *file, bool verify) {
    if (!file) return NULL;
    reading r = { .context = context, .path = path, .file = file };
    if (read_all(&r, verify) != MG_OK) {
        mg_policy_destroy(r.policy);
        r.policy = NULL;
    }
    mg__safetensors_destroy(file);
    return r.policy;
}

mg_policy *mg_policy_load(mg_context *context, const char *path) {
    if (!context || !path) return NULL;
    return read_policy(context, path, mg__safetensors_read(context, path), true);
}

mg_policy *mg__policy_parse(mg_context *context, const char *path, const void *bytes, size_t length, bool verify) {
    return read_policy(context, path, mg__safetensors_parse(context, path, bytes, length), verify);
}
