#define _DEFAULT_SOURCE
/* Temperatures: against the least log loss found by trying, in trainings, and in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/files.h"
#include "train/model.h"
#include "train/temperature.h"
#include "train_support.h"

enum { ROWS = 300, CLASSES = 3 };

static double outputs[ROWS * CLASSES], probabilities[ROWS * CLASSES];
static int32_t labels[ROWS];

static void softmax(const double *z, double temperature, double *p) {
    double sum = 0;
    for (int k = 0; k < CLASSES; k++) sum += p[k] = exp(z[k] / temperature);
    for (int k = 0; k < CLASSES; k++) p[k] /= sum;
}

/* Rows whose outputs are `boldness` times what the chances of their labels ask for. */
static mg_scored make_rows(double boldness) {
    uint64_t g = 7;
    for (int r = 0; r < ROWS; r++) {
        double *z = outputs + r * CLASSES, p[CLASSES], u;
        for (int k = 0; k < CLASSES; k++) z[k] = 1.5 * train_normal(&g);
        softmax(z, 1, p);
        u = train_even(&g);
        labels[r] = u < p[0] ? 0 : u < p[0] + p[1] ? 1 : 2;
        for (int k = 0; k < CLASSES; k++) z[k] *= boldness;
        softmax(z, 1, probabilities + r * CLASSES);
    }
    return (mg_scored){ .rows = ROWS, .columns = CLASSES, .values = probabilities, .labels = labels };
}

/* sum of log losses of softmax(z / T) + (ln T)^2 / (2 0.5^2) */
static double penalised_loss(double temperature) {
    double sum = 2 * log(temperature) * log(temperature), p[CLASSES];
    for (int r = 0; r < ROWS; r++) {
        softmax(outputs + r * CLASSES, temperature, p);
        sum -= log(p[labels[r]]);
    }
    return sum;
}

static void the_temperature_has_the_least_loss(void **state) {
    (void)state;
    static const double boldness[] = { 0.4, 1, 2.5, 6 };
    for (int i = 0; i < 4; i++) {
        mg_scored scored = make_rows(boldness[i]);
        double found = mg__temperature_fit(&scored), best = 0.05;
        for (double t = 0.05; t < 20; t *= 1.001)
            if (penalised_loss(t) < penalised_loss(best)) best = t;
        if (!(fabs(log(found / best)) < 0.0011)) fail_msg("%g times too bold: %g, by trying %g", boldness[i], found, best);
        assert_true(fabs(log(found / boldness[i])) < 0.2);
    }
}

static void applying_it_divides_the_outputs(void **state) {
    (void)state;
    make_rows(1.5);
    for (int r = 0; r < ROWS; r++) {
        double wanted[CLASSES];
        softmax(outputs + r * CLASSES, 1.7, wanted);
        mg__temperature_apply(1.7, CLASSES, probabilities + r * CLASSES);
        for (int k = 0; k < CLASSES; k++) assert_true(fabs(probabilities[r * CLASSES + k] - wanted[k]) < 1e-12);
    }
}

static void few_rows_that_are_all_right_hardly_move_it(void **state) {
    (void)state;
    const double p[] = { 0.97, 0.03, 0.03, 0.97, 1, 0 };
    mg_scored scored = { .rows = 3, .columns = 2, .values = p, .labels = (int32_t[]){ 0, 1, 0 } };
    double found = mg__temperature_fit(&scored);
    assert_true(found > 0.8 && found < 1);
    scored.rows = 0;
    assert_true(mg__temperature_fit(&scored) == 1);
}

/* --- in a training ----------------------------------------------------------------------------------- */

typedef struct fixture {
    mg_context *context;
    mg_dataset *dataset;
} fixture;

static int set_up(void **state) {
    static fixture f;
    f.context = train_context(1);
    f.dataset = train_data(f.context, "digits");
    *state = &f;
    return test_folder_make(&(void *){ NULL });
}

static int tear_down(void **state) {
    fixture *f = *state;
    mg_dataset_destroy(f->dataset);
    mg_context_destroy(f->context);
    return test_folder_remove(state);
}

static mg_model *train_digits(fixture *f, const char *calibrate, int64_t members, mg_result *result) {
    mg_train_options options = one_network();
    options.members = members;
    options.epochs = 8;
    options.label_smoothing = 0.2; /* makes it timid */
    options.calibrate = calibrate;
    mg_model *model = mg_model_create(f->context, f->dataset, "dense(16) relu");
    *result = mg_train(model, f->dataset, &options);
    if (result->status != MG_OK) fail_msg("%s", mg_context_message(f->context));
    return model;
}

