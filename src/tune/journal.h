/* Optuna's journal: a file of JSON records, one a line, that is only ever appended to. Writers take turns by Optuna's own lock,
 * so that its workers may write too.
 *
 * A line that a killed writer left unfinished is not read, and the next writer cuts it off. So is a last line that is no JSON. */
#ifndef MG_TUNE_JOURNAL_H
#define MG_TUNE_JOURNAL_H

#include "interop/json.h"

#define MG__WORKER_BYTES 128

/* Takes the next record, an object; where it is wrong, says so by mg__journal_fail. */
typedef mg_status mg__journal_take(void *user, const mg__json *record);

typedef struct mg__journal {
    mg_context *context;
    char *path;     /* NULL: kept nowhere; what is appended is taken at once */
    int descriptor; /* -1 where there is no path */
    mg__journal_take *take;
    void *user;
    uint64_t offset, line; /* of what was taken */
    bool ranges;           /* the file system has locks of byte ranges */
    bool locked;
    mg_status broken;              /* a record could not be taken as a whole, so nothing more is */
    char worker[MG__WORKER_BYTES]; /* this journal's name in its records, unlike any other's */
} mg__journal;

/* path NULL: in memory. A file that is not there is begun. Takes nothing yet. MG_FILE. */
mg_status mg__journal_open(mg_context *context, const char *path, mg__journal_take *take, void *user, mg__journal *journal);
void mg__journal_close(mg__journal *journal);

/* Takes what was appended since. MG_FORMAT: a record that is none, but for the last; a file that is no journal. */
mg_status mg__journal_read(mg__journal *journal);
/* Waits until nobody else writes, and reads. MG_FILE: another held the lock for a minute. */
mg_status mg__journal_lock(mg__journal *journal);
void mg__journal_unlock(mg__journal *journal);
/* Appends whole lines, and takes them; needs the lock. sync: all of it is on the disk when this returns. Where writing fails, the
 * file is as it was. */
mg_status mg__journal_append(mg__journal *journal, const char *text, size_t length, bool sync);

/* Takes the whole records at the beginning of a text, and says how many bytes they are. */
mg_status mg__journal_feed(mg__journal *journal, const char *text, size_t length, size_t *taken);

/* MG_FORMAT, with file and line of the record that is being taken. */
mg_status mg__journal_fail(mg__journal *journal, const char *format, ...) MG__PRINTF(2, 3);

/* Parses JSON that need not be some: NULL then, with nothing said; MG_OUT_OF_MEMORY alone is a failure. */
mg_status mg__journal_try(mg_context *context, const char *who, const char *text, size_t length, mg__json_document **document);

/* Does the process of a record's worker still have its journal open? True of workers that are not ours: nobody knows. */
bool mg__journal_alive(const mg__journal *journal, const char *worker);

/* journal_lock.c: names the worker, and marks it as alive. */
void mg__journal_sign(mg__journal *journal);
mg_status mg__journal_enter(mg__journal *journal);
void mg__journal_leave(mg__journal *journal);
void mg__journal_pause(double seconds);

#endif
