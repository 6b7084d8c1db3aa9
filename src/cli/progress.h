/* The progress of a training: a line redrawn in place on a terminal, a line now and then elsewhere. */
#ifndef MICROGRAD_CLI_PROGRESS_H
#define MICROGRAD_CLI_PROGRESS_H

#include "cli/cli.h"

typedef struct cli_progress {
    bool quiet, live, explain;
    const mg_model *model;
    bool begun;
    int warnings_shown;
    double shown;       /* when the line was drawn last, in the run's seconds */
    double score, best; /* the metric of the validation rows that chooses the epoch: latest, best; NaN: none yet */
} cli_progress;

cli_progress cli_progress_begin(const mg_model *model, bool quiet, bool explain);
/* Callbacks of the trainer; user is a cli_progress. They end the run after Ctrl-C. */
bool cli_progress_step(void *user, const mg_progress *progress);
bool cli_progress_epoch(void *user, const mg_progress *progress);

#endif
