/* The crew's part in this process: a thread a seat. Where there are no threads, one seat, whose job is done by the one who takes
 * the result. */
#ifndef MG_TUNE_CREW_THREADS_H
#define MG_TUNE_CREW_THREADS_H

#include "tune/crew.h"

typedef struct mg__squad mg__squad;

/* A job's end. */
typedef struct mg__done {
    int64_t tag; /* -1: there is none */
    mg__message result;
    mg_status failed;
    char message[MG__MESSAGE_BYTES];
} mg__done;

/* seats: 1 to MG__CREW_MOST; there may be fewer where the system gives no more threads. A single one has `threads` threads, of
 * several each has one. NULL on failure. */
mg__squad *mg__squad_open(mg_context *context, int seats, int threads, mg__crew_work *work, void *user);
void mg__squad_close(mg__squad *squad); /* as mg__crew_close */

int mg__squad_seats(const mg__squad *squad);
int mg__squad_busy(const mg__squad *squad); /* jobs given and not taken */
/* As those of the crew; there must be an idle seat. */
mg_status mg__squad_give(mg__squad *squad, int64_t tag, const mg__message *job);
void mg__squad_take(mg__squad *squad, double seconds, mg__done *done);
void mg__squad_stop(mg__squad *squad);

#endif
