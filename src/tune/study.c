#include "tune/study.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

mg_study_options mg_study_defaults(void) { return (mg_study_options){ .sampler = "tpe", .pruner = "none", .batch = 4 }; }

/* --- beginning --------------------------------------------------------------------------------------- */

static void list_names(const char *(*name)(int), char *out, size_t size) {
    size_t used = 0;
    for (int i = 0; name(i); i++) mg__append(out, size, &used, "%s%s", i ? ", " : "", name(i));
}

static mg_status check_options(mg_study *study, const mg_study_options *options) {
    char names[256] = "";
    if (!(study->sampler = mg__sampler_find(options->sampler))) {
        list_names(mg_sampler_name, names, sizeof names);
        return mg__fail(study->context, MG_SETTING, "sampler: '%s' is not known; there are %s",
                        options->sampler ? options->sampler : "", names);
    }
    if (!(study->pruner = mg__pruner_find(options->pruner))) {
        list_names(mg_pruner_name, names, sizeof names);
        return mg__fail(study->context, MG_SETTING, "pruner: '%s' is not known; there are %s",
                        options->pruner ? options->pruner : "", names);
    }
    if (options->batch < 1 || options->batch > MG_STUDY_BATCH_MOST)
        return mg__fail(study->context, MG_SETTING, "batch: %" PRId64 " trials at once; wanted 1 to %d", options->batch,
                        MG_STUDY_BATCH_MOST);
    if (options->trials < 0) return mg__fail(study->context, MG_SETTING, "trials: %" PRId64 " is below 0", options->trials);
    if (mg_space_dimensions(study->space) == 0)
        return mg__fail(study->context, MG_SETTING, "the search has no setting to choose; give it a range");
    return study->sampler->check ? study->sampler->check(study->context, study->space) : MG_OK;
}

static bool copy_text(mg_context *context, char **out, const char *text) {
    return !text || (*out = mg__strdup(context, text)) != NULL;
}

/* The study that is meant, among those of the file; as many as there are: a new one. */
static mg_status choose(const mg_study *study, size_t *chosen) {
    char names[512] = "";
    size_t used = 0, fitting = 0;
    *chosen = study->heads;
    for (size_t i = 0; i < study->heads; i++) {
        const mg__study_head *head = &study->head[i];
        if (head->deleted || (study->name && strcmp(head->name, study->name) != 0)) continue;
        mg__append(names, sizeof names, &used, "%s%s", fitting++ ? ", " : "", head->name);
        *chosen = i;
    }
    if (fitting < 2) return MG_OK;
    return mg__fail(study->context, MG_SETTING, "%s: holds several studies (%s); name one of them, or another file",
                    study->journal.path, names);
}

/* While reading, the first one that fits was taken for the one that is meant. */
static mg_status read_chosen(mg_study *study) {
    size_t chosen;
    mg_status status = choose(study, &chosen);
    if (status != MG_OK || study->id < 0 || study->id == (int64_t)chosen) return status;
    mg__study_forget(study);
    study->id = (int64_t)chosen;
    study->journal.offset = study->journal.line = 0;
    return mg__journal_read(&study->journal);
}

/* branin.log: branin */
static mg_status create(mg_study *study) {
    char stem[256] = "micrograd";
    const char *slash = study->journal.path ? strrchr(study->journal.path, '/') : NULL;
    const char *file = slash ? slash + 1 : study->journal.path;
    if (file) snprintf(stem, sizeof stem, "%s", file);
    char *dot = strrchr(stem, '.');
    if (dot && dot != stem) *dot = '\0';
    mg__records records = { .study = study };
    mg__put_study(&records, study->name ? study->name : stem);
    return mg__records_append(&records, false);
}

static mg_status check_head(const mg_study *study) {
    const mg__study_head *head = &study->head[study->id];
    if (head->objectives != 1)
        return mg__fail(study->context, MG_SETTING, "%s: its study has %d objectives; wanted one", study->journal.path,
                        head->objectives);
    if (head->maximise == study->maximise) return MG_OK;
    return mg__fail(study->context, MG_SETTING, "%s: its study is one to %s; name another file", study->journal.path,
                    head->maximise ? "maximise" : "minimise");
}

static mg_status begin(mg_study *study) {
    mg_status status = read_chosen(study);
    if (status == MG_OK && (study->id < 0 || study->id == (int64_t)study->heads)) status = create(study);
    if (status == MG_OK) status = check_head(study);
    if (status != MG_OK || study->beginning.space) return status != MG_OK ? status : mg__study_compare(study);
    mg__records records = { .study = study };
    mg__put_beginning(&records);
    return mg__records_append(&records, false);
}

