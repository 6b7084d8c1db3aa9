/* Batches gathered ahead are those of the order, whoever gathers them. */
#define _DEFAULT_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/failing_allocator.h"
#include "train/feed.h"
#include "train_support.h"

enum { BATCH = 400 }; /* large enough for a thread of its own */

typedef struct fixture {
    mg_context *context;
    mg_dataset *dataset;
    mg_model *model;
    mg__part pool;
    int64_t *rows;
    mg__loader loader;
} fixture;

static int set_up(void **state) {
    static fixture f;
    f = (fixture){ .context = train_context(2) };
    f.dataset = train_data(f.context, "digits");
    f.model = mg_model_create(f.context, f.dataset, "");
    mg_train_options options = mg_train_defaults();
    options.members = options.epochs = 1;
    options.batch = BATCH;
    assert_int_equal(mg_train(f.model, f.dataset, &options).status, MG_OK);
    int64_t count = mg_dataset_rows(f.dataset);
    f.rows = calloc((size_t)count, sizeof *f.rows);
    for (int64_t i = 0; i < count; i++) f.rows[i] = i;
    assert_int_equal(mg__part_encode(f.model, f.dataset, f.rows, count, &f.pool), MG_OK);
    for (int64_t i = 0; i < count; i++) f.rows[i] = count - 1 - i; /* a learner's rows in an order of their own */
    assert_int_equal(mg__loader_create(f.context, count, BATCH, 7, &f.loader), MG_OK);
    *state = &f;
    return 0;
}

static int tear_down(void **state) {
    fixture *f = *state;
    mg__loader_destroy(&f->loader);
    mg__part_free(f->context, &f->pool);
    free(f->rows);
    mg_model_destroy(f->model);
    mg_dataset_destroy(f->dataset);
    mg_context_destroy(f->context);
    return 0;
}

static mg__feed open_feed(fixture *f, mg_context *context, bool beside) {
    return (mg__feed){
        .context = context, .model = f->model, .pool = &f->pool, .loader = &f->loader, .rows = beside ? f->rows : NULL
    };
}

static void check(const fixture *f, const mg__feed *feed, const mg__batch *batch, int64_t index) {
    size_t features = (size_t)mg_encoder_features(f->model->encoder);
    int64_t count, shape = mg_encoder_features(f->model->encoder);
    const int64_t *order = mg__loader_batch(&f->loader, index, &count);
    mg_tensor inputs[MG__FEED_INPUTS];
    mg__feed_inputs(feed, batch, inputs);
    assert_int_equal(batch->count, count);
    assert_int_equal(inputs[0].shape[0], count);
    assert_int_equal(inputs[0].shape[1], shape);
    for (int64_t i = 0; i < count; i++) {
        int64_t row = feed->rows ? feed->rows[order[i]] : order[i];
        assert_memory_equal((float *)inputs[0].data + (size_t)i * features, f->pool.x + (size_t)row * features,
                            features * sizeof(float));
        assert_int_equal(((int32_t *)inputs[1].data)[i], f->pool.labels[row]);
    }
}

static void every_batch_is_that_of_the_order(void **state) {
    fixture *f = *state;
    for (int beside = 0; beside < 2; beside++) {
        mg__feed feed = open_feed(f, f->context, beside);
        assert_int_equal(mg__feed_open(&feed, beside), MG_OK);
        assert_true(!feed.ahead || beside);
        for (uint64_t epoch = 0; epoch < 20; epoch++) {
            mg__feed_stop(&feed);
            mg__loader_epoch(&f->loader, epoch);
            for (int64_t i = 0; i < mg__loader_batches(&f->loader); i++) check(f, &feed, mg__feed_take(&feed, i), i);
        }
        mg__feed_close(&feed);
    }
}

