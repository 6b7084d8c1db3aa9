/* What the journal's records do to a study: Optuna's replay, record by record. What it ignores is ignored here: records of
 * studies and trials that are not there, and those of a trial that has ended. */
#include "tune/study.h"

#include "base/number.h"
#include "data/date.h"

#include <math.h>
#include <string.h>

static mg_status wrong(mg_study *study, const char *what) {
    return mg__journal_fail(&study->journal, "%s is missing or wrong", what);
}

static bool read_count(const mg__json *record, const char *key, size_t *out) {
    int64_t value;
    if (!mg__json_int64(mg__json_member(record, key), &value) || value < 0) return false;
    *out = (size_t)value;
    return true;
}

static double read_date(const mg__json *record, const char *key) {
    const char *text = mg__json_text(mg__json_member(record, key));
    double seconds;
    return text && mg__parse_date(text, strlen(text), false, &seconds) ? seconds : NAN;
}

/* --- studies ----------------------------------------------------------------------------------------- */

static mg_status create_study(mg_study *study, const mg__json *record) {
    const char *name = mg__json_text(mg__json_member(record, "study_name"));
    const mg__json *directions = mg__json_member(record, "directions");
    int64_t direction;
    if (!name) return wrong(study, "study_name");
    if (!directions || directions->kind != MG__JSON_ARRAY || !mg__json_int64(directions->first, &direction))
        return wrong(study, "directions");
    for (size_t i = 0; i < study->heads; i++)
        if (!study->head[i].deleted && strcmp(study->head[i].name, name) == 0) return MG_OK;
    if (!mg__grow(study->context, &study->head, &study->head_capacity, study->heads + 1, sizeof *study->head))
        return MG_OUT_OF_MEMORY;
    mg__study_head *head = &study->head[study->heads];
    *head = (mg__study_head){ mg__strdup(study->context, name), false, (int)directions->count, direction == 2 };
    if (!head->name) return MG_OUT_OF_MEMORY;
    study->heads++;
    if (study->id < 0 && (!study->name || strcmp(study->name, name) == 0)) study->id = (int64_t)study->heads - 1;
    return MG_OK;
}

static bool find_study(const mg_study *study, const mg__json *record, size_t *id) {
    return read_count(record, "study_id", id) && *id < study->heads && !study->head[*id].deleted;
}

static mg_status delete_study(mg_study *study, const mg__json *record) {
    size_t id;
    if (find_study(study, record, &id)) study->head[id].deleted = true;
    return MG_OK;
}

static mg_status read_beginning(mg_study *study, const mg__json *note) {
    const char *seed = mg__json_text(mg__json_member(note, "seed"));
    const char *purpose = mg__json_text(mg__json_member(note, "purpose"));
    mg__beginning *begun = &study->beginning;
    if (begun->space) return MG_OK;
    if (!mg__json_int64(mg__json_member(note, "batch"), &begun->batch) || begun->batch < 1 || begun->batch > MG_STUDY_BATCH_MOST)
        return wrong(study, "batch");
    if (!seed || !seed[0] || strspn(seed, "0123456789") != strlen(seed) || strlen(seed) > 20) return wrong(study, "seed");
    for (begun->seed = 0; *seed; seed++) begun->seed = 10 * begun->seed + (uint64_t)(*seed - '0');
    if (purpose && !(begun->purpose = mg__strdup(study->context, purpose))) return MG_OUT_OF_MEMORY;
    begun->space = mg__study_read_space(study, mg__json_member(note, "space"));
    return begun->space ? MG_OK : study->context->status;
}

static mg_status note_study(mg_study *study, const mg__json *record) {
    size_t id;
    const mg__json *note = mg__json_member(mg__json_member(record, "user_attr"), "micrograd");
    return note && find_study(study, record, &id) && (int64_t)id == study->id ? read_beginning(study, note) : MG_OK;
}

/* --- what a trial is made of ------------------------------------------------------------------------- */

