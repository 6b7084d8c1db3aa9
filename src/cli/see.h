/* Reports: what train, evaluate and report share. */
#ifndef MICROGRAD_CLI_SEE_H
#define MICROGRAD_CLI_SEE_H

#include "cli/cli.h"

#include <micrograd/report.h>

/* The command line as a shell reads it back; the caller frees it. NULL: no memory. */
char *cli_command_text(const cli_arguments *arguments);
/* The same of a run, from its settings. */
char *cli_record_text(const mg_record *record);

/* Can a report be written there, and would it replace nothing that is read or written besides (`others`, of which some may be
 * NULL)? path NULL: none was asked for. */
int cli_check_report(mg_context *context, const char *path, const char *const *others, int count);
/* Writes the report of a model that this command has trained or scored. */
int cli_write_report(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                     const mg_report_options *options, const char *path);
/* At the end of a run: its folder, which holds config.json and history.jsonl, gets report.html and an event file. */
int cli_see_run(const cli_arguments *arguments, mg_context *context, mg_model *model, const mg_dataset *dataset,
                const mg_dataset *test, const char *folder);

#endif
