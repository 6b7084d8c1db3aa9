/* Each illness is provoked and named, healthy networks are called healthy, and names of layers have no say in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <micrograd/doctor.h>

#include "train/model.h"
#include "train_support.h"

typedef struct patient {
    mg_context *context;
    mg_dataset *dataset;
    mg_model *model;
    mg_diagnosis diagnosis;
} patient;

static mg_train_options settings(const char *const *words) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.epochs = 30;
    options.health = true;
    for (int i = 0; words && words[i]; i += 2) train_set(&options, words[i], words[i + 1]);
    return options;
}

static void train_and_diagnose(patient *p, const mg_train_options *options) {
    if (mg_train(p->model, p->dataset, options).status != MG_OK) fail_msg("%s", mg_context_message(p->context));
    assert_int_equal(mg_model_diagnose(p->model, NULL, &p->diagnosis), MG_OK);
}

static patient admit(const char *data, const char *const *words) {
    patient p = { .context = train_context(1) };
    mg_train_options options = settings(words);
    p.dataset = train_data(p.context, data);
    p.model = mg_model_create_with(p.context, p.dataset, &options);
    if (!p.model) fail_msg("%s", mg_context_message(p.context));
    train_and_diagnose(&p, &options);
    return p;
}

static void discharge(patient *p) {
    mg_model_destroy(p->model);
    mg_dataset_destroy(p->dataset);
    mg_context_destroy(p->context);
}

static bool has(const mg_diagnosis *diagnosis, mg_illness kind) {
    for (int i = 0; i < diagnosis->findings; i++)
        if (diagnosis->finding[i].kind == kind) return true;
    return false;
}

static const char *const words_of[] = { NULL };
#define WITH(...) ((const char *const[]){ __VA_ARGS__, NULL })

static void assert_kind(const char *data, const char *const *words, mg_illness kind) {
    patient p = admit(data, words);
    mg_illness found = mg_diagnosis_kind(&p.diagnosis);
    if (found != kind)
        fail_msg("%s: found %s, wanted %s: %s", data, mg_illness_name(found), mg_illness_name(kind),
                 p.diagnosis.finding[0].evidence);
    for (int i = 0; i < p.diagnosis.findings; i++) {
        const mg_finding *finding = &p.diagnosis.finding[i];
        assert_true(strlen(finding->evidence) > 40 && strpbrk(finding->evidence, "0123456789")); /* figures, in words */
        for (int k = 0; k < finding->layers; k++) assert_true(finding->layer[k] < mg_model_history(p.model)->layers);
        for (int k = 0; k < i; k++) assert_true(p.diagnosis.finding[k].kind < finding->kind); /* the worst first, each once */
    }
    discharge(&p);
}

static void a_deep_sigmoid_network_vanishes(void **state) {
    (void)state;
    assert_kind("wine", WITH("model", "10*[dense(16) sigmoid]", "optimizer", "gd"), MG_ILLNESS_VANISHING);
    assert_kind("iris", WITH("model", "9*[dense(24) sigmoid]", "seed", "3"), MG_ILLNESS_VANISHING);
    patient p = admit("breast_cancer", WITH("model", "14*[dense(16) sigmoid]", "optimizer", "adam", "seed", "2"));
    const mg_finding *finding = &p.diagnosis.finding[0];
    assert_int_equal(finding->kind, MG_ILLNESS_VANISHING);
    assert_true(finding->layers >= 8);
    for (int i = 0; i < finding->layers; i++) assert_int_equal(finding->layer[i], i); /* the early ones */
    assert_non_null(strstr(finding->evidence, "'dense1'"));
    discharge(&p);
}

static void a_stack_of_sums_explodes(void **state) {
    (void)state;
    assert_kind("wine", WITH("model", "30*residual(dense(64) relu)"), MG_ILLNESS_EXPLODING);
    assert_kind("digits", WITH("model", "24*residual(dense(32) relu)", "epochs", "3", "seed", "4"), MG_ILLNESS_EXPLODING);
}

