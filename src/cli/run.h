/* The folder of a training: --run-dir begins one, --resume goes on with it. */
#ifndef MICROGRAD_CLI_RUN_H
#define MICROGRAD_CLI_RUN_H

#include "cli/cli.h"

#include <micrograd/run_folder.h>

/* All zero is a training without a folder; every function but the first two does nothing then. */
typedef struct cli_run {
    mg_context *context; /* of the folder alone: how many threads train is known only once it is read */
    mg_run_folder *folder;
    bool resumed; /* it was there before */
    bool begun;   /* there was a step */
    bool failed;  /* the history could not be written; the message was given */
} cli_run;

/* --resume: the run's own settings and FILE take the place of those in arguments, but for what was given again. *done: the run
 * was finished already, and its result has been told. CLI_OK, or the code after a message. */
int cli_run_resume(cli_run *run, cli_arguments *arguments, bool *done);
/* --run-dir: makes the folder, before any work. */
int cli_run_create(cli_run *run, const cli_arguments *arguments);
/* What the trainer needs to know of it. */
void cli_run_options(const cli_run *run, mg_train_options *options);
/* After each step, and each epoch: false ends the training. */
bool cli_run_step(cli_run *run);
bool cli_run_epoch(cli_run *run, const mg_model *model);
/* The model is trained: everything that the folder shows of it is written here, last that it is finished. */
int cli_run_finish(cli_run *run, mg_model *model, const mg_result *result);
/* A new run that failed before its first step leaves nothing. */
void cli_run_end(cli_run *run, int code);

#endif
