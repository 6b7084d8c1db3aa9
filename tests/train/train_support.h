/* What the tests of training share: bundled data and tables made up in memory. Include cmocka.h (and what it needs) first. */
#ifndef TRAIN_SUPPORT_H
#define TRAIN_SUPPORT_H

#include <micrograd/model.h>
#include <micrograd/optimizer.h>
#include <micrograd/schedule.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline mg_context *train_context(int threads) {
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    mg_context *context = mg_context_create(&options);
    assert_non_null(context);
    return context;
}

static inline mg_dataset *train_data(mg_context *context, const char *name) {
    char path[512];
    snprintf(path, sizeof path, MG__SOURCE_DIR "/data/%s.csv", name);
    mg_dataset *dataset = mg_dataset_read(context, path, NULL);
    if (!dataset) fail_msg("%s", mg_context_message(context));
    return dataset;
}

/* Two features in [-1, 1]; the target is a function of them: 0 and 1 by the sign of their product, or their weighted sum. */
#define MADE_ROWS 120
static inline mg_dataset *train_made(mg_context *context, bool classes) {
    double x[MADE_ROWS][2], y[MADE_ROWS];
    for (int i = 0; i < MADE_ROWS; i++) {
        x[i][0] = sin(1 + 12.9898 * i);
        x[i][1] = sin(2 + 78.233 * i);
        y[i] = classes ? x[i][0] * x[i][1] > 0 : 30 + 4 * x[i][0] - 3 * x[i][1];
    }
    mg_tensor features = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ MADE_ROWS, 2 }, x);
    mg_tensor target = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ MADE_ROWS }, y);
    mg_dataset *dataset = mg_dataset_create(context, &features, &target, NULL);
    assert_true(dataset || mg_context_status(context) == MG_OUT_OF_MEMORY);
    return dataset;
}

/* A table of named columns from rows of cells; the last one is the target. */
static inline mg_dataset *train_table(mg_context *context, int rows, int columns, const char *const *names, const double *cells) {
    double *x = malloc((size_t)rows * (size_t)columns * sizeof *x), *y = malloc((size_t)rows * sizeof *y);
    for (int i = 0; i < rows; i++) {
        memcpy(x + i * (columns - 1), cells + i * columns, (size_t)(columns - 1) * sizeof *x);
        y[i] = cells[i * columns + columns - 1];
    }
    mg_tensor features = mg_tensor_borrow(MG_F64, 2, (int64_t[]){ rows, columns - 1 }, x);
    mg_tensor target = mg_tensor_borrow(MG_F64, 1, (int64_t[]){ rows }, y);
    mg_dataset *dataset = mg_dataset_create(context, &features, &target, names);
    assert_true(dataset || mg_context_status(context) == MG_OUT_OF_MEMORY);
    free(x);
    free(y);
    return dataset;
}

/* Numbers that look like chance, the same everywhere: even in [0, 1), and normal. */
static inline double train_even(uint64_t *state) {
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    uint64_t x = *state ^ *state >> 32;
    return (double)(x * 0x9e3779b97f4a7c15u >> 11) / 9007199254740992.0;
}
static inline double train_normal(uint64_t *state) {
    double u = train_even(state), v = train_even(state);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586 * v);
}

/* One network by plain Adam, each number one feature: what happens can be counted. */
static inline mg_train_options one_network(void) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.bins = 0;
    options.optimizer = "adam";
    options.schedule = "constant";
    return options;
}

/* Sets an option by its name on the command line. */
static inline void train_set(mg_train_options *options, const char *name, const char *text) {
    char message[MG_OPTION_MESSAGE_BYTES];
    assert_int_equal(mg_option_set(mg_option_find(mg_settings_table(), "train", name), options, text, message), MG_OK);
}

/* FNV-1a of all members' weights. */
static inline uint64_t train_weights(mg_model *model) {
    uint64_t hash = 14695981039346656037u;
    for (int64_t m = 0; m < mg_model_members(model); m++) {
        mg_tensor flat = mg_parameters_flat(mg_model_parameters(model, m));
        for (size_t i = 0; i < mg_tensor_bytes(&flat); i++) hash = (hash ^ ((unsigned char *)flat.data)[i]) * 1099511628211u;
    }
    return hash;
}

#endif