static void equal_weights_are_symmetric(void **state) {
    (void)state;
    assert_kind("wine", WITH("model", "dense(16) tanh dense(8) tanh", "init", "zeros"), MG_ILLNESS_SYMMETRIC);
    assert_kind("iris", WITH("model", "dense(16, init=ones) sigmoid"), MG_ILLNESS_SYMMETRIC);
    assert_kind("diabetes", WITH("model", "dense(16) relu", "init", "zeros"), MG_ILLNESS_SYMMETRIC);
}

static void raw_columns_are_unscaled(void **state) {
    (void)state;
    assert_kind("wine", WITH("model", "dense(16) tanh", "scale", "none"), MG_ILLNESS_UNSCALED);
    assert_kind("breast_cancer", WITH("model", "dense(16) relu", "scale", "none", "seed", "5"), MG_ILLNESS_UNSCALED);
}

static void wild_steps_are_a_high_learning_rate(void **state) {
    (void)state;
    assert_kind("breast_cancer", WITH("model", "dense(64) relu", "optimizer", "gd", "lr", "50"), MG_ILLNESS_RATE_HIGH);
    assert_kind("wine", WITH("model", "dense(32) relu dense(32) relu", "optimizer", "adam", "lr", "2"), MG_ILLNESS_RATE_HIGH);
    assert_kind("diabetes", WITH("model", "dense(32) relu", "optimizer", "gd", "lr", "20"), MG_ILLNESS_RATE_HIGH);
}

static void steps_that_move_nothing_are_a_low_learning_rate(void **state) {
    (void)state;
    assert_kind("wine", WITH("model", "dense(32) relu", "optimizer", "gd", "lr", "1e-6"), MG_ILLNESS_RATE_LOW);
    assert_kind("diabetes", WITH("model", "dense(32) tanh", "optimizer", "adam", "lr", "1e-6", "seed", "2"), MG_ILLNESS_RATE_LOW);
}

/* Weights or biases of the first layer are changed by hand, and the training goes on from there. */
static void spoil(patient *p, const char *name, double factor, double shift) {
    mg_parameters *parameters = mg_model_parameters(p->model, 0);
    mg_tensor value = mg_parameters_value(parameters, mg_parameters_find(parameters, name));
    for (int64_t i = 0; i < mg_tensor_count(&value); i++) mg_tensor_put(&value, i, factor * mg_tensor_get(&value, i) + shift);
    mg_parameters_touch(parameters);
    mg_train_options options = settings(WITH("lr", "1e-3", "optimizer", "gd"));
    train_and_diagnose(p, &options);
}

static void units_without_a_gradient_are_dead(void **state) {
    (void)state;
    patient p = admit("wine", WITH("model", "dense(32) relu dense(16) relu"));
    assert_int_equal(p.diagnosis.findings, 0);
    spoil(&p, "dense2.bias", 0, -100);
    assert_int_equal(mg_diagnosis_kind(&p.diagnosis), MG_ILLNESS_DEAD);
    assert_int_equal(p.diagnosis.finding[0].layer[0], 1);
    discharge(&p);
}

static void flat_activations_are_saturated(void **state) {
    (void)state;
    patient p = admit("wine", WITH("model", "dense(32) tanh dense(32) tanh", "epochs", "1"));
    spoil(&p, "dense1.weight", 1000, 0);
    spoil(&p, "dense2.weight", 1000, 0);
    assert_true(has(&p.diagnosis, MG_ILLNESS_SATURATED));
    assert_true(mg_diagnosis_kind(&p.diagnosis) == MG_ILLNESS_SATURATED || mg_diagnosis_kind(&p.diagnosis) == MG_ILLNESS_DEAD);
    discharge(&p);
}

/* Of `rows`, every `rare`-th is of the second class; `clue` is how much a column tells of it. */
static mg_dataset *made_classes(mg_context *context, int rows, int columns, int rare, double clue) {
    static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "target" };
    double *cells = malloc((size_t)rows * (size_t)(columns + 1) * sizeof *cells);
    uint64_t chance = 7;
    for (int r = 0; r < rows; r++) {
        double *row = cells + r * (columns + 1);
        row[columns] = r % rare == 0;
        for (int i = 0; i < columns; i++) row[i] = train_normal(&chance) + (i == 0 ? clue * row[columns] : 0);
    }
    mg_dataset *dataset = train_table(context, rows, columns + 1, names + 8 - columns, cells);
    free(cells);
    return dataset;
}

