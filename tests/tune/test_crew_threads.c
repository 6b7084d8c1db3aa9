/* A crew in one process: jobs and results arrive whole, once each, for any number of workers; it can be stopped; failures are
 * told. */
#define _POSIX_C_SOURCE 200809L
#include "tune/crew.h"

#include "base/system.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/failing_allocator.h"

#include <stdio.h>
#include <time.h>

#define JOBS 60

/* A job is an int64_t: negative ones fail, 0 lasts until it is stopped, of others the square is the result. */
static mg_status work(void *user, mg_context *context, const mg__message *job, const atomic_bool *stop, mg__message *result) {
    int64_t number;
    assert_int_equal(job->size, sizeof number);
    memcpy(&number, job->data, sizeof number);
    atomic_int *running = user;
    if (running) atomic_fetch_add(running, 1);
    while (number == 0 && !atomic_load(stop)) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    *result = (mg__message){ mg__alloc_zero(context, sizeof number), sizeof number };
    if (!result->data) return MG_OUT_OF_MEMORY;
    if (number < 0) return mg__fail(context, MG_NOT_FINITE, "the loss of %d is not finite", (int)number);
    number *= number;
    memcpy(result->data, &number, sizeof number);
    return MG_OK;
}

/* What taking came to. */
typedef struct taken {
    int64_t tag;
    mg__message result;
    mg_status failed;
    char message[MG__MESSAGE_BYTES];
} taken;

static taken take(mg__crew *crew, double seconds) {
    taken t;
    assert_int_equal(mg__crew_take(crew, seconds, &t.tag, &t.result, &t.failed, t.message), MG_OK);
    return t;
}

static int64_t number_in(const taken *t) {
    int64_t number;
    assert_int_equal(t->failed, MG_OK);
    assert_string_equal(t->message, "");
    assert_int_equal(t->result.size, sizeof number);
    memcpy(&number, t->result.data, sizeof number);
    return number;
}

static mg_status give(mg__crew *crew, int64_t number) {
    return mg__crew_give(crew, number, &(mg__message){ &number, sizeof number });
}

static mg_context *context_of(int threads) {
    mg_context_options options = mg_context_defaults();
    options.threads = threads;
    return mg_context_create(&options);
}

static void every_job_is_done_once(void **state) {
    (void)state;
    for (int workers = 1; workers <= 8; workers++) {
        mg_context *context = context_of(2);
        mg__crew *crew = mg__crew_open(context, workers, 0, work, NULL);
        assert_non_null(crew);
        assert_false(mg__crew_served(crew));
        assert_null(mg__crew_warning(crew));
        int64_t given = 0, seen[JOBS + 1] = { 0 };
        for (int64_t n = 0; n < JOBS; n++) {
            while (given < JOBS && mg__crew_idle(crew)) assert_int_equal(give(crew, ++given), MG_OK);
            assert_int_equal(mg__crew_busy(crew), given - n);
            taken t = take(crew, 10);
            assert_in_range(t.tag, 1, JOBS);
            assert_int_equal(number_in(&t), t.tag * t.tag);
            seen[t.tag]++;
            mg__free(context, t.result.data);
        }
        for (int i = 1; i <= JOBS; i++) assert_int_equal(seen[i], 1);
        mg__crew_close(crew);
        mg_context_destroy(context);
    }
}

static void a_failed_job_tells_its_reason(void **state) {
    (void)state;
    mg_context *context = context_of(1);
    mg__crew *crew = mg__crew_open(context, 2, 0, work, NULL);
    assert_int_equal(give(crew, -7), MG_OK);
    taken t = take(crew, 10);
    assert_int_equal(t.tag, -7);
    assert_int_equal(t.failed, MG_NOT_FINITE);
    assert_string_equal(t.message, "the loss of -7 is not finite");
    assert_null(t.result.data);
    assert_int_equal(mg_context_status(context), MG_OK);
    mg__crew_close(crew);
    mg_context_destroy(context);
}

#if defined(MG__NO_THREADS)
#define NEEDS_THREADS() skip() /* a job is done by the one who takes it */
#else
#define NEEDS_THREADS() (void)0
#endif

static double now(void) { return 1e-9 * (double)mg__clock(); }

static void taking_waits_no_longer_than_told(void **state) {
    (void)state;
    NEEDS_THREADS();
    mg_context *context = context_of(1);
    mg__crew *crew = mg__crew_open(context, 2, 0, work, NULL);
    double begin = now();
    assert_int_equal(take(crew, 1000).tag, -1); /* nothing runs */
    assert_true(now() - begin < 5);
    assert_int_equal(give(crew, 0), MG_OK);
    begin = now();
    assert_int_equal(take(crew, 0.05).tag, -1);
    double waited = now() - begin;
    assert_true(waited > 0.045 && waited < 5);
    mg__crew_close(crew);
    mg_context_destroy(context);
}

