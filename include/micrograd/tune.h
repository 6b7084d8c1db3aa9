/* micrograd/tune.h: settings, and networks, that are found by trying.
 *
 *     mg_space *space = mg_space_create(ctx);
 *     mg_space_add_setting(space, "lr=log:1e-4..1e-1");
 *     mg_tune_options options = mg_tune_defaults();
 *     options.trials = 20;
 *     mg_tuning *tuning = mg_tune(ctx, digits, space, NULL, &options);
 *     if (tuning) printf("best %g\n", mg_tuning_result(tuning)->best.value);
 *     mg_tuning_destroy(tuning);
 *     mg_space_destroy(space);
 *
 * A trial is a training with a point of the space (micrograd/search_space.h) over the fixed settings, judged on validation rows;
 * trials are suggested, pruned and kept by a study (micrograd/study.h). The test part is split off as mg_train splits it and is
 * not looked at by the search. Trials run side by side, each on one thread; which are tried, and what comes of them, depends on
 * the seed, never on the number of workers or on timing, unless `time` ends the search.
 *
 * The end is honest: the best MG_LEADERS trials are run MG_AGAIN times more, on other seeds and folds, still without the test
 * part; the one with the best mean over all its runs, the study's included, is the best. (The best of many is partly the
 * luckiest: by how much its study value exceeds the mean of its new runs is the search's optimism.) It is trained once more as
 * the training command would train it, and that model is scored once on the test part.
 */
#ifndef MICROGRAD_TUNE_H
#define MICROGRAD_TUNE_H

#include <micrograd/model.h>
#include <micrograd/study.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Why a search ended: identifier, name, meaning. */
#define MG_TUNE_STOP_TABLE(X)                                                 \
    X(TRIALS, "trials", "all trials are done")                                \
    X(TIME, "time", "the time was up")                                        \
    X(TARGET, "target", "the wanted score was reached")                       \
    X(PATIENCE, "patience", "no better trial for as many as patience allows") \
    X(EXHAUSTED, "exhausted", "every point of the space was tried")           \
    X(INTERRUPTED, "interrupted", "a callback or the user ended it")

typedef enum mg_tune_stop {
    MG_TUNE_STOP_NONE,
#define MG_TUNE_STOP_ENUM(id, name, doc) MG_TUNE_STOP_##id,
    MG_TUNE_STOP_TABLE(MG_TUNE_STOP_ENUM)
#undef MG_TUNE_STOP_ENUM
} mg_tune_stop;

const char *mg_tune_stop_name(mg_tune_stop stop); /* "none" for MG_TUNE_STOP_NONE */
const char *mg_tune_stop_doc(mg_tune_stop stop);

/* What a search is doing. */
typedef struct mg_tune_progress {
    const char *doing;                      /* "search", "again" (the best ones, on other seeds), "train" (the best one) */
    int64_t outer, outer_folds;             /* which search of a nested cross-validation, from 1; 0: the search on all rows */
    int64_t trials, pruned, failed, wanted; /* finished in the study, of them; wanted 0: as many as the time allows */
    int64_t running;
    double best;          /* value of the best so far; NaN: none yet */
    double seconds;       /* since the search began */
    double left;          /* estimated; NaN: not known */
    const mg_trial *told; /* has just ended; NULL */
} mg_tune_progress;

/* Called when a trial has ended, and about ten times a second besides, in the thread that called mg_tune. Returns false to end
 * the search: what is running is given up, and nothing is run again or trained. */
typedef bool mg_tune_callback(void *user, const mg_tune_progress *progress);

/* Ranges and defaults are rows of mg_settings_table (and `micrograd tune --help`). */
typedef struct mg_tune_options {
    const char *sampler; /* a name of mg_sampler_name */
    const char *pruner;  /* a name of mg_pruner_name. Its steps are epochs, or folds */
    int64_t trials;      /* finished ones that the study is to have in all; MG_AUTO: 50, or where there is a time as many as
                            fit into it */
    double time;         /* seconds for everything, the end included; 0: as it needs. A trial that it ends does not count */
    double target;       /* the search ends with the batch that reaches it; NaN: there is none */
    int64_t patience;    /* likewise, where so many trials in a row were no better than the best; 0: never */
    int64_t folds;       /* 0: a trial is one training, judged on its validation rows; 2 or more: as many trainings on folds that
                            are dealt once for the whole study, and its value is the mean over them */
    int64_t workers;     /* trials at once; MG_AUTO: one a core */
    int64_t batch;       /* trials that are suggested together: more workers than that have nothing to do */
    int64_t outer_folds; /* 2 or more: nested cross-validation. The whole search is done without each outer fold in turn and its
                            winner scored on that; then on all rows; 0: not */
    const char *study;   /* journal; "auto": named after the data and what is searched, in the current folder; NULL: none.
                            Those of outer folds end in ".outer1" ... */
    const char *direction; /* "auto" "minimize" "maximize": auto is the metric's own, of a program minimize */
    uint64_t seed;         /* of suggestions; trainings have that of their options */
    mg_tune_callback *callback;
    void *user;
} mg_tune_options;