/* An interrupted epoch, batches out of their order, and an epoch of one batch. */
static void what_was_gathered_in_vain_is_never_taken(void **state) {
    fixture *f = *state;
    mg__feed feed = open_feed(f, f->context, true);
    assert_int_equal(mg__feed_open(&feed, true), MG_OK);
    int64_t all = f->loader.count;
    for (uint64_t epoch = 0; epoch < 20; epoch++) {
        mg__feed_stop(&feed);
        f->loader.count = epoch % 2 ? BATCH : all;
        mg__loader_epoch(&f->loader, epoch);
        check(f, &feed, mg__feed_take(&feed, 0), 0); /* the next is being gathered when the order changes */
        if (epoch % 4 == 0) check(f, &feed, mg__feed_take(&feed, 3), 3);
    }
    f->loader.count = all;
    mg__feed_close(&feed);
}

/* The thread is not worth it. */
static void small_batches_have_no_thread(void **state) {
    fixture *f = *state;
    f->model->options.batch = 16;
    mg__feed feed = open_feed(f, f->context, true);
    assert_int_equal(mg__feed_open(&feed, true), MG_OK);
    assert_null(feed.ahead);
    mg__feed_close(&feed);
    f->model->options.batch = BATCH;
}

static bool open_and_take(mg_context *context, void *user) {
    mg__feed feed = open_feed(user, context, true);
    mg_status status = mg__feed_open(&feed, true);
    if (status == MG_OK) check(user, &feed, mg__feed_take(&feed, 0), 0); /* without the thread where that failed */
    mg__feed_close(&feed);
    return status == MG_OK;
}

static void without_memory_it_closes_or_does_without_a_thread(void **state) {
    for (size_t nth = 1; nth < 12; nth++) {
        failing_allocator memory = { .fail_at = nth };
        mg_context *context = failing_allocator_context(&memory);
        if (context) open_and_take(context, *state);
        mg_context_destroy(context);
        assert_int_equal(memory.blocks, 0);
    }
}

/* --- whole trainings --------------------------------------------------------------------------------- */

static bool stop_soon(void *user, const mg_progress *progress) {
    (void)user;
    return progress->epoch < 2 || progress->step < 2;
}

static uint64_t train(mg_context *context, const mg_dataset *dataset, bool stopped, bool traced, mg_trace_row *wait) {
    mg_train_options options = mg_train_defaults();
    options.members = 1;
    options.epochs = 3;
    options.batch = BATCH;
    options.on_step = stopped ? stop_soon : NULL;
    options.trace = traced ? mg_trace_create(context, NULL) : NULL;
    mg_model *model = mg_model_create(context, dataset, "dense(32) relu dropout(0.2)");
    mg_result result = mg_train(model, dataset, &options);
    assert_int_equal(result.status, MG_OK);
    assert_int_equal(result.stopped, stopped ? MG_STOP_INTERRUPTED : MG_STOP_EPOCHS);
    if (traced) {
        static mg_trace_row rows[200];
        int64_t count = mg_trace_rows(options.trace, rows, 200);
        for (int64_t i = 0; i < count; i++)
            if (strcmp(rows[i].session, "data") == 0) *wait = rows[i];
    }
    uint64_t weights = train_weights(model);
    mg_trace_destroy(options.trace);
    mg_model_destroy(model);
    return weights;
}

static void trainings_have_the_same_bits_with_any_threads_measured_or_not(void **state) {
    fixture *f = *state;
    uint64_t first[2] = { 0, 0 };
    for (int threads = 1; threads <= 3; threads++) {
        mg_context *context = train_context(threads);
        for (int stopped = 0; stopped < 2; stopped++) {
            mg_trace_row wait = { 0 };
            uint64_t plain = train(context, f->dataset, stopped, false, NULL);
            if (threads == 1) first[stopped] = plain;
            assert_true(plain == first[stopped] && plain == train(context, f->dataset, stopped, true, &wait));
            assert_string_equal(wait.step.op, "wait for a batch");
            assert_int_equal(wait.calls, stopped ? 5 : 9); /* of 1,078 rows in batches of 400 */
        }
        mg_context_destroy(context);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_batch_is_that_of_the_order),
        cmocka_unit_test(what_was_gathered_in_vain_is_never_taken),
        cmocka_unit_test(small_batches_have_no_thread),
        cmocka_unit_test(without_memory_it_closes_or_does_without_a_thread),
        cmocka_unit_test(trainings_have_the_same_bits_with_any_threads_measured_or_not),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
