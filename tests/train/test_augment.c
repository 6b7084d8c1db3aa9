/* Training on varied rows: the same bits whoever gathers them, nothing but training rows changed, and the loss of mixed rows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "data/augment.h"
#include "support/failing_allocator.h"
#include "train/feed.h"
#include "train_support.h"

#include <micrograd/augment.h>

static const char *const image_text = "@digits flip crop(1) cutout(2) brightness contrast noise mixup";
static const char *const table_text = "noise(0.2) swap(0.2) mixup(0.5)";

static mg_train_options few_epochs(const char *text, const char *image) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.epochs = 3;
    options.batch = 100;
    options.augment = text;
    options.image = image;
    return options;
}

static mg_model *trained(mg_context *context, const mg_dataset *dataset, const mg_train_options *options) {
    mg_model *model = mg_model_create(context, dataset, "dense(16) relu");
    mg_result result = mg_train(model, dataset, options);
    if (result.status != MG_OK) fail_msg("%s", mg_context_message(context));
    return model;
}

static uint64_t weights_of(int threads, const char *data, const char *text, const char *image, int64_t members, int64_t seed) {
    mg_context *context = train_context(threads);
    mg_dataset *dataset = train_data(context, data);
    mg_train_options options = few_epochs(text, image);
    options.members = members;
    options.seed = seed;
    mg_model *model = trained(context, dataset, &options);
    uint64_t weights = train_weights(model);
    mg_model_destroy(model);
    mg_dataset_destroy(dataset);
    mg_context_destroy(context);
    return weights;
}

static void the_same_seed_gives_the_same_bits_with_any_threads(void **state) {
    (void)state;
    const char *const cases[][3] = { { "digits", image_text, "8x8" },
                                     { "wine", table_text, NULL },
                                     { "diabetes", table_text, NULL } };
    for (size_t i = 0; i < 3; i++) {
        const char *const *c = cases[i];
        for (int64_t members = 1; members <= 3; members += 2) {
            uint64_t one = weights_of(1, c[0], c[1], c[2], members, 0);
            assert_true(one == weights_of(2, c[0], c[1], c[2], members, 0));
            assert_true(one == weights_of(3, c[0], c[1], c[2], members, 0));
            assert_true(one != weights_of(1, c[0], c[1], c[2], members, 1));
            assert_true(one != weights_of(1, c[0], NULL, c[2], members, 0));
        }
    }
}

static void nothing_changes_without_a_text_or_with_one_of_no_effect(void **state) {
    (void)state;
    uint64_t plain = weights_of(2, "digits", NULL, "8x8", 1, 0);
    assert_true(plain == weights_of(2, "digits", "", "8x8", 1, 0));
    assert_true(plain == weights_of(2, "digits", "shift(0) rotate(0) scale(1) noise(0)", "8x8", 1, 0));
}

/* --- batches ----------------------------------------------------------------------------------------- */

typedef struct fixture {
    mg_context *context;
    mg_dataset *dataset;
    mg_model *model;
    mg__part pool;
    mg__loader loader;
    mg__augmenter augmenter;
    int64_t *rows; /* the learner's: the second half of the pool, backwards */
} fixture;

static fixture open_fixture(const char *text, bool weighted) {
    fixture f = { .context = train_context(2) };
    f.dataset = train_data(f.context, "wine");
    mg_train_options options = few_epochs(text, NULL);
    options.class_weight = weighted ? "balanced" : NULL;
    f.model = trained(f.context, f.dataset, &options);
    int64_t count = mg_dataset_rows(f.dataset), half = count / 2;
    int64_t *all = calloc((size_t)count, sizeof *all);
    f.rows = calloc((size_t)half, sizeof *f.rows);
    for (int64_t i = 0; i < count; i++) all[i] = i;
    for (int64_t i = 0; i < half; i++) f.rows[i] = count - 1 - i;
    assert_int_equal(mg__part_encode(f.model, f.dataset, all, count, &f.pool), MG_OK);
    if (weighted) {
        f.pool.weights = mg__alloc_array(f.context, (size_t)count, sizeof *f.pool.weights);
        for (int64_t i = 0; i < count; i++) f.pool.weights[i] = (float)(1 + i % 3);
    }
    assert_int_equal(mg__loader_create(f.context, half, 100, 7, &f.loader), MG_OK);
    mg__augment augment;
    mg__company company = { .x = f.pool.x, .rows = f.rows, .count = half };
    assert_int_equal(mg__augment_parse(f.context, text, &augment), MG_OK);
    assert_int_equal(mg__augmenter_open(f.context, &augment, f.model->encoder, &company, &f.augmenter), MG_OK);
    free(all);
    return f;
}

static mg__feed open_feed(const fixture *f) {
    mg__feed feed = { .context = f->context,
                      .model = f->model,
                      .pool = &f->pool,
                      .loader = &f->loader,
                      .rows = f->rows,
                      .augmenter = &f->augmenter };
    assert_int_equal(mg__feed_open(&feed, false), MG_OK);
    return feed;
}

