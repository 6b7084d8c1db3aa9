/* The commands' functions, for the table alone. */
#ifndef MICROGRAD_CLI_COMMANDS_H
#define MICROGRAD_CLI_COMMANDS_H

#include "cli/cli.h"

int cli_inspect(const cli_arguments *arguments);
int cli_train(const cli_arguments *arguments);
int cli_predict(const cli_arguments *arguments);
int cli_evaluate(const cli_arguments *arguments);
int cli_report(const cli_arguments *arguments);
int cli_watch(const cli_arguments *arguments);
int cli_show(const cli_arguments *arguments);
int cli_graph(const cli_arguments *arguments);
int cli_doctor(const cli_arguments *arguments);
int cli_play(const cli_arguments *arguments);
int cli_tune(const cli_arguments *arguments);
int cli_cross_validate(const cli_arguments *arguments);
int cli_curve(const cli_arguments *arguments);
int cli_cluster(const cli_arguments *arguments);
int cli_embed(const cli_arguments *arguments);
int cli_help(const cli_arguments *arguments);
int cli_version(const cli_arguments *arguments);

#endif
