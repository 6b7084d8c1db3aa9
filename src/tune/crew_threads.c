/* Threads with a seat each. The one who opened the squad gives jobs and takes results; a seat is its own while it is idle or
 * done, the thread's while it is asked or runs. */
#if defined(__unix__) || defined(__APPLE__)
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#elif !defined(MG__NO_THREADS)
#define MG__NO_THREADS
#endif

#include "tune/crew_threads.h"

#include <string.h>

#if !defined(MG__NO_THREADS)
#include <pthread.h>
#include <signal.h>
#include <time.h>
#endif

typedef enum seat_state { IDLE, ASKED, DONE } seat_state;

typedef struct seat {
    mg__squad *squad;
    mg_context *context;
    seat_state state; /* under the mutex, as is all that follows where its thread may write it */
    mg__message job;  /* of the squad's context */
    mg__done done;
    atomic_bool stop;
#if !defined(MG__NO_THREADS)
    pthread_t thread;
    pthread_cond_t wake;
#endif
} seat;

struct mg__squad {
    mg_context *context;
    mg__crew_work *work;
    void *user;
    int seats, busy;
    bool threaded;
#if !defined(MG__NO_THREADS)
    bool leaving;
    pthread_mutex_t mutex;
    pthread_cond_t done; /* a seat is */
#endif
    seat seat[];
};

/* In the thread of the seat. */
static void do_job(seat *s) {
    mg_context_clear(s->context);
    mg__message *result = &s->done.result;
    mg_status status = s->squad->work(s->squad->user, s->context, &s->job, &s->stop, result);
    s->done.failed = status;
    if (status == MG_OK) return;
    mg__free(s->context, result->data);
    *result = (mg__message){ 0 };
    const char *text = mg_context_message(s->context);
    mg__append(s->done.message, sizeof s->done.message, &(size_t){ 0 }, "%s", *text ? text : mg_status_text(status));
}

/* --- threads ----------------------------------------------------------------------------------------- */

#if !defined(MG__NO_THREADS)

#if defined(__APPLE__)
#define WAITING_CLOCK CLOCK_REALTIME /* there is no pthread_condattr_setclock */
#else
#define WAITING_CLOCK CLOCK_MONOTONIC
#endif

static void *main_of_seat(void *user) {
    seat *s = user;
    mg__squad *squad = s->squad;
    pthread_mutex_lock(&squad->mutex);
    for (;;) {
        while (s->state != ASKED && !squad->leaving) pthread_cond_wait(&s->wake, &squad->mutex);
        if (s->state != ASKED) break;
        pthread_mutex_unlock(&squad->mutex);
        do_job(s);
        pthread_mutex_lock(&squad->mutex);
        s->state = DONE;
        pthread_cond_signal(&squad->done);
    }
    pthread_mutex_unlock(&squad->mutex);
    return NULL;
}

static bool make_done(pthread_cond_t *done) {
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes) != 0) return false;
#if !defined(__APPLE__)
    pthread_condattr_setclock(&attributes, WAITING_CLOCK);
#endif
    bool made = pthread_cond_init(done, &attributes) == 0;
    pthread_condattr_destroy(&attributes);
    return made;
}

static bool start_seat(seat *s) {
    if (pthread_cond_init(&s->wake, NULL) != 0) return false;
    if (pthread_create(&s->thread, NULL, main_of_seat, s) == 0) return true;
    pthread_cond_destroy(&s->wake);
    return false;
}

/* Signals are the program's business: its handlers run in its own threads. */
static void start_seats(mg__squad *squad, int wanted) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_mutex_init(&squad->mutex, NULL) != 0) return;
    if (!make_done(&squad->done)) {
        pthread_mutex_destroy(&squad->mutex);
        return;
    }
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int started = 0;
    while (started < wanted && start_seat(&squad->seat[started])) started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    squad->threaded = started > 0;
    squad->seats = started > 0 ? started : 1;
    if (squad->threaded) return;
    pthread_cond_destroy(&squad->done);
    pthread_mutex_destroy(&squad->mutex);
}

static void end_seats(mg__squad *squad) {
    if (!squad->threaded) return;
    pthread_mutex_lock(&squad->mutex);
    squad->leaving = true;
    for (int i = 0; i < squad->seats; i++) pthread_cond_signal(&squad->seat[i].wake);
    pthread_mutex_unlock(&squad->mutex);
    for (int i = 0; i < squad->seats; i++) {
        pthread_join(squad->seat[i].thread, NULL);
        pthread_cond_destroy(&squad->seat[i].wake);
    }
    pthread_cond_destroy(&squad->done);
    pthread_mutex_destroy(&squad->mutex);
}

static void lock(mg__squad *squad) {
    if (squad->threaded) pthread_mutex_lock(&squad->mutex);
}

static void unlock(mg__squad *squad) {
    if (squad->threaded) pthread_mutex_unlock(&squad->mutex);
}