static void close_fixture(fixture *f) {
    mg__augmenter_close(&f->augmenter);
    mg__loader_destroy(&f->loader);
    mg__part_free(f->context, &f->pool);
    free(f->rows);
    mg_model_destroy(f->model);
    mg_dataset_destroy(f->dataset);
    mg_context_destroy(f->context);
}

/* By hand: the row's variant of the epoch, its partner's, and both labels with their weights. */
static void a_batch_holds_mixed_rows_and_both_labels_with_their_shares(void **state) {
    (void)state;
    for (int weighted = 0; weighted < 2; weighted++) {
        fixture f = open_fixture("noise(0.1) mixup(1)", weighted);
        mg__feed feed = open_feed(&f);
        mg__company company = { .x = f.pool.x, .rows = f.rows, .count = f.loader.count };
        int64_t width = mg_encoder_features(f.model->encoder), count;
        float *own = calloc((size_t)width, sizeof *own), *other = calloc((size_t)width, sizeof *other);
        for (uint64_t epoch = 1; epoch < 4; epoch++) {
            mg__feed_stop(&feed);
            mg__loader_epoch(&f.loader, epoch);
            const mg__batch *batch = mg__feed_take(&feed, 0);
            const int64_t *order = mg__loader_batch(&f.loader, 0, &count);
            int mixed = 0;
            for (int64_t i = 0; i < count; i++) {
                mg__occasion at = { .seed = 7, .epoch = epoch, .number = order[i] };
                int64_t partner;
                double share = mg__augmenter_partner(&f.augmenter, &at, f.loader.count, &partner);
                mg__augmenter_vary(&f.augmenter, &at, &company, own);
                at.number = partner;
                mg__augmenter_vary(&f.augmenter, &at, &company, other);
                for (int64_t k = 0; k < width; k++) {
                    double wanted = share * (double)own[k] + (1 - share) * (double)other[k];
                    assert_true(fabs((double)batch->x[i * width + k] - wanted) < 1e-5 * (1 + fabs(wanted)));
                }
                int64_t row = f.rows[order[i]], beside = f.rows[partner];
                double weight = weighted ? 1 + (double)(row % 3) : 1, second = weighted ? 1 + (double)(beside % 3) : 1;
                assert_true(fabs((double)batch->weight[i] - share * weight) < 1e-6);
                assert_true(fabs((double)batch->other_weight[i] - (1 - share) * second) < 1e-6);
                assert_int_equal(((int32_t *)batch->target)[i], f.pool.labels[row]);
                assert_int_equal(((int32_t *)batch->other_target)[i], f.pool.labels[beside]);
                mixed += share < 1;
            }
            assert_true(mixed > count / 2);
        }
        free(own);
        free(other);
        mg__feed_close(&feed);
        close_fixture(&f);
    }
}

/* log of the softmax's share of a class, in doubles */
static double log_share(const float *z, int classes, int class) {
    double sum = 0;
    for (int k = 0; k < classes; k++) sum += exp((double)z[k]);
    return (double)z[class] - log(sum);
}

/* The program's loss of a batch, from the network's outputs in doubles: with soft targets q = m one_hot(a) + (1 - m) one_hot(b)
 * it is the mean of -sum q ln p. */
static void the_loss_of_a_mixed_batch_is_that_of_soft_targets(void **state) {
    (void)state;
    fixture f = open_fixture("mixup(1)", false);
    f.model->options.l2 = f.model->options.label_smoothing = 0;
    mg__feed feed = open_feed(&f);
    const mg__batch *batch = mg__feed_take(&feed, 0);
    mg_parameters *parameters = mg_model_parameters(f.model, 0);
    mg_program *programs[] = { mg__build_inference(f.model, parameters, batch->count),
                               mg__build_step(f.model, parameters, batch->count, false) };
    mg_tensor inputs[MG__FEED_INPUTS], loss = { 0 }, outputs = { 0 };
    mg__feed_inputs(&feed, batch, inputs);
    mg_session *sessions[2];
    for (int i = 0; i < 2; i++) {
        assert_non_null(programs[i]);
        sessions[i] = mg_session_create(f.context, programs[i], parameters);
        assert_non_null(sessions[i]);
    }
    assert_int_equal(mg_run(sessions[0], inputs, &outputs), MG_OK);
    double wanted = 0;
    int classes = (int)mg_encoder_classes(f.model->encoder);
    for (int64_t i = 0; i < batch->count; i++) {
        const float *z = (const float *)outputs.data + i * classes;
        wanted -= (double)batch->weight[i] * log_share(z, classes, ((int32_t *)batch->target)[i]);
        wanted -= (double)batch->other_weight[i] * log_share(z, classes, ((int32_t *)batch->other_target)[i]);
    }
    wanted /= (double)batch->count;
    assert_int_equal(mg_session_set(sessions[1], "learning_rate", 0.001), MG_OK);
    assert_int_equal(mg_run(sessions[1], inputs, &loss), MG_OK);
    assert_true(fabs(mg_tensor_get(&loss, 0) / wanted - 1) < 1e-5);
    for (int i = 0; i < 2; i++) mg_session_destroy(sessions[i]);
    for (int i = 0; i < 2; i++) mg_program_destroy(programs[i]);
    mg__feed_close(&feed);
    close_fixture(&f);
}

