/* What a run computes: against the same loop written out over the public interface, and against formulas in doubles. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/loader.h"
#include "train_support.h"

#include <micrograd/ops.h>

/* --- a plain loop ------------------------------------------------------------------------------------ */

typedef struct loop {
    mg_context *context;
    const mg_train_options *options;
    const mg_model *model; /* for its encoder alone */
    mg_parameters *parameters;
    mg_program *program[2]; /* on a whole batch, and on what is left */
    mg_session *session[2];
} loop;

static void compile_step(loop *l, int which, int64_t rows) {
    const mg_train_options *o = l->options;
    const mg_encoder *encoder = mg_model_encoder(l->model);
    mg_graph *graph = mg_graph_create(l->context, MG_STAGED);
    mg_network *network = mg_network_parse(l->context, mg_model_text(l->model));
    mg_network_options build = mg_network_defaults();
    build.training = true;
    build.outputs = mg_encoder_classes(encoder);
    build.numbers = mg_encoder_numbers(encoder);
    mg_node *x = mg_input(graph, "x", MG_F32, 2, (int64_t[]){ rows, mg_encoder_features(encoder) });
    mg_node *y = mg_network_build(network, x, l->parameters, &build);
    mg_loss_options smooth = mg_loss_defaults();
    smooth.label_smoothing = o->label_smoothing;
    mg_node *loss = mg_cross_entropy(y, mg_input(graph, "target", MG_I32, 1, &rows), &smooth);
    if (o->l1 > 0 || o->l2 > 0) loss = mg_add(loss, mg_penalty(graph, l->parameters, o->l1, o->l2));
    mg_optimizer optimizer = mg_optimizer_defaults(o->optimizer);
    if (!strcmp(o->optimizer, "adamw")) optimizer.weight_decay = o->weight_decay;
    optimizer.clip_norm = o->clip_norm;
    assert_int_equal(mg_minimise(loss, l->parameters, &optimizer), MG_OK);
    if (which == 0) assert_int_equal(mg_parameters_freeze(l->parameters, (uint64_t)o->seed), MG_OK);
    l->program[which] = mg_compile(graph, MG_CPU, &loss, 1);
    l->session[which] = mg_session_create(l->context, l->program[which], l->parameters);
    assert_non_null(l->session[which]);
    mg_session_set_seed(l->session[which], (uint64_t)o->seed);
    mg_graph_destroy(graph);
    mg_network_destroy(network);
}

static void run_loop(loop *l, const mg_dataset *dataset) {
    const mg_train_options *o = l->options;
    const mg_encoder *encoder = mg_model_encoder(l->model);
    int64_t rows = mg_dataset_rows(dataset), features = mg_encoder_features(encoder), left = rows % o->batch;
    float *x = malloc((size_t)(rows * features) * sizeof *x), *batch = malloc((size_t)(rows * features) * sizeof *x);
    int32_t *labels = malloc((size_t)rows * sizeof *labels), *target = malloc((size_t)rows * sizeof *target);
    assert_int_equal(mg_encoder_inputs(l->context, encoder, dataset, NULL, rows, x), MG_OK);
    assert_int_equal(mg_encoder_labels(l->context, encoder, dataset, NULL, rows, labels), MG_OK);
    compile_step(l, 0, o->batch);
    if (left) compile_step(l, 1, left);
    mg__loader loader;
    assert_int_equal(mg__loader_create(l->context, rows, o->batch, (uint64_t)o->seed, &loader), MG_OK);
    mg_schedule schedule;
    assert_int_equal(mg_schedule_parse(l->context, o->schedule, &schedule), MG_OK);
    int64_t step = 0, steps = mg__loader_batches(&loader);
    for (int64_t epoch = 1; epoch <= o->epochs; epoch++) {
        mg__loader_epoch(&loader, (uint64_t)epoch);
        for (int64_t i = 0; i < steps; i++, step++) {
            int64_t count;
            const int64_t *order = mg__loader_batch(&loader, i, &count);
            mg_session *session = l->session[count != o->batch];
            mg__gather_rows(x, (size_t)features * sizeof *x, order, count, batch);
            mg__gather_rows(labels, sizeof *labels, order, count, target);
            mg_tensor inputs[] = { mg_tensor_borrow(MG_F32, 2, (int64_t[]){ count, features }, batch),
                                   mg_tensor_borrow(MG_I32, 1, &count, target) };
            mg_tensor loss = { 0 };
            mg_session_set_step(session, (uint64_t)step);
            mg_session_set(session, "learning_rate",
                           o->learning_rate * mg_schedule_factor(&schedule, (double)step, (double)steps, (double)o->epochs));
            assert_int_equal(mg_run(session, inputs, &loss), MG_OK);
        }
    }
    mg__loader_destroy(&loader);
    free(x);
    free(batch);
    free(labels);
    free(target);
}