static void stopping_ends_the_jobs_that_run_and_no_later_ones(void **state) {
    (void)state;
    NEEDS_THREADS();
    mg_context *context = context_of(1);
    mg__crew *crew = mg__crew_open(context, 3, 0, work, NULL);
    for (int i = 0; i < 3; i++) assert_int_equal(give(crew, 0), MG_OK);
    assert_int_equal(give(crew, 1), MG_INVALID);
    mg__crew_stop(crew);
    for (int i = 0; i < 3; i++) {
        taken t = take(crew, 10);
        assert_int_equal(t.tag, 0);
        assert_int_equal(number_in(&t), 0);
        mg__free(context, t.result.data);
    }
    assert_int_equal(give(crew, 0), MG_OK);
    assert_int_equal(take(crew, 0.05).tag, -1);
    mg__crew_close(crew);
    mg_context_destroy(context);
}

static void jobs_run_side_by_side(void **state) {
    (void)state;
    NEEDS_THREADS();
    mg_context *context = context_of(1);
    atomic_int running = 0;
    mg__crew *crew = mg__crew_open(context, 4, 0, work, &running);
    for (int i = 0; i < 4; i++) assert_int_equal(give(crew, 0), MG_OK);
    for (int i = 0; i < 10000 && atomic_load(&running) < 4; i++) nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
    assert_int_equal(atomic_load(&running), 4);
    mg__crew_close(crew); /* stops them, and drops what they did */
    mg_context_destroy(context);
}

static mg_status count_threads(void *user, mg_context *context, const mg__message *job, const atomic_bool *stop,
                               mg__message *result) {
    (void)user, (void)stop, (void)result;
    assert_int_equal(job->size, 0);
    return mg__fail(context, MG_INVALID, "%d", mg_context_threads(context));
}

static void one_worker_has_all_threads_and_several_one_each(void **state) {
    (void)state;
    mg_context *context = context_of(4);
    for (int workers = 1; workers <= 2; workers++) {
        mg__crew *crew = mg__crew_open(context, workers, 0, count_threads, NULL);
        assert_int_equal(mg__crew_give(crew, 5, &(mg__message){ 0 }), MG_OK);
        taken t = take(crew, 10);
        assert_string_equal(t.message, workers == 1 ? "4" : "1");
        mg__crew_close(crew);
    }
    mg__crew *crew = mg__crew_open(context, MG_AUTO, 0, count_threads, NULL);
#if defined(MG__NO_THREADS)
    assert_int_equal(mg__crew_workers(crew), 1);
#else
    assert_int_equal(mg__crew_workers(crew), 4);
#endif
    mg__crew_close(crew);
    mg_context_destroy(context);
}

static void workers_out_of_range_are_refused(void **state) {
    (void)state;
    mg_context *context = context_of(1);
    assert_null(mg__crew_open(context, 0, 0, work, NULL));
    assert_int_equal(mg_context_status(context), MG_INVALID);
    assert_string_equal(mg_context_message(context), "crew: 0 workers; wanted 1 to 256");
    assert_null(mg__crew_open(context, MG__CREW_MOST + 1, 0, work, NULL));
    assert_null(mg__crew_open(NULL, 1, 0, work, NULL));
    mg__crew_close(NULL);
    mg_context_destroy(context);
}

/* One allocation fails, in the crew or in a job; a job's failure is told by its status. */
static bool three_jobs(mg_context *context, void *user) {
    (void)user;
    mg__crew *crew = mg__crew_open(context, 2, 0, work, NULL);
    bool fine = crew != NULL;
    for (int64_t i = 1; fine && i <= 3; i++) {
        if (give(crew, i) != MG_OK) {
            fine = false;
            break;
        }
        taken t = take(crew, 10);
        if (t.failed != MG_OK) fine = mg__fail(context, t.failed, "%s", t.message) == MG_OK;
        mg__free(context, t.result.data);
    }
    mg__crew_close(crew);
    return fine;
}

static void every_allocation_may_fail(void **state) {
    (void)state;
    assert_true(failing_allocator_exhaust(three_jobs, NULL) >= 8);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_job_is_done_once),
        cmocka_unit_test(a_failed_job_tells_its_reason),
        cmocka_unit_test(taking_waits_no_longer_than_told),
        cmocka_unit_test(stopping_ends_the_jobs_that_run_and_no_later_ones),
        cmocka_unit_test(jobs_run_side_by_side),
        cmocka_unit_test(one_worker_has_all_threads_and_several_one_each),
        cmocka_unit_test(workers_out_of_range_are_refused),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
