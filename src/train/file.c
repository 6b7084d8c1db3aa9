/* The model file: weights as tensors of a safetensors file, everything else as strings in its metadata. docs/model-format.md. */
#include "interop/file.h"
#include "data/encoder.h"
#include "interop/json.h"
#include "interop/safetensors.h"
#include "train/file_kind.h"
#include "train/model.h"
#include "train/temperature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Raised when an older library could no longer read what is written, or would answer otherwise; those before are read as well. A
 * file has the lowest that says what it holds. */
#define FORMAT            3
#define FORMAT_UNTEMPERED 2

#define KEY_FORMAT   "micrograd.format"
#define KEY_VERSION  "micrograd.version"
#define KEY_NETWORK  "micrograd.network"
#define KEY_LOSS     "micrograd.loss"
#define KEY_ENCODER  "micrograd.encoder"
#define KEY_TRAINING "micrograd.training"
#define KEY_MEMBERS  "micrograd.members"
#define RESIDUALS    "held_out.residuals" /* not of the network: what intervals are made of */

/* --- writing ----------------------------------------------------------------------------------------- */

static void put_intervals(mg__json_writer *w, const mg_intervals *intervals, mg_task task) {
    mg__json_put_key(w, "intervals");
    mg__json_put_object(w);
    for (int i = 0; mg_metric_row(i); i++) {
        const mg_metric *metric = mg_metric_row(i);
        mg_interval interval = mg_metric_interval(metric, intervals);
        if (metric->task != task || isnan(interval.low)) continue;
        mg__json_put_key(w, metric->name);
        mg__json_put_array(w);
        mg__json_put_number(w, interval.low);
        mg__json_put_number(w, interval.high);
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_scores(mg__json_writer *w, const char *key, const mg_scores *scores, mg_task task) {
    mg__json_put_key(w, key);
    if (scores->rows == 0) {
        mg__json_put_null(w);
        return;
    }
    mg__json_put_object(w);
    mg__json_put_key(w, "rows");
    mg__json_put_integer(w, scores->rows);
    for (int i = 0; mg_metric_row(i); i++) {
        const mg_metric *metric = mg_metric_row(i);
        if (metric->task != task) continue;
        mg__json_put_key(w, metric->name);
        mg__json_put_number(w, mg_metric_value(metric, scores));
    }
    mg__json_put_end(w);
}

/* Text that was not given says nothing; target and model are told elsewhere. */
static bool is_recorded(const mg_option *row, const mg_train_options *options) {
    if (!mg_setting_of_training(row) || row->flags & MG_OPTION_UNRECORDED || !strcmp(row->name, "target") ||
        !strcmp(row->name, "model"))
        return false;
    char text[2];
    return row->type != MG_OPTION_TEXT || mg_option_get(row, options, text, sizeof text) > 0;
}

static void put_choices(mg__json_writer *w, const mg_model *model) {
    mg__json_put_key(w, "choices");
    mg__json_put_array(w);
    for (size_t i = 0; i < model->notes.choices.count; i++) {
        const mg_choice *choice = &model->notes.choices.item[i];
        const char *const members[][2] = { { "setting", choice->setting },
                                           { "value", choice->value },
                                           { "reason", choice->reason } };
        mg__json_put_object(w);
        for (int k = 0; k < 3; k++) {
            mg__json_put_key(w, members[k][0]);
            mg__json_put_string(w, members[k][1]);
        }
        mg__json_put_end(w);
    }
    mg__json_put_end(w);
}

static void put_options(mg__json_writer *w, const mg_train_options *options) {
    mg__json_put_key(w, "options");
    mg__json_put_object(w);
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char text[MG_OPTION_MESSAGE_BYTES];
        if (!is_recorded(row, options)) continue;
        mg_option_get(row, options, text, sizeof text);
        mg__json_put_key(w, row->name);
        mg__json_put_string(w, text);
    }
    mg__json_put_end(w);
}

/* Time is left out: the same data and seed give the same file. */
static void put_result(mg__json_writer *w, const mg_result *result, mg_task task) {
    mg__json_put_key(w, "result");
    mg__json_put_object(w);
    mg__json_put_key(w, "epochs");
    mg__json_put_integer(w, result->epochs);
    mg__json_put_key(w, "best_epoch");
    mg__json_put_integer(w, result->best_epoch);
    mg__json_put_key(w, "stopped");
    mg__json_put_string(w, mg_stop_name(result->stopped));
    mg__json_put_key(w, "metrics");
    mg__json_put_object(w);
    put_scores(w, "train", &result->train, task);
    put_scores(w, "validation", &result->validation, task);
    put_scores(w, "test", &result->test, task);
    mg__json_put_end(w);
    put_intervals(w, &result->intervals, task);
    put_scores(w, "baseline", &result->baseline, task);
    put_scores(w, "linear", &result->linear, task);
    mg__json_put_end(w);
}

static char *training_json(const mg_model *model) {
    mg__json_writer w = mg__json_writer_begin(model->context);
    mg__json_put_object(&w);
    put_options(&w, &model->options);
    put_choices(&w, model);
    mg__json_put_key(&w, "threshold");
    mg__json_put_number(&w, model->threshold);
    mg__json_put_key(&w, "temperature");
    mg__json_put_number(&w, model->temperature);
    mg__json_put_key(&w, "residual_rows");
    mg__json_put_integer(&w, model->residual_rows);
    put_result(&w, &model->result, model->task);
    mg__json_put_end(&w);
    return mg__json_writer_finish(&w, NULL);
}

static char *encoder_json(const mg_model *model) {
    mg__json_writer w = mg__json_writer_begin(model->context);
    mg__encoder_write(model->encoder, &w);
    return mg__json_writer_finish(&w, NULL);
}

/* A parameter's name in the file: with several members, the member goes before it. */
static const char *tensor_name(const mg_model *model, int64_t member, const char *name, char out[320]) {
    size_t used = 0;
    if (model->members == 1) return name;
    mg__append(out, 320, &used, "member%lld.%s", (long long)member + 1, name);
    return out;
}

static void describe_tensor(const mg_parameters *parameters, int index, const char *name, mg__safetensor *out) {
    mg_tensor value = mg_parameters_value(parameters, index);
    *out = (mg__safetensor){ .name = name, .dtype = mg__st_dtype_of(value.dtype), .rank = value.rank, .data = value.data };
    memcpy(out->shape, value.shape, sizeof out->shape);
}

/* All members' parameters and the residuals; names of several members are put into `names`. */
static size_t describe_tensors(const mg_model *model, mg__safetensor *tensors, char (*names)[320]) {
    size_t count = 0;
    for (int64_t m = 0; m < model->members; m++) {
        const mg_parameters *parameters = model->member[m].parameters;
        for (int i = 0; i < mg_parameters_count(parameters); i++, count++) {
            const char *name = tensor_name(model, m, mg_parameters_entry(parameters, i)->name, names[count]);
            describe_tensor(parameters, i, name, &tensors[count]);
        }
    }
    if (model->residual_count > 0)
        tensors[count++] = (mg__safetensor){
            .name = RESIDUALS, .dtype = MG__ST_F32, .rank = 1, .shape = { model->residual_count }, .data = model->residuals
        };
    return count;
}

static mg_status write_file(mg_model *model, const char *path, const char *encoder, const char *training) {
    char format[16], members[24];
    size_t most = (size_t)model->members * (size_t)mg_parameters_count(model->member[0].parameters) + 1;
    mg__safetensor *tensors = mg__alloc_array(model->context, most, sizeof *tensors);
    char(*names)[320] = mg__alloc_array(model->context, most, sizeof *names);
    mg_status status = tensors && names ? MG_OK : MG_OUT_OF_MEMORY;
    snprintf(format, sizeof format, "%d", model->temperature != 1 ? FORMAT : FORMAT_UNTEMPERED);
    snprintf(members, sizeof members, "%lld", (long long)model->members);
    const mg__pair metadata[] = {
        { KEY_FORMAT, format },          { KEY_VERSION, model->version }, { KEY_NETWORK, mg_network_text(model->network) },
        { KEY_LOSS, model->loss->name }, { KEY_ENCODER, encoder },        { KEY_TRAINING, training },
        { KEY_MEMBERS, members },
    };
    if (status == MG_OK) {
        size_t count = describe_tensors(model, tensors, names);
        status = mg__safetensors_write(model->context, path, tensors, count, metadata, sizeof metadata / sizeof *metadata);
    }
    mg__free(model->context, names);
    mg__free(model->context, tensors);
    return status;
}

mg_status mg_model_save(mg_model *model, const char *path) {
    if (!model || !mg__model_is_trained(model)) return MG_INVALID;
    char *encoder = encoder_json(model), *training = training_json(model);
    mg_status status = encoder && training ? write_file(model, path, encoder, training) : MG_OUT_OF_MEMORY;
    mg__free(model->context, encoder);
    mg__free(model->context, training);
    return status;
}

mg_status mg_model_can_save(mg_context *context, const char *path) { return mg__file_writable(context, path); }

/* --- reading ----------------------------------------------------------------------------------------- */

typedef struct reading {
    mg_context *context;
    const char *path;
    const mg__safetensors *file;
    mg_model *model;
} reading;

/* An error of a deeper floor, as one of this file. */
static mg_status blame_file(const reading *r, mg_status status) {
    if (status == MG_OUT_OF_MEMORY || status == MG_FORMAT || status == MG_OK) return status;
    char message[MG__MESSAGE_BYTES];
    snprintf(message, sizeof message, "%s", mg_context_message(r->context));
    return mg__fail(r->context, MG_FORMAT, "%s: %s", r->path, message);
}

static const char *metadata(const reading *r, const char *key) {
    const char *value = mg__safetensors_metadata(r->file, key);
    if (!value) mg__fail(r->context, MG_FORMAT, "%s: its metadata has no '%s'; this is no model of micrograd", r->path, key);
    return value;
}

static mg_status read_version(const reading *r) {
    const char *format = metadata(r, KEY_FORMAT), *version = format ? metadata(r, KEY_VERSION) : NULL;
    if (!version) return MG_FORMAT;
    snprintf(r->model->version, sizeof r->model->version, "%s", version);
    for (int known = 1; known <= FORMAT; known++) {
        char text[16];
        snprintf(text, sizeof text, "%d", known);
        if (!strcmp(format, text)) return MG_OK;
    }
    return mg__fail(r->context, MG_FORMAT,
                    "%s: the model has format '%.20s' (written by micrograd %.20s); this library, %s, reads formats up to %d",
                    r->path, format, version, mg_version(), FORMAT);
}

static mg_status read_encoder(const reading *r) {
    char who[512];
    const char *text = metadata(r, KEY_ENCODER);
    if (!text) return MG_FORMAT;
    snprintf(who, sizeof who, "%s: encoder", r->path);
    mg__json_document *document = mg__json_parse(r->context, who, text, strlen(text));
    if (!document) return mg_context_status(r->context);
    mg_model *model = r->model;
    model->encoder = mg__encoder_read(r->context, who, mg__json_root(document));
    mg__json_destroy(document);
    if (!model->encoder) return mg_context_status(r->context);
    model->task = mg_encoder_task(model->encoder);
    if (model->task == MG_TASK_AUTO || !mg_encoder_target(model->encoder)) {
        return mg__fail(r->context, MG_FORMAT, "%s has no target", who);
    }
    model->target = mg__strdup(r->context, mg_encoder_target(model->encoder));
    return model->target ? MG_OK : MG_OUT_OF_MEMORY;
}

static mg_status read_network(const reading *r) {
    const char *text = metadata(r, KEY_NETWORK), *loss = text ? metadata(r, KEY_LOSS) : NULL;
    if (!loss) return MG_FORMAT;
    r->model->network = mg_network_parse(r->context, text);
    if (!r->model->network) return blame_file(r, mg_context_status(r->context));
    r->model->loss = mg__head_loss(r->model, loss);
    return r->model->loss ? MG_OK : blame_file(r, mg_context_status(r->context));
}

/* Files of format 1 hold one network. */
static mg_status read_members(const reading *r) {
    const char *text = mg__safetensors_metadata(r->file, KEY_MEMBERS);
    int64_t count = 0;
    for (const char *c = text ? text : "1"; *c; c++) {
        if (*c < '0' || *c > '9' || (count = count * 10 + *c - '0') > 64) count = -1;
        if (count < 0) break;
    }
    if (count < 1) return mg__fail(r->context, MG_FORMAT, "%s: '%.20s' members; wanted 1 to 64", r->path, text);
    r->model->member = mg__alloc_array(r->context, (size_t)count, sizeof *r->model->member);
    if (!r->model->member) return MG_OUT_OF_MEMORY;
    r->model->members = count;
    return MG_OK;
}

static mg_status check_tensor(const reading *r, int64_t member, const mg_parameter *entry) {
    char name[320];
    const mg__safetensor *tensor = mg__safetensors_find(r->file, tensor_name(r->model, member, entry->name, name));
    if (!tensor) return mg__fail(r->context, MG_FORMAT, "%s: the tensor '%s' of the network is not there", r->path, entry->name);
    bool same = tensor->dtype == MG__ST_F32 && tensor->rank == entry->rank;
    for (int d = 0; same && d < entry->rank; d++) same = tensor->shape[d] == entry->shape[d];
    if (same) return MG_OK;
    return mg__fail(r->context, MG_FORMAT, "%s: the tensor '%s' has another shape or type than the network gives it", r->path,
                    entry->name);
}

/* Does the file hold exactly what the network declares? Asked before anything is allocated for it. */
static mg_status check_tensors(const reading *r, const mg_parameters *parameters) {
    int64_t count = mg_parameters_count(parameters), extra = mg__safetensors_find(r->file, RESIDUALS) != NULL;
    if (count * r->model->members + extra != (int64_t)r->file->tensor_count) {
        return mg__fail(r->context, MG_FORMAT, "%s: it holds %zu tensors, but the network '%.80s' has %lld", r->path,
                        r->file->tensor_count - (size_t)extra, mg_network_text(r->model->network),
                        (long long)(count * r->model->members));
    }
    mg_status status = MG_OK;
    for (int64_t m = 0; m < r->model->members && status == MG_OK; m++)
        for (int i = 0; i < count && status == MG_OK; i++) status = check_tensor(r, m, mg_parameters_entry(parameters, i));
    return status;
}

static mg_status read_member(const reading *r, int64_t member) {
    mg_model *model = r->model;
    mg_parameters *parameters = mg_parameters_create(r->context, MG_F32);
    mg__build build = { .batch = 1, .init = MG_INIT_zeros };
    model->member[member].parameters = parameters;
    mg_status status = parameters ? blame_file(r, mg__build_network(model, parameters, &build)) : MG_OUT_OF_MEMORY;
    mg_graph_destroy(build.graph);
    if (status == MG_OK && member == 0) status = check_tensors(r, parameters);
    if (status == MG_OK) {
        mg_parameters_set_init(parameters, "*", MG_INIT_zeros, 0); /* what is overwritten needs no orthogonal matrix */
        status = mg_parameters_freeze(parameters, 0);
    }
    for (int i = 0; status == MG_OK && i < mg_parameters_count(parameters); i++) {
        char name[320];
        mg_tensor value = mg_parameters_value(parameters, i);
        const char *wanted = tensor_name(model, member, mg_parameters_entry(parameters, i)->name, name);
        memcpy(value.data, mg__safetensors_find(r->file, wanted)->data, mg_tensor_bytes(&value));
    }
    if (status == MG_OK) mg_parameters_touch(parameters);
    return status;
}

static mg_status read_residuals(const reading *r) {
    const mg__safetensor *tensor = mg__safetensors_find(r->file, RESIDUALS);
    mg_model *model = r->model;
    if (!tensor) return MG_OK;
    if (tensor->dtype != MG__ST_F32 || tensor->rank != 1)
        return mg__fail(r->context, MG_FORMAT, "%s: '%s' is no list of f32 numbers", r->path, RESIDUALS);
    model->residuals = mg__alloc_array(r->context, (size_t)tensor->shape[0], sizeof *model->residuals);
    if (!model->residuals) return MG_OUT_OF_MEMORY;
    model->residual_count = tensor->shape[0];
    memcpy(model->residuals, tensor->data, (size_t)tensor->shape[0] * sizeof *model->residuals);
    for (int64_t i = 0; i < model->residual_count; i++)
        if (!(model->residuals[i] >= (i > 0 ? model->residuals[i - 1] : 0)))
            return mg__fail(r->context, MG_FORMAT, "%s: '%s' is not in ascending order", r->path, RESIDUALS);
    return MG_OK;
}

static mg_status read_weights(const reading *r) {
    mg_status status = read_members(r);
    for (int64_t m = 0; status == MG_OK && m < r->model->members; m++) status = read_member(r, m);
    return status == MG_OK ? read_residuals(r) : status;
}

/* --- how it was trained: what is not understood is left at its default, for a later version may say more --- */

static mg_status read_options(mg_model *model, const mg__json *object) {
    char message[MG_OPTION_MESSAGE_BYTES];
    mg_train_options *options = &model->options;
    *options = mg_train_defaults();
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        const char *text = mg__json_text(mg__json_member(object, row->name));
        if (text && mg_setting_of_training(row)) mg_option_set(row, options, text, message);
    }
    options->target = model->target;
    options->model = mg_network_text(model->network);
    const char **texts[] = { &options->split, &options->drop,    &options->weight,  &options->class_weight,
                             &options->image, &options->augment, &options->schedule };
    mg_status status = MG_OK; /* a text that was not kept must not be looked at: the document goes */
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        if (status == MG_OK) status = mg__model_keep_text(model, texts[i]);
        if (status != MG_OK) *texts[i] = NULL;
    }
    return status;
}