/* --- settings ---------------------------------------------------------------------------------------- */

static void bad_texts_and_wrong_data_are_refused_before_training(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *wine = train_data(context, "wine"), *digits = train_data(context, "digits");
    const struct {
        const mg_dataset *dataset;
        const char *text, *image, *words;
    } cases[] = {
        { wine, "rotate(400)", NULL, "rotate: degrees is '400'" },
        { wine, "rotate(10)", NULL, "rotate(10) changes images, the data are a table" },
        { digits, "shift(1)", NULL, "say with 'image'" },
        { digits, "cutout(9)", "8x8", "cutout(9) does not fit images of 8 x 8" },
        { digits, "swap(0.1)", "8x8", "the data are images" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        mg_train_options options = few_epochs(cases[i].text, cases[i].image);
        mg_model *model = mg_model_create(context, cases[i].dataset, "");
        assert_int_equal(mg_train(model, cases[i].dataset, &options).status, MG_SETTING);
        if (!strstr(mg_context_message(context), cases[i].words)) fail_msg("%s", mg_context_message(context));
        mg_model_destroy(model);
    }
    mg_dataset_destroy(wine);
    mg_dataset_destroy(digits);
    mg_context_destroy(context);
}

/* --- previews ---------------------------------------------------------------------------------------- */

static void a_preview_has_the_rows_themselves_and_variants_of_them(void **state) {
    (void)state;
    mg_context *context = train_context(1);
    mg_dataset *digits = train_data(context, "digits");
    mg_train_options options = few_epochs("shift(1) mixup", "8x8");
    mg_augment_preview *preview = mg_augment_preview_create(context, digits, &options, 5, 3);
    if (!preview) fail_msg("%s", mg_context_message(context));
    const mg_encoder *encoder = mg_augment_preview_encoder(preview);
    assert_int_equal(mg_augment_preview_rows(preview), 5);
    for (int64_t i = 0; i < 5; i++) {
        float x[64];
        int64_t row = mg_augment_preview_row(preview, i);
        assert_int_equal(row, i * 1797 / 5);
        assert_int_equal(mg_encoder_inputs(context, encoder, digits, &row, 1, x), MG_OK);
        assert_memory_equal(mg_augment_preview_encoded(preview, i, 0), x, sizeof x);
        for (int64_t v = 1; v <= 3; v++)
            assert_memory_not_equal(mg_augment_preview_encoded(preview, i, v), mg_augment_preview_encoded(preview, i, v - 1),
                                    sizeof x);
    }
    assert_int_equal(mg_augment_preview_write(preview, "/nowhere/sheet.png"), MG_FILE);
    mg_augment_preview_destroy(preview);
    assert_null(mg_augment_preview_create(context, digits, &options, 0, 1));
    assert_null(mg_augment_preview_create(context, digits, &options, 1, 1001));
    options.image = NULL;
    options.augment = "noise";
    preview = mg_augment_preview_create(context, digits, &options, 1, 1);
    assert_int_equal(mg_augment_preview_write(preview, "sheet.png"), MG_INVALID);
    mg_augment_preview_destroy(preview);
    mg_dataset_destroy(digits);
    mg_context_destroy(context);
}

static bool preview_or_train(mg_context *context, void *user) {
    mg_dataset *dataset = train_made(context, true);
    if (!dataset) return false;
    mg_train_options options = few_epochs(table_text, NULL);
    options.epochs = 1;
    bool done = false;
    if (*(bool *)user) {
        mg_augment_preview *preview = mg_augment_preview_create(context, dataset, &options, 2, 2);
        done = preview != NULL;
        mg_augment_preview_destroy(preview);
    } else {
        mg_model *model = mg_model_create(context, dataset, "");
        done = model && mg_train(model, dataset, &options).status == MG_OK;
        mg_model_destroy(model);
    }
    mg_dataset_destroy(dataset);
    return done;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    for (int preview = 0; preview < 2; preview++)
        assert_true(failing_allocator_exhaust(preview_or_train, &(bool){ preview == 1 }) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_seed_gives_the_same_bits_with_any_threads),
        cmocka_unit_test(nothing_changes_without_a_text_or_with_one_of_no_effect),
        cmocka_unit_test(a_batch_holds_mixed_rows_and_both_labels_with_their_shares),
        cmocka_unit_test(the_loss_of_a_mixed_batch_is_that_of_soft_targets),
        cmocka_unit_test(bad_texts_and_wrong_data_are_refused_before_training),
        cmocka_unit_test(a_preview_has_the_rows_themselves_and_variants_of_them),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
