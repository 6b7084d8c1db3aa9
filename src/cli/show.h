/* What `show` tells of a model: a file each for the large parts. */
#ifndef MICROGRAD_CLI_SHOW_H
#define MICROGRAD_CLI_SHOW_H

#include "cli/cli.h"
#include "cli/json.h"

void cli_show_heading(const char *text);

/* Columns, or pixels, as the network reads them, the target, and what is left out (show_inputs.c). */
void cli_show_inputs(const mg_model *model);
void cli_show_inputs_json(cli_json *json, const mg_encoder *encoder);
const char *cli_scale_name(const mg_encoder *encoder);

/* Settings, choices and scores (show_training.c). */
void cli_show_training(const mg_model *model);
void cli_show_training_json(cli_json *json, const mg_model *model);

#endif