static void read_choices(mg_model *model, const mg__json *list) {
    for (const mg__json *c = list && list->kind == MG__JSON_ARRAY ? list->first : NULL; c; c = c->next) {
        const char *setting = mg__json_text(mg__json_member(c, "setting")), *value = mg__json_text(mg__json_member(c, "value"));
        const char *reason = mg__json_text(mg__json_member(c, "reason"));
        if (setting && value && reason) mg__model_choose(model, setting, reason, "%s", value);
    }
    mg__model_publish(model);
}

static mg_scores read_scores(const mg__json *object) {
    mg_scores scores = mg_scores_none();
    mg__json_int64(mg__json_member(object, "rows"), &scores.rows);
    for (int i = 0; mg_metric_row(i); i++) {
        double *field = mg__metric_field(mg_metric_row(i), &scores);
        mg__json_double(mg__json_member(object, mg_metric_row(i)->name), field);
    }
    return scores;
}

static mg_intervals read_intervals(const mg__json *object) {
    mg_intervals intervals = mg_intervals_none();
    for (int i = 0; mg_metric_row(i); i++) {
        const mg__json *pair = mg__json_member(object, mg_metric_row(i)->name);
        mg_interval *field = mg__interval_field(mg_metric_row(i), &intervals), read;
        if (pair && pair->kind == MG__JSON_ARRAY && pair->count == 2 && mg__json_double(pair->first, &read.low) &&
            mg__json_double(pair->first->next, &read.high))
            *field = read;
    }
    return intervals;
}

