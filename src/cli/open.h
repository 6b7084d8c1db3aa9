/* Contexts, models and datasets for commands. Each function returns NULL after a message; the exit code is then CLI_FAILED. */
#ifndef MICROGRAD_CLI_OPEN_H
#define MICROGRAD_CLI_OPEN_H

#include "cli/cli.h"

mg_context *cli_context(const mg_settings *settings);
mg_model *cli_load_model(mg_context *context, const char *path);
mg_dataset *cli_read_dataset(mg_context *context, const char *path);

/* Are both names of one regular file? NULL is none. */
bool cli_same_file(const char *a, const char *b);

#endif
