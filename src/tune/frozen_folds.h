/* Folds that are frozen once: which rows, and which of them each training is judged by. Whatever is compared on them is compared
 * on the same rows. */
#ifndef MG_TUNE_FROZEN_FOLDS_H
#define MG_TUNE_FROZEN_FOLDS_H

#include "base/base.h"

#include <micrograd/dataset.h>
#include <micrograd/train.h>

typedef struct mg__frozen_folds {
    mg_context *context;
    int64_t folds, repeats; /* each repeat deals all rows anew */
    int64_t rows;
    int64_t *row;  /* [rows]: of the dataset, ascending; without those whose target is missing */
    int32_t *fold; /* [repeats][rows]: 0 .. folds - 1; -1: in no fold (the first block of a split by time) */
} mg__frozen_folds;

typedef struct mg__fold_outcome {
    mg_scores scores; /* on the fold's rows */
    mg_stop stopped;
    int64_t epochs, best_epoch, parameters;
    double seconds;
    mg_tensor *prediction; /* NULL where it was not asked for: of the fold's rows in order, as mg_model_predict gives them; the
                              caller's */
} mg__fold_outcome;

/* Deals rows by options->split: auto, stratified (regressions: random), random, group:COLUMN, time:COLUMN (fold k is the block
 * after those before it, trained on what is older), column:COLUMN (each value is a fold; `folds` is then their number). seed:
 * options->seed. folds -1: as many as rows (leave one out). keep_test: the test part of options (test_fraction, the same rows
 * that mg_train would keep) stays out. MG_SETTING with the reason. */
mg_status mg__frozen_folds_make(mg_context *context, const mg_dataset *dataset, const mg_train_options *options, int64_t folds,
                                int64_t repeats, bool keep_test, mg__frozen_folds *frozen);
void mg__frozen_folds_free(mg__frozen_folds *frozen);

/* Trains a model of options->model on all folds but one, in `context` (which may be another than the dataset's), and scores it on
 * that one; index: repeat * folds + fold. The encoder is fitted on the training folds, from which the validation rows are carved
 * too. */
mg_status mg__fold_train(mg_context *context, const mg_dataset *dataset, const mg__frozen_folds *frozen, int64_t index,
                         const mg_train_options *options, bool predictions, mg__fold_outcome *outcome);

#endif