static mg_stop stop_named(const char *name) {
#define STOP_FIND(id, text, doc) \
    if (name && !strcmp(name, text)) return MG_STOP_##id;
    MG_STOP_TABLE(STOP_FIND)
#undef STOP_FIND
    return MG_STOP_NONE;
}

static void read_result(mg_model *model, const mg__json *object) {
    const mg__json *metrics = mg__json_member(object, "metrics");
    mg_result *result = &model->result;
    mg__json_int64(mg__json_member(object, "epochs"), &result->epochs);
    mg__json_int64(mg__json_member(object, "best_epoch"), &result->best_epoch);
    result->stopped = stop_named(mg__json_text(mg__json_member(object, "stopped")));
    result->train = read_scores(mg__json_member(metrics, "train"));
    result->validation = read_scores(mg__json_member(metrics, "validation"));
    result->test = read_scores(mg__json_member(metrics, "test"));
    result->intervals = read_intervals(mg__json_member(object, "intervals"));
    result->baseline = read_scores(mg__json_member(object, "baseline"));
    result->linear = read_scores(mg__json_member(object, "linear"));
    result->members = model->members;
    result->threshold = model->threshold;
    result->temperature = model->temperature;
    result->parameters = mg_parameters_learned(model->member[0].parameters);
    result->batch = model->options.batch;
}

