/* The health of gradients: what is measured is what differences and plain sums give, and measuring changes nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <micrograd/history.h>

#include "train_support.h"

enum { ROWS = 96, UNITS = 5, FEATURES = 2 };

/* A network of one hidden tanh layer on a made regression, all of whose rows are one batch: everything can be computed here. The
 * weights before the first step are those of a training of the same seed whose learning rate is next to nothing. */
typedef struct fixture {
    mg_context *context;
    mg_dataset *dataset;
    mg_model *model;
} fixture;

static mg_train_options whole_batch(double learning_rate) {
    mg_train_options options = one_network();
    options.optimizer = "gd";
    options.learning_rate = learning_rate;
    options.scale = "none";
    options.test_fraction = 0;
    options.val_fraction = 0;
    options.batch = MADE_ROWS;
    options.epochs = 1;
    options.l2 = 0;
    options.health = true;
    return options;
}

static fixture trained(const char *text, double learning_rate) {
    fixture f = { .context = train_context(1) };
    f.dataset = train_made(f.context, false);
    f.model = mg_model_create(f.context, f.dataset, text);
    mg_train_options options = whole_batch(learning_rate);
    mg_result result = mg_train(f.model, f.dataset, &options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(f.context));
    return f;
}

static void end(fixture *f) {
    mg_model_destroy(f->model);
    mg_dataset_destroy(f->dataset);
    mg_context_destroy(f->context);
}

static mg_tensor weights_of(fixture *f, const char *name) {
    mg_parameters *parameters = mg_model_parameters(f->model, 0);
    return mg_parameters_value(parameters, mg_parameters_find(parameters, name));
}

/* The loss of the whole batch by plain loops in f64; with `shift`, added to z of one row and unit. */
typedef struct by_hand {
    double x[MADE_ROWS][FEATURES], t[MADE_ROWS];
    double w[FEATURES][UNITS], b[UNITS], v[UNITS], c;
    bool relu;
} by_hand;

static double activate(const by_hand *h, double z) { return h->relu ? (z > 0 ? z : 0) : tanh(z); }

static double z_of(const by_hand *h, int row, int unit) {
    double z = h->b[unit];
    for (int i = 0; i < FEATURES; i++) z += h->x[row][i] * h->w[i][unit];
    return z;
}

static double row_loss(const by_hand *h, int row, int unit, double shift) {
    double y = h->c;
    for (int k = 0; k < UNITS; k++) y += h->v[k] * activate(h, z_of(h, row, k) + (k == unit ? shift : 0));
    return (y - h->t[row]) * (y - h->t[row]);
}

static double loss_of(const by_hand *h) {
    double sum = 0;
    for (int r = 0; r < MADE_ROWS; r++) sum += row_loss(h, r, -1, 0);
    return sum / MADE_ROWS;
}

static by_hand take(fixture *f) {
    by_hand h = { .c = 0 };
    mg_tensor w = weights_of(f, "dense1.weight"), b = weights_of(f, "dense1.bias"), v = weights_of(f, "output.weight"),
              c = weights_of(f, "output.bias");
    float x[MADE_ROWS * FEATURES], t[MADE_ROWS];
    const mg_encoder *encoder = mg_model_encoder(f->model);
    assert_int_equal(mg_encoder_features(encoder), FEATURES);
    assert_int_equal(mg_encoder_inputs(f->context, encoder, f->dataset, NULL, MADE_ROWS, x), MG_OK);
    assert_int_equal(mg_encoder_targets(f->context, encoder, f->dataset, NULL, MADE_ROWS, t), MG_OK);
    for (int r = 0; r < MADE_ROWS; r++) {
        h.t[r] = t[r];
        for (int i = 0; i < FEATURES; i++) h.x[r][i] = x[r * FEATURES + i];
    }
    for (int k = 0; k < UNITS; k++) {
        h.b[k] = mg_tensor_get(&b, k);
        h.v[k] = mg_tensor_get(&v, k);
        for (int i = 0; i < FEATURES; i++) h.w[i][k] = mg_tensor_get(&w, i * UNITS + k);
    }
    h.c = mg_tensor_get(&c, 0);
    return h;
}

#define NEAR(a, b, relative) assert_true(fabs((a) - (b)) <= (relative)*fabs(b))

