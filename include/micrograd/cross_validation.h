/* micrograd/cross_validation.h: a score that every row has a part in.
 *
 *     mg_cross_validation_options how = mg_cross_validation_defaults();
 *     how.folds = 10;
 *     mg_cross_validation *cv = mg_cross_validate(ctx, wine, &options, &how);
 *     if (cv) printf("accuracy %.3f +- %.3f\n", cv->candidate[0].mean.accuracy, cv->candidate[0].deviation.accuracy);
 *     mg_cross_validation_destroy(cv);
 *
 * The rows are dealt into folds. For each fold a model is trained on all others, from its encoder to its best epoch (whose
 * validation rows are carved from those others), and scored on the fold, of which it has seen nothing. No test part is kept.
 * Folds are trained side by side; the numbers are the same on any number of workers.
 */
#ifndef MICROGRAD_CROSS_VALIDATION_H
#define MICROGRAD_CROSS_VALIDATION_H

#include <micrograd/train.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct mg_cross_validation mg_cross_validation;

typedef struct mg_cross_validation_progress {
    int64_t done, total; /* trainings */
    double seconds;      /* since it began */
} mg_cross_validation_progress;

/* Called in the caller's thread, after each training and about ten times a second between them; returns false to end it with what
 * is done. */
typedef bool mg_cross_validation_callback(void *user, const mg_cross_validation_progress *progress);

typedef struct mg_cross_validation_options {
    int64_t folds;   /* 2 and more; -1: as many as rows, or groups (leave one out); default 5. A split by a column has its own */
    int64_t repeats; /* 1 to 1000; each deals the rows anew and begins from other weights; default 1 */
    int64_t workers; /* 1 to 256 trainings at once, of one thread each (one alone has the context's threads); MG_AUTO (default):
                        the context's threads. Under mpirun that is of each process; MG_AUTO: one */
    bool answers;    /* keep what was answered: pooled scores, confusion matrix, predictions; default true */
    mg_cross_validation_callback *callback; /* NULL (default): none */
    void *user;
} mg_cross_validation_options;

mg_cross_validation_options mg_cross_validation_defaults(void);

/* What is cross-validated. Text is borrowed for the call, but for the name, which is copied. */
typedef struct mg_candidate {
    const char *name; /* NULL: the text of its model, "auto" where it follows from the data */
    mg_train_options
        options;  /* target, task, split, weight and seed are those of the first candidate, for the rows and their folds */
    double share; /* (0, 1] of the rows of the other folds that train it; 1: all */
} mg_candidate;

/* One training. */
typedef struct mg_fold {
    int64_t repeat, fold; /* from 0 */
    bool done;            /* false: it was not come to, and nothing below is meaningful */
    mg_scores scores;     /* of the fold's rows */
    mg_scores train;      /* of the rows that trained */
    mg_stop stopped;
    int64_t train_rows, epochs, best_epoch, parameters;
    int64_t strangers; /* rows of the fold whose class no training row has: mistakes, whatever is predicted */
    double seconds;
} mg_fold;

/* One candidate. Means are over the folds that are done and where the metric is defined (in a fold of one row r2 is not);
 * deviations are those of a sample (n - 1).
 *
 * The interval is that of the mean, 95 %, by Student's t with n - 1 degrees of freedom and the variance
 * (1/n + test rows/training rows) deviation^2 of Nadeau & Bengio (2003): folds share most of their training rows, so
 * deviation^2/n would promise too much; no estimate of that variance is without bias (Bengio & Grandvalet 2004), and this one
 * errs on the careful side. It does not go beyond the best that the metric can be. NaN: fewer than two folds. */
typedef struct mg_cross_validated {
    const char *name;
    const mg_fold *fold; /* [folds] */
    int64_t folds, done; /* of all repeats */
    mg_scores mean, deviation;
    mg_intervals intervals;
    mg_scores train, train_deviation; /* the same of the rows that trained */
    /* Where answers are kept, else rows 0 and NULL: */
    mg_scores pooled;          /* of all answers together, each row once a repeat */
    const int64_t *confusion;  /* [classes * classes], [is][taken for]; NULL for a regression */
    const double *answer;      /* [repeats][rows][outputs]: probabilities of all classes, or values; NaN where there is none */
    const int32_t *prediction; /* [repeats][rows]: classes; -1: none. NULL for a regression */
} mg_cross_validated;

/* Everything belongs to the cross-validation. */
struct mg_cross_validation {
    mg_task task;
    int64_t target;           /* column */
    int64_t folds, repeats;   /* of one repeat; "all" is resolved */
    int64_t rows;             /* that have a target */
    const int64_t *row;       /* [rows]: of the dataset, ascending */
    const int32_t *fold;      /* [repeats][rows]: from 0; -1: in none (the oldest rows of a split by time, which only train) */
    int64_t classes, outputs; /* 0 and 1 for a regression */
    const char *const *class_name;
    const int32_t *label; /* [rows]; NULL for a regression */
    int candidates;
    const mg_cross_validated *candidate;
    const char *const *warning; /* of the data, and of the first training */
    int warnings;
    int64_t workers;  /* of all processes */
    bool interrupted; /* the callback ended it */
    bool served; /* under mpirun, in all processes but the first: folds were trained for that one, and nothing above is known */
    double seconds;
};

/* Cross-validates one model. Of the options, test, test_fraction, callbacks, trace and checkpoints play no part; split says how
 * rows are dealt: auto, stratified, random, group:COLUMN (groups stay together), time:COLUMN (each fold is newer than the rows
 * that train for it, as scikit-learn's TimeSeriesSplit), column:COLUMN (each value is a fold). NULL on failure: MG_SETTING,
 * MG_FORMAT (with the fold where its rows are to blame) ... as mg_train. */
mg_cross_validation *mg_cross_validate(mg_context *context, const mg_dataset *dataset, const mg_train_options *options,
                                       const mg_cross_validation_options *how);
/* Several on the same folds. count: 1 to 256. */
mg_cross_validation *mg_cross_validate_all(mg_context *context, const mg_dataset *dataset, const mg_candidate *candidates,
                                           int count, const mg_cross_validation_options *how);
void mg_cross_validation_destroy(mg_cross_validation *cv); /* NULL is fine */

/* Two candidates on the same folds: the corrected resampled t-test (Nadeau & Bengio 2003, eq. 9). With d the differences a - b of
 * the n folds, t = mean d / sqrt((1/n + test rows/training rows) var d), of n - 1 degrees of freedom. */
typedef struct mg_paired {
    double difference; /* the mean of a - b */
    double low, high;  /* its 95 % interval */
    double t, p;       /* p two-sided: so likely is a t as far from 0 where there is no difference. All differences 0: t 0, p 1;
                          all alike: t infinite, p 0 */
    int64_t folds;     /* that both have; fewer than 2 (or no memory): all is NaN */
} mg_paired;

mg_paired mg_cross_validation_compare(const mg_cross_validation *cv, const mg_metric *metric, int a, int b);

/* The candidate with the best mean, the first of equals; -1: none has one. p[i] [candidates] is that of comparing it with
 * candidate i by Holm's method (1979), which keeps the chance of any false difference among them all at what a p says; NaN for
 * itself. p may be NULL. */
int mg_cross_validation_best(const mg_cross_validation *cv, const mg_metric *metric, double *p);

#ifdef __cplusplus
}
#endif
#endif
