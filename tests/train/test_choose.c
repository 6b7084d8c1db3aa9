/* What follows from the data, by its size and task, and what is learned with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "train_support.h"

/* Columns of numbers; the target depends on the first. */
static mg_dataset *made(mg_context *context, int rows, int columns, bool classes) {
    double *cells = malloc((size_t)rows * (size_t)(columns + 1) * sizeof *cells);
    uint64_t g = 3;
    for (int i = 0; i < rows; i++) {
        double *row = cells + i * (columns + 1);
        for (int j = 0; j < columns; j++) row[j] = train_normal(&g);
        row[columns] = classes ? row[0] > 0 : 1000 * row[0];
    }
    mg_dataset *dataset = train_table(context, rows, columns + 1, NULL, cells);
    free(cells);
    return dataset;
}

static double chosen(const mg_plan *plan, const char *setting) {
    for (int i = 0; i < plan->choice_count; i++) {
        assert_true(strlen(plan->choices[i].reason) > 0);
        if (!strcmp(plan->choices[i].setting, setting)) return atof(plan->choices[i].value);
    }
    fail_msg("nothing is said of %s", setting);
    return 0;
}

static void settings_follow_from_rows_columns_and_task(void **state) {
    (void)state;
    static const struct {
        int rows, columns;
        bool classes;
        double bins, members, batch;
        int units;
    } cases[] = {
        { 400, 2, true, 16, 8, 16, 64 },     { 400, 8, true, 8, 8, 16, 64 },      { 400, 10, true, 0, 8, 16, 64 },
        { 400, 10, false, 8, 8, 16, 64 },    { 400, 100, false, 0, 8, 16, 64 },   { 2400, 4, true, 16, 8, 64, 128 },
        { 6500, 4, false, 32, 8, 64, 256 },  { 6500, 100, true, 10, 8, 64, 256 }, { 2400, 200, false, 5, 8, 64, 128 },
        { 2400, 400, false, 0, 8, 64, 128 }, { 2400, 400, true, 0, 8, 64, 128 },  { 25000, 3, true, 32, 4, 128, 256 },
    };
    mg_context *context = train_context(1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char network[32];
        mg_plan plan;
        mg_dataset *dataset = made(context, cases[i].rows, cases[i].columns, cases[i].classes);
        mg_model *model = mg_model_create(context, dataset, NULL);
        if (mg_train_plan(model, dataset, NULL, &plan) != MG_OK) fail_msg("%s", mg_context_message(context));
        bool alike = chosen(&plan, "bins") == cases[i].bins && chosen(&plan, "members") == cases[i].members &&
                     chosen(&plan, "batch") == cases[i].batch;
        snprintf(network, sizeof network, "dense(%d) %s", cases[i].units, cases[i].classes ? "selu" : "mish");
        if (!alike || strstr(mg_model_text(model), network) != mg_model_text(model))
            fail_msg("%d x %d: bins %g, members %g, batch %g, %s", cases[i].rows, cases[i].columns, chosen(&plan, "bins"),
                     chosen(&plan, "members"), chosen(&plan, "batch"), mg_model_text(model));
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
}

static double score(mg_context *context, const mg_dataset *dataset, int64_t seed) {
    mg_train_options options = mg_train_defaults();
    options.seed = seed;
    mg_model *model = mg_model_create(context, dataset, NULL);
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    mg_model_destroy(model);
    return result.test.accuracy;
}

enum { POINTS = 400 };

/* Two arms that wind around each other one and a half times; two rings, one in the other. */
static mg_dataset *curves(mg_context *context, bool spirals) {
    static double cells[POINTS][3];
    uint64_t g = 7;
    for (int i = 0; i < POINTS; i++) {
        double turn = spirals ? sqrt(train_even(&g)) * 9.42478 : train_even(&g) * 6.28319;
        double radius = spirals ? (i % 2 ? 1 : -1) * turn / 9 : i % 2 ? 1 : 0.5, blur = spirals ? 0.02 : 0.06;
        cells[i][0] = radius * cos(turn) + blur * train_normal(&g);
        cells[i][1] = radius * sin(turn) + blur * train_normal(&g);
        cells[i][2] = i % 2;
    }
    return train_table(context, POINTS, 3, NULL, &cells[0][0]);
}

static void curves_in_a_plane_are_learned(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    for (int spirals = 0; spirals < 2; spirals++) {
        mg_dataset *dataset = curves(context, spirals);
        for (int64_t seed = 0; seed < 2; seed++) {
            double found = score(context, dataset, seed);
            if (!(found >= 0.95)) fail_msg("%s, seed %d: %g", spirals ? "spirals" : "circles", (int)seed, found);
        }
        mg_dataset_destroy(dataset);
    }
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(settings_follow_from_rows_columns_and_task),
        cmocka_unit_test(curves_in_a_plane_are_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
