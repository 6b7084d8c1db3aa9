/* A run's folder, read while it grows. */
#define _DEFAULT_SOURCE
#include <micrograd/record.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/files.h"

static mg_context *ctx;

static int set_up(void **state) {
    ctx = mg_context_create(NULL);
    return ctx == NULL || test_folder_make(state);
}

static int tear_down(void **state) {
    mg_context_destroy(ctx);
    return test_folder_remove(state);
}

static int empty(void **state) {
    (void)state;
    test_folder_empty();
    mg_context_clear(ctx);
    return 0;
}

static void put(const char *name, const char *text) { test_write(name, text, strlen(text)); }

#define FIRST \
    "{\"epoch\": 1, \"rows\": 10, \"steps\": 2, \"seconds\": 0.5, \"learning_rate\": 0.1, \"loss\": 1.5, \"best_epoch\": 1, \"validation\": {\"accuracy\": 0.5}}\n"
#define SECOND \
    "{\"epoch\": 2, \"rows\": 20, \"steps\": 4, \"seconds\": 1, \"learning_rate\": 0.05, \"loss\": null, \"best_epoch\": 2, \"validation\": {\"accuracy\": 0.75, \"log_loss\": 0.5}}\n"

static void a_run_has_settings_and_epochs(void **state) {
    (void)state;
    put("config.json",
        "{\"files\": {\"data\": {\"path\": \"a b.csv\"}}, \"settings\": {\"lr\": 0.1, \"model\": \"dense(8)\", \"fast\": true}}");
    put("history.jsonl", FIRST SECOND);
    mg_record *record = mg_record_open(ctx, test_folder);
    assert_non_null(record);
    assert_string_equal(mg_record_data(record), "a b.csv");
    assert_int_equal(mg_record_settings(record), 3);
    assert_string_equal(mg_record_find(record, "lr"), "0.1");
    assert_string_equal(mg_record_find(record, "fast"), "true");
    assert_null(mg_record_find(record, "epochs"));
    const mg_history *history = mg_record_history(record);
    assert_int_equal(history->epochs, 2);
    assert_true(history->epoch[0].loss == 1.5 && history->epoch[0].validation.accuracy == 0.5);
    assert_true(isnan(history->epoch[1].loss) && history->epoch[1].validation.log_loss == 0.5);
    assert_true(isnan(history->epoch[0].validation.log_loss) && history->epoch[0].validation.rows > 0);
    assert_int_equal(history->epoch[1].best_epoch, 2);
    mg_record_close(record);
}

static void it_is_read_as_it_grows(void **state) {
    (void)state;
    put("config.json", "{}");
    mg_record *record = mg_record_open(ctx, test_folder);
    assert_non_null(record);
    assert_int_equal(mg_record_history(record)->epochs, 0);
    put("history.jsonl", FIRST "{\"epoch\": 2, \"lo");
    assert_int_equal(mg_record_refresh(record), MG_OK);
    assert_int_equal(mg_record_history(record)->epochs, 1); /* the second is being written */
    put("history.jsonl", FIRST SECOND);
    assert_int_equal(mg_record_refresh(record), MG_OK);
    assert_int_equal(mg_record_history(record)->epochs, 2);
    put("history.jsonl", FIRST); /* resumed from before */
    assert_int_equal(mg_record_refresh(record), MG_OK);
    assert_int_equal(mg_record_history(record)->epochs, 1);
    mg_record_close(record);
}

static void health_is_read_by_layer(void **state) {
    (void)state;
    put("config.json", "{}");
    put("history.jsonl",
        "{\"epoch\": 1, \"health\": [{\"step\": 7, \"layers\": [{\"layer\": \"dense1\", \"gradient_norm\": 0.5}, {\"layer\": \"output\", \"gradient_norm\": 2, \"dead\": 0.25}]}]}\n");
    mg_record *record = mg_record_open(ctx, test_folder);
    assert_non_null(record);
    const mg_history *history = mg_record_history(record);
    assert_int_equal(history->layers, 2);
    assert_int_equal(history->healths, 1);
    assert_string_equal(history->layer[1], "output");
    assert_int_equal(history->health[0].step, 7);
    assert_true(history->health[0].layer[1].gradient_norm == 2 && history->health[0].layer[1].dead == 0.25);
    assert_true(isnan(history->health[0].layer[0].dead));
    mg_record_close(record);
}

/* Of 30 bins, the first three as given. */
#define BINS(three) "{\"low\": -0.5, \"high\": 2, \"bins\": [" three ",0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0]}"

static void histograms_are_read_and_those_of_no_sense_are_empty(void **state) {
    (void)state;
    static const char *const strange[] = { "null",
                                           "7",
                                           "{}",
                                           "{\"low\": 0, \"high\": 1, \"bins\": [1, 2]}",
                                           BINS("1,-2,3"),
                                           BINS("1,\"a\",3"),
                                           "{\"low\": null, \"high\": null, \"bins\": []}" };
    put("config.json", "{}");
    for (size_t i = 0; i < sizeof strange / sizeof *strange; i++) {
        char line[1024];
        snprintf(
            line, sizeof line,
            "{\"epoch\": 1, \"health\": [{\"step\": 7, \"layers\": [{\"layer\": \"output\", \"gradients\": %s, \"activations\": "
            "%s}]}]}\n",
            BINS("4,0,9"), strange[i]);
        put("history.jsonl", line);
        mg_record *record = mg_record_open(ctx, test_folder);
        assert_non_null(record);
        const mg_layer_health *layer = mg_record_history(record)->health[0].layer;
        const mg_histogram *h = &layer->gradients;
        assert_true(h->low == -0.5 && h->high == 2 && h->bin[0] == 4 && h->bin[1] == 0 && h->bin[2] == 9 && h->bin[29] == 0);
        assert_true(isnan(layer->activations.low) && isnan(layer->activations.high) && layer->activations.bin[0] == 0);
        mg_record_close(record);
    }
}

static void a_run_ends_with_its_model(void **state) {
    (void)state;
    put("config.json", "{}");
    put("history.jsonl", FIRST);
    mg_record *record = mg_record_open(ctx, test_folder);
    assert_false(mg_record_ended(record));
    put("model.safetensors", "");
    assert_true(mg_record_ended(record));
    mg_record_close(record);
}

static void what_is_no_run_is_refused(void **state) {
    (void)state;
    assert_null(mg_record_open(ctx, test_folder));
    assert_int_equal(mg_context_status(ctx), MG_FILE);
    put("config.json", "[1]");
    assert_null(mg_record_open(ctx, test_folder));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    put("config.json", "{}");
    put("history.jsonl", FIRST "{\"loss\": 1}\n");
    assert_null(mg_record_open(ctx, test_folder));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
    assert_non_null(strstr(mg_context_message(ctx), "line 2"));
    put("history.jsonl", FIRST "no JSON\n");
    assert_null(mg_record_open(ctx, test_folder));
    assert_int_equal(mg_context_status(ctx), MG_FORMAT);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_run_has_settings_and_epochs, empty),
        cmocka_unit_test_setup(it_is_read_as_it_grows, empty),
        cmocka_unit_test_setup(histograms_are_read_and_those_of_no_sense_are_empty, empty),
        cmocka_unit_test_setup(health_is_read_by_layer, empty),
        cmocka_unit_test_setup(a_run_ends_with_its_model, empty),
        cmocka_unit_test_setup(what_is_no_run_is_refused, empty),
    };
    return cmocka_run_group_tests_name("record", tests, set_up, tear_down);
}
