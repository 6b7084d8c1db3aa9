/* A crew: the threads of this process, and where there are ranks, those too. */
#include "tune/crew.h"

#include "tune/crew_threads.h"

struct mg__crew {
    mg_context *context;
    mg__squad *squad;
};

mg__crew *mg__crew_open(mg_context *context, int workers, uint64_t alike, mg__crew_work *work, void *user) {
    (void)alike;
    if (!context || !work) return NULL;
    int threads = mg_context_threads(context);
    if (workers == MG_AUTO) workers = threads;
    if (workers < 1 || workers > MG__CREW_MOST) {
        mg__fail(context, MG_INVALID, "crew: %d workers; wanted 1 to %d", workers, MG__CREW_MOST);
        return NULL;
    }
    mg__crew *crew = mg__alloc_zero(context, sizeof *crew);
    if (!crew) return NULL;
    crew->context = context;
    crew->squad = mg__squad_open(context, workers, threads, work, user);
    if (crew->squad) return crew;
    mg__free(context, crew);
    return NULL;
}

void mg__crew_close(mg__crew *crew) {
    if (!crew) return;
    mg__squad_close(crew->squad);
    mg__free(crew->context, crew);
}

bool mg__crew_served(const mg__crew *crew) { return (void)crew, false; }
const char *mg__crew_warning(const mg__crew *crew) { return (void)crew, NULL; }
int mg__crew_ranks(const mg__crew *crew) { return (void)crew, 1; }

int mg__crew_workers(const mg__crew *crew) { return mg__squad_seats(crew->squad); }
int mg__crew_busy(const mg__crew *crew) { return mg__squad_busy(crew->squad); }
int mg__crew_idle(const mg__crew *crew) { return mg__crew_workers(crew) - mg__crew_busy(crew); }

mg_status mg__crew_give(mg__crew *crew, int64_t tag, const mg__bytes *job) {
    if (mg__crew_idle(crew) < 1)
        return mg__fail(crew->context, MG_INVALID, "crew: all %d workers have a job; take a result first",
                        mg__crew_workers(crew));
    return mg__squad_give(crew->squad, tag, job);
}

mg_status mg__crew_take(mg__crew *crew, double seconds, int64_t *tag, mg__bytes *result, mg_status *failed,
                        char message[MG__MESSAGE_BYTES]) {
    mg__done done;
    mg__squad_take(crew->squad, seconds, &done);
    *tag = done.tag;
    *result = done.result;
    *failed = done.failed;
    mg__append(message, MG__MESSAGE_BYTES, &(size_t){ 0 }, "%s", done.message);
    return MG_OK;
}

void mg__crew_stop(mg__crew *crew) { mg__squad_stop(crew->squad); }
