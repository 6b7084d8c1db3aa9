#define _DEFAULT_SOURCE
/* The model file: what is saved is loaded to the last bit, an old file still loads, a damaged one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "interop/safetensors.h"
#include "support/files.h"
#include "train/model.h"
#include "train_support.h"

typedef struct bytes {
    unsigned char *data;
    size_t length;
} bytes;

static bytes read_bytes(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    bytes b = { malloc(1 << 20), 0 };
    b.length = fread(b.data, 1, 1 << 20, file);
    fclose(file);
    return b;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, const char *text, const char *loss) {
    mg_train_options options = mg_train_defaults();
    options.epochs = 4;
    if (loss) options.loss = loss;
    mg_model *model = mg_model_create(context, dataset, text);
    mg_result result = mg_train(model, dataset, &options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

/* --- there and back ---------------------------------------------------------------------------------- */

static void same_answers(mg_model *a, mg_model *b, const mg_dataset *dataset) {
    mg_tensor *x = mg_model_predict(a, dataset), *y = mg_model_predict(b, dataset);
    assert_true(x && y && mg_tensor_bytes(x) == mg_tensor_bytes(y));
    assert_memory_equal(x->data, y->data, mg_tensor_bytes(x));
    mg_tensor_destroy(x);
    mg_tensor_destroy(y);
}

static void same_record(const mg_model *a, const mg_model *b) {
    for (const mg_option *row = mg_settings_table(); row->name; row++) {
        char x[MG_OPTION_MESSAGE_BYTES], y[MG_OPTION_MESSAGE_BYTES];
        if (!mg_setting_of_training(row)) continue;
        mg_option_get(row, mg_model_trained_with(a), x, sizeof x);
        mg_option_get(row, mg_model_trained_with(b), y, sizeof y);
        assert_string_equal(x, y);
    }
    const mg_result *x = mg_model_result(a), *y = mg_model_result(b);
    assert_int_equal(x->epochs, y->epochs);
    assert_int_equal(x->best_epoch, y->best_epoch);
    assert_int_equal(x->stopped, y->stopped);
    assert_int_equal(x->parameters, y->parameters);
    assert_int_equal(x->test.rows, y->test.rows);
    assert_true(memcmp(&x->test.log_loss, &y->test.log_loss, sizeof(double)) == 0 || isnan(x->test.log_loss));
    assert_string_equal(mg_model_text(a), mg_model_text(b));
    assert_string_equal(mg_model_loss(a), mg_model_loss(b));
    assert_string_equal(mg_model_version(a), mg_model_version(b));
    assert_string_equal(mg_model_target(a), mg_model_target(b));
    assert_int_equal(mg_model_task(a), mg_model_task(b));
}

static void there_and_back(const char *data, const char *text, const char *loss) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, data);
    mg_model *model = trained(context, dataset, text, loss);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(context, test_path("m.safetensors"));
    if (!loaded) fail_msg("%s", mg_context_message(context));
    assert_true(train_weights(model) == train_weights(loaded));
    same_answers(model, loaded, dataset);
    same_record(model, loaded);
    assert_int_equal(mg_model_save(loaded, test_path("again.safetensors")), MG_OK);
    bytes first = read_bytes(test_path("m.safetensors")), second = read_bytes(test_path("again.safetensors"));
    assert_int_equal(first.length, second.length);
    assert_memory_equal(first.data, second.data, first.length);
    free(first.data);
    free(second.data);
    mg_model_destroy(loaded);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void what_is_saved_is_loaded_to_the_last_bit(void **state) {
    (void)state;
    there_and_back("iris", "dense(16) relu", NULL);
    there_and_back("digits", "2*[dense(16) batchnorm gelu] residual(dense(8) relu) layernorm dropout(0.1)", NULL);
    there_and_back("diabetes", "dense(8, init=orthogonal) tanh", "huber");
    there_and_back("breast_cancer", "", "binary_cross_entropy");
    there_and_back("breast_cancer", "dense(8) relu", "hinge");
}

