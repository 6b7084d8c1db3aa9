/* A study that is only looked at: read from its file as it is, which stays untouched. */
#include "tune/study.h"

#include "interop/file.h"

#include <string.h>

/* What is said of studies, not of their trials: those need to know the space. */
static mg_status take_study(void *user, const mg__json *record) {
    int64_t code;
    bool of_trial = mg__json_int64(mg__json_member(record, "op_code"), &code) && code > 2;
    return of_trial ? MG_OK : mg__study_take(user, record);
}

static mg_status feed(mg_study *study, mg__journal_take *take, const mg__bytes *bytes) {
    size_t taken;
    study->journal.take = take;
    study->journal.line = 0;
    return mg__journal_feed(&study->journal, bytes->data, bytes->length, &taken);
}

/* The one study that is there, which a search of ours began. */
static mg_status check(const mg_study *study) {
    const char *path = study->journal.path;
    size_t count = 0;
    for (size_t i = 0; i < study->heads; i++) count += !study->head[i].deleted;
    if (count == 0) return mg__fail(study->context, MG_FORMAT, "%s: there is no study in it", path);
    if (count > 1) return mg__fail(study->context, MG_SETTING, "%s: holds %zu studies; wanted is a file of one", path, count);
    if (!study->beginning.space)
        return mg__fail(
            study->context, MG_SETTING,
            "%s: its study was not begun by micrograd, so what is searched is not known; see it with optuna-dashboard", path);
    return MG_OK;
}

static mg_status read_all(mg_study *study, const mg__bytes *bytes) {
    mg_status status = feed(study, take_study, bytes);
    if (status == MG_OK) status = check(study);
    if (status != MG_OK) return status;
    study->space = mg__space_copy(study->context, study->beginning.space);
    if (!study->space) return MG_OUT_OF_MEMORY;
    status = mg__study_distributions(study);
    mg__study_forget(study);
    study->id = -1;
    if (status == MG_OK) status = feed(study, mg__study_take, bytes);
    study->maximise = status == MG_OK && study->head[study->id].maximise;
    return status;
}

mg_study *mg_study_read(mg_context *context, const char *path) {
    mg__bytes bytes = { 0 };
    if (!context || !path || mg__file_read_plain(context, path, MG__FILE_LIMIT, &bytes) != MG_OK) return NULL;
    mg_study *study = mg__alloc_zero(context, sizeof *study);
    if (study) {
        study->context = context;
        study->id = study->bar_batch = -1;
        study->journal = (mg__journal){ .context = context, .path = mg__strdup(context, path), .descriptor = -1, .user = study };
        if (!study->journal.path || read_all(study, &bytes) != MG_OK) {
            mg_study_close(study);
            study = NULL;
        }
    }
    mg__free(context, bytes.data);
    return study;
}