static void assert_made_kind(int rows, int columns, int rare, double clue, const char *const *words, mg_illness kind) {
    patient p = { .context = train_context(1) };
    mg_train_options options = settings(words);
    p.dataset = made_classes(p.context, rows, columns, rare, clue);
    p.model = mg_model_create_with(p.context, p.dataset, &options);
    train_and_diagnose(&p, &options);
    if (mg_diagnosis_kind(&p.diagnosis) != kind)
        fail_msg("found %s: %s", mg_illness_name(mg_diagnosis_kind(&p.diagnosis)), p.diagnosis.finding[0].evidence);
    discharge(&p);
}

static void a_rare_class_that_is_given_up_is_an_imbalance(void **state) {
    (void)state;
    assert_made_kind(1200, 3, 12, 1.2, WITH("model", "dense(16) relu", "epochs", "20"), MG_ILLNESS_IMBALANCE);
}

static void chance_learned_by_heart_is_overfitting(void **state) {
    (void)state;
    assert_made_kind(300, 8, 2, 0.5, WITH("model", "dense(128) relu dense(128) relu", "epochs", "100", "weight-decay", "0"),
                     MG_ILLNESS_OVERFITTING);
}

static void one_unit_for_ten_classes_is_underfitting(void **state) {
    (void)state;
    assert_kind("digits", WITH("model", "dense(1) elu", "epochs", "10"), MG_ILLNESS_UNDERFITTING);
}

static void networks_that_learn_are_healthy(void **state) {
    (void)state;
    assert_kind("iris", words_of, MG_HEALTHY);
    assert_kind("wine", WITH("seed", "1"), MG_HEALTHY);
    assert_kind("breast_cancer", WITH("model", "dense(64) relu", "seed", "1"), MG_HEALTHY);
    assert_kind("diabetes", WITH("model", "dense(32) tanh", "seed", "2"), MG_HEALTHY);
    assert_kind("digits", WITH("model", "3*[dense(64) relu]", "epochs", "8"), MG_HEALTHY);
    assert_kind("digits", WITH("model", "conv(8, 3) relu maxpool(2) dense(32) relu", "image", "8x8", "epochs", "6"), MG_HEALTHY);
    assert_kind("digits", WITH("model", "6*[dense(48) batchnorm sigmoid]", "epochs", "15"), MG_HEALTHY);
}

/* What layers are called, and the model's text, are changed after the training; the findings keep all but the names. */
static void names_and_text_have_no_say(void **state) {
    (void)state;
    patient p = admit("wine", WITH("model", "10*[dense(16) sigmoid]", "optimizer", "gd"));
    mg_diagnosis before = p.diagnosis;
    for (int64_t i = 0; i < p.model->history.shown.layers; i++) {
        char *name = p.model->history.layer[i];
        for (size_t k = 0; name[k]; k++) name[k] = (char)('z' - (int64_t)(k + (size_t)i) % 20);
    }
    p.model->options.model = "dense(7) relu batchnorm";
    assert_int_equal(mg_model_diagnose(p.model, NULL, &p.diagnosis), MG_OK);
    assert_int_equal(p.diagnosis.findings, before.findings);
    for (int i = 0; i < before.findings; i++) {
        assert_int_equal(p.diagnosis.finding[i].kind, before.finding[i].kind);
        assert_int_equal(p.diagnosis.finding[i].layers, before.finding[i].layers);
        assert_null(strstr(p.diagnosis.finding[i].evidence, "dense"));
    }
    discharge(&p);
}

/* The measurements of two hidden layers change places: the blame goes with them. */
static void blame_goes_with_the_figures(void **state) {
    (void)state;
    patient p = admit("wine", WITH("model", "dense(32) relu dense(32) relu dense(32) relu"));
    spoil(&p, "dense3.bias", 0, -100);
    assert_int_equal(mg_diagnosis_kind(&p.diagnosis), MG_ILLNESS_DEAD);
    assert_int_equal(p.diagnosis.finding[0].layers, 1);
    assert_int_equal(p.diagnosis.finding[0].layer[0], 2);
    for (int64_t k = 0; k < p.model->history.shown.healths; k++) {
        mg_layer_health *layer = (mg_layer_health *)(uintptr_t)p.model->history.health[k].layer, first = layer[0];
        layer[0] = layer[2];
        layer[2] = first;
    }
    assert_int_equal(mg_model_diagnose(p.model, NULL, &p.diagnosis), MG_OK);
    assert_int_equal(mg_diagnosis_kind(&p.diagnosis), MG_ILLNESS_DEAD);
    assert_int_equal(p.diagnosis.finding[0].layer[0], 0);
    discharge(&p);
}

