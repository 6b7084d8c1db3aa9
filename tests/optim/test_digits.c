/* Every optimiser, with its defaults, trains the digits: 8 x 8 pixels, standardised, 64 relu units, a fifth of the rows held out.
 */
#include <micrograd/nn.h>
#include <micrograd/ops.h>
#include <micrograd/optimizer.h>
#include <micrograd/program.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/random.h"

enum {
    ROWS = 1797,
    PIXELS = 64,
    CLASSES = 10,
    TRAINING = 1440,
    BATCH = 48 /* 30 batches an epoch */,
    TEST = ROWS - TRAINING,
    EPOCHS = 60
};

static struct {
    float x[ROWS][PIXELS];
    int32_t label[ROWS];
} digits;

/* Shuffled, then standardised by the training rows. */
static int read_digits(void **state) {
    mg_context_options options = mg_context_defaults();
    options.threads = 1;
    *state = mg_context_create(&options);
    FILE *file = fopen("data/digits.csv", "r");
    if (!file || !*state) return -1;
    int c, rows = 0;
    int64_t order[ROWS];
    mg__random_permutation(&(mg__stream){ .seed = 1 }, ROWS, order);
    while ((c = fgetc(file)) != '\n' && c != EOF) {}
    for (; rows < ROWS; rows++) {
        int64_t row = order[rows];
        for (int i = 0; i < PIXELS; i++)
            if (fscanf(file, "%f,", &digits.x[row][i]) != 1) return -1;
        if (fscanf(file, "%d", &digits.label[row]) != 1) return -1;
    }
    fclose(file);
    for (int i = 0; i < PIXELS; i++) {
        double sum = 0, squares = 0;
        for (int r = 0; r < TRAINING; r++) {
            sum += digits.x[r][i];
            squares += digits.x[r][i] * digits.x[r][i];
        }
        double mean = sum / TRAINING, deviation = sqrt(squares / TRAINING - mean * mean);
        for (int r = 0; r < ROWS; r++) digits.x[r][i] = deviation > 0 ? (float)((digits.x[r][i] - mean) / deviation) : 0;
    }
    return 0;
}
static int teardown(void **state) {
    mg_context_destroy(*state);
    return 0;
}

/* A network of one text over `rows` rows: a training step, or scores. */
static mg_session *make(mg_context *context, mg_parameters *parameters, const char *text, int64_t rows,
                        const mg_optimizer *optimizer, mg_program **program) {
    mg_graph *graph = mg_graph_create(context, MG_STAGED);
    mg_network *network = mg_network_parse(context, text);
    mg_network_options options = mg_network_defaults();
    options.outputs = CLASSES;
    options.training = optimizer != NULL;
    mg_node *y = mg_network_build(network, mg_input(graph, "x", MG_F32, 2, (int64_t[]){ rows, PIXELS }), parameters, &options);
    if (optimizer) {
        y = mg_cross_entropy(y, mg_input(graph, "labels", MG_I32, 1, &rows), NULL);
        assert_int_equal(mg_minimise(y, parameters, optimizer), MG_OK);
    } else {
        y = mg_argmax(y, 1, false);
    }
    *program = mg_compile(graph, MG_CPU, &y, 1);
    if (!*program) fail_msg("%s", mg_context_message(context));
    mg_network_destroy(network);
    mg_graph_destroy(graph);
    mg_session *session = mg_session_create(context, *program, NULL);
    assert_non_null(session);
    return session;
}

static void train(mg_session *step, int64_t batch, int epochs) {
    static float x[TRAINING][PIXELS];
    static int32_t labels[TRAINING];
    static int64_t order[TRAINING];
    for (int epoch = 0; epoch < epochs; epoch++) {
        mg__random_permutation(&(mg__stream){ .seed = 2, .step = (uint64_t)epoch }, TRAINING, order);
        for (int64_t first = 0; first < TRAINING; first += batch) {
            for (int64_t r = 0; r < batch; r++) {
                memcpy(x[r], digits.x[order[first + r]], sizeof x[r]);
                labels[r] = digits.label[order[first + r]];
            }
            mg_tensor inputs[2] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ batch, PIXELS }, x),
                                    mg_tensor_borrow(MG_I32, 1, &batch, labels) };
            mg_tensor loss = { 0 };
            assert_int_equal(mg_run(step, inputs, &loss), MG_OK);
        }
    }
}

static double accuracy(mg_session *scores) {
    mg_tensor input = mg_tensor_borrow(MG_F32, 2, (int64_t[]){ TEST, PIXELS }, digits.x[TRAINING]), output = { 0 };
    assert_int_equal(mg_run(scores, &input, &output), MG_OK);
    int right = 0;
    for (int r = 0; r < TEST; r++) right += (int32_t)mg_tensor_get(&output, r) == digits.label[TRAINING + r];
    return (double)right / TEST;
}

static double trained_accuracy(mg_context *context, const char *text, const mg_optimizer *optimizer, int64_t batch, int epochs) {
    mg_parameters *parameters = mg_parameters_create(context, MG_F32);
    mg_program *programs[2];
    mg_session *step = make(context, parameters, text, batch, optimizer, &programs[0]);
    train(step, batch, epochs);
    mg_session *scores = make(context, parameters, text, TEST, NULL, &programs[1]);
    double result = accuracy(scores);
    mg_session_destroy(step);
    mg_session_destroy(scores);
    mg_program_destroy(programs[0]);
    mg_program_destroy(programs[1]);
    mg_parameters_destroy(parameters);
    return result;
}

static void every_optimizer_trains_the_digits_with_its_defaults(void **state) {
    for (int i = 0; mg_optimizer_name(i); i++) {
        mg_optimizer optimizer = mg_optimizer_defaults(mg_optimizer_name(i));
        bool full_batch = strcmp(optimizer.name, "rprop") == 0;
        double result = trained_accuracy(*state, "dense(64) relu", &optimizer, full_batch ? TRAINING : BATCH, EPOCHS);
        print_message("%-9s %.4f\n", optimizer.name, result);
        assert_true(result > 0.9);
    }
}

static void deep_texts_train_too(void **state) {
    static const char *const texts[] = {
        "dense(64) batchnorm relu dropout(0.2) residual(dense(64) layernorm gelu dense(64)) relu", "2*[dense(48) selu]",
        "dense(64, init=orthogonal) leaky_relu(0.1) residual(dense(32) mish)"
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        mg_optimizer optimizer = mg_optimizer_defaults("adam");
        optimizer.guard = true;
        optimizer.clip_norm = 1;
        double result = trained_accuracy(*state, texts[i], &optimizer, BATCH, 20);
        print_message("%s: %.4f\n", texts[i], result);
        assert_true(result > 0.93);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_optimizer_trains_the_digits_with_its_defaults),
        cmocka_unit_test(deep_texts_train_too),
    };
    return cmocka_run_group_tests(tests, read_digits, teardown);
}
