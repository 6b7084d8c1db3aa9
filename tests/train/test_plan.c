/* A plan says what the training then does, and changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "train/model.h"
#include "train_support.h"

typedef struct seen {
    const mg_model *model;
    mg_plan plan;
    int64_t steps, rows, epochs;
} seen;

static bool look(void *user, const mg_progress *p) {
    seen *s = user;
    const mg_plan *plan = mg_model_plan(s->model);
    assert_non_null(plan);
    if (p->step == 1) s->plan = *plan;
    s->epochs = p->epoch;
    s->steps = p->steps;
    s->rows = p->rows;
    return true;
}

static void same_plan(const mg_plan *a, const mg_plan *b) {
    assert_memory_equal(a->rows, b->rows, sizeof a->rows);
    assert_int_equal(a->classes, b->classes);
    assert_int_equal(a->members, b->members);
    assert_int_equal(a->parameters, b->parameters);
    assert_int_equal(a->epochs, b->epochs);
    assert_int_equal(a->batch, b->batch);
    assert_int_equal(a->steps, b->steps);
    assert_memory_equal(&a->memory, &b->memory, sizeof a->memory);
    assert_int_equal(a->choice_count, b->choice_count);
    assert_int_equal(a->warning_count, b->warning_count);
}

static void check_plan(const char *data, const char *text, int64_t members, double validation) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, data);
    mg_train_options options = mg_train_defaults();
    options.model = text;
    options.members = members;
    options.val_fraction = validation;
    if (!text) options.epochs = 2;
    mg_model *model = mg_model_create_with(context, dataset, &options), *other = mg_model_create_with(context, dataset, &options);
    mg_plan plan;
    if (mg_train_plan(model, dataset, &options, &plan) != MG_OK) fail_msg("%s", mg_context_message(context));
    assert_true(plan.seconds > 0);
    assert_int_equal(plan.classes, mg_encoder_classes(mg_model_encoder(model)));
    int64_t classes = 0;
    for (int part = 0; part < 3; part++) {
        int64_t rows = 0;
        for (int64_t k = 0; k < plan.classes; k++) rows += plan.class_rows[part * plan.classes + k];
        if (plan.classes) assert_int_equal(rows, plan.rows[part]);
        classes += rows;
    }
    if (plan.classes) assert_int_equal(classes, mg_dataset_rows(dataset));
    assert_int_equal(plan.rows[0] + plan.rows[1] + plan.rows[2], mg_dataset_rows(dataset));
    assert_int_equal(plan.steps, (plan.rows[0] + plan.batch - 1) / plan.batch);

    seen s = { .model = model };
    options.on_step = look;
    options.user = &s;
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    same_plan(&plan, &s.plan);
    assert_int_equal(result.members, plan.members);
    assert_int_equal(result.parameters, plan.parameters);
    assert_int_equal(result.batch, plan.batch);
    assert_int_equal(result.epochs, plan.epochs);
    assert_int_equal(result.test.rows, plan.rows[2]);
    if (plan.members == 1) {
        assert_int_equal(result.train.rows, plan.rows[0]);
        assert_int_equal(result.validation.rows, plan.rows[1]);
        assert_int_equal(s.steps, plan.steps);
        assert_int_equal(s.rows, plan.rows[0] * plan.epochs);
    }
    options.on_step = NULL;
    assert_int_equal(mg_train(other, dataset, &options).status, MG_OK);
    assert_true(train_weights(model) == train_weights(other)); /* the one that was planned, and the one that was not */
    mg_model_destroy(model);
    mg_model_destroy(other);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void a_plan_is_what_the_training_does(void **state) {
    (void)state;
    check_plan("iris", "dense(8) relu dropout(0.2)", 1, 0.2);
    check_plan("iris", NULL, MG_AUTO, MG_AUTO);
    check_plan("wine", "dense(8) batchnorm relu", 5, 0.25);
    check_plan("diabetes", "dense(8) relu", 3, MG_AUTO);
    check_plan("diabetes", "dense(8) relu", 1, 0);
}

