#include "train/plan.h"

#include <string.h>

static void count_part(const int32_t *labels, const int64_t *rows, int64_t count, int64_t *counts) {
    for (int64_t i = 0; labels && i < count; i++) counts[labels[rows ? rows[i] : i]]++;
}

static mg_status count_classes(mg__trainer *t) {
    mg_model *model = t->model;
    mg_plan *plan = &model->plan;
    mg__free(t->context, model->class_rows);
    model->class_rows = mg__alloc_array(t->context, 3 * (size_t)plan->classes, sizeof *model->class_rows);
    if (!model->class_rows) return MG_OUT_OF_MEMORY;
    count_part(t->pool.labels, t->rows[0], t->row_counts[0], model->class_rows);
    count_part(t->pool.labels, t->held[0], t->held_counts[0], model->class_rows + plan->classes);
    count_part(t->test.labels, NULL, t->test.rows, model->class_rows + 2 * plan->classes);
    plan->class_rows = model->class_rows;
    return MG_OK;
}

/* Its sessions share one scratch. */
static void add_learner(mg_memory *sum, const mg__learner *learner, int threads) {
    const mg_program *programs[MG__LEARNER_PROGRAMS];
    mg__learner_programs(learner, programs);
    mg__scratch_size shared = mg__scratch_measure(threads, programs, MG__LEARNER_PROGRAMS);
    sum->workspace += shared.values;
    sum->headers += shared.headers;
    for (int i = 0; i < MG__LEARNER_PROGRAMS; i++) {
        if (!programs[i]) continue;
        mg_memory one = mg_program_memory(programs[i], threads);
        mg__scratch_size own = mg__scratch_measure(threads, &programs[i], 1);
        sum->workspace += one.workspace - own.values;
        sum->headers += one.headers - own.headers;
        sum->inputs += one.inputs;
        sum->outputs += one.outputs;
    }
}

/* The members share the programs. */
static mg_memory measure(const mg__trainer *t) {
    const mg__course *course = &t->course;
    int threads = t->contexts ? 1 : mg_context_threads(t->context);
    const mg_program *step = course->full ? course->full : course->rest[0].program;
    mg_memory sum = { .program = mg_program_memory(course->inference, threads).program };
    if (course->full) sum.program += mg_program_memory(course->full, threads).program;
    for (int k = 0; k < MG__MOST_MEMBERS && course->rest[k].program; k++)
        sum.program += mg_program_memory(course->rest[k].program, threads).program;
    for (int64_t i = 0; i < t->members; i++) {
        add_learner(&sum, &t->learner[i], threads);
        sum.parameters += mg_program_memory(step, threads).parameters;
    }
    return sum;
}

static size_t part_bytes(const mg__part *part, size_t features) {
    size_t row = features * sizeof *part->x + sizeof *part->targets;
    if (part->labels) row += sizeof *part->labels;
    if (part->values) row += sizeof *part->values;
    if (part->weights) row += sizeof *part->weights;
    return (size_t)part->rows * row;
}

static size_t measure_rows(const mg__trainer *t) {
    size_t features = (size_t)mg_encoder_features(t->model->encoder);
    size_t buffer = t->source ? 2 * part_bytes(&t->source->buffer, features) : 0; /* one is filled meanwhile */
    return part_bytes(&t->pool, features) + part_bytes(&t->test, features) + buffer;
}

mg_status mg__plan_describe(mg__trainer *t) {
    mg_model *model = t->model;
    model->plan = (mg_plan){ .rows = { t->row_counts[0], t->held_counts[0], t->test.rows },
                             .classes = mg_encoder_classes(model->encoder),
                             .members = t->members,
                             .own_folds = t->members > 1 && !t->shared,
                             .parameters = mg_parameters_learned(model->member[0].parameters),
                             .epochs = model->options.epochs,
                             .batch = model->options.batch,
                             .steps = mg__learner_steps(&t->learner[0]),
                             .memory = measure(t),
                             .row_bytes = measure_rows(t) };
    mg__model_publish(model);
    return count_classes(t);
}

/* As many steps as a fifth of a second has, at most an epoch. The first ones are slower, so the clock starts after two. */
mg_status mg__plan_time(mg__trainer *t) {
    mg__learner *l = &t->learner[0];
    mg_plan *plan = &t->model->plan;
    double begin = mg__now();
    int64_t done = 0;
    mg_status status = MG_OK;
    mg__learner_begin_epoch(l);
    mg__learner_shuffle(l, l->row_count, 0);
    for (int64_t i = 0; i < plan->steps && status == MG_OK && mg__now() - begin < 0.2; i++, done++) {
        if (i == 2) begin = mg__now(), done = 0;
        status = mg__learner_step(l, i);
    }
    double a_step = done > 0 ? (mg__now() - begin) / (double)done : 0;
    int64_t threads = mg_context_threads(t->context), lanes = t->members < threads ? t->members : threads;
    int64_t rounds = t->contexts ? (t->members + lanes - 1) / lanes : 1;
    double validation = 1 + 0.4 * (double)plan->rows[1] / (double)plan->rows[0]; /* a forward pass is about a third of a step */
    plan->seconds = a_step * (double)plan->steps * (double)plan->epochs * (double)rounds * validation;
    mg__learner_restore(l);
    return status;
}
