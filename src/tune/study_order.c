/* In which order trials are asked and known: see study.h. */
#include "tune/study.h"

#include <math.h>
#include <string.h>

/* --- points that were tried -------------------------------------------------------------------------- */

/* What is not there and the two zeros are alike. */
static uint64_t hash_point(const mg_study *study, const double *point) {
    uint64_t hash = 0;
    for (int i = 0; i < mg_space_dimensions(study->space); i++) {
        const double x = isnan(point[i]) ? INFINITY : point[i] + 0.0;
        hash = mg__hash_bytes(hash, &x, sizeof x);
    }
    return hash;
}

static bool same_point(const mg_study *study, const double *a, const double *b) {
    for (int i = 0; i < mg_space_dimensions(study->space); i++)
        if (a[i] != b[i] && !(isnan(a[i]) && isnan(b[i]))) return false;
    return true;
}

static void put_seen(mg_study *study, mg__trial *trial) {
    size_t at = (size_t)hash_point(study, trial->point) & (study->seen_size - 1);
    while (study->seen[at]) at = (at + 1) & (study->seen_size - 1);
    study->seen[at] = trial;
    study->seen_count++;
}

static mg_status add_seen(mg_study *study, mg__trial *trial) {
    if (2 * study->seen_count >= study->seen_size) {
        mg__trial **before = study->seen;
        const size_t size = study->seen_size, bigger = size ? 2 * size : 64;
        mg__trial **table = mg__alloc_array(study->context, bigger, sizeof *table);
        if (!table) return MG_OUT_OF_MEMORY;
        study->seen = table;
        study->seen_size = bigger;
        study->seen_count = 0;
        for (size_t i = 0; i < size; i++)
            if (before[i]) put_seen(study, before[i]);
        mg__free(study->context, before);
    }
    put_seen(study, trial);
    return MG_OK;
}

bool mg__order_seen(const mg_study *study, const double *point) {
    if (study->seen_size == 0) return false;
    size_t at = (size_t)hash_point(study, point) & (study->seen_size - 1);
    for (; study->seen[at]; at = (at + 1) & (study->seen_size - 1)) {
        const mg__trial *trial = study->seen[at];
        if ((trial->shown.ordinal >= 0 || trial->known) && same_point(study, trial->point, point)) return true;
    }
    return false;
}

/* --- batches ----------------------------------------------------------------------------------------- */

size_t mg__order_batch_start(const mg_study *study) {
    const size_t batch = (size_t)study->beginning.batch;
    return study->own_count ? (study->own_count - 1) / batch * batch : 0;
}

bool mg__order_all_ended(const mg_study *study) {
    for (size_t i = mg__order_batch_start(study); i < study->own_count; i++)
        if (study->own[i]->shown.state == MG_TRIAL_RUNNING || study->own[i]->interrupted) return false;
    return true;
}

static void sort_by_number(mg__trial **trial, size_t from, size_t end) {
    for (size_t i = from + 1; i < end; i++)
        for (size_t k = i; k > from && trial[k - 1]->shown.number > trial[k]->shown.number; k--) {
            mg__trial *swap = trial[k];
            trial[k] = trial[k - 1];
            trial[k - 1] = swap;
        }
}

mg_status mg__order_open(mg_study *study) {
    const size_t start = mg__order_batch_start(study), foreign = study->foreign_count - study->foreign_known;
    const size_t wanted = study->known_count + (study->own_count - start) + foreign;
    if (!mg__grow(study->context, &study->known, &study->known_capacity, wanted, sizeof *study->known)) return MG_OUT_OF_MEMORY;
    study->known_before = study->known_count;
    study->foreign_before = study->foreign_known;
    for (size_t i = start; i < study->own_count; i++) study->known[study->known_count++] = &study->own[i]->shown;
    sort_by_number(study->foreign, study->foreign_known, study->foreign_count);
    for (; study->foreign_known < study->foreign_count; study->foreign_known++) {
        mg__trial *trial = study->foreign[study->foreign_known];
        trial->known = true;
        study->known[study->known_count++] = &trial->shown;
    }
    study->opened++;
    return MG_OK;
}

void mg__order_close(mg_study *study) {
    while (study->foreign_known > study->foreign_before) study->foreign[--study->foreign_known]->known = false;
    study->known_count = study->known_before;
    study->opened--;
}

bool mg__order_opens(const mg_study *study) { return study->opened * study->beginning.batch <= (int64_t)study->own_count; }

/* Out of turn (two processes without a working lock), it counts as one of others. */
mg_status mg__order_created(mg_study *study, mg__trial *trial, int64_t ordinal) {
    if (ordinal < 0 || ordinal > (int64_t)study->own_count) return MG_OK;
    const size_t at = (size_t)ordinal;
    if (at < study->own_count && !study->own[at]->interrupted) return MG_OK;
    if (at == study->own_count) {
        if (mg__order_opens(study)) {
            if (!mg__order_all_ended(study)) return MG_OK;
            mg_status status = mg__order_open(study);
            if (status != MG_OK) return status;
        }
        if (!mg__grow(study->context, &study->own, &study->own_capacity, at + 1, sizeof *study->own)) return MG_OUT_OF_MEMORY;
        study->own_count++;
    }
    study->own[at] = trial;
    trial->shown.ordinal = ordinal;
    return add_seen(study, trial);
}

mg_status mg__order_foreign(mg_study *study, mg__trial *trial) {
    const size_t count = study->foreign_count + 1;
    if (!mg__grow(study->context, &study->foreign, &study->foreign_capacity, count, sizeof *study->foreign))
        return MG_OUT_OF_MEMORY;
    study->foreign[study->foreign_count++] = trial;
    return add_seen(study, trial);
}

void mg__order_forget(mg_study *study) {
    study->own_count = study->foreign_count = study->foreign_known = study->known_count = study->seen_count = 0;
    study->opened = 0;
    if (study->seen_size) memset(study->seen, 0, study->seen_size * sizeof *study->seen);
}
