/* What becomes of trials: values on the way, ends, notes; and the whole loop. */
#include "tune/importance.h"
#include "tune/study.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

mg_status mg__study_check(const mg_study *study) {
    if (!study->head[study->id].deleted) return MG_OK;
    return mg__fail(study->context, MG_FILE, "%s: its study '%s' was deleted", study->journal.path, study->head[study->id].name);
}

mg_status mg_study_refresh(mg_study *study) {
    if (!study) return MG_INVALID;
    mg_status status = mg__journal_read(&study->journal);
    return status == MG_OK ? mg__study_check(study) : status;
}

/* --- one trial --------------------------------------------------------------------------------------- */

static mg__trial *at(const mg_study *study, int64_t number) {
    return study && number >= 0 && number < (int64_t)study->count ? study->trial[number] : NULL;
}

mg__trial *mg__study_running(const mg_study *study, int64_t number) {
    mg__trial *trial = at(study, number);
    const bool ours = trial && trial->shown.state == MG_TRIAL_RUNNING && trial->shown.ordinal >= 0 && trial->worker &&
                      strcmp(trial->worker, study->journal.worker) == 0;
    return ours ? trial : NULL;
}

/* Takes the lock where the trial is ours to write to. Another process may have taken us for dead: then *trial is NULL, and the
 * trial is asked again. */
static mg_status enter(mg_study *study, int64_t number, mg__trial **trial) {
    if (!study) return MG_INVALID;
    mg_status status = mg__journal_lock(&study->journal);
    if (status != MG_OK) return status;
    *trial = mg__study_running(study, number);
    if (*trial) return MG_OK;
    mg__journal_unlock(&study->journal);
    const mg__trial *other = at(study, number);
    if (other && other->interrupted) return MG_OK;
    return mg__fail(study->context, MG_INVALID, "trial %" PRId64 ": %s", number,
                    !other                                   ? "there is no such trial"
                    : other->shown.state != MG_TRIAL_RUNNING ? "has ended already"
                                                             : "is another process's");
}

static mg_status leave(mg_study *study, mg__records *records, bool sync) {
    mg_status status = mg__records_append(records, sync);
    mg__journal_unlock(&study->journal);
    return status;
}

mg_status mg_study_report(mg_study *study, int64_t number, int64_t step, double value, bool *prune) {
    mg__trial *trial = NULL;
    if (prune) *prune = false;
    mg_status status = enter(study, number, &trial);
    if (status != MG_OK || !trial) return status;
    mg__records records = { .study = study };
    if (isfinite(value)) mg__put_value(&records, trial, step, value);
    status = leave(study, &records, false);
    if (status != MG_OK || !prune) return status;
    const mg__bar *bar = mg__study_bar(study, number);
    if (!bar) return study->context->status;
    const mg_trial *t = &trial->shown;
    *prune = bar->count > 0 && (!isfinite(value) || study->pruner->prune(bar, study->maximise, t->step, t->step_value, t->steps));
    return MG_OK;
}

mg_status mg_study_tell(mg_study *study, int64_t number, mg_trial_state state, double value, const char *reason) {
    mg__trial *trial = NULL;
    if (!study) return MG_INVALID;
    if (state != MG_TRIAL_COMPLETE && state != MG_TRIAL_PRUNED && state != MG_TRIAL_FAILED)
        return mg__fail(study->context, MG_INVALID, "trial %" PRId64 ": is told complete, pruned or failed, not %d", number,
                        (int)state);
    if (state == MG_TRIAL_COMPLETE && !isfinite(value))
        return mg__fail(study->context, MG_NOT_FINITE, "trial %" PRId64 ": its value is not finite; tell it as failed", number);
    mg_status status = enter(study, number, &trial);
    if (status != MG_OK || !trial) return status;
    mg__records records = { .study = study };
    mg__put_end(&records, trial, state, value, reason ? reason : "no reason was told");
    return leave(study, &records, true);
}

/* --- notes ------------------------------------------------------------------------------------------- */