/* How many held-out rows the residuals stand for. */
static mg_status read_residual_rows(const reading *r, const mg__json *number) {
    mg_model *model = r->model;
    int64_t rows = model->residual_count;
    mg__json_int64(number, &rows);
    if (rows < model->residual_count || rows > (int64_t)1 << 53)
        return mg__fail(r->context, MG_FORMAT, "%s: training: %lld residuals of %lld rows", r->path,
                        (long long)model->residual_count, (long long)rows);
    model->residual_rows = rows;
    return MG_OK;
}

/* Absent before format 3. */
static mg_status read_temperature(const reading *r, const mg__json *number) {
    double *temperature = &r->model->temperature;
    mg__json_double(number, temperature);
    if (*temperature == 1) return MG_OK;
    if (r->model->task == MG_TASK_CLASSIFICATION && *temperature >= MG__TEMPERATURE_LOWEST &&
        *temperature <= MG__TEMPERATURE_HIGHEST)
        return MG_OK;
    return mg__fail(r->context, MG_FORMAT, "%s: training: a temperature of %g; wanted 1, or of classes %g to %g", r->path,
                    *temperature, MG__TEMPERATURE_LOWEST, MG__TEMPERATURE_HIGHEST);
}

static mg_status read_training(const reading *r) {
    char who[512];
    const char *text = metadata(r, KEY_TRAINING);
    if (!text) return MG_FORMAT;
    snprintf(who, sizeof who, "%s: training", r->path);
    mg__json_document *document = mg__json_parse(r->context, who, text, strlen(text));
    if (!document) return mg_context_status(r->context);
    const mg__json *root = mg__json_root(document);
    mg_status status = read_options(r->model, mg__json_member(root, "options"));
    if (status == MG_OK) status = read_temperature(r, mg__json_member(root, "temperature"));
    if (status == MG_OK) status = read_residual_rows(r, mg__json_member(root, "residual_rows"));
    if (status == MG_OK) {
        r->model->options.loss = r->model->loss->name;
        r->model->options.members = r->model->members;
        mg__json_double(mg__json_member(root, "threshold"), &r->model->threshold);
        read_choices(r->model, mg__json_member(root, "choices"));
        read_result(r->model, mg__json_member(root, "result"));
    }
    mg__json_destroy(document);
    return status;
}