/* Ascending; a step that was there takes the later value. */
static mg_status add_value(mg_study *study, mg__trial *trial, int64_t step, double value) {
    mg_trial *t = &trial->shown;
    int64_t *steps = (int64_t *)t->step, at = t->steps;
    double *values = (double *)t->step_value;
    while (at > 0 && steps[at - 1] >= step) at--;
    if (at == t->steps || steps[at] != step) {
        const size_t wanted = (size_t)t->steps + 1;
        bool room = mg__grow(study->context, &steps, &trial->step_capacity, wanted, sizeof *steps);
        t->step = steps;
        room = room && mg__grow(study->context, &values, &trial->value_capacity, wanted, sizeof *values);
        t->step_value = values;
        if (!room) return MG_OUT_OF_MEMORY;
        memmove(steps + at + 1, steps + at, (size_t)(t->steps - at) * sizeof *steps);
        memmove(values + at + 1, values + at, (size_t)(t->steps - at) * sizeof *values);
        t->steps++;
    }
    steps[at] = step;
    values[at] = value;
    return MG_OK;
}

static mg_status add_values(mg_study *study, mg__trial *trial, const mg__json *values) {
    mg_status status = MG_OK;
    for (const mg__json *v = values ? values->first : NULL; v && v->key && status == MG_OK; v = v->next) {
        int64_t step;
        double value;
        if (!mg__parse_int64(v->key, v->key_length, &step)) return wrong(study, "a step");
        if (mg__json_double(v, &value)) status = add_value(study, trial, step, value);
    }
    return status;
}

static mg_status set_parameter(mg_study *study, mg__trial *trial, const char *name, const mg__json *value,
                               const char *distribution) {
    const int dimension = mg_space_find(study->space, name);
    double number = NAN;
    mg_status status = dimension >= 0 ? mg__study_parameter(study, dimension, value, distribution, &number) : MG_OK;
    if (isnan(number))
        trial->strange = true;
    else
        trial->point[dimension] = number;
    return status;
}

static mg_status set_parameters(mg_study *study, mg__trial *trial, const mg__json *record) {
    const mg__json *parameters = mg__json_member(record, "params"), *distributions = mg__json_member(record, "distributions");
    mg_status status = MG_OK;
    for (const mg__json *p = parameters ? parameters->first : NULL; p && p->key && status == MG_OK; p = p->next)
        status = set_parameter(study, trial, p->key, p, mg__json_text(mg__json_member(distributions, p->key)));
    return status;
}

static mg_status set_text(mg_study *study, char **text, const char *to) {
    mg__free(study->context, *text);
    *text = to ? mg__strdup(study->context, to) : NULL;
    return to && !*text ? MG_OUT_OF_MEMORY : MG_OK;
}

/* --- a trial's end ----------------------------------------------------------------------------------- */

/* Of equal ones the one that was asked first, in whatever order they ended. */
static bool is_better(const mg_study *study, const mg_trial *trial, const mg_trial *best) {
    if (!best) return true;
    if (trial->value != best->value) return study->maximise ? trial->value > best->value : trial->value < best->value;
    return trial->ordinal >= 0 && best->ordinal >= 0 ? trial->ordinal < best->ordinal : trial->number < best->number;
}

static double read_value(const mg__json *record) {
    const mg__json *values = mg__json_member(record, "values"), *value = mg__json_member(record, "value");
    double number = NAN;
    if (values && values->kind == MG__JSON_ARRAY) value = values->first;
    return mg__json_double(value, &number) && isfinite(number) ? number : NAN;
}