static void check_loop(const char *text, const mg_train_options *options) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, true);
    mg_model *model = mg_model_create(context, dataset, text);
    if (mg_train(model, dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    loop l = { .context = context, .options = options, .model = model, .parameters = mg_parameters_create(context, MG_F32) };
    run_loop(&l, dataset);
    mg_tensor a = mg_parameters_flat(mg_model_parameters(model, 0)), b = mg_parameters_flat(l.parameters);
    assert_int_equal(mg_tensor_bytes(&a), mg_tensor_bytes(&b));
    assert_memory_equal(a.data, b.data, mg_tensor_bytes(&a));
    for (int i = 0; i < 2; i++) mg_session_destroy(l.session[i]);
    for (int i = 0; i < 2; i++) mg_program_destroy(l.program[i]);
    mg_parameters_destroy(l.parameters);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* All rows train, and the last epoch is kept: what comes out is what the steps made. */
static mg_train_options plain(void) {
    mg_train_options options = one_network();
    options.val_fraction = options.test_fraction = 0;
    options.learning_rate = 0.01;
    options.label_smoothing = 0;
    options.l2 = 0;
    options.batch = 25; /* 120 rows: the last batch has 20 */
    options.epochs = 4;
    options.seed = 12;
    return options;
}

static void one_network_is_a_plain_loop(void **state) {
    (void)state;
    mg_train_options options = plain();
    check_loop("dense(16) relu", &options);
    check_loop("dense(16) relu dropout(0.3) batchnorm", &options);
    options.label_smoothing = 0.1;
    options.l1 = 1e-3;
    options.l2 = 1e-2;
    options.clip_norm = 0.5;
    check_loop("dense(8) tanh dropout(0.1)", &options);
    options.optimizer = "adamw";
    options.weight_decay = 0.05;
    options.batch = 120;
    check_loop("periodic(4, 3) dense(8) tanh", &options);
}

static void the_learning_rate_of_each_step_follows_the_schedule(void **state) {
    (void)state;
    for (int i = 0; mg_schedule_name(i); i++) {
        mg_train_options options = plain();
        if (mg_schedule_row_at(i)->watches) continue; /* there are no scores here */
        options.schedule = mg_schedule_name(i);
        options.optimizer = "gd";
        options.learning_rate = 0.2;
        check_loop("dense(8) tanh", &options);
    }
}

/* --- formulas ---------------------------------------------------------------------------------------- */

enum { ROWS = 24, FEATURES = 3, CLASSES = 3, WEIGHTS = FEATURES * CLASSES, LEARNED = WEIGHTS + CLASSES };

static double cells[ROWS][FEATURES + 2]; /* features, weight, class */
static const char *const names[] = { "a", "b", "c", "w", "y" };

static void make_cells(void) {
    uint64_t g = 23;
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < FEATURES; j++) cells[i][j] = train_normal(&g);
        cells[i][FEATURES] = 0.25 + 3 * train_even(&g);
        cells[i][FEATURES + 1] = i % 5 % CLASSES; /* uneven: Adam makes steps of a gradient that is 0 but for rounding */
    }
}

/* d/dp of sum_i w_i H(q_i, softmax(x_i W + b)) / sum_i w_i + l1 sum |W| + l2/2 sum W^2, p = W then b. */
static void gradient_by_hand(const double *p, const double *weights, double smoothing, double l1, double l2, double *out) {
    double total = 0;
    memset(out, 0, LEARNED * sizeof *out);
    for (int i = 0; i < ROWS; i++) total += weights[i];
    for (int i = 0; i < ROWS; i++) {
        double z[CLASSES], sum = 0;
        for (int k = 0; k < CLASSES; k++) {
            z[k] = p[WEIGHTS + k];
            for (int j = 0; j < FEATURES; j++) z[k] += cells[i][j] * p[j * CLASSES + k];
            sum += exp(z[k]);
        }
        for (int k = 0; k < CLASSES; k++) {
            double q = (1 - smoothing) * ((int)cells[i][FEATURES + 1] == k) + smoothing / CLASSES;
            double d = weights[i] / total * (exp(z[k]) / sum - q);
            for (int j = 0; j < FEATURES; j++) out[j * CLASSES + k] += d * cells[i][j];
            out[WEIGHTS + k] += d;
        }
    }
    for (int i = 0; i < WEIGHTS; i++) out[i] += l1 * ((p[i] > 0) - (p[i] < 0)) + l2 * p[i];
}

static void train_by_hand(const mg_train_options *o, const double *weights, double *p) {
    double g[LEARNED], m[LEARNED] = { 0 }, v[LEARNED] = { 0 };
    memset(p, 0, LEARNED * sizeof *p);
    for (int64_t t = 1; t <= o->epochs; t++) {
        gradient_by_hand(p, weights, o->label_smoothing, o->l1, o->l2, g);
        for (int i = 0; i < LEARNED; i++) {
            double step = g[i];
            if (!strcmp(o->optimizer, "adamw")) {
                m[i] = 0.9 * m[i] + 0.1 * g[i];
                v[i] = 0.999 * v[i] + 0.001 * g[i] * g[i];
                step = m[i] / (1 - pow(0.9, (double)t)) / (sqrt(v[i] / (1 - pow(0.999, (double)t))) + 1e-8);
                if (i < WEIGHTS) step += o->weight_decay * p[i];
            }
            p[i] -= o->learning_rate * step;
        }
    }
}

