/* A run's folder: config.json once, history.jsonl line by line. */
#define _POSIX_C_SOURCE 200809L
#include "train/scoring.h"

#include "interop/file.h"
#include "interop/json.h"

#include <micrograd/record.h>

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

typedef struct setting {
    char *name, *value;
} setting;

struct mg_record {
    mg_context *context;
    char *folder, *data;
    setting *setting;
    size_t settings, setting_capacity;
    mg_history history;
    mg_epoch *epoch;
    size_t epoch_capacity;
    mg_health *health;
    size_t health_capacity;
    mg_layer_health *layer; /* [healths, layers]: health points into it once a refresh is through */
    size_t layer_capacity;
    char **name; /* of layers */
    size_t name_capacity;
    size_t bytes; /* of history.jsonl that were read */
};

#define PATH_BYTES 4200

static void path_of(const mg_record *record, const char *name, char out[PATH_BYTES]) {
    snprintf(out, PATH_BYTES, "%s/%s", record->folder, name);
}

/* --- config.json ------------------------------------------------------------------------------------- */

static mg_status add_setting(mg_record *record, const mg__json *member) {
    if (member->kind == MG__JSON_NULL || member->kind == MG__JSON_ARRAY || member->kind == MG__JSON_OBJECT) return MG_OK;
    const char *text = member->kind == MG__JSON_BOOLEAN ? (member->boolean ? "true" : "false") : member->text;
    if (!mg__grow(record->context, &record->setting, &record->setting_capacity, record->settings + 1, sizeof(setting)))
        return MG_OUT_OF_MEMORY;
    setting *s = &record->setting[record->settings];
    *s = (setting){ mg__strdup(record->context, member->key), mg__strdup(record->context, text) };
    record->settings++;
    return s->name && s->value ? MG_OK : MG_OUT_OF_MEMORY;
}

static const char *file_path(const mg__json *root, const char *name) {
    return mg__json_text(mg__json_member(mg__json_member(mg__json_member(root, "files"), name), "path"));
}

