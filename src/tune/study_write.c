/* Records as Optuna writes them. A trial is created by one record with all that it is, so that none is ever half there. */
#if (defined(__unix__) || defined(__APPLE__)) && !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include "tune/study.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

double mg__study_now(void) {
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* "2026-01-02T03:04:05.000001+00:00" */
static void put_now(mg__json_writer *w, const char *key) {
    struct timespec now;
    struct tm date = { 0 };
    char text[96];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)gmtime_r(&now.tv_sec, &date);
    snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%06ld+00:00", date.tm_year + 1900, date.tm_mon + 1, date.tm_mday,
             date.tm_hour, date.tm_min, date.tm_sec, now.tv_nsec / 1000);
    mg__json_put_key(w, key);
    mg__json_put_string(w, text);
}

static mg__json_writer begin(const mg__records *records, int code) {
    mg__json_writer w = mg__json_writer_begin(records->study->context);
    mg__json_put_object(&w);
    mg__json_put_key(&w, "op_code");
    mg__json_put_integer(&w, code);
    mg__json_put_key(&w, "worker_id");
    mg__json_put_string(&w, records->study->journal.worker);
    return w;
}

static void put_key_integer(mg__json_writer *w, const char *key, int64_t value) {
    mg__json_put_key(w, key);
    mg__json_put_integer(w, value);
}

static void end(mg__records *records, mg__json_writer *w) {
    size_t length = 0;
    mg__json_put_end(w);
    char *line = mg__json_writer_finish(w, &length);
    if (!line || records->failed ||
        !mg__grow(records->study->context, &records->text, &records->capacity, records->length + length + 1, 1)) {
        records->failed = true;
    } else {
        memcpy(records->text + records->length, line, length);
        records->length += length;
        records->text[records->length++] = '\n';
    }
    mg__free(records->study->context, line);
}

mg_status mg__records_append(mg__records *records, bool sync) {
    mg_study *study = records->study;
    mg_status status = records->failed ? study->context->status : MG_OK;
    if (status == MG_OK && records->length > 0)
        status = mg__journal_append(&study->journal, records->text, records->length, sync);
    mg__free(study->context, records->text);
    *records = (mg__records){ .study = study };
    return status;
}

/* --- studies ----------------------------------------------------------------------------------------- */

void mg__put_study(mg__records *records, const char *name) {
    mg__json_writer w = begin(records, 0);
    mg__json_put_key(&w, "study_name");
    mg__json_put_string(&w, name);
    mg__json_put_key(&w, "directions");
    mg__json_put_array(&w);
    mg__json_put_integer(&w, records->study->maximise ? 2 : 1);
    mg__json_put_end(&w);
    end(records, &w);
}

void mg__put_beginning(mg__records *records) {
    const mg_study *study = records->study;
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, study->seed);
    mg__json_writer w = begin(records, 2);
    put_key_integer(&w, "study_id", study->id);
    mg__json_put_key(&w, "user_attr");
    mg__json_put_object(&w);
    mg__json_put_key(&w, "micrograd");
    mg__json_put_object(&w);
    put_key_integer(&w, "version", 1);
    mg__json_put_key(&w, "purpose");
    mg__json_put_string(&w, study->purpose);
    mg__json_put_key(&w, "seed");
    mg__json_put_string(&w, seed);
    put_key_integer(&w, "batch", study->batch);
    mg__json_put_key(&w, "space");
    mg__study_put_space(&w, study->space);
    mg__json_put_end(&w);
    mg__json_put_end(&w);
    end(records, &w);
}

/* --- trials ------------------------------------------------------------------------------------------ */

static void put_parameter(mg__json_writer *w, const mg_dimension *d, double value) {
    mg__json_put_key(w, d->name);
    mg__study_put_number(w, d, value);
}

void mg__put_trial(mg__records *records, int64_t ordinal, const double *point) {
    const mg_study *study = records->study;
    mg__json_writer w = begin(records, 4);
    put_key_integer(&w, "study_id", study->id);
    put_now(&w, "datetime_start");
    mg__json_put_key(&w, "params");
    mg__json_put_object(&w);
    for (int i = 0; i < mg_space_dimensions(study->space); i++)
        if (!isnan(point[i])) put_parameter(&w, mg_space_dimension(study->space, i), point[i]);
    mg__json_put_end(&w);
    mg__json_put_key(&w, "distributions");
    mg__json_put_object(&w);
    for (int i = 0; i < mg_space_dimensions(study->space); i++) {
        if (isnan(point[i])) continue;
        mg__json_put_key(&w, mg_space_dimension(study->space, i)->name);
        mg__json_put_string(&w, study->distribution[i]);
    }
    mg__json_put_end(&w);
    mg__json_put_key(&w, "user_attrs");
    mg__json_put_object(&w);
    put_key_integer(&w, "ordinal", ordinal);
    mg__json_put_end(&w);
    end(records, &w);
}

void mg__put_value(mg__records *records, const mg__trial *trial, int64_t step, double value) {
    mg__json_writer w = begin(records, 7);
    put_key_integer(&w, "trial_id", trial->id);
    put_key_integer(&w, "step", step);
    mg__json_put_key(&w, "intermediate_value");
    mg__json_put_number(&w, value);
    end(records, &w);
}

static void put_attribute(mg__records *records, const mg__trial *trial, const char *key, const char *json) {
    mg__json_writer w = begin(records, trial ? 8 : 2);
    put_key_integer(&w, trial ? "trial_id" : "study_id", trial ? trial->id : records->study->id);
    mg__json_put_key(&w, "user_attr");
    mg__json_put_object(&w);
    mg__json_put_key(&w, key);
    mg__json_put_raw(&w, json, strlen(json));
    mg__json_put_end(&w);
    end(records, &w);
}

void mg__put_note(mg__records *records, const mg__trial *trial, const char *key, const char *json) {
    put_attribute(records, trial, key, json);
}

/* The reason comes first: what follows a trial's end is ignored. */
void mg__put_end(mg__records *records, const mg__trial *trial, mg_trial_state state, double value, const char *reason) {
    if (state == MG_TRIAL_FAILED) {
        mg__json_writer text = mg__json_writer_begin(records->study->context);
        mg__json_put_string(&text, reason);
        char *json = mg__json_writer_finish(&text, NULL);
        if (json)
            put_attribute(records, trial, "reason", json);
        else
            records->failed = true;
        mg__free(records->study->context, json);
    }
    mg__json_writer w = begin(records, 6);
    put_key_integer(&w, "trial_id", trial->id);
    put_key_integer(&w, "state", state);
    mg__json_put_key(&w, "values");
    if (state == MG_TRIAL_COMPLETE) {
        mg__json_put_array(&w);
        mg__json_put_number(&w, value);
        mg__json_put_end(&w);
    } else {
        mg__json_put_null(&w);
    }
    put_now(&w, "datetime_complete");
    end(records, &w);
}
