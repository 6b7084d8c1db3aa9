/* Asking: whose turn it is, and its point. */
#include "tune/study.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { ATTEMPTS = 100 }; /* of a sampler, until a point that was not tried is looked for without it */

/* --- points ------------------------------------------------------------------------------------------ */

static bool is_finite(const mg_space *space) {
    for (int i = 0; i < mg_space_dimensions(space); i++)
        if (mg_space_dimension(space, i)->kind == MG_DIMENSION_REAL) return false;
    return true;
}

static void fill_first(const mg_space *space, double *point, int from) {
    for (int i = from; i < mg_space_dimensions(space); i++)
        point[i] = mg_space_is_there(space, point, i) ? mg_space_dimension(space, i)->low : NAN;
}

/* Counts through all points of a space of words and whole numbers, each once; after the last comes the first. */
static void next_point(const mg_space *space, double *point) {
    for (int i = mg_space_dimensions(space) - 1; i >= 0; i--) {
        if (isnan(point[i]) || point[i] >= mg_space_dimension(space, i)->high) continue;
        point[i]++;
        fill_first(space, point, i + 1);
        return;
    }
    fill_first(space, point, 0);
}

/* Among one more points than were tried there is one that was not, unless the space has no more. */
static bool count_to_new(const mg_study *study, double *point) {
    double start[MG_SPACE_MOST];
    const size_t bytes = (size_t)mg_space_dimensions(study->space) * sizeof *point;
    memcpy(start, point, bytes);
    do next_point(study->space, point);
    while (mg__order_seen(study, point) && memcmp(start, point, bytes) != 0);
    return !mg__order_seen(study, point);
}

static mg_status draw(mg_study *study, const mg__sampler *sampler, mg__known *known, int64_t attempts, double *point,
                      bool *found) {
    const int n = mg_space_dimensions(study->space);
    for (int64_t end = known->attempt + attempts; !*found && known->attempt < end; known->attempt++) {
        mg_status status = sampler->suggest(study->context, known, &study->memory, point);
        if (status != MG_OK) return status;
        for (int i = 0; i < n; i++)
            if (isnan(point[i])) point[i] = NAN; /* one NaN for all: points are compared by their bytes */
        if (!mg_space_holds(study->space, point))
            return mg__fail(study->context, MG_INVALID, "sampler %s: gave a point outside the space", sampler->name);
        *found = !mg__order_seen(study, point);
    }
    return MG_OK;
}

static mg_status suggest(mg_study *study, int64_t ordinal, double *point, bool *found) {
    const double *pending[MG_STUDY_BATCH_MOST];
    const size_t start = (size_t)(ordinal / study->batch * study->batch);
    mg__known known = { .space = study->space,
                        .seed = study->seed,
                        .ordinal = ordinal,
                        .trials = study->trials,
                        .maximise = study->maximise,
                        .finished = study->known,
                        .finished_count = (int64_t)study->known_count,
                        .pending = pending };
    for (size_t i = start; i < (size_t)ordinal; i++) pending[known.pending_count++] = study->own[i]->point;
    const int64_t limit = study->sampler->limit ? study->sampler->limit(study->space, study->trials) : 0;
    const int64_t tried = (int64_t)study->seen_count + 1;
    *found = false;
    mg_status status = draw(study, study->sampler, &known, limit == 0 ? ATTEMPTS : limit < tried ? limit : tried, point, found);
    if (status != MG_OK || *found || limit > 0) return status;
    status = draw(study, &mg__sampler_random, &known, is_finite(study->space) ? 1 : ATTEMPTS, point, found);
    if (status != MG_OK || *found) return status;
    *found = !is_finite(study->space) || count_to_new(study, point);
    return MG_OK;
}

/* --- turns ------------------------------------------------------------------------------------------- */

static int64_t to_be_asked_again(const mg_study *study) {
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (study->own[i]->interrupted) return (int64_t)i;
    return -1;
}

static bool has_died(const mg_study *study, const mg__trial *trial) {
    return trial->shown.state == MG_TRIAL_RUNNING && trial->worker && !mg__journal_alive(&study->journal, trial->worker);
}

static bool somebody_died(const mg_study *study) {
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (has_died(study, study->own[i])) return true;
    return false;
}

