/* What a profile says of the target: its task, and its classes with the rows of each; and of the encoder. */
#include "data/classes.h"
#include "data/profile.h"

#include <micrograd/encoder.h>

#include <math.h>
#include <string.h>

/* --- counting values --------------------------------------------------------------------------------- */

void mg__values_free(mg_context *context, mg__value_counts *v) {
    mg_dataset_destroy(v->values);
    mg__free(context, v->rows);
    *v = (mg__value_counts){ .many = v->many };
}

static bool add_value(mg_context *context, mg__value_counts *v, const mg__column *from, uint32_t code, int64_t times) {
    mg_dataset *d = v->values;
    mg__column *to = &d->column[0];
    bool added;
    const char *text = mg__dictionary_text(&from->dictionary, code);
    uint32_t own = mg__dictionary_add(context, &to->dictionary, text, strlen(text), &added);
    if (own == MG__DICTIONARY_NONE || !mg__grow(context, &v->rows, &v->capacity, (size_t)own + 1, sizeof *v->rows)) return false;
    if (added) {
        v->rows[own] = 0;
        to->dictionary.entries[own].value = from->dictionary.entries[code].value;
        if (isnan(to->dictionary.entries[own].value)) to->type = MG_COLUMN_TEXT;
    }
    v->rows[own] += times;
    return true;
}

static bool count_codes(mg_context *context, mg__value_counts *v, const mg_dataset *d, const mg__column *column) {
    size_t words = column->dictionary.count;
    int64_t *times = mg__alloc_array(context, words, sizeof *times);
    bool ok = times != NULL;
    for (int64_t r = 0; ok && r < d->rows; r++)
        if (column->codes[r] != MG__MISSING) times[column->codes[r]]++;
    for (size_t k = 0; ok && k < words; k++)
        if (times[k] > 0) ok = add_value(context, v, column, (uint32_t)k, times[k]);
    mg__free(context, times);
    return ok;
}

bool mg__values_count(mg_context *context, mg__value_counts *v, const mg_dataset *d, int64_t index) {
    const mg__column *column = &d->column[index];
    if (v->many) return true;
    if (v->values == NULL) {
        v->values = mg__dataset_new(context, d->source, 1);
        if (v->values == NULL || (v->values->column[0].name = mg__strdup(context, column->name)) == NULL) return false;
    }
    bool ok = column->codes == NULL || count_codes(context, v, d, column);
    v->many = column->codes == NULL || v->values->column[0].dictionary.count > MG__DICTIONARY_LIMIT;
    if (v->many) mg__values_free(context, v);
    return ok;
}

/* --- classes ----------------------------------------------------------------------------------------- */

/* The dataset of values gets its rows: row k holds value k. */
static bool lay_out(mg_context *context, mg__value_counts *v) {
    mg__column *column = &v->values->column[0];
    size_t count = column->dictionary.count;
    column->codes = mg__alloc_array(context, count, sizeof *column->codes);
    for (size_t k = 0; column->codes != NULL && k < count; k++) column->codes[k] = (uint32_t)k;
    v->values->rows = (int64_t)count;
    return column->codes != NULL;
}

static mg_status count_classes(mg_profile *p, mg__value_counts *v) {
    mg__classes classes;
    if (!lay_out(p->context, v)) return MG_OUT_OF_MEMORY;
    mg_status status = mg__classes_collect(p->context, v->values, 0, NULL, v->values->rows, &classes);
    if (status != MG_OK) return status;
    p->class = mg__arena_take(p->context, &p->arena, classes.count * sizeof *p->class);
    if (p->class == NULL) status = MG_OUT_OF_MEMORY;
    for (size_t i = 0; status == MG_OK && i < classes.count; i++) {
        p->class[i].text = mg__profile_text(p, "%s", classes.item[i].name);
        if (p->class[i].text == NULL) status = MG_OUT_OF_MEMORY;
    }
    const mg__dictionary *words = &v->values->column[0].dictionary;
    for (size_t k = 0; status == MG_OK && k < words->count; k++) {
        int32_t class = mg__classes_find(&classes, mg__dictionary_text(words, (uint32_t)k), words->entries[k].value);
        if (class >= 0) p->class[class].rows += v->rows[k];
    }
    if (status == MG_OK) p->classes = (int64_t)classes.count;
    mg__classes_free(p->context, &classes);
    return status;
}

