#include "train/baseline.h"

#include "train/scoring.h"

#include <string.h>

/* Shares of the classes, or the mean; each row counts as much as in the scores. */
static void constant_answer(const mg__part *known, double *answer) {
    double total = 0;
    for (int64_t i = 0; i < known->rows; i++) total += mg__weight_of(known->importance, i);
    for (int64_t i = 0; i < known->rows; i++) {
        double share = mg__weight_of(known->importance, i) / total;
        answer[known->labels ? known->labels[i] : 0] += known->labels ? share : share * known->values[i];
    }
}

/* The most probable class is the answer, whatever the model's threshold. */
mg_status mg__constant_score(const mg_model *model, const mg__part *known, const mg__part *part, mg_scores *scores) {
    size_t outputs = (size_t)mg_model_outputs(model);
    double *answers = mg__alloc_array(model->context, (size_t)part->rows + 1, outputs * sizeof *answers);
    if (!answers) return MG_OUT_OF_MEMORY;
    double *answer = answers + (size_t)part->rows * outputs;
    constant_answer(known, answer);
    for (int64_t r = 0; r < part->rows; r++) memcpy(answers + (size_t)r * outputs, answer, outputs * sizeof *answers);
    mg_scored scored = mg__part_scored(model, part, answers, NULL);
    mg_status status = mg_scores_of(model->context, model->task, &scored, scores);
    mg__free(model->context, answers);
    return status;
}

static int64_t clamp(int64_t value, int64_t low, int64_t high) { return value < low ? low : value > high ? high : value; }

/* A network without hidden layers, which has the encoder and the loss of the real one. */
static mg_model *linear_model(const mg_model *model, int64_t rows) {
    mg_model *linear = mg__model_new(model->context);
    if (!linear) return NULL;
    mg_train_options *options = &linear->options;
    *options = model->options;
    options->members = 1;
    options->optimizer = "adam";
    options->schedule = "linear";
    options->learning_rate = 0.02;
    options->batch = clamp(rows / 50, 8, 256);
    options->batch = options->batch < rows ? options->batch : rows;
    options->epochs = clamp(200000 / rows, 5, 60);
    options->patience = 0;
    options->weight_decay = options->label_smoothing = options->l1 = options->ema = options->clip_norm = options->clip_value = 0;
    options->l2 = 1.0 / (double)rows;
    options->momentum = MG_AUTO;
    options->calibrate = "none";
    options->check_finite = options->health = false;
    options->augment = NULL;
    linear->task = model->task;
    linear->loss = model->loss;
    linear->encoder = model->encoder;
    linear->network = mg_network_parse(model->context, "");
    return linear;
}

mg_status mg__linear_score(const mg__trainer *t, const int64_t *rows, int64_t count, const mg__part *part, mg_scores *scores) {
    mg_model *linear = linear_model(t->model, count);
    int64_t *own = mg__alloc_array(t->context, (size_t)count, sizeof *own), *lists[2] = { own, NULL }, counts[2] = { count, 0 };
    mg_status status = linear && linear->network && own ? MG_OK : MG_OUT_OF_MEMORY;
    mg__trainer run = { .context = t->context, .model = linear, .members = 1, .pool = t->pool };
    if (status == MG_OK) {
        mg_stop stop;
        memcpy(own, rows, (size_t)count * sizeof *own);
        run.rows = &lists[0];
        run.held = &lists[1];
        run.row_counts = &counts[0];
        run.held_counts = &counts[1];
        run.course.metric = t->course.metric;
        status = mg__trainer_open(&run);
        if (status == MG_OK) status = mg__trainer_run(&run, &stop);
        if (status == MG_OK) status = mg__part_score(linear, part, scores, NULL, NULL);
        run.rows = run.held = NULL; /* not the run's */
        run.row_counts = run.held_counts = NULL;
    }
    run.pool = (mg__part){ 0 };
    mg__trainer_close(&run);
    mg__free(t->context, own);
    if (linear) linear->encoder = NULL;
    mg_model_destroy(linear);
    return status;
}
