/* Folds that are frozen once: which rows, and which of them each training is judged by. Whatever is compared on them is compared
 * on the same rows. */
#ifndef MG_TUNE_FROZEN_FOLDS_H
#define MG_TUNE_FROZEN_FOLDS_H

#include "base/base.h"
#include "data/classes.h"
#include "data/split.h"

#include <micrograd/dataset.h>
#include <micrograd/train.h>

typedef struct mg__frozen_folds {
    mg_context *context;
    int64_t folds, repeats; /* each repeat deals all rows anew */
    int64_t rows;
    int64_t *row;        /* [rows]: of the dataset, ascending; without those whose target is missing */
    int32_t *fold;       /* [repeats][rows]: 0 .. folds - 1; -1: in no fold (the first block of a split by time) */
    mg_task task;        /* of all rows: no fold chooses its own */
    int64_t target;      /* column */
    mg__classes classes; /* of all rows; none for a regression */
    int32_t *label;      /* [rows]: among them; NULL for a regression */
    mg__split_kind kind; /* how they were dealt; COLUMN also where a column of words named the test part */
    int64_t column;      /* by which; -1: by none */
} mg__frozen_folds;

typedef struct mg__fold_outcome {
    mg_scores scores, train; /* on the fold's rows; on those that trained */
    mg_stop stopped;
    int64_t epochs, best_epoch, parameters;
    int64_t train_rows;
    int64_t strangers; /* rows of the fold whose class no training row has: mistakes, whatever is predicted */
    double seconds;
    mg_tensor *prediction; /* NULL where it was not asked for: of the fold's rows in order, as mg_model_predict gives them, but
                              with a column for each of the folds' classes (probability 0 of those that the training rows lack);
                              the caller's */
    int32_t *predicted;    /* likewise: the class of each row; NULL for a regression; the caller's to free */
    char *warnings;        /* likewise: what the training wants the user to know, a line each */
} mg__fold_outcome;

/* Deals rows by options->split: auto, stratified (regressions: random), random, group:COLUMN, time:COLUMN (fold k is the block
 * after those before it, trained on what is older, as scikit-learn's TimeSeriesSplit), column:COLUMN (each value is a fold, in
 * their order; `folds` is then their number). seed: options->seed. folds -1: as many as rows, or groups (leave one out).
 * keep_test: the test part of options (test_fraction, the same rows that mg_train would keep) stays out; a column of words
 * (column:COLUMN) then says which rows that are, and the others are dealt as with auto. MG_SETTING or MG_FORMAT with the
 * reason. */
mg_status mg__frozen_folds_make(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, int64_t folds,
                                int64_t repeats, bool keep_test, mg__frozen_folds *frozen);
void mg__frozen_folds_free(mg__frozen_folds *frozen);

/* Does row i train where `index` (repeat * folds + fold) is judged; is it judged there? */
bool mg__fold_trains(const mg__frozen_folds *frozen, int64_t index, int64_t i);
bool mg__fold_judges(const mg__frozen_folds *frozen, int64_t index, int64_t i);

/* Trains a model of options->model on all folds but one, in `context` (which may be another than the dataset's), and scores it on
 * that one; index: repeat * folds + fold. The encoder is fitted on the training folds, from which the validation rows are carved
 * too: by groups or by time where the folds are, unless there is but one of them to carve from; then none validate. Each repeat
 * begins from other weights. A number or date of the fold that is none counts as missing. Only reads dataset and folds, so
 * several threads may share them. */
mg_status mg__fold_train(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, int64_t index,
                         const mg_train_options *options, bool predictions, mg__fold_outcome *outcome);
/* The same on a share (0 to 1] of the training rows: classes in proportion, whole groups, of times the newest. A smaller share is
 * part of a larger one. */
mg_status mg__fold_train_share(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, int64_t index,
                               const mg_train_options *options, double share, bool predictions, mg__fold_outcome *outcome);
void mg__fold_outcome_free(mg_context *context, mg__fold_outcome *outcome); /* what is the caller's */

/* Scores answers [rows, columns] of rows listed by their place i in the folds. predicted may be NULL (the most probable).
 * `weight` is the name of the rows' weights, or NULL. */
mg_status mg__fold_score(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, const int64_t *place,
                         int64_t rows, const double *answers, const int32_t *predicted, const char *weight, mg_scores *scores);

#endif