static void a_plan_leaves_a_trained_model_as_it_is(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_train_options options = mg_train_defaults(), other = options;
    options.epochs = 3;
    options.members = 3;
    options.threshold = "accuracy";
    other.epochs = 7;
    other.members = 2;
    other.loss = "multi_hinge";
    other.optimizer = "momentum";
    other.seed = 5;
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu"),
             *twin = mg_model_create(context, dataset, "dense(8) relu");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    assert_int_equal(mg_train(twin, dataset, &options).status, MG_OK);
    mg_result before = *mg_model_result(model);
    mg_train_options trained_with = *mg_model_trained_with(model);
    uint64_t weights = train_weights(model);
    mg_plan plan;
    assert_int_equal(mg_train_plan(model, dataset, &other, &plan), MG_OK);
    assert_int_equal(plan.members, 2);
    assert_int_equal(plan.epochs, 7);
    assert_int_equal(mg_model_plan(model)->members, 2);
    assert_true(train_weights(model) == weights);
    assert_int_equal(mg_model_members(model), 3);
    assert_string_equal(mg_model_loss(model), "cross_entropy");
    assert_memory_equal(mg_model_result(model), &before, sizeof before);
    assert_memory_equal(mg_model_trained_with(model), &trained_with, sizeof trained_with);
    for (int i = 0; i < before.choice_count; i++) assert_true(strlen(before.choices[i].reason) > 0);
    assert_true(mg_model_threshold(model) == before.threshold);
    other.members = 65; /* nor does one that is refused */
    assert_int_equal(mg_train_plan(model, dataset, &other, &plan), MG_SETTING);
    assert_true(train_weights(model) == weights);
    options.epochs = 2;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    assert_int_equal(mg_train(twin, dataset, &options).status, MG_OK);
    assert_true(train_weights(model) == train_weights(twin));
    mg_model_destroy(model);
    mg_model_destroy(twin);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void a_planned_model_is_not_trained(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    mg_train_options options = mg_train_defaults();
    mg_model *model = mg_model_create(context, dataset, "dense(8) relu");
    mg_plan plan;
    options.loss = "huber";
    assert_null(mg_model_plan(model));
    assert_int_equal(mg_train_plan(model, dataset, &options, &plan), MG_OK);
    assert_int_equal(mg_model_members(model), 0);
    assert_null(mg_model_result(model));
    assert_null(mg_model_loss(model));
    assert_null(mg_model_predict(model, dataset));
    mg_context_clear(context);
    assert_int_equal(mg_train(model, dataset, NULL).status, MG_OK);
    assert_string_equal(mg_model_loss(model), "mean_squared_error"); /* and not what was planned */
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- memory ------------------------------------------------------------------------------------------ */

typedef struct meter {
    failing_allocator memory;
    size_t most;
} meter;

static bool read_meter(void *user, const mg_progress *progress) {
    meter *m = user;
    size_t now = atomic_load(&m->memory.bytes);
    (void)progress;
    m->most = now > m->most ? now : m->most;
    return true;
}

/* What the run takes beyond the data is what the plan said, and the kept weights of each network. */
static void the_memory_of_a_plan_is_what_the_run_takes(void **state) {
    (void)state;
    static const int64_t members[] = { 1, 4 };
    for (int i = 0; i < 2; i++) {
        meter m = { .most = 0 };
        mg_context *context = failing_allocator_context(&m.memory);
        mg_dataset *dataset = train_data(context, "digits");
        mg_train_options options = mg_train_defaults();
        options.members = members[i];
        options.epochs = 2;
        options.batch = 100;
        options.test_fraction = 0;
        options.on_step = read_meter;
        options.user = &m;
        mg_model *model = mg_model_create(context, dataset, "dense(512) relu dense(256) relu");
        mg_plan plan;
        assert_int_equal(mg_train_plan(model, dataset, &options, &plan), MG_OK);
        size_t before = m.memory.bytes, features = (size_t)mg_encoder_features(mg_model_encoder(model));
        assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
        size_t rows = (size_t)mg_dataset_rows(dataset), row = features * sizeof(float), copies = (size_t)members[i];
        size_t said = plan.memory.workspace + plan.memory.parameters + plan.memory.program;
        size_t kept = (size_t)plan.parameters * sizeof(float) * copies; /* best weights */
        size_t data = 2 * rows * row + copies * (100 + 256) * row;      /* the pool, validation rows, batches */
        size_t taken = m.most - before, small = (size_t)(120000 + 60000 * copies + rows * (100 + 8 * copies));
        if (!(taken >= said + kept && taken <= said + kept + data + small))
            fail_msg("%zu bytes; said %zu, kept %zu, data %zu", taken, said, kept, data);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
        mg_context_destroy(context);
        assert_int_equal(m.memory.blocks, 0);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plan_is_what_the_training_does),
        cmocka_unit_test(a_plan_leaves_a_trained_model_as_it_is),
        cmocka_unit_test(a_planned_model_is_not_trained),
        cmocka_unit_test(the_memory_of_a_plan_is_what_the_run_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
