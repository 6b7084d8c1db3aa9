/* What a search is shown as: while it runs, and at its end. */
#ifndef MICROGRAD_CLI_TUNE_SHOW_H
#define MICROGRAD_CLI_TUNE_SHOW_H

#include "cli/cli.h"
#include "cli/output.h"

#include <micrograd/tune.h>

/* A line redrawn in place on a terminal, a line now and then elsewhere. */
typedef struct cli_tuning_progress {
    bool quiet, live, maximise, begun;
    const char *name;   /* of what is searched for: a metric, "score" */
    const char *doing;  /* as last shown */
    double shown, best; /* when the line was drawn last; NaN: none yet */
} cli_tuning_progress;

cli_tuning_progress cli_tuning_progress_begin(bool quiet);
mg_tune_callback cli_tuning_tell; /* user is a cli_tuning_progress. Ends the search after Ctrl-C */

/* The end. out, command: the model's file and the command that gives it, or the program's; NULL: there is none. */
typedef struct cli_tuned {
    const cli_arguments *arguments;
    const mg_tune_result *result;
    const mg_study *study;
    const mg_model *model; /* NULL: none */
    const char *out, *command;
    const char *page; /* NULL: none */
} cli_tuned;

void cli_tuned_print(FILE *stream, const cli_tuned *tuned);
void cli_tuned_json(const cli_tuned *tuned);

/* tune_page.c: writes the page of a search beside its journal (STUDY.html for STUDY.log) and says where. false: there is no
 * journal, or it could not be written. */
bool cli_tuned_page(const cli_tuned *tuned, char path[CLI_PATH_BYTES]);
/* Where the page of a journal is. */
void cli_page_path(const char *journal, char out[CLI_PATH_BYTES]);

#endif