/* JSON on one line: a line's end is no more than a blank there. */
static char *one_line(mg_context *context, const char *json) {
    mg__json_document *document = json ? mg__json_parse(context, "note", json, strlen(json)) : NULL;
    char *line = document ? mg__strdup(context, json) : NULL;
    for (char *c = line; c && *c; c++)
        if (*c == '\n' || *c == '\r') *c = ' ';
    mg__json_destroy(document);
    return line;
}

mg_status mg_study_note(mg_study *study, int64_t number, const char *key, const char *json) {
    static const char *const ours[] = { "micrograd", "ordinal", "reason" };
    mg__trial *trial = NULL;
    if (!study || !key || !json) return MG_INVALID;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (strcmp(key, ours[i]) == 0) return mg__fail(study->context, MG_INVALID, "note '%s': the study itself has it", key);
    char *line = one_line(study->context, json);
    if (!line) return study->context->status;
    mg_status status = number < 0 ? mg__journal_lock(&study->journal) : enter(study, number, &trial);
    if (status == MG_OK && (trial || number < 0)) {
        mg__records records = { .study = study };
        mg__put_note(&records, trial, key, line);
        status = leave(study, &records, false);
    }
    mg__free(study->context, line);
    return status;
}

/* --- all of them ------------------------------------------------------------------------------------- */

mg_status mg_study_importance(const mg_study *study, double *importance) {
    if (!study || !importance) return MG_INVALID;
    const mg_trial **complete = mg__alloc_array(study->context, study->count + 1, sizeof *complete);
    if (!complete) return MG_OUT_OF_MEMORY;
    int64_t count = 0;
    for (size_t i = 0; i < study->count; i++) {
        const mg__trial *trial = study->trial[i];
        if (trial->shown.state == MG_TRIAL_COMPLETE && !trial->strange) complete[count++] = &trial->shown;
    }
    mg_status status = mg__study_importance(study->context, study->space, complete, count, study->maximise, importance);
    mg__free(study->context, complete);
    return status;
}

static bool waits_for_itself(const mg_study *study) {
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (study->own[i]->shown.state == MG_TRIAL_RUNNING && !mg__study_running(study, study->own[i]->shown.number))
            return false;
    return true;
}

static mg_status evaluate(mg_study *study, const mg_trial *trial, mg_study_function *function, void *user) {
    char reason[64];
    const double value = function(trial, user);
    if (isfinite(value)) return mg_study_tell(study, trial->number, MG_TRIAL_COMPLETE, value, NULL);
    snprintf(reason, sizeof reason, "its value is %s", isnan(value) ? "not a number" : "infinite");
    return mg_study_tell(study, trial->number, MG_TRIAL_FAILED, NAN, reason);
}

static mg_status loop(mg_study *study, mg_study_function *function, void *user, int64_t trials) {
    double pause = 0.001;
    while (study->finished < trials) {
        mg_trial trial;
        const mg_asked asked = mg__study_ask(study, trials, &trial);
        if (asked == MG_ASKED_FAILED) return study->context->status;
        if (asked == MG_ASKED_NONE) break;
        if (asked == MG_ASKED_LATER) {
            if (waits_for_itself(study))
                return mg__fail(study->context, MG_INVALID, "study: trials that were asked before are still to be told");
            mg__journal_pause(pause);
            pause = fmin(2 * pause, 0.05);
            continue;
        }
        pause = 0.001;
        mg_status status = evaluate(study, &trial, function, user);
        if (status != MG_OK) return status;
    }
    return MG_OK;
}

static mg_status search(mg_study *study, mg_study_function *function, void *user, int64_t trials, bool maximise) {
    if (!study || !function || trials < 0) return MG_INVALID;
    if (study->maximise != maximise)
        return mg__fail(study->context, MG_INVALID, "study: was opened to %s", maximise ? "minimise" : "maximise");
    return loop(study, function, user, trials);
}

mg_status mg_study_minimise(mg_study *study, mg_study_function *function, void *user, int64_t trials) {
    return search(study, function, user, trials, false);
}

mg_status mg_study_maximise(mg_study *study, mg_study_function *function, void *user, int64_t trials) {
    return search(study, function, user, trials, true);
}