static mg_status finish(mg_study *study, mg__trial *trial, mg_trial_state state, const mg__json *record) {
    mg_trial *t = &trial->shown;
    t->state = state;
    t->value = state == MG_TRIAL_COMPLETE ? read_value(record) : NAN;
    t->seconds = fmax(0, read_date(record, "datetime_complete") - trial->started);
    if (isnan(t->seconds)) t->seconds = 0;
    if (state == MG_TRIAL_COMPLETE && isnan(t->value)) {
        t->state = MG_TRIAL_FAILED;
        if (set_text(study, &trial->reason, "its value is not finite") != MG_OK) return MG_OUT_OF_MEMORY;
    }
    if (t->state == MG_TRIAL_FAILED) t->reason = trial->reason ? trial->reason : "no reason was told";
    trial->interrupted = t->ordinal >= 0 && t->reason && strcmp(t->reason, MG__INTERRUPTED) == 0;
    (void)set_text(study, &trial->worker, NULL);
    if (t->ordinal < 0 && (trial->strange || !mg_space_holds(study->space, trial->point))) trial->strange = true;
    if (trial->interrupted || trial->strange) return MG_OK;
    study->finished++;
    if (t->state == MG_TRIAL_COMPLETE && is_better(study, t, study->best)) study->best = t;
    return t->ordinal < 0 ? mg__order_foreign(study, trial) : MG_OK;
}

/* --- records of trials ------------------------------------------------------------------------------- */

static mg__trial *make_trial(mg_study *study, const mg__json *record) {
    const int n = mg_space_dimensions(study->space);
    mg__trial *trial = mg__alloc_zero(study->context, sizeof *trial + (size_t)n * sizeof trial->point[0]);
    if (!trial) return NULL;
    for (int i = 0; i < n; i++) trial->point[i] = NAN;
    trial->shown = (mg_trial){ .space = study->space, .number = (int64_t)study->count, .ordinal = -1, .point = trial->point };
    trial->shown.value = NAN;
    trial->id = (int64_t)study->ids;
    trial->started = read_date(record, "datetime_start");
    return trial;
}

static bool make_room(mg_study *study) {
    return mg__grow(study->context, &study->by_id, &study->id_capacity, study->ids + 1, sizeof *study->by_id) &&
           mg__grow(study->context, &study->trial, &study->capacity, study->count + 1, sizeof *study->trial);
}

static mg_status take_order(mg_study *study, mg__trial *trial, const mg__json *record) {
    int64_t ordinal;
    if (!mg__json_int64(mg__json_member(mg__json_member(record, "user_attrs"), "ordinal"), &ordinal)) return MG_OK;
    if (!study->beginning.space || trial->strange || !mg_space_holds(study->space, trial->point)) return MG_OK;
    return mg__order_created(study, trial, ordinal);
}

static mg_status create_trial(mg_study *study, const mg__json *record) {
    size_t id;
    int64_t state = MG_TRIAL_RUNNING;
    const mg__json *told = mg__json_member(record, "state");
    if (!find_study(study, record, &id)) return MG_OK;
    if (told && (!mg__json_int64(told, &state) || state < MG_TRIAL_RUNNING || state > MG_TRIAL_WAITING))
        return wrong(study, "state");
    if (!make_room(study)) return MG_OUT_OF_MEMORY;
    if ((int64_t)id != study->id) {
        study->by_id[study->ids++] = NULL;
        return MG_OK;
    }
    mg__trial *trial = make_trial(study, record);
    if (!trial) return MG_OUT_OF_MEMORY;
    study->trial[study->count++] = study->by_id[study->ids++] = trial;
    trial->shown.state = state == MG_TRIAL_WAITING ? MG_TRIAL_WAITING : MG_TRIAL_RUNNING;
    mg_status status = set_parameters(study, trial, record);
    if (status == MG_OK) status = set_text(study, &trial->worker, mg__json_text(mg__json_member(record, "worker_id")));
    if (status == MG_OK) status = add_values(study, trial, mg__json_member(record, "intermediate_values"));
    if (status == MG_OK && state == MG_TRIAL_RUNNING) status = take_order(study, trial, record);
    if (status == MG_OK && state != MG_TRIAL_RUNNING && state != MG_TRIAL_WAITING)
        status = finish(study, trial, (mg_trial_state)state, record);
    return status;
}

