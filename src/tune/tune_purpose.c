/* What is measured, as one line: trials of one study must mean the same. */
#include "data/table.h"
#include "tune/space.h"
#include "tune/tune.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- the data ---------------------------------------------------------------------------------------- */

static uint64_t hash_column(uint64_t hash, const mg__column *column, int64_t rows) {
    hash = mg__hash_text(hash, column->name);
    if (!column->codes) return mg__hash_bytes(hash, column->values, (size_t)rows * sizeof *column->values);
    char scratch[32];
    for (int64_t r = 0; r < rows; r++) {
        const char *text = mg__column_text(column, r, scratch);
        hash = text ? mg__hash_text(hash, text) : mg__hash_mix(hash, MG__MISSING);
    }
    return hash;
}

/* Of what it holds, wherever it lies. */
static uint64_t hash_dataset(const mg_dataset *dataset) {
    uint64_t hash = (uint64_t)dataset->rows;
    size_t pixels = (size_t)(dataset->rows * dataset->image[0] * dataset->image[1] * dataset->image[2]);
    for (int64_t c = 0; c < dataset->columns; c++) hash = hash_column(hash, &dataset->column[c], dataset->rows);
    if (dataset->bytes) hash = mg__hash_bytes(hash, dataset->bytes, pixels);
    if (dataset->floats) hash = mg__hash_bytes(hash, dataset->floats, pixels * sizeof *dataset->floats);
    return hash;
}

/* --- the line ---------------------------------------------------------------------------------------- */

typedef struct line {
    mg_context *context;
    char *text;
    size_t used, capacity;
    bool failed;
} line;

/* Whatever would break the line is a blank. */
static void add(line *l, const char *text) {
    size_t length = strlen(text);
    if (l->failed || !mg__grow(l->context, &l->text, &l->capacity, l->used + length + 1, 1)) {
        l->failed = true;
        return;
    }
    for (size_t i = 0; i <= length; i++) {
        unsigned char c = (unsigned char)text[i];
        l->text[l->used + i] = c != 0 && c < ' ' ? ' ' : text[i];
    }
    l->used += length;
}

/* A setting that shapes what a training learns and is not what it usually is. */
static void add_setting(line *l, const mg_option *row, const mg_settings *settings, const mg_settings *usual) {
    size_t size = mg_option_get(row, settings, NULL, 0) + 1;
    char standard[64], *value = mg__alloc(l->context, size);
    if (!value) {
        l->failed = true;
        return;
    }
    mg_option_get(row, settings, value, size);
    mg_option_get(row, usual, standard, sizeof standard);
    bool linear = !strcmp(row->name, "model") && settings->train.model;
    if (strcmp(value, standard) || linear) {
        add(l, " ");
        add(l, row->name);
        add(l, "=");
        add(l, value);
    }
    mg__free(l->context, value);
}

static void add_training(line *l, const mg_tuning *t) {
    char text[96];
    mg_settings settings = mg_settings_defaults();
    const mg_settings usual = settings;
    settings.train = t->objective.train;
    snprintf(text, sizeof text, "data %016" PRIx64 " %s folds=%" PRId64, hash_dataset(t->dataset), t->objective.metric->name,
             t->options.folds);
    add(l, text);
    for (const mg_option *row = mg_settings_table(); row->name; row++)
        if (mg_setting_of_training(row) && !(row->flags & MG_OPTION_UNRECORDED)) add_setting(l, row, &settings, &usual);
}

char *mg__tune_purpose(const mg_tuning *t) {
    line l = { .context = t->context };
    if (t->objective.command) {
        add(&l, "command ");
        add(&l, t->objective.command);
    } else {
        add_training(&l, t);
    }
    if (!l.failed) return l.text;
    mg__free(t->context, l.text);
    return NULL;
}

/* --- the journal's own name -------------------------------------------------------------------------- */

/* "data/iris.csv.gz" has the stem iris. */
static int stem(const char *source, const char **name) {
    const char *end = source + strlen(source);
    while (end > source && end[-1] == '/') end--;
    for (*name = end; *name > source && (*name)[-1] != '/';) (*name)--;
    const char *dot = *name < end ? memchr(*name + 1, '.', (size_t)(end - *name - 1)) : NULL;
    int length = (int)((dot ? dot : end) - *name);
    if (length > 0 && length <= 100 && strcmp(source, "-")) return length;
    *name = "tune";
    return 4;
}

char *mg__tune_path(const mg_tuning *t, const char *purpose) {
    const mg_tune_options *o = &t->options;
    uint64_t hash = mg__hash_mix(mg__hash_text(o->seed, purpose), mg__space_hash(t->space));
    hash = mg__hash_mix(mg__hash_text(mg__hash_text(hash, o->sampler), o->pruner), (uint64_t)o->batch);
    hash = mg__hash_mix(hash, t->objective.maximise);
    const char *name;
    int length = stem(t->dataset ? mg_dataset_source(t->dataset) : "tune", &name);
    char path[160];
    snprintf(path, sizeof path, "%.*s-%08" PRIx32 ".log", length, name, (uint32_t)(hash ^ hash >> 32));
    return mg__strdup(t->context, path);
}
