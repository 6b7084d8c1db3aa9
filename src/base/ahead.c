/* A thread that sleeps until it is given its job. */
#if defined(__unix__) || defined(__APPLE__)
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#elif !defined(MG__NO_THREADS)
#define MG__NO_THREADS
#endif

#include "base/ahead.h"

#if !defined(MG__NO_THREADS)

#include <pthread.h>
#include <signal.h>
#include <string.h>

struct mg__ahead {
    mg_context *context;
    mg__ahead_job *job;
    void *user;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    uint64_t asked, done; /* jobs; under the mutex */
    bool leaving;
};

static void *main_of_thread(void *user) {
    mg__ahead *a = user;
    pthread_mutex_lock(&a->mutex);
    for (;;) {
        while (a->done == a->asked && !a->leaving) pthread_cond_wait(&a->changed, &a->mutex);
        if (a->done == a->asked) break;
        pthread_mutex_unlock(&a->mutex);
        a->job(a->user);
        pthread_mutex_lock(&a->mutex);
        if (++a->done == a->asked) pthread_cond_signal(&a->changed);
    }
    pthread_mutex_unlock(&a->mutex);
    return NULL;
}

/* Signals are the program's business: its handlers run in its own threads. */
static bool start_thread(mg__ahead *a) {
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
    bool started = pthread_create(&a->thread, NULL, main_of_thread, a) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

static bool open_thread(mg__ahead *a) {
    if (pthread_mutex_init(&a->mutex, NULL) != 0) return false;
    if (pthread_cond_init(&a->changed, NULL) == 0) {
        if (start_thread(a)) return true;
        pthread_cond_destroy(&a->changed);
    }
    pthread_mutex_destroy(&a->mutex);
    return false;
}

mg__ahead *mg__ahead_create(mg_context *context, mg__ahead_job *job, void *user) {
    mg_status status = context->status;
    char message[MG__MESSAGE_BYTES];
    memcpy(message, context->message, sizeof message);
    mg__ahead *a = mg__alloc_zero(context, sizeof *a);
    if (a) *a = (mg__ahead){ .context = context, .job = job, .user = user };
    if (a && open_thread(a)) return a;
    mg__free(context, a);
    context->status = status;
    memcpy(context->message, message, sizeof message);
    return NULL;
}

void mg__ahead_start(mg__ahead *a) {
    pthread_mutex_lock(&a->mutex);
    a->asked++;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
}

void mg__ahead_wait(mg__ahead *a) {
    if (!a) return;
    pthread_mutex_lock(&a->mutex);
    while (a->done != a->asked) pthread_cond_wait(&a->changed, &a->mutex);
    pthread_mutex_unlock(&a->mutex);
}

void mg__ahead_destroy(mg__ahead *a) {
    if (!a) return;
    mg__ahead_wait(a);
    pthread_mutex_lock(&a->mutex);
    a->leaving = true;
    pthread_cond_signal(&a->changed);
    pthread_mutex_unlock(&a->mutex);
    pthread_join(a->thread, NULL);
    pthread_cond_destroy(&a->changed);
    pthread_mutex_destroy(&a->mutex);
    mg__free(a->context, a);
}

#else

mg__ahead *mg__ahead_create(mg_context *context, mg__ahead_job *job, void *user) {
    (void)context, (void)job, (void)user;
    return NULL;
}
void mg__ahead_start(mg__ahead *ahead) { (void)ahead; }
void mg__ahead_wait(mg__ahead *ahead) { (void)ahead; }
void mg__ahead_destroy(mg__ahead *ahead) { (void)ahead; }

#endif