static mg__trial *find_trial(const mg_study *study, const mg__json *record) {
    size_t id;
    mg__trial *trial = read_count(record, "trial_id", &id) && id < study->ids ? study->by_id[id] : NULL;
    return trial && (trial->shown.state == MG_TRIAL_RUNNING || trial->shown.state == MG_TRIAL_WAITING) ? trial : NULL;
}

static mg_status set_trial_parameter(mg_study *study, const mg__json *record) {
    mg__trial *trial = find_trial(study, record);
    const char *name = mg__json_text(mg__json_member(record, "param_name"));
    const char *distribution = mg__json_text(mg__json_member(record, "distribution"));
    if (!name || !distribution) return wrong(study, name ? "distribution" : "param_name");
    if (!trial || trial->shown.ordinal >= 0) return MG_OK;
    return set_parameter(study, trial, name, mg__json_member(record, "param_value_internal"), distribution);
}

static mg_status set_trial_state(mg_study *study, const mg__json *record) {
    mg__trial *trial = find_trial(study, record);
    int64_t state;
    if (!mg__json_int64(mg__json_member(record, "state"), &state) || state < MG_TRIAL_RUNNING || state > MG_TRIAL_WAITING)
        return wrong(study, "state");
    if (!trial) return MG_OK;
    if (state != MG_TRIAL_RUNNING && state != MG_TRIAL_WAITING) return finish(study, trial, (mg_trial_state)state, record);
    trial->shown.state = (mg_trial_state)state;
    if (state == MG_TRIAL_RUNNING) trial->started = read_date(record, "datetime_start");
    return MG_OK;
}

static mg_status set_trial_value(mg_study *study, const mg__json *record) {
    mg__trial *trial = find_trial(study, record);
    int64_t step;
    double value;
    if (!mg__json_int64(mg__json_member(record, "step"), &step)) return wrong(study, "step");
    return trial && mg__json_double(mg__json_member(record, "intermediate_value"), &value) && isfinite(value)
               ? add_value(study, trial, step, value)
               : MG_OK;
}

static mg_status note_trial(mg_study *study, const mg__json *record) {
    mg__trial *trial = find_trial(study, record);
    const char *reason = mg__json_text(mg__json_member(mg__json_member(record, "user_attr"), "reason"));
    return trial && reason ? set_text(study, &trial->reason, reason) : MG_OK;
}

static mg_status ignore(mg_study *study, const mg__json *record) {
    (void)study, (void)record;
    return MG_OK;
}

/* By Optuna's op_code. */
static mg_status (*const operations[])(mg_study *, const mg__json *) = {
    create_study,    delete_study,    note_study, ignore /* system_attr */,       create_trial, set_trial_parameter,
    set_trial_state, set_trial_value, note_trial, ignore /* trial_system_attr */, ignore /* discard */
};

mg_status mg__study_take(void *user, const mg__json *record) {
    mg_study *study = user;
    size_t code;
    if (!record || record->kind != MG__JSON_OBJECT || !read_count(record, "op_code", &code))
        return mg__journal_fail(&study->journal, "there is no op_code: this is no record of an Optuna journal");
    if (code >= sizeof operations / sizeof *operations)
        return mg__journal_fail(&study->journal, "op_code %zu is not known; a newer Optuna may have written it", code);
    return operations[code](study, record);
}

void mg__study_forget(mg_study *study) {
    for (size_t i = 0; i < study->count; i++) {
        mg__trial *trial = study->trial[i];
        mg__free(study->context, trial->worker);
        mg__free(study->context, trial->reason);
        mg__free(study->context, (int64_t *)trial->shown.step);
        mg__free(study->context, (double *)trial->shown.step_value);
        mg__free(study->context, trial);
    }
    for (size_t i = 0; i < study->heads; i++) mg__free(study->context, study->head[i].name);
    mg_space_destroy(study->beginning.space);
    mg__free(study->context, study->beginning.purpose);
    study->beginning = (mg__beginning){ 0 };
    study->count = study->ids = study->heads = 0;
    study->finished = 0;
    study->best = NULL;
    mg__order_forget(study);
}
