/* What the files of cross-validate, and curve, share. */
#ifndef MICROGRAD_CLI_CROSS_VALIDATE_H
#define MICROGRAD_CLI_CROSS_VALIDATE_H

#include "cli/json.h"

#include "cli/cli.h"

#include <micrograd/cross_validation.h>

#define CLI_FOLDS 5 /* what auto is */

/* Everything that a command on folds is refused for before the data are read. */
int cli_check_folds(mg_context *context, const cli_arguments *arguments);
/* The folds that the settings ask for. */
mg_cross_validation_options cli_folds_of(const mg_settings *settings);
/* Warnings, data, target and folds, on `stream`. */
void cli_describe_folds(FILE *stream, mg_context *context, const mg_dataset *dataset, const mg_settings *settings,
                        const mg_cross_validation *cv);

/* A line that says how many trainings are done, and how long the others take. */
typedef struct cli_fold_progress {
    bool quiet, live;
    double shown;
    int64_t told; /* trainings, when a line was printed last */
} cli_fold_progress;

cli_fold_progress cli_fold_progress_begin(bool quiet);
bool cli_fold_progress_tell(void *user, const mg_cross_validation_progress *progress); /* user: a cli_fold_progress */

/* The metric that compares. */
const mg_metric *cli_judging_metric(const mg_settings *settings, const mg_cross_validation *cv);

void cli_print_cross_validation(FILE *stream, const mg_settings *settings, const mg_cross_validation *cv);
void cli_json_cross_validation(const mg_settings *settings, const mg_dataset *dataset, const mg_cross_validation *cv);
/* "mean", "deviation", "interval" of a candidate, into the object that is open. */
void cli_json_means(cli_json *json, mg_task task, const mg_cross_validated *candidate);
/* "A is better than B by 0.012 (p 0.03)"; p is that of Holm's method. */
void cli_compare_text(const mg_cross_validation *cv, const mg_metric *metric, int best, int other, double p, char *out,
                      size_t size);
/* The out-of-fold answers of the first candidate as CSV. */
int cli_write_fold_predictions(const mg_cross_validation *cv, const mg_dataset *dataset, const char *path);

#endif
