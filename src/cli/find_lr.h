/* The learning-rate range test, for people and programs. */
#ifndef MICROGRAD_CLI_FIND_LR_H
#define MICROGRAD_CLI_FIND_LR_H

#include "cli/cli.h"

/* micrograd doctor DATA --find-lr: tries rates on the data with the settings of the command line, prints them and the suggestion,
 * or JSON, and draws the curve to --out. Returns the exit code. */
int cli_find_lr(const cli_arguments *arguments, mg_context *context, const mg_dataset *dataset);

#endif