static void check_by_hand(const mg_train_options *options, const double *weights) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_table(context, ROWS, FEATURES + 2, names, &cells[0][0]);
    mg_model *model = mg_model_create(context, dataset, "");
    if (mg_train(model, dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(context));
    double wanted[LEARNED];
    train_by_hand(options, weights, wanted);
    mg_parameters *parameters = mg_model_parameters(model, 0);
    mg_tensor w = mg_parameters_value(parameters, mg_parameters_find(parameters, "output.weight"));
    mg_tensor b = mg_parameters_value(parameters, mg_parameters_find(parameters, "output.bias"));
    assert_int_equal(mg_tensor_count(&w), WEIGHTS);
    for (int i = 0; i < LEARNED; i++) {
        double value = i < WEIGHTS ? mg_tensor_get(&w, i) : mg_tensor_get(&b, i - WEIGHTS);
        if (!(fabs(value - wanted[i]) < 2e-5)) fail_msg("%d: %.9g, by hand %.9g", i, value, wanted[i]);
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Softmax regression on all rows at once, from zeros. */
static mg_train_options by_hand(void) {
    mg_train_options options = plain();
    make_cells();
    options.init = "zeros";
    options.scale = "none";
    options.drop = "w";
    options.optimizer = "gd";
    options.learning_rate = 0.5;
    options.batch = ROWS;
    options.epochs = 10;
    return options;
}

static const double ones[ROWS] = { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1 };

static void label_smoothing_and_penalties_by_their_formulas(void **state) {
    (void)state;
    mg_train_options options = by_hand();
    check_by_hand(&options, ones);
    options.label_smoothing = 0.3;
    check_by_hand(&options, ones);
    options.l2 = 0.4;
    check_by_hand(&options, ones);
    options.l1 = 0.001; /* less than any gradient at hand, so that no weight crosses 0 */
    check_by_hand(&options, ones);
}

static void weight_decay_shrinks_weights_and_no_biases(void **state) {
    (void)state;
    mg_train_options options = by_hand();
    options.optimizer = "adamw";
    options.learning_rate = 0.05;
    options.weight_decay = 0;
    check_by_hand(&options, ones);
    options.weight_decay = 2;
    check_by_hand(&options, ones);
}

static void row_and_class_weights_multiply_the_loss(void **state) {
    (void)state;
    mg_train_options options = by_hand();
    double weights[ROWS];
    options.drop = NULL;
    options.weight = "w";
    for (int i = 0; i < ROWS; i++) weights[i] = cells[i][FEATURES];
    check_by_hand(&options, weights);
    options.class_weight = "0=0.5,2=4";
    for (int i = 0; i < ROWS; i++) weights[i] *= cells[i][FEATURES + 1] == 0 ? 0.5 : cells[i][FEATURES + 1] == 2 ? 4 : 1;
    check_by_hand(&options, weights);
    options.weight = NULL;
    options.drop = "w";
    for (int i = 0; i < ROWS; i++) weights[i] /= cells[i][FEATURES];
    check_by_hand(&options, weights);
}

/* In batches a row counts for its share of all weights, whatever stands beside it: the sum of an epoch's steps of plain descent
 * from one point is the step on all rows. One epoch at a tiny rate is that, to first order. */
static void a_batch_counts_for_its_weight(void **state) {
    (void)state;
    mg_train_options options = by_hand();
    mg_context *context = train_context(1);
    options.drop = NULL;
    options.weight = "w";
    options.epochs = 1;
    for (int i = 0; i < ROWS; i++) cells[i][FEATURES] = i % 3 == 0 ? 10 : 0.1;
    double weights[ROWS], wanted[LEARNED];
    for (int i = 0; i < ROWS; i++) weights[i] = cells[i][FEATURES];
    options.learning_rate = 1e-3;
    train_by_hand(&options, weights, wanted);
    options.batch = 2;
    options.learning_rate = 1e-3 * 2 / ROWS;
    mg_dataset *dataset = train_table(context, ROWS, FEATURES + 2, names, &cells[0][0]);
    mg_model *model = mg_model_create(context, dataset, "");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    mg_parameters *parameters = mg_model_parameters(model, 0);
    mg_tensor w = mg_parameters_value(parameters, mg_parameters_find(parameters, "output.weight"));
    double largest = 0;
    for (int i = 0; i < WEIGHTS; i++) largest = fmax(largest, fabs(wanted[i]));
    for (int i = 0; i < WEIGHTS; i++) assert_true(fabs(mg_tensor_get(&w, i) - wanted[i]) < 0.01 * largest);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_network_is_a_plain_loop),
        cmocka_unit_test(the_learning_rate_of_each_step_follows_the_schedule),
        cmocka_unit_test(label_smoothing_and_penalties_by_their_formulas),
        cmocka_unit_test(weight_decay_shrinks_weights_and_no_biases),
        cmocka_unit_test(row_and_class_weights_multiply_the_loss),
        cmocka_unit_test(a_batch_counts_for_its_weight),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
