#define _DEFAULT_SOURCE
/* Models of images: convolutions with running statistics, trained, kept, saved and asked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/files.h"
#include "train/model.h"
#include "train_support.h"

enum { ROWS = 150, SIDE = 6, PIXELS = SIDE * SIDE };
static const char *const network = "conv(6, 3, padding=same, bias=false) batchnorm relu maxpool(2) "
                                   "residual(conv(8, 3, stride=2, padding=1, bias=false) batchnorm relu) globalavgpool";

/* A bright row (class 0) or column (class 1) on noise. */
static mg_dataset *stripes(mg_context *context) {
    static float pixels[ROWS * PIXELS];
    int32_t labels[ROWS];
    for (int i = 0; i < ROWS; i++) {
        labels[i] = sin(3 + 12.9898 * i) > 0;
        int at = (i * 7 / 3) % SIDE;
        for (int k = 0; k < PIXELS; k++) {
            bool bright = labels[i] ? k % SIDE == at : k / SIDE == at;
            pixels[i * PIXELS + k] = (float)(0.8 * sin(1 + 78.233 * (i * PIXELS + k)) + bright);
        }
    }
    mg_tensor x = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ ROWS, SIDE, SIDE, 1 }, pixels),
              y = mg_tensor_borrow(MG_I32, 1, (int64_t[]){ ROWS }, labels);
    mg_dataset *dataset = mg_dataset_create(context, &x, &y, NULL);
    if (!dataset) fail_msg("%s", mg_context_message(context));
    return dataset;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, int64_t members, int64_t epochs, double rate) {
    mg_train_options options = mg_train_defaults();
    options.model = network;
    options.members = members;
    options.epochs = epochs;
    options.learning_rate = rate;
    options.schedule = "constant";
    mg_model *model = mg_model_create_with(context, dataset, &options);
    mg_result result = mg_train(model, dataset, &options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

static void same_answers(mg_model *a, mg_model *b, const mg_dataset *dataset) {
    mg_tensor *x = mg_model_predict(a, dataset), *y = mg_model_predict(b, dataset);
    assert_true(x && y && mg_tensor_bytes(x) == mg_tensor_bytes(y));
    assert_memory_equal(x->data, y->data, mg_tensor_bytes(x));
    mg_tensor_destroy(x);
    mg_tensor_destroy(y);
}

static void several_networks_learn_and_are_saved_to_the_last_bit(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = stripes(context);
    mg_model *model = trained(context, dataset, 3, 12, 0.02);
    assert_int_equal(mg_model_members(model), 3);
    assert_true(mg_model_result(model)->test.accuracy > 0.85);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(context, test_path("m.safetensors"));
    if (!loaded) fail_msg("%s", mg_context_message(context));
    assert_string_equal(mg_model_text(loaded), network);
    same_answers(model, loaded, dataset);
    for (int i = 0; i < 3; i++) {
        mg_tensor x = mg_parameters_state(mg_model_parameters(model, i)), y = mg_parameters_state(mg_model_parameters(loaded, i));
        assert_memory_equal(x.data, y.data, mg_tensor_bytes(&x));
        assert_true(mg_tensor_get(&x, 0) != 0); /* it has seen a batch */
    }
    mg_model_destroy(loaded);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void threads_change_no_bit(void **state) {
    (void)state;
    mg_context *one = train_context(1), *two = train_context(2);
    mg_dataset *dataset = stripes(one);
    mg_model *a = trained(one, dataset, 2, 2, 0.02), *b = trained(two, dataset, 2, 2, 0.02);
    same_answers(a, b, dataset);
    mg_model_destroy(a);
    mg_model_destroy(b);
    mg_dataset_destroy(dataset);
    mg_context_destroy(two);
    mg_context_destroy(one);
}

/* A training that ends with its best epoch is that of a longer one whose best epoch it was: weights and running statistics. */
static void the_best_epoch_comes_back_with_its_statistics(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = stripes(context);
    mg_model *longer = trained(context, dataset, 1, 12, 0.3);
    int64_t best = mg_model_result(longer)->best_epoch;
    assert_in_range(best, 1, 11);
    mg_model *shorter = trained(context, dataset, 1, best, 0.3);
    assert_int_equal(mg_model_result(shorter)->best_epoch, best);
    same_answers(longer, shorter, dataset);
    mg_model_destroy(shorter);
    mg_model_destroy(longer);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* What the network of a model gives for 4 rows without a fold. */
static void run_unfolded(mg_context *context, const mg_model *model, float *x, float *out) {
    mg__build build = { .batch = 4, .init = MG_INIT_auto };
    assert_int_equal(mg__build_network(model, model->member[0].parameters, &build), MG_OK);
    mg_program *program = mg_compile(build.graph, MG_CPU, &build.output, 1);
    mg_session *session = mg_session_create(context, program, model->member[0].parameters);
    mg_tensor input = mg_tensor_borrow(MG_F32, 4, (int64_t[]){ 4, SIDE, SIDE, 1 }, x), output = { 0 };
    assert_int_equal(mg_run(session, &input, &output), MG_OK);
    memcpy(out, output.data, mg_tensor_bytes(&output));
    mg_session_destroy(session);
    mg_program_destroy(program);
    mg_graph_destroy(build.graph);
}

static void answers_are_those_of_the_network_before_its_norms_were_folded(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = stripes(context);
    mg_model *model = trained(context, dataset, 1, 3, 0.02);
    float x[4 * PIXELS], outputs[8];
    double answers[8];
    for (int i = 0; i < 4 * PIXELS; i++) x[i] = (float)sin(i);
    run_unfolded(context, model, x, outputs);
    assert_int_equal(mg_model_predict_encoded(model, x, 4, answers), MG_OK);
    for (int i = 0; i < 4; i++) {
        double p = 1 / (1 + exp((double)outputs[2 * i] - (double)outputs[2 * i + 1]));
        assert_true(fabs(answers[2 * i + 1] - p) < 1e-5);
    }
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static bool discard(void *user, const char *bytes, size_t count) {
    (void)bytes;
    *(size_t *)user += count;
    return true;
}

static void a_model_of_images_tells_its_layers(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = stripes(context);
    mg_model *model = trained(context, dataset, 1, 1, 0.02);
    mg_layer_info layers[16];
    assert_int_equal(mg_model_layers(model, layers, 16), 10);
    assert_string_equal(layers[0].name, "conv1");
    assert_int_equal(layers[0].multiply_adds, PIXELS * 9 * 6);
    assert_string_equal(layers[7].text, "residual(conv(8, 3, stride=2, padding=1, bias=false) batchno...");
    assert_int_equal(layers[7].parameters, 6 * 8); /* its projection */
    size_t bytes = 0;
    assert_int_equal(mg_model_write_dot(model, discard, &bytes), MG_OK);
    assert_true(bytes > 1000);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(several_networks_learn_and_are_saved_to_the_last_bit),
        cmocka_unit_test(threads_change_no_bit),
        cmocka_unit_test(the_best_epoch_comes_back_with_its_statistics),
        cmocka_unit_test(answers_are_those_of_the_network_before_its_norms_were_folded),
        cmocka_unit_test(a_model_of_images_tells_its_layers),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
