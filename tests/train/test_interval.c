#define _DEFAULT_SOURCE
/* Intervals around a regression's answers: they hold as many new rows as they say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/files.h"
#include "train/model.h"
#include "train_support.h"

static double noisy(double x, double z, uint64_t *g) { return 100 + 3 * x + 2 * sin(2 * z) + 1.5 * train_normal(g); }

static mg_dataset *simulated(mg_context *context, int rows, uint64_t seed) {
    double *cells = malloc((size_t)rows * 3 * sizeof *cells);
    for (int i = 0; i < rows; i++) {
        double *row = cells + 3 * i;
        row[0] = train_normal(&seed);
        row[1] = train_normal(&seed);
        row[2] = noisy(row[0], row[1], &seed);
    }
    mg_dataset *dataset = train_table(context, rows, 3, NULL, cells);
    free(cells);
    return dataset;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, int64_t members, double validation) {
    mg_train_options options = mg_train_defaults();
    options.members = members;
    options.val_fraction = validation;
    options.epochs = 15;
    mg_model *model = mg_model_create(context, dataset, "dense(32) relu");
    if (mg_train(model, dataset, &options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

static double share_held(mg_model *model, const mg_dataset *dataset, double level) {
    double width = NAN;
    assert_int_equal(mg_model_interval(model, level, &width), MG_OK);
    mg_tensor *answers = mg_model_predict(model, dataset);
    int64_t rows = mg_dataset_rows(dataset), held = 0;
    for (int64_t r = 0; r < rows; r++) held += fabs(mg_tensor_get(answers, r) - mg_dataset_number(dataset, r, 2)) <= width;
    mg_tensor_destroy(answers);
    return (double)held / (double)rows;
}

static void intervals_hold_as_many_new_rows_as_they_say(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *known = simulated(context, 3000, 1), *fresh = simulated(context, 20000, 2);
    static const struct {
        int64_t members;
        double validation;
    } cases[] = { { 8, MG_AUTO }, { 4, 0.2 }, { 1, 0.3 } };
    static const double levels[] = { 0.5, 0.8, 0.9, 0.95, 0.99 };
    for (int c = 0; c < 3; c++) {
        mg_model *model = trained(context, known, cases[c].members, cases[c].validation);
        double before = 0;
        for (int i = 0; i < 5; i++) {
            double held = share_held(model, fresh, levels[i]), width;
            double room = levels[i] == 0.5 ? 0.04 : levels[i] > 0.9 ? 0.01 : 0.02;
            if (!(fabs(held - levels[i]) < room))
                fail_msg("%lld networks, level %g: %g", (long long)cases[c].members, levels[i], held);
            assert_int_equal(mg_model_interval(model, levels[i], &width), MG_OK);
            assert_true(width > before);
            before = width;
        }
        mg_model_destroy(model);
    }
    mg_dataset_destroy(known);
    mg_dataset_destroy(fresh);
    mg_context_destroy(context);
}

/* The rank that the theorem names, of residuals that are known. */
static void the_width_is_the_rank_of_the_theorem(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = simulated(context, 60, 3);
    mg_model *model = trained(context, dataset, 1, 0.2);
    double targets[5000], answers[5000] = { 0 }, width;
    for (int rows = 9; rows <= 5000; rows = rows * 3 + 1) {
        for (int i = 0; i < rows; i++) targets[i] = (i % 2 ? 1 : -1) * (double)((i * 7919) % rows + 1); /* 1 .. rows, shuffled */
        assert_int_equal(mg__residuals_keep(model, targets, answers, rows), MG_OK);
        for (int percent = 1; percent < 100; percent++) {
            double level = percent / 100.0;
            int wanted = ((rows + 1) * percent + 99) / 100;
            if (wanted > rows) {
                assert_int_equal(mg_model_interval(model, level, &width), MG_INVALID);
                mg_context_clear(context);
                continue;
            }
            assert_int_equal(mg_model_interval(model, level, &width), MG_OK);
            double most = rows <= 2048 ? wanted : wanted + ceil(rows / 2048.0);
            if (!(width >= wanted && width <= most * (1 + 1e-6)))
                fail_msg("%d rows, level %g: %.9g, rank %d", rows, level, width, wanted);
        }
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void refuses(const mg_model *model, double level, const char *word) {
    double width = -1;
    assert_int_equal(mg_model_interval(model, level, &width), MG_INVALID);
    assert_true(width == -1);
    if (!strstr(mg_context_message(model->context), word)) fail_msg("%s", mg_context_message(model->context));
    mg_context_clear(model->context);
}

static void intervals_that_cannot_be_are_refused(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *values = simulated(context, 100, 4), *classes = train_made(context, true);
    mg_model *model = trained(context, values, 1, 0.2); /* 20 rows validate */
    static const double outside[] = { 0, 1, -0.5, 1.5, NAN, INFINITY };
    for (int i = 0; i < 6; i++) refuses(model, outside[i], "level");
    refuses(model, 0.96, "needs at least 24");
    double width;
    assert_int_equal(mg_model_interval(model, 0.95, &width), MG_OK);
    mg_model_destroy(model);
    model = trained(context, values, 1, 0);
    refuses(model, 0.5, "0 rows");
    mg_model_destroy(model);
    model = trained(context, classes, 2, 0.2);
    refuses(model, 0.9, "class");
    mg_model_destroy(model);
    model = mg_model_create(context, values, "");
    refuses(model, 0.9, "train");
    mg_model_destroy(model);
    mg_dataset_destroy(values);
    mg_dataset_destroy(classes);
    mg_context_destroy(context);
}

static void intervals_are_stored_and_those_of_an_earlier_training_forgotten(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = simulated(context, 200, 5);
    mg_model *model = trained(context, dataset, 4, 0.2);
    double width, again;
    assert_int_equal(mg_model_interval(model, 0.9, &width), MG_OK);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(context, test_path("m.safetensors"));
    assert_int_equal(mg_model_interval(loaded, 0.9, &again), MG_OK);
    assert_true(width == again);
    mg_train_options options = one_network();
    options.epochs = 1;
    options.val_fraction = 0;
    assert_int_equal(mg_train(loaded, dataset, &options).status, MG_OK);
    refuses(loaded, 0.9, "0 rows");
    mg_model_destroy(loaded);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_as_many_new_rows_as_they_say),
        cmocka_unit_test(the_width_is_the_rank_of_the_theorem),
        cmocka_unit_test(intervals_that_cannot_be_are_refused),
        cmocka_unit_test(intervals_are_stored_and_those_of_an_earlier_training_forgotten),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
