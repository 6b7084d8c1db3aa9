/* The `micrograd train` command line that gives what another command found. */
#ifndef MICROGRAD_CLI_TRAIN_COMMAND_H
#define MICROGRAD_CLI_TRAIN_COMMAND_H

#include "cli/cli.h"

/* Everything that is not usual, of the settings that this command shares with `train`, with `train` in place of its training's;
 * how it is told is left out. The caller frees it. NULL without memory. */
char *cli_train_command(const cli_arguments *arguments, const mg_train_options *train);

#endif
