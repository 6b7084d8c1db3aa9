/* What a training is going to do, for people and for --json. */
#ifndef MICROGRAD_CLI_PLAN_H
#define MICROGRAD_CLI_PLAN_H

#include "cli/cli.h"

/* Encoder, parts with their classes, network and steps; `explain`: each setting that followed from the data with its reason, and
 * memory. */
void cli_print_plan(FILE *stream, const mg_model *model, const mg_plan *plan, bool explain);
/* The same as an object on stdout. */
void cli_json_plan(const mg_model *model, const mg_plan *plan);

#endif