/* The setting is as it was given, from another folder maybe; the file's path goes before. */
static mg_status place_test(mg_record *record, const char *path) {
    for (size_t i = 0; path && i < record->settings; i++) {
        setting *s = &record->setting[i];
        if (strcmp(s->name, "test") != 0) continue;
        mg__free(record->context, s->value);
        s->value = mg__strdup(record->context, path);
        return s->value ? MG_OK : MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

static mg_status read_config(mg_record *record) {
    char path[PATH_BYTES];
    mg__bytes bytes;
    path_of(record, "config.json", path);
    mg_status status = mg__file_read_plain(record->context, path, (size_t)1 << 24, &bytes);
    if (status != MG_OK) return status;
    mg__json_document *document = mg__json_parse(record->context, path, bytes.data, bytes.length);
    mg__free(record->context, bytes.data);
    if (!document) return mg_context_status(record->context);
    const mg__json *root = mg__json_root(document), *settings = mg__json_member(root, "settings");
    const char *data = file_path(root, "data");
    if (root->kind != MG__JSON_OBJECT)
        status = mg__fail(record->context, MG_FORMAT, "%s: is no JSON object, so no run of micrograd's", path);
    if (data && !(record->data = mg__strdup(record->context, data))) status = MG_OUT_OF_MEMORY;
    for (const mg__json *m = settings ? settings->first : NULL; m && status == MG_OK; m = m->next)
        status = add_setting(record, m);
    if (status == MG_OK) status = place_test(record, file_path(root, "test"));
    mg__json_destroy(document);
    return status;
}

/* --- history.jsonl ----------------------------------------------------------------------------------- */

static double number_of(const mg__json *object, const char *key) {
    double value = NAN;
    mg__json_double(mg__json_member(object, key), &value);
    return value;
}

static int64_t integer_of(const mg__json *object, const char *key) {
    int64_t value = 0;
    mg__json_int64(mg__json_member(object, key), &value);
    return value;
}

static void read_scores(const mg__json *object, mg_scores *scores) {
    const mg_metric *row;
    *scores = mg_scores_none();
    if (!object || object->kind != MG__JSON_OBJECT || !object->first) return;
    for (int i = 0; (row = mg_metric_row(i)) != NULL; i++) {
        double value = number_of(object, row->name);
        memcpy((char *)scores + row->offset, &value, sizeof value);
    }
    scores->rows = integer_of(object, "rows");
    if (scores->rows < 1) scores->rows = 1; /* a line need not say how many; there are some */
}

/* The layers' names are those of the first line that has any. */
static mg_status name_layers(mg_record *record, const mg__json *layers) {
    int64_t count = 0;
    if (!mg__grow(record->context, &record->name, &record->name_capacity, layers->count, sizeof *record->name))
        return MG_OUT_OF_MEMORY;
    for (const mg__json *l = layers->first; l; l = l->next) {
        const char *name = mg__json_text(mg__json_member(l, "layer"));
        record->name[count] = mg__strdup(record->context, name ? name : "");
        if (!record->name[count]) return MG_OUT_OF_MEMORY;
        record->history.layers = ++count;
    }
    record->history.layer = (const char *const *)record->name;
    return MG_OK;
}

/* One that is missing or has other bins is as that of no values. */
static void read_histogram(const mg__json *object, mg_histogram *out) {
    const mg__json *bins = mg__json_member(object, "bins");
    mg_histogram h = { .low = number_of(object, "low"), .high = number_of(object, "high") };
    int count = 0;
    *out = (mg_histogram){ .low = NAN, .high = NAN };
    if (!bins || bins->kind != MG__JSON_ARRAY || bins->count != MG_HISTOGRAM_BINS || !(h.low <= h.high)) return;
    for (const mg__json *b = bins->first; b; b = b->next)
        if (!mg__json_int64(b, &h.bin[count]) || h.bin[count++] < 0) return;
    *out = h;
}

static void read_layer(const mg__json *object, mg_layer_health *layer) {
    const mg_health_figure *row;
    for (int i = 0; (row = mg_health_figure_row(i)) != NULL; i++) {
        double value = number_of(object, row->name);
        memcpy((char *)layer + row->offset, &value, sizeof value);
    }
    for (int i = 0; (row = mg_health_histogram_row(i)) != NULL; i++) {
        mg_histogram histogram;
        read_histogram(mg__json_member(object, row->name), &histogram);
        memcpy((char *)layer + row->offset, &histogram, sizeof histogram);
    }
}

static mg_status add_layers(mg_record *record, const mg__json *layers, int64_t epoch, int64_t step) {
    mg_history *h = &record->history;
    if (!layers || layers->kind != MG__JSON_ARRAY || layers->count == 0) return MG_OK;
    if (h->layers == 0 && name_layers(record, layers) != MG_OK) return MG_OUT_OF_MEMORY;
    if ((int64_t)layers->count != h->layers) return MG_OK;
    size_t used = (size_t)(h->healths * h->layers), count = (size_t)h->healths;
    if (!mg__grow(record->context, &record->layer, &record->layer_capacity, used + layers->count, sizeof *record->layer) ||
        !mg__grow(record->context, &record->health, &record->health_capacity, count + 1, sizeof *record->health))
        return MG_OUT_OF_MEMORY;
    for (const mg__json *l = layers->first; l; l = l->next) read_layer(l, &record->layer[used++]);
    record->health[count] = (mg_health){ .epoch = epoch, .step = step };
    h->healths++;
    return MG_OK;
}

static mg_status add_health(mg_record *record, const mg__json *steps, int64_t epoch) {
    mg_status status = MG_OK;
    if (!steps || steps->kind != MG__JSON_ARRAY) return MG_OK;
    for (const mg__json *s = steps->first; s && status == MG_OK; s = s->next)
        status = add_layers(record, mg__json_member(s, "layers"), epoch, integer_of(s, "step"));
    return status;
}

static mg_status add_line(mg_record *record, const char *path, int64_t number, const char *line, size_t length) {
    char who[PATH_BYTES + 40];
    snprintf(who, sizeof who, "%s, line %lld", path, (long long)number);
    mg__json_document *document = mg__json_parse(record->context, who, line, length);
    if (!document) return mg_context_status(record->context);
    const mg__json *root = mg__json_root(document);
    mg_epoch epoch = { .epoch = integer_of(root, "epoch"),
                       .rows = integer_of(root, "rows"),
                       .steps = integer_of(root, "steps"),
                       .seconds = number_of(root, "seconds"),
                       .learning_rate = number_of(root, "learning_rate"),
                       .loss = number_of(root, "loss"),
                       .best_epoch = integer_of(root, "best_epoch") };
    read_scores(mg__json_member(root, "validation"), &epoch.validation);
    mg_status status = MG_OK;
    if (epoch.epoch < 1) status = mg__fail(record->context, MG_FORMAT, "%s: there is no \"epoch\" of 1 or more", who);
    size_t count = (size_t)record->history.epochs;
    if (status == MG_OK && !mg__grow(record->context, &record->epoch, &record->epoch_capacity, count + 1, sizeof epoch))
        status = MG_OUT_OF_MEMORY;
    if (status == MG_OK) {
        record->epoch[count] = epoch;
        record->history.epochs++;
        status = add_health(record, mg__json_member(root, "health"), epoch.epoch);
    }
    mg__json_destroy(document);
    return status;
}

static void forget(mg_record *record) {
    for (int64_t i = 0; i < record->history.layers; i++) mg__free(record->context, record->name[i]);
    record->history = (mg_history){ 0 };
    record->bytes = 0;
}

static mg_status add_lines(mg_record *record, const char *path, const mg__bytes *bytes) {
    mg_status status = MG_OK;
    while (status == MG_OK) {
        const char *line = bytes->data + record->bytes, *end = memchr(line, '\n', bytes->length - record->bytes);
        if (!end) return MG_OK; /* it is being written */
        if (end > line) status = add_line(record, path, record->history.epochs + 1, line, (size_t)(end - line));
        record->bytes = (size_t)(end - bytes->data) + 1;
    }
    return status;
}

mg_status mg_record_refresh(mg_record *record) {
    char path[PATH_BYTES];
    mg__bytes bytes;
    mg_history *h = &record->history;
    path_of(record, "history.jsonl", path);
    if (!mg__file_exists(path)) return forget(record), MG_OK;
    mg_status status = mg__file_read_plain(record->context, path, (size_t)1 << 31, &bytes);
    if (status != MG_OK) return status;
    if (bytes.length < record->bytes) forget(record); /* a resume went back */
    status = add_lines(record, path, &bytes);
    mg__free(record->context, bytes.data);
    for (int64_t i = 0; i < h->healths; i++) record->health[i].layer = record->layer + i * h->layers;
    h->epoch = record->epoch;
    h->health = record->health;
    return status;
}

/* --- life -------------------------------------------------------------------------------------------- */

mg_record *mg_record_open(mg_context *context, const char *folder) {
    if (!context || !folder) return NULL;
    mg_record *record = mg__alloc_zero(context, sizeof *record);
    if (!record) return NULL;
    record->context = context;
    record->folder = mg__strdup(context, folder);
    mg_status status = record->folder ? read_config(record) : MG_OUT_OF_MEMORY;
    if (status == MG_OK) status = mg_record_refresh(record);
    if (status == MG_OK) return record;
    mg_record_close(record);
    return NULL;
}

void mg_record_close(mg_record *record) {
    if (!record) return;
    mg_context *context = record->context;
    forget(record);
    for (size_t i = 0; i < record->settings; i++) {
        mg__free(context, record->setting[i].name);
        mg__free(context, record->setting[i].value);
    }
    mg__free(context, record->setting);
    mg__free(context, record->epoch);
    mg__free(context, record->health);
    mg__free(context, record->layer);
    mg__free(context, record->name);
    mg__free(context, record->folder);
    mg__free(context, record->data);
    mg__free(context, record);
}

/* --- looking ----------------------------------------------------------------------------------------- */

const char *mg_record_folder(const mg_record *record) { return record->folder; }
const mg_history *mg_record_history(const mg_record *record) { return &record->history; }
const char *mg_record_data(const mg_record *record) { return record->data; }

bool mg_record_ended(const mg_record *record) {
    char path[PATH_BYTES];
    struct stat model, history;
    path_of(record, "model.safetensors", path);
    if (stat(path, &model) != 0) return false;
    path_of(record, "history.jsonl", path);
    if (stat(path, &history) != 0) return true;
    const struct timespec *a = &model.st_mtim, *b = &history.st_mtim;
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec >= b->tv_nsec);
}

int mg_record_settings(const mg_record *record) { return (int)record->settings; }

const char *mg_record_setting(const mg_record *record, int index, const char **value) {
    if (index < 0 || index >= (int)record->settings) return NULL;
    *value = record->setting[index].value;
    return record->setting[index].name;
}

const char *mg_record_find(const mg_record *record, const char *name) {
    for (size_t i = 0; i < record->settings; i++)
        if (!strcmp(record->setting[i].name, name)) return record->setting[i].value;
    return NULL;
}