static void gradient_norm_and_signal_agree_with_differences(void **state) {
    (void)state;
    fixture f = trained("dense(5) tanh", 1e-9);
    by_hand h = take(&f);
    double norm = 0, signal = 0, step = 1e-5;
    for (int i = 0; i < FEATURES; i++) {
        for (int k = 0; k < UNITS; k++) {
            double was = h.w[i][k];
            h.w[i][k] = was + step;
            double up = loss_of(&h);
            h.w[i][k] = was - step;
            double slope = (up - loss_of(&h)) / (2 * step);
            h.w[i][k] = was;
            norm += slope * slope;
        }
    }
    for (int r = 0; r < MADE_ROWS; r++) {
        for (int k = 0; k < UNITS; k++) {
            double slope = (row_loss(&h, r, k, step) - row_loss(&h, r, k, -step)) / (2 * step);
            signal += slope * slope / MADE_ROWS;
        }
    }
    const mg_history *history = mg_model_history(f.model);
    assert_int_equal(history->healths, 1);
    assert_int_equal(history->layers, 2);
    assert_string_equal(history->layer[0], "dense1");
    assert_string_equal(history->layer[1], "output");
    const mg_layer_health *layer = history->health[0].layer;
    NEAR(layer[0].gradient_norm, sqrt(norm), 1e-4);
    NEAR(layer[0].signal, sqrt(signal), 1e-4);
    assert_true(isnan(layer[0].gradient_snr));
    end(&f);
}

static void activations_are_those_of_the_rows(void **state) {
    (void)state;
    fixture f = trained("dense(5) tanh", 1e-9);
    by_hand h = take(&f);
    double mean = 0, square = 0, flat = 0, count = MADE_ROWS * UNITS;
    for (int r = 0; r < MADE_ROWS; r++) {
        for (int k = 0; k < UNITS; k++) {
            double y = tanh(z_of(&h, r, k));
            mean += y / count;
            square += y * y / count;
            flat += (1 - y * y < 0.1) / count;
        }
    }
    const mg_layer_health *layer = mg_model_history(f.model)->health[0].layer;
    NEAR(layer[0].activation_mean, mean, 1e-4);
    NEAR(layer[0].activation_std, sqrt(square - mean * mean), 1e-4);
    assert_true(fabs(layer[0].saturated - flat) < 1e-6);
    assert_true(layer[0].dead == 0 && layer[0].alike == 0);
    assert_true(isnan(layer[1].saturated) && isnan(layer[1].dead) && isnan(layer[1].alike)); /* one unit, no activation */
    end(&f);
}

/* Below each border are at least the values clearly below it, and at most those not clearly above: slack, of a bin. */
static void assert_counts(const mg_histogram *h, const double *value, int count, double slack) {
    double low = INFINITY, high = -INFINITY, width;
    int64_t sum = 0;
    for (int i = 0; i < count; i++) low = fmin(low, value[i]), high = fmax(high, value[i]);
    width = (high - low) / MG_HISTOGRAM_BINS;
    assert_true(fabs(h->low - low) < slack * width && fabs(h->high - high) < slack * width);
    for (int b = 0; b < MG_HISTOGRAM_BINS; b++) {
        int64_t least = 0, most = 0;
        for (int i = 0; i < count; i++) {
            least += value[i] < low + width * (b + 1 - slack);
            most += value[i] <= low + width * (b + 1 + slack);
        }
        sum += h->bin[b];
        assert_true(sum >= least && sum <= most);
    }
    assert_int_equal(sum, count);
}

static void histograms_are_those_of_gradient_and_activations(void **state) {
    (void)state;
    fixture f = trained("dense(5) tanh", 1e-9);
    by_hand h = take(&f);
    double slope[FEATURES * UNITS], y[MADE_ROWS * UNITS], answer[MADE_ROWS], step = 1e-5;
    for (int i = 0; i < FEATURES; i++) {
        for (int k = 0; k < UNITS; k++) {
            double was = h.w[i][k];
            h.w[i][k] = was + step;
            double up = loss_of(&h);
            h.w[i][k] = was - step;
            slope[i * UNITS + k] = (up - loss_of(&h)) / (2 * step);
            h.w[i][k] = was;
        }
    }
    for (int r = 0; r < MADE_ROWS; r++) {
        answer[r] = h.c;
        for (int k = 0; k < UNITS; k++) answer[r] += h.v[k] * (y[r * UNITS + k] = tanh(z_of(&h, r, k)));
    }
    const mg_layer_health *layer = mg_model_history(f.model)->health[0].layer;
    assert_counts(&layer[0].gradients, slope, FEATURES * UNITS, 0.01);
    assert_counts(&layer[0].activations, y, MADE_ROWS * UNITS, 0.001);
    assert_counts(&layer[1].activations, answer, MADE_ROWS, 0.001);
    end(&f);
}