/* A model of ours always has its checksum: a damaged name of it is damage too. */
static mg_status verify_content(const reading *r) {
    if (mg__safetensors_metadata(r->file, MG__SAFETENSORS_CHECKSUM)) return mg__safetensors_verify(r->file);
    return mg__fail(r->context, MG_FORMAT, "%s: has no '%s': the file is damaged, or no model of micrograd's; train it again",
                    r->path, MG__SAFETENSORS_CHECKSUM);
}

static mg_status read_all(const reading *r, bool verify) {
    mg_status status = mg__file_expect_kind(r->file, "network");
    if (status == MG_OK && verify) status = verify_content(r);
    if (status == MG_OK) status = read_version(r);
    if (status == MG_OK) status = read_encoder(r);
    if (status == MG_OK) status = read_network(r);
    if (status == MG_OK) status = read_weights(r);
    if (status == MG_OK) status = read_training(r);
    return status;
}

/* Takes the file over. */
static mg_model *read_model(mg_context *context, const char *path, mg__safetensors *file, bool verify) {
    if (!file) return NULL;
    reading r = { context, path, file, mg__model_new(context) };
    if (r.model && read_all(&r, verify) != MG_OK) {
        mg_model_destroy(r.model);
        r.model = NULL;
    }
    mg__safetensors_destroy(file);
    return r.model;
}

mg_model *mg_model_load(mg_context *context, const char *path) {
    if (!context || !path) return NULL;
    return read_model(context, path, mg__safetensors_read(context, path), true);
}

mg_model *mg__model_parse(mg_context *context, const char *path, const void *bytes, size_t length, bool verify) {
    return read_model(context, path, mg__safetensors_parse(context, path, bytes, length), verify);
}
