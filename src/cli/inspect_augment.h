/* micrograd inspect --augment: rows beside their variants. */
#ifndef MICROGRAD_CLI_INSPECT_AUGMENT_H
#define MICROGRAD_CLI_INSPECT_AUGMENT_H

#include "cli/cli.h"

int cli_inspect_augment(const cli_arguments *arguments, mg_context *context);

#endif
