/* A crew: the threads of this process, and under mpirun the other ranks. */
#include "tune/crew.h"

#include "base/system.h"
#include "tune/crew_mpi.h"
#include "tune/crew_threads.h"

#include <micrograd/ranks.h>

struct mg__crew {
    mg_context *context;
    mg__squad *squad;
    mg__ranks *ranks; /* NULL: there is but this process */
    bool served;
};

/* Meets the other ranks; where this is not rank 0, does what it asks for. */
static mg_status join_ranks(mg__crew *crew, uint64_t alike) {
    if (mg_ranks() == 1) return MG_OK;
    crew->ranks = mg__ranks_open(crew->context, mg__squad_seats(crew->squad), alike);
    if (!crew->ranks) return mg_context_status(crew->context);
    if (mg__ranks_rank(crew->ranks) == 0) return MG_OK;
    crew->served = true;
    return mg__ranks_serve(crew->ranks, crew->squad);
}

mg__crew *mg__crew_open(mg_context *context, int workers, uint64_t alike, mg__crew_work *work, void *user) {
    if (!context || !work) return NULL;
    int threads = mg_ranks() == 1 ? mg_context_threads(context) : 1;
    if (workers == MG_AUTO) workers = threads;
    if (workers < 1 || workers > MG__CREW_MOST) {
        mg__fail(context, MG_INVALID, "crew: %d workers; wanted 1 to %d", workers, MG__CREW_MOST);
        return NULL;
    }
    mg__crew *crew = mg__alloc_zero(context, sizeof *crew);
    if (!crew) return NULL;
    crew->context = context;
    crew->squad = mg__squad_open(context, workers, threads, work, user);
    if (crew->squad && join_ranks(crew, alike) == MG_OK) return crew;
    mg__crew_close(crew);
    return NULL;
}

void mg__crew_close(mg__crew *crew) {
    if (!crew) return;
    if (crew->squad) mg__squad_stop(crew->squad);
    mg__ranks_close(crew->ranks); /* they stop meanwhile */
    mg__squad_close(crew->squad);
    mg__free(crew->context, crew);
}

bool mg__crew_served(const mg__crew *crew) { return crew->served; }
const char *mg__crew_warning(const mg__crew *crew) { return crew->ranks ? mg__ranks_warning(crew->ranks) : NULL; }
int mg__crew_ranks(const mg__crew *crew) { return crew->ranks ? mg__ranks_count(crew->ranks) : 1; }

int mg__crew_workers(const mg__crew *crew) {
    return mg__squad_seats(crew->squad) + (crew->ranks ? mg__ranks_seats(crew->ranks) : 0);
}

int mg__crew_busy(const mg__crew *crew) { return mg__squad_busy(crew->squad) + (crew->ranks ? mg__ranks_busy(crew->ranks) : 0); }

int mg__crew_idle(const mg__crew *crew) { return mg__crew_workers(crew) - mg__crew_busy(crew); }

mg_status mg__crew_give(mg__crew *crew, int64_t tag, const mg__message *job) {
    if (mg__crew_idle(crew) < 1)
        return mg__fail(crew->context, MG_INVALID, "crew: all %d workers have a job; take a result first",
                        mg__crew_workers(crew));
    if (mg__squad_busy(crew->squad) < mg__squad_seats(crew->squad)) return mg__squad_give(crew->squad, tag, job);
    return mg__ranks_give(crew->ranks, tag, job);
}

/* Looks to the threads, which wake us, and to the ranks, which do not, in turns. */
static mg_status take_from_all(mg__crew *crew, double seconds, mg__done *done) {
    int64_t end = mg__clock() + (int64_t)((seconds < 1e6 ? seconds : 1e6) * 1e9);
    for (double pause = 0;; pause = mg__ranks_pause(pause)) {
        mg__squad_take(crew->squad, pause, done);
        if (done->tag != -1) return MG_OK;
        mg_status status = mg__ranks_take(crew->ranks, done);
        if (status != MG_OK || done->tag != -1) return status;
        double left = 1e-9 * (double)(end - mg__clock());
        if (left <= 0 || mg__crew_busy(crew) == 0) return MG_OK;
        if (pause > left) pause = left;
        if (!mg__squad_busy(crew->squad)) mg__ranks_rest(pause);
    }
}

mg_status mg__crew_take(mg__crew *crew, double seconds, int64_t *tag, mg__message *result, mg_status *failed,
                        char message[MG__MESSAGE_BYTES]) {
    mg__done done;
    mg_status status = MG_OK;
    if (crew->ranks)
        status = take_from_all(crew, seconds, &done);
    else
        mg__squad_take(crew->squad, seconds, &done);
    *tag = done.tag;
    *result = done.result;
    *failed = done.failed;
    mg__append(message, MG__MESSAGE_BYTES, &(size_t){ 0 }, "%s", done.message);
    return status;
}

void mg__crew_stop(mg__crew *crew) {
    mg__squad_stop(crew->squad);
    if (crew->ranks) mg__ranks_stop(crew->ranks);
}
