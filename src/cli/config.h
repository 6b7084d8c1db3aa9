/* A file of settings. */
#ifndef MICROGRAD_CLI_CONFIG_H
#define MICROGRAD_CLI_CONFIG_H

#include "cli/cli.h"

/* Reads lines `name = value` or `name: value` (the names of the command's options; `# ...` is a remark; a value may stand in
 * quotes; a flag takes true or false) into the settings. Text lives in *text, which the caller frees after the settings were last
 * used. CLI_OK; after a message with file and line CLI_USAGE, and CLI_FAILED where it cannot be read. */
int cli_config_read(const cli_command *command, const char *path, mg_settings *settings, char **text);

#endif