mg_tune_options mg_tune_defaults(void);
/* What the settings say about a search. */
mg_tune_options mg_settings_tune(const mg_settings *settings);

enum { MG_LEADERS = 3, MG_AGAIN = 2 };

/* One of the best trials. */
typedef struct mg_leader {
    int64_t number; /* in the study */
    double value;   /* of the study */
    double again;   /* mean of its new runs; NaN: it has none */
    int runs;       /* new ones that gave a value */
} mg_leader;

typedef struct mg_tune_result {
    mg_tune_stop stopped;
    int64_t trials, pruned, failed; /* finished in the study, of them; without interrupted ones */
    bool maximise;
    const mg_metric *metric;      /* of trials; NULL: a program's own */
    mg_leader best;               /* number -1: no trial was complete */
    mg_leader leader[MG_LEADERS]; /* by the study's value, best first; one is `best` */
    int leaders;
    double optimism;          /* by how much best.value is better than best.again; NaN: not known */
    mg_train_options options; /* the fixed settings with those of the best trial; mg_train with them gives the model. Text
                                 belongs to the tuning */
    const char *command;      /* of the best trial's program; NULL: a search without a program */
    const double *importance; /* [dimensions], as mg_study_importance; NULL: too few trials */
    double nested_mean, nested_deviation; /* of the outer folds' scores; NaN: not asked for */
    const double *nested;                 /* [nested_folds] */
    int64_t nested_folds;                 /* that are done */
    int64_t validation_rows;              /* that a trial is judged by; 0: a program */
    const char *study;                    /* the journal's path; NULL: none */
    double seconds;
    bool cut;                    /* the last training was ended by the time: it would give more */
    bool served;                 /* this process only worked for another rank (MPI): there is nothing else here */
    const char *const *warnings; /* sentences */
    int warning_count;
} mg_tune_result;

typedef struct mg_tuning mg_tuning;

/* Searches for the settings of a training. train (NULL: all defaults): what is not searched. Its model text may be the one with
 * holes that mg_space_set_model was given, and stands for what every trial fills in. Trials train one network where `members` is
 * MG_AUTO (the last training as many as it chooses); health, trace, checkpoints and callbacks are for the last training. NULL on
 * failure, the study kept: MG_SETTING for what is wrong before the first trial (as mg_train, mg_study_open; no validation rows; a
 * direction that is not the metric's; a pruner that needs folds), MG_FILE (the study cannot be used, or is another's: the message
 * says in what), MG_FORMAT (it is damaged), MG_INVALID: every trial failed, with the most frequent reason, or none ended in time.
 */
mg_tuning *mg_tune(mg_context *context, const mg_dataset *dataset, const mg_space *space, const mg_train_options *train,
                   const mg_tune_options *options);

/* Searches for the arguments of any program: `command` holds {name} for each dimension (mg_space_fill) and is run by /bin/sh -c
 * with an empty input. Its score is the last line that it writes to its output; lines `step score` before that are values on the
 * way, which pruners may look at. A trial fails where the program's exit status is not 0, or the last line is no finite number;
 * the reason holds the last line of its errors. A program is killed, with all that it has started, at the end of the time, when
 * it is pruned, and when this process ends. The best trial is that of the best value: nothing is run again. MG_UNSUPPORTED where
 * the system has no such programs; `folds` and `outer_folds` are MG_SETTING. */
mg_tuning *mg_tune_command(mg_context *context, const char *command, const mg_space *space, const mg_tune_options *options);

const mg_tune_result *mg_tuning_result(const mg_tuning *tuning);
const mg_study *mg_tuning_study(const mg_tuning *tuning); /* belongs to the tuning, as its trials */
mg_model *mg_tuning_model(mg_tuning *tuning);             /* likewise; NULL: of a program, or after an interruption */
void mg_tuning_destroy(mg_tuning *tuning);                /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
