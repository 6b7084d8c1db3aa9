/* A study as its files share it: what the journal said (study_read.c), the order in which trials are known (study_order.c), and
 * what is written (study_write.c).
 *
 * Each trial of ours has an ordinal: its place in the search. Batch b is the ordinals from b * batch to (b + 1) * batch; it opens
 * when the first of them is asked, which needs the end of all before. What was known then is what its suggestions and bars are
 * made from: the trials of the batches before it in order of ordinal, and in between those of others (Optuna's) that had
 * finished, in order of number. All of it follows from the file, so every process comes to the same. An interrupted trial's
 * ordinal is asked again, in a trial of a new number with the same point. */
#ifndef MG_TUNE_STUDY_H
#define MG_TUNE_STUDY_H

#include "tune/journal.h"
#include "tune/pruner.h"
#include "tune/space.h"

#define MG__INTERRUPTED "interrupted"

typedef struct mg__trial {
    mg_trial shown;
    int64_t id;   /* in the journal */
    char *worker; /* who runs it; NULL: not said, or it has ended */
    char *reason;
    double started;   /* seconds since 1970; NaN: not said */
    bool known;       /* is in mg_study.known */
    bool strange;     /* has a setting that the space does not have */
    bool interrupted; /* failed, and its ordinal is to be asked again */
    size_t step_capacity, value_capacity;
    double point[];
} mg__trial;

/* What is kept in the journal of how a study of ours began. */
typedef struct mg__beginning {
    mg_space *space; /* NULL: it was not ours */
    uint64_t seed;
    int64_t batch;
    char *purpose; /* NULL: any */
} mg__beginning;

typedef struct mg__study_head {
    char *name;
    bool deleted;
    int objectives;
    bool maximise;
} mg__study_head;

struct mg_study {
    mg_context *context;
    mg_space *space;
    const mg__sampler *sampler;
    const mg__pruner *pruner;
    bool maximise;
    uint64_t seed;
    int64_t batch, trials;
    char *name;          /* wanted; NULL: the only one */
    char *purpose;       /* NULL: any */
    char **distribution; /* [dimensions]: as Optuna writes them */
    mg__journal journal;
    bool ready; /* opened as a whole */

    /* the journal's studies, in the order of their records, and ours of them (-1: not yet there) */
    mg__study_head *head;
    size_t heads, head_capacity;
    int64_t id;
    mg__beginning beginning;

    mg__trial **by_id; /* NULL: of another study */
    size_t ids, id_capacity;
    mg__trial **trial; /* by number */
    size_t count, capacity;
    int64_t finished;
    const mg_trial *best;

    /* order */
    mg__trial **own; /* by ordinal: the last trial that was asked for it */
    size_t own_count, own_capacity;
    mg__trial **foreign; /* finished, in this space: those known, then the others */
    size_t foreign_count, foreign_capacity, foreign_known;
    const mg_trial **known;
    size_t known_count, known_capacity;
    size_t known_before, foreign_before; /* the last batch opened */
    int64_t opened;                      /* batches */
    mg__trial **seen;                    /* a table of points by their hash; NULL: an empty place */
    size_t seen_count, seen_size;

    void *memory;      /* the sampler's */
    mg__bar *bar;      /* of the open batch */
    int64_t bar_batch; /* for which it was drawn; -1: none */
};

/* study_read.c */
mg__journal_take mg__study_take;
void mg__study_forget(mg_study *study); /* all that was taken */
/* Is it running, asked by this journal's worker? NULL: no. */
mg__trial *mg__study_running(const mg_study *study, int64_t number);

/* study_order.c. A trial of ours was created: where it is its ordinal's turn, it gets it. */
mg_status mg__order_created(mg_study *study, mg__trial *trial, int64_t ordinal);
mg_status mg__order_foreign(mg_study *study, mg__trial *trial); /* one of others has finished */
size_t mg__order_batch_start(const mg_study *study);            /* of the last ordinal that was asked */
bool mg__order_all_ended(const mg_study *study);                /* in that batch */
bool mg__order_opens(const mg_study *study);                    /* does the next new ordinal open a batch? */
mg_status mg__order_open(mg_study *study);
void mg__order_close(mg_study *study); /* the batch that was just opened, none of whose ordinals was asked */
void mg__order_forget(mg_study *study);
/* Is a point that of a trial of ours, or of one of others that is known? */
bool mg__order_seen(const mg_study *study, const double *point);

/* study_space.c */
mg_status mg__study_distributions(mg_study *study);
/* A real number is written with a point, for Python takes what has none for an int. */
void mg__study_put_number(mg__json_writer *writer, const mg_dimension *dimension, double value);
void mg__study_put_space(mg__json_writer *writer, const mg_space *space);
mg_space *mg__study_read_space(mg_study *study, const mg__json *list); /* NULL: the message is on the context */
mg_status mg__study_compare(const mg_study *study);                    /* the beginning with what is asked for */
/* The number in the space of a parameter of Optuna's: NaN where it has none. distribution may be NULL: then it is ours. */
mg_status mg__study_parameter(mg_study *study, int dimension, const mg__json *value, const char *distribution, double *number);

/* study_write.c: text of records, to be appended together. */
typedef struct mg__records {
    mg_study *study;
    char *text;
    size_t length, capacity;
    bool failed;
} mg__records;
void mg__put_study(mg__records *records, const char *name);
void mg__put_beginning(mg__records *records);
void mg__put_trial(mg__records *records, int64_t ordinal, const double *point);
void mg__put_value(mg__records *records, const mg__trial *trial, int64_t step, double value);
void mg__put_end(mg__records *records, const mg__trial *trial, mg_trial_state state, double value, const char *reason);
void mg__put_note(mg__records *records, const mg__trial *trial, const char *key, const char *json); /* NULL: of the study */
mg_status mg__records_append(mg__records *records, bool sync);                                      /* and frees them */
double mg__study_now(void);

/* study_tell.c. MG_FILE: the study was deleted. */
mg_status mg__study_check(const mg_study *study);

/* study_ask.c. As mg_study_ask, with at most so many trials in the study (0: any number). */
mg_asked mg__study_ask(mg_study *study, int64_t most, mg_trial *trial);
/* The bar that a running trial is held against; NULL: it is not running, or no memory. It stays until a later batch is asked. */
const mg__bar *mg__study_bar(mg_study *study, int64_t number);

#endif
