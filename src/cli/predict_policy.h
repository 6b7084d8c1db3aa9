/* `micrograd predict` of a policy: actions for observations. */
#ifndef MICROGRAD_CLI_PREDICT_POLICY_H
#define MICROGRAD_CLI_PREDICT_POLICY_H

#include "cli/cli.h"

/* The columns are the observation in its order, whatever their names. Returns the exit code. */
int cli_predict_policy(const cli_arguments *arguments, mg_context *context);

#endif
