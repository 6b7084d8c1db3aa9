#include "train/finish.h"

#include "train/baseline.h"
#include "train/scoring.h"
#include "train/temperature.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Best epochs of the members, the one in the middle. */
static int64_t middle_epoch(const mg__trainer *t) {
    int64_t sorted[MG__MOST_MEMBERS];
    for (int64_t i = 0; i < t->members; i++) {
        int64_t epoch = t->learner[i].best_epoch, at = i;
        for (; at > 0 && sorted[at - 1] > epoch; at--) sorted[at] = sorted[at - 1];
        sorted[at] = epoch;
    }
    return sorted[(t->members - 1) / 2];
}

/* Rows of the pool that some member did not train on, and what those members say about them. */
typedef struct held_out {
    mg__part part;
    double *answers;
} held_out;

static mg_status collect_held_out(mg__trainer *t, held_out *h) {
    int64_t rows = t->pool.rows, outputs = mg_model_outputs(t->model), count = 0;
    int32_t *counts = mg__alloc_array(t->context, (size_t)rows, sizeof *counts);
    int64_t *held = mg__alloc_array(t->context, (size_t)rows, sizeof *held);
    h->answers = mg__alloc_array(t->context, (size_t)rows, (size_t)outputs * sizeof *h->answers);
    mg_status status = h->answers && counts && held ? mg__trainer_held_out(t, h->answers, counts) : MG_OUT_OF_MEMORY;
    for (int64_t r = 0; r < rows && status == MG_OK; r++) {
        if (counts[r] == 0) continue;
        memmove(h->answers + count * outputs, h->answers + r * outputs, (size_t)outputs * sizeof *h->answers);
        held[count++] = r;
    }
    if (status == MG_OK) status = mg__part_take(t->model, &t->pool, held, count, &h->part);
    mg__free(t->context, counts);
    mg__free(t->context, held);
    return status;
}

static void forget_held_out(mg__trainer *t, held_out *h) {
    mg__part_free(t->context, &h->part);
    mg__free(t->context, h->answers);
}

/* The test part, or what stands for it. */
static mg_status compare(mg__trainer *t, mg_result *result) {
    mg__part validation = { 0 };
    const mg__part *part = &t->test;
    mg_status status = MG_OK;
    if (part->rows == 0) {
        status = mg__part_take(t->model, &t->pool, t->held[0], t->held_counts[0], &validation);
        part = &validation;
    }
    if (status == MG_OK && part->rows > 0) status = mg__constant_score(t->model, &t->pool, part, &result->baseline);
    if (status == MG_OK && part->rows > 0) status = mg__linear_score(t, t->rows[0], t->row_counts[0], part, &result->linear);
    mg__part_free(t->context, &validation);
    return status;
}

/* On the answers of members that did not train on the rows, which become what they would have been with it. */
static void calibrate(mg__trainer *t, held_out *h) {
    mg_model *model = t->model;
    if (strcmp(model->options.calibrate, "temperature") != 0) return;
    mg_scored scored = mg__part_scored(model, &h->part, h->answers, NULL);
    model->temperature = mg__temperature_fit(&scored);
    for (int64_t r = 0; r < h->part.rows; r++)
        mg__temperature_apply(model->temperature, scored.columns, h->answers + r * scored.columns);
}

static mg_status choose_threshold(mg__trainer *t, const held_out *h) {
    mg_model *model = t->model;
    if (!strcmp(model->options.threshold, "none")) return MG_OK;
    mg_scored scored = mg__part_scored(model, &h->part, h->answers, NULL);
    return mg__threshold_choose(t->context, &scored, model->options.threshold, &model->threshold);
}

/* Of the rows that trained some member. */
static mg_status score_training(mg__trainer *t, mg_scores *scores) {
    if (!t->shared) return mg__part_score(t->model, &t->pool, scores, NULL, NULL);
    mg__part part = { 0 };
    mg_status status = mg__part_take(t->model, &t->pool, t->rows[0], t->row_counts[0], &part);
    if (status == MG_OK) status = mg__part_score(t->model, &part, scores, NULL, NULL);
    mg__part_free(t->context, &part);
    return status;
}

static void warn_of_divergence(mg__trainer *t) {
    int64_t diverged = 0, untrained = 0, epoch = 0;
    double lr = t->model->options.learning_rate;
    for (int64_t i = 0; i < t->members; i++) {
        const mg__learner *l = &t->learner[i];
        if (l->stopped != MG_STOP_DIVERGED) continue;
        if (diverged++ == 0) epoch = l->epoch;
        untrained += l->best_epoch == 0;
    }
    if (diverged == 0) return;
    if (t->members == 1)
        mg__model_warn(
            t->model,
            "the loss was no longer finite in epoch %lld; the weights are those of epoch %lld. A smaller lr than %g, or clip-norm 1, helps",
            (long long)epoch, (long long)t->learner[0].best_epoch, lr);
    else
        mg__model_warn(
            t->model,
            "the loss of %lld of %lld networks was no longer finite (the first in epoch %lld), %lld of them before they "
            "had learned anything. A smaller lr than %g, or clip-norm 1, helps",
            (long long)diverged, (long long)t->members, (long long)epoch, (long long)untrained, lr);
}

static void tell_retries(mg__trainer *t) {
    for (int64_t i = 0; i < t->members; i++) {
        const mg__learner *l = &t->learner[i];
        if (l->retries == 0) continue;
        mg__model_warn(
            t->model,
            "the loss of network %lld was no longer finite in %lld epochs; each time it went back to its best one, with "
            "half the learning rate, which was %g at the end",
            (long long)i + 1, (long long)l->retries, t->model->options.learning_rate * l->learning_rate_scale);
    }
}

void mg__finish_counts(const mg__trainer *t, mg_result *result) {
    mg_model *model = t->model;
    result->epochs = t->progress.epoch;
    result->best_epoch = middle_epoch(t);
    result->members = t->members;
    result->parameters = mg_parameters_learned(model->member[0].parameters);
    result->batch = model->options.batch;
    result->threshold = model->threshold;
    result->temperature = model->temperature;
    result->seconds = mg__trainer_seconds(t);
    snprintf(model->version, sizeof model->version, "%s", mg_version());
}

mg_status mg__finish(mg__trainer *t, mg_result *result) {
    mg_model *model = t->model;
    warn_of_divergence(t);
    tell_retries(t);
    held_out held = { 0 };
    mg_status status = collect_held_out(t, &held);
    for (int64_t i = 0; i < t->members; i++) mg__learner_close(&t->learner[i]); /* what follows takes memory of its own */
    if (status == MG_OK) calibrate(t, &held);
    if (status == MG_OK) status = choose_threshold(t, &held);
    if (status == MG_OK && held.part.rows > 0)
        status = mg__score_answers(model, &held.part, held.answers, &result->validation, NULL, NULL);
    if (status == MG_OK && held.part.rows > 0 && model->task == MG_TASK_REGRESSION)
        status = mg__residuals_keep(model, held.part.values, held.answers, held.part.rows);
    forget_held_out(t, &held);
    if (t->brief) return status;
    if (status == MG_OK) status = score_training(t, &result->train);
    if (status == MG_OK) status = mg__part_score(model, &t->test, &result->test, &result->intervals, NULL);
    if (status == MG_OK) status = compare(t, result);
    return status;
}