/* --- the target -------------------------------------------------------------------------------------- */

mg_status mg__profile_target(mg_profile *p, const mg_profile_options *options, const mg__gathered *g) {
    mg_column_profile *column = &p->column[g->target];
    mg_status status = mg_dataset_target(p->context, g->sample.rows, options->target, options->task, &p->target);
    if (status == MG_FORMAT) { /* no reason not to look at the rest */
        status = mg__profile_warn(p, "%s", mg_context_message(p->context));
        mg_context_clear(p->context);
        return status;
    }
    if (status != MG_OK) return status;
    p->has_target = true;
    p->target.missing = column->missing;
    column->reason = p->target.reason;
    if (p->target.distinct >= 0) p->target.distinct = column->distinct;
    mg__value_counts counts = g->classes; /* its parts stay the gatherer's */
    if (p->target.task == MG_TASK_CLASSIFICATION && counts.values != NULL) status = count_classes(p, &counts);
    return status;
}

/* --- the encoder ------------------------------------------------------------------------------------- */

/* Looked for from `first` on and then from the start: features mostly come in the columns' order. */
static int64_t find_feature(const mg_encoder *encoder, const char *name, int64_t first) {
    int64_t features = mg_encoder_columns(encoder);
    for (int64_t i = 0; i < features; i++) {
        int64_t index = first + i < features ? first + i : first + i - features;
        if (strcmp(mg_encoder_column(encoder, index), name) == 0) return index;
    }
    return -1;
}

static mg_status take_encodings(mg_profile *p, const mg_encoder *encoder) {
    for (int64_t c = 0, next = 0; c < p->columns; c++) {
        mg_column_profile *column = &p->column[c];
        int64_t index = column->use ? find_feature(encoder, column->name, next) : -1;
        if (column->use && index < 0) column->reason = "the same in every row that has a target";
        column->use = index >= 0;
        if (index < 0) continue;
        next = index + 1;
        column->encoding = mg__profile_text(p, "%s", mg_encoder_column_text(encoder, index));
        if (column->encoding == NULL) return MG_OUT_OF_MEMORY;
    }
    return MG_OK;
}

mg_status mg__profile_encodings(mg_profile *p, const mg__gathered *g, const mg__leak_target *rows) {
    mg_dataset *sample = g->sample.rows;
    mg_encoder_options options = mg_encoder_defaults();
    options.target = p->has_target ? g->target : -1;
    if (p->has_target) options.task = p->target.task;
    bool *drop = mg__alloc_array(p->context, (size_t)p->columns, sizeof *drop);
    if (drop == NULL) return MG_OUT_OF_MEMORY;
    for (int64_t c = 0; c < p->columns; c++) {
        drop[c] = g->drop[c] || p->column[c].target;
        sample->column[c].asked = p->column[c].kind; /* as all rows have it */
    }
    options.drop = drop;
    mg_encoder *encoder = mg_encoder_fit(p->context, sample, rows->rows, rows->count, &options);
    mg__free(p->context, drop);
    if (encoder != NULL) {
        mg_status status = take_encodings(p, encoder);
        mg_encoder_destroy(encoder);
        return status;
    }
    mg_status status = mg_context_status(p->context);
    if (status == MG_OUT_OF_MEMORY) return status;
    status = mg__profile_warn(p, "%s", mg_context_message(p->context));
    mg_context_clear(p->context);
    return status;
}