static mg_status set_up(mg_study *study, const mg_space *space, const mg_study_options *options) {
    mg_context *context = study->context;
    study->maximise = options->maximise;
    study->seed = options->seed;
    study->batch = options->batch;
    study->trials = options->trials;
    if (!(study->space = mg__space_copy(context, space))) return MG_OUT_OF_MEMORY;
    mg_status status = check_options(study, options);
    if (status != MG_OK) return status;
    if (!copy_text(context, &study->name, options->name) || !copy_text(context, &study->purpose, options->purpose))
        return MG_OUT_OF_MEMORY;
    status = mg__study_distributions(study);
    if (status == MG_OK) status = mg__journal_open(context, options->path, mg__study_take, study, &study->journal);
    if (status == MG_OK) status = mg__journal_lock(&study->journal);
    if (status != MG_OK) return status;
    status = begin(study);
    mg__journal_unlock(&study->journal);
    study->ready = status == MG_OK;
    return status;
}

mg_study *mg_study_open(mg_context *context, const mg_space *space, const mg_study_options *options) {
    const mg_study_options all = mg_study_defaults();
    if (!context || !space) return NULL;
    mg_study *study = mg__alloc_zero(context, sizeof *study);
    if (!study) return NULL;
    study->context = context;
    study->id = study->bar_batch = study->journal.descriptor = -1;
    study->journal.context = context;
    if (set_up(study, space, options ? options : &all) == MG_OK) return study;
    mg_study_close(study);
    return NULL;
}

/* --- the end ----------------------------------------------------------------------------------------- */

static void interrupt_running(mg_study *study) {
    mg__records records = { .study = study };
    if (mg__journal_lock(&study->journal) != MG_OK) return; /* others find that this worker is gone */
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (mg__study_running(study, study->own[i]->shown.number))
            mg__put_end(&records, study->own[i], MG_TRIAL_FAILED, NAN, MG__INTERRUPTED);
    (void)mg__records_append(&records, true);
    mg__journal_unlock(&study->journal);
}

static bool runs(const mg_study *study) {
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (mg__study_running(study, study->own[i]->shown.number)) return true;
    return false;
}

void mg_study_close(mg_study *study) {
    if (!study) return;
    mg_context *context = study->context;
    if (study->ready && study->journal.path && runs(study)) interrupt_running(study);
    if (study->memory && study->sampler->forget) study->sampler->forget(context, study->memory);
    mg__study_forget(study);
    mg__journal_close(&study->journal);
    for (int i = 0; study->distribution && i < mg_space_dimensions(study->space); i++) mg__free(context, study->distribution[i]);
    void *const blocks[] = { study->distribution, study->name,    study->purpose, study->head, study->by_id, study->trial,
                             study->own,          study->foreign, study->known,   study->seen, study->bar };
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) mg__free(context, blocks[i]);
    mg_space_destroy(study->space);
    mg__free(context, study);
}

/* --- looking at it ----------------------------------------------------------------------------------- */

int64_t mg_study_trials(const mg_study *study) { return study ? (int64_t)study->count : 0; }
int64_t mg_study_finished(const mg_study *study) { return study ? study->finished : 0; }
const mg_trial *mg_study_best(const mg_study *study) { return study ? study->best : NULL; }
const mg_space *mg_study_space(const mg_study *study) { return study ? study->space : NULL; }
const char *mg_study_purpose(const mg_study *study) { return study ? study->beginning.purpose : NULL; }
bool mg_study_maximises(const mg_study *study) { return study && study->maximise; }
mg_trial mg_study_trial(const mg_study *study, int64_t index) { return study->trial[index]->shown; }

static int find_dimension(const mg_trial *trial, const char *name, bool word) {
    const int i = trial && name ? mg_space_find(trial->space, name) : -1;
    const bool choice = i >= 0 && mg_space_dimension(trial->space, i)->kind == MG_DIMENSION_CHOICE;
    return i >= 0 && choice == word && !isnan(trial->point[i]) ? i : -1;
}

double mg_trial_number(const mg_trial *trial, const char *name) {
    const int i = find_dimension(trial, name, false);
    return i < 0 ? NAN : trial->point[i];
}

const char *mg_trial_word(const mg_trial *trial, const char *name) {
    const int i = find_dimension(trial, name, true);
    return i < 0 ? NULL : mg_space_dimension(trial->space, i)->word[(int)trial->point[i]];
}