/* 120 rows of 300 units are 36,000: every third would meet only 100 units, every seventh meets all. */
static void many_activations_are_sampled_evenly(void **state) {
    (void)state;
    fixture f = trained("dense(300) tanh", 1e-9);
    const mg_layer_health *layer = mg_model_history(f.model)->health[0].layer;
    const mg_histogram *h = &layer[0].activations;
    double width = (h->high - h->low) / MG_HISTOGRAM_BINS, count = 0, mean = 0, square = 0;
    for (int b = 0; b < MG_HISTOGRAM_BINS; b++) {
        double middle = h->low + width * (b + 0.5);
        count += (double)h->bin[b];
        mean += (double)h->bin[b] * middle;
        square += (double)h->bin[b] * middle * middle;
    }
    mean /= count;
    assert_true(count == 5143);
    double spread = layer[0].activation_std;
    if (!(fabs(mean - layer[0].activation_mean) < 0.05 * spread)) fail_msg("%g and %g", mean, layer[0].activation_mean);
    NEAR(sqrt(square / count - mean * mean), spread, 0.05);
    end(&f);
}

static void update_ratio_is_the_change_of_the_weights(void **state) {
    (void)state;
    fixture before = trained("dense(5) tanh", 1e-9), after = trained("dense(5) tanh", 0.1);
    mg_tensor a = weights_of(&before, "dense1.weight"), b = weights_of(&after, "dense1.weight");
    double moved = 0, size = 0;
    for (int64_t i = 0; i < mg_tensor_count(&a); i++) {
        double change = mg_tensor_get(&b, i) - mg_tensor_get(&a, i);
        moved += change * change;
        size += mg_tensor_get(&a, i) * mg_tensor_get(&a, i);
    }
    double ratio = mg_model_history(after.model)->health[0].layer[0].update_ratio;
    NEAR(ratio, sqrt(moved / size), 1e-4);
    /* plain descent: the change is the learning rate times the gradient */
    NEAR(ratio, 0.1 * mg_model_history(after.model)->health[0].layer[0].gradient_norm / sqrt(size), 1e-4);
    end(&before);
    end(&after);
}

static void equal_weights_are_seen_as_alike(void **state) {
    (void)state;
    fixture f = trained("dense(5, init=ones) tanh", 0.01);
    assert_true(mg_model_history(f.model)->health[0].layer[0].alike == 1);
    end(&f);
}

/* All units get a bias that no row overcomes: what a step far too long leaves behind. */
static void units_that_no_row_wakes_are_dead(void **state) {
    (void)state;
    fixture f = trained("dense(5) relu", 1e-9);
    mg_tensor bias = weights_of(&f, "dense1.bias");
    for (int k = 0; k < 3; k++) mg_tensor_put(&bias, k, -100);
    mg_parameters_touch(mg_model_parameters(f.model, 0));
    mg_train_options options = whole_batch(1e-9);
    assert_int_equal(mg_train(f.model, f.dataset, &options).status, MG_OK);
    const mg_layer_health *layer = mg_model_history(f.model)->health[0].layer;
    assert_true(fabs(layer[0].dead - 3.0 / UNITS) < 1e-9);
    assert_true(isnan(layer[0].saturated));
    end(&f);
}