/* MG_ASKED_TRIAL: there is something to write. */
static mg_asked whose_turn(const mg_study *study, int64_t most) {
    if (to_be_asked_again(study) >= 0 || somebody_died(study)) return MG_ASKED_TRIAL;
    const bool ended = mg__order_all_ended(study);
    if (most > 0 && (int64_t)(study->own_count + study->foreign_count) >= most) return ended ? MG_ASKED_NONE : MG_ASKED_LATER;
    return mg__order_opens(study) && !ended ? MG_ASKED_LATER : MG_ASKED_TRIAL;
}

static mg_status bury(mg_study *study) {
    mg__records records = { .study = study };
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (has_died(study, study->own[i])) mg__put_end(&records, study->own[i], MG_TRIAL_FAILED, NAN, MG__INTERRUPTED);
    return mg__records_append(&records, false);
}

static mg_status create(mg_study *study, int64_t ordinal, const double *point) {
    mg__records records = { .study = study };
    mg__put_trial(&records, ordinal, point);
    return mg__records_append(&records, false); /* a trial that runs does not outlive the machine */
}

static void forget_batch(mg_study *study) {
    if (study->memory && study->sampler->forget) study->sampler->forget(study->context, study->memory);
    study->memory = NULL;
    mg__order_close(study);
}

static mg_asked ask_new(mg_study *study) {
    double point[MG_SPACE_MOST];
    const int64_t ordinal = (int64_t)study->own_count;
    const bool opens = mg__order_opens(study);
    bool found = false;
    mg_status status = opens ? mg__order_open(study) : MG_OK;
    if (status != MG_OK) return MG_ASKED_FAILED;
    status = suggest(study, ordinal, point, &found);
    if (status == MG_OK && found) status = create(study, ordinal, point);
    if (opens && (int64_t)study->own_count == ordinal) forget_batch(study);
    if (status != MG_OK) return MG_ASKED_FAILED;
    if (found) return MG_ASKED_TRIAL;
    return mg__order_all_ended(study) ? MG_ASKED_NONE : MG_ASKED_LATER;
}

static mg_asked ask_locked(mg_study *study, int64_t most, mg_trial *trial) {
    if (bury(study) != MG_OK) return MG_ASKED_FAILED;
    mg_asked turn = whose_turn(study, most);
    if (turn != MG_ASKED_TRIAL) return turn;
    int64_t ordinal = to_be_asked_again(study);
    if (ordinal >= 0) {
        if (create(study, ordinal, study->own[ordinal]->point) != MG_OK) return MG_ASKED_FAILED;
    } else {
        ordinal = (int64_t)study->own_count;
        turn = ask_new(study);
    }
    if (turn == MG_ASKED_TRIAL) *trial = study->own[ordinal]->shown;
    return turn;
}

mg_asked mg__study_ask(mg_study *study, int64_t most, mg_trial *trial) {
    if (!study || mg_study_refresh(study) != MG_OK) return MG_ASKED_FAILED;
    const mg_asked turn = whose_turn(study, most);
    if (turn != MG_ASKED_TRIAL) return turn;
    if (mg__journal_lock(&study->journal) != MG_OK) return MG_ASKED_FAILED;
    const mg_asked asked = mg__study_check(study) == MG_OK ? ask_locked(study, most, trial) : MG_ASKED_FAILED;
    mg__journal_unlock(&study->journal);
    return asked;
}

mg_asked mg_study_ask(mg_study *study, mg_trial *trial) { return mg__study_ask(study, study ? study->trials : 0, trial); }

/* --- the bar ----------------------------------------------------------------------------------------- */

const mg__bar *mg__study_bar(mg_study *study, int64_t number) {
    if (!mg__study_running(study, number)) return NULL;
    if (!study->bar && !(study->bar = mg__alloc_zero(study->context, sizeof *study->bar))) return NULL;
    if (study->bar_batch != study->opened) {
        const mg__known known = { .space = study->space,
                                  .seed = study->seed,
                                  .ordinal = (study->opened - 1) * study->batch,
                                  .trials = study->trials,
                                  .maximise = study->maximise,
                                  .finished = study->known,
                                  .finished_count = (int64_t)study->known_count };
        study->bar->count = 0;
        if (study->pruner->draw(study->context, &known, study->bar) != MG_OK) return NULL;
        study->bar_batch = study->opened;
    }
    return study->bar;
}