static void probabilities_get_better_and_classes_stay(void **state) {
    fixture *f = *state;
    for (int64_t members = 1; members <= 2; members++) {
        mg_result plain, calibrated;
        mg_model *a = train_digits(f, "none", members, &plain), *b = train_digits(f, "temperature", members, &calibrated);
        assert_true(plain.temperature == 1 && mg_model_temperature(a) == 1);
        assert_true(calibrated.temperature < 0.8 && mg_model_temperature(b) == calibrated.temperature);
        assert_true(calibrated.test.accuracy == plain.test.accuracy && train_weights(a) == train_weights(b));
        if (!(calibrated.test.log_loss < 0.85 * plain.test.log_loss &&
              calibrated.validation.log_loss < plain.validation.log_loss))
            fail_msg("log loss %g -> %g", plain.test.log_loss, calibrated.test.log_loss);
        assert_true(calibrated.test.calibration_error < 0.6 * plain.test.calibration_error);
        mg_model_destroy(a);
        mg_model_destroy(b);
    }
}

static char *read_file(const char *path, size_t *length) {
    FILE *file = fopen(path, "rb");
    char *bytes = malloc(1 << 22);
    assert_non_null(file);
    *length = fread(bytes, 1, 1 << 22, file);
    fclose(file);
    return bytes;
}

static char *find(char *bytes, size_t length, const char *text) {
    for (size_t i = 0; i + strlen(text) <= length; i++)
        if (!memcmp(bytes + i, text, strlen(text))) return bytes + i;
    return NULL;
}

static void a_file_keeps_it_and_a_wrong_one_is_refused(void **state) {
    fixture *f = *state;
    mg_result result;
    size_t length;
    mg_model *model = train_digits(f, "temperature", 1, &result), *plain = train_digits(f, "none", 1, &result);
    assert_int_equal(mg_model_save(plain, test_path("plain.safetensors")), MG_OK);
    char *bytes = read_file(test_path("plain.safetensors"), &length);
    assert_non_null(find(bytes, length, "\"micrograd.format\":\"2\"")); /* older libraries answer alike */
    free(bytes);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(f->context, test_path("m.safetensors"));
    assert_non_null(loaded);
    assert_true(mg_model_temperature(loaded) == mg_model_temperature(model));
    mg_tensor *a = mg_model_predict(model, f->dataset), *b = mg_model_predict(loaded, f->dataset);
    assert_memory_equal(a->data, b->data, mg_tensor_bytes(a));
    bytes = read_file(test_path("m.safetensors"), &length);
    assert_non_null(find(bytes, length, "\"micrograd.format\":\"3\""));
    char *number = find(bytes, length, "temperature\\\":0.");
    assert_non_null(number);
    number[strlen("temperature\\\":")] = '9';
    number[strlen("temperature\\\":") + 1] = '9';
    assert_null(mg__model_parse(f->context, "m", bytes, length, false));
    assert_non_null(strstr(mg_context_message(f->context), "wanted 1, or of classes 0.05 to 20"));
    free(bytes);
    mg_tensor_destroy(a);
    mg_tensor_destroy(b);
    mg_model_destroy(loaded);
    mg_model_destroy(model);
    mg_model_destroy(plain);
}

static void refuse(const char *data, double val_fraction, const char *says) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, data);
    mg_train_options options = one_network();
    options.calibrate = "temperature";
    options.val_fraction = val_fraction;
    mg_model *model = mg_model_create(context, dataset, "");
    assert_int_equal(mg_train(model, dataset, &options).status, MG_SETTING);
    if (!strstr(mg_context_message(context), says)) fail_msg("%s", mg_context_message(context));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void what_cannot_be_calibrated_is_refused(void **state) {
    (void)state;
    refuse("diabetes", 0.2, "is a number, which has no probabilities");
    refuse("iris", 0, "there are no validation rows");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_temperature_has_the_least_loss),         cmocka_unit_test(applying_it_divides_the_outputs),
        cmocka_unit_test(few_rows_that_are_all_right_hardly_move_it), cmocka_unit_test(probabilities_get_better_and_classes_stay),
        cmocka_unit_test(a_file_keeps_it_and_a_wrong_one_is_refused), cmocka_unit_test(what_cannot_be_calibrated_is_refused),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