static void a_loaded_model_can_be_trained_further(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = trained(context, dataset, "dense(16) relu", NULL);
    assert_int_equal(mg_model_save(model, test_path("m.safetensors")), MG_OK);
    mg_model *loaded = mg_model_load(context, test_path("m.safetensors"));
    mg_result result = mg_train(loaded, dataset, NULL);
    assert_int_equal(result.status, MG_OK);
    assert_true(result.test.accuracy > 0.85);
    mg_model_destroy(loaded);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

/* --- files of other days ----------------------------------------------------------------------------- */

/* tests/golden_models holds a model of each format and what it answered when it was written; rounding may differ between
 * machines. */
static void golden(const char *name, const char *data) {
    char path[512];
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, data);
    snprintf(path, sizeof path, MG__SOURCE_DIR "/tests/golden_models/%s.safetensors", name);
    mg_model *model = mg_model_load(context, path);
    if (!model) fail_msg("%s", mg_context_message(context));
    mg_tensor *answers = mg_model_predict(model, dataset);
    assert_non_null(answers);
    snprintf(path, sizeof path, MG__SOURCE_DIR "/tests/golden_models/%s.txt", name);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    for (int64_t i = 0; i < mg_tensor_count(answers); i++) {
        char text[64];
        assert_non_null(fgets(text, sizeof text, file));
        double wanted = strtod(text, NULL);
        assert_true(fabs(mg_tensor_get(answers, i) - wanted) <= 1e-5 * fmax(1, fabs(wanted)));
    }
    fclose(file);
    mg_tensor_destroy(answers);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

static void models_of_format_1_still_load_and_answer(void **state) {
    (void)state;
    golden("iris-1", "iris");
    golden("diabetes-1", "diabetes");
}

/* --- damage ------------------------------------------------------------------------------------------ */

static bytes a_model_file(void) {
    mg_context *context = train_context(1);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = trained(context, dataset, "dense(8) batchnorm relu", NULL);
    assert_int_equal(mg_model_save(model, test_path("whole.safetensors")), MG_OK);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return read_bytes(test_path("whole.safetensors"));
}

static bool is_accepted(const unsigned char *data, size_t length, bool verify) {
    mg_context *context = train_context(1);
    mg_model *model = mg__model_parse(context, "hurt", data, length, verify);
    mg_status status = mg_context_status(context);
    if (!model && status != MG_FORMAT && status != MG_OUT_OF_MEMORY)
        fail_msg("status %d: %s", status, mg_context_message(context));
    if (!model) assert_non_null(strstr(mg_context_message(context), "hurt"));
    bool accepted = model != NULL;
    mg_model_destroy(model);
    mg_context_destroy(context);
    return accepted;
}

static void every_truncation_is_refused(void **state) {
    (void)state;
    bytes file = a_model_file();
    assert_true(is_accepted(file.data, file.length, true));
    for (size_t length = 0; length < file.length; length += length < 64 ? 1 : 23)
        assert_false(is_accepted(file.data, length, false));
    assert_false(is_accepted(file.data, file.length - 1, false));
    free(file.data);
}

static uint64_t draw(uint64_t *state) {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static void every_changed_byte_of_weights_is_seen(void **state) {
    (void)state;
    bytes file = a_model_file();
    uint64_t g = 88172645463325252u;
    for (int i = 0; i < 50; i++) {
        size_t at = file.length - 1 - draw(&g) % 300;
        file.data[at] ^= 1;
        assert_false(is_accepted(file.data, file.length, true));
        file.data[at] ^= 1;
    }
    free(file.data);
}

/* Checksum skipped: whatever the bytes say, it is a model or a message. */
static void random_damage_is_survived(void **state) {
    (void)state;
    bytes file = a_model_file();
    unsigned char *hurt = malloc(file.length);
    uint64_t g = 362436069u;
    for (int i = 0; i < 1500; i++) {
        memcpy(hurt, file.data, file.length);
        for (int k = 0; k < 1 + i % 8; k++) {
            size_t at = draw(&g) % (i % 3 ? 4000 : file.length) % file.length;
            static const char likely[] = "0123456789[]{}\",:-.e";
            hurt[at] = i % 2 ? (unsigned char)draw(&g) : (unsigned char)likely[draw(&g) % (sizeof likely - 1)];
        }
        is_accepted(hurt, file.length, false);
    }
    free(hurt);
    free(file.data);
}

/* A file with the right parts but one, written by the writer itself. */
static mg_status load_with(const char *key, const char *value, const char *word) {
    mg_context *context = train_context(1);
    mg__safetensors *file = mg__safetensors_read(context, test_path("whole.safetensors"));
    mg__pair pairs[16];
    size_t count = 0;
    for (size_t i = 0; i < file->metadata_count; i++) {
        if (!strcmp(file->metadata[i].key, MG__SAFETENSORS_CHECKSUM)) continue;
        pairs[count] = file->metadata[i];
        if (!strcmp(pairs[count].key, key)) pairs[count].value = value;
        if (pairs[count].value) count++;
    }
    assert_int_equal(
        mg__safetensors_write(context, test_path("odd.safetensors"), file->tensors, file->tensor_count, pairs, count), MG_OK);
    mg__safetensors_destroy(file);
    mg_model *model = mg_model_load(context, test_path("odd.safetensors"));
    mg_status status = model ? MG_OK : mg_context_status(context);
    if (!model && !strstr(mg_context_message(context), word)) fail_msg("no '%s' in: %s", word, mg_context_message(context));
    mg_model_destroy(model);
    mg_context_destroy(context);
    return status;
}

static void every_part_is_checked(void **state) {
    (void)state;
    bytes file = a_model_file();
    free(file.data);
    assert_int_equal(load_with("nothing", NULL, ""), MG_OK);
    static const char *const keys[] = { "format", "version", "network", "loss", "encoder", "training" };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char key[64];
        snprintf(key, sizeof key, "micrograd.%s", keys[i]);
        assert_int_equal(load_with(key, NULL, key), MG_FORMAT);
    }
    assert_int_equal(load_with("micrograd.format", "4", "reads formats up to 3"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.network", "dense(8) batchnorm wibble", "wibble"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.network", "dense(9) batchnorm relu", "dense1.weight"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.network", "dense(8) relu", "tensors"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.network", "dense(16777216) dense(16777216)", "tensors"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.network", "999999999*[dense(8)]", ""), MG_FORMAT);
    assert_int_equal(load_with("micrograd.loss", "wibble", "wibble"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.loss", "huber", "huber"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.encoder", "{}", "encoder"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.encoder", "[1", "encoder"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.training", "nonsense", "training"), MG_FORMAT);
    assert_int_equal(load_with("micrograd.training", "{\"options\":{\"lr\":\"wild\",\"later\":\"1\"}}", ""), MG_OK);
}

static void what_cannot_be_opened_or_written(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    assert_null(mg_model_load(context, test_path("nowhere.safetensors")));
    assert_int_equal(mg_context_status(context), MG_FILE);
    assert_non_null(strstr(mg_context_message(context), "nowhere.safetensors"));
    assert_int_equal(mg_model_can_save(context, test_path("no/where.safetensors")), MG_FILE);
    mg_dataset *dataset = train_data(context, "iris");
    mg_model *model = trained(context, dataset, "", NULL);
    int before = test_folder_count();
    assert_int_equal(mg_model_save(model, test_path("no/where.safetensors")), MG_FILE);
    assert_int_equal(mg_model_save(model, "/dev/full"), MG_FILE);
    assert_int_equal(mg_model_save(model, "/dev/null"), MG_OK);
    assert_int_equal(test_folder_count(), before);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_saved_is_loaded_to_the_last_bit),
        cmocka_unit_test(a_loaded_model_can_be_trained_further),
        cmocka_unit_test(models_of_format_1_still_load_and_answer),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(every_changed_byte_of_weights_is_seen),
        cmocka_unit_test(random_damage_is_survived),
        cmocka_unit_test(every_part_is_checked),
        cmocka_unit_test(what_cannot_be_opened_or_written),
    };
    return cmocka_run_group_tests(tests, test_folder_make, test_folder_remove);
}
