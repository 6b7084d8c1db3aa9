/* One network in training: its rows, its steps, and the best of its epochs. Several go side by side (trainer.h), each in a thread
 * of its own, so a learner shares nothing that changes: not even the context. */
#ifndef MG_LEARNER_H
#define MG_LEARNER_H

#include "data/loader.h"
#include "plan/scratch.h"
#include "train/average.h"
#include "train/feed.h"
#include "train/health.h"
#include "train/plateau.h"

/* What all learners of a run have in common. */
typedef struct mg__course {
    const mg_model *model; /* its options say how */
    const mg__part *pool;  /* every row that may be trained on */
    const mg_metric *metric;
    mg_schedule schedule; /* of the learning rate */
    int64_t epoch_steps;  /* 0: as many as the learner's rows make; else of the stream */
    mg_program *full;     /* a step on `batch` rows, */
    struct {
        int64_t rows;
        mg_program *program;
    } rest[MG__MOST_MEMBERS]; /* and on what the last batch of an epoch has: the members' folds differ */
    mg_program *inference;    /* on `judged` rows: few validation rows need no large batch */
    int64_t judged;
    const mg__augmenter *augmenter; /* NULL: rows are as they are */
    bool spare_core;                /* members leave one to gather batches on */
    mg_trace *trace;                /* NULL: nothing is measured */
    mg__probe probe;                /* for the first member's health; program NULL: it was not asked for */
} mg__course;

mg_program *mg__course_rest(const mg__course *course, int64_t rows); /* for the last batch of so many rows; NULL: it is full */

#define MG__MOST_RETRIES 10 /* of a member whose loss is no longer finite */

/* All zero is a learner that can be closed. */
typedef struct mg__learner {
    const mg__course *course;
    mg_context *context; /* of the thread that it runs in */
    mg_parameters *parameters;
    uint64_t seed;
    const int64_t *rows; /* of the pool, to train on; NULL: all */
    int64_t row_count;
    mg__part validation;
    mg__loader loader;
    mg__scratch scratch; /* of its sessions, which take turns */
    mg_session *full, *rest, *inference;
    mg__feed feed;
    mg__health *health; /* NULL: not measured */
    float *padded;      /* a batch of inference */
    double *answers;    /* of the validation part */
    /* as it runs */
    uint64_t steps;             /* of the whole run */
    double trial_rate;          /* above 0: of a range test, in place of the schedule's */
    double learning_rate;       /* of the last step */
    double learning_rate_scale; /* 1, halved by each retry */
    int64_t retries;
    mg__plateau plateau;
    mg__average average; /* where the options ask for it */
    int64_t position;    /* steps done of the epoch, or of its turn; -1: it is in no epoch */
    double loss_sum;     /* of the epoch: loss times rows */
    int64_t loss_rows;
    int64_t epoch, best_epoch;
    mg_scores scores, best; /* of the validation part: this epoch's, the best epoch's */
    void *best_flat, *best_state;
    unsigned char
        *good; /* weights, state and slots of the best epoch, or initial, to go back to; NULL: nothing is gone back to */
    mg_scores good_scores;
    size_t good_bytes;
    mg_stop stopped;
} mg__learner;

/* course, context, seed, rows and validation are set; `parameters` becomes the learner's to fill. The programs are there. */
mg_status mg__learner_open(mg__learner *learner, mg_parameters *parameters);
int64_t mg__learner_steps(const mg__learner *learner); /* of an epoch */
void mg__learner_begin_epoch(mg__learner *learner);
/* The order of the rows at hand: all of them at turn 0 of an epoch; where the pool is filled several times in an epoch (a
 * stream), the first `rows` of it at each turn. */
void mg__learner_shuffle(mg__learner *learner, int64_t rows, int64_t turn);
mg_status mg__learner_step(mg__learner *learner, int64_t index);
/* Scores the epoch, keeps its weights if they are the best so far (without a validation part: always), and says in `stopped`
 * whether there is a reason to go no further. */
mg_status mg__learner_end_epoch(mg__learner *learner);
/* The best weights become the weights. */
void mg__learner_restore(mg__learner *learner);
/* Its steps on a full batch, on the last one, and validation; NULL where it has none. */
enum { MG__LEARNER_PROGRAMS = 3 };
void mg__learner_programs(const mg__learner *learner, const mg_program *programs[MG__LEARNER_PROGRAMS]);
/* The thread of the pool that it runs in now, for the trace. */
void mg__learner_in_thread(mg__learner *learner, int thread);
/* Frees what only more steps would need. */
void mg__learner_end(mg__learner *learner);
/* Everything but the parameters; what the run came to can be read still. */
void mg__learner_close(mg__learner *learner);

double mg__now(void); /* seconds */

#endif
