/* Contexts, models, datasets and readers for commands. Each function returns NULL after a message; the exit code is then
 * cli_status_code. */
#ifndef MICROGRAD_CLI_OPEN_H
#define MICROGRAD_CLI_OPEN_H

#include "cli/cli.h"

mg_context *cli_context(const mg_settings *settings);
/* Is it a file of ours of that kind (mg_file_kind)? Says nothing: what reads it does. */
bool cli_holds(mg_context *context, const char *path, const char *kind);
mg_model *cli_load_model(mg_context *context, const char *path);
/* How data are read: as the settings say, pictures as the model needs them (NULL: no model yet). */
mg_dataset_options cli_data(const mg_settings *settings, const mg_model *model);
mg_dataset *cli_read_dataset(mg_context *context, const mg_dataset_options *options, const char *path);
mg_reader *cli_open_reader(mg_context *context, const mg_dataset_options *options, const char *path);

/* What the context's last failure means: CLI_USAGE for a wrong setting, else CLI_FAILED. */
int cli_status_code(const mg_context *context);

/* Are both names of one regular file? NULL is none. */
bool cli_same_file(const char *a, const char *b);

#endif