static void without_measurements_there_is_no_diagnosis(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = mg_model_create(context, dataset, "dense(4) relu");
    mg_train_options options = mg_train_defaults();
    options.epochs = 1;
    mg_diagnosis diagnosis;
    assert_int_equal(mg_train(model, dataset, &options).status, MG_OK);
    assert_int_equal(mg_model_diagnose(model, NULL, &diagnosis), MG_INVALID);
    assert_non_null(strstr(mg_context_message(context), "--health"));
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- the doctor -------------------------------------------------------------------------------------- */

static void what_the_doctor_advises_gives_what_it_told(void **state) {
    (void)state;
    mg_context *context = train_context(2);
    mg_dataset *dataset = train_data(context, "wine");
    mg_train_options options = mg_train_defaults();
    options.model = "10*[dense(16) sigmoid]";
    options.optimizer = "gd";
    mg_doctor *doctor = mg_doctor_examine(context, dataset, &options, NULL, NULL);
    assert_non_null(doctor);
    const mg_visit *visit = mg_doctor_visit(doctor);
    assert_int_equal(mg_diagnosis_kind(&visit->before), MG_ILLNESS_VANISHING);
    assert_true(visit->trials > 4 && visit->chosen > 0);
    double before = visit->trial[0].validation.accuracy, after = visit->trial[visit->chosen].validation.accuracy;
    assert_true(before < 0.6 && after > 0.9);
    mg_model *model = mg_model_create_with(context, dataset, &visit->options);
    mg_result result = mg_train(model, dataset, &visit->options);
    assert_true(result.validation.accuracy == after);
    mg_model_destroy(model);
    mg_doctor_destroy(doctor);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static bool never(void *user, const char *change) {
    (void)change;
    ++*(int *)user;
    return false;
}

static void a_healthy_network_is_left_alone_and_a_visit_can_be_ended(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_train_options options = mg_train_defaults();
    int asked = 0;
    for (int ill = 0; ill < 2; ill++) {
        if (ill) options.init = "zeros";
        mg_doctor *doctor = mg_doctor_examine(context, dataset, &options, never, &asked);
        const mg_visit *visit = mg_doctor_visit(doctor);
        assert_int_equal(mg_diagnosis_kind(&visit->before), ill ? MG_ILLNESS_SYMMETRIC : MG_HEALTHY);
        assert_int_equal(visit->trials, 1);
        assert_int_equal(visit->chosen, 0);
        assert_int_equal(asked, ill);
        mg_doctor_destroy(doctor);
    }
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_deep_sigmoid_network_vanishes),
        cmocka_unit_test(a_stack_of_sums_explodes),
        cmocka_unit_test(equal_weights_are_symmetric),
        cmocka_unit_test(raw_columns_are_unscaled),
        cmocka_unit_test(wild_steps_are_a_high_learning_rate),
        cmocka_unit_test(steps_that_move_nothing_are_a_low_learning_rate),
        cmocka_unit_test(units_without_a_gradient_are_dead),
        cmocka_unit_test(flat_activations_are_saturated),
        cmocka_unit_test(a_rare_class_that_is_given_up_is_an_imbalance),
        cmocka_unit_test(chance_learned_by_heart_is_overfitting),
        cmocka_unit_test(one_unit_for_ten_classes_is_underfitting),
        cmocka_unit_test(networks_that_learn_are_healthy),
        cmocka_unit_test(names_and_text_have_no_say),
        cmocka_unit_test(blame_goes_with_the_figures),
        cmocka_unit_test(without_measurements_there_is_no_diagnosis),
        cmocka_unit_test(what_the_doctor_advises_gives_what_it_told),
        cmocka_unit_test(a_healthy_network_is_left_alone_and_a_visit_can_be_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