/* Every step sees the same rows and (all but) the same weights: there is no noise; then a gradient that is. */
static void signal_to_noise_tells_steady_gradients_from_wandering_ones(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    double snr[2];
    for (int noisy = 0; noisy < 2; noisy++) {
        mg_model *model = mg_model_create(context, dataset, "dense(5) tanh");
        mg_train_options options = whole_batch(1e-6);
        options.epochs = 32;
        if (noisy) options.batch = 1, options.epochs = 2, options.learning_rate = 0.05;
        assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
        const mg_history *history = mg_model_history(model);
        snr[noisy] = history->health[history->healths - 1].layer[0].gradient_snr;
        mg_model_destroy(model);
    }
    assert_true(isnan(snr[0]) || snr[0] > 100);
    assert_true(snr[1] < 1.5);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void steps_are_measured_at_powers_of_two_and_then_every_64th(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_made(context, false);
    mg_model *model = mg_model_create(context, dataset, "dense(5) tanh");
    mg_train_options options = whole_batch(1e-3);
    options.batch = 10; /* 12 steps an epoch */
    options.epochs = 17;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    const mg_history *history = mg_model_history(model);
    const int64_t wanted[] = { 1, 2, 4, 8, 16, 32, 64, 128, 192 };
    assert_int_equal(history->healths, 9);
    for (int i = 0; i < 9; i++) {
        assert_int_equal(history->health[i].step, wanted[i]);
        assert_int_equal(history->health[i].epoch, (wanted[i] - 1) / 12 + 1);
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* Dropout, batch statistics and several members are where a second look could be seen. */
static void measuring_changes_no_bit(void **state) {
    (void)state;
    uint64_t weights[4];
    mg_context *contexts[] = { train_context(1), train_context(2) };
    for (int i = 0; i < 4; i++) {
        mg_dataset *dataset = train_data(contexts[i / 2], "iris");
        mg_model *model = mg_model_create(contexts[i / 2], dataset, "dense(8) batchnorm relu dropout(0.3) dense(8) tanh");
        mg_train_options options = mg_train_defaults();
        options.members = 3;
        options.epochs = 4;
        options.health = i % 2;
        assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
        const mg_history *history = mg_model_history(model);
        assert_int_equal(history->layers, i % 2 ? 3 : 0);
        assert_true(i % 2 ? history->healths > 3 : history->healths == 0);
        weights[i] = train_weights(model);
        mg_model_destroy(model);
        mg_dataset_destroy(dataset);
    }
    for (int i = 1; i < 4; i++) assert_true(weights[i] == weights[0]);
    for (int i = 0; i < 2; i++) mg_context_destroy(contexts[i]);
}

static void inputs_are_measured_by_column(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    double cells[ROWS * 4], squares[3] = { 0 };
    static const char *const names[] = { "a", "b", "c", "t" };
    for (int r = 0; r < ROWS; r++) {
        cells[4 * r] = sin(r);
        cells[4 * r + 1] = 500 * cos(2 * r);
        cells[4 * r + 2] = 0.25 * sin(3 * r);
        cells[4 * r + 3] = cells[4 * r] + r * 0.01;
        for (int i = 0; i < 3; i++) squares[i] += cells[4 * r + i] * cells[4 * r + i] / ROWS;
    }
    mg_dataset *dataset = train_table(context, ROWS, 4, names, cells);
    mg_model *model = mg_model_create(context, dataset, "dense(4) relu");
    mg_train_options options = whole_batch(1e-6);
    options.batch = ROWS;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    mg_input_health inputs = mg_model_history(model)->inputs;
    assert_int_equal(inputs.columns, 3);
    NEAR(inputs.largest, sqrt(squares[1]), 1e-5);
    NEAR(inputs.median, sqrt(squares[0]), 1e-5);
    NEAR(inputs.smallest, sqrt(squares[2]), 1e-5);
    assert_int_equal(inputs.largest_column, 1);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void convolutions_norms_and_residuals_have_their_layers(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *dataset = train_data(context, "digits");
    mg_model *model =
        mg_model_create(context, dataset, "conv(4, 3) batchnorm relu maxpool(2) residual(dense(9) tanh dense(6)) relu");
    mg_train_options options = one_network();
    options.image = "8x8";
    options.epochs = 1;
    options.health = true;
    mg_result result = mg_train(model, dataset, &options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    const mg_history *history = mg_model_history(model);
    static const char *const names[] = { "conv1", "residual1.dense1", "residual1.dense2", "output" };
    assert_int_equal(history->layers, 4);
    for (int i = 0; i < 4; i++) {
        const mg_layer_health *layer = &history->health[1].layer[i];
        assert_string_equal(history->layer[i], names[i]);
        assert_true(layer->gradient_norm > 0 && layer->signal > 0 && layer->update_ratio > 0 && layer->activation_std > 0);
        assert_true(isnan(layer->dead) == (i > 1));       /* a sum follows the second dense layer */
        assert_true(isnan(layer->saturated) == (i != 1)); /* relu has one limit */
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gradient_norm_and_signal_agree_with_differences),
        cmocka_unit_test(activations_are_those_of_the_rows),
        cmocka_unit_test(histograms_are_those_of_gradient_and_activations),
        cmocka_unit_test(many_activations_are_sampled_evenly),
        cmocka_unit_test(update_ratio_is_the_change_of_the_weights),
        cmocka_unit_test(equal_weights_are_seen_as_alike),
        cmocka_unit_test(units_that_no_row_wakes_are_dead),
        cmocka_unit_test(signal_to_noise_tells_steady_gradients_from_wandering_ones),
        cmocka_unit_test(steps_are_measured_at_powers_of_two_and_then_every_64th),
        cmocka_unit_test(measuring_changes_no_bit),
        cmocka_unit_test(inputs_are_measured_by_column),
        cmocka_unit_test(convolutions_norms_and_residuals_have_their_layers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
