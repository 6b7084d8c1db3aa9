/* What was understood of the data. */
#ifndef MICROGRAD_CLI_DESCRIBE_H
#define MICROGRAD_CLI_DESCRIBE_H

#include "cli/cli.h"

/* Warnings of reading on stderr; source, rows and columns, and the reason of the target (mg_target) on the stream. */
void cli_describe_data(FILE *stream, const mg_dataset *dataset, const char *reason);

#endif
