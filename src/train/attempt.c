#include "train/attempt.h"

static void free_residuals(mg_model *model) {
    mg__free(model->context, model->residuals);
    model->residuals = NULL;
    model->residual_count = model->residual_rows = 0;
}

static mg_result no_result(void) {
    mg_result result = { .status = MG_INVALID, .threshold = 0.5, .temperature = 1, .intervals = mg_intervals_none() };
    mg_scores *scores[] = { &result.train, &result.validation, &result.test, &result.baseline, &result.linear };
    for (size_t i = 0; i < sizeof scores / sizeof *scores; i++) *scores[i] = mg_scores_none();
    return result;
}

void mg__attempt_begin(mg__trainer *t) {
    mg_model *model = t->model;
    mg__notes_free(model->context, &model->attempt);
    mg__free(model->context, model->class_rows);
    model->class_rows = NULL;
    model->plan = (mg_plan){ 0 };
    t->before = *model;
    model->member = NULL;
    model->members = 0;
    model->inference = NULL;
    model->scratch = (mg__scratch){ 0 };
    model->batch = NULL;
    model->residuals = NULL;
    model->residual_count = model->residual_rows = 0;
    model->threshold = 0.5;
    model->temperature = 1;
    model->notes = (mg__notes){ 0 };
    model->history = (mg__history){ 0 };
    model->result = no_result();
}

void mg__attempt_keep(mg__trainer *t) {
    mg__model_drop_members(&t->before);
    mg__notes_free(t->context, &t->before.notes);
    mg__history_free(t->context, &t->before.history);
    free_residuals(&t->before);
}

void mg__attempt_drop(mg__trainer *t) {
    mg_model *model = t->model, made = *model;
    mg__model_drop_members(&made);
    mg__history_free(t->context, &made.history);
    free_residuals(&made);
    *model = t->before;
    model->texts = made.texts;
    model->attempt = made.notes;
    model->plan = made.plan;
    model->class_rows = made.class_rows;
    if (model->members == 0) model->encoder = made.encoder;
}