static void wake(seat *s) {
    if (s->squad->threaded) pthread_cond_signal(&s->wake);
}

static struct timespec after(double seconds) {
    struct timespec at;
    clock_gettime(WAITING_CLOCK, &at);
    if (!(seconds > 0)) seconds = 0;
    if (seconds > 1e6) seconds = 1e6;
    at.tv_sec += (time_t)seconds;
    at.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (at.tv_nsec >= 1000000000) at.tv_sec++, at.tv_nsec -= 1000000000;
    return at;
}

#else

static void start_seats(mg__squad *squad, int wanted) { (void)squad, (void)wanted; }
static void end_seats(mg__squad *squad) { (void)squad; }
static void lock(mg__squad *squad) { (void)squad; }
static void unlock(mg__squad *squad) { (void)squad; }
static void wake(seat *s) { (void)s; }

#endif

/* --- giving and taking ------------------------------------------------------------------------------- */

mg_status mg__squad_give(mg__squad *squad, int64_t tag, const mg__message *job) {
    void *copy = mg__alloc(squad->context, job->size);
    if (!copy) return MG_OUT_OF_MEMORY;
    if (job->size) memcpy(copy, job->data, job->size);
    lock(squad);
    seat *s = squad->seat;
    while (s->state != IDLE) s++;
    s->job = (mg__message){ copy, job->size };
    s->done = (mg__done){ .tag = tag };
    atomic_store(&s->stop, false);
    s->state = ASKED;
    squad->busy++;
    wake(s);
    unlock(squad);
    return MG_OK;
}

static seat *find_done(mg__squad *squad) {
    for (int i = 0; i < squad->seats; i++)
        if (squad->seat[i].state == DONE) return &squad->seat[i];
    return NULL;
}

static seat *wait_done(mg__squad *squad, double seconds) {
    seat *s = find_done(squad);
    if (s || !squad->busy) return s;
    if (!squad->threaded) { /* one seat, and it is asked */
        do_job(squad->seat);
        return squad->seat;
    }
#if defined(MG__NO_THREADS)
    (void)seconds;
#else
    struct timespec end = after(seconds);
    while (!(s = find_done(squad)) && pthread_cond_timedwait(&squad->done, &squad->mutex, &end) == 0) {}
#endif
    return s;
}

void mg__squad_take(mg__squad *squad, double seconds, mg__done *done) {
    lock(squad);
    seat *s = wait_done(squad, seconds);
    *done = s ? s->done : (mg__done){ .tag = -1 };
    if (s) {
        mg__free(squad->context, s->job.data);
        s->job = (mg__message){ 0 };
        s->done = (mg__done){ 0 };
        s->state = IDLE;
        squad->busy--;
    }
    unlock(squad);
}

void mg__squad_stop(mg__squad *squad) {
    for (int i = 0; i < squad->seats; i++) atomic_store(&squad->seat[i].stop, true);
}

int mg__squad_seats(const mg__squad *squad) { return squad->seats; }
int mg__squad_busy(const mg__squad *squad) { return squad->busy; }

/* --- opening and closing ----------------------------------------------------------------------------- */

static bool make_seats(mg__squad *squad, int seats, int threads) {
    mg_context_options options = { squad->context->allocator, seats == 1 ? threads : 1, squad->context->seed };
    for (int i = 0; i < seats; i++) {
        seat *s = &squad->seat[i];
        s->squad = squad;
        s->context = mg_context_create(&options);
        if (!s->context) {
            mg__fail_memory(squad->context, sizeof *s->context);
            return false;
        }
    }
    return true;
}

static void free_squad(mg__squad *squad, int seats) {
    for (int i = 0; i < seats; i++) mg_context_destroy(squad->seat[i].context);
    mg__free(squad->context, squad);
}

mg__squad *mg__squad_open(mg_context *context, int seats, int threads, mg__crew_work *work, void *user) {
    mg__squad *squad = mg__alloc_zero(context, sizeof *squad + (size_t)seats * sizeof *squad->seat);
    if (!squad) return NULL;
    squad->context = context;
    squad->work = work;
    squad->user = user;
    squad->seats = 1;
    if (!make_seats(squad, seats, threads)) {
        free_squad(squad, seats);
        return NULL;
    }
    start_seats(squad, seats);
    for (int i = squad->seats; i < seats; i++) { /* the system gave fewer */
        mg_context_destroy(squad->seat[i].context);
        squad->seat[i].context = NULL;
    }
    return squad;
}

void mg__squad_close(mg__squad *squad) {
    if (!squad) return;
    mg__squad_stop(squad);
    end_seats(squad);
    for (int i = 0; i < squad->seats; i++) {
        mg__free(squad->context, squad->seat[i].job.data);
        mg__free(squad->context, squad->seat[i].done.result.data);
    }
    free_squad(squad, squad->seats);
}
