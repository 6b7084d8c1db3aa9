/* micrograd/study.h: a search: trials that are asked for, told, and kept in a file.
 *
 *     mg_study_options options = mg_study_defaults();
 *     options.sampler = "tpe";
 *     options.path = "branin.log";
 *     mg_study *study = mg_study_open(ctx, space, &options);
 *     mg_study_minimise(study, branin, NULL, 100);              // double branin(const mg_trial *, void *)
 *     printf("%g\n", mg_study_best(study)->value);
 *     mg_study_close(study);
 *
 * Trials are asked in batches of a fixed size: what is suggested for a trial depends on the seed and on the trials of the batches
 * before it, which must have ended, never on who is quicker. So any number of workers, and a search that was interrupted, find
 * the same. A point that was tried is not asked again. A trial that a dead process left running is marked failed ("interrupted"),
 * and its place is asked again with the same point.
 *
 * The file is an Optuna journal (one JSON record a line, appended under Optuna's lock): Optuna and its dashboard open it, and
 * several processes may work on one study, Optuna's workers too. What they finish within the space is known from the next batch
 * on; what they have enqueued is theirs. Dead processes are known by locks of byte ranges, which a file system that machines
 * share must have too (NFS 4 has); without them a process is known to be dead on its own machine alone.
 */
#ifndef MICROGRAD_STUDY_H
#define MICROGRAD_STUDY_H

#include <micrograd/search_space.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Optuna's numbers. */
typedef enum mg_trial_state {
    MG_TRIAL_RUNNING = 0,
    MG_TRIAL_COMPLETE = 1,
    MG_TRIAL_PRUNED = 2, /* ended early, for it would not have been good */
    MG_TRIAL_FAILED = 3, /* `reason` says why */
    MG_TRIAL_WAITING = 4,
} mg_trial_state;

/* Belongs to the study, and moves when trials are asked. */
typedef struct mg_trial {
    const mg_space *space;
    int64_t number;  /* in the file, from 0 */
    int64_t ordinal; /* among those of this search that were not interrupted, from 0: its place in the batches; -1: of others */
    mg_trial_state state;
    const double *point; /* [dimensions] */
    double value;        /* of a complete trial; else NaN */
    int64_t steps;       /* values reported on the way */
    const int64_t *step; /* [steps], ascending */
    const double *step_value;
    double seconds;     /* from asked to told */
    const char *reason; /* of a failed one; else NULL */
} mg_trial;

/* The value of a dimension: a number (NaN where it is not there), or a word (NULL where it is not there, or is a number). */
double mg_trial_number(const mg_trial *trial, const char *name);
const char *mg_trial_word(const mg_trial *trial, const char *name);

enum { MG_STUDY_BATCH_MOST = 1024 };

typedef struct mg_study_options {
    const char *path;    /* of the journal; NULL (default): kept in memory alone */
    const char *name;    /* of the study, for a journal may hold several; NULL (default): the only one there, or a new one that is
                            called as the file is */
    const char *sampler; /* a name of mg_sampler_name; default "tpe" */
    const char *pruner;  /* a name of mg_pruner_name; default "none" */
    bool maximise;       /* default false */
    uint64_t seed;       /* default 0 */
    int64_t batch;       /* trials that are asked at once, 1 to 1024; default 4 */
    int64_t trials;      /* finished ones that the study is to have: more are not asked; 0 (default): any number */
    const char *purpose; /* one line that says what is measured ("digits.csv accuracy ..."): a file with another is refused; NULL
                            (default): any */
} mg_study_options;
mg_study_options mg_study_defaults(void);

const char *mg_sampler_name(int index); /* NULL at the end */
const char *mg_sampler_doc(int index);  /* one sentence, with its source */
const char *mg_pruner_name(int index);
const char *mg_pruner_doc(int index);

typedef struct mg_study mg_study;

/* Opens or begins a study. A space of its own is kept. NULL on failure: MG_SETTING (no such sampler; a range without a count for
 * a grid; the file holds a study of another space, direction or purpose: the message says which), MG_FORMAT (a damaged record
 * that is not the last, by its line), MG_FILE. A torn last line is cut off. */
mg_study *mg_study_open(mg_context *context, const mg_space *space, const mg_study_options *options);
/* Reads a study of ours from its file, which stays as it is, to look at: it cannot be asked, told or refreshed (MG_FILE). Its
 * last line may be torn. NULL on failure: MG_FILE; MG_FORMAT (no journal, a damaged record, by its line); MG_SETTING (several
 * studies, or one that was not begun by mg_study_open). */
mg_study *mg_study_read(mg_context *context, const char *path);
void mg_study_close(mg_study *study); /* NULL is fine; its running trials are told as interrupted */

/* What asking came to. */
typedef enum mg_asked {
    MG_ASKED_FAILED = -1, /* the context has the message */
    MG_ASKED_TRIAL,       /* evaluate it, then tell */
    MG_ASKED_LATER,       /* the batch's other trials have not ended; tell them, or wait for other processes' */
    MG_ASKED_NONE,        /* the space has no point that was not tried, or the study has its `trials` */
} mg_asked;

/* The next trial's point, recorded as running. A point that was tried before is not asked again. */
mg_asked mg_study_ask(mg_study *study, mg_trial *trial);
/* A value on the way: `prune` (NULL: not asked) says whether the trial should end; it is then told as pruned. */
mg_status mg_study_report(mg_study *study, int64_t number, int64_t step, double value, bool *prune);
/* The trial's end: complete with a finite value, pruned, or failed with a reason. */
mg_status mg_study_tell(mg_study *study, int64_t number, mg_trial_state state, double value, const char *reason);
/* Reads what other processes did meanwhile. Asking does so too. */
mg_status mg_study_refresh(mg_study *study);

int64_t mg_study_trials(const mg_study *study); /* in the file: indices below */
mg_trial mg_study_trial(const mg_study *study, int64_t index);
int64_t mg_study_finished(const mg_study *study);     /* complete, pruned and failed, but for the interrupted */
const mg_trial *mg_study_best(const mg_study *study); /* complete; of equal ones the first; NULL: there is none */
const mg_space *mg_study_space(const mg_study *study);
bool mg_study_maximises(const mg_study *study);
const char *mg_study_purpose(const mg_study *study); /* as it was begun with; NULL: none was said */
/* A note on the study or a trial, shown by Optuna's dashboard: `json` is a JSON value. number -1: the study. */
mg_status mg_study_note(mg_study *study, int64_t number, const char *key, const char *json);

/* How much of the value's variation each dimension explains among the better trials: PED-ANOVA (Watanabe, Bansal & Hutter 2023),
 * normalised to a sum of 1. importance: [dimensions]. MG_INVALID: fewer than 4 complete trials. */
mg_status mg_study_importance(const mg_study *study, double *importance);

/* The whole loop: until so many trials have finished. A value that is not finite fails its trial. */
typedef double mg_study_function(const mg_trial *trial, void *user);
mg_status mg_study_minimise(mg_study *study, mg_study_function *function, void *user, int64_t trials);
mg_status mg_study_maximise(mg_study *study, mg_study_function *function, void *user, int64_t trials);

#ifdef __cplusplus
}
#endif
#endif
